"""The middle of the window: the conversation."""

from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.transcript import Transcript

__all__ = ["Entry", "Transcript"]
