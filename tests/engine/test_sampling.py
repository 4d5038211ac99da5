from __future__ import annotations

import math

import pytest

from desktop.engine.protocol import Sampling
from desktop.engine.sampling import MAX_SCHEMA, Sampler, SchemaInvalid, grammar_of


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(),
        Sampling(temperature=-1.0),
        Sampling(temperature=math.inf, top_p=math.nan, min_p=-3.0, repeat_penalty=0.0),
        Sampling(top_k=-5, top_p=7.0, min_p=2.0, repeat_penalty=-1.0, repeat_last=-1),
        Sampling(top_k=2**62, repeat_last=2**62, seed=2**80),
        Sampling(seed=-1),
    ],
)
def test_values_out_of_range_are_brought_into_it(sampling: Sampling) -> None:
    sampler = Sampler(sampling, vocab=0, n_vocab=1000)
    sampler.accept(5)
    sampler.close()
    sampler.close()


def test_a_schema_becomes_a_grammar() -> None:
    assert "root ::=" in grammar_of('{"type": "boolean"}')


@pytest.mark.parametrize(
    "schema",
    ["", "{", "1", '{"type": 5}', '{"$ref": "#/nowhere"}', '{"a": "' + "x" * MAX_SCHEMA + '"}', "[" * 9999],
)
def test_what_is_no_schema_is_refused(schema: str) -> None:
    with pytest.raises(SchemaInvalid):
        grammar_of(schema)
