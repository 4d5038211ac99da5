"""A question before something that many things, or that cannot be undone, hang on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

WIDTH = 400  # px


class Question(QDialog):
    """Asks ``text``; ``agreed`` is emitted where the person presses ``yes``. Enter and Escape leave it."""

    agreed = Signal()

    def __init__(self, title: str, text: str, yes: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setFixedWidth(WIDTH)
        self.label = QLabel(text, self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.no = QPushButton(self.tr("やめる"), self)
        self.yes = QPushButton(yes, self)
        self.yes.setAutoDefault(False)
        self.no.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.no)
        foot.addWidget(self.yes)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(20)
        layout.addWidget(self.label)
        layout.addLayout(foot)
        self.no.clicked.connect(self.reject)
        self.yes.clicked.connect(self.accept)
        self.accepted.connect(self.agreed)
        self.setAccessibleDescription(text)
        self.no.setFocus()
