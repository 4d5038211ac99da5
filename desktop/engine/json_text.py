"""The parts of JSON as nodes of a grammar: space, strings, numbers, any value."""

from __future__ import annotations

import re
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as regex  # type: ignore[attr-defined]
from typing import Any

from desktop.engine.grammar import Chars, Choice, Node, Repeat, Rule, Sequence, literal

_LAST = 0x10FFFF
_MOST_REPETITIONS = 10_000


def _one_of(characters: str) -> Chars:
    return Chars(tuple((ord(c), ord(c)) for c in characters))


DIGIT = Chars(((0x30, 0x39),))
_DIGIT_FROM_1 = Chars(((0x31, 0x39),))
_HEX = Chars(((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)))
# No space at all, one, or a new line with its indentation: models that may write more, do so without end.
SPACE = Rule("space")
COMMA = Sequence((literal(","), SPACE))
ANY = Rule("value")
CHARACTER = Rule("character")  # a rule of its own, so that thousands of them stay small
_PLAIN = Chars(((0, 0x1F), (0x22, 0x22), (0x5C, 0x5C)), negated=True)
# No half of a surrogate pair.
_CODE = Choice(
    (
        Sequence(
            (Chars(((0x30, 0x39), (0x41, 0x43), (0x45, 0x46), (0x61, 0x63), (0x65, 0x66))), *[_HEX] * 3)
        ),
        Sequence((_one_of("dD"), Chars(((0x30, 0x37),)), _HEX, _HEX)),
    )
)
_CHARACTER = Choice(
    (
        _PLAIN,
        Sequence((literal("\\"), Choice((_one_of('"\\/bfnrt'), Sequence((literal("u"), _CODE)))))),
    )
)
_INTEGER = Choice((literal("0"), Sequence((_DIGIT_FROM_1, Repeat(DIGIT, 0, 15)))))
_FRACTION = Sequence((literal("."), Repeat(DIGIT, 1, 16)))
_EXPONENT = Sequence((_one_of("eE"), Repeat(_one_of("+-"), 0, 1), Repeat(DIGIT, 1, 3)))
_POSITIVE = Sequence((_INTEGER, Repeat(_FRACTION, 0, 1), Repeat(_EXPONENT, 0, 1)))
_MINUS = Repeat(literal("-"), 0, 1)


def generic() -> dict[str, Node]:
    """Return the rules that the constants above refer to."""
    string = Sequence((literal('"'), Repeat(CHARACTER, 0, None), literal('"')))
    member = Sequence((string, literal(":"), SPACE, ANY))
    return {
        "character": _CHARACTER,
        "space": Choice(
            (
                Sequence(()),
                literal(" "),
                Sequence((literal("\n"), Repeat(literal(" "), 0, 20))),
            )
        ),
        "number": Sequence((_MINUS, _POSITIVE)),
        "number-from-zero": _POSITIVE,
        "value": Choice(
            (
                string,
                Rule("number"),
                literal("true"),
                literal("false"),
                literal("null"),
                Sequence((literal("{"), SPACE, _separated(member), SPACE, literal("}"))),
                Sequence((literal("["), SPACE, _separated(ANY), SPACE, literal("]"))),
            )
        ),
    }


def _separated(item: Node) -> Node:
    return Repeat(Sequence((item, Repeat(Sequence((COMMA, item)), 0, None))), 0, 1)


def between(low: int | None, high: int | None) -> Node:
    """Return the node of the integers from ``low`` to ``high``, None for no bound: 16 digits then."""
    if low is None and high is None:
        return Sequence((_MINUS, _INTEGER))
    most = 10**16 - 1
    low, high = (-most if low is None else low), (most if high is None else high)
    options: list[Node] = []
    if low < 0:
        options += [Sequence((literal("-"), node)) for node in _spans(max(-high, 1), -low)]
    if high >= 0:
        options += _spans(max(low, 0), high)
    return Choice(tuple(options))


def _spans(low: int, high: int) -> list[Node]:
    spans = []
    for length in range(len(str(low)), len(str(high)) + 1):
        least = max(low, 10 ** (length - 1) if length > 1 else 0)
        most = min(high, 10**length - 1)
        if least <= most:
            spans.append(_digits(str(least), str(most)))
    return spans


def _digits(low: str, high: str) -> Node:
    """Return the node of the numbers between two of equally many digits."""
    if not low:
        return Sequence(())
    if set(low) == {"0"} and set(high) == {"9"}:
        return Repeat(DIGIT, len(low), len(low))
    if low[0] == high[0]:
        return Sequence((literal(low[0]), _digits(low[1:], high[1:])))
    rest = len(low) - 1
    options: list[Node] = [
        Sequence((literal(low[0]), _digits(low[1:], "9" * rest))),
        Sequence((literal(high[0]), _digits("0" * rest, high[1:]))),
    ]
    first, last = ord(low[0]) + 1, ord(high[0]) - 1
    if first <= last:
        options.append(Sequence((Chars(((first, last),)), Repeat(DIGIT, rest, rest))))
    return Choice(tuple(options))


def _quoted(*parts: Node) -> Node:
    return Sequence((literal('"'), *parts, literal('"')))


def _number(least: int, most: int) -> Node:
    width = len(str(most))
    return _digits(str(least).zfill(width), str(most))


