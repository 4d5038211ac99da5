"""Ruby, formulas and readings on the page; selecting, copying and quoting across messages."""

import os
import random
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDesktopServices, QGuiApplication, QImage, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from desktop.errors import KotonohaError
from desktop.jobs import Cancel, Cancelled
from desktop.markdown.blocks import parse
from desktop.markdown.copied import as_html, as_markdown, as_text
from desktop.markdown.inline import Span, spans
from desktop.ui import theme
from desktop.ui.controls.choose_path import ChoosePath
from desktop.ui.controls.links import LONGEST, LinkDialog
from desktop.ui.transcript import Entry, Transcript
from desktop.ui.transcript.clipboard import MARKDOWN
from desktop.ui.transcript.code_file import file_name, write
from desktop.ui.transcript.flow import Place
from desktop.ui.transcript.formulas import Formula, Wanted, draw
from desktop.ui.transcript.furigana import annotated, readings
from desktop.ui.transcript.look import Look
from desktop.ui.transcript.message import MessageView
from desktop.ui.transcript.segment import Segment
from desktop.ui.transcript.selection import START, Spot
from desktop.ui.worker import Jobs
from tests.ui.test_transcript_markdown import RICH

WAIT = 20_000  # ms; a guard against hanging
PAGE = """# 見出し《みだし》

これは**「強調」**で、*斜体*と~~消した文~~と`コード`と[リンク](https://example.com/a)。
式は$x^2$で、｜電子書籍《でんししょせき》[^1]です。

1. 一つ目
2. 二つ目
   - [x] 済み
   - 内側

> 引用の文

```python
print("こんにちは")
```

| 品名 | 数 |
|:-----|---:|
| りんご | 3 |

$$
\\frac{a}{b}
$$

[^1]: 注の文
"""


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


@pytest.fixture
def transcript(qtbot: QtBot, jobs: Jobs) -> Iterator[Transcript]:
    made = Transcript()
    qtbot.addWidget(made)
    made.set_jobs(jobs)
    made.resize(900, 700)
    made.show()
    qtbot.waitExposed(made)
    yield made
    theme._current = theme.LIGHT


def views(transcript: Transcript) -> dict[int, MessageView]:
    found = transcript.viewport().findChildren(MessageView)
    return {view.entry.id: view for view in found if not view.isHidden()}


def settle(qtbot: QtBot, transcript: Transcript) -> None:
    qtbot.waitUntil(
        lambda: not transcript._idle.isActive() and not transcript._frame.isActive(), timeout=WAIT
    )


class Drawn:
    """Formulas that are there at once."""

    def find(self, asked: Wanted) -> Formula | None:
        return draw(asked)


def laid_out(text: str, width: float = 600) -> Segment:
    segment = Segment(parse(text)[0], None, Look(1.0, Drawn()), width)  # type: ignore[arg-type]
    segment.lay_out()
    return segment


def lines(segment: Segment) -> list[str]:
    assert segment.document is not None
    block = segment.document.begin()
    layout = block.layout()
    at = [layout.lineAt(n) for n in range(layout.lineCount())]
    return [block.text()[line.textStart() : line.textStart() + line.textLength()] for line in at]


