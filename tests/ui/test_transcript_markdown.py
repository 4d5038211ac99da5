"""Markdown as blocks: what it means, hostile text, and streaming that ends as the whole does."""

import random

import pytest

from desktop.markdown import blocks as markdown
from desktop.markdown.addresses import readable
from desktop.markdown.blocks import Block, Splitter, parse, plain
from desktop.markdown.copied import as_html, as_markdown
from desktop.markdown.highlight import highlight
from desktop.markdown.inline import MAX_SPANS, Span, calm, printable, spans

RICH = """# 源氏物語

これは**「強調」**です。*斜体*と~~消した文~~と`コード`と[リンク](https://example.com/a)。
二行目もあります。https://example.com/あ を見てください。

- 一つ目
- 二つ目
  - 入れ子
    - もっと深い

  項目の二つ目の段落
- [ ] まだ
- [x] 済み

3. 三番
4. 四番
   ```python
   def 数える(本文):
       return len(本文)
   ```
5. 五番

> 引用の**一行目**
続きの行
>
> > 引用の中の引用
>
> - 引用の中の項目

| 品名 | 数 |
|:-----|---:|
| りんご | 3 |
| **みかん** | `12` |
段落に見える行

```js
const 値 = "あ";

console.log(値);
```
---

    字下げしたコード

式は$x^2$と\\(a_1\\)で、注[^1]と｜超電磁砲《レールガン》と漢字《かんじ》。
$$
E = mc^2
$$
続きの段落
\\[ \\frac{a}{b} \\]
- 項目の式
  $$
  y = 1
  $$

$$ 閉じていない式
まだ続く段落

[^1]: 注の**文**です。
[^二]: もう一つの
注です。
ことばの説明
- すぐ後の箇条書き
1. すぐ後の番号
# すぐ後の見出し
| a | b |
終わりの段落😀
"""


def stream(text: str, draw: random.Random, longest: int) -> list[Block]:
    """Feed ``text`` in random pieces, keeping only what the splitter says has changed."""
    splitter, shown, start = Splitter(), list[Block](), 0
    while start < len(text):
        size = draw.randint(1, longest)
        splitter.feed(text[start : start + size])
        start += size
        while splitter.step():
            pass
        changed = splitter.take_changed()
        shown[changed:] = splitter.blocks[changed:]
        assert shown == splitter.blocks
    return shown


def bold(source: str) -> list[str]:
    return [span.text for span in spans(source) if span.bold]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("これは**「強調」**です", ["「強調」"]),
        ("**「強調」**を", ["「強調」"]),
        ("彼は**重要。**と言った", ["重要。"]),
        ("**注意：**説明します", ["注意："]),
        ("**100%**です", ["100%"]),
        ("値段は**$100**です", ["$100"]),
        ("**（注）**次に**『題名』**を", ["（注）", "『題名』"]),
        ("は**「A」**と**「B」**を", ["「A」", "「B」"]),
        ("**カタカナ**ー", ["カタカナ"]),
        ("ﾊﾝｶｸ**「強」**ﾃﾞｽ", ["「強」"]),
        ("한국어**「강조」**입니다", ["「강조」"]),
        ("𠮷野家の**「牛丼」**𠮷", ["「牛丼」"]),
        ("**重要。**English", ["重要。"]),
        ("English**「重要」** text", ["「重要」"]),
        ('a**"b"**c', []),  # as CommonMark has it where there are spaces between words
        ("2 ** 3 ** 4", []),
        ("これは ** 強調 ** ではない", []),
        (r"\*\*そのまま\*\*", []),
        ("`**コード**`", []),
    ],
)
def test_bold_beside_japanese(source: str, expected: list[str]):
    assert bold(source) == expected
    if not expected:
        assert "**" in "".join(span.text for span in spans(source))


def test_italic_and_strikethrough_beside_japanese():
    assert spans("これは*「斜体」*と~~「消し」~~です") == (
        Span("これは"),
        Span("「斜体」", italic=True),
        Span("と"),
        Span("「消し」", strike=True),
        Span("です"),
    )


def test_underscore_never_emphasizes_inside_a_word():
    assert spans("変数_名前_です") == (Span("変数_名前_です"),)


