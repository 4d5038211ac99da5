"""The zip container of Office files, looked at before any library opens it."""

from __future__ import annotations

import io
import zipfile
import zlib

from desktop.documents.failures import failure

MOST_PARTS = 10_000
MOST_UNPACKED = 512 * 2**20  # bytes of all parts together
MOST_RATIO = 200  # unpacked to packed, where it is more than the next
_HARMLESS = 32 * 2**20  # bytes
_ENCRYPTED = 0x1
# A part may have no document type (ECMA-376 part 2, 8.2.3): without one there are no entities to expand.
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))


def require_harmless(data: bytes) -> None:
    """Raise ``KotonohaError`` for a container that would grow too big, is locked, or defines entities.

    The codes: ``document_bomb``, ``document_encrypted``, ``document_damaged``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            packed = sum(part.compress_size for part in parts)
            grows = unpacked > _HARMLESS and unpacked > MOST_RATIO * max(packed, 1)
            if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or grows:
                raise failure("document_bomb")
            if any(part.flag_bits & _ENCRYPTED for part in parts):
                raise failure("document_encrypted")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _require_no_entities(archive, part)
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise failure("document_damaged") from error


def _require_no_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with archive.open(part) as file:
        head = file.read(64 * 1024)
    if any(mark in head for mark in _DOCTYPES):
        raise failure("document_bomb")
