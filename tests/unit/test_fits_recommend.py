"""What is recommended on which machine, and why."""

from __future__ import annotations

import itertools
from typing import Any

import catalogs
import pytest
from catalogs import card, encoded, entry, machine

from desktop.engine.protocol import Device
from desktop.jobs import Cancel, Cancelled
from desktop.language import set_language
from desktop.models import recommend as recommending
from desktop.models.catalog import builtin, decode, use
from desktop.models.recommend import Judged, Recommendation, Wishes, recommend, survey
from desktop.models.speed import Machine

CATALOG = builtin()
OLD = machine(8, 5, threads=4, bandwidth=20e9)
LAPTOP = machine(16, 11, threads=6, bandwidth=45e9)
LARGE = machine(32, 26, threads=8, bandwidth=60e9)
GAMER = machine(32, 26, card(12), threads=8, bandwidth=60e9)
MAC = machine(
    16, 12, Device("MTL0", "Apple M2", "MTL", "gpu", 11 * 10**9, 11 * 10**9), threads=4, bandwidth=80e9
)
MACHINES = [OLD, LAPTOP, LARGE, GAMER, MAC]
PURPOSES = ("talk", "write", "translate", "documents", "reason", "code")
EVERY_WISH = [
    Wishes(purpose, pace, commercial)  # type: ignore[arg-type]
    for purpose, pace, commercial in itertools.product(PURPOSES, ("fast", "balanced", "best"), (False, True))
]


SURVEYS: dict[str, tuple[Judged, ...]] = {}


def ranked(wishes: Wishes, on: Machine, **fields: Any) -> tuple[Recommendation, ...]:
    judged = SURVEYS.setdefault(repr(on), ()) or tuple(survey(CATALOG, on, Cancel()))
    SURVEYS[repr(on)] = judged
    return recommend(CATALOG, judged, wishes, **fields)


def first(wishes: Wishes, on: Machine) -> tuple[str, str]:
    best = ranked(wishes, on)[0]
    return best.entry.key, best.size.quantization


# What somebody who knows the field would say.
def test_an_old_laptop_gets_a_small_japanese_model_in_a_size_that_runs() -> None:
    assert first(Wishes(), OLD) == ("sarashina2.2-3b-instruct-v0.1", "Q4_K_M")
    assert first(Wishes("talk", "fast"), OLD)[0] == "lfm2.5-1.2b-jp-202606"
    assert first(Wishes("documents", "balanced", True), OLD)[0] == "qwen3-4b-instruct-2507"


def test_with_more_memory_a_small_model_is_taken_finer_and_a_better_one_where_time_does_not_matter() -> None:
    assert first(Wishes(), LAPTOP)[0] == "gemma-4-e4b"
    sizes = {each.entry.key: each.size.quantization for each in ranked(Wishes(), LAPTOP)}
    assert sizes["sarashina2.2-3b-instruct-v0.1"] == "Q8_0"  # its makers' scores fall with Q4
    assert first(Wishes("write", "best", True), LAPTOP)[0] == "llm-jp-4-8b-thinking"


def test_much_memory_without_a_card_is_for_mixtures_of_experts() -> None:
    for wishes in (Wishes(), Wishes("write", "best", True), Wishes("talk", "fast"), Wishes("documents")):
        best = ranked(wishes, LARGE)[0].entry
        assert best.parameters.active < best.parameters.total / 4, best.key
    assert first(Wishes("talk", "fast"), LARGE)[0] == "gemma-4-26b-a4b"  # it need not think first
    assert first(Wishes("reason", "best"), GAMER)[0] == "gpt-oss-swallow-20b-rl-v0.1"


def test_graphics_make_a_thinking_model_quick_enough() -> None:
    assert first(Wishes("documents", commercial=True), MAC)[0] == "llm-jp-4-8b-thinking"


def test_what_has_to_be_looked_for_first_stands_behind() -> None:
    for on, wishes in itertools.product(MACHINES, EVERY_WISH):
        best = ranked(wishes, on)[0]
        if wishes.commercial:
            assert best.terms.verified, (best.entry.key, wishes)
        assert best.entry.gguf


