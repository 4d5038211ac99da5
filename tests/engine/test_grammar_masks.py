"""Which tokens a grammar lets through: those that llama.cpp lets through, and with bounded effort."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import llama_cpp.llama_cpp as llama
import pytest
from c_vocabulary import C_VOCABULARY

from desktop.engine import gbnf
from desktop.engine.grammar import Chars, Grammar
from desktop.engine.pieces import Pieces
from desktop.errors import KotonohaError

pytestmark = pytest.mark.slow


def _vocabulary(path: Path) -> Iterator[Pieces]:
    params = llama.llama_model_default_params()
    params.vocab_only = True
    model = llama.llama_model_load_from_file(str(path).encode(), params)
    vocab = llama.llama_model_get_vocab(model)
    yield Pieces(vocab, llama.llama_vocab_n_tokens(vocab))
    llama.llama_model_free(model)


@pytest.fixture(scope="module")
def small(smollm2: Path) -> Iterator[Pieces]:
    """49,152 tokens of bytes: most Japanese characters are cut in two or three."""
    yield from _vocabulary(smollm2)


@pytest.fixture(scope="module")
def large(starter_model: Path) -> Iterator[Pieces]:
    """262,144 tokens, many of them Japanese words."""
    yield from _vocabulary(starter_model)


# Each of them took llama.cpp, or this package's first try, from half a minute to for ever.
HOSTILE = {
    "counted inside counted": "root ::= (.{0,100}){0,100}",
    "stars inside stars": "root ::= ((a*)*)*\na ::= [a-z]*",
    "many unbounded": "root ::= a a a a a a a a a a\na ::= [^x]*",
    "many bounded": "root ::= a{0,60}\na ::= [^x]{0,60}",
    "every bracketing": 'root ::= "a" root root | "a" | . root root | .',
    "palindromes": "root ::= . root . | .",
    "a subset automaton of 2^18 states": 'root ::= [ab]* "a" [ab]{18}',
    "thousands of overlapping ranges": "root ::= ("
    + " | ".join(f"[{chr(0x4E00 + at)}-{chr(0x4E00 + 2 * at)}] x" for at in range(3000))
    + ")*\nx ::= [a-z]*",
    "1,500 rules that may be empty": "root ::= "
    + " ".join(f"r{at}?" for at in range(1500))
    + "\n"
    + "\n".join(f'r{at} ::= "x"* [a-z]?' for at in range(1500)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_grammar_is_followed_or_refused(large: Pieces, name: str) -> None:
    try:
        grammar = gbnf.parse(HOSTILE[name])
        state = grammar.start
        for letter in "ab" * 30:
            grammar.rest()
            following = grammar.advance(state, letter.encode())
            if following is None:
                break
            state = following
        grammar.rest()
        allowed = large.allowed(grammar, state)
    except KotonohaError as error:
        assert error.code == "grammar_invalid"
        assert "曖昧" in error.ja
    else:
        assert state.done or len(allowed)
        for token in allowed[:: max(len(allowed) // 200, 1)]:
            assert large.is_end(token) or grammar.advance(state, large.piece(int(token))) is not None


def test_characters_that_no_range_tells_apart_lead_to_one_state() -> None:
    grammar = gbnf.parse("root ::= ([あ-ん] | [^あ-ん]{2})*")
    kana = [grammar.advance(grammar.start, letter.encode()) for letter in "あいうん"]
    others = [grammar.advance(grammar.start, letter.encode()) for letter in "aァ漢😀"]
    assert len({id(state.places) for state in kana if state}) == 1
    assert len({id(state.places) for state in others if state}) == 1
    assert len(grammar.start.places.following) == 3  # below, in and above the range


def test_a_cut_character_is_allowed_where_one_of_those_it_may_become_is() -> None:
    random_ = random.Random(6)
    leads = [b"\xc3", b"\xe3", b"\xe3\x81", b"\xe6\xbc", b"\xf0", b"\xf0\x9f", b"\xf0\x9f\x98"]
    some = [
        0x41,
        0xC0,
        0xFF,
        0x100,
        0x3000,
        0x3041,
        0x3042,
        0x3080,
        0x6F22,
        0x6F40,
        0x1F600,
        0x1F640,
        0x10FFFF,
    ]
    for _ in range(60):
        ranges = tuple(
            sorted((a, b)) for a, b in [random_.sample(some, 2) for _ in range(random_.randint(1, 3))]
        )
        chars = Chars(tuple((low, high) for low, high in ranges), random_.random() < 0.5)
        grammar = Grammar({"root": chars})
        for lead in leads:
            missing = (2 if lead[0] < 0xE0 else 3 if lead[0] < 0xF0 else 4) - len(lead)
            first = lead + (b"\x90" if lead == b"\xf0" else b"\xa0" if lead == b"\xe0" else b"\x80")
            low = ord((first + b"\x80" * (missing - 1)).decode())
            last = lead + (b"\x8f" if lead == b"\xf4" else b"\xbf")
            high = ord((last + b"\xbf" * (missing - 1)).decode())
            # What no range begins or ends in is all alike.
            probes = {low, high} | {
                cut + by for cut in itertools.chain(*ranges) for by in (-1, 0, 1) if low <= cut + by <= high
            }
            possible = any(any(a <= code <= b for a, b in ranges) is not chars.negated for code in probes)
            assert (grammar.advance(grammar.start, lead) is not None) is possible, (chars, lead)


# llama.cpp is asked in a process of its own: what it says of each token, after each token of a text.
_ASK_LLAMA = (
    C_VOCABULARY
    + """
