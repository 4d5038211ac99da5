"""An engine's child that speaks the protocol and follows a script instead of a model.

Run as a program; ``KOTONOHA_SCRIPT`` names a folder. It thinks before it answers. Where the folder has a file
``hold-thinking`` or ``hold-answer`` it waits there until the file is gone. ``fail`` holds the code with which
an answer fails as long as the policy is "stop"; ``requests`` gets a line for each request.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import msgspec

from desktop.engine.protocol import (
    Alive,
    Alternative,
    Device,
    Devices,
    Event,
    Failed,
    Finished,
    Generate,
    Inspect,
    Inspected,
    ListDevices,
    Load,
    Loaded,
    ModelSettings,
    Piece,
    PromptProgress,
    PromptTokens,
    Ready,
    Request,
    Score,
    Scored,
    ScoredToken,
    Started,
    Stats,
    Stop,
    Thought,
    Token,
)

SCRIPT = Path(os.environ.get("KOTONOHA_SCRIPT", "."))
THOUGHTS = ("首都を聞かれている。\n", "日本の首都は東京。\n", "短く答えよう。")
PIECES = ("東京", "です", "。")
CONTEXT = 8192
_lock = threading.Lock()


def send(event: Event) -> None:
    with _lock:
        sys.stdout.buffer.write(msgspec.json.encode(event) + b"\n")
        sys.stdout.buffer.flush()


def hold(name: str, stopped: set[int], id: int) -> bool:
    """Wait while the file is there; return whether the request was stopped meanwhile."""
    while (SCRIPT / name).exists() and id not in stopped:
        time.sleep(0.01)
    return id in stopped


def load(id: int, model: ModelSettings) -> None:
    send(Loaded(id, "scripted", "gemma3", 1, model.context_length or CONTEXT, 32768, True, 0.1, thinks=True))


def answer(request: Generate, stopped: set[int]) -> Event:
    title = SCRIPT / "title"
    if title.exists() and request.turns[-1].text.startswith("題名"):
        send(Started(request.id, 1200, 1180, 0, CONTEXT))
        stop = hold("hold-title", stopped, request.id)
        send(Piece(request.id, title.read_text("utf-8"), 5))
        return Finished(request.id, "stopped" if stop else "stop_text")
    fail = SCRIPT / "fail"
    if fail.exists() and request.prompting.policy == "stop":
        return Failed(request.id, fail.read_text(), "9,000 / 8,192 tokens")
    send(Started(request.id, 1200, 200, 0, CONTEXT))
    for done in range(200, 1201, 250):
        send(PromptProgress(request.id, done, 1200))
    tokens = 0
    for thought in THOUGHTS:
        send(Thought(request.id, thought, tokens := tokens + 5))
    if hold("hold-thinking", stopped, request.id):
        return Finished(request.id, "stopped")
    for piece in PIECES:
        send(Piece(request.id, piece, tokens := tokens + 1))
    if hold("hold-answer", stopped, request.id):
        return Finished(request.id, "stopped")
    stats = Stats(1200, 200, tokens, 0.5, 900.0, 20.0, CONTEXT, thought_tokens=15, thought_seconds=12.4)
    return Finished(request.id, "end", stats)


def inspect(request: Inspect) -> None:
    spoken = [token for turn in request.turns for token in (f"<{turn.role}>", *turn.text, "<end>")]
    fits = len(spoken) <= 3000 or request.prompting.policy == "leave_out"
    left_out = 4 if len(spoken) > 3000 and fits else 0
    length = min(len(spoken), CONTEXT) if fits else len(spoken)
    send(Inspected(request.id, length, left_out, CONTEXT, fits, len(request.text)))
    tokens = [Token(n, text, len(text) > 1) for n, text in enumerate(spoken)]
    for begin in range(0, len(tokens) if request.tokens else 0, 2048):
        send(PromptTokens(request.id, tuple(tokens[begin : begin + 2048])))


def score(request: Score, stopped: set[int]) -> Event:
    for number, character in enumerate(request.turns[-1].text):
        if number and hold("hold-score", stopped, request.id):
            return Finished(request.id, "stopped")
        own = 1 - 0.09 * (number % 10)
        others = tuple(Alternative(text, (1 - own) / 4) for text in "京大名")
        send(Scored(request.id, (ScoredToken(character, own, (Alternative(character, own), *others)),)))
    return Finished(request.id, "end")


def serve(request: Request, stopped: set[int]) -> None:
    match request:
        case ListDevices(id=id):
            send(Devices(id, (Device("CPU", "CPU", "CPU", "cpu", 16 << 30, 12 << 30),)))
            send(Finished(id, "end"))
        case Load(id=id, model=model):
            load(id, model)
            send(Finished(id, "end"))
        case Generate():
            load(request.id, request.model)
            send(answer(request, stopped))
        case Inspect(id=id):
            inspect(request)
            send(Finished(id, "end"))
        case Score():
            send(score(request, stopped))


def main() -> None:
    stopped: set[int] = set()
    send(Ready("scripted"))

    def beat() -> None:
        while True:
            send(Alive())
            time.sleep(1)

    threading.Thread(target=beat, daemon=True).start()
    decoder = msgspec.json.Decoder(Request)
    for line in sys.stdin.buffer:
        request = decoder.decode(line)
        with (SCRIPT / "requests").open("ab") as log:
            log.write(line)
        if isinstance(request, Stop):
            stopped.add(request.id)
        else:
            threading.Thread(target=serve, args=(request, stopped), daemon=True).start()


if __name__ == "__main__":
    main()
