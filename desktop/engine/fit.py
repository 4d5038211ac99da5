"""Which turns of a long conversation the model still sees. The caller counts the tokens.

Turns are left out in whole exchanges (a user's turn with its answers), oldest first. They are left out in
chunks of a quarter of the context rather than one at a time: while the conversation grows by less than a
chunk, the prompt keeps the same beginning, and the KV cache of the last turn stays usable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.engine.failures import RequestFailed
from desktop.engine.protocol import Turn

TURN_OVERHEAD = 8  # tokens that a template puts round a turn, roughly; the real count decides in the end
MAX_CHARACTERS = 4_000_000  # of one prompt; beyond any context that a computer at home can hold


class PromptTooLong(RequestFailed):
    """Not even the last exchange fits."""

    def __init__(self, length: int, limit: int, unit: str = "tokens") -> None:
        super().__init__("prompt_too_long", f"{length:,} / {limit:,} {unit}")
        self.length = length


class ContextExceeded(RequestFailed):
    """Not all fits, and nothing may be left out."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__("context_exceeded", f"{length:,} / {limit:,} tokens")
        self.length = length


def answer_room(context_length: int, max_tokens: int | None) -> int:
    """Return how many tokens of the context are kept free for the answer."""
    wanted = 512 if max_tokens is None else max(max_tokens, 1)
    return min(wanted, context_length // 4)


def fit(
    turns: Sequence[Turn],
    *,
    limit: int,
    context_length: int,
    encode: Callable[[Sequence[Turn]], list[int]],
    count: Callable[[str], int],
    leave_out: bool = True,
) -> tuple[list[int], int]:
    """Return the prompt of at most ``limit`` tokens, and how many of the oldest turns it leaves out.

    ``encode`` makes the whole prompt of some turns, ``count`` gives the tokens of one text. System turns
    always stay, and so does the last exchange; raise ``PromptTooLong`` when these do not fit. Without
    ``leave_out`` everything stays; raise ``ContextExceeded`` when the last exchange alone would fit.
    """
    system = [turn for turn in turns if turn.role == "system"]
    exchanges = _exchanges([turn for turn in turns if turn.role != "system"])
    first = _within_characters(system, exchanges)
    if first == 0:
        tokens = encode(turns)
        if len(tokens) <= limit:
            return tokens, 0
        if len(exchanges) < 2:
            raise PromptTooLong(len(tokens), limit)
    alone = len(encode([*system, *exchanges[-1]]))
    if alone > limit:
        raise PromptTooLong(alone, limit)
    if not leave_out:
        raise ContextExceeded(len(tokens) if first == 0 else _rough(turns), limit)
    sizes = [sum(count(turn.text) + TURN_OVERHEAD for turn in exchange) for exchange in exchanges[first:]]
    chunk = max(context_length // 4, 1)
    # Sizes of turns are estimates: a quarter of a chunk keeps their errors from moving the beginning every
    # turn.
    first += _chunk(sizes, sum(sizes[:-1]) + alone + chunk // 4 - limit, chunk)
    while True:
        kept = system + [turn for exchange in exchanges[first:] for turn in exchange]
        tokens = encode(kept)
        if len(tokens) <= limit:
            return tokens, len(turns) - len(kept)
        first += 1


def _rough(turns: Sequence[Turn]) -> int:
    """Return about how many tokens a conversation has that is too long to be tokenized."""
    return sum(len(turn.text) for turn in turns)


def _exchanges(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Group turns so that each group but perhaps the first begins with a user's turn."""
    groups: list[list[Turn]] = []
    for turn in turns:
        if turn.role == "user" or not groups:
            groups.append([])
        groups[-1].append(turn)
    return groups


def _within_characters(system: Sequence[Turn], exchanges: Sequence[Sequence[Turn]]) -> int:
    """Return the first exchange from which on the text is short enough to be worth tokenizing."""
    total = sum(len(turn.text) for turn in system)
    for at in range(len(exchanges) - 1, -1, -1):
        total += sum(len(turn.text) for turn in exchanges[at])
        if total > MAX_CHARACTERS:
            if at == len(exchanges) - 1:
                raise PromptTooLong(total, MAX_CHARACTERS, "characters")
            return at + 1
    return 0


def _chunk(sizes: Sequence[int], excess: int, chunk: int) -> int:
    """Return how many exchanges to leave out so that ``excess`` tokens, rounded up to whole chunks, go."""
    goal = -(-max(excess, 1) // chunk) * chunk
    gone = 0
    for number, size in enumerate(sizes[:-1]):
        if gone >= goal:
            return number
        gone += size
    return len(sizes) - 1
