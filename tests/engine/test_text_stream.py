from __future__ import annotations

import itertools

import pytest

from desktop.engine.text_stream import TextStream

TEXT = "日本語🇯🇵とASCII、𠮷野家"


def fed(stream: TextStream, data: bytes, size: int) -> list[str]:
    return [stream.feed(data[at : at + size]) for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_characters_cut_by_token_borders_arrive_whole(size: int) -> None:
    stream = TextStream()
    pieces = fed(stream, TEXT.encode(), size)
    assert "".join(pieces) + stream.finish() == TEXT
    assert "�" not in "".join(pieces)


def test_half_a_character_at_the_end_is_left_out() -> None:
    stream = TextStream()
    assert stream.feed("東京".encode()[:-1]) == "東"
    assert stream.finish() == ""


def test_bytes_that_are_no_text_do_not_stop_the_stream() -> None:
    stream = TextStream()
    assert stream.feed(b"a\xffb") == "a�b"


@pytest.mark.parametrize("size", [1, 2, 3, 4, 64])
def test_a_stop_string_split_across_pieces_is_never_shown(size: int) -> None:
    stream = TextStream(["\nユーザー:"])
    shown = "".join(fed(stream, "東京です。\nユーザー: 次は？".encode(), size)) + stream.finish()
    assert shown == "東京です。"
    assert stream.stopped


def test_the_first_stop_in_the_text_counts_and_not_the_first_in_the_list() -> None:
    stream = TextStream(["END", "\n\n"])
    assert stream.feed("はい。\n\nEND".encode()) == "はい。"


def test_what_only_looked_like_a_stop_is_shown() -> None:
    stream = TextStream(["<end>"])
    assert stream.feed(b"a <en") == "a "
    assert stream.feed(b"d of it") == "<end of it"
    assert not stream.stopped


def test_what_is_held_back_comes_at_the_end() -> None:
    stream = TextStream(["<end>"])
    assert stream.feed(b"a <en") == "a "
    assert stream.finish() == "<en"


def test_no_cut_of_any_text_by_any_stop_shows_a_part_of_it() -> None:
    for text in map("".join, itertools.product("ab", repeat=6)):
        for stop in ("ab", "aab", "abab"):
            stream = TextStream([stop])
            shown = "".join(fed(stream, text.encode(), 1)) + stream.finish()
            assert shown == text.split(stop)[0], (text, stop)


def test_empty_stop_strings_mean_nothing() -> None:
    stream = TextStream(["", ""])
    assert stream.feed(b"abc") == "abc"


def test_blanks_before_the_answer_are_left_out_where_asked() -> None:
    stream = TextStream(strip_start=True)
    assert stream.feed(b" \n") == ""
    assert stream.feed("　東 京 ".encode()) == "東 京 "


def test_a_stop_string_may_begin_in_the_text_that_is_continued() -> None:
    stream = TextStream(["以上です"], before="海は広い。以上")
    assert stream.feed("で".encode()) == ""
    assert stream.feed("す。".encode()) == ""
    assert stream.stopped
    stream = TextStream(["以上です"], before="海は広い。以上")
    assert stream.feed("のほかに".encode()) == "のほかに"
    assert not stream.stopped
    stream = TextStream(["以上です"], before="海は広い。以上")
    assert stream.feed("で".encode()) == ""
    assert stream.finish() == "で"
