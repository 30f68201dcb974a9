"""Cancelling: an intent, one call, a settlement; once, however often and however broken the answer."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.accounts.rights import DECLARED_AHEAD
from services.booking.model import Checking, Declined, GivenUp, Kept, Made
from services.booking.notices import VisitNews
from services.booking.tables import booking_intent, cancel_intent, visit_watch
from services.errors import Denial, NotFound
from services.notify import keys
from services.notify.tables import notification, outbox
from services.registry.model import CancelRefusal, NotCancelled, PatientIdentity, Unknown, Visit, VisitStatus
from services.storage.rows import Row
from services.storage.tables import audit
from tests.support.world import (
    ADULT,
    CHILD,
    PATIENCE,
    SECOND_THERAPIST,
    SURGEON,
    TEENAGER,
    THERAPIST,
    Lost,
    Silence,
    World,
    at,
    somebody,
)

ANNA = somebody(1, ADULT)


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    """The account holder, seen at the desk."""
    return await world.person(account, ANNA)


@pytest.fixture
async def visit(world: World, account: Account, anna: Person) -> Visit:
    """Anna's, booked here and shown to her."""
    return await booked(world, account, anna)


async def booked(world: World, account: Account, who: Person | PatientIdentity, *slot: Any) -> Visit:
    request = await world.request(account, who, await world.slot(*slot))
    outcome = await world.booking.book(request)
    assert isinstance(outcome, Made), outcome
    await world.outbox.shown(*keys.of_draft(request.draft_id))
    world.clock.advance(seconds=1)
    return outcome.visit


async def status_of(world: World, visit: Visit) -> VisitStatus:
    found: Visit | None = await world.registry.visit(visit.id)
    assert found is not None
    return found.status


async def intents(world: World) -> list[Row]:
    return list((await world.database.fetch(select(cancel_intent).order_by(cancel_intent.c.created_at))).all())


async def told(world: World, account: Account) -> list[tuple[str, str]]:
    """What is sent by itself by now, reminders left out."""
    kinds = (VisitNews.REMINDER_EVE, VisitNews.REMINDER_SOON)
    found = [each.notification for each in await world.outbox.claim(50)]
    return [(each.kind, each.subject_id) for each in found if each.account_id == account.id and each.kind not in kinds]


async def listed(world: World, account: Account, start: datetime) -> bool:
    """Whether the therapist's time is offered to this account now."""
    slots = await world.times.slots(account.id, "c1", THERAPIST.service_id, 36, THERAPIST.id)
    return start in {each.start for each in slots}


# --- the straight way -----------------------------------------------------------------------------


async def test_a_cancelled_visit_settles_everything_that_hangs_on_it(
    world: World, account: Account, anna: Person, visit: Visit
) -> None:
    outcome = await world.cancelling.cancel(account, visit.id)

    assert isinstance(outcome, GivenUp)
    assert await status_of(world, visit) is VisitStatus.CANCELLED_BY_PATIENT
    (intent,) = await intents(world)
    assert (intent.id, intent.status, intent.refusal, intent.check_at) == (outcome.intent_id, "done", None, None)
    assert (intent.account_id, intent.person_id, intent.visit_id) == (account.id, anna.id, visit.id)
    (booking,) = (await world.database.fetch(select(booking_intent))).all()
    assert (booking.status, booking.ended_at) == ("booked", world.clock.now())
    (watched,) = (await world.database.fetch(select(visit_watch))).all()
    assert watched.status == VisitStatus.CANCELLED_BY_PATIENT
    noted = (await world.database.fetch(select(audit).where(audit.c.action == "visit_cancelled"))).one()
    assert (noted.account_id, noted.person_id, noted.subject_id) == (account.id, anna.id, visit.id)
    assert await listed(world, await world.account(), visit.start), "others may have the time now"
    assert [each.visit.id for each in (await world.visits.past(account, 0, 8)).items] == [visit.id]


async def test_the_screen_that_says_it_is_the_notification(world: World, account: Account, visit: Visit) -> None:
    outcome = await world.cancelling.cancel(account, visit.id)
    assert isinstance(outcome, GivenUp)
    await world.outbox.shown(keys.cancelled(outcome.intent_id))
    world.clock.advance(minutes=5)
    assert await told(world, account) == []
    newest = (await world.outbox.page(account.id, 0, 8)).items[0]
    assert (newest.kind, newest.subject_id) == (VisitNews.VISIT_CANCELLED, visit.id)


async def test_a_screen_that_was_never_shown_is_made_up_for(world: World, account: Account, visit: Visit) -> None:
    await world.cancelling.cancel(account, visit.id)
    assert await told(world, account) == []
    world.clock.advance(seconds=21)
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED, visit.id)]


