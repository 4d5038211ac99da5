"""Search, repositories, cards: what a hub answers, and what a hostile one may answer."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from fake_hub import FakeHub, Fault, Repo
from fetching import NAME, REPOSITORY

from desktop import network
from desktop.errors import KotonohaError
from desktop.hub.card import MOST_BYTES, Card, card, parted
from desktop.hub.hub import Hub
from desktop.hub.quantizations import quantization
from desktop.hub.repository import MOST_FILES, look, variants_of
from desktop.hub.search import search
from desktop.jobs import Cancel, Cancelled
from desktop.language import set_language
from desktop.network import ledger
from desktop.store import DownloadFile


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.hub.hub._WAITS", (0.01, 0.01, 0.01))


@pytest.fixture
def full(fake: FakeHub) -> FakeHub:
    """Forty more repositories."""
    for number in range(40):
        tags = ["gguf", "ja" if number % 2 else "en", f"license:{'mit' if number % 4 == 1 else 'other'}"]
        id = f"作者{number}/model".replace("作者", "maker")
        fake.repos[id] = Repo(id, tags=tags, downloads=number, likes=40 - number)
    fake.page = 15
    return fake


class TestSearch:
    def test_pages_are_followed_and_the_order_is_the_hubs(self, hub: Hub, full: FakeHub) -> None:
        found = search(hub, "maker", Cancel(), limit=33)
        assert [one.downloads for one in found] == list(range(39, 6, -1))
        assert len(full.asked(store=False)) == 3
        assert full.seen[0].query["filter"] == ["gguf"]
        first = found[0]
        assert (first.repository, first.is_japanese, first.licence) == ("maker39/model", True, "other")
        assert (first.parameters, first.architecture, first.context_length) == (8_000_000_000, "llama", 8192)
        assert first.updated is not None and not first.gated
        assert search(hub, "maker", Cancel(), sort="likes", limit=1)[0].likes == 40

    def test_filters(self, hub: Hub, full: FakeHub) -> None:
        found = search(hub, "", Cancel(), japanese=True, licence="mit")
        assert {one.repository for one in found} == {f"maker{number}/model" for number in range(1, 40, 4)}
        assert search(hub, "", Cancel(), most_parameters=7_000_000_000) == []
        assert search(hub, "どこにもない", Cancel()) == []

    def test_pages_without_end(self, hub: Hub, fake: FakeHub) -> None:
        again = {"Link": f'<{fake.url}/api/models?cursor=0>; rel="next"'}
        fake.api_faults = [Fault(body=b"[]", headers=again)] * 100
        with pytest.raises(KotonohaError) as error:
            search(hub, "x", Cancel())
        assert error.value.code == "hub_redirects"
        assert len(fake.seen) < 40

    def test_a_next_page_elsewhere_is_not_asked_for(self, hub: Hub, fake: FakeHub) -> None:
        there = {"Link": f'<{fake.store_url}/api/models>; rel="next"'}
        fake.api_faults = [Fault(body=b"[]", headers=there)]
        with pytest.raises(KotonohaError) as error:
            search(hub, "x", Cancel())
        assert error.value.code == "hub_redirects"
        assert fake.asked(store=True) == []

    @pytest.mark.parametrize(
        "faults", [[Fault(status=429, retry_after="0")], [Fault(status=500), Fault(drop=True)]]
    )
    def test_what_passes_is_waited_for(self, faults: list[Fault], hub: Hub, full: FakeHub) -> None:
        full.api_faults = list(faults)
        assert len(search(hub, "maker1", Cancel())) == 11

    def test_what_does_not_pass_is_told(self, hub: Hub, fake: FakeHub) -> None:
        for fault, code, times in [
            (Fault(status=503), "hub_unwell", 4),
            (Fault(status=429, retry_after="3000"), "hub_busy", 1),
            (Fault(status=400), "hub_odd", 1),
            (Fault(redirect="loop"), "hub_redirects", 21),
        ]:
            fake.seen.clear()
            fake.api_faults = [fault] * 50
            with pytest.raises(KotonohaError) as error:
                search(hub, "x", Cancel())
            assert (error.value.code, len(fake.seen)) == (code, times)

    def test_a_cancel_is_heard_on_a_stalled_line(self, hub: Hub, fake: FakeHub) -> None:
        fake.api_faults = [Fault(stall_after=1, body=b"[]")]
        cancel = Cancel()
        threading.Timer(0.3, cancel.set).start()
        with pytest.raises(Cancelled):
            search(hub, "x", cancel)

    def test_it_stands_in_the_ledger(self, hub: Hub, full: FakeHub) -> None:
        search(hub, "maker1", Cancel())
        entries = list(ledger.entries())
        assert entries and entries[-1].purpose == "search"
        assert entries[-1].received

    def test_offline(self, hub: Hub, fake: FakeHub) -> None:
        network.set_offline(True)
        with pytest.raises(network.OfflineError):
            search(hub, "x", Cancel())
        assert fake.seen == []


HOSTILE: dict[str, Any] = {
    "no JSON": b"<html>",
    "cut": b'[{"id": "a/b"',
    "not text": b"\xff\xfe[",
    "deep": b"[" * 200_000,
    "a huge number": b'[{"id": "a/b", "downloads": ' + b"9" * 100_000 + b"}]",
    "null": b"null",
    "a number": b"5",
    "an object": b"{}",
    "numbers": b"[1, 2]",
    "no id": b'[{"downloads": 1}]',
    "a date": b'[{"id": "a/b", "lastModified": "yesterday"}]',
    "odd siblings": b'[{"id": "a/b", "siblings": [1]}]',
    "odd lfs": b'[{"id": "a/b", "siblings": [{"rfilename": "x", "lfs": 7}]}]',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_list(name: str, hub: Hub, fake: FakeHub) -> None:
    fake.api_faults = [Fault(body=HOSTILE[name])]
    try:
        assert search(hub, "x", Cancel()) == []  # an empty object is an empty list to the library
    except KotonohaError as error:
        assert error.code == "hub_odd"
        assert error.__suppress_context__ or error.__cause__ is None


def test_an_answer_that_is_too_large_is_not_read(
    hub: Hub, fake: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.hub.hub.MOST_BYTES", 1 << 20)
    for headers in ({}, {"Content_Length": "99999999999"}):
        fake.api_faults = [Fault(body=b" " * (8 << 20), headers=dict(headers))]
        with pytest.raises(KotonohaError) as error:
            search(hub, "x", Cancel())
        assert error.value.code == "hub_odd"


def test_odd_fields_are_left_out(hub: Hub, fake: FakeHub) -> None:
    entries = [
        {"id": "../../etc", "tags": ["gguf"]},
        {"id": 5},
        {"id": "a/b", "downloads": -5, "likes": "many", "tags": [1, None, "ja", "x" * 5000], "gguf": "?"},
        {"id": "A/B", "downloads": 9},
        {"id": "c/d", "tags": "ja", "gguf": {"total": 10**30, "architecture": ["x"]}, "gated": "manual"},
        {"id": "e/f", "tags": ["license:\u202eti\u0000m\n", "\ud800"], "downloads": True},
    ]
    fake.api_faults = [Fault(body=json.dumps(entries).encode())]
    found = search(hub, "x", Cancel())
    assert [one.repository for one in found] == ["a/b", "c/d", "e/f"]
    assert (found[0].downloads, found[0].likes, found[0].is_japanese, found[0].parameters) == (0, 0, True, 0)
    assert (found[1].parameters, found[1].architecture, found[1].gated, found[1].tags) == (0, "", True, ())
    assert (found[2].licence, found[2].downloads) == ("tim", 0)


class TestRepository:
    def files(self, fake: FakeHub, *names: str, size: int = 10) -> None:
        fake.repos[REPOSITORY].files = dict.fromkeys(names, b"x" * size)

    def test_what_one_chooses_from(self, hub: Hub, fake: FakeHub) -> None:
        repo = fake.repos[REPOSITORY]
        repo.files = {
            "README.md": b"#",
            "model-Q8_0.gguf": b"8" * 80,
            "model-Q4_K_M.gguf": b"4" * 40,
            "model-IQ2_XXS.gguf": b"2" * 20,
            "BF16/model-BF16-00002-of-00002.gguf": b"b" * 70,
            "BF16/model-BF16-00001-of-00002.gguf": b"b" * 90,
            "F32/model-F32-00001-of-00003.gguf": b"f" * 300,
            "mmproj-model-F16.gguf": b"m" * 5,
            "model.imatrix.gguf": b"i",
            "imatrix.dat": b"i",
        }
        found = look(hub, REPOSITORY, Cancel())
        assert [(one.quantization.name, one.size_bytes, one.is_whole) for one in found.variants] == [
            ("IQ2_XXS", 20, True),
            ("Q4_K_M", 40, True),
            ("Q8_0", 80, True),
            ("BF16", 160, True),
            ("F32", 300, False),
        ]
        split = found.variants[3]
        assert split.name == "model-BF16"
        assert [file.path[-22:] for file in split.files] == [
            "16-00001-of-00002.gguf",
            "16-00002-of-00002.gguf",
        ]
        assert [file.path for file in found.mmproj] == ["mmproj-model-F16.gguf"]
        assert [file.path for file in found.imatrix] == ["model.imatrix.gguf"]
        assert found.commit == repo.commit
        assert found.suggestion == found.variants[1]
        assert found.variant("q4_k_m") == found.variants[1] == found.variant("MODEL-q4_k_m")
        assert found.variant("Q5_K_M") is None

    def test_the_suggestion_where_there_is_no_usual_one(self, hub: Hub, fake: FakeHub) -> None:
        for names, best in [
            (("m-Q2_K.gguf", "m-Q8_0.gguf", "m-Q5_K_S.gguf"), "Q5_K_S"),
            (("m-Q2_K.gguf", "m-Q3_K_M.gguf"), "Q3_K_M"),
            (("model.gguf",), None),
            (("m-Q4_K_M-00001-of-00002.gguf", "m-Q6_K.gguf"), "Q6_K"),
        ]:
            fake.repos[REPOSITORY].files = {
                name: b"x" * int(quantization(name[:-5]).bits * 10 + 1) for name in names
            }
            suggestion = look(hub, REPOSITORY, Cancel()).suggestion
            assert (suggestion.quantization.name if suggestion else None) == best

    def test_names_that_lead_elsewhere_are_left_out(self, hub: Hub, fake: FakeHub) -> None:
        self.files(
            fake,
            "../a.gguf",
            "/b.gguf",
            "c/../../d.gguf",
            "e\\f.gguf",
            "g\u202efugg.gguf",
            "CON.gguf",
            "言の葉-Q4_0.GGUF",
            "言の葉-q4_0.gguf",
            "x" * 300 + ".gguf",
            ".gguf",
        )
        found = look(hub, REPOSITORY, Cancel())
        assert [variant.files[0].path for variant in found.variants] == [".gguf", "言の葉-Q4_0.GGUF"]

    def test_a_hundred_thousand_files(self, hub: Hub, fake: FakeHub) -> None:
        fake.repos[REPOSITORY].siblings = [
            {"rfilename": f"m-{number:05}-of-99999.gguf", "size": 5, "blobId": "1"}
            for number in range(100_000)
        ] + [{"rfilename": "a.txt"}]
        found = look(hub, REPOSITORY, Cancel())
        assert found.is_cut
        assert found.variants == ()  # nobody splits a model into so many parts
        fake.repos[REPOSITORY].siblings = [
            {"rfilename": f"{number}-Q8_0.gguf", "size": 5} for number in range(100_000)
        ]
        assert len(look(hub, REPOSITORY, Cancel()).variants) == MOST_FILES

    def test_sizes_that_make_no_sense(self, hub: Hub, fake: FakeHub) -> None:
        fake.repos[REPOSITORY].siblings = [
            {"rfilename": "a.gguf", "size": -1},
            {"rfilename": "b.gguf", "size": "big"},
            {"rfilename": "c.gguf", "size": 10**40},
            {"rfilename": "d.gguf"},
            {"rfilename": 5},
        ]
        assert {variant.size_bytes for variant in look(hub, REPOSITORY, Cancel()).variants} == {0}

    @pytest.mark.parametrize(
        ("repository", "token", "code"),
        [
            ("nobody/nothing", None, "repository_missing"),
            ("nobody/nothing", "hf_good", "repository_missing"),
            (REPOSITORY, "hf_wrong", "hub_token_refused"),
            ("no slash", None, "hub_name_unusable"),
        ],
    )
    def test_what_cannot_be_looked_at(
        self, repository: str, token: str | None, code: str, fake: FakeHub
    ) -> None:
        hub = Hub(fake.url, token=token, token_for_mirror=True, proxy="")
        with pytest.raises(KotonohaError) as error:
            look(hub, repository, Cancel())
        assert error.value.code == code

    def test_another_repository_than_asked_for(self, hub: Hub, fake: FakeHub) -> None:
        fake.repos[REPOSITORY].extra = {"id": "somebody/else"}
        with pytest.raises(KotonohaError) as error:
            look(hub, REPOSITORY, Cancel())
        assert error.value.code == "hub_odd"

    @pytest.mark.parametrize(
        "parts", ["00000-of-00002", "00003-of-00002", "00001-of-00000", "99999-of-99999"]
    )
    def test_part_numbers_that_make_no_sense(self, parts: str) -> None:
        assert variants_of([DownloadFile(f"m-{parts}.gguf", 1)]) == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("model-Q4_K_M", "Q4_K_M"),
        ("model.Q4_K_M", "Q4_K_M"),
        ("Llama-3-ELYZA-JP-8B-q4_k_m", "Q4_K_M"),
        ("model-UD-Q4_K_XL", "UD-Q4_K_XL"),
        ("model.i1-IQ3_XXS", "i1-IQ3_XXS"),
        ("gpt-oss-20b-mxfp4", "MXFP4"),
        ("model-Q4_0_4_4", "Q4_0"),
        ("model-Q2_K_L", "Q2_K_L"),
        ("model-bf16", "BF16"),
        ("F16-model-Q8_0", "Q8_0"),
        ("QQ4_K_Mx", ""),
        ("model", ""),
        ("言の葉Q6_K", "Q6_K"),
        ("", ""),
    ],
)
def test_quantizations_by_their_names(name: str, expected: str) -> None:
    assert quantization(name).name == expected


def test_the_usual_one_says_so() -> None:
    assert quantization("m-Q4_K_M").sentence.startswith("品質と大きさの釣り合い")
    set_language("en")
    assert quantization("m-Q4_K_M").sentence.startswith("The usual choice")


class TestCard:
    def test_the_front_matter_is_split_off(self, hub: Hub) -> None:
        assert card(hub, REPOSITORY, Cancel()) == Card("# 日本語", "license: mit", is_cut=False)

    def test_there_is_none(self, hub: Hub, fake: FakeHub) -> None:
        del fake.repos[REPOSITORY].files["README.md"]
        assert card(hub, REPOSITORY, Cancel()) == Card("", "", is_cut=False)

    def test_a_long_one_is_cut_in_the_middle_of_a_character(self, hub: Hub, fake: FakeHub) -> None:
        fake.repos[REPOSITORY].files["README.md"] = "あ".encode() * MOST_BYTES
        found = card(hub, REPOSITORY, Cancel())
        assert found.is_cut
        assert set(found.markdown) <= {"あ", "\ufffd"}
        assert len(found.markdown.encode()) <= MOST_BYTES + 3

    def test_an_empty_one(self, hub: Hub, fake: FakeHub) -> None:
        fake.repos[REPOSITORY].files["README.md"] = b""
        assert card(hub, REPOSITORY, Cancel()).markdown == ""

    @pytest.mark.parametrize(
        ("text", "markdown", "front"),
        [
            ("---\r\na: 1\r\n---\r\n本文", "本文", "a: 1"),
            ("---\n---\n本文", "本文", ""),
            ("---\na: 1\n本文", "---\na: 1\n本文", ""),
            ("本文\n---\na", "本文\n---\na", ""),
            ("--- x\na\n---\nb", "--- x\na\n---\nb", ""),
            ("", "", ""),
            ("---", "---", ""),
            ("a\u202eb\x1b[31mc\x00", "ab[31mc", ""),
        ],
    )
    def test_texts(self, text: str, markdown: str, front: str) -> None:
        assert parted(text) == Card(markdown, front, is_cut=False)

    def test_front_matter_of_half_a_megabyte(self) -> None:
        text = "---\n" + "a: 1\n" * 100_000 + "---\nb"
        assert parted(text).front_matter == ""

    def test_a_moved_repository_is_followed(self, hub: Hub, fake: FakeHub) -> None:
        fake.resolve_faults = [Fault(redirect=f"{fake.url}/{REPOSITORY}/resolve/main/README.md")]
        assert card(hub, REPOSITORY, Cancel()).markdown == "# 日本語"


def test_the_library_itself_is_served(fake: FakeHub, tmp_path: Path) -> None:
    """The real library, unmodified and in a process of its own, searches, looks and downloads through us."""
    program = """
