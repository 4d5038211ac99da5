"""Quantizations by their names in file names, with a sentence on each for people who never heard of them.

Bits a weight are those of llama.cpp's table for a model of 8 billion parameters (tools/quantize/README.md),
rounded; "UD-" and "i1-" are recipes of the same types by other makers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from desktop.language import say


@dataclass(frozen=True, slots=True)
class Quantization:
    """One way in which a model's weights are stored. ``bits`` a weight are rough; 0.0: unknown."""

    name: str  # "Q4_K_M"; "" where a file name says nothing
    bits: float
    ja: str
    en: str

    @property
    def sentence(self) -> str:
        """What it means for who chooses, in the person's language."""
        return say(self.ja, self.en)


_FULL = (
    "元のままの精度です。とても大きく、速さの点でも普段使いには向きません。",
    "The original precision: very large, and slow for everyday use.",
)
_HALF = (
    "ほぼ元のままの精度です。大きいので、メモリーに余裕があるときだけ選んでください。",
    "Practically the original precision. Large: only with plenty of memory.",
)
_EIGHT = (
    "元のモデルと見分けがつかない品質です。メモリーに余裕があればどうぞ。",
    "Hard to tell from the original. Choose it if memory is plentiful.",
)
_SIX = (
    "品質の落ち方はごくわずかです。Q4_K_M より大きくてもよいときに。",
    "Very little is lost. For when it may be larger than Q4_K_M.",
)
_FIVE = ("品質はとてもよく、大きさは中くらいです。", "Very good quality at a medium size.")
_FOUR_M = (
    "品質と大きさの釣り合いがよい、定番の形式です。",
    "The usual choice, with a good balance of quality and size.",
)
_FOUR = (
    "Q4_K_M より少し小さく、品質も少し下がります。",
    "A little smaller than Q4_K_M, and a little worse.",
)
_FOUR_OLD = (
    "古い方式の4ビットです。同じ大きさなら Q4_K_M のほうがよい品質です。",
    "Four bits in the old way; Q4_K_M is better at about the same size.",
)
_FOUR_MX = (
    "はじめから4ビットで学習されたモデル（gpt-oss など）の形式です。そのモデルでは最良の選択です。",
    "The format of models that were trained in four bits, as gpt-oss; for those it is the best choice.",
)
_THREE = (
    "小さいかわりに、日本語の自然さや正確さがはっきり落ちます。メモリーが足りないときに。",
    "Small, but Japanese becomes clearly less natural and exact. For when memory is short.",
)
_TWO = (
    "とても小さいかわりに、間違いや不自然な文が増えます。ほかに手がないときだけ。",
    "Very small, with more mistakes and odd sentences. Only where nothing else fits.",
)
_ONE = (
    "試し用の極小サイズです。まともな文にならないことがあります。",
    "A tiny size for experiments; the text may not make sense.",
)
_UNKNOWN = (
    "名前からは形式が分かりません。",
    "Its name does not say how it is quantized.",
)

_TABLE: dict[str, tuple[float, tuple[str, str]]] = {
    "F32": (32.0, _FULL),
    "F16": (16.0, _HALF),
    "BF16": (16.0, _HALF),
    "Q8_0": (8.5, _EIGHT),
    "Q8_K": (8.5, _EIGHT),
    "Q6_K": (6.6, _SIX),
    "Q5_K_M": (5.7, _FIVE),
    "Q5_K_S": (5.6, _FIVE),
    "Q5_K": (5.7, _FIVE),
    "Q5_1": (6.0, _FIVE),
    "Q5_0": (5.6, _FIVE),
    "Q4_K_M": (4.9, _FOUR_M),
    "Q4_K": (4.9, _FOUR_M),
    "Q4_K_S": (4.7, _FOUR),
    "IQ4_NL": (4.7, _FOUR),
    "IQ4_XS": (4.5, _FOUR),
    "Q4_1": (5.1, _FOUR_OLD),
    "Q4_0": (4.7, _FOUR_OLD),
    "MXFP4": (4.3, _FOUR_MX),
    "NVFP4": (4.5, _FOUR_MX),
    "Q3_K_L": (4.3, _THREE),
    "Q3_K_M": (4.0, _THREE),
    "Q3_K": (4.0, _THREE),
    "Q3_K_S": (3.6, _THREE),
    "IQ3_M": (3.8, _THREE),
    "IQ3_S": (3.7, _THREE),
    "IQ3_XS": (3.5, _THREE),
    "IQ3_XXS": (3.3, _THREE),
    "Q2_K": (3.2, _TWO),
    "Q2_K_S": (3.0, _TWO),
    "IQ2_M": (2.9, _TWO),
    "IQ2_S": (2.7, _TWO),
    "IQ2_XS": (2.6, _TWO),
    "IQ2_XXS": (2.4, _TWO),
    "TQ2_0": (2.1, _ONE),
    "TQ1_0": (1.7, _ONE),
    "IQ1_M": (2.1, _ONE),
    "IQ1_S": (1.9, _ONE),
}
_NAMES = "|".join(sorted(_TABLE, key=len, reverse=True))
# Larger variants keep some tensors at more bits: Q4_K_L, Q2_K_XL, Q4_0_4_4 (rearranged for ARM) …
_IN_NAME = re.compile(
    rf"(?<![A-Za-z0-9])((?:UD-|i1-)?)({_NAMES})((?:_(?:L|XL|MOE))?)(?:_[48]_[48])?(?![A-Za-z0-9_])",
    re.IGNORECASE | re.ASCII,
)
BEST = "Q4_K_M"


@lru_cache(maxsize=1024)
def quantization(name: str) -> Quantization:
    """Return what the name of a file, without its folder, says of its quantization."""
    every = list(_IN_NAME.finditer(name[-300:]))
    if not every:
        return Quantization("", 0.0, *_UNKNOWN)
    found = every[-1]  # others are part of the model's name
    maker, kind, larger = found[1], found[2].upper(), found[3].upper()
    bits, words = _TABLE[kind]
    prefix = {"ud-": "UD-", "i1-": "i1-"}.get(maker.lower(), "")
    return Quantization(f"{prefix}{kind}{larger}", bits + (0.2 if larger else 0.0), *words)
