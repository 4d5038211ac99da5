"""Which encoding a text is in. Strict decoding comes first; the library decides where that leaves a doubt.

Statistics alone mislead on short Japanese texts, while the multi-byte encodings rule each other out by their
structure: what decodes as UTF-8 is UTF-8, and ISO-2022-JP cannot be mistaken for its escapes.
"""

from __future__ import annotations

import codecs
import re

from desktop.documents.failures import failure

CHOICES = (
    ("utf-8", "UTF-8"),
    ("cp932", "Shift_JIS (CP932)"),
    ("euc_jis_2004", "EUC-JP"),
    ("iso2022_jp_ext", "ISO-2022-JP"),
    ("utf-16", "UTF-16"),
    ("utf-16-le", "UTF-16 LE"),
    ("utf-16-be", "UTF-16 BE"),
    ("cp1252", "Windows-1252"),
    ("gb18030", "GB18030"),
    ("big5", "Big5"),
    ("cp949", "EUC-KR (CP949)"),
)
"""Python's name of each encoding that people can choose, and the name that they know."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DESIGNATIONS = re.compile(rb"\x1b(\$[@B]|\$\([A-Z]|\([A-Z])")
_ESCAPES = re.compile(rb"\x1b(\$[@B]|\$\(D|\([BJI])")
_LATIN = re.compile(r"cp125[0247]$|iso8859-(1|2|3|4|9|10|13|14|15|16)$|mac-|cp(437|850|858|775)$|hp-")
_SAMPLE = 64 * 1024  # bytes that are weighed
_SURE = 0.85  # of the characters are usual in Japanese
_LONGEST_WITHOUT_KANA = 16  # kanji
# Labels promise less than is written under them: Windows' and Mac's own characters.
_SUPERSETS = {
    "shift_jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "ms932": "cp932",
    "shift-jis": "cp932", "euc-jp": "euc_jis_2004", "eucjp": "euc_jis_2004", "euc_jp": "euc_jis_2004",
    "x-euc-jp": "euc_jis_2004", "iso-2022-jp": "iso2022_jp_ext", "iso2022jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8", "gb2312": "gb18030",
    "gbk": "gb18030", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
}  # fmt: skip


def shown(encoding: str) -> str:
    """Return the name of an encoding that people know."""
    return dict(CHOICES).get(encoding, encoding.upper().replace("_", "-"))


def decode(data: bytes, encoding: str) -> str:
    """Return the text in a chosen encoding, without its byte order mark; unreadable bytes become U+FFFD.

    Raises ``KotonohaError("document_encoding")`` for an encoding that is not one of characters.
    """
    text = strictly(data, encoding)
    if text is None:
        try:
            text = data.decode(encoding, "replace")
        except (LookupError, UnicodeError, ValueError, AttributeError) as error:
            raise failure("document_encoding") from error
    return _lines(text.removeprefix("\ufeff"))


def detect(data: bytes, declared: str = "") -> tuple[str, str]:
    """Return the text and its encoding; ``declared`` is what the text says of itself.

    Raises ``KotonohaError("document_binary")`` where it is no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return decode(data, encoding), encoding
    for encoding in _candidates(data, declared):
        text = strictly(data, encoding)
        if text is not None:
            return _lines(text), encoding
    if _looks_binary(data):
        raise failure("document_binary")
    encoding = _guessed(data) or "cp932"
    return decode(data, encoding), encoding


def declared_in_html(data: bytes) -> str:
    """Return the charset that the head of an HTML file names; "" where it names none."""
    found = re.search(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", data[:4096], re.IGNORECASE)
    return found[1].decode("ascii").lower() if found else ""


def python_name(label: str) -> str:
    """Return Python's name of the encoding that is meant by a label; "" where there is none."""
    label = label.strip().lower()
    try:
        found = codecs.lookup(_SUPERSETS.get(label, label))
    except (LookupError, ValueError):
        return ""
    return found.name if getattr(found, "_is_text_encoding", True) else ""


def _candidates(data: bytes, declared: str) -> list[str]:
    """Return the encodings to try strictly, the most probable first."""
    if b"\0" in data[:_SAMPLE]:
        return _wide(data)
    if _ESCAPES.search(data) and max(data[:_SAMPLE], default=0) < 0x80:
        return ["iso2022_jp_ext", "iso2022_jp_3"]
    named = python_name(declared) if declared else ""
    first = ["utf-8", *([named] if named else [])]
    weighed = sorted(("cp932", "euc_jis_2004"), key=lambda each: _weight(data, each), reverse=True)
    best = _weight(data, weighed[0])
    if best >= _SURE:
        return [*first, weighed[0]]
    wide = [each for each in _wide(data) if _weight(data, each) > max(best, _SURE)]
    guessed = _guessed(data)
    return [*first, *wide, *([guessed] if guessed else []), *(weighed if best > 0.5 else ())]


def _wide(data: bytes) -> list[str]:
    if len(data) % 2:
        return []
    weighed = sorted(("utf-16-le", "utf-16-be"), key=lambda each: _weight(data, each), reverse=True)
    return [each for each in weighed if _weight(data, each) > 0.5]


def strictly(data: bytes, encoding: str) -> str | None:
    """Return the text in an encoding; None where a byte of it cannot be read."""
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeError, ValueError, AttributeError):
        return _seven_bits(data) if encoding.startswith("iso2022_jp") else None


