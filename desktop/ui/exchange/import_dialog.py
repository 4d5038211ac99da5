"""Chats of other applications, and of ours, taken in: choose, watch, read what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import sentence
from desktop.exchange.importing import ImportProgress, ImportReport, import_chats
from desktop.exchange.peek import NAMES, Peeked, peek
from desktop.jobs import Cancel
from desktop.ui import theme
from desktop.ui.controls.choose_path import ChoosePath
from desktop.ui.controls.dropped import files_in
from desktop.ui.controls.fields import TextEdit
from desktop.ui.controls.progress_line import ProgressLine
from desktop.ui.controls.sizes import megabytes
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

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().faint), 1, Qt.PenStyle.DashLine))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, theme.RADIUS_CARD, theme.RADIUS_CARD)
        painter.end()
        super().paintEvent(event)


class ImportDialog(QDialog):
    """One dialog with three states. What was imported stays when it is closed halfway."""

    imported = Signal(object)  # ImportReport

    def __init__(self, session: Session, parent: QWidget | None = None, paths: Sequence[Path] = ()) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._state: State = "choosing"
        self._import: Cancel | None = None
        self._peeks: list[Cancel] = []
        self.setWindowTitle(self.tr("対話を取り込む"))
        self.resize(560, 480)
        self.setAcceptDrops(True)

        self.explanation = QLabel(
            self.tr(
                "ほかのアプリで書き出したファイルを、zipのまま取り込めます。"
                "同じものをもう一度取り込んでも、対話は二重になりません。"
            ),
            self,
        )
        self.explanation.setObjectName("sub")
        self.explanation.setWordWrap(True)
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
        self.start = QPushButton(self.tr("取り込む"), self)
        self.start.setObjectName("main")
        self.start.setDefault(True)

        self._arrange()
        self.files.clicked.connect(self._ask_for_files)
        self.folder.clicked.connect(self._ask_for_folder)
        self.remove.clicked.connect(self._remove)
        self.copy.clicked.connect(self._copy)
        self.start.clicked.connect(self.import_all)
        self.close_button.clicked.connect(self.reject)
        self.list.itemSelectionChanged.connect(self._update)
        self._update()
        if paths:
            self.add(paths)

    def _arrange(self) -> None:
        self._choosing = QWidget(self)
        row = QHBoxLayout(self._choosing)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.files)
        row.addWidget(self.folder)
        row.addStretch(1)
        row.addWidget(self.remove)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.copy)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        foot.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.explanation)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self._choosing)
        layout.addWidget(self.report, 1)
        layout.addWidget(self.progress)
        layout.addLayout(foot)

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
        paths, store = self.paths(), self._session.store
        if not paths or self._state != "choosing":
            return
        for peeking in self._peeks:
            peeking.set()
        self._state = "importing"
        self.progress.show_part(0, 1, self.tr("準備しています…"))
        self._import = self._session.jobs.run(
            lambda cancel: import_chats(store, paths, cancel),
            owner=self,
            on_event=self._follow,
            on_done=self._show_report,
            on_failed=self._fail,
        )
        self._update()

    def _follow(self, event: ImportProgress) -> None:
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

    def _show_report(self, report: ImportReport) -> None:
        lines = [report.sentence]
        if report.skipped:
            lines += ["", self.tr("読めなかったもの:"), *(f"・{each.sentence}" for each in report.skipped)]
        if (more := report.skipped_count - len(report.skipped)) > 0:
            lines.append(self.tr("ほか %n 件", "", more))
        self._finish("\n".join(lines))
        self.imported.emit(report)

    def _fail(self, error: Exception) -> None:
        self._finish(sentence(error))

    def _finish(self, text: str) -> None:
        self._state, self._import = "done", None
        self.report.setPlainText(text)
        self._session.refresh_chats()
        self._update()
        self.close_button.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())

    def reject(self) -> None:
        """Stop what is being imported, whose report comes then; else close."""
        if self._import is not None and not self._import.is_set():
            self._import.set()
            self.close_button.setEnabled(False)
        else:
            super().reject()

    def done(self, result: int) -> None:
        """Stop what runs; what was imported stays."""
        for peeking in self._peeks:
            peeking.set()
        if self._import is not None:
            self._import.set()
            self._session.refresh_chats()
        super().done(result)

    def _update(self) -> None:
        choosing, some = self._state == "choosing", self.list.count() > 0
        self.explanation.setVisible(choosing)
        self.list.setVisible(self._state != "done" and some)
        self.list.setEnabled(choosing)
        self.empty.setVisible(choosing and not some)
        self._choosing.setVisible(choosing)
        self.remove.setEnabled(bool(self.list.selectedItems()))
        self.report.setVisible(self._state == "done")
        self.copy.setVisible(self._state == "done")
        self.start.setVisible(choosing)
        self.start.setEnabled(some)
        if self._state != "importing":
            self.progress.hide()
        self.close_button.setEnabled(True)
        texts = {"choosing": self.tr("やめる"), "importing": self.tr("止める"), "done": self.tr("閉じる")}
        self.close_button.setText(texts[self._state])
