"""What is dropped or pasted as files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData


def files_in(mime: QMimeData) -> list[Path]:
    """Return the files of this machine that can be attached; none where a model is among them."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()] if mime.hasUrls() else []
    return [] if any(path.suffix.lower() == ".gguf" for path in paths) else paths
