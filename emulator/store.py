"""The emulator's state in one SQLite file, so that chats outlive a restart.

There is no copy in memory: every read asks SQLite (tens of microseconds). Writes
go through at once; `synchronous=OFF` is enough for a tool: killing the process
loses nothing, only a power cut could.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from emulator.entities import Json
from emulator.mail import Mail, parse_mail
from emulator.model import Bot, Chat, File, FileKind, Person, Query, Stored, Webhook

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS bots (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS people (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS chats (
    bot_id INTEGER, user_id INTEGER, doc TEXT NOT NULL, PRIMARY KEY (bot_id, user_id));
CREATE TABLE IF NOT EXISTS messages (
    bot_id INTEGER, user_id INTEGER, message_id INTEGER, by_bot INTEGER NOT NULL, deleted INTEGER NOT NULL,
    fixed INTEGER NOT NULL, wire TEXT NOT NULL, PRIMARY KEY (bot_id, user_id, message_id));
CREATE TABLE IF NOT EXISTS updates (
    bot_id INTEGER, update_id INTEGER, wire TEXT NOT NULL, PRIMARY KEY (bot_id, update_id));
CREATE TABLE IF NOT EXISTS queries (
    id TEXT PRIMARY KEY, bot_id INTEGER, user_id INTEGER, message_id INTEGER, data TEXT NOT NULL,
    asked_at REAL NOT NULL, answered INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL,
    raw BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    number INTEGER PRIMARY KEY AUTOINCREMENT, bot_id INTEGER NOT NULL, file_id TEXT NOT NULL UNIQUE,
    unique_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS queries_open ON queries (answered) WHERE answered = 0;
"""

_FILE = "bot_id, file_id, unique_id, kind, name, mime, width, height, size"  # the fields of `File` after its number


