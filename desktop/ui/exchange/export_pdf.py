"""Chats as PDFs in a folder, as a job: what ``exchange.exporting`` does for the formats that need no Qt."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from desktop.errors import KotonohaError
from desktop.exchange import names
from desktop.exchange.exporting import ExportProgress, ExportReport
from desktop.jobs import Cancel
from desktop.language import say
from desktop.ui.exchange.printing import Sheet, save_pdf


def export_pdfs(
    ids: Sequence[int], folder: Path, read: Callable[[int], Sheet], cancel: Cancel
) -> Generator[ExportProgress, None, ExportReport]:
    """Write each chat to a PDF of its own; ``read`` gives what is in it. Several go into a new folder.

    No file is overwritten. Raises ``Cancelled`` and ``KotonohaError``: ``export_empty``, ``pdf_not_written``.
    """
    several = len(ids) > 1
    target = folder / names.unused(folder, group_name(), "", set()) if several else folder
    files: list[Path] = []
    taken: set[str] = set()
    for done, chat_id in enumerate(ids, 1):
        cancel.raise_if_set()
        sheet = _sheet(read, chat_id, several=several)
        if sheet is not None and sheet.parts:
            name = names.unused(
                target, names.safe(sheet.title, say("無題の対話", "Untitled chat")), ".pdf", taken
            )
            _make(target)
            for _ in save_pdf(sheet, target / name, cancel):
                cancel.raise_if_set()
            files.append(target / name)
        yield ExportProgress(done, len(ids))
    if not files:
        raise KotonohaError(
            "export_empty",
            "書き出す対話がありません。ファイルは作っていません。",
            "There is no chat to export. No file was made.",
        )
    return ExportReport(target if several else files[0], tuple(files), len(files), len(ids) - len(files))


def group_name() -> str:
    """Return the name of a folder for several chats."""
    return say("言の葉の対話", "Kotonoha chats") + time.strftime(" %Y-%m-%d")


def _sheet(read: Callable[[int], Sheet], chat_id: int, *, several: bool) -> Sheet | None:
    try:
        return read(chat_id)
    except KotonohaError as error:
        if error.code != "chat_missing" or not several:
            raise
        return None  # deleted for good since the list was made


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KotonohaError(
            "export_unwritable",
            f"書き出し先に書き込めません（{folder}: {error.strerror}）。"
            "対話は無事です。別の場所を選んでください。",
            f"Nothing can be written there ({folder}: {error.strerror}). The chats are safe. Please choose "
            "another place.",
        ) from error
