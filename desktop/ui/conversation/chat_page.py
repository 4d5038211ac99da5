"""The page of a conversation: header, transcript or welcome, composer. Only arranges; knows no store."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.composer.composer import SHADOW, Composer
from desktop.ui.controls.banner import Banner
from desktop.ui.controls.buttons import IconButton
from desktop.ui.controls.labels import ElidedLabel
from desktop.ui.conversation.context_meter import ContextMeter
from desktop.ui.conversation.head_chip import HeadChip
from desktop.ui.conversation.page_header import PageHeader
from desktop.ui.conversation.welcome import Welcome
from desktop.ui.transcript import Transcript


class ChatPage(QWidget):
    """Arranges the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.fold = IconButton("panel-left", self.tr("一覧をたたむ・ひらく"), self)
        self.title = ElidedLabel(self)
        self.title.setObjectName("chatTitle")
        self.preset = HeadChip(self.tr("プリセット"), "sliders-horizontal", self, longest=180)
        self.model = HeadChip(self.tr("モデル"), "box", self, longest=260)
        self.map = IconButton("git-branch", self.tr("枝の地図"), self)
        self.meter = ContextMeter(self)
        header = PageHeader(
            self,
            fold=self.fold,
            title=self.title,
            map=self.map,
            meter=self.meter,
            preset=self.preset,
            model=self.model,
        )

        self.banner = Banner(self)
        self.transcript = Transcript(self)
        self.welcome = Welcome(self)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.transcript)
        self.composer = Composer(self)
        self.set_zoom(100)

        across = QHBoxLayout()
        across.setContentsMargins(16, 0, 16, 8)
        across.addStretch(1)
        across.addWidget(self.composer, 1000)
        across.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(header)
        layout.addWidget(self.banner)
        layout.addLayout(self._stack, 1)
        layout.addLayout(across)

    def set_zoom(self, percent: int) -> None:
        """Set the size of text and column, in percent."""
        self.composer.set_zoom(percent)
        self.composer.setMaximumWidth(round(theme.COLUMN_WIDTH * percent / 100) + 40 + 2 * SHADOW)
        self.transcript.set_zoom(percent)

    def show_welcome(self, welcome: bool) -> None:
        """Show the empty state, or the transcript."""
        self._stack.setCurrentWidget(self.welcome if welcome else self.transcript)

    def is_welcome(self) -> bool:
        """Return whether the empty state is shown."""
        return self._stack.currentWidget() is self.welcome
