"""What text a grammar allows, one character after the other. Pure Python: no grammar can end the process.

A rule is a small program, and calls other rules. A state is a set of places in those programs, each with the
state in which its rule was called (Earley's algorithm, so that ambiguity costs little). Equal states are one
object and remember where characters lead, those that no range tells apart together: a grammar in use turns
into an automaton.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from desktop.errors import KotonohaError

MAX_PROGRAM = 50_000  # instructions of all rules together, repetitions written out
MAX_PLACES = 20_000  # in one state
_MAX_STEPS = 200_000  # to compute one state
_MAX_EFFORT = 5_000_000  # steps between two calls of ``rest``, two seconds or so: a stop waits for them
_MAX_HELD = 5_000_000  # places in all states, some hundred bytes each
_MAX_KEPT = 20_000  # states that are looked up again
_FEW = 256  # characters
MAX_DEPTH = 100  # of nested groups
_LAST = 0x10FFFF

# The nodes of a rule


class Chars(NamedTuple):
    """One character of these ranges, both ends included; ``negated``: any other character."""

    ranges: tuple[tuple[int, int], ...]
    negated: bool = False


class Rule(NamedTuple):
    """A rule by its name. ``place``: where it is used, for messages."""

    name: str
    place: int = 0


class Sequence(NamedTuple):
    """One after the other."""

    items: tuple[Node, ...]


class Choice(NamedTuple):
    """One of them."""

    options: tuple[Node, ...]


class Repeat(NamedTuple):
    """From ``least`` to ``most`` times, None for without end. ``place``: where, for messages."""

    item: Node
    least: int
    most: int | None
    place: int = 0


Node = Chars | Rule | Sequence | Choice | Repeat


def literal(text: str) -> Sequence:
    """Return the node of exactly this text."""
    return Sequence(tuple(Chars(((ord(c), ord(c)),)) for c in text))


class TooLarge(Exception):  # noqa: N818 - the grammar is at fault
    """The rules, written out, are too long; ``place`` of the repetition or group where that was found."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


def too_ambiguous() -> KotonohaError:
    """Return the failure of a grammar that could be followed in too many ways at once."""
    return KotonohaError(
        "grammar_invalid",
        "答えの文法が曖昧すぎて、使えません。同じ文字で始まる選択肢や、繰り返しの中の繰り返しを減らしてください。",
        "The grammar for the answer is too ambiguous to be used. Use fewer alternatives that begin alike, "
        "and fewer repetitions inside repetitions.",
    )


@dataclass(slots=True, frozen=True)
class _Call:
    rule: int


@dataclass(slots=True, frozen=True)
class _Split:
    first: int
    second: int


@dataclass(slots=True, frozen=True)
class _Return:
    rule: int


_Instruction = Chars | _Call | _Split | _Return


class _Set:
    """One state: what may come next, and what waits for a rule that was called here."""

    __slots__ = ("__weakref__", "chars", "cuts", "done", "following", "waiting")

    def __init__(self) -> None:
        self.chars: dict[Chars, list[tuple[int, _Set | None]]] = {}
        self.waiting: dict[int, list[tuple[int, _Set | None]]] = {}
        self.done = False
        self.cuts: list[int] = []  # the characters before which a range begins or ends, in order
        self.following: dict[int, _Set | None] = {}  # by the number of cuts before a character


class State(NamedTuple):
    """Where a text has come to in a grammar, perhaps in the middle of a character."""

    places: _Set
    pending: bytes = b""  # the first bytes of a character

    @property
    def done(self) -> bool:
        """Whether the text may end here."""
        return self.places.done and not self.pending


