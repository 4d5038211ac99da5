"""Rows of the settings about chats in and out: titles, import, export, backups and their passphrase.

The dialogs are imported when they are opened: the formats of other applications take long.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QPushButton

from desktop.errors import sentence
from desktop.store import passphrase
from desktop.ui.controls.section import Section, Switch
from desktop.ui.exchange.passphrase_dialog import PassphraseDialog
from desktop.ui.session import Session


class HistoryRows(QObject):
    """Adds its rows to a section, which it belongs to."""

    def __init__(self, section: Section, session: Session, back_up: Callable[[], None]) -> None:
        super().__init__(section)
        self._section = section
        self._session = session
        section.add_heading(self.tr("題名・取り込み・書き出し"))
        self.titles = self._switch("auto_titles")
        section.add_row(
            self.tr("題名を自動でつける"),
            self.tr("手が止まったときに、モデルが短い題名をつけます。自分でつけた題名は変えません。"),
            self.titles,
        )
        take = QPushButton(self.tr("取り込む…"))
        take.clicked.connect(self.open_import)
        section.add_row(
            self.tr("対話を取り込む"),
            self.tr("ChatGPT・Claude・Geminiなど、ほかのアプリで書き出した対話を読みます。"),
            take,
        )
        give = QPushButton(self.tr("書き出す…"))
        give.clicked.connect(self.open_export)
        section.add_row(
            self.tr("すべての対話を書き出す"),
            self.tr("Markdown・HTML・PDF・JSONなどのファイルにします。"),
            give,
        )
        section.add_heading(self.tr("控え"))
        now = QPushButton(self.tr("今すぐ控えを作る"))
        now.clicked.connect(lambda _: back_up())
        section.add_row(
            self.tr("控えを作る"),
            self.tr("対話・プリセット・設定の写しを backups フォルダーに作り、日・週・月ごとに残します。"),
            now,
        )
        listed = QPushButton(self.tr("控えの一覧…"))
        listed.clicked.connect(self.open_backups)
        section.add_row(
            self.tr("控えから戻す"),
            self.tr("控えを見る、別の場所に作る、控えのときの状態に戻す。"),
            listed,
        )
        self.daily = self._switch("daily_backup")
        section.add_row(self.tr("毎日の控え"), self.tr("1日に一度、裏で控えを作ります。"), self.daily)
        self.sealing = Switch()
        self.sealing.setEnabled(False)  # until it is known whether there is a passphrase
        self.sealing.clicked.connect(self._seal)
        self._sealed_note = section.add_row(
            self.tr("控えを合言葉で守る"),
            self.tr("これから作る控えを暗号化します。合言葉を忘れると、その控えは二度と開けません。"),
            self.sealing,
        )
        session.preferences_changed.connect(self._show)
        self._show({"auto_titles", "daily_backup"})
        self._read_passphrase()

    def open_import(self) -> None:
        """Open the dialog for importing, beside which one can go on."""
        from desktop.ui.exchange.import_dialog import ImportDialog

        ImportDialog(self._session, self._section.window()).show()

    def open_export(self) -> None:
        """Open the dialog for exporting every chat, likewise."""
        from desktop.ui.exchange.export_dialog import ExportDialog

        ExportDialog(self._session, [], self._section.window()).show()

    def open_backups(self) -> None:
        """Open the list of backups."""
        from desktop.ui.exchange.backup_dialog import BackupDialog

        BackupDialog(self._session, self._section.window()).open()

    def _switch(self, field: str) -> Switch:
        switch = Switch()
        switch.clicked.connect(lambda on: self._session.change(**{field: on}))
        return switch

    def _show(self, names: set[str]) -> None:
        preferences = self._session.preferences
        if "auto_titles" in names:
            self.titles.setChecked(preferences.auto_titles)
        if "daily_backup" in names:
            self.daily.setChecked(preferences.daily_backup)

    # The passphrase

    def _read_passphrase(self) -> None:
        database = self._session.store.path

        def show(there: bool) -> None:
            self.sealing.setChecked(there)
            self.sealing.setEnabled(True)

        self._session.jobs.store(lambda: passphrase.is_wanted(database), owner=self, on_done=show)

    def _seal(self, on: bool) -> None:
        database, jobs = self._session.store.path, self._session.jobs
        if not on:
            jobs.store(
                lambda: passphrase.forget(database), owner=self, on_done=lambda _: self._read_passphrase()
            )
            return
        self.sealing.setChecked(False)  # until there is a passphrase
        dialog = PassphraseDialog(self._section.window(), new=True)

        def keep(text: str) -> None:
            def kept(_: object) -> None:
                dialog.accept()
                self._read_passphrase()

            jobs.store(
                lambda: passphrase.keep(database, text),
                owner=dialog,
                on_done=kept,
                on_failed=lambda error: dialog.complain(sentence(error)),
            )

        dialog.chosen.connect(keep)
        dialog.open()