import ctypes
for line in sys.stdin:
    grammar, text, probes = json.loads(line)
    sampler = llama.llama_sampler_init_grammar(vocab, grammar.encode(), b"root")
    masks = []
    for token in [None, *text]:
        if token is not None:
            llama.llama_sampler_accept(sampler, token)
        data = (llama.llama_token_data * len(probes))(*(llama.llama_token_data(p, 0.0, 0.0) for p in probes))
        array = llama.llama_token_data_array(data=data, size=len(probes), selected=-1, sorted=False)
        llama.llama_sampler_apply(sampler, ctypes.byref(array))
        masks.append([p for p, d in zip(probes, data) if d.logit == 0.0])
    llama.llama_sampler_free(sampler)
    print(json.dumps(masks), flush=True)
"""
)
_LITERALS = ["a", "ab", "b", "c ", "あ", "い\\n", "\\n", '\\"']
_CLASSES = ["[a-c]", "[ab]", "[あ-い]", "[^a]", "[^ab\\n]", "[い ]", '[\\"b]', "."]


def _grammar(random_: random.Random) -> str:
    """Return a grammar without repetitions in repetitions, on which llama.cpp's stacks grow without end."""

    def atom() -> str:
        if random_.random() < 0.6:
            kind = random_.choice([f'"{random_.choice(_LITERALS)}"', random_.choice(_CLASSES)])
            return kind + random_.choice(["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}"])
        return random_.choice(["x", "y", f'("a" | {random_.choice(_CLASSES)} y)'])

    def rule() -> str:
        options = [
            " ".join(atom() for _ in range(random_.randint(1, 3))) for _ in range(random_.randint(1, 3))
        ]
        return " | ".join(options)

    y = " | ".join(random_.sample([f'"{each}"' for each in _LITERALS] + _CLASSES, 2))
    return f"root ::= {rule()}\nx ::= {random_.choice(_CLASSES)} x? | y root | y\ny ::= {y}\n"


def test_the_same_tokens_are_allowed_as_by_llama(small: Pieces, smollm2: Path) -> None:
    random_ = random.Random(7)
    spelled = {small.piece(token): token for token in range(49_152)}
    wanted = [*'abc \n"', "ab", "aa", "bb", " a", "あ", "い", "\n\n"]
    probes = [spelled[each.encode()] for each in wanted if each.encode() in spelled]
    probes += [int(small.ends[0])]
    asked: list[tuple[str, list[int], list[int]]] = []
    mine: list[list[list[int]]] = []
    while len(asked) < 40:
        text = _grammar(random_)
        try:
            grammar = gbnf.parse(text)
        except KotonohaError as error:
            assert "左再帰" in error.ja
            continue
        state, said, masks = grammar.start, [], []
        for _ in range(6):
            grammar.rest()
            allowed = {int(token) for token in small.allowed(grammar, state)}
            masks.append([probe for probe in probes if probe in allowed])
            nexts = [token for token in masks[-1] if not small.is_end(token)]
            if not nexts:
                break
            said.append(random_.choice(nexts))
            following = grammar.advance(state, small.piece(said[-1]))
            assert following is not None
            state = following
        else:
            said.pop()
        asked.append((text, said, probes))
        mine.append(masks)
    told = subprocess.run(
        [sys.executable, "-c", _ASK_LLAMA, str(smollm2)],
        input="".join(json.dumps(each) + "\n" for each in asked),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    theirs = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(theirs) == len(mine)
    for question, ours, llamas in zip(asked, mine, theirs, strict=True):
        assert ours == llamas, question
    assert sum(len(masks) for masks in mine) > 100
