"""What ``kotonoha models`` writes and asks: lines, tables, JSON, how far a job is, yes or no."""

from __future__ import annotations

import os
import signal
import sys
import unicodedata
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from desktop.cli.interrupt import stops
from desktop.cli.output import CONTROL, Output
from desktop.cli.status_line import StatusLine
from desktop.jobs import Cancel, Cancelled, result_of
from desktop.language import say

T = TypeVar("T")

_WIDE = "WFA"  # terminals of Japan draw the ambiguous ones wide, too
_COLUMNS = 80  # where a terminal does not say how wide it is
_BAR = 24  # columns, at most
_LONGEST_ANSWER = 100  # characters
_YES = frozenset({"y", "yes", "はい", "ｙ"})


_OUT = Output("モデルは無事です。", "The models are safe.")
tell, told = _OUT.tell, _OUT.told
tell_json = partial(_OUT.tell_json, flush=True)  # a program waits for it


class Declined(Cancelled):
    """The person, who was asked, does not want it."""


def remark(text: str) -> None:
    """Write a line to standard error."""
    print(CONTROL.sub("", text), file=sys.stderr)


def follow(job: Generator[Any, None, T], words: Callable[[Any], str], cancel: Cancel) -> T:
    """Run a job to its end, with a line on the terminal that says how far it is; Ctrl-C cancels it."""
    status = StatusLine(sys.stderr)

    def events() -> Generator[None, None, T]:
        while True:
            try:
                event = next(job)
            except StopIteration as end:
                result: T = end.value
                return result
            status.show(fitted(words(event), columns()))
            yield

    try:
        with stops(cancel):
            return result_of(events())
    finally:
        status.clear()


def asks_nobody() -> bool:
    """Return whether there is no person at a terminal to be asked."""
    return sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty())


def agreed(question: str) -> bool:
    """Ask on the terminal; return whether the answer is yes. Ctrl-C raises ``KeyboardInterrupt``."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        sys.stderr.write(CONTROL.sub("", question) + say("\n続けますか？ [y/N] ", "\nGo on? [y/N] "))
        sys.stderr.flush()
        answer = sys.stdin.readline(_LONGEST_ANSWER)
    except (OSError, UnicodeDecodeError):
        return False
    finally:
        signal.signal(signal.SIGINT, before)
    if not answer.endswith("\n"):
        sys.stderr.write("\n")
    return unicodedata.normalize("NFKC", answer).strip().casefold() in _YES


def declined() -> int:
    """Say that nothing was done, and return the exit status for it."""
    remark(say("何もしませんでした。", "Nothing was done."))
    return 1


def columns() -> int:
    """Return how wide the terminal on standard error is."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _COLUMNS
    except (OSError, ValueError, AttributeError):
        return _COLUMNS


def width(text: str) -> int:
    """Return the most columns that a terminal takes for the text."""
    return sum(
        0
        if unicodedata.combining(character)
        else 2
        if unicodedata.east_asian_width(character) in _WIDE
        else 1
        for character in text
    )


def fitted(text: str, most: int) -> str:
    """Return the beginning of the text, as one line that leaves the last column free."""
    text = CONTROL.sub("", text.replace("\n", " ").replace("\t", " "))
    while text and width(text) >= most:
        text = text[:-1]
    return text


def bar(done: int, total: int, beside: str) -> str:
    """Return how much is done as a bar, with ``beside`` behind it, in what room there is."""
    part = min(max(done / total, 0.0), 1.0) if total > 0 else 0.0
    percent = f"{int(part * 100):>3} %"
    room = min(_BAR, columns() - width(beside) - width(percent) - 6)
    if room < 4:
        return f"{percent}  {beside}"
    full = round(part * room)
    return f"[{'#' * full}{'-' * (room - full)}] {percent}  {beside}"


def table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """Return the rows as lines; columns whose number is in ``right`` end under each other."""
    rows = [[CONTROL.sub("", cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(_narrow(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for at, cell in enumerate(row):
            space = " " * (widths[at] - _narrow(cell))
            cells.append(space + cell if at in right else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines


def _narrow(text: str) -> int:
    from prompt_toolkit.utils import get_cwidth

    return get_cwidth(text)


def size(count: int) -> str:
    """Return a number of bytes for people."""
    for least, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if count >= least:
            return f"{count / least:,.1f} {unit}"
    return f"{max(count, 0) / 1e3:,.1f} KB"


def duration(seconds: float) -> str:
    """Return a time for people, in at most two units."""
    whole = max(round(min(seconds, 360_000_000)), 1)
    if whole < 60:
        return say(f"{whole}秒", f"{whole} s")
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return say(f"{minutes}分{rest}秒", f"{minutes} min {rest} s")
    return say(f"{minutes // 60}時間{minutes % 60}分", f"{minutes // 60} h {minutes % 60} min")


@contextmanager
def waiting(words: str, cancel: Cancel) -> Iterator[None]:
    """Show on the terminal what the code inside is doing; Ctrl-C cancels it."""
    status = StatusLine(sys.stderr)
    status.show(fitted(words, columns()))
    try:
        with stops(cancel):
            yield
    finally:
        status.clear()
