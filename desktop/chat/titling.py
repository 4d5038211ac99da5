"""A short title of a chat in the model's own words, asked for where the model is in memory anyway.

The request follows the chat as one more question, which nobody keeps: all that the model has computed of the
chat is gone on from, and only the request itself is new. A prompt of its own would have to compute the
messages again, and would take the place of the chat in the KV cache. The engine is given no name for what it
computes here, so it saves the chat's state before, and the next question has it back even where the cache
cannot be trimmed (``engine/state_keeper.py``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import cast

from msgspec.structs import replace

from desktop.chat.asked import next_prompt
from desktop.chat.branch import is_japanese
from desktop.chat.titles import title_of
from desktop.engine.protocol import Event, Failed, Finished, Loading, Piece, Sampling, Thought, Turn
from desktop.jobs import Cancel
from desktop.models.loading import Loader, Target
from desktop.store import Chat, Message, Store

LONGEST = 40  # characters
ONCE_MORE = 3  # questions, at which it is clearer what the chat is about
_MOST_TOKENS = 32
_MOST_CLEANED = 400  # characters; a model that writes more has not understood
_MOST_READ = 4_000  # characters of the chat that tell its writing systems
_SAMPLING = Sampling(temperature=0.2, top_p=0.9, max_tokens=_MOST_TOKENS, thinking_budget=0)

# The task in plain sentences and the beginning of its answer, which keeps small models from explaining.
_JAPANESE_TASK = (
    "ここまでの会話に、内容がわかる短い題名を15字以内でつけてください。題名だけを書いてください。"
)
_JAPANESE_BEGINNING, _JAPANESE_STOP = "題名：「", ("」", "\n")
_ENGLISH_TASK = "Give this conversation a short title of at most six words. Write the title alone."
_ENGLISH_BEGINNING, _ENGLISH_STOP = 'Title: "', ('"', "\n")

_LABEL = re.compile(
    r"(?:題名|題|件名|表題|タイトル|見出し|title|subject|conversation title)\s*(?:は|[:：\-–—=])\s*",
    re.IGNORECASE,
)
_MARKS = re.compile(r"^[#>*_\-–—・•\s]+|[*_\s]+$")
_PAIRS = {"「": "」", "『": "』", "【": "】", "《": "》", "〈": "〉", "“": "”", "‘": "’", "（": "）"}
_PAIRS |= {each: each for each in "\"'`"}
_ENDS = "。．.、，,:：;；"
# What a model begins with that did not understand the request.
_ECHOES = ("題名", "タイトル", "title", "この会話", "ここまでの会話", "この質問", "this conversation")
_SENTENCE = re.compile(r"(?:です|ます|ました|ません|でした|ください|でしょう)か?[？?！!]?$")
# What has a meaning of its own: words of four letters, two characters of kanji or katakana.
_WORDS = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff]{4,}")
_CHARACTERS = re.compile(r"(?=([\u30a1-\u30fc\u3400-\u9fff々]{2}))")


def is_due(chat: Chat, path: Sequence[Message]) -> bool:
    """Return whether the model may name the chat now, whose branch is ``path``.

    That is once, while it is called after its first words, and once more with its third question; never where
    the title was given by hand.
    """
    questions = [message for message in path if message.role == "user"]
    if chat.title_by_hand or not questions or path[-1].role != "assistant" or not path[-1].text.strip():
        return False
    if path[-1].status not in ("done", "limit", "stopped"):
        return False
    by_itself = chat.title in ("", title_of(questions[0].text))
    return len(questions) == ONCE_MORE or (len(questions) < ONCE_MORE and by_itself)


def name_chat(
    store: Store, loader: Loader, chat_id: int, *, target: Target, system: str, cancel: Cancel
) -> str | None:
    """Let the model in memory name a chat; return the title that was saved, None where there is none.

    It never loads a model. A title that is of no use leaves the old one, and one that was given by hand
    meanwhile stays. Raises ``Cancelled`` and ``KotonohaError`` (``chat_missing`` …).
    """
    chat, path = store.chats.get(chat_id), store.messages.path(chat_id)
    settings = loader.settings_in_use(target)
    if settings is None or not is_due(chat, path):
        return None
    said = "\n".join(message.text for message in path)[:_MOST_READ]
    choices = target.choices
    japanese = is_japanese(path[0].text)
    asked = next_prompt(
        store,
        path,
        _JAPANESE_TASK if japanese else _ENGLISH_TASK,
        choices=choices,
        policy=chat.policy,
        system=system,
    )
    beginning = Turn("assistant", _JAPANESE_BEGINNING if japanese else _ENGLISH_BEGINNING)
    events = loader.engine.generate(
        settings,
        (*asked.turns, beginning),
        replace(_SAMPLING, stop=_JAPANESE_STOP if japanese else _ENGLISH_STOP),
        cancel,
        # Better no title than one for which the oldest turns are left out and all is computed anew.
        prompting=replace(asked.prompting, thinking=False, policy="stop"),
        adapters=choices.adapters,
        drafting=False,
        reproducible=False,
    )
    text = _written(events)
    cancel.raise_if_set()
    title = cleaned(text, said)
    if not title or title == chat.title:
        return None
    store.chats.rename(chat_id, title, by_hand=False)  # which looks whether one was given by hand
    return title


def _written(events: Iterator[Event]) -> str:
    """Return what the model writes; "" where it is cut short, thinks in spite of all, or has to be loaded."""
    text = ""
    with closing(cast("Generator[Event, None, None]", events)):  # which stops it
        for event in events:
            match event:
                case Piece(text=piece):
                    text += piece
                case Finished(reason="limit" | "repeating" | "stopped") | Failed() | Loading() | Thought():
                    return ""
    return text


def cleaned(text: str, said: str) -> str:
    """Return what the model wrote as a title of one line, "" where it is of no use for what was ``said``.

    Of no use is what is empty, longer than ``LONGEST``, without a letter, in another language, a whole
    sentence of Japanese, an echo of the request, or without a word of the chat: small models dream.
    """
    lines = text[:_MOST_CLEANED].strip().splitlines()
    line = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in lines[0]) if lines else ""
    title = " ".join(line.split())
    before = None
    while title != before:  # a label in quotes, quotes behind a label …
        before = title
        title = _MARKS.sub("", title)
        title = _LABEL.sub("", title, count=1) if _LABEL.match(title) else title
        if len(title) > 1 and _PAIRS.get(title[0]) == title[-1]:
            title = title[1:-1]
        title = title.rstrip(_ENDS).strip()
    if not 2 <= len(title) <= LONGEST or title.casefold().startswith(_ECHOES) or _SENTENCE.search(title):
        return ""
    scripts = _scripts(title)
    if not scripts or not scripts <= _scripts(said) | {"LATIN"}:
        return ""
    return title if is_japanese(title) == is_japanese(said) and _words(title) & _words(said) else ""


def _words(text: str) -> set[str]:
    text = unicodedata.normalize("NFKC", text).casefold()
    return {*_WORDS.findall(text), *_CHARACTERS.findall(text)}


def _scripts(text: str) -> set[str]:
    """Return the writing systems of the letters in a text, after Unicode's names of them."""
    return {unicodedata.name(each, "").partition(" ")[0].partition("-")[0] for each in text if each.isalpha()}
