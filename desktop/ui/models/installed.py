"""The models on this machine: each on a card, with what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import sentence
from desktop.jobs import Cancel
from desktop.models import library, starter
from desktop.models.shelf import Added, Checked, Shelf, Shelved, add_all, shelf, throw_away, verify
from desktop.store import Model
from desktop.store.folding import folded
from desktop.store.models import TakenOff
from desktop.ui.composer.message_editor import MessageEditor
from desktop.ui.controls.line_dialog import LineDialog
from desktop.ui.controls.open_file import OpenFile
from desktop.ui.controls.question import Question
from desktop.ui.controls.reveal import open_folder, select_in_file_manager
from desktop.ui.controls.sizes import readable
from desktop.ui.models.elsewhere_dialog import ElsewhereDialog
from desktop.ui.models.measure_dialog import MeasureDialog
from desktop.ui.models.model_card import ModelCard
from desktop.ui.models.move_dialog import MoveDialog
from desktop.ui.session import Session
from desktop.ui.settings.model_settings import ModelSettingsDialog

MOST_REFUSED = 5  # files named in a message


class Installed(QWidget):
    """A list of cards. What a card wants done is a method here."""

    said = Signal(str, object)  # what was done, and what takes it back or None
    chosen = Signal(object)  # Model: answer with it
    counted = Signal(object)  # Shelf: what is there now

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shelf: Shelf | None = None
        self._words = ""
        self._checking: dict[int, Cancel] = {}
        self.cards: list[ModelCard] = []
        self.add = QPushButton(self.tr("ファイルを追加…"), self)
        self.add_folder = QPushButton(self.tr("フォルダーから追加…"), self)
        self.elsewhere = QPushButton(self.tr("ほかのアプリのモデルを探す…"), self)
        self.place = QPushButton(self.tr("置き場所…"), self)
        self.place.setToolTip(self.tr("入手したモデルを、別のフォルダーやドライブに移します"))
        self.empty = QLabel(self)
        self.empty.setObjectName("sub")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._list = QWidget()
        self._list.setObjectName("page")
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 12, 24)
        self._column.setSpacing(10)
        self._column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._list)
        above = QHBoxLayout()
        above.setContentsMargins(0, 0, 12, 0)  # as the list's
        above.setSpacing(8)
        for button in (self.add, self.add_folder, self.elsewhere):
            above.addWidget(button)
        above.addStretch(1)
        above.addWidget(self.place)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 14, 0, 0)
        layout.setSpacing(14)
        layout.addLayout(above)
        layout.addWidget(self.empty)
        layout.addWidget(scroll, 1)
        self.add.clicked.connect(self.ask_for_files)
        self.add_folder.clicked.connect(self._ask_for_folder)
        self.elsewhere.clicked.connect(self._look_elsewhere)
        self.place.clicked.connect(lambda: MoveDialog(session, self).open())
        session.models_changed.connect(self.refresh)
        session.preferences_changed.connect(lambda names: self._show() if "model_id" in names else None)

    def refresh(self) -> None:
        """Look at the files again, while the room is in sight."""
        if not self.isVisible():
            return
        store, preferences = self._session.store, self._session.preferences

        def show(read: Shelf) -> None:
            self._shelf = read
            self.counted.emit(read)
            self._show()

        self._session.jobs.store(
            lambda: shelf(store, library.folder_of(preferences)), owner=self, on_done=show
        )

    def narrow(self, words: str) -> None:
        """Show only models with these words in name, maker, licence or note."""
        self._words = words
        self._show()

    def _show(self) -> None:
        if self._shelf is None:
            return
        usual = self._session.model_for(None)
        shown = [each for each in self._shelf.models if self._fits(each)]
        while len(self.cards) > len(shown):
            self.cards.pop().deleteLater()
        for number, shelved in enumerate(shown):
            is_usual = usual is not None and usual.id == shelved.model.id
            if number < len(self.cards):
                self.cards[number].show_model(shelved, usual=is_usual)
                self.cards[number].progress.setVisible(shelved.model.id in self._checking)
                continue
            card = ModelCard(shelved, usual=is_usual, parent=self._list)
            card.wanted.connect(lambda name, shown: getattr(self, name)(shown))
            self._column.insertWidget(number, card)
            self.cards.append(card)
        self.empty.setVisible(not shown)
        self.empty.setText(
            self.tr("「{words}」に合うモデルはありません。").format(words=self._words.strip())
            if self._words.strip()
            else self.tr("モデルはまだありません。GGUF形式のファイルを追加してください。")
        )

    def _fits(self, shelved: Shelved) -> bool:
        model = shelved.model
        words = folded(self._words).split()
        told = (model.name, model.architecture, model.licence, model.source, model.note, model.path)
        text = folded(" ".join(told))
        return all(word in text for word in words)

    # Adding

    def ask_for_files(self) -> None:
        """Ask for model files and add them where they are."""
        dialog = OpenFile(self.tr("GGUFファイルを選ぶ"), self.tr("GGUFモデル (*.gguf)"), self)
        dialog.setFileMode(OpenFile.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.add_paths([Path(name) for name in names]))
        dialog.open()

    def _ask_for_folder(self) -> None:
        dialog = OpenFile(self.tr("モデルのあるフォルダーを選ぶ"), "*", self)
        dialog.setFileMode(OpenFile.FileMode.Directory)
        dialog.setOption(OpenFile.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self.add_paths([Path(name)]))
        dialog.open()

    def _look_elsewhere(self) -> None:
        dialog = ElsewhereDialog(self._session, self)
        dialog.added.connect(self._tell_added)
        dialog.open()

    def add_paths(self, paths_: Sequence[Path]) -> None:
        """Add files, and those in folders, where they are."""
        store = self._session.store
        self._session.jobs.run(
            lambda cancel: add_all(store, paths_, cancel),
            owner=self,
            on_done=self._tell_added,
            on_failed=self._complain,
        )

    def _tell_added(self, added: Added) -> None:
        self._session.refresh_models()
        names = "、".join(f"「{model.name}」" for model in added.models[:3])
        parts = []
        if len(added.models) > 3:
            parts.append(self.tr("%n個のモデルを追加しました。", "", len(added.models)))
        elif added.models:
            parts.append(self.tr("{names}を追加しました。").format(names=names))
        parts += [f"{path.name}: {sentence(error)}" for path, error in added.refused[:MOST_REFUSED]]
        if len(added.refused) > MOST_REFUSED:
            parts.append(self.tr("ほかに%n個は追加できませんでした。", "", len(added.refused) - MOST_REFUSED))
        if not parts:
            parts.append(self.tr("そのフォルダーに、モデルはありませんでした。"))
        self.said.emit("\n".join(parts), None)

    # What the cards want

    def use(self, shelved: Shelved) -> None:
        """Answer with this model from now on; one whose file is gone leaves the list."""
        if shelved.state == "gone":
            self.forget(shelved)
        else:
            self.chosen.emit(shelved.model)

    def settings(self, shelved: Shelved) -> None:
        """Open the settings of the model."""
        ModelSettingsDialog(self._session, shelved.model, self.window()).open()

    def rename(self, shelved: Shelved) -> None:
        """Ask for another name."""
        model, models = shelved.model, self._session.store.models
        dialog = LineDialog(
            self.tr("名前を変える"),
            self.tr("モデルの名前"),
            self.tr("変える"),
            self.window(),
            text=model.name,
        )
        dialog.written.connect(lambda name: self._keep(lambda: models.rename(model.id, name)))
        dialog.open()

    def write_note(self, shelved: Shelved) -> None:
        """Have a note written about the model."""
        model, models = shelved.model, self._session.store.models
        editor = MessageEditor(self.tr("メモ"), model.note, self.tr("保存"), self.window(), may_be_empty=True)

        def keep(note: str) -> None:
            self._session.jobs.store(
                lambda: models.write_note(model.id, note),
                owner=editor,
                on_done=kept,
                on_failed=lambda error: editor.fail(sentence(error)),
            )

        def kept(_: object) -> None:
            self._session.refresh_models()
            editor.accept()

        editor.written.connect(keep)
        editor.left.connect(lambda note: self._keep(lambda: models.write_note(model.id, note)))
        editor.open()

    def reveal(self, shelved: Shelved) -> None:
        """Show the file in the system's file manager."""
        path = Path(shelved.model.path)

        def done(shown: bool) -> None:
            if not shown and not open_folder(path):
                self.said.emit(self.tr("ファイルは {path} にあります。").format(path=path), None)

        self._session.jobs.run(lambda _: select_in_file_manager(path), owner=self, on_done=done)

    def verify(self, shelved: Shelved) -> None:
        """Read the whole file again, and say whether it is as it was."""
        model = shelved.model
        if model.id in self._checking:
            return

        def progress(checked: Checked) -> None:
            card = self._card(model)
            if card is not None:
                percent = round(100 * checked.done / max(checked.total, 1))
                words = self.tr("ファイルを確かめています… {percent} %").format(percent=percent)
                card.progress.show_part(checked.done, checked.total, words)

        def end() -> None:
            self._checking.pop(model.id, None)
            self._session.refresh_models()

        def done(same: bool) -> None:
            end()
            words = (
                self.tr("「{name}」のファイルに問題はありません。")
                if same
                else self.tr(
                    "「{name}」のファイルは、前に確かめたときと違います。心当たりがなければ、入手し直してください。"
                )
            )
            self.said.emit(words.format(name=model.name), None)

        def failed(error: Exception) -> None:
            end()
            self._complain(error)

        store = self._session.store
        self._checking[model.id] = self._session.jobs.run(
            lambda cancel: verify(store, model, cancel),
            owner=self,
            on_event=progress,
            on_done=done,
            on_failed=failed,
        )

    def measure(self, shelved: Shelved) -> None:
        """Open the window that measures the model."""
        MeasureDialog(self._session, shelved.model, self.window()).open()

    def forget(self, shelved: Shelved) -> None:
        """Take the model off the list; its file stays."""
        model, store = shelved.model, self._session.store

        def done(taken: TakenOff) -> None:
            self._session.refresh_models()
            words = self.tr("「{name}」を一覧から外しました。ファイルはそのままです。")
            self.said.emit(
                words.format(name=model.name), lambda: self._keep(lambda: store.models.put_back(taken))
            )

        self._keep_starter_away(model)
        self._session.jobs.store(lambda: store.models.take_off(model.id), owner=self, on_done=done)

    def bin(self, shelved: Shelved) -> None:
        """Ask, then put the file into the bin of the system."""
        model = shelved.model
        text = self.tr("「{name}」のファイル（{size}）を、このPCのごみ箱に入れますか？").format(
            name=model.name, size=readable(model.size_bytes)
        )
        if shelved.chats:
            text += self.tr("このモデルの対話%n件は残り、ほかのモデルで続けられます。", "", shelved.chats)
        if not shelved.ours:
            text += self.tr("ほかのアプリのファイルなら、そのアプリでも使えなくなります。")
        question = Question(self.tr("ごみ箱に入れる"), text, self.tr("ごみ箱に入れる"), self.window())
        question.agreed.connect(lambda: self._bin(model))
        question.open()

    def _bin(self, model: Model) -> None:
        store = self._session.store

        def done(kept: list[Path]) -> None:
            self._session.refresh_models()
            words = (
                self.tr("{names} をごみ箱に入れられませんでした。ファイルはそのままです。").format(
                    names="、".join(file.name for file in kept)
                )
                if kept
                else self.tr("「{name}」をごみ箱に入れました。").format(name=model.name)
            )
            self.said.emit(words, None)

        self._keep_starter_away(model)
        self._session.jobs.run(
            lambda _: throw_away(store, model), owner=self, on_done=done, on_failed=self._complain
        )

    def _keep_starter_away(self, model: Model) -> None:
        """Do not put the trial model in place again at the next start: the person did not want it."""
        if Path(model.path).name == starter.FILE_NAME:
            self._session.change(starter=False)

    def _keep(self, work: Callable[[], None]) -> None:
        self._session.jobs.store(work, owner=self, on_done=lambda _: self._session.refresh_models())

    def _card(self, model: Model) -> ModelCard | None:
        return next((card for card in self.cards if card.shelved.model.id == model.id), None)

    def _complain(self, error: Exception) -> None:
        self.said.emit(sentence(error), None)
