"""Text that streams in, shown frame by frame."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

from desktop.ui.transcript.answer import AnswerView
from desktop.ui.transcript.arranging import SLICE_MS, Arranger
from desktop.ui.transcript.message import deadline

if TYPE_CHECKING:
    from desktop.ui.transcript.rows import Rows

FRAME_MS = 16


class Incoming(QObject):
    """Gathers pieces of answers and shows them with the next frame."""

    def __init__(self, rows: Rows, arranger: Arranger, parent: QObject) -> None:
        super().__init__(parent)
        self._rows, self._arranger = rows, arranger
        self._fresh: set[int] = set()  # rows with text that is not shown yet
        self._pause = FRAME_MS
        self.frame = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self.frame.timeout.connect(self.flush)

    def add_text(self, id: int, piece: str) -> None:
        """Add ``piece`` to the text of a message; nothing happens if there is none with this id."""
        row = self._rows.find(id)
        if row is not None and piece:
            row.pieces.append(piece)
            self._show_soon(id)

    def add_thought(self, id: int, piece: str) -> None:
        """Add ``piece`` to what is thought before a message."""
        row = self._rows.find(id)
        if row is not None and piece:
            row.thoughts.append(piece)
            self._show_soon(id)

    def end_thinking(self, id: int, seconds: float) -> None:
        """Say for how long the model thought; its answer begins."""
        row = self._rows.find(id)
        if row is not None:
            row.entry = replace(row.entry, thought_seconds=seconds)

    def set_progress(self, id: int, text: str) -> None:
        """Say what is going on before the first word of an answer."""
        row = self._rows.find(id)
        if row is not None:
            row.progress = text
            if isinstance(row.view, AnswerView):
                row.view.set_progress(text)

    def forget(self) -> None:
        """Show nothing of what has come so far."""
        self.frame.stop()
        self._fresh.clear()

    def flush(self) -> None:
        """Show what has come since the last frame."""
        began = perf_counter()
        for index in self._fresh:
            row = self._rows[index]
            row.take_pieces()
            if isinstance(row.view, AnswerView):
                row.view.parse(deadline(SLICE_MS))
        self._fresh.clear()
        self._arranger.arrange()
        # A costly frame (a large table, thousands of lines of code) is followed by a longer pause.
        self._pause = max(FRAME_MS, round((perf_counter() - began) * 3_000))

    def _show_soon(self, id: int) -> None:
        index = self._rows.index(id)
        assert index is not None
        self._fresh.add(index)
        if not self.frame.isActive():
            self.frame.start(self._pause)
