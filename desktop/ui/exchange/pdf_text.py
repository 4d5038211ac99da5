"""Makes the text of Qt's PDFs findable: 一 is written there as the radical ⼀, which looks the same.

Qt names each glyph by the lowest character that has it, and fonts draw 214 radicals (U+2F00 on) and some
variants of them (U+2E80 on) with the glyphs of ideographs. So a search for 二行 would miss ⼆⾏.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

# U+2E80 to U+2EFF, which NFKC leaves alone: Unicode's EquivalentUnifiedIdeograph where fonts share the glyph.
_VARIANTS = (
    "⺂乛⺃乚⺅亻⺉刂⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺖忄"
    "⺘扌⺙攵⺛旡⺞歺⺠民⺡氵⺣灬⺦丬⺨犭⺫罒⺭礻"
    "⺯糹⺰纟⺱罓⺲罒⺹耂⺺肀⺾艹⻂衤⻃覀⻄西⻅见"
    "⻈讠⻉贝⻋车⻍辶⻐钅⻑長⻒镸⻓长⻖阝⻘青⻙韦"
    "⻚页⻛风⻜飞⻟飠⻠饣⻢马⻥鱼⻦鸟⻧卤⻨麦⻩黄"
    "⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻲亀"
)
_IDEOGRAPHS = dict(zip(_VARIANTS[::2], _VARIANTS[1::2], strict=True))
_NAMES = re.compile(rb"\[[^\]]*\]")  # of the glyphs in a range
_RADICAL = re.compile(rb"<(2[EF][0-9A-F]{2})>")


def name_ideographs(path: Path, to: Path) -> None:
    """Write the PDF at ``path`` to ``to``, with ideographs in the place of radicals in what its text says."""
    from pypdf import PdfWriter
    from pypdf.generic import StreamObject

    writer = PdfWriter(clone_from=path)
    done = set()
    for page in writer.pages:
        for font in page["/Resources"].get_object().get("/Font", {}).get_object().values():  # type: ignore[union-attr]
            names = font.get_object().get("/ToUnicode")
            names = names.get_object() if names is not None else None
            if isinstance(names, StreamObject) and id(names) not in done:
                done.add(id(names))
                names.set_data(_NAMES.sub(_mend, names.get_data()))
    writer.write(to)
    writer.close()


def _mend(names: re.Match[bytes]) -> bytes:
    return _RADICAL.sub(lambda found: b"<%04X>" % ord(ideograph(chr(int(found[1], 16)))), names[0])


def ideograph(character: str) -> str:
    """Return the ideograph that looks like a radical; any other character as it is."""
    found = _IDEOGRAPHS.get(character) or unicodedata.normalize("NFKC", character)
    return found if len(found) == 1 else character
