"""Text from outside, made safe to keep, and names compared as people mean them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Protocol, TypeVar

from desktop.store import failures

MOST_CHARACTERS = 50_000_000
TITLE_CHARACTERS = 200

# Unicode's format characters (Cf): none is seen, and some turn the text behind them round. Not among them are
# those that are seen, as the Arabic signs round numbers, and the joiners, of which emoji and words are made.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u070f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
_JOINERS = "\u200c\u200d"


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """The name that people see."""


N = TypeVar("N", bound=Named)


def clean(text: str) -> str:
    """Return the text as it can be stored: lone surrogates and NUL become U+FFFD, pairs one character.

    NUL would cut the text short wherever C code reads it. Raises ``KotonohaError("text_too_long")`` above
    ``MOST_CHARACTERS``.
    """
    if len(text) > MOST_CHARACTERS:
        raise failures.too_long()
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "\ufffd")


def line(text: str, characters: int = TITLE_CHARACTERS) -> str:
    """Return the text as one line of at most ``characters``, for names, without what is not seen."""
    # Cut first, so that a whole book pasted as a title is not gone through word by word.
    words = _UNSEEN.sub("", clean(text[: characters * 4])).split()
    joined = " ".join(filter(None, (word.strip(_JOINERS) for word in words)))
    return joined[:characters].rstrip(f" {_JOINERS}")


def fold(name: str) -> str:
    """Return the name without differences of width, case and outer space."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def find(wanted: str, items: Sequence[N], *, inside: bool = False) -> N | None:
    """Return the item called ``wanted``: exactly, but for case and width, or the only one that begins so.

    With ``inside``, at last also the only one that has it anywhere in its name.
    """
    for item in items:
        if item.name == wanted:
            return item
    key = fold(wanted)
    if not key:
        return None
    names = [(fold(item.name), item) for item in items]
    for name, item in names:
        if name == key:
            return item
    starting = [item for name, item in names if name.startswith(key)]
    if len(starting) == 1:
        return starting[0]
    having = [item for name, item in names if key in name] if inside else []
    return having[0] if len(having) == 1 else None
