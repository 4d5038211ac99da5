"""The catalogue that comes along, its form, and files that are none."""

from __future__ import annotations

import copy
import json
import random
import re
from pathlib import Path
from typing import Any

import catalogs
import jsonschema
import msgspec
import pytest
from catalogs import BUILTIN, encoded

from desktop.errors import KotonohaError
from desktop.gguf.reader import read as read_header
from desktop.language import set_language
from desktop.models import catalog as reading
from desktop.models import starter
from desktop.models.catalog import MOST_BYTES, builtin, decode, load, sizes, use
from desktop.models.catalog_entries import Entry, json_schema
from desktop.models.file_sizes import computed
from desktop.paths import RESOURCES

CATALOG = builtin()
SCHEMA = json.loads((RESOURCES / "catalog.schema.json").read_bytes())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# What must be in it: the original repositories.
WANTED = [
    "llm-jp/llm-jp-4-8b-thinking",
    "llm-jp/llm-jp-4-32b-a3b-thinking",
    "llm-jp/llm-jp-4-33b-thinking",
    "llm-jp/llm-jp-3.1-1.8b-instruct4",
    "llm-jp/llm-jp-3.1-13b-instruct4",
    "sbintuitions/sarashina2.2-3b-instruct-v0.1",
    "SakanaAI/TinySwallow-1.5B-Instruct",
    "elyza/Llama-3-ELYZA-JP-8B",
    "elyza/ELYZA-japanese-Llama-2-7b-instruct",
    "meta-llama/Llama-2-7b-chat-hf",
    "elyza/ELYZA-Shortcut-1.0-Qwen-7B",
    "tokyotech-llm/Llama-3.1-Swallow-8B-Instruct-v0.5",
    "tokyotech-llm/Gemma-2-Llama-Swallow-9b-it-v0.1",
    "tokyotech-llm/Qwen3-Swallow-8B-RL-v0.2",
    "tokyotech-llm/GPT-OSS-Swallow-20B-RL-v0.1",
    "openai/gpt-oss-20b",
    "cyberagent/calm3-22b-chat",
    "pfnet/plamo-2.1-8b-cpt",
    "abeja/ABEJA-Qwen2.5-7b-Japanese-v0.1",
    "shisa-ai/shisa-v2.1-qwen3-8b",
    "shisa-ai/shisa-v2.1-unphi4-14b",
    "LiquidAI/LFM2.5-1.2B-JP-202606",
    "Rakuten/RakutenAI-2.0-mini-instruct",
    "rinna/gemma-2-baku-2b-it",
    "nvidia/NVIDIA-Nemotron-Nano-9B-v2-Japanese",
    "google/gemma-4-E2B-it",
    "google/gemma-4-E4B-it",
    "google/gemma-4-26B-A4B-it",
    "google/gemma-4-31B-it",
    "Qwen/Qwen3-4B-Instruct-2507",
    "cl-nagoya/ruri-v3-30m",
    "cl-nagoya/ruri-v3-70m",
    "cl-nagoya/ruri-v3-130m",
    "cl-nagoya/ruri-v3-310m",
    "intfloat/multilingual-e5-small",
    "google/gemma-3-270m",
    "sbintuitions/sarashina2.1-1b",
    "sbintuitions/sarashina2-8x70b",
    "sbintuitions/sarashina-embedding-v1-1b",
    "sbintuitions/sarashina-embedding-v2-1b",
    "pfnet/plamo-100b",
]


def by_key(key: str) -> Entry:
    found = CATALOG.entry(key)
    assert found is not None
    return found


def code_of(data: bytes) -> str:
    with pytest.raises(KotonohaError) as raised:
        decode(data)
    return raised.value.code


def test_every_model_is_there() -> None:
    assert sorted(model.repository.name for model in CATALOG.models) == sorted(WANTED)
    assert [other.name for other in CATALOG.unavailable] == ["tsuzumi", "ChatGPT", "Gemini"]


def test_the_schema_is_that_of_the_values_and_the_file_follows_it() -> None:
    assert json_schema() == SCHEMA
    VALIDATOR.check_schema(SCHEMA)
    VALIDATOR.validate(BUILTIN)


