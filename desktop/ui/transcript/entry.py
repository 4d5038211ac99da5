"""What the transcript shows: one frozen value a message. Knows nothing of the store or of Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from desktop.ui.controls.attachment_chips import FileShown

Role = Literal["user", "assistant"]
Status = Literal["done", "streaming", "stopped", "limit", "interrupted", "failed", "looped"]


@dataclass(frozen=True)
class Entry:
    """One message to show.

    ``note`` has the statistics of an answer (``"38.2 トークン/秒"``), shown on demand, and a caution while it
    is written; ``error`` is the sentence of a failed answer, ``position`` says that this is version k of n,
    counted from 1. ``thinking`` is what the model thought first, for so many seconds (0: not known).
    ``exceeded``: it failed because the chat is longer than the context, where the person wanted to be asked.
    ``asked``: it failed because this question (its id) is too long, and would fail again.
    ``bare``: it is only to be read, and offers nothing but copying.
    ``files`` were sent with a question.
    ``created`` is in Unix seconds (0: not known); ``model`` and ``preset`` are the names of what answered.
    """

    id: int
    role: Role
    text: str
    status: Status = "done"
    note: str = ""
    error: str = ""
    position: tuple[int, int] = (1, 1)
    thinking: str = ""
    thought_seconds: float = 0.0
    exceeded: bool = False
    asked: int | None = None
    created: float = 0.0
    model: str = ""
    preset: str = ""
    starred: bool = False
    bare: bool = False
    files: tuple[FileShown, ...] = ()
