"""The one exception that people see.

"The world failed" is a ``KotonohaError``: it has a stable code and a sentence in both languages that says what
happened, what is safe and what to do. Any other exception is a defect of ours and is reported as one.
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
