"""The demo's signer: one authority for a database, whoever asks first, kept sealed over restarts and new keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from bot.cli import rotate_key
from bot.storage import open_storage
from services.signatures.model import Accepted, Reason, Refused, SignatureSettings
from services.signatures.signatures import Signatures
from services.signatures.signer import DemoSigner, demo_signer
from services.signatures.tables import signing_root
from services.storage.engine import Database
from services.storage.vault import Vault, VaultError, key_named_in
from tests.services.test_key import ready_url, settings
from tests.support.clock import MONDAY_MORNING, FakeClock

__all__ = ["ready_url"]
ANNA = "11223344595"
PDF = b"%PDF-1.7\r\n\x00 as it is\n"


def signed_by(signer: DemoSigner) -> bytes:
    return signer.sign(PDF, name="Иванова Анна Петровна", snils=ANNA, moment=MONDAY_MORNING)


async def is_taken(signature: bytes, signer: DemoSigner) -> bool:
    signatures = Signatures(SignatureSettings(gost=False), signer.certificate)
    verdict = await signatures.check(PDF, signature, snils=ANNA, moment=MONDAY_MORNING)
    assert isinstance(verdict, Accepted) or verdict == Refused(Reason.UNTRUSTED)
    return isinstance(verdict, Accepted)


async def roots(database: Database) -> list[bytes]:
    return list((await database.fetch(select(signing_root.c.root))).scalars())


class Slow:
    """A process that is overtaken between its look for a root and its own root."""

    def __init__(self, real: Database, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._real, self._meanwhile = real, meanwhile
        self.dialect = real.dialect
        self.looks = 0

    async def fetch(self, query: Any) -> Any:
        found = await self._real.fetch(query)
        self.looks += 1
        if self.looks == 1:
            await self._meanwhile()
        return found

    async def execute(self, query: Any) -> Any:
        return await self._real.execute(query)


async def test_what_it_signs_is_taken_after_a_restart_too(
    database: Database, database_url: str, vault: Vault, clock: FakeClock
) -> None:
    signature = signed_by(await demo_signer(database, vault, clock.now()))
    clock.advance(days=400)
    again = Database.from_url(database_url)
    signer = await demo_signer(again, vault, clock.now())
    await again.close()
    assert await is_taken(signature, signer)
    assert len(await roots(database)) == 1


async def test_two_processes_at_once_agree_on_the_root_that_was_first(
    database: Database, vault: Vault, clock: FakeClock
) -> None:
    first: list[DemoSigner] = []

    async def another_begins() -> None:
        first.append(await demo_signer(database, vault, clock.now()))

    slow = Slow(database, another_begins)
    late = await demo_signer(cast(Database, slow), vault, clock.now())
    assert slow.looks == 2, "it has made a root of its own, and has looked which one was kept"
    assert late.certificate == first[0].certificate
    assert await is_taken(signed_by(late), first[0])
    assert len(await roots(database)) == 1


async def test_many_at_once_agree(database: Database, vault: Vault, clock: FakeClock) -> None:
    signers = await asyncio.gather(*(demo_signer(database, vault, clock.now()) for _ in range(5)))
    assert len({each.certificate for each in signers}) == 1


async def test_another_databases_signer_is_not_believed(database: Database, vault: Vault, clock: FakeClock) -> None:
    here = await demo_signer(database, vault, clock.now())
    await database.execute(signing_root.delete())
    elsewhere = await demo_signer(database, vault, clock.now())
    assert not await is_taken(signed_by(elsewhere), here)


async def test_its_key_lies_in_no_file_in_clear(
    database: Database, database_url: str, vault: Vault, clock: FakeClock
) -> None:
    signer = await demo_signer(database, vault, clock.now())
    (sealed,) = await roots(database)
    lies_there = [sealed]
    if database.dialect == "sqlite":
        folder = Path(database_url.removeprefix("sqlite:///")).parent
        lies_there += [each.read_bytes() for each in folder.iterdir() if each.is_file()]
    assert not any(word in each for each in lies_there for word in (b"PRIVATE KEY", b"BEGIN CERTIFICATE"))
    with pytest.raises(VaultError):
        await demo_signer(database, Vault(bytes(32)), clock.now())
    assert "PRIVATE" not in repr(signer)
    assert b"PRIVATE" not in signer.certificate


async def test_a_new_key_seals_it_anew_and_leaves_it_what_it_was(ready_url: str, clock: FakeClock) -> None:
    own = settings(ready_url)
    storage = await open_storage(own)
    before = await demo_signer(storage.database, storage.vault, clock.now())
    signature = signed_by(before)
    await storage.database.close()

    async def pause(_seconds: float) -> None:
        return None

    assert await rotate_key.run(own, stdout=StringIO(), pause=pause) == 0

    storage = await open_storage(own)
    (sealed,) = await roots(storage.database)
    assert key_named_in(sealed) == storage.vault.key_id
    after = await demo_signer(storage.database, storage.vault, clock.now())
    await storage.database.close()
    assert after.certificate == before.certificate
    assert await is_taken(signature, after)
