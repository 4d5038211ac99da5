"""This engine against the server of xllamacpp, which is llama.cpp's own, on the same files and prompts.

Both are asked in turn, with the same number of threads, and timed by who asks: the tokens of the prompt that
are not reused in the time from the request to the first piece of text, and those of the answer in the time
from the first to the last piece.
"""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter, sleep

from benchmarks.small_models import smollm2_path, starter_path
from desktop.engine.client import Engine
from desktop.engine.protocol import (
    Failed,
    Finished,
    ModelSettings,
    Piece,
    PromptTokens,
    Sampling,
    Started,
    Turn,
)
from desktop.engine.threads import physical_cores
from desktop.jobs import Cancel

CONTEXT = 4096  # tokens
TOKENS = 96  # of an answer
ROUNDS = 3
PAUSE = 1.0  # seconds; the threads of the one before spin for a while, and take the other's processor
LONG = Turn(
    "user", "海は地球の表面の七割をおおい、雲をつくり、魚と鳥と人を養っています。要約してください。" * 20
)
COUNTING = (
    Turn("user", "1から1000まで数えてください。"),
    Turn("assistant", "1、2、3、4、5、6、7、8、9、10、11、12、13、14、"),
)
SAMPLING = Sampling(temperature=0.2, seed=1, max_tokens=TOKENS)


def figures() -> dict[str, float]:
    """Measure with both small models; nothing where xllamacpp is not installed."""
    if importlib.util.find_spec("xllamacpp") is None:
        print("bench_server needs the package xllamacpp", file=sys.stderr)
        return {}
    found: dict[str, list[float]] = {"decode_vs_server": [], "prompt_vs_server": []}
    for path in (str(starter_path()), str(smollm2_path())):
        decode, prompt = _compare(path)
        found["decode_vs_server"].append(decode)
        found["prompt_vs_server"].append(prompt)
    worst = {name: min(ratios) for name, ratios in found.items()}
    best = {f"{name}_other_model": max(ratios) for name, ratios in found.items()}
    return worst | best


def _compare(path: str) -> tuple[float, float]:
    """Return decode and prompt speed ÷ the server's; the medians of rounds in turn."""
    model = ModelSettings(path, context_length=CONTEXT, threads=physical_cores())
    decode, prompt = [], []
    engine = Engine()
    try:
        counting = _tokens(engine, model, COUNTING)
        with _server(path) as port:
            for number in range(ROUNDS + 1):
                sleep(PAUSE)
                ours = _ask_engine(engine, model, COUNTING)
                sleep(PAUSE)
                theirs = _ask_server(port, counting, TOKENS)
                # An odd number in front: nothing of the last round's prompt is of use, on either side.
                fresh = [Turn("user", f"{number}{number}。{LONG.text}")]
                tokens = _tokens(engine, model, fresh)
                sleep(PAUSE)
                our_prompt = _ask_engine(engine, model, fresh, most=1)
                sleep(PAUSE)
                their_prompt = _ask_server(port, tokens, 1)
                if number:  # the first round warms both
                    decode.append(ours.speed / theirs.speed)
                    prompt.append(our_prompt.prompt_speed / their_prompt.prompt_speed)
    finally:
        engine.close()
    return statistics.median(decode), statistics.median(prompt)


class _Times:
    """Tokens a second: of the prompt until the first piece, and of the answer after it."""

    def __init__(self, computed: int, asked: float, pieces: Sequence[tuple[float, int]]) -> None:
        (first, before), (last, after) = pieces[0], pieces[-1]
        self.prompt_speed = computed / (first - asked)
        self.speed = (after - before) / (last - first) if last > first else 0.0


def _ask_engine(engine: Engine, model: ModelSettings, turns: Sequence[Turn], most: int = TOKENS) -> _Times:
    sampling = Sampling(temperature=0.2, seed=1, max_tokens=most)
    asked = perf_counter()
    pieces = []
    computed = 0
    for event in engine.generate(model, turns, sampling, Cancel(), drafting=False):
        if isinstance(event, Started):
            computed = event.prompt_tokens - event.reused_tokens
        elif isinstance(event, Piece):
            pieces.append((perf_counter(), event.tokens))
        elif isinstance(event, Failed):
            raise RuntimeError(event)
        elif isinstance(event, Finished) and not pieces:
            pieces.append((perf_counter(), 1))
    return _Times(computed, asked, pieces)


def _ask_server(port: int, prompt: Sequence[int], most: int) -> _Times:
    body = {
        "prompt": list(prompt),
        "n_predict": most,
        "temperature": 0.2,
        "seed": 1,
        "stream": True,
        "cache_prompt": False,
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    asked = perf_counter()
    connection.request("POST", "/completion", json.dumps(body), {"Content-Type": "application/json"})
    pieces: list[tuple[float, int]] = []
    for line in connection.getresponse():
        if line.startswith(b"data: {"):
            event = json.loads(line[6:])
            if event.get("stop") and pieces:
                break
            pieces.append((perf_counter(), len(pieces) + 1))
    connection.close()
    return _Times(len(prompt), asked, pieces)


def _tokens(engine: Engine, model: ModelSettings, turns: Sequence[Turn]) -> list[int]:
    found = []
    for event in engine.inspect(model, turns, SAMPLING, Cancel(), tokens=True):
        if isinstance(event, PromptTokens):
            found += [token.id for token in event.tokens]
    return found


@contextmanager
def _server(path: str) -> Iterator[int]:
    """Run the server in a process of its own; yield its port."""
    command = [sys.executable, "-m", "benchmarks.bench_server", path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        address = next(line for line in process.stdout if line.startswith("listening "))
        try:
            yield int(address.rsplit(":", 1)[1])
        finally:
            process.stdin.close()
            process.wait(timeout=60)


def _serve(path: str) -> None:
    """Serve until standard input ends."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx, params.n_parallel = CONTEXT, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = physical_cores()
    params.port = 0
    server = xllamacpp.Server(params)
    sleep(0.5)
    print(f"listening {server.listening_address}", flush=True)
    sys.stdin.read()
    os._exit(0)  # the server's own way out waits for ever


if __name__ == "__main__":
    _serve(sys.argv[1])
