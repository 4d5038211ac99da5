"""Code → coloured runs, by Pygments. No Qt: the runs name a kind, the view chooses its colour."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Kind = Literal["keyword", "name", "string", "number", "comment"]


class Run(NamedTuple):
    """``length`` characters from ``start`` on are of one kind."""

    start: int
    length: int
    kind: Kind


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return None


@lru_cache(maxsize=64)
def highlight(code: str, language: str) -> tuple[Run, ...]:
    """Return the coloured runs of ``code`` in order; none for a language that is not known."""
    lexer = _lexer(language.strip().lower()) if language else None
    if lexer is None:
        return ()
    from pygments import token

    kinds: tuple[tuple[object, Kind], ...] = (
        (token.Comment, "comment"),
        (token.Keyword, "keyword"),
        (token.Operator.Word, "keyword"),
        (token.Name.Tag, "keyword"),
        (token.String, "string"),
        (token.Number, "number"),
        (token.Name.Function, "name"),
        (token.Name.Class, "name"),
        (token.Name.Decorator, "name"),
        (token.Name.Attribute, "name"),
    )
    runs: list[Run] = []
    for start, found, text in lexer.get_tokens_unprocessed(code):
        kind = next((kind for family, kind in kinds if found in family), None)  # type: ignore[operator]
        if kind is None or not text:
            continue
        if runs and runs[-1].kind == kind and runs[-1].start + runs[-1].length == start:
            runs[-1] = Run(runs[-1].start, runs[-1].length + len(text), kind)
        else:
            runs.append(Run(start, len(text), kind))
    return tuple(runs)