async def test_a_visit_made_at_the_desk_can_be_cancelled_here(world: World, account: Account, anna: Person) -> None:
    assert anna.patient_id is not None
    visit = await world.at_the_desk(anna.patient_id, await world.slot(SURGEON, 10))
    assert isinstance(await world.cancelling.cancel(account, visit.id), GivenUp)
    assert await status_of(world, visit) is VisitStatus.CANCELLED_BY_PATIENT


async def test_who_has_cancelled_may_book_that_specialist_again(
    world: World, account: Account, anna: Person, visit: Visit
) -> None:
    await world.cancelling.cancel(account, visit.id)
    again = await booked(world, account, anna, THERAPIST, 9)
    assert (again.start, again.id != visit.id) == (visit.start, True)


async def test_cancelling_frees_a_place_among_the_five(world: World, account: Account) -> None:
    visits = [
        await booked(
            world, account, somebody(10 + number, ADULT, "Соседова"), THERAPIST, 9 + number // 3, 20 * (number % 3)
        )
        for number in range(DECLARED_AHEAD)
    ]
    sixth = await world.request(account, somebody(20, ADULT, "Соседова"), await world.slot(SURGEON))
    assert await world.booking.book(sixth) == Declined(Denial.TOO_MANY_DECLARED)
    assert isinstance(await world.cancelling.cancel(account, visits[2].id), GivenUp)
    assert isinstance(await world.booking.book(sixth), Made)


# --- once -----------------------------------------------------------------------------------------


async def test_asked_again_it_is_cancelled_already(world: World, account: Account, visit: Visit) -> None:
    await world.cancelling.cancel(account, visit.id)
    assert await world.cancelling.cancel(account, visit.id) == Kept(CancelRefusal.ALREADY_CANCELLED)
    assert world.registry.asked["cancel"] == 1
    assert len(await intents(world)) == 1


async def test_twenty_presses_at_once_cancel_it_once(world: World, account: Account, visit: Visit) -> None:
    outcomes = await asyncio.gather(*(world.cancelling.cancel(account, visit.id) for _ in range(20)))
    assert len({each.intent_id for each in outcomes if isinstance(each, GivenUp)}) == 1
    rest = [each for each in outcomes if not isinstance(each, GivenUp)]
    assert all(isinstance(each, Checking) or each == Kept(CancelRefusal.ALREADY_CANCELLED) for each in rest)
    world.clock.advance(minutes=1)
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED, visit.id)]
    # Who had read the visit before it was cancelled, and asks after that, is refused by the registry.
    statuses = [each.status for each in await intents(world)]
    assert statuses.count("done") == 1
    assert set(statuses) <= {"done", "refused"}


async def test_two_of_the_family_at_once(world: World, account: Account, visit: Visit) -> None:
    """Each gets an answer, and one of them has done it."""
    spouse = await world.account()
    await world.person(spouse, ANNA, Relation.SPOUSE, Basis.CONSENT)
    outcomes = await asyncio.gather(
        *(world.cancelling.cancel(who, visit.id) for who in (account, spouse) for _ in range(10))
    )
    assert len({each.intent_id for each in outcomes if isinstance(each, GivenUp)}) == 1
    assert await status_of(world, visit) is VisitStatus.CANCELLED_BY_PATIENT


# --- refusals -------------------------------------------------------------------------------------


async def test_what_is_over_is_not_asked_for(world: World, account: Account, anna: Person) -> None:
    by_clinic = await booked(world, account, anna, THERAPIST, 9)
    await world.admin.cancel_visit(by_clinic.id)
    assert await world.cancelling.cancel(account, by_clinic.id) == Kept(CancelRefusal.ALREADY_CANCELLED)
    moved = await booked(world, account, anna, THERAPIST, 9, 20)
    await world.admin.move_visit(moved.id, (await world.slot(THERAPIST, 10)).id)
    assert await world.cancelling.cancel(account, moved.id) == Kept(CancelRefusal.MOVED)
    passed = await booked(world, account, anna, SURGEON, 9)
    world.clock.set(passed.start)
    assert await world.cancelling.cancel(account, passed.id) == Kept(CancelRefusal.TIME_PASSED)
    world.clock.set(passed.start + timedelta(days=366))
    assert await world.cancelling.cancel(account, passed.id) == Kept(CancelRefusal.TIME_PASSED)
    assert world.registry.asked["cancel"] == 0
    assert await intents(world) == []


