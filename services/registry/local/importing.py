"""An import beside people who go on booking: all or nothing for readers, in units of work that are short.

A small one is a single unit. A large one is written under the next generation, unseen, some times at a unit; the
last unit makes the changes in clinics and doctors and counts the generation up. Then what has gone is taken away. Cut
short before the count, nothing has changed for anybody, and `sweep` or the next import takes away what was written.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import chain, islice
from typing import TypeVar

from sqlalchemy import ColumnElement, Table, delete, exists, select, update
from sqlalchemy.exc import SQLAlchemyError

from services.clock import Clock
from services.registry.local import loading
from services.registry.local.generations import Claim, claim, count_up, left_behind, nobody_imports
from services.registry.local.loading import Counts, Loader, Place, Stretch, chunks, drop_crossing, stretches
from services.registry.local.tables import clinic, doctor, service, slot
from services.registry.model import Clinic
from services.registry.ports.schedules import DoctorRecord, ImportUnderWay, LoadReport, SlotRecord
from services.storage.engine import Database
from services.storage.units import Unit

Pause = Callable[[float], Awaitable[object]]
Item = TypeVar("Item")


async def in_units(items: Iterable[Item], pause: Pause, dialect: str) -> AsyncIterator[Sequence[Item]]:
    """A few at a time, each for a unit of its own; between two of them others write, on SQLite as long as it took."""
    took: float | None = None
    for some in chunks(items):
        if took is not None:  # who brings a few is kept by nothing
            await pause(took if dialect == "sqlite" else 0)
        began = time.monotonic()
        yield some
        took = time.monotonic() - began


class Import:
    """One import. `pause` is called after each unit; on SQLite with the seconds that it took, so that others write."""

    def __init__(self, database: Database, clock: Clock, pause: Pause) -> None:
        self._database = database
        self._clock = clock
        self._pause = pause

    async def load(
        self, clinics: Iterable[Clinic], doctors: Iterable[DoctorRecord], slots: Iterable[SlotRecord]
    ) -> LoadReport:
        """See `SchedulesPort.load`."""
        few_clinics, clinics = _first(clinics)
        few_doctors, doctors = _first(doctors)
        few_slots, slots = _first(slots)
        if max(len(few_clinics), len(few_doctors), len(few_slots)) <= loading.CHUNK:
            report = await self._at_once(few_clinics, few_doctors, list(stretches(few_slots)))
            if report is not None:
                return report
        return await self._staged(clinics, doctors, slots)

    async def _at_once(
        self, clinics: Sequence[Clinic], doctors: Sequence[DoctorRecord], slots: Sequence[Sequence[Stretch]]
    ) -> LoadReport | None:
        """All of it in one unit; None where an import that was cut short has to be swept up first."""
        async with self._database.write() as connection:
            if not await nobody_imports(connection, self._clock.now()):
                return None
            loader = Loader(connection, self._database.dialect)
            clinic_counts, _ = await loader.put_clinics(clinics)
            doctor_counts, _ = await loader.put_doctors(doctors)
            slot_counts = Counts()
            for some in slots:
                slot_counts += await loader.put_slots(some)
        return _report(clinic_counts, doctor_counts, slot_counts)

    async def _staged(
        self, clinics: Iterable[Clinic], doctors: Iterable[DoctorRecord], slots: Iterable[SlotRecord]
    ) -> LoadReport:
        async with _working(self._database, self._clock, self._pause) as work:
            stage = _Stage(work)
            await stage.put_directory(clinics, doctors)
            await stage.put_slots(slots)
            report = await stage.switch()
            await work.clear()
        return report


async def sweep(database: Database, clock: Clock, pause: Pause) -> None:
    """Takes away what an import left that was cut short. `ImportUnderWay` where somebody else is at it."""
    if await left_behind(database, clock.now()):
        async with _working(database, clock, pause):
            pass


@asynccontextmanager
async def _working(database: Database, clock: Clock, pause: Pause) -> AsyncIterator[_Work]:
    """The claim, and nothing left of those who had it before."""
    own = await claim(database, clock.now())
    work = _Work(database, clock, pause, own)
    try:
        if own.inherited:
            await work.undo()
            await work.clear()
        yield work
        async with database.write() as connection:
            await own.release(connection)
    except BaseException:
        with suppress(SQLAlchemyError, OSError, ImportUnderWay):  # whoever comes next need not wait for the lease
            async with database.write() as connection:
                await own.give_up(connection)
        raise


class _Work:
    """Short units of work under a claim."""

    def __init__(self, database: Database, clock: Clock, pause: Pause, own: Claim) -> None:
        self.database = database
        self._clock = clock
        self._pause = pause
        self._claim = own
        self.generation = own.generation

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """A unit that renews the claim; others get their turn after it."""
        began = time.monotonic()
        async with self.database.write() as connection:
            await self._claim.renew(connection, self._clock.now())
            yield connection
        await self._pause(time.monotonic() - began if self.database.dialect == "sqlite" else 0)

    async def undo(self) -> None:
        """Takes away what was written under the generation that never came."""
        await self._change(slot, slot.c.until >= self.generation, _stay)
        for table in (slot, doctor, clinic):
            await self._change(table, table.c.since >= self.generation, _remove)
        idle = ~exists().where(doctor.c.service_id == service.c.id), ~exists().where(slot.c.service_id == service.c.id)
        unused = (await self.database.fetch(select(service.c.id).where(*idle))).scalars().all()
        for some in chunks(unused):
            async with self.unit() as connection:
                await _remove(connection, service, service.c.id.in_(some))

    async def clear(self) -> None:
        """Takes away free times that have gone; those that were booked before they went stay as they are."""
        gone = slot.c.until <= self.generation
        await self._change(slot, gone & slot.c.visit_id.is_not(None), _stay)
        await self._change(slot, gone & slot.c.visit_id.is_(None), _remove)

    async def _change(self, table: Table, which: ColumnElement[bool], change: _Change) -> None:
        last = ""
        while True:
            some = select(table.c.id).where(which, table.c.id > last).order_by(table.c.id).limit(loading.CHUNK)
            ids = (await self.database.fetch(some)).scalars().all()
            if not ids:
                return
            these = table.c.id.in_(ids) & which
            async with self.unit() as connection:
                if self.database.dialect != "sqlite":  # in one order, as those who move a visit lock two
                    in_order = select(table.c.id).where(these).order_by(table.c.id.collate("C"))
                    await connection.execute(in_order.with_for_update())
                await change(connection, table, these)
            last = ids[-1]


class _Stage:
    """What an import writes under its generation, and the switch to it."""

    def __init__(self, work: _Work) -> None:
        self._work = work
        self._clinics: list[Clinic] = []
        self._doctors: list[DoctorRecord] = []
        self._moves: dict[str, Place] = {}
        self._counts = [Counts(), Counts(), Counts()]

    async def put_directory(self, clinics: Iterable[Clinic], doctors: Iterable[DoctorRecord]) -> None:
        """New clinics and doctors; those that are there and change wait for the switch."""
        for some_clinics in chunks(clinics):
            async with self._loader() as loader:
                counts, clinics_to_change = await loader.put_clinics(some_clinics)
            self._counts[0] += counts
            self._clinics += clinics_to_change
        for some_doctors in chunks(doctors):
            async with self._loader() as loader:
                counts, doctors_to_change = await loader.put_doctors(some_doctors)
            self._counts[1] += counts
            self._doctors += doctors_to_change
        async with self._work.database.read() as connection:
            loader = Loader(connection, self._work.database.dialect)
            self._moves = await loader.moves(self._clinics, self._doctors)

    async def put_slots(self, slots: Iterable[SlotRecord]) -> None:
        """New times; free ones that are to go are marked."""
        for some in stretches(slots):
            async with self._loader() as loader:
                self._counts[2] += await loader.put_slots(some, self._moves)

    async def switch(self) -> LoadReport:
        """The one unit after which all of it is there."""
        async with self._work.unit() as connection:
            await count_up(connection)  # first, for it waits for those who are booking
            dropped = await drop_crossing(connection, self._work.generation)
            loader = Loader(connection, self._work.database.dialect)
            await loader.put_clinics(self._clinics)
            await loader.put_doctors(self._doctors)
        clinics, doctors, times = self._counts
        return _report(clinics, doctors, Counts(times.added - dropped, times.changed))

    @asynccontextmanager
    async def _loader(self) -> AsyncIterator[Loader]:
        async with self._work.unit() as connection:
            yield Loader(connection, self._work.database.dialect, self._work.generation)


_Change = Callable[[Unit, Table, ColumnElement[bool]], Awaitable[None]]


async def _stay(connection: Unit, table: Table, which: ColumnElement[bool]) -> None:
    await connection.execute(update(table).where(which).values(until=None))


async def _remove(connection: Unit, table: Table, which: ColumnElement[bool]) -> None:
    await connection.execute(delete(table).where(which))


def _first(items: Iterable[Item]) -> tuple[list[Item], Iterator[Item]]:
    """One more than a unit takes, if there are as many; and all of them."""
    iterator = iter(items)
    few = list(islice(iterator, loading.CHUNK + 1))
    return few, chain(few, iterator)


def _report(clinics: Counts, doctors: Counts, slots: Counts) -> LoadReport:
    return LoadReport(
        clinics_added=clinics.added,
        clinics_updated=clinics.changed,
        doctors_added=doctors.added,
        doctors_updated=doctors.changed,
        slots_added=slots.added,
        slots_kept=slots.changed,
    )