def test_links_code_and_breaks():
    assert spans("前\n[題](https://a.example/x)と`c`") == (
        Span("前\n"),
        Span("題", href="https://a.example/x"),
        Span("と"),
        Span("c", code=True),
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("（https://a.example/x_(y)）と https://b.example/。", ["https://a.example/x_(y)", "https://b.example/"]),
        ("https://ja.wikipedia.org/wiki/日本", ["https://ja.wikipedia.org/wiki/日本"]),
        ("「https://ja.wikipedia.org/wiki/日本」の項", ["https://ja.wikipedia.org/wiki/日本"]),
        ("https://ja.wikipedia.org/wiki/日本、https://b.example", [
            "https://ja.wikipedia.org/wiki/日本", "https://b.example",
        ]),
        ("https://ja.wikipedia.org/wiki/C言語　の項", ["https://ja.wikipedia.org/wiki/C言語"]),
        ("https://ja.wikipedia.org/wiki/ジョン・レノン_(歌手)。", ["https://ja.wikipedia.org/wiki/ジョン・レノン_(歌手)"]),
        ("https://ja.wikipedia.org/wiki/いろは歌#由来", ["https://ja.wikipedia.org/wiki/いろは歌#由来"]),
        ("https://de.wikipedia.org/wiki/München!", ["https://de.wikipedia.org/wiki/München"]),
        ("https://a.example/?駅=東京駅&b=1", ["https://a.example/?駅=東京駅&b=1"]),
        ("https://a.example/日本（国）<b>", ["https://a.example/日本"]),
        ("https://a.example/%E6%97%A5", ["https://a.example/%E6%97%A5"]),
        ("https://日本語.jp/案内", ["https://日本語.jp/案内"]),
        ("https://a.example/aを見て、https://a.exampleの頁", ["https://a.example/a", "https://a.example"]),
        ("https://a.example/をご覧ください", ["https://a.example/"]),
        ("https://a.example/です。", ["https://a.example/"]),
        ("https://a.example/日\u202e本", ["https://a.example/日"]),
        ("https://で始まる。https:// も", []),
        ("https://" + "日" * 300 + ".jp/ https://a.example/" + "日" * 3_000, []),
    ],
)  # fmt: skip
def test_bare_addresses_are_links_without_the_text_after_them(source: str, expected: list[str]):
    found = [s for s in spans(source) if s.href]
    assert [s.text for s in found] == expected
    assert all(s.href.isascii() and s.bare for s in found)
    assert "".join(s.text for s in spans(source)) == source


def test_what_opens_is_escaped_and_what_is_read_is_not():
    (link,) = spans("https://日本語.jp/案内?q=東京")
    assert link.href == "https://xn--wgv71a119e.jp/%E6%A1%88%E5%86%85?q=%E6%9D%B1%E4%BA%AC"
    assert readable(link.href) == "https://xn--wgv71a119e.jp/案内?q=東京"
    for kept in ("https://a.example/%2F%20%E3%80%80%E2%80%AE", "https://a.example/%FF", "mailto:%E6%97%A5"):
        assert readable(kept) == kept
    (written,) = spans("[日本](https://ja.wikipedia.org/wiki/日本)")
    assert written.href == "https://ja.wikipedia.org/wiki/%E6%97%A5%E6%9C%AC" and not written.bare


def test_a_bare_address_is_copied_as_it_is_written():
    source = "https://ja.wikipedia.org/wiki/日本 の項"
    assert as_markdown(parse(source)) == source
    assert 'href="https://ja.wikipedia.org/wiki/%E6%97%A5%E6%9C%AC"' in as_html(parse(source))


def test_images_are_text_and_scripts_are_no_links():
    assert spans("![絵](https://a.example/p.png)") == (Span("絵 (https://a.example/p.png)"),)
    assert not any(
        s.href for s in spans("[x](javascript:alert(1)) [y](data:text/html,z) [z](file:///etc/passwd)")
    )


def test_html_is_text():
    (block,) = parse("<b>太字</b><script>alert(1)</script>")
    assert block.text() == "<b>太字</b><script>alert(1)</script>"


def test_a_paragraph_has_a_bounded_number_of_runs():
    found = spans("**あ**い" * 1_000)
    assert len(found) == MAX_SPANS + 1
    assert "".join(s.text for s in found) == "あい" * 1_000


def test_blocks_know_where_they_stand():
    blocks = parse(RICH)
    shown = [(b.kind, b.text(), [c.marker or c.kind for c in b.path], b.first_in) for b in blocks]
    assert shown[0] == ("heading", "源氏物語", [], 0)
    assert ("paragraph", "二つ目", ["•"], 0) in shown
    assert ("paragraph", "入れ子", ["•", "◦"], 1) in shown
    assert ("paragraph", "もっと深い", ["•", "◦", "▪"], 2) in shown
    assert ("paragraph", "項目の二つ目の段落", ["•"], 1) in shown
    assert ("paragraph", "まだ", ["☐"], 0) in shown
    assert ("paragraph", "済み", ["☑"], 0) in shown
    assert ("code", "def 数える(本文):\n    return len(本文)", ["4."], 1) in shown
    assert ("paragraph", "五番", ["5."], 0) in shown
    assert ("paragraph", "引用の一行目\n続きの行", ["quote"], 0) in shown
    assert ("paragraph", "引用の中の項目", ["quote", "•"], 1) in shown
    assert ("code", "字下げしたコード", [], 0) in shown
    assert [b.kind for b in blocks].count("rule") == 1


