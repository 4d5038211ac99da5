"""The small parts of a download by themselves: stretches, pieces in memory, the speed, patience."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from fetching import noise

from desktop.hub import names, part, spans
from desktop.hub.fresh import Fresh
from desktop.hub.part import PIECE_BYTES, Identity, Part
from desktop.hub.spans import Spans
from desktop.hub.speed import Speedometer

SIZE = 40 * PIECE_BYTES + 17


@pytest.fixture
def coming(tmp_path: Path) -> Part:
    coming = Part(tmp_path / "a.gguf", Identity("a/b", "a.gguf", "", "e", SIZE))
    yield coming
    coming.close()


def test_stretches_cover_everything_once_whatever_the_order(
    coming: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines come, go on, give up and come back by chance; in the end each byte was somebody's."""
    monkeypatch.setattr(spans, "LEAST_SPLIT", 2 * PIECE_BYTES)
    chance = random.Random(1)
    shared, active, taken = Spans(coming), [], 0
    for _ in range(10_000):
        if len(active) < 4 and (span := shared.claim()) is not None:
            assert span.at % PIECE_BYTES == 0 and span.at < span.end
            assert all(span.end <= other.at or other.end <= span.at for other in active)
            active.append(span)
            taken += 1
        if not active:
            break
        span = chance.choice(active)
        if chance.random() < 0.1:
            shared.release(span)
            active.remove(span)
            continue
        shared.advance(span, min(span.at + chance.randrange(1, PIECE_BYTES), span.end))
        assert shared.done() <= SIZE
        if span.at == span.end:
            shared.release(span)
            active.remove(span)
    assert shared.is_complete() and shared.claim() is None
    assert (coming.held(), shared.done()) == (SIZE, SIZE)
    assert taken > 4


def test_the_state_is_true_after_every_step(coming: Part) -> None:
    content = noise(SIZE)
    for piece in (0, 40, 7):
        coming.write(piece * PIECE_BYTES, content[piece * PIECE_BYTES : coming.end(piece)])
        coming.mark(piece)
        coming.note_digest(piece, bytes([piece + 1]) * 32)
    again = Part(coming.target, coming.identity)
    assert [piece for piece in range(41) if again.here[piece]] == [0, 7, 40]
    assert again.digest(7) == bytes([8]) * 8
    assert again.held() == 2 * PIECE_BYTES + 17
    assert part.held(coming.target) == 3 * PIECE_BYTES
    assert again.read(40) == content[40 * PIECE_BYTES :]
    again.unmark(7)
    again.forget_digests(1)
    again.close()
    third = Part(coming.target, coming.identity)
    assert ([piece for piece in range(41) if third.here[piece]], third.digest(0), third.digest(40)) == (
        [0, 40],
        b"\1" * 8,
        None,
    )
    third.close()


def test_another_identity_begins_anew(coming: Part) -> None:
    coming.write(0, noise(PIECE_BYTES))
    coming.mark(0)
    other = Part(coming.target, Identity("a/b", "a.gguf", "", "another", SIZE))
    assert other.held() == 0
    other.close()


@pytest.mark.parametrize("step", [1, 1000, PIECE_BYTES, 3 * PIECE_BYTES + 5])
def test_pieces_in_memory_are_what_came(step: int) -> None:
    size = 3 * PIECE_BYTES + 9
    content = memoryview(noise(size))
    fresh = Fresh(size)
    filler = fresh.filler()
    begin = 0 if step > 1 else 2 * PIECE_BYTES  # byte by byte only the end
    for at in range(begin, size, step):
        filler.add(at, content[at : at + step])
    for piece in range(begin // PIECE_BYTES, 4):
        assert b"".join(fresh.take(piece)) == content[piece * PIECE_BYTES : fresh.end(piece)]
        assert fresh.take(piece) == ()


def test_pieces_of_which_a_beginning_or_a_middle_is_missing_are_not_kept() -> None:
    content = memoryview(noise(3 * PIECE_BYTES))
    fresh = Fresh(3 * PIECE_BYTES)
    filler = fresh.filler()
    filler.add(5, content[5:PIECE_BYTES])
    filler.add(PIECE_BYTES, content[PIECE_BYTES : PIECE_BYTES + 10])
    filler.add(PIECE_BYTES + 11, content[PIECE_BYTES + 11 : 2 * PIECE_BYTES])
    filler.add(2 * PIECE_BYTES, content[2 * PIECE_BYTES :])
    assert [bool(fresh.take(piece)) for piece in range(3)] == [False, False, True]


def test_memory_is_bounded_where_the_digest_is_behind() -> None:
    fresh = Fresh(1000 * PIECE_BYTES)
    filler, piece = fresh.filler(), memoryview(noise(PIECE_BYTES))
    for number in range(1000):
        filler.add(number * PIECE_BYTES, piece)
    assert (
        sum(bool(fresh.take(0) if number == 0 else fresh._whole.get(number)) for number in range(1000)) == 16
    )


def test_a_speed_that_a_sleep_does_not_spoil() -> None:
    meter = Speedometer()
    assert meter.left(100) is None
    for tick in range(20):
        meter.add(tick * 0.5, tick * 500)
    assert meter.speed() == 1000
    assert meter.left(10_500) == pytest.approx(1)
    meter.add(7200.0, 9_600)
    assert meter.speed() == 0  # nothing is known yet of the time after it
    meter.add(7201.0, 11_600)
    assert meter.speed() == 2000


def test_places_are_below_the_folder(tmp_path: Path) -> None:
    assert names.place(tmp_path, "a/b", "c/d.gguf") == tmp_path / "a" / "b" / "c" / "d.gguf"


def test_looking_at_the_hub_page_loads_no_library() -> None:
    """The start stays quick: what speaks HTTP is imported with the first request."""
    program = (
        "import sys, desktop.hub.queue, desktop.hub.search, desktop.hub.repository, desktop.hub.card;"
        "print([name for name in ('httpx2', 'httpcore2', 'huggingface_hub', 'ssl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
