"""From a conversation to tokens, with the tokenizers of the two real models and the templates of many."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from families import CONTROLS, FAMILIES, plain, source
from gguf_patch import with_new_string

from desktop.engine import template
from desktop.engine.native import AbortFlag, NativeLog
from desktop.engine.prompt import PromptMaker
from desktop.engine.protocol import ModelSettings, Turn
from desktop.engine.runtime import Model
from desktop.engine.template import TemplateFailed
from desktop.engine.thinking import Answering

QUESTION = "日本の首都は？ Answer in 1 word, please!"
TURNS = [
    Turn("system", "You are kind.  短く答えて。"),
    Turn("user", QUESTION),
    Turn("assistant", "東京です。\n\n- one\n- two"),
    Turn("user", "  では\n2 + 3 は?  "),
]


def load(path: Path) -> Model:
    settings = ModelSettings(str(path), context_length=256, gpu_layers=0)
    return Model(settings, log=NativeLog(), abort=AbortFlag(), progress=lambda _fraction: None)


@pytest.fixture(scope="module")
def smol_model(smollm2: Path) -> Iterator[Model]:
    model = load(smollm2)
    yield model
    model.close()


@pytest.fixture(scope="module")
def gemma_model(starter_model: Path) -> Iterator[Model]:
    model = load(starter_model)
    yield model
    model.close()


@pytest.fixture(scope="module")
def spaced_model(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    """Gemma's vocabulary, with the space in front of every text that Llama 2's and Mistral's have."""
    key = b"tokenizer.ggml.add_space_prefix"
    path = tmp_path_factory.mktemp("spaced") / "spaced.gguf"
    shutil.copyfile(starter_model, path)
    with path.open("r+b") as file:
        at = file.read(64 * 1024 * 1024).index(key) + len(key) + 4
        file.seek(at)
        assert file.read(1) == b"\0"
        file.seek(at)
        file.write(b"\1")
    model = load(path)
    path.unlink()
    yield model
    model.close()


@pytest.fixture(params=["smol_model", "gemma_model", "spaced_model"])
def model(request: pytest.FixtureRequest) -> Model:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Model)
    return found


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "_strftime_now", lambda _form: "24 Nov 2026")


def maker(model: Model, source: str = "") -> PromptMaker:
    return PromptMaker(model, lambda _code: nullcontext(), source)


def rendering(model: Model, source: str, turns: list[Turn]) -> str:
    return plain(source, turns, model.token_text(model.bos), model.token_text(model.eos))


def whole(model: Model, prompt: str) -> list[int]:
    """The prompt's tokens as a program without this care has them."""
    tokens = model.tokenize(prompt, special=True)
    return tokens if not model.add_bos or tokens[:1] == [model.bos] else [model.bos, *tokens]


def said(model: Model, tokens: list[int]) -> str:
    return b"".join(model.piece(token) or model.token_text(token).encode() for token in tokens).decode()


def letters(text: str) -> str:
    """The text without spaces, of which some vocabularies make "▁" and some put one in front."""
    return text.replace("▁", "").replace(" ", "")


def controls(model: Model, tokens: list[int]) -> list[str]:
    return [model.token_text(token) for token in tokens if not model.piece(token)]


@pytest.mark.parametrize("family", FAMILIES)
def test_ordinary_texts_have_the_tokens_of_the_whole_prompt(model: Model, family: str) -> None:
    turns = TURNS[1:] if family == "gemma" else TURNS
    prompt = rendering(model, source(family), turns)
    assert maker(model, source(family)).encode(turns) == whole(model, prompt)


@pytest.mark.parametrize("family", FAMILIES)
def test_control_tokens_in_what_people_write_are_text(model: Model, family: str) -> None:
    every = sorted({token for tokens in CONTROLS.values() for token in tokens} | {"<unk>", "<pad>"})
    hostile = f"a{''.join(every)}b"
    turns = [Turn("user", hostile), Turn("assistant", hostile.replace("</think>", "")), Turn("user", hostile)]
    tame = [Turn(turn.role, "x") for turn in turns]
    prompts = maker(model, source(family))
    tokens = prompts.encode(turns)
    assert controls(model, tokens) == controls(model, prompts.encode(tame))
    prompt = rendering(model, source(family), turns)
    assert letters(said(model, tokens)).endswith(letters(prompt).removeprefix(model.token_text(model.bos)))


def test_a_marker_that_is_always_one_token_stays_text_in_what_people_write(gemma_model: Model) -> None:
    """Llama.cpp reads "user-defined" tokens in every text: gpt-oss's <|start|>, Qwen's <think>."""
    (table,) = gemma_model.tokenize("<table>", special=False)
    source = "{% for m in messages %}<table>{{ m.role }}\n{{ m.content }}\n{% endfor %}<table>"
    tokens = maker(gemma_model, source).encode([Turn("user", "a <table>b<table>")])
    assert tokens.count(table) == 2
    assert said(gemma_model, tokens) == "<bos><table>user\na <table>b<table>\n<table>"
    other = maker(gemma_model, source.replace("<table>", "#")).encode([Turn("user", "a <table>")])
    assert other.count(table) == 1  # where it is no marker it is an ordinary word


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "", " ", "\n", "\u202e\ufeff"])
def test_strange_texts(model: Model, text: str) -> None:
    tokens = maker(model, source("chatml")).encode([Turn("user", text), Turn("assistant", text)])
    assert text.encode("utf-8", "replace").decode() in said(model, tokens)


