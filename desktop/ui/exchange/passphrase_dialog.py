"""Asks for a passphrase: for one that is kept, twice and with a warning; for a backup to open, once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from desktop.store.passphrase import LONGEST
from desktop.ui.controls.fields import LineEdit
from desktop.ui.controls.frame import Frame, Note, Outcome, across
from desktop.ui.controls.section import Switch


class PassphraseDialog(Frame):
    """``chosen`` tells it, once; who asked for it closes the dialog, or shows why it will not do."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, new: bool) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("合言葉を決める") if new else self.tr("合言葉を入れる"))
        self.setMinimumWidth(420)
        self._new = new
        explanation = Note(
            self.tr(
                "これから作る控えを、この合言葉で暗号化します。"
                "合言葉はこのPCだけに保存し、毎日の控えにも使います。"
            )
            if new
            else self.tr("この控えは合言葉で守られています。"),
            self,
        )
        self.warning = Note(
            self.tr(
                "合言葉を忘れると、その控えは二度と開けません。取り戻す方法はありません。"
                "紙に書くなど、このPCとは別の場所に残してください。"
            ),
            self,
            caution=True,
        )
        self.warning.setVisible(new)
        self.first = self._field(self.tr("合言葉"))
        self.second = self._field(self.tr("合言葉をもう一度"))
        self.second.setVisible(new)
        self.shown = Switch(self)
        self.shown.setAccessibleName(self.tr("文字を表示する（日本語も入れられます）"))
        showing = Note(self.shown.accessibleName(), self)
        self.trouble = Outcome(self)
        self.accept_button = self.main_button(self.tr("決める") if new else self.tr("開く"))
        self.accept_button.setEnabled(False)
        cancel = QPushButton(self.tr("やめる"), self)
        switching = across(self.shown, showing)
        switching.setStretchFactor(showing, 1)
        self.arrange(
            explanation,
            self.warning,
            self.first,
            self.second,
            switching,
            self.trouble,
            None,
            across(None, cancel, self.accept_button),
        )
        self.shown.toggled.connect(self._show_text)
        cancel.clicked.connect(self.reject)
        self.accept_button.clicked.connect(self._choose)
        self.first.setFocus()

    def complain(self, text: str) -> None:
        """Show why the passphrase will not do; it can be entered again."""
        self.trouble.tell(text, failed=True)
        self.make_room()
        self.setEnabled(True)
        self.first.setFocus()
        self.first.selectAll()

    def _field(self, name: str) -> LineEdit:
        field = LineEdit(self)
        field.setMaxLength(LONGEST)
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setPlaceholderText(name)
        field.setAccessibleName(name)
        field.textChanged.connect(self._update)
        return field

    def _show_text(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.first.setEchoMode(mode)
        self.second.setEchoMode(mode)

    def _update(self) -> None:
        self.trouble.hide()
        filled = bool(self.first.text().strip()) and (not self._new or bool(self.second.text()))
        self.accept_button.setEnabled(filled)

    def _choose(self) -> None:
        if self._new and self.first.text() != self.second.text():
            self.complain(self.tr("2つの合言葉が違います。もう一度入れてください。"))
            return
        self.setEnabled(False)  # until it is clear whether it will do
        self.chosen.emit(self.first.text())
