"""A chat on paper and as a PDF: all of it, in order, nothing cut through, text that can be found again."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import QRect
from PySide6.QtGui import QFontDatabase, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QFileDialog

from desktop.errors import KotonohaError
from desktop.jobs import Cancel, Cancelled
from desktop.language import set_language
from desktop.moments import moment
from desktop.store.records import ChatRecord, MessageRecord
from desktop.ui.exchange import offscreen, printing
from desktop.ui.exchange.export_pdf import sheet_of
from desktop.ui.exchange.pdf_text import ideograph
from desktop.ui.exchange.print_chat import file_name
from desktop.ui.exchange.printing import Part, Printed, Sheet, save_pdf

# ziamath asks importlib in a way that Python 3.11 calls old.
pytestmark = pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")

ANSWER = """# 京都の旅

**「はじめに」**、天気を見ます。`バス` に乗ります。

1. 清水寺
2. 祇園

| 時刻 | 場所 |
|--:|:--|
| 9:00 | 京都駅 |
| 10:00 | 清水寺 |

距離は $\\sqrt{x^2}$ です。｜清水寺《きよみずでら》へ。

```python
print("花")
```
"""


def sheet(count=1, text=ANSWER):
    parts = []
    for _ in range(count):
        parts += [
            Part("あなた", "13:00", "旅の計画を立ててください。", True),
            Part("言の葉", "Gemma · 13:01", text, False),
        ]
    return Sheet("京都への旅", "2026/11/24", parts)


def write(made, path):
    return list(save_pdf(made, path, Cancel()))


@pytest.fixture
def strip(qapp):
    """The strip of pages that a sheet is cut into, for pages of a height."""

    def make(made, height=3_600.0):
        return printing._Strip(made, height, Cancel())

    return make


def test_a_pdf_is_vectors_with_its_text(qapp, tmp_path):
    path = tmp_path / "旅.pdf"
    events = write(sheet(), path)
    assert events == [Printed(1, 1)]
    data = path.read_bytes()
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
    assert b"/Image" not in re.sub(rb"/ProcSet[^\]]*\]", b"", data)  # nothing became a picture
    assert b"/ToUnicode" in data  # so that text can be found and copied
    assert not list(tmp_path.glob("*.part"))
    reader = PdfReader(path)
    assert reader.metadata.title == "京都への旅"
    assert len(reader.pages) == 1


def test_pages_hold_everything_once_and_cut_nothing(strip):
    made = strip(sheet(12))
    assert len(made.pages) > 3
    assert made.pages[0][0] == 0 and made.pages[-1][1] == made.height
    for (start, end), (following, _) in zip(made.pages, made.pages[1:], strict=False):
        assert start < end <= following
        assert not any(end < y + 1 and y < following for y, _ in made._heads)  # no name between two pages
    ends = {cut.end for cut in made._cuts}
    assert all(end in ends for _, end in made.pages[:-1])
    for top, segment in zip(made._tops, made._segments, strict=True):
        if segment.block.kind in ("heading", "math"):
            where = [n for n, (start, end) in enumerate(made.pages) if start <= top + segment.gap < end]
            inside = [n for n, (_, end) in enumerate(made.pages) if end >= top + segment.height]
            assert where[0] == inside[0]
            if segment.block.kind == "heading":  # what it is the heading of follows on its page
                assert made.pages[where[0]][1] > top + segment.height


def test_a_paragraph_leaves_no_line_alone(strip):
    lines = "春はあけぼの。やうやう白くなりゆく山ぎは、すこしあかりて、" * 40
    made = strip(sheet(1, lines), height=900.0)
    (segment,) = (s for s in made._segments if len(s.block.text()) > 500)
    segment.lay_out()
    bottoms = [segment.origin().y() + end for end in printing._line_ends(segment.document.begin())]
    top = made._tops[made._segments.index(segment)]
    cut_at = [bottoms.index(end - top) for _, end in made.pages[:-1] if end - top in bottoms]
    assert cut_at and all(1 <= at <= len(bottoms) - 3 for at in cut_at)


def test_what_is_higher_than_a_page_still_ends(strip):
    table = "| 番 | 文 |\n|--|--|\n" + "\n".join(f"| {n} | {'長い文です。' * 60} |" for n in range(6))
    made = strip(sheet(1, table), height=500.0)
    assert made.pages[-1][1] == made.height
    assert all(b - a <= 500 for a, b in made.pages)


def test_it_is_drawn_as_it_stands(qapp, tmp_path, monkeypatch):
    """Every page has ink, and the accent stands beside the person's words only."""
    made = printing._Strip(sheet(3), 3_600.0, Cancel())
    for number, (start, end) in enumerate(made.pages, 1):
        image = QImage(680, 900, QImage.Format.Format_RGB32)
        image.fill("white")
        painter = QPainter(image)
        painter.setViewport(QRect(0, 0, 680, 900))
        painter.scale(0.25, 0.25)
        made.paint(painter, number, start, end)
        painter.end()
        dark = sum(
            image.pixelColor(x, y).lightness() < 128 for x in range(0, 680, 3) for y in range(0, 900, 3)
        )
        assert dark > 200, number


