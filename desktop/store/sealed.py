"""A file encrypted with a passphrase, piece by piece in little memory; no change to it goes unnoticed.

The header (version 1) is the magic, the version, scrypt's log2 n, r and p, 16 bytes of salt, 7 of nonce,
the size of a piece, and 16 bytes that tell a wrong passphrase from a damaged file. Then come pieces of that
size, each with its tag, sealed by ChaCha20-Poly1305 with the whole header as associated data and the nonce
``7 bytes ‖ number of the piece (4) ‖ last (1)``: the STREAM construction of Hoang, Reyhanitabar, Rogaway
and Vizár (https://eprint.iacr.org/2015/189), so pieces cannot be cut off, left out, repeated or moved.
"""

from __future__ import annotations

import hmac
import os
import struct
import unicodedata
from collections.abc import Generator
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from desktop.errors import KotonohaError
from desktop.jobs import Cancel

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

MAGIC = b"KOTONOHA-SEALED\n"
VERSION = 1
PIECE_BYTES = 64 << 10
_HEADER = struct.Struct(f">{len(MAGIC)}s4B16s7sI")
_CHECK_BYTES = 16
_TAG_BYTES = 16
_LOG2_N, _R, _P = 17, 8, 1  # 128 MiB and half a second: OWASP's advice for scrypt
_MOST_MEMORY = 256 << 20  # bytes that a header may ask for
_MOST_PIECES = 2**32


class SealProgress(msgspec.Struct, frozen=True):
    """How many bytes are done."""

    done: int
    total: int


def is_sealed(beginning: bytes) -> bool:
    """Return whether a file that begins so is one of these."""
    return beginning.startswith(MAGIC)


def seal(
    source: BinaryIO, target: BinaryIO, passphrase: str, cancel: Cancel, total: int = 0
) -> Generator[SealProgress, None, None]:
    """Encrypt everything in ``source``. Raises ``Cancelled``, and ``passphrase_empty``."""
    salt, nonce = os.urandom(16), os.urandom(7)
    fields = _HEADER.pack(MAGIC, VERSION, _LOG2_N, _R, _P, salt, nonce, PIECE_BYTES)
    cipher, check = _keys(passphrase, salt, _LOG2_N, _R, _P)
    header = fields + check
    target.write(header)
    number, done = 0, 0
    piece = source.read(PIECE_BYTES)
    while True:
        cancel.raise_if_set()
        following = source.read(PIECE_BYTES)
        target.write(cipher.encrypt(_nonce(nonce, number, last=not following), piece, header))
        done += len(piece)
        yield SealProgress(done, max(total, done))
        if not following:
            return
        piece, number = following, number + 1


def unseal(
    source: BinaryIO, target: BinaryIO, passphrase: str, cancel: Cancel, total: int = 0
) -> Generator[SealProgress, None, None]:
    """Decrypt everything; what was written to ``target`` is to be trusted only when this ends.

    Raises ``Cancelled`` and ``KotonohaError``: ``passphrase_wrong``, ``passphrase_empty``, ``backup_newer``,
    ``backup_damaged``.
    """
    from cryptography.exceptions import InvalidTag

    fields = source.read(_HEADER.size)
    check = source.read(_CHECK_BYTES)
    if len(fields) < _HEADER.size or len(check) < _CHECK_BYTES or not is_sealed(fields):
        raise damaged()
    _, version, log2_n, r, p, salt, nonce, size = _HEADER.unpack(fields)
    if version > VERSION:
        raise _newer()
    usable = 1 <= log2_n < 32 and r >= 1 and 1 <= p <= 4 and size == PIECE_BYTES
    if not usable or (128 * r) << log2_n > _MOST_MEMORY:
        raise damaged()
    cipher, expected = _keys(passphrase, salt, log2_n, r, p)
    if not hmac.compare_digest(check, expected):
        raise _wrong()
    header = fields + check
    number, done = 0, len(header)
    piece = source.read(size + _TAG_BYTES)
    while True:
        cancel.raise_if_set()
        following = source.read(size + _TAG_BYTES)
        try:
            target.write(cipher.decrypt(_nonce(nonce, number, last=not following), piece, header))
        except InvalidTag as error:
            raise damaged() from error
        done += len(piece)
        yield SealProgress(done, max(total, done))
        if not following:
            return
        piece, number = following, number + 1


def _keys(passphrase: str, salt: bytes, log2_n: int, r: int, p: int) -> tuple[ChaCha20Poly1305, bytes]:
    """Return the cipher, and what tells whether the passphrase is right."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    # The same words in another width or composition are the same passphrase.
    secret = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    if not secret:
        raise KotonohaError(
            "passphrase_empty",
            "合言葉が空です。何も変えていません。合言葉を入れてください。",
            "The passphrase is empty. Nothing was changed. Please enter a passphrase.",
        )
    derived = Scrypt(salt=salt, length=32 + _CHECK_BYTES, n=1 << log2_n, r=r, p=p).derive(secret)
    return ChaCha20Poly1305(derived[:32]), derived[32:]


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    if number >= _MOST_PIECES:
        raise damaged()
    return prefix + number.to_bytes(4, "big") + bytes([last])


def damaged() -> KotonohaError:
    """Return the refusal of a sealed file that is not whole."""
    return KotonohaError(
        "backup_damaged",
        "この控えは壊れているか、途中で切れているか、書き換えられています。何も変えていません。"
        "別の控えを選んでください。",
        "This backup is damaged, cut short or tampered with. Nothing was changed. Please choose another one.",
    )


def _wrong() -> KotonohaError:
    return KotonohaError(
        "passphrase_wrong",
        "合言葉が違います。何も変えていません。もう一度入れてください。",
        "The passphrase is wrong. Nothing was changed. Please enter it again.",
    )


def _newer() -> KotonohaError:
    return KotonohaError(
        "backup_newer",
        "この控えは、新しい版の言の葉で作られています。何も変えていません。言の葉を新しくしてください。",
        "This backup was made by a newer version of Kotonoha. Nothing was changed. Please update Kotonoha.",
    )
