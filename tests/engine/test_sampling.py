"""Each field of ``Sampling`` does what its comment says; answers are bound, continued and repeatable."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np
import numpy.typing as npt
import pytest
from asking import GREEDY, Ask
from msgspec.structs import replace

from desktop.engine import gbnf, json_schema
from desktop.engine.native import AbortFlag, NativeLog
from desktop.engine.protocol import ModelSettings, Sampling
from desktop.engine.runtime import Model
from desktop.engine.sampling import Sampler
from desktop.errors import KotonohaError

PLAIN = Sampling(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, seed=7)


class Drawing(Sampler):
    """Draws from five tokens with known logits."""

    def __init__(self, logits: list[float], **fields: Any) -> None:
        super().__init__(replace(PLAIN, **fields), vocab=0, n_vocab=len(logits))
        self._known = np.array(logits, dtype=np.float32)

    def _logits(self, context: int, index: int) -> npt.NDArray[np.float32]:
        return self._known

    def draw(self, times: int = 300) -> Counter[int]:
        drawn = Counter(self._draw(0, 0) for _ in range(times))
        self.close()
        return drawn


LOGITS = [3.0, 2.0, 1.0, 0.0, -1.0]  # probabilities 0.64, 0.23, 0.09, 0.03, 0.01


@pytest.mark.parametrize(
    ("fields", "possible"),
    [
        ({}, {0, 1, 2, 3, 4}),
        ({"temperature": 0.0}, {0}),
        ({"top_k": 2}, {0, 1}),
        ({"top_p": 0.7}, {0, 1}),
        ({"min_p": 0.3}, {0, 1}),
        ({"typical_p": 0.2}, {1}),  # whose surprise is nearest to the expected one
        ({"top_n_sigma": 1.0}, {0, 1}),
        ({"xtc_probability": 1.0, "xtc_threshold": 0.05}, {2, 3, 4}),
        ({"xtc_probability": 1.0, "xtc_threshold": 0.6}, {0, 1, 2, 3, 4}),  # off
        ({"logit_bias": ((0, -1000.0), (4, math.nan), (99, 5.0), (-1, 5.0))}, {1, 2, 3, 4}),
        ({"logit_bias": ((4, math.inf),)}, {4}),
        ({"mirostat": 1, "mirostat_tau": 0.0}, {0}),
        ({"mirostat": 2, "mirostat_tau": 0.0, "mirostat_eta": 1.0}, {0}),
        ({"top_k": 2, "mirostat": 2, "mirostat_tau": 9.0}, {0, 1, 2, 3, 4}),
    ],
)
def test_what_may_be_drawn(fields: dict[str, Any], possible: set[int]) -> None:
    assert set(Drawing(LOGITS, **fields).draw(1500)) == possible


def test_the_temperature_may_vary() -> None:
    # Where the model is undecided, the dynamic temperature is at its upper end.
    even = [1.0, 0.9, 0.8, 0.7, 0.6]
    cold = Drawing(even, temperature=0.1).draw(1000)
    varying = Drawing(even, temperature=0.1, dynamic_range=1.9).draw(1000)
    assert cold[0] > varying[0] + 200


def test_adaptive_p_prefers_what_is_as_likely_as_aimed_at() -> None:
    usual, rare = Drawing(LOGITS).draw(1000), Drawing(LOGITS, adaptive_target=0.1).draw(1000)
    assert rare[2] > 2 * usual[2]


@pytest.mark.parametrize(
    "fields",
    [{"repeat_penalty": 9.0}, {"frequency_penalty": 2.0}, {"presence_penalty": 2.0}],
)
def test_what_was_said_is_penalized(fields: dict[str, float]) -> None:
    for look_back, expected in ((64, 1), (1, 0), (-1, 1), (0, 0)):
        sampler = Drawing([3.0, 2.5, 0.0], temperature=0.0, repeat_last=look_back, **fields)
        sampler.accept(0)
        sampler.accept(2)
        assert set(sampler.draw(3)) == {expected}, look_back


def test_the_seed_repeats_the_draws_and_is_told() -> None:
    first = Drawing(LOGITS, seed=None)
    again = Drawing(LOGITS, seed=first.seed)
    other = Drawing(LOGITS, seed=first.seed + 1)
    draws = [[each._draw(0, 0) for _ in range(100)] for each in (first, again, other)]
    assert draws[0] == draws[1] != draws[2]
    for each in (first, again, other):
        each.close()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1e300, 1e300, -1.0, 0.0, 2.0])
def test_values_out_of_range_are_brought_into_it(value: float) -> None:
    # DRY, which needs a vocabulary, is tried on the real ones.
    names = [name for name, each in Sampling.__annotations__.items() if each == "float" and "dry" not in name]
    assert len(names) > 12
    for name in names:
        for sampling in (
            {},
            {"mirostat": 1},
            {"mirostat": 2},
            {"adaptive_target": 0.5},
            {"dynamic_range": 1},
        ):
            drawn = Drawing(LOGITS, **(sampling | {name: value})).draw(5)
            assert set(drawn) <= {0, 1, 2, 3, 4}


@pytest.mark.parametrize("value", [-(2**62), -1, 0, 2**62, -(10**400), 10**400])
def test_counts_out_of_range_are_brought_into_it(value: int) -> None:
    for name in ("top_k", "repeat_last", "mirostat", "seed"):
        Drawing(LOGITS, repeat_penalty=1.1, **{name: value}).draw(5)
    Drawing(LOGITS, logit_bias=((value, 1.0),)).draw(5)


def chain_of(sampler: Sampler) -> list[str]:
    chain = sampler._chain
    names = [
        llama.llama_sampler_name(llama.llama_sampler_chain_get(chain, at)).decode()
        for at in range(llama.llama_sampler_chain_n(chain))
    ]
    sampler.close()
    return names


def test_the_chain_has_the_order_of_llama_cpp() -> None:
    # DRY, which needs a vocabulary, is tried on the real ones.
    everything: dict[str, Any] = {
        "temperature": 0.9,
        "logit_bias": ((0, 1.0),),
        "repeat_penalty": 1.1,
        "top_n_sigma": 1.0,
        "top_k": 3,
        "typical_p": 0.9,
        "top_p": 0.9,
        "min_p": 0.1,
        "xtc_probability": 0.5,
    }
    truncations = ["top-n-sigma", "top-k", "typical", "top-p", "min-p", "xtc"]
    before = ["logit-bias", "penalties"]
    for fields, after in (
        ({}, [*truncations, "temp", "dist"]),
        ({"dynamic_range": 0.5}, [*truncations, "temp-ext", "dist"]),
        ({"adaptive_target": 0.5}, [*truncations, "temp", "adaptive-p"]),
        ({"mirostat": 1}, ["temp", "mirostat"]),
        ({"mirostat": 2}, ["temp", "mirostat-v2"]),
        ({"temperature": 0.0}, ["greedy"]),
    ):
        assert chain_of(Drawing(LOGITS, **(everything | fields))) == before + after
    assert chain_of(Drawing(LOGITS)) == ["?temp", "dist"]  # what is off is left out; "?": it does nothing


# On the real models


@pytest.fixture(scope="module", params=["smol", "starter"])
def model(request: pytest.FixtureRequest) -> Iterator[Model]:
    settings: ModelSettings = request.getfixturevalue(request.param)
    model = Model(settings, log=NativeLog(), abort=AbortFlag(), progress=lambda _: None)
    yield model
    model.close()


def write(model: Model, prompt: str, sampling: Sampling, most: int = 60, **options: Any) -> str:
    """Return what the model goes on with, "■" for an end of its own."""
    tokens = [model.bos] * model.add_bos + model.tokenize(prompt, special=False)
    model.cache.clear()
    model.compute(tokens, outputs=1)
    sampler = Sampler(
        sampling,
        vocab=model.vocab,
        n_vocab=model.n_vocab,
        context_length=model.context_length,
        pieces=model.pieces,
        **options,
    )
    data = b""
    try:
        for _ in range(most):
            token = sampler.sample(model.context)
            if model.is_end(token):
                return data.decode() + "■"
            data += model.piece(token)
            model.compute([token], outputs=1)
    finally:
        sampler.close()
    return data.decode("utf-8", "replace")


SCHEMA = {
    "type": "object",
    "properties": {
        "名前": {"type": "string", "minLength": 1, "maxLength": 8},
        "年齢": {"type": "integer", "minimum": 0, "maximum": 20},
        "種類": {"enum": ["猫", "犬", None]},
        "好物": {"type": "array", "items": {"type": "string", "maxLength": 6}, "maxItems": 2},
    },
    "required": ["名前", "年齢", "種類"],
}


@pytest.mark.slow
def test_an_answer_is_bound_to_a_schema(model: Model) -> None:
    grammar = json_schema.parse(json.dumps(SCHEMA, ensure_ascii=False))
    for seed in range(2):
        text = write(model, "Tell me about your pet.", replace(PLAIN, seed=seed), 150, grammar=grammar)
        assert text.endswith("■"), text
        pet = json.loads(text[:-1])
        assert pet.keys() - {"好物"} == {"名前", "年齢", "種類"}
        assert 1 <= len(pet["名前"]) <= 8
        assert 0 <= pet["年齢"] <= 20
        assert pet["種類"] in ("猫", "犬", None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("grammar", "pattern"),
    [
        ('root ::= ("はい" | "いいえ") "。"', r"(はい|いいえ)。■"),
        ('root ::= [ぁ-ん]{3,12} "。"', r"[ぁ-ん]{3,12}。■"),
        ("root ::= [^a-zA-Z<]{2,8}", r"[^a-zA-Z<]{2,8}■"),
        ('root ::= "<|im_start|>" | "<end_of_turn>"', r"(<\|im_start\|>|<end_of_turn>)■"),
    ],
)
def test_an_answer_is_bound_to_a_grammar(model: Model, grammar: str, pattern: str) -> None:
    for sampling in (PLAIN, replace(GREEDY, dry_multiplier=0.8), replace(PLAIN, mirostat=2, typical_p=0.9)):
        text = write(model, "Do you like cats?", sampling, grammar=gbnf.parse(grammar))
        assert re.fullmatch(pattern, text), text


@pytest.mark.slow
def test_a_grammar_that_allows_everything_changes_nothing(model: Model) -> None:
    free = write(model, "The capital of Japan is", GREEDY, 20)
    assert write(model, "The capital of Japan is", GREEDY, 20, grammar=gbnf.parse("root ::= .*")) == free


@pytest.mark.slow
def test_an_answer_goes_on_inside_its_grammar(model: Model) -> None:
    grammar = json_schema.parse(json.dumps(SCHEMA, ensure_ascii=False))
    begun = '{"名前": "タマ", "年'
    rest = write(model, begun, replace(PLAIN, seed=1), 150, grammar=grammar, begun=begun.encode())
    assert json.loads(begun + rest.rstrip("■"))["名前"] == "タマ"
    for wrong in ("Here is", '{"名前": "タマ", "色'):
        with pytest.raises(KotonohaError, match="続きを書けません") as told:
            write(model, wrong, PLAIN, grammar=grammar, begun=wrong.encode())
        assert told.value.code == "grammar_invalid"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "expected"),
    [("The capital of Japan is Tok", "Tokyo"), ("The opposite of hot is co", "cold"), ("The capital", "")],
)
def test_a_cut_word_is_healed(model: Model, text: str, expected: str) -> None:
    tokens = model.tokenize(text, special=False)
    healing = model.pieces.seam(tokens[-1], 64)
    assert healing
    assert text.encode().endswith(healing)
    kept = text.encode()[: -len(healing)].decode()
    rest = write(model, kept, GREEDY, 6, healing=healing)
    assert rest.encode().startswith(healing)
    assert expected in kept + rest
    assert model.pieces.seam(tokens[-1], len(healing) - 1) == b""


@pytest.mark.slow
def test_where_no_longer_token_exists_nothing_is_healed(model: Model) -> None:
    for text in ("The capital of Japan is Tokyo", "日本の首都は東京です。"):
        token = model.tokenize(text, special=False)[-1]
        longer = [
            t for t in model.pieces.beginning(model.piece(token)) if model.piece(t) != model.piece(token)
        ]
        assert bool(model.pieces.seam(token, 64)) == bool(longer)


@pytest.mark.slow
def test_half_a_character_is_healed(model: Model) -> None:
    for data in ("猫".encode()[:1], "猫".encode()[:2], "日本語の猫".encode()[:-1]):
        found = model.pieces.beginning(data)
        assert len(found)
        sampler = Sampler(PLAIN, vocab=model.vocab, n_vocab=model.n_vocab, healing=data, pieces=model.pieces)
        model.cache.clear()
        model.compute(model.tokenize("日本語の", special=False), outputs=1)
        drawn = b""
        while len(drawn) < len(data):
            token = sampler.sample(model.context)
            drawn += model.piece(token)
            model.compute([token], outputs=1)
        sampler.close()
        assert drawn.startswith(data)


@pytest.mark.slow
def test_dry_ends_a_repetition(model: Model) -> None:
    prompt = "The cat sat on the mat. " * 5
    dry = replace(GREEDY, dry_multiplier=5.0, dry_breakers=("", "\0", "x" * 500))
    free, varied = (write(model, prompt, sampling, 40) for sampling in (GREEDY, dry))
    assert free.count("The cat sat on the mat") > 3
    assert varied.count("The cat sat on the mat") < free.count("The cat sat on the mat")


@pytest.mark.slow
@pytest.mark.parametrize("value", [math.nan, math.inf, -1e300, 1e300, 0.5])
def test_dry_values_out_of_range_are_brought_into_it(model: Model, value: float) -> None:
    for sampling in (
        replace(GREEDY, dry_multiplier=value),
        replace(GREEDY, dry_multiplier=1.0, dry_base=value),
        replace(GREEDY, dry_multiplier=1.0, dry_allowed_length=2**62, dry_last=2**62),
        replace(GREEDY, dry_multiplier=1.0, dry_allowed_length=-1, dry_last=-9, dry_breakers=()),
    ):
        write(model, "a a a a a", sampling, 4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "text", "code", "place"),
    [
        ("grammar", 'root ::= "a"\nx ::= [', "grammar_invalid", "2行目の7文字目"),
        (
            "json_schema",
            '{"properties": {"年齢": {"type": "数"}}}',
            "schema_invalid",
            "#/properties/年齢/type",
        ),
        ("json_schema", '{"type": "object",\n}', "schema_invalid", "2行目の1文字目"),
    ],
)
def test_the_engine_names_the_place(ask_smol: Ask, field: str, text: str, code: str, place: str) -> None:
    failed = ask_smol("Hello", sampling=replace(GREEDY, **{field: text})).failed
    assert failed.code == code
    assert place in failed.ja
    assert failed.en


@pytest.mark.slow
def test_the_engine_repeats_an_answer_by_its_seed(ask_smol: Ask) -> None:
    sampling = Sampling(seed=11, temperature=1.5, xtc_probability=0.5, max_tokens=24)
    first, again = (ask_smol("Tell me a story.", sampling=sampling).text for _ in range(2))
    other = ask_smol("Tell me a story.", sampling=replace(sampling, seed=12)).text
    assert first == again != other
