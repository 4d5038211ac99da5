"""One file, with each fault of the line, the server and the disk by itself."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from fake_hub import COMMIT, FakeHub, Fault, Repo
from fetching import NAME, QUICK, REPOSITORY, fetching, noise, run

from desktop import network
from desktop.errors import KotonohaError
from desktop.hub import fetch as fetch_module
from desktop.hub import part, spans, transfer
from desktop.hub.fetch import Fetched, Mended, Progress, Restarted, Waiting, Wanted, discard, fetch
from desktop.hub.hub import Hub
from desktop.hub.part import PIECE_BYTES
from desktop.hub.speed import Throttle
from desktop.jobs import Cancel, Cancelled


def only_the_file(target: Path) -> bool:
    return [path.name for path in target.parent.iterdir()] == [target.name]


def waits(events: list[object]) -> list[str]:
    return [event.why.code for event in events if isinstance(event, Waiting)]


def test_a_file_comes_whole_checked_and_alone(hub: Hub, target: Path, content: bytes) -> None:
    events, fetched = run(fetching(hub, target))
    assert fetched == Fetched(target, hashlib.sha256(content).hexdigest(), len(content), verified=True)
    assert target.read_bytes() == content
    assert only_the_file(target)
    assert events[0] == Progress(0, len(content))
    assert waits(events) == []


def test_a_small_file_is_checked_by_its_git_id(hub: Hub, target: Path, fake: FakeHub) -> None:
    _, fetched = run(fetching(hub, target, "README.md"))
    assert fetched.verified
    assert target.read_bytes() == fake.repos[REPOSITORY].files["README.md"]
    target.unlink()
    fake.resolve_faults = [Fault(), Fault(flip=(3,)), Fault(flip=(4,))]
    with pytest.raises(KotonohaError) as error:
        run(fetching(hub, target, "README.md"))
    assert error.value.code == "download_damaged"


def test_an_empty_file(hub: Hub, target: Path, fake: FakeHub) -> None:
    fake.repos[REPOSITORY].files["空.txt"] = b""
    run(fetching(hub, target, "空.txt"))
    assert target.read_bytes() == b""
    assert only_the_file(target)


class Case(NamedTuple):
    faults: list[Fault]
    codes: list[str]  # of the waits that are told
    first: list[int]  # bytes asked for, by each request


LINES = {
    "reset": Case([Fault(reset_after=1_000_000)], ["line_lost"], [0, 1_000_000]),
    "reset at once": Case([Fault(drop=True)], ["line_lost"], [0, 0]),
    "reset thrice": Case(
        [Fault(reset_after=100), Fault(reset_after=200), Fault(reset_after=300)],
        ["line_lost"] * 3,
        [0, 100, 300, 600],
    ),
    "truncated": Case([Fault(end_after=70_000)], ["line_lost"], [0, 70_000]),
    "429": Case([Fault(status=429, retry_after="0")], ["hub_busy"], [0, 0]),
    "500": Case([Fault(status=500)], ["hub_unwell"], [0, 0]),
    "503, then 504": Case([Fault(status=503), Fault(status=504)], ["hub_unwell"] * 2, [0, 0, 0]),
    "no ranges": Case([Fault(no_ranges=True)], [], [0]),
    "longer than said": Case([Fault(length_off=-1000)], ["line_lost"], [0]),
    "shorter than said": Case([Fault(length_off=1000)], [], [0]),
    "another size": Case([Fault(no_ranges=True, length_off=5)], ["hub_odd"], [0, 0]),
    "another range": Case([Fault(headers={"Content_Range": "bytes 5-9/10"})], ["hub_odd"], [0, 0]),
    "a page of a hotel": Case([Fault(body=b"<html>Wi-Fi</html>", no_ranges=True)], ["hub_odd"], [0, 0]),
    "a redirect loop": Case([Fault(redirect="loop")] * 12, [], []),
    "compressed": Case([Fault(headers={"Content_Encoding": "gzip"})], [], []),
}


@pytest.mark.parametrize("name", ["reset", "reset at once", "reset thrice", "truncated", "429", "500"])
def test_a_line_that_breaks_is_taken_up_where_it_broke(
    name: str, hub: Hub, target: Path, content: bytes, fake: FakeHub
) -> None:
    case = LINES[name]
    fake.store_faults = list(case.faults)
    events, _ = run(fetching(hub, target))
    assert target.read_bytes() == content
    assert waits(events) == case.codes
    first = [seen.first for seen in fake.asked(store=True)]
    if "reset" in name:  # a reset takes what has come but was not read yet
        assert len(first) == len(case.first)
        assert all(at <= most for at, most in zip(first, case.first, strict=True))
    else:
        assert first == case.first
    assert only_the_file(target)


@pytest.mark.parametrize("name", ["503, then 504", "another size", "another range", "a page of a hotel"])
def test_an_answer_that_makes_no_sense_is_not_taken(
    name: str, hub: Hub, target: Path, content: bytes, fake: FakeHub
) -> None:
    case = LINES[name]
    fake.store_faults = list(case.faults)
    events, _ = run(fetching(hub, target))
    assert target.read_bytes() == content
    assert waits(events) == case.codes
    assert [seen.first for seen in fake.asked(store=True)] == case.first


@pytest.mark.parametrize(("name", "code"), [("a redirect loop", "hub_redirects"), ("compressed", "hub_odd")])
def test_what_does_not_pass_is_told_and_what_came_stays(
    name: str, code: str, hub: Hub, target: Path, content: bytes, fake: FakeHub
) -> None:
    fake.store_faults = [Fault(end_after=2 * PIECE_BYTES), *LINES[name].faults]
    with pytest.raises(KotonohaError) as error:
        run(fetching(hub, target))
    assert error.value.code == code
    assert not target.exists()
    fake.store_faults = []
    fake.seen.clear()
    run(fetching(hub, target))
    assert fake.asked(store=True)[0].first == 2 * PIECE_BYTES
    assert target.read_bytes() == content


def test_a_length_that_is_wrong(hub: Hub, target: Path, content: bytes, fake: FakeHub) -> None:
    fake.store_faults = [Fault(length_off=-1000), Fault(length_off=1000)]
    events, _ = run(fetching(hub, target))
    assert target.read_bytes() == content
    assert waits(events) == ["line_lost"]
    assert [seen.first for seen in fake.asked(store=True)] == [0, len(content) - 1000]


def test_a_file_larger_than_any_answer(
    hub: Hub, target: Path, content: bytes, fake: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "LARGEST_ANSWER", 1 << 20)
    fake.store_faults = [Fault(), Fault(), Fault(flip=(2_900_000,))]
    events, _ = run(fetching(hub, target))
    assert target.read_bytes() == content
    assert waits(events) == []
    ranges = [seen.headers["range"] for seen in fake.asked(store=True)]
    assert ranges[:4] == [
        "bytes=0-1048575",
        "bytes=1048576-2097151",
        "bytes=2097152-3145727",
        "bytes=3145728-",
    ]


def test_bytes_that_come_in_chunks(hub: Hub, target: Path, content: bytes, fake: FakeHub) -> None:
    fake.store_faults = [Fault(chunked=True, reset_after=1_000_000), Fault(chunked=True)]
    events, _ = run(fetching(hub, target))
    assert target.read_bytes() == content
    assert waits(events) == ["line_lost"]


def test_a_server_without_ranges_sends_it_all_again(
    hub: Hub, target: Path, content: bytes, fake: FakeHub
) -> None:
    fake.store_faults = [Fault(no_ranges=True, reset_after=1 << 20), Fault(no_ranges=True)]
    events, _ = run(fetching(hub, target))
    assert target.read_bytes() == content
    assert waits(events) == ["line_lost"]


def test_patience_ends_and_what_came_is_kept(hub: Hub, target: Path, content: bytes, fake: FakeHub) -> None:
    fake.store_faults = [Fault(end_after=3 * PIECE_BYTES), *[Fault(status=503)] * 100]
    job, events = fetching(hub, target), []
    with pytest.raises(KotonohaError) as error:
        for event in job:
            events.append(event)
    assert error.value.code == "hub_unwell"
    assert waits(events) == ["line_lost"] + ["hub_unwell"] * (QUICK.tries - 2)
    fake.store_faults = []
    fake.seen.clear()
    run(fetching(hub, target))
    assert fake.asked(store=True)[0].first == 3 * PIECE_BYTES
    assert target.read_bytes() == content


def test_the_waiting_is_what_the_server_asks_for(fake: FakeHub, hub: Hub, target: Path) -> None:
    fake.store_faults = [Fault(status=429, retry_after="77")]
    cancel = Cancel()
    job = fetching(hub, target, cancel=cancel)
    waiting = next(event for event in job if isinstance(event, Waiting))
    assert waiting.seconds == 77
    assert str(waiting.why) == "配布サイトが混み合っていて、待つように言われました。"
    cancel.set()
    with pytest.raises(Cancelled):
        list(job)
    assert transfer.Patience().seconds(1, None) == 1.0
    assert transfer.Patience().seconds(30, None) == 60.0


def test_the_hub_itself_may_be_away_for_a_while(
    hub: Hub, target: Path, content: bytes, fake: FakeHub
) -> None:
    fake.resolve_faults = [Fault(drop=True), Fault(status=502), Fault(status=429, retry_after="0")]
    events, _ = run(fetching(hub, target))
    assert waits(events) == ["line_lost", "hub_unwell", "hub_busy"]
    assert target.read_bytes() == content


def test_nobody_listens(target: Path) -> None:
    hub = Hub("http://127.0.0.1:9", proxy="")
    events: list[object] = []
    with pytest.raises(KotonohaError) as error:
        for event in fetching(hub, target):
            events.append(event)
    assert error.value.code == "hub_unreachable"
    assert len(events) == QUICK.tries - 1
    assert hub.endpoint not in str(error.value)


def test_a_signed_address_that_expired_is_asked_for_again(
    hub: Hub, target: Path, content: bytes, fake: FakeHub
) -> None:
    fake.store_faults = [Fault(reset_after=1_000_000)]
    job = fetching(hub, target)
    events = []
    for event in job:
        events.append(event)
        if isinstance(event, Waiting):
            fake.expire()
            fake.store_faults = [Fault(status=403)]  # also where the request was faster than this line
    assert target.read_bytes() == content
    assert waits(events) == ["line_lost"]
    assert len([seen for seen in fake.seen if seen.method == "HEAD"]) == 2


def test_a_store_that_refuses_for_good(hub: Hub, target: Path, fake: FakeHub) -> None:
    fake.always = Fault(status=403)
    with pytest.raises(KotonohaError) as error:
        run(fetching(hub, target))
    assert error.value.code == "hub_gated"


def test_a_stalled_line_is_left_on_cancel_and_goes_on_later(
    hub: Hub, target: Path, content: bytes, fake: FakeHub
) -> None:
    fake.store_faults = [Fault(stall_after=4 * PIECE_BYTES)]
    cancel = Cancel()
    job = fetching(hub, target, cancel=cancel)
    next(event for event in job if isinstance(event, Progress) and event.done == 4 * PIECE_BYTES)
    cancel.set()
    with pytest.raises(Cancelled):
        list(job)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("download")]
    assert part.known(target) is not None
    fake.seen.clear()
    run(fetching(hub, target))
    assert [seen.first for seen in fake.asked(store=True)] == [4 * PIECE_BYTES]
    assert target.read_bytes() == content


@pytest.mark.parametrize("place", ["resolve", "api of the store"])
def test_a_cancel_is_heard_while_an_answer_is_awaited(
    place: str, hub: Hub, target: Path, fake: FakeHub
) -> None:
    stall = Fault(stall_after=0)
    if place == "resolve":
        fake.resolve_faults = [stall] * 3
        name = "README.md"
        fake.repos[REPOSITORY].files["README.md"] = noise(10)
    else:
        fake.store_faults, name = [stall], NAME
    cancel = Cancel()
    threading.Timer(0.3, cancel.set).start()
    with pytest.raises(Cancelled):
        list(fetching(hub, target, name, cancel=cancel))
    assert not target.exists()


def test_a_line_that_is_silent_for_long_is_lost(
    hub: Hub, target: Path, content: bytes, fake: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "desktop.hub.transport._TIMEOUT", {"connect": 5.0, "read": 0.3, "write": 5.0, "pool": None}
    )
    fake.store_faults = [Fault(stall_after=1_000_000)]
    events, _ = run(fetching(hub, target))
    assert waits(events) == ["line_lost"]
    assert target.read_bytes() == content


def test_after_a_sleep_of_the_machine_the_lines_are_new(
    hub: Hub, target: Path, content: bytes, fake: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wall clock is hours later, the line is dead, and the monotonic clock knows nothing of it."""
    fake.store_faults = [Fault(stall_after=1_000_000)]
    slept = 0.0

    class Clock:
        monotonic = staticmethod(time.monotonic)

        @staticmethod
        def time() -> float:
            return time.time() + slept

    monkeypatch.setattr(fetch_module, "time", Clock)
    events: list[object] = []
    for event in fetching(hub, target):
        events.append(event)
        if isinstance(event, Progress) and event.done >= 1_000_000:
            slept = 7_200.0
    assert target.read_bytes() == content
    assert waits(events) == []
    assert [seen.first for seen in fake.asked(store=True)] == [0, 1_000_000]


