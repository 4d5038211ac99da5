"""A piece of code as a file, where the person wants it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.errors import KotonohaError

if TYPE_CHECKING:
    from desktop.jobs import Cancel
    from desktop.ui.worker import Jobs


def save_code(code: str, language: str, jobs: Jobs, parent: QWidget) -> None:
    """Ask for a name and write ``code`` there; what goes wrong is told by ``jobs.failed``."""
    title = QCoreApplication.translate("save_code", "コードを保存")
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(file_name(language))
    dialog.fileSelected.connect(lambda path: jobs.run(lambda cancel: write(Path(path), code, cancel)))
    dialog.open()


def file_name(language: str) -> str:
    """Return a name with the usual ending of the language, ``code.txt`` for one that is not known."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        patterns = get_lexer_by_name(language.strip().lower()).filenames if language.strip() else []
    except ClassNotFound:
        patterns = []
    endings = (match[0] for pattern in patterns if (match := re.search(r"\.\w+$", pattern)))
    return f"code{next(endings, '.txt')}"


def write(path: Path, code: str, _cancel: Cancel | None = None) -> None:
    """Write ``code`` in UTF-8. Raises ``code_not_saved``; a file that was there is then as it was."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(code if code.endswith("\n") else f"{code}\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise KotonohaError(
            "code_not_saved",
            f"コードを保存できませんでした（{error.strerror or path.name}）。ほかの場所を選んでください。",
            f"The code could not be saved ({error.strerror or path.name}). Choose another place.",
        ) from error
