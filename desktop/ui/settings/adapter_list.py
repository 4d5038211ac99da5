"""The LoRA adapters of a model: each file with its strength, in the order in which they were added."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.engine.protocol import Adapter
from desktop.ui.controls.buttons import IconButton
from desktop.ui.controls.fields import DoubleSpinBox
from desktop.ui.controls.labels import ElidedLabel
from desktop.ui.controls.section import NoWheel

MOST = 32  # that the engine takes at once
STRONGEST, STEP, SCALE_WIDTH = 100.0, 0.1, 104


class AdapterList(QWidget):
    """Knows no files: who shows it asks for one when ``add_requested``."""

    changed = Signal(object)  # the adapters, a tuple
    add_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._adapters: tuple[Adapter, ...] = ()
        self._no_wheel = NoWheel(self)
        self._rows: list[QWidget] = []
        self._scales: list[DoubleSpinBox] = []
        self.add = QPushButton(self.tr("アダプターを追加…"), self)
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self.add_requested)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(4, 0, 4, 0)
        self._layout.setSpacing(8)
        self._layout.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_adapters(self, adapters: tuple[Adapter, ...]) -> None:
        """Show these."""
        if adapters == self._adapters:
            return
        same = [each.path for each in adapters] == [each.path for each in self._adapters]
        self._adapters = adapters
        self.add.setEnabled(len(adapters) < MOST)
        if same:
            for scale, adapter in zip(self._scales, adapters, strict=True):
                scale.setValue(adapter.scale)
            return
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._scales.clear()
        self._rows = [self._row(at, adapter) for at, adapter in enumerate(adapters)]
        for at, row in enumerate(self._rows):
            self._layout.insertWidget(at, row)

    def add_file(self, path: str) -> None:
        """Add a file at full strength, unless it is there."""
        if path not in {each.path for each in self._adapters}:
            self._set((*self._adapters, Adapter(path)))

    def _row(self, at: int, adapter: Adapter) -> QWidget:
        row = QWidget(self)
        name = ElidedLabel(row)
        name.setText(Path(adapter.path).name)
        name.setToolTip(adapter.path)
        scale = DoubleSpinBox(row)
        scale.setRange(-STRONGEST, STRONGEST)
        scale.setSingleStep(STEP)
        scale.setDecimals(2)
        scale.setValue(adapter.scale)
        scale.setKeyboardTracking(False)
        scale.setFixedWidth(SCALE_WIDTH)
        scale.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        scale.lineEdit().setTextMargins(10, 0, 0, 0)
        scale.installEventFilter(self._no_wheel)
        scale.setAccessibleName(self.tr("「{name}」の強さ").format(name=name.text()))
        scale.setToolTip(self.tr("強さ。1 が元のまま、0 では効きません"))
        self._scales.append(scale)
        scale.valueChanged.connect(lambda value: self._scale(at, value))
        remove = IconButton("x", self.tr("「{name}」を外す").format(name=name.text()), row)
        remove.setAutoDefault(False)
        remove.clicked.connect(lambda: self._remove(at))
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(12)
        across.addWidget(name, 1)
        across.addWidget(scale)
        across.addWidget(remove)
        return row

    def _scale(self, at: int, value: float) -> None:
        changed = Adapter(self._adapters[at].path, round(value, 2))
        if abs(changed.scale - self._adapters[at].scale) >= STEP / 100:
            self._set((*self._adapters[:at], changed, *self._adapters[at + 1 :]))

    def _remove(self, at: int) -> None:
        self._set((*self._adapters[:at], *self._adapters[at + 1 :]))
        self.add.setFocus()

    def _set(self, adapters: tuple[Adapter, ...]) -> None:
        self.show_adapters(adapters)
        self.changed.emit(adapters)
