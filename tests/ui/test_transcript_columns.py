"""How wide the columns of a table are."""

import random
from itertools import pairwise

import pytest

from desktop.ui.transcript.columns import column_widths

EM = 15


@pytest.mark.parametrize("seed", range(50))
def test_the_widths_fill_the_room_and_no_text_is_broken_that_fits(seed: int):
    draw = random.Random(seed)
    natural = [draw.uniform(0, draw.choice([60, 300, 4_000])) for _ in range(draw.randint(1, 12))]
    width = draw.uniform(60, 1_500)
    widths = column_widths(natural, width, EM)
    assert sum(widths) == pytest.approx(width)
    assert all(each > 0 for each in widths)
    if sum(natural) <= width:
        assert all(each >= text - 1e-6 for each, text in zip(widths, natural, strict=True))


def test_a_text_that_grows_moves_the_columns_in_steps():
    seen = [column_widths([50.0, 90.0, float(n * EM)], 720, EM) for n in range(200)]
    assert 4 < sum(one != other for one, other in pairwise(seen)) <= 12
    assert seen[100] == seen[-1]  # once it fills its room, nothing moves any more


def test_short_columns_keep_their_room_beside_long_ones():
    short, long, longer = column_widths([50.0, 2_000.0, 9_000.0], 720, EM)
    assert short == 60 and long == longer == 330


def test_a_table_too_narrow_for_its_columns_is_parted_equally():
    assert column_widths([500.0] * 4, 100, EM) == [25.0] * 4
