"""Printing the open chat, or saving it as a PDF: asks where, reads the chat, and draws it in a worker."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from desktop.jobs import Cancel
from desktop.ui.controls.fields import Guard
from desktop.ui.exchange.export_pdf import sheet_of
from desktop.ui.exchange.printing import Printed, dress, paint, require_replaceable, save_pdf
from desktop.ui.session import Session

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

MANY = 30  # pages, from which on it is told how far the work is
LONGEST_NAME = 80  # characters of a file's name: 240 bytes in UTF-8, and systems allow 255
_NOT_IN_NAMES = re.compile(r'[\s\x00-\x1f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+')


class Printing(QObject):
    """Prints for one window."""

    said = Signal(str)

    def __init__(self, session: Session, over: QWidget) -> None:
        super().__init__(over)
        self._session = session
        self._over = over

    def print(self, chat_id: int) -> None:
        """Ask for a printer and print a chat."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dress(printer)
        printer.setCreator("Kotonoha")
        dialog = QPrintDialog(printer, self._over)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("印刷"))
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        for field in dialog.findChildren(QLineEdit):
            Guard(field)
        dialog.accepted.connect(lambda: self.print_on(printer, chat_id))
        dialog.show()  # modal to the window, as ``open`` would be, which wants a slot here

    def print_on(self, printer: QPrinter, chat_id: int) -> None:
        """Print a chat on ``printer``."""
        store = self._session.store

        def work(cancel: Cancel) -> Iterator[Printed]:
            if file := printer.outputFileName():  # "print to a file", which Qt opens whatever it is
                require_replaceable(Path(file))
            sheet = sheet_of(store.transfer.record(chat_id))
            printer.setDocName(sheet.title)
            return paint(sheet, printer, cancel)

        self._run(work, lambda event: self._say_printed(event.of))

    def ask_for_pdf(self, chat_id: int, title: str) -> None:
        """Ask for a name and save a chat there as a PDF."""
        dialog = QFileDialog(self._over, self.tr("PDFとして保存"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("PDF文書 (*.pdf)")])
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(file_name(title or self.tr("新しい対話")))
        for label, text in (
            (QFileDialog.DialogLabel.Accept, self.tr("保存")),
            (QFileDialog.DialogLabel.Reject, self.tr("やめる")),
        ):
            dialog.setLabelText(label, text)
        for field in dialog.findChildren(QLineEdit):
            Guard(field)
        dialog.fileSelected.connect(lambda name: self.save(Path(name), chat_id))
        dialog.open()

    def save(self, path: Path, chat_id: int) -> None:
        """Save a chat as a PDF."""
        store = self._session.store
        self._run(
            lambda cancel: save_pdf(sheet_of(store.transfer.record(chat_id)), path, cancel),
            lambda event: self.said.emit(
                self.tr("PDFに保存しました（%n ページ）: {name}", "", event.of).format(name=path.name)
            ),
        )

    def _run(self, work: Callable[[Cancel], Iterator[Printed]], done: Callable[[Printed], None]) -> None:
        last = Printed(0, 0)

        def progress(event: Printed) -> None:
            nonlocal last
            last = event
            if event.of >= MANY and event.pages % 10 == 0 and event.pages < event.of:
                self.said.emit(
                    self.tr("書き出しています… {page} / {pages} ページ").format(
                        page=event.pages, pages=event.of
                    )
                )

        self._session.jobs.run(work, owner=self, on_event=progress, on_done=lambda _: done(last))

    def _say_printed(self, pages: int) -> None:
        self.said.emit(self.tr("プリンターに送りました（%n ページ）。", "", pages))


def file_name(title: str) -> str:
    """Return a name for the file of a chat that every system accepts."""
    name = _NOT_IN_NAMES.sub(" ", title).strip(" .")[:LONGEST_NAME].strip(" .")
    return f"{name or 'kotonoha'}.pdf"
