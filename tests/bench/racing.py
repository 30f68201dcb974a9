"""Racing booking attempts through the service: double bookings, refusals, and how many attempts a second it takes.

A round is some people after one time at once: `crowd` tasks, each with an account, a person and a draft of their
own. Every round has a time of its own, on another day, so nobody is in their own way. The yardstick is a bare
`INSERT … ON CONFLICT DO NOTHING` on the same engine, with as many tasks after each key.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from sqlalchemy import column, func, select, table, text

from services.accounts.model import Account, Person
from services.booking.model import BookingRequest, Declined, Made
from services.registry.admin import SlotRecord
from services.registry.local.refs import slot_ref
from services.registry.local.tables import visit
from services.registry.model import Refusal, Slot
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.vault import KEY_BYTES, Vault
from tests.support.clock import FakeClock
from tests.support.databases import PostgresServer, SqliteTemplate
from tests.support.world import ADULT, CLINIC, LENGTH, THERAPIST, World, at, somebody

ATTEMPTS = 100_000
CROWD = 50
_PEOPLE = 200
_YARDSTICK = 20_000
_PLACE = table("bare_place", column("slot"), column("who"))


def measure(attempts: int = ATTEMPTS, *, crowd: int = CROWD) -> dict[str, float]:
    """`attempts` on each engine, `crowd` at once after one time.

    Keys, each under `sqlite_` and `postgres_`: attempts, double (must be 0), booked, busy (told «время занято»), other
    (any other answer, must be 0), seconds, a_second, bare_a_second, of_bare (the share of the yardstick).
    """
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        url = SqliteTemplate(Path(folder)).copy(Path(folder))
        figures |= _named("sqlite", asyncio.run(_race(url, attempts, crowd)))
    server = PostgresServer()
    try:
        url = server.url(asyncio.run(server.clone()))
        figures |= _named("postgres", asyncio.run(_race(url, attempts, crowd)))
    finally:
        server.stop()
    return figures


def _named(engine: str, figures: dict[str, float]) -> dict[str, float]:
    return {f"{engine}_{name}": figure for name, figure in figures.items()}


async def _race(url: str, attempts: int, crowd: int) -> dict[str, float]:
    database = Database.from_url(url)
    world = World(database, Vault(bytes(range(KEY_BYTES))), FakeClock())
    rounds = -(-attempts // crowd)
    people = await _people(world, max(crowd, min(_PEOPLE, rounds)))
    answers: Counter[str] = Counter()
    seconds = 0.0
    for number, slot in enumerate(await _times(world, rounds)):
        racing = [people[(number + place) % len(people)] for place in range(crowd)]
        requests = [
            BookingRequest(account, f"race-{number}-{place}", who, CLINIC, slot)
            for place, (account, who) in enumerate(racing)
        ]
        began = perf_counter()
        outcomes = await asyncio.gather(*(world.booking.book(each) for each in requests))
        seconds += perf_counter() - began
        for outcome in outcomes:
            answers[_word(outcome)] += 1
        for outcome in outcomes:  # or the winner could not book this specialist again
            if isinstance(outcome, Made):
                world.clock.set(outcome.visit.end)
    double = await _double(database)
    bare = await _bare(database, min(attempts, _YARDSTICK), crowd)
    await database.close()
    a_second = rounds * crowd / seconds
    return {
        "attempts": rounds * crowd,
        "double": double + answers["booked"] - rounds,
        "booked": answers["booked"],
        "busy": answers["busy"],
        "other": answers["other"],
        "seconds": seconds,
        "a_second": a_second,
        "bare_a_second": bare,
        "of_bare": a_second / bare,
    }


def _word(outcome: object) -> str:
    if isinstance(outcome, Made):
        return "booked"
    return "busy" if outcome == Declined(Refusal.TIME_BUSY) else "other"


async def _people(world: World, count: int) -> list[tuple[Account, Person]]:
    await world.furnish()
    found = []
    for number in range(count):
        account = await world.account()
        found.append((account, await world.person(account, somebody(number, ADULT))))
    return found


async def _times(world: World, count: int) -> list[Slot]:
    """Times of one doctor one after another; the clock follows the visits that were made."""
    starts = [at(14) + LENGTH * 2 * place for place in range(count)]
    doctor = replace(THERAPIST, id="race")
    await world.admin.load([CLINIC], [doctor], [SlotRecord(doctor.id, each, each + LENGTH) for each in starts])
    return [
        Slot(
            *(slot_ref(doctor.id, each), CLINIC.id, doctor.service_id, doctor.service, doctor.id, doctor.surname),
            *(doctor.room, each, each + LENGTH),
        )
        for each in starts
    ]


async def _double(database: Database) -> int:
    """Visits beyond the first at one time."""
    at_once = (
        select(func.count().label("visits"))
        .select_from(visit)
        .where(visit.c.status == "booked")
        .group_by(visit.c.doctor_id, visit.c.starts_at)
        .subquery()
    )
    extra = select(func.coalesce(func.sum(at_once.c.visits - 1), 0))
    return int((await database.fetch(extra)).scalar_one())


async def _bare(database: Database, attempts: int, crowd: int) -> float:
    """Attempts a second of the bare statement."""
    await database.execute(text("CREATE TABLE bare_place (slot INTEGER PRIMARY KEY, who INTEGER NOT NULL)"))
    began = perf_counter()
    for number in range(attempts // crowd):
        taking = (
            insert_for(database.dialect, _PLACE).values(slot=number, who=who).on_conflict_do_nothing()
            for who in range(crowd)
        )
        await asyncio.gather(*(database.execute(each) for each in taking))
    return attempts // crowd * crowd / (perf_counter() - began)
