"""From every schema that was ever released, forward, with everything in it. Schema 1 is written out here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as sqlite
from sqlite_utils import Database as Utils
from sqlite_utils.migrations import Migrations

from desktop.errors import KotonohaError
from desktop.jobs import Cancel, result_of
from desktop.store import Choices, Store, backups, database, health, migrations, passphrase, sealed

WORDS = "ひみつの合言葉"
SCHEMA_1 = """
CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT);
CREATE UNIQUE INDEX idx__sqlite_migrations_migration_set_name ON _sqlite_migrations (migration_set, name);
INSERT INTO _sqlite_migrations VALUES (1, 'kotonoha', 'm001_initial', '2026-11-24 00:00:00+00:00');
CREATE TABLE presets (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, position INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL, description TEXT NOT NULL DEFAULT '', system_prompt TEXT NOT NULL,
    sampling TEXT NOT NULL DEFAULT '{}', changed INTEGER NOT NULL DEFAULT 0 CHECK (changed IN (0, 1)),
    hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1))
) STRICT;
CREATE TABLE models (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, path TEXT NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL, architecture TEXT NOT NULL, parameters INTEGER NOT NULL,
    quantization TEXT NOT NULL, trained_context_length INTEGER NOT NULL, added REAL NOT NULL, used REAL
) STRICT;
CREATE TABLE chats (
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL DEFAULT '',
    title_by_hand INTEGER NOT NULL DEFAULT 0 CHECK (title_by_hand IN (0, 1)), created REAL NOT NULL,
    updated REAL NOT NULL, model_id INTEGER REFERENCES models(id) ON DELETE SET NULL,
    preset_id INTEGER REFERENCES presets(id) ON DELETE SET NULL, system_prompt TEXT NOT NULL DEFAULT '',
    draft TEXT NOT NULL DEFAULT '', leaf_id INTEGER REFERENCES messages(id) ON DELETE SET NULL, deleted REAL
) STRICT;
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
    parent_id INTEGER REFERENCES messages(id) CHECK (parent_id < id),
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')), text TEXT NOT NULL, status TEXT NOT NULL,
    created REAL NOT NULL, model_name TEXT NOT NULL DEFAULT '', stats TEXT, error TEXT NOT NULL DEFAULT '',
    left_out INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX chats_newest ON chats(deleted, updated);
CREATE INDEX chats_leaf ON chats(leaf_id);
CREATE INDEX chats_model ON chats(model_id);
CREATE INDEX chats_preset ON chats(preset_id);
CREATE INDEX messages_chat ON messages(chat_id, parent_id);
CREATE INDEX messages_parent ON messages(parent_id);
CREATE INDEX messages_streaming ON messages(id) WHERE status = 'streaming';
PRAGMA application_id = 1265595503;
PRAGMA user_version = 1;
"""
CONTENT_1 = """
INSERT INTO presets VALUES (3, 'summary', 0, '要約', 'まとめます', '要約して', '{"temperature": 0.3}', 1, 0);
INSERT INTO models VALUES (2, 'ネコ 1B', '/m/n.gguf', 800, 'llama', 1000000000, 'Q4_K_M', 8192, 1.5, NULL);
INSERT INTO chats VALUES (5, '首都', 1, 10.5, 20.5, 2, 3, '短く', '次は', NULL, NULL);
INSERT INTO messages VALUES (7, 5, NULL, 'user', '日本の首都は？', 'done', 11.0, '', NULL, '', 0);
INSERT INTO messages VALUES (8, 5, 7, 'assistant', '東京', 'streaming', 11.0, 'ネコ 1B', NULL, '', 0);
INSERT INTO messages VALUES (9, 5, 7, 'assistant', '東京です。', 'done', 12.0, 'ネコ 1B',
    '{"prompt_tokens":12,"reused_tokens":0,"generated_tokens":4,
    "first_token_seconds":0.5,"prompt_tokens_per_second":100.0,
    "tokens_per_second":20.0}', '', 1);
