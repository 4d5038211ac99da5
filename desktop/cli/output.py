"""What commands write to standard output: lines and JSON; where it takes no more, that is told."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from desktop.errors import KotonohaError
from desktop.exchange.shapes import plain
from desktop.language import say

# What a stranger wrote must not reach the terminal as a command. Line breaks and tabs may.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Output:
    """Standard output of one command; ``ja`` and ``en`` say what is safe whatever becomes of it."""

    def __init__(self, ja: str, en: str) -> None:
        self._safe = ja, en

    def tell(self, text: str) -> None:
        """Write a line; to a terminal without control characters."""
        with self.told():
            print(CONTROL.sub("", text) if sys.stdout.isatty() else text)

    def tell_json(self, value: object, *, flush: bool = False) -> None:
        """Write one JSON object as a line; with ``flush`` have it out at once."""
        with self.told():
            print(json.dumps(plain(value), ensure_ascii=False), flush=flush)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Raise ``KotonohaError("output_unwritable")`` where it takes no more; let pipes close."""
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            with suppress(OSError, ValueError):  # what is left in it, Python would try again at the end
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            reason = error.strerror or str(error)
            ja, en = self._safe
            raise KotonohaError(
                "output_unwritable",
                f"結果を書き出せません（{reason}）。{ja}",
                f"The result cannot be written ({reason}). {en}",
            ) from error


def lines_help() -> str:
    """Return the help of ``--json`` where it makes lines."""
    return say("1行に1つのJSONで出す", "print one JSON object a line")


def object_help() -> str:
    """Return the help of ``--json`` where it makes one object."""
    return say("結果をJSONで出す", "print the outcome as a JSON object")
