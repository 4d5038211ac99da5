"""The text of a file as the model gets it, in which encoding it was read, and what is to be known of that."""

from __future__ import annotations

from collections.abc import Callable, Generator

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.chat.attached import block_of
from desktop.chat.branch import is_japanese
from desktop.documents import Note, Progress, read_bytes
from desktop.documents.document import DECODED
from desktop.documents.encodings import CHOICES, shown
from desktop.errors import KotonohaError, sentence
from desktop.jobs import Cancel
from desktop.store.attachments import Attached, Attachment
from desktop.ui import theme
from desktop.ui.controls.fields import TextEdit
from desktop.ui.session import Session

MOST_SHOWN = 200_000  # characters; laying out more takes longer than a blink
MOST_LINES = 20_000


class AttachmentView(QDialog):
    """Looks into a file. While it waits to be sent, another encoding can be chosen."""

    changed = Signal()  # another text of the file would be sent

    def __init__(
        self, session: Session, file: Attachment, text: Attached, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._file = file
        self._cancel = Cancel()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(text.name)
        self.resize(720, 560)
        self.facts = QLabel(self)
        self.facts.setObjectName("sub")
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.notes = QLabel(self)
        self.notes.setObjectName("caution")
        self.notes.setWordWrap(True)
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.encoding = QComboBox(self)
        self.encoding.setAccessibleName(self.tr("文字コード"))
        for name, label in CHOICES:
            self.encoding.addItem(label, name)
        self.whole = QPushButton(self.tr("全部を使う"), self)
        self.whole.setObjectName("link")
        self.view = TextEdit(self)
        self.view.setReadOnly(True)
        self.view.setFont(theme.code_font())
        self.view.setAccessibleName(self.tr("モデルに渡す文章"))
        close = QPushButton(self.tr("閉じる"), self)
        close.clicked.connect(self.accept)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.facts, 1)
        head.addWidget(self.whole)
        head.addWidget(self.encoding)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.notes)
        layout.addWidget(self.view, 1)
        layout.addLayout(foot)
        self.encoding.activated.connect(self._reread)
        self.whole.clicked.connect(self._use_all)
        self.finished.connect(lambda _: self._cancel.set())
        self._show(text)
        close.setFocus()

    def _show(self, text: Attached) -> None:
        file = self._file
        self.view.setPlainText(self._block(text))
        is_draft = file.message_id is None  # what was sent stays as it was
        parts = [QLocale().formattedDataSize(file.size_bytes), self.tr("%n 字", "", len(text.text))]
        if text.cut:
            parts.append(self.tr("先頭だけを使います"))
        self.facts.setText(" · ".join(parts))
        self.whole.setVisible(text.cut and is_draft)
        self.notes.setText("\n".join(str(Note(*note)) for note in file.notes))
        self.notes.setVisible(bool(file.notes))
        self.encoding.setVisible(file.kind in DECODED)
        self.encoding.setEnabled(is_draft)
        self._show_encoding(file.encoding)

    def _block(self, text: Attached) -> str:
        """Return the block of the prompt, as much of it as can be laid out at once."""
        block = block_of(text, japanese=is_japanese(text.text[:2_000]))
        lines = block[:MOST_SHOWN].split("\n")[:MOST_LINES]
        part = "\n".join(lines)
        if len(part) == len(block):
            return block
        return part + "\n" + self.tr("（長いので、ここに見せるのは先頭だけです）")

    def _show_encoding(self, encoding: str) -> None:
        at = self.encoding.findData(encoding)
        if at < 0 and encoding:
            self.encoding.addItem(shown(encoding), encoding)
            at = self.encoding.count() - 1
        self.encoding.setCurrentIndex(at)

    def _reread(self) -> None:
        """Read the kept bytes in the encoding that was chosen."""
        file, encoding = self._file, str(self.encoding.currentData())
        if encoding == file.encoding:
            return
        attachments = self._session.store.attachments
        self._cancel.set()

        def job(cancel: Cancel) -> Generator[Progress, None, tuple[Attachment, Attached]]:
            content = attachments.content(file.id)
            if content is None:
                raise KotonohaError(
                    "attachment_content_missing",
                    "大きなファイルなので元のまま残しておらず、文字コードを変えられません。"
                    "UTF-8で保存し直したものを添えてください。",
                    "The file is big and was not kept as it is, so its encoding cannot be changed. "
                    "Attach a copy that was saved as UTF-8.",
                )
            document = yield from read_bytes(file.name, content, cancel, encoding=encoding)
            notes = [(note.ja, note.en) for note in document.notes]
            attachments.reread(file.id, text=document.text, encoding=encoding, notes=notes)
            return attachments.get(file.id), attachments.texts_of([file.id])[0]

        self._run(job)

    def _use_all(self) -> None:
        attachments, id = self._session.store.attachments, self._file.id

        def job(_: Cancel) -> tuple[Attachment, Attached]:
            attachments.use(id, None)
            return attachments.get(id), attachments.texts_of([id])[0]

        self._run(job)

    def _run(self, job: Callable[[Cancel], object]) -> None:
        file = self._file

        def done(found: tuple[Attachment, Attached]) -> None:
            self._file, text = found
            self._show(text)
            self.changed.emit()

        def failed(error: Exception) -> None:
            self._show_encoding(file.encoding)
            self.notes.setText(sentence(error))
            self.notes.show()

        self._cancel = self._session.jobs.run(job, owner=self, on_done=done, on_failed=failed)
