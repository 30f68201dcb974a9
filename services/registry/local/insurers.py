"""Insurance companies of the local registry, and where they give policies out: public, so nothing of it is sealed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, Table, Update, select, update

from services.registry.local.failures import answering
from services.registry.local.loading import Loader, chunks
from services.registry.local.port import LocalPort
from services.registry.local.tables import insurer, issue_point
from services.registry.model import Insurer, IssuePoint
from services.registry.ports.insurers import InsurersReport
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import statement
from services.storage.units import Unit
from services.texts.names import folded


@statement
def _of_region(region: str) -> Select[Any]:
    return select(insurer).where(insurer.c.region == region, insurer.c.closed.is_(False))


@statement
def _points_of(insurer_id: str) -> Select[Any]:
    return select(issue_point).where(issue_point.c.insurer_id == insurer_id, issue_point.c.closed.is_(False))


@statement
def _one(row_id: str, *, of: Table) -> Select[Any]:
    return select(of).where(of.c.id == row_id)


@statement
def _every(*, of: Table) -> Select[Any]:
    return select(of)


@statement
def _close(ids: Collection[str], *, of: Table) -> Update:
    return update(of).where(of.c.id.in_(ids)).values(closed=True)


class LocalInsurers(LocalPort):
    """`InsurersPort`."""

    async def insurers(self, region: str) -> Sequence[Insurer]:
        found = [_insurer(row) for row in await self._ask(_of_region(region))]
        return sorted(found, key=lambda each: (folded(each.name), each.id))

    async def insurer(self, insurer_id: str) -> Insurer | None:
        rows = await self._ask(_one(insurer_id, of=insurer))
        return _insurer(rows[0]) if rows else None

    async def issue_points(self, insurer_id: str) -> Sequence[IssuePoint]:
        found = [_point(row) for row in await self._ask(_points_of(insurer_id))]
        return sorted(found, key=lambda each: (folded(each.town), folded(each.address), each.id))

    async def issue_point(self, point_id: str) -> IssuePoint | None:
        rows = await self._ask(_one(point_id, of=issue_point))
        return _point(rows[0]) if rows else None


class LocalInsurersAdmin:
    """`InsurersAdminPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known_insurers(self) -> Mapping[str, str]:
        with answering():
            rows = (await self._database.fetch(_every(of=insurer))).all()
        return {row.id: row.region for row in rows if not row.closed}

    async def put_insurers(
        self, insurers: Sequence[Insurer] | None, points: Sequence[IssuePoint] | None
    ) -> InsurersReport:
        with answering():
            async with self._database.aside.write() as unit:
                closed_insurers = (
                    0 if insurers is None else await _put(unit, insurer, [asdict(each) for each in insurers])
                )
                closed_points = (
                    0 if points is None else await _put(unit, issue_point, [asdict(each) for each in points])
                )
        return InsurersReport(len(insurers or ()), len(points or ()), closed_insurers, closed_points)


async def _put(unit: Unit, table: Table, records: Sequence[Mapping[str, Any]]) -> int:
    """These are all that there are; gives how many were closed by that."""
    wanted = {each["id"]: {**each, "closed": False} for each in records}
    await Loader(unit, unit.dialect).put_rows(table, wanted)
    there = (await unit.execute(_every(of=table))).all()
    gone = sorted(row.id for row in there if row.id not in wanted and not row.closed)
    for chunk in chunks(gone):
        await unit.execute(_close(chunk, of=table))
    return len(gone)


def _insurer(row: Row) -> Insurer:
    return Insurer(row.id, row.region, row.name, row.phone, row.site, row.address, row.demo)


def _point(row: Row) -> IssuePoint:
    where = row.address, row.town, row.phone, row.hours, row.lat, row.lon
    return IssuePoint(row.id, row.insurer_id, *where, row.demo)
