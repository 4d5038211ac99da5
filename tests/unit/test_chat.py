"""Titles, groups of days, and what of a branch the model is to see."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from desktop.chat.branch import first_seen, turns_of
from desktop.chat.days import group_of
from desktop.chat.titles import LONGEST, title_of
from desktop.engine.protocol import Turn
from desktop.store import Message


def message(number, role, text):
    return Message(number, 1, None, role, text, "done", 0.0, "", None, "", 0)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("日本の首都は？", "日本の首都は？"),
        ("次の文を直してください。「明日行く」", "次の文を直してください"),
        ("  \n# 見出し\n本文", "見出し"),
        ("はい。続けて", "はい。続けて"),
        ("あ" * 100, "あ" * (LONGEST - 1) + "…"),
        ("a\x00b\tc\u202e", "a b c"),
        ("   ", ""),
    ],
)
def test_titles(text, title):
    assert title_of(text) == title


def test_groups_go_by_calendar_days():
    now = dt.datetime(2026, 11, 24, 0, 30).timestamp()
    minutes = 60.0
    assert group_of(now - 10 * minutes, now).kind == "today"
    assert group_of(now - 40 * minutes, now).kind == "yesterday"
    assert group_of(now + 86_400, now).kind == "today"
    assert group_of(now - 3 * 86_400, now).kind == "week"
    assert group_of(dt.datetime(2026, 9, 1, 12).timestamp(), now) == ("month", 2026, 9)


@pytest.mark.parametrize("when", [1e13, float("inf"), 1e300, -1e15, float("-inf")])
def test_a_time_that_is_none_has_a_group_too(when):
    assert group_of(when, 1.8e9).kind == "unknown"


def test_a_question_that_was_too_long_does_not_burden_what_follows():
    failed = msgspec.structs.replace(message(2, "assistant", ""), error_code="prompt_too_long")
    path = [message(1, "user", "長い" * 9), failed, message(3, "user", "二")]
    assert turns_of(path, "") == (Turn("user", "二"),)
    assert turns_of(path[:1], "") == (Turn("user", "長い" * 9),)  # when it is asked again
    assert first_seen(path, 0) == 2
    written = msgspec.structs.replace(failed, text="途中まで")
    assert [turn.text for turn in turns_of([path[0], written, path[2]], "")] == ["長い" * 9, "途中まで", "二"]


def test_turns_alternate_and_a_failed_answer_leaves_no_trace():
    path = [message(1, "user", "一"), message(2, "assistant", ""), message(3, "user", "二")]
    assert turns_of(path, " ") == (Turn("user", "一\n\n二"),)
    assert turns_of([*path, message(4, "assistant", "書きかけ")], "指示") == (
        Turn("system", "指示"),
        Turn("user", "一\n\n二"),
        Turn("assistant", "書きかけ"),
    )


def test_the_first_message_that_the_model_sees():
    path = [
        message(1, "user", "一"),
        message(2, "assistant", ""),
        message(3, "user", "二"),
        message(4, "assistant", "答え"),
        message(5, "user", "三"),
    ]
    assert first_seen(path, 0) == 0
    assert first_seen(path, 1) == 3
    assert first_seen(path, 2) == 4
    assert first_seen(path, 9) == len(path)