# What Markdown means -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("$x^2$です", [("x^2", "inline")]),
        (r"式\(a_1 * b_1\)と\[c\]", [("a_1 * b_1", "inline"), ("c", "display")]),
        ("$$E = mc^2$$です", [("E = mc^2", "display")]),
        (r"$\text{速さ} = v$", [(r"\text{速さ} = v", "inline")]),
        ("$5$と$n$", [("5", "inline"), ("n", "inline")]),
        ("$5 and $10", []),
        ("$5から$10まで", []),
        ("US$5–US$10です", []),
        ("$100 and 200$", []),
        ("$ x $", []),
        (r"\$x\$", []),
        ("`$x$`", []),
        ("$x", []),
        ("環境変数は$HOMEと$PATHです", []),
    ],
)
def test_what_is_mathematics(source: str, expected: list[tuple[str, str]]):
    assert [(s.text, s.math) for s in spans(source) if s.math] == expected
    assert "".join(s.written() for s in spans(source)) == source.replace(r"\$", "$").replace("`", "")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("漢字《かんじ》です", [("漢字", "かんじ")]),
        ("この漢字《かんじ》", [("漢字", "かんじ")]),
        ("人々《ひとびと》と一ヶ月《いっかげつ》", [("人々", "ひとびと"), ("一ヶ月", "いっかげつ")]),
        ("｜超電磁砲《レールガン》", [("超電磁砲", "レールガン")]),
        ("｜Tokyo《とうきょう》", [("Tokyo", "とうきょう")]),
        ("**漢字《かんじ》**", [("漢字", "かんじ")]),
        ("映画《七人の侍》を見た", []),
        ("ひらがな《かな》", []),
        ("漢字《》と《《点》》", []),
        ("`漢字《かんじ》`", []),
    ],
)
def test_what_is_ruby(source: str, expected: list[tuple[str, str]]):
    assert [(s.text, s.ruby) for s in spans(source) if s.ruby] == expected


def test_ordinary_markdown_is_as_it_was():
    source = "2 * 3 * 4, snake_case_name, a_b_c, 3 ｜ 4, [1], [^] と x[^ 1]"
    assert spans(source) == (Span(source),)


def test_footnotes_stand_where_they_are_written():
    blocks = parse("本文[^1]です。\n\n[^1]: 注の\n  続き\n[^two]: 二つ目\n\n終わり")
    assert [(b.kind, b.text()) for b in blocks] == [
        ("paragraph", "本文[^1]です。"),
        ("footnote", "[^1]: 注の\n続き"),
        ("footnote", "[^two]: 二つ目"),
        ("paragraph", "終わり"),
    ]
    assert [s for s in blocks[0].spans if s.note] == [Span("1", note=True, source="[^1]")]


# On the page -------------------------------------------------------------------------------------------


def test_no_line_begins_with_what_must_not(qtbot: QtBot):
    text = (
        "これは、テスト。「引用」や（かっこ）、ーっ長音っょ、**強調**。次に`コード`、そして$x$、$y^2$。"
        "漢字《かんじ》、と｜電子書籍《でんししょせき》。ちょっと、キャッチーなデータベース！？ええ…「あっ」。"
    )
    count = 0
    for width in range(120, 700, 7):
        for before, line in pairwise(lines(laid_out(text * 2, width))):
            count += 1
            assert line[0] not in "、。」）ーっゃゅょャッュ！？…々"
            assert before[-1] not in "「（"
    assert count > 500


def test_lines_keep_their_height_whether_they_have_ruby_or_not(qtbot: QtBot):
    text = "ルビのない行が続きます。" * 8
    without, with_ruby = laid_out(text), laid_out(text + "漢字《かんじ》もあります。")
    assert (
        len(lines(without)) == len(lines(with_ruby)) - 0 or len(lines(with_ruby)) == len(lines(without)) + 1
    )
    assert without.height / len(lines(without)) == with_ruby.height / len(lines(with_ruby))


def test_a_reading_stands_above_its_base_and_within_its_room(qtbot: QtBot):
    segment = laid_out("その承《うけたまわ》ると国《くに》と山《やま》")
    marks = segment._mark_list()
    assert [mark.text for mark in marks] == ["うけたまわ", "くに", "やま"]
    assert all(0 < mark.place.y() < segment.look.line for mark in marks)
    ends = [(m.place.x(), m.place.x() + len(m.text) * segment.look.text_px / 2) for m in marks]
    for (_, end), (start, _) in pairwise(ends):
        assert end <= start + 1


def test_a_base_that_is_broken_over_lines_has_its_reading_on_both(qtbot: QtBot):
    base, reading = "電子書籍出版協会連合", "でんししょせきしゅっぱんきょうかいれんごう"
    segment = laid_out(f"｜{base}《{reading}》", 90)
    assert len(lines(segment)) > 1
    marks = segment._mark_list()
    assert len(marks) == len(lines(segment))
    assert "".join(mark.text for mark in marks) == reading


