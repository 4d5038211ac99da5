"""What a global shortcut comes to. Its sentence for people is ``GlobalShortcut.sentence``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "off",  # no keys are chosen
    "unusable",  # keys with which one types
    "asking",  # the desktop asks the person
    "works",
    "assigned",  # works, with the keys that the desktop tells
    "unassigned",  # the desktop knows the action, and has no keys for it
    "taken",  # another program has the keys
    "no_key",  # the keyboard has no such key
    "refused",  # the person or the desktop said no
    "absent",  # this desktop has no way
    "macos",
    "lost",  # the desktop's service has ended, and may come back
    "cut",  # the connection to the desktop has ended
]


@dataclass(frozen=True)
class State:
    """One of ``Kind``, with the keys as the desktop, or else the system, writes them ("": not known)."""

    kind: Kind
    keys: str = ""

    @property
    def works(self) -> bool:
        """Return whether pressing the keys is heard."""
        return self.kind in ("works", "assigned")
