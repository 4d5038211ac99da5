"""The files of a message that is being edited: each can be taken away, and had back. Knows no store."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.controls.attachment_chips import AttachmentChips, FileShown, Shelf
from desktop.ui.controls.notice import Notice


class KeptFiles(QWidget):
    """Files as chips, and below them the one that was taken away last. Hidden where there are none."""

    opened = Signal(int)  # a file is to be looked into
    left = Signal()  # what had the focus here is gone

    def __init__(self, files: Sequence[FileShown], parent: QWidget) -> None:
        super().__init__(parent)
        self._files = list(files)
        self._without: list[int] = []  # in the order in which they were taken away
        self.chips = AttachmentChips(self)
        self.taken = Notice(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(Shelf(self.chips, self))
        layout.addWidget(self.taken)
        self.chips.opened.connect(self.opened)
        self.chips.removed.connect(self._take_away)
        self.setVisible(bool(files))
        self._show()

    def without(self) -> tuple[int, ...]:
        """Return the files that were taken away."""
        return tuple(self._without)

    def _take_away(self, key: int) -> None:
        self._without.append(key)
        self._show()
        if not self.chips.chips():
            self.left.emit()

    def _put_back(self) -> None:
        self._without.pop()
        self._show()
        if self._without:
            self.taken.button.setFocus()
        else:
            self.left.emit()

    def _show(self) -> None:
        self.chips.show_files([file for file in self._files if file.key not in self._without])
        last = next((file for file in self._files if [file.key] == self._without[-1:]), None)
        if last is None:
            self.taken.hide()
            return
        self.taken.show_message(
            self.tr("「{name}」を外しました。").format(name=last.name),
            self.tr("元に戻す"),
            self._put_back,
            caution=False,
        )
