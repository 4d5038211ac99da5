"""The backup of each day: at the start, and every hour for those who never quit."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from desktop.store.automatic import back_up_if_older
from desktop.ui.session import Session

DAY_SECONDS = 24 * 3600.0  # at most so old is the newest backup
LOOK_MS = 3600 * 1000


class DailyBackup(QObject):
    """Makes it in the background unless the person does not want it."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Make the backup if it is time."""
        session = self._session
        if session.preferences.daily_backup:
            session.jobs.run(lambda cancel: back_up_if_older(session.store.path, cancel, DAY_SECONDS))
