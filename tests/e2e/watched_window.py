"""The real application, which tells every 20 ms in a file what it shows. Run as a program: FILE.

The file holds one JSON object about the field with the focus: its name, its text (over the list of chats the
message's), what an input method composes in it, the left end of the caret on the screen in pixels, and
whether the caret is in the field.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from desktop.ui import app as app_module
from desktop.ui.app import App
from desktop.ui.controls.fields import LineEdit
from desktop.ui.history.chat_list import ChatListView


class Watched(App):
    """Looks at its own window."""

    def watch(self, file: Path) -> None:
        timer = QTimer(self, interval=20)
        timer.timeout.connect(lambda: _tell(self, file))
        timer.start()


def _tell(app: App, file: Path) -> None:
    field = QApplication.focusWidget()
    if app.window is None or field is None:
        return
    text = preedit = ""
    writes = app.window.page.composer.edit if isinstance(field, ChatListView) else field
    if isinstance(writes, QPlainTextEdit):
        text, preedit = writes.toPlainText(), writes.textCursor().block().layout().preeditAreaText()
    elif isinstance(field, LineEdit):
        text, preedit = field.text(), field._preedit
    caret = field.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
    caret = caret.toRect() if isinstance(caret, QRectF) else caret
    told = {
        "field": field.accessibleName(),
        "text": text,
        "preedit": preedit,
        "caret": field.mapToGlobal(caret.topLeft()).x() if caret is not None else -1,
        "inside": bool(caret is not None and field.rect().contains(caret.center())),
    }
    part = file.with_suffix(".part")
    part.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    part.replace(file)


def main() -> int:
    class Started(Watched):
        def start(self) -> None:
            super().start()
            self.watch(Path(sys.argv[1]))

    app_module.App = Started
    return app_module.main()


if __name__ == "__main__":
    sys.exit(main())
