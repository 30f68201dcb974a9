"""The list of an account's persons: adding by hand, correcting, removing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from services.accounts.family import PERSONS, AlreadyThere, FamilyFull, WrongAge, fits
from services.accounts.model import VISITS_WHOLE, Account, Basis, Offer, Person, Relation
from services.accounts.notices import AccountNews
from services.accounts.persons import ConfirmedPerson
from services.accounts.tables import person, person_link
from services.errors import Denial, NotAllowed, NotFound
from services.ids import new_id
from services.limits.model import LIMITS, Act
from services.notify.tables import notification
from services.registry.model import PatientIdentity, Policy, PolicyKind, Sex
from services.registry.ports.errors import PatientConflict
from services.storage.tables import audit
from tests.support.world import ADULT, CHILD, CLINIC, TEENAGER, World, somebody

ANNA = somebody(1, ADULT)
MASHA = somebody(2, CHILD)
NO_POLICY = Policy(PolicyKind.NONE)


def another_number(identity: PatientIdentity) -> PatientIdentity:
    return replace(identity, policy=somebody(77, identity.birth_date).policy)


async def count(world: World, table: Any) -> int:
    found: int = (await world.database.fetch(select(func.count()).select_from(table))).scalar_one()
    return found


async def actions(world: World, account: Account) -> list[str]:
    query = select(audit.c.action).where(audit.c.account_id == account.id)
    return sorted((await world.database.fetch(query)).scalars())


async def share(world: World, owner: Account, someone: Person, other: Account, relation: Relation) -> None:
    """The other account gets a link to the very row, as a consent makes it."""
    async with world.database.write() as unit:
        await unit.execute(
            insert(person_link).values(
                id=new_id(),
                account_id=other.id,
                person_id=someone.id,
                relation=relation.value,
                created_at=world.clock.now(),
            )
        )
    assert owner.id != other.id


# --- adding ---------------------------------------------------------------------------------------


async def test_a_child_whom_the_registry_knows_is_matched_and_nothing_is_told_of_it(world: World) -> None:
    patient = await world.admin.enrol(MASHA, CLINIC.id)
    account = await world.account()
    child = await world.family.add(account, Relation.CHILD, MASHA)
    assert (child.relation, child.bases, child.identity) == (Relation.CHILD, ((Basis.DECLARED, None),), MASHA)
    assert (child.patient_id, child.verified, child.clinic_id) == (patient.id, False, None)
    assert await world.persons.family(account) == (child,)
    assert await actions(world, account) == ["person_added"]


async def test_a_silent_registry_does_not_lose_the_person(world: World) -> None:
    world.registry.unavailable = {"find_patient"}
    child = await world.family.add(await world.account(), Relation.CHILD, MASHA)
    assert (child.patient_id, child.verified) == (None, False)


async def test_a_policy_of_somebody_else_stores_nothing(world: World) -> None:
    await world.admin.enrol(ANNA, CLINIC.id)
    account = await world.account()
    with pytest.raises(PatientConflict):
        await world.family.add(account, Relation.SPOUSE, replace(ANNA, surname="Другая"))
    assert await world.persons.family(account) == ()


async def test_tries_are_counted_here_too(world: World) -> None:
    await world.admin.enrol(ANNA, CLINIC.id)
    account, family = await world.account(), world.family
    for number in range(LIMITS[Act.LOOK_UP].most):
        with pytest.raises(PatientConflict):
            await family.add(account, Relation.SPOUSE, replace(ANNA, surname=f"Другая{number}"))
    with pytest.raises(NotAllowed, match=Denial.TOO_MANY_TRIES):
        await family.add(account, Relation.SPOUSE, replace(ANNA, surname="Другая"))


async def test_the_same_person_is_not_added_twice(world: World) -> None:
    account, family = await world.account(), world.family
    child = await family.add(account, Relation.CHILD, MASHA)
    with pytest.raises(AlreadyThere) as known:
        await family.add(account, Relation.WARD, replace(MASHA, surname=MASHA.surname.upper(), phone=None))
    assert known.value.person_id == child.id
    assert len(await world.persons.family(account)) == 1


async def test_an_account_has_twenty_persons_at_most(world: World) -> None:
    account, family = await world.account(), world.family
    for number in range(PERSONS):
        assert not await family.is_full(account)
        await family.add(account, Relation.OTHER, replace(somebody(number, ADULT), policy=NO_POLICY, snils=None))
    assert await family.is_full(account)
    with pytest.raises(FamilyFull):
        await family.add(account, Relation.CHILD, MASHA)


@pytest.mark.parametrize(
    ("relation", "born", "good"),
    [
        (Relation.CHILD, date(2008, 11, 24), True),
        (Relation.CHILD, date(2008, 11, 23), False),
        (Relation.CHILD, date(2026, 11, 24), True),  # born where the day has begun already
        (Relation.WARD, date(1940, 1, 1), True),
        (Relation.SPOUSE, date(2012, 11, 23), True),
        (Relation.SPOUSE, date(2012, 11, 24), False),
        (Relation.PARENT, date(2008, 11, 23), True),
        (Relation.PARENT, date(2008, 11, 24), False),
        (Relation.OTHER, date(2026, 11, 23), True),
        (Relation.OWN, date(2012, 11, 24), False),
    ],
)
def test_who_fits_what_by_age(relation: Relation, born: date, good: bool) -> None:
    assert fits(relation, born, date(2026, 11, 23)) is good


async def test_an_adult_is_not_added_as_a_child(world: World) -> None:
    with pytest.raises(WrongAge):
        await world.family.add(await world.account(), Relation.CHILD, ANNA)
    assert await count(world, person) == 0


async def test_ones_own_is_not_added(world: World) -> None:
    with pytest.raises(ValueError, match="own form"):
        await world.family.add(await world.account(), Relation.OWN, ANNA)


# --- correcting -----------------------------------------------------------------------------------


async def test_another_number_costs_the_verified_mark_but_not_the_visits(world: World) -> None:
    """The registry knows the person; the new number it does not."""
    account, family = await world.account(), world.family
    child = await world.person(account, MASHA, Relation.CHILD)
    changed = replace(another_number(MASHA), snils=None)
    edited = await family.edit(account, child.id, changed)
    assert edited.identity == changed
    assert (edited.verified, edited.patient_id) == (False, child.patient_id)
    assert world.registry.asked["register_patient"] == 0, "nobody is entered a second time"
    again = await family.edit(account, child.id, MASHA)
    assert (again.verified, again.patient_id) == (True, child.patient_id)
    assert await actions(world, account) == ["person_edited", "person_edited"]


async def test_a_phone_changes_nothing_of_what_the_registry_says(world: World) -> None:
    account, family = await world.account(), world.family
    child = await world.person(account, MASHA, Relation.CHILD)
    asked = world.registry.asked["find_patient"]
    edited = await family.edit(account, child.id, replace(MASHA, phone="+74950000000"))
    assert (edited.verified, edited.identity.phone) == (True, "+74950000000")
    assert world.registry.asked["find_patient"] == asked


async def test_another_name_is_another_human(world: World) -> None:
    await world.admin.enrol(MASHA, CLINIC.id)
    account, family = await world.account(), world.family
    child = await family.add(account, Relation.CHILD, MASHA)
    edited = await family.edit(account, child.id, replace(somebody(5, CHILD, "Сидорова"), policy=NO_POLICY, snils=None))
    assert (edited.patient_id, edited.verified) == (None, False)


async def test_a_slip_of_the_first_typing_can_be_put_right(world: World) -> None:
    """The demo's registry has entered the slip with this number; it stands for nobody else."""
    account, family = await world.account(), world.family
    child = await family.add(account, Relation.CHILD, replace(MASHA, surname="Ивановва"))
    edited = await family.edit(account, child.id, MASHA)
    assert edited.identity == MASHA
    assert (edited.patient_id, edited.verified) == (child.patient_id, False)
    with pytest.raises(PatientConflict):
        await family.edit(account, child.id, replace(somebody(5, CHILD, "Сидорова"), policy=MASHA.policy))


