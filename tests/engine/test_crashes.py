"""The child is killed, crashes, hangs or talks nonsense: one Failed, and the next request works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import msgspec
import psutil
import pytest
from asking import GREEDY, Answer, asking, collect

from desktop.engine.client import Engine
from desktop.engine.protocol import Loading, ModelSettings, Piece, PromptProgress, Turn, Unloaded
from desktop.jobs import Cancel

LONG_PROMPT = "Wind, water and sand. " * 180
PROMPTS = {Loading: "Hello", PromptProgress: LONG_PROMPT, Piece: "Tell me a story."}
LONG_ANSWER = msgspec.structs.replace(GREEDY, max_tokens=1000, repeat_penalty=1.3)
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


def send(engine: Engine, number: int) -> None:
    assert engine.pid is not None
    os.kill(engine.pid, number)


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 60
    while not gone(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def scripted(code: str, **times: float) -> Engine:
    """Return an engine whose child is a small script."""
    return Engine(command=[sys.executable, "-u", "-c", textwrap.dedent(code)], **times)


def load(engine: Engine, model: ModelSettings | None = None) -> Answer:
    return collect(engine.load(model or ModelSettings("none.gguf"), Cancel()))


@posix
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
@pytest.mark.parametrize("moment", [Loading, PromptProgress, Piece])
def test_a_killed_child_is_a_failure_and_the_next_request_works(
    own_engine: Engine, smol: ModelSettings, moment: type, number: signal.Signals
) -> None:
    ask = asking(own_engine, smol)
    answer = ask(PROMPTS[moment], sampling=LONG_ANSWER, at=moment, then=lambda: send(own_engine, number))
    assert answer.failed.code == "engine_died"
    assert answer.failed.detail.startswith(number.name)
    assert bool(answer.text) == (moment is Piece)
    assert ask("Hello").finished.reason == "limit"


@posix
@pytest.mark.slow
def test_a_child_that_died_idle_is_replaced_silently(own_engine: Engine, smol: ModelSettings) -> None:
    load(own_engine, smol)
    pid = own_engine.pid
    assert pid is not None
    send(own_engine, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while own_engine.pid is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert own_engine.loaded is None
    assert load(own_engine, smol).finished.reason == "end"
    assert own_engine.pid not in (None, pid)


@posix
@pytest.mark.slow
@pytest.mark.parametrize("moment", [PromptProgress, Piece])
def test_a_child_without_a_heartbeat_is_taken_for_hung(smol: ModelSettings, moment: type) -> None:
    engine = Engine(silence_seconds=3.0)
    try:
        ask = asking(engine, smol)
        hung = ask(
            PROMPTS[moment], sampling=LONG_ANSWER, at=moment, then=lambda: send(engine, signal.SIGSTOP)
        )
        assert hung.failed.code == "engine_hung"
        assert ask("Hello").finished.reason == "limit"
    finally:
        engine.close()


@posix
@pytest.mark.slow
def test_a_native_assertion_is_told_in_the_detail(own_engine: Engine, smol: ModelSettings) -> None:
    """llama.cpp's own way to die: a message on standard error and abort()."""
    engine = scripted(
        """
        import ctypes, os, sys
        os.dup2(2, 1)
        os.environ["GGML_NO_BACKTRACE"] = "1"
        import llama_cpp._ggml as ggml
        ggml.libggml.ggml_abort.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p]
        sys.stdin.readline()
        ggml.libggml.ggml_abort(b"vocab.cpp", 12, b"GGML_ASSERT(%s) failed", b"id < size")
        """
    )
    try:
        failed = load(engine).failed
    finally:
        engine.close()
    assert failed.code == "engine_died"
    assert "SIGABRT" in failed.detail
    assert "GGML_ASSERT" in failed.detail


def test_the_last_words_of_a_dead_child_are_kept() -> None:
    engine = scripted("import sys; print('x' * 100_000, file=sys.stderr); sys.exit('no more')")
    try:
        failed = load(engine).failed
    finally:
        engine.close()
    assert failed.code == "engine_died"
    assert failed.detail.startswith("exit status 1\n")
    assert failed.detail.endswith("no more")
    assert len(failed.detail) < 20_000


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b'{"type": "Unknown"}',
        b'{"type": "Piece", "id": 1}',
        b"\xff",
        b"[" * 10_000,
        "b'[' * 5_000_000",
    ],
)
def test_a_child_that_talks_nonsense_is_ended(line: bytes | str) -> None:
    engine = scripted(
        f"""
        import sys
        sys.stdin.readline()
        sys.stdout.buffer.write({line} + b"\\n")
        sys.stdout.flush()
        sys.stdin.read()
        """
    )
    try:
        assert load(engine).failed.code == "engine_broken"
        assert engine.pid is None
    finally:
        engine.close()


