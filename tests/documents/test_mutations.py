"""Two hundred damaged files of each format: each is read, or refused in words."""

from __future__ import annotations

import random
import warnings

import making
import pytest

from desktop.documents.convert import Converted, convert
from desktop.errors import KotonohaError

COUNT = 200


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes with a few of them changed, removed, doubled, or cut off at the end."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 3, 20))):
        at = chance.randrange(len(out))
        match chance.randrange(5):
            case 0:
                out[at] ^= 1 << chance.randrange(8)
            case 1:
                out[at : at + chance.randrange(1, 40)] = chance.randbytes(chance.randrange(1, 40))
            case 2:
                del out[at : at + chance.randrange(1, 200)]
            case 3:
                out[at:at] = out[max(0, at - 100) : at]
            case _:
                del out[max(at, 8) :]
        if len(out) < 8:
            return bytes(out) or b"x"
    return bytes(out)


def inside(data: bytes, chance: random.Random) -> bytes:
    """Return a container whose parts are mutated, and not only its frame."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name in chance.sample(sorted(parts), 2):
        parts[name] = mutated(parts[name] or b"x", chance)
    return making.zipped(parts)


@pytest.mark.parametrize("name", making.FILES)
def test_damaged_files_are_read_or_refused(name):
    whole, chance = making.FILES[name](), random.Random(name)
    read = refused = 0
    for number in range(COUNT):
        change = inside if whole.startswith(b"PK") and number % 2 else mutated
        data = change(whole, chance)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the libraries warn of much of this
            try:
                *_, converted = convert(name, data)
                assert isinstance(converted, Converted) and converted.text.text.strip()
                converted.text.text.encode()
                read += 1
            except KotonohaError as error:
                assert error.code.startswith("document_") and error.ja and error.en
                refused += 1
    assert read + refused == COUNT
    assert read, "nothing was read, so nothing was tried"
