"""What a screen reader is told of an answer while it is written."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from desktop.ui.controls import announce
from desktop.ui.reading import LONGEST, Sentences


def read(text: str, size: int = 1) -> list[str]:
    sentences, found = Sentences(), []
    for start in range(0, len(text), size):
        found += sentences.feed(text[start : start + size])
    return found + sentences.finish()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("東京です。次に大阪！？本当？", ["東京です。", "次に大阪！？", "本当？"]),
        ("彼は「行く。」と言った。終わり", ["彼は「行く。」", "と言った。", "終わり"]),
        ("# 見出し\n\n本文です。\n- 一つめ\n- **二つめ**", ["見出し", "本文です。", "一つめ", "二つめ"]),
        ("段落一\n\n段落二", ["段落一", "段落二"]),
        ("前。\n```python\nprint('。')\nx = 1\n```\n後。", ["前。", "後。"]),
        ("Pi is 3.14. It goes\non forever. 終", ["Pi is 3.14.", "It goes\non forever.", "終"]),
        ("| 名 | 値 |\n|---|---|\n| 東京 | 一 |", ["名 、 値", "東京 、 一"]),
        ("１．一番。\n\n---\n\n終。", ["１．一番。", "終。"]),
        ("1. 一番。2. 二番。", ["1. 一番。", "2. 二番。"]),
        ("", []),
        ("。", ["。"]),
    ],
)
def test_an_answer_is_read_by_sentence(text, spoken, size):
    assert read(text, size) == spoken


def test_a_sentence_is_not_read_before_it_is_whole():
    sentences = Sentences()
    assert sentences.feed("日本の首都は東京です。") == []  # a bracket or mark may follow
    assert sentences.feed("人") == ["日本の首都は東京です。"]


def test_text_without_an_end_is_read_in_parts_and_nothing_is_lost():
    text = "あいうえお、" * 500
    spoken = read(text, 50)
    assert "".join(spoken) == text
    assert max(map(len, spoken)) <= LONGEST
    assert "".join(read("あ" * 3_000, 50)) == "あ" * 3_000


@pytest.fixture
def said(monkeypatch):
    """What is announced in the window in front, as a screen reader that runs would hear it."""
    heard: list[tuple[str, object]] = []

    def hear(event: object) -> None:
        assert isinstance(event, QAccessibleAnnouncementEvent)
        heard.append((event.message(), event.politeness()))

    class Running(QAccessible):
        isActive = staticmethod(lambda: True)  # noqa: N815
        updateAccessibility = staticmethod(hear)  # noqa: N815

    monkeypatch.setattr(announce, "QAccessible", Running)
    return heard


def test_the_open_answer_is_announced_and_no_other(qtbot, scripted, said):
    scripted.window.activateWindow()
    qtbot.waitUntil(scripted.window.isActiveWindow)
    scripted.ask("日本の首都はどこですか？")
    assert [text for text, _ in said] == ["答えを書いています。", "東京です。", "答えが終わりました。"]
    assert {politeness for _, politeness in said} == {QAccessible.AnnouncementPoliteness.Polite}
    said.clear()
    go_on = scripted.hold("hold-answer")
    scripted.begin("もう一度")
    scripted.window.conversation.open_new()
    said.clear()
    go_on()
    scripted.settle()
    assert said == []


def test_messages_of_the_window_are_announced(qtbot, scripted, said):
    scripted.window.toast.show_message("コピーしました。")
    scripted.page.banner.show_message("開けませんでした。")
    assert said == [
        ("コピーしました。", QAccessible.AnnouncementPoliteness.Polite),
        ("開けませんでした。", QAccessible.AnnouncementPoliteness.Assertive),
    ]
