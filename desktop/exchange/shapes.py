"""Values of a stranger's JSON, read without trust: what is not there or of another kind counts as empty."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
import sys
from collections.abc import Iterable
from typing import Any

from desktop.language import say

Object = dict[str, Any]

_MOST = 2**53  # a number of JSON above it is not exact everywhere
_THOUGHT = re.compile(r"\s*<think>(.*?)</think>\s*", re.DOTALL)


def mapping(value: object) -> Object:
    """Return the JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """Return the JSON array, or an empty one."""
    return value if isinstance(value, list) else []


def objects(value: object) -> list[Object]:
    """Return the objects in a JSON array."""
    return [each for each in sequence(value) if isinstance(each, dict)]


def string(value: object) -> str:
    """Return the string, or ""."""
    return value if isinstance(value, str) else ""


def identifier(value: object) -> str:
    """Return an id, which may be a number, as text; or ""."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return string(value)


def seconds(value: object) -> float | None:
    """Return Unix seconds from a number (of seconds, milli-, micro- or nanoseconds) or ISO 8601."""
    if isinstance(value, bool):
        return None
    text = string(value).strip()[:40]
    try:
        if isinstance(value, (int, float)):
            return _scaled(float(value))
        if re.fullmatch(r"\d{9,19}(\.\d+)?", text):
            return _scaled(float(text))
        moment = dt.datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _scaled(number: float) -> float | None:
    if not math.isfinite(number) or number <= 0:
        return None
    for _ in range(3):
        if number > 1e11:  # later than the year 5138
            number /= 1000
    return number if number <= 1e11 else None


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON whose numbers every reader takes: damaged ones are the nearest that can be (NaN: 0)."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return 0.0 if math.isnan(value) else min(max(value, -sys.float_info.max), sys.float_info.max)
    if isinstance(value, int) and not isinstance(value, bool):
        return min(max(value, -_MOST), _MOST)
    return value


def digest(*parts: str) -> str:
    """Return what names these texts where nothing else does."""
    together = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        together.update(len(data).to_bytes(8, "big") + data)
    return together.hexdigest()[:32]


def fenced(text: str, language: str = "") -> str:
    """Return the text as a block of code in Markdown, whatever fences are in it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    language = language if re.fullmatch(r"[\w+#.-]{1,30}", language) and language != "unknown" else ""
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def quoted(text: str) -> str:
    """Return the text as a quotation in Markdown."""
    return "\n".join(f"> {each}".rstrip() for each in text.splitlines())


def joined(parts: Iterable[str], between: str = "\n\n") -> str:
    """Return the parts that are not blank, one below the other."""
    return between.join(part for part in parts if part.strip())


def split_thought(text: str) -> tuple[str, str]:
    """Return what a model thought first, between its own marks, and the answer."""
    found = _THOUGHT.match(text)
    return (found[1].strip(), text[found.end() :]) if found else ("", text)


def image_note() -> str:
    """Return what stands in the place of an image."""
    return say("（画像）", "(image)")


def audio_note() -> str:
    """Return what stands in the place of a recording."""
    return say("（音声）", "(audio)")


def file_note(name: str) -> str:
    """Return what stands in the place of a file that was sent along."""
    name = " ".join(name[:200].split())
    return (
        say(f"（添付: {name}）", f"(attached: {name})")
        if name
        else say("（添付ファイル）", "(attached file)")
    )


def tool_note(name: str) -> str:
    """Return the heading of what a tool was given or answered."""
    name = " ".join(name[:200].split())
    return say(f"（ツール: {name}）", f"(tool: {name})") if name else say("（ツール）", "(tool)")


def tool_text(name: str, text: str, language: str = "") -> str:
    """Return what a tool was given or answered, as code below its heading."""
    return joined([tool_note(name), fenced(text, language) if text.strip() else ""])


def as_json(value: object) -> str:
    """Return a value as JSON that can be read."""
    return json.dumps(value, ensure_ascii=False, indent=1)


def part_text(part: object) -> str:  # noqa: PLR0911
    """Return one part of a message as most applications write it: a text, or a note of what it is."""
    if isinstance(part, str):
        return part
    item = mapping(part)
    kind = string(item.get("type"))
    text = item.get("text")
    if isinstance(text, str):
        return text
    if isinstance(text, dict):  # {"value": …, "annotations": […]}
        return string(text.get("value"))
    if "image" in kind:
        return image_note()
    if "audio" in kind:
        return audio_note()
    if "file" in kind:
        return file_note(string(item.get("name")) or string(item.get("filename")))
    return ""


def content_text(content: object) -> str:
    """Return the content of a message: a text, or a list of parts."""
    return string(content) or joined(part_text(each) for each in sequence(content))
