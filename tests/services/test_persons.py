"""Persons of an account: own, family, others; matched with the registry; sealed at rest."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, func, select

from services.accounts.model import Account, Basis, Person, Relation
from services.accounts.persons import ConfirmedPerson, ReadyFamily
from services.accounts.tables import person
from services.errors import Denial, NotAllowed, NotFound
from services.limits.model import LIMITS, Act
from services.registry.local.demo_family import ready_family
from services.registry.local.patients import Patients
from services.registry.local.tables import patient as patients
from services.registry.model import Patient, PatientIdentity, Policy, PolicyKind
from services.registry.ports.errors import PatientConflict, RegistryUnavailable
from services.storage.types import Sealed
from services.storage.vault import Vault
from services.tables import metadata
from tests.support.world import ADULT, CHILD, CLINIC, World, somebody

ANNA = somebody(1, ADULT, "Ёлкина-Палкина")
NO_POLICY = Policy(PolicyKind.NONE)


async def stored_persons(world: World) -> int:
    count: int = (await world.database.fetch(select(func.count()).select_from(person))).scalar_one()
    return count


async def kept(world: World, whom: Person) -> tuple[str | None, bool]:
    """The clinic of attachment, and whether the registry knows the policy: as the row has it."""
    row = (await world.database.fetch(select(person).where(person.c.id == whom.id))).one()
    return row.clinic_id, row.verified_at is not None


# --- unsealing ------------------------------------------------------------------------------------


async def test_a_person_is_unsealed_once_for_each_content_of_their_rows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await world.account()
    own = await world.persons.register_own(account, ANNA)
    opened = Counter[str]()
    open_json = Vault.open_json

    def counted(vault: Vault, column: Column[Any], row_id: str, sealed: Sealed) -> Any:
        opened[row_id] += 1
        return open_json(vault, column, row_id, sealed)

    monkeypatch.setattr(Vault, "open_json", counted)
    assert await world.persons.family(account) == await world.persons.family(account) == (own,)
    assert opened[own.id] <= 1
    await world.persons.register_own(account, replace(ANNA, phone="+79990000000"))
    assert (await world.persons.family(account))[0].identity.phone == "+79990000000"
    before = opened[own.id]
    assert (await world.persons.get(account, own.id)).identity.phone == "+79990000000"
    assert opened[own.id] == before


# --- one's own form -------------------------------------------------------------------------------


async def test_a_form_that_the_registry_knows_is_matched_and_nothing_is_told_of_it(world: World) -> None:
    patient = await world.admin.enrol(ANNA, CLINIC.id)
    account = await world.account()
    own = await world.persons.register_own(account, ANNA)
    assert own.relation is Relation.OWN
    assert own.bases == ((Basis.DECLARED, None),), "what somebody types never comes confirmed"
    assert own.identity == ANNA
    assert own.patient_id == patient.id
    assert (own.clinic_id, own.verified) == (None, False), "what the registry says is not told to whoever types a name"
    assert await world.persons.own(account) == own
    assert await kept(world, own) == (CLINIC.id, True), "it is kept until documents are seen"


async def test_a_form_that_the_demo_registry_does_not_know_is_entered_there(world: World) -> None:
    own = await world.persons.register_own(await world.account(), ANNA)
    assert own.patient_id is not None
    assert (own.clinic_id, own.verified) == (None, False)


async def test_a_registry_that_takes_nobody_leaves_the_form_unmatched(world: World) -> None:
    strict = World(world.database, world.vault, world.clock, registers_patients=False)
    own = await strict.persons.register_own(await strict.account(), ANNA)
    assert (own.patient_id, own.verified) == (None, False)
    assert strict.registry.asked["register_patient"] == 0


async def test_a_policy_that_stands_for_somebody_else_stores_nothing(world: World) -> None:
    await world.admin.enrol(ANNA, CLINIC.id)
    account = await world.account()
    for other in (replace(ANNA, surname="Другая"), replace(ANNA, birth_date=ANNA.birth_date + timedelta(days=1))):
        with pytest.raises(PatientConflict):
            await world.persons.register_own(account, other)
    assert await world.persons.own(account) is None
    assert await stored_persons(world) == 0


async def test_a_silent_registry_does_not_lose_the_form(world: World) -> None:
    world.registry.unavailable = {"find_patient"}
    account = await world.account()
    own = await world.persons.register_own(account, ANNA)
    assert (own.identity, own.patient_id, own.verified) == (ANNA, None, False)
    world.registry.unavailable = set()
    patient = await world.admin.enrol(ANNA, CLINIC.id)
    await world.persons.set_patient(own.id, patient)
    again = await world.persons.get(account, own.id)
    assert (again.patient_id, again.verified) == (patient.id, False)
    assert await kept(world, again) == (CLINIC.id, True)


async def test_without_a_policy_nobody_is_looked_for_or_entered(world: World) -> None:
    own = await world.persons.register_own(await world.account(), replace(ANNA, policy=NO_POLICY, snils=None))
    assert own.patient_id is None
    assert sum(world.registry.asked.values()) == 0


async def test_without_a_policy_the_snils_finds_a_patient_but_enters_none(world: World) -> None:
    patient = await world.admin.enrol(ANNA, CLINIC.id)
    own = await world.persons.register_own(await world.account(), replace(ANNA, policy=NO_POLICY))
    assert own.patient_id == patient.id
    stranger = replace(somebody(2, ADULT), policy=NO_POLICY)
    assert (await world.persons.register_own(await world.account(), stranger)).patient_id is None
    assert world.registry.asked["register_patient"] == 0


async def test_filling_the_form_again_replaces_what_was_typed(world: World) -> None:
    account = await world.account()
    first = await world.persons.register_own(account, replace(ANNA, policy=NO_POLICY, snils=None))
    patient = await world.admin.enrol(ANNA, CLINIC.id)
    again = await world.persons.register_own(account, ANNA)
    assert again.id == first.id
    assert (again.identity, again.patient_id) == (ANNA, patient.id)
    assert await kept(world, again) == (CLINIC.id, True)
    assert await stored_persons(world) == 1


# --- family ---------------------------------------------------------------------------------------


def family_of(world: World) -> ReadyFamily:
    async def make(seed: str, today: date) -> Sequence[tuple[Relation, PatientIdentity, Patient]]:
        return [
            (Relation(member.relation), member.identity, await world.admin.enrol(member.identity, CLINIC.id))
            for member in ready_family(seed, today)
        ]

    return make


async def test_the_ready_family_and_what_each_member_rests_on(world: World) -> None:
    account = await world.account()
    family = await world.persons.take_ready_family(account, family_of(world))
    a_year_on = world.clock.now() + timedelta(days=365)
    assert [(each.relation, each.bases) for each in family] == [
        (Relation.OWN, ((Basis.DESK, None),)),
        (Relation.SPOUSE, ((Basis.CONSENT, a_year_on),)),
        (Relation.CHILD, ((Basis.DESK, None),)),
        (Relation.CHILD, ((Basis.DESK, None),)),
        (Relation.PARENT, ((Basis.CONSENT, a_year_on),)),
    ]
    assert all(each.patient_id for each in family)
    by_papers = [each for each in family if each.shown is not None]
    assert [each.relation for each in by_papers] == [Relation.OWN, Relation.CHILD, Relation.CHILD]
    assert all(each.verified and each.clinic_id for each in by_papers)
    years = [2026 - each.born.year for each in family]
    assert years == [pytest.approx(age, abs=1) for age in (36, 38, 6, 15, 78)], "in the order in which it is told"


async def test_each_account_has_a_family_of_its_own(world: World) -> None:
    families = [
        await world.persons.take_ready_family(await world.account(), family_of(world)),
        await world.persons.take_ready_family(await world.account(), family_of(world)),
    ]
    everybody = [each for family in families for each in family]
    assert len({each.id for each in everybody}) == 10
    assert len({each.patient_id for each in everybody}) == 10
    assert len({each.identity.policy.number for each in everybody if each.shown is not None}) == 6


async def test_ones_own_comes_first_and_the_others_as_they_were_added(world: World) -> None:
    account = await world.account()
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    world.clock.advance(seconds=1)
    other = await world.person(account, somebody(3, ADULT), Relation.OTHER, Basis.DECLARED)
    world.clock.advance(seconds=1)
    own = await world.person(account, ANNA)
    assert [each.id for each in await world.persons.family(account)] == [own.id, child.id, other.id]


async def test_whom_name_and_surname_do_not_tell_apart_is_listed_with_the_year_that_may_be_shown(world: World) -> None:
    account = await world.account()
    father = await world.person(
        account, replace(somebody(1, date(1958, 5, 1), "Иванов"), name="Александр", patronymic="Сергеевич")
    )
    assert (await world.persons.family(account))[0].listed_name == father.full_name
    others = (
        (replace(somebody(2, CHILD, "ИВАНОВ"), name="Александр", patronymic="Александрович"), Basis.DESK),
        (replace(somebody(3, ADULT, "Иванов"), name="Александр", patronymic="Сергеевич"), Basis.CONSENT),
        (somebody(4, CHILD, "Иванов"), Basis.DESK),
    )
    for each, basis in others:
        world.clock.advance(seconds=1)
        await world.person(account, each, Relation.CHILD, basis)
    assert [each.listed_name for each in await world.persons.family(account)] == [
        "Иванов Александр Сергеевич (1958)",
        "ИВАНОВ Александр Александрович (2020)",
        "Иванов Александр Сергеевич",
        "Иванов Аннад Сергеевна",
    ]
    assert [each.alike for each in await world.persons.family(account)] == [True, True, True, False]


async def test_a_person_with_several_bases_is_one_person(world: World) -> None:
    account = await world.account()
    until = world.clock.now() + timedelta(days=30)
    someone = await world.person(account, ANNA, Relation.SPOUSE, Basis.DECLARED, Basis.CONSENT, until=until)
    assert set(someone.bases) == {(Basis.DECLARED, until), (Basis.CONSENT, until)}
    assert len(await world.persons.family(account)) == 1


async def test_somebody_elses_person_is_not_found(world: World) -> None:
    mine, other = await world.account(), await world.account()
    theirs = await world.person(other, ANNA)
    for person_id in (theirs.id, "no-such-one", ""):
        with pytest.raises(NotFound):
            await world.persons.get(mine, person_id)
    assert await world.persons.family(mine) == ()
    assert await world.persons.own(mine) is None
    assert await world.persons.same_as(mine, ANNA) is None


async def test_who_is_typed_again_is_the_same_person(world: World) -> None:
    account = await world.account()
    someone = await world.person(account, ANNA, Relation.OTHER, Basis.DECLARED)
    assert await world.persons.same_as(account, replace(ANNA, phone=None, snils=None)) == someone
    assert await world.persons.same_as(account, replace(ANNA, surname="Елкина\u2011 палкина.")) == someone
    assert await world.persons.same_as(account, somebody(2, ADULT)) is None
    later = replace(ANNA, birth_date=ANNA.birth_date + timedelta(days=1))
    assert await world.persons.same_as(account, later) is None


async def test_two_children_without_policies_are_two_people(world: World) -> None:
    """Twins are born on one day, and newborns have no policy."""
    account = await world.account()
    one = replace(somebody(2, CHILD), policy=NO_POLICY)
    await world.person(account, one, Relation.CHILD, Basis.DECLARED, known=False)
    assert await world.persons.same_as(account, replace(one, name="Другая", snils=None)) is None


async def test_a_question_that_the_registry_does_not_answer_is_said_so(world: World) -> None:
    account = await world.account()
    world.registry.unavailable = {"find_patient"}
    with pytest.raises(RegistryUnavailable):
        await world.persons.look_up(account, ANNA)


# --- at rest --------------------------------------------------------------------------------------


async def everything_at_rest(world: World, folder: Path) -> bytes:
    """Every value of every row, and on SQLite the file with its journal, what was deleted and all."""
    rows = b"".join(raw_files(folder))
    for table in metadata.sorted_tables:
        for row in (await world.database.fetch(select(table))).all():
            rows += b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    return rows


def raw_files(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.glob("nomerok.sqlite*")]


async def test_nothing_of_a_person_lies_in_clear(world: World, account_with_a_draft: Account, tmp_path: Path) -> None:
    if world.database.dialect == "sqlite":
        assert len(raw_files(tmp_path)) >= 2, "the database and its journal"
    at_rest = await everything_at_rest(world, tmp_path)
    for secret in (ANNA.surname, ANNA.name, ANNA.patronymic, ANNA.policy.number, ANNA.snils, ANNA.phone, "1990-03-14"):
        assert secret
        assert secret.encode() not in at_rest, secret
    assert account_with_a_draft.id.encode() in at_rest, "what was looked through is the real thing"


@pytest.fixture
async def account_with_a_draft(world: World) -> Account:
    """Anna in every place that keeps people: our persons, the registry's patients, a draft, a visit."""
    account = await world.account()
    own = await world.person(account, ANNA)
    draft = await world.draft(account, surname=ANNA.surname, policy=["enp", ANNA.policy.number], snils=ANNA.snils)
    await world.drafts.save(replace(draft, answers={**draft.answers, "phone": ANNA.phone, "name": ANNA.name}))
    request = await world.request(account, own, await world.slot())
    await world.booking.book(request)
    return account


