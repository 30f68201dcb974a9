"""«Это не я»: what is closed, cancelled and reported, once, and by nobody who may not."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.accounts.notices import AccountNews
from services.booking.booking import FIRST_CHECK
from services.booking.model import Checking, DeedKind, Doer, GivenUp, Kept, Made
from services.booking.notices import VisitNews
from services.disputes.model import DISPUTE, Settled
from services.errors import NotFound
from services.notify.tables import notification
from services.registry.model import CancelRefusal, Visit, VisitStatus
from services.requests.model import RequestStatus
from services.storage.tables import audit
from tests.support.world import ADULT, CHILD, PAEDIATRICIAN, SURGEON, TEENAGER, THERAPIST, Silence, World, at, somebody

ANNA, MASHA, TEEN = somebody(1, ADULT), somebody(2, CHILD), somebody(3, TEENAGER)
REPORT = "Пациент сообщает: «Это не я»."


@pytest.fixture
async def anna(world: World) -> Account:
    account = await world.account()
    await world.person(account, ANNA)
    return account


@pytest.fixture
async def stranger(world: World) -> Account:
    account = await world.account()
    await world.person(account, ANNA, Relation.OTHER, Basis.DECLARED)
    return account


async def person_of(world: World, account: Account) -> Person:
    return (await world.persons.family(account))[0]


async def book(world: World, account: Account, doctor: object = THERAPIST, hour: int = 10) -> Visit:
    request = await world.request(account, await person_of(world, account), await world.slot(doctor, hour))  # type: ignore[arg-type]
    outcome = await world.booking.book(request)
    assert isinstance(outcome, Made), outcome
    world.clock.advance(seconds=1)
    return outcome.visit


async def deny(world: World, account: Account, visit: Visit) -> Settled:
    return await world.disputes.deny(account, await world.disputes.look(account, visit.id), REPORT)


async def status_of(world: World, visit: Visit) -> VisitStatus:
    found: Visit | None = await world.registry.visit(visit.id)
    assert found is not None
    return found.status


async def ahead(world: World, account: Account) -> set[str]:
    return {each.visit.id for each in await world.visits.ahead(account)}


async def kinds_told(world: World, account: Account) -> set[str]:
    rows = await world.database.fetch(select(notification.c.kind).where(notification.c.account_id == account.id))
    return set(rows.scalars())


async def disputed(world: World) -> int:
    rows = await world.database.fetch(select(audit.c.id).where(audit.c.action == "visit_disputed"))
    return len(rows.all())


# --- the straight way -----------------------------------------------------------------------------


async def test_a_strangers_booking_is_cancelled_and_hidden_and_reported(
    world: World, anna: Account, stranger: Account
) -> None:
    visit, other = await book(world, stranger), await book(world, stranger, SURGEON, 9)
    found = await world.disputes.look(anna, visit.id)
    assert found.deed is not None
    assert (found.deed.kind, found.deed.doer, found.deed.name) == (DeedKind.BOOKED, Doer.UNKNOWN, None)
    assert (found.cancels, found.closes) == (True, True)
    assert await status_of(world, visit) is VisitStatus.BOOKED, "a look changes nothing"

    settled = await deny(world, anna, visit)
    assert isinstance(settled.cancelled, GivenUp)
    assert await status_of(world, visit) is VisitStatus.CANCELLED_BY_PATIENT
    assert await ahead(world, stranger) == set(), "nothing of this patient, neither this visit nor another"
    assert await ahead(world, anna) == {other.id}, "the other one stands: it may be wanted"
    assert VisitNews.VISIT_CANCELLED not in await kinds_told(world, stranger)
    assert await world.outbox.waiting(stranger.id, VisitNews.REMINDER_SOON) == frozenset()

    (line,) = await world.case_desk.lines()
    assert (line.number, line.kind, line.status) == (settled.number, DISPUTE.name, RequestStatus.ACCEPTED)
    assert (await world.case_desk.read(line.number)).content == REPORT
    await world.case_desk.move(line.number, RequestStatus.ANSWERED, "Разобрались.")
    (item,) = (await world.cases.page(anna, 0, 8)).items
    assert item.status == RequestStatus.ANSWERED


async def test_a_consent_that_the_patient_has_given_ends_and_both_hear_of_it(world: World, anna: Account) -> None:
    husband = await world.account()
    await world.person(husband, somebody(5, ADULT))
    issued, _ = await world.access.issue(anna, {Covers.SEE_VISITS, Covers.MANAGE_VISITS}, 3)
    offer = await world.access.redeem(husband, issued.digits)
    await world.access.accept(husband, offer.id, Relation.SPOUSE, "told")
    wife = next(each for each in await world.persons.family(husband) if each.relation is Relation.SPOUSE)
    outcome = await world.booking.book(await world.request(husband, wife, await world.slot(THERAPIST, 10)))
    assert isinstance(outcome, Made), outcome
    found = await world.disputes.look(anna, outcome.visit.id)
    assert found.deed is not None
    assert (found.deed.doer, found.deed.name) == (Doer.CONSENT, (await person_of(world, husband)).full_name)

    await deny(world, anna, outcome.visit)
    assert [each.relation for each in await world.persons.family(husband)] == [Relation.OWN]
    for each in (anna, husband):
        assert AccountNews.ACCESS_ENDED in await kinds_told(world, each)


async def test_another_representatives_basis_is_reported_and_stays(world: World) -> None:
    mother, father = await world.account(), await world.account()
    for each in (mother, father):
        await world.person(each, MASHA, Relation.CHILD)
    visit = await book(world, father, PAEDIATRICIAN)
    found = await world.disputes.look(mother, visit.id)
    assert found.deed is not None
    assert (found.deed.doer, found.closes, found.cancels) == (Doer.REPRESENTATIVE, False, True)
    settled = await deny(world, mother, visit)
    assert settled.number is not None
    assert isinstance(settled.cancelled, GivenUp)
    again = await book(world, father, PAEDIATRICIAN, 11)
    assert await ahead(world, father) == {again.id}


async def test_a_move_and_a_cancelling_by_another_cancel_nothing_more(
    world: World, anna: Account, stranger: Account
) -> None:
    visit = await book(world, stranger)
    assert isinstance(await world.cancelling.cancel(stranger, visit.id), GivenUp)
    found = await world.disputes.look(anna, visit.id)
    assert found.deed is not None
    assert (found.deed.kind, found.cancels, found.closes) == (DeedKind.CANCELLED, False, True)
    settled = await deny(world, anna, visit)
    assert (settled.number is not None, settled.cancelled) == (True, None)


# --- again, late, broken --------------------------------------------------------------------------


async def test_pressed_twice_at_once_it_is_reported_and_cancelled_once(
    world: World, anna: Account, stranger: Account
) -> None:
    visit = await book(world, stranger)
    found = await world.disputes.look(anna, visit.id)
    settled = await asyncio.gather(*(world.disputes.deny(anna, found, REPORT) for _ in range(5)))
    assert sum(each.number is not None for each in settled) == 1
    assert await disputed(world) == len(await world.case_desk.lines()) == 1
    assert await status_of(world, visit) is VisitStatus.CANCELLED_BY_PATIENT

    later = await world.disputes.look(anna, visit.id)
    assert not later.cancels
    assert (await deny(world, anna, visit)).number is None


async def test_a_crash_after_the_report_leaves_a_visit_that_the_next_press_cancels(
    world: World, anna: Account, stranger: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = await book(world, stranger)

    async def dies(*_: object) -> None:
        raise SystemError

    with monkeypatch.context() as patch:
        patch.setattr(world.cancelling, "cancel", dies)
        with pytest.raises(SystemError):
            await deny(world, anna, visit)
    assert await ahead(world, stranger) == set()
    settled = await deny(world, anna, visit)
    assert (settled.number, await disputed(world)) == (None, 1)
    assert isinstance(settled.cancelled, GivenUp)


async def test_a_silent_registry_leaves_the_cancelling_to_recovery(
    world: World, anna: Account, stranger: Account
) -> None:
    visit = await book(world, stranger)
    world.cancelling._patience = timedelta(milliseconds=1)
    world.registry.cancel_answers.append(Silence())
    settled = await deny(world, anna, visit)
    assert isinstance(settled.cancelled, Checking)
    assert settled.number is not None
    world.cancelling._patience = timedelta(minutes=1)
    world.clock.advance(seconds=FIRST_CHECK.total_seconds())
    await world.cancelling.recover()
    assert await status_of(world, visit) is VisitStatus.CANCELLED_BY_PATIENT


async def test_a_registry_that_is_down_closes_the_access_and_says_that_the_visit_stands(
    world: World, anna: Account, stranger: Account
) -> None:
    visit = await book(world, stranger)
    found = await world.disputes.look(anna, visit.id)
    world.registry.unavailable.add("cancel")
    settled = await world.disputes.deny(anna, found, REPORT)
    assert settled.cancelled == Kept(CancelRefusal.UNAVAILABLE)
    assert await ahead(world, stranger) == set()
    assert await ahead(world, anna) == {visit.id}


async def test_when_the_visit_is_over_the_access_is_closed_all_the_same(
    world: World, anna: Account, stranger: Account
) -> None:
    visit = await book(world, stranger)
    world.clock.set(at(10, 1))
    found = await world.disputes.look(anna, visit.id)
    assert (found.cancels, found.closes) == (False, True)
    assert (await deny(world, anna, visit)).number is not None
    assert (await world.visits.past(stranger, 0, 8)).total == 0


async def test_after_the_other_account_has_erased_itself_the_visit_can_be_cancelled_still(
    world: World, anna: Account, stranger: Account
) -> None:
    visit = await book(world, stranger)
    world.clock.advance(minutes=11)
    await world.mydata.erase(stranger)
    found = await world.disputes.look(anna, visit.id)
    assert (found.deed, found.cancels, found.closes) == (None, True, False)
    assert isinstance((await deny(world, anna, visit)).cancelled, GivenUp)


# --- who may --------------------------------------------------------------------------------------


async def test_nobody_denies_what_they_do_not_stand_for(world: World, anna: Account, stranger: Account) -> None:
    husband, declared = await world.account(), await world.account()
    await world.person(husband, ANNA, Relation.SPOUSE, Basis.CONSENT)
    await world.person(declared, ANNA, Relation.OWN, Basis.DECLARED)
    visit = await book(world, anna)
    for each in (stranger, declared, husband, await world.account()):
        with pytest.raises(NotFound):
            await world.disputes.look(each, visit.id)


async def test_a_teenagers_parent_denies_nothing_that_is_hidden_and_nothing_of_the_own(world: World) -> None:
    mother, teen = await world.account(), await world.account()
    await world.person(mother, TEEN, Relation.CHILD)
    await world.person(teen, TEEN)
    for visit in (await book(world, teen, SURGEON), await book(world, mother, THERAPIST, 11)):
        with pytest.raises(NotFound):
            await world.disputes.look(mother, visit.id)
