"""A later edition of the catalogue: checked, and kept in the home folder. Fetching it is not done here."""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from desktop import paths
from desktop.errors import KotonohaError
from desktop.models.catalog import FILE_NAME, MOST_BYTES, damaged, decode, load
from desktop.models.catalog_entries import Catalog
from desktop.store.snapshot import sync_folder


@dataclass(frozen=True, slots=True)
class Sha256:
    """The file must have this hash, in hexadecimal."""

    digest: str

    def accepts(self, data: bytes) -> bool:
        """Return whether the data are what was promised."""
        found = hashlib.sha256(data).hexdigest()
        return hmac.compare_digest(found.encode(), self.digest.strip().lower().encode("ascii", "replace"))


@dataclass(frozen=True, slots=True)
class Signature:
    """The file must be signed with the private half of this Ed25519 key (RFC 8032). Both are raw bytes."""

    public_key: bytes  # 32 bytes
    signature: bytes  # 64 bytes

    def accepts(self, data: bytes) -> bool:
        """Return whether the data are signed so; False also for a key or signature that is none."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(self.signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


def update(data: bytes, proof: Sha256 | Signature, folder: Path | None = None) -> Catalog:
    """Keep ``data`` as the catalogue from now on, and return it; the same edition again changes nothing.

    Nothing is kept unless its size, ``proof`` and its form are right and it is not older than what is in use.
    Raises ``KotonohaError``: ``"catalog_untrusted"``, ``"catalog_damaged"``, ``"catalog_newer"``,
    ``"catalog_older"``, ``"catalog_unwritable"``.
    """
    if len(data) > MOST_BYTES:
        raise damaged(f"> {MOST_BYTES:,} bytes")
    if not proof.accepts(data):
        raise KotonohaError(
            "catalog_untrusted",
            "受け取ったモデル一覧は、発行元のものと確かめられませんでした。使わずに、今の一覧のままにします。",
            "It could not be verified that the list of models is its publisher's. It is not used, and the "
            "present list stays.",
        )
    catalog = decode(data)
    present = load(folder).catalog
    if catalog.revision < present.revision:
        raise KotonohaError(
            "catalog_older",
            f"受け取ったモデル一覧（{catalog.date}）は今の一覧（{present.date}）より古いため、使いません。",
            f"The list of models ({catalog.date}) is older than the present one ({present.date}) and is not "
            "used.",
        )
    if catalog.revision == present.revision:
        return present
    try:
        _keep(data, folder or paths.home())
    except OSError as error:
        raise KotonohaError(
            "catalog_unwritable",
            f"新しいモデル一覧を保存できませんでした。今の一覧のままです。（{error}）",
            f"The new list of models could not be saved. The present one stays. ({error})",
        ) from error
    return catalog


def _keep(data: bytes, folder: Path) -> None:
    """Write the file so that there is the old one or the new one, whole, at every moment."""
    handle, name = tempfile.mkstemp(prefix=f".{FILE_NAME}.", suffix=".part", dir=folder)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / FILE_NAME)
        sync_folder(folder)
    finally:
        part.unlink(missing_ok=True)
