"""A chat template is a stranger's program: in a real model file, through the real child."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import asking
from gguf_patch import with_string

from desktop.engine.client import Engine
from desktop.engine.protocol import ModelSettings, Prompting

pytestmark = pytest.mark.slow

ENDLESS = (
    "{% for a in range(99999) %}{% for b in range(99999) %}{% if a == b == 99998 %}x{% endif %}"
    "{% endfor %}{% endfor %}"
)
DOUBLING = (
    "{% set n = namespace(s='"
    + "a" * 16
    + "') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}"
)


@pytest.fixture
def patched(smollm2: Path, tmp_path: Path, request: pytest.FixtureRequest) -> ModelSettings:
    path = with_string(smollm2, tmp_path / "patched.gguf", "tokenizer.chat_template", request.param)
    return ModelSettings(str(path), context_length=512)


def test_the_patch_itself_is_harmless(own_engine: Engine, smollm2: Path, tmp_path: Path) -> None:
    template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>"
    )
    path = with_string(smollm2, tmp_path / "patched.gguf", "tokenizer.chat_template", template)
    answer = asking(own_engine, ModelSettings(str(path), context_length=512))("Hello")
    assert answer.finished.reason in ("limit", "end")
    assert answer.started.prompt_tokens == 7


@pytest.mark.parametrize(
    "patched",
    [
        ENDLESS,
        DOUBLING,
        "{{ 'a' * 10 ** 9 }}",
        "{{ messages.__class__.__mro__[1].__subclasses__()[0] }}",
        "{% if %}",
    ],
    ids=["endless", "doubling", "repeated", "private", "broken"],
    indirect=True,
)
def test_it_fails_with_its_own_code_and_the_next_model_works(
    own_engine: Engine, patched: ModelSettings, smol: ModelSettings
) -> None:
    assert asking(own_engine, patched)("Hello").failed.code == "template_failed"
    assert asking(own_engine, smol)("Hello").finished.reason == "limit"


@pytest.mark.parametrize("template", [ENDLESS, DOUBLING, "{% if %}"], ids=["endless", "doubling", "broken"])
def test_a_template_of_the_persons_is_held_to_the_same_limits(
    own_engine: Engine, starter: ModelSettings, template: str
) -> None:
    ask = asking(own_engine, starter)
    assert ask("Hello").finished.reason in ("limit", "end", "stop_text")
    assert ask("Hello", prompting=Prompting(template=template)).failed.code == "template_failed"
    assert ask("Hello").finished.reason in ("limit", "end", "stop_text")


@pytest.mark.parametrize(
    "patched",
    ["{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}{% for m in messages %}"
     "<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"],
    indirect=True,
)  # fmt: skip
def test_a_refused_system_turn_reaches_the_model_in_the_users(
    own_engine: Engine, patched: ModelSettings
) -> None:
    ask = asking(own_engine, patched)
    folded = ask("Hello", system="You are a sailor.")
    by_hand = ask("You are a sailor.\n\nHello")
    assert folded.started.prompt_tokens == by_hand.started.prompt_tokens
    assert by_hand.started.reused_tokens == folded.started.prompt_tokens - 1
    assert folded.text == by_hand.text
