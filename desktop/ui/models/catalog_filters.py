"""What the catalogue is narrowed down by: four wishes that are on or off."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from desktop.ui.controls.section import SectionButton


class Wanted(NamedTuple):
    """What a model must be; where it is False it does not matter."""

    japanese: bool = False
    commercial: bool = False
    comfortable: bool = False
    thinking: bool = False


class CatalogFilters(QWidget):
    """The group in the column at the side; where that has no room, ``menu`` is the same."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        heading = QLabel(self.tr("絞り込み"), self)
        heading.setObjectName("faint")
        heading.setContentsMargins(8, 10, 0, 4)
        words = (
            (self.tr("日本語に強い"), self.tr("日本語を主に学んだモデル")),
            (self.tr("商用利用できる"), self.tr("条件付きのものも含みます")),
            (self.tr("このPCで快適に動く"), self.tr("メモリに余裕があり、読むより速く答えるモデル")),
            (self.tr("考えるモデル"), self.tr("考えてから答える、または、そうするかを選べるモデル")),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(heading)
        self.buttons: list[SectionButton] = []
        for word, explanation in words:
            button = SectionButton(word, self)
            button.setToolTip(explanation)
            button.setAccessibleDescription(explanation)
            button.toggled.connect(self.changed)
            layout.addWidget(button)
            self.buttons.append(button)

    def wanted(self) -> Wanted:
        """Return what is on."""
        return Wanted(*(button.isChecked() for button in self.buttons))

    def clear(self) -> None:
        """Turn all off."""
        for button in self.buttons:
            button.setChecked(False)

    def menu(self, parent: QWidget) -> QMenu:
        """Return the same as a menu."""
        menu = QMenu(parent)
        menu.setAccessibleName(self.tr("絞り込み"))
        for button in self.buttons:
            action = menu.addAction(button.text())
            action.setCheckable(True)
            action.setChecked(button.isChecked())
            action.toggled.connect(button.setChecked)
        return menu
