"""A piece of code as a file, where the person wants it."""

from __future__ import annotations

import re
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from desktop.errors import KotonohaError
from desktop.language import say
from desktop.store.replacing import may_replace
from desktop.ui.controls.choose_path import ChoosePath

if TYPE_CHECKING:
    from desktop.jobs import Cancel
    from desktop.ui.worker import Jobs


def save_code(code: str, language: str, jobs: Jobs, parent: QWidget) -> None:
    """Ask for a name and write ``code`` there; what goes wrong is told by ``jobs.failed``."""
    title = QCoreApplication.translate("save_code", "コードを保存")
    kind = QCoreApplication.translate("save_code", "すべてのファイル (*)")

    def save(paths: list[Path]) -> None:
        jobs.run(lambda cancel: write(paths[0], code, cancel))

    ChoosePath(title, save, parent).ask_for_name(file_name(language), kind)


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
    """Write ``code`` in UTF-8. Raises ``code_not_saved``; what was there is then as it was."""
    part = path.with_name(f"kotonoha-{token_hex(8)}.part")
    try:
        if not may_replace(path):
            raise _not_saved(say("ふつうのファイルの名前ではありません", "not the name of a regular file"))
        try:
            with part.open("x", encoding="utf-8") as file:
                file.write(code if code.endswith("\n") else f"{code}\n")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _not_saved(error.strerror or path.name) from error


def _not_saved(reason: str) -> KotonohaError:
    return KotonohaError(
        "code_not_saved",
        f"コードを保存できませんでした（{reason}）。ほかの場所を選んでください。",
        f"The code could not be saved ({reason}). Choose another place.",
    )
