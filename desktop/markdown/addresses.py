"""Addresses that are written in a text without any mark: found in Japanese, and as they can be read. No Qt.

Japanese puts no space behind an address. What follows may be its path (``/wiki/日本``) or the sentence
(``…/aを見る``): a letter that is not ASCII belongs to the address where it begins a part of it, behind ``/``
or ``=``, and where it goes on with one that does; behind an ASCII letter only where it is not hiragana, and
never in the host.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_HOST, MAX_ADDRESS = 253, 2_000  # characters; what is longer is text
_ASCII = "!#-;=?-~"  # not " < >, which end it in HTML
# Neither spaces nor controls, nor what quotes or ends a sentence, nor what turns the direction of writing.
_WIDE = (
    "[^\x00-\xa0\\s\u061c\u200b-\u200f\u2018-\u201f\u2026-\u202e\u2060-\u206f\u3000-\u3002\u3008-\u3011\u3014-\u301b"
    "\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uff08\uff09\uff0c\uff0e\uff1c\uff1e\uff3b\uff3d\uff5b\uff5d-\uff63\ufff0-\uffff]"
)
_ENDS_WORD = "(?<![0-9A-Za-z])"
_SENTENCE = "(?<=[!-~])(?:を|です|でし)"  # no part of an address begins so
_ADDRESS = re.compile(
    f"https?://(?P<host>(?:[-.:@%_~\\[\\]0-9A-Za-z]|{_ENDS_WORD}(?!{_SENTENCE}){_WIDE})+)"
    f"(?:[/?#](?:[{_ASCII}]|(?!{_SENTENCE})(?:{_ENDS_WORD}{_WIDE}|(?![ぁ-ゖ]){_WIDE}))*)?"
)
_TRAILING = ".,:;!?'*_~！？：；・"
_ESCAPED = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")
_JOINING = "・〜！？"


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the addresses in ``text`` begin and end, without what ends the sentence behind them."""
    for match in _ADDRESS.finditer(text):
        host = match["host"]
        if len(host) > MAX_HOST or len(match.group()) > MAX_ADDRESS or not (host.isascii() or "." in host):
            continue
        address = match.group().rstrip(_TRAILING)
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1]
        if len(address) > match.start("host") - match.start():
            yield match.start(), match.start() + len(address)


def readable(address: str) -> str:
    """Return an address with the letters that are escaped in it; the host stays as it is asked for."""
    host = re.match(r"[a-z]+://[^/?#]*", address)
    begin = host.end() if host else len(address)
    return address[:begin] + _ESCAPED.sub(_letters, address[begin:])


def _letters(escaped: re.Match[str]) -> str:
    try:
        text = bytes.fromhex(escaped.group().replace("%", "")).decode()
    except UnicodeDecodeError:
        return escaped.group()
    plain = all(unicodedata.category(each)[0] in "LMN" or each in _JOINING for each in text)
    return text if plain else escaped.group()
