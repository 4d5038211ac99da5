"""The buttons on the code blocks of a message that are in sight: copying, and saving as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.ui.transcript.button import QuietButton

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF
    from PySide6.QtWidgets import QWidget

    from desktop.ui.transcript.flow import Flow
    from desktop.ui.transcript.look import Look


class CodeButtons(QObject):
    """Two buttons for each block of code in a flow that is drawn on ``owner``."""

    copied = Signal(str)
    saved = Signal(str, str)  # code and its language

    def __init__(self, flow: Flow, look: Look, owner: QWidget) -> None:
        super().__init__(owner)
        self._flow, self._look, self._owner = flow, look, owner
        self._shown: dict[int, tuple[QuietButton, QuietButton]] = {}  # by segment: copy, save

    def buttons(self) -> list[QuietButton]:
        """Return the buttons from top to bottom."""
        return [button for index in sorted(self._shown) for button in self._shown[index]]

    def place(self, origin: QPointF, y0: float, y1: float) -> None:
        """Have buttons on the code in this range of the flow, which begins at ``origin``."""
        wanted = {i for i, segment in self._flow.between(y0, y1) if segment.header and segment.document}
        for index in self._shown.keys() - wanted:
            if not any(button.hasFocus() for button in self._shown[index]):
                self._drop(index)
        for index in wanted:
            if index not in self._shown:
                self._shown[index] = self._make(index)
            copy, save = self._shown[index]
            segment = self._flow.segments[index]
            right = round(origin.x() + segment.width - self._look.px(14) + copy.pad)
            top = round(origin.y() + self._flow.tops[index] + segment.gap + self._look.px(6))
            copy.move(right - copy.width(), top)
            save.move(copy.x() - save.width(), top)

    def restyle(self, look: Look) -> None:
        """Begin anew in another look."""
        self._look = look
        for index in list(self._shown):
            self._drop(index)

    def _make(self, index: int) -> tuple[QuietButton, QuietButton]:
        copy = QuietButton(self.tr("コピー"), self._look, self._owner, name=self.tr("コードをコピー"))
        copy.setProperty("rightAligned", True)
        copy.clicked.connect(lambda: self._copy(index))
        save = QuietButton(self.tr("保存"), self._look, self._owner, name=self.tr("コードをファイルに保存"))
        save.clicked.connect(lambda: self._save(index))
        copy.show()
        save.show()
        return copy, save

    def _drop(self, index: int) -> None:
        for button in self._shown.pop(index):
            button.hide()
            button.deleteLater()

    def _code(self, index: int) -> str:
        """Return the whole code that begins in a segment."""
        segments = self._flow.segments
        parts = [segments[index].block.text()]
        while segments[index].block.more and index + 1 < len(segments):
            index += 1
            parts += [segments[index].block.joint, segments[index].block.text()]
        return "".join(parts)

    def _copy(self, index: int) -> None:
        if index < len(self._flow.segments):
            self.copied.emit(self._code(index))
            copy, save = self._shown[index]
            copy.answer(self.tr("コピーしました"))
            save.move(copy.x() - save.width(), save.y())

    def _save(self, index: int) -> None:
        if index < len(self._flow.segments):
            self.saved.emit(self._code(index), self._flow.segments[index].block.language)
