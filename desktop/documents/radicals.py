"""Ideographs in the place of the signs that PDFs name instead of them. Pure tables.

A PDF names each glyph by one character, and fonts draw the radicals of U+2E80 to U+2FD5 with the glyphs of
ideographs, and the marks of vertical text with glyphs of their own. No one can search for those, and no model
knows words of them.
"""

from __future__ import annotations

import unicodedata

# U+2E80 to U+2EFF, most of which NFKC leaves alone: Unicode's EquivalentUnifiedIdeograph.
_VARIANTS = (
    "⺂乛⺃乚⺅亻⺉刂⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺖忄"
    "⺘扌⺙攵⺛旡⺞歺⺟母⺠民⺡氵⺣灬⺦丬⺨犭⺫罒⺭礻"
    "⺯糹⺰纟⺱罓⺲罒⺹耂⺺肀⺾艹⻁虎⻂衤⻃覀⻄西⻅见⻆角"
    "⻈讠⻉贝⻋车⻍辶⻐钅⻑長⻒镸⻓长⻖阝⻘青⻙韦⻝食"
    "⻚页⻛风⻜飞⻟飠⻠饣⻢马⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄"
    "⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻲亀⻳龟"
)
# U+FE10 to U+FE19 and U+FE30 to U+FE44, whose NFKC is of half width.
_UPRIGHT = (
    "︐，︑、︒。︓：︔；︕！︖？︗〖︘〗︙…︰‥︱—︲–︳＿"
    "︵（︶）︷｛︸｝︹〔︺〕︻【︼】︽《︾》︿〈﹀〉﹁「﹂」﹃『﹄』"
)

PLAIN: dict[int, str] = {
    **{
        code: plain
        for code in range(0x2F00, 0x2FD6)
        if (plain := unicodedata.normalize("NFKC", chr(code))) != chr(code)
    },
    **{ord(pairs[at]): pairs[at + 1] for pairs in (_VARIANTS, _UPRIGHT) for at in range(0, len(pairs), 2)},
}
"""For ``str.translate``: each radical and each mark of vertical text, with the character that is meant."""
