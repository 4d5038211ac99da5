"""Asks for one line of text, such as a name."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.ui.controls.fields import LineEdit


class LineDialog(QDialog):
    """``written`` carries the line when the person confirms it; an empty one cannot be confirmed."""

    written = Signal(str)

    def __init__(
        self, title: str, label: str, action: str, parent: QWidget | None = None, *, text: str = ""
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(360)
        name = QLabel(label, self)
        self.field = LineEdit(self)
        self.field.setAccessibleName(label)
        self.field.setText(text)
        self.field.selectAll()
        name.setBuddy(self.field)
        cancel = QPushButton(self.tr("やめる"), self)
        self.button = QPushButton(action, self)
        self.button.setObjectName("main")
        self.button.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(8)
        layout.addWidget(name)
        layout.addWidget(self.field)
        layout.addSpacing(8)
        layout.addLayout(foot)
        cancel.clicked.connect(self.reject)
        self.button.clicked.connect(self._write)
        self.field.textChanged.connect(self._update)
        self._update()
        self.field.setFocus()

    def _update(self) -> None:
        self.button.setEnabled(bool(self.field.text().strip()))

    def _write(self) -> None:
        self.written.emit(self.field.text())
        self.accept()
