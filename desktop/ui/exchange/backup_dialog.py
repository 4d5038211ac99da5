"""The backups: which there are, a new one here or elsewhere, and going back to one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from desktop.errors import sentence
from desktop.jobs import Cancel
from desktop.moments import moment
from desktop.store.automatic import back_up
from desktop.store.backups import Backup, backups
from desktop.store.sealed import SealProgress
from desktop.ui.controls.choose_path import ChoosePath
from desktop.ui.controls.frame import Frame, Note, Outcome, across
from desktop.ui.controls.progress_line import ProgressLine
from desktop.ui.controls.sizes import megabytes
from desktop.ui.exchange.unlocking import Unlocking
from desktop.ui.going_back import GoingBack
from desktop.ui.session import Session

PATH = Qt.ItemDataRole.UserRole


class BackupDialog(Frame):
    """Lists the backups in the folder beside the data."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("控え"))
        self._session = session
        self._running: Cancel | None = None
        self.resize(560, 480)
        explanation = Note(
            self.tr("控えは、対話・プリセット・設定の写しです。新しい7つと、日・週・月ごとの1つを残します。"),
            self,
        )
        self.list = QListWidget(self)
        self.list.setObjectName("framed")
        self.list.setAccessibleName(self.tr("控えの一覧"))
        self.empty = QLabel(self.tr("控えはまだありません。"), self)
        self.empty.setObjectName("sub")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.now = QPushButton(self.tr("今すぐ作る"), self)
        self.elsewhere = QPushButton(self.tr("別の場所に作る…"), self)
        self.from_file = QPushButton(self.tr("ファイルから戻す…"), self)
        self.progress = ProgressLine(self)
        self.message = Outcome(self)
        self.close_button = QPushButton(self.tr("閉じる"), self)
        self.go_back = QPushButton(self.tr("この控えに戻す…"), self)
        self.arrange(
            explanation,
            across(self.now, self.elsewhere, None, self.from_file),
            self.list,
            self.empty,
            self.progress,
            self.message,
            across(self.go_back, None, self.close_button),
        )
        for button in (self.now, self.elsewhere, self.from_file, self.go_back, self.close_button):
            button.setAutoDefault(False)  # Enter in the list is about the backup there
        self.now.clicked.connect(lambda: self.make(None))
        self.elsewhere.clicked.connect(self._ask_where)
        self.from_file.clicked.connect(self._ask_for_file)
        self.go_back.clicked.connect(self._go_back_to_selected)
        self.close_button.clicked.connect(self.reject)
        self.list.itemSelectionChanged.connect(self._update)
        self.list.itemActivated.connect(lambda _: self._go_back_to_selected())
        self._update()
        self._read()

    def _read(self) -> None:
        database = self._session.store.path
        self._session.jobs.store(
            lambda: backups(database), owner=self, on_done=self._show, on_failed=self._complain
        )

    def _show(self, found: list[Backup]) -> None:
        self.list.clear()
        for backup in found:
            parts = [moment(backup.when) or backup.path.name, megabytes(backup.size_bytes)]
            if backup.sealed:
                parts.append(self.tr("合言葉つき"))
            item = QListWidgetItem("　·　".join(parts))
            item.setData(PATH, str(backup.path))
            item.setToolTip(str(backup.path))
            self.list.addItem(item)
        if found:
            self.list.setCurrentRow(0)
        self._update()

    def _update(self) -> None:
        some = self.list.count() > 0
        self.list.setVisible(some)
        self.empty.setVisible(not some)
        running = self._running is not None
        self.progress.setVisible(running)
        self.go_back.setEnabled(bool(self.list.selectedItems()) and not running)
        for button in (self.now, self.elsewhere, self.from_file):
            button.setEnabled(not running)

    # Making one

    def make(self, to: Path | None) -> None:
        """Make a backup: in its usual place, or in the folder ``to``."""
        database = self._session.store.path

        def done(path: Path) -> None:
            self._end(self.tr("控えを作りました: {path}").format(path=path))
            self._read()

        self._begin(self.tr("控えを作っています…"))
        self._running = self._session.jobs.run(
            lambda cancel: back_up(database, cancel, to),
            owner=self,
            on_event=self._follow,
            on_done=done,
            on_failed=self._complain,
        )
        self._update()

    def _ask_where(self) -> None:
        ChoosePath(self.tr("控えを作る場所を選ぶ"), lambda paths: self.make(paths[0]), self).ask_for_folder()

    # Going back

    def _go_back_to_selected(self) -> None:
        items = self.list.selectedItems()
        if items and self._running is None:
            self.ask_to_go_back(Path(items[0].data(PATH)), items[0].text().partition("　")[0])

    def _ask_for_file(self) -> None:
        ChoosePath(
            self.tr("控えのファイルを選ぶ"),
            lambda paths: self.ask_to_go_back(paths[0], paths[0].name),
            self,
        ).ask_for_files([self.tr("言の葉の控え (*.db *.sealed)")])

    def ask_to_go_back(self, path: Path, name: str) -> None:
        """Say what will happen and, if it is wished, go back to the backup at ``path``."""
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(self.tr("控えに戻す"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(
            self.tr(
                "対話・プリセット・設定を、控え「{name}」のときの状態に戻します。\n\n"
                "いまのデータは消さずに、別の名前で残します。"
                "書きかけの答えは止まり、言の葉の画面を開き直します。"
            ).format(name=name)
        )
        yes = box.addButton(self.tr("控えに戻す"), QMessageBox.ButtonRole.DestructiveRole)
        yes.clicked.connect(lambda: self._unlock(path))
        box.setDefaultButton(box.addButton(self.tr("やめる"), QMessageBox.ButtonRole.RejectRole))
        box.open()

    def _unlock(self, path: Path) -> None:
        unlocking = Unlocking(self._session.jobs, self._session.store.path, path, self)
        unlocking.unlocked.connect(lambda passphrase: self._go_back(GoingBack(path, passphrase)))
        unlocking.failed.connect(self._complain)
        unlocking.start()

    def _go_back(self, to: GoingBack) -> None:
        self.accept()
        self._session.going_back.emit(to)

    # What runs

    def _begin(self, text: str) -> None:
        self.message.hide()
        self.progress.show_part(0, 1, text)

    def _follow(self, event: SealProgress) -> None:
        self.progress.show_part(event.done, event.total, self.tr("暗号化しています…"))

    def _end(self, text: str, *, failed: bool = False) -> None:
        self._running = None
        self.message.tell(text, failed=failed)
        self._update()

    def _complain(self, error: Exception) -> None:
        self._end(sentence(error), failed=True)

    def done(self, result: int) -> None:
        """Stop what runs; of a backup that is not complete nothing stays."""
        if self._running is not None:
            self._running.set()
        super().done(result)