# --- what nobody may find out or become by typing ---------------------------------------------------


async def test_eight_different_people_a_day_are_enough(world: World) -> None:
    """Whose policy a number is, is not to be found out by trying names; nor who is known there."""
    await world.admin.enrol(ANNA, CLINIC.id)
    account = await world.account()
    hit = await world.persons.look_up(account, ANNA)
    for number in range(LIMITS[Act.LOOK_UP].most - 1):
        with pytest.raises(PatientConflict):
            await world.persons.look_up(account, replace(ANNA, surname=f"Другая{number}"))
    with pytest.raises(NotAllowed) as denied:
        await world.persons.look_up(account, replace(ANNA, surname="Ещё"))
    assert await world.persons.look_up(account, ANNA) == hit, "who was asked for is nobody new"
    assert denied.value.reason is Denial.TOO_MANY_TRIES
    assert await world.persons.look_up(await world.account(), ANNA) is not None, "others are not held up"
    world.clock.advance(days=1, seconds=1)
    assert await world.persons.look_up(account, ANNA) is not None


async def test_who_was_confirmed_by_documents_stays_that_person(world: World) -> None:
    account = await world.account()
    own = await world.person(account, replace(ANNA, policy=NO_POLICY), Relation.OWN, Basis.DESK, known=False)
    with pytest.raises(ConfirmedPerson):
        await world.persons.register_own(account, somebody(2, ADULT))
    assert (await world.persons.register_own(account, ANNA)).identity == ANNA, "a policy may be added"
    assert (await world.persons.get(account, own.id)).identity == ANNA


