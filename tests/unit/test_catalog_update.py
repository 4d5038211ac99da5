"""A later edition of the catalogue is kept only when it is what was promised."""

from __future__ import annotations

import copy
import errno
import hashlib
import threading
from pathlib import Path

import catalogs
import pytest
from catalogs import BUILTIN, encoded
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import KotonohaError
from desktop.models import catalog_update
from desktop.models.catalog import MOST_BYTES, builtin, load
from desktop.models.catalog_update import Sha256, Signature, update

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


def edition(revision: int) -> bytes:
    return encoded(copy.deepcopy(BUILTIN) | {"revision": revision})


def hashed(data: bytes) -> Sha256:
    return Sha256(hashlib.sha256(data).hexdigest())


def refused(data: bytes, proof: Sha256 | Signature, folder: Path) -> str:
    before = sorted((path.name, path.read_bytes()) for path in folder.iterdir())
    with pytest.raises(KotonohaError) as raised:
        update(data, proof, folder)
    assert sorted((path.name, path.read_bytes()) for path in folder.iterdir()) == before
    return raised.value.code


def test_a_later_edition_is_kept(tmp_path: Path) -> None:
    data = edition(5)
    assert update(data, hashed(data), tmp_path).revision == 5
    assert load(tmp_path).catalog.revision == 5
    assert [path.name for path in tmp_path.iterdir()] == ["catalog.json"]
    assert (tmp_path / "catalog.json").stat().st_mode & 0o077 == 0
    data = edition(6)
    update(data, Sha256(f" {hashlib.sha256(data).hexdigest().upper()}\n"), tmp_path)
    assert load(tmp_path).catalog.revision == 6


def test_it_goes_into_the_home_folder(home: Path) -> None:
    data = edition(9)
    update(data, hashed(data))
    assert (home / "catalog.json").read_bytes() == data
    assert load().catalog.revision == 9


def test_a_signature_is_checked(tmp_path: Path) -> None:
    data = edition(5)
    good = Signature(PUBLIC, KEY.sign(data))
    other = Ed25519PrivateKey.generate()
    for wrong in (
        Signature(PUBLIC, KEY.sign(data + b" ")),
        Signature(PUBLIC, other.sign(data)),
        Signature(other.public_key().public_bytes_raw(), good.signature),
        Signature(b"short", good.signature),
        Signature(PUBLIC, b""),
    ):
        assert refused(data, wrong, tmp_path) == "catalog_untrusted"
    assert update(data, good, tmp_path).revision == 5


@pytest.mark.parametrize("digest", ["", "0" * 64, "あ" * 64, "sha256:" + "0" * 64])
def test_another_hash_is_not_trusted(tmp_path: Path, digest: str) -> None:
    assert refused(edition(5), Sha256(digest), tmp_path) == "catalog_untrusted"


def test_one_changed_byte_is_not_trusted(tmp_path: Path) -> None:
    data = edition(5)
    for at in (0, len(data) // 2, len(data) - 1):
        spoiled = bytearray(data)
        spoiled[at] ^= 1
        assert refused(bytes(spoiled), hashed(data), tmp_path) == "catalog_untrusted"


def test_what_is_proven_must_still_be_a_catalogue(tmp_path: Path) -> None:
    large = b" " * (MOST_BYTES + 1)
    assert refused(large, hashed(large), tmp_path) == "catalog_damaged"
    other = b'{"hello": "world"}'
    assert refused(other, hashed(other), tmp_path) == "catalog_damaged"
    newer = encoded(catalogs.catalog(format=2, revision=5))
    assert refused(newer, hashed(newer), tmp_path) == "catalog_newer"


def test_an_older_one_is_never_taken(tmp_path: Path) -> None:
    data = edition(8)
    update(data, hashed(data), tmp_path)
    older = edition(7)
    assert refused(older, hashed(older), tmp_path) == "catalog_older"
    # The same again is no failure, and changes nothing.
    before = (tmp_path / "catalog.json").stat().st_mtime_ns
    assert update(data, hashed(data), tmp_path).revision == 8
    assert (tmp_path / "catalog.json").stat().st_mtime_ns == before


def test_a_kept_one_older_than_the_builtin_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = edition(5)
    update(data, hashed(data), tmp_path)
    resources = tmp_path / "resources"
    resources.mkdir()
    (resources / "catalog.json").write_bytes(edition(6))  # the application was updated meanwhile
    monkeypatch.setattr("desktop.paths.RESOURCES", resources)
    assert load(tmp_path).catalog.revision == 6
    assert refused(data, hashed(data), tmp_path / "resources") == "catalog_older"


def test_a_damaged_one_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "catalog.json").write_bytes(b"half")
    data = edition(5)
    assert update(data, hashed(data), tmp_path).revision == 5
    assert load(tmp_path).problem is None


def test_a_full_disk_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = edition(5)
    update(data, hashed(data), tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(catalog_update.os, "fsync", full)
    later = edition(6)
    assert refused(later, hashed(later), tmp_path) == "catalog_unwritable"
    assert load(tmp_path).catalog.revision == 5


def test_whoever_reads_meanwhile_sees_a_whole_one(tmp_path: Path) -> None:
    own = builtin().revision
    done = threading.Event()
    seen: list[tuple[int, bool]] = []

    def look() -> None:
        while not done.is_set():
            found = load(tmp_path)
            seen.append((found.catalog.revision, found.problem is None))

    reader = threading.Thread(target=look)
    reader.start()
    for revision in range(own + 1, own + 20):
        data = edition(revision)
        update(data, hashed(data), tmp_path)
    done.set()
    reader.join(timeout=60)
    assert seen and all(whole for _, whole in seen)
    assert [revision for revision, _ in seen] == sorted(revision for revision, _ in seen)