async def test_a_verified_name_is_not_put_wrong(world: World) -> None:
    await world.admin.enrol(MASHA, CLINIC.id)
    account, family = await world.account(), world.family
    child = await family.add(account, Relation.CHILD, MASHA)
    with pytest.raises(PatientConflict):
        await family.edit(account, child.id, replace(MASHA, surname="Ивановва"))
    assert await world.persons.get(account, child.id) == child


async def test_a_silent_registry_does_not_lose_a_correction(world: World) -> None:
    await world.admin.enrol(MASHA, CLINIC.id)
    account, family = await world.account(), world.family
    child = await family.add(account, Relation.CHILD, MASHA)
    world.registry.unavailable = {"find_patient"}
    edited = await family.edit(account, child.id, another_number(MASHA))
    assert (edited.verified, edited.patient_id) == (False, child.patient_id)


Change = Callable[[PatientIdentity], PatientIdentity]
DOCUMENTED: dict[str, Change] = {
    "surname": lambda who: replace(who, surname="Другая"),
    "name": lambda who: replace(who, name="Алла"),
    "patronymic": lambda who: replace(who, patronymic=None),
    "birth date": lambda who: replace(who, birth_date=who.birth_date + timedelta(days=1)),
    "sex": lambda who: replace(who, sex=Sex.MALE),
}