@pytest.mark.parametrize("reason", CancelRefusal, ids=str)
async def test_each_refusal_of_the_registry_is_told_as_it_is(
    world: World, account: Account, visit: Visit, reason: CancelRefusal
) -> None:
    world.registry.cancel_answers = [NotCancelled(reason)]
    assert await world.cancelling.cancel(account, visit.id) == Kept(reason)
    (intent,) = await intents(world)
    assert (intent.status, intent.refusal, intent.check_at) == ("refused", reason.value, None)
    world.clock.advance(minutes=5)
    assert await told(world, account) == [], "the screen has said it"
    assert not await listed(world, await world.account(), visit.start)


@pytest.mark.parametrize("question", ["visit", "cancel"])
async def test_a_registry_that_is_down_keeps_the_visit(
    world: World, account: Account, visit: Visit, question: str
) -> None:
    world.registry.unavailable = {question}
    assert await world.cancelling.cancel(account, visit.id) == Kept(CancelRefusal.UNAVAILABLE)
    world.registry.unavailable = set()
    assert await status_of(world, visit) is VisitStatus.BOOKED
    assert isinstance(await world.cancelling.cancel(account, visit.id), GivenUp), "the next try is not in its way"


# --- rights ---------------------------------------------------------------------------------------


async def test_a_stranger_cannot_cancel_it(world: World, visit: Visit) -> None:
    stranger = await world.account()
    await world.person(stranger, somebody(9, ADULT, "Чужова"))
    with pytest.raises(NotFound):
        await world.cancelling.cancel(stranger, visit.id)
    with pytest.raises(NotFound):
        await world.cancelling.cancel(stranger, "no such visit")
    assert world.registry.asked["cancel"] == 0


@pytest.mark.parametrize(
    ("relation", "born", "basis"),
    [
        (Relation.OTHER, ADULT, Basis.DECLARED),
        (Relation.OWN, ADULT, Basis.DECLARED),
        (Relation.CHILD, TEENAGER, Basis.DESK),
    ],
)
async def test_some_cancel_only_what_they_have_booked(
    world: World, account: Account, relation: Relation, born: Any, basis: Basis
) -> None:
    who = await world.person(account, somebody(2, born), relation, basis)
    assert who.patient_id is not None
    hidden = await world.at_the_desk(who.patient_id, await world.slot(THERAPIST, 9))
    mine = await booked(world, account, who, SURGEON, 10)
    with pytest.raises(NotFound):
        await world.cancelling.cancel(account, hidden.id)
    assert await status_of(world, hidden) is VisitStatus.BOOKED
    assert isinstance(await world.cancelling.cancel(account, mine.id), GivenUp)


async def test_a_teenagers_consent_opens_the_other_visits(world: World, account: Account) -> None:
    teenager = await world.person(account, somebody(2, TEENAGER), Relation.CHILD, Basis.DESK, Basis.CONSENT)
    assert teenager.patient_id is not None
    theirs = await world.at_the_desk(teenager.patient_id, await world.slot(THERAPIST, 9))
    assert isinstance(await world.cancelling.cancel(account, theirs.id), GivenUp)


async def test_who_may_only_see_does_not_cancel(world: World, account: Account) -> None:
    spouse = await world.person(
        account, somebody(2, ADULT), Relation.SPOUSE, Basis.CONSENT, covers=(Covers.SEE_VISITS,)
    )
    assert spouse.patient_id is not None
    visit = await world.at_the_desk(spouse.patient_id, await world.slot())
    entry = await world.visits.get(account, visit.id)
    assert world.cancelling.why_not(entry) is Denial.NOT_COVERED
    assert await world.cancelling.cancel(account, visit.id) == Kept(Denial.NOT_COVERED)
    assert world.registry.asked["cancel"] == 0
    assert await status_of(world, visit) is VisitStatus.BOOKED


async def test_a_child_of_eighteen_cancels_alone(world: World, account: Account) -> None:
    child = await world.person(account, somebody(2, date(2008, 11, 24)), Relation.CHILD)
    visit = await world.at_the_desk(child.patient_id or "", await world.slot(THERAPIST, 9, day=25))
    world.clock.set(at(8))
    with pytest.raises(NotFound):
        await world.cancelling.cancel(account, visit.id)


# --- silence and crashes --------------------------------------------------------------------------


async def pending(world: World, account: Account, visit: Visit, script: Lost | Silence | Unknown) -> None:
    """A cancelling whose answer never came."""
    world.registry.cancel_answers = [script]
    if isinstance(script, Silence):
        world.cancelling._patience = timedelta(milliseconds=10)
    outcome = await world.cancelling.cancel(account, visit.id)
    world.cancelling._patience = PATIENCE
    (intent,) = await intents(world)
    assert outcome == Checking(intent.id)
    assert intent.status == "pending"


