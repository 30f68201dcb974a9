"""Putting clinics, doctors and times into the tables, inside somebody else's unit of work.

Only what differs is written, so a repeated import costs reading. A taken slot is never touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Table, bindparam, delete, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.admin import DoctorRecord, SlotRecord
from services.registry.local.refs import slot_ref
from services.registry.local.tables import clinic, doctor, service, slot
from services.registry.model import Clinic
from services.storage.sql import insert_for

_CHUNK = 500
"""Values a statement: both engines stay far below their limits on parameters."""

Item = TypeVar("Item")
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records were new, and how many were there but different (for slots: taken, so kept)."""

    added: int = 0
    changed: int = 0


class Loader:
    """Writes records on one connection; the caller commits."""

    def __init__(self, connection: AsyncConnection, dialect: str) -> None:
        self._connection = connection
        self._dialect = dialect

    async def put_clinics(self, clinics: Iterable[Clinic]) -> Counts:
        wanted = {record.id: asdict(record) | {"age_group": record.age_group.value} for record in clinics}
        before = await self._rows(clinic, wanted)
        moved = [id_ for id_, row in before.items() if row["tz"] != wanted[id_]["tz"]]
        counts = await self._put(clinic, wanted, before)
        for id_ in moved:
            await self._recount_days(id_, ZoneInfo(wanted[id_]["tz"]))
        return counts

    async def put_doctors(self, doctors: Iterable[DoctorRecord]) -> Counts:
        records = {record.id: record for record in doctors}
        services = {record.service_id: {"id": record.service_id, "name": record.service} for record in records.values()}
        await self._put(service, services, await self._rows(service, services))
        wanted = {id_: _doctor_values(record) for id_, record in records.items()}
        before = await self._rows(doctor, wanted)
        counts = await self._put(doctor, wanted, before)
        place = ("clinic_id", "service_id")
        for id_, row in before.items():
            if any(row[name] != wanted[id_][name] for name in place):
                free = update(slot).where(slot.c.doctor_id == id_, slot.c.visit_id.is_(None))
                await self._connection.execute(free.values({name: wanted[id_][name] for name in place}))
        return counts

    async def put_slots(self, slots: Iterable[SlotRecord]) -> Counts:
        """The records replace the free times of each doctor named, from that doctor's first day to the last."""
        records = list(slots)
        if not records:
            return Counts()
        doctors = await self._doctors_with_zones({record.doctor_id for record in records})
        wanted = {row["id"]: row for row in (_slot_values(record, doctors) for record in records)}
        before = await self._standing(wanted.values())
        spans = _spans(wanted.values())
        taken: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in before.values():
            if row.visit_id is not None:
                taken[row.doctor_id].append(row)
        wanted = {
            id_: row
            for id_, row in wanted.items()
            if not any(_overlap(row, standing) for standing in taken[row["doctor_id"]])
        }
        gone = [
            row.id
            for row in before.values()
            if row.visit_id is None and row.id not in wanted and _within(row.day, spans[row.doctor_id])
        ]
        await self._remove(gone)
        new = [row for id_, row in wanted.items() if id_ not in before]
        longer = [row for id_, row in wanted.items() if id_ in before and before[id_].ends_at != row["ends_at"]]
        await self.upsert(slot, new + longer)
        return Counts(len(new), sum(map(len, taken.values())))

    async def upsert(self, table: Table, rows: Sequence[Values]) -> None:
        if rows:
            statement = insert_for(self._dialect, table)
            rest = {name: statement.excluded[name] for name in rows[0] if name != "id"}
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=["id"], set_=rest), [dict(row) for row in rows]
            )

    async def _put(self, table: Table, wanted: Mapping[str, Values], before: Mapping[str, Values]) -> Counts:
        changed = [row for id_, row in wanted.items() if id_ in before and before[id_] != row]
        new = [row for id_, row in wanted.items() if id_ not in before]
        await self.upsert(table, new + changed)
        return Counts(len(new), len(changed))

    async def _rows(self, table: Table, ids: Iterable[str]) -> dict[str, Values]:
        rows: dict[str, Values] = {}
        for chunk in _chunks(ids):
            found = await self._connection.execute(select(table).where(table.c.id.in_(chunk)))
            rows |= {row["id"]: dict(row) for row in found.mappings()}
        return rows

    async def _doctors_with_zones(self, ids: Iterable[str]) -> dict[str, tuple[str, str, ZoneInfo]]:
        columns = (doctor.c.id, doctor.c.clinic_id, doctor.c.service_id, clinic.c.tz)
        statement = select(*columns).select_from(doctor.join(clinic))
        doctors: dict[str, tuple[str, str, ZoneInfo]] = {}
        for chunk in _chunks(ids):
            rows = await self._connection.execute(statement.where(doctor.c.id.in_(chunk)))
            doctors |= {row.id: (row.clinic_id, row.service_id, ZoneInfo(row.tz)) for row in rows}
        return doctors

    async def _standing(self, wanted: Iterable[Values]) -> dict[str, Row[Any]]:
        """Slots already there for these doctors and days, locked so that no booking slips in between."""
        wanted = list(wanted)
        days: list[date] = [row["day"] for row in wanted]
        rows: dict[str, Row[Any]] = {}
        for chunk in _chunks({row["doctor_id"] for row in wanted}):
            here = slot.c.doctor_id.in_(chunk), slot.c.day.between(min(days), max(days))
            # An index each; and in one statement, or a slot that changes sides in between is seen on neither.
            free, taken = slot.c.visit_id.is_(None), slot.c.visit_id.is_not(None)
            both = union_all(select(slot).where(*here, free), select(slot).where(*here, taken))
            rows |= {row.id: row for row in await self._connection.execute(both)}
        return rows if self._dialect == "sqlite" else await self._locked(rows)

    async def _locked(self, ids: Iterable[str]) -> dict[str, Row[Any]]:
        """These slots as they are once locked: in the order of their ids, as those who move a visit lock two."""
        rows: dict[str, Row[Any]] = {}
        for chunk in _chunks(sorted(ids)):
            in_order = select(slot).where(slot.c.id.in_(chunk)).order_by(slot.c.id.collate("C")).with_for_update()
            rows |= {row.id: row for row in await self._connection.execute(in_order)}
        return rows

    async def _remove(self, ids: Iterable[str]) -> None:
        for chunk in _chunks(ids):
            free = slot.c.visit_id.is_(None)
            await self._connection.execute(delete(slot).where(slot.c.id.in_(chunk), free))

    async def _recount_days(self, clinic_id: str, zone: ZoneInfo) -> None:
        rows = await self._connection.execute(select(slot.c.id, slot.c.starts_at).where(slot.c.clinic_id == clinic_id))
        days = [{"ref": id_, "local": start.astimezone(zone).date()} for id_, start in rows]
        if days:
            statement = update(slot).where(slot.c.id == bindparam("ref")).values(day=bindparam("local"))
            await self._connection.execute(statement, days)