class Grammar:
    """Compiled rules. Every name in them must be there, ``root`` too."""

    def __init__(self, rules: Mapping[str, Node]) -> None:
        """Compile; raise ``TooLarge``."""
        self._index = {name: at for at, name in enumerate(rules)}
        self._code: list[_Instruction] = []
        self._entries: list[int] = []
        for at, node in enumerate(rules.values()):
            self._entries.append(len(self._code))
            self._emit(node, 0, 0)
            self._put(_Return(at), 0)
        self._nullable = self._nullables()
        self._kept: dict[frozenset[tuple[int, int]], _Set] = {}
        self._effort = 0
        self._held = 0
        self.start = State(self._state([(self._entries[self._index["root"]], None)]))

    def advance(self, state: State, data: bytes) -> State | None:
        """Return where these bytes lead; None where the grammar does not allow them.

        Raise ``KotonohaError("grammar_invalid")`` when there are too many ways.
        """
        data = state.pending + data
        try:
            text, pending = data.decode(), b""
        except UnicodeDecodeError as error:
            if error.reason != "unexpected end of data":
                return None
            text, pending = data[: error.start].decode(), data[error.start :]
        places: _Set | None = state.places
        for character in text:
            assert places is not None
            places = self._step(places, ord(character))
            if places is None:
                return None
        assert places is not None
        if pending and not self._may_become(places, pending):
            return None
        return State(places, pending)

    def is_narrow(self, state: State) -> bool:
        """Return whether only few characters may come next."""
        count = 0
        for chars in state.places.chars:
            if chars.negated:
                return False
            count += sum(high - low + 1 for low, high in chars.ranges)
        return count <= _FEW

    def rest(self) -> None:
        """Forget the effort so far: the caller is between two tokens, where a stop is seen."""
        self._effort = 0

    def _step(self, places: _Set, code: int) -> _Set | None:
        part = bisect_right(places.cuts, code)
        try:
            return places.following[part]
        except KeyError:
            self._spend(len(places.cuts) + len(places.chars))
            kernel = [
                (at + 1, parent)
                for chars, found in places.chars.items()
                if _matches(chars, code)
                for at, parent in found
            ]
            following = places.following[part] = self._state(kernel) if kernel else None
            return following

    def _may_become(self, places: _Set, pending: bytes) -> bool:
        """Return whether a character that begins with these bytes can come next."""
        lead = pending[0]
        length = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        low = lead & (0x7F >> length)
        for byte in pending[1:]:
            low = low << 6 | byte & 0x3F
        missing = 6 * (length - len(pending))
        low, high = low << missing, min((low + 1 << missing) - 1, _LAST)
        low = max(low, (0, 0, 0x80, 0x800, 0x10000)[length])
        cuts = places.cuts
        parts = (low, *cuts[bisect_right(cuts, low) : bisect_right(cuts, high)])
        return any(self._step(places, code) is not None for code in parts)

    def _spend(self, steps: int) -> None:
        self._effort += steps
        if self._effort > _MAX_EFFORT:
            raise too_ambiguous()

    def _state(self, kernel: list[tuple[int, _Set | None]]) -> _Set:
        new = _Set()
        seen: set[tuple[int, int]] = set()
        kept = []
        work = kernel
        steps = 0
        while work:
            at, parent = work.pop()
            steps += 1
            key = at, (0 if parent is new else id(parent))
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > MAX_PLACES or steps > _MAX_STEPS:
                raise too_ambiguous()
            instruction = self._code[at]
            if isinstance(instruction, Chars):
                new.chars.setdefault(instruction, []).append((at, parent))
                kept.append(key)
            elif isinstance(instruction, _Split):
                work += [(instruction.first, parent), (instruction.second, parent)]
            elif isinstance(instruction, _Call):
                kept.append(key)
                callers = new.waiting.setdefault(instruction.rule, [])
                if not callers:
                    work.append((self._entries[instruction.rule], new))
                callers.append((at + 1, parent))
                if instruction.rule in self._nullable:
                    work.append((at + 1, parent))
            elif parent is None:
                new.done = True
            elif parent is not new:  # a rule that was empty was passed over when it was called
                work += parent.waiting[instruction.rule]
                steps += len(parent.waiting[instruction.rule])
        self._spend(steps)
        return self._keep(new, kept)

    def _keep(self, new: _Set, places: list[tuple[int, int]]) -> _Set:
        """Return the state that there is already with these places; else the new one, from now on."""
        if len(self._kept) > _MAX_KEPT:
            self._kept.clear()
        # What was not kept is not part of the key: only of what lives on can the identity be told.
        key = frozenset([*places, (-1, int(new.done))])
        if (known := self._kept.get(key)) is not None:
            return known
        new.cuts = sorted(
            {cut for chars in new.chars for low, high in chars.ranges for cut in (low, high + 1)}
        )
        self._spend(len(new.cuts))
        self._held += len(places) + len(new.cuts)
        if self._held > _MAX_HELD:
            raise too_ambiguous()
        self._kept[key] = new
        return new

    def _emit(self, node: Node, place: int, depth: int) -> None:
        if depth > 4 * MAX_DEPTH:
            raise TooLarge(place)
        match node:
            case Chars():
                self._put(node, place)
            case Rule():
                self._put(_Call(self._index[node.name]), place)
            case Sequence():
                for item in node.items:
                    self._emit(item, place, depth + 1)
            case Choice():
                self._choice(node, place, depth)
            case Repeat():
                self._repeat(node, depth)

    def _repeat(self, node: Repeat, depth: int) -> None:
        begin = len(self._code)
        for _ in range(node.least):
            begin = len(self._code)
            self._emit(node.item, node.place, depth + 1)
            if len(self._code) == begin:
                return  # nothing, however often
        if node.most is None and node.least:
            self._put(_Split(begin, len(self._code) + 1), node.place)
            return
        splits = []
        for _ in range(1 if node.most is None else node.most - node.least):
            splits.append(self._put(_Split(0, 0), node.place))
            self._emit(node.item, node.place, depth + 1)
        if node.most is None:
            self._put(_Split(splits[0], splits[0]), node.place)
        for split in splits:
            self._code[split] = _Split(split + 1, len(self._code))

    def _choice(self, node: Choice, place: int, depth: int) -> None:
        ends = []
        for option in node.options[:-1]:
            split = self._put(_Split(0, 0), place)
            self._emit(option, place, depth + 1)
            ends.append(self._put(_Split(0, 0), place))
            self._code[split] = _Split(split + 1, len(self._code))
        for option in node.options[-1:]:
            self._emit(option, place, depth + 1)
        for end in ends:
            self._code[end] = _Split(len(self._code), len(self._code))

    def _put(self, instruction: _Instruction, place: int) -> int:
        if len(self._code) >= MAX_PROGRAM:
            raise TooLarge(place)
        self._code.append(instruction)
        return len(self._code) - 1

    def _nullables(self) -> set[int]:
        """Return the rules that an empty text fulfils."""
        found: set[int] = set()
        known = -1
        rules = range(len(self._entries))
        while known < len(found):
            known = len(found)
            for rule in (*rules, *reversed(rules)):  # chains of rules run in either direction
                if rule not in found and self._passes(self._entries[rule], found):
                    found.add(rule)
        return found

    def _passes(self, entry: int, nullable: set[int]) -> bool:
        seen = set()
        work = [entry]
        while work:
            at = work.pop()
            if at in seen:
                continue
            seen.add(at)
            match self._code[at]:
                case _Return():
                    return True
                case _Split(first, second):
                    work += [first, second]
                case _Call(rule) if rule in nullable:
                    work.append(at + 1)
        return False


def _matches(chars: Chars, code: int) -> bool:
    return any(low <= code <= high for low, high in chars.ranges) is not chars.negated
