"""Putting clinics, doctors and times into the tables, inside somebody else's unit of work.

Only what differs is written, so a repeated import costs reading. A taken slot is never touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, time, timedelta
from itertools import groupby, islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, delete, select, union_all, update

from services.registry.local.refs import other_slot_ref, slot_ref
from services.registry.local.tables import clinic, doctor, service, slot
from services.registry.model import Clinic
from services.registry.ports.schedules import DoctorRecord, SlotRecord
from services.storage.rows import Row
from services.storage.sql import insert_for
from services.storage.units import Unit

CHUNK = 500
"""Values a statement: both engines stay far below their limits on parameters. And times a unit of an import."""

_LONGEST = timedelta(days=1)
"""No visit is longer: how far back a taken time may begin that reaches into another."""

Item = TypeVar("Item")
Values = Mapping[str, Any]
Record = TypeVar("Record", Clinic, DoctorRecord)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records were new, and how many were there but different (for slots: taken, so kept)."""

    added: int = 0
    changed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.added + other.added, self.changed + other.changed)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Times of one doctor, by start. They speak for all from `after` (else the first day) to the last (else its day).

    `after`: the time before the first, where there is one; `more`: there are times after the last.
    """

    doctor_id: str
    slots: Sequence[SlotRecord]
    after: datetime | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a doctor works."""

    clinic_id: str
    service_id: str
    tz: str


