"""What is done with chats in the list, one or many at once. Everything can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop.chat.order import Section
from desktop.errors import KotonohaError
from desktop.store import Chat, Folder
from desktop.ui.controls.line_dialog import LineDialog
from desktop.ui.controls.question import Question
from desktop.ui.session import Session

Undo = Callable[[], Any]


class ChatDesk(QObject):
    """Renames, pins, files, tags, archives and deletes; builds the menus for it."""

    said = Signal(str, object)  # what was done, and the function that takes it back or None
    deleted = Signal(list)  # ids of chats that are in the bin now
    deleting = Signal(list)
    restored = Signal(list)
    rename_requested = Signal(int)
    export_requested = Signal(list)

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._chats = session.store.chats

    def _do(self, work: Undo, then: Callable[[Any], None] | None = None) -> None:
        """Change the store and read the list again."""

        def done(result: object) -> None:
            self._session.refresh_chats()
            if then is not None:
                then(result)

        self._session.jobs.store(work, owner=self, on_done=done)

    def _do_and_say(self, work: Undo, said: str, undo: Undo) -> None:
        self._do(work, lambda _: self.said.emit(said, lambda: self._do(undo)))

    def _of(self, ids: Sequence[int]) -> list[Chat]:
        wanted = set(ids)
        return [chat for chat in self._session.chats if chat.id in wanted]

    def _named(self, ids: Sequence[int], one: str, many: str) -> str:
        chats = self._of(ids)
        if len(chats) == 1:
            return one.format(title=chats[0].title[:24] or self.tr("新しい対話"))
        return many.format(count=len(ids))

    # One thing each

    def rename(self, chat_id: int, title: str) -> None:
        """Give a chat another title."""
        self._do(lambda: self._chats.rename(chat_id, title))

    def ask_to_delete(self, ids: Sequence[int]) -> None:
        """Put chats into the bin; where they are several, ask before."""
        if len(ids) < 2:
            self.delete(ids)
            return
        question = Question(
            self.tr("ごみ箱に入れる"),
            self.tr("%n件の対話をごみ箱に入れますか？", "", len(ids)),
            self.tr("ごみ箱に入れる"),
            self._window,
        )
        question.agreed.connect(lambda: self.delete(ids))
        question.open()

    def delete(self, ids: Sequence[int]) -> None:
        """Put chats into the bin."""
        said = self._named(
            ids, self.tr("「{title}」をごみ箱に入れました。"), self.tr("{count}件をごみ箱に入れました。")
        )

        def undo() -> None:
            def work() -> list[int]:
                return [id for id in ids if _if_there(partial(self._chats.restore, id))]

            self._do(work, lambda back: self.restored.emit(back) if back else None)

        def done(_: object) -> None:
            self.deleted.emit(list(ids))
            self.said.emit(said, undo)

        self.deleting.emit(list(ids))
        self._do(lambda: self._chats.delete(*ids), done)

    def pin(self, ids: Sequence[int], pinned: bool) -> None:
        """Keep chats at the top, or not any more."""
        self._do(lambda: (self._chats.pin if pinned else self._chats.unpin)(*ids))

    def archive(self, ids: Sequence[int], archived: bool) -> None:
        """Put chats out of the way, or back."""
        there, back = self._chats.archive, self._chats.unarchive
        if not archived:
            self._do(lambda: back(*ids))
            return
        said = self._named(
            ids, self.tr("「{title}」をアーカイブしました。"), self.tr("{count}件をアーカイブしました。")
        )
        self._do_and_say(lambda: there(*ids), said, lambda: back(*ids))

    def move(self, ids: Sequence[int], folder_id: int | None, *, unpin: bool = False) -> None:
        """Put chats into a folder, None: into none; with ``unpin`` they are at the top no longer."""
        before = {chat.id: chat.folder_id for chat in self._of(ids)}
        pinned = [chat.id for chat in self._of(ids) if unpin and chat.pinned is not None]
        name = next((folder.name for folder in self._session.folders if folder.id == folder_id), "")
        said = self._moved(ids, name)

        def work() -> None:
            self._chats.move(*ids, folder_id=folder_id)
            self._chats.unpin(*pinned)

        def undo() -> None:
            for id, old in before.items():
                _if_there(partial(self._chats.move, id, folder_id=old))
            for id in pinned:
                _if_there(partial(self._chats.pin, id))

        self._do_and_say(work, said, undo)

    def _moved(self, ids: Sequence[int], folder: str) -> str:
        count = len(ids)
        if not folder:
            return self.tr("フォルダーから出しました。")
        return self.tr("%n件を「{folder}」に移しました。", "", count).format(folder=folder)

    def drop(self, ids: Sequence[int], section: Section) -> None:
        """Do what dragging chats onto a section means."""
        match section.kind:
            case "pinned":
                self.pin(ids, True)
            case "archive":
                self.archive(ids, True)
            case "folder" if section.folder is not None:
                self.move(ids, section.folder.id, unpin=True)
            case _:
                self._take_out(ids)

    def _take_out(self, ids: Sequence[int]) -> None:
        """Put chats back among the days."""
        chats = [chat for chat in self._of(ids) if chat.pinned or chat.archived or chat.folder_id]
        if not chats:
            return

        def work() -> None:
            self._chats.unpin(*ids)
            self._chats.unarchive(*ids)
            self._chats.move(*ids, folder_id=None)

        def undo() -> None:
            for chat in chats:
                if chat.pinned:
                    _if_there(partial(self._chats.pin, chat.id))
                if chat.archived:
                    _if_there(partial(self._chats.archive, chat.id))
                if chat.folder_id:
                    _if_there(partial(self._chats.move, chat.id, folder_id=chat.folder_id))

        self._do_and_say(work, self.tr("一覧に戻しました。"), undo)

    def tag(self, name: str, ids: Sequence[int], tagged: bool) -> None:
        """Give chats a tag, or take it off."""
        tags = self._session.store.tags
        self._do(lambda: (tags.add if tagged else tags.remove)(name, *ids))

    # Folders

    def new_folder(self, ids: Sequence[int] = ()) -> None:
        """Ask for a name, make a folder of it, and put chats into it."""
        dialog = LineDialog(
            self.tr("新しいフォルダー"), self.tr("フォルダーの名前"), self.tr("作る"), self._window
        )

        def make(name: str) -> None:
            def work() -> None:
                folder = self._session.store.folders.create(name)
                if ids:
                    self._chats.move(*ids, folder_id=folder.id)

            self._do(work)

        dialog.written.connect(make)
        dialog.open()

    def rename_folder(self, folder: Folder) -> None:
        """Ask for another name."""
        dialog = LineDialog(
            self.tr("フォルダーの名前を変える"),
            self.tr("フォルダーの名前"),
            self.tr("変える"),
            self._window,
            text=folder.name,
        )
        dialog.written.connect(
            lambda name: self._do(lambda: self._session.store.folders.rename(folder.id, name))
        )
        dialog.open()

    def delete_folder(self, folder: Folder) -> None:
        """Delete a folder; its chats stay."""
        folders = self._session.store.folders
        said = self.tr("「{folder}」をなくしました。中の対話は一覧にあります。").format(
            folder=folder.name[:24]
        )

        def done(ids: list[int]) -> None:
            self.said.emit(said, lambda: self._do(lambda: folders.restore(folder, ids)))

        self._do(lambda: folders.delete(folder.id), done)

    def shift_folder(self, folder: Folder, step: int) -> None:
        """Move a folder up or down."""
        ids = [each.id for each in self._session.folders]
        at = ids.index(folder.id)
        to = max(0, min(len(ids) - 1, at + step))
        ids.insert(to, ids.pop(at))
        self._do(lambda: self._session.store.folders.reorder(ids))

    # Menus

    def menu(self, ids: Sequence[int], at: QPoint) -> None:
        """Show what can be done with these chats."""
        chats = self._of(ids)
        if not chats:
            return
        menu = QMenu(self._window)
        if len(chats) == 1:
            menu.addAction(self.tr("題名を変える"), lambda: self.rename_requested.emit(chats[0].id))
        else:
            menu.addAction(self.tr("選んだ対話 %n件", "", len(chats))).setEnabled(False)
            menu.addSeparator()
        pinned = all(chat.pinned is not None for chat in chats)
        menu.addAction(
            self.tr("ピン留めを外す") if pinned else self.tr("ピン留めする"),
            lambda: self.pin(ids, not pinned),
        )
        self._folder_menu(menu, chats, ids)
        self._tag_menu(menu, chats, ids)
        archived = all(chat.archived is not None for chat in chats)
        menu.addAction(
            self.tr("アーカイブから戻す") if archived else self.tr("アーカイブする"),
            lambda: self.archive(ids, not archived),
        )
        menu.addSeparator()
        menu.addAction(self.tr("書き出す…"), lambda: self.export_requested.emit(list(ids)))
        menu.addSeparator()
        menu.addAction(
            self.tr("ごみ箱に入れる") if len(chats) == 1 else self.tr("ごみ箱に入れる…"),
            lambda: self.ask_to_delete(ids),
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _folder_menu(self, menu: QMenu, chats: Sequence[Chat], ids: Sequence[int]) -> None:
        sub = menu.addMenu(self.tr("フォルダーに入れる"))
        for folder in self._session.folders:
            action = sub.addAction(folder.name.replace("&", "&&"), partial(self.move, ids, folder.id))
            action.setCheckable(True)
            action.setChecked(all(chat.folder_id == folder.id for chat in chats))
        if any(chat.folder_id is not None for chat in chats):
            sub.addAction(self.tr("フォルダーから出す"), lambda: self.move(ids, None))
        sub.addSeparator()
        sub.addAction(self.tr("新しいフォルダー…"), lambda: self.new_folder(ids))

    def _tag_menu(self, menu: QMenu, chats: Sequence[Chat], ids: Sequence[int]) -> None:
        sub = menu.addMenu(self.tr("タグ"))
        for name in sorted({tag for chat in self._session.chats for tag in chat.tags}):
            tagged = all(name in chat.tags for chat in chats)
            action = sub.addAction(name.replace("&", "&&"), partial(self.tag, name, ids, not tagged))
            action.setCheckable(True)
            action.setChecked(tagged)
        sub.addSeparator()
        sub.addAction(self.tr("新しいタグ…"), lambda: self._new_tag(ids))

    def _new_tag(self, ids: Sequence[int]) -> None:
        dialog = LineDialog(self.tr("新しいタグ"), self.tr("タグの名前"), self.tr("付ける"), self._window)
        dialog.written.connect(lambda name: self.tag(name, ids, True))
        dialog.open()

    def heading_menu(self, section: Section, at: QPoint) -> None:
        """Show what can be done with a section."""
        menu = QMenu(self._window)
        folder = section.folder
        if folder is not None:
            menu.addAction(self.tr("名前を変える…"), lambda: self.rename_folder(folder))
            menu.addAction(self.tr("上へ"), lambda: self.shift_folder(folder, -1))
            menu.addAction(self.tr("下へ"), lambda: self.shift_folder(folder, 1))
            menu.addAction(self.tr("フォルダーをなくす"), lambda: self.delete_folder(folder))
            menu.addSeparator()
        menu.addAction(self.tr("新しいフォルダー…"), self.new_folder)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)


def _if_there(work: Callable[[], object]) -> bool:
    """Do it, unless the chat or the folder is gone for good meanwhile; return whether it was done."""
    try:
        work()
    except KotonohaError as error:
        if not error.code.endswith("_missing"):
            raise
        return False
    return True
