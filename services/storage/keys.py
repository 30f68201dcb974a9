"""Where the master keys come from, and which of them the database names.

A key that is being replaced has a file beside it that bears the new one, `….next`; the one that has been replaced stays
as `….old` until the operator removes it. Where ENCRYPTION_KEY is set, the files are not looked at.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, select

from services.errors import SetupError
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.tables import setting
from services.storage.vault import load_key, make_key, sync_folder, write_key

_SEALED_WITH = "encryption_key_id"
_NEXT = "encryption_key_next_id"
_Stamp = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The keys at hand: the present one, the one that is to replace it, the one that was replaced."""

    now: bytes | None
    next: bytes | None
    old: bytes | None

    @property
    def ring(self) -> list[bytes]:
        """The one that seals first: the next, where there is one."""
        return [each for each in (self.next, self.now, self.old) if each is not None]


class KeySource:
    """The settings ENCRYPTION_KEY and ENCRYPTION_KEY_NEXT, and the files that stand for them where they are empty."""

    def __init__(self, now: str, following: str, file: Path) -> None:
        self._now, self._next, self._file = now, following, file
        self.next_file = file.with_name(f"{file.name}.next")
        self.old_file = file.with_name(f"{file.name}.old")
        self._seen: _Stamp | None = None

    @property
    def in_files(self) -> bool:
        """Whether the next key is a file, which is put into the place of the present one at the end."""
        return not self._now and not self._next

    @property
    def where(self) -> str:
        return "ENCRYPTION_KEY" if self._now else f"the file {self._file.resolve()}"

    @property
    def where_next(self) -> str:
        return f"the file {self.next_file.resolve()}" if self.in_files else "ENCRYPTION_KEY_NEXT"

    def read(self) -> MasterKeys:
        """The keys as they are now; `SetupError` names one that is broken.

        The files are read in the order in which the last step of a rotation changes them the other way round: read
        between any two of its steps, no key is missed.
        """
        self._seen = self._stamp()
        following = load_key(self._next, self._beside(self.next_file), "ENCRYPTION_KEY_NEXT")
        now = load_key(self._now, self._beside(self._file))
        return MasterKeys(now, following, load_key("", self._beside(self.old_file)))

    def changed(self) -> Sequence[bytes] | None:
        """The ring, where a file is another than at the last look; a file that cannot be read changes nothing."""
        if self._now or self._stamp() == self._seen:
            return None
        with suppress(SetupError, OSError):
            return self.read().ring
        return None

    def make_first(self) -> None:
        """The key of the first run, as `make_next` makes one; several processes may try at once."""
        _make(self._file, f"new.{os.getpid()}")

    def make_next(self) -> None:
        """A new key in `next_file`, whole from the moment that it is there; one that is there already stays."""
        _make(self.next_file, "new")

    def put_next_in_place(self) -> None:
        """The present key's file is kept as `old_file`, the next one's takes its place: each at one stroke."""
        present = load_key("", self._file)
        if present is not None:
            keeping = self.old_file.with_name(f"{self.old_file.name}.new")
            keeping.unlink(missing_ok=True)
            write_key(present, keeping)
            keeping.replace(self.old_file)
        self.next_file.replace(self._file)
        sync_folder(self._file.parent)

    def _stamp(self) -> _Stamp:
        return tuple(_stamp(each) for each in (self.next_file, self._file, self.old_file))

    def _beside(self, file: Path) -> Path | None:
        """The file, unless ENCRYPTION_KEY stands for all of them."""
        return None if self._now else file


def _make(file: Path, ending: str) -> None:
    making = file.with_name(f"{file.name}.{ending}")
    making.unlink(missing_ok=True)
    make_key(making)
    with suppress(FileExistsError):
        os.link(making, file)
    making.unlink()
    sync_folder(file.parent)


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


@dataclass(frozen=True, slots=True)
class KeyNames:
    """Which keys the database names, by their ids: the one that sealed it, and the one that is replacing that.

    `sealed` is None before the first run, `next` is None where no rotation is under way.
    """

    sealed: str | None
    next: str | None


async def key_names(database: Database) -> KeyNames:
    """What stands in the database itself."""
    named = select(setting.c.name, setting.c.value).where(setting.c.name.in_([_SEALED_WITH, _NEXT]))
    rows = await database.fetch(named)
    found = {row.name: row.value for row in rows}
    return KeyNames(found.get(_SEALED_WITH), found.get(_NEXT))


async def name_next(database: Database, key_id: str) -> None:
    """Notes that a rotation to this key is under way: from now on there is no start without it."""
    row = insert_for(database.dialect, setting).values(name=_NEXT, value=key_id)
    await database.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": key_id}))


async def name_first(database: Database, key_id: str) -> None:
    """This key is the one of a database that names none yet; another process may have named its own just now."""
    row = insert_for(database.dialect, setting).values(name=_SEALED_WITH, value=key_id)
    await database.execute(row.on_conflict_do_nothing(index_elements=["name"]))


async def name_key(database: Database, key_id: str) -> None:
    """This key has sealed all that there is, and no rotation is under way."""
    row = insert_for(database.dialect, setting).values(name=_SEALED_WITH, value=key_id)
    async with database.write() as unit:
        await unit.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": key_id}))
        await unit.execute(delete(setting).where(setting.c.name == _NEXT))
