"""Import as a job: chats of other applications into the store, one transaction each."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from desktop.errors import KotonohaError
from desktop.exchange.recognise import Companion, Unreadable, chats, damaged
from desktop.exchange.shapes import Object, mapping
from desktop.exchange.sources import Counted, Member, members, read_text, told
from desktop.exchange.words import counted
from desktop.jobs import Cancel, Cancelled
from desktop.language import say
from desktop.store import Store
from desktop.store.records import ChatRecord
from desktop.store.transfer import Added

MOST_SKIPPED = 1_000  # are named in a report; more are counted
_BESIDE_BYTES = 4 << 20
_TITLE_CHARACTERS = 40
_ABOUT_A_CHAT = ("text_too_long",)  # what the store refuses in one chat; anything else ends the import


class ImportProgress(msgspec.Struct, frozen=True):
    """How far it is: bytes, and what was added up to here."""

    done: int
    total: int
    chats: int
    messages: int
    name: str  # of the file that is read


class Skipped(msgspec.Struct, frozen=True):
    """What was not imported: in which file, which chat, and why."""

    file: str
    title: str  # of the chat; "" where it is not known, and for a whole file or its rest
    code: str
    ja: str
    en: str
    number: int = 0  # of the chat in its file, from 1; 0: none of its chats

    @property
    def sentence(self) -> str:
        """Return it in the person's language."""
        chat = self.title
        if self.number and not chat:
            chat = say(f"{self.number:,}番目の対話", f"chat {self.number:,}")
        name = f"{self.file} · {chat}" if chat else self.file
        return f"{name}: {say(self.ja, self.en)}"


class ImportReport(msgspec.Struct, frozen=True):
    """What became of an import. Counts are of chats, but for ``messages`` and ``lost_messages``."""

    added: tuple[int, ...]  # the ids of the chats that are new
    grown: int  # were here and got new messages
    known: int  # were here with all their messages
    binned: int  # were imported once and are in the bin, where they stay
    empty: int  # have no message that can be read
    messages: int
    lost_messages: int  # hang on themselves or have another's key, in a damaged file
    skipped: tuple[Skipped, ...]  # what could not be read; the first ``MOST_SKIPPED``
    skipped_count: int
    cancelled: bool
    failed: Skipped | None = None  # what ended it early: the store could keep no more
    passed: tuple[Skipped, ...] = ()  # the empty ones and those in the bin; the first ``MOST_SKIPPED``

    @property
    def sentence(self) -> str:
        """Return it in the person's language."""
        ja, en = [], []
        for count, in_ja, in_en in (
            (self.grown, "{}件の対話に続きを加えました。", "{} continued."),
            (self.known, "{}件の対話は、すでにあります。", "{} here already."),
            (self.binned, "{}件の対話は、ごみ箱に入れたままにしました。", "{} left in the bin."),
            (self.empty, "{}件の対話には、読めるメッセージがありません。", "{} without a message."),
        ):
            if count:
                ja.append(in_ja.format(f"{count:,}"))
                en.append(in_en.format(f"{counted(count, 'chat')} {'was' if count == 1 else 'were'}"))
        if self.lost_messages:
            ja.append(f"つながりの壊れたメッセージを{self.lost_messages:,}件除きました。")
            en.append(f"{counted(self.lost_messages, 'message')} with broken links left out.")
        if self.skipped_count:
            ja.append(f"{self.skipped_count:,}件は読めませんでした。")
            en.append(f"{self.skipped_count:,} could not be read.")
        if self.cancelled:
            ja.append("途中で止めました。もう一度取り込むと、残りが加わります。")
            en.append("It was stopped. Import it again to add the rest.")
        if self.failed is not None:
            ja.append(f"途中で終わりました: {self.failed.ja}もう一度取り込むと、残りが加わります。")
            en.append(f"It ended early: {self.failed.en} Import it again to add the rest.")
        return say("".join([self._in_ja(), *ja]), " ".join([self._in_en(), *en]))

    def _in_ja(self) -> str:
        counts = (("対話", len(self.added)), ("メッセージ", self.messages))
        new = "、".join(f"{what}を{count:,}件" for what, count in counts if count)
        return f"{new}取り込みました。" if new else "新しく取り込んだものはありません。"

    def _in_en(self) -> str:
        counts = (("chat", len(self.added)), ("message", self.messages))
        new = " and ".join(counted(count, what) for what, count in counts if count)
        return f"Imported {new}." if new else "Nothing new was imported."


