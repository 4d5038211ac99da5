"""What a cell of Excel shows, by its value and its number format. Pure.

Not all of the formats' language (ECMA-376 part 1, 18.8.31), but what says something that the bare number
does not: Japanese years, percent, currencies and units, leading zeros, hours beyond a day.
"""

from __future__ import annotations

import datetime
import re

_ERAS = (
    (datetime.date(2019, 5, 1), "令和", "R"),
    (datetime.date(1989, 1, 8), "平成", "H"),
    (datetime.date(1926, 12, 25), "昭和", "S"),
    (datetime.date(1912, 7, 30), "大正", "T"),
)
_ERA = re.compile(r"g{1,3}|e+", re.IGNORECASE)
_MARKED = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|_.|\*.|\[[^\]]*\]')
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.([0#?]+))?(%?)")
_LONGEST = 200  # characters of a format


def shown(value: object, number_format: str) -> str:
    """Return a value as text; "" for None."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime.datetime() | datetime.date():
            return _date(value, number_format)
        case datetime.timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
        case int() | float():
            return _number(value, number_format)
        case _:
            return str(value)


def _date(value: datetime.date, number_format: str) -> str:
    plain = _MARKED.sub("", number_format[:_LONGEST])
    day = value.date() if isinstance(value, datetime.datetime) else value
    if _ERA.search(plain):
        for first, name, letter in _ERAS:
            if day >= first:
                number = day.year - first.year + 1
                if "ggg" in plain.lower():
                    return f"{name}{'元' if number == 1 else number}年{day.month}月{day.day}日"
                return f"{letter}{number}.{day.month}.{day.day}"
    if not isinstance(value, datetime.datetime) or value.time() == datetime.time():
        return day.isoformat()
    return value.isoformat(" ", "seconds")


def _number(value: float, number_format: str) -> str:
    bare = f"{value:.15g}" if isinstance(value, float) else str(value)
    section = number_format[:_LONGEST].partition(";")[0]  # that of positive numbers
    if section in ("", "General") or section.count('"') % 2:
        return bare
    marks: list[str] = []

    def keep(found: re.Match[str]) -> str:
        marks.append(found[1] or found[2] or found[3] or "")
        return "\x01" if marks[-1] else ""

    plain = _MARKED.sub(keep, section)
    digits = _DIGITS.search(plain)
    if digits is None or re.search(r"[a-zA-Z/@#0?]", plain[: digits.start()] + plain[digits.end() :]):
        return bare
    pattern, percent = digits[0].rstrip("%"), bool(digits[2])
    scale = len(pattern) - len(pattern.rstrip(","))
    number = value * 100 if percent else value / 1000**scale
    places = digits[1] or ""
    text = f"{abs(number):{',' if ',' in pattern.rstrip(',') else ''}.{len(places)}f}"
    if places and places[-1] in "#?":
        kept = len(places.rstrip("#?"))
        whole, _, rest = text.partition(".")
        rest = rest[:kept] + rest[kept:].rstrip("0")
        text = f"{whole}.{rest}" if rest else whole
    zeros = pattern.partition(".")[0].replace(",", "").count("0")
    if zeros > 1:
        text = text.zfill(zeros + (len(places) + 1 if places else 0))
    words = iter(marks)
    around = [
        "".join(next(words) if character == "\x01" else character for character in part)
        for part in (plain[: digits.start()], plain[digits.end() :])
    ]
    sign = "-" if value < 0 and float(text.replace(",", "") or 0) else ""
    return f"{sign}{around[0].strip('()')}{text}{'%' if percent else ''}{around[1].strip('()')}".strip()