def _doctor_values(record: DoctorRecord) -> Values:
    values = {field.name: getattr(record, field.name) for field in fields(record) if field.name != "service"}
    return values | {"age_group": record.age_group.value}


def _slot_values(record: SlotRecord, doctors: Mapping[str, tuple[str, str, ZoneInfo]]) -> Values:
    clinic_id, service_id, zone = doctors[record.doctor_id]
    return {
        "id": slot_ref(record.doctor_id, record.start),
        "clinic_id": clinic_id,
        "service_id": service_id,
        "doctor_id": record.doctor_id,
        "starts_at": record.start,
        "ends_at": record.end,
        "day": record.start.astimezone(zone).date(),
    }


def _spans(rows: Iterable[Values]) -> dict[str, tuple[date, date]]:
    """The first and the last day of each doctor."""
    days: dict[str, list[date]] = defaultdict(list)
    for row in rows:
        days[row["doctor_id"]].append(row["day"])
    return {doctor_id: (min(each), max(each)) for doctor_id, each in days.items()}


def _within(day: date, span: tuple[date, date]) -> bool:
    return span[0] <= day <= span[1]


def _overlap(wanted: Values, standing: Row[Any]) -> bool:
    return bool(wanted["starts_at"] < standing.ends_at and standing.starts_at < wanted["ends_at"])


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
