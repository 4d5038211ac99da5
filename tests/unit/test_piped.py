from __future__ import annotations

import io

import pytest

from desktop.cli import piped
from desktop.errors import KotonohaError

MAIL = "お世話になっております。\n明日の会議は「第2会議室」で行います。①資料、②議事録。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_japanese_in_every_usual_encoding(encoding: str) -> None:
    assert piped.decode(MAIL.encode(encoding)) == MAIL


@pytest.mark.parametrize("encoding", ["euc_jp", "iso2022_jp"])
def test_japanese_in_older_encodings(encoding: str) -> None:
    text = MAIL.replace("①", "").replace("②", "")  # not in their character set
    assert piped.decode(text.encode(encoding)) == text


def test_line_ends_and_bytes_that_are_no_text() -> None:
    assert piped.decode(b"a\r\nb\rc\n") == "a\nb\nc\n"
    assert piped.decode(b"\xff\xfe\x00") == "�"
    assert "�" in piped.decode(bytes(range(256)))


def test_an_argument_in_another_encoding() -> None:
    assert piped.argument("要約して".encode("cp932").decode("utf-8", "surrogateescape")) == "要約して"


def test_too_much_is_refused() -> None:
    assert piped.read(io.BytesIO(b"a" * piped.LONGEST)) == "a" * piped.LONGEST
    with pytest.raises(KotonohaError) as caught:
        piped.read(io.BytesIO(b"a" * (piped.LONGEST + 1)))
    assert caught.value.code == "input_too_large"


def test_attached_below_the_question() -> None:
    assert piped.attach("要約して", MAIL) == f"要約して\n\n---\n{MAIL}---"
    assert piped.attach("", "質問です\n") == "質問です"
    assert piped.attach("質問です", "\n") == "質問です"
    assert piped.attach(" ", "") == ""
