"""Export as a job: chats into a file, a folder or a zip. Nothing is overwritten that was not meant to be."""

from __future__ import annotations

import errno
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, get_args

import msgspec

from desktop.errors import KotonohaError
from desktop.exchange import chatml, markdown, names, own_json, plain_text
from desktop.exchange.words import counted, title_of
from desktop.jobs import Cancel, Cancelled
from desktop.language import say
from desktop.store import Store
from desktop.store.records import ChatRecord
from desktop.store.replacing import may_replace

Format = Literal["markdown", "html", "pdf", "json", "text", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)
SUFFIXES: dict[Format, str] = {
    "markdown": ".md",
    "html": ".html",
    "pdf": ".pdf",
    "json": ".json",
    "text": ".txt",
    "jsonl": ".jsonl",
}
Writer = Callable[[ChatRecord], bytes]  # b"": the format has nothing of this chat

_ZIP_FROM, _ZIP_TO = 315_619_200, 4_354_000_000  # 1980 to 2107, in Unix seconds


class ExportProgress(msgspec.Struct, frozen=True):
    """How many chats are done."""

    done: int
    total: int


class ExportReport(msgspec.Struct, frozen=True):
    """What became of an export: the file, folder or zip, and the files in a folder."""

    path: Path
    files: tuple[Path, ...]
    chats: int
    left_out: int  # without anything that the format can hold, damaged, or deleted meanwhile

    @property
    def sentence(self) -> str:
        """Return it in the person's language."""
        ja = f"対話を{self.chats:,}件書き出しました: {self.path}"
        en = f"Exported {counted(self.chats, 'chat')}: {self.path}"
        if self.left_out:
            ja += f"（書き出せるもののない{self.left_out:,}件を除く）"
            en += f" ({self.left_out:,} with nothing that can be exported left out)"
        return say(ja, en)


def format_of(path: Path) -> Format | None:
    """Return the format that a file name asks for."""
    suffix = {".htm": ".html", ".markdown": ".md"}.get(path.suffix.lower(), path.suffix.lower())
    return next((format for format, its in SUFFIXES.items() if its == suffix), None)


def export_chats(
    store: Store,
    ids: Sequence[int] | None,
    to: Path,
    format: Format,
    cancel: Cancel,
    *,
    overwrite: bool = False,
    pdf: Writer | None = None,
) -> Generator[ExportProgress, None, ExportReport]:
    """Write chats (None: all that are not in the bin, oldest first); yield the progress after each.

    ``pdf`` writes the format of this name, for which Qt is needed: ``ui.exchange`` has it.

    JSON and JSONL have all chats in one file. Of the others each chat is a file: ``to`` itself for one
    chat, in a zip where ``to`` ends in .zip, else in the folder ``to``, which is made. In a folder that is
    there already names are chosen that are free; a file that is there is replaced only with ``overwrite``,
    and only by a complete one. Raises ``Cancelled`` and ``KotonohaError``: ``chat_missing``,
    ``export_exists``, ``export_empty``, ``disk_full``, ``export_unwritable``; a file is not there then, of
    a folder the files that were complete.
    """
    chosen = store.transfer.ids() if ids is None else list(dict.fromkeys(ids))
    if not chosen:
        raise _empty()
    with _told(to):
        target = to.absolute()
        target.parent.mkdir(parents=True, exist_ok=True)
        gathered = format in ("json", "jsonl")
        if target.is_dir() and (gathered or len(chosen) == 1):
            target = target / _name_in(store, target, chosen, format)
        if not may_replace(target):
            raise _unwritable(
                target, say("ふつうのファイルの名前ではありません", "not the name of a regular file")
            )
        if target.exists() and not target.is_dir() and not overwrite:
            raise _exists(target)
        records = _records(store, chosen, cancel)
        write = _writer(format, pdf)
        if gathered:
            return (yield from _into_one(records, len(chosen), target, format, write))
        if len(chosen) == 1 and target.suffix.lower() != ".zip":
            return (yield from _into_one(records, 1, target, format, write))
        if target.suffix.lower() == ".zip" and not target.is_dir():
            return (yield from _into_zip(records, len(chosen), target, format, write))
        return (yield from _into_folder(records, len(chosen), target, format, write))


def _records(store: Store, ids: Sequence[int], cancel: Cancel) -> Iterator[ChatRecord | None]:
    for id in ids:
        cancel.raise_if_set()
        try:
            yield store.transfer.record(id)
        except KotonohaError as error:
            if error.code != "chat_missing" or len(ids) == 1:
                raise
            yield None  # deleted for good since the list was made


def _written(write: Writer, record: ChatRecord | None, total: int) -> bytes:
    """Return the chat as it is in the file; of many, b"" for one that is so damaged that it cannot be."""
    if record is None:
        return b""
    try:
        return write(record)
    except Cancelled:
        raise
    except KotonohaError as error:
        if total == 1 or error.code != "chat_broken":
            raise
        return b""
    except Exception as error:
        if total > 1:
            return b""
        raise KotonohaError(
            "chat_broken",
            "対話のデータが壊れていて、書き出せません。ほかの対話は無事です。",
            "The chat's data is damaged, so it cannot be exported. Other chats are safe.",
        ) from error


