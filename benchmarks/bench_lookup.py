"""Guessing ahead by looking back: decoding with it against without, on texts to correct and on free text.

Both small models, in turn; greedy. Most answers are begun for the model, because one this small seldom obeys.
Only the answer is timed.
"""

from __future__ import annotations

import statistics

from benchmarks.small_models import smollm2_path, starter_path
from desktop.engine.client import Engine
from desktop.engine.protocol import Finished, ModelSettings, Sampling, Turn
from desktop.jobs import Cancel

ROUNDS = 7
SAMPLING = Sampling(temperature=0.0, max_tokens=96)

_JA = (
    "今日わ天気がいいので、私は公園に行きます。公園には大きな池があり、たくさんの鳥がいます。"
    "子供たちは楽しそうに遊んでいます。私はベンチに座て、本を読みました。夕方になると、空が赤くなりました。"
)
_EN = (
    "Yesterday I goed to the market with my sister and we buyed many fruits. The market was very crowded, "
    "but we enjoyed walking between the stalls. After that we returned home and cooked a big dinner."
)
CORRECT = {
    "starter": (
        Turn("user", f"この文章を直して、全文を書いてください。\n\n{_JA}"),
        Turn("assistant", "今日は天気がいいので、私は公園に行きます。公園には大きな"),
    ),
    "smol": (
        Turn("user", f"Correct this text and write all of it:\n\n{_EN}"),
        Turn("assistant", "Yesterday I went to the market"),
    ),
}
FREE = {
    "starter": (
        Turn("user", "短い物語を書いてください。"),
        Turn("assistant", "ある朝、駅前の古い本屋で、私は一冊の青いノートを見つけました。そこには、"),
    ),
    "smol": (Turn("user", "Tell me a long story about the sea."),),
}


def figures() -> dict[str, float]:
    """Measure; the figure is the worse of the two models."""
    models = {"starter": str(starter_path()), "smol": str(smollm2_path())}
    found: dict[str, list[float]] = {"lookup_speedup": [], "lookup_free_text": []}
    engine = Engine()
    try:
        for name, path in models.items():
            model = ModelSettings(path, context_length=1024)
            found["lookup_speedup"].append(_ratio(engine, model, CORRECT[name]))
            found["lookup_free_text"].append(_ratio(engine, model, FREE[name]))
    finally:
        engine.close()
    return {name: min(ratios) for name, ratios in found.items()}


def _ratio(engine: Engine, model: ModelSettings, turns: tuple[Turn, ...]) -> float:
    """Return tokens a second with guessing ÷ without; the median of rounds in turn."""
    ratios = []
    for number in range(ROUNDS + 1):
        without, with_it = (_speed(engine, model, turns, drafting) for drafting in (False, True))
        if number:  # the first round warms
            ratios.append(with_it / without)
    return statistics.median(ratios)


def _speed(engine: Engine, model: ModelSettings, turns: tuple[Turn, ...], drafting: bool) -> float:
    for event in engine.generate(model, turns, SAMPLING, Cancel(), drafting=drafting, reproducible=False):
        if isinstance(event, Finished) and event.stats is not None:
            return event.stats.tokens_per_second
    raise RuntimeError("nothing was answered")
