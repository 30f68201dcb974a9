"""The demo: forty invented clinics whose times move on every night, and a family ready to try it with."""

from __future__ import annotations

import asyncio
import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, func, select

from services.accounts.fields import luhn_ok, parse_snils, policy_warnings
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.demo import DAYS_AHEAD, FILLED, fill_demo, free_times, roll_demo
from services.registry.local.demo_clinics import ADULT_HOME, CHILD_HOME, DOCTORS, REGION, TZ, demo_clinics
from services.registry.local.demo_family import enrol_family, ready_family
from services.registry.local.registry import LocalRegistry
from services.registry.local.tables import REF, slot, visit
from services.registry.model import AgeGroup, Booked, Sex
from services.storage.engine import Database
from services.storage.tables import setting
from services.storage.vault import Vault
from services.texts.dates import full_years
from tests.support.clock import FakeClock

TODAY = date(2026, 11, 23)
MOSCOW = ZoneInfo(TZ)
TOWN = list(demo_clinics())[:4]
"""The first town is enough for what is not about numbers."""


def test_the_same_clinics_and_doctors_at_every_run() -> None:
    clinics = list(demo_clinics())
    assert clinics == list(demo_clinics())
    doctors = [doctor for place in clinics for doctor in place.doctors]
    assert (len(clinics), len(doctors)) == (40, DOCTORS)
    assert len({place.clinic.town for place in clinics}) == 12
    assert len({doctor.id for doctor in doctors}) == len(doctors)
    assert {AgeGroup.ADULT, AgeGroup.CHILD, AgeGroup.ANY} == {place.clinic.age_group for place in clinics}
    for place in clinics:
        clinic = place.clinic
        assert clinic.demo
        assert "демо" not in clinic.name, "it is said once a screen, by the views"
        assert clinic.region == REGION
        assert clinic.lat is not None
        assert clinic.lon is not None
        assert 54.8 < clinic.lat < 56.4
        assert 37.1 < clinic.lon < 38.9
        assert re.fullmatch(r"\+7 495 000-\d\d-\d\d", clinic.phone)
        assert re.fullmatch(r"1-5 \d\d:\d\d-\d\d:\d\d(; \d(-\d)? \d\d:\d\d-\d\d:\d\d)?", clinic.hours)
    assert all(len(doctor.id) <= REF and len(doctor.service_id) <= REF for doctor in doctors)


def test_names_agree_with_the_patronymic() -> None:
    for place in demo_clinics():
        for doctor in place.doctors:
            woman = (doctor.patronymic or "").endswith("вна")
            assert woman == doctor.surname.endswith("а"), doctor
            assert woman == (doctor.name[-1] in "аяь" and doctor.name not in ("Илья", "Никита", "Игорь")), doctor


def test_a_time_that_is_free_was_free_the_day_before() -> None:
    doctor = next(iter(demo_clinics())).doctors[0]
    before, now = set(free_times(doctor, TODAY)), set(free_times(doctor, TODAY + timedelta(days=1)))
    last_day = TODAY + timedelta(days=DAYS_AHEAD)
    assert {time for time in now if time.start.astimezone(MOSCOW).date() <= last_day} <= before


async def test_two_weeks_to_book_from(database: Database, vault: Vault, clock: FakeClock) -> None:
    # 1. The demo is filled once a day.
    assert await fill_demo(database, clock, TOWN)
    assert not await fill_demo(database, clock, TOWN)
    registry = LocalRegistry(database, vault, clock, registers_patients=True)
    assert len(await registry.clinics(REGION)) == len(TOWN)

    # 2. An adults' clinic has times today to two weeks on; somewhere a service has none at all.
    services = {offer.name: offer for offer in await registry.services(ADULT_HOME, age=36)}
    assert services["Терапевт"].free > 50
    assert (services["Кардиолог"].free, services["Кардиолог"].nearest) == (0, None)
    assert await registry.services(ADULT_HOME, age=6) == []
    days = [offer.day for offer in await registry.days(ADULT_HOME, "110", age=36)]
    assert days[-1] == TODAY + timedelta(days=DAYS_AHEAD)
    assert all(day.weekday() != 6 for day in days)

    # 3. The family books: the child in its clinic, the adult in the other.
    admin = LocalRegistryAdmin(database, vault, clock)
    family = await enrol_family(admin, "account", TODAY)
    assert [patient.clinic_id for _, patient in family] == [
        ADULT_HOME,
        ADULT_HOME,
        CHILD_HOME,
        CHILD_HOME,
        ADULT_HOME,
    ]
    assert [await registry.find_patient(member.identity) for member, _ in family] == [each for _, each in family]
    own, child = family[0][1], family[2][1]
    for patient, clinic_id, service_id, age in ((own, ADULT_HOME, "110", 36), (child, CHILD_HOME, "59", 6)):
        (nearest,) = await registry.slots(clinic_id, service_id, age=age, limit=1)
        assert isinstance(await registry.book(nearest.id, patient.id, nearest.id), Booked)

    # 4. A night passes: a new day is there, the visits still are, and doing it twice changes nothing.
    clock.advance(days=1)
    assert await fill_demo(database, clock, TOWN)
    days = [offer.day for offer in await registry.days(ADULT_HOME, "110", age=36)]
    assert days[-1] == TODAY + timedelta(days=DAYS_AHEAD + 1)
    assert len(await registry.visits([own.id, child.id])) == 2
    before = await _slots(database)
    await roll_demo(database, clock, TOWN)
    assert await _slots(database) == before

    # 5. A week without a bot: nothing untaken is left of the days before yesterday.
    clock.advance(days=7)
    await roll_demo(database, clock, TOWN)
    oldest = (await database.fetch(select(func.min(slot.c.day)).where(slot.c.visit_id.is_(None)))).scalar_one()
    assert oldest >= TODAY + timedelta(days=7)
    taken = (await database.fetch(select(func.count()).where(slot.c.visit_id.is_not(None)))).scalar_one()
    assert taken == (await database.fetch(select(func.count()).select_from(visit))).scalar_one() == 2


