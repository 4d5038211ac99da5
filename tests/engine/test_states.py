"""Saved states of chats: the same text as from a cold start, whatever happens to their files."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from asking import GREEDY, Answer, collect, is_near_tie

from desktop.engine import states
from desktop.engine.client import Engine
from desktop.engine.protocol import ModelSettings, Piece, Turn, Unloaded
from desktop.engine.states import StateFolder, chat_key, prune
from desktop.jobs import Cancel

SAMPLING = msgspec.structs.replace(GREEDY, max_tokens=12)
SEA = "海は地球の表面の七割をおおい、雲をつくり、魚と鳥と人を養っています。"
WIND = "風は砂を運び、帆をふくらませ、種を遠くまで飛ばします。"
BOUND = b"b" * 32
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")

Say = Callable[..., Answer]


class Chatting:
    """The same questions to engines that keep states, to their successors, and to one that knows nothing."""

    def __init__(self, model: ModelSettings, folder: Path, *, reproducible: bool | None = False) -> None:
        self.model = model
        self.folder = folder
        self.reproducible = reproducible
        self.engine = self._new()

    def _new(self) -> Engine:
        return Engine(states_folder=self.folder)

    def restart(self) -> None:
        """As when the application ends and starts again."""
        self.engine.close()
        self.engine = self._new()

    def say(self, key: str, *texts: str) -> Answer:
        turns = turns_of(texts)
        return collect(
            self.engine.generate(
                self.model, turns, SAMPLING, Cancel(), state_key=key, reproducible=self.reproducible
            )
        )

    def cold(self, *texts: str) -> str:
        engine = Engine()
        try:
            turns = turns_of(texts)
            events = engine.generate(self.model, turns, SAMPLING, Cancel(), reproducible=self.reproducible)
            answer = collect(events)
            assert answer.started.reused_tokens == 0
            return answer.text
        finally:
            engine.close()

    def never_left(self) -> Chatting:
        """The same model in an engine that keeps running."""
        return Chatting(self.model, self.folder.with_name("other"), reproducible=self.reproducible)

    def file(self, key: str) -> Path:
        return self.folder / f"{key}.state"


@pytest.fixture(params=["starter", "smol"])
def chatting(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Chatting]:
    chatting = Chatting(request.getfixturevalue(request.param), tmp_path / "states")
    yield chatting
    chatting.engine.close()


@pytest.fixture
def reproducing(chatting: Chatting) -> Chatting:
    chatting.reproducible = None  # the default, which means so where the answer is greedy
    return chatting


def turns_of(texts: Sequence[str]) -> list[Turn]:
    return [Turn("assistant" if at % 2 else "user", text) for at, text in enumerate(texts)]


def long_chat(fact: str) -> tuple[str, ...]:
    """A conversation far beyond Gemma's sliding window of 512 tokens."""
    return tuple(f"{number}番目の話です。{fact * 5}" for number in range(5))


def computed(answer: Answer) -> int:
    return answer.started.prompt_tokens - answer.started.reused_tokens


@pytest.mark.slow
def test_a_chat_that_is_reopened_after_a_restart_goes_on_as_if_nothing_had_been(chatting: Chatting) -> None:
    sea = long_chat(SEA)
    first = chatting.say("chat-1", *sea)
    assert first.started.prompt_tokens > 640
    assert first.text == chatting.cold(*sea)
    chatting.restart()
    again = chatting.say("chat-1", *sea)
    assert (computed(again), again.text) == (1, first.text)
    chatting.restart()
    more = (*sea, first.text, "それはなぜですか？")
    further = chatting.say("chat-1", *more)
    assert further.started.reused_tokens >= first.started.prompt_tokens - 1
    assert further.finished.stats is not None
    assert further.finished.stats.reused_tokens == further.started.reused_tokens
    never_left = chatting.never_left()
    for texts in (sea, sea):
        assert never_left.say("chat-1", *texts).text == first.text
    assert never_left.say("chat-1", *more).text == further.text
    never_left.engine.close()


@pytest.mark.slow
def test_a_chat_grows_over_many_restarts(chatting: Chatting) -> None:
    """A loaded cache is laid out in another way than the one that was saved, which shows the second time."""
    texts = list(long_chat(SEA))
    never_left = chatting.never_left()
    for number in range(3):
        answer = chatting.say("chat-1", *texts)
        assert number == 0 or computed(answer) < answer.started.prompt_tokens / 3
        other = never_left.say("chat-1", *texts)
        # Where there is a sliding window, a loaded cache goes on in other cells, and rounds otherwise.
        assert answer.text == other.text or (
            chatting.model.path.endswith("270m-q4_k_m.gguf")
            and is_near_tie(never_left.engine, chatting.model, turns_of(texts), (answer.text, other.text))
        )
        texts += [answer.text, f"{number}番目の質問です。{WIND * 4}"]
        chatting.restart()
    never_left.engine.close()