@pytest.mark.parametrize(
    "text", ["", "\u0000\ud800\u202e", "`" * 3_000, "# " * 500, "あ" * 60_000, "$" * 999]
)
def test_hostile_texts_are_printed_or_left_out_and_end(qapp, tmp_path, text):
    write(
        Sheet(text[:3_000], text[:100], [Part(text[:50], text[:50], text, asked) for asked in (True, False)]),
        tmp_path / "a.pdf",
    )
    assert (tmp_path / "a.pdf").stat().st_size > 500


def test_a_failure_or_a_stop_leaves_what_was_there(qapp, tmp_path, monkeypatch):
    path = tmp_path / "前の.pdf"
    path.write_bytes(b"before")
    cancel = Cancel()
    events = save_pdf(sheet(12), path, cancel)
    next(events)
    cancel.set()
    with pytest.raises(Cancelled):
        list(events)
    assert path.read_bytes() == b"before" and list(tmp_path.iterdir()) == [path]
    with pytest.raises(KotonohaError) as told:
        write(sheet(), tmp_path / "ない" / "a.pdf")
    assert told.value.code == "pdf_not_written"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_and_links_are_not_replaced_nor_written_through(qapp, tmp_path):
    other = tmp_path / "大事.txt"
    other.write_text("大事")
    pipe, link, dangling = tmp_path / "管.pdf", tmp_path / "先.pdf", tmp_path / "空.pdf"
    os.mkfifo(pipe)
    link.symlink_to(other)
    dangling.symlink_to(tmp_path / "ない")
    for waiting in ("紙.pdf.part", "紙.pdf.drawn.part"):  # names that one could guess
        (tmp_path / waiting).symlink_to(other)
    before = sorted(tmp_path.iterdir())
    for path in (pipe, link, dangling):
        with pytest.raises(KotonohaError) as told:
            write(sheet(), path)
        assert told.value.code == "pdf_not_written" and "ふつうのファイル" in told.value.ja
    assert sorted(tmp_path.iterdir()) == before and pipe.is_fifo() and link.is_symlink()
    write(sheet(), tmp_path / "紙.pdf")
    assert (tmp_path / "紙.pdf").read_bytes().startswith(b"%PDF-") and other.read_text() == "大事"
    name = "長" * 80 + ".pdf"  # as long as names may be
    write(sheet(), tmp_path / name)
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "紙.pdf", tmp_path / name])


def test_long_titles_are_two_lines(strip):
    made = strip(Sheet("とても長い題名" * 60, "", sheet().parts))
    assert len(made._title_lines) == 2 and made._title_lines[1].endswith("…")
    assert strip(Sheet("", "", ()))._title_lines == [""]


def test_names_of_files():
    assert file_name("会議/議事録: 2026?") == "会議 議事録 2026.pdf"
    assert file_name("...") == "kotonoha.pdf" and file_name("\u202e\n") == "kotonoha.pdf"
    assert len(file_name("長" * 500).encode()) <= 255


@pytest.mark.parametrize("language", ["ja", "en"])
def test_times_have_one_form_in_both_languages_and_damaged_ones_are_none(language):
    set_language(language)
    when = time.mktime((2026, 11, 24, 16, 7, 0, 0, 0, -1))
    assert moment(when) == "2026-11-24 16:07"
    assert [moment(each) for each in (2.0**62, -1.0, 0.0, float("nan"), float("inf"))] == [""] * 5
    message = MessageRecord("1", "assistant", "答え", when, model_name="Gemma", preset_name="俳人")
    made = sheet_of(ChatRecord("x", "題", 0.0, 0.0, (message,)))
    who = {"ja": "言の葉", "en": "Kotonoha"}[language]
    assert made == Sheet("題", "", [Part(who, "Gemma · 俳人 · 2026-11-24 16:07", "答え", False)])


