"""Passages in the list of what was found: readable, marked where the words are, cut where it can be seen."""

from __future__ import annotations

import pytest

from desktop.ui import theme
from desktop.ui.history.search_results import _laid
from desktop.ui.history.snippets import plain


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("はい。**要点**は三つです。", "はい。要点は三つです。"),
        ("…半分**太字の途中で始まり", "…半分太字の途中で始まり"),
        ("これは*斜体*と~~打消~~と`コード`です", "これは斜体と打消とコードです"),
        ("詳しくは[資料](https://example.com/a)を", "詳しくは資料を"),
        ("## 見出し 本文 > 引用", "見出し 本文 引用"),
        ("- [x] 済み - [ ] まだ", "- 済み - まだ"),
        ("| 項目 | 数量 | |:--|--:| | りんご | 12 |", "項目 数量 りんご 12 "),
        ("```python import csv ```", "import csv "),
        ("5*3*2 と 2 * 3 と a_b_c と C# と #タグ", "5*3*2 と 2 * 3 と a_b_c と C# と #タグ"),
        ("`__init__` の中", "__init__ の中"),
        ("", ""),
    ],
)
def test_signs_of_markdown_are_not_shown(source: str, shown: str) -> None:
    assert plain(source, ()) == (shown, ())


def test_marks_stay_with_their_words() -> None:
    source = "…**重要**な`要点`と**要点**"
    ranges = [(at, at + 2) for at in (source.index("要点"), source.rindex("要点"))]
    shown, marked = plain(source, ranges)
    assert shown == "…重要な要点と要点"
    assert [shown[start:end] for start, end in marked] == ["要点", "要点"]


def test_what_was_looked_for_is_shown_whatever_it_is() -> None:
    shown, marked = plain("強調は**で書く", [(3, 5)])
    assert (shown, marked) == ("強調は**で書く", ((3, 5),))


@pytest.mark.parametrize("lines", [1, 2])
def test_a_passage_that_does_not_fit_ends_with_a_sign(qapp: object, lines: int) -> None:
    text = "😀見つかった言葉がある、とても長い文章の一部で、最後は切られます。" * 4
    ranges = [(1, 6), (len(text) - 5, len(text))]
    layout = _laid(text, ranges, theme.ui_font(13), 200, lines)
    assert layout.lineCount() == lines
    assert layout.text().endswith("…")
    assert layout.lineAt(lines - 1).naturalTextWidth() <= 200
    first, *others = layout.formats()
    assert (first.start, first.length) == (2, 5)  # an emoji counts as two
    assert others == []  # the second one is cut off
    fitting = _laid("短い文", [(0, 2)], theme.ui_font(13), 200, lines)
    assert fitting.text() == "短い文"
