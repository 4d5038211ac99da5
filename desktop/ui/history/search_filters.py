"""What a search is narrowed to: a menu, and in words."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from desktop.store import Filters, Folder, Tag
from desktop.ui.session import Session

_DAY = 86_400


class StayingMenu(QMenu):
    """A menu that stays open when something in it is ticked: one mostly wants to tick more than one."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._tick(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        presses = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if not (presses and self._tick(self.activeAction())):
            super().keyPressEvent(event)

    def _tick(self, action: QAction | None) -> bool:
        if action is None or not action.isCheckable() or not action.isEnabled():
            return False
        action.trigger()
        return True

    def add_menu(self, title: str) -> StayingMenu:
        """Add a menu of the same kind."""
        menu = StayingMenu(self)
        menu.setTitle(title)
        self.addMenu(menu)
        return menu


class _Clear(QAction):
    """Takes the filters away where there are any."""

    def __init__(self, text: str, filters: SearchFilters, parent: QObject) -> None:
        super().__init__(text, parent)
        self._filters = filters
        filters.changed.connect(self._update)
        self.triggered.connect(filters.clear)
        self._update()

    def _update(self) -> None:
        self.setEnabled(bool(self._filters.words()))


class SearchFilters(QObject):
    """The filters that are chosen."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._tags: list[Tag] = []
        self._days = 0
        self._chosen = Filters()

    @property
    def chosen(self) -> Filters:
        """The filters; times count from now."""
        since = time.time() - self._days * _DAY if self._days else None
        return msgspec.structs.replace(self._chosen, since=since)

    def clear(self) -> None:
        """Search everything again."""
        self._days = 0
        self._set()

    def _set(self, **fields: object) -> None:
        self._chosen = msgspec.structs.replace(self._chosen, **fields) if fields else Filters()
        self.changed.emit()

    def _set_days(self, days: int) -> None:
        self._days = days
        self.changed.emit()

    def refresh(self) -> None:
        """Read which tags there are."""
        self._session.jobs.store(self._session.store.tags.list, owner=self, on_done=self._take_tags)

    def _take_tags(self, tags: list[Tag]) -> None:
        self._tags = tags

    def words(self) -> str:
        """Return what is chosen in words, "" for nothing."""
        chosen = self._chosen
        folder = next((f.name for f in self._session.folders if f.id == chosen.folder_id), "")
        periods = dict(self._periods())
        parts = [
            self.tr("スター付き") if chosen.starred else "",
            periods.get(self._days, "") if self._days else "",
            chosen.model_name,
            chosen.preset_name,
            folder,
            f"#{chosen.tag}" if chosen.tag else "",
            self.tr("アーカイブを除く") if chosen.archived is False else "",
        ]
        return "・".join(part for part in parts if part)

    def menu(self, parent: QWidget) -> QMenu:
        """Return the menu of all filters."""
        menu, chosen = StayingMenu(parent), self._chosen
        star = menu.addAction(self.tr("スターの付いたものだけ"))
        star.setCheckable(True)
        star.setChecked(chosen.starred)
        star.toggled.connect(lambda on: self._set(starred=on))
        rest = menu.addAction(self.tr("アーカイブを除く"))
        rest.setCheckable(True)
        rest.setChecked(chosen.archived is False)
        rest.toggled.connect(lambda on: self._set(archived=False if on else None))
        menu.addSeparator()
        period = menu.add_menu(self.tr("時期"))
        group = QActionGroup(period)
        for days, name in self._periods():
            self._choice(period, group, name, days == self._days).triggered.connect(
                lambda _=False, days=days: self._set_days(days)
            )
        self._choices(menu, self.tr("モデル"), "model_name", [model.name for model in self._session.models])
        self._choices(
            menu, self.tr("プリセット"), "preset_name", [preset.name for preset in self._session.presets]
        )
        self._folder_choices(menu, self._session.folders)
        self._choices(menu, self.tr("タグ"), "tag", [tag.name for tag in self._tags])
        menu.addSeparator()
        menu.addAction(_Clear(self.tr("絞り込みを外す"), self, menu))
        return menu

    def _periods(self) -> list[tuple[int, str]]:
        return [
            (0, self.tr("いつでも")),
            (1, self.tr("この24時間")),
            (7, self.tr("この7日間")),
            (30, self.tr("この30日間")),
            (365, self.tr("この1年")),
        ]

    def _choices(self, menu: StayingMenu, title: str, field: str, names: Sequence[str]) -> None:
        sub, now = menu.add_menu(title), getattr(self._chosen, field)
        group = QActionGroup(sub)
        self._choice(sub, group, self.tr("すべて"), not now).triggered.connect(
            lambda: self._set(**{field: ""})
        )
        for name in dict.fromkeys(names):
            self._choice(sub, group, name, name == now).triggered.connect(
                lambda _=False, name=name: self._set(**{field: name})
            )
        sub.setEnabled(bool(names))

    def _folder_choices(self, menu: StayingMenu, folders: Sequence[Folder]) -> None:
        sub, now = menu.add_menu(self.tr("フォルダー")), self._chosen.folder_id
        group = QActionGroup(sub)
        self._choice(sub, group, self.tr("すべて"), now is None).triggered.connect(
            lambda: self._set(folder_id=None)
        )
        for folder in folders:
            self._choice(sub, group, folder.name, folder.id == now).triggered.connect(
                lambda _=False, id=folder.id: self._set(folder_id=id)
            )
        sub.setEnabled(bool(folders))

    def _choice(self, menu: QMenu, group: QActionGroup, name: str, chosen: bool) -> QAction:
        action = menu.addAction(name.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(chosen)
        group.addAction(action)
        return action