def test_a_table_keeps_its_cells_and_alignment():
    (table,) = (b for b in parse(RICH) if b.kind == "table")
    assert table.aligns == ("left", "right")
    assert table.rows[2] == ((Span("みかん", bold=True),), (Span("12", code=True),))
    assert table.text().startswith("品名\t数\nりんご\t3")


def test_list_numbers_go_on_while_streaming():
    text = "".join("1. 項目\n" for _ in range(12))
    assert [b.path[0].marker for b in stream(text, random.Random(3), 2)] == [f"{n}." for n in range(1, 13)]


def test_empty_items_keep_their_markers():
    assert [(b.text(), b.path[0].marker) for b in parse("1.\n2. あ\n-\n")] == [
        ("", "1."),
        ("あ", "2."),
        ("", "•"),
    ]


def test_a_list_under_a_paragraph_never_makes_it_a_heading():
    splitter = Splitter()
    for character in "次の通りです\n- 一つ":
        splitter.feed(character)
        splitter.step()
        assert splitter.blocks[0].kind == "paragraph"


@pytest.mark.parametrize("window", [4_000, 300, 90, 40])
@pytest.mark.parametrize("seed", range(8))
def test_streaming_ends_in_the_blocks_of_the_whole(window: int, seed: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(markdown, "WINDOW", window)
    draw = random.Random(seed)
    lines = (RICH * 3).split("\n")
    if seed % 2:
        draw.shuffle(lines)
    text = "\n".join(lines)
    assert stream(text, draw, draw.choice([1, 4, 30, 700])) == parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "段落\n#見出しではない",
        "段落\n# 見出し\n続き",
        "段落\n| a | b |\n|---|---x\n後",
        "段落\n| a | b |\n|---|---|\n| 1 | 2 |",
        "- 一\n-二\n- 三",
        "段落\n```ではない`\n後",
        "段落\n1.番号ではない\n1. 番号",
        "> 引用\n>続き\n-- 後",
        "- 一\n***\n**太字**",
        "段落\n    字下げ\n\n    コード\n\n\n    続き",
        "段落\n$$\nx\n$$\n後",
        "段落\n$$ x\n# 見出し\n\n後",
        "段落\n\\[ x \\] と続く\n後",
        "- 項目\n  $$\n  x\n後\n\n$$y$$",
        "[^1]: 注\n[^2]: 注\n- 項目\n[^3]:x",
        "> $$\n> x\n\n> $$\n> y\n> $$",
    ],
)
def test_every_character_alone_ends_in_the_same_blocks(text: str):
    assert stream(text, random.Random(0), 1) == parse(text)


def test_line_ends_cut_in_half_are_one():
    splitter = Splitter()
    for piece in ("一\r", "\n二\r", "\r", "三"):
        splitter.feed(piece)
    splitter.step()
    assert [b.text() for b in splitter.blocks] == ["一\n二", "三"]


def test_closed_blocks_are_not_parsed_again():
    splitter = Splitter()
    splitter.feed("一\n\n二\n\n三")
    splitter.step()
    first = splitter.blocks[0]
    splitter.take_changed()
    splitter.feed("の続き\n\n四\n")
    splitter.step()
    assert splitter.take_changed() == 2
    assert splitter.blocks[0] is first


def test_long_code_is_cut_and_says_so():
    code = "".join(f"print({n})\n" for n in range(2_000))
    blocks = parse(f"```python\n{code}```\n後\n")
    parts = [b for b in blocks if b.kind == "code"]
    assert len(parts) > 3
    assert all(part.language == "python" for part in parts)
    assert [part.more for part in parts] == [True] * (len(parts) - 1) + [False]
    assert [part.continues for part in parts] == [False] + [True] * (len(parts) - 1)
    joined = parts[0].text() + "".join(part.joint + part.text() for part in parts[1:])
    assert joined == code.removesuffix("\n")
    assert blocks[-1].text() == "後"


def test_a_long_table_repeats_its_head():
    rows = "".join(f"| {n} | {'語' * 60} |\n" for n in range(150))
    blocks = parse(f"| 番号 | 言葉 |\n|---|---|\n{rows}")
    assert len(blocks) > 1
    assert {b.kind for b in blocks} == {"table"}
    assert {b.rows[0] for b in blocks} == {((Span("番号"),), (Span("言葉"),))}
    assert [row[0][0].text for b in blocks for row in b.rows[1:]] == [str(n) for n in range(150)]


