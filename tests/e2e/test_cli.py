from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import KOTONOHA, PATIENCE, PROMPT, Terminal, environment, kotonoha

from desktop.store import Message, Store

pytestmark = pytest.mark.slow

QUESTION = "日本の首都は？"
LONG = "Write a long story about a river."  # SmolLM2 then goes on for a minute and more
GREEDY = ["--temperature", "0", "--max-tokens", "3000"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all, so that the starter model is put together once."""
    return tmp_path_factory.mktemp("cli") / "home"


@pytest.fixture
def terminal(home: Path) -> Iterator[Terminal]:
    terminal = Terminal([*KOTONOHA, "ask", *GREEDY], environment(home), home.parent)
    yield terminal
    terminal.close()


def newest_chat(home: Path) -> tuple[str, list[Message]]:
    store = Store.open(home / "kotonoha.db", recover=False)
    chat = store.chats.list()[0]
    path = store.messages.path(chat.id)
    store.close()
    return chat.title, path


def test_an_answer_streams_to_standard_output(home: Path) -> None:
    done = kotonoha(home, "ask", QUESTION)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    assert text.strip()
    assert text.endswith("\n") and not text.endswith("\n\n")


def test_json_is_one_object_with_figures(home: Path) -> None:
    done = kotonoha(home, "ask", QUESTION, "--json", "--max-tokens", "3", "--temperature", "0")
    assert (done.returncode, done.stderr) == (0, b"")
    (line,) = done.stdout.decode().splitlines()
    answer = json.loads(line)
    assert set(answer) == {"text", "model", "reason", "stats", "thinking", "tokens", "chat"}
    assert answer["text"]
    assert answer["reason"] == "limit"
    assert answer["stats"]["generated_tokens"] == 3
    assert answer["chat"] is None
    assert "Q4_K_M" in answer["model"]
    assert (answer["thinking"], answer["tokens"]) == ("", None)


def test_json_tells_how_probable_each_token_was(home: Path) -> None:
    command = ("ask", QUESTION, "--json", "--max-tokens", "3", "--temperature", "0", "--probabilities", "2")
    answer = json.loads(kotonoha(home, *command).stdout)
    assert "".join(token["text"] for token in answer["tokens"]).strip() == answer["text"].strip()
    assert all(len(token["alternatives"]) == 2 for token in answer["tokens"])


def test_an_adapter_that_is_not_there_is_named(home: Path) -> None:
    done = kotonoha(home, "ask", QUESTION, "--adapter", "nowhere/none.gguf=0.5")
    assert done.returncode == 1
    assert "none.gguf" in done.stderr.decode()


def test_the_same_seed_is_the_same_answer(home: Path) -> None:
    arguments = ["ask", QUESTION, "--temperature", "1.5", "--max-tokens", "12", "--seed"]
    first, again = (kotonoha(home, *arguments, "7").stdout for _ in range(2))
    assert first == again != b""
    others = {kotonoha(home, *arguments, str(seed)).stdout for seed in range(8, 11)}
    assert others != {first}


def test_saved_with_what_was_piped(home: Path) -> None:
    mail = "明日の会議は十時からです。\n".encode("cp932")
    done = kotonoha(home, "ask", "要約して", "--save", "--max-tokens", "8", stdin=mail)
    assert done.returncode == 0
    title, (question, answer) = newest_chat(home)
    assert question.text == "要約して\n\n---\n明日の会議は十時からです。\n---"
    assert title == "要約して"
    assert answer.text.strip() == done.stdout.decode().strip()
    assert answer.status in ("done", "limit")
    assert answer.stats is not None


def test_an_answer_bound_to_a_schema(home: Path, tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 12}, "country": {"enum": ["日本", "中国"]}},
        "required": ["city", "country"],
    }
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(schema))
    done = kotonoha(home, "ask", QUESTION, "--schema", str(file), "--max-tokens", "200", "--seed", "1")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) == {"city", "country"}
    assert answer["country"] in ("日本", "中国")


@pytest.mark.parametrize("schema", ["no JSON", "[]", '{"type": "nothing known"}'])
def test_a_bad_schema_is_refused_before_an_answer(home: Path, tmp_path: Path, schema: str) -> None:
    file = tmp_path / "schema.json"
    file.write_text(schema)
    done = kotonoha(home, "ask", QUESTION, "--schema", str(file))
    assert (done.returncode, done.stdout) == (1, b"")
    assert "schema" in done.stderr.decode()


def test_piped_text_alone_is_the_question(home: Path) -> None:
    assert kotonoha(home, "ask", "--save", "--max-tokens", "4", stdin=QUESTION.encode()).returncode == 0
    _, path = newest_chat(home)
    assert path[0].text == QUESTION


def test_options_reach_the_chat(home: Path, smollm2: Path) -> None:
    done = kotonoha(
        home,
        "ask",
        "hello",
        "--save",
        "--json",
        "--max-tokens",
        "4",
        "--model",
        str(smollm2),
        "-p",
        "summary",
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    store = Store.open(home / "kotonoha.db", recover=False)
    chat = store.chats.get(answer["chat"])
    assert chat.preset_id is not None
    preset = store.presets.get(chat.preset_id)
    assert preset.key == "summary"
    assert chat.system_prompt == ""  # the preset's stays the preset's
    assert "Q4_1" in store.messages.path(chat.id)[1].model_name
    store.close()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["ask"], 2, "question"),
        (["ask", " "], 2, "question"),
        (["ask", "--nothing", "x"], 2, "--nothing"),
        (["ask", "--temperature", "nan", "x"], 2, "nan"),
        (["ask", "--max-tokens", "0", "x"], 2, "0"),
        (["nonsense"], 2, "nonsense"),
        (["ask", "--model", "nobody", "x"], 1, "nobody"),
        (["ask", "--model", "/nowhere/x.gguf", "x"], 1, "/nowhere/x.gguf"),
        (["ask", "-p", "nothing like it", "x"], 1, "nothing like it"),
        (["ask", "--schema", "/nowhere.json", "x"], 1, "/nowhere.json"),
    ],
)
def test_what_goes_wrong_is_told_on_standard_error(
    home: Path, arguments: list[str], status: int, said: str
) -> None:
    done = kotonoha(home, *arguments)
    assert (done.returncode, done.stdout) == (status, b"")
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_version_and_help(home: Path) -> None:
    assert kotonoha(home, "--version").stdout.startswith(b"kotonoha 0.")
    done = kotonoha(home, "ask", "--help")
    assert done.returncode == 0
    for option in ("--model", "--preset", "--system", "--schema", "--save", "--json", "--seed"):
        assert option in done.stdout.decode()


def test_a_reader_that_leaves(home: Path) -> None:
    process = subprocess.Popen(
        [*KOTONOHA, "ask", "Write about the sea.", "--max-tokens", "200"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home),
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(PATIENCE) == 1


def test_ctrl_c_stops_a_single_answer(home: Path, smollm2: Path) -> None:
    process = subprocess.Popen(
        [*KOTONOHA, "ask", LONG, *GREEDY, "--save", "--model", str(smollm2)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home),
    )
    assert process.stdout is not None
    first = os.read(process.stdout.fileno(), 1)
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (130, b"")
    _, path = newest_chat(home)
    assert path[1].status == "stopped"
    assert path[1].text.strip() == (first + rest).decode().strip()


def test_a_chat_in_the_terminal(terminal: Terminal, home: Path) -> None:
    terminal.wait_for("Gemma.*\n")
    terminal.wait_for(PROMPT)
    terminal.type("/help\r")
    terminal.wait_for("/model")
    terminal.wait_for(PROMPT)
    terminal.type("/model\r")
    terminal.wait_for(r"\* Gemma")
    terminal.wait_for(PROMPT)
    terminal.type("日本の首都は？\x1b\r一言で。\r")  # Alt+Enter between the lines
    terminal.wait_for("一言で。")
    terminal.wait_for(PROMPT)
    terminal.type("\x03")
    terminal.wait_for("Ctrl-D")
    terminal.wait_for(PROMPT)
    terminal.type("二つ目の質問です。\r")
    terminal.wait_for("二つ目の質問です。")
    terminal.wait_for(PROMPT)
    terminal.type("\x04")
    assert terminal.end() == 0
    title, path = newest_chat(home)
    assert title == "日本の首都は？"
    assert [message.role for message in path] == ["user", "assistant"] * 2
    assert path[0].text == "日本の首都は？\n一言で。"
    assert path[2].text == "二つ目の質問です。"
    assert "二つ目の質問です。" in (home / "history").read_text()
    assert (home / "history").stat().st_mode & 0o077 == 0


def test_ctrl_c_stops_the_answer_and_not_the_chat(terminal: Terminal, home: Path, smollm2: Path) -> None:
    terminal.wait_for(PROMPT)
    terminal.type(f"/model {smollm2}\r")
    terminal.wait_for("SmolLM2.*\n")
    terminal.wait_for(PROMPT)
    terminal.type(f"{LONG}\r")
    terminal.wait_for("Reading.*K[A-Z][a-z]+ [a-z]+ ")  # the status line goes, the answer comes
    terminal.type("\x03")
    terminal.wait_for("stopped")
    terminal.wait_for(PROMPT)
    terminal.type("\x03")
    terminal.wait_for("Ctrl-D")
    terminal.wait_for(PROMPT)  # before it a Ctrl-C would be for nobody
    terminal.type("\x03")
    assert terminal.end() == 130
    _, path = newest_chat(home)
    assert [message.status for message in path] == ["done", "stopped"]


def test_without_a_screen_the_chat_is_in_the_terminal(home: Path) -> None:
    terminal = Terminal(KOTONOHA, environment(home), home.parent)
    terminal.wait_for("no screen")
    terminal.wait_for(PROMPT)
    terminal.type("\x04")
    assert terminal.end() == 0
    assert "Traceback" not in terminal.output
    terminal.close()


def test_with_neither_screen_nor_terminal_there_is_the_demo(home: Path) -> None:
    done = kotonoha(home)
    assert done.returncode == 0, done.stderr
    assert b"neither screen nor terminal" in done.stderr
    assert done.stdout.strip()