class Loader:
    """Writes records on one connection; the caller commits.

    `since`: the generation that the records are for. 0: they are there at once. One to come: new ones wait for it,
    free times that are to go are marked with it, and what changes in clinics and doctors is given back for later.
    """

    def __init__(self, connection: Unit, dialect: str, since: int = 0) -> None:
        self._connection = connection
        self._dialect = dialect
        self._since = since

    async def put_clinics(self, clinics: Iterable[Clinic]) -> tuple[Counts, Sequence[Clinic]]:
        """Gives those too that are there, but different, and wait for the generation."""
        records = {record.id: record for record in clinics}
        wanted = {id_: asdict(record) | {"age_group": record.age_group.value} for id_, record in records.items()}
        before = await self._rows(clinic, wanted)
        counts, changed = await self._put(clinic, wanted, before)
        if self._since:
            return counts, [records[id_] for id_ in changed]
        for id_ in changed:
            if before[id_]["tz"] != wanted[id_]["tz"]:
                await self._recount_days(id_, ZoneInfo(wanted[id_]["tz"]))
        return counts, []

    async def put_doctors(self, doctors: Iterable[DoctorRecord]) -> tuple[Counts, Sequence[DoctorRecord]]:
        """Gives those too that are there, but different, they or their service's name, and wait for the generation."""
        records = {record.id: record for record in doctors}
        services = {record.service_id: {"id": record.service_id, "name": record.service} for record in records.values()}
        _, renamed = await self._put(service, services, await self._rows(service, services))
        wanted = {id_: _doctor_values(record) for id_, record in records.items()}
        before = await self._rows(doctor, wanted)
        counts, changed = await self._put(doctor, wanted, before)
        if self._since:
            return counts, [each for id_, each in records.items() if id_ in changed or each.service_id in renamed]
        place = ("clinic_id", "service_id")
        for id_ in changed:
            if any(before[id_][name] != wanted[id_][name] for name in place):
                free = update(slot).where(slot.c.doctor_id == id_, slot.c.visit_id.is_(None))
                await self._connection.execute(free.values({name: wanted[id_][name] for name in place}))
        return counts, []

    async def put_slots(self, stretches: Sequence[Stretch], moved: Mapping[str, Place] | None = None) -> Counts:
        """The times of each stretch replace the free ones for which it speaks. `moved`: who will work elsewhere."""
        if not stretches:
            return Counts()
        places = {**await self.places({each.doctor_id for each in stretches}), **(moved or {})}
        bounds = {each.doctor_id: _bounds(each, ZoneInfo(places[each.doctor_id].tz)) for each in stretches}
        already = await self._already_there(stretches, bounds)
        new: list[Values] = []
        gone: list[str] = []
        kept = 0
        for each in stretches:
            come, go, stay = _difference(each, bounds[each.doctor_id], already[each.doctor_id])
            new += (self._slot_values(*named, places[each.doctor_id]) for named in come)
            gone += go
            kept += stay
        await self._remove(gone)
        await self._upsert(slot, new)
        return Counts(len(new), kept)

    async def put_rows(self, table: Table, wanted: Mapping[str, Values]) -> Counts:
        """Rows of a table by their ids; in one order, as others who put the same at once lock them."""
        in_order = {id_: wanted[id_] for id_ in sorted(wanted)}
        counts, _ = await self._put(table, in_order, await self._rows(table, in_order))
        return counts

    async def places(self, ids: Iterable[str]) -> dict[str, Place]:
        """Where these doctors work."""
        columns = (doctor.c.id, doctor.c.clinic_id, doctor.c.service_id, clinic.c.tz)
        statement = select(*columns).select_from(doctor.join(clinic))
        found: dict[str, Place] = {}
        for chunk in chunks(ids):
            rows = await self._connection.execute(statement.where(doctor.c.id.in_(chunk)))
            found |= {row.id: Place(row.clinic_id, row.service_id, row.tz) for row in rows}
        return found

    async def moves(self, clinics: Sequence[Clinic], doctors: Sequence[DoctorRecord]) -> dict[str, Place]:
        """Where doctors will work once these changes have been made: those who change, and all of clinics that do."""
        zones = {record.id: record.tz for record in clinics}
        found: dict[str, Place] = {}
        for chunk in chunks(zones):
            columns = doctor.c.id, doctor.c.clinic_id, doctor.c.service_id
            rows = await self._connection.execute(select(*columns).where(doctor.c.clinic_id.in_(chunk)))
            found |= {row.id: Place(row.clinic_id, row.service_id, zones[row.clinic_id]) for row in rows}
        for elsewhere in chunks({record.clinic_id for record in doctors} - zones.keys()):
            rows = await self._connection.execute(select(clinic.c.id, clinic.c.tz).where(clinic.c.id.in_(elsewhere)))
            zones |= {row.id: row.tz for row in rows}
        return found | {each.id: Place(each.clinic_id, each.service_id, zones[each.clinic_id]) for each in doctors}

    async def _upsert(self, table: Table, rows: Sequence[Values]) -> None:
        if rows:
            statement = insert_for(self._dialect, table)
            rest = {name: statement.excluded[name] for name in rows[0] if name != "id"}
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=["id"], set_=rest), [dict(row) for row in rows]
            )

    async def _put(
        self, table: Table, wanted: Mapping[str, Values], before: Mapping[str, Values]
    ) -> tuple[Counts, Sequence[str]]:
        """How many were new, how many different; and those."""
        new = [row for id_, row in wanted.items() if id_ not in before]
        changed = [id_ for id_, row in wanted.items() if id_ in before and not row.items() <= before[id_].items()]
        if self._since and "since" in table.c:
            new = [{**row, "since": self._since} for row in new]
        await self._upsert(table, new)
        if not self._since:
            await self._upsert(table, [wanted[id_] for id_ in changed])
        return Counts(len(new), len(changed)), changed

    async def _rows(self, table: Table, ids: Iterable[str]) -> dict[str, Values]:
        rows: dict[str, Values] = {}
        for chunk in chunks(ids):
            found = await self._connection.execute(select(table).where(table.c.id.in_(chunk)))
            rows |= {row["id"]: dict(row) for row in found.mappings()}
        return rows

    async def _already_there(
        self, stretches: Sequence[Stretch], bounds: Mapping[str, tuple[datetime, datetime]]
    ) -> Mapping[str, list[Row]]:
        """Slots already there for these doctors and moments, locked so that no booking slips in between."""
        first = min(begin for begin, _ in bounds.values()) - _LONGEST
        last = max(*(end for _, end in bounds.values()), *(each.slots[-1].end for each in stretches))
        rows: list[Row] = []
        for chunk in chunks(bounds):
            here = slot.c.doctor_id.in_(chunk), slot.c.starts_at >= first, slot.c.starts_at < last
            # An index each; and in one statement, or a slot that changes sides in between is seen on neither.
            free, taken = slot.c.visit_id.is_(None), slot.c.visit_id.is_not(None)
            both = union_all(select(slot).where(*here, free), select(slot).where(*here, taken))
            rows += await self._connection.execute(both)
        if self._dialect != "sqlite":
            rows = await self._locked([row.id for row in rows])
        by_doctor: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_doctor[row.doctor_id].append(row)
        return by_doctor

    async def _locked(self, ids: Iterable[str]) -> list[Row]:
        """These slots as they are once locked: in the order of their ids, as those who move a visit lock two."""
        rows: list[Row] = []
        for chunk in chunks(sorted(ids)):
            in_order = select(slot).where(slot.c.id.in_(chunk)).order_by(slot.c.id.collate("C")).with_for_update()
            rows += await self._connection.execute(in_order)
        return rows

    async def _remove(self, ids: Iterable[str]) -> None:
        for chunk in chunks(ids):
            free = slot.c.id.in_(chunk), slot.c.visit_id.is_(None)
            go = update(slot).where(*free).values(until=self._since) if self._since else delete(slot).where(*free)
            await self._connection.execute(go)

    async def _recount_days(self, clinic_id: str, zone: ZoneInfo) -> None:
        rows = await self._connection.execute(select(slot.c.id, slot.c.starts_at).where(slot.c.clinic_id == clinic_id))
        days = [{"ref": id_, "local": start.astimezone(zone).date()} for id_, start in rows]
        if days:
            statement = update(slot).where(slot.c.id == bindparam("ref")).values(day=bindparam("local"))
            await self._connection.execute(statement, days)

    def _slot_values(self, ref: str, record: SlotRecord, place: Place) -> Values:
        return {
            "id": ref,
            "clinic_id": place.clinic_id,
            "service_id": place.service_id,
            "doctor_id": record.doctor_id,
            "starts_at": record.start,
            "ends_at": record.end,
            "day": record.start.astimezone(ZoneInfo(place.tz)).date(),
            "since": self._since,
            "until": None,
        }


