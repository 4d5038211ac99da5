"""Where the person writes: a field that grows, and one button that sends or stops."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.composer.message_editor import DRAFT_MS
from desktop.ui.composer.sent_history import SentHistory
from desktop.ui.controls.announce import announce
from desktop.ui.controls.attachment_chips import AttachmentChips, Shelf
from desktop.ui.controls.buttons import IconButton, RoundButton
from desktop.ui.controls.dropped import files_in
from desktop.ui.controls.fields import ENTERS, LONGEST_MESSAGE, TextEdit
from desktop.ui.controls.labels import ElidedLabel
from desktop.ui.controls.notice import Notice

MOST_LINES = 20_000  # more take the window longer than a blink to lay out
SHADOW = 10  # px round the field, for its shadow


class MessageEdit(TextEdit):
    """The text field. Enter that belongs to an input method never sends."""

    send_pressed = Signal()
    too_long = Signal()
    height_wanted = Signal()
    files_given = Signal(list)  # paths that were dropped or pasted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.enter_sends = True
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.document().documentLayout().documentSizeChanged.connect(self.height_wanted)

    def wanted_height(self) -> int:
        """Return the height that shows all of the text, in pixels."""
        lines = max(1, round(self.document().size().height()))
        return lines * self.fontMetrics().lineSpacing() + 2 * round(self.document().documentMargin()) + 2

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTERS and not self.is_composing():
            event.accept()
            modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            control = Qt.KeyboardModifier.ControlModifier
            sends = (modifiers == Qt.KeyboardModifier.NoModifier) if self.enter_sends else False
            if sends or modifiers == control:
                self.send_pressed.emit()
            else:
                self.insertPlainText("\n")
                self.ensureCursorVisible()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return bool(files_in(source)) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if paths := files_in(source):
            self.files_given.emit(paths)
            return
        text = source.text().replace("\0", "\ufffd")  # as it will be kept
        lines = text.count("\n") + self.document().blockCount()
        if len(text) + self.document().characterCount() > LONGEST_MESSAGE or lines > MOST_LINES:
            self.too_long.emit()
            return
        self.insertPlainText(text)
        self.ensureCursorVisible()


class Composer(QWidget):
    """The card at the foot of the chat."""

    sent = Signal(str)
    stop_requested = Signal()
    draft_changed = Signal(str)
    too_long = Signal()
    files_given = Signal(list)  # paths that were dropped or pasted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self._answering = False
        self._ready = True
        self._reading = False
        self._fits = True
        self._loading_draft = False
        self._zoom = 100
        self._tokens = ""

        self.edit = MessageEdit(self)
        self.edit.setAccessibleName(self.tr("メッセージ"))
        self.edit.setPlaceholderText(self.tr("メッセージを書く"))
        self.chips = AttachmentChips(self)
        self.overflow = Notice(self)
        self.notice = Notice(self)
        self.attach = IconButton("paperclip", self.tr("ファイルを添える"), self)
        self.enlarge = IconButton("maximize-2", self.tr("大きな欄で書く"), self, size=16)
        self.history = SentHistory(self.edit)
        self.hint = ElidedLabel(self)
        self.hint.setObjectName("faint")
        self.count = QLabel(self)
        self.count.setObjectName("faint")
        self.button = RoundButton("arrow-up", self)

        self._arrange()
        self._draft_timer = QTimer(self, singleShot=True, interval=DRAFT_MS)
        self._draft_timer.timeout.connect(self.flush_draft)
        self.edit.textChanged.connect(self._changed)
        self.edit.send_pressed.connect(self._send)
        self.edit.too_long.connect(self.too_long)
        self.edit.files_given.connect(self.files_given)
        self.chips.arranged.connect(self._order_tabs)
        self.edit.height_wanted.connect(self._fit)
        self.button.clicked.connect(self._press)
        self.setFocusProxy(self.edit)
        self.set_zoom(100)
        self.set_enter_sends(True)
        self.set_text("", is_draft=True)

    def _arrange(self) -> None:
        foot = QHBoxLayout()
        foot.setContentsMargins(-6, 0, 0, 0)  # the paperclip itself stands below the text
        self.attach.setFixedWidth(32)
        foot.setSpacing(8)
        foot.addWidget(self.attach)
        foot.addWidget(self.enlarge)
        foot.addWidget(self.hint, 1)
        foot.addWidget(self.count)
        foot.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SHADOW + 16, SHADOW + 14, SHADOW + 14, SHADOW + 12)
        layout.setSpacing(8)
        layout.addWidget(Shelf(self.chips, self))
        layout.addWidget(self.edit)
        layout.addWidget(self.overflow)
        layout.addWidget(self.notice)
        layout.addLayout(foot)

    # What the page asks of it

    def text(self) -> str:
        """Return what is written."""
        return self.edit.toPlainText()

    def set_text(self, text: str, *, is_draft: bool = False) -> None:
        """Replace what is written; a draft that was just read is not saved again."""
        self._draft_timer.stop()
        self._loading_draft = is_draft
        self.edit.setPlainText(text)
        self._changed()
        self._loading_draft = False
        cursor = self.edit.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.edit.setTextCursor(cursor)

    def set_answering(self, answering: bool) -> None:
        """Show a stop button while an answer is being written."""
        self._answering = answering
        self._update_button()

    def set_ready(self, ready: bool) -> None:
        """Allow sending, or not yet."""
        self._ready = ready
        self._update_button()

    def set_reading(self, reading: bool) -> None:
        """Let sending wait until the files are read."""
        self._reading = reading
        if not reading and self.hint.text() == self._wait_hint():
            self.set_status("")
        self._update_button()

    def set_fits(self, fits: bool) -> None:
        """Hold the sending back while ``overflow`` says that the model cannot read all of it."""
        self._fits = fits
        if fits:
            self.overflow.hide()
        self._update_button()

    def set_enter_sends(self, enter_sends: bool) -> None:
        """Choose whether Enter or Ctrl+Enter sends."""
        self.edit.enter_sends = enter_sends
        self.set_status("")

    def set_status(self, text: str) -> None:
        """Show what the answer is doing in the place of the hint; "" brings the hint back."""
        hint = (
            self.tr("Enterで送信、Shift+Enterで改行")
            if self.edit.enter_sends
            else self.tr("Ctrl+Enterで送信、Enterで改行")
        )
        self.hint.setText(text or hint)

    def take(self, sent: str) -> None:
        """Remove what was sent; what was typed after it stays."""
        self.set_text(self.typed_after(sent))

    def typed_after(self, sent: str) -> str:
        """Return what was typed after ``sent`` went off."""
        return self.text().lstrip("\n").removeprefix(sent).lstrip("\n")

    def insert_typed(self, text: str) -> None:
        """Take over what is typed elsewhere."""
        self.edit.insertPlainText(text)
        self.edit.setFocus()

    def insert(self, text: str) -> None:
        """Put ``text`` after what is written, in a way that can be undone."""
        cursor = self.edit.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        cursor.insertText(f"\n{text}" if self.text().strip() else text)
        self.edit.setTextCursor(cursor)
        self.edit.setFocus()

    def replace(self, text: str) -> None:
        """Write ``text`` in place of what is written, in a way that can be undone."""
        if text != self.text():
            cursor = self.edit.textCursor()
            cursor.select(cursor.SelectionType.Document)
            cursor.insertText(text)
            self.edit.setTextCursor(cursor)

    def set_tokens(self, tokens: str) -> None:
        """Show how many tokens the text is, in words; "" where that is not known."""
        self._tokens = tokens
        self._show_count()

    def set_zoom(self, percent: int) -> None:
        """Set the size of the text, in percent."""
        self._zoom = percent
        font = theme.text_font(theme.TEXT_PX * percent / 100)
        self.edit.setFont(font)
        self.edit.viewport().setFont(font)  # of the placeholder
        self._fit()

    def flush_draft(self) -> None:
        """Save an unsaved draft now."""
        if self._draft_timer.isActive():
            self._draft_timer.stop()
        self.draft_changed.emit(self.text())

    def has_unsaved_draft(self) -> bool:
        """Return whether something was typed that ``draft_changed`` has not told yet."""
        return self._draft_timer.isActive()

    # Inside

    def _changed(self) -> None:
        if not self.text():
            self._tokens = ""
        self._fits = True  # until it is counted anew
        self._show_count()
        self._update_button()
        if not self._loading_draft:
            self._draft_timer.start()

    def _show_count(self) -> None:
        length = len(self.text())
        words = self.tr("%Ln 字", "", length) if length else ""
        self.count.setText(" · ".join(part for part in (words, self._tokens) if part and length))

    def _update_button(self) -> None:
        if self._answering:
            self.button.set_icon_name("square-filled")
            name = self.tr("止める")
            self.button.setEnabled(True)
        else:
            self.button.set_icon_name("arrow-up")
            name = self.tr("送る")
            can = self._ready and not self._reading and self._fits
            self.button.setEnabled(can and bool(self.text().strip()))
        self.button.setAccessibleName(name)
        self.button.setToolTip(name)

    def _press(self) -> None:
        if self._answering:
            self.stop_requested.emit()
        else:
            self._send()
        self.edit.setFocus()

    def _send(self) -> None:
        text = self.text()
        if self._answering or not self._ready:
            return
        if not text.strip() or self.edit.is_composing():
            return
        if self._reading:
            self.set_status(self._wait_hint())
            announce(self.edit, self._wait_hint())
            return
        if not self._fits:
            self.overflow.show()  # it may have been closed
            announce(self.edit, self.overflow.label.text())
            return
        if len(text) > LONGEST_MESSAGE:
            self.too_long.emit()
            return
        self._draft_timer.stop()  # sending empties the draft; a failure saves it anew
        self.sent.emit(text.strip("\n"))

    def _wait_hint(self) -> str:
        return self.tr("ファイルを読み終わると送れます")

    def _order_tabs(self) -> None:
        """Let the keyboard go from the field to the files, and on to the buttons."""
        before: QWidget = self.edit
        for chip in self.chips.chips():
            for widget in filter(None, (chip, chip.close_button)):
                QWidget.setTabOrder(before, widget)
                before = widget

    def _fit(self) -> None:
        """Grow with the text up to two fifths of the window, then scroll."""
        line = self.edit.fontMetrics().lineSpacing()
        most = max(3 * line, round(self.window().height() * 0.4))
        wanted = self.edit.wanted_height()
        self.edit.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded if wanted > most else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.edit.setFixedHeight(min(wanted, most))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(self.rect()).adjusted(SHADOW + 0.5, SHADOW + 0.5, -SHADOW - 0.5, -SHADOW - 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        for i in range(1, SHADOW):  # the one shadow of the window, soft and low
            painter.setBrush(QColor(0, 0, 0, 4 if theme.is_dark() else 2))
            grown = card.adjusted(-i, -i + 3, i, i)
            painter.drawRoundedRect(grown, theme.RADIUS_COMPOSER + i, theme.RADIUS_COMPOSER + i)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.setBrush(QColor(tokens.card))
        painter.drawRoundedRect(card, theme.RADIUS_COMPOSER, theme.RADIUS_COMPOSER)