class Store:
    """Reads and writes of the state file; `path` may be ":memory:"."""

    def __init__(self, path: str | Path) -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)
        self.is_open = True

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        self.is_open = False
        self._db.close()

    @contextmanager
    def unit(self) -> Iterator[None]:
        """Several writes that happen together or not at all; may be nested."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _rows(self, query: str, *values: object) -> list[Any]:
        return self._db.execute(query, values).fetchall()

    def meta(self, key: str) -> str | None:
        """A remembered setting."""
        rows = self._rows("SELECT value FROM meta WHERE key = ?", key)
        return str(rows[0][0]) if rows else None

    def set_meta(self, key: str, value: str) -> None:
        """Remember a setting."""
        self._rows("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value)

    def bots(self) -> list[Bot]:
        """All bots that ever called, oldest id first."""
        return [_bot(doc) for (doc,) in self._rows("SELECT doc FROM bots ORDER BY id")]

    def bot(self, bot_id: int) -> Bot | None:
        """One bot by id."""
        rows = self._rows("SELECT doc FROM bots WHERE id = ?", bot_id)
        return _bot(rows[0][0]) if rows else None

    def save_bot(self, bot: Bot) -> None:
        """Insert or replace."""
        self._rows("INSERT OR REPLACE INTO bots VALUES (?, ?)", bot.id, _dump(asdict(bot)))

    def people(self) -> list[Person]:
        """All people in the order of their ids."""
        return [Person(**json.loads(doc)) for (doc,) in self._rows("SELECT doc FROM people ORDER BY id")]

    def person(self, user_id: int) -> Person | None:
        """One person by id."""
        rows = self._rows("SELECT doc FROM people WHERE id = ?", user_id)
        return Person(**json.loads(rows[0][0])) if rows else None

    def save_person(self, person: Person) -> None:
        """Insert or replace."""
        self._rows("INSERT OR REPLACE INTO people VALUES (?, ?)", person.id, _dump(asdict(person)))

    def chat(self, bot_id: int, user_id: int) -> Chat:
        """The chat of a person with a bot; a fresh one when they never spoke."""
        rows = self._rows("SELECT doc FROM chats WHERE bot_id = ? AND user_id = ?", bot_id, user_id)
        return Chat(**json.loads(rows[0][0])) if rows else Chat(bot_id, user_id)

    def chats(self) -> list[Chat]:
        """All chats in which something was ever written."""
        rows = self._rows("SELECT doc FROM chats ORDER BY bot_id, user_id")
        return [Chat(**json.loads(doc)) for (doc,) in rows]

    def save_chat(self, chat: Chat) -> None:
        """Insert or replace."""
        self._rows("INSERT OR REPLACE INTO chats VALUES (?, ?, ?)", chat.bot_id, chat.user_id, _dump(asdict(chat)))

    def messages(self, bot_id: int, user_id: int, *, deleted: bool = False) -> list[Stored]:
        """Messages of a chat, oldest first; with the deleted ones if asked."""
        rows = self._rows(
            "SELECT * FROM messages WHERE bot_id = ? AND user_id = ? AND deleted <= ? ORDER BY message_id",
            bot_id,
            user_id,
            deleted,
        )
        return [_stored(row) for row in rows]

    def message(self, bot_id: int, user_id: int, message_id: int) -> Stored | None:
        """One message, deleted or not."""
        rows = self._rows(
            "SELECT * FROM messages WHERE bot_id = ? AND user_id = ? AND message_id = ?",
            bot_id,
            user_id,
            message_id,
        )
        return _stored(rows[0]) if rows else None

    def save_message(self, message: Stored) -> None:
        """Insert or replace."""
        self._rows(
            "INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)",
            message.bot_id,
            message.user_id,
            message.message_id,
            message.by_bot,
            message.deleted,
            message.fixed,
            _dump(message.wire),
        )

    def add_file(self, bot_id: int, kind: FileKind, name: str, mime: str, size: tuple[int, int], data: bytes) -> File:
        """Keep a file; `size` is width and height in pixels."""
        unique_id, file_id = secrets.token_hex(8), f"local-{kind}-{secrets.token_urlsafe(48)}"
        row = (bot_id, file_id, unique_id, kind, name, mime, *size, len(data))
        marks = ", ".join("?" * (len(row) + 1))
        (number,) = self._rows(f"INSERT INTO files ({_FILE}, data) VALUES ({marks}) RETURNING number", *row, data)[0]  # noqa: S608
        return File(number, *row)

    def file(self, *, file_id: str = "", unique_id: str = "", number: int = 0) -> File | None:
        """One file by one of its names."""
        rows = self._rows(
            f"SELECT number, {_FILE} FROM files WHERE file_id = ? OR unique_id = ? OR number = ?",  # noqa: S608
            file_id,
            unique_id,
            number,
        )
        return File(*rows[0]) if rows else None

    def file_data(self, number: int) -> bytes:
        """The bytes of a file that there is."""
        return bytes(self._rows("SELECT data FROM files WHERE number = ?", number)[0][0])

    def add_mail(self, at: float, sender: str, to: tuple[str, ...], raw: bytes) -> Mail:
        """Keep a caught message; `at` in unix seconds."""
        row = (at, sender, _dump(to), raw)
        rows = self._rows("INSERT INTO mails (at, sender, recipients, raw) VALUES (?, ?, ?, ?) RETURNING id", *row)
        return parse_mail(int(rows[0][0]), at, sender, to, raw)

    def mails(self) -> list[Mail]:
        """All caught messages, oldest first."""
        return [_mail(row) for row in self._rows("SELECT * FROM mails ORDER BY id")]

    def mail(self, number: int) -> Mail | None:
        """One caught message."""
        rows = self._rows("SELECT * FROM mails WHERE id = ?", number)
        return _mail(rows[0]) if rows else None

    def add_update(self, bot_id: int, update: Json) -> None:
        """Queue an Update for a bot."""
        self._rows("INSERT INTO updates VALUES (?, ?, ?)", bot_id, update["update_id"], _dump(update))

    def updates(self, bot_id: int, limit: int) -> list[Json]:
        """The oldest unconfirmed Updates of a bot."""
        rows = self._rows("SELECT wire FROM updates WHERE bot_id = ? ORDER BY update_id LIMIT ?", bot_id, limit)
        return [json.loads(wire) for (wire,) in rows]

    def pending(self, bot_id: int) -> int:
        """How many Updates of a bot are not confirmed."""
        return int(self._rows("SELECT count(*) FROM updates WHERE bot_id = ?", bot_id)[0][0])

    def confirm(self, bot_id: int, before: int, keep: frozenset[int] = frozenset()) -> None:
        """Forget Updates with ids below `before`, except those in `keep`."""
        rows = self._rows("SELECT update_id FROM updates WHERE bot_id = ? AND update_id < ?", bot_id, before)
        for (update_id,) in rows:
            if update_id not in keep:
                self._rows("DELETE FROM updates WHERE bot_id = ? AND update_id = ?", bot_id, update_id)

    def forget_update(self, bot_id: int, update_id: int) -> None:
        """Forget one Update, which a webhook has taken."""
        self._rows("DELETE FROM updates WHERE bot_id = ? AND update_id = ?", bot_id, update_id)

    def is_pending(self, bot_id: int, update_id: int) -> bool:
        """Is this Update still to be delivered?"""
        return bool(self._rows("SELECT 1 FROM updates WHERE bot_id = ? AND update_id = ?", bot_id, update_id))

    def last_update_ids(self, bot_id: int, count: int) -> list[int]:
        """Ids of the newest `count` Updates of a bot, newest first."""
        rows = self._rows(
            "SELECT update_id FROM updates WHERE bot_id = ? ORDER BY update_id DESC LIMIT ?", bot_id, count
        )
        return [int(update_id) for (update_id,) in rows]

    def save_query(self, query: Query) -> None:
        """Insert or replace."""
        self._rows("INSERT OR REPLACE INTO queries VALUES (?, ?, ?, ?, ?, ?, ?)", *asdict(query).values())

    def query(self, query_id: str) -> Query | None:
        """One press by id."""
        rows = self._rows("SELECT * FROM queries WHERE id = ?", query_id)
        return _query(rows[0]) if rows else None

    def open_queries(self) -> list[Query]:
        """Presses that nobody answered yet."""
        return [_query(row) for row in self._rows("SELECT * FROM queries WHERE answered = 0 ORDER BY asked_at")]


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _bot(doc: str) -> Bot:
    fields = json.loads(doc)
    fields["allowed_updates"] = tuple(fields["allowed_updates"])
    fields["commands"] = tuple((scope, lang, tuple(items)) for scope, lang, items in fields["commands"])
    if fields.get("webhook"):
        fields["webhook"] = Webhook(**fields["webhook"])
    return Bot(**fields)


def _stored(row: tuple[Any, ...]) -> Stored:
    bot_id, user_id, message_id, by_bot, deleted, fixed, wire = row
    return Stored(bot_id, user_id, message_id, bool(by_bot), json.loads(wire), bool(deleted), bool(fixed))


def _mail(row: tuple[Any, ...]) -> Mail:
    number, at, sender, to, raw = row
    return parse_mail(number, at, sender, tuple(json.loads(to)), raw)


def _query(row: tuple[Any, ...]) -> Query:
    query_id, bot_id, user_id, message_id, data, asked_at, answered = row
    return Query(query_id, bot_id, user_id, message_id, data, asked_at, bool(answered))
