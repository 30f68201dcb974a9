"""Bookings that all begin at once, in this process or in another: `python -m tests.support.racers DATABASE_URL`.

The other process reads its attempts from standard input, says that it is ready, waits for a line, and prints what came
of each.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from services.booking.model import BookingOutcome, BookingRequest, Declined, Made
from services.storage.engine import Database
from services.storage.vault import KEY_BYTES, Vault
from tests.support.clock import FakeClock
from tests.support.databases import unhurried
from tests.support.machine import ROOT
from tests.support.world import CHILDREN, CLINIC, World

VAULT = Vault(bytes(range(KEY_BYTES)))


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's last press: the chat, the person, the draft and the time, each by its id."""

    chat: int
    person: str
    draft: str
    slot: str


def attempt_of(request: BookingRequest) -> Attempt:
    """What another process needs to know of a request for a person of the account."""
    assert not hasattr(request.who, "policy"), "another citizen has no id yet"
    return Attempt(request.account.telegram_id, request.who.id, request.draft_id, request.slot.id)


async def race(world: World, attempts: Sequence[BookingRequest]) -> list[str]:
    """All at once; of each «made», the reason why not, or «checking»."""
    return [told(each) for each in await asyncio.gather(*(world.booking.book(each) for each in attempts))]


def told(outcome: BookingOutcome) -> str:
    """An outcome in a word."""
    if isinstance(outcome, Made):
        return "made"
    return outcome.reason.value if isinstance(outcome, Declined) else "checking"


class Racer:
    """Another process with its own connections to the same database."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, url: str, attempts: Sequence[Attempt]) -> Racer:
        """Comes back when the process stands at the line."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.racers", url),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([asdict(each) for each in attempts]).encode() + b"\n")
        assert await process.stdout.readline() == b"ready\n"
        return cls(process)

    async def run(self) -> list[str]:
        """Lets it go; what came of each attempt, as `race`."""
        printed, _ = await self._process.communicate(b"go\n")
        outcomes: list[str] = json.loads(printed)
        return outcomes


async def _run(url: str) -> None:
    database = unhurried(Database.from_url(url))
    world = World(database, VAULT, FakeClock())
    attempts = [await _request(world, Attempt(**each)) for each in json.loads(sys.stdin.readline())]
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(await race(world, attempts)), flush=True)
    await database.close()


async def _request(world: World, attempt: Attempt) -> BookingRequest:
    account = await world.accounts.by_telegram(attempt.chat)
    slot = await world.registry.slot(attempt.slot)
    assert account is not None
    clinic = CHILDREN if slot.clinic_id == CHILDREN.id else CLINIC
    return BookingRequest(account, attempt.draft, await world.persons.get(account, attempt.person), clinic, slot)


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1]))
