"""An operator's addresses from CSV files into the registry: everything is checked, then read once more and written."""

from __future__ import annotations

from collections.abc import Iterator

from services.addresses.columns import ADDRESSES, FORMAT, Addresses
from services.imports.columns import Format
from services.imports.reading import Files, Problems, Row
from services.registry.ports.addresses import AddressesAdminPort, AddressesReport, AddressRecord


class AddressesImporter:
    """`Importer` of addresses."""

    def __init__(self, registry: AddressesAdminPort) -> None:
        self._registry = registry

    @property
    def format(self) -> Format:
        return FORMAT

    async def check(self, files: Files) -> CheckedAddresses:
        return CheckedAddresses(files, self._registry)


class CheckedAddresses:
    """`Checked`. A line that stands twice is one address."""

    def __init__(self, files: Files, registry: AddressesAdminPort) -> None:
        self._files = files
        self._registry = registry
        self.left_out = Problems()
        self._lines = sum(1 for _ in self._records())

    @property
    def found(self) -> str:
        return f"{self._lines} addresses"

    async def load(self) -> str:
        return _told(await self._registry.put_addresses(self._records(again=True)))

    def close(self) -> None:
        """Nothing is kept."""

    def _records(self, *, again: bool = False) -> Iterator[AddressRecord]:
        for row in self._files.rows(ADDRESSES, again=again):
            record = _record(row)
            if not row.failed:
                yield record


def _record(row: Row) -> AddressRecord:
    """What the line says; of no use where it has failed."""
    record = AddressRecord(
        region=row.read(Addresses.REGION) or "",
        district=row.read(Addresses.DISTRICT) or "",
        town=row.read(Addresses.TOWN) or "",
        town_kind=row.read(Addresses.TOWN_KIND) or "",
        street=row.read(Addresses.STREET) or "",
        street_kind=row.read(Addresses.STREET_KIND) or "",
        house=row.read(Addresses.HOUSE) or "",
    )
    if row.failed:
        return record
    if record.street and not record.street_kind:
        row.fail("street_kind", "is empty, but there is a street")
    if record.street_kind and not record.street:
        row.fail("street", "is empty, but there is its kind")
    if record.house and not record.street:
        row.fail("street", "is empty, but there is a house")
    return record


def _told(report: AddressesReport) -> str:
    return (
        f"Towns: {report.towns_added} added, {report.towns_changed} updated. "
        f"Streets: {report.streets_added} added, {report.streets_changed} updated. "
        f"Houses: {report.houses_added} added, {report.houses_changed} updated."
    )
