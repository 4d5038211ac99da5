"""Downloads in the running application, from a real hub on loopback, into the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_hub import FakeHub, Fault, Repo
from scripted import Scripted

from desktop import network
from desktop.store import DownloadFile

REPOSITORY, NAME = "kotonoha/nihongo-GGUF", "日本語-Q4_K_M.gguf"


@pytest.fixture
def fake(smollm2: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeHub(Repo(REPOSITORY, {NAME: smollm2})) as fake:
        monkeypatch.setenv("HF_ENDPOINT", fake.url)
        yield fake
    network.set_offline(True)


def states(scripted: Scripted) -> list[str]:
    return [row.item.state for row in scripted.app.session.downloads.rows]


def get(scripted: Scripted, smollm2: Path) -> None:
    file = DownloadFile(NAME, smollm2.stat().st_size)
    scripted.app.session.downloads.get(REPOSITORY, "Q4_K_M", [file])


def test_offline_it_waits_and_online_it_comes_into_the_library(scripted: Scripted, fake, smollm2) -> None:
    session = scripted.app.session
    arrived = []
    session.downloads.arrived.connect(arrived.append)
    get(scripted, smollm2)
    scripted.until(lambda: states(scripted) == ["queued"])
    assert fake.seen == [] and session.online.state == "offline"
    session.online.go_online()
    scripted.until(lambda: arrived)
    (model,) = arrived
    assert Path(model.path).read_bytes() == smollm2.read_bytes()
    assert model.source == REPOSITORY
    assert model.sha256 == fake.digest(fake.repos[REPOSITORY], NAME)[1]
    scripted.until(lambda: states(scripted) == ["done"] and session.online.state == "idle")
    assert session.store.settings.get().offline is False


def test_going_offline_in_the_middle_keeps_it_wanted(scripted: Scripted, fake, smollm2) -> None:
    session = scripted.app.session
    fake.always = Fault(stall_after=8 << 20)
    session.online.go_online()
    get(scripted, smollm2)
    scripted.until(lambda: any(row.item.done > 0 for row in session.downloads.rows))
    assert session.online.state == "busy"
    assert scripted.window.sidebar.online.label.text() == "オンライン: ダウンロード中"
    session.online.go_offline()
    assert session.online.state == "offline"
    assert scripted.window.sidebar.online.dot.accessibleName() == "オフライン　外部通信なし"
    scripted.until(lambda: states(scripted) == ["queued"])
    fake.always = Fault()
    fake.free.set()
    session.online.go_online()
    scripted.until(
        lambda: (
            session.store.models.by_path(session.downloads.rows[0].download.folder)
            or states(scripted) == ["done"]
        )
    )


def test_the_repository_is_asked_for_the_quantization(scripted: Scripted, fake, smollm2) -> None:
    downloads = scripted.app.session.downloads
    scripted.app.session.online.go_online()
    downloads.look_for("日本語", ["kotonoha/nai-GGUF", REPOSITORY], "Q4_K_M")
    assert downloads.is_looking([REPOSITORY])
    scripted.until(lambda: states(scripted) == ["done"])
    assert not downloads.is_looking([REPOSITORY]) and downloads.looking == []
