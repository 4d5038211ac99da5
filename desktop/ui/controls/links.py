"""Links in answers: nothing is opened before the person has seen the address and agreed."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

SCHEMES = ("http", "https", "mailto")
LONGEST = 2_000  # characters of an address that are shown and opened


class LinkDialog(QMessageBox):
    """Shows an address and opens it in the browser if the person agrees. Other schemes are refused."""

    def __init__(self, address: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._url = QUrl(address)
        self.setTextFormat(Qt.TextFormat.PlainText)  # an address may look like markup
        self.setWindowTitle(self.tr("リンクを開く"))
        self.setInformativeText(address[:LONGEST])
        if self._url.scheme() not in SCHEMES or not self._url.isValid() or len(address) > LONGEST:
            self.setText(self.tr("この種類のリンクは開けません。"))
            self.addButton(self.tr("閉じる"), QMessageBox.ButtonRole.RejectRole)
            return
        self.setText(
            self.tr("ブラウザーでこのアドレスを開きますか？ここから先は、このPCの外との通信になります。")
        )
        yes = self.addButton(self.tr("開く"), QMessageBox.ButtonRole.AcceptRole)
        yes.clicked.connect(lambda: QDesktopServices.openUrl(self._url))
        no = self.addButton(self.tr("やめる"), QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(no)
        self.setEscapeButton(no)