UPDATE chats SET leaf_id = 9;
INSERT INTO settings VALUES ('theme', '"dark"'), ('model_id', '2');
"""


@pytest.fixture
def old(path: Path) -> Path:
    with closing(sqlite.connect(path, isolation_level=None)) as connection:
        connection.executescript(SCHEMA_1 + CONTENT_1)
    return path


def schema(path: Path) -> set[tuple[str, str, str]]:
    """Every table and index, spaces aside."""
    with closing(sqlite.connect(path)) as connection:
        found = connection.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
        ).fetchall()
    return {
        (kind, name, re.sub(r'[\s"]', "", sql)) for kind, name, sql in found if not name.startswith("_sqlite")
    }


def test_schema_1_is_what_the_first_step_makes(tmp_path: Path, old: Path) -> None:
    made = tmp_path / "made.db"
    with closing(sqlite.connect(made, isolation_level=None)) as connection:
        migrations.m001_initial(Utils(connection, execute_plugins=False))
    assert schema(made) == {entry for entry in schema(old) if "_sqlite_migrations" not in entry[1]}


def test_everything_of_schema_1_is_there(old: Path) -> None:
    store = Store.open(old)
    chat = store.chats.get(5)
    assert (chat.title, chat.title_by_hand, chat.model_id, chat.preset_id) == ("首都", True, 2, 3)
    assert (chat.created, chat.updated, chat.system_prompt, chat.draft, chat.leaf_id) == (
        10.5,
        20.5,
        "短く",
        "次は",
        9,
    )
    asked, answer = store.messages.path(5)
    assert (asked.text, answer.text, answer.left_out) == ("日本の首都は？", "東京です。", 1)
    assert answer.stats is not None
    assert answer.stats.tokens_per_second == 20.0
    assert store.messages.get(8).status == "interrupted"
    (model,) = store.models.list()
    assert (model.quantization, model.choices, model.recommended) == ("Q4_K_M", Choices(), "{}")
    assert store.models.run(model.id, "this machine") is None
    assert (chat.policy, answer.thinking, store.messages.summary(5, 9)) == ("leave_out", "", None)
    assert store.presets.list()[0].sampling == {"temperature": 0.3}
    assert (store.settings.get().theme, store.settings.get().model_id) == ("dark", 2)
    asked, _ = store.messages.send(5, "では大阪は？", "ネコ 1B")
    assert (asked.id, asked.parent_id) == (10, 9)
    store.close()


def test_the_second_step_adds_what_the_engine_needs(old: Path) -> None:
    Store.open(old).close()
    added = {name: re.sub(r"\s+", " ", sql) for name, sql in SCHEMA_2}
    with closing(sqlite.connect(old)) as connection:
        for name, sql in added.items():
            (made,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
            assert re.sub(r"\s+", " ", made) == sql
        for table, column, default in COLUMNS_2:
            rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
            assert (column, "TEXT", 1, default) in [row[1:5] for row in rows]


SCHEMA_2 = [
    (
        "model_runs",
        """CREATE TABLE model_runs (
            model_id INTEGER NOT NULL REFERENCES models(id) ON DELETE CASCADE,
            machine TEXT NOT NULL,
            settings TEXT NOT NULL,
            PRIMARY KEY (model_id, machine)
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        "summaries",
        """CREATE TABLE summaries (
            message_id INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
            text TEXT NOT NULL,
            model_name TEXT NOT NULL
        ) STRICT""",
    ),
]
ALTER_2 = """
ALTER TABLE models ADD COLUMN choices TEXT NOT NULL DEFAULT '{}';
ALTER TABLE models ADD COLUMN recommended TEXT NOT NULL DEFAULT '{}';
ALTER TABLE messages ADD COLUMN thinking TEXT NOT NULL DEFAULT '';
ALTER TABLE chats ADD COLUMN policy TEXT NOT NULL DEFAULT 'leave_out';
INSERT INTO _sqlite_migrations VALUES (2, 'kotonoha', 'm002_engine', '2026-11-24 00:00:01+00:00');
PRAGMA user_version = 2;
"""
CONTENT_2 = """
UPDATE chats SET policy = 'summarise';
UPDATE messages SET thinking = '考えた' WHERE id = 9;
INSERT INTO summaries VALUES (9, '首都の話', 'ネコ 1B');
INSERT INTO model_runs VALUES (2, 'this machine', '{}');
INSERT INTO chats (id, title, created, updated, deleted) VALUES (6, 'ごみ', 1.0, 2.0, 3.0);
INSERT INTO messages (id, chat_id, role, text, status, created)
    VALUES (10, 6, 'user', '捨てた東京', 'done', 1.0);
"""
COLUMNS_2 = [
    ("models", "choices", "'{}'"),
    ("models", "recommended", "'{}'"),
    ("messages", "thinking", "''"),
    ("chats", "policy", "'leave_out'"),
]


@pytest.fixture
def second(path: Path) -> Path:
    with closing(sqlite.connect(path, isolation_level=None)) as connection:
        connection.executescript(SCHEMA_1 + CONTENT_1 + ALTER_2)
        for _, sql in SCHEMA_2:
            connection.execute(sql)
        connection.executescript(CONTENT_2)
    return path


