"""Gemini's activity from Google Takeout: ``MyActivity.json`` or ``MyActivity.html`` of "Gemini Apps".

An activity is a prompt with its answer, ``{header: "Gemini Apps", title: "Prompted …", time, products,
safeHtmlItem: [{html}]}``, newest first; in HTML a ``div`` of class ``outer-cell`` with the same. There are no
conversations in it, so the activities of one day (of Japan, so that the days are the same on every machine)
become one chat. Titles begin with a verb in the account's language: those known are taken away, others
stay.
"""

from __future__ import annotations

import codecs
import datetime as dt
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from desktop.exchange.html_text import Forgiving, to_markdown
from desktop.exchange.json_numbers import Reader
from desktop.exchange.shapes import Object, digest, joined, objects, seconds, sequence, string
from desktop.exchange.tree import Node, messages_of
from desktop.store.records import ChatRecord

JAPAN = dt.timezone(dt.timedelta(hours=9))
MOST_CHARACTERS = 32 << 20  # of one day and of one activity
_LATEST = 2.0**33  # seconds: the year 2242; a damaged date counts as the nearest that can be
_PROMPT = re.compile(
    r"(?:(?:Prompted with|Asked Gemini|Asked Bard): |(?:Prompted|Asked|Said|Branched|Answered)[ \u00a0]"
    r"|(?:プロンプト|送信したプロンプト|送信したメッセージ)\s*[:：]\s*)"
)
_NOT_SAID = re.compile(
    r"(?:Created|Used|Added|Gave|Selected|Shared|Deleted|Viewed|Visited|Edited|Pinned|Renamed|Exported|Updated)\b"
)
_ATTACHED = re.compile(r"\s*Attached \d+ files?\.?\s*$")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DATE = re.compile(
    r"\s*(?:(?P<year>\d{4})[/年.-]\s?(?P<month>\d{1,2})[/月.-]\s?(?P<day>\d{1,2})日?"
    r"|(?P<name>[A-Z][a-z]{2})[a-z]* (?P<day_en>\d{1,2}), (?P<year_en>\d{4}),?)"
    r"\s+(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)(?:\s?(?P<half>[AP]M))?"
    r"(?:\s+(?P<zone>[A-Z]{2,5})?(?:(?P<sign>[+-])(?P<offset>\d{1,2})(?::?(?P<part>\d\d))?)?)?"
)
_ZONES = {"JST": 9.0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_ZONES |= {"BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "KST": 9, "IST": 5.5}


@dataclass(frozen=True)
class Activity:
    """A prompt and its answer, as Markdown; either may be empty."""

    time: float
    prompt: str
    answer: str


def matches(value: Object) -> bool:
    """Return whether this is an activity of any of Google's products."""
    return isinstance(value.get("header"), str) and isinstance(value.get("title"), str) and "time" in value


def activity(value: Object) -> Activity | None:
    """Return what was said, or None where it is nothing said to Gemini."""
    labels = [string(value.get("header")), *(string(each) for each in sequence(value.get("products")))]
    if not _gemini(labels):
        return None
    time = seconds(value.get("time")) or 0.0  # a day of its own, so that nothing is lost
    answer = joined(to_markdown(string(each.get("html"))) for each in objects(value.get("safeHtmlItem")))
    return _said(time, string(value.get("title")), answer)


def days(activities: Iterable[Activity], now: float) -> Iterator[ChatRecord]:
    """Yield one chat for each day, of activities that come in the order of time, forward or backward."""
    group: list[Activity] = []
    room = MOST_CHARACTERS
    for each in activities:
        size = len(each.prompt) + len(each.answer) + 200
        if group and (_day(each.time) != _day(group[0].time) or size > room):
            yield _chat(group, now)
            group, room = [], MOST_CHARACTERS
        group.append(each)
        room -= size
    if group:
        yield _chat(group, now)


def read_html(stream: Reader) -> Iterator[Activity]:
    """Yield the activities of a ``MyActivity.html``; other HTML has none."""
    cells = _Cells()
    while data := stream.read(64 << 10):
        cells.give(data)
        yield from cells.take()
        if len(cells.rawdata) > MOST_CHARACTERS // 8:  # a tag without an end: not Takeout's
            return
    cells.close()
    yield from cells.take()


def _gemini(labels: Iterable[str]) -> bool:
    return any(name in label.lower() for label in labels for name in ("gemini", "bard"))


def _said(time: float, title: str, answer: str) -> Activity | None:
    found = _PROMPT.match(title)
    if found is None and (_NOT_SAID.match(title) or not answer):
        return None
    prompt = _ATTACHED.sub("", title[found.end() :] if found else title).strip()
    return Activity(min(max(time, 0.0), _LATEST), prompt, answer) if prompt or answer else None


def _day(time: float) -> str:
    return dt.datetime.fromtimestamp(time, JAPAN).date().isoformat()


def _chat(group: list[Activity], now: float) -> ChatRecord:
    group = sorted(group, key=lambda each: each.time)
    nodes: list[Node] = []
    above = ""
    for each in group:
        # HTML has whole seconds and other white space than JSON; it is the same activity.
        key = digest(str(int(each.time)), "".join(each.prompt.split()))
        nodes.append(Node(key, above, "user", each.prompt, each.time))
        nodes.append(Node(f"{key}-answer", key, "assistant", each.answer, each.time, "Gemini"))
        above = nodes[-1].key
    messages, leaf = messages_of(nodes, above, now)
    day = _day(group[0].time)
    first = " ".join(group[0].prompt[:200].split())
    return ChatRecord(
        origin=f"gemini:{day}",
        title=f"{day} {first if len(first) <= 32 else first[:31] + '…'}".rstrip(),
        created=group[0].time,
        updated=group[-1].time,
        messages=messages,
        leaf=leaf,
        model_name="Gemini",
    )


class _Cells(Forgiving):
    """Collects the inner HTML of each activity's first content cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._utf8 = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._depth = 0  # of divs within the activity
        self._kind = ""  # "header" or "content" while within such a cell
        self._cell_depth = 0
        self._header: list[str] = []
        self._content: list[str] = []
        self._size = 0
        self._done: list[Activity] = []

    def give(self, data: bytes) -> None:
        """Take the next bytes."""
        self.feed(self._utf8.decode(data))

    def take(self) -> list[Activity]:
        """Return the activities that are complete, once."""
        done, self._done = self._done, []
        return done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "div":
            classes = (dict(attrs).get("class") or "").split()
            if not self._depth and "outer-cell" in classes:
                self._depth, self._header, self._content, self._size = 1, [], [], 0
                return
            self._depth += bool(self._depth)
            if self._depth and not self._kind:
                if "header-cell" in classes:
                    self._kind, self._cell_depth = "header", self._depth
                elif "content-cell" in classes and not self._content:
                    self._kind, self._cell_depth = "content", self._depth
                return
        self._keep(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._depth:
            if self._kind and self._depth == self._cell_depth:
                self._kind = ""
            self._depth -= 1
            if not self._depth:
                self._finish()
        self._keep(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._keep(html.escape(data))

    def _keep(self, text: str) -> None:
        self._size += len(text)
        if self._kind and self._size <= MOST_CHARACTERS:
            (self._header if self._kind == "header" else self._content).append(text)

    def _finish(self) -> None:
        if not _gemini(["".join(self._header)]):
            return
        lines = re.split(r"<br\s*/?>", "".join(self._content))
        for place, line in enumerate(lines):
            found = _DATE.match(html.unescape(line[:200]).replace("\u202f", " ").replace("\u00a0", " "))
            if found is not None and place:
                title = html.unescape(re.sub(r"<[^>]*>", "", "\n".join(lines[:place]))).strip()
                rest = line.partition("<")
                answer = to_markdown("<br>".join([rest[1] + rest[2], *lines[place + 1 :]]))
                said = _said(_time(found), title, answer)
                self._done += [] if said is None else [said]
                return


def _time(found: re.Match[str]) -> float:
    """Return Unix seconds of a date as Takeout writes it in Japanese or English; 0 of one that cannot be."""
    month = found["month"] or (_MONTHS.index(found["name"]) + 1 if found["name"] in _MONTHS else 0)
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"] == "PM")
    offset = _ZONES.get(found["zone"] or "", 0.0)
    if found["offset"]:
        by_hand = int(found["offset"]) + int(found["part"] or 0) / 60
        offset += by_hand if found["sign"] == "+" else -by_hand
    try:
        moment = dt.datetime(
            int(found["year"] or found["year_en"]),
            int(month),
            int(found["day"] or found["day_en"]),
            hour,
            int(found["minute"]),
            int(found["second"]),
            tzinfo=dt.timezone(dt.timedelta(hours=offset)),
        )
        return moment.timestamp()
    except (ValueError, OverflowError):
        return 0.0
