"""How probable an answer was, token by token, and what else could have come."""

from __future__ import annotations

import pytest
from asking import Answer, asking, collect

from desktop.engine.client import Engine
from desktop.engine.protocol import ModelSettings, Scored, ScoredToken, Turn
from desktop.jobs import Cancel

pytestmark = pytest.mark.slow
QUESTION = "日本の首都はどこですか？"


def tokens(answer: Answer) -> list[ScoredToken]:
    assert answer.finished.reason == "end"
    return [token for event in answer.events if isinstance(event, Scored) for token in event.tokens]


@pytest.mark.parametrize("which", ["starter", "smol"])
def test_the_greedy_answer_is_the_most_probable_at_each_token(
    request: pytest.FixtureRequest, engine: Engine, which: str
) -> None:
    model: ModelSettings = request.getfixturevalue(which)
    text = asking(engine, model)(QUESTION).text
    spoken = [Turn("user", QUESTION), Turn("assistant", text)]
    scored = tokens(collect(engine.score(model, spoken, Cancel(), alternatives=3)))
    assert "".join(token.text for token in scored).strip() == text.strip()
    best = [token for token in scored if token.probability == token.alternatives[0].probability]
    assert len(best) >= len(scored) - 2  # near ties are rounded otherwise in a batch
    for token in scored:
        assert 0 < token.probability <= 1
        falling = [other.probability for other in token.alternatives]
        assert falling == sorted(falling, reverse=True)
        assert len(falling) == 3
        assert sum(falling) <= 1.0001


def test_an_unlikely_answer_is_told_so(engine: Engine, starter: ModelSettings) -> None:
    def first(text: str) -> float:
        spoken = [Turn("user", QUESTION), Turn("assistant", text)]
        return tokens(collect(engine.score(starter, spoken, Cancel())))[0].probability

    assert first("東京です。") > 10 * first("冷蔵庫です。")


def test_an_answer_that_is_too_long_is_told(engine: Engine, smol: ModelSettings) -> None:
    spoken = [Turn("user", "a"), Turn("assistant", "sand " * 5000)]
    assert collect(engine.score(smol, spoken, Cancel())).failed.code == "prompt_too_long"


def test_an_empty_answer_has_no_tokens(engine: Engine, smol: ModelSettings) -> None:
    assert tokens(collect(engine.score(smol, [Turn("user", "a"), Turn("assistant", "")], Cancel()))) == []
