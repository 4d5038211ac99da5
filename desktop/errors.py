"""The one exception that people see.

``KotonohaError`` means that the world failed. It has a stable code and a sentence in both languages that says
what happened, what is safe and what to do. Any other exception is a defect of ours and is reported as one.
"""

from __future__ import annotations

from desktop.language import say


class KotonohaError(Exception):
    """Something outside went wrong, told in the person's words.

    ``code`` is stable and meant for programs and tests (``"engine_died"``, ``"database_newer"`` …).
    """

    def __init__(self, code: str, ja: str, en: str) -> None:
        super().__init__(code, ja, en)
        self.code = code
        self.ja = ja
        self.en = en

    def __str__(self) -> str:
        return say(self.ja, self.en)


def sentence(error: Exception) -> str:
    """Return what to tell the person about any exception, a defect of ours included."""
    if isinstance(error, KotonohaError):
        return str(error)
    kind = type(error).__name__
    return say(
        f"思わぬ不具合が起きました。書いたものは残っています。（{kind}: {error}）",
        f"Something unexpected went wrong on our side. What you wrote is kept. ({kind}: {error})",
    )
