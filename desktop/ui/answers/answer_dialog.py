"""What the windows have in common that ask the engine about one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.engine.failures import explain
from desktop.engine.protocol import Event, Failed, Loading
from desktop.errors import sentence
from desktop.jobs import Cancel
from desktop.models.loading import Request, Step
from desktop.ui.session import Session
from desktop.ui.turns import Setup


class AnswerDialog(QDialog):
    """A line that says what is going on, what the engine tells in ``body``, and a way to close it.

    Closing it stops the engine.
    """

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 600)
        self.setMinimumSize(400, 360)
        self.state = QLabel(self.tr("調べています…"), self)
        self.state.setObjectName("sub")
        self.state.setWordWrap(True)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        close = QPushButton(self.tr("閉じる"), self)
        close.clicked.connect(self.accept)
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        self.foot = QHBoxLayout()
        self.foot.addStretch(1)
        self.foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.state)
        layout.addLayout(self.body, 1)
        layout.addLayout(self.foot)

    def ask(self, session: Session, setup: Setup, request: Callable[[Cancel], Request]) -> Cancel:
        """Run the request that ``request`` prepares, in the background; return what stops it."""

        def job(cancel: Cancel) -> Iterator[Event | Step]:
            yield from session.loader.run(setup.target, request(cancel), cancel)

        cancel = session.jobs.run(job, owner=self, on_event=self._take, on_failed=self.complain)
        self.finished.connect(lambda _: cancel.set())
        return cancel

    def take(self, event: Event) -> None:
        """Show what the engine tells."""
        raise NotImplementedError

    def complain(self, error: Exception) -> None:
        """Say that it did not work."""
        self.state.setText(sentence(error))

    def _take(self, event: Event | Step) -> None:
        match event:
            case Step(sentence=doing):
                self.state.setText(doing)
            case Loading(fraction=fraction):
                percent = round(100 * fraction)
                self.state.setText(self.tr("モデルを読み込んでいます… {percent} %").format(percent=percent))
            case Failed():
                self.complain(explain(event))
            case _:
                self.take(event)