@pytest.mark.parametrize("number", ["policy", "snils"])
async def test_a_typed_number_brings_nobody_to_a_namesake(world: World, number: str) -> None:
    """Same surname, name and birth date, another person: what documents have opened stays with theirs."""
    namesake = replace(somebody(2, ADULT), surname=ANNA.surname, name=ANNA.name, birth_date=ANNA.birth_date)
    await world.person(await world.account(), namesake, Relation.OWN, Basis.DESK)
    account = await world.account()
    own = await world.person(account, ANNA, Relation.OWN, Basis.DESK)
    theirs = (
        replace(ANNA, policy=namesake.policy)
        if number == "policy"
        else replace(ANNA, policy=NO_POLICY, snils=namesake.snils)
    )
    with pytest.raises(PatientConflict):
        await world.persons.register_own(account, theirs)
    with pytest.raises(PatientConflict):
        await world.family.edit(account, own.id, theirs)
    assert (await world.persons.get(account, own.id)).patient_id == own.patient_id


async def test_a_number_that_nobody_knows_leaves_whoever_is_confirmed_where_they_are(world: World) -> None:
    account = await world.account()
    own = await world.person(account, ANNA, Relation.OWN, Basis.DESK)
    before = await world.database.fetch(select(patients.c.id))
    again = await world.persons.register_own(account, replace(ANNA, policy=somebody(9, ADULT).policy, snils=None))
    assert again.patient_id == own.patient_id
    assert not again.verified
    assert len((await world.database.fetch(select(patients.c.id))).all()) == len(before.all()), "nobody new"


