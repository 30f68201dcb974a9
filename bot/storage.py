"""The database of this process, the key that seals it, and its rotation: what every command begins with."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Select, make_url, select
from sqlalchemy.exc import OperationalError

from bot.settings import Settings
from services.clock import Clock, ShiftedClock, SystemClock  # noqa: TID251  (it is passed in from here)
from services.errors import SetupError
from services.registry.local.insurance import CareCases
from services.registry.local.patients import Patients
from services.registry.local.prescriptions import Prescriptions
from services.registry.local.tables import care_case, patient, prescription
from services.storage.engine import Database
from services.storage.files import cure
from services.storage.findable import all_findable
from services.storage.keys import KeyNames, KeySource, MasterKeys, key_names, name_first, name_next
from services.storage.migrate import copies_in_clear, ensure_current, migrate
from services.storage.rotation import Pause, Remake, Rotation
from services.storage.statement import statement
from services.storage.tables import setting
from services.storage.vault import Vault, id_of_key
from services.tables import all_tables

log = logging.getLogger(__name__)

USERNAME = "bot_username"
"""The setting that keeps what the bot is called: the operator's commands make links to it."""


@dataclass(frozen=True, slots=True)
class Storage:
    """An open database with its vault and clock: what every command of the command line begins with."""

    database: Database
    vault: Vault
    clock: Clock


async def open_storage(settings: Settings) -> Storage:
    """Opens and migrates the database and finds the key that sealed it; `SetupError` says what is missing."""
    database = Database.from_url(settings.database_url)
    try:
        await ensure_current(settings.database_url, database, partial(_vault, settings, database))
        vault = await _vault(settings, database)
    except (OperationalError, OSError) as error:
        await database.close()
        raise SetupError(_out_of_reach(error)) from None
    except SetupError:
        await database.close()
        raise
    _tell_who_reads(settings)
    _tell_of_copies(settings)
    shift = settings.clock_shift_file
    return Storage(database, vault, ShiftedClock(shift) if shift else SystemClock())


def _tell_who_reads(settings: Settings) -> None:
    """Whoever can read SQLite's file reads all that is not sealed; its journals have the file's mode."""
    url = make_url(settings.database_url)
    typed = cure(Path(url.database or "")) if url.get_backend_name() == "sqlite" else None
    if typed is not None:
        log.warning("the database is within reach of others on this machine; type '%s'", typed)


def _tell_of_copies(settings: Settings) -> None:
    for copy in copies_in_clear(settings.database_url):
        log.warning(
            "%s is a copy of before a migration: chats and patients stand in clear there; delete it when all is well",
            copy,
        )


async def migrate_storage(settings: Settings) -> None:
    """The operator's command: the tables of DATABASE_URL brought up to date, with its key where that is wanted."""
    await migrate(settings.database_url, partial(_vault, settings))
    _tell_of_copies(settings)


def _out_of_reach(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return (
            "the certificate of the database of DATABASE_URL is not trusted, or is another machine's; "
            "give its authority as sslrootcert=FILE"
        )
    return "the database of DATABASE_URL cannot be reached; check the address, that it runs, and that it speaks TLS"


@statement
def _name_of_bot() -> Select[Any]:
    return select(setting.c.value).where(setting.c.name == USERNAME)


async def bot_username(database: Database) -> str:
    """What the bot is called in Telegram; "" before it has run once."""
    name = (await database.fetch(_name_of_bot())).scalar()
    return name or ""


def rotation(storage: Storage, pause: Pause) -> Rotation:
    """What seals everything anew under the key that the vault seals with now; `pause`: waits, in seconds."""
    vault = storage.vault
    indexes: dict[Column[Any], Remake] = {
        patient.c.identity: Patients(vault).indexes_of,
        prescription.c.content: Prescriptions(vault).indexes_of,
        care_case.c.content: CareCases(vault).indexes_of,
    }
    indexes |= {each.sealed: partial(each.indexes_of, vault) for each in all_findable(all_tables())}
    return Rotation(storage.database.aside, vault, all_tables(), indexes, pause)


def key_source(settings: Settings) -> KeySource:
    return KeySource(settings.encryption_key, settings.encryption_key_next, settings.key_file)


async def _vault(settings: Settings, database: Database) -> Vault:
    """The vault of this database: its key made on the first run, missed loudly on any later one."""
    names, source = await key_names(database), key_source(settings)
    keys = source.read()
    if names.sealed is None:
        if keys.now is None:
            source.make_first()
            keys = source.read()
        assert keys.now is not None
        # Of several processes at their first start one names its key; to the others, it must be at hand too.
        await name_first(database, id_of_key(keys.now))
        names = await key_names(database)
    _check(names, keys, source)
    vault = Vault(*keys.ring, look=source.changed)
    if vault.key_id != names.sealed:
        await name_next(database, vault.key_id)
    return vault


def _check(names: KeyNames, keys: MasterKeys, source: KeySource) -> None:
    """`SetupError` where a key that the database names is not here."""
    at_hand = [id_of_key(key) for key in (keys.now, keys.next) if key is not None]
    if not at_hand:
        raise SetupError(f"the database is sealed and its key is gone: put back {source.where}, or set ENCRYPTION_KEY")
    if names.sealed not in at_hand:
        raise SetupError(
            f"the key in {source.where} is not the one that sealed this database (it wants {names.sealed})"
        )
    if names.next not in (None, *at_hand):
        raise SetupError(
            f"the key is being replaced and the new one is gone: put back {source.where_next} (it wants {names.next})"
        )