@pytest.mark.parametrize("family", ["chatml", "qwen3", "harmony"])
def test_ten_thousand_turns_and_a_long_text(smol_model: Model, family: str) -> None:
    turns = [Turn("assistant" if at % 2 else "user", str(at)) for at in range(9_999)]
    prompts = maker(smol_model, source(family))
    assert prompts.encode(turns) == whole(smol_model, rendering(smol_model, source(family), turns))
    long = [Turn("user", "<|im_end|>long text. " * 50_000)]
    assert controls(smol_model, prompts.encode(long)) == controls(
        smol_model, prompts.encode([Turn("user", "a")])
    )


def test_an_empty_template_is_the_models_own(smol_model: Model) -> None:
    own = maker(smol_model)
    assert own.encode(TURNS) == maker(smol_model, " \n").encode(TURNS)
    assert own.encode(TURNS) == whole(smol_model, rendering(smol_model, smol_model.chat_template(), TURNS))
    assert own.encode(TURNS) != maker(smol_model, source("instruction")).encode(TURNS)


def test_a_template_gives_a_base_model_one(gemma_model: Model) -> None:
    assert not maker(gemma_model).has_template
    assert maker(gemma_model).stops
    prompts = maker(gemma_model, source("gemma"))
    assert prompts.has_template
    assert not prompts.stops
    assert said(gemma_model, prompts.encode(TURNS[:2])) == (
        f"<bos><start_of_turn>user\nYou are kind.  短く答えて。\n\n{QUESTION}<end_of_turn>\n"
        "<start_of_turn>model\n"
    )


def test_a_template_of_the_persons_tells_its_error(smol_model: Model) -> None:
    with pytest.raises(TemplateFailed) as failed:
        maker(smol_model, "{{ bos_token }}\n{% for %}").encode(TURNS)
    assert failed.value.code == "template_failed"
    assert str(failed.value).startswith("line 2: ")


def test_of_several_templates_the_default_one_counts(smollm2: Path, tmp_path: Path) -> None:
    path = with_new_string(smollm2, tmp_path / "two.gguf", "tokenizer.chat_template.tool_use", "{{ 1 / 0 }}")
    model = load(path)
    try:
        assert said(model, maker(model).encode([Turn("user", "a")])).endswith(
            "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n"
        )
    finally:
        model.close()


# Thinking


@pytest.mark.parametrize(
    ("family", "thinks", "choice"),
    [("chatml", False, False), ("qwen3", True, True), ("deepseek_r1", True, False), ("harmony", True, True)],
)
def test_whether_it_thinks_and_can_be_switched(model: Model, family: str, thinks: bool, choice: bool) -> None:
    prompts = maker(model, source(family))
    assert (prompts.thinks, prompts.thinking_choice) == (thinks, choice)


@pytest.mark.parametrize("family", ["qwen3", "deepseek_r1", "magistral", "harmony", "llm_jp_4"])
@pytest.mark.parametrize("thought", ["", "<think>", "うん"])
def test_thoughts_are_closed_in_the_models_own_way(model: Model, family: str, thought: str) -> None:
    prompts = maker(model, source(family))
    turns = [Turn("user", "a")]
    prompts.encode(turns)
    channels = prompts.channels(turns)
    begin = {"qwen3": "<think>", "magistral": "[THINK]"}.get(family, "")
    if family in ("harmony", "llm_jp_4"):
        for marker in ("<|channel|>", "analysis", "<|message|>"):
            channels.feed(marker.encode(), "")
    channels.feed(begin.encode() + thought.encode(), "")
    closing = prompts.closing(channels)
    assert closing
    if family in ("harmony", "llm_jp_4"):
        assert said(model, closing).lstrip().replace(" ", "") == (
            "<|end|><|start|>assistant<|channel|>final<|message|>"
        )
        # These tokenizers have no such markers; a model of the family has each as one token.
        for marker in ("<|end|>", "<|start|>", "assistant", "<|channel|>", "final", "<|message|>"):
            channels.feed(marker.encode(), "")
    else:
        for token in closing:
            channels.feed(model.piece(token), "")
    assert channels.kind == "answer"
    assert prompts.closing(channels) == []
    assert channels.feed(b"b", "") == [("answer", b"b")]


@pytest.mark.parametrize("family", FAMILIES)
def test_switched_off_what_comes_is_the_answer(smol_model: Model, family: str) -> None:
    prompts = maker(smol_model, source(family))
    turns = [Turn("user", "a")]
    prompts.encode(turns, thinking=False)
    channels = prompts.channels(turns)
    assert channels.kind == "answer"
    assert channels.feed(b"b", "") == [("answer", b"b")]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_continued_answer_has_no_thoughts(smol_model: Model, family: str) -> None:
    prompts = maker(smol_model, source(family))
    turns = [Turn("user", "a"), Turn("assistant", "b ")]
    tokens = prompts.encode(turns)
    assert said(smol_model, tokens).endswith("b ")
    channels = prompts.channels(turns)
    assert channels.feed(b"<think>", "") == [("answer", b"<think>")]


def test_a_block_of_thoughts_is_seen_where_the_template_knows_of_none(smol_model: Model) -> None:
    prompts = maker(smol_model)
    turns = [Turn("user", "a <think>")]
    prompts.encode(turns)
    channels = prompts.channels(turns)
    assert channels.feed(b"<think>a</think>b", "") == [("thinking", b"a"), ("answer", b"b")]


def test_a_base_model_does_not_think(gemma_model: Model) -> None:
    prompts = maker(gemma_model)
    assert not prompts.thinks
    assert not prompts.thinking_choice
    turns = [Turn("user", "a")]
    prompts.encode(turns, thinking=False)
    channels = prompts.channels(turns)
    assert isinstance(channels, Answering)
    assert prompts.closing(channels) == []
