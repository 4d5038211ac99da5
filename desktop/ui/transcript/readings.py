"""Readings over the kanji of a message, on demand: found in the background, shown in place of its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.markdown.blocks import Block, parse, plain

if TYPE_CHECKING:
    from desktop.jobs import Cancel
    from desktop.ui.transcript.arranging import Arranger
    from desktop.ui.transcript.rows import Row, Rows
    from desktop.ui.worker import Jobs


class Readings(QObject):
    """Shows and hides the readings of the rows' messages."""

    def __init__(self, rows: Rows, arranger: Arranger, parent: QObject) -> None:
        super().__init__(parent)
        self._rows, self._arranger = rows, arranger

    def toggle(self, id: int, jobs: Jobs) -> None:
        """Find the readings of a message by ``jobs`` and show them, or take them away."""
        row = self._rows.find(id)
        if row is None:
            return
        if row.furigana is not None:
            self._show(row, None)
            return
        text, role = row.entry.text, row.entry.role

        def read(cancel: Cancel) -> list[Block]:
            from desktop.ui.transcript.furigana import annotated

            return annotated(plain(text) if role == "user" else parse(text), cancel)

        def show(blocks: list[Block]) -> None:
            if row is self._rows.find(id) and row.entry.text == text:
                self._show(row, blocks)

        jobs.run(read, owner=self, on_done=show)

    def _show(self, row: Row, blocks: list[Block] | None) -> None:
        row.furigana = blocks
        if row.view is not None:
            row.view.set_furigana(blocks)
        self._arranger.hold()
        self._arranger.arrange()