def test_descriptions_are_whole_in_both_languages() -> None:
    for model in CATALOG.models:
        ja, en = model.summary.ja, model.summary.en
        assert 2 <= ja.count("。") <= 3 and ja.endswith("。"), model.key
        assert 2 <= len(re.findall(r"[.:] |\.$", en)) <= 5 and en.endswith("."), model.key
        assert re.search("[ぁ-ん]", ja) and not re.search("[ぁ-んァ-ヶ一-龠]", en), model.key
    for licence in CATALOG.licences:
        if licence.condition is not None:
            assert licence.condition.ja.endswith("。") and licence.condition.en.endswith("."), licence.id


def test_what_is_not_for_commercial_use_says_so() -> None:
    forbidden = {model.key for model in CATALOG.models if use(CATALOG, model).commercial == "no"}
    assert forbidden == {
        "sarashina2.1-1b",
        "sarashina2-8x70b",
        "sarashina-embedding-v1-1b",
        "sarashina-embedding-v2-1b",
        "plamo-100b",
    }
    for key in forbidden:
        assert "商用" in by_key(key).summary.ja


def test_inherited_terms_are_named_and_the_strictest_counts() -> None:
    swallow = use(CATALOG, by_key("llama-3.1-swallow-8b-instruct-v0.5"))
    assert swallow.names == "Llama 3.1 Community License + Gemma Terms of Use"
    assert (swallow.commercial, len(swallow.conditions), swallow.verified) == ("conditional", 2, True)
    assert use(CATALOG, by_key("llm-jp-4-8b-thinking"))[:3] == ("yes", (), True)
    tiny = use(CATALOG, by_key("tinyswallow-1.5b-instruct"))
    assert tiny.commercial == "conditional"
    assert "試作" in tiny.conditions[-1]
    set_language("en")
    assert "prototype" in use(CATALOG, by_key("tinyswallow-1.5b-instruct")).conditions[-1]


# What is known from memory only must not look like a fact.
@pytest.mark.parametrize(
    ("key", "unverified"),
    [
        ("llm-jp-4-33b-thinking", ["context", "template"]),
        ("llm-jp-3.1-13b-instruct4", ["template", "gguf"]),
        ("tinyswallow-1.5b-instruct", ["template"]),
        ("llama-3-elyza-jp-8b", ["context", "template"]),
        ("elyza-japanese-llama-2-7b-instruct", ["context", "template", "gguf"]),
        ("llama-2-7b-chat", ["gguf"]),
        ("gemma-2-llama-swallow-9b-it-v0.1", ["context", "template"]),
        ("gpt-oss-20b", ["gguf"]),
        ("calm3-22b-chat", ["template"]),
        ("plamo-2.1-8b-cpt", ["terms"]),
        ("lfm2.5-1.2b-jp-202606", ["terms", "context"]),
        ("gemma-2-baku-2b-it", ["context"]),
    ],
)
def test_what_nobody_checked_is_marked(key: str, unverified: list[str]) -> None:
    for name in unverified:
        value: Any = getattr(by_key(key), name)
        assert not any(part.verified for part in (value if isinstance(value, tuple) else [value])), name


def test_no_hash_is_in_it() -> None:
    assert not re.search(r"[0-9a-f]{32}", json.dumps(BUILTIN))


def test_the_starter_model_is_as_its_file_says(starter_model: Path) -> None:
    (own,) = [model for model in CATALOG.models if model.starter]
    contents = read_header(starter_model)
    assert own.parameters.total == sum(tensor.elements for tensor in contents.tensors)
    assert own.context is not None and own.shape is not None
    assert own.context.tokens == contents.integer("gemma3.context_length")
    assert own.shape.layers == contents.integer("gemma3.block_count")
    assert own.shape.width == contents.integer("gemma3.embedding_length")
    assert own.shape.heads == contents.integer("gemma3.attention.head_count_kv")
    assert own.shape.head_size == contents.integer("gemma3.attention.key_length")
    assert sizes(own) == (("Q4_K_M", starter_model.stat().st_size, False, 0.0),)
    assert starter_model.name == starter.FILE_NAME


