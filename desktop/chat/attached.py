"""How the files of a question stand in the prompt: each as a fenced block before the question's text.

They are text of people like the question itself, so the engine tokenizes them without control tokens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from desktop.chat.branch import is_japanese
from desktop.documents.kinds import language_of
from desktop.store import Message, Store
from desktop.store.attachments import Attached

_TICKS = re.compile("`{3,}")
_LANGUAGES = {"markdown": "markdown", "word": "markdown", "powerpoint": "markdown", "html": "markdown"}


def block_of(file: Attached, *, japanese: bool) -> str:
    """Return a file as the model is given it: its name, then what is used of its text between fences.

    The fences are longer than any in the text, so that nothing in it ends the block.
    """
    fence = "`" * max([3, *(len(ticks) + 1 for ticks in _TICKS.findall(file.text))])
    language = language_of(file.name) if file.kind == "code" else _LANGUAGES.get(file.kind, "")
    head = f"ファイル「{file.name}」" if japanese else f'File "{file.name}"'
    rest = ""
    if file.cut:
        rest = (
            "\n（ここまでが先頭。以下は省略）"
            if japanese
            else "\n(The beginning ends here; the rest is left out.)"
        )
    return f"{head}\n{fence}{language}\n{file.text.rstrip()}\n{fence}{rest}"


def with_blocks(text: str, files: Sequence[Attached]) -> str:
    """Return a question's text behind its files, in the language of the question, or of the first file."""
    japanese = is_japanese(text) or (not text and bool(files) and is_japanese(files[0].text[:2_000]))
    return "\n\n".join(filter(None, [*(block_of(file, japanese=japanese) for file in files), text]))


def with_files(store: Store, path: Sequence[Message]) -> list[Message]:
    """Return the messages of a path with their files in their texts."""
    if not path:
        return []
    files: dict[int, list[Attached]] = {}
    for file in store.attachments.texts(path[0].chat_id):
        if file.message_id is not None:
            files.setdefault(file.message_id, []).append(file)
    return [
        msgspec.structs.replace(message, text=with_blocks(message.text, files[message.id]))
        if message.id in files
        else message
        for message in path
    ]