async def recoveries(world: World, *, minutes: int = 5) -> int:
    """How many looks there are in the next minutes."""
    looked = 0
    for _ in range(minutes * 4):
        world.clock.advance(seconds=15)
        looked += await world.cancelling.recover()
    return looked


async def test_a_lost_answer_is_found_and_told_by_itself(world: World, account: Account, visit: Visit) -> None:
    await pending(world, account, visit, Lost())
    other = await world.account()
    assert not await listed(world, other, visit.start), "its time is not given away before that is settled"
    world.clock.advance(seconds=22)
    assert await world.cancelling.recover() == 0, "the press itself may still be waiting"
    world.clock.advance(seconds=1)
    assert await world.cancelling.recover() == 1
    assert world.registry.asked["cancel"] == 1
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED, visit.id)]
    assert await listed(world, other, visit.start)
    assert await world.cancelling.recover() == 0


async def test_what_never_arrived_is_asked_for_again(world: World, account: Account, visit: Visit) -> None:
    await pending(world, account, visit, Silence())
    assert await status_of(world, visit) is VisitStatus.BOOKED
    world.clock.advance(seconds=23)
    assert await world.cancelling.recover() == 1
    assert await status_of(world, visit) is VisitStatus.CANCELLED_BY_PATIENT
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED, visit.id)]


async def test_silence_for_good_keeps_the_visit_and_says_so(world: World, account: Account, visit: Visit) -> None:
    await pending(world, account, visit, Unknown())
    world.registry.cancel_answers = [Unknown()] * 10
    assert await recoveries(world) == 4
    (intent,) = await intents(world)
    assert (intent.status, intent.refusal, intent.check_at) == ("refused", CancelRefusal.UNAVAILABLE, None)
    assert await status_of(world, visit) is VisitStatus.BOOKED
    assert await told(world, account) == [(VisitNews.CANCEL_FAILED, visit.id)]
    world.registry.cancel_answers = []
    assert isinstance(await world.cancelling.cancel(account, visit.id), GivenUp), "another try is safe now"


async def test_an_answer_lost_again_and_again_is_read_off_the_visit(
    world: World, account: Account, visit: Visit
) -> None:
    """Whatever was done last has been looked at before anything is told."""
    await pending(world, account, visit, Unknown())
    world.registry.cancel_answers = [Unknown(), Unknown(), Lost()]
    assert await recoveries(world) == 4
    assert await status_of(world, visit) is VisitStatus.CANCELLED_BY_PATIENT
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED, visit.id)]


async def test_while_the_registry_cannot_tell_nothing_is_said(world: World, account: Account, visit: Visit) -> None:
    await pending(world, account, visit, Lost())
    world.registry.unavailable = {"visit"}
    assert await recoveries(world, minutes=20) > 4
    assert await told(world, account) == []
    world.registry.unavailable = set()
    await recoveries(world)
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED, visit.id)]


@pytest.mark.parametrize("became", ["cancelled by the clinic", "moved by the clinic", "passed", "gone"])
async def test_what_has_become_of_it_meanwhile(
    world: World, account: Account, visit: Visit, became: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pending(world, account, visit, Unknown())
    if became == "cancelled by the clinic":
        await world.admin.cancel_visit(visit.id)
    elif became == "moved by the clinic":
        await world.admin.move_visit(visit.id, (await world.slot(THERAPIST, 10)).id)
    elif became == "passed":
        world.clock.set(visit.start)
    else:

        async def gone(_visit_id: str) -> None:
            return None

        monkeypatch.setattr(world.registry, "visit", gone, raising=False)
    world.clock.advance(seconds=23)
    assert await world.cancelling.recover() == 1
    (intent,) = await intents(world)
    reasons = {
        "cancelled by the clinic": CancelRefusal.ALREADY_CANCELLED,
        "moved by the clinic": CancelRefusal.MOVED,
        "passed": CancelRefusal.TIME_PASSED,
        "gone": CancelRefusal.NOT_FOUND,
    }
    assert (intent.status, intent.refusal) == ("refused", reasons[became])
    assert await told(world, account) == [(VisitNews.CANCEL_FAILED, visit.id)]


@pytest.mark.parametrize("arrived", [True, False], ids=["after the answer", "before it"])
async def test_killed_in_the_middle_it_is_finished_by_whoever_comes_next(
    world: World, account: Account, visit: Visit, arrived: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = asyncio.Event()
    if arrived:  # the registry has done it, and its answer is on the way

        async def never(*_: Any, **__: Any) -> Any:
            reached.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(world.cancelling, "_settle", never)
    else:

        async def waits(_visit_id: str) -> Any:
            reached.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(world.registry, "cancel", waits)
    press = asyncio.create_task(world.cancelling.cancel(account, visit.id))
    await reached.wait()
    press.cancel()
    with pytest.raises(asyncio.CancelledError):
        await press
    monkeypatch.undo()

    assert await status_of(world, visit) is (VisitStatus.CANCELLED_BY_PATIENT if arrived else VisitStatus.BOOKED)
    assert not await listed(world, await world.account(), visit.start)
    world.clock.advance(seconds=30)
    assert await world.cancelling.recover() == 1
    assert await status_of(world, visit) is VisitStatus.CANCELLED_BY_PATIENT
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED, visit.id)]
    assert await listed(world, await world.account(), visit.start)


