"""The ready family's insurance: who insures it, what its care has cost, and families of an earlier release."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot import registry as bot_registry
from bot.settings import Settings
from bot.storage import Storage
from services.accounts.model import Account
from services.accounts.ready import families
from services.costs.model import Period
from services.costs.statement import compiled, latest
from services.registry.local.demo import fill_demo
from services.registry.local.demo_clinics import ADULT_HOME, THERAPIST
from services.registry.local.demo_family import _home, ready_family
from services.registry.local.demo_insurance import (
    ELSEWHERE,
    INSURERS,
    REGION,
    cases_of,
    coverage_of,
    insure_all,
    pay_for_visits,
)
from services.registry.local.demo_prescriptions import prescriptions_of
from services.registry.model import CareCase, CoverageStatus, Patient
from services.storage.engine import Database
from services.storage.vault import Vault
from services.texts.dates import full_years, local
from tests.support.clock import FakeClock
from tests.support.demo_families import TODAY, TOWN, an_old_family
from tests.support.world import World

SEEDS = [str(seed) for seed in range(20)]


@pytest.fixture
async def demo(database: Database, vault: Vault, clock: FakeClock) -> World:
    """Every service over a registry that has the family's two clinics."""
    await fill_demo(database, clock, TOWN)
    return World(database, vault, clock)


def patients(seed: str) -> list[Patient]:
    return [
        Patient(f"{seed} {place}", True, _home(each, TODAY)) for place, each in enumerate(ready_family(seed, TODAY))
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_is_insured_and_attached_since_after_their_birth(seed: str) -> None:
    for member, patient in zip(ready_family(seed, TODAY), patients(seed), strict=True):
        told = coverage_of(member, patient, TODAY)
        assert told == coverage_of(member, patient, TODAY)
        moved, small = member.relation == "own", full_years(member.identity.birth_date, TODAY) < 7
        assert (told.insurer, told.insurer_phone) in ([ELSEWHERE[1:]] if moved else INSURERS)
        assert told.region == (ELSEWHERE[0] if moved else REGION)
        assert told.status is (CoverageStatus.ENDED if small else CoverageStatus.VALID)
        assert (told.until is not None and told.until < TODAY) if small else told.until is None
        for day in (told.since, told.attached_since):
            assert day is not None
            assert member.identity.birth_date < day < TODAY
        assert told.doctor


@pytest.mark.parametrize("seed", SEEDS)
def test_some_years_of_care_hang_together(seed: str) -> None:
    for member, patient in zip(ready_family(seed, TODAY), patients(seed), strict=True):
        told = cases_of(member, patient, TODAY)
        assert told == cases_of(member, patient, TODAY)
        assert len({(each.number, each.version) for each in told}) == len(told)
        for each in told:
            assert member.identity.birth_date <= each.begun <= each.ended < TODAY + timedelta(days=3)
            assert each.cost > 0
            assert each.cost == each.cost.quantize(Decimal("0.01"))
            assert all((each.region, each.clinic, each.kind, each.condition, each.service))
        assert any(each.void for each in told)
        assert len(latest(told)) == len({each.number for each in told}) - 1, "one was taken back"
        years = {each.ended.year for each in latest(told)}
        assert len(years) >= 3, "this year, last year, and before"
        prescribed = {each.issued for each in prescriptions_of(member, patient, TODAY)}
        assert prescribed <= {each.begun for each in told}, "a visit stands behind each prescription"


def test_a_grandmother_was_in_hospital_and_it_cost_most() -> None:
    member, patient = ready_family("1", TODAY)[4], patients("1")[4]
    told = compiled(cases_of(member, patient, TODAY), Period(date(2025, 1, 1), date(2025, 12, 31)))
    cases = [each for clinic in told.clinics for each in clinic.cases]
    dearest = max(cases, key=lambda each: each.cost)
    assert dearest.condition == "стационарно"
    assert dearest.ended - dearest.begun == timedelta(days=8)


def test_at_another_clinic_nothing_is_invented() -> None:
    member, patient = ready_family("1", TODAY)[0], Patient("p", True, "7")
    assert cases_of(member, patient, TODAY) == []
    assert coverage_of(member, patient, TODAY).doctor == ""


# --- a family of today, and those of an earlier release ---------------------------------------------


async def insured(world: World, account: Account) -> list[bool]:
    """Of each of them: whether who insures them is known, and what their care has cost."""
    known = []
    for each in await world.persons.family(account):
        assert each.patient_id is not None
        asked = await world.registry.coverage(each.patient_id), await world.registry.care_cases(each.patient_id)
        known.append(all(asked))
    return known


async def test_who_takes_the_ready_family_is_insured_at_once(demo: World) -> None:
    make = bot_registry.ready_family(
        Settings(_env_file=None, demo=True), Storage(demo.database, demo.vault, demo.clock)
    )
    assert make is not None
    account = await demo.account()
    await demo.persons.take_ready_family(account, make)
    assert await insured(demo, account) == [True] * 5


async def test_a_start_gives_it_to_families_of_an_earlier_release_and_to_nobody_else(demo: World) -> None:
    first = await an_old_family(demo)
    demo.clock.advance(days=30)
    second = await an_old_family(demo)
    stranger = await demo.admin.enrol(ready_family("somebody else", TODAY)[0].identity, ADULT_HOME)
    storage = Storage(demo.database, demo.vault, demo.clock)
    await bot_registry.fill_records(Settings(_env_file=None, demo=False, operator_name="Больница"), storage)
    assert await insured(demo, first) == [False] * 5, "a real clinic is left alone"
    await bot_registry.fill_records(Settings(_env_file=None, demo=True), storage)
    assert await insured(demo, first) == await insured(demo, second) == [True] * 5
    assert await demo.registry.coverage(stranger.id) is None
    before = await demo.registry.care_cases((await demo.persons.family(first))[0].patient_id or "")
    await insure_all(demo.database, demo.vault, demo.admin, families(demo.database))
    assert list(await demo.registry.care_cases((await demo.persons.family(first))[0].patient_id or "")) == list(before)


async def test_a_visit_that_was_booked_here_is_a_case_once_it_has_taken_place(demo: World, clock: FakeClock) -> None:
    member = ready_family("own", TODAY)[0]
    patient = await demo.admin.enrol(member.identity, ADULT_HOME)
    (first, second, *_) = await demo.registry.slots(ADULT_HOME, THERAPIST.id, age=36)
    cancelled = await demo.at_the_desk(patient, first)
    await demo.registry.cancel(cancelled.id)
    visit = await demo.at_the_desk(patient, second)

    async def paid() -> list[CareCase]:
        await pay_for_visits(demo.database, demo.admin, clock.now())
        return list(await demo.registry.care_cases(patient.id))

    assert await paid() == [], "it has not taken place yet"
    clock.set(visit.end)
    (case,) = await paid()
    assert (case.clinic, case.begun) == (visit.clinic.name, local(visit.start, "Europe/Moscow").date())
    assert "терапевта" in case.service
    assert case.cost > 0
    assert await paid() == [case], "told again, it is the same"
