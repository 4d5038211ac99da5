"""``kotonoha models`` as real processes, against the hub on loopback that serves the real library."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import KOTONOHA, PATIENCE, Terminal, environment
from fake_hub import FakeHub, Fault, Repo

from desktop.store import Store
from desktop.store.instance import Instance

pytestmark = pytest.mark.slow

REPOSITORY = "kotonoha/nihongo-GGUF"
BYTES_A_SECOND = 3_000_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "家"


@pytest.fixture
def hub(smollm2: Path) -> Iterator[FakeHub]:
    files: dict[str, bytes | Path] = {
        "nihongo-Q4_K_M.gguf": smollm2,
        "nihongo-Q8_0.gguf": b"GGUF" + bytes(200_000_000 >> 8),
        "mmproj-nihongo-F16.gguf": b"GGUF",
        "README.md": "# 日本語\n".encode(),
    }
    twins: dict[str, bytes | Path] = {"甲-Q4_K_M.gguf": b"GGUF" * 90, "乙-Q4_K_M.gguf": b"GGUF" * 99}
    with FakeHub(
        Repo(REPOSITORY, files, tags=["gguf", "ja", "license:apache-2.0"], downloads=12_345),
        Repo("kotonoha/gated-GGUF", {"a-Q4_K_M.gguf": b"GGUF" * 99}, gated=True, tags=["gguf"], downloads=9),
        Repo("kotonoha/twins-GGUF", twins),
        Repo("kotonoha/empty", {"README.md": b"-"}),
    ) as fake:
        yield fake


def where(home: Path, hub: FakeHub | None = None, **more: str) -> dict[str, str]:
    ours = {"HF_ENDPOINT": hub.url} if hub is not None else {}
    # Other applications' models, the bin and proxies are those of the test.
    own = {"HOME": str(home.parent), "XDG_DATA_HOME": str(home.parent / "data"), "NO_PROXY": "*"}
    return environment(home, **own, **ours, **more)


def models(
    home: Path, *arguments: str, hub: FakeHub | None = None, status: int = 0, **more: str
) -> subprocess.CompletedProcess[str]:
    home.parent.mkdir(exist_ok=True)
    done = subprocess.run(
        [*KOTONOHA, "models", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
        env=where(home, hub, **more),
        cwd=home.parent,
    )
    assert done.returncode == status, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done


def lines(home: Path, *arguments: str, hub: FakeHub | None = None, status: int = 0) -> list[dict[str, Any]]:
    done = models(home, *arguments, "--json", hub=hub, status=status)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def own(home: Path, smollm2: Path) -> Path:
    """A copy of SmolLM2 that lies in a folder with a Japanese name, in the library."""
    folder = home.parent / "手元の モデル"
    folder.mkdir(parents=True)
    path = folder / "模型-Q4_K_M.gguf"
    shutil.copy(smollm2, path)
    models(home, "add", str(folder))
    return path


def test_a_model_comes_into_the_library_and_answers(home: Path, hub: FakeHub, smollm2: Path) -> None:
    told = lines(home, "pull", f"{REPOSITORY}:q4_k_m", "--online", hub=hub)
    assert {each["state"] for each in told[:-1]} <= {"queued", "running", "checking", "waiting"}
    assert told[-1]["state"] == "done"
    model = told[-1]["model"]
    place = home / "models" / "kotonoha" / "nihongo-GGUF" / "nihongo-Q4_K_M.gguf"
    assert Path(model["path"]) == place
    assert place.read_bytes() == smollm2.read_bytes()
    assert (model["source"], len(model["sha256"])) == (REPOSITORY, 64)
    (listed,) = lines(home, "list")
    assert (listed["name"], listed["state"], listed["ours"]) == (model["name"], "there", True)
    assert lines(home) == [listed]  # without a word it lists
    assert model["name"] in models(home).stdout
    store = Store.open(home / "kotonoha.db", recover=False)
    assert store.downloads.list() == []
    store.close()
    answer = subprocess.run(
        [*KOTONOHA, "ask", "--model", model["name"], "--max-tokens", "4", "Hello"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        env=where(home),
        cwd=home.parent,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip()
    sent = hub.sent
    assert lines(home, "verify", model["name"])[0]["outcome"] == "same"  # as the hub's digest
    assert lines(home, "pull", f"{REPOSITORY}:Q4_K_M", "--online", hub=hub)[-1]["state"] == "done"
    assert hub.sent == sent  # what is there is compared, not fetched again


def test_left_to_itself_it_takes_what_suits_the_machine(home: Path, hub: FakeHub) -> None:
    done = models(home, "pull", f"https://huggingface.co/{REPOSITORY}", "--online", hub=hub)
    assert done.stdout.startswith("Fetched: ")
    assert re.match(r"Q4_K_M · [\d.]+ MB · (Runs|Should run|Not enough memory)", done.stderr)
    assert {seen.path for seen in hub.asked(store=True)} == {f"/{REPOSITORY}/nihongo-Q4_K_M.gguf"}


def test_ctrl_c_pauses_and_the_same_command_goes_on(home: Path, hub: FakeHub, smollm2: Path) -> None:
    hub.always = Fault(bytes_a_second=BYTES_A_SECOND)
    home.parent.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [*KOTONOHA, "models", "pull", f"{REPOSITORY}:Q4_K_M", "--online", "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=where(home, hub),
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["done"] > 4_000_000:
                break
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 130
    assert said.startswith("Paused (") and "Traceback" not in said
    store = Store.open(home / "kotonoha.db", recover=False)
    assert [each.state for each in store.downloads.list()] == ["paused"]
    store.close()
    before, hub.always = hub.sent, Fault()
    told = lines(home, "pull", f"{REPOSITORY}:Q4_K_M", "--online", hub=hub)
    assert Path(told[-1]["model"]["path"]).read_bytes() == smollm2.read_bytes()
    assert hub.sent - before < smollm2.stat().st_size - 2_000_000


def test_nothing_is_sent_before_somebody_agrees(home: Path, hub: FakeHub) -> None:
    for action in (["pull", f"{REPOSITORY}:Q4_K_M"], ["search", "日本語"]):
        said = models(home, *action, hub=hub, status=1).stderr
        assert said.startswith("kotonoha: You are offline. This connects to 127.0.0.1:")
        assert "--online" in said
    assert "「日本語」" in models(home, "search", "日本語", hub=hub, status=1, LANG="ja_JP.UTF-8").stderr
    assert hub.seen == []


@pytest.mark.skipif(os.name == "nt", reason="a terminal of Unix")
def test_on_a_terminal_it_asks_and_shows_a_bar(home: Path, hub: FakeHub, smollm2: Path) -> None:
    hub.always = Fault(bytes_a_second=20_000_000)
    command = [*KOTONOHA, "models", "pull", f"{REPOSITORY}:Q4_K_M"]
    for answer in ("\n", "n\n", "\x04"):
        terminal = Terminal(command, where(home, hub), home.parent)
        try:
            terminal.wait_for(re.escape(f"the model's name ({REPOSITORY})"))
            terminal.wait_for(r"\[y/N\] ")
            terminal.type(answer)
            terminal.wait_for("Nothing was done")
            assert terminal.end() == 1
        finally:
            terminal.close()
    assert hub.seen == []
    japanese = where(home, hub, LANG="ja_JP.UTF-8")
    terminal = Terminal(command, japanese, home.parent)
    try:
        terminal.wait_for(r"\[y/N\] ")
        terminal.type("はい\n")
        terminal.wait_for(r"\[#+-+\] +\d+ %  Q4_K_M  [\d.]+ MB / [\d.]+ MB  [\d.]+ [KMG]B/s  あと")
        terminal.wait_for("入手しました: ")
        assert terminal.end() == 0
    finally:
        terminal.close()
    terminal = Terminal(command, where(home, hub), home.parent)
    try:
        terminal.wait_for(r"\[y/N\] ")
        terminal.type("\x03")
        assert terminal.end() == 130
    finally:
        terminal.close()


def test_what_is_not_there_is_told_in_a_sentence(home: Path, hub: FakeHub) -> None:
    def said(*arguments: str, status: int = 1) -> str:
        text = models(home, "pull", *arguments, "--online", hub=hub, status=status).stderr
        assert re.search("^kotonoha: ", text, re.MULTILINE)  # what was chosen may stand above it
        return text

    assert "no such model at the hub" in said("kotonoha/none")
    other = said(f"{REPOSITORY}:Q2_K")
    assert "has no “Q2_K”. It has:\n" in other
    assert "  Q4_K_M  98.4 MB  nihongo-Q4_K_M.gguf\n" in other and "mmproj" not in other
    assert "has no usable GGUF" in said("kotonoha/empty")
    both = said("kotonoha/twins-GGUF:Q4_K_M")
    assert "2 in kotonoha/twins-GGUF match" in both
    assert "甲-Q4_K_M.gguf" in both and "乙-Q4_K_M.gguf" in both
    assert "accept" in said("kotonoha/gated-GGUF")
    fetched = said("kotonoha/twins-GGUF:甲-Q4_K_M")  # one of them, by its name: which is no model
    assert "甲-Q4_K_M.gguf" in fetched
    asked = len(hub.seen)
    for word in (
        "日本語 モデル",
        "a b/c",
        "../../etc",
        "a/..",
        "kotonoha",
        "",
        "a/b/c",
        "x" * 5_000 + "/y",
        "\x1b[2J/a",
    ):
        assert "is not the name of a model" in said(word), word
    assert len(hub.seen) == asked


def test_names_of_a_hub_that_lead_elsewhere_are_not_offered(home: Path, hub: FakeHub) -> None:
    hub.repos[REPOSITORY].siblings = [
        {"rfilename": name, "size": 100, "lfs": {"sha256": "0" * 64, "size": 100, "pointerSize": 9}}
        for name in ("../../逃げる-Q4_K_M.gguf", "/etc/x-Q4_K_M.gguf", "con.gguf", "a\x1b[2J-Q4_K_M.gguf")
    ]
    said = models(home, "pull", f"{REPOSITORY}:Q4_K_M", "--online", hub=hub, status=1).stderr
    assert "has no “Q4_K_M”" in said and "(nothing)" in said
    assert "\x1b" not in said


def test_no_network_no_room_and_a_bad_address_are_told(home: Path, hub: FakeHub) -> None:
    dead = {"HF_ENDPOINT": "http://127.0.0.1:9"}
    assert "cannot be reached" in models(home, "search", "x", "--online", status=1, **dead).stderr
    odd = {"HF_ENDPOINT": "ftp://例え.jp/"}
    assert (
        "address of the hub makes no sense" in models(home, "search", "x", "--online", status=1, **odd).stderr
    )
    info = hub.repos[REPOSITORY]
    info.files["large-Q4_K_S.gguf"] = large = home.parent / "large"
    home.parent.mkdir(exist_ok=True)
    with large.open("wb") as file:
        file.truncate(1 << 20)
    hub._digests[REPOSITORY, "large-Q4_K_S.gguf"] = 1 << 43, "0" * 64
    said = models(home, "pull", f"{REPOSITORY}:Q4_K_S", "--online", hub=hub, status=1).stderr
    assert said.startswith("kotonoha: There is not enough room on the disk: 8796")


def test_searching_tells_names_licences_and_sizes_that_run(home: Path, hub: FakeHub) -> None:
    found = lines(home, "search", "gguf", "--online", hub=hub)
    assert [each["repository"] for each in found][:2] == [REPOSITORY, "kotonoha/gated-GGUF"]
    first = found[0]
    assert (first["downloads"], first["licence"], first["gated"]) == (12_345, "apache-2.0", False)
    assert [size["quantization"] for size in first["sizes"]] == ["Q4_K_M", "Q6_K", "Q8_0"]
    assert all(size["verdict"] in ("well", "tight", "slow", "no") for size in first["sizes"])
    text = models(home, "search", "gguf", "--japanese", "--online", hub=hub).stdout.splitlines()
    assert len(text) == 2 and text[1].startswith(f"{REPOSITORY} ")
    assert "12,345" in text[1] and "apache-2.0" in text[1]
    assert (
        models(home, "search", "ありません", "--online", hub=hub, status=1).stderr == "Nothing was found.\n"
    )


def test_info_tells_what_the_file_says_and_whether_it_runs(home: Path, own: Path, smollm2: Path) -> None:
    (facts,) = lines(home, "info", "smollm2")
    assert (facts["architecture"], facts["quantization"]) == ("llama", "Q4_1")
    assert facts["has_chat_template"] and facts["licence"] == "apache-2.0"
    assert facts["path"] == str(own)
    assert facts["fit"]["memory_bytes"] > 100_000_000
    assert facts["fit"]["verdict"] in ("well", "tight", "slow")
    outside = models(home, "info", str(smollm2)).stdout
    assert "apache-2.0" in outside and str(smollm2) in outside
    broken = home.parent / "壊れ.gguf"
    broken.write_bytes(own.read_bytes()[:5_000])
    assert models(home, "info", str(broken), status=1).stderr.startswith("kotonoha: ")
    assert "There is no model called" in models(home, "info", "ない", status=1).stderr
    own.unlink()
    gone = models(home, "info", "smollm2", status=1)
    assert str(own) in gone.stdout and "gone" in gone.stdout and gone.stderr


def test_a_changed_byte_is_found(home: Path, own: Path) -> None:
    assert lines(home, "verify")[0]["outcome"] == "first"
    assert models(home, "verify", str(own)).stdout.endswith("it is as it was.\n")
    with own.open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)
        file.seek(50_000_000)
        file.write(bytes([byte[0] ^ 1]))
    assert lines(home, "verify", status=1)[0]["outcome"] == "differs"
    own.unlink()
    assert lines(home, "verify", status=1)[0]["outcome"] == "unreadable"


def test_removing_asks_and_uses_the_bin(home: Path, own: Path) -> None:
    store = Store.open(home / "kotonoha.db", recover=False)
    (model,) = store.models.list()
    store.chats.create(model_id=model.id)
    store.close()
    said = models(home, "rm", "smollm2", status=1).stderr
    assert "1 chat used it" in said and "--yes" in said
    assert (
        "no model called" in models(home, "rm", "smollm2", "--yes", status=1).stderr
    )  # a part is not enough
    assert own.exists()
    (removed,) = lines(home, "rm", model.name, "--yes", "--keep-file")
    assert (removed["chats"], removed["in_bin"]) == (1, False)
    assert own.exists() and lines(home, "list") == []
    models(home, "add", str(own))
    terminal = Terminal([*KOTONOHA, "models", "rm", str(own)], where(home), home.parent)
    try:
        terminal.wait_for(r"\[y/N\] ")
        terminal.type("y\n")
        terminal.wait_for("In the bin: ")
        assert terminal.end() == 0
    finally:
        terminal.close()
    assert not own.exists()
    assert [path.name for path in (home.parent / "data/Trash/files").iterdir()] == [own.name]
    assert lines(home, "list") == []


def test_a_name_that_means_two_is_not_guessed(home: Path, own: Path) -> None:
    other = own.with_name("もう一つ.gguf")
    shutil.copy(own, other)
    models(home, "add", str(other))
    said = models(home, "rm", "smollm2", status=1).stderr
    assert "2 models match" in said and str(other) in said and str(own) in said
    models(home, "rm", str(other), "--yes", "--keep-file")
    assert [each["path"] for each in lines(home, "list")] == [str(own)]


def test_adding_tells_what_was_refused(home: Path, own: Path) -> None:
    bad = own.parent / "悪い.gguf"
    bad.write_bytes(b"GGUF")
    nowhere = home.parent / "ない.gguf"
    endless = "長" * 300
    (report,) = lines(home, "add", str(own.parent), str(nowhere), endless, status=1)
    assert [model["path"] for model in report["added"]] == [str(own)]
    assert {Path(each["path"]).name for each in report["refused"]} == {"悪い.gguf", "ない.gguf", endless}
    empty = home.parent / "空"
    empty.mkdir()
    assert models(home, "add", str(empty), status=1).stderr == "There were no model files.\n"


def test_the_models_move_unless_the_window_is_open(home: Path, hub: FakeHub) -> None:
    models(home, "pull", f"{REPOSITORY}:Q4_K_M", "--online", hub=hub)
    new = home.parent / "別の ドライブ"
    instance = Instance(home)
    assert instance.acquire()
    try:
        assert "The window is open" in models(home, "move", str(new), status=1).stderr
    finally:
        instance.release()
    assert not new.exists()
    (moved,) = lines(home, "move", str(new))
    assert moved == {"folder": str(new), "stayed": []}
    (model,) = lines(home, "list")
    assert Path(model["path"]) == new / "kotonoha" / "nihongo-GGUF" / "nihongo-Q4_K_M.gguf"
    assert Path(model["path"]).is_file() and model["ours"]
    inside = models(home, "move", str(new / "中"), status=1)
    assert "cannot be moved" in inside.stderr
    assert "cannot be moved" in models(home, "move", model["path"], status=1).stderr  # a file
    assert lines(home, "list")[0]["path"] == model["path"]


def test_models_of_other_applications_are_added_in_place(home: Path, smollm2: Path) -> None:
    theirs = home.parent / ".lmstudio" / "models" / "作者" / "模型"
    theirs.mkdir(parents=True)
    path = theirs / "模型-Q4_K_M.gguf"
    path.symlink_to(smollm2)
    (found,) = lines(home, "elsewhere")
    assert (found["application"], found["path"], found["known"]) == ("LM Studio", str(path), False)
    assert lines(home, "list") == []
    assert "--add" in models(home, "elsewhere").stderr
    models(home, "elsewhere", "--add")
    (model,) = lines(home, "list")
    assert (model["path"], model["source"], model["ours"]) == (str(path), "LM Studio", False)
    assert lines(home, "elsewhere")[0]["known"]


def test_wrong_words_are_told(home: Path) -> None:
    for arguments in (
        ["fly"],
        ["search"],
        ["pull"],
        ["rm"],
        ["info"],
        ["move"],
        ["search", "x", "--limit", "0"],
    ):
        done = models(home, *arguments, status=2, LANG="ja_JP.UTF-8")
        assert done.stderr.startswith("使い方: "), arguments
    help = models(home, "--help").stdout
    for word in ("list", "search", "pull", "add", "verify", "rm", "info", "move", "elsewhere"):
        assert word in help


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_standard_output_is_told_in_a_sentence(home: Path, own: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*KOTONOHA, "models", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
            env=where(home),
        )
    assert done.returncode == 1
    assert done.stderr.decode().startswith("kotonoha: The result cannot be written (")
