"""PDF: the encodings of Japanese fonts, lines by where they stand, and pages that cannot be read."""

from __future__ import annotations

import io

import making
import pdf_files
import pytest
from pdf_files import run
from pypdf import PdfReader, PdfWriter
from PySide6.QtCore import QMarginsF, QSizeF
from PySide6.QtGui import QFont, QPageSize, QPdfWriter, QTextDocument

from desktop.documents import read_bytes
from desktop.documents.convert import convert
from desktop.errors import KotonohaError
from desktop.jobs import Cancel, result_of

TEXT = "日本語の文章、ひらがなとカタカナです。"


def converted(data):
    *_, found = convert("a.pdf", data)
    return found.text


def text_of(data):
    return converted(data).text


def notes_of(data):
    return " ".join(note.ja for note in converted(data).notes)


def refusal(data):
    with pytest.raises(KotonohaError) as refused:
        list(convert("a.pdf", data))
    assert refused.value.ja and refused.value.en
    return refused.value.code


def test_pages_are_numbered_and_japanese():
    data = making.pdf("一頁目の文章です", "二頁目の文章です")
    assert text_of(data) == "[p. 1]\n一頁目の文章です\n\n[p. 2]\n二頁目の文章です"


@pytest.mark.parametrize("way", "HV")
@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("{}", pdf_files.jis),
        ("EUC-{}", "euc_jp"),
        ("90ms-RKSJ-{}", "cp932"),
        ("90msp-RKSJ-{}", "cp932"),
        ("Add-RKSJ-{}", "cp932"),
        ("Ext-RKSJ-{}", "cp932"),
        ("UniJIS-UCS2-{}", "utf-16-be"),
        ("UniJIS-UCS2-HW-{}", "utf-16-be"),
        ("UniJIS-UTF16-{}", "utf-16-be"),
        ("UniJIS2004-UTF16-{}", "utf-16-be"),  # not of PDF 1.7, but of some writers
        ("Identity-{}", pdf_files.cid),
    ],
)
def test_the_encodings_of_japanese_fonts(encoding, codec, way):
    data = pdf_files.pdf_in(encoding.format(way), run(TEXT, codec, 72, 700))
    assert converted(data).text == f"[p. 1]\n{TEXT}"
    assert converted(data).notes == ()


@pytest.mark.parametrize("encoding", ["83pv-RKSJ-H", "90pv-RKSJ-H"])
def test_the_encodings_of_old_macs(encoding):
    assert text_of(pdf_files.pdf_in(encoding, run(TEXT, "cp932", 72, 700))) == f"[p. 1]\n{TEXT}"


def test_latin_letters_in_a_japanese_encoding():
    data = pdf_files.pdf_in("90ms-RKSJ-H", run("請求書 No.2026-11 ①合計120,000円", "cp932", 72, 700))
    assert text_of(data) == "[p. 1]\n請求書 No.2026-11 ①合計120,000円"


def test_pieces_of_one_line_stay_one_line():
    pieces = (
        ("京都", 72, 700),
        ("への", 96, 700),
        ("旅", 120, 700),
        ("費用", 170, 700.5),
        ("次の行", 72, 680),
    )
    content = b"".join(run(text, "utf-16-be", x, y) for text, x, y in pieces)
    assert text_of(pdf_files.pdf_in("UniJIS-UTF16-H", content)) == "[p. 1]\n京都への旅 費用\n次の行"


def test_vertical_lines_are_read_from_right_to_left():
    content = b"".join(
        run(line, "utf-16-be", 500 - 24 * at, 700)
        for at, line in enumerate(("一行目の文。", "二行目へ、", "三行目。"))
    )
    assert (
        text_of(pdf_files.pdf_in("UniJIS-UTF16-V", content)) == "[p. 1]\n一行目の文。\n二行目へ、\n三行目。"
    )


def test_characters_that_are_each_written_below_another_are_a_vertical_line():
    content = b"".join(
        run(character, "utf-16-be", 500 - 20 * line, 700 - 12 * at)
        for line, text in enumerate(("縦書きの一行目", "二行目です"))
        for at, character in enumerate(text)
    )
    assert text_of(pdf_files.pdf_in("UniJIS-UTF16-H", content)) == "[p. 1]\n縦書きの一行目\n二行目です"


def test_numbers_that_lie_across_a_vertical_line_stay_in_it():
    pieces = (("平", 700), ("成", 688), ("20", 676), ("年", 664), ("春", 652))
    content = b"".join(run(text, "utf-16-be", 500, y) for text, y in pieces)
    assert text_of(pdf_files.pdf_in("UniJIS-UTF16-H", content)) == "[p. 1]\n平成20年春"


def test_a_column_of_signs_is_no_vertical_line():
    content = b"".join(run(sign, "utf-16-be", 72, 700 - 20 * at) for at, sign in enumerate("○×○"))
    assert text_of(pdf_files.pdf_in("UniJIS-UTF16-H", content)) == "[p. 1]\n○\n×\n○"


@pytest.mark.parametrize("text", ["1", "○", "A", "あ"])
def test_a_single_character_is_read_whatever_fonts_there_are(text):
    assert text_of(pdf_files.pdf_in("UniJIS-UTF16-H", run(text, "utf-16-be", 72, 700))) == f"[p. 1]\n{text}"


def test_what_ocr_put_over_a_picture_is_read():
    words = (("読", 72, 700), ("み", 78, 700), ("取り", 84, 700), ("1", 103, 700), ("頁", 72, 680))
    data = pdf_files.recognised(*words)
    assert text_of(data) == "[p. 1]\n読み取り 1\n頁"
    assert notes_of(data) == ""


