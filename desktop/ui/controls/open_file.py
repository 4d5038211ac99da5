"""The dialog that asks for a file to open."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.ui.controls.file_dialog import FileDialog


class OpenFile(FileDialog):
    """Asks for one file that is there; ``fileSelected`` tells its path."""

    def __init__(self, title: str, kind: str, parent: QWidget) -> None:
        """``kind`` is a name filter of Qt's, for example ``"GGUF (*.gguf)"``."""
        super().__init__(title, parent)
        self.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.setNameFilters([kind, self.tr("すべてのファイル (*)")])
