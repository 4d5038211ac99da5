"""One running window for each home. The operating system frees the lock also after ``kill -9``."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from desktop.store import failures


class Instance:
    """The claim to be the window of ``home``; ``instance.lock`` stays in the folder, empty."""

    def __init__(self, home: Path) -> None:
        self._path = home / "instance.lock"
        # Without the fallback to a plain file, which nobody would remove after a crash.
        self._lock = FileLock(self._path, thread_local=False, fallback_to_soft=False)

    def acquire(self) -> bool:
        """Return whether this is the only window now. Raises ``KotonohaError`` where no file can be made."""
        with failures.told(self._path):
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                return False
        return True

    def release(self) -> None:
        """Let the next window start."""
        self._lock.release(force=True)
