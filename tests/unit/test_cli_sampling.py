"""The samplers' options of ``kotonoha ask``."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.cli.arguments import parse
from desktop.cli.sampling import chosen
from desktop.errors import KotonohaError


def test_options_set_fields(tmp_path: Path) -> None:
    grammar = tmp_path / "yes.gbnf"
    grammar.write_text('root ::= "はい"', encoding="utf-8")
    more = '{"mirostat": 2, "top_k": 5, "dry_breakers": ["\\n"], "logit_bias": [[7, -1.5]]}'
    options = parse(
        [
            *("ask", "--top-k", "0", "--top-p", "0.5", "--min-p", "0.1", "--repeat-penalty", "1.2"),
            *("--seed", "3", "--stop", "。", "--stop", "END", "--grammar", str(grammar)),
            *("--sampling", more, "x"),
        ]
    )
    assert chosen(options) == {
        "top_k": 0,
        "top_p": 0.5,
        "min_p": 0.1,
        "repeat_penalty": 1.2,
        "seed": 3,
        "stop": ("。", "END"),
        "grammar": 'root ::= "はい"',
        "mirostat": 2,
        "dry_breakers": ("\n",),
        "logit_bias": ((7, -1.5),),
    }
    assert chosen(parse(["ask", "x"])) == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--sampling", "[]"],
        ["--sampling", "{"],
        ["--sampling", '{"heat": 1}'],
        ["--sampling", '{"top_k": "many"}'],
        ["--top-p", "1.5"],
        ["--top-k", "-1"],
        ["--repeat-penalty", "0"],
        ["--grammar", "a.gbnf", "--schema", "a.json"],
    ],
)
def test_what_cannot_be_used_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["ask", *arguments, "x"])
    assert ended.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_a_missing_grammar_is_told(tmp_path: Path) -> None:
    with pytest.raises(KotonohaError, match=r"none\.gbnf"):
        chosen(parse(["ask", "--grammar", str(tmp_path / "none.gbnf"), "x"]))
