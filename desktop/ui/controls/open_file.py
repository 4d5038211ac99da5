"""The dialog that asks for a file to open."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from desktop.ui.controls.fields import Guard


class OpenFile(QFileDialog):
    """Asks for one file that is there; ``fileSelected`` tells its path."""

    def __init__(self, title: str, kind: str, parent: QWidget) -> None:
        """``kind`` is a name filter of Qt's, for example ``"GGUF (*.gguf)"``."""
        super().__init__(parent, title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.setNameFilters([kind, self.tr("すべてのファイル (*)")])
        for label, text in (  # Qt's own Japanese lacks some of them
            (QFileDialog.DialogLabel.LookIn, self.tr("場所:")),
            (QFileDialog.DialogLabel.FileName, self.tr("ファイル名:")),
            (QFileDialog.DialogLabel.FileType, self.tr("種類:")),
            (QFileDialog.DialogLabel.Accept, self.tr("開く")),
            (QFileDialog.DialogLabel.Reject, self.tr("やめる")),
        ):
            self.setLabelText(label, text)
        for field in self.findChildren(QLineEdit):
            Guard(field)
