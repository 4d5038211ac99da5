"""The one way in which the window does anything that may take longer than a frame.

``Jobs.run`` calls a function in a worker thread. When the function is a job, a generator (see
``desktop.jobs``), each of its events comes back to the window's thread; in the end comes its result, or what
it raised.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop.jobs import Cancel, Cancelled

log = logging.getLogger(__name__)

Step = Callable[[], None]


class Jobs(QObject):
    """Runs jobs in worker threads and brings what they yield back to the window's thread.

    Short work on the store goes through ``store``, one at a time and in order; anything long through ``run``,
    which gives each job a thread of its own. ``Cancelled`` ends a job silently.
    """

    failed = Signal(Exception)  # what nobody else asked for
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posted.connect(self._step, Qt.ConnectionType.QueuedConnection)
        self._in_order = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._running: dict[Cancel, threading.Thread] = {}
        self._closed = False

    def run(
        self,
        job: Callable[[Cancel], Any],
        *,
        on_event: Callable[[Any], None] | None = None,
        on_done: Callable[[Any], None] | None = None,
        on_failed: Callable[[Exception], None] | None = None,
    ) -> Cancel:
        """Start ``job`` in a thread of its own; return what cancels it."""
        cancel = Cancel()

        def work() -> None:
            self._work(job, cancel, on_event, on_done, on_failed)
            self._running.pop(cancel, None)

        thread = threading.Thread(target=work, name="job", daemon=True)
        self._running[cancel] = thread
        thread.start()
        return cancel

    def store(
        self,
        function: Callable[[], Any],
        *,
        on_done: Callable[[Any], None] | None = None,
        on_failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Call ``function`` after all earlier calls of this kind."""
        if not self._closed:
            self._in_order.submit(self._work, lambda _: function(), Cancel(), None, on_done, on_failed)

    def close(self, seconds: float = 5.0) -> None:
        """Cancel what runs, wait ``seconds`` a job at most, and finish what was given to the store."""
        self._closed = True
        for cancel in list(self._running):
            cancel.set()
        for thread in list(self._running.values()):
            thread.join(seconds)
        self._in_order.shutdown(wait=True)

    def _work(
        self,
        job: Callable[[Cancel], Any],
        cancel: Cancel,
        on_event: Callable[[Any], None] | None,
        on_done: Callable[[Any], None] | None,
        on_failed: Callable[[Exception], None] | None,
    ) -> None:
        try:
            result = job(cancel)
            if isinstance(result, Generator):
                result = self._drain(result, on_event)
        except Cancelled:
            return
        except Exception as error:
            if on_failed is None:
                log.exception("a job failed")
                self._post(lambda error=error: self.failed.emit(error))  # type: ignore[misc]
            else:
                self._post(lambda error=error: on_failed(error))  # type: ignore[misc]
        else:
            if on_done is not None:
                self._post(lambda: on_done(result))

    def _drain(self, events: Generator[Any, None, Any], on_event: Callable[[Any], None] | None) -> Any:  # noqa: ANN401
        while True:
            try:
                event = next(events)
            except StopIteration as stop:
                return stop.value
            if on_event is not None:
                self._post(lambda event=event: on_event(event))  # type: ignore[misc]

    def _post(self, step: Step) -> None:
        if not self._closed:
            self._posted.emit(step)

    @Slot(object)
    def _step(self, step: Step) -> None:
        if not self._closed:
            step()