def test_a_machine_that_is_too_small_gets_what_came_along() -> None:
    (only,) = ranked(Wishes(), machine(0.9, 0.7, threads=1, bandwidth=8e9))
    assert only.entry.starter
    assert ranked(Wishes(), machine(0.2, 0.1)) == ()


@pytest.mark.parametrize("on", MACHINES)
def test_every_answer_has_recommendations_that_hold(on: Machine) -> None:
    for wishes in EVERY_WISH:
        found = ranked(wishes, on)
        assert len(found) >= 5
        assert [each.points for each in found] == sorted((each.points for each in found), reverse=True)
        assert len({each.entry.key for each in found}) == len(found)
        for each in found:
            assert each.entry.kind == "chat" and not each.entry.starter
            assert each.fit.reason != "memory"
            if wishes.commercial:
                assert use(CATALOG, each.entry).commercial != "no"
        assert found[0].entry.japanese != "little"
        assert found[0].fit.verdict in ("well", "slow", "tight")


def test_for_commercial_use_the_first_has_free_and_checked_terms_where_one_is_as_good() -> None:
    for on in MACHINES:
        best = ranked(Wishes("write", "balanced", commercial=True), on)[0]
        assert (best.terms.commercial, best.terms.verified) == ("yes", True)
    tiny = next(
        each.points for each in ranked(Wishes("talk"), OLD, most=99) if each.entry.key.startswith("tiny")
    )
    sold = next(
        each.points
        for each in ranked(Wishes("talk", commercial=True), OLD, most=99)
        if each.entry.key.startswith("tiny")
    )
    assert sold < tiny - 10


def test_faster_wishes_never_make_the_first_slower() -> None:
    for on in MACHINES:
        speeds = []
        for pace in ("best", "balanced", "fast"):
            best = ranked(Wishes("talk", pace), on)[0]  # type: ignore[arg-type]
            assert best.fit.speed is not None
            speeds.append(best.fit.speed.likely * (0.35 if best.entry.thinking.does == "always" else 1))
        assert speeds == sorted(speeds)


def test_the_reason_is_one_sentence_in_both_languages() -> None:
    best = ranked(Wishes("write", "balanced", commercial=True), OLD)[0]
    assert best.sentence() == (
        "文章づくりに向く、日本語を主に学んだモデルで、このパソコンでは余裕をもって動き、"
        "1秒に約7トークンで答え、商用にも使えます。"
    )
    set_language("en")
    assert best.sentence() == (
        "A model made for Japanese that suits writing; it runs comfortably here and answers at about "
        "7 tokens a second, free for commercial use."
    )
    for wishes in EVERY_WISH:
        for each in ranked(wishes, LAPTOP):
            set_language("en")
            assert each.sentence().isascii() and each.sentence().count(".") == 1 + each.sentence().count("0.")
            set_language("ja")
            assert each.sentence().count("。") == 1


def test_one_can_stop_it() -> None:
    cancel = Cancel()
    job = survey(CATALOG, LAPTOP, cancel)
    assert next(job).entry == CATALOG.models[0]
    cancel.set()
    with pytest.raises(Cancelled):
        next(job)


def test_500_models_are_ranked_with_a_bounded_amount_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    models = [
        entry(
            f"m{i}",
            parameters={"total": (i + 1) * 10**9, "active": 10**9, "verified": True},
            rating=i % 11,
            shape=None,
        )
        for i in range(500)
    ]
    catalog = decode(encoded(catalogs.catalog(*models)))
    asked: list[str] = []
    real = recommending.fit

    def counted(one: Any, *rest: Any) -> Any:
        asked.append(one.key)
        return real(one, *rest)

    monkeypatch.setattr(recommending, "fit", counted)
    judged = tuple(survey(catalog, LAPTOP, Cancel()))
    fitting = {each.entry.key for each in judged if each.fit.reason != "memory"}
    # What is too large is seen at its smallest file; the others have four.
    assert len(asked) == len(judged) <= 500 + 3 * len(fitting)
    assert 5 < len(fitting) < 60
    found = recommend(catalog, judged, Wishes(), most=500)
    assert {each.entry.key for each in found} == fitting
    assert found[0].entry.rating >= 8
    assert len(recommend(catalog, judged, Wishes(), most=3)) == 3
    assert len(asked) == len(judged)