@pytest.mark.slow
def test_reproducible_answers_are_those_of_a_cold_start_whatever_is_reused(reproducing: Chatting) -> None:
    """Continued, asked again, reopened, switched between, edited in the middle; beyond the sliding window."""
    say, cold = reproducing.say, reproducing.cold
    sea, wind = long_chat(SEA), long_chat(WIND)
    first, second = say("chat-1", *sea), say("chat-2", *wind)
    assert (first.text, second.text) == (cold(*sea), cold(*wind))
    texts = list(sea)
    for number in range(3):
        answer = say("chat-1", *texts)
        assert answer.text == cold(*texts), number
        assert say("chat-1", *texts).text == answer.text
        texts += [answer.text, f"{number}番目の質問です。{WIND * 4}"]
        if number:
            reproducing.restart()
        else:
            say("chat-2", *wind)
    assert say("chat-1", *texts).text == cold(*texts)
    for kept in (2, 4, 6):
        edited = (*texts[:kept], "短く答えてください。海とは何ですか？")
        answer = say("chat-1", *edited)
        assert answer.started.reused_tokens >= 128
        assert answer.text == cold(*edited), kept


@pytest.mark.slow
def test_two_chats_in_turn_and_an_edit_in_the_middle(chatting: Chatting) -> None:
    sea, wind = long_chat(SEA), long_chat(WIND)
    first, second = chatting.say("chat-1", *sea), chatting.say("chat-2", *wind)
    assert (first.text, second.text) == (chatting.cold(*sea), chatting.cold(*wind))
    back = chatting.say("chat-1", *sea)
    assert (computed(back), back.text) == (1, first.text)
    back = chatting.say("chat-2", *wind)
    assert (computed(back), back.text) == (1, second.text)
    edited = (*sea[:2], "短く答えてください。海とは何ですか？")
    changed = chatting.say("chat-1", *edited)
    assert changed.started.reused_tokens > 200
    between = chatting.say("", "Hello")  # a request of no chat takes the cache, and leaves no file
    assert between.started.reused_tokens < 100
    again = chatting.say("chat-1", *edited)
    assert (computed(again), again.text) == (1, changed.text)
    assert sorted(path.name for path in chatting.folder.iterdir()) == ["chat-1.state", "chat-2.state"]


@pytest.mark.slow
def test_another_model_and_idleness_do_not_lose_the_state(
    starter: ModelSettings, smol: ModelSettings, tmp_path: Path
) -> None:
    chatting = Chatting(starter, tmp_path)
    try:
        sea = long_chat(SEA)
        first = chatting.say("chat-1", *sea)
        chatting.model = smol
        chatting.say("chat-2", "Hello, what is the sea, and what is the wind? Tell me all about it.")
        chatting.model = starter
        back = chatting.say("chat-1", *sea)
        assert (computed(back), back.text) == (1, first.text)
        chatting.model = smol
        other = chatting.say("chat-1", *sea)  # the same chat, asked with another model
        assert (other.started.reused_tokens, other.text) == (0, chatting.cold(*sea))
        chatting.engine.configure(0.05)
        deadline = time.monotonic() + 60
        while chatting.engine.loaded is not None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        chatting.engine.configure(600.0)
        back = chatting.say("chat-1", *sea)
        assert (computed(back), back.text) == (1, other.text)
        assert not any(isinstance(event, Unloaded) for event in back.events)
    finally:
        chatting.engine.close()


@pytest.mark.slow
def test_a_chat_that_is_left_in_the_middle_of_its_answer_is_saved(chatting: Chatting) -> None:
    sea = long_chat(SEA)
    turns = turns_of(sea)
    sampling = msgspec.structs.replace(SAMPLING, max_tokens=200)
    events = chatting.engine.generate(chatting.model, turns, sampling, Cancel(), state_key="chat-1")
    assert collect(events, Piece, chatting.engine.close).finished.reason == "stopped"
    assert chatting.file("chat-1").exists()
    chatting.restart()
    back = chatting.say("chat-1", *sea)
    assert computed(back) == 1
    assert back.text == chatting.cold(*sea)


