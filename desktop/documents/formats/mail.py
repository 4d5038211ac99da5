"""E-mail (.eml): its head, its text, and the names of what is attached to it, with the standard library."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from typing import Any

from desktop.documents.document import Note, Text, bounded
from desktop.documents.encodings import detect, python_name, strictly
from desktop.documents.formats.html import markdown_of
from desktop.errors import KotonohaError

_HEAD = ("From", "To", "Cc", "Date", "Subject")
_MOST_PARTS = 500
_LONGEST_HEADER = 4_000  # characters


def read_mail(data: bytes) -> Text:
    """Read a message as it was sent."""
    notes: list[Note] = []
    # The older policy: the newer one parses every header by grammar, and raises at many of a stranger's.
    message = message_from_bytes(data, policy=policy.compat32)
    lines = _head(message)
    plain: list[str] = []
    pages: list[str] = []
    names: list[str] = []
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS:
            break
        if part.is_multipart():
            if part.get_content_maintype() == "message" and isinstance(inner := part.get_payload(0), Message):
                plain.append("\n".join(["---", *_head(inner)]))
            continue
        kind, name = part.get_content_type(), _name(part)
        if name or part.get_content_disposition() == "attachment" or kind not in ("text/plain", "text/html"):
            names.append(name or kind)
        elif kind == "text/plain":
            plain.append(_text(part, notes).strip())
        else:
            pages.append(_text(part, notes))
    body = "\n\n".join(plain).strip() or "\n\n".join(markdown_of(page, notes) for page in pages).strip()
    if names:
        lines += [f"Attachment: {name}" for name in names]
        listed = "、".join(names[:5]) + ("…" if len(names) > 5 else "")
        notes.append(
            Note(
                f"添付ファイルの中は読んでいません（{listed}）。",
                f"What is attached to the mail was not read ({listed}).",
            )
        )
    return Text(bounded("\n".join([*lines, "", body]).strip(), notes), tuple(notes))


def _head(message: Message) -> list[str]:
    heads = {name.lower(): value for name, value in reversed(list(message.raw_items()))}
    return [f"{name}: {text}" for name in _HEAD if (text := _header(heads.get(name.lower())))]


def _text(part: Message, notes: list[Note]) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    text = strictly(data, python_name(str(part.get_content_charset() or "")) or "utf-8")
    if text is not None:
        return text.replace("\r\n", "\n")
    try:
        return detect(data)[0]
    except KotonohaError as error:
        notes.append(Note(error.ja, error.en))
        return ""


def _name(part: Message) -> str:
    return _header(part.get_filename())[:200]


def _header(value: Any) -> str:  # noqa: ANN401 - a string or a Header, after what was in the file
    """Return a header in characters, whatever encodings its words are in."""
    if value is None:
        return ""
    raw = str(value).encode("utf-8", "surrogateescape")
    try:
        pieces = decode_header(detect(raw)[0].replace("\n", " ")[:_LONGEST_HEADER])
    except (KotonohaError, ValueError):
        return raw.decode("utf-8", "replace")[:_LONGEST_HEADER]
    return " ".join("".join(_word(word, charset) for word, charset in pieces).split())


def _word(word: bytes | str, charset: str | None) -> str:
    if isinstance(word, str):
        return word
    text = strictly(word, python_name(charset or "") or "latin-1")
    return word.decode("utf-8", "replace") if text is None else text