@pytest.mark.parametrize("rows, columns", [(200, 3), (3, 40)])
def test_too_large_a_table_is_shown_as_its_source(rows: int, columns: int):
    text = ("|a" * columns + "|\n") + ("|-" * columns + "|\n") + ("|x" * columns + "|\n") * rows
    blocks = parse(text)
    assert {b.kind for b in blocks} == {"code"}


def test_plain_text_is_cut_and_nothing_is_lost():
    text = "\n".join(f"{n}行目 **そのまま** " + "あ" * (n % 90) for n in range(400)) + "い" * 9_000
    blocks = plain(text)
    assert len(blocks) > 5
    assert max(len(b.text()) for b in blocks) <= markdown.WINDOW
    assert blocks[0].text() + "".join(b.joint + b.text() for b in blocks[1:]) == text
    assert [b.text() for b in plain("")] == [""]


def test_unprintable_characters_are_replaced():
    assert printable("a\x00b\ud800c\ufdd0d\r\ne\u2028f\ufffc\t") == "a\ufffdb\ufffdc\ufffdd\ne\nf\ufffd\t"


def test_long_runs_of_controls_of_direction_are_cut_short():
    few = "\u2067\u202b\u200f\u202e"
    assert calm(f"一{few}二{few}三") == f"一{few}二{few}三"
    assert calm("一" + few * 25_000 + "二") == f"一{few * 2}二"
    for blocks in (plain(few * 25_000), parse(few * 25_000), parse("```\n" + few * 25_000)):
        assert {block.text() for block in blocks} - {""} == {few * 2}  # in each piece of it


HOSTILE = {
    "dollars": "$" * 50_000,
    "open formulas": "\\( \\[ $x " * 10_000,
    "lines of formulas": "$$\n" * 20_000,
    "formulas never closed": "$$ a\n\\[ b\n" * 10_000,
    "many formulas": "$x$" * 20_000,
    "half ruby": "｜漢字《" * 20_000,
    "much ruby": "漢《か》" * 20_000,
    "a long base": "漢" * 100_000 + "《かん》",
    "notes": "[^1]" * 20_000,
    "notes as lines": "[^1]: 注\n" * 10_000,
    "one line": "あ" * 200_000,
    "quotes": ">" * 10_000 + " 終",
    "spaced quotes": "> " * 10_000 + "終",
    "nested lists": "".join("  " * n + "- 項目\n" for n in range(200)),
    "one line of items": "- + " * 5_000 + "終",
    "brackets": "[" * 50_000,
    "images": "![あ" * 15_000,
    "asterisks": "**あ " * 50_000,
    "backticks": "``a" * 60_000,
    "controls": "\x00\x01\ud800\udfff\ufdd0\uffff" * 3_000,
    "zalgo": "a" + "\u0301" * 100_000,
    "controls of direction": "\u202e\u2067" * 50_000,
    "right to left": "\u202e" + "שלום \u2067" * 20_000,
    "escapes": "\\" * 50_000,
    "newlines": "\n" * 100_000,
    "half a fence": "```" + "`" * 20_000,
    "a long word after a fence": "```" + "x" * 20_000 + "\nコード",
    "entities": "&#0;&#xD800;&nbsp;&bogus;" * 4_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_becomes_bounded_blocks(text: str):
    for block in [*parse(text), *plain(text)]:
        assert len(block.text()) <= markdown.WINDOW + 1_000
        assert len(block.path) <= markdown.MAX_NESTING
        assert len(block.language) <= markdown.MAX_LANGUAGE
        assert not any("\ud800" <= c <= "\udfff" or c == "\x00" for c in block.text())


def test_text_beyond_the_greatest_nesting_is_not_dropped():
    assert "終" in "".join(b.text() for b in parse("> " * 1_500 + "終"))


def test_marks_on_a_character_are_bounded():
    assert parse("a" + "\u0301" * 500)[0].text() == "a" + "\u0301" * 8


def test_highlighting_covers_the_right_characters():
    code = "def f():  # 注\n    return '値'"
    found = {code[r.start : r.start + r.length]: r.kind for r in highlight(code, "python")}
    assert found["def"] == "keyword"
    assert found["f"] == "name"
    assert found["# 注"] == "comment"
    assert found["'値'"] == "string"


@pytest.mark.parametrize("language", ["", "知らない言語", "x" * 40, "../../etc/passwd", "\x00"])
def test_an_unknown_language_has_no_colours(language: str):
    assert highlight("def f(): pass", language) == ()
