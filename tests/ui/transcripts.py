"""A transcript on the screen, and what its tests look at."""

from PySide6.QtGui import QImage, QTextCursor
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from desktop.ui.transcript import Entry, Transcript
from desktop.ui.transcript.message import MessageView

WAIT = 10_000  # ms; a guard against hanging


def opened(qtbot: QtBot) -> Transcript:
    """Return an empty transcript that is shown."""
    made = Transcript()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def chat(count: int) -> list[Entry]:
    return [
        Entry(n, "user", f"質問{n}です。")
        if n % 2 == 0
        else Entry(n, "assistant", f"答え{n}です。\n\n" + "長い段落。" * (n * 7 % 60) + "\n\n- 項目")
        for n in range(count)
    ]


def views(transcript: Transcript) -> dict[int, MessageView]:
    found = transcript.viewport().findChildren(MessageView)
    return {view.entry.id: view for view in found if not view.isHidden()}


def settle(qtbot: QtBot, transcript: Transcript) -> None:
    """Wait until nothing is left to prepare."""
    qtbot.waitUntil(
        lambda: not transcript._idle.isActive() and not transcript._frame.isActive(), timeout=WAIT
    )


def button(transcript: Transcript, identity: int, name: str) -> QAbstractButton:
    (found,) = (
        b
        for b in views(transcript)[identity].findChildren(QAbstractButton)
        if b.accessibleName() == name and not b.isHidden()
    )
    return found


def names(transcript: Transcript, identity: int) -> list[str]:
    return [b.text() for b in views(transcript)[identity].findChildren(QAbstractButton) if not b.isHidden()]


def colours(image: QImage) -> set[int]:
    return {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def marks(transcript: Transcript) -> list[tuple[tuple[int, int, int], str]]:
    """What is marked as found in the widgets that there are: message, block and position, and the text."""
    found = []
    for view in sorted(views(transcript).values(), key=lambda view: view.y()):
        if view._words:
            for number, segment in enumerate(view.flow.segments):
                found += [
                    ((view.entry.id, number, start), _written(view, number, start, end))
                    for start, end in segment.found(view._words)
                ]
    return found


def here(transcript: Transcript) -> tuple[tuple[int, int, int], str] | None:
    """The place that was gone to, if it is in sight and framed there."""
    for identity, view in views(transcript).items():
        if view._here is not None:
            (number, start), (_, end) = view._here
            y = view.y() + view.text_origin().y() + view.flow.tops[number]
            y += view.flow.segments[number].y_of(start)
            assert 0 <= y <= transcript.viewport().height() - view.look.line
            return (identity, number, start), _written(view, number, start, end)
    return None


def _written(view: MessageView, number: int, start: int, end: int) -> str:
    document = view.flow.segments[number].document
    assert document is not None
    cursor = QTextCursor(document)
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    return cursor.selectedText()