def _into_one(
    records: Iterator[ChatRecord | None], total: int, target: Path, format: Format, write: Writer
) -> Generator[ExportProgress, None, ExportReport]:
    chats = 0
    with _part(target) as file:
        file.write(own_json.HEADER if format == "json" else b"")
        for done, record in enumerate(records, 1):
            data = _written(write, record, total)
            if data:
                file.write((own_json.BETWEEN if format == "json" and chats else b"") + data)
                chats += 1
            yield ExportProgress(done, total)
        if not chats:
            raise _empty()
        file.write(own_json.FOOTER if format == "json" else b"")
    return ExportReport(target, (target,), chats, total - chats)


def _into_zip(
    records: Iterator[ChatRecord | None], total: int, target: Path, format: Format, write: Writer
) -> Generator[ExportProgress, None, ExportReport]:
    taken: set[str] = set()
    with _part(target) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for done, record in enumerate(records, 1):
                data = _written(write, record, total)
                if record is not None and data:
                    name = names.unused(None, _name(record), SUFFIXES[format], taken)
                    info = zipfile.ZipInfo(
                        name, time.localtime(min(max(record.updated, _ZIP_FROM), _ZIP_TO))[:6]
                    )
                    info.compress_type = zipfile.ZIP_DEFLATED
                    info.external_attr = 0o600 << 16
                    archive.writestr(info, data)
                yield ExportProgress(done, total)
        if not taken:
            raise _empty()
    return ExportReport(target, (target,), len(taken), total - len(taken))


def _into_folder(
    records: Iterator[ChatRecord | None], total: int, folder: Path, format: Format, write: Writer
) -> Generator[ExportProgress, None, ExportReport]:
    folder.mkdir(exist_ok=True)
    taken: set[str] = set()
    files: list[Path] = []
    for done, record in enumerate(records, 1):
        data = _written(write, record, total)
        if record is not None and data:
            path = folder / names.unused(folder, _name(record), SUFFIXES[format], taken)
            with _part(path) as file:
                file.write(data)
            files.append(path)
        yield ExportProgress(done, total)
    return ExportReport(folder, tuple(files), len(files), total - len(files))


@contextmanager
def _part(target: Path) -> Iterator[BinaryIO]:
    """Give a file that becomes ``target`` when the block ends well, and is gone otherwise."""
    descriptor, name = tempfile.mkstemp(".part", "kotonoha-", target.parent)  # for the owner only
    part = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _writer(format: Format, pdf: Writer | None) -> Writer:
    match format:
        case "pdf":
            if pdf is None:
                raise ValueError("who wants PDFs says what makes them")
            return pdf
        case "json":
            return own_json.encode
        case "jsonl":
            write = chatml.write
        case "markdown":
            write = markdown.write
        case "text":
            write = plain_text.write
        case "html":
            from desktop.exchange import html_page  # only here: it loads markdown-it

            write = html_page.write
    return lambda record: write(record).encode("utf-8")


def group_name() -> str:
    """Return the name of a file or folder for several chats."""
    return say("言の葉の対話", "Kotonoha chats") + time.strftime(" %Y-%m-%d")


def _name(record: ChatRecord) -> str:
    return names.safe(title_of(record), say("無題の対話", "Untitled chat"))


def _name_in(store: Store, folder: Path, ids: Sequence[int], format: Format) -> str:
    if len(ids) == 1:
        name = names.safe(store.chats.get(ids[0]).title, say("無題の対話", "Untitled chat"))
    else:
        name = group_name()
    return names.unused(folder, name, SUFFIXES[format], set())


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise KotonohaError(
                "disk_full",
                "ディスクの空きが足りず、書き出せませんでした。対話は無事です。",
                "The disk is full, so nothing was exported. The chats are safe.",
            ) from error
        raise _unwritable(path, reason) from error


def _unwritable(path: Path, reason: str) -> KotonohaError:
    return KotonohaError(
        "export_unwritable",
        f"書き出し先に書き込めません（{path}: {reason}）。対話は無事です。別の場所を選んでください。",
        f"Nothing can be written there ({path}: {reason}). The chats are safe. Please choose another place.",
    )


def _exists(path: Path) -> KotonohaError:
    return KotonohaError(
        "export_exists",
        f"同じ名前のファイルがあります（{path}）。上書きしていません。別の名前を選んでください。",
        f"There is a file of this name ({path}). It was not overwritten. Please choose another name.",
    )


def _empty() -> KotonohaError:
    return KotonohaError(
        "export_empty",
        "書き出す対話がありません。ファイルは作っていません。",
        "There is no chat to export. No file was made.",
    )
