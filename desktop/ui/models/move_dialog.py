"""Moves the models to another folder: asks where, shows how far it is, and tells what stayed and why."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from PySide6.QtWidgets import QPushButton, QWidget

from desktop import paths
from desktop.errors import sentence
from desktop.jobs import Cancel, Cancelled
from desktop.models import library
from desktop.models.moving import MoveProgress, NotMoved, move
from desktop.ui.controls.choose_path import ChoosePath
from desktop.ui.controls.frame import Frame, Note, Outcome, across
from desktop.ui.controls.progress_line import ProgressLine
from desktop.ui.controls.sizes import readable
from desktop.ui.session import Session

MOST_TOLD = 5  # models that stayed


class MoveDialog(Frame):
    """It may be stopped at any time: each model is then in the old place or in the new one, whole."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("モデルの置き場所"))
        self.setMinimumWidth(520)
        self._session = session
        self._running: Cancel | None = None
        self._old = library.folder_of(session.preferences)
        explanation = Note(
            self.tr(
                "入手したモデルを置くフォルダーです。別のドライブにも移せます。"
                "途中でやめても、モデルはどちらかにあり、なくなりません。"
            ),
            self,
        )
        self.place = Note(self.tr("いまの場所: {path}").format(path=self._old), self)
        self.progress = ProgressLine(self)
        self.outcome = Outcome(self)
        self.close_button = QPushButton(self.tr("閉じる"), self)
        self.choose = self.main_button(self.tr("移す先を選ぶ…"))
        self.arrange(
            explanation,
            self.place,
            self.progress,
            self.outcome,
            across(None, self.close_button, self.choose),
        )
        self.choose.clicked.connect(self._ask)
        self.close_button.clicked.connect(self.reject)

    def _ask(self) -> None:
        if self._running is not None:
            self._running.set()
            self.choose.setEnabled(False)  # until it has stopped
            return
        ChoosePath(
            self.tr("モデルを移すフォルダー"), lambda chosen: self.move_to(chosen[0]), self
        ).ask_for_folder(self._old.parent)

    def move_to(self, folder: Path) -> None:
        """Move the models there, and keep new ones there from now on."""
        store, journal = self._session.store, paths.home() / library.JOURNAL
        old = library.folder_of(self._session.preferences)  # another window may have moved them
        self.outcome.hide()
        self.choose.setText(self.tr("止める"))
        self.close_button.setEnabled(False)

        def work(cancel: Cancel) -> Generator[MoveProgress, None, list[NotMoved] | None]:
            try:
                return (
                    yield from move(store, store.models.list(), old, folder, journal=journal, cancel=cancel)
                )
            except Cancelled:
                return None

        def done(stayed: list[NotMoved] | None) -> None:
            self._end()
            if stayed is None:
                self.outcome.tell(self.tr("止めました。移し終えたモデルは、新しい場所にあります。"))
                return
            here = [each for each in self._session.models if old in Path(each.path).parents]
            moved = len(stayed) < max(len(here), 1)
            if moved:
                self._session.change(models_folder=str(folder))
                self._old = folder
                self.place.setText(self.tr("いまの場所: {path}").format(path=folder))
            if not stayed:
                words = [self.tr("移しました。新しいモデルも、ここに置きます。")]
            elif moved:
                words = [self.tr("移せたものだけ移しました。残りは元の場所で使えます。")]
            else:
                words = [self.tr("移せませんでした。モデルは元の場所で使えます。")]
            words += [f"{each.name}: {sentence(each.error)}" for each in stayed[:MOST_TOLD]]
            self.outcome.tell("\n".join(words), failed=bool(stayed))

        def failed(error: Exception) -> None:
            self._end()
            self.outcome.tell(sentence(error), failed=True)

        self._running = self._session.jobs.run(
            work, owner=self, on_event=self._follow, on_done=done, on_failed=failed
        )

    def _follow(self, step: MoveProgress) -> None:
        words = self.tr("{name} を移しています… {done} / {total}").format(
            name=step.name, done=readable(step.done // 2), total=readable(step.total // 2)
        )
        self.progress.show_part(step.done, step.total, words)

    def _end(self) -> None:
        self._running = None
        self.progress.hide()
        self.choose.setText(self.tr("移す先を選ぶ…"))
        self.choose.setEnabled(True)
        self.close_button.setEnabled(True)
        self._session.refresh_models()
        self.make_room()

    def reject(self) -> None:
        """Close; while models are being moved, stop that first."""
        if self._running is None:
            super().reject()
        else:
            self._ask()
