"""A long text to read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.controls.fields import TextEdit


class TextDialog(QDialog):
    """Shows ``text`` in the monospaced face; it can be selected and copied."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(640, 520)
        view = TextEdit(self)
        view.setReadOnly(True)
        view.setFont(theme.code_font())
        view.setAccessibleName(title)
        view.setPlainText(text)
        close = QPushButton(self.tr("閉じる"), self)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(view, 1)
        layout.addLayout(foot)
