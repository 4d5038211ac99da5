"""A small window over all others for one quick question. What is asked in it is kept as any other chat is."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.chat.turn import Begun
from desktop.engine.protocol import Event, Piece
from desktop.errors import KotonohaError, sentence
from desktop.models.loading import Step
from desktop.store import Chat, Message
from desktop.ui.controls.announce import announce
from desktop.ui.controls.fields import LineEdit
from desktop.ui.reading import Sentences
from desktop.ui.session import Session
from desktop.ui.transcript import Entry, Transcript
from desktop.ui.turns import Running, Turns

WIDTH, HEIGHT = 640, 420  # px, with an answer


class QuickAsk(QWidget):
    """One field, and the answers below it. Escape closes it; the next opening begins a new chat."""

    open_requested = Signal(int)  # chat id: to be shown in the main window

    def __init__(self, session: Session, turns: Turns) -> None:
        super().__init__(None, Qt.WindowType.Dialog | Qt.WindowType.WindowStaysOnTopHint)
        self._session = session
        self._turns = turns
        self._chat: Chat | None = None
        self._running: Running | None = None
        self._asked: list[Running] = []  # what is being saved, also after the window was closed
        self._sentences = Sentences()
        self._room = QSize(WIDTH, HEIGHT)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setWindowTitle(self.tr("すぐに聞く"))
        self.field = LineEdit(self)
        self.field.setPlaceholderText(self.tr("質問を書いてEnter"))
        self.field.setAccessibleName(self.tr("質問"))
        self.transcript = Transcript(self)
        self.state = QLabel(self)
        self.state.setObjectName("sub")
        self.state.setWordWrap(True)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.stop = QPushButton(self.tr("止める"), self)
        self.stop.clicked.connect(self._stop)
        self.show_chat = QPushButton(self.tr("対話を開く"), self)
        self.show_chat.clicked.connect(self._open)
        self._line = line = QFrame(self)
        line.setObjectName("hairline")
        line.setFixedHeight(1)
        self._foot = QWidget(self)
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(16, 0, 16, 12)
        foot.setSpacing(8)
        self._foot.setMinimumHeight(self.stop.sizeHint().height() + 12)  # the same with buttons and without
        foot.addWidget(self.state, 1)
        foot.addWidget(self.stop)
        foot.addWidget(self.show_chat)
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        head = QVBoxLayout()
        head.setContentsMargins(16, 16, 16, 0)
        head.addWidget(self.field)
        layout.addLayout(head)
        layout.addWidget(line)
        layout.addWidget(self.transcript, 1)
        layout.addWidget(self._foot)
        self._connect(turns)
        self._renew()

    def _connect(self, turns: Turns) -> None:
        self.field.returnPressed.connect(self._ask)
        self.transcript.copied.connect(lambda: self.state.setText(self.tr("コピーしました。")))
        turns.began.connect(self._begin)
        turns.progressed.connect(self._take)
        turns.ended.connect(self._end)
        turns.refused.connect(self._refuse)
        turns.unsaved.connect(self._unsaved)

    def appear(self) -> None:
        """Show it in the upper middle of the screen that is in use, ready for a question."""
        if not self.isVisible():
            screen = QGuiApplication.screenAt(self.cursor().pos()) or self.screen()
            room = screen.availableGeometry()
            self._room = QSize(min(WIDTH, room.width() - 32), min(HEIGHT, room.height() - 64))
            self._fit()
            self.move(room.center().x() - self.width() // 2, room.top() + room.height() // 6)
            self.transcript.set_zoom(self._session.preferences.zoom)
        self.show()
        self.raise_()
        self.activateWindow()
        self.field.setFocus()
        self.field.selectAll()

    # Inside

    def _fit(self) -> None:
        """Be as small as the field until there is something to read."""
        reads = self._chat is not None
        for widget in (self._line, self.transcript):
            widget.setVisible(reads)
        self._layout.activate()
        self.resize(self._room.width(), self._room.height() if reads else self.minimumSizeHint().height())

    def _renew(self) -> None:
        """Begin a new chat."""
        self._chat = self._running = None
        self.transcript.show_entries([])
        self._show_state(self.tr("対話として残ります。Escで閉じます。"))

    def _show_state(self, text: str) -> None:
        self.state.setText(text)
        self.stop.setVisible(self._running is not None)
        self.show_chat.setVisible(self._chat is not None)

    def _ask(self) -> None:
        text = self.field.text().strip()
        if not text or self._running is not None:
            return
        try:
            running = self._turns.send(self._chat, text, None)
        except KotonohaError as error:
            self._complain(error)
            return
        if running is None:  # the chat is being answered in another window
            return
        self._running = running
        self._asked.append(running)
        self.field.clear()
        self._sentences = Sentences()
        self._show_state(self.tr("考えています…"))

    def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel.set()

    def _open(self) -> None:
        if self._chat is not None:
            self.open_requested.emit(self._chat.id)
            self.hide()

    def _begin(self, running: Running, begun: Begun) -> None:
        if running in self._asked:
            self._asked.remove(running)
        if running is not self._running:
            return
        first, self._chat = self._chat is None, begun.chat
        if first:
            self._fit()
        for message in (begun.question, begun.answer):
            if message is not None:
                self.transcript.add_entry(_entry(message))
        self.transcript.set_progress(begun.answer.id, self.tr("考えています…"))
        self._show_state(self.tr("考えています…"))

    def _take(self, running: Running, event: Event | Step) -> None:
        if running is not self._running or running.message is None:
            return
        match event:
            case Piece(text=text):
                self.transcript.append_text(running.message.id, text)
                self._say(self._sentences.feed(text))
            case Step(sentence=doing):
                self.transcript.set_progress(running.message.id, doing)
            case _:
                pass

    def _end(self, running: Running, message: Message) -> None:
        if running is not self._running:
            return
        self._running = None
        self.transcript.update_entry(_entry(message))
        self._say([*self._sentences.finish(), message.error or self.tr("答えが終わりました。")])
        self._show_state(self.tr("対話として残ります。Escで閉じます。"))

    def _refuse(self, running: Running, error: Exception) -> None:
        if running not in self._asked:
            return
        self._asked.remove(running)
        if running is self._running:
            self._running = None
        running.kept = self._put_back(running.text)
        running.told = self.isVisible()
        self._complain(error)

    def _put_back(self, text: str) -> bool:
        """Put what was not saved before what was typed since; return whether there is room."""
        both = " ".join(filter(None, (text, self.field.text())))
        if self.field.is_composing() or len(both) > self.field.maxLength():
            return False
        self.field.setText(both)
        return True

    def _unsaved(self, running: Running, message: Message, error: Exception) -> None:
        if running is self._running:
            self._end(running, message)
            running.told = True
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        self._show_state(sentence(error))
        announce(self, sentence(error), at_once=True)

    def _say(self, sentences: list[str]) -> None:
        if self.isActiveWindow():
            for each in sentences:
                announce(self.transcript, each)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """What is being answered goes on and is kept; what is half written stays."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._renew()


def _entry(message: Message) -> Entry:
    return Entry(
        id=message.id,
        role=message.role,
        text=message.text,
        status=message.status,
        error=message.error,
        thinking=message.thinking,
        bare=True,
    )