def test_ruby_in_a_question_is_shown_and_copied_as_written(transcript: Transcript, qtbot: QtBot):
    text = "この｜超電磁砲《レールガン》と**漢字《かんじ》**を、\n[^1]や$x$のまま説明して。"
    transcript.show_entries([Entry(1, "user", text)])
    settle(qtbot, transcript)
    assert page(transcript) == "この超電磁砲と**漢字**を、\u2028[^1]や$x$のまま説明して。".replace(
        "\u2028", "\n"
    )
    (segment,) = views(transcript)[1].flow.segments
    assert [mark.text for mark in segment._mark_list()] == ["レールガン", "かんじ"]
    whole(transcript, qtbot)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == bytes(data.data(MARKDOWN).data()).decode() == text
    assert "<ruby>超電磁砲<rt>レールガン</rt></ruby>" in data.html()
    assert segment.part(0, 4).text() == "この超電"
    assert segment.part(0, 6).text() == "この｜超電磁砲《レールガン》"


@pytest.mark.parametrize(("density", "zoom"), [("usual", 100), ("usual", 90), ("dense", 100), ("dense", 90)])
def test_a_folded_question_with_ruby_ends_between_two_lines(
    transcript: Transcript, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, density: str, zoom: int
):
    monkeypatch.setattr(theme, "density", lambda: theme.DENSITIES[density])
    transcript.set_zoom(300)
    transcript.set_zoom(zoom)
    transcript.show_entries([Entry(1, "user", "漢字《かんじ》の行\n" * 40)])
    settle(qtbot, transcript)
    view = views(transcript)[1]
    (segment,) = view.flow.segments
    assert segment.document is not None
    layout = segment.document.firstBlock().layout()
    pitch = layout.lineAt(1).y() - layout.lineAt(0).y()
    assert 10 * pitch < view.text_height() < view.flow.height()
    assert view.text_height() % pitch == 0


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
        r"\sum_{n=1}^\infty \frac{1}{n^2} = \frac{\pi^2}{6}",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"\text{速さ} = \frac{\text{道のり}}{\text{時間}}",
        r"\left\{ x \mid x > 0 \right\}",
    ],
)
def test_formulas_are_drawn(qtbot: QtBot, latex: str):
    formula = draw(Wanted(latex, "display"))
    assert formula is not None
    assert 0 < formula.ascent < formula.height < 6
    assert "<path" in formula.svg


