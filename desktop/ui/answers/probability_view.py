"""The window that shows how probable each token of an answer was, and what else the model would have said."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from desktop.chat.asked import prompt_of
from desktop.engine.protocol import Event, Finished, ModelSettings, Scored, ScoredToken, Turn
from desktop.jobs import Cancel
from desktop.language import language
from desktop.models.loading import Request
from desktop.store import Message, Policy
from desktop.ui import theme
from desktop.ui.answers.answer_dialog import AnswerDialog
from desktop.ui.answers.token_flow import Cell, TokenFlow, shown
from desktop.ui.session import Session
from desktop.ui.turns import Setup

ALTERNATIVES = 6
ROW = 28  # px


class ProbabilityView(AnswerDialog):
    """Asks the engine and shows the answer as it is judged, from its beginning."""

    def __init__(
        self,
        session: Session,
        setup: Setup,
        policy: Policy,
        answer: Message,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("ほかの候補"))
        self._scored: list[ScoredToken] = []
        self._thought = bool(answer.thinking)
        card = QFrame(self)
        card.setObjectName("card")
        self.tokens = TokenFlow(card, boxed=False)
        self.tokens.setAccessibleName(self.tr("答え"))
        self.tokens.describe = self._describe
        self.tokens.current_changed.connect(self._show)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.tokens)
        self.alternatives = Alternatives(self)
        self.body.addWidget(card, 1)
        self.body.addWidget(self.alternatives)
        self.stop = QPushButton(self.tr("止める"), self)
        self.foot.insertWidget(0, self.stop)
        self.tokens.setFocus()

        def request(cancel: Cancel) -> Request:
            choices = setup.target.choices
            asked = prompt_of(
                session.store, answer.id, choices=choices, policy=policy, system=setup.system, seen=True
            )
            turns = (*asked.turns, Turn("assistant", answer.text))
            # Thoughts are not sent back, so the answer is judged as one without them.
            prompting = replace(asked.prompting, thinking=False) if self._thought else asked.prompting

            def score(settings: ModelSettings) -> Iterator[Event]:
                return session.engine.score(
                    settings,
                    turns,
                    cancel,
                    prompting=prompting,
                    adapters=choices.adapters,
                    alternatives=ALTERNATIVES,
                )

            return score

        self.stop.clicked.connect(self.ask(session, setup, request).set)

    def take(self, event: Event) -> None:
        match event:
            case Scored(tokens=tokens):
                self._scored.extend(tokens)
                self.tokens.add([Cell(token.text, weight=1 - token.probability) for token in tokens])
                if self.tokens.current < 0:
                    self.tokens.set_current(0)
                self._explain()
            case Finished(reason=reason):
                self.stop.hide()
                self._explain(stopped=reason == "stopped")
            case _:
                pass

    def _explain(self, *, stopped: bool = False) -> None:
        words = [self.tr("色が濃いほど、モデルが迷ったところです。文字にふれると、ほかの候補が見えます。")]
        if self._thought:
            words.append(self.tr("考えたことは、計算に入れていません。"))
        if stopped:
            words.append(self.tr("途中で止めました。"))
        self.state.setText(("" if language() == "ja" else " ").join(words))

    def complain(self, error: Exception) -> None:
        self.stop.hide()
        super().complain(error)

    def _describe(self, index: int) -> str:
        token = self._scored[index]
        others = "、".join(
            f"「{shown(other.text)}」{percent(other.probability)}" for other in token.alternatives
        )
        return self.tr("「{text}」{percent}。候補: {others}").format(
            text=shown(token.text), percent=percent(token.probability), others=others
        )

    def _show(self, index: int) -> None:
        self.alternatives.show_token(self._scored[index] if 0 <= index < len(self._scored) else None)


class Alternatives(QWidget):
    """The candidates for one token, the most probable first, with bars."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, float, bool]] = []  # text, probability, whether it was taken
        self.setFixedHeight((ALTERNATIVES + 1) * ROW)

    def show_token(self, token: ScoredToken | None) -> None:
        """Show the candidates for ``token``; it stands below them where it is none of them."""
        self._rows = [] if token is None else _rows(token)
        self.setAccessibleName("、".join(f"{text} {percent(share)}" for text, share, _ in self._rows))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, (ALTERNATIVES + 1) * ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        word, number = min(220, self.width() // 3), 64
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for row, (text, share, taken) in enumerate(self._rows):
            y = float(row * ROW)
            painter.setFont(theme.ui_font(theme.SMALL_PX))
            painter.setPen(QColor(tokens.accent if taken else tokens.ink))
            name = painter.fontMetrics().elidedText(shown(text), Qt.TextElideMode.ElideRight, word - 12)
            painter.drawText(QRectF(4, y, word - 12, ROW), left, name)
            painter.setPen(QColor(tokens.sub))
            painter.drawText(QRectF(word, y, number, ROW), right, percent(share))
            bar = QRectF(word + number + 12, y + ROW / 2 - 4, self.width() - word - number - 16, 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.line))
            painter.drawRoundedRect(bar, 4, 4)
            bar.setWidth(max(8.0, bar.width() * min(1.0, share)))
            painter.setBrush(QColor(tokens.accent if taken else tokens.faint))
            painter.drawRoundedRect(bar, 4, 4)


def percent(share: float) -> str:
    """Return a probability as people read it."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{100 * share:.1f} %"


def _rows(token: ScoredToken) -> list[tuple[str, float, bool]]:
    """Return what to show of a token; the one taken is told apart by its probability, as texts can repeat."""
    rows: list[tuple[str, float, bool]] = []
    found = False
    for other in token.alternatives:
        taken = not found and other.probability == token.probability
        found |= taken
        rows.append((other.text, other.probability, taken))
    return rows if found else [*rows, (token.text, token.probability, True)]
