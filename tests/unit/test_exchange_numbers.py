from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pytest
from exchanging import imported, said
from ijson.backends import python as pure  # type: ignore[import-untyped]
from ijson.backends import yajl2_c

from desktop.exchange import json_stream
from desktop.exchange.json_numbers import Mended
from desktop.store import Store

HUGE = "9" * 5000


def mended(text: str, size: int) -> str:
    stream, found = Mended(io.BytesIO(text.encode())), b""
    while piece := stream.read(size):
        found += piece
    assert stream.read(size) == b""
    return found.decode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64 << 10])
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[NaN, -Infinity,Infinity]", "[null, null,null]"),
        ('{"a":1e999,"b":-1E+400,"c":1.5e300}', '{"a":null,"b":null,"c":1.5e300}'),
        (f"[{2**63 - 1},{2**63},-{2**63 - 1}]", f'[{2**63 - 1},"{2**63}",-{2**63 - 1}]'),
        (f"[{HUGE}]", f'["{HUGE}"]'),
        ('["NaN \\" NaN","\\\\",NaN]', '["NaN \\" NaN","\\\\",null]'),
        ('["\\\\\\"Infinity\\\\", 1e999]', '["\\\\\\"Infinity\\\\", null]'),
        ('["無限 Infinity 12345678901234567890', '["無限 Infinity 12345678901234567890'),
        ("1700000000123456789", "1700000000123456789"),
    ],
)
def test_numbers_that_no_reader_takes_are_replaced_outside_strings(size: int, text: str, meant: str) -> None:
    assert mended(text, size) == meant


def test_all_other_json_passes_as_it_is() -> None:
    luck = random.Random(5)
    parts = ['"', "\\", "NaN", "e999", "あ", "\n", "1" * 25, "{", "Infinity", ",", "x" * 50]
    for _ in range(300):
        value = [
            ["".join(luck.choices(parts, k=luck.randrange(12))), 1.5, None, {"e": 10**17}] for _ in range(9)
        ]
        text = json.dumps(value, ensure_ascii=luck.random() < 0.5)
        assert mended(text, luck.choice([1, 5, 17, 300])) == text


@pytest.mark.parametrize("parser", [yajl2_c, pure])
@pytest.mark.parametrize("odd", ["NaN", "-Infinity", "1e9999", str(2**63), str(-(2**63)), "9" * 400, HUGE])
def test_an_odd_number_in_one_chat_does_not_give_up_the_rest(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str, parser: object
) -> None:
    monkeypatch.setattr(json_stream, "parser", parser)
    chats = [{"title": title, "messages": [{"role": "user", "content": title}]} for title in "甲乙丙"]
    chats[1] |= {"created": "?", "id": "?"}
    path = tmp_path / "c.json"
    path.write_text(json.dumps(chats, ensure_ascii=False).replace('"?"', odd), encoding="utf-8")
    report = imported(store, path)
    assert (len(report.added), report.skipped) == (3, ())
    assert [said(store, title) for title in "甲乙丙"] == [[("user", title)] for title in "甲乙丙"]
