"""The head of a chat: what stands in it gives way in order, so that the title can always be read."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.controls.buttons import IconButton
from desktop.ui.controls.labels import ElidedLabel
from desktop.ui.conversation.context_meter import ContextMeter
from desktop.ui.conversation.head_chip import Form, HeadChip

LEAST_TITLE = "題" * 8  # as wide as this, or whole


class Step(NamedTuple):
    """How the head looks with some room. Margins and the gap between two things are in pixels."""

    compact: bool  # the meter is without its bar
    preset: Form
    model: Form
    metered: bool  # the meter is shown at all
    left: int = 12
    right: int = 24
    gap: int = 10


# What gives way, in order: the meter's bar, the model's quantization, words, the meter.
_STEPS = (
    Step(compact=False, preset=Form.FULL, model=Form.FULL, metered=True),
    Step(compact=True, preset=Form.FULL, model=Form.FULL, metered=True),
    Step(compact=True, preset=Form.FULL, model=Form.SHORT, metered=True),
    Step(compact=True, preset=Form.ICON, model=Form.SHORT, metered=True, right=12, gap=4),
    Step(compact=True, preset=Form.ICON, model=Form.ICON, metered=True, right=12, gap=4),
    Step(compact=True, preset=Form.ICON, model=Form.ICON, metered=False, left=8, right=8, gap=2),
)


class PageHeader(QFrame):
    """Arranges what the page has made."""

    def __init__(
        self,
        parent: QWidget,
        *,
        fold: IconButton,
        title: ElidedLabel,
        map: IconButton,
        meter: ContextMeter,
        preset: HeadChip,
        model: HeadChip,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.setFixedHeight(theme.HEADER_HEIGHT)
        self._fold, self._title, self._map = fold, title, map
        self._meter, self._preset, self._model = meter, preset, model
        self._row = row = QHBoxLayout(self)
        row.addWidget(fold)
        row.addWidget(title, 1)
        row.addWidget(map)
        row.addWidget(meter)  # before the chips, which would else jump when it appears
        row.addWidget(preset)
        row.addWidget(model)
        self._fit()

    def _fit(self) -> None:
        """Let as much give way as the title needs."""
        words = self._title.fontMetrics()
        least = min(words.horizontalAdvance(self._title.text()), words.horizontalAdvance(LEAST_TITLE)) + 2
        step = next((step for step in _STEPS if self._room_of_title(step) >= least), _STEPS[-1])
        self._meter.set_compact(step.compact)
        self._preset.set_form(step.preset)
        self._model.set_form(step.model)
        self._meter.set_giving_way(not step.metered)
        self._row.setContentsMargins(step.left, 0, step.right, 0)
        self._row.setSpacing(step.gap)

    def _room_of_title(self, step: Step) -> int:
        taken = [
            self._fold.sizeHint().width(),
            self._preset.width_in(step.preset),
            self._model.width_in(step.model),
        ]
        if not self._map.isHidden():
            taken.append(self._map.sizeHint().width())
        if self._meter.is_known() and step.metered:
            taken.append(self._meter.width_of(compact=step.compact))
        return self.width() - step.left - step.right - sum(taken) - step.gap * len(taken)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # words have changed, something came or went
            self._fit()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
