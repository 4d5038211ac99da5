"""Number boxes that may be left to the application, and then say what it chooses."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.ui.controls.fields import DoubleSpinBox, SpinBox


class OptionalWhole(SpinBox):
    """A whole number from ``least`` on, or none. The first step from none goes to the usual number."""

    def __init__(self, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual: int | None = None
        self.setRange(least - 1, most)
        self.setSingleStep(max(1, least))
        self.setGroupSeparatorShown(True)
        self.setKeyboardTracking(False)

    def set_usual(self, usual: int | None) -> None:
        """Say what none means now; None where that is not known, or is no number that can be chosen."""
        self._usual = usual if usual is not None and usual > self.minimum() else None
        self.setSpecialValueText(_automatic(self.tr("自動"), self._usual, "{:,}"))

    def chosen(self) -> int | None:
        """Return the number, or none."""
        return self.value() if self.value() > self.minimum() else None

    def choose(self, value: int | None) -> None:
        """Show a number, or none."""
        self.setValue(self.minimum() if value is None else value)

    def stepBy(self, steps: int) -> None:
        if self.chosen() is None and steps > 0 and self._usual is not None:
            self.setValue(self._usual)
        else:
            super().stepBy(steps)


class OptionalDecimal(DoubleSpinBox):
    """A number with two decimals from ``least`` on, or none; stepped as ``OptionalWhole`` is."""

    def __init__(self, least: float, most: float, step: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual: float | None = None
        self._least = least
        self.setDecimals(2)
        self.setRange(least - step, most)
        self.setSingleStep(step)
        self.setKeyboardTracking(False)

    def set_usual(self, usual: float | None) -> None:
        """Say what none means now, as for ``OptionalWhole``."""
        self._usual = usual if usual is not None and usual >= self._least else None
        self.setSpecialValueText(_automatic(self.tr("自動"), self._usual, "{:g}"))

    def chosen(self) -> float | None:
        """Return the number, or none."""
        none = self.minimum() + self.singleStep() / 2
        return max(round(self.value(), 2), self._least) if self.value() > none else None

    def choose(self, value: float | None) -> None:
        """Show a number, or none."""
        self.setValue(self.minimum() if value is None else value)

    def stepBy(self, steps: int) -> None:
        if self.chosen() is None and steps > 0 and self._usual is not None:
            self.setValue(self._usual)
        else:
            super().stepBy(steps)


def _automatic(word: str, value: float | None, form: str) -> str:
    return word if value is None else f"{word}（{form.format(value)}）"
