"""A line at the head of a page that says what is wrong and offers what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from desktop.ui.buttons import IconButton


class Banner(QFrame):
    """Hidden until there is something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._action: Callable[[], None] | None = None
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.button = QPushButton(self)
        self.dismiss = IconButton("x", self.tr("閉じる"), self, size=16)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 8, 12, 8)
        layout.setSpacing(12)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.button)
        layout.addWidget(self.dismiss)
        self.button.clicked.connect(self._act)
        self.dismiss.clicked.connect(self.hide)
        self.hide()

    def show_message(
        self,
        text: str,
        *,
        kind: str = "wrong",
        action: tuple[str, Callable[[], None]] | None = None,
    ) -> None:
        """Show ``text``; ``kind`` is wrong or caution; ``action`` is a button's label and what it does."""
        self.setProperty("kind", kind)
        for widget in (self, self.label):  # a changed property counts only after this
            self.style().unpolish(widget)
            self.style().polish(widget)
        self.label.setText(text)
        self.setAccessibleName(text)
        self._action = action[1] if action else None
        self.button.setVisible(action is not None)
        if action:
            self.button.setText(action[0])
        self.show()

    def _act(self) -> None:
        self.hide()
        if self._action is not None:
            self._action()