import sys
from huggingface_hub import HfApi, hf_hub_download
api = HfApi()
print([model.id for model in api.list_models(filter="gguf")])
info = api.model_info(sys.argv[1], files_metadata=True)
print(sorted((file.rfilename, file.size) for file in info.siblings))
print(sorted(entry.path for entry in api.list_repo_tree(sys.argv[1])))
print(len(open(hf_hub_download(sys.argv[1], sys.argv[2]), "rb").read()))
"""
    environment = {
        "HF_ENDPOINT": fake.url,
        "HF_HOME": str(tmp_path / "hf"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",
        "PATH": "",
        "NO_PROXY": "127.0.0.1",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", program, REPOSITORY, NAME],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    content = fake.repos[REPOSITORY].files[NAME]
    assert isinstance(content, bytes)
    names, sizes, tree, length = done.stdout.splitlines()
    assert names == str([REPOSITORY])
    assert (NAME, len(content)) in eval(sizes)
    assert NAME in eval(tree)
    assert int(length) == len(content)


def test_a_proxy_is_used_and_one_that_cannot_be_is_told(fake: FakeHub) -> None:
    """The store plays the proxy: it is asked for the whole address."""
    hub = Hub(fake.url, proxy=fake.store_url)
    fake.store_faults = [Fault(body=b"[]")]
    with pytest.raises(KotonohaError):
        search(hub, "x", Cancel())
    assert fake.asked(store=False) == []
    assert fake.asked(store=True)[0].headers["host"] == fake.url.removeprefix("http://")
    for address in ("socks5://127.0.0.1:1", "https://127.0.0.1:1", "http://", "::"):
        with pytest.raises(KotonohaError) as error:
            search(Hub(fake.url, proxy=address), "x", Cancel())
        assert error.value.code == "proxy_unusable"