async def test_a_press_after_a_crash_settles_what_the_registry_has_done(
    world: World, account: Account, visit: Visit
) -> None:
    await pending(world, account, visit, Lost())
    spouse = await world.account()
    await world.person(spouse, ANNA, Relation.SPOUSE, Basis.CONSENT)
    assert await world.cancelling.cancel(spouse, visit.id) == Kept(CancelRefusal.ALREADY_CANCELLED)
    outcome = await world.cancelling.cancel(account, visit.id)
    assert isinstance(outcome, GivenUp)
    await world.outbox.shown(keys.cancelled(outcome.intent_id))
    assert await recoveries(world) == 0
    assert await told(world, account) == []
    assert await listed(world, await world.account(), visit.start)


async def test_two_recoveries_at_once_tell_it_once(world: World, account: Account, visit: Visit) -> None:
    await pending(world, account, visit, Lost())
    world.clock.advance(minutes=1)
    assert sum(await asyncio.gather(*(world.cancelling.recover() for _ in range(5)))) == 1
    assert await told(world, account) == [(VisitNews.VISIT_CANCELLED, visit.id)]


async def test_recovery_takes_the_oldest_first_and_not_all_at_once(world: World) -> None:
    for number in range(3):
        someone = await world.account()
        who = await world.person(someone, somebody(number, ADULT))
        visit = await booked(world, someone, who, SECOND_THERAPIST, 9 + number)
        world.registry.cancel_answers = [Lost()]
        await world.cancelling.cancel(someone, visit.id)
        world.clock.advance(seconds=1)
    world.clock.advance(minutes=1)
    assert await world.cancelling.recover(limit=2) == 2
    assert [each.status for each in await intents(world)] == ["done", "done", "pending"]
    assert await world.cancelling.recover(limit=2) == 1


async def test_while_it_is_checked_nothing_else_is_begun(world: World, account: Account, visit: Visit) -> None:
    entry = await world.visits.get(account, visit.id)
    assert not await world.cancelling.under_way(account, entry)
    await pending(world, account, visit, Silence())
    assert await world.cancelling.under_way(account, entry)
    assert isinstance(await world.cancelling.cancel(account, visit.id), Checking)
    assert world.registry.asked["cancel"] == 1
    assert len(await intents(world)) == 1
    await recoveries(world, minutes=1)
    assert not await world.cancelling.under_way(account, entry)


# --- what hangs on it -----------------------------------------------------------------------------


async def test_nobody_is_told_twice(world: World, account: Account, visit: Visit) -> None:
    """The watch finds a visit that this account has cancelled itself: it knows."""
    outcome = await world.cancelling.cancel(account, visit.id)
    assert isinstance(outcome, GivenUp)
    await world.outbox.shown(keys.cancelled(outcome.intent_id))
    world.clock.advance(minutes=6)
    assert await world.watch.look() > 0
    assert await told(world, account) == []
    kept = (
        await world.database.fetch(
            select(outbox.c.status).where(outbox.c.dedupe_key == keys.cancelled(outcome.intent_id))
        )
    ).scalar_one()
    assert kept == "sent"
    number = (
        await world.database.fetch(
            select(func.count()).select_from(notification).where(notification.c.kind == VisitNews.VISIT_CANCELLED.value)
        )
    ).scalar_one()
    assert number == 1
    assert (await world.visits.upcoming(account, 0, 8)).total == 0


async def test_a_child_is_named_with_its_own_visit(world: World, account: Account) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    visit = await booked(world, account, child, SURGEON, 10)
    await world.cancelling.cancel(account, visit.id)
    (intent,) = await intents(world)
    assert intent.person_id == child.id
    newest = (await world.outbox.page(account.id, 0, 1)).items[0]
    assert newest.person_id == child.id