@pytest.mark.parametrize(
    "latex",
    [
        r"\知らない{x}", r"\foo x", r"\frac{a", "{" * 200 + "x" + "}" * 200, r"\frac" * 50, "^" * 500,
        "x<y&z", r"\newcommand{\a}{\a\a}\a", r"\hspace{99999cm}x", r"\begin{matrix}" + "&" * 900,
        r"\sqrt" * 100, "a" * 1_000,
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_drawn(qtbot: QtBot, latex: str):
    assert draw(Wanted(latex, "inline")) is None


def test_a_formula_that_cannot_be_read_stays_as_written(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", r"式$\知らない{x}$と$y$")])
    qtbot.waitUntil(lambda: "知らない" in page(transcript) and "$y$" not in page(transcript), timeout=WAIT)
    assert r"$\知らない{x}$" in page(transcript)


def page(transcript: Transcript) -> str:
    found = []
    for segment in views(transcript)[1].flow.segments:
        segment.lay_out()
        assert segment.document is not None
        found.append(segment.document.toPlainText())
    return "\n".join(found)


def test_formulas_appear_in_the_colour_of_the_theme(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "$$\n\\int_0^1 x\\,dx\n$$")])
    qtbot.waitUntil(lambda: "int" not in page(transcript), timeout=WAIT)
    view = views(transcript)[1]
    (mark,) = view.flow.segments[0]._mark_list()
    assert mark.room is not None
    for tokens in (theme.LIGHT, theme.DARK):
        image = QImage(200, 80, QImage.Format.Format_RGB32)
        theme._current = tokens
        look = Look(1.0)
        image.fill(look.colour("page"))
        from PySide6.QtGui import QPainter

        painter = QPainter(image)
        mark.formula.paint(painter, mark.room.translated(-mark.room.x(), 0), look.colour("ink"))  # type: ignore[union-attr]
        painter.end()
        assert look.colour("ink").rgb() in {image.pixel(x, y) for x in range(200) for y in range(80)}


def test_a_formula_too_wide_for_the_column_is_drawn_smaller(qtbot: QtBot):
    segment = laid_out("$$" + "+".join(f"x_{{{n}}}" for n in range(40)) + "$$", 300)
    (mark,) = segment._mark_list()
    assert mark.room is not None
    assert mark.room.width() <= 300
    assert mark.room.left() >= 0


# Selecting and copying ---------------------------------------------------------------------------------


def whole(transcript: Transcript, qtbot: QtBot, keys: str = "ac") -> None:
    view = next(iter(views(transcript).values()))
    for key in keys:
        qtbot.keyClick(view, Qt.Key(ord(key.upper())), Qt.KeyboardModifier.ControlModifier)


def drag(view: MessageView, start: QPoint, target: MessageView, end: QPoint) -> None:
    """Press in one message and let go in another; the events all go to the first, as Qt does it."""
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    inside = view.mapFromGlobal(target.mapToGlobal(end))
    for kind, at, button, held in (
        (QEvent.Type.MouseButtonPress, start, left, left),
        (QEvent.Type.MouseMove, inside, none, left),
        (QEvent.Type.MouseButtonRelease, inside, left, none),
    ):
        where = QPointF(view.mapToGlobal(at))
        event = QMouseEvent(kind, QPointF(at), where, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(view, event)


def start_of(view: MessageView, x: int) -> QPoint:
    return (view.text_origin() + QPointF(x, view.look.line / 2)).toPoint()


def test_a_selection_goes_from_message_to_message(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries(
        [
            Entry(1, "user", "最初の質問"),
            Entry(2, "assistant", "**途中**の答え"),
            Entry(3, "user", "最後の質問"),
        ]
    )
    settle(qtbot, transcript)
    one, three = views(transcript)[1], views(transcript)[3]
    px = one.look.text_px
    drag(one, start_of(one, 2 * px), three, start_of(three, 2 * px))
    qtbot.keyClick(one, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "の質問\n\n途中の答え\n\n最後"
    assert bytes(data.data(MARKDOWN).data()).decode() == "の質問\n\n**途中**の答え\n\n最後"
    # And upwards, the same.
    drag(three, start_of(three, 2 * px), one, start_of(one, 2 * px))
    assert [views(transcript)[n].selected_text() for n in (1, 2, 3)] == ["の質問", "途中の答え", "最後"]
    qtbot.keyClick(one, Qt.Key.Key_Escape)
    assert all(view.chosen is None for view in views(transcript).values())


def test_select_all_takes_the_whole_chat_also_what_was_never_shown(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(n, "assistant", f"**{n}**番") for n in range(300)])
    settle(qtbot, transcript)
    assert len(views(transcript)) < 100
    whole(transcript, qtbot)
    assert QGuiApplication.clipboard().text() == "\n\n".join(f"{n}番" for n in range(300))


def test_a_part_of_a_long_answer_is_copied_although_it_is_not_read_yet(transcript: Transcript, qtbot: QtBot):
    text = PAGE * 200
    transcript.show_entries([Entry(1, "assistant", text)])
    expected = parse(text)[:1_501]
    assert len(views(transcript)[1].flow.segments) < 1_000
    transcript._selecting.select(Spot(0, START), Spot(0, Place(1_500, len(expected[-1].text()))))
    transcript._selecting.copy("text")
    assert QGuiApplication.clipboard().text() == as_text(expected)


def test_a_message_is_copied_in_three_forms_at_once(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", PAGE)])
    settle(qtbot, transcript)
    whole(transcript, qtbot)
    data = QGuiApplication.clipboard().mimeData()
    assert bytes(data.data(MARKDOWN).data()).decode() == PAGE.strip()
    assert "1. 一つ目\n2. 二つ目\n  ☑ 済み\n  ◦ 内側" in data.text()
    assert "｜電子書籍《でんししょせき》" in data.text() and "$x^2$" in data.text()
    html = data.html()
    for part in (
        "<ruby>電子書籍<rt>でんししょせき</rt></ruby>", "<b>「強調」</b>", "<i>斜体</i>", "<s>消した文</s>",
        '<a href="https://example.com/a">リンク</a>',
        '<ol start="1"><li>一つ目</li><li>二つ目<ul><li>☑ 済み</li>',
        "<blockquote", "<pre", "こんにちは", "<table", "text-align:right", "<sup>1</sup>",
    ):  # fmt: skip
        assert part in html, part


def test_the_menu_copies_one_form(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "**太字**と`コード`"), Entry(2, "user", "別の")])
    settle(qtbot, transcript)
    view = views(transcript)[1]
    QApplication.sendEvent(
        view, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    )
    (menu,) = view.findChildren(QMenu)
    actions = {action.text(): action for action in menu.actions()}
    actions["Markdownとしてコピー"].trigger()
    assert QGuiApplication.clipboard().text() == "**太字**と`コード`"
    assert not QGuiApplication.clipboard().mimeData().hasHtml()
    actions["文字だけコピー"].trigger()
    assert QGuiApplication.clipboard().text() == "太字とコード"
    menu.close()


def test_markdown_made_of_blocks_means_the_same():
    blocks = parse(PAGE)
    again = parse(as_markdown(blocks))
    plain = [(b.kind, b.text(), [c.marker or c.kind for c in b.path], b.spans, b.rows) for b in blocks]
    assert [(b.kind, b.text(), [c.marker or c.kind for c in b.path], b.spans, b.rows) for b in again] == plain


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 と a_b と [x]",
        "# 見出しではない",
        "- 項目ではない",
        "1. 番号ではない",
        "`印` と **星**",
        "[題](https://a.example) と [^1] と $x$ と $5",
        r"\逆",
        "<b>",
    ],
)
def test_text_that_looks_like_markup_stays_text(text: str):
    (block,) = parse("段落")
    plain = parse(as_markdown([type(block)("paragraph", (Span(text),))]))
    assert [(b.kind, b.text()) for b in plain] == [("paragraph", text)]


