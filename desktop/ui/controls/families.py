"""A box to choose a face from those that are installed and can write Japanese."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QComboBox, QListView, QWidget

MOST = 500  # families in the list


class FamilyBox(QComboBox):
    """The first entry stands for the usual face, ""."""

    def __init__(self, usual: str, parent: QWidget | None = None, *, fixed_pitch: bool = False) -> None:
        super().__init__(parent)
        self._fixed_pitch = fixed_pitch
        self._filled = False
        self.setView(QListView())  # which a style sheet can dress
        self.setMaxVisibleItems(12)
        self.addItem(usual, "")

    def family(self) -> str:
        """Return the face that is chosen; "" for the usual one."""
        return str(self.currentData())

    def set_family(self, family: str) -> None:
        """Show which face is chosen, also when it is not installed."""
        if self.findData(family) < 0:
            self.addItem(family, family)
        self.setCurrentIndex(self.findData(family))

    def fill(self) -> None:
        """List the faces; the first time takes some milliseconds, so it is done when they can be seen."""
        if self._filled:
            return
        self._filled = True
        chosen = self.family()
        usual = self.itemText(0)
        found = QFontDatabase.families(QFontDatabase.WritingSystem.Japanese)
        if self._fixed_pitch:
            found = [family for family in found if QFontDatabase.isFixedPitch(family) or "Mono" in family]
        self.clear()
        self.addItem(usual, "")
        for family in sorted(dict.fromkeys(found), key=str.casefold)[:MOST]:
            if not QFontDatabase.isPrivateFamily(family):
                self.addItem(family, family)
        self.set_family(chosen)
