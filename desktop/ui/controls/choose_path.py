"""Asks for paths: files or a folder that are there, or the name of a file to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.ui.controls.file_dialog import FileDialog


class ChoosePath(FileDialog):
    """Asks for files or a folder that are there, or for the name of a file to be."""

    def __init__(self, title: str, chosen: Callable[[list[Path]], None], parent: QWidget) -> None:
        """``chosen`` hears of the paths, once, where the person does not think better of it."""
        super().__init__(title, parent)
        self.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))

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
        self.name_actions(accept)  # again: a mode brings Qt's words back
        self.open()