def import_chats(
    store: Store, paths: Sequence[Path], cancel: Cancel
) -> Generator[ImportProgress, None, ImportReport]:
    """Import every chat in files, folders and zips; yield the progress after each, return the report.

    A cancel ends it between two chats, and the report says so: what was imported stays, and importing again
    adds only the rest. What cannot be read is in the report, and so is a failure of the store (``disk_full``
    …) after something was imported. Raises that ``KotonohaError`` where nothing was.
    """
    work = _Import(store)
    total = 0
    for path in paths:
        try:
            with members(path) as found:
                total += sum(member.size for member in found)
        except KotonohaError:
            continue  # told below
    done = 0
    try:
        for path in paths:
            try:
                with members(path) as found:
                    beside = _beside(found)
                    for member in found:
                        cancel.raise_if_set()
                        yield from work.read(member, beside, done, total, cancel)
                        done += member.size
                    work.end_of(path, found)
            except KotonohaError as error:
                if isinstance(error, _StoreFailedError):
                    if not work.has_added:
                        raise error.reason from error
                    return work.report(cancelled=False, failed=error.reason)
                work.skip(path.name, "", error)
    except Cancelled:
        return work.report(cancelled=True)
    return work.report(cancelled=False)


class _StoreFailedError(KotonohaError):
    """The store's own error, on its way past those that are about one file."""

    def __init__(self, reason: KotonohaError) -> None:
        super().__init__(reason.code, reason.ja, reason.en)
        self.reason = reason


class _Import:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._now = time.time()
        self._added: list[int] = []
        self._counts = dict.fromkeys(("grown", "known", "binned", "empty"), 0)
        self._messages = self._lost = self._skipped_count = 0
        self._skipped: list[Skipped] = []
        self._passed: list[Skipped] = []
        self._number = 0  # of the chat in its file
        self._recognised = self._told = (
            False  # anything in the file, folder or zip that is read: of it, a chat
        )

    def read(
        self,
        member: Member,
        beside: Callable[[Member, str], Object],
        done: int,
        total: int,
        cancel: Cancel,
    ) -> Generator[ImportProgress, None, None]:
        """Import the chats in one file."""
        try:
            with told(member.name):
                opened = member.open()
            with opened:
                stream = Counted(member, opened, cancel)
                self._number = 0
                for found in chats(stream, lambda name: beside(member, name), self._now):
                    self._recognised = True
                    self._told = self._told or not isinstance(found, Companion)
                    self._number += not isinstance(found, Companion)
                    if isinstance(found, Unreadable):
                        self.skip(member.name, found.title, found.error, self._number)
                    elif not isinstance(found, Companion):
                        self._add(member, found)
                    at = min(done + stream.done, total)
                    yield ImportProgress(at, total, len(self._added), self._messages, member.name)
        except KotonohaError as error:
            if isinstance(error, _StoreFailedError):
                raise
            self._recognised = self._told = True  # as something that would have been read
            self.skip(member.name, "", error)

    def end_of(self, path: Path, found: Sequence[Member]) -> None:
        """Tell where nothing in what was chosen is of a known shape, or where it has that shape alone."""
        if not self._told:
            self.skip(path.name, "", (_hollow if self._recognised else _unknown)(len(found)))
        self._recognised = self._told = False

    def skip(self, file: str, title: str, error: KotonohaError, number: int = 0) -> None:
        """Note what could not be read."""
        self._skipped_count += 1
        _note(self._skipped, file, title, error, number)

    @property
    def has_added(self) -> bool:
        """Return whether anything is in the store that was not."""
        return bool(self._added or self._messages)

    def report(self, *, cancelled: bool, failed: KotonohaError | None = None) -> ImportReport:
        """Return what became of it."""
        return ImportReport(
            added=tuple(self._added),
            **self._counts,
            messages=self._messages,
            lost_messages=self._lost,
            skipped=tuple(self._skipped),
            skipped_count=self._skipped_count,
            cancelled=cancelled,
            passed=tuple(self._passed),
            failed=None if failed is None else Skipped("", "", failed.code, failed.ja, failed.en),
        )

    def _add(self, member: Member, record: ChatRecord) -> None:
        ours = record.origin.startswith("kotonoha:")
        if not record.messages and not ours:
            self._counts["empty"] += 1
            _note(self._passed, member.name, record.title, _empty(), self._number)
            return
        try:
            added: Added = self._store.transfer.add(record if ours else _titled(record))
        except KotonohaError as error:
            if error.code not in _ABOUT_A_CHAT:
                raise _StoreFailedError(error) from error
            self.skip(member.name, record.title, error, self._number)
            return
        except Exception as error:  # a value that SQLite does not take; nothing of the chat is kept
            self.skip(member.name, record.title, damaged(error), self._number)
            return
        self._messages += added.messages
        self._lost += added.lost
        if added.outcome == "new":
            self._added.append(added.chat_id)
        else:
            self._counts[added.outcome] += 1
            if added.outcome == "binned":
                _note(self._passed, member.name, record.title, _binned(), self._number)


