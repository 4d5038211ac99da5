"""The engine: decoding through the child process against a bare loop, the tenth turn against a cold one."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from benchmarks.small_models import starter_path
from desktop.engine.client import Engine
from desktop.engine.protocol import Finished, ModelSettings, Piece, Sampling, Started, Turn
from desktop.engine.threads import physical_cores
from desktop.jobs import Cancel

TOKENS = 96  # of one round; they are decoded after a prompt of some 350
ROUNDS = 7
# A list goes on and on, so that no answer ends early.
COUNTING = (
    Turn("user", "1から1000まで数えてください。"),
    Turn("assistant", "1、2、3、4、5、6、7、8、9、10、11、12、13、14、"),
)
SAMPLING = Sampling(temperature=0.2, repeat_penalty=1.01, seed=1, max_tokens=TOKENS)


def figures() -> dict[str, float]:
    """Measure everything on the starter model."""
    path = str(starter_path())
    return decode_vs_raw(path) | turn10_first_token(path) | round_trip(path)


def decode_vs_raw(path: str) -> dict[str, float]:
    """Tokens a second as the window sees them ÷ those of a bare loop; the median of rounds in turn."""
    ratios = []
    command = [sys.executable, "-m", "benchmarks.bench_engine", path]
    with (
        _engine() as engine,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as raw,
    ):
        assert raw.stdin is not None
        assert raw.stdout is not None
        for number in range(ROUNDS + 1):
            print(file=raw.stdin, flush=True)
            bare = float(raw.stdout.readline())
            ours = _decode_speed(engine, path)
            if number:  # the first round warms both
                ratios.append(ours / bare)
        raw.stdin.close()
    return {"decode_vs_raw": statistics.median(ratios)}


def turn10_first_token(path: str) -> dict[str, float]:
    """Time to the first token of turn 10 of a conversation ÷ that of the same prompt in an empty cache."""
    model = ModelSettings(path, context_length=4096)
    turns: list[Turn] = []
    sampling = Sampling(temperature=0.2, seed=1, max_tokens=24)
    with _engine() as engine:
        for number in range(10):
            turns.append(
                Turn("user", f"{number + 1}番目の質問です。{'海と風と砂の話をもう少し続けてください。' * 4}")
            )
            seconds, answer = _first_token(engine, model, turns, sampling)
            asked = list(turns)
            turns.append(Turn("assistant", answer))
    with _engine() as engine:
        list(engine.load(model, Cancel()))
        cold, _ = _first_token(engine, model, asked, sampling)
    return {"turn10_first_token": seconds / cold}


def round_trip(path: str) -> dict[str, float]:
    """Milliseconds from asking for a model that is loaded to the answer that it is: the protocol alone."""
    model = ModelSettings(path, context_length=512)
    times = []
    with _engine() as engine:
        list(engine.load(model, Cancel()))
        for _ in range(200):
            started = perf_counter()
            list(engine.load(model, Cancel()))
            times.append(perf_counter() - started)
    return {"engine_round_trip_ms": statistics.median(times) * 1000}


@contextmanager
def _engine() -> Iterator[Engine]:
    engine = Engine()
    try:
        yield engine
    finally:
        engine.close()


def _decode_speed(engine: Engine, path: str) -> float:
    """Return tokens a second between the first and the last piece that arrive here."""
    pieces = []
    for event in engine.generate(ModelSettings(path, context_length=1024), COUNTING, SAMPLING, Cancel()):
        if isinstance(event, Piece):
            pieces.append((perf_counter(), event.tokens))
        elif isinstance(event, Finished) and event.reason != "limit":
            raise RuntimeError(f"the answer ended early: {event}")
    (first, before), (last, after) = pieces[0], pieces[-1]
    return (after - before) / (last - first)


def _first_token(
    engine: Engine, model: ModelSettings, turns: list[Turn], sampling: Sampling
) -> tuple[float, str]:
    """Return the seconds from the request to the first piece, and the whole answer."""
    began = perf_counter()
    first = 0.0
    text = ""
    for event in engine.generate(model, turns, sampling, Cancel()):
        if isinstance(event, Piece):
            first = first or perf_counter() - began
            text += event.text
        elif isinstance(event, Started) and event.left_out:
            raise RuntimeError("the conversation does not fit")
    return first, text


def raw_loop(path: str) -> None:
    """Answer every line of standard input with the tokens a second of llama.cpp's own loop."""
    import llama_cpp.llama_cpp as llama

    from desktop.engine.transcript import transcript

    quiet = llama.llama_log_callback(lambda *_: None)
    llama.llama_log_set(quiet, None)
    model = llama.llama_model_load_from_file(path.encode(), llama.llama_model_default_params())
    params = llama.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch, params.n_outputs_max = 1024, 512, 512, 1
    params.n_threads = params.n_threads_batch = physical_cores()
    params.no_perf = True
    context = llama.llama_init_from_model(model, params)
    vocab = llama.llama_model_get_vocab(model)
    text = transcript(COUNTING).encode()
    prompt = (llama.llama_token * len(text))()
    length = llama.llama_tokenize(vocab, text, len(text), prompt, len(text), True, False)
    for _ in sys.stdin:
        chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        for sampler in (
            llama.llama_sampler_init_penalties(
                llama.llama_vocab_n_tokens(vocab), SAMPLING.repeat_last, SAMPLING.repeat_penalty, 0.0, 0.0
            ),
            llama.llama_sampler_init_top_k(SAMPLING.top_k),
            llama.llama_sampler_init_top_p(SAMPLING.top_p, 1),
            llama.llama_sampler_init_min_p(SAMPLING.min_p, 1),
            llama.llama_sampler_init_temp(SAMPLING.temperature),
            llama.llama_sampler_init_dist(SAMPLING.seed),
        ):
            llama.llama_sampler_chain_add(chain, sampler)
        llama.llama_memory_clear(llama.llama_get_memory(context), False)
        llama.llama_decode(context, llama.llama_batch_get_one(prompt, length))
        token = (llama.llama_token * 1)()
        first = 0.0
        for _number in range(TOKENS):
            token[0] = llama.llama_sampler_sample(chain, context, -1)
            first = first or perf_counter()
            llama.llama_decode(context, llama.llama_batch_get_one(token, 1))
        llama.llama_synchronize(context)
        print(TOKENS / (perf_counter() - first), flush=True)
        llama.llama_sampler_free(chain)


if __name__ == "__main__":
    raw_loop(sys.argv[1])