async def test_the_whole_demo(database: Database, vault: Vault, clock: FakeClock) -> None:
    assert await fill_demo(database, clock)
    registry = LocalRegistry(database, vault, clock, registers_patients=True)
    assert await registry.regions() == {REGION: 40}
    for clinic in await registry.clinics(REGION):
        age = 6 if clinic.age_group is AgeGroup.CHILD else 36
        offers = await registry.services(clinic.id, age=age)
        assert sum(offer.free for offer in offers) > 100


async def test_a_fill_that_was_killed_goes_on(database: Database, clock: FakeClock) -> None:
    await fill_demo(database, clock, TOWN)
    whole = await _slots(database)
    await database.execute(delete(setting).where(setting.c.name == FILLED))
    await database.execute(delete(slot).where(slot.c.clinic_id > "demo-02"))
    assert await fill_demo(database, clock, TOWN)
    assert await _slots(database) == whole


@pytest.mark.parametrize("today", [TODAY, date(2024, 2, 29), date(2027, 3, 1), date(2026, 12, 31)])
def test_the_ready_family_passes_every_check(today: date) -> None:
    for seed in map(str, range(50)):
        family = ready_family(seed, today)
        assert family == ready_family(seed, today)
        assert [member.relation for member in family] == ["own", "spouse", "child", "child", "parent"]
        people = [member.identity for member in family]
        ages = [full_years(person.birth_date, today) for person in people]
        assert ages == [36, 38, 6, 15, 78]
        assert ages == [full_years(person.birth_date, today + timedelta(days=21)) for person in people]
        assert {people[0].sex, people[1].sex} == {Sex.MALE, Sex.FEMALE}
        assert people[0].surname.removesuffix("а") == people[2].surname.removesuffix("а")
        for person in people:
            assert luhn_ok(person.policy.number)
            assert not policy_warnings(person.policy, person.birth_date, person.sex)
            assert parse_snils(person.snils or "") == person.snils
            assert (person.sex is Sex.FEMALE) == person.surname.endswith("а")
            assert (person.sex is Sex.FEMALE) == (person.patronymic or "").endswith("вна")


async def test_each_account_gets_a_family_of_its_own(database: Database, vault: Vault, clock: FakeClock) -> None:
    await fill_demo(database, clock, TOWN)
    admin = LocalRegistryAdmin(database, vault, clock)
    families = [await enrol_family(admin, seed, TODAY) for seed in ("one", "two")]
    assert len({patient.id for family in families for _, patient in family}) == 10
    assert [patient for _, patient in await enrol_family(admin, "one", TODAY)] == [each for _, each in families[0]]


async def _slots(database: Database) -> set[tuple[str, str | None]]:
    rows = await database.fetch(select(slot.c.id, slot.c.visit_id))
    return {(row.id, row.visit_id) for row in rows}


async def test_two_processes_that_fill_it_at_once_have_the_same_times(database: Database, clock: FakeClock) -> None:
    await fill_demo(database, clock, TOWN)
    times = select(slot.c.id).order_by(slot.c.id)
    filled = (await database.fetch(times)).scalars().all()
    await database.execute(delete(slot))
    await asyncio.gather(*(roll_demo(database, clock, TOWN) for _ in range(3)))
    assert (await database.fetch(times)).scalars().all() == filled