@pytest.mark.parametrize("relation", [Relation.OWN, Relation.CHILD])
@pytest.mark.parametrize("what", DOCUMENTED)
async def test_what_documents_have_shown_stays(world: World, what: str, relation: Relation) -> None:
    account, family = await world.account(), world.family
    child = await world.person(account, MASHA if relation is Relation.CHILD else ANNA, relation, Basis.DESK)
    with pytest.raises(ConfirmedPerson):
        await family.edit(account, child.id, DOCUMENTED[what](child.identity))
    numbers = replace(another_number(child.identity), phone="+74950000000")
    edited = await family.edit(account, child.id, numbers)
    assert (edited.identity, edited.verified, edited.clinic_id) == (numbers, False, child.clinic_id)


async def test_who_is_known_by_consent_alone_is_not_corrected(world: World) -> None:
    account = await world.account()
    spouse = await world.person(account, ANNA, Relation.SPOUSE, Basis.CONSENT)
    with pytest.raises(NotAllowed, match=Denial.NOT_COVERED):
        await world.family.edit(account, spouse.id, another_number(ANNA))
    assert await world.persons.get(account, spouse.id) == spouse


async def test_a_row_that_is_anothers_own_is_corrected_by_that_one_only(world: World) -> None:
    owner, other = await world.account(), await world.account()
    own = await world.person(owner, ANNA)
    await share(world, owner, own, other, Relation.SPOUSE)
    with pytest.raises(NotAllowed):
        await world.family.edit(other, own.id, replace(ANNA, phone=None))
    edited = await world.family.edit(owner, own.id, replace(ANNA, phone=None))
    assert edited.identity.phone is None


async def test_an_edit_makes_no_child_of_an_adult_and_no_twin(world: World) -> None:
    account, family = await world.account(), world.family
    child = await family.add(account, Relation.CHILD, MASHA)
    other = await family.add(account, Relation.CHILD, somebody(3, TEENAGER))
    with pytest.raises(WrongAge):
        await family.edit(account, child.id, replace(MASHA, birth_date=ADULT))
    with pytest.raises(AlreadyThere) as known:
        await family.edit(account, child.id, other.identity)
    assert known.value.person_id == other.id
    assert (await family.edit(account, child.id, MASHA)).id == child.id, "as it was is no twin"


# --- removing -------------------------------------------------------------------------------------


async def test_a_removed_person_is_gone_with_the_row(world: World) -> None:
    account, family = await world.account(), world.family
    child = await family.add(account, Relation.CHILD, MASHA)
    await family.remove(account, child.id)
    assert await world.persons.family(account) == ()
    assert (await count(world, person), await count(world, person_link)) == (0, 0)
    assert await actions(world, account) == ["person_added", "person_removed"]
    again = await family.add(account, Relation.CHILD, MASHA)
    assert again.patient_id == child.patient_id, "the registry has kept them"


async def test_a_row_that_others_use_stays_for_them(world: World) -> None:
    owner, other = await world.account(), await world.account()
    own = await world.person(owner, ANNA)
    await share(world, owner, own, other, Relation.SPOUSE)
    await world.family.remove(other, own.id)
    assert await world.persons.family(other) == ()
    assert await world.persons.family(owner) == (own,)


async def test_a_removed_consent_is_given_up_and_the_other_side_is_told(world: World) -> None:
    owner, other = await world.account(), await world.account()
    own = await world.person(owner, ANNA)
    code, _ = await world.access.issue(owner, VISITS_WHOLE, 12)
    offer = await world.access.redeem(other, code.digits)
    assert isinstance(offer, Offer)
    await world.access.accept(other, offer.id, Relation.SPOUSE, "told")
    other = await world.accounts.set_active_person(other, own.id)

    await world.family.remove(other, own.id)
    assert await world.persons.family(other) == ()
    assert await world.persons.own(owner) == own
    assert await world.consents.grants(owner) == ()
    kinds = (await world.database.fetch(select(notification.c.account_id, notification.c.kind))).all()
    assert (owner.id, AccountNews.ACCESS_ENDED) in [tuple(row) for row in kinds]
    renewed = await world.accounts.by_telegram(other.telegram_id)
    assert renewed is not None
    assert renewed.active_person_id is None


async def test_ones_own_is_not_removed(world: World) -> None:
    account = await world.account()
    own = await world.person(account, ANNA)
    with pytest.raises(NotFound):
        await world.family.remove(account, own.id)
    assert await world.persons.own(account) == own


async def test_nobody_corrects_or_removes_anothers_person(world: World) -> None:
    mine, other = await world.account(), await world.account()
    child = await world.family.add(mine, Relation.CHILD, MASHA)
    with pytest.raises(NotFound):
        await world.family.edit(other, child.id, MASHA)
    with pytest.raises(NotFound):
        await world.family.remove(other, child.id)
    assert await world.persons.get(mine, child.id) == child
