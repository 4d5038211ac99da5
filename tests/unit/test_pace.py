"""The time left while a prompt is read: known soon, steady, and about what was not computed before."""

from __future__ import annotations

import random
from itertools import pairwise

from desktop.chat.pace import Pace


def read(pace: Pace, total: int, reused: int, seconds: float, steps: int, noise: float = 0.0):
    """Feed an even reading of the prompt; return (moment, percent, seconds left)."""
    random.seed(5)
    told = []
    for step in range(1, steps + 1):
        now = seconds / steps * (step + random.uniform(-noise, noise))
        done = reused + (total - reused) * step // steps
        told.append((now, *pace.update(done, total, now)))
    return told


def test_what_was_computed_before_does_not_count():
    pace = Pace(900, 0.0)
    assert pace.update(900, 1000, 0.1) == (0, None)
    assert pace.update(950, 1000, 0.5)[0] == 50
    assert pace.update(1000, 1000, 2.0)[0] == 100


def test_the_time_left_is_right_for_an_even_pace():
    told = read(Pace(0, 0.0), 8000, 0, 40.0, 80)
    assert told[0][2] is None  # too soon to say
    for now, _, left in told:
        if left is not None and now < 39:
            assert abs(left - (40 - now)) <= 3


def test_the_time_left_never_jumps_up_for_small_differences():
    told = read(Pace(0, 0.0), 8000, 0, 60.0, 200, noise=0.4)
    lefts = [left for _, _, left in told if left is not None]
    assert all(after <= before for before, after in pairwise(lefts))


def test_a_pace_that_breaks_down_is_told():
    pace = Pace(0, 0.0)
    for second in range(1, 11):
        pace.update(second * 100, 2000, float(second))
    _, before = pace.update(1010, 2000, 12.0)
    for second in range(13, 40):
        _, after = pace.update(1010 + (second - 12) * 5, 2000, float(second))
    assert before is not None and after is not None and after > 3 * before


def test_nothing_to_read_and_no_progress():
    pace = Pace(100, 0.0)
    assert pace.update(100, 100, 5.0) == (0, None)
    assert Pace(0, 0.0).update(0, 100, 5.0) == (0, None)