def _seven_bits(data: bytes) -> str | None:
    """Return ISO-2022-JP as Japanese mail has it, with Windows' own characters (①, ㈱, 髙); else None.

    Its pairs of bytes are rows and cells, which CP932 shifts: what Microsoft calls code page 50221.
    """
    if max(data, default=0) > 0x7F:
        return None
    shifted = bytearray()
    mark = b"(B"
    for at, part in enumerate(_DESIGNATIONS.split(data)):
        if at % 2:
            mark = part
        elif mark in (b"$@", b"$B"):
            for line in part.splitlines(keepends=True):
                pairs = line.rstrip(b"\r\n")
                if len(pairs) % 2:
                    return None
                for first in range(0, len(pairs), 2):
                    shifted += _shifted(pairs[first], pairs[first + 1])
                shifted += line[len(pairs) :]
        elif mark == b"(I":
            shifted += bytes(byte | 0x80 if byte > 0x20 else byte for byte in part)
        elif mark in (b"(B", b"(J"):
            shifted += part
        else:
            return None
    try:
        return shifted.decode("cp932")
    except UnicodeError:
        return None


def _shifted(row: int, cell: int) -> bytes:
    """Return the bytes in Shift_JIS of a row and a cell of JIS X 0208, each with 0x20 added."""
    first = (row - 0x21) // 2 + 0x81
    second = cell + 0x7E if row % 2 == 0 else cell + 0x1F + (cell >= 0x60)
    return bytes((min(first + 0x40 if first > 0x9F else first, 0xFF), second))


def _weight(data: bytes, encoding: str) -> float:
    """Return which share of the characters beyond ASCII is usual in Japanese, below 0 where it is no text."""
    sample = data[:_SAMPLE]
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(sample, len(sample) == len(data))
    except (UnicodeError, LookupError):
        return -1.0
    usual = unusual = 0.0
    kana = others = 0
    for character in text:
        code = ord(character)
        if code < 0x80:
            unusual += code < 0x20 and character not in "\t\n\r\f\x1b"
            usual += 0.1 * (code >= 0x20 or character in "\t\n\r")  # counts where there is nothing else
        elif 0x3000 <= code <= 0x30FF:
            usual += 1.5
            kana += 1
        elif 0x4E00 <= code <= 0x9FFF:
            # The kanji of JIS level 1, by far the commonest, all begin with 0x88 to 0x98 in CP932.
            usual += 1.0 if _is_level_1(character) else 0.2
            unusual += 0.0 if _is_level_1(character) else 0.8
            others += 1
        elif 0xFF01 <= code <= 0xFF5E or 0x2010 <= code <= 0x26FF:
            usual += 0.7
        elif character in "\uff64\uff65":  # what the lead bytes of kana in EUC-JP look like as CP932
            unusual += 1.0
        elif 0xFF61 <= code <= 0xFF9F:  # the other half-width katakana
            usual += 0.7
            unusual += 0.3
        else:
            unusual += 1.0
    if others > _LONGEST_WITHOUT_KANA and not kana:  # Chinese, or Korean in the place of kanji
        return 0.5
    return usual / (usual + unusual) if usual + unusual else 0.0


def _is_level_1(character: str) -> bool:
    try:
        data = character.encode("cp932")
    except UnicodeEncodeError:
        return False
    return len(data) == 2 and 0x88 <= data[0] <= 0x98


def _guessed(data: bytes) -> str:
    """Return what the library takes a text for; "" where it knows nothing."""
    from charset_normalizer import from_bytes

    best = from_bytes(
        data[:_SAMPLE], steps=10, chunk_size=2048, threshold=0.3, preemptive_behaviour=False
    ).best()
    found = python_name(best.encoding) if best is not None else ""
    # The code pages of Latin letters differ in a few letters only, and most texts in one are in this.
    return "cp1252" if _LATIN.match(found) else found


def _looks_binary(data: bytes) -> bool:
    sample = data[:_SAMPLE]
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\f\x1b" for byte in sample)
    return b"\0" in sample or controls > len(sample) * 0.02


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