def damages() -> list[tuple[str, Callable[[bytes], bytes]]]:
    """Dozens of ways in which a file can be wrong, the same ones every time."""
    chance = random.Random(20260401)
    found: list[tuple[str, Callable[[bytes], bytes]]] = [
        ("empty", lambda _: b""),
        ("text", lambda _: b"hello"),
        ("zeros", lambda data: bytes(len(data))),
        ("longer", lambda data: data + b"\0"),
        ("one byte short", lambda data: data[:-1]),
        ("another magic", lambda data: b"GGUF" + data[4:]),
        ("another binding", lambda data: data[:40] + b"x" * 32 + data[72:]),
        ("huge counts", lambda data: data[:80] + b"\xff" * 12 + data[92:]),
        ("no tokens", lambda data: data[:80] + bytes(4) + data[84:]),
        ("negative tokens", lambda data: data[:124] + b"\xff" * 64 + data[188:]),
    ]

    def flip(share: float) -> Callable[[bytes], bytes]:
        def change(data: bytes) -> bytes:
            place = int(share * len(data) * 8)
            changed = bytearray(data)
            changed[place // 8] ^= 1 << place % 8
            return bytes(changed)

        return change

    def cut(share: float) -> Callable[[bytes], bytes]:
        return lambda data: data[: int(share * len(data))]

    def head(place: int) -> Callable[[bytes], bytes]:
        return lambda data: data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]

    found += [(f"bit {share:.4f}", flip(share)) for share in (chance.random() for _ in range(12))]
    found += [(f"cut {share:.4f}", cut(share)) for share in (chance.random() for _ in range(8))]
    found += [(f"head {place}", head(place)) for place in range(0, 96, 4)]
    return found


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_damaged_file_costs_time_and_nothing_else(chatting: Chatting) -> None:
    question = f"{SEA}海とは何ですか？"
    expected = chatting.cold(question)
    assert chatting.say("chat-1", question).text == expected
    kept = chatting.say("chat-1", question)  # from memory
    assert (computed(kept), kept.text) == (1, expected)
    chatting.say("", "Hello")
    chatting.restart()
    good = chatting.file("chat-1").read_bytes()
    pid, deadline = None, time.monotonic() + 500
    for name, damage in damages():
        damaged = damage(good)
        assert damaged != good
        chatting.file("chat-1").write_bytes(damaged)
        answer = chatting.say("chat-1", question)
        assert (answer.text, computed(answer) > 16) == (expected, True), name
        assert not chatting.file("chat-1").exists(), name
        chatting.say("", "Hello")
        while not chatting.file("chat-1").exists():  # or it would be written over the next damaged one
            assert time.monotonic() < deadline
            time.sleep(0.01)
        pid = pid or chatting.engine.pid
        assert chatting.engine.pid == pid, name  # the child lived through all of it
    chatting.file("chat-1").write_bytes(good)
    answer = chatting.say("chat-1", question)
    assert (answer.text, computed(answer)) == (expected, 1)


@pytest.mark.slow
def test_a_state_is_of_its_model_file_and_its_settings_alone(
    smol: ModelSettings, smollm2: Path, tmp_path: Path
) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(smollm2.read_bytes())
    chatting = Chatting(ModelSettings(str(model), context_length=1024), tmp_path / "states")
    try:
        expected = chatting.say("chat-1", SEA).text
        chatting.restart()
        assert computed(chatting.say("chat-1", SEA)) == 1
        chatting.model = ModelSettings(str(model), context_length=512)
        assert chatting.say("chat-1", SEA).started.reused_tokens == 0
        chatting.model = ModelSettings(str(model), context_length=1024)
        assert chatting.say("chat-1", SEA).started.reused_tokens == 0
        chatting.engine.close()
        os.utime(model, (1, 1))
        chatting.restart()
        again = chatting.say("chat-1", SEA)
        assert (again.started.reused_tokens, again.text) == (0, expected)
    finally:
        chatting.engine.close()


@pytest.mark.slow
def test_no_folder_no_bytes_no_sensible_key_no_files(smol: ModelSettings, tmp_path: Path) -> None:
    folder = tmp_path / "states"
    for engine, key in (
        (Engine(states_folder=folder, states_bytes=0), "chat-1"),
        (Engine(states_folder=folder), "../chat-1"),
        (Engine(states_folder=folder), ""),
    ):
        try:
            for text in (SEA, WIND, SEA):
                turns = [Turn("user", text)]
                answer = collect(engine.generate(smol, turns, SAMPLING, Cancel(), state_key=key))
                assert computed(answer) > 1
        finally:
            engine.close()
        assert not list(tmp_path.rglob("*.state"))


