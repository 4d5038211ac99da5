"""``kotonoha ask``: one answer to one question, or a chat in the terminal."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from contextlib import closing

import msgspec

from desktop.cli import piped
from desktop.cli.answers import Answer, Asker
from desktop.cli.interrupt import stops
from desktop.jobs import Cancel
from desktop.language import say


def run(options: Namespace) -> int:
    """Answer, or chat; return the exit status. 130 when Ctrl-C stopped the answer."""
    question = _question(options)
    if question is None:
        if options.json or options.save or options.schema or not sys.stdout.isatty():
            print(
                say("kotonoha ask: 質問がありません。", "kotonoha ask: there is no question."),
                file=sys.stderr,
            )
            return 2
        from desktop.cli.chat import chat

        with closing(Asker(options)) as asker:
            return chat(asker)
    if not question:
        print(say("kotonoha ask: 質問が空です。", "kotonoha ask: the question is empty."), file=sys.stderr)
        return 2
    with closing(Asker(options)) as asker:
        cancel = Cancel()
        with stops(cancel):
            if options.save:
                answer = asker.answer_in(asker.new_chat(), question, cancel, quiet=options.json)
            else:
                answer = asker.answer(question, cancel, quiet=options.json)
        if options.json:
            if options.probabilities and answer.text and not cancel.is_set():
                tokens = asker.score(question, answer.text, options.probabilities, cancel)
                answer = msgspec.structs.replace(answer, tokens=tokens)
            _print_json(answer)
    return 130 if cancel.is_set() else 0


def _question(options: Namespace) -> str | None:
    """Return the question with what was piped in; None when a person at the terminal gave none."""
    words = piped.argument(" ".join(options.text))
    if sys.stdin is None or sys.stdin.isatty():
        return words.strip() if options.text else None
    return piped.attach(words, piped.read(sys.stdin.buffer))


def _print_json(answer: Answer) -> None:
    print(json.dumps(msgspec.to_builtins(answer), ensure_ascii=False))
