"""The window with the exact prompt that the model was given, as text and as tokens."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import groupby

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from desktop.chat.asked import prompt_of
from desktop.engine.protocol import Event, Finished, Inspected, ModelSettings, PromptTokens, Token
from desktop.jobs import Cancel
from desktop.models.loading import Request
from desktop.store import Policy
from desktop.ui import theme
from desktop.ui.answers.answer_dialog import AnswerDialog
from desktop.ui.answers.token_flow import Cell, TokenFlow, shown
from desktop.ui.controls.fields import TextEdit
from desktop.ui.controls.labels import ElidedLabel
from desktop.ui.session import Session
from desktop.ui.turns import Setup

SLICE = 512  # tokens that are shown in one go: a few milliseconds
LONGEST_LINE = 4_000  # characters; a longer one is broken where it is shown, as laying it out takes long


class PromptView(AnswerDialog):
    """Asks the engine for the prompt of an answer and shows it as it comes."""

    def __init__(
        self, session: Session, setup: Setup, policy: Policy, message_id: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("モデルに渡した文"))
        self._parts: list[str] = []
        self._line = 0  # characters of the last line of the text
        self._waiting: deque[Token] = deque()  # tokens that are not shown yet
        self._ended = False
        self._slices = QTimer(self, interval=0)
        self._slices.timeout.connect(self._show_some)
        self.text = TextEdit(self)
        self.text.setReadOnly(True)
        self.text.setUndoRedoEnabled(False)
        self.text.setFont(theme.code_font())
        self.text.setAccessibleName(self.windowTitle())
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        written = QWidget(self)
        inside = QVBoxLayout(written)
        inside.setContentsMargins(0, 8, 0, 0)
        inside.addWidget(self.text)
        self.tabs.addTab(written, self.tr("文"))
        self.tabs.addTab(self._token_page(), self.tr("トークン"))
        self.body.addWidget(self.tabs)
        self.copy = QPushButton(self.tr("コピー"), self)
        self.copy.setEnabled(False)
        self.copy.clicked.connect(self._copy)
        self.foot.insertWidget(0, self.copy)

        def request(cancel: Cancel) -> Request:
            choices = setup.target.choices
            asked = prompt_of(session.store, message_id, choices=choices, policy=policy, system=setup.system)

            def inspect(settings: ModelSettings) -> Iterator[Event]:
                return session.engine.inspect(
                    settings, asked.turns, setup.sampling, cancel, prompting=asked.prompting, tokens=True
                )

            return inspect

        self.ask(session, setup, request)

    def _token_page(self) -> QWidget:
        page = QWidget(self)
        card = QFrame(page)
        card.setObjectName("card")
        self.tokens = TokenFlow(card, boxed=True)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.tokens)
        self.tokens.setAccessibleName(self.tr("トークン"))
        self.tokens.describe = self._describe
        self.tokens.current_changed.connect(self._show_token)
        self.numbers = QPushButton(self.tr("番号を表示"), page)
        self.numbers.setObjectName("quiet")
        self.numbers.setCheckable(True)
        self.numbers.toggled.connect(self._show_numbers)
        self.current = ElidedLabel(page)
        self.current.setObjectName("sub")
        above = QHBoxLayout()
        above.setSpacing(16)
        above.addWidget(self.numbers)
        above.addWidget(self.current, 1)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(above)
        layout.addWidget(card, 1)
        return page

    def prompt(self) -> str:
        """Return the whole prompt as far as it has come."""
        return "".join(self._parts)

    def take(self, event: Event) -> None:
        match event:
            case Inspected(fits=False, prompt_tokens=count, context_length=length):
                self.state.setText(
                    self.tr("文が長すぎて、コンテキストに入りません（{count} / {length} トークン）。").format(
                        count=f"{count:,}", length=f"{length:,}"
                    )
                )
            case Inspected(prompt_tokens=count, context_length=length):
                self.state.setText(
                    self.tr("{count} / {length} トークン。色の付いた部分は、モデルへの合図です。").format(
                        count=f"{count:,}", length=f"{length:,}"
                    )
                )
            case PromptTokens(tokens=tokens):
                self._waiting.extend(tokens)
                self._slices.start()
            case Finished():
                self._ended = True
                self._show_some()
            case _:
                pass

    def _show_some(self) -> None:
        self._add([self._waiting.popleft() for _ in range(min(SLICE, len(self._waiting)))])
        if not self._waiting:
            self._slices.stop()
            self.copy.setEnabled(self._ended and bool(self._parts))

    def _add(self, tokens: Sequence[Token]) -> None:
        self.tokens.add([Cell(token.text, token.id, token.control) for token in tokens])
        cursor = QTextCursor(self.text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for control, run in groupby(tokens, key=lambda token: token.control):
            text = "".join(token.text for token in run)
            self._parts.append(text)
            made = QTextCharFormat()
            if control:
                made.setForeground(QColor(theme.current().accent))
                made.setBackground(QColor(theme.current().accent_soft))
            cursor.insertText(self._broken(text.replace("\0", "␀")), made)
        cursor.endEditBlock()

    def _broken(self, text: str) -> str:
        """Return the text with a line end wherever a line would be too long to lay out quickly."""
        lines = []
        for number, line in enumerate(text.split("\n")):
            if number:
                self._line = 0
            pieces = []
            while self._line + len(line) > LONGEST_LINE:
                room = LONGEST_LINE - self._line
                pieces.append(line[:room])
                line, self._line = line[room:], 0  # noqa: PLW2901 - what is left of it
            self._line += len(line)
            lines.append("\n".join((*pieces, line)))
        return "\n".join(lines)

    def _describe(self, index: int) -> str:
        cell = self.tokens.cells[index]
        kind = self.tr("合図") if cell.control else self.tr("文")
        return self.tr("{place}番目　「{text}」　番号 {number}　{kind}").format(
            place=f"{index + 1:,}", text=shown(cell.text[:40]), number=cell.number, kind=kind
        )

    def _show_numbers(self, numbers: bool) -> None:
        self.tokens.set_numbers(numbers)
        self.numbers.setText(self.tr("番号を隠す") if numbers else self.tr("番号を表示"))

    def _show_token(self, index: int) -> None:
        self.current.setText(self._describe(index) if index >= 0 else "")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.prompt())
        self.copy.setText(self.tr("コピーしました"))
