"""The ready family's prescriptions: what is in them, and families of an earlier release, which get them later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import registry as bot_registry
from bot.settings import Settings
from bot.storage import Storage
from services.accounts.model import Account, Basis, Relation
from services.accounts.ready import families
from services.registry.local.demo import fill_demo
from services.registry.local.demo_clinics import ADULT_HOME
from services.registry.local.demo_family import FamilyMember, _home, enrol_family, ready_family
from services.registry.local.demo_prescriptions import prescribe, prescribe_to_all, prescriptions_of
from services.registry.local.tables import prescription
from services.registry.model import Patient, PatientIdentity, Prescription, PrescriptionStatus, Sex
from services.registry.ports.prescriptions import PrescriptionRecord
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.demo_families import TODAY, TOWN, an_old_family, as_it_was
from tests.support.world import ADULT, World, somebody

A_FAMILY = 10 + 5 + 3 + 2 + 2


@pytest.fixture
async def demo(database: Database, vault: Vault, clock: FakeClock) -> World:
    """Every service over a registry that has the family's two clinics."""
    await fill_demo(database, clock, TOWN)
    return World(database, vault, clock)


async def nothing(_: float) -> None: ...


def had(family: Iterable[FamilyMember]) -> list[list[PrescriptionRecord]]:
    """What each of them has, whoever they are in a registry."""
    return [
        prescriptions_of(each, Patient(f"patient {place}", True, _home(each, TODAY)), TODAY)
        for place, each in enumerate(family)
    ]


@pytest.mark.parametrize("seed", [str(seed) for seed in range(20)])
def test_a_family_has_some_of_everything(seed: str) -> None:
    own, spouse, child, teenager, old = had(ready_family(seed, TODAY))
    all_of_them = [*own, *spouse, *child, *teenager, *old]
    assert len(all_of_them) == A_FAMILY
    assert [own, spouse, child, teenager, old] == had(ready_family(seed, TODAY))
    assert len({each.number for each in all_of_them}) == A_FAMILY
    assert {each.status for each in all_of_them} == set(PrescriptionStatus)
    for each in (own, teenager, old):
        assert {record.commercial for record in each} == {False, True}, "both lists"
    ibuprofen = own[0].drug, own[0].commercial, own[0].status
    assert ibuprofen == ("Ибупрофен, табл. п.о., 200 мг", True, PrescriptionStatus.CANCELLED)
    assert {"Эналаприл", "Аторвастатин"} <= {each.drug.partition(",")[0] for each in old}
    assert [each.status for each in child if "Амоксициллин" in each.drug] == [PrescriptionStatus.DISPENSED]


@pytest.mark.parametrize("seed", [str(seed) for seed in range(20)])
def test_what_is_written_hangs_together(seed: str) -> None:
    family = ready_family(seed, TODAY)
    doctors = {
        " ".join(filter(None, (each.surname, each.name, each.patronymic))): each.clinic_id
        for place in TOWN
        for each in place.doctors
    }
    for member, records in zip(family, had(family), strict=True):
        posts = {each.drug for each in records if each.drug.startswith(("Железа", "Нитрофурантоин"))}
        assert all(drug.startswith("Железа") == (member.identity.sex is Sex.FEMALE) for drug in posts)
        for each in records:
            assert doctors[each.doctor] == each.clinic_id == _home(member, TODAY)
            assert each.drug
            assert each.how
            assert each.amount
            assert each.valid_until is not None
            assert each.issued <= TODAY < each.issued + timedelta(days=365)
            over = each.valid_until < TODAY
            assert over or each.status is not PrescriptionStatus.EXPIRED
            assert not over or each.status is not PrescriptionStatus.ACTIVE
            given = each.status is PrescriptionStatus.DISPENSED
            assert given == (each.dispensed is not None)
            assert each.dispensed is None or each.issued <= each.dispensed <= each.valid_until


def test_two_patients_have_numbers_of_their_own() -> None:
    member = ready_family("1", TODAY)[4]
    patients = [Patient(f"patient {place}", True, ADULT_HOME) for place in range(500)]
    numbers = [each.number for patient in patients for each in prescriptions_of(member, patient, TODAY)]
    assert len(set(numbers)) == len(numbers)


def test_at_another_clinic_nothing_is_invented() -> None:
    assert prescriptions_of(ready_family("1", TODAY)[0], Patient("p", True, "7"), TODAY) == []


# --- a family of today, and those of an earlier release ---------------------------------------------


async def catch_up(world: World) -> None:
    await prescribe_to_all(world.database, world.vault, world.admin, families(world.database), nothing)


async def theirs(world: World, account: Account) -> list[Prescription]:
    people = await world.persons.family(account)
    return [each for who in people for each in await world.registry.prescriptions(who.patient_id)]


async def rows(world: World) -> int:
    return int((await world.database.fetch(select(func.count()).select_from(prescription))).scalar_one())


