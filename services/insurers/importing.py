"""An operator's insurance companies and issue points from CSV files into the registry, all or nothing.

The files are the whole of it: what a file of companies, or of points, does not name any more is closed, for nobody is
to be sent to an office that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.clinics import checks
from services.clinics.checks import Spot
from services.imports.columns import Format
from services.imports.reading import Files, Problems, Row, Where
from services.insurers.columns import FORMAT, INSURERS, POINTS, Insurers, Points
from services.registry.model import Insurer, IssuePoint
from services.registry.ports.insurers import InsurersAdminPort, InsurersReport


class InsurersImporter:
    """`Importer` of insurance companies and issue points."""

    def __init__(self, admin: InsurersAdminPort) -> None:
        self._admin = admin

    @property
    def format(self) -> Format:
        return FORMAT

    async def check(self, files: Files) -> CheckedInsurers:
        checked = CheckedInsurers(self._admin)
        checked.read(files, await self._admin.known_insurers())
        return checked


class CheckedInsurers:
    """`Checked`. A kind of which there was no file stays as it is."""

    def __init__(self, admin: InsurersAdminPort) -> None:
        self._admin = admin
        self._insurers: list[Insurer] = []
        self._points: list[IssuePoint] = []
        self._brought = (False, False)

    @property
    def found(self) -> str:
        return f"{len(self._insurers)} insurers, {len(self._points)} issue points"

    @property
    def left_out(self) -> Problems:
        return Problems()

    def read(self, files: Files, known: Mapping[str, str]) -> None:
        self._brought = files.has([INSURERS]), files.has([POINTS])
        seen: dict[str, Where] = {}
        # Companies of the file are all that there are, where there is one; a wrong one is told once, not by its points.
        regions = {} if self._brought[0] else dict(known)
        for row in files.rows(INSURERS):
            found = _insurer(row)
            _once(row, found.id, seen)
            regions[found.id] = found.region
            if not row.failed:
                self._insurers.append(found)
        seen = {}
        for row in files.rows(POINTS):
            point = _point(row, regions)
            _once(row, point.id, seen)
            if point.insurer_id and point.insurer_id not in regions:
                row.fail("insurer", "there is no insurer with this id")
            if not row.failed:
                self._points.append(point)

    async def load(self) -> str:
        insurers, points = self._brought
        return _told(
            await self._admin.put_insurers(self._insurers if insurers else None, self._points if points else None)
        )

    def close(self) -> None:
        """There is nothing to close."""


def _once(row: Row, ref: str, seen: dict[str, Where]) -> None:
    earlier = seen.setdefault(ref, row.where)
    if ref and earlier != row.where:
        row.fail("id", f"stands on line {earlier.line} of {earlier.file} already")


def _insurer(row: Row) -> Insurer:
    """What the row says; of no use where it has failed."""
    return Insurer(
        id=row.ref(Insurers.ID),
        region=row.read(Insurers.REGION) or "",
        name=row.read(Insurers.NAME) or "",
        phone=row.read(Insurers.PHONE) or "",
        site=row.read(Insurers.SITE) or "",
        address=row.read(Insurers.ADDRESS) or "",
    )


def _point(row: Row, regions: Mapping[str, str]) -> IssuePoint:
    """What the row says; of no use where it has failed. `regions`: of each company that is there."""
    insurer_id = row.ref(Points.INSURER)
    lat, lon = row.read(Points.LAT), row.read(Points.LON)
    if not row.has_failed(Points.LAT, Points.LON):
        row.keep(checks.SPOT, Spot(lat, lon, regions.get(insurer_id, ""), row.text(Points.TOWN)))
    return IssuePoint(
        id=row.ref(Points.ID),
        insurer_id=insurer_id,
        address=row.read(Points.ADDRESS) or "",
        town=row.read(Points.TOWN) or "",
        phone=row.read(Points.PHONE) or "",
        hours=row.read(Points.HOURS) or "",
        lat=lat,
        lon=lon,
    )


def _told(report: InsurersReport) -> str:
    closed = f"closed: {report.closed_insurers} insurers, {report.closed_points} issue points"
    return f"{report.insurers} insurers, {report.points} issue points; {closed}."