_DATE = Sequence((Repeat(DIGIT, 4, 4), literal("-"), _number(1, 12), literal("-"), _number(1, 31)))
_TIME = Sequence(
    (
        *(_number(0, 23), literal(":"), _number(0, 59), literal(":"), _number(0, 59)),
        Repeat(Sequence((literal("."), Repeat(DIGIT, 1, 6))), 0, 1),
        Choice((literal("Z"), Sequence((_one_of("+-"), _number(0, 23), literal(":"), _number(0, 59))))),
    )
)
FORMATS: dict[str, Node] = {
    "date": _quoted(_DATE),
    "time": _quoted(_TIME),
    "date-time": _quoted(_DATE, literal("T"), _TIME),
    "uuid": _quoted(
        *(Repeat(_HEX, 8, 8), *[Sequence((literal("-"), Repeat(_HEX, 4, 4)))] * 3),
        *(literal("-"), Repeat(_HEX, 12, 12)),
    ),
}


# Regular expressions

_CLASSES = {
    kinds.CATEGORY_DIGIT: ((0x30, 0x39),),
    kinds.CATEGORY_SPACE: ((0x09, 0x0D), (0x20, 0x20), (0x3000, 0x3000)),
    kinds.CATEGORY_WORD: ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
}
_OPPOSITES = {
    kinds.CATEGORY_NOT_DIGIT: kinds.CATEGORY_DIGIT,
    kinds.CATEGORY_NOT_SPACE: kinds.CATEGORY_SPACE,
    kinds.CATEGORY_NOT_WORD: kinds.CATEGORY_WORD,
}


def matching(pattern: object) -> Node:
    """Return the node of the texts, as JSON writes them, in which a regular expression is found.

    Raise ``ValueError`` for what a grammar cannot express. ``\\d``, ``\\w`` and ``\\s`` are ASCII, but for
    the wide space.
    """
    if not isinstance(pattern, str):
        raise ValueError("not a text")
    try:
        parts = list(regex.parse(pattern))
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from None
    begins = bool(parts) and parts[0] == (kinds.AT, kinds.AT_BEGINNING)
    ends = bool(parts) and parts[-1] == (kinds.AT, kinds.AT_END)
    anything = Repeat(CHARACTER, 0, None)
    inner = [_regex(part) for part in parts[begins : len(parts) - ends]]
    return Sequence((*([] if begins else [anything]), *inner, *([] if ends else [anything])))


def _regex(part: tuple[Any, Any]) -> Node:  # noqa: PLR0911 - one for each kind
    kind, value = part
    match kind:
        case kinds.LITERAL:
            return _written(((value, value),))
        case kinds.NOT_LITERAL:
            return _written(_without(((value, value),)))
        case kinds.ANY:
            return _written(_without(((0x0A, 0x0A), (0x0D, 0x0D))))
        case kinds.IN:
            return _written(_members(value))
        case kinds.BRANCH:
            return Choice(tuple(Sequence(tuple(map(_regex, option))) for option in value[1]))
        case kinds.SUBPATTERN if not value[1] and not value[2]:
            return Sequence(tuple(map(_regex, value[3])))
        case kinds.MAX_REPEAT | kinds.MIN_REPEAT:
            least, most, inner = value
            if least > _MOST_REPETITIONS:
                raise ValueError(f"{{{least}}}")
            return Repeat(
                Sequence(tuple(map(_regex, inner))), least, None if most == kinds.MAXREPEAT else most
            )
    raise ValueError(str(kind))


def _members(items: list[tuple[Any, Any]]) -> tuple[tuple[int, int], ...]:
    ranges: list[tuple[int, int]] = []
    negated = False
    for kind, value in items:
        if kind is kinds.NEGATE:
            negated = True
        elif kind is kinds.LITERAL:
            ranges.append((value, value))
        elif kind is kinds.RANGE:
            ranges.append(value)
        elif kind is kinds.CATEGORY and value in _CLASSES:
            ranges += _CLASSES[value]
        elif kind is kinds.CATEGORY and value in _OPPOSITES:
            ranges += _without(_CLASSES[_OPPOSITES[value]])
        else:
            raise ValueError(str(value))
    return _without(ranges) if negated else tuple(ranges)


def _without(ranges: Any) -> tuple[tuple[int, int], ...]:  # noqa: ANN401
    """Return the ranges of all other characters."""
    others = []
    begin = 0
    for low, high in sorted(ranges):
        if low > begin:
            others.append((begin, low - 1))
        begin = max(begin, high + 1)
    if begin <= _LAST:
        others.append((begin, _LAST))
    return tuple(others)


def _written(ranges: tuple[tuple[int, int], ...]) -> Node:
    """Return the node of one character of these ranges, as JSON writes it."""
    options: list[Node] = []
    plain = tuple(
        (max(low, first), min(high, last))
        for low, high in ranges
        for first, last in ((0x20, 0x21), (0x23, 0x5B), (0x5D, _LAST))
        if max(low, first) <= min(high, last)
    )
    if plain:
        options.append(Chars(plain))
    for character, escape in zip('"\\\b\f\n\r\t', '"\\bfnrt', strict=True):
        if any(low <= ord(character) <= high for low, high in ranges):
            options.append(literal(f"\\{escape}"))
    if not options:
        raise ValueError("no character")
    return Choice(tuple(options))