async def test_who_takes_the_ready_family_has_its_prescriptions_at_once(demo: World) -> None:
    make = bot_registry.ready_family(
        Settings(_env_file=None, demo=True), Storage(demo.database, demo.vault, demo.clock)
    )
    assert make is not None
    account = await demo.account()
    await demo.persons.take_ready_family(account, make)
    found = await theirs(demo, account)
    assert len(found) == await rows(demo) == A_FAMILY
    assert {each.clinic for each in found} == {place.clinic.name for place in TOWN}
    await demo.persons.take_ready_family(account, make)
    assert await rows(demo) == A_FAMILY
    await catch_up(demo)
    assert await theirs(demo, account) == found, "and nothing more at the next start"


async def test_families_of_an_earlier_release_get_theirs(demo: World) -> None:
    first = await an_old_family(demo)
    demo.clock.advance(days=30)
    second = await an_old_family(demo)
    assert await rows(demo) == 0
    demo.clock.advance(days=3)
    await catch_up(demo)
    assert len(await theirs(demo, first)) == len(await theirs(demo, second)) == A_FAMILY
    last_written = [max(each.issued for each in await theirs(demo, account)) for account in (first, second)]
    assert last_written == [TODAY - timedelta(days=9), TODAY + timedelta(days=21)], "by the day it was made"


async def typed(world: World, identity: PatientIdentity, account: Account | None = None) -> None:
    account = account or await world.account()
    await world.person(account, identity, Relation.OWN, Basis.DECLARED, known=False)


async def test_nobody_else_gets_any(demo: World) -> None:
    """Neither who was typed, nor whom the operator has confirmed, nor whoever has only the birth date of a member."""
    await typed(demo, somebody(1, ADULT))
    confirmed = await demo.admin.enrol(somebody(2, ADULT), ADULT_HOME)
    other = await demo.account()
    twin = replace(ready_family(other.id, TODAY)[0].identity, policy=somebody(4, ADULT).policy, snils=None)
    alike = await demo.admin.enrol(twin, ADULT_HOME)
    await typed(demo, twin, other)
    await catch_up(demo)
    assert await rows(demo) == 0
    for patient in (confirmed, alike):
        assert await demo.registry.prescriptions(patient.id) == []


async def test_a_family_that_had_to_be_another_is_found_all_the_same(demo: World) -> None:
    account = await demo.account()
    taken = replace(ready_family(account.id, TODAY)[3].identity, surname="Другой")
    await demo.admin.enrol(taken, ADULT_HOME)
    await demo.persons.take_ready_family(account, as_it_was(demo))
    await catch_up(demo)
    assert len(await theirs(demo, account)) == await rows(demo) == A_FAMILY


async def test_it_is_done_once(demo: World) -> None:
    account = await an_old_family(demo)
    await catch_up(demo)
    before = await theirs(demo, account)
    late = await an_old_family(demo)
    await catch_up(demo)
    assert await theirs(demo, account) == before
    assert await theirs(demo, late) == [], "no start looks at all families again"


async def test_killed_in_the_middle_the_next_start_does_the_rest(demo: World) -> None:
    accounts = [await an_old_family(demo) for _ in range(3)]
    pauses = iter((False, True))

    async def die(_: float) -> None:
        if next(pauses):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await prescribe_to_all(demo.database, demo.vault, demo.admin, families(demo.database), die)
    assert await rows(demo) == 2 * A_FAMILY, "a family is a unit"
    await catch_up(demo)
    assert [len(await theirs(demo, each)) for each in accounts] == [A_FAMILY] * 3
    assert await rows(demo) == 3 * A_FAMILY


async def test_two_processes_at_once_give_each_once(demo: World) -> None:
    accounts = [await an_old_family(demo) for _ in range(4)]
    since = (await demo.registry.changed_prescriptions(None, 1)).cursor
    await asyncio.gather(*(catch_up(demo) for _ in range(3)))
    assert [len(await theirs(demo, each)) for each in accounts] == [A_FAMILY] * 4
    assert await rows(demo) == 4 * A_FAMILY
    told = await demo.registry.changed_prescriptions(since, 1000)
    assert list(told.items) == [], "they have had them all along: nothing new in anybody's record"


async def test_a_start_gives_them_and_a_real_clinic_is_left_alone(demo: World) -> None:
    account = await an_old_family(demo)
    storage = Storage(demo.database, demo.vault, demo.clock)
    await bot_registry.fill_records(Settings(_env_file=None, demo=False, operator_name="Больница"), storage)
    assert await rows(demo) == 0
    await bot_registry.fill_records(Settings(_env_file=None, demo=True), storage)
    assert len(await theirs(demo, account)) == A_FAMILY


async def test_all_of_a_family_is_one_unit(demo: World) -> None:
    members = await enrol_family(demo.admin, "seed", TODAY)
    units: list[str] = []
    demo.database.listen(lambda asked: units.append(str(asked)) if "COMMIT" in str(asked) else None)
    await prescribe(demo.admin, members, TODAY)
    assert len(units) == 1