async def drop_crossing(connection: Unit, generation: int) -> int:
    """Takes away new times of this generation that cross one booked after it was marked to go; how many those were."""
    columns = (slot.c.doctor_id, slot.c.starts_at, slot.c.ends_at)
    booked = select(*columns).where(slot.c.until == generation, slot.c.visit_id.is_not(None))
    dropped = 0
    for row in (await connection.execute(booked)).all():
        crossing = slot.c.doctor_id == row.doctor_id, slot.c.starts_at < row.ends_at, slot.c.ends_at > row.starts_at
        new = delete(slot).where(*crossing, slot.c.since == generation, slot.c.visit_id.is_(None))
        dropped += (await connection.execute(new)).rowcount
    return dropped


def stretches(slots: Iterable[SlotRecord]) -> Iterator[list[Stretch]]:
    """Some `CHUNK` times at once, doctor after doctor. `ValueError` where they do not come in order."""
    batch: list[Stretch] = []
    for doctor_id, own in groupby(_in_order(slots), key=lambda record: record.doctor_id):
        after: datetime | None = None
        parts = chunks(own)
        part = next(parts, None)
        while part is not None:
            following = next(parts, None)
            batch.append(Stretch(doctor_id, part, after, more=following is not None))
            after, part = part[-1].start, following
            if sum(len(each.slots) for each in batch) >= CHUNK:
                yield batch
                batch = []
    if batch:
        yield batch


def _in_order(slots: Iterable[SlotRecord]) -> Iterator[SlotRecord]:
    before: SlotRecord | None = None
    for each in slots:
        if before is not None and (before.doctor_id, before.start) >= (each.doctor_id, each.start):
            raise ValueError("times have to come by doctor and start, each once")
        before = each
        yield each


def _bounds(stretch: Stretch, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """For which moments a stretch speaks: from the first and before the second, in UTC."""
    first, last = stretch.slots[0].start, stretch.slots[-1].start
    begin = _midnight(first, zone) if stretch.after is None else stretch.after + _TICK
    return begin, last + _TICK if stretch.more else _midnight(last, zone, days=1)


_TICK = timedelta(milliseconds=1)


def _midnight(moment: datetime, zone: ZoneInfo, *, days: int = 0) -> datetime:
    day = moment.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _difference(
    stretch: Stretch, bounds: tuple[datetime, datetime], already: Sequence[Row]
) -> tuple[list[tuple[str, SlotRecord]], list[str], int]:
    """New times with their ids, ids of free ones that go, how many taken ones stay."""
    taken = [row for row in already if row.visit_id is not None]
    free = {row.starts_at: row for row in already if row.visit_id is None}
    come: list[tuple[str, SlotRecord]] = []
    stay: set[str] = set()
    for record in stretch.slots:
        if any(record.start < row.ends_at and row.starts_at < record.end for row in taken):
            continue
        before = free.get(record.start)
        if before is not None and before.ends_at == record.end:
            stay.add(before.id)
            continue
        ref = slot_ref(record.doctor_id, record.start)
        if before is not None and before.id == ref:
            ref = other_slot_ref(record.doctor_id, record.start, record.end)
        come.append((ref, record))
    within = [row for row in already if bounds[0] <= row.starts_at < bounds[1]]
    go = [row.id for row in within if row.visit_id is None and row.id not in stay]
    return come, go, sum(row.visit_id is not None for row in within)


def _doctor_values(record: DoctorRecord) -> Values:
    values = {field.name: getattr(record, field.name) for field in fields(record) if field.name != "service"}
    return values | {"age_group": record.age_group.value}


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """`CHUNK` at a time."""
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