@posix
@pytest.mark.slow
def test_only_the_owner_can_read_a_state(chatting: Chatting) -> None:
    previous = os.umask(0)
    try:
        chatting.say("chat-1", SEA)
        chatting.restart()
    finally:
        os.umask(previous)
    assert stat.S_IMODE(chatting.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(chatting.file("chat-1").stat().st_mode) == 0o600


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(
    smol: ModelSettings, tmp_path: Path
) -> None:
    folder = tmp_path / "states"
    folder.write_text("a file in the way")
    chatting = Chatting(smol, folder)
    try:
        first = chatting.say("chat-1", SEA)
        chatting.say("chat-2", WIND)
        assert chatting.say("chat-1", SEA).text == first.text
        chatting.restart()
        assert chatting.say("chat-1", SEA).text == first.text
    finally:
        chatting.engine.close()
    assert folder.read_text() == "a file in the way"


# The folder alone


def write(folder: StateFolder, key: str, payload: bytes = b"p" * 1000, at: int | None = None) -> Path:
    folder.write(key, BOUND, [1, 2, 3], memoryview(payload), first=0, canonical=0)
    path = folder._path / f"{key}.state"
    if at is not None:
        os.utime(path, (at, at))
    return path


def read(folder: StateFolder, key: str) -> tuple[list[int], bytearray | None] | None:
    state = folder.open(key, BOUND, n_tokens=8, n_vocab=10)
    if state is None:
        return None
    try:
        return state.tokens, state.payload()
    finally:
        state.close()


def keys(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path, 3520)
    for at, key in enumerate(("a", "b", "c"), start=1):
        write(folder, key, at=at)
    folder.touch("a")
    write(folder, "d")
    assert keys(tmp_path) == ["a.state", "c.state", "d.state"]
    write(folder, "d", b"q" * 1100)  # in its own place
    assert keys(tmp_path) == ["a.state", "c.state", "d.state"]
    write(folder, "e", b"q" * 3600)  # larger than all may be
    assert keys(tmp_path) == ["a.state", "c.state", "d.state"]
    StateFolder(tmp_path, 1500)  # less is allowed from now on
    assert keys(tmp_path) == ["d.state"]
    StateFolder(tmp_path, 0)
    assert keys(tmp_path) == []


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "new", 10_000)
    assert read(folder, "a") is None
    write(folder, "a", b"payload")
    assert read(folder, "a") == ([1, 2, 3], b"payload")


@pytest.mark.parametrize("limits", [{"n_tokens": 2, "n_vocab": 10}, {"n_tokens": 8, "n_vocab": 3}])
def test_a_state_that_the_model_cannot_hold_is_deleted(tmp_path: Path, limits: dict[str, int]) -> None:
    folder = StateFolder(tmp_path, 10_000)
    write(folder, "a")
    assert folder.open("a", BOUND, **limits) is None
    assert keys(tmp_path) == []


def test_states_of_chats_that_are_gone_are_deleted(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path, 10_000)
    for number in range(3):
        write(folder, chat_key(number))
    old, fresh = tmp_path / "chat-0.1.part", tmp_path / "chat-0.2.part"
    old.touch()
    fresh.touch()
    os.utime(old, (1, 1))
    (tmp_path / "notes.txt").touch()
    prune(tmp_path, {chat_key(1)})
    assert keys(tmp_path) == ["chat-0.2.part", "chat-1.state", "notes.txt"]
    prune(tmp_path / "none", set())


WRITER = """
import sys
from pathlib import Path
from desktop.engine.states import StateFolder

folder = StateFolder(Path(sys.argv[1]), 1 << 30)
print("ready", flush=True)
while True:
    for letter in b"xyz":
        folder.write(
            "chat-1", b"b" * 32, [1, 2, 3], memoryview(bytes([letter]) * 8_000_000), first=0, canonical=0
        )
"""


@posix
@pytest.mark.slow
def test_a_kill_while_saving_leaves_the_old_state_or_none(tmp_path: Path) -> None:
    chance = random.Random(7)
    root = Path(states.__file__).resolve().parents[2]
    found = []
    for _ in range(20):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], cwd=root, stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.15))
            writer.send_signal(signal.SIGKILL)
        folder = StateFolder(tmp_path, 1 << 30)
        if (tmp_path / "chat-1.state").exists():
            state = read(folder, "chat-1")
            assert state is not None
            tokens, payload = state
            assert payload is not None
            assert (tokens, len(payload), len(set(payload))) == ([1, 2, 3], 8_000_000, 1)
            found.append(payload[0])
        for part in tmp_path.glob("*.part"):
            assert stat.S_IMODE(part.stat().st_mode) == 0o600
    assert len(found) > 5
