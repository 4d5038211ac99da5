"""Chats of other applications, and of ours, taken in: choose, watch, read what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from desktop.errors import sentence
from desktop.exchange.importing import ImportReport
from desktop.exchange.peek import NAMES, Peeked, peek
from desktop.jobs import Cancel
from desktop.ui import theme
from desktop.ui.controls.choose_path import ChoosePath
from desktop.ui.controls.dropped import files_in
from desktop.ui.controls.fields import TextEdit
from desktop.ui.controls.frame import Frame, Note, across
from desktop.ui.controls.progress_line import ProgressLine
from desktop.ui.controls.sizes import megabytes
from desktop.ui.exchange.import_run import ImportRun
from desktop.ui.session import Session

State = Literal["choosing", "importing", "done"]
MOST_PATHS = 1_000
PATH = Qt.ItemDataRole.UserRole


class DropPlace(QLabel):
    """Words in a dashed frame: here something can be dropped."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setObjectName("sub")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().faint), 1, Qt.PenStyle.DashLine))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, theme.RADIUS_CARD, theme.RADIUS_CARD)
        painter.end()
        super().paintEvent(event)


class ImportDialog(Frame):
    """One dialog with three states. What was imported stays when it is closed halfway.

    It shows the import that runs, or the report that nobody has read yet, where there is one.
    """

    imported = Signal(object)  # ImportReport

    def __init__(self, session: Session, parent: QWidget | None = None, paths: Sequence[Path] = ()) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("対話を取り込む"))
        self._session = session
        self._run = ImportRun.of(session)
        if paths and not self._run.is_running:
            self._run.forget()
        self._joined = self._run.is_running or self._run.outcome is not None
        self._run.watch(self)
        self._peeks: list[Cancel] = []
        self.resize(560, 480)
        self.setAcceptDrops(True)

        self.explanation = Note(
            self.tr(
                "ほかのアプリで書き出したファイルを、zipのまま取り込めます。"
                "同じものをもう一度取り込んでも、対話は二重になりません。"
            ),
            self,
        )
        self.list = QListWidget(self)
        self.list.setObjectName("framed")
        self.list.setAccessibleName(self.tr("取り込むファイル"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.empty = DropPlace(
            self.tr("ここにファイルかフォルダーを置いてください。")
            + "\n\nChatGPT・Claude・Gemini・Open WebUI\nLM Studio・Jan・"
            + self.tr("言の葉"),
            self,
        )
        self.files = QPushButton(self.tr("ファイルを選ぶ…"), self)
        self.folder = QPushButton(self.tr("フォルダーを選ぶ…"), self)
        self.remove = QPushButton(self.tr("外す"), self)
        self.progress = ProgressLine(self)
        self.report = TextEdit(self)
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setAccessibleName(self.tr("取り込みの結果"))
        self.copy = QPushButton(self.tr("結果をコピー"), self)
        self.close_button = QPushButton(self)
        self.start = self.main_button(self.tr("取り込む"))
        self._choosing = QWidget(self)
        choices = across(self.files, self.folder, None, self.remove)
        choices.setContentsMargins(0, 0, 0, 0)
        self._choosing.setLayout(choices)
        self.arrange(
            self.explanation,
            self.list,
            self.empty,
            self._choosing,
            self.report,
            self.progress,
            across(self.copy, None, self.close_button, self.start),
        )
        self.files.clicked.connect(self._ask_for_files)
        self.folder.clicked.connect(self._ask_for_folder)
        self.remove.clicked.connect(self._remove)
        self.copy.clicked.connect(self._copy)
        self.start.clicked.connect(self.import_all)
        self.close_button.clicked.connect(self.reject)
        self.list.itemSelectionChanged.connect(self._update)
        self._run.changed.connect(self._follow)
        self._follow()
        if paths:
            self.add(paths)

    @property
    def _state(self) -> State:
        if not self._joined:
            return "choosing"
        return "importing" if self._run.is_running else "done"

    # What is chosen

    def add(self, paths: Sequence[Path]) -> None:
        """Add files and folders to the list, and tell what each is."""
        if self._state != "choosing":
            return
        here = set(self.paths())
        new = [path for path in dict.fromkeys(paths) if path not in here][: MOST_PATHS - len(here)]
        for path in new:
            item = QListWidgetItem(path.name or str(path))
            item.setData(PATH, str(path))
            item.setToolTip(str(path))
            self.list.addItem(item)
        if new:
            self._peeks.append(
                self._session.jobs.run(
                    lambda cancel: peek(new, cancel),
                    owner=self,
                    on_event=self._tell,
                    on_failed=lambda _: None,
                )
            )
        self._update()
        if new:
            self.start.setFocus()  # what comes next; Enter on the button would choose files again

    def paths(self) -> list[Path]:
        """Return what is chosen."""
        return [Path(self.list.item(row).data(PATH)) for row in range(self.list.count())]

    def _tell(self, peeked: Peeked) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(PATH) == str(peeked.path):
                what = self._name(peeked.format) if peeked.format else self.tr("読める対話が見つかりません")
                size = f" · {megabytes(peeked.size_bytes)}" if peeked.format else ""
                item.setText(f"{peeked.path.name}　—　{what}{size}")
                if peeked.error is not None:
                    item.setToolTip(f"{peeked.path}\n{sentence(peeked.error)}")

    def _name(self, format: str) -> str:
        return self.tr("言の葉") if format == "kotonoha" else NAMES.get(format, format)

    def _ask_for_files(self) -> None:
        ChoosePath(self.tr("取り込むファイルを選ぶ"), self.add, self).ask_for_files(
            [self.tr("書き出した対話 (*.zip *.json *.jsonl *.html *.md)")]
        )

    def _ask_for_folder(self) -> None:
        ChoosePath(self.tr("取り込むフォルダーを選ぶ"), self.add, self).ask_for_folder()

    def _remove(self) -> None:
        for item in self.list.selectedItems():
            self.list.takeItem(self.list.row(item))
        self._update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._state == "choosing" and files_in(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.add([Path(path) for path in files_in(event.mimeData())])

    # The import

    def import_all(self) -> None:
        """Import what is chosen."""
        paths = self.paths()
        if not paths or self._joined or self._run.is_running:
            return
        for peeking in self._peeks:
            peeking.set()
        self._joined = True
        self._run.start(paths)

    def _follow(self) -> None:
        """Show how far the import is, or what came of it."""
        event = self._run.progress
        if event is None:
            self.progress.show_part(0, 1, self.tr("準備しています…"))
        else:
            self.progress.show_part(
                event.done,
                event.total,
                self.tr("{done} / {total}　対話 {chats} 件　{name}").format(
                    done=megabytes(event.done),
                    total=megabytes(event.total),
                    chats=f"{event.chats:,}",
                    name=event.name,
                ),
            )
        outcome = self._run.outcome if self._joined else None
        if isinstance(outcome, ImportReport):
            self.report.setPlainText(self._words(outcome))
            self.imported.emit(outcome)
        elif outcome is not None:
            self.report.setPlainText(sentence(outcome))
        self._update()
        if outcome is not None:
            self.close_button.setFocus()

    def _words(self, report: ImportReport) -> str:
        lines = [report.sentence]
        for words, listed, count in (
            (self.tr("読めなかったもの:"), report.skipped, report.skipped_count),
            (self.tr("取り込まなかったもの:"), report.passed, report.empty + report.binned),
        ):
            if listed:
                lines += ["", words, *(f"・{each.sentence}" for each in listed)]
            if (more := count - len(listed)) > 0:
                lines.append(self.tr("ほか %n 件", "", more))
        return "\n".join(lines)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())

    def reject(self) -> None:
        """Stop what is being imported, whose report comes then; else close."""
        if self._state == "importing" and not self._run.is_stopping:
            self._run.stop()
        else:
            super().reject()

    def done(self, result: int) -> None:
        """Stop what runs; what was imported stays."""
        for peeking in self._peeks:
            peeking.set()
        if self._joined:
            self._run.forget()
        super().done(result)

    def _update(self) -> None:
        state = self._state
        choosing, done, some = state == "choosing", state == "done", self.list.count() > 0
        self.explanation.setVisible(choosing)
        self.list.setVisible(not done and some)
        self.list.setEnabled(choosing)
        self.empty.setVisible(choosing and not some)
        self._choosing.setVisible(choosing)
        self.remove.setEnabled(bool(self.list.selectedItems()))
        self.report.setVisible(done)
        self.copy.setVisible(done)
        self.start.setVisible(choosing)
        self.start.setEnabled(some and not self._run.is_running)
        self.progress.setVisible(self._run.is_running)
        self.close_button.setEnabled(choosing or not self._run.is_stopping)
        texts = {"choosing": self.tr("やめる"), "importing": self.tr("止める"), "done": self.tr("閉じる")}
        self.close_button.setText(texts[state])