def test_a_page_that_is_turned_has_its_lines():
    content = (
        b"0 1 -1 0 595 0 cm\n"
        + run("横にした頁の", "utf-16-be", 72, 400)
        + run("二行目", "utf-16-be", 72, 380)
    )
    assert text_of(pdf_files.pdf_in("UniJIS-UTF16-H", content)) == "[p. 1]\n横にした頁の\n二行目"


def test_two_columns_are_read_as_they_were_written():
    left, right = ("左の一行目", "左の二行目"), ("右の一行目", "右の二行目")
    by_column = [(text, 72, 700 - 20 * at) for at, text in enumerate(left)]
    by_column += [(text, 320, 700 - 20 * at) for at, text in enumerate(right)]
    content = b"".join(run(text, "utf-16-be", x, y) for text, x, y in by_column)
    assert text_of(pdf_files.pdf_in("UniJIS-UTF16-H", content)) == "[p. 1]\n" + "\n".join((*left, *right))


def test_radicals_and_marks_of_vertical_text_become_what_is_meant():
    data = making.pdf("⽇本語の⾒⽅と⻑⾳", "⻘い⿃、⻝べる", "︵注︶﹁あ﹂︑い︒")
    assert text_of(data) == (
        "[p. 1]\n日本語の見方と長音\n\n[p. 2]\n青い鳥、食べる\n\n[p. 3]\n（注）「あ」、い。"
    )


def test_a_printed_page_of_qt_is_read(qapp, tmp_path):
    path = tmp_path / "a.pdf"
    writer = QPdfWriter(str(path))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(72)
    document = QTextDocument()
    document.setDefaultFont(QFont("Noto Sans CJK JP", 11))
    document.setPageSize(QSizeF(595, 842))
    document.setHtml("<h1>見出し一二三</h1><p>どこで生れたかとんと見当がつかぬ。</p><p>長い鳥と青い馬</p>")
    document.print_(writer)
    del writer
    text = text_of(path.read_bytes())
    for line in ("見出し一二三", "どこで生れたかとんと見当がつかぬ。", "長い鳥と青い馬"):
        assert line in text.split("\n")


def test_pages_that_cannot_be_read_are_told_and_not_given_as_garbage():
    good = "日本語の頁です"
    pages = [run(good, "utf-16-be", 72, 700), pdf_files.PICTURE, b"q Q", pdf_files.PICTURE]
    data = pdf_files.pdf_in("UniJIS-UTF16-H", *pages)
    assert text_of(data) == f"[p. 1]\n{good}\n\n[p. 2]\n\n[p. 3]\n\n[p. 4]"
    assert (
        notes_of(data) == "4ページ中2ページは画像だけで、文字を読めません（2, 4）。"
    )  # a blank one says nothing


def test_fonts_without_characters_are_told():
    assert refusal(pdf_files.nameless("番号だけの頁", "次の頁")) == "document_nameless"
    assert notes_of(making.pdf("ふつうの文字")) == ""
    private = making.pdf("読める文字と\ue123と\uf0b7")
    assert text_of(private) == "[p. 1]\n読める文字と\ufffdと•"
    assert "1字" in notes_of(private)
    assert refusal(making.pdf("\ue000\ue001\ue002\ue003あ")) == "document_nameless"


def test_a_file_of_pictures_and_one_of_nothing():
    assert refusal(making.pdf("", "")) == "document_scan"
    assert refusal(pdf_files.pdf_in("H", b"q Q")) == "document_empty"


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
def test_a_password_is_told_and_an_empty_one_is_none(algorithm):
    for password, opens in (("ひみつ", False), ("", True)):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(making.pdf("中身の文章"))))
        writer.encrypt(password, owner_password="owner", algorithm=algorithm)
        file = io.BytesIO()
        writer.write(file)
        if opens:
            assert text_of(file.getvalue()) == "[p. 1]\n中身の文章"
        else:
            assert refusal(file.getvalue()) == "document_encrypted"


def test_a_file_whose_table_of_contents_is_lost_is_read():
    data = making.pdf("壊れても読める")
    assert text_of(data.replace(b"xref\n0", b"lost\n0")) == "[p. 1]\n壊れても読める"


def test_a_file_that_lies_about_its_pages_has_those_that_are_there():
    data = making.pdf("一頁だけ").replace(b"/Count 1 ", b"/Count 7 ")
    assert text_of(data).startswith("[p. 1]\n一頁だけ")
    cyclic = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 5 /Kids [2 0 R 2 0 R] >>"]
    assert refusal(pdf_files.written(cyclic)) in ("document_damaged", "document_empty")


def test_many_pages_are_read_up_to_a_limit():
    fonts = pdf_files.pdf_in("H", run("頁", pdf_files.jis, 72, 700))
    many = fonts.replace(b"/Count 1 /Kids [5 0 R]", b"/Count 2500 /Kids [" + b"5 0 R " * 2_500 + b"]")
    text = text_of(many)
    assert text.count("[p. ") == 2_000 and text.endswith("[p. 2000]\n頁")
    assert "先頭の2,000ページ" in notes_of(many)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: pdf_files.forms(12, 10), id="forms"),
        pytest.param(lambda: pdf_files.forms(40, 1), id="deep"),
        pytest.param(lambda: pdf_files.pdf_in("H", b"[" * 10**6), id="arrays"),
        pytest.param(lambda: pdf_files.pdf_in("H", b"q " * 10**6), id="states"),
    ],
)
def test_a_page_that_grows_beyond_limits_ends_its_reader_alone(data):
    with pytest.raises(KotonohaError) as refused:
        result_of(read_bytes("爆弾.pdf", data(), Cancel(), seconds=20))
    assert refused.value.code in {
        "document_crashed", "document_memory", "document_slow", "document_scan", "document_empty",
        "document_damaged",
    }  # fmt: skip
    assert refused.value.ja.startswith("「爆弾.pdf」")
