"""LaTeX → MathML, which browsers draw by themselves with the fonts that they have."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DEPTH = 100  # of elements within each other
MAX_SIZE = 100_000  # characters of what is made of one formula

# What can be in MathML of a formula; anything else is a reason to show its source.
_ELEMENT = re.compile(
    "math|mrow|mi|mn|mo|ms|mtext|mspace|mfrac|msqrt|mroot|mstyle|mpadded|mphantom|menclose|msub|msup|msubsup|"
    "munder|mover|munderover|mmultiscripts|mprescripts|none|mtable|mtr|mtd"
)
_ATTRIBUTE = re.compile(
    "displaystyle|scriptlevel|math(?:variant|size|color)|stretchy|fence|form|separator|lspace|rspace|accent|"
    "accentunder|movablelimits|largeop|symmetric|minsize|maxsize|linethickness|width|height|depth|voffset|"
    "notation|column(?:align|spacing|lines)|row(?:align|spacing|lines)"
)
_HUGE = re.compile(r"(?<![\d.#])\d{3,}(?:\.\d*)?\s*(?:[a-z]{2}|%)")  # a length; it would push the page apart
_MACRO = re.compile(r"\\(?:(?:re)?newcommand|providecommand|def|let)(?![a-z])")
_TAG = re.compile("<[^>]*>")
# What the library does not know, as what it knows and means the same.
_KNOWN = {"aligned": "align*", "gathered": "matrix"}
_ENVIRONMENT = re.compile(r"(\\(?:begin|end)\{)(aligned|gathered)\}")
_UPRIGHT = re.compile(r"\\mathrm\{")


@lru_cache(maxsize=512)
def mathml(latex: str, *, display: bool) -> str:
    """Return a formula as MathML with its source as annotation; "" for one that cannot be read."""
    if _MACRO.search(latex):
        return ""
    from latex2mathml.converter import convert_to_element

    known = _ENVIRONMENT.sub(lambda found: f"{found[1]}{_KNOWN[found[2]]}}}", latex)
    known = _UPRIGHT.sub(r"\\mathrm {", known)
    try:
        # Not its ``convert``, which takes back the escaping of XML: text of a formula could become tags.
        made = convert_to_element(known, display="block" if display else "inline")
        inside = "".join(_written(each, 0) for each in made)
    except Exception:
        # The library raises whatever it stumbles over; a formula is somebody's text, not a defect of ours.
        return ""
    shown = _TAG.sub("", inside)
    if (
        len(inside) > MAX_SIZE or "\\" in shown or "&amp;" in shown
    ):  # a command or a table that it does not know
        return ""
    block = ' display="block"' if display else ""
    source = f'<annotation encoding="application/x-tex">{escape(latex, quote=False)}</annotation>'
    return f"<math{block}><semantics><mrow>{inside}</mrow>{source}</semantics></math>"


def _written(element: Element, depth: int) -> str:
    """Return an element as text. Raises ``ValueError`` for what is not MathML of a formula."""
    attributes = "".join(
        f' {name}="{escape(value)}"' for name, value in element.attrib.items() if _ATTRIBUTE.fullmatch(name)
    )
    if depth > MAX_DEPTH or not _ELEMENT.fullmatch(element.tag) or _HUGE.search(attributes):
        raise ValueError(element.tag)
    inside = "".join(_written(each, depth + 1) + _text(each.tail) for each in element)
    return f"<{element.tag}{attributes}>{_text(element.text)}{inside}</{element.tag}>"


def _text(text: str | None) -> str:
    return escape(unescape(text or ""), quote=False)  # the library writes signs as &#x0003D;
