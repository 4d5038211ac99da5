"""PDFs written by hand: the fonts, encodings and pages of Japanese documents, and what strangers may send."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Sequence

PICTURE = b"q 100 0 0 100 72 600 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q\n"
_PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources {} /Contents {} 0 R >>"


def written(objects: Sequence[str | bytes], trailer: str = "") -> bytes:
    """Return a file of these objects, the first of which is number 1 and the catalogue."""
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, thing in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, thing.encode() if isinstance(thing, str) else thing))
    start = out.tell()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out.write(
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    )
    return out.getvalue()


def stream(data: bytes, entries: str = "", *, packed: bool = False) -> bytes:
    data = zlib.compress(data, 9) if packed else data
    entries += " /Filter /FlateDecode" if packed else ""
    return f"<< /Length {len(data)} {entries} >>\nstream\n".encode() + data + b"\nendstream"


def paged(contents: Sequence[bytes], fonts: Sequence[str | bytes]) -> bytes:
    """Return a file with a page for each content; the first of ``fonts``, which is object 3, is /F1."""
    first = 3 + len(fonts)
    kids = " ".join(f"{first + 2 * at} 0 R" for at in range(len(contents)))
    objects: list[str | bytes] = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(contents)} /Kids [{kids}] >>",
        *fonts,
    ]
    for content in contents:
        number = len(objects) + 2
        objects += [_PAGE.format("<< /Font << /F1 3 0 R >> >>", number), stream(content)]
    return written(objects)


def pdf(*pages: str) -> bytes:
    """Return a PDF with one line a page, in a font whose ToUnicode table names each character.

    An empty one is a page that was scanned.
    """
    number = {character: at for at, character in enumerate(sorted(set("".join(pages))), start=1)}
    rows = "\n".join(
        f"<{at:04X}> <{character.encode('utf-16-be').hex()}>" for character, at in number.items()
    )
    names = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(number)} beginbfchar\n{rows}\nendbfchar endcmap end end"
    )
    fonts = [*_font("Identity-H", "Identity", names=5), stream(names.encode())]
    return paged([_by_number(page, number) if page else PICTURE for page in pages], fonts)


def recognised(*words: tuple[str, float, float]) -> bytes:
    """Return a scanned page with what OCR read in it: words with their places, in a font without shapes."""
    number = {
        each: at for at, each in enumerate(sorted({each for word in words for each in word[0]}), start=1)
    }
    widths = " ".join(["500"] * len(number))
    font = (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0]"
        f" /CharProcs << /g 5 0 R >> /Encoding << /Differences [1 {'/g ' * len(number)}] >> /FirstChar 1"
        f" /LastChar {len(number)} /Widths [{widths}] /Resources << >> /ToUnicode 4 0 R >>"
    )
    content = PICTURE + b"3 Tr\n"
    for text, x, y in words:
        content += run(text, lambda text: bytes(number[each] for each in text), x, y)
    return paged([content], [font, _names(number, digits=2), stream(b"500 0 0 0 0 0 d1")])


def _names(number: dict[str, int], digits: int) -> bytes:
    """Return a ToUnicode table: the character of each code."""
    rows = "".join(f"<{at:0{digits}X}> <{each.encode('utf-16-be').hex()}>\n" for each, at in number.items())
    return stream(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <{'0' * digits}> <{'F' * digits}> endcodespacerange\n"
        f"{len(number)} beginbfchar\n{rows}endbfchar endcmap end end".encode()
    )


def _by_number(text: str, number: dict[str, int]) -> bytes:
    return run(text, lambda text: b"".join(number[each].to_bytes(2, "big") for each in text), 72, 700)


def nameless(*pages: str) -> bytes:
    """Return a PDF with one line a page, in a font that has numbers of shapes, and no characters."""
    return paged([run(page, cid, 72, 700) for page in pages], _font("Identity-H", "Identity"))


def pdf_in(encoding: str, *contents: bytes) -> bytes:
    """Return a PDF whose font is of Adobe's Japanese collection, in a predefined encoding."""
    return paged(contents, _font(encoding, "Japan1"))


def _font(encoding: str, collection: str, names: int = 0) -> list[str]:
    to_unicode = f"/ToUnicode {names} 0 R" if names else ""
    return [
        f"<< /Type /Font /Subtype /Type0 /BaseFont /MS-Mincho /Encoding /{encoding}"
        f" /DescendantFonts [4 0 R] {to_unicode} >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /MS-Mincho /DW 1000 /W [1 94 500 231 632 500]"
        f" /CIDSystemInfo << /Registry (Adobe) /Ordering ({collection}) /Supplement 2 >>"
        " /FontDescriptor << /Type /FontDescriptor /FontName /MS-Mincho /Flags 4 /ItalicAngle 0 /StemV 80"
        " /FontBBox [0 -120 1000 880] /Ascent 880 /Descent -120 /CapHeight 700 >> >>",
    ]


def run(text: str, codec: str | Callable[[str], bytes], x: float, y: float) -> bytes:
    """Return a text object of a page: one run of characters, of 12 points."""
    codes = text.encode(codec) if isinstance(codec, str) else codec(text)
    return f"BT /F1 12 Tf 1 0 0 1 {x} {y} Tm <{codes.hex()}> Tj ET\n".encode()


def jis(text: str) -> bytes:
    """Return the codes of JIS X 0208, which the encodings H and V have."""
    return bytes(byte & 0x7F for byte in text.encode("euc_jp"))


def cid(text: str) -> bytes:
    """Return the numbers of kana and of level 1 kanji in Adobe-Japan1 (Adobe's Technical Note 5078)."""
    return b"".join(_CIDS[each].to_bytes(2, "big") for each in text)


def _cids() -> dict[str, int]:
    level_1 = [
        bytes((0xA0 + row, 0xA0 + cell)).decode("euc_jp")
        for row in range(16, 48)
        for cell in range(1, 95)
        if row < 47 or cell <= 51
    ]
    kana = {chr(0x3041 + at): 842 + at for at in range(83)} | {chr(0x30A1 + at): 925 + at for at in range(86)}
    return {kanji: 1125 + at for at, kanji in enumerate(level_1)} | kana | {"、": 634, "。": 635}


_CIDS = _cids()


def forms(depth: int, width: int) -> bytes:
    """Return a small file whose page draws a form that draws ``width`` forms that draw …"""
    things: list[str | bytes] = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        _PAGE.format("<< /XObject << /X 5 0 R >> >>", 4),
        stream(b"/X Do"),
    ]
    for at in range(depth):
        entries = (
            f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X {6 + at} 0 R >> >>"
        )
        things.append(stream(b"/X Do " * width if at < depth - 1 else b"0 0 1 1 re f", entries))
    return written(things)
