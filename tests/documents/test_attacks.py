"""Office files of attackers, in the real reader: each is read within its limits, or refused in a sentence."""

from __future__ import annotations

import io
import re
import struct
import zipfile

import making
import pytest

from desktop.documents import read_bytes
from desktop.errors import KotonohaError
from desktop.jobs import Cancel, result_of

OFFICE = {
    "a.docx": (making.word, "word/document.xml", "word/_rels/document.xml.rels"),
    "a.xlsx": (making.excel, "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"),
    "a.pptx": (making.powerpoint, "ppt/slides/slide1.xml", "ppt/slides/_rels/slide1.xml.rels"),
}
SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%b</sheetData>'
)


def outcome(name: str, data: bytes) -> str:
    """Return the text of a file, or the code of the sentence that refuses it."""
    try:
        return result_of(read_bytes(name, data, Cancel(), seconds=40)).text
    except KotonohaError as error:
        assert error.ja.startswith(f"「{name}」") and error.en
        return error.code


def entities(pad: int) -> bytes:
    named = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!--{" " * pad}--><!DOCTYPE w [<!ENTITY e0 "ははは">{named}]>'.encode()


@pytest.mark.parametrize("name", OFFICE)
@pytest.mark.parametrize("pad", [0, 200_000], ids=["at the head", "behind a long comment"])
def test_entities_that_laugh_are_not_expanded(name, pad):
    make, part, _ = OFFICE[name]
    data = making.replaced(make(), part, entities(pad) + b"<w>&e9;</w>")
    assert outcome(name, data) in ("document_bomb", "document_damaged", "document_empty")


@pytest.mark.parametrize("name", OFFICE)
def test_an_entity_that_names_a_file_gives_nothing_of_it(name, tmp_path):
    (tmp_path / "secret.txt").write_text("秘密の中身")
    make, part, _ = OFFICE[name]
    doctype = f'<!DOCTYPE w [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]>'
    head = f'<?xml version="1.0"?><!--{" " * 200_000}-->{doctype}'
    whole = making.part(make(), part).decode()
    root = whole[whole.index("<", whole.index("?>") if "?>" in whole else 0) :]
    text = head + re.sub("</(w:t|a:t|t)>", r"&x;</\1>", root)
    assert "&x;" in text
    assert "秘密の中身" not in outcome(name, making.replaced(make(), part, text.encode()))


@pytest.mark.parametrize("name", OFFICE)
def test_xml_nested_beyond_sense(name):
    make, part, _ = OFFICE[name]
    whole = making.part(make(), part)
    end = whole.rindex(b"</")
    deep = whole[:end] + b"<x>" * 200_000 + b"</x>" * 200_000 + whole[end:]
    result = outcome(name, making.replaced(make(), part, deep))
    assert result.startswith("document_") or "山田" in result or "計画" in result or "売上" in result


@pytest.mark.parametrize("name", OFFICE)
def test_parts_that_refer_to_each_other_in_circles(name):
    make, part, rels = OFFICE[name]
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    circle = "".join(
        f'<Relationship Id="rIdC{at}" Type="{kind}{each}" Target="/{part}"/>'
        for at, each in enumerate(
            ("footnotes", "slide", "worksheet", "notesSlide", "numbering", "diagramData")
        )
    )
    ends = b"</Relationships>"
    try:
        old = making.part(make(), rels)
    except KeyError:
        old = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' + ends
    result = outcome(name, making.replaced(make(), rels, old.replace(ends, circle.encode() + ends)))
    assert result


@pytest.mark.parametrize("name", OFFICE)
def test_members_whose_names_lead_out_are_written_nowhere(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make, *_ = OFFICE[name]
    with zipfile.ZipFile(io.BytesIO(make())) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    out = {"../../外.txt": b"x", "/tmp/kotonoha-outside.txt": b"x", "C:\\外.txt": b"x", "a/\0b": b"x"}
    assert outcome(name, making.zipped(parts | out)) == outcome(name, make())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", OFFICE)
def test_a_container_that_lies_about_its_sizes(name):
    make, part, _ = OFFICE[name]
    data = bytearray(making.replaced(make(), part, b"<w>" + b" " * 2**28 + b"</w>"))
    at = data.rindex(part.encode()) - 46 + 24  # the unpacked size in the directory at the end
    assert struct.unpack_from("<I", data, at)[0] > 2**28
    struct.pack_into("<I", data, at, 1_000)
    assert outcome(name, bytes(data)) in ("document_damaged", "document_bomb")


@pytest.mark.parametrize(
    ("row", "rows"),
    [(b"<c><v>1</v></c>" * 100, 10_000), (b'<c s="0"/>' * 100, 10_000), (b"<c><f>A1</f></c>" * 100, 5_000)],
    ids=["numbers", "empty", "formulas"],
)
def test_a_million_cells_are_read_within_limits(row, rows):
    sheet = SHEET % (b"<row>" + row + b"</row>") * 1
    sheet = sheet.replace(
        b"</sheetData>", (b"<row>" + row + b"</row>") * (rows - 1) + b"</sheetData></worksheet>"
    )
    result = outcome("a.xlsx", making.replaced(making.excel(), "xl/worksheets/sheet1.xml", sheet))
    assert result.startswith("## ") and len(result) <= 2_000_000


def test_merged_cells_of_a_stranger_are_bounded():
    merged = b"".join(b'<mergeCell ref="A%d:XFD1048576"/>' % n for n in range(1, 50_000))
    rows = b'<row><c t="str"><v>x</v></c></row>' * 3_000
    sheet = SHEET % rows + b"<mergeCells>" + merged + b"</mergeCells></worksheet>"
    result = outcome("a.xlsx", making.replaced(making.excel(), "xl/worksheets/sheet1.xml", sheet))
    assert result.count("| x |") == 3_000
