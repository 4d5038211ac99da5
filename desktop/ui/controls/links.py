"""Links in answers: nothing is opened before the person has seen the address and agreed."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QTextOption
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.markdown.addresses import readable
from desktop.markdown.inline import shown_safely
from desktop.ui.controls.fields import TextEdit

SCHEMES = ("http", "https", "mailto")
LONGEST = 2_000  # characters of an address that are shown and opened
WIDTH = 480  # px
MOST_LINES = 6  # of an address, seen at once


class LinkDialog(QDialog):
    """Shows an address and opens it in the browser if the person agrees. Other schemes are refused."""

    def __init__(self, address: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._url = QUrl(address)
        opens = self._url.scheme() in SCHEMES and self._url.isValid() and len(address) <= LONGEST
        self.setWindowTitle(self.tr("リンクを開く"))
        self.setFixedWidth(WIDTH)
        text = (
            self.tr("ブラウザーでこのアドレスを開きますか？　ここから先は、このPCの外との通信になります。")
            if opens
            else self.tr("この種類のリンクは開けません。")
        )
        self.label = QLabel(text, self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.address = self._field(shown_safely(readable(address[:LONGEST])))
        self.open_button = QPushButton(self.tr("開く"), self)
        self.open_button.setVisible(opens)
        self.open_button.setAutoDefault(False)
        self.close_button = QPushButton(self.tr("やめる") if opens else self.tr("閉じる"), self)
        self.close_button.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        foot.addWidget(self.open_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.label)
        layout.addWidget(self.address)
        layout.addSpacing(4)
        layout.addLayout(foot)
        self.setAccessibleDescription(text)
        self.close_button.clicked.connect(self.reject)
        self.open_button.clicked.connect(self.accept)
        self.accepted.connect(lambda: QDesktopServices.openUrl(self._url))
        self.close_button.setFocus()

    def _field(self, address: str) -> TextEdit:
        """Return the address in full, to be selected and copied."""
        field = TextEdit(self)
        field.setReadOnly(True)
        field.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        field.setAccessibleName(self.tr("アドレス"))
        field.setPlainText(address)
        metrics = field.fontMetrics()
        lines = 1 + metrics.horizontalAdvance(address) // (WIDTH - 80)
        field.setFixedHeight(min(lines, MOST_LINES) * metrics.lineSpacing() + 24)
        return field
