"""The editor of a model's chat template; what is saved has been tried on a short conversation."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from desktop.engine.protocol import (
    Event,
    Finished,
    Inspected,
    ModelSettings,
    Prompting,
    PromptTokens,
    Sampling,
    Turn,
)
from desktop.jobs import Cancel
from desktop.models.loading import Request
from desktop.store import Model
from desktop.store.choices import LONGEST_TEMPLATE
from desktop.ui import theme
from desktop.ui.answers.answer_dialog import AnswerDialog
from desktop.ui.controls.fields import TextEdit
from desktop.ui.session import Session
from desktop.ui.turns import Setup

EXAMPLE = (
    Turn("user", "こんにちは。"),
    Turn("assistant", "こんにちは。ご用件をどうぞ。"),
    Turn("user", "日本の首都はどこですか？"),
)


class TemplateDialog(AnswerDialog):
    """Begins with the template in use. An empty one, or the model's own, saves "": the model's own."""

    saved = Signal(str)

    def __init__(self, session: Session, model: Model, own: str, parent: QWidget | None = None) -> None:
        """``own`` is the model's own template, "" where it has none."""
        super().__init__(parent)
        self._session = session
        self._model = model
        self._own = own
        self._saving = False  # it is saved when it has been tried well
        self._prompt: list[str] = []
        self.setWindowTitle(self.tr("チャットテンプレート"))
        self.edit = TextEdit(self)
        self.edit.setFont(theme.code_font())
        self.edit.setAccessibleName(self.windowTitle())
        self.edit.setPlaceholderText(
            self.tr("空のときは、モデルのものを使います。このモデルにないときは、台本の形で渡します。")
        )
        self.edit.setPlainText(model.choices.template or own)
        self.edit.document().setModified(False)
        self.example = TextEdit(self)
        self.example.setReadOnly(True)
        self.example.setFont(theme.code_font(theme.TINY_PX))
        self.example.setAccessibleName(self.tr("試した結果"))
        self.example.setPlaceholderText(self.tr("「試す」と、短い対話をモデルに渡す文がここに出ます。"))
        self.body.addWidget(self.edit, 3)
        self.body.addWidget(self.example, 1)
        self.original = QPushButton(self.tr("モデルのものに戻す"), self)
        self.original.clicked.connect(self._restore)
        self.try_out = QPushButton(self.tr("試す"), self)
        self.try_out.clicked.connect(lambda: self._try(saving=False))
        self.save = QPushButton(self.tr("保存"), self)
        self.save.setObjectName("main")
        self.save.clicked.connect(self._save)
        self.foot.insertWidget(0, self.original)
        self.foot.addWidget(self.try_out)
        self.foot.addWidget(self.save)
        self.edit.setFocus()
        self._hint()

    def template(self) -> str:
        """Return what would be saved."""
        text = self.edit.toPlainText()
        return "" if not text.strip() or text == self._own else text

    def done(self, result: int) -> None:
        """Close; ask first where something written would be lost."""
        if not self.edit.document().isModified():
            super().done(result)
            return
        box = QMessageBox(self)
        box.setWindowTitle(self.windowTitle())
        box.setText(self.tr("直したテンプレートは、まだ保存されていません。"))
        back = box.addButton(self.tr("編集に戻る"), QMessageBox.ButtonRole.RejectRole)
        away = box.addButton(self.tr("保存せずに閉じる"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(back)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        away.clicked.connect(self._give_up)
        box.open()

    def _give_up(self) -> None:
        self.edit.document().setModified(False)
        self.reject()

    def take(self, event: Event) -> None:
        match event:
            case Inspected(prompt_tokens=count):
                self.state.setText(
                    self.tr(
                        "テンプレートは使えます。下が、短い対話をモデルに渡す文です（{count} トークン）。"
                    ).format(count=f"{count:,}")
                )
            case PromptTokens(tokens=tokens):
                self._prompt += [token.text for token in tokens]
            case Finished(reason="end"):
                self.example.setPlainText("".join(self._prompt))
                self._enable(True)
                if self._saving:
                    self._keep()
            case Finished():
                self._enable(True)

    def complain(self, error: Exception) -> None:
        super().complain(error)
        self._colour("caution")
        self._enable(True)

    def _hint(self) -> None:
        self.state.setText(
            self.tr("対話をモデルに渡す文の形を、Jinja2 で書きます。わからないときは、そのままで大丈夫です。")
        )

    def _colour(self, name: str) -> None:
        self.state.setObjectName(name)
        self.state.style().polish(self.state)

    def _restore(self) -> None:
        self.edit.selectAll()
        self.edit.insertPlainText(self._own)  # which can be undone
        self.edit.setFocus()

    def _save(self) -> None:
        if self.template():
            self._try(saving=True)
        else:
            self._keep()

    def _keep(self) -> None:
        self.saved.emit(self.template())
        self.edit.document().setModified(False)
        self.accept()

    def _try(self, *, saving: bool) -> None:
        template = self.edit.toPlainText()
        if len(template) > LONGEST_TEMPLATE:
            self.state.setText(
                self.tr("テンプレートが長すぎます（最大 {most} 文字）。").format(most=f"{LONGEST_TEMPLATE:,}")
            )
            return
        self._saving = saving
        self._prompt.clear()
        self.example.clear()
        self._enable(False)
        self._colour("sub")
        self.state.setText(self.tr("試しています…"))
        session = self._session
        setup = Setup(self._model, session.target(self._model), Sampling(), "")
        prompting = Prompting(self.template())

        def request(cancel: Cancel) -> Request:
            def inspect(settings: ModelSettings) -> Iterator[Event]:
                return session.engine.inspect(
                    settings, EXAMPLE, setup.sampling, cancel, prompting=prompting, tokens=True
                )

            return inspect

        self.ask(session, setup, request)

    def _enable(self, enabled: bool) -> None:
        """While it is tried, what is tried stays as it is."""
        self.edit.setReadOnly(not enabled)
        for button in (self.try_out, self.save, self.original):
            button.setEnabled(enabled)
