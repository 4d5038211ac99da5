"""Models that other applications keep here: found, chosen, and added where they are."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from desktop.errors import sentence
from desktop.models.elsewhere import Found, find
from desktop.models.shelf import Added, add_all
from desktop.ui.controls.frame import Frame, Note, across
from desktop.ui.controls.sizes import readable
from desktop.ui.session import Session

PATH = Qt.ItemDataRole.UserRole


class ElsewhereDialog(Frame):
    """Looks while it is open; ``added`` tells what became of those that were chosen."""

    added = Signal(object)  # Added

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("ほかのアプリのモデル"))
        self.resize(640, 480)
        self._session = session
        self._known = {model.path for model in session.models}
        explanation = Note(
            self.tr(
                "LM Studio、Jan、Ollama、GPT4All、Hugging Face のモデルを、いまある場所のまま使います。"
                "写しは作らず、元のファイルには手を付けません。"
            ),
            self,
        )
        self.list = QListWidget(self)
        self.list.setObjectName("framed")
        self.list.setAccessibleName(self.tr("見つかったモデル"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.state = Note(self.tr("探しています…"), self)
        cancel = QPushButton(self.tr("閉じる"), self)
        self.button = self.main_button(self.tr("追加する"))
        foot = across(self.state, cancel, self.button)
        foot.setStretch(0, 1)
        self.arrange(explanation, self.list, foot)
        cancel.clicked.connect(self.reject)
        self.button.clicked.connect(self._add)
        self.list.itemChanged.connect(lambda _: self._update())
        self._update()
        self._looking = session.jobs.run(
            find, owner=self, on_event=self._take, on_done=lambda _: self._end(), on_failed=self._fail
        )

    def _take(self, found: Found) -> None:
        known = str(found.path) in self._known
        words = self.tr("{application}　{name}　{size}").format(
            application=found.application, name=found.name, size=readable(found.size_bytes)
        )
        item = QListWidgetItem(self.tr("{model}　（追加済み）").format(model=words) if known else words)
        item.setData(PATH, str(found.path))
        item.setToolTip(str(found.path))
        item.setFlags(
            Qt.ItemFlag.NoItemFlags
            if known
            else Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
        )
        if not known:
            item.setCheckState(Qt.CheckState.Unchecked)
        self.list.addItem(item)
        self._update()

    def chosen(self) -> list[Path]:
        """Return the files that are ticked."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [Path(item.data(PATH)) for item in items if item.checkState() == Qt.CheckState.Checked]

    def _end(self) -> None:
        count = self.list.count()
        self.list.setVisible(count > 0)
        if not count:
            self.resize(self.width(), self.sizeHint().height())
        self.state.setText(
            self.tr("%n個見つかりました。使いたいものに印を付けてください。", "", count)
            if count
            else self.tr("ほかのアプリのモデルは見つかりませんでした。")
        )

    def _fail(self, error: Exception) -> None:
        self.state.setText(sentence(error))

    def _update(self) -> None:
        self.button.setEnabled(bool(self.chosen()))

    def _add(self) -> None:
        paths, store = self.chosen(), self._session.store
        self.button.setEnabled(False)
        self.state.setText(self.tr("追加しています…"))

        def done(added: Added) -> None:
            self.added.emit(added)
            self.accept()

        self._session.jobs.run(
            lambda cancel: add_all(store, paths, cancel), owner=self, on_done=done, on_failed=self._fail
        )

    def done(self, result: int) -> None:
        self._looking.set()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._looking.set()
        super().closeEvent(event)
