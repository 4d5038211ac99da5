"""Chats as a page and as plain text: the grammar of the window, nothing lost, nothing that runs or loads."""

from __future__ import annotations

import html.parser
import random
import re
import time
from collections import Counter
from typing import Any

import pytest
from exchanging import FIXTURES

from desktop.exchange import html_page, plain_text
from desktop.exchange.html_style import DARK, LIGHT, STYLE
from desktop.exchange.importing import import_chats
from desktop.exchange.mathml import mathml
from desktop.jobs import Cancel, result_of
from desktop.store import Store
from desktop.store.records import ChatRecord, MessageRecord

RICH = r"""# 見出し

「**強調**」と**注意：**の次に、｜漢字《かんじ》と<b>タグ</b>と`コード`があります[^1]。~~消した~~ *斜体* [資料](https://example.jp/docs)。

| 項目 | 数量 |
|:--|--:|
| りんご | 12 |
| みかん | $x^2$ |

3. 三番目
   - 入れ子[^1]
   - [x] 済んだこと
   - [ ] まだのこと

     続きの段落
4. 四番目

円の面積は $S=\pi r^2$ で、

$$
A=\begin{pmatrix} a & b \\ c & d \end{pmatrix}
$$

```python
def 挨拶(名前: str) -> str:
    return f"<b>{名前}</b>"  # 識別子
```

> 引用です。
>
> > 入れ子の引用

---

![絵](https://example.jp/x.png) 知らない $\foo{y}$。

[^1]: 脚注の本文です。
[^二]: 誰も指さない脚注。
"""
VOID = {"meta", "br", "hr", "input"}