def test_schema_2_is_what_the_second_step_makes(tmp_path: Path, second: Path) -> None:
    made = tmp_path / "made.db"
    with closing(sqlite.connect(made, isolation_level=None)) as connection:
        utils = Utils(connection, execute_plugins=False)
        migrations.m001_initial(utils)
        migrations.m002_engine(utils)
    assert schema(made) == {entry for entry in schema(second) if "_sqlite_migrations" not in entry[1]}


def test_everything_of_schema_2_is_there_and_is_found(second: Path) -> None:
    with closing(Store.open(second)) as store:
        chat = store.chats.get(5)
        assert (chat.title, chat.policy, chat.draft, chat.leaf_id) == ("首都", "summarise", "次は", 9)
        assert (chat.folder_id, chat.pinned, chat.archived, chat.tags) == (None, None, None, ())
        asked, answer = store.messages.path(5)
        assert (asked.text, answer.text, answer.thinking) == ("日本の首都は？", "東京です。", "考えた")
        assert (answer.preset_name, answer.error_code, answer.starred, answer.deleted) == ("", "", None, None)
        summary = store.messages.summary(5, 9)
        assert summary is not None and summary.text == "首都の話"
        assert (store.folders.list(), store.tags.list(), store.branches.binned()) == ([], [], [])
        assert store.search.find("東京").complete is False  # opening does not wait for the index
        list(store.search.index_missing(Cancel()))
        results = store.search.find("東京")
        assert results.complete
        assert [[hit.message_id for hit in found.hits] for found in results.chats] == [[9, 8]]
        assert [found.ranges for found in store.search.find("首都").chats] == [((0, 2),)]
        store.chats.restore(6)
        assert [found.chat_id for found in store.search.find("すてた東京").chats] == []
        assert [found.chat_id for found in store.search.find("捨てた東京").chats] == [6]
    (backup,) = (second.parent / "backups").iterdir()
    with closing(sqlite.connect(backup)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (4,)


def test_the_third_step_makes_room_for_order(second: Path) -> None:
    Store.open(second).close()
    with closing(sqlite.connect(second)) as connection:
        for table, columns in COLUMNS_3.items():
            found = {row[1]: row[2:5] for row in connection.execute(f"PRAGMA table_info({table})")}
            assert {name: found[name] for name in columns} == columns
        (index_sql,) = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE name = 'search_index'"
        ).fetchone()
        assert index_sql == (
            "CREATE VIRTUAL TABLE search_index USING fts5("
            "text, content = '', contentless_delete = 1, prefix = '1', tokenize = 'ascii')"
        )


COLUMNS_3: dict[str, dict[str, tuple[str, int, str | None]]] = {
    "chats": {
        "folder_id": ("INTEGER", 0, None),
        "pinned": ("REAL", 0, None),
        "archived": ("REAL", 0, None),
        "origin": ("TEXT", 1, "''"),
        "folded_title": ("TEXT", 0, None),
    },
    "messages": {
        "starred": ("REAL", 0, None),
        "deleted": ("REAL", 0, None),
        "preset_name": ("TEXT", 1, "''"),
        "error_code": ("TEXT", 1, "''"),
        "origin": ("TEXT", 1, "''"),
        "search_key": ("INTEGER", 0, None),
    },
    "folders": {"name": ("TEXT", 1, None), "position": ("INTEGER", 1, "0")},
    "tags": {"name": ("TEXT", 1, None)},
    "chat_tags": {"chat_id": ("INTEGER", 1, None), "tag_id": ("INTEGER", 1, None)},
    "attachments": {
        "chat_id": ("INTEGER", 0, None),
        "message_id": ("INTEGER", 0, None),
        "name": ("TEXT", 1, None),
        "text": ("TEXT", 1, None),
        "content": ("BLOB", 0, None),
    },
}


def test_the_version_is_the_number_of_steps() -> None:
    names = [migration.name for migration in migrations.MIGRATIONS._migrations]
    assert len(names) == health.SCHEMA_VERSION
    assert [name[:5] for name in names] == [f"m{n:03d}_" for n in range(1, len(names) + 1)]


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[Migrations]:
    """A version of tomorrow, with two steps more, the first of which changes data."""
    steps = Migrations("kotonoha")
    steps._migrations.extend(migrations.MIGRATIONS._migrations)
    version = health.SCHEMA_VERSION + 1

    def shout(db: Utils) -> None:
        db.execute("ALTER TABLE chats ADD COLUMN colour INTEGER NOT NULL DEFAULT 0")
        db.execute("UPDATE messages SET text = text || '！'")

    shout.__name__ = f"m{version:03d}_shout"
    steps()(shout)
    monkeypatch.setattr(migrations, "MIGRATIONS", steps)
    for module in (health, database):
        monkeypatch.setattr(module, "SCHEMA_VERSION", version)
    yield steps


