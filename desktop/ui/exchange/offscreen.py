"""PDFs for the command line: Qt without a screen, started when the first chat is to be drawn.

Qt is imported in here only, so that a machine that lacks a library of its is told so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.errors import KotonohaError
from desktop.jobs import Cancel
from desktop.store.records import ChatRecord, shown

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication

_JAPANESE = re.compile("[\u3041-\u30ff\u3400-\u9fff]")
_application: QGuiApplication | None = None  # Qt lives as long as the process


def pdf_writer(cancel: Cancel) -> Callable[[ChatRecord], bytes]:
    """Return what makes a PDF of a chat. Raises ``KotonohaError("pdf_unavailable")`` where Qt cannot start.

    What it returns raises ``pdf_no_font`` where a chat is in Japanese and no font is.
    """
    try:
        _start()
        from PySide6.QtGui import QFontDatabase

        from desktop.ui.exchange.export_pdf import pdf_writer as writer
    except ImportError as error:
        raise _unavailable(str(error)) from error
    write = writer(cancel)
    has_font = bool(QFontDatabase.families(QFontDatabase.WritingSystem.Japanese))

    def checked(record: ChatRecord) -> bytes:
        if not has_font and any(_JAPANESE.search(text) for text in _texts(record)):
            raise KotonohaError(
                "pdf_no_font",
                "日本語のフォントがないので、PDFにできません。対話は無事です。"
                "Noto Sans CJK などのフォントを入れてください。",
                "There is no Japanese font, so no PDF can be made. The chats are safe. Please install one, "
                "such as Noto Sans CJK.",
            )
        return write(record)

    return checked


def _texts(record: ChatRecord) -> list[str]:
    return [record.title, *(message.text for message in shown(record))]


def _start() -> None:
    """Start Qt, if it does not run. Raises ``KotonohaError`` and ``ImportError``."""
    global _application  # noqa: PLW0603
    from PySide6.QtCore import QCoreApplication
    from PySide6.QtGui import QGuiApplication

    if QGuiApplication.instance() is not None:
        return
    # Qt would end the process where it finds no platform.
    folders = [Path(path) / "platforms" for path in QCoreApplication.libraryPaths()]
    if own := os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH"):
        folders = [Path(own)]
    _require_platform(folders)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _application = QGuiApplication(["kotonoha"])


def _require_platform(folders: list[Path]) -> None:
    """Raise ``KotonohaError("pdf_unavailable")`` where Qt's platform without a screen cannot be loaded."""
    from PySide6.QtCore import QPluginLoader

    plugins = [path for folder in folders for path in sorted(folder.glob("*qoffscreen*"))]
    if not plugins:
        raise _unavailable("qoffscreen")
    loader = QPluginLoader(str(plugins[0]))
    if not loader.load():
        raise _unavailable(loader.errorString())


def _unavailable(reason: str) -> KotonohaError:
    return KotonohaError(
        "pdf_unavailable",
        f"PDFを作る部品（Qt）を動かせません（{reason}）。対話は無事です。"
        "ほかの形式（html など）では書き出せます。",
        f"Qt, which makes PDFs, cannot run here ({reason}). The chats are safe. "
        "They can be exported in another format, such as html.",
    )
