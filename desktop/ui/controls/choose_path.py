"""Qt's dialog for files and folders, with our words and safe for input methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from desktop.ui.controls.fields import Guard


class ChoosePath(QFileDialog):
    """Asks for files or a folder that are there, or for the name of a file to be."""

    def __init__(self, title: str, chosen: Callable[[list[Path]], None], parent: QWidget) -> None:
        """``chosen`` hears of the paths, once, where the person does not think better of it."""
        super().__init__(parent, title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.accepted.connect(lambda: chosen([Path(name) for name in self.selectedFiles()]))

    def ask_for_files(self, kinds: Sequence[str]) -> None:
        """Ask for one or more files of these kinds, name filters of Qt's."""
        self.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self.setNameFilters([*kinds, self.tr("すべてのファイル (*)")])
        self._open(self.tr("開く"))

    def ask_for_folder(self, start: Path | None = None) -> None:
        """Ask for a folder."""
        self.setFileMode(QFileDialog.FileMode.Directory)
        self.setOption(QFileDialog.Option.ShowDirsOnly)
        if start is not None:
            self.setDirectory(str(start))
        self._open(self.tr("選ぶ"))

    def ask_for_name(self, name: str, kind: str) -> None:
        """Ask where to save a file called ``name``, of a kind; Qt asks before one is replaced."""
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setNameFilters([kind])
        self.selectFile(name)
        self._open(self.tr("保存"))

    def _open(self, accept: str) -> None:
        for label, text in (  # Qt's own Japanese lacks some of them
            (QFileDialog.DialogLabel.LookIn, self.tr("場所:")),
            (QFileDialog.DialogLabel.FileName, self.tr("名前:")),
            (QFileDialog.DialogLabel.FileType, self.tr("種類:")),
            (QFileDialog.DialogLabel.Accept, accept),
            (QFileDialog.DialogLabel.Reject, self.tr("やめる")),
        ):
            self.setLabelText(label, text)
        for field in self.findChildren(QLineEdit):
            Guard(field)
        self.open()
