"""What stands where the conversation will be: who we are, and things to try."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.ui import theme
from desktop.ui.rail import Leaf


class Suggestion(QPushButton):
    """A card with what one could ask; a click puts it into the composer."""

    def __init__(self, title: str, example: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("suggestion")
        self.setAccessibleName(f"{title}: {example}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.example = example
        head = QLabel(title, self)
        head.setStyleSheet(f"font-size: {theme.TEXT_PX - 1}px;")
        body = QLabel(example, self)
        body.setObjectName("sub")
        body.setWordWrap(True)
        self._inside = layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(2)
        for label in (head, body):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label)
        layout.addStretch(1)

    def sizeHint(self) -> QSize:
        return self._inside.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._inside.minimumSize()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._inside.heightForWidth(width)


class Welcome(QScrollArea):
    """The empty state of a chat. Scrolls in a window that is too low for it."""

    suggestion_chosen = Signal(str)
    add_model_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.note = QLabel(self)
        self.note.setObjectName("faint")
        self.note.setWordWrap(True)
        self.note.setText(" ")  # its line is kept until there is something to say

        column = QWidget(self)
        column.setMaximumWidth(theme.COLUMN_WIDTH)
        inner = QVBoxLayout(column)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addLayout(self._name())
        inner.addSpacing(14)
        inner.addWidget(
            self._label(
                self.tr("日本語の言語モデルと、このPCの中だけで話せます。料金も、登録もいりません。"),
                "sub",
                f"font-size: {theme.TEXT_PX}px;",
            )
        )
        inner.addSpacing(32)
        inner.addWidget(self._label(self.tr("こんなことから始められます"), "subheading"))
        inner.addSpacing(12)
        inner.addLayout(self._cards())
        inner.addSpacing(14)
        inner.addLayout(self._foot())

        page = QWidget(self)
        page.setObjectName("page")
        across = QHBoxLayout()
        across.setContentsMargins(32, 0, 32, 0)
        across.addStretch(1)
        across.addWidget(column, 1000)
        across.addStretch(1)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 16, 0, 16)
        layout.addStretch(2)
        layout.addLayout(across)
        layout.addStretch(3)
        self.setWidget(page)

    def _label(self, text: str, kind: str, style: str = "") -> QLabel:
        label = QLabel(text, self)
        label.setObjectName(kind)
        label.setStyleSheet(style)
        label.setWordWrap(True)
        return label

    def _name(self) -> QHBoxLayout:
        name = QLabel(self.tr("言の葉"), self)
        name.setStyleSheet("font-size: 26px; font-weight: 600;")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Leaf(32, self))
        row.addWidget(name)
        row.addStretch(1)
        return row

    def _cards(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(10)
        for i, (title, example) in enumerate(self._suggestions()):
            card = Suggestion(title, example, self)
            card.clicked.connect(lambda _=False, text=example: self.suggestion_chosen.emit(text))
            grid.addWidget(card, i // 2, i % 2)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        return grid

    def _foot(self) -> QVBoxLayout:
        add_model = QPushButton(self.tr("手元の .gguf ファイルを使う"), self)
        add_model.setObjectName("link")
        add_model.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        add_model.setCursor(Qt.CursorShape.PointingHandCursor)
        add_model.clicked.connect(self.add_model_requested)
        rows = QVBoxLayout()
        rows.setSpacing(2)
        rows.addWidget(self.note)
        rows.addWidget(add_model, 0, Qt.AlignmentFlag.AlignLeft)
        return rows

    def show_note(self, text: str) -> None:
        """Say something small about the model in use."""
        self.note.setText(text or " ")

    def _suggestions(self) -> list[tuple[str, str]]:
        return [
            (self.tr("たずねる"), self.tr("日本の首都はどこですか？")),
            (
                self.tr("書き直す"),
                self.tr("次の文を丁寧な敬語に直してください。「明日の会議、少し遅れます」"),
            ),
            (self.tr("考えを広げる"), self.tr("雨の日に家で楽しめることを五つ挙げてください。")),
            (self.tr("書いてもらう"), self.tr("秋の夕暮れを題にした短い詩を書いてください。")),
        ]
