"""Threads at once, programs at once, and kill -9: what was acknowledged is there, and the file whole."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from desktop.errors import KotonohaError
from desktop.store import Store
from desktop.store.instance import Instance

KILLS = 30

WRITER = """
import pathlib, sys
from desktop.store import Store
store = Store.open(pathlib.Path(sys.argv[1]))
chat = store.chats.list()[0]
print("ready", flush=True)
number = 0
while True:
    number += 1
    question, answer = f"{sys.argv[2]}-{number} の問い", f"{sys.argv[2]}-{number} の答え"
    asked, reply = store.messages.send(chat.id, question, "m")
    print("sent", asked.id, question, flush=True)
    store.messages.write(reply.id, answer[:4])
    print("wrote", reply.id, answer[:4], flush=True)
    store.messages.finish(reply.id, answer, "done")
    print("finished", reply.id, answer, flush=True)
    store.chats.set_draft(chat.id, answer)
    if number % 50 == 0:
        store.backup()
"""


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_by_kill_9(path: Path) -> None:
    store = Store.open(path)
    chat = store.chats.create()
    store.close()
    chance = random.Random(11)
    acknowledged: dict[int, tuple[str, str]] = {}
    for round_number in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, path, str(round_number)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 0.08))
        child.kill()
        for line in child.stdout.read().splitlines(keepends=True):
            if line.endswith("\n"):  # a line cut short was not heard
                word, id, text = line.rstrip("\n").split(" ", 2)
                acknowledged[int(id)] = (word, text)
        child.wait()
        child.stdout.close()

        store = Store.open(path)
        store.check()
        found = {m.id: m for m in store.messages.path(chat.id)}
        for id, (word, text) in acknowledged.items():
            if word == "wrote":
                assert found[id].text.startswith(text)
            else:
                assert found[id].text == text
        assert "streaming" not in {m.status for m in found.values()}
        parents = [m.parent_id for m in found.values()]
        assert parents == [None, *found][: len(parents)]
        for id, message in list(found.items())[-6:]:
            results = store.search.find(message.text, hits=len(found))
            assert results.complete
            assert not message.text or id in {hit.message_id for hit in results.chats[0].hits}
        store.close()
    assert len(acknowledged) > KILLS


CREATOR = """
import pathlib, sys
sys.stdout.write("ready\\n"); sys.stdout.flush()
from desktop.store import Store
store = Store.open(pathlib.Path(sys.argv[1]))
print("made", store.chats.create().id, flush=True)
"""


@pytest.mark.slow
def test_a_first_start_killed_at_any_moment_can_be_taken_up(tmp_path: Path) -> None:
    chance = random.Random(5)
    for number in range(12):
        path = tmp_path / str(number) / "kotonoha.db"
        child = subprocess.Popen([sys.executable, "-c", CREATOR, path], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.4))
        child.kill()
        made = child.stdout.read()
        child.wait()
        child.stdout.close()
        store = Store.open(path)
        assert bool(store.chats.list()) or not made.endswith("\n")
        store.chats.create()
        store.check()
        store.close()


def test_threads_at_once(store: Store) -> None:
    chats = [store.chats.create() for _ in range(3)]
    troubles: list[BaseException] = []
    done = threading.Event()

    def write(index: int) -> None:
        try:
            for number in range(60):
                _, answer = store.messages.send(chats[index].id, f"{index}-{number}", "m")
                store.messages.write(answer.id, "途中")
                store.messages.finish(answer.id, f"答え {index}-{number}", "done")
                store.settings.change(zoom=100 + index)
        except BaseException as trouble:
            troubles.append(trouble)

    def read() -> None:
        try:
            while not done.is_set():
                for chat in store.chats.list():
                    path = store.messages.path(chat.id)
                    assert [m.parent_id for m in path] == [None, *[m.id for m in path]][: len(path)]
                    assert len(path) % 2 == 0  # a question never shows without its answer
                assert store.settings.get().zoom in (100, 101, 102)
                done.wait(0.002)
        except BaseException as trouble:
            troubles.append(trouble)

    writers = [threading.Thread(target=write, args=(index,)) for index in range(3)]
    readers = [threading.Thread(target=read) for _ in range(4)]
    for thread in writers + readers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert troubles == []
    for index, chat in enumerate(chats):
        texts = [m.text for m in store.messages.path(chat.id)]
        assert texts[::2] == [f"{index}-{number}" for number in range(60)]
        assert texts[1::2] == [f"答え {index}-{number}" for number in range(60)]
    store.check()


def test_closing_under_work_ends_it_clearly(path: Path) -> None:
    store = Store.open(path)
    chat = store.chats.create()
    ends: list[str] = []
    sent: list[int] = []
    begun = threading.Barrier(4)

    def work() -> None:
        begun.wait()
        try:
            while True:
                sent.append(store.messages.send(chat.id, "x", "m")[0].id)
                store.messages.path(chat.id)
        except KotonohaError as error:
            ends.append(error.code)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    begun.wait()
    while len(sent) < 10:
        time.sleep(0.001)
    store.close()
    for worker in workers:
        worker.join()
    assert ends == ["database_closed"] * 3
    store = Store.open(path)
    assert {m.id for m in store.messages.path(chat.id) if m.role == "user"} == set(sent)
    store.close()


def test_two_programs_write_to_one_file(path: Path) -> None:
    """The window and the command line."""
    store = Store.open(path)
    chat = store.chats.create()
    code = (
        "import pathlib, sys; from desktop.store import Store;"
        "s = Store.open(pathlib.Path(sys.argv[1]), recover=False); c = s.chats.create();"
        "[s.messages.send(c.id, str(n), 'm') for n in range(100)]; s.close()"
    )
    others = [subprocess.Popen([sys.executable, "-c", code, path]) for _ in range(2)]
    while any(other.poll() is None for other in others):
        store.messages.send(chat.id, "x", "m")
        time.sleep(0.002)  # a person never leaves others less than this
    assert [other.returncode for other in others] == [0, 0]
    lengths = {c.id: len(store.messages.path(c.id)) for c in store.chats.list()}
    mine = lengths.pop(chat.id)
    assert mine > 0
    assert list(lengths.values()) == [200, 200]
    store.check()
    store.close()


def test_programs_that_start_for_the_first_time_at_once(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys; from desktop.store import Store; import sqlite_utils;"
        "print('ready', flush=True); sys.stdin.readline();"
        "s = Store.open(pathlib.Path(sys.argv[1])); s.chats.create(); s.close()"
    )
    for number in range(4):
        path = tmp_path / str(number) / "kotonoha.db"
        programs = [
            subprocess.Popen(
                [sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(3)
        ]
        for program in programs:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
        for program in programs:
            assert program.stdin is not None
            program.stdin.write("go\n")
            program.stdin.flush()
        for program in programs:
            program.communicate()
        assert [program.returncode for program in programs] == [0, 0, 0]
        store = Store.open(path)
        assert len(store.chats.list()) == 3
        store.close()


HOLDER = """
import pathlib, subprocess, sys
from desktop.store.instance import Instance
instance = Instance(pathlib.Path(sys.argv[1]))
print(instance.acquire(), flush=True)
child = subprocess.Popen([sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"],
    stdin=sys.stdin)
sys.stdin.read()
"""


def test_one_window_for_each_home(tmp_path: Path) -> None:
    first, second = Instance(tmp_path), Instance(tmp_path)
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    third = Instance(elsewhere)
    assert third.acquire()
    third.release()
    releaser = threading.Thread(target=first.release)
    releaser.start()
    releaser.join()
    assert second.acquire()
    second.release()


def test_a_killed_window_frees_its_home_even_while_its_child_lives(tmp_path: Path) -> None:
    mine = Instance(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "True\n"
    assert holder.stdout.readline() == "up\n"  # the engine's process, which outlives it
    assert not mine.acquire()
    holder.kill()
    holder.wait()
    assert mine.acquire()
    mine.release()
    holder.stdin.close()
    holder.stdout.close()


def test_a_home_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(KotonohaError) as told:
        Instance(tmp_path / "file" / "home").acquire()
    assert told.value.code == "database_unreadable"
