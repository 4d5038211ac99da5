"""Thoughts and answers told apart, however the tokens fall."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

import pytest

from desktop.engine.thinking import (
    THINK,
    Answering,
    Channels,
    Harmony,
    Tags,
    ThinkingStyle,
    style_of,
)

Token = str | tuple[str]  # text, or the name of a control token

MAGISTRAL = Tags("[THINK]", "[/THINK]", "")
GEMMA = Tags("<|channel>thought", "<channel|>", "")


def written(channels: Channels, tokens: Iterable[Token]) -> tuple[str, str]:
    """Return the thoughts and the answer."""
    texts = {"thinking": b"", "answer": b""}
    pieces = []
    for token in tokens:
        pieces += (
            channels.feed(token.encode(), "") if isinstance(token, str) else channels.feed(b"", token[0])
        )
    for kind, data in [*pieces, *channels.finish()]:
        assert data
        texts[kind] += data
    return texts["thinking"].decode(), texts["answer"].decode()


def cuts(text: str) -> Iterable[list[Token]]:
    """The text in tokens of one character, of three, and whole."""
    for size in (1, 3, len(text)):
        yield [text[at : at + size] for at in range(0, len(text), size)]


@pytest.mark.parametrize(
    ("text", "thoughts", "answer"),
    [
        ("<think>\nうん\n</think>\n\n東京です。", "うん\n", "東京です。"),
        ("\n <think>a</think>b", "a", "b"),
        ("<think></think>b", "", "b"),
        ("東京 <think>です</think>。", "", "東京 <think>です</think>。"),
        ("  東京です。", "", "  東京です。"),
        ("<thing> is a tag", "", "<thing> is a tag"),
        ("<think>a < b </thin </think>c</think>d", "a < b </thin ", "c</think>d"),
        ("<think>a</think> <think>b</think>", "a", "<think>b</think>"),
        ("<think>a</think>\n</think>\nb", "a", "b"),
        ("<think>a", "a", ""),
        ("<think>a</thi", "a</thi", ""),
        ("<thi", "", "<thi"),
        ("</think>\n\nb", "", "b"),
    ],
)
def test_tags_as_text(text: str, thoughts: str, answer: str) -> None:
    for tokens in cuts(text):
        assert written(THINK.channels("<|im_start|>assistant\n"), tokens) == (thoughts, answer)


@pytest.mark.parametrize(
    ("text", "thoughts", "answer"),
    [
        ("\nうん</think>\n\n東京", "うん", "東京"),
        ("<think>\nうん</think>東京", "うん", "東京"),
        ("a <think> b</think>c", "a <think> b", "c"),
        ("</think>c", "", "c"),
    ],
)
def test_a_block_that_the_prompt_has_opened(text: str, thoughts: str, answer: str) -> None:
    for tokens in cuts(text):
        assert written(THINK.channels("<|Assistant|><think>\n"), tokens) == (thoughts, answer)


@pytest.mark.parametrize(
    ("text", "thoughts", "answer"),
    [("\n東京", "", "東京"), ("</think>\n東京", "", "東京"), ("<think>hm</think>\n東京", "hm", "東京")],
)
def test_a_block_that_the_prompt_has_closed(text: str, thoughts: str, answer: str) -> None:
    for tokens in cuts(text):
        assert written(THINK.channels(f"assistant\n{THINK.empty}"), tokens) == (thoughts, answer)


def test_it_is_the_same_wherever_the_text_is_cut() -> None:
    chance = random.Random(4)
    words = ["<think>", "</think>", "<", "think>", "/", "\n", " ", "a", "</thi"]
    for _ in range(3_000):
        text = "".join(chance.choices(words, k=chance.randint(0, 7)))
        prompt = chance.choice(["", "<think>", THINK.empty])
        cut = sorted(chance.choices(range(len(text) + 1), k=4))
        tokens = [text[begin:end] for begin, end in zip([0, *cut], [*cut, len(text)], strict=True)]
        assert written(THINK.channels(prompt), tokens) == written(THINK.channels(prompt), [text])


def test_tags_that_are_control_tokens() -> None:
    tokens: list[Token] = [("[THINK]",), "hm", ("[/THINK]",), " 東京", ("[/THINK]",), "です"]
    assert written(MAGISTRAL.channels("[/INST]"), tokens) == ("hm", "東京です")


def test_a_tag_that_is_half_a_control_token() -> None:
    assert written(GEMMA.channels("model\n"), [("<|channel>",), "thought", "\nhm", ("<channel|>",), "b"]) == (
        "hm",
        "b",
    )
    assert written(GEMMA.channels("model\n"), [("<|channel>",), "other", "b"]) == ("", "otherb")


def test_control_tokens_are_never_text() -> None:
    tokens: list[Token] = [("<|x|>",), "<th", ("<|x|>",), "a", ("<|x|>",), "b"]
    assert written(THINK.channels(""), tokens) == ("", "<thab")
    assert written(THINK.channels("<think>"), ["a</th", ("<|x|>",), "b</think>c"]) == ("a</thb", "c")


def test_what_is_certain_is_not_held_back() -> None:
    channels = THINK.channels("")
    assert channels.feed(b"<think>a", "") == [("thinking", b"a")]
    assert channels.feed(b"b<", "") == [("thinking", b"b")]
    assert channels.feed(b"c", "") == [("thinking", b"<c")]
    assert channels.feed(b"d</think>e", "") == [("thinking", b"d"), ("answer", b"e")]
    assert channels.feed(b"<", "") == [("answer", b"<")]


HARMONY = Harmony()
SPACED = Harmony(" ")


def harmony(text: str, *, control: bool) -> list[Token]:
    """The text in tokens: each marker one, each word one."""
    pieces = [piece for piece in re.split(r"(<\|[a-z]+\|>)|(?<=\w)(?= )", text) if piece]
    return [(piece,) if control and piece.startswith("<|") else piece for piece in pieces]


@pytest.mark.parametrize("control", [False, True])
@pytest.mark.parametrize(
    ("text", "thoughts", "answer"),
    [
        (
            "<|channel|>analysis<|message|>hm hm<|end|><|start|>assistant<|channel|>final<|message|>東京です",
            "hm hm",
            "東京です",
        ),
        (
            "<|channel|> analysis<|message|> hm hm<|end|>"
            "<|start|> assistant<|channel|> final<|message|> 東京",
            "hm hm",
            "東京",
        ),
        (
            "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary<|message|>b<|end|>"
            "<|start|>assistant<|channel|>analysis<|message|>c<|end|>"
            "<|start|>assistant<|channel|>final<|constrain|>json<|message|>{}<|end|>",
            "abc",
            "{}",
        ),
        (
            "<|start|>assistant to=functions.f<|channel|>commentary<|constrain|>json<|message|>{}",
            "{}",
            "",
        ),
        ("<|message|>東京", "", "東京"),
        ("東京です。", "", "東京です。"),
        ("東京です。\n大阪です。", "", "東京です。\n大阪です。"),
        ("<|channel|>analysis<|message|>a<|end|><|start|>assistant", "a", ""),
        ("<|channel|>final<|message|>a <|x|>", "", "a "),
    ],
)
def test_harmony(text: str, thoughts: str, answer: str, control: bool) -> None:
    if "<|x|>" in text and not control:
        answer += "<|x|>"  # as data it is only text
    tokens = harmony(text, control=control)
    assert written(HARMONY.channels("<|end|><|start|>assistant"), tokens) == (thoughts, answer)


@pytest.mark.parametrize(
    ("channels", "tokens"),
    [
        (THINK.channels("<think>"), ["hm", "</think>"]),
        (
            HARMONY.channels("<|start|>assistant"),
            ["<|channel|>", "analysis", "<|message|>", "<|end|>", "<|channel|>", "final", "<|message|>"],
        ),
    ],
)
def test_the_kind_is_known_at_any_time(channels: Channels, tokens: list[str]) -> None:
    kinds: list[str] = []
    for token in tokens:
        kinds.append(channels.kind)
        channels.feed(token.encode(), "")
    assert kinds == ["thinking"] * len(tokens)
    assert channels.kind == "answer"


def test_harmonys_markers_spelled_in_ordinary_tokens_are_text() -> None:
    tokens: list[Token] = ["<|channel|>", "final", "<|message|>", "<|", "end", "|>", " is", " a marker"]
    assert written(HARMONY.channels(""), tokens) == ("", "<|end|> is a marker")


def test_a_header_without_end_is_an_answer() -> None:
    assert written(HARMONY.channels(""), ["長い" * 500]) == ("", "長い" * 500)


def test_a_channel_that_the_prompt_has_opened() -> None:
    prompt = "<|start|>user<|message|>q<|end|><|start|>assistant<|channel|>"
    assert written(HARMONY.channels(f"{prompt}final<|message|>"), ["東京"]) == ("", "東京")
    assert written(HARMONY.channels(f"{prompt}analysis<|message|>"), ["a", "<|end|>"]) == ("a", "")


@pytest.mark.parametrize("style", [THINK, MAGISTRAL, GEMMA])
def test_what_closes_a_block_of_tags_is_read_as_its_end(style: Tags) -> None:
    channels = style.channels(f"assistant{style.opening}")
    assert channels.feed(b"hm", "") == [("thinking", b"hm")]
    assert written(channels, [*channels.closing(), " 東京"]) == (style.around, "東京")


@pytest.mark.parametrize(
    "said",
    [
        "",
        "<|channel|>",
        "<|channel|>analysis",
        "<|channel|>analysis<|message|>",
        "<|channel|>analysis<|message|>hm",
        "<|channel|>analysis<|message|>hm<|end|>",
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant",
    ],
)
@pytest.mark.parametrize("style", [HARMONY, SPACED])
def test_what_closes_harmonys_thoughts_is_read_as_their_end(style: Harmony, said: str) -> None:
    channels = style.channels(f"{style.marker('start')}assistant")
    thoughts, _ = written(channels, harmony(said, control=False)) if said else ("", "")
    closing = channels.closing()
    if style is SPACED:
        assert "<|channel|> final<|message|>" in closing
    assert written(channels, [*harmony(closing, control=False), "東京"]) == ("", "東京")
    assert thoughts in ("", "hm")
    assert channels.kind == "answer"


def test_an_answer_alone_is_passed_on() -> None:
    channels = Answering()
    assert written(channels, ["<think>", ("<|x|>",), "a"]) == ("", "<think>a")
    assert channels.closing() == ""


@pytest.mark.parametrize(
    ("template", "style"),
    [
        ("{{ content.split('</think>')[-1] }}", THINK),
        ("{{ '<|im_start|>assistant\n<think>\n' }}", THINK),
        ("<|start|>assistant<|channel|>final<|message|>", HARMONY),
        ("<|start|> assistant<|channel|> final<|message|> ", SPACED),
        ("[SYSTEM_PROMPT]…[THINK]…[/THINK]", MAGISTRAL),
        ("<|turn>model\n<|channel>thought\n<channel|>", GEMMA),
        ("<|im_start|>assistant", None),
    ],
)
def test_the_template_tells_the_style(template: str, style: ThinkingStyle | None) -> None:
    assert style_of(template) == style


@pytest.mark.parametrize(
    ("prompt", "empty", "bridge"),
    [
        ("assistant\n<think>\n", False, "\n</think>\n\n"),
        ("assistant\n<think>\n", True, "\n</think>\n\n"),
        ("assistant\n", False, ""),
        ("assistant\n", True, "<think>\n\n</think>\n\n"),
        ("assistant\n<think>\n\n</think>\n\n", True, ""),
    ],
)
def test_the_bridge_from_a_prompt_to_the_answer(prompt: str, empty: bool, bridge: str) -> None:
    assert THINK.bridge(prompt, empty=empty) == bridge


def test_harmonys_bridge_opens_the_final_channel() -> None:
    prompt = "<|end|><|start|>assistant"
    bridge = HARMONY.bridge(prompt, empty=True)
    assert bridge == "<|channel|>final<|message|>"
    assert HARMONY.bridge(prompt + bridge, empty=True) == ""