def test_a_step_forward_keeps_a_backup_of_what_was(old: Path, next_version: Migrations) -> None:
    store = Store.open(old)
    assert [m.text for m in store.messages.path(5)] == ["日本の首都は？！", "東京です。！"]
    assert store.chats.get(5).title == "首都"  # the unknown column does no harm
    store.close()
    (backup,) = (old.parent / "backups").iterdir()
    with closing(sqlite.connect(backup)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT text FROM messages WHERE id = 9").fetchone() == ("東京です。",)
    Store.open(old).close()
    assert len(list((old.parent / "backups").iterdir())) == 1


def test_a_new_file_goes_through_all_steps_without_a_backup(path: Path, next_version: Migrations) -> None:
    store = Store.open(path)
    store.chats.create()
    store.close()
    assert [p.name for p in path.parent.iterdir()] == ["kotonoha.db"]


def test_a_step_that_fails_leaves_everything_as_it_was(old: Path, next_version: Migrations) -> None:
    @next_version()
    def m005_broken(db: Utils) -> None:
        db.execute("DELETE FROM messages")
        raise RuntimeError("a defect of ours")

    with closing(sqlite.connect(old)) as connection:
        rows = connection.execute("SELECT * FROM messages").fetchall()
    with pytest.raises(RuntimeError, match="a defect"):
        Store.open(old)
    with closing(sqlite.connect(old)) as connection:
        assert connection.execute("SELECT * FROM messages").fetchall() == rows
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert "colour" not in [row[1] for row in connection.execute("PRAGMA table_info(chats)")]


def test_no_backup_no_step(old: Path, next_version: Migrations) -> None:
    (old.parent / "backups").write_text("in the way")
    with pytest.raises(KotonohaError) as told:
        Store.open(old)
    assert told.value.code == "database_unreadable"
    with closing(sqlite.connect(old)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


def test_with_a_passphrase_the_backup_of_what_was_is_encrypted_and_opens(
    old: Path, next_version: Migrations, monkeypatch: pytest.MonkeyPatch
) -> None:
    passphrase.keep(old, WORDS)
    Store.open(old).close()
    folder = old.parent / "backups"
    (made,) = folder.iterdir()
    assert backups.is_sealed(made) and "東京です。".encode() not in made.read_bytes()
    assert sorted(each.name for each in old.parent.iterdir() if "part" in each.name) == []
    result_of(backups.restore(old, made, Cancel(), WORDS))
    with closing(sqlite.connect(old)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT text FROM messages WHERE id = 9").fetchone() == ("東京です。",)
    store = Store.open(old)  # and forward again
    assert [m.text for m in store.messages.path(5)] == ["日本の首都は？！", "東京です。！"]
    store.close()
    assert all(backups.is_sealed(each) for each in folder.iterdir())


@pytest.mark.parametrize("trouble", ["unreadable", "memory", "killed"])
def test_no_key_no_step_and_no_plain_copy(
    old: Path, next_version: Migrations, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passphrase.keep(old, WORDS)
    expected: type[BaseException] = KotonohaError
    if trouble == "unreadable":
        old.with_name("kotonoha-passphrase").write_bytes(b"")
    else:
        expected = MemoryError if trouble == "memory" else KeyboardInterrupt

        def fail(*_: object) -> None:
            raise expected

        monkeypatch.setattr(sealed, "_keys", fail)
    with pytest.raises(expected):
        Store.open(old)
    with closing(sqlite.connect(old)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT text FROM messages WHERE id = 9").fetchone() == ("東京です。",)
    holders = [
        each for each in old.parent.rglob("*") if each.is_file() and "東京".encode() in each.read_bytes()
    ]
    assert holders == [old]


def test_the_version_of_today_refuses_that_of_tomorrow(
    path: Path, next_version: Migrations, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(path).close()
    monkeypatch.undo()
    before = path.read_bytes()
    with pytest.raises(KotonohaError) as told:
        Store.open(path)
    assert told.value.code == "database_newer"
    assert path.read_bytes() == before
