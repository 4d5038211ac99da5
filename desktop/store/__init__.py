"""What is kept: chats, messages, presets, models and settings, in one SQLite file."""

from desktop.store.branches import Cut, Node
from desktop.store.chats import Chat, Policy
from desktop.store.choices import Choices, Run
from desktop.store.downloads import Download, DownloadFile
from desktop.store.filters import Filters
from desktop.store.folders import Folder
from desktop.store.messages import Message, Status, Summary
from desktop.store.models import Model
from desktop.store.presets import Preset
from desktop.store.search import FoundChat, Hit, Indexed, Results
from desktop.store.settings import Preferences
from desktop.store.store import Store
from desktop.store.tags import Tag

__all__ = [
    "Chat",
    "Choices",
    "Cut",
    "Download",
    "DownloadFile",
    "Filters",
    "Folder",
    "FoundChat",
    "Hit",
    "Indexed",
    "Message",
    "Model",
    "Node",
    "Policy",
    "Preferences",
    "Preset",
    "Results",
    "Run",
    "Status",
    "Store",
    "Summary",
    "Tag",
]
