"""Names that come from a hub: which may become a folder or a file here."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path, PurePosixPath

from desktop.hub import failures

LONGEST_PATH = 400  # characters, within a repository
_DEEPEST = 8
# https://huggingface.co/docs/hub/repositories: letters, digits, - _ . ; here no part may be only dots.
_REPOSITORY = re.compile(r"(?!\.+/)[A-Za-z0-9_.-]{1,96}/(?!\.+\Z)[A-Za-z0-9_.-]{1,96}", re.ASCII)
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}", re.ASCII)
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_FORBIDDEN = set('<>:"|?*\\')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def is_repository(name: object) -> bool:
    """Return whether this is "owner/name"."""
    return isinstance(name, str) and _REPOSITORY.fullmatch(name) is not None


def require_repository(name: str) -> str:
    """Return the name; raise ``KotonohaError("hub_name_unusable")`` unless it is "owner/name"."""
    if not is_repository(name):
        raise failures.name_unusable()
    return name


def require_revision(name: str) -> str:
    """Return the branch or commit; raise ``KotonohaError("hub_name_unusable")`` for anything else."""
    if _REVISION.fullmatch(name) is None or ".." in name:
        raise failures.name_unusable()
    return name


def is_path(name: object) -> bool:
    """Return whether a file of this name may be made below a folder, on every system."""
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_PATH:
        return False
    if unicodedata.normalize("NFC", name) != name or not name.isprintable():
        return False
    parts = name.split("/")
    return len(parts) <= _DEEPEST and all(map(_is_part, parts))


def _is_part(part: str) -> bool:
    return (
        part not in ("", ".", "..")
        and part[-1] not in ". "
        and part[0] != " "
        and not _FORBIDDEN & set(part)
        and _DEVICES.fullmatch(part) is None
        and len(part.encode(errors="replace")) <= 200  # room for what is put behind it while it comes
        and all(unicodedata.category(character)[0] != "C" for character in part)
    )


def place(folder: Path, repository: str, path: str) -> Path:
    """Return where a repository's file belongs: ``folder/owner/name/path``, as LM Studio has it too.

    Raises ``KotonohaError("hub_name_unusable")``.
    """
    require_repository(repository)
    if not is_path(path) or not all(map(_is_part, repository.split("/"))):
        raise failures.name_unusable()
    return folder.joinpath(*PurePosixPath(repository).parts, *PurePosixPath(path).parts)