def test_events_of_other_requests_are_not_shown() -> None:
    engine = scripted(
        """
        import sys
        sys.stdin.readline(); sys.stdin.readline()
        print('{"type":"Piece","id":99,"text":"x"}')
        print('{"type":"Finished","id":99,"reason":"end"}')
        print('{"type":"Finished","id":1,"reason":"end"}')
        sys.stdin.read()
        """
    )
    try:
        assert [event.id for event in load(engine).events] == [1]
    finally:
        engine.close()


def test_a_child_that_never_speaks_is_hung() -> None:
    engine = scripted("import sys; sys.stdin.read()", start_seconds=0.5)
    try:
        assert load(engine).failed.code == "engine_hung"
    finally:
        engine.close()


def test_a_child_that_does_not_read_cannot_block_the_caller() -> None:
    engine = scripted("import time; time.sleep(600)", start_seconds=0.5)
    try:
        turns = [Turn("user", "x" * 10_000_000)]  # far more than a pipe holds
        answer = collect(engine.generate(ModelSettings("none.gguf"), turns, GREEDY, Cancel()))
        assert answer.failed.code == "engine_hung"
    finally:
        engine.close()


def test_a_program_that_is_not_there_is_told() -> None:
    engine = Engine(command=["/nonexistent/kotonoha"])
    assert load(engine).failed.code == "engine_unavailable"
    assert load(engine).failed.code == "engine_unavailable"
    engine.close()


@pytest.mark.slow
def test_the_idle_model_is_freed_and_loaded_again(own_engine: Engine, smol: ModelSettings) -> None:
    ask = asking(own_engine, smol)
    ask("Hello")
    pid = own_engine.pid
    assert own_engine.loaded == smol
    own_engine.configure(0.2)
    deadline = time.monotonic() + 60
    while own_engine.loaded is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert own_engine.pid == pid
    own_engine.configure(0)
    again = ask("Hello")
    assert any(isinstance(event, Loading) for event in again.events)
    assert not any(isinstance(event, Unloaded) for event in again.events)


PARENT = """
import sys
from desktop.engine.client import Engine
from desktop.engine.protocol import Loading, ModelSettings, Piece, PromptProgress, Sampling, Turn
from desktop.jobs import Cancel

moment = {"Loading": Loading, "PromptProgress": PromptProgress, "Piece": Piece}[sys.argv[2]]
engine = Engine()
turns = [Turn("user", "Hello" if moment is Piece else "Wind, water and sand. " * 180)]
told = False
for event in engine.generate(ModelSettings(sys.argv[1]), turns, Sampling(), Cancel()):
    if isinstance(event, moment) and not told:
        told = True
        print(engine.pid, flush=True)
"""


@posix
@pytest.mark.slow
@pytest.mark.parametrize("moment", ["Loading", "PromptProgress", "Piece"])
def test_a_child_ends_with_its_parent(smollm2: Path, moment: str) -> None:
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(smollm2), moment], stdout=subprocess.PIPE, cwd=root, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not gone(pid)
        parent.kill()
    wait_until_gone(pid)


@posix
@pytest.mark.slow
def test_the_child_is_out_of_reach_of_the_terminal(own_engine: Engine, smol: ModelSettings) -> None:
    load(own_engine, smol)
    assert own_engine.pid is not None
    assert os.getpgid(own_engine.pid) == own_engine.pid != os.getpgid(0)
    assert os.getsid(own_engine.pid) == own_engine.pid
    send(own_engine, signal.SIGINT)
    assert asking(own_engine, smol)("Hello").finished.reason == "limit"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
@pytest.mark.slow
def test_the_child_inherits_no_files(own_engine: Engine, smol: ModelSettings, tmp_path: Path) -> None:
    secret = tmp_path / "database"
    with secret.open("w") as file:
        os.set_inheritable(file.fileno(), True)
        load(own_engine, smol)
        held = {str(link.readlink()) for link in Path(f"/proc/{own_engine.pid}/fd").iterdir()}
    assert str(secret) not in held


@pytest.mark.slow
def test_modules_of_the_working_folder_are_not_imported(
    smol: ModelSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jinja2.py").write_text("raise SystemExit(9)")
    (tmp_path / "desktop").mkdir()
    (tmp_path / "desktop" / "__main__.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    engine = Engine()
    try:
        assert asking(engine, smol)("Hello").finished.reason == "limit"
    finally:
        engine.close()


@pytest.mark.skipif(sys.platform != "linux", reason="needs an address space limit")
@pytest.mark.slow
def test_too_little_memory_is_told(smollm2: Path) -> None:
    engine = scripted(
        """
        import resource, sys
        from pathlib import Path
        import llama_cpp
        from desktop.engine import process
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        limit = mapped + 256 * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        sys.exit(process.main())
        """
    )
    try:
        failed = load(engine, ModelSettings(str(smollm2), context_length=8192)).failed
        assert failed.code == "out_of_memory"
    finally:
        engine.close()
