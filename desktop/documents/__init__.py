"""Files of all kinds as text for a model, read in a process of their own. No Qt, no store, no network."""

from desktop.documents.document import Document, Kind, Note
from desktop.documents.reader import Progress, read, read_bytes

__all__ = ["Document", "Kind", "Note", "Progress", "read", "read_bytes"]
