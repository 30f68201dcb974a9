"""`python -m bot rotate-key`: a new encryption key, and everything sealed anew under it, also while the bot runs."""

from __future__ import annotations

import asyncio
from typing import TextIO

from sqlalchemy.exc import DBAPIError

from bot.operator import at_work
from bot.settings import Settings
from bot.storage import Storage, key_source, open_storage, rotation
from services.errors import SetupError
from services.storage.keys import KeySource, key_names, name_key, name_next
from services.storage.rotation import Pause, Rotated
from services.storage.vault import id_of_key

GRACE = 10.0
"""Seconds in which whoever has sealed with the old key, or looked up by it, before the new one was there, is done.

A unit of work that waits for SQLite's writer gives up after five (`sqlite.BUSY_SECONDS`).
"""

GOES_ON = "the rotation has been cut short: the same command goes on with it"


async def run(settings: Settings, *, stdout: TextIO, pause: Pause = asyncio.sleep) -> int:
    """Gives the exit code; `SetupError` says what is wrong in one line. Cut short, the same call goes on."""
    source = key_source(settings)
    _check(settings, source)
    storage = await open_storage(settings)
    try:
        async with at_work(storage, "rotate-key") as doing:
            done, key_id = await _rotate(storage, source, stdout, pause)
            doing.code = 0
        await storage.database.tidy()
    except (DBAPIError, OSError) as error:
        raise SetupError(f"{GOES_ON} ({type(error).__name__})") from None
    finally:
        await storage.database.close()
    if source.in_files:
        source.put_next_in_place()
    _tell(done, key_id, source, stdout)
    return 0


async def _rotate(storage: Storage, source: KeySource, stdout: TextIO, pause: Pause) -> tuple[Rotated, str]:
    """What was done, and the key that is the database's now."""
    if source.in_files and not source.next_file.exists():
        source.make_next()
    storage.vault.look()
    names, key_id = await key_names(storage.database), storage.vault.key_id
    if key_id != names.sealed:
        await name_next(storage.database, key_id)
        print(f"The new key is {key_id}; in {GRACE:.0f} seconds everything is sealed anew under it.", file=stdout)
        print("This can be interrupted; the same command goes on.", file=stdout, flush=True)
        await pause(GRACE)
    done = await rotation(storage, pause).run()
    await name_key(storage.database, key_id)
    return done, key_id


def _check(settings: Settings, source: KeySource) -> None:
    keys = source.read()
    if settings.encryption_key and keys.next is None:
        raise SetupError(
            "ENCRYPTION_KEY is set: give the new key as ENCRYPTION_KEY_NEXT, to the bot and to this command"
        )
    if keys.next is not None and keys.next == keys.now:
        raise SetupError(f"the key in {source.where_next} is the present one: there is nothing to replace it with")
    if not source.in_files or keys.old is None:
        return
    if keys.next is None:
        raise SetupError(f"the last rotation is over, its old key is still there: remove {source.old_file} first")
    if keys.now is None or id_of_key(keys.old) != id_of_key(keys.now):
        raise SetupError(f"{source.old_file} is the key of an earlier rotation: remove it first")


def _tell(done: Rotated, key_id: str, source: KeySource, stdout: TextIO) -> None:
    print(f"Sealed anew: {done.values}. The key of this database is {key_id}.", file=stdout)
    for each in done.unreadable:
        print(f"Does not open with any key here, and stays as it is: {each}", file=stdout)
    if source.in_files:
        print(f"The old key is no longer needed; it is kept in {source.old_file} until you remove it.", file=stdout)
    else:
        print("Now set ENCRYPTION_KEY to the new key, empty ENCRYPTION_KEY_NEXT, and restart the bot.", file=stdout)