def test_a_wrong_byte_never_becomes_a_model_and_only_its_piece_comes_again(
    hub: Hub, target: Path, content: bytes, fake: FakeHub
) -> None:
    fake.store_faults = [Fault(flip=(700_000,))]
    job = fetching(hub, target)
    events: list[object] = []
    for event in job:
        assert not target.exists() or target.read_bytes() == content
        events.append(event)
    assert target.read_bytes() == content
    assert [event.size_bytes for event in events if isinstance(event, Mended)] == [PIECE_BYTES]
    assert only_the_file(target)


def test_many_wrong_bytes(hub: Hub, target: Path, content: bytes, fake: FakeHub) -> None:
    places = tuple(range(5, len(content), 300_000))
    fake.store_faults = [Fault(flip=places)]
    events, _ = run(fetching(hub, target))
    assert target.read_bytes() == content
    assert sum(isinstance(event, Mended) for event in events) == len({at // PIECE_BYTES for at in places})


def test_bytes_that_are_wrong_twice_are_thrown_away(hub: Hub, target: Path, fake: FakeHub) -> None:
    fake.always = Fault(flip=(5,))
    with pytest.raises(KotonohaError) as error:
        run(fetching(hub, target))
    assert error.value.code == "download_damaged"
    assert not target.exists()
    assert not any(path.exists() for path in part.beside(target))


def test_two_hundred_single_wrong_bytes_are_all_found(tmp_path: Path) -> None:
    content = noise(3 * PIECE_BYTES // 2, 7)
    places = sorted({int.from_bytes(noise(4, seed)) % len(content) for seed in range(200)})
    assert len(places) > 195
    files = {f"{at}.gguf": content for at in places}
    with FakeHub(Repo(REPOSITORY, dict(files))) as fake:
        hub = Hub(fake.url, proxy="")
        for at in places:
            fake.store_faults = [Fault(flip=(at,))]
            target = tmp_path / f"{at}.gguf"
            events, fetched = run(fetching(hub, target, f"{at}.gguf"))
            assert any(isinstance(event, Mended) for event in events)
            assert fetched.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
            assert target.read_bytes() == content
        hub.close()


def begun(hub: Hub, target: Path, fake: FakeHub, at: int) -> None:
    """Fetch the first ``at`` bytes, whole pieces, and stop; all of them are hashed."""
    fake.store_faults = [Fault(stall_after=at)]
    cancel = Cancel()
    job = fetching(hub, target, cancel=cancel)
    for event in job:
        if isinstance(event, Progress) and event.done == at and noted(target) == at // PIECE_BYTES:
            break
    cancel.set()
    with pytest.raises(Cancelled):
        list(job)
    fake.store_faults = []
    fake.seen.clear()


def noted(target: Path) -> int:
    """How many pieces have a digest in the state."""
    table = part.beside(target)[1].read_bytes()[4096:]
    entries = [table[at : at + 8] for at in range(0, len(table), 8)]
    return sum(entry not in (bytes(8), b"here\0\0\0\0") for entry in entries)


def test_a_byte_that_changed_on_the_disk_comes_again_alone(
    hub: Hub, target: Path, content: bytes, fake: FakeHub
) -> None:
    begun(hub, target, fake, 8 * PIECE_BYTES)
    with part.beside(target)[0].open("r+b") as file:
        file.seek(2 * PIECE_BYTES + 99)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    events, _ = run(fetching(hub, target))
    assert target.read_bytes() == content
    assert [event.size_bytes for event in events if isinstance(event, Mended)] == [PIECE_BYTES]
    assert sorted(seen.first for seen in fake.asked(store=True)) == [2 * PIECE_BYTES, 8 * PIECE_BYTES]


@pytest.mark.parametrize("damage", ["state cut", "state nonsense", "state gone", "bytes gone", "bytes cut"])
def test_a_part_that_somebody_touched(
    damage: str, hub: Hub, target: Path, content: bytes, fake: FakeHub
) -> None:
    begun(hub, target, fake, 6 * PIECE_BYTES)
    held, state = part.beside(target)
    if damage == "state cut":
        os.truncate(state, 4100)
    elif damage == "state nonsense":
        state.write_bytes(noise(5000))
    elif damage == "state gone":
        state.unlink()
    elif damage == "bytes gone":
        held.unlink()
    else:
        os.truncate(held, 3 * PIECE_BYTES + 7)
    run(fetching(hub, target))
    assert target.read_bytes() == content
    assert fake.asked(store=True)[0].first == (3 * PIECE_BYTES if damage == "bytes cut" else 0)
    assert only_the_file(target)


def test_a_file_that_changed_on_the_hub_begins_anew(hub: Hub, target: Path, fake: FakeHub) -> None:
    begun(hub, target, fake, 4 * PIECE_BYTES)
    repo = fake.repos[REPOSITORY]
    repo.files[NAME] = new = noise(2_000_000, 5)
    repo.commit = "f" * 40  # and the old commit is gone
    events, _ = run(fetching(hub, target))
    assert Restarted() in events
    assert target.read_bytes() == new
    assert only_the_file(target)


def test_a_file_that_changes_while_it_comes(hub: Hub, target: Path, fake: FakeHub, content: bytes) -> None:
    fake.store_faults = [Fault(reset_after=4 * PIECE_BYTES)]
    repo = fake.repos[REPOSITORY]
    new = noise(len(content) - 5, 6)
    events: list[object] = []
    for event in fetching(hub, target):
        events.append(event)
        if isinstance(event, Waiting) and repo.files[NAME] is content:
            repo.files[NAME] = new
    assert target.read_bytes() == new
    assert only_the_file(target)


def test_the_commit_that_was_begun_is_finished(hub: Hub, target: Path, content: bytes, fake: FakeHub) -> None:
    begun(hub, target, fake, 4 * PIECE_BYTES)
    run(fetching(hub, target))
    asked = [seen.path for seen in fake.seen if seen.method == "HEAD"]
    assert len(asked) == 1 and f"/resolve/{COMMIT}/" in asked[0]


def test_a_name_that_is_taken_is_left_alone(hub: Hub, target: Path, content: bytes) -> None:
    target.parent.mkdir()
    for other in (b"mine", content[:-1] + b"?"):
        target.write_bytes(other)
        with pytest.raises(KotonohaError) as error:
            run(fetching(hub, target))
        assert error.value.code == "file_exists"
        assert target.read_bytes() == other


def test_what_is_there_already_is_not_fetched(hub: Hub, target: Path, content: bytes, fake: FakeHub) -> None:
    begun(hub, target, fake, PIECE_BYTES)
    target.write_bytes(content)  # as after a crash between the name and the end
    _, fetched = run(fetching(hub, target))
    assert fetched.sha256 == hashlib.sha256(content).hexdigest()
    assert fake.asked(store=True) == []
    assert only_the_file(target)


def test_one_at_a_time(hub: Hub, target: Path, fake: FakeHub) -> None:
    fake.store_faults = [Fault(stall_after=PIECE_BYTES)]
    cancel = Cancel()
    first = fetching(hub, target, cancel=cancel)
    next(event for event in first if isinstance(event, Progress) and event.done)
    for second in (lambda: run(fetching(hub, target)), lambda: discard(target)):
        with pytest.raises(KotonohaError) as error:
            second()
        assert error.value.code == "download_elsewhere"
    cancel.set()
    with pytest.raises(Cancelled):
        list(first)
    discard(target)
    assert list(target.parent.iterdir()) == []


def test_a_disk_without_room_is_seen_before(hub: Hub, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - 5, 5))
    with pytest.raises(KotonohaError) as error:
        run(fetching(hub, target))
    assert error.value.code == "disk_full"
    assert "0.1 GB" in error.value.en


@pytest.mark.skipif(not hasattr(os, "pwrite"), reason="the disk is filled by pwrite")
def test_a_disk_that_fills_up_keeps_what_came(
    hub: Hub, target: Path, content: bytes, fake: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, full = os.pwrite, 5 * PIECE_BYTES

    def pwrite(descriptor: int, data: bytes, at: int) -> int:
        if at >= full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, data, at)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", pwrite)
        with pytest.raises(KotonohaError) as error:
            run(fetching(hub, target))
    assert error.value.code == "disk_full"
    assert "残してあります" in error.value.ja
    fake.seen.clear()
    run(fetching(hub, target))
    assert fake.asked(store=True)[0].first == full
    assert target.read_bytes() == content


def test_a_folder_that_cannot_be_made(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(KotonohaError) as error:
        run(fetching(hub, tmp_path / "file" / "a.gguf"))
    assert error.value.code == "folder_unwritable"


def test_several_lines_share_a_long_file(
    target: Path, fake: FakeHub, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each connection is slow, as at a store that limits them: more of them are opened, because it helps."""
    monkeypatch.setattr(spans, "LEAST_SPLIT", PIECE_BYTES)
    monkeypatch.setattr(transfer, "_TRIAL_SECONDS", 0.2)
    content = noise(12 * PIECE_BYTES + 5)
    fake.repos[REPOSITORY].files[NAME] = content
    fake.always = Fault(bytes_a_second=1_500_000)
    events, _ = run(fetching(hub, target))
    assert target.read_bytes() == content
    assert max(event.lines for event in events if isinstance(event, Progress)) > 1
    assert sorted(seen.first for seen in fake.asked(store=True))[1] > 0


def test_a_spare_line_that_fails_harms_nothing(
    target: Path, fake: FakeHub, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans, "LEAST_SPLIT", PIECE_BYTES)
    monkeypatch.setattr(transfer, "_TRIAL_SECONDS", 0.2)
    content = noise(10 * PIECE_BYTES)
    fake.repos[REPOSITORY].files[NAME] = content
    slow = Fault(bytes_a_second=1_500_000)
    fake.always = slow
    fake.store_faults = [slow, Fault(status=429, retry_after="100"), slow, slow]
    events, _ = run(fetching(hub, target))
    assert target.read_bytes() == content
    assert waits(events) == []


def test_a_limit_holds_a_download_back(hub: Hub, target: Path) -> None:
    """A limit that would take hours is in force; lifting it ends the wait."""
    throttle = Throttle(100)
    job = fetch(hub, Wanted(REPOSITORY, NAME), target, Cancel(), throttle=throttle, patience=QUICK)
    for _ in range(5):
        event = next(job)
        assert isinstance(event, Progress) and event.done == 0
    throttle.limit = 0
    run(job)
    assert target.exists()


def test_offline_means_offline(hub: Hub, target: Path, fake: FakeHub) -> None:
    network.set_offline(True)
    with pytest.raises(network.OfflineError):
        run(fetching(hub, target))
    assert fake.seen == []
    network.set_offline(False)
    fake.store_faults = [Fault(stall_after=PIECE_BYTES)]
    with pytest.raises(network.OfflineError):  # in the middle: not a line that is waited for
        for event in fetching(hub, target):
            if isinstance(event, Progress) and event.done:
                network.set_offline(True)


class TestToken:
    """Where the token goes, and where it never is."""

    TOKEN = "hf_himitsuNoAikotoba"

    def test_it_goes_to_the_hub_and_not_to_the_store(
        self, fake: FakeHub, target: Path, content: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        repo = fake.repos[REPOSITORY]
        repo.gated, repo.admitted = True, (self.TOKEN,)
        hub = Hub(fake.url, token=self.TOKEN, token_for_mirror=True, proxy="")
        fake.store_faults = [Fault(reset_after=100)]
        events, _ = run(fetching(hub, target))
        run(fetching(hub, target.with_name("README.md"), "README.md"))
        assert target.read_bytes() == content
        for seen in fake.seen:
            assert ("authorization" in seen.headers) is not seen.store
        assert self.TOKEN not in caplog.text and self.TOKEN not in repr(hub) + repr(events)
        assert "secret" not in caplog.text + repr(events)  # the signed address

    def test_a_redirect_of_the_hub_takes_it_nowhere(self, fake: FakeHub, target: Path) -> None:
        hub = Hub(fake.url, token=self.TOKEN, token_for_mirror=True, proxy="")
        fake.repos[REPOSITORY].files["README.md"] = b"x"
        signed = fake.signed(fake.repos[REPOSITORY], "README.md")
        fake.resolve_faults = [Fault(), Fault(redirect=signed)]
        run(fetching(hub, target, "README.md"))
        (seen,) = fake.asked(store=True)
        assert "authorization" not in seen.headers

    def test_a_mirror_gets_none_unless_told_so(self, fake: FakeHub, target: Path) -> None:
        hub = Hub(fake.url, token=self.TOKEN, proxy="")
        run(fetching(hub, target))
        assert not any("authorization" in seen.headers for seen in fake.seen)

    @pytest.mark.parametrize(
        ("token", "code"), [(None, "hub_gated"), ("hf_other", "hub_gated"), ("hf_wrong", "hub_token_refused")]
    )
    def test_what_is_gated_is_explained(
        self, token: str | None, code: str, fake: FakeHub, target: Path
    ) -> None:
        fake.repos[REPOSITORY].gated = True
        hub = Hub(fake.url, token=token, token_for_mirror=True, proxy="")
        with pytest.raises(KotonohaError) as error:
            run(fetching(hub, target))
        assert error.value.code == code
        assert error.value.__suppress_context__ and (token is None or token not in str(error.value))


@pytest.mark.parametrize(
    ("name", "repository", "code"),
    [
        ("ない.gguf", REPOSITORY, "hub_file_missing"),
        (NAME, "nobody/nothing", "repository_missing"),
        (NAME, "../..", "hub_name_unusable"),
    ],
)
def test_what_is_not_there(name: str, repository: str, code: str, hub: Hub, target: Path) -> None:
    with pytest.raises(KotonohaError) as error:
        run(fetch(hub, Wanted(repository, name), target, Cancel(), patience=QUICK))
    assert error.value.code == code


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Linked_Size": "-5"},
        {"X_Linked_Size": "9" * 30},
        {"X_Linked_Size": "many"},
        {"X_Linked_Etag": "x" * 5000},
        {"Location": "file:///etc/passwd"},
        {"Location": "http://["},
        {"Location": "ftp://example.com/x"},
    ],
)
def test_hostile_headers(headers: dict[str, str], hub: Hub, target: Path, fake: FakeHub) -> None:
    fake.resolve_faults = [Fault(headers=headers)] * 20
    with pytest.raises(KotonohaError) as error:
        run(fetching(hub, target))
    assert error.value.code in ("hub_odd", "hub_redirects")
    assert not target.exists()


@pytest.mark.parametrize(
    "address", ["ftp://x", "http://example.com", "https://", "https://a@b", "言の葉", "https://a?b"]
)
def test_addresses_of_hubs_are_looked_at(address: str) -> None:
    with pytest.raises(KotonohaError) as error:
        Hub(address)
    assert error.value.code == "endpoint_unusable"