def _note(into: list[Skipped], file: str, title: str, error: KotonohaError, number: int) -> None:
    if len(into) < MOST_SKIPPED:
        title = " ".join(title[:200].split())
        into.append(Skipped(file[-200:], title, error.code, error.ja, error.en, number))


def _titled(record: ChatRecord) -> ChatRecord:
    """Return the chat with a title: its own, as if given by hand, or the beginning of what it says."""
    if record.title.strip():
        return msgspec.structs.replace(record, title_by_hand=True)
    first = " ".join(record.messages[0].text[:400].split())
    title = first if len(first) <= _TITLE_CHARACTERS else first[: _TITLE_CHARACTERS - 1].rstrip() + "…"
    return msgspec.structs.replace(record, title=title)


def _beside(found: Iterable[Member]) -> Callable[[Member, str], Object]:
    by_name: Mapping[str, Member] = {member.name: member for member in found}

    def look(member: Member, name: str) -> Object:
        other = by_name.get(str(PurePosixPath(member.name).with_name(name)))
        if other is None:
            return {}
        try:
            with told(other.name), other.open() as stream:
                return mapping(json.loads(read_text(stream, _BESIDE_BYTES)))
        except (KotonohaError, ValueError, RecursionError):
            return {}  # a title less is no reason to leave out the messages

    return look


def _empty() -> KotonohaError:
    return KotonohaError(
        "chat_empty",
        "読めるメッセージがありません。空か、壊れています。",
        "There is no message in it that can be read. It is empty or damaged.",
    )


def _binned() -> KotonohaError:
    return KotonohaError(
        "chat_binned",
        "ごみ箱にあります。要るときは、ごみ箱から元に戻してください。",
        "It is in the bin. Restore it from there if you want it.",
    )


def _unknown(files: int) -> KotonohaError:
    known_ja = "ChatGPT・Claude・Gemini・Open WebUI・LM Studio・Jan・言の葉の書き出し"
    known_en = "exports of ChatGPT, Claude, Gemini, Open WebUI, LM Studio, Jan and Kotonoha"
    return KotonohaError(
        "import_unknown",
        f"対話が見つかりません（調べたファイル {files}件）。読めるのは、{known_ja}です。",
        f"There are no chats in it ({files} files were looked at). What can be read: {known_en}.",
    )


def _hollow(files: int) -> KotonohaError:
    return KotonohaError(
        "import_hollow",
        f"書き出した対話のファイルですが、読める対話がありません（調べたファイル {files}件）。"
        "空か、壊れています。もう一度書き出したものを取り込んでください。",
        f"It is an export of chats, but no chat in it can be read ({files} files were looked at). "
        "It is empty or damaged. Please export it again, and import that.",
    )
