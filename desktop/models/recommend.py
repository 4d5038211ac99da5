"""Which model to begin with: three answers and this machine make a ranked list, each place with its reason.

The score is in points, ten for each step of the editors' rating; what is taken off and added is below. It
only orders: nobody sees it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from desktop.jobs import Cancel
from desktop.language import say
from desktop.models.catalog import Size, Use, sizes, use
from desktop.models.catalog_entries import Catalog, Entry, Purpose
from desktop.models.file_sizes import BITS
from desktop.models.fits import Fit, fit, rounded
from desktop.models.speed import Machine

Pace = Literal["fast", "balanced", "best"]

# What each pace wants in tokens a second, and the points lost each time the speed is half of that.
_WANTED: Mapping[Pace, tuple[float, float]] = MappingProxyType(
    {"fast": (20.0, 14.0), "balanced": (9.0, 9.0), "best": (4.0, 6.0)}
)
_THINKS, _THINKS_WELL = (
    0.35,
    0.6,
)  # of its speed is left to see, where it thinks first; for questions to think on
_QUANTIZED = 18.0  # points lost at 2.5 bits a weight; half at each bit more
_PURPOSE, _NOT_PURPOSE = 12.0, -10.0
_JAPANESE = MappingProxyType({"made_for": 6.0, "supported": 0.0, "little": -40.0})
_FIT = MappingProxyType(
    {"": 0.0, "uncertain": -8.0, "context": -10.0, "speed": -6.0, "memory_now": -15.0, "disk": -40.0}
)
_CROWDED = -40.0  # for the share of all memory above a half, where others have to make room
_CONDITIONAL, _RESTRICTED, _UNVERIFIED_TERMS = -5.0, -10.0, -10.0  # where it is to be used commercially
_NO_FILES, _UNVERIFIED_FILES = -20.0, -8.0  # it has to be searched for first
_SHORT, _LONG = (8_000, -15.0), (32_000, 4.0)  # contexts for work with documents, in tokens


class Wishes(NamedTuple):
    """The three answers."""

    purpose: Purpose = "talk"
    pace: Pace = "balanced"
    commercial: bool = False


class Recommendation(NamedTuple):
    """One place of the list."""

    entry: Entry
    size: Size  # which quantization
    fit: Fit
    terms: Use
    wishes: Wishes
    points: float

    def sentence(self) -> str:
        """Return why it stands there, in one sentence, in the language in use."""
        what_ja, what_en = self._what()
        how_ja, how_en = _HOW[self.fit.reason]
        pace = "" if self.fit.speed is None else rounded(self.fit.speed.likely)
        first_ja, first_en = ("考えてから", ", after thinking,") if self._thinks() else ("", "")
        terms = self._terms()
        end_ja, end_en = ("答えます", "") if terms is None else (f"答え、{terms[0]}", f", {terms[1]}")
        return say(
            f"{what_ja}、このパソコンでは{how_ja}、{first_ja}1秒に約{pace}トークンで{end_ja}。",
            f"{what_en}; it {how_en} and answers{first_en} at about {pace} tokens a second{end_en}.",
        )

    def _what(self) -> tuple[str, str]:
        model_ja, model_en = _MODELS[self.entry.japanese]
        purpose_ja, purpose_en = _PURPOSES[self.wishes.purpose]
        if self.wishes.purpose in self.entry.good_at:
            return f"{purpose_ja}に向く、{model_ja}で", f"A model {model_en} that suits {purpose_en}"
        return f"{model_ja}で", f"A model {model_en}"

    def _thinks(self) -> bool:
        return self.entry.thinking.does == "always"

    def _terms(self) -> tuple[str, str] | None:
        if not self.wishes.commercial:
            return None
        if not self.terms.verified:
            return (
                "商用の前にライセンスの確認が要ります",
                "its licence is to be checked before commercial use",
            )
        if self.terms.commercial == "conditional":
            return "商用には条件があります", "commercial use has conditions"
        return "商用にも使えます", "free for commercial use"


_MODELS = MappingProxyType(
    {
        "made_for": ("日本語を主に学んだモデル", "made for Japanese"),
        "supported": ("日本語も話すモデル", "with Japanese among its languages"),
        "little": ("日本語の苦手なモデル", "weak in Japanese"),
    }
)
_HOW = MappingProxyType(
    {
        "": ("余裕をもって動き", "runs comfortably here"),
        "uncertain": ("メモリぎりぎりで動く見込みで", "should run here with tight memory"),
        "context": ("短めの文脈なら動き", "runs here with a shorter context"),
        "speed": ("ゆっくりですが動き", "runs here slowly"),
        "memory_now": (
            "ほかのアプリを閉じれば動く見込みで",
            "should run here when other programs are closed",
        ),
        "disk": ("ディスクを空ければ入り", "fits here once there is space on the disk"),
        "memory": ("メモリが足りず", "does not fit here"),
    }
)
_PURPOSES: Mapping[Purpose, tuple[str, str]] = MappingProxyType(
    {
        "talk": ("会話や相談", "conversation"),
        "write": ("文章づくり", "writing"),
        "translate": ("翻訳", "translation"),
        "documents": ("文書を読む仕事", "work with documents"),
        "reason": ("筋道の要る質問", "questions that need reasoning"),
        "code": ("プログラム", "code"),
    }
)


class Judged(NamedTuple):
    """How one model fits here in one quantization."""

    entry: Entry
    size: Size
    fit: Fit


def survey(catalog: Catalog, machine: Machine, cancel: Cancel) -> Iterator[Judged]:
    """Yield how each model of the catalogue fits here, its smallest quantization first: a job.

    Of a model that is too large for the machine only that one is judged. About a millisecond each; raises
    ``Cancelled``.
    """
    for entry in catalog.models:
        for size in sizes(entry):
            cancel.raise_if_set()
            fitting = fit(entry, size, machine)
            yield Judged(entry, size, fitting)
            if fitting.reason == "memory":
                break


def recommend(
    catalog: Catalog, judged: Iterable[Judged], wishes: Wishes, *, most: int = 10
) -> tuple[Recommendation, ...]:
    """Return the models that answer the wishes, the best first, each in its best quantization.

    ``judged`` comes from ``survey``. Only what fits and may be used so; where nothing does, the starter.
    """
    best: dict[str, Recommendation] = {}
    for entry, size, fitting in judged:
        if fitting.reason == "memory" or not (entry.kind == "chat" or entry.starter):
            continue
        terms = use(catalog, entry)
        if wishes.commercial and terms.commercial == "no":
            continue
        points = _points(entry, size, fitting, terms, wishes)
        if entry.key not in best or points > best[entry.key].points:
            best[entry.key] = Recommendation(entry, size, fitting, terms, wishes, points)
    ranked = sorted(best.values(), key=lambda each: -each.points)
    return tuple(([each for each in ranked if not each.entry.starter] or ranked)[:most])


def _points(entry: Entry, size: Size, fitting: Fit, terms: Use, wishes: Wishes) -> float:
    points = 10.0 * entry.rating + _JAPANESE[entry.japanese] + _FIT[fitting.reason]
    points += _PURPOSE if wishes.purpose in entry.good_at else _NOT_PURPOSE
    if fitting.reason == "memory_now":
        points += _CROWDED * max(fitting.plan.memory.total / fitting.total_bytes - 0.5, 0.0)
    points -= _QUANTIZED * math.exp2(2.5 - BITS[size.quantization])
    points += _pace_points(entry, fitting, wishes)
    if wishes.commercial:
        points += _CONDITIONAL * (terms.commercial == "conditional")
        points += _RESTRICTED * (entry.restriction is not None) + _UNVERIFIED_TERMS * (not terms.verified)
    if not entry.gguf:
        points += _NO_FILES
    elif not any(repository.verified for repository in entry.gguf):
        points += _UNVERIFIED_FILES
    if wishes.purpose == "documents" and entry.context is not None:
        for tokens, change in (_SHORT, _LONG):
            if (entry.context.tokens < tokens) == (change < 0):
                points += change
    return points


def _pace_points(entry: Entry, fitting: Fit, wishes: Wishes) -> float:
    if fitting.speed is None:
        return 0.0
    visible = fitting.speed.likely
    if entry.thinking.does == "always":
        visible *= _THINKS_WELL if wishes.purpose in ("reason", "code") else _THINKS
    wanted, weight = _WANTED[wishes.pace]
    return -weight * max(math.log2(wanted / visible), 0.0)
