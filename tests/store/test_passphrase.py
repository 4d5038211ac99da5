"""The kept passphrase, and the backups that are encrypted with it."""

from __future__ import annotations

import os
import stat
import sys
import time
from pathlib import Path

import pytest

from desktop.errors import KotonohaError
from desktop.jobs import Cancel, Cancelled, result_of
from desktop.store import Store, backups, passphrase
from desktop.store.automatic import back_up, back_up_if_older

WORDS = "ひみつの 合言葉\u3000パスワード"


def test_it_is_kept_for_the_owner_alone_and_forgotten(store: Store) -> None:
    assert passphrase.kept(store.path) is None
    passphrase.keep(store.path, WORDS)
    assert passphrase.kept(store.path) == WORDS
    passphrase.keep(store.path, "別の言葉")
    assert passphrase.kept(store.path) == "別の言葉"
    (file,) = store.path.parent.glob("*passphrase*")
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    passphrase.forget(store.path)
    passphrase.forget(store.path)
    assert passphrase.kept(store.path) is None


@pytest.mark.parametrize(
    ("words", "code"),
    [("", "passphrase_empty"), (" \u3000\n", "passphrase_empty"), ("あ" * 1_001, "passphrase_too_long")],
)
def test_what_is_no_passphrase_is_refused_and_the_old_one_stays(store: Store, words: str, code: str) -> None:
    passphrase.keep(store.path, WORDS)
    with pytest.raises(KotonohaError) as caught:
        passphrase.keep(store.path, words)
    assert caught.value.code == code
    assert passphrase.kept(store.path) == WORDS


def test_what_is_kept_opens_the_backups_that_are_made_with_it(store: Store) -> None:
    plain = result_of(back_up(store.path, Cancel()))
    passphrase.keep(store.path, WORDS)
    chat = store.chats.create()
    store.chats.rename(chat.id, "守られた対話")
    locked = result_of(back_up(store.path, Cancel()))
    assert [backups.is_sealed(each) for each in (plain, locked)] == [False, True]
    assert "守られた対話".encode() not in locked.read_bytes()
    assert WORDS.encode() not in plain.read_bytes()
    store.close()
    with pytest.raises(KotonohaError, match="合言葉が違います"):
        result_of(backups.restore(store.path, locked, Cancel(), "違う言葉"))
    result_of(backups.restore(store.path, locked, Cancel(), passphrase.kept(store.path)))
    again = Store.open(store.path)
    assert [each.title for each in again.chats.list()] == ["守られた対話"]
    again.close()


def test_one_by_itself_is_made_only_where_the_newest_is_old(store: Store) -> None:
    passphrase.keep(store.path, WORDS)
    first = result_of(back_up_if_older(store.path, Cancel(), 3600))
    assert first is not None and backups.is_sealed(first)
    assert result_of(back_up_if_older(store.path, Cancel(), 3600)) is None
    assert result_of(back_up_if_older(store.path, Cancel(), 0)) is not None
    _age(store.path.parent / "backups", 7200)
    assert result_of(back_up_if_older(store.path, Cancel(), 3600)) is not None


@pytest.mark.parametrize("spoilt", [b"", b"\0\0\0", b" \n", None])
def test_what_is_to_be_encrypted_is_never_made_without(
    store: Store, spoilt: bytes | None, tmp_path: Path
) -> None:
    passphrase.keep(store.path, WORDS)
    (file,) = store.path.parent.glob("*passphrase*")
    file.unlink()
    if spoilt is None:
        file.symlink_to(store.path.parent / "ない")
    else:
        file.write_bytes(spoilt)
    for to in (None, tmp_path / "控え.db"):
        with pytest.raises(KotonohaError) as told:
            result_of(back_up(store.path, Cancel(), to))
        assert told.value.code == "passphrase_unreadable" and str(file) in told.value.ja
    assert not (store.path.parent / "backups").exists() and not (tmp_path / "控え.db").exists()
    assert passphrase.is_wanted(store.path)
    passphrase.forget(store.path)
    assert not passphrase.is_wanted(store.path)
    assert not backups.is_sealed(store.backup())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_in_the_place_of_the_passphrase_is_not_waited_for(store: Store) -> None:
    os.mkfifo(store.path.with_name("kotonoha-passphrase"))
    with pytest.raises(KotonohaError) as told:
        passphrase.kept(store.path)
    assert told.value.code == "passphrase_unreadable"


def test_a_clock_that_was_put_back_does_not_stop_backups(store: Store) -> None:
    result_of(back_up(store.path, Cancel()))
    _age(store.path.parent / "backups", -365 * 86_400)
    assert result_of(back_up_if_older(store.path, Cancel(), 3600)) is not None


def test_a_cancelled_backup_leaves_nothing(store: Store) -> None:
    passphrase.keep(store.path, WORDS)
    cancel = Cancel()
    making = back_up(store.path, cancel)
    next(making)
    cancel.set()
    with pytest.raises(Cancelled):
        result_of(making)
    assert list((store.path.parent / "backups").iterdir()) == []


def _age(folder: Path, seconds: float) -> None:
    for file in folder.iterdir():
        os.utime(file, (time.time() - seconds,) * 2)
