"""Who insures a person and where they are attached: each answer, whoever asks, and what a basis leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from services.accounts.model import VISITS_WHOLE, Account, Basis, Covers, Person, Relation
from services.accounts.tables import consent as consent_table
from services.errors import ConsentNeeded, Denial, NotAllowed, NotFound
from services.insurance.insurance import Insurance
from services.insurance.model import is_findable
from services.registry.model import CoverageStatus, Policy, PolicyForm, PolicyKind
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.insurance import CoverageRecord
from services.storage.tables import audit
from tests.support.world import ADULT, CHILD, CLINIC, TEENAGER, World, somebody

INSURER = "Страховая компания «Забота»"
SHUT, OVER = Denial.NOT_OPEN, Denial.BASIS_ENDED


@pytest.fixture
async def world(world: World) -> World:
    await world.furnish()
    return world


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
def insurance(world: World) -> Insurance:
    return world.house.service(Insurance)


async def insure(world: World, person: Person, **changed: Any) -> None:
    record = CoverageRecord(
        *(person.patient_id or "", "50", INSURER, "8 800 000-00-01", PolicyForm.CARD, CoverageStatus.VALID),
        *(date(2019, 5, 1), None, date(2020, 2, 3), "Ветров Иван Ильич"),
    )
    assert await world.admin.put_coverages([replace(record, **changed)]) == 1


RIGHTS = [
    (Relation.OWN, ADULT, Basis.DESK, (), True),
    (Relation.OWN, ADULT, Basis.OIDC, (), True),
    (Relation.OWN, ADULT, Basis.DECLARED, (), SHUT),
    (Relation.CHILD, CHILD, Basis.DESK, (), True),
    (Relation.CHILD, CHILD, Basis.DECLARED, (), SHUT),
    (Relation.CHILD, TEENAGER, Basis.DESK, (), SHUT),
    (Relation.CHILD, TEENAGER, Basis.CONSENT, (Covers.INSURANCE,), True),
    (Relation.CHILD, TEENAGER, Basis.CONSENT, (Covers.RECORDS, Covers.DOCUMENTS), SHUT),
    (Relation.CHILD, date(2008, 11, 1), Basis.DESK, (), OVER),
    (Relation.WARD, ADULT, Basis.DESK, (), True),
    (Relation.SPOUSE, ADULT, Basis.CONSENT, (Covers.INSURANCE,), True),
    (Relation.SPOUSE, ADULT, Basis.CONSENT, tuple(VISITS_WHOLE), SHUT),
    (Relation.OTHER, ADULT, Basis.DECLARED, (), SHUT),
]


@pytest.mark.parametrize(("relation", "born", "basis", "covers", "opens"), RIGHTS)
async def test_it_opens_by_basis_age_and_area(
    world: World,
    account: Account,
    insurance: Insurance,
    relation: Relation,
    born: date,
    basis: Basis,
    covers: Sequence[Covers],
    opens: bool | Denial,
) -> None:
    person = await world.person(account, somebody(1, born), relation, basis, covers=covers)
    await insure(world, person)
    for ask in (insurance.coverage, insurance.attachment):
        if opens is True:
            assert (await ask(account, person.id)).person == person
        else:
            with pytest.raises(NotAllowed) as denied:
                await ask(account, person.id)
            assert denied.value.reason is opens
        with pytest.raises(NotFound):
            await ask(await world.account(), person.id)


async def test_what_the_register_says(world: World, account: Account, insurance: Insurance) -> None:
    person = await world.person(account, somebody(1, ADULT))
    assert (await insurance.coverage(account, person.id)).coverage is None, "it has nobody yet"
    await insure(world, person)

    coverage = (await insurance.coverage(account, person.id)).coverage
    assert coverage is not None
    assert (coverage.insurer, coverage.region, coverage.policy) == (INSURER, "50", person.identity.policy)
    found = await insurance.attachment(account, person.id)
    assert found.attachment is not None
    assert (found.attachment.clinic.id, found.attachment.doctor) == (CLINIC.id, "Ветров Иван Ильич")


async def test_who_is_attached_nowhere_and_who_is_not_known(
    world: World, account: Account, insurance: Insurance
) -> None:
    nowhere = somebody(1, ADULT)
    await world.registry.register_patient(nowhere)
    there = await world.person(account, nowhere, known=False)
    found = await insurance.attachment(account, there.id)
    assert (found.known, found.attachment) == (True, None), "looked for by the numbers of the form"

    unknown = await world.person(account, somebody(2, CHILD), Relation.CHILD, known=False)
    found = await insurance.attachment(account, unknown.id)
    assert (found.known, found.attachment) == (False, None)
    assert (await insurance.coverage(account, unknown.id)).coverage is None


async def test_a_policy_that_is_somebody_elses_finds_nobody(
    world: World, account: Account, insurance: Insurance
) -> None:
    other = somebody(1, ADULT, "Петрова")
    await world.admin.enrol(other, CLINIC.id)
    person = await world.person(account, replace(somebody(2, ADULT), policy=other.policy, snils=None), known=False)
    assert (await insurance.coverage(account, person.id)).coverage is None
    assert (await insurance.attachment(account, person.id)).known is False


async def test_a_silent_registry_is_no_answer(world: World, account: Account, insurance: Insurance) -> None:
    person = await world.person(account, somebody(1, ADULT))
    world.registry.unavailable |= {"coverage", "attachment"}
    for ask in (insurance.coverage, insurance.attachment):
        with pytest.raises(RegistryUnavailable):
            await ask(account, person.id)


async def test_whose_number_is_missing_is_not_looked_for(world: World, account: Account) -> None:
    bare = replace(somebody(1, ADULT), policy=Policy(PolicyKind.NONE, ""), snils=None)
    assert not is_findable(await world.person(account, bare, known=False))
    by_snils = replace(somebody(2, ADULT), policy=Policy(PolicyKind.NONE, ""))
    assert is_findable(await world.person(account, by_snils, Relation.PARENT, known=False))
    assert is_findable(await world.person(account, somebody(3, ADULT), Relation.PARENT, Basis.CONSENT))


async def test_a_look_into_anothers_leaves_its_trace(world: World, account: Account, insurance: Insurance) -> None:
    own = await world.person(account, somebody(1, ADULT))
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    await insurance.coverage(account, own.id)
    await insurance.attachment(account, child.id)
    looks = select(audit.c.person_id).where(audit.c.action == "read_insurance")
    assert list((await world.database.fetch(looks)).scalars()) == [child.id]


async def test_an_older_consent_does_not_speak_of_it(world: World, account: Account, insurance: Insurance) -> None:
    person = await world.person(account, somebody(1, ADULT))
    await world.database.execute(update(consent_table).values(version="2026-12"))
    with pytest.raises(ConsentNeeded):
        await insurance.coverage(account, person.id)


async def test_the_export_tells_it_without_a_number_that_is_not_shown(world: World, account: Account) -> None:
    own = await world.person(account, somebody(1, ADULT))
    wife = await world.person(account, somebody(2, ADULT), Relation.SPOUSE, Basis.CONSENT, covers=(Covers.INSURANCE,))
    shut = await world.person(account, somebody(3, ADULT), Relation.PARENT, Basis.CONSENT, covers=(Covers.RECORDS,))
    for each in (own, wife, shut):
        await insure(world, each)
    exported: Any = await world.mydata.export(account)
    told = exported["insurance"]
    assert [(each["person"].value, each["insurer"], each["policy_number"]) for each in told] == [
        (own.id, INSURER, own.identity.policy.number),
        (wife.id, INSURER, None),
    ]
