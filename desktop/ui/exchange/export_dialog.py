"""Chats written out: what, in which format, where; and where they are now."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TypeVar, cast

from PySide6.QtCore import QStandardPaths, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QPushButton,
    QRadioButton,
    QWidget,
)
from shiboken6 import isValid

from desktop.errors import sentence
from desktop.exchange import names
from desktop.exchange.exporting import ExportProgress, ExportReport, Format, export_chats, group_name
from desktop.jobs import Cancel
from desktop.ui.controls.choose_path import ChoosePath
from desktop.ui.controls.frame import Frame, Note, Outcome, across
from desktop.ui.controls.progress_line import ProgressLine
from desktop.ui.exchange.export_pdf import pdf_writer
from desktop.ui.session import Session

T = TypeVar("T")

GATHERED = ("json", "jsonl")  # all chats in one file


class ExportDialog(Frame):
    """Exports the chats with these ids; none: all that are not in the bin."""

    exported = Signal(object)  # ExportReport

    def __init__(self, session: Session, chat_ids: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("対話を書き出す"))
        self._session = session
        self._ids = list(chat_ids) or [chat.id for chat in session.chats]
        self._all = not chat_ids
        self._export: Cancel | None = None
        self._made: Path | None = None
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self._place = Path(documents) if documents and Path(documents).is_dir() else Path.home()
        self.setMinimumWidth(540)

        self.scope = Note(self._scope(), self)
        self.scope.setObjectName("subheading")
        self.kinds = QButtonGroup(self)
        self._formats = QWidget(self)
        self._fill_formats()
        self.place = Note("", self)
        self.change = QPushButton(self.tr("場所を変える…"), self)
        self.progress = ProgressLine(self)
        self.outcome = Outcome(self)
        self.show_folder = QPushButton(self.tr("フォルダーを開く"), self)
        self.show_folder.hide()
        self.close_button = QPushButton(self.tr("やめる"), self)
        self.start = self.main_button(self.tr("書き出す"))
        self.start.setEnabled(bool(self._ids))
        where = across(self.place, self.change)
        where.setStretchFactor(self.place, 1)
        where.setAlignment(self.change, Qt.AlignmentFlag.AlignTop)
        self.arrange(
            self.scope,
            self._formats,
            where,
            self.progress,
            self.outcome,
            None,
            across(self.show_folder, None, self.close_button, self.start),
            spacing=16,
        )

        self.change.clicked.connect(self._ask_for_folder)
        self.show_folder.clicked.connect(self._open_folder)
        self.close_button.clicked.connect(self.reject)
        self.start.clicked.connect(self.export)
        self.kinds.buttonClicked.connect(lambda _: self._show_place())
        self._show_place()

    def _fill_formats(self) -> None:
        """Show what each format is for."""
        grid = QGridLayout(self._formats)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, (kind, name, use) in enumerate(
            (
                ("markdown", "Markdown", self.tr("ほかのアプリで読み書きする。見えている枝だけ。")),
                ("html", "HTML", self.tr("ブラウザーで読む。1つのファイルで完結します。")),
                ("pdf", "PDF", self.tr("印刷する、人に渡す。")),
                ("text", self.tr("テキスト"), self.tr("文字だけ。どこでも開けます。")),
                (
                    "json",
                    self.tr("言の葉の JSON"),
                    self.tr("すべての枝と設定。あとで取り込めば元どおりになります。"),
                ),
                ("jsonl", "ChatML JSONL", self.tr("モデルの学習に使う形です。")),
            )
        ):
            button = QRadioButton(name, self._formats)
            button.setProperty("kind", kind)
            button.setAccessibleDescription(use)
            button.setChecked(row == 0)
            self.kinds.addButton(button)
            label = Note(use, self._formats)
            label.setBuddy(button)
            grid.addWidget(button, row, 0)
            grid.addWidget(label, row, 1)

    def kind(self) -> Format:
        """Return the format that is chosen."""
        button = self.kinds.checkedButton()
        assert button is not None  # one always is
        return cast("Format", button.property("kind"))

    def choose(self, kind: Format) -> None:
        """Choose a format."""
        next(each for each in self.kinds.buttons() if each.property("kind") == kind).click()

    def set_place(self, folder: Path) -> None:
        """Choose the folder."""
        self._place = folder
        self._show_place()

    def _scope(self) -> str:
        if self._all:
            return self.tr("すべての対話（%n 件）", "", len(self._ids))
        if len(self._ids) == 1:
            title = next((chat.title for chat in self._session.chats if chat.id == self._ids[0]), "")
            return self.tr("「{title}」").format(title=title or self.tr("新しい対話"))
        return self.tr("選んだ対話（%n 件）", "", len(self._ids))

    def _show_place(self) -> None:
        if len(self._ids) > 1 and self.kind() not in GATHERED:
            text = self.tr("{folder} に新しいフォルダーを作り、1件ずつ書き出します。")
        else:
            text = self.tr("{folder} に1つのファイルを作ります。")
        self.place.setText(text.format(folder=self._place))

    def _ask_for_folder(self) -> None:
        ChoosePath(
            self.tr("書き出す場所を選ぶ"), lambda paths: self.set_place(paths[0]), self
        ).ask_for_folder(self._place)

    # The export

    def export(self) -> None:
        """Write the chats."""
        if self._export is not None:
            return
        kind, ids, folder, session = self.kind(), self._ids, self._place, self._session

        def work(cancel: Cancel) -> Generator[ExportProgress, None, ExportReport]:
            target = folder
            if len(ids) > 1 and kind not in GATHERED:
                target = folder / names.unused(folder, group_name(), "", set())
            return (yield from export_chats(session.store, ids, target, kind, cancel, pdf=pdf_writer(cancel)))

        def tell(show: Callable[[T], None], words: Callable[[T], str]) -> Callable[[T], None]:
            # This dialog goes with its window, which is made anew when the language changes.
            return lambda what: show(what) if isValid(self) else session.warned.emit(words(what))

        self.outcome.hide()
        self.show_folder.hide()
        self.progress.show_part(0, len(ids), self.tr("書き出しています…"))
        self._export = session.jobs.run(
            work,
            owner=session,
            on_event=lambda event: self._follow(event) if isValid(self) else None,
            on_done=tell(self._show_report, lambda report: report.sentence),
            on_failed=tell(self._fail, sentence),
        )
        self._update()

    def _follow(self, event: ExportProgress) -> None:
        if self._export is not None:
            text = self.tr("書き出しています… {done} / {total} 件")
            text = text.format(done=f"{event.done:,}", total=f"{event.total:,}")
            self.progress.show_part(event.done, event.total, text)

    def _show_report(self, report: ExportReport) -> None:
        self._made = report.path
        self._finish(report.sentence, failed=False)
        self.show_folder.show()
        self.show_folder.setFocus()
        self.exported.emit(report)

    def _fail(self, error: Exception) -> None:
        self._finish(sentence(error), failed=True)

    def _finish(self, text: str, *, failed: bool) -> None:
        self._export = None
        self.outcome.tell(text, failed=failed)
        self._update()
        self.make_room()

    def _open_folder(self) -> None:
        made = self._made
        if made is not None:
            folder = made if made.is_dir() else made.parent
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
                self._finish(
                    self.tr("フォルダーを開くアプリがありません。場所: {folder}").format(folder=folder),
                    failed=True,
                )

    def reject(self) -> None:
        """Stop what is being written; else close."""
        if self._export is None:
            super().reject()
            return
        self._export.set()  # a job that was cancelled says nothing more
        self._finish(self.tr("止めました。書き終えたファイルだけが残っています。"), failed=True)

    def done(self, result: int) -> None:
        """Stop what runs."""
        if self._export is not None:
            self._export.set()
        super().done(result)

    def _update(self) -> None:
        running = self._export is not None
        self.progress.setVisible(running)
        for widget in (self._formats, self.change, self.start):
            widget.setEnabled(not running)
        self.close_button.setText(self.tr("止める") if running else self.tr("閉じる"))
