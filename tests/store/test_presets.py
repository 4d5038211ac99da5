from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from desktop.engine.protocol import Sampling
from desktop.errors import KotonohaError
from desktop.presets import builtin_presets
from desktop.store import Store
from desktop.store.sampling import RANGES


def test_own_presets(store: Store) -> None:
    made = store.presets.save("  詩人\n", "詩で答えます。", "詩で", {"temperature": 1, "top_k": 20})
    assert (made.key, made.name, made.description) == (None, "詩人", "詩で")
    assert made.sampling == {"temperature": 1.0, "top_k": 20}
    assert store.presets.list() == [made] == [store.presets.get(made.id)]
    changed = store.presets.save("歌人", "短歌で答えます。", id=made.id)
    assert (changed.id, changed.name, changed.sampling) == (made.id, "歌人", {})
    store.presets.delete(made.id)
    assert store.presets.list() == []
    for call in (
        lambda: store.presets.get(made.id),
        lambda: store.presets.delete(made.id),
        lambda: store.presets.save("x", "y", id=made.id),
    ):
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "preset_missing"


@pytest.mark.parametrize(
    "sampling",
    [
        {"temperature": -1},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"top_p": 1.5},
        {"top_k": 1.5},
        {"top_k": True},
        {"temperature": "0.5"},
        {"heat": 1},
        {"max_tokens": 0},
        {"stop": ["x"]},
        {"top_k": 10**30},
    ],
)
def test_sampling_that_cannot_be_used(store: Store, sampling: dict[str, float]) -> None:
    with pytest.raises(KotonohaError) as told:
        store.presets.save("x", "y", sampling=sampling)
    assert told.value.code == "sampling_invalid"
    assert store.presets.list() == []


def test_a_preset_needs_a_name(store: Store) -> None:
    with pytest.raises(KotonohaError) as told:
        store.presets.save(" \n ", "y")
    assert told.value.code == "preset_unnamed"


def test_spoilt_sampling_falls_back_alone(store: Store) -> None:
    made = store.presets.save("x", "y", sampling={"temperature": 0.5})
    for kept, expected in (
        ('{"temperature": 99, "top_k": 7, "heat": 1}', {"top_k": 7}),
        ("[1]", {}),
        ("not json", {}),
    ):
        with store._database.write() as connection:
            connection.execute("UPDATE presets SET sampling = ? WHERE id = ?", (kept, made.id))
        assert store.presets.get(made.id).sampling == expected


def test_sampling_names_are_the_protocols() -> None:
    assert set(RANGES) == set(Sampling.__struct_fields__) & set(RANGES)


def test_finding_by_name(store: Store) -> None:
    store.presets.seed(builtin_presets(), language="ja")
    own = store.presets.save("Ａbc 校閲", "y")
    assert store.presets.by_name("要約").key == "summary"  # type: ignore[union-attr]
    assert store.presets.by_name("to_english").key == "to_english"  # type: ignore[union-attr]
    assert store.presets.by_name("aBC 校閲") == own
    assert store.presets.by_name("ａｂ") == own
    assert store.presets.by_name("議事").key == "minutes"  # type: ignore[union-attr]
    assert store.presets.by_name("校閲") is None  # only a beginning counts
    assert store.presets.by_name("ない") is None
    assert store.presets.by_name("") is None
    store.presets.save("要約する", "y")
    store.presets.save("要約しない", "y")
    assert store.presets.by_name("要約す").name == "要約する"  # type: ignore[union-attr]
    mine = store.presets.save("要約", "自分の")
    assert store.presets.by_name("要約") == mine


def test_seeding_again_changes_nothing_and_follows_the_language(store: Store) -> None:
    builtin = builtin_presets()
    store.presets.seed(builtin, language="ja")
    before = store.presets.list()
    assert [p.name for p in before] == [p["name_ja"] for p in builtin]
    store.presets.seed(builtin, language="ja")
    assert store.presets.list() == before
    store.presets.seed(builtin, language="en")
    assert [(p.id, p.name) for p in store.presets.list()] == [
        (p.id, b["name_en"]) for p, b in zip(before, builtin, strict=True)
    ]


def test_seeding_respects_what_the_person_did(store: Store) -> None:
    builtin = builtin_presets()
    store.presets.seed(builtin, language="ja")
    first, second, third, *_ = store.presets.list()
    chat = store.chats.create(preset_id=second.id)
    changed = store.presets.save("私の敬語", "私の指示", id=first.id)
    store.presets.delete(second.id)
    newer = [dict(p, system_prompt=p["system_prompt"] + "\n新しい版") for p in reversed(builtin)]
    store.presets.seed(newer, language="ja")
    assert store.presets.get(first.id) == changed
    assert second.id not in [p.id for p in store.presets.list()]
    for call in (
        lambda: store.presets.get(second.id),
        lambda: store.presets.save("x", "y", id=second.id),
        lambda: store.presets.delete(second.id),
        lambda: store.chats.set_preset(chat.id, second.id),
    ):
        with pytest.raises(KotonohaError) as told:
            call()
        assert told.value.code == "preset_missing"
    assert store.presets.get(third.id).system_prompt.endswith("新しい版")
    assert store.chats.get(chat.id).preset_id is None
    expected = [p["key"] for p in newer if p["key"] not in (first.key, second.key)]
    assert [p.key for p in store.presets.list() if p.id != first.id] == expected


def test_deleting_a_preset_leaves_its_chats(store: Store) -> None:
    preset = store.presets.save("x", "y")
    chat = store.chats.create(preset_id=preset.id)
    store.messages.send(chat.id, "残る", "m")
    store.presets.delete(preset.id)
    assert store.chats.get(chat.id).preset_id is None
    assert store.messages.path(chat.id)[0].text == "残る"


def test_the_builtin_presets_can_be_kept_as_they_are(store: Store) -> None:
    builtin = builtin_presets()
    assert 8 <= len(builtin) == len({p["key"] for p in builtin}) == len({p["name_ja"] for p in builtin})
    store.presets.seed(builtin, language="ja")
    for kept, preset in zip(store.presets.list(), builtin, strict=True):
        assert (kept.key, kept.name, kept.description) == (
            preset["key"],
            preset["name_ja"],
            preset["description_ja"],
        )
        assert kept.system_prompt == preset["system_prompt"]
        assert kept.sampling == preset["sampling"]
        assert Sampling(**kept.sampling).temperature == preset["sampling"]["temperature"]


@pytest.mark.parametrize(
    "broken",
    [{"key": "Bad key"}, {"name_ja": ""}, {"sampling": {"heat": 1}}, {"extra": 1}, {"system_prompt": None}],
)
def test_a_broken_resource_is_refused(tmp_path: Path, broken: dict[str, object]) -> None:
    (tmp_path / "1.json").write_text(json.dumps({**builtin_presets()[0], **broken}))
    with pytest.raises(msgspec.ValidationError):
        builtin_presets(tmp_path)


def test_no_or_repeated_presets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no presets"):
        builtin_presets(tmp_path)
    for name in ("1.json", "2.json"):
        (tmp_path / name).write_text(json.dumps(builtin_presets()[0]))
    with pytest.raises(ValueError, match="two"):
        builtin_presets(tmp_path)