def test_sizes_that_are_not_known_are_computed_and_say_so() -> None:
    known = sizes(by_key("llama-3-elyza-jp-8b"))
    assert known == (("Q4_K_M", 4_920_000_000, False, 0.0),)
    for quantization, published in {
        "Q4_K_M": 4.92e9,
        "Q5_K_M": 5.73e9,
        "Q6_K": 6.6e9,
        "Q8_0": 8.54e9,
    }.items():
        assert computed(8_030_000_000, quantization) == pytest.approx(published, rel=0.01)
    found = sizes(by_key("llm-jp-4-8b-thinking"))
    assert [size.quantization for size in found] == ["Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0"]
    assert all(size.computed and size.uncertainty > 0 for size in found)
    # Another maker's two files, of a small model: within what is said to be uncertain.
    small = by_key("tinyswallow-1.5b-instruct")
    guessed = msgspec.structs.replace(small, sizes=())
    for size, truth in zip(sizes(guessed), sizes(small), strict=True):
        assert size.bytes <= truth.bytes * 1.02
        assert size.bytes * (1 + size.uncertainty) >= truth.bytes * 0.98


def test_loading_prefers_what_was_kept_when_it_is_later(tmp_path: Path) -> None:
    kept = tmp_path / "catalog.json"
    assert load(tmp_path) == (CATALOG, None)
    kept.write_bytes(encoded(copy.deepcopy(BUILTIN) | {"revision": CATALOG.revision + 1}))
    assert load(tmp_path).catalog.revision == CATALOG.revision + 1
    kept.write_bytes(encoded(catalogs.catalog()))  # the same revision with less in it
    assert load(tmp_path) == (CATALOG, None)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"\x00" * 100, b'{"format": 1', b"[" * 100_000, b'{"format":"1"}']
)
def test_a_damaged_file_is_told_and_the_builtin_used(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "catalog.json").write_bytes(data)
    found = load(tmp_path)
    assert found.catalog == CATALOG
    assert found.problem is not None and found.problem.code == "catalog_damaged"
    assert "付属の一覧を使います" in str(found.problem)


def test_the_kept_one_is_found_in_the_home_folder(home: Path) -> None:
    home.mkdir()
    (home / "catalog.json").write_bytes(encoded(copy.deepcopy(BUILTIN) | {"revision": 77}))
    assert load().catalog.revision == 77


def test_a_folder_or_a_file_too_large_is_no_catalogue(tmp_path: Path) -> None:
    (tmp_path / "catalog.json").mkdir()
    assert load(tmp_path).catalog == CATALOG
    assert code_of(b" " * (MOST_BYTES + 1)) == "catalog_damaged"
    with pytest.raises(KotonohaError):
        reading.read(tmp_path / "nothing.json")


def test_a_later_form_is_told_apart_from_damage() -> None:
    later = catalogs.catalog(format=2, revision=5) | {"something": "new"}
    assert code_of(encoded(later)) == "catalog_newer"