def test_the_open_chat_is_saved_by_the_window(qtbot, scripted, tmp_path):
    window = scripted.window
    window.action_table["chat.pdf"].trigger()
    assert "まだ何もない" in window.toast.label.text()
    scripted.ask("奈良の大仏について")
    window.action_table["chat.pdf"].trigger()
    dialog = window.findChild(QFileDialog)
    assert dialog.selectedFiles()[0].endswith(".pdf")
    dialog.close()
    path = tmp_path / "大仏.pdf"
    dialog.fileSelected.emit(str(path))
    scripted.until(lambda: "大仏.pdf" in window.toast.label.text())
    assert path.read_bytes().startswith(b"%PDF-")
    window.printing.save(tmp_path / "ない" / "a.pdf", window.conversation.chat_id)
    scripted.until(window.page.banner.isVisible)
    assert "a.pdf" in window.page.banner.label.text()


def test_a_printer_gets_the_same_pages(qtbot, scripted, tmp_path):
    from PySide6.QtPrintSupport import QPrinter

    scripted.ask("富士山の高さは")
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "紙.pdf"))
    printing.dress(printer)
    assert printer.pageLayout().pageSize().id() == QPageSize.PageSizeId.A4
    scripted.window.printing.print_on(printer, scripted.window.conversation.chat_id)
    scripted.until(lambda: "プリンターに送りました" in scripted.window.toast.label.text())
    assert (tmp_path / "紙.pdf").read_bytes().startswith(b"%PDF-")


def test_a_printer_that_writes_a_file_does_not_write_through_a_link(qtbot, scripted, tmp_path):
    from PySide6.QtPrintSupport import QPrinter

    scripted.ask("富士山の高さは")
    other, link = tmp_path / "大事.txt", tmp_path / "紙.pdf"
    other.write_text("大事")
    link.symlink_to(other)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(link))
    scripted.window.printing.print_on(printer, scripted.window.conversation.chat_id)
    scripted.until(scripted.page.banner.isVisible)
    assert link.is_symlink() and other.read_text() == "大事"


def test_another_program_finds_its_text(qapp, tmp_path):
    """Radicals would look the same: ⼀ for 一, ⻑ for 長."""
    path = tmp_path / "a.pdf"
    words = "一二三行日月火水木金土山川大小長青西食黄龍鬼馬鳥"
    verse = "".join(f"第{number}句、" for number in range(900))  # over several pages
    write(
        Sheet(
            "二行目の言葉",
            "",
            [*sheet(4).parts, Part("言の葉", "", verse, False), Part("あなた", "", words, True)],
        ),
        path,
    )
    pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(path).pages]
    read = "".join(re.sub(r"^\d+/\d+(二行目の言葉)?", "", page) for page in pages)
    assert pages[0].startswith("1/") and "二行目の言葉" in pages[0] and len(pages) > 3
    assert read.count("旅の計画を立ててください。") == 4
    assert read.count("京都駅") == 4 and read.count("言の葉") == 5
    assert read.count("Gemma·13:01") == 4  # digits after Latin letters have forms of their own in such faces
    assert all(read.count(f"第{number}句") == 1 for number in range(900))
    assert words in read
    assert not re.search("[\u2e80-\u2fdf]", read)


@pytest.mark.parametrize(("radical", "wanted"), [("⼀", "一"), ("⻑", "長"), ("一", "一"), ("ア", "ア")])
def test_radicals_become_ideographs(radical, wanted):
    assert ideograph(radical) == wanted


def test_the_pages_writer_is_dressed(qapp, tmp_path):
    writer = QPdfWriter(str(Path(tmp_path) / "x.pdf"))
    printing.dress(writer)
    assert writer.pageLayout().margins().left() == 20


def test_without_a_japanese_font_japanese_is_refused_in_a_sentence(qapp, monkeypatch):
    monkeypatch.setattr(QFontDatabase, "families", lambda *_: [])
    write = offscreen.pdf_writer(Cancel())
    with pytest.raises(KotonohaError) as told:
        write(ChatRecord("x", "chat", 1.7e9, 1.7e9, (MessageRecord("1", "user", "こんにちは", 1.7e9),)))
    assert told.value.code == "pdf_no_font"
    english = ChatRecord("x", "chat", 1.7e9, 1.7e9, (MessageRecord("1", "user", "Hello", 1.7e9),))
    assert write(english).startswith(b"%PDF-")
    assert write(ChatRecord("x", "chat", 1.7e9, 1.7e9, ())) == b""


def test_a_platform_that_is_not_there_or_no_library_is_told(qapp, tmp_path):
    with pytest.raises(KotonohaError) as told:
        offscreen._require_platform([tmp_path])
    assert told.value.code == "pdf_unavailable"
    (tmp_path / "libqoffscreen.so").write_bytes(b"no library")
    with pytest.raises(KotonohaError) as told:
        offscreen._require_platform([tmp_path])
    assert told.value.code == "pdf_unavailable"
