"""One model on this machine: what it is, how it does here, and what can be done with it."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.models import library
from desktop.models.shelf import Shelved
from desktop.moments import is_plausible
from desktop.ui import theme
from desktop.ui.controls.badge import Badge
from desktop.ui.controls.buttons import IconButton
from desktop.ui.controls.labels import ElidedLabel
from desktop.ui.controls.progress_line import ProgressLine
from desktop.ui.controls.sizes import readable

DAY = 86_400.0  # seconds
BUTTON_WIDTH = 112  # px


class ModelCard(QFrame):
    """Shows a model; ``wanted`` tells what is to be done with it, by the name of a method of the page."""

    wanted = Signal(str, object)  # and the model that was shown when it was wanted

    def __init__(self, shelved: Shelved, *, usual: bool, parent: QWidget | None = None) -> None:
        """``usual``: it is what new chats are answered with."""
        super().__init__(parent)
        self.setObjectName("card")
        self.shelved = shelved
        self.name = QLabel(self)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setFont(theme.ui_font(theme.TEXT_PX))
        self.name.setObjectName("subheading")
        self.name.setWordWrap(True)
        self.badge = Badge(self)
        self.facts = ElidedLabel(self)
        self.facts.setObjectName("sub")
        self.use = ElidedLabel(self)
        self.use.setObjectName("sub")
        self.note = QLabel(self)
        self.note.setObjectName("sub")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.problem = QLabel(self)
        self.problem.setObjectName("caution")
        self.problem.setWordWrap(True)
        self.progress = ProgressLine(self)
        self.button = QPushButton(self)
        self.button.setFixedWidth(BUTTON_WIDTH)
        keep = self.button.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.button.setSizePolicy(keep)
        self.more = IconButton("ellipsis", self.tr("ほかの操作"), self)
        self._arrange()
        self.button.clicked.connect(lambda: self.wanted.emit("use", self.shelved))
        self.more.clicked.connect(self._open_menu)
        self.show_model(shelved, usual=usual)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name)
        head.addWidget(self.badge)
        head.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addLayout(head)
        for widget in (self.facts, self.use, self.note, self.problem, self.progress):
            words.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.button)
        buttons.addWidget(self.more)
        layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        layout.setContentsMargins(18, 16, 14, 16)
        layout.setSpacing(16)
        layout.addLayout(words, 1)
        layout.addLayout(buttons)

    def show_model(self, shelved: Shelved, *, usual: bool) -> None:
        """Show what is known now."""
        self.shelved = shelved
        model = shelved.model
        self.setAccessibleName(model.name)
        self.name.setText(model.name)
        self.badge.show_word(
            self.tr("使用中") if usual else "",
            "good",
            self.tr("新しい対話は、このモデルで始まります。"),
        )
        parts = [
            readable(model.size_bytes),
            self._quantization(),
            self._context(),
            model.licence,
            self._source(),
        ]
        self.facts.setText("　".join(part for part in parts if part))
        self.facts.setToolTip(model.path)
        self.use.setText("　".join(part for part in (self._used(), self._speed(), self._chats()) if part))
        self.note.setText(model.note or library.note(model))
        self.note.setVisible(bool(self.note.text()))
        self.problem.setText(self._problem())
        self.problem.setVisible(shelved.state != "there")
        self.button.setText(self.tr("一覧から外す") if shelved.state == "gone" else self.tr("使う"))
        self.button.setObjectName("" if shelved.state == "gone" else "main")
        self.button.setVisible(not usual or shelved.state == "gone")
        self.button.setAccessibleDescription(model.name)
        self.more.setAccessibleDescription(model.name)
        self.button.style().unpolish(self.button)
        self.button.style().polish(self.button)

    def _quantization(self) -> str:
        model = self.shelved.model
        return "" if model.quantization.casefold() in model.name.casefold() else model.quantization

    def _context(self) -> str:
        length = self.shelved.model.trained_context_length
        return self.tr("コンテキスト {count}").format(count=f"{length:,}") if length else ""

    def _source(self) -> str:
        source = self.shelved.model.source
        return self.tr("入手元: {source}").format(source=source) if source else ""

    def _used(self) -> str:
        used = self.shelved.model.used
        if used is None or not is_plausible(used, time.time()):
            return self.tr("まだ使っていません")
        days = int((time.time() - used) // DAY)
        if days < 1:
            return self.tr("今日使いました")
        return self.tr("%n日前に使いました", "", days)

    def _speed(self) -> str:
        speed = self.shelved.tokens_per_second
        return self.tr("{speed} トークン/秒").format(speed=f"{speed:.1f}") if speed else ""

    def _chats(self) -> str:
        return self.tr("対話 %n件", "", self.shelved.chats) if self.shelved.chats else ""

    def _problem(self) -> str:
        match self.shelved.state:
            case "gone":
                return self.tr(
                    "ファイルが見つかりません。ドライブをつなぐか、ファイルを元の場所に戻してください。"
                )
            case "changed":
                return self.tr(
                    "追加したあとで、ファイルが変わりました。「ファイルを確かめる」で読み直せます。"
                )
        return ""

    def menu(self) -> QMenu:
        """Return the menu of what can be done."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        there, model = self.shelved.state != "gone", self.shelved.model
        entries: tuple[tuple[str, str, bool], ...] = (
            ("settings", self.tr("モデルの設定…"), there),
            ("rename", self.tr("名前を変える…"), True),
            ("write_note", self.tr("メモを書く…"), True),
            ("", "", True),
            ("reveal", self.tr("ファイルの場所を開く"), there),
            ("verify", self.tr("ファイルを確かめる"), there),
            ("measure", self.tr("速さを測る…"), there),
            ("", "", True),
            ("forget", self.tr("一覧から外す"), True),
            ("bin", self.tr("ファイルをごみ箱に入れる…"), there),
        )
        for name, words, possible in entries:
            if not name:
                menu.addSeparator()
                continue
            action = menu.addAction(words)
            action.setEnabled(possible)
            action.triggered.connect(partial(self.wanted.emit, name, self.shelved))
        menu.setAccessibleName(model.name)
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        point = self.more.mapToGlobal(
            QPoint(self.more.width() - menu.sizeHint().width(), self.more.height() + 4)
        )
        menu.popup(point)
