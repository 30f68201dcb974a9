"""What only the registry in our own tables promises of prescriptions: how they come in, and what lies in clear."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, update

from services.registry.local import loading
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.prescriptions import Prescriptions
from services.registry.local.registry import LocalRegistry
from services.registry.local.tables import prescription
from services.registry.model import Clinic, PrescriptionStatus
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.prescriptions import PrescriptionRecord
from services.registry.ports.reports import RecordsReport
from services.storage.engine import Database
from services.storage.rotation import Rotation
from services.storage.vault import KEY_BYTES, Vault
from tests.services.contracts.world import OLEG
from tests.services.test_registry_local import ANNA, CLINIC
from tests.support.clock import FakeClock
from tests.support.thief import steal

NEW_KEY = bytes(range(1, KEY_BYTES + 1))
OLD_KEY = bytes(range(KEY_BYTES))


@pytest.fixture
def admin(database: Database, vault: Vault, clock: FakeClock) -> LocalRegistryAdmin:
    return LocalRegistryAdmin(database, vault, clock)


@pytest.fixture
def registry(database: Database, vault: Vault, clock: FakeClock) -> LocalRegistry:
    return LocalRegistry(database, vault, clock, registers_patients=False)


@pytest.fixture
async def record(admin: LocalRegistryAdmin) -> PrescriptionRecord:
    """Ready to be put: for Anna, at the one clinic that there is."""
    await admin.load([CLINIC], [], [])
    return PrescriptionRecord(
        number="50АА 000001",
        patient_id=(await admin.enrol(ANNA, CLINIC.id)).id,
        commercial=True,
        drug="Ибупрофен, таблетки, 200 мг",
        how="По 1 таблетке при боли",
        amount="№ 20",
        clinic_id=CLINIC.id,
        doctor="Ветров Иван Ильич",
        issued=date(2026, 11, 20),
        valid_until=date(2027, 1, 19),
        status=PrescriptionStatus.ACTIVE,
    )


def numbered(record: PrescriptionRecord, count: int) -> list[PrescriptionRecord]:
    return [replace(record, number=f"50АА {number:06}") for number in range(count)]


async def rows(database: Database) -> int:
    return int((await database.fetch(select(func.count()).select_from(prescription))).scalar_one())


async def test_what_became_of_what_was_brought(admin: LocalRegistryAdmin, record: PrescriptionRecord) -> None:
    oleg = await admin.enrol(OLEG, CLINIC.id)
    first, second = replace(record, number="1"), replace(record, number="2")
    assert await admin.put_prescriptions([first, second]) == RecordsReport(added=2)
    again = [
        first,
        replace(second, status=PrescriptionStatus.CANCELLED),
        replace(first, patient_id=oleg.id, number="3"),
        replace(second, patient_id="nobody", number="4"),
        replace(second, clinic_id="nowhere", number="5"),
    ]
    told = RecordsReport(added=1, changed=1, kept=1, unknown_patients=1, unknown_clinics=1)
    assert await admin.put_prescriptions(again) == told
    assert await admin.put_prescriptions([]) == RecordsReport()


async def test_a_number_that_stands_for_somebody_else_changes_nothing(
    admin: LocalRegistryAdmin, registry: LocalRegistry, record: PrescriptionRecord
) -> None:
    oleg = await admin.enrol(OLEG, CLINIC.id)
    await admin.put_prescriptions([record])
    before = await registry.prescriptions(record.patient_id)
    taken = replace(record, patient_id=oleg.id, drug="Другое")
    assert await admin.put_prescriptions([taken]) == RecordsReport(others=1)
    assert await registry.prescriptions(record.patient_id) == before
    assert await registry.prescriptions(oleg.id) == []


@pytest.mark.parametrize("number", ["50аа 000001", " 50АА000001", "50 АА 000001.", "50АА\u00a0000\u200b001"])
async def test_a_number_is_one_however_it_is_written(
    admin: LocalRegistryAdmin, registry: LocalRegistry, record: PrescriptionRecord, number: str
) -> None:
    await admin.put_prescriptions([record])
    await admin.put_prescriptions([replace(record, number=number)])
    assert [each.number for each in await registry.prescriptions(record.patient_id)] == [number]


async def test_of_two_with_one_number_the_later_counts(
    admin: LocalRegistryAdmin, registry: LocalRegistry, record: PrescriptionRecord
) -> None:
    twice = [record, replace(record, drug="Другое")]
    assert await admin.put_prescriptions(twice) == RecordsReport(added=1)
    assert [each.drug for each in await registry.prescriptions(record.patient_id)] == ["Другое"]


async def test_a_prescription_keeps_what_was_said_of_its_clinic(
    admin: LocalRegistryAdmin, registry: LocalRegistry, record: PrescriptionRecord
) -> None:
    await admin.put_prescriptions([record])
    moved = replace(CLINIC, name="Поликлиника на Садовой", address="ул. Садовая, д. 5")
    await admin.load([moved], [], [])
    assert await admin.put_prescriptions([record]) == RecordsReport(kept=1), "told to nobody"
    assert await clinics_of(registry, record) == [(CLINIC.name, "Мытищи, ул. Мира, д. 1")]

    other = Clinic("o", "Больница", "", "Химки", *("50", "", "", "Europe/Moscow", CLINIC.age_group))
    await admin.load([other], [], [])
    elsewhere = replace(record, clinic_id="o")
    assert await admin.put_prescriptions([elsewhere]) == RecordsReport(changed=1)
    assert await clinics_of(registry, record) == [("Больница", "Химки")]


async def clinics_of(registry: LocalRegistry, record: PrescriptionRecord) -> Sequence[tuple[str, str]]:
    return [(each.clinic, each.clinic_address) for each in await registry.prescriptions(record.patient_id)]


async def test_cut_short_it_goes_on_where_it_was(
    database: Database,
    vault: Vault,
    clock: FakeClock,
    record: PrescriptionRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loading, "CHUNK", 20)
    pauses = iter((False, False, True))

    async def pause(_: float) -> None:
        if next(pauses, False):
            raise KeyboardInterrupt

    admin, wanted = LocalRegistryAdmin(database, vault, clock, pause), numbered(record, 110)
    with pytest.raises(KeyboardInterrupt):
        await admin.put_prescriptions(wanted)
    assert await rows(database) == 60, "short units, one after another"
    assert await admin.put_prescriptions(wanted) == RecordsReport(added=50, kept=60)


async def test_two_who_bring_the_same_at_once_bring_it_once(
    admin: LocalRegistryAdmin, database: Database, record: PrescriptionRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "CHUNK", 20)
    wanted = numbered(record, 100)
    done = await asyncio.gather(
        admin.put_prescriptions(wanted), admin.put_prescriptions(wanted[::-1]), admin.put_prescriptions(wanted[50:])
    )
    assert sum(done, RecordsReport()) == RecordsReport(added=100, kept=150)
    assert await rows(database) == 100


async def test_whoever_has_the_database_alone_learns_whose_there_are_and_how_many(
    admin: LocalRegistryAdmin, database: Database, record: PrescriptionRecord
) -> None:
    await admin.put_prescriptions([record, replace(record, number="2", status=PrescriptionStatus.CANCELLED)])
    own = {name: values for name, values in (await steal(database))._values.items() if "registry_prescription" in name}
    assert {name.partition(".")[2] for name in own} == {"id", "patient_id", "content", "number_index", "change"}
    words = ("Ибупрофен", "таблетке", "Ветров", "2026", "active", "cancelled", "000001", CLINIC.name, "true")
    for name, values in own.items():
        assert not [value for value in values for word in words if word in str(value)], name
    (first, second) = (await database.fetch(select(prescription.c.number_index))).scalars()
    assert len(first) == len(second) == 64


async def test_another_key_finds_the_same_numbers(
    admin: LocalRegistryAdmin, database: Database, clock: FakeClock, record: PrescriptionRecord
) -> None:
    """Before its row is sealed anew, and after; and once the old key is gone."""
    wanted = numbered(record, 6)
    await admin.put_prescriptions(wanted[:4])
    ring = Vault(NEW_KEY, OLD_KEY)
    beside = LocalRegistryAdmin(database, ring, clock)
    assert await beside.put_prescriptions(wanted[:5]) == RecordsReport(added=1, kept=4)

    async def pause(_: float) -> None: ...

    remakes = {prescription.c.content: Prescriptions(ring).indexes_of}
    done = await Rotation(database, ring, [prescription], remakes, pause).run()
    assert (done.values, done.unreadable) == (4, [])
    later = LocalRegistryAdmin(database, Vault(NEW_KEY), clock)
    assert await later.put_prescriptions(wanted) == RecordsReport(added=1, kept=5)
    assert await rows(database) == 6


async def test_one_that_is_damaged_is_never_left_out_in_silence_and_stops_no_changes(
    admin: LocalRegistryAdmin,
    registry: LocalRegistry,
    database: Database,
    record: PrescriptionRecord,
    caplog: pytest.LogCaptureFixture,
) -> None:
    since = (await registry.changed_prescriptions(None, 10)).cursor
    await admin.put_prescriptions([record, replace(record, number="2")])
    damaged, whole = await registry.prescriptions(record.patient_id)
    await database.execute(
        update(prescription).where(prescription.c.id == damaged.id).values(content=b"\x01" + bytes(60))
    )
    with pytest.raises(RegistryUnavailable):
        await registry.prescriptions(record.patient_id)
    assert await registry.prescription(whole.id) == whole
    page = await registry.changed_prescriptions(since, 10)
    assert (list(page.items), page.more) == ([whole], False)
    assert damaged.id in caplog.text
    assert record.patient_id not in caplog.text

    assert (await admin.put_prescriptions([replace(record, number=damaged.number)])).changed == 1
    assert await registry.prescriptions(record.patient_id) == [damaged, whole], "brought again, it is whole again"


async def test_a_database_that_is_gone_is_a_registry_that_does_not_answer(
    admin: LocalRegistryAdmin, registry: LocalRegistry, database: Database, record: PrescriptionRecord
) -> None:
    await database.execute(prescription.delete())
    async with database.write() as unit:
        await unit.run_sync(prescription.drop)
    with pytest.raises(RegistryUnavailable):
        await registry.prescriptions(record.patient_id)
    with pytest.raises(RegistryUnavailable):
        await registry.changed_prescriptions("0", 10)
    with pytest.raises(RegistryUnavailable):
        await admin.put_prescriptions([record])
