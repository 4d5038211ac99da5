"""The schema, as an append-only list of steps. A step that was released is never edited.

Imported only when a file is created or brought up to date: sqlite-utils loads numpy where it is installed, a
tenth of a second that an ordinary start does not spend.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from desktop.store.index import INDEX

MIGRATIONS = Migrations("kotonoha")


@MIGRATIONS()
def m001_initial(db: Database) -> None:
    """Create chats, messages (a tree), presets, models and settings.

    Ids are never used twice, so that a number kept elsewhere cannot come to mean another row. A parent is
    always older than its child, which rules out circles.
    """
    for statement in (
        """CREATE TABLE presets (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT UNIQUE,
            position INTEGER NOT NULL DEFAULT 0,
            name TEXT NOT NULL,
            description TEXT NOT NULL DEFAULT '',
            system_prompt TEXT NOT NULL,
            sampling TEXT NOT NULL DEFAULT '{}',
            changed INTEGER NOT NULL DEFAULT 0 CHECK (changed IN (0, 1)),
            hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1))
        ) STRICT""",
        """CREATE TABLE models (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            path TEXT NOT NULL UNIQUE,
            size_bytes INTEGER NOT NULL,
            architecture TEXT NOT NULL,
            parameters INTEGER NOT NULL,
            quantization TEXT NOT NULL,
            trained_context_length INTEGER NOT NULL,
            added REAL NOT NULL,
            used REAL
        ) STRICT""",
        """CREATE TABLE chats (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            title TEXT NOT NULL DEFAULT '',
            title_by_hand INTEGER NOT NULL DEFAULT 0 CHECK (title_by_hand IN (0, 1)),
            created REAL NOT NULL,
            updated REAL NOT NULL,
            model_id INTEGER REFERENCES models(id) ON DELETE SET NULL,
            preset_id INTEGER REFERENCES presets(id) ON DELETE SET NULL,
            system_prompt TEXT NOT NULL DEFAULT '',
            draft TEXT NOT NULL DEFAULT '',
            leaf_id INTEGER REFERENCES messages(id) ON DELETE SET NULL,
            deleted REAL
        ) STRICT""",
        """CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            parent_id INTEGER REFERENCES messages(id) CHECK (parent_id < id),
            role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
            text TEXT NOT NULL,
            status TEXT NOT NULL,
            created REAL NOT NULL,
            model_name TEXT NOT NULL DEFAULT '',
            stats TEXT,
            error TEXT NOT NULL DEFAULT '',
            left_out INTEGER NOT NULL DEFAULT 0
        ) STRICT""",
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE INDEX chats_newest ON chats(deleted, updated)",
        "CREATE INDEX chats_leaf ON chats(leaf_id)",
        "CREATE INDEX chats_model ON chats(model_id)",
        "CREATE INDEX chats_preset ON chats(preset_id)",
        "CREATE INDEX messages_chat ON messages(chat_id, parent_id)",
        "CREATE INDEX messages_parent ON messages(parent_id)",
        "CREATE INDEX messages_streaming ON messages(id) WHERE status = 'streaming'",
    ):
        db.execute(statement)


@MIGRATIONS()
def m002_engine(db: Database) -> None:
    """Keep how each model is loaded and asked, what it thinks, and what became of what does not fit."""
    for statement in (
        "ALTER TABLE models ADD COLUMN choices TEXT NOT NULL DEFAULT '{}'",
        "ALTER TABLE models ADD COLUMN recommended TEXT NOT NULL DEFAULT '{}'",
        "ALTER TABLE messages ADD COLUMN thinking TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE chats ADD COLUMN policy TEXT NOT NULL DEFAULT 'leave_out'",
        """CREATE TABLE model_runs (
            model_id INTEGER NOT NULL REFERENCES models(id) ON DELETE CASCADE,
            machine TEXT NOT NULL,
            settings TEXT NOT NULL,
            PRIMARY KEY (model_id, machine)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE summaries (
            message_id INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
            text TEXT NOT NULL,
            model_name TEXT NOT NULL
        ) STRICT""",
    ):
        db.execute(statement)


@MIGRATIONS()
def m003_chatting(db: Database) -> None:
    """Keep order among chats, files that are sent along, branches in the bin, and where imports came from.

    ``origin`` names a chat or a message in the application that it was imported from, so that importing twice
    adds nothing twice. Rows that are only pinned, archived, starred or deleted carry the time of it. What the
    search knows of a text is described in ``store/index.py``; it can be made anew from the texts at any time.
    """
    for statement in (
        """CREATE TABLE folders (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            position INTEGER NOT NULL DEFAULT 0
        ) STRICT""",
        """CREATE TABLE tags (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE
        ) STRICT""",
        """CREATE TABLE chat_tags (
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            tag_id INTEGER NOT NULL REFERENCES tags(id) ON DELETE CASCADE,
            PRIMARY KEY (chat_id, tag_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX chat_tags_tag ON chat_tags(tag_id)",
        "ALTER TABLE chats ADD COLUMN folder_id INTEGER REFERENCES folders(id) ON DELETE SET NULL",
        "ALTER TABLE chats ADD COLUMN pinned REAL",
        "ALTER TABLE chats ADD COLUMN archived REAL",
        "ALTER TABLE chats ADD COLUMN origin TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE messages ADD COLUMN starred REAL",
        "ALTER TABLE messages ADD COLUMN deleted REAL",
        "ALTER TABLE messages ADD COLUMN preset_name TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE messages ADD COLUMN error_code TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE messages ADD COLUMN origin TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX chats_folder ON chats(folder_id)",
        "CREATE UNIQUE INDEX chats_origin ON chats(origin) WHERE origin <> ''",
        "CREATE UNIQUE INDEX messages_origin ON messages(chat_id, origin) WHERE origin <> ''",
        "CREATE INDEX messages_starred ON messages(starred) WHERE starred IS NOT NULL",
        # Of a message that was sent, or of a draft: of the chat's, and without a chat of the next new one's.
        """CREATE TABLE attachments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER REFERENCES chats(id) ON DELETE CASCADE,
            message_id INTEGER REFERENCES messages(id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            encoding TEXT NOT NULL DEFAULT '',
            size_bytes INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            text TEXT NOT NULL,
            used INTEGER,
            notes TEXT NOT NULL DEFAULT '[]',
            content BLOB
        ) STRICT""",
        "CREATE INDEX attachments_chat ON attachments(chat_id)",
        "CREATE INDEX attachments_message ON attachments(message_id)",
        # What an open editor has, so that a crash does not take it.
        """CREATE TABLE edits (
            message_id INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
            text TEXT NOT NULL
        ) STRICT""",
        "ALTER TABLE chats ADD COLUMN folded_title TEXT",
        "ALTER TABLE messages ADD COLUMN search_key INTEGER",
        "CREATE INDEX chats_folded ON chats(folded_title)",
        "CREATE INDEX messages_search ON messages(search_key, chat_id, deleted)",
        "CREATE INDEX messages_deleted ON messages(deleted) WHERE deleted IS NOT NULL",
        INDEX,
        """CREATE TRIGGER messages_unsearched AFTER DELETE ON messages WHEN old.search_key IS NOT NULL BEGIN
            DELETE FROM search_index WHERE rowid = old.search_key;
        END""",
    ):
        db.execute(statement)


@MIGRATIONS()
def m004_library(db: Database) -> None:
    """Keep of each model what the person says of it, where it comes from, and how fast it is here.

    ``named`` is 1 where the name is the person's. ``source`` is a repository of the hub, or the application
    that keeps the file; ``verified`` the time at which the file last had this ``sha256``.
    """
    for statement in (
        "ALTER TABLE models ADD COLUMN named INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE models ADD COLUMN note TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE models ADD COLUMN source TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE models ADD COLUMN licence TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE models ADD COLUMN sha256 TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE models ADD COLUMN verified REAL",
        """CREATE TABLE measurements (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            model_id INTEGER NOT NULL REFERENCES models(id) ON DELETE CASCADE,
            machine TEXT NOT NULL,
            taken REAL NOT NULL,
            figures TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX measurements_model ON measurements(model_id)",
    ):
        db.execute(statement)


@MIGRATIONS()
def m005_downloads(db: Database) -> None:
    """Keep what is to be fetched from a hub, in which order, and how far its files are.

    ``files`` is a JSON list of ``downloads.DownloadFile``. That a download is running is not kept: after a
    restart it is queued, as it was before it ran.
    """
    db.execute(
        """CREATE TABLE downloads (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            position INTEGER NOT NULL,
            repository TEXT NOT NULL,
            revision TEXT NOT NULL,
            label TEXT NOT NULL DEFAULT '',
            folder TEXT NOT NULL,
            files TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'queued',
            error_code TEXT NOT NULL DEFAULT '',
            error_ja TEXT NOT NULL DEFAULT '',
            error_en TEXT NOT NULL DEFAULT '',
            added REAL NOT NULL,
            finished REAL
        ) STRICT"""
    )