class Nesting(HTMLParser):
    """Fails where a tag is closed that is not the one opened last."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("br", "hr"):
            assert not self.open or tag != "li" or self.open[-1] in ("ul", "ol")
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("seed", range(12))
def test_html_is_well_formed_wherever_the_selection_ends(seed: int):
    draw_lot = random.Random(seed)
    source = (RICH + PAGE).split("\n")
    draw_lot.shuffle(source)
    blocks = parse("\n".join(source))
    for _ in range(20):
        start, end = sorted(draw_lot.choices(range(len(blocks) + 1), k=2))
        html = Nesting()
        html.feed(as_html(blocks[start:end]))
        assert html.open == []


@pytest.mark.parametrize("seed", range(12))
def test_markdown_keeps_its_meaning_whatever_the_order(seed: int):
    """Each block that is copied alone reads as itself again."""
    draw_lot = random.Random(seed)
    source = (RICH + PAGE).split("\n")
    draw_lot.shuffle(source)
    for block in parse("\n".join(source)):
        again = parse(as_markdown([block]))
        assert [(b.kind, b.text().strip()) for b in again] == [(block.kind, block.text().strip())]


def test_html_is_escaped_and_links_to_scripts_are_none():
    block = parse("段落")[0]
    hostile = (Span("<script>&", href="javascript:alert(1)"), Span('"x"', href='https://a.example/"><b>'))
    html = as_html([type(block)("paragraph", hostile)])
    assert "<script" not in html and "javascript" not in html and '"><b>' not in html


def test_code_that_was_cut_is_copied_as_one(qtbot: QtBot):
    code = "".join(f"print({n})\n" for n in range(2_000))
    blocks = parse(f"```python\n{code}```")
    assert len(blocks) > 1
    assert as_markdown(blocks) == f"```python\n{code}```"
    assert as_text(blocks) == code.removesuffix("\n")
    assert as_html(blocks).count("<pre") == 1


def test_parts_of_a_text_are_cut_as_they_are_shown(qtbot: QtBot):
    segment = laid_out("前の😀**太字**と$x^2$と漢字《かんじ》")
    #                    0 1 2,3 4 5  6 7    8 9 10
    assert segment.part(1, 6).spans == (Span("の😀"), Span("太字", bold=True))
    assert segment.part(5, 8).spans == (
        Span("字", bold=True), Span("と"), Span("x^2", math="inline", source="$x^2$"),
    )  # fmt: skip
    assert segment.part(9, 10).spans == (Span("漢"),)
    assert segment.part(9, 11).text() == "漢字《かんじ》"
    table = laid_out("| 一 | 二 |\n|---|---|\n| 三 | 四 |\n| 五 | 六 |")
    assert table.document is not None
    start = table.document.find("三").position() - 1
    end = table.document.find("四").position()
    assert table.part(start, end).text() == "三\t四"
    assert table.part(start, start + 1).text() == "三"
    code = laid_out("```py\nx = '😀'\ny\n```")
    assert code.part(4, 8).text() == "'😀'"


def test_a_selection_is_quoted(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "一つ目の**段落**\n\n二つ目"), Entry(2, "user", "質問")])
    settle(qtbot, transcript)
    one = views(transcript)[1]
    button = next(b for b in transcript.findChildren(QAbstractButton) if b.text() == "引用して質問")
    assert button.isHidden()
    end = QPoint(start_of(one, 600).x(), round(one.text_origin().y() + one.text_height() - 4))
    drag(one, start_of(one, 0), one, end)
    assert not button.isHidden()
    with qtbot.waitSignal(transcript.quoted, timeout=WAIT) as signal:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert signal.args == ["> 一つ目の**段落**\n>\n> 二つ目"]
    assert button.isHidden()
    assert one.chosen is None


def test_a_selection_goes_with_a_text_that_is_replaced(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "古い長い答えです")])
    settle(qtbot, transcript)
    transcript.select_all()
    transcript.update_entry(Entry(1, "assistant", "新しい"))
    settle(qtbot, transcript)
    assert views(transcript)[1].chosen is None


@pytest.mark.parametrize(
    ("address", "buttons"),
    [
        ("https://example.com/<b>太字</b>", ["やめる", "開く"]),
        ("mailto:a@example.com", ["やめる", "開く"]),
        ("ftp://example.com/", ["閉じる"]),
        ("file:///etc/passwd", ["閉じる"]),
        ("https://example.com/" + "x" * 3_000, ["閉じる"]),
    ],
)
def test_a_link_is_shown_in_full_and_opened_only_when_agreed(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, address: str, buttons: list[str]
):
    dialog = LinkDialog(address)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.layout().activate()
    shown = sorted((b for b in dialog.findChildren(QPushButton) if b.isVisible()), key=lambda b: b.x())
    assert [b.text() for b in shown] == buttons  # from left to right, as in every dialog of ours
    assert [b.text() for b in shown if b.isDefault()] == buttons[:1]
    assert dialog.address.toPlainText() == address[:LONGEST]
    assert dialog.label.textFormat() == Qt.TextFormat.PlainText
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    dialog.close_button.click()
    assert opened == [] and not dialog.isVisible()


def test_a_link_that_was_agreed_to_is_opened(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    dialog = LinkDialog("https://example.com/a")
    qtbot.addWidget(dialog)
    dialog.show()
    assert "？　" in dialog.label.text()
    dialog.open_button.click()
    assert opened == [QUrl("https://example.com/a")]


# Readings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("食べ物を取り扱う", ["食:た", "物:もの", "取:と", "扱:あつか"]),
        ("今日は大人と子供", ["今日:きょう", "大人:おとな", "子供:こども"]),
        ("お母さんと人々", ["母:かあ", "人々:ひとびと"]),
        ("一人で行った。会議を行った。", ["一人:ひとり", "行:い", "会議:かいぎ", "行:おこな"]),
        ("ひらがなとABC", []),
        ("", []),
    ],
)
def test_kanji_are_read_by_the_dictionary(text: str, expected: list[str]):
    assert [f"{text[r.start : r.end]}:{r.kana}" for r in readings(text)] == expected


def test_readings_leave_code_formulas_and_ruby_alone():
    source = "漢字《からじ》と`漢字`と**漢**字と$x$[^1]"
    (block,) = annotated(parse(source), Cancel())
    assert "".join(s.written() for s in block.spans) == "".join(s.written() for s in parse(source)[0].spans)
    assert [(s.text, s.ruby) for s in block.spans if s.ruby] == [("漢字", "からじ")]
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        annotated(parse(source), cancel)


def test_readings_are_shown_on_demand_and_copied_by_nobody(transcript: Transcript, qtbot: QtBot):
    text = "今日は**東京**へ。\n\n| 都市 |\n|---|\n| 大阪 |\n\n```\n漢字\n```"
    transcript.show_entries([Entry(1, "assistant", text), Entry(2, "user", "日本")])
    settle(qtbot, transcript)
    for identity, expected in ((1, ["きょう", "とうきょう", "とし", "おおさか"]), (2, ["にっぽん"])):
        view = views(transcript)[identity]
        transcript.toggle_furigana(identity)
        qtbot.waitUntil(lambda view=view: view.has_furigana, timeout=WAIT)
        settle(qtbot, transcript)
        found = [mark.text for segment in view.flow.segments for mark in segment._mark_list()]
        assert found == expected
    whole(transcript, qtbot)
    assert QGuiApplication.clipboard().text() == "今日は東京へ。\n\n都市\n大阪\n\n漢字\n\n日本"
    transcript.toggle_furigana(1)
    assert not any(s._mark_list() for s in views(transcript)[1].flow.segments)
    assert not views(transcript)[1].has_furigana


def test_readings_go_when_the_text_goes_on(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "東京", "stopped")])
    settle(qtbot, transcript)
    transcript.toggle_furigana(1)
    qtbot.waitUntil(lambda: views(transcript)[1].has_furigana, timeout=WAIT)
    transcript.append_text(1, "と大阪")
    settle(qtbot, transcript)
    assert not views(transcript)[1].has_furigana
    assert page(transcript) == "東京と大阪"


# What belongs to an answer -----------------------------------------------------------------------------


def test_the_footer_says_when_and_by_whom_and_how_fast_on_demand(transcript: Transcript, qtbot: QtBot):
    entry = Entry(
        1, "assistant", "答え", note="38.2 トークン/秒", created=time.time(), model="Gemma", preset="校正"
    )
    transcript.show_entries([entry])
    settle(qtbot, transcript)
    facts = next(
        b for b in views(transcript)[1].findChildren(QAbstractButton) if "Gemma" in b.accessibleName()
    )
    assert facts.text().endswith("　Gemma　校正") and ":" in facts.text()
    qtbot.mouseClick(facts, Qt.MouseButton.LeftButton)
    assert facts.text() == "38.2 トークン/秒" == facts.accessibleName()
    qtbot.mouseClick(facts, Qt.MouseButton.LeftButton)
    assert "Gemma" in facts.text()


def test_words_that_cannot_be_pressed_are_as_readable(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(1, "assistant", "答え", model="Gemma")])
    settle(qtbot, transcript)
    facts = next(b for b in views(transcript)[1].findChildren(QAbstractButton) if b.text() == "Gemma")
    assert facts.isEnabled()
    assert facts.focusPolicy() == Qt.FocusPolicy.NoFocus
    drawn = facts.grab().toImage()
    seen = {drawn.pixel(x, y) for x in range(drawn.width()) for y in range(drawn.height())}
    assert Look(1.0).colour("sub").rgb() in seen


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_stars_branches_and_deleting_are_asked_for(transcript: Transcript, qtbot: QtBot, role: str):
    transcript.show_entries([Entry(7, role, "文章", starred=True)])  # type: ignore[arg-type]
    settle(qtbot, transcript)
    view = views(transcript)[7]
    QApplication.sendEvent(
        view, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    )
    (menu,) = view.findChildren(QMenu)
    actions = {action.text(): action for action in menu.actions()}
    for word, signal, args in (
        ("スターを外す", transcript.starred, [7, False]),
        ("ここから新しい対話", transcript.branch_to_chat, [7]),
        ("この枝をごみ箱に入れる", transcript.delete_requested, [7]),
    ):
        with qtbot.waitSignal(signal, timeout=WAIT) as caught:
            actions[word].trigger()
        assert caught.args == args
    menu.close()


def test_the_star_is_a_button(transcript: Transcript, qtbot: QtBot):
    transcript.show_entries([Entry(7, "assistant", "文章")])
    settle(qtbot, transcript)
    star = next(b for b in views(transcript)[7].findChildren(QAbstractButton) if b.text() == "☆")
    with qtbot.waitSignal(transcript.starred, timeout=WAIT) as caught:
        qtbot.mouseClick(star, Qt.MouseButton.LeftButton)
    assert caught.args == [7, True]


def test_code_is_saved_where_the_person_wants_it(transcript: Transcript, qtbot: QtBot, tmp_path: Path):
    transcript.show_entries([Entry(1, "assistant", "```python\nprint('こんにちは')\n```")])
    settle(qtbot, transcript)
    save = next(
        b
        for b in views(transcript)[1].findChildren(QAbstractButton)
        if b.accessibleName() == "コードをファイルに保存"
    )
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    (dialog,) = transcript.findChildren(ChoosePath)
    assert Path(dialog.selectedFiles()[0]).name == "code.py"
    target = tmp_path / "あいさつ.py"
    dialog.selectFile(str(target))
    dialog.accept()
    qtbot.waitUntil(target.exists, timeout=WAIT)
    assert target.read_text(encoding="utf-8") == "print('こんにちは')\n"
    assert [p.name for p in tmp_path.iterdir()] == ["あいさつ.py"]


def test_code_that_cannot_be_saved_says_so_and_leaves_the_file(tmp_path: Path):
    with pytest.raises(KotonohaError) as error:
        write(tmp_path / "ない" / "x.py", "x")
    assert error.value.code == "code_not_saved"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["pipe", "link", "broken link", "folder"])
def test_code_takes_the_place_of_a_file_and_of_nothing_else(tmp_path: Path, kind: str):
    target, other = tmp_path / "コード.py", tmp_path / "ほか.txt"
    other.write_text("大切な文", encoding="utf-8")
    match kind:
        case "pipe":
            os.mkfifo(target)
        case "link":
            target.symlink_to(other)
        case "broken link":
            target.symlink_to(tmp_path / "ない")
        case "folder":
            target.mkdir()
    before = target.lstat()
    with pytest.raises(KotonohaError) as error:
        write(target, "x = 1")
    assert error.value.code == "code_not_saved"
    if kind != "folder":
        assert "ふつうのファイルの名前ではありません" in error.value.ja
    assert (target.lstat().st_ino, target.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert other.read_text(encoding="utf-8") == "大切な文"
    assert {p.name for p in tmp_path.iterdir()} == {"コード.py", "ほか.txt"}


def test_code_takes_the_place_of_a_file(tmp_path: Path):
    target = tmp_path / "コード.py"
    target.write_text("古い", encoding="utf-8")
    write(target, "新しい = 1")
    assert target.read_text(encoding="utf-8") == "新しい = 1\n"
    assert [p.name for p in tmp_path.iterdir()] == ["コード.py"]


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("python", "code.py"),
        ("rust", "code.rs"),
        ("", "code.txt"),
        ("../../x", "code.txt"),
        ("html", "code.html"),
    ],
)
def test_a_file_of_code_has_the_usual_ending(language: str, name: str):
    assert file_name(language) == name
