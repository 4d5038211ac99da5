"""Two versions of an answer beside each other, to choose between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.store import Message
from desktop.ui.transcript import Entry, Transcript


class SideBySide(QDialog):
    """Shows two of ``versions``; ``chosen`` carries the id of the one to go on with."""

    chosen = Signal(int)

    def __init__(
        self,
        question: str,
        versions: list[Message],
        shown: int,
        entry: Callable[[Message], Entry],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("答えを並べる"))
        self.resize(1080, 680)
        self.setMinimumSize(560, 360)
        asked = QLabel(" ".join(question.split())[:200], self)
        asked.setObjectName("sub")
        asked.setTextFormat(Qt.TextFormat.PlainText)
        asked.setWordWrap(True)
        here = next((at for at, version in enumerate(versions) if version.id == shown), 0)
        other = here - 1 if here else min(1, len(versions) - 1)
        self.sides = [_Side(versions, at, shown, entry, self) for at in sorted((here, other))]
        row = QHBoxLayout()
        row.setSpacing(16)
        for side in self.sides:
            side.chosen.connect(self._choose)
            if row.count():
                row.addWidget(_line(self))
            row.addWidget(side, 1)
        close = QPushButton(self.tr("閉じる"), self)
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(asked)
        layout.addLayout(row, 1)
        layout.addLayout(foot)

    def _choose(self, message_id: int) -> None:
        self.chosen.emit(message_id)
        self.accept()


class _Side(QWidget):
    """One version, which of them it is, and the button that takes it."""

    chosen = Signal(int)

    def __init__(
        self, versions: list[Message], at: int, shown: int, entry: Callable[[Message], Entry], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._versions = versions
        self._shown = shown
        self._entry = entry
        self.version = QComboBox(self)
        self.version.setView(QListView())  # which a style sheet can dress
        self.version.setAccessibleName(self.tr("どの版を見るか"))
        for number, message in enumerate(versions, 1):
            name = message.model_name or self.tr("答え")
            self.version.addItem(f"{number}/{len(versions)}　{name}", message.id)
        self.in_use = QLabel(self.tr("使っている答え"), self)
        self.in_use.setObjectName("sub")
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.version, 1)
        head.addWidget(self.in_use)
        self.view = Transcript(self)
        self.view.setAccessibleName(self.tr("答え"))
        take = QPushButton(self.tr("この答えで続ける"), self)
        take.clicked.connect(lambda: self.chosen.emit(self.version.currentData()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        layout.addWidget(take, 0, Qt.AlignmentFlag.AlignLeft)
        self.version.currentIndexChanged.connect(self._show)
        self.version.setCurrentIndex(at)
        self._show(at)

    def _show(self, at: int) -> None:
        self.in_use.setVisible(self._versions[at].id == self._shown)
        self.view.show_entries([replace(self._entry(self._versions[at]), bare=True)])
        self.view.verticalScrollBar().setValue(0)


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setObjectName("hairline")
    line.setFixedWidth(1)
    return line
