"""Which encoding a text is in, for short Japanese texts above all."""

from __future__ import annotations

import random

import pytest

from desktop.documents.encodings import CHOICES, decode, detect, shown
from desktop.documents.formats.html import read_html
from desktop.errors import KotonohaError

TEXTS = [
    "こんにちは",
    "東京",
    "日本語の文章です。今日は良い天気ですね。\n二行目。",
    "会議の議事録\n- 出席者: 山田、鈴木\n- 日時: 2026年4月1日（水）",
    "abc 漢字",
    "価格は1,000円です",
    "カタカナのファイル",
]
ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "cp932": "cp932",
    "shift_jis": "cp932",
    "euc_jp": "euc_jis_2004",
    "iso2022_jp": "iso2022_jp_ext",
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_japanese_encoding_is_found(encoding, text):
    assert detect(text.encode(encoding)) == (text, ENCODINGS[encoding])


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp", "utf-8", "utf-16"])
def test_random_pieces_of_a_real_text_are_found(encoding):
    text = (
        "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所で"
        "ニャーニャー泣いていた事だけは記憶している。吾輩はここで始めて人間というものを見た。しかもあとで聞くと"
        "それは書生という人間中で一番獰悪な種族であったそうだ。この書生というのは時々我々を捕えて煮て食うという話である。"
    )
    chance = random.Random(7)
    for _ in range(300):
        start = chance.randrange(len(text) - 4)
        piece = text[start : start + chance.randrange(4, 40)]
        assert detect(piece.encode(encoding))[0] == piece


def test_characters_of_windows_and_half_width_kana_are_kept():
    for text in ("①②③の㈱言葉～です", "ﾊﾝｶｸ文字です"):
        assert detect(text.encode("cp932")) == (text, "cp932")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("한국어 문장입니다. 오늘은 날씨가 좋습니다. 우리는 공원에 갑니다.", "cp949"),
        ("Le café est déjà fermé, naïveté mise à part; où êtes-vous allés cet été?", "cp1252"),
    ],
)
def test_other_languages_are_told_by_the_library(text, encoding):
    assert detect(text.encode(encoding))[0] == text


def test_a_declared_charset_counts_where_it_is_right():
    page = "<meta charset=Shift_JIS><p>ソ連と表示</p>".encode("cp932")
    assert read_html(page, "").encoding == "cp932"
    wrong = "<meta charset=Shift_JIS><p>本当はUTF-8の文章</p>".encode()
    assert "本当はUTF-8の文章" in read_html(wrong, "").text


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(KotonohaError) as refused:
        detect(bytes(random.Random(1).randbytes(4_000)))
    assert refused.value.code == "document_binary"


def test_line_ends_and_marks_do_not_reach_the_text():
    assert detect("\ufeff一\r\n二\r三".encode("utf-8"))[0] == "一\n二\n三"


def test_every_choice_can_be_used_on_anything_and_has_a_name():
    for encoding, name in CHOICES:
        assert isinstance(decode(b"\xa4\xa2\xff\x00abc", encoding), str)
        assert shown(encoding) == name
    for nonsense in ("zip", "no-such", "base64"):
        with pytest.raises(KotonohaError) as refused:
            decode(b"abc", nonsense)
        assert refused.value.code == "document_encoding"
