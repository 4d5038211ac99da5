"""The one way in which the window does anything that may take longer than a frame.

``Jobs.run`` calls a function in a worker thread. When the function is a job, a generator (see
``desktop.jobs``), each of its events comes back to the window's thread; in the end comes its result, or what
it raised.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from desktop.jobs import Cancel, Cancelled

log = logging.getLogger(__name__)
STORE_SECONDS = 30.0  # for what was given to the store; no disk is that slow


class Jobs(QObject):
    """Runs jobs in worker threads and brings what they yield back to the window's thread.

    Short work on the store goes through ``store``, one at a time and in order; anything long through ``run``,
    which gives each job a thread of its own. ``Cancelled`` ends a job silently.
    """

    failed = Signal(Exception)  # what nobody else asked for
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posted.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._in_order = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._running: dict[Cancel, threading.Thread] = {}
        self._closed = False

    def run(
        self,
        job: Callable[[Cancel], Any],
        *,
        owner: QObject | None = None,
        on_event: Callable[[Any], None] | None = None,
        on_done: Callable[[Any], None] | None = None,
        on_failed: Callable[[Exception], None] | None = None,
    ) -> Cancel:
        """Start ``job`` in a thread of its own; return what cancels it.

        Nothing is told any more once ``owner`` is deleted; the job goes on.
        """
        cancel = Cancel()

        def work() -> None:
            self._work(job, cancel, _Told(owner, on_event, on_done, on_failed))
            self._running.pop(cancel, None)

        thread = threading.Thread(target=work, name="job", daemon=True)
        self._running[cancel] = thread
        thread.start()
        return cancel

    def store(
        self,
        function: Callable[[], Any],
        *,
        owner: QObject | None = None,
        on_done: Callable[[Any], None] | None = None,
        on_failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Call ``function`` after all earlier calls of this kind; ``owner`` as in ``run``."""
        if not self._closed:
            told = _Told(owner, None, on_done, on_failed)
            self._in_order.submit(self._work, lambda _: function(), Cancel(), told)

    def close(self, seconds: float = 5.0) -> None:
        """Cancel what runs, wait ``seconds`` a job at most, and finish what was given to the store."""
        self._closed = True
        for cancel in list(self._running):
            cancel.set()
        for thread in list(self._running.values()):
            thread.join(seconds)
        saving = threading.Thread(target=self._in_order.shutdown, name="store-end", daemon=True)
        saving.start()
        saving.join(STORE_SECONDS)

    def _work(self, job: Callable[[Cancel], Any], cancel: Cancel, told: _Told) -> None:
        try:
            result = job(cancel)
            if isinstance(result, Iterator):
                result = self._drain(result, told)
        except Cancelled:
            return
        except Exception as error:
            if told.failed is None:
                log.exception("a job failed")
                told = told._replace(owner=None, failed=self.failed.emit)
            self._post(told.owner, told.failed, error)
        else:
            self._post(told.owner, told.done, result)

    def _drain(self, events: Iterator[Any], told: _Told) -> Any:  # noqa: ANN401
        while True:
            try:
                event = next(events)
            except StopIteration as stop:
                return stop.value
            self._post(told.owner, told.event, event)

    def _post(self, owner: QObject | None, tell: Callable[[Any], None] | None, what: object) -> None:
        if tell is not None and not self._closed:
            self._posted.emit((owner, tell, what))

    @Slot(object)
    def _tell(self, posted: tuple[QObject | None, Callable[[Any], None], Any]) -> None:
        owner, tell, what = posted
        if not self._closed and (owner is None or isValid(owner)):
            tell(what)


class _Told(NamedTuple):
    """Who hears of a job, and how."""

    owner: QObject | None
    event: Callable[[Any], None] | None
    done: Callable[[Any], None] | None
    failed: Callable[[Exception], None] | None
