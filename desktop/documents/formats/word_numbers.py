"""The numbers that Word writes before paragraphs: 1., 第2条, ア, ③ … Counted as they come.

Source: ECMA-376 part 1, 17.9 (numbering) and 17.18.59 (number formats).
"""

from __future__ import annotations

import re
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_KANJI = "〇一二三四五六七八九"
_AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
_LETTERS = {
    "aiueo": _AIUEO,
    "aiueoFullWidth": _AIUEO,
    "iroha": _IROHA,
    "irohaFullWidth": _IROHA,
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "lowerRoman": ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"),
    "upperRoman": ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"),
}
_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")


class Numbers:
    """Counts the numbered paragraphs of one document."""

    def __init__(self, part: Any) -> None:  # noqa: ANN401 - of python-docx
        """Read the definitions of a document's part; without any, every list has bullets."""
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}  # by numId: format, text, start
        self._counted: dict[str, list[int]] = {}
        self._lists: dict[str, str] = {}  # by numId: what it counts with
        for relation in part.rels.values():
            if not relation.is_external and relation.reltype.endswith("/numbering"):
                from docx.oxml import parse_xml

                self._define(parse_xml(relation.target_part.blob))

    def _define(self, root: Any) -> None:  # noqa: ANN401
        abstract = {
            each.get(_W + "abstractNumId"): {
                _number(level.get(_W + "ilvl")): (
                    _value(level, "numFmt") or "decimal",
                    _value(level, "lvlText"),
                    _number(_value(level, "start") or "1"),
                )
                for level in each.findall(_W + "lvl")
            }
            for each in root.findall(_W + "abstractNum")
        }
        for each in root.findall(_W + "num"):
            name, kind = each.get(_W + "numId", ""), _value(each, "abstractNumId")
            self._levels[name] = abstract.get(kind, {})
            # A list that begins anew counts for itself; others of the same kind go on with each other.
            self._lists[name] = f"n{name}" if each.find(_W + "lvlOverride") is not None else f"a{kind}"

    def next(self, name: str, level: int) -> str:
        """Return what stands before the next paragraph at a level of a list; "" for a bullet."""
        levels = self._levels.get(name, {})
        if level not in levels or not 0 <= level < _LEVELS:
            return ""
        counted = self._counted.setdefault(self._lists[name], [-1] * _LEVELS)
        for at in range(level + 1):
            if counted[at] < 0:
                counted[at] = levels.get(at, ("", "", 1))[2] - (at == level)
        counted[level] += 1
        counted[level + 1 :] = [-1] * (_LEVELS - level - 1)
        kind, text, _ = levels[level]
        if kind in ("bullet", "none"):
            return ""

        def number(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            return _written(levels.get(at, ("decimal", "", 1))[0], max(counted[at], 0))

        return _PLACE.sub(number, text[:100]).strip()


def _written(kind: str, number: int) -> str:
    letters = _LETTERS.get(kind)
    if letters is not None and 0 < number <= len(letters):
        return letters[number - 1]
    if kind in ("decimalFullWidth", "decimalFullWidth2"):
        return str(number).translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"})
    if kind == "ideographDigital":
        return "".join(_KANJI[int(digit)] for digit in str(number))
    if kind in ("japaneseCounting", "chineseCounting") and number < 1000:
        return _counting(number)
    return f"{number:02d}" if kind == "decimalZero" else str(number)


def _counting(number: int) -> str:
    """Return a number below 1,000 in kanji: 百二十三."""
    out = ""
    for unit, sign in ((100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        out += ("" if digit == 1 and sign else _KANJI[digit]) + sign if digit else ""
    return out or _KANJI[0]


def _value(element: Any, name: str) -> str:  # noqa: ANN401
    found = element.find(_W + name)
    return str(found.get(_W + "val", "")) if found is not None else ""


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 6 else 0
