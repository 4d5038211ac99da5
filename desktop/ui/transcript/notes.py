"""Footnotes of a message: from a mark in the text to its note and back, and what a note says."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPointF, QTimer, Signal

from desktop.markdown.inline import shown_safely
from desktop.ui.transcript.flow import Flow, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QMenu

POINTED_MS = 1_600  # for which the place is marked to which a jump led
MAX_TIP = 400  # characters of a note in a tooltip
MAX_WORDS = 32  # and in a menu
MAX_NOTES = 20  # in the menu that the keyboard opens
_NEAR = 3  # px beside a mark that still count as the mark, which is small


class Mark(NamedTuple):
    """The label of a note, where it stands: in which segment, and as which of its spans."""

    label: str
    segment: int
    span: int
    begins: bool  # the note itself, and not a reference to it


class Notes(QObject):
    """The footnotes of a flow, which may still grow."""

    led = Signal(int, float)  # to a segment, so many px below its top; ``pointed`` is what to mark there
    changed = Signal()

    def __init__(self, flow: Flow, parent: QObject) -> None:
        super().__init__(parent)
        self._flow = flow
        self.pointed: tuple[Place, Place] | None = None
        self._left: dict[str, Mark] = {}  # the reference from which a note was read last
        self._fade = QTimer(self, singleShot=True, interval=POINTED_MS)
        self._fade.timeout.connect(self._forget)

    # Finding --------------------------------------------------------------------------------------

    def at(self, point: QPointF) -> Mark | None:
        """Return the mark under a point of the flow, if it leads somewhere."""
        for index, segment in self._flow.between(point.y(), point.y() + 1):
            inside = point - QPointF(0, self._flow.tops[index])
            for aside in (0, -_NEAR, _NEAR):
                number = segment.span_at(inside + QPointF(aside, 0))
                mark = None if number is None else self._mark(index, number)
                if mark is not None:
                    return mark if self._other_end(mark) is not None else None
        return None

    def _words(self, note: Mark) -> str:
        """Return what a note says."""
        spans = self._flow.segments[note.segment].spans()[1:]
        words = (f"{s.text}（{s.ruby}）" if s.ruby else s.written() for s in spans)
        return shown_safely("".join(words).strip())

    def _marks(self) -> Iterator[Mark]:
        for index, segment in enumerate(self._flow.segments):
            for number, span in enumerate(segment.spans()):
                if span.note and (mark := self._mark(index, number)) is not None:
                    yield mark

    def _mark(self, index: int, number: int) -> Mark | None:
        segments = self._flow.segments
        spans = segments[index].spans() if index < len(segments) else []
        if number >= len(spans) or not spans[number].note:
            return None
        begins = segments[index].block.kind == "footnote" and number == 0
        return Mark(spans[number].text.strip(), index, number, begins)

    def _note(self, label: str) -> Mark | None:
        return next((mark for mark in self._marks() if mark.begins and mark.label == label), None)

    def _reference(self, label: str) -> Mark | None:
        """Return the reference that was left last, else the first one."""
        left = self._left.get(label)
        if left is not None and self._mark(left.segment, left.span) == left:
            return left
        return next((mark for mark in self._marks() if not mark.begins and mark.label == label), None)

    def _other_end(self, mark: Mark) -> Mark | None:
        return self._reference(mark.label) if mark.begins else self._note(mark.label)

    # Going there ----------------------------------------------------------------------------------

    def follow(self, mark: Mark) -> None:
        """Go from a reference to its note, or from the note to where it was read from."""
        end = self._other_end(mark)
        if end is None:
            return
        if not mark.begins:
            self._left[mark.label] = mark
        segment = self._flow.segments[end.segment]
        self._flow.lay_out(end.segment)
        start, last = (0, segment.length()) if end.begins else segment.limits(end.span)
        below = segment.y_of(start)
        if not end.begins:
            start = segment.sentence_start(start)
        self.pointed = Place(end.segment, start), Place(end.segment, last)
        self._fade.start()
        self.changed.emit()
        self.led.emit(end.segment, below)

    def _forget(self) -> None:
        self.pointed = None
        self.changed.emit()

    # What is said about it ------------------------------------------------------------------------

    def tip(self, mark: Mark) -> str:
        """Return what a tooltip says about a mark, as HTML."""
        note = None if mark.begins else self._note(mark.label)
        words = self.tr("本文に戻る") if note is None else self._words(note)
        words = words if len(words) <= MAX_TIP else words[:MAX_TIP] + "…"
        return f"<p>{escape(words)}</p>".replace("\n", "<br>")

    def offer(self, menu: QMenu, mark: Mark) -> None:
        """Add a way to the other end of a mark."""
        menu.addSeparator()
        self._add(menu, self.tr("本文に戻る") if mark.begins else self.tr("脚注を見る"), mark)

    def offer_all(self, menu: QMenu) -> None:
        """Add a way to each note, and back from the one that was read last; for the keyboard."""
        notes: dict[str, Mark] = {}
        references: dict[str, Mark] = {}
        for mark in self._marks():
            (notes if mark.begins else references).setdefault(mark.label, mark)
        labels = [label for label in references if label in notes][:MAX_NOTES]
        if not labels:
            return
        menu.addSeparator()
        last = next(reversed(self._left), None)
        if last in notes:
            self._add(menu, self.tr("本文に戻る"), notes[last])
        inside = menu.addMenu(self.tr("脚注"))
        for label in labels:
            text = self._words(notes[label]).replace("\n", " ")
            text = text if len(text) <= MAX_WORDS else text[:MAX_WORDS] + "…"
            self._add(inside, f"{shown_safely(label)}　{text}", references[label])

    def _add(self, menu: QMenu, words: str, mark: Mark) -> None:
        menu.addAction(words.replace("&", "&&"), lambda: self.follow(mark))  # & would mark a key of the menu
