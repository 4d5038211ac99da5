"""The door to everything kept: one object for the file, one attribute for each noun."""

from __future__ import annotations

from pathlib import Path

from desktop.jobs import Cancel, result_of
from desktop.store.attachments import Attachments
from desktop.store.branches import Branches
from desktop.store.chats import Chats
from desktop.store.database import Database
from desktop.store.downloads import Downloads
from desktop.store.folders import Folders
from desktop.store.measurements import Measurements
from desktop.store.messages import Messages
from desktop.store.models import Models
from desktop.store.presets import Presets
from desktop.store.search import Search
from desktop.store.settings import Settings
from desktop.store.speeds import Speeds
from desktop.store.tags import Tags
from desktop.store.transfer import Transfer


class Store:
    """The open database. Every method blocks and may be called from any thread but the window's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.path = database.path
        self.chats = Chats(database)
        self.messages = Messages(database)
        self.branches = Branches(database)
        self.attachments = Attachments(database)
        self.folders = Folders(database)
        self.tags = Tags(database)
        self.search = Search(database)
        self.presets = Presets(database)
        self.models = Models(database)
        self.settings = Settings(database)
        self.downloads = Downloads(database)
        self.speeds = Speeds(database)
        self.measurements = Measurements(database)
        self.transfer = Transfer(database)

    @classmethod
    def open(cls, path: Path, *, recover: bool = True) -> Store:
        """Open ``path``, creating it or bringing it up to date (after a backup).

        ``recover`` marks answers left ``streaming`` as ``interrupted`` and removes what a killed backup left:
        only for the window, which holds the ``Instance``. A file that is damaged, newer or not ours is left
        as it is. Raises ``KotonohaError``: ``database_newer``, ``database_damaged``, ``database_readonly``,
        ``database_locked``, ``disk_full``, ``database_unreadable``, ``sqlite_too_old``.
        """
        if recover:
            from desktop.store import backups  # only here: the commands need none of it

            backups.tidy(path)
        store = cls(Database(path))
        if recover:
            try:
                store.messages.recover()
            except BaseException:
                store.close()
                raise
        return store

    def close(self) -> None:
        """Wait for the running write, then close; may be called twice."""
        self._database.close()

    def backup(self, to: Path | None = None) -> Path:
        """Copy everything, while it is in use, and return the copy's path; see ``automatic.back_up``."""
        from desktop.store.automatic import back_up

        return result_of(back_up(self.path, Cancel(), to))

    def check(self) -> None:
        """Read the whole file (0.8 s a GB from memory); raise ``database_damaged`` unless it is well-formed.

        ``open`` does this itself for files up to 64 MiB.
        """
        self._database.check()