async def test_names_stay_as_in_the_documents_to_the_letter(world: World) -> None:
    account = await world.account()
    await world.person(account, ANNA, Relation.OWN, Basis.DESK)
    again = replace(ANNA, surname="ЕЛКИНА – ПАЛКИНА.", phone="+79160000000")
    own = await world.persons.register_own(account, again)
    assert own.identity == replace(ANNA, phone="+79160000000")


@pytest.mark.parametrize("kept", ["нет", "Нет отчества", "—"])
async def test_a_patronymic_that_older_releases_have_kept_as_a_word_is_none(world: World, kept: str) -> None:
    """They took «нет» for a name; in the person's row, and in the registry's."""
    account = await world.account()
    patient = await world.admin.enrol(replace(ANNA, patronymic=kept), CLINIC.id)
    own = await world.person(account, replace(ANNA, patronymic=kept), Relation.OWN, Basis.DECLARED)
    assert own.identity == replace(ANNA, patronymic=None)
    assert own.full_name == f"{ANNA.surname} {ANNA.name}"
    row = (await world.database.fetch(select(patients).where(patients.c.id == patient.id))).one()
    assert Patients(world.vault).identity(row.id, row.identity) == replace(ANNA, patronymic=None)


async def test_the_same_form_sent_twice_at_once_makes_one_person(world: World) -> None:
    account = await world.account()
    await asyncio.gather(*(world.persons.register_own(account, ANNA) for _ in range(5)))
    assert len(await world.persons.family(account)) == 1


async def test_a_policy_found_by_snils_alone_is_not_verified(world: World) -> None:
    patient = await world.admin.enrol(ANNA, CLINIC.id)
    invented = replace(ANNA, policy=Policy(PolicyKind.ENP, "5058099085000025"))
    own = await world.persons.register_own(await world.account(), invented)
    assert (own.patient_id, own.verified) == (patient.id, False)


async def test_another_name_with_a_relatives_policy_is_not_the_relative(world: World) -> None:
    account = await world.account()
    await world.person(account, ANNA, Relation.SPOUSE, Basis.DECLARED, known=False)
    assert await world.persons.same_as(account, replace(ANNA, name="Алла")) is None
    assert await world.persons.same_as(account, replace(ANNA, surname=ANNA.surname.upper())) is not None