class Page(html.parser.HTMLParser):
    """A page as its tags, its text and the attributes that a reader sees; every tag must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.said = ""  # within what somebody said
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        self.text += "".join(
            value or "" for name, value in attrs if name in ("href", "title", "data-language")
        )

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [
            has
            for name, has in self.tags
            if name == tag
            and all(has.get(key.replace("_", "-").strip("-")) == want for key, want in wanted.items())
        ]


def record(*texts: str, **fields: Any) -> ChatRecord:
    messages = tuple(
        MessageRecord(str(n), "assistant" if n % 2 else "user", text, 1.7e9 + n, str(n - 1) if n else None)
        for n, text in enumerate(texts)
    )
    return ChatRecord("chatgpt:1", "題", 1.7e9, 1.7e9, messages, **fields)


def page(answer: str) -> Page:
    return Page(html_page.write(record("問い", answer)))


def said(answer: str) -> str:
    """Return the plain text of an answer."""
    return (
        plain_text.write(record("問い", answer))
        .partition("■ ")[2]
        .partition("■ ")[2]
        .partition("\n")[2]
        .rstrip()
    )


def letters(text: str) -> Counter[str]:
    return Counter(each for each in text if each.isalnum())


# The page


def test_a_footnote_is_led_to_and_back_from_within_its_message() -> None:
    both = Page(html_page.write(record("問い", RICH, "問い", "これも[^1]。\n\n[^1]: 別の脚注。")))
    notes = {has["id"]: has for has in both.all("p", role="doc-footnote")}
    assert set(notes) == {"m2-note-1", "m2-note-2", "m4-note-1"}
    assert [has["href"] for has in both.all("a", role="doc-noteref")] == ["#m2-note-1"] * 2 + ["#m4-note-1"]
    back = [has["href"] for has in both.all("a", role="doc-backlink")]
    assert back == ["#m2-mark-1", "#m4-mark-1"]  # to the first mark; nobody refers to the other note
    ids = [has["id"] for _, has in both.tags if has.get("id")]
    assert len(ids) == len(set(ids))
    assert {each[1:] for each in back if each} < set(ids)
    assert "脚注の本文です。" in both.text and "別の脚注。" in both.text


def test_a_mark_without_a_note_and_a_note_of_the_same_name_lead_nowhere_twice() -> None:
    made = page("あ[^無]い[^b]\n\n[^b]: 一つ目\n[^b]: 二つ目")
    assert len(made.all("a", role="doc-noteref")) == len(made.all("p", role="doc-footnote")) == 1
    assert "無" in made.text and "二つ目" in made.text


def test_task_lists_have_boxes_and_lists_keep_their_shape() -> None:
    made = html_page.write(record("問い", RICH))
    assert '<ol start="3"><li>三番目<ul><li>入れ子' in made
    assert made.count('<li class="task">') == 2
    assert '<span class="box">☑\ufe0e</span> 済んだこと' in made
    assert '<span class="box">☐\ufe0e</span> まだのこと<p>続きの段落</p>' in made
    assert "[x]" not in made


def test_formulas_are_mathml_with_their_source() -> None:
    text = html_page.write(record("問い", RICH))
    made = Page(text)
    assert len(made.all("math")) == 3
    assert len(made.all("math", display="block")) == 1
    assert len(made.all("mtr")) == 2  # the rows of the matrix: its \\ is whole
    assert r"A=\begin{pmatrix} a &amp; b \\ c &amp; d \end{pmatrix}</annotation>" in text
    assert '<code class="math">$\\foo{y}$</code>' in text
    assert "$S=" not in text


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\class{a\" onclick=\"alert(1)}{x}",
        r"\style{background:url(https://example.jp/)}{x}",
        r'\color{red" onload="alert(1)}{x}',
        "&lt;script&gt;",
    ],
)
def test_a_formula_runs_and_loads_nothing(latex: str) -> None:
    made = Page(mathml(latex, display=False))
    assert made.tags == [] or made.all("math")
    for tag, has in made.tags:
        assert tag not in ("script", "a", "img", "style")
        assert not {"href", "style", "class", "src", "onload", "onclick"} & set(has)


@pytest.mark.parametrize(
    "latex",
    [
        r"\hspace{99999em}x",
        r"\rule{999em}{999em}",
        r"\newcommand{\a}{\a\a}\a",
        r"\foo",
        r"\begin{foo}a&b\end{foo}",
        "{" * 1_000,
        r"\sqrt{" * 160,
        r"\left(" * 160,
        r"\begin{matrix}" * 70,
        r"\frac" * 200,
    ],
)
def test_what_is_no_formula_stays_its_source(latex: str) -> None:
    assert mathml(latex, display=True) == ""


def test_code_has_its_language_and_its_colours() -> None:
    made = html_page.write(record("問い", RICH))
    assert (
        '<pre data-language="python"><code class="language-python"><span class="keyword">def</span>' in made
    )
    hostile = page('```a"onclick=alert(1)><script>\nx\n```')
    assert not hostile.all("script")
    assert not any("onclick" in has for _, has in hostile.tags)


def test_what_a_person_wrote_keeps_its_lines_and_its_ruby() -> None:
    made = html_page.write(record("  一行目 **そのまま**\n\n｜漢字《かんじ》 <b>\n", "はい"))
    ruby = "<ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>"
    assert f'<p class="plain">  一行目 **そのまま**\n\n{ruby} &lt;b&gt;</p>' in made


def test_the_page_has_the_colours_of_the_window() -> None:
    from desktop.ui import theme

    for ours, its in ((LIGHT, theme.LIGHT), (DARK, theme.DARK)):
        assert ours == {name: getattr(its, name) for name in ours}
    used = set(re.findall(r"var\(--([a-z]+)\)", STYLE))
    assert used == set(LIGHT) == set(DARK)
    assert "prefers-color-scheme: dark" in STYLE and "url(" not in STYLE and "@import" not in STYLE


def test_times_that_cannot_be_right_are_none_and_others_have_one_form() -> None:
    when = time.mktime((2026, 11, 24, 16, 7, 0, 0, 0, -1))
    for wrong in (0.0, -5.0, 1e18, float("inf"), float("nan")):
        chat = record("問い", "答え")
        damaged = ChatRecord(
            "x",
            "題",
            wrong,
            wrong,
            tuple(MessageRecord(m.key, m.role, m.text, wrong, m.parent) for m in chat.messages),
        )
        for write in (html_page.write, plain_text.write):
            assert not re.search(
                r"\d{4}-\d\d|\d:\d\d|不明|unknown", re.sub("(?s)<style>.*</style>", "", write(damaged))
            )
    assert "2026-11-24 16:07" in plain_text.write(ChatRecord("x", "題", when, when, chat.messages))


# Nothing is lost


PIECES = [part for part in RICH.split("\n\n") if part] + [
    "- [ ] [^a] の **｜強《つよ》い** `｀`",
    "[^a]: 注\n続き",
    "> - 引用の項目\n>   ```sh\n>   ls -la\n>   ```",
    "10) 十番目\n\n    中の段落\n\n11) 十一",
    "$a<b$ と $$\\frac{距離}{時間}$$ と $5 と $10",
    "| 甲 | 乙 |\n|---|\n| 一 |",
    "***太い斜体***の〜〜~~__消した__~~",
    "[空]() [相対](./a.md) <https://example.jp/b>",
    "    字下げのコード",
    "&amp; &lt; \\* \\[x\\] &#x3042;",
]


def lost(source: str) -> Counter[str]:
    """Return the letters of a source that are not on the page; an entity is the sign that it stands for."""
    return letters(html.unescape(source)) - letters(page(source).text)


def test_no_letter_of_any_text_is_lost_on_the_page_or_in_plain_text() -> None:
    chance = random.Random(20261124)
    assert not lost(RICH)
    for _ in range(300):
        source = chance.choice(["\n\n", "\n", "\n\n\n"]).join(chance.sample(PIECES, chance.randint(1, 7)))
        # Not the signs of lists, which the page numbers by itself, and on from the item before.
        signs = letters("x" * source.count("[x]") + "".join(re.findall(r"(?m)^\s*(\d+)[.)]", source)))
        assert not lost(source) - signs, source
        words = re.sub(r"\]\(\./a\.md\)|```\w+", "", html.unescape(source))
        assert not letters(words) - letters(said(source)) - signs, source


def test_no_letter_of_imported_chats_is_lost(store: Store) -> None:
    result_of(import_chats(store, sorted(FIXTURES.iterdir()), Cancel()))
    checked = 0
    for id in store.transfer.ids():
        chat = store.transfer.record(id)
        made, plain = Page(html_page.write(chat)).text, plain_text.write(chat)
        for message in chat.messages:
            if chat.leaf == message.key:
                checked += 1
                assert not letters(message.text) - letters(made), message.text
                assert not letters(re.sub(r"```\w*", "", message.text)) - letters(plain), message.text
    assert checked > 5


@pytest.mark.parametrize(
    "hostile",
    [
        "*" * 300_000,
        "[" * 100_000,
        "`" * 100_000,
        "> " * 5_000 + "あ",
        "- " * 9_000 + "あ",
        "$a$" * 20_000,
        "|a" * 20_000 + "\n" + "|-" * 20_000,
        "[^a]" * 20_000,
        "｜漢《か》" * 20_000,
        "\u0301" * 50_000,
        "```html\n<b>" * 9,
    ],
)
def test_hostile_texts_end_in_a_page_that_is_whole(hostile: str) -> None:
    made = page(hostile)
    assert not {tag for tag, _ in made.tags} & {
        "script",
        "img",
        "iframe",
        "link",
        "object",
        "base",
        "form",
        "b",
    }
    if "あ" in hostile:
        assert "あ" in made.text and "あ" in said(hostile)


# Plain text


def test_plain_text_has_no_signs_of_markdown() -> None:
    text = said(RICH)
    for sign in ("**", "~~", "# 見", "|", "```", "$", "｜", "《", "[^", "---", "[x]", "`"):
        assert sign not in text, sign
    assert text.startswith(
        "見出し\n\n「強調」と注意：の次に、漢字（かんじ）と<b>タグ</b>とコードがあります[1]。"
    )
    assert "資料（https://example.jp/docs）" in text
    assert "りんご\t12\n" in text
    assert "3. 三番目\n  ◦ 入れ子[1]\n  ☑ 済んだこと\n  ☐ まだのこと\n    続きの段落\n4. 四番目\n" in text
    assert "\\\\ c & d" in text  # the rows of a matrix are whole
    assert 'def 挨拶(名前: str) -> str:\n    return f"<b>{名前}</b>"  # 識別子' in text
    assert "> 引用です。\n\n> 入れ子の引用" in text
    assert text.endswith("[1] 脚注の本文です。\n[二] 誰も指さない脚注。")


def test_plain_text_of_a_person_is_as_it_was_written_but_for_ruby() -> None:
    text = plain_text.write(record("**そのまま** # と\n\n  ｜漢字《かんじ》", "はい"))
    assert "\n**そのまま** # と\n\n  漢字（かんじ）\n\n■ " in text