ORIGIN = {"key": "llama", "name": "Llama", "maker": {"ja": "M", "en": "M"}}
TUNED = {"kind": "tuned", "verified": True, "origin": "llama"}
SCRATCH = {"kind": "from_scratch", "verified": True}


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the built-in catalogue with another value at a place like ``models.0.parameters.total``."""
    whole: Any = copy.deepcopy(BUILTIN)
    *before, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = whole
    for part in before:
        place = place[part]
    place[last] = value
    return whole  # type: ignore[no-any-return]


# Both validators refuse these.
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("models.0.key", "Ａ"),
        ("models.0.key", "../x"),
        ("models.0.name", ""),
        ("models.0.name", "x" * 1_000),
        ("models.0.kind", "video"),
        ("models.0.parameters.total", -1),
        ("models.0.parameters.total", 1e300),
        ("models.0.parameters.total", "8"),
        ("models.0.parameters.verified", None),
        (
            "models.0.parameters",
            {"total": 8_000_000, "active": 8_000_000},
        ),  # nobody says whether it was checked
        ("models.0.repository.name", "../../etc/passwd"),
        ("models.0.repository.name", "a/b/c"),
        ("models.0.repository.name", "a/.."),
        ("models.0.gguf", [{"name": "https://example.com/x", "verified": True}]),
        ("models.0.summary", {"ja": "日本語だけ。"}),
        ("models.0.terms", []),
        ("models.0.lineage", []),
        ("models.0.rating", 11),
        ("models.0.sha256", "0" * 64),
        ("licences.0.address", "javascript:alert(1)"),
        ("licences.0.address", "http://example.com"),
        ("licences.0.commercial", "maybe"),
        ("date", "yesterday"),
        ("revision", 0),
        ("models", []),
    ],
)
def test_what_the_schema_refuses_is_refused(path: str, value: Any) -> None:
    wrong = changed(path, value)
    assert code_of(encoded(wrong)) == "catalog_damaged"
    assert not VALIDATOR.is_valid(wrong)


# What a schema cannot say.
@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("models.0.terms", [{"licence": "unheard-of", "verified": True}], "licence of"),
        ("models.0.lineage", [TUNED | {"origin": "unheard-of"}], "lineage of"),
        ("models.0.lineage", [{"kind": "tuned", "verified": True}], "lineage of"),
        ("models.0.lineage", [SCRATCH | {"origin": "llama-2"}], "lineage of"),
        ("models.0.lineage", [TUNED | {"origin": "llm-jp-4-8b-thinking"}], "circle"),
        ("models.0.parameters.active", 9_000_000_000, "parameters of"),
        ("models.0.quantizations", ["Q99"], "quantization of"),
        ("models.1.key", "llm-jp-4-8b-thinking", "twice"),
        ("models.1.key", "llama-2", "twice"),
        ("licences.1.id", "apache-2.0", "twice"),
        ("licences.0.commercial", "conditional", "condition of"),
        ("licences.2.commercial", "yes", "condition of"),
        ("unavailable.0.nearest", ["llama-2"], "nearest to"),
        ("models.0.name", "LLM\u202egnp.exe", "characters"),
        ("models.0.name", "LLM-jp \u200b4", "characters"),
        ("models.0.summary.ja", "一行目。\n二行目。", "characters"),
        ("models.0.maker.en", " NII ", "characters"),
    ],
)
def test_what_hangs_together_is_checked(path: str, value: Any, told: str) -> None:
    with pytest.raises(KotonohaError, match=told) as raised:
        decode(encoded(changed(path, value)))
    assert raised.value.code == "catalog_damaged"
    assert "\u202e" not in str(raised.value)


def test_a_long_circle_is_found_without_recursion() -> None:
    origins = [
        ORIGIN | {"key": f"o{i}", "lineage": [TUNED | {"origin": f"o{(i + 1) % 2_000}"}]}
        for i in range(2_000)
    ]
    with pytest.raises(KotonohaError, match="circle"):
        decode(encoded(catalogs.catalog(origins=origins)))


def test_spoiled_bytes_never_end_in_anything_but_our_error() -> None:
    whole = bytearray(encoded(BUILTIN))
    chance = random.Random(7)
    for _ in range(150):
        spoiled = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        cut = bytes(spoiled[: chance.randrange(len(spoiled))] if chance.random() < 0.3 else spoiled)
        try:
            decode(cut)
        except KotonohaError as error:
            assert error.code in ("catalog_damaged", "catalog_newer")


def test_the_page_about_it_names_every_field() -> None:
    page = (RESOURCES.parent.parent / "docs" / "catalog.md").read_text(encoding="utf-8")
    forms = [form for name, form in SCHEMA["$defs"].items() if name not in ("Name", "Words")]
    fields = {field for form in forms for field in form["properties"]}
    assert {field for field in fields if f"`{field}`" not in page} == set()
    values = set(re.findall(r"'enum': \[(.*?)\]", str(forms)))
    words = {word for found in values for word in re.findall(r"'(\w+)'", found)}
    assert {"from_scratch", "embedding", "translate", "conditional"} <= words
    assert {word for word in words if f"`{word}`" not in page} == set()
