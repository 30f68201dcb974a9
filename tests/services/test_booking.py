"""Booking: an intent, one call, a settlement; once, however often and however broken the answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.accounts.model import Account, Basis, Person, Relation
from services.accounts.rights import DECLARED_AHEAD
from services.accounts.tables import person
from services.booking.model import NOT_TOLD, BookingRequest, Checking, Declined, Made
from services.booking.notices import VisitNews
from services.booking.tables import booking_intent
from services.errors import Denial
from services.notify import keys
from services.notify.tables import notification, outbox
from services.registry.model import Booked, PatientIdentity, Policy, PolicyKind, Refusal, Refused, Unknown, VisitStatus
from services.storage.rows import Row
from services.storage.tables import audit
from tests.support.world import (
    ADULT,
    CHILD,
    PAEDIATRICIAN,
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
OTHER = somebody(7, date(1985, 7, 7), "Кузнецова")


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    """The account holder, seen at the desk."""
    return await world.person(account, ANNA)


async def intents(world: World) -> list[Row]:
    rows = await world.database.fetch(select(booking_intent).order_by(booking_intent.c.created_at))
    return list(rows.all())


async def count(world: World, table: Any) -> int:
    number: int = (await world.database.fetch(select(func.count()).select_from(table))).scalar_one()
    return number


async def told_now(world: World) -> list[Row]:
    """What is told at once: reminders have a moment of their own."""
    now = notification.c.created_at <= world.clock.now()
    return list((await world.database.fetch(select(notification).where(now))).all())


async def book(world: World, account: Account, who: Person | PatientIdentity, *slot: Any) -> Any:
    return await world.booking.book(await world.request(account, who, await world.slot(*slot)))


# --- the straight way -----------------------------------------------------------------------------


async def test_a_booked_visit_settles_everything_that_hangs_on_it(world: World, account: Account, anna: Person) -> None:
    slot = await world.slot()
    request = await world.request(account, anna, slot)
    await world.holds.take(slot, account, request.draft_id)
    outcome = await world.booking.book(request)

    assert isinstance(outcome, Made)
    visit = outcome.visit
    assert (visit.patient_id, visit.start, visit.clinic.id, visit.doctor_id) == (
        anna.patient_id,
        slot.start,
        "c1",
        "d1",
    )
    (intent,) = await intents(world)
    assert (intent.status, intent.visit_id, intent.refusal, intent.check_at) == ("booked", visit.id, None, None)
    assert (intent.account_id, intent.person_id, intent.slot_id) == (account.id, anna.id, slot.id)
    assert world.registry.keys == [intent.id], "the intent's id is the idempotency key"
    draft = await world.drafts.get(request.draft_id)
    assert draft is not None
    assert (draft.done, draft.result, dict(draft.answers)) == (True, visit.id, {})
    assert await world.holds.until(request.draft_id, slot.id) is None
    (told,) = await told_now(world)
    assert (told.kind, told.subject_id, told.person_id) == (VisitNews.BOOKING_CONFIRMED, visit.id, anna.id)
    (delivery,) = (await world.database.fetch(select(outbox).where(outbox.c.due_at <= world.clock.now()))).all()
    assert (delivery.status, delivery.dedupe_key) == ("due", keys.confirmation(request.draft_id))
    (noted,) = (await world.database.fetch(select(audit))).all()
    assert (noted.action, noted.account_id, noted.person_id, noted.subject_id, noted.at) == (
        *("visit_booked", account.id, anna.id, visit.id, world.clock.now()),
    )
    assert await world.booking.own_bookings(account.id) == {visit.id}
    assert await world.booking.recent_clinics(account.id, 3) == ["c1"]


async def test_the_intent_stands_before_the_registry_is_called(world: World, account: Account, anna: Person) -> None:
    """A crash in the middle of the call leaves a row to settle."""
    world.registry.answers = [Lost()]
    request = await world.request(account, anna, await world.slot())
    outcome = await world.booking.book(request)
    (intent,) = await intents(world)
    assert outcome == Checking(intent.id)
    assert intent.status == "pending"
    assert intent.check_at > world.clock.now()
    assert await count(world, notification) == 0


async def test_the_screen_that_says_it_is_the_confirmation(world: World, account: Account, anna: Person) -> None:
    request = await world.request(account, anna, await world.slot())
    await world.booking.book(request)
    await world.outbox.shown(*keys.of_draft(request.draft_id))
    world.clock.advance(minutes=5)
    assert await world.outbox.claim(10) == ()
    assert (await world.outbox.page(account.id, 0, 8)).total == 1, "it stands in «Уведомления» all the same"


async def test_a_screen_that_was_never_shown_is_made_up_for(world: World, account: Account, anna: Person) -> None:
    await book(world, account, anna)
    assert await world.outbox.claim(10) == ()
    world.clock.advance(seconds=21)
    (delivery,) = await world.outbox.claim(10)
    assert delivery.notification.kind == VisitNews.BOOKING_CONFIRMED


async def test_the_clinics_booked_at_last_come_first(world: World, account: Account, anna: Person) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    await book(world, account, anna)
    world.clock.advance(minutes=1)
    await book(world, account, child, PAEDIATRICIAN)
    world.clock.advance(minutes=1)
    assert await world.booking.recent_clinics(account.id, 3) == ["c2", "c1"]
    await book(world, account, anna, SURGEON, 10)
    assert await world.booking.recent_clinics(account.id, 3) == ["c1", "c2"]
    assert await world.booking.recent_clinics(account.id, 1) == ["c1"]
    assert await world.booking.recent_clinics((await world.account()).id, 3) == []


# --- once -----------------------------------------------------------------------------------------


async def test_the_same_draft_books_once(world: World, account: Account, anna: Person) -> None:
    request = await world.request(account, anna, await world.slot())
    first = await world.booking.book(request)
    again = await world.booking.book(replace(request, slot=await world.slot(SURGEON, 10)))
    assert isinstance(first, Made)
    assert again == first
    assert await world.booking.outcome(request.draft_id) == first
    assert world.registry.asked["book"] == 1


async def test_twenty_presses_at_once_make_one_visit(world: World, account: Account, anna: Person) -> None:
    request = await world.request(account, anna, await world.slot())
    outcomes = await asyncio.gather(*(world.booking.book(request) for _ in range(20)))
    assert world.registry.asked["book"] == 1
    made = [each for each in outcomes if isinstance(each, Made)]
    assert len({each.visit.id for each in made}) == 1
    assert all(isinstance(each, Made | Checking) for each in outcomes)
    assert len(await world.registry.visits([anna.patient_id])) == 1
    assert await count(world, booking_intent) == len(await told_now(world)) == 1


async def test_twenty_presses_at_once_for_another_citizen_make_one_person(world: World, account: Account) -> None:
    request = await world.request(account, OTHER, await world.slot())
    await asyncio.gather(*(world.booking.book(request) for _ in range(20)))
    assert await count(world, person) == 1
    assert await count(world, booking_intent) == 1


async def test_of_twenty_people_at_once_one_gets_the_time(world: World) -> None:
    slot = await world.slot()
    requests = []
    for number in range(20):
        account = await world.account()
        requests.append(await world.request(account, await world.person(account, somebody(number, ADULT)), slot))
    outcomes = await asyncio.gather(*(world.booking.book(each) for each in requests))
    assert sum(isinstance(each, Made) for each in outcomes) == 1
    assert outcomes.count(Declined(Refusal.TIME_BUSY)) == 19


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", Refusal)
async def test_a_refusal_leaves_the_draft_open_for_another_try(
    world: World, account: Account, anna: Person, reason: Refusal
) -> None:
    world.registry.answers = [Refused(reason)]
    request = await world.request(account, anna, await world.slot())
    assert await world.booking.book(request) == Declined(reason)
    (intent,) = await intents(world)
    kept = NOT_TOLD if reason in (Refusal.SAME_SPECIALIST, Refusal.SAME_TIME) else reason
    assert (intent.status, intent.refusal, intent.visit_id) == ("refused", kept, None)
    draft = await world.drafts.get(request.draft_id)
    assert draft is not None
    assert not draft.done
    assert await world.booking.outcome(request.draft_id) is None
    assert await count(world, notification) == 0, "the screen has said it"
    assert await count(world, audit) == 0

    assert isinstance(await world.booking.book(request), Made)
    assert len({each.id for each in await intents(world)}) == 2
    assert len(set(world.registry.keys)) == 2, "another try is another key"


async def test_the_registrys_own_refusals(world: World, account: Account, anna: Person) -> None:
    first = await book(world, account, anna)
    assert isinstance(first, Made)
    assert await book(world, account, anna, SECOND_THERAPIST, 11) == Declined(Refusal.SAME_SPECIALIST)
    assert await book(world, account, anna, SURGEON, 9) == Declined(Refusal.SAME_TIME)
    assert await book(world, account, anna, PAEDIATRICIAN, 11) == Declined(Refusal.OTHER_AGE)
    other = await world.account()
    olga = await world.person(other, OTHER)
    assert await book(world, other, olga, THERAPIST, 9) == Declined(Refusal.TIME_BUSY)
    world.clock.set(at(10, 30))
    assert await book(world, other, olga, SURGEON, 10, 20) == Declined(Refusal.TIME_PASSED)


async def test_a_registry_that_is_silent_about_the_patient_is_not_asked_to_book(world: World, account: Account) -> None:
    unmatched = await world.person(account, ANNA, Relation.OWN, Basis.DECLARED, known=False)
    world.registry.unavailable = {"find_patient"}
    assert await book(world, account, unmatched) == Declined(Refusal.UNAVAILABLE)
    assert await book(world, account, OTHER) == Declined(Refusal.UNAVAILABLE)
    assert await count(world, booking_intent) == 0
    assert world.registry.asked["book"] == 0


async def test_a_person_matched_late_is_remembered(world: World, account: Account) -> None:
    """The registry was down when the form was filled; now it answers."""
    unmatched = await world.person(account, ANNA, Relation.OWN, Basis.DECLARED, known=False)
    patient = await world.admin.enrol(ANNA, "c1")
    assert isinstance(await book(world, account, unmatched), Made)
    matched = await world.persons.get(account, unmatched.id)
    assert matched.patient_id == patient.id


async def test_a_patient_whom_the_registry_does_not_know(world: World) -> None:
    strict = World(world.database, world.vault, world.clock, registers_patients=False)
    account = await strict.account()
    assert await book(strict, account, OTHER) == Declined(Refusal.PATIENT_NOT_FOUND)
    unknown = await strict.person(account, ANNA, Relation.OWN, Basis.DECLARED, known=False)
    assert await book(strict, account, unknown) == Declined(Refusal.PATIENT_NOT_FOUND)
    assert await count(strict, booking_intent) == 0
    assert await count(strict, person) == 1, "an unknown stranger is not kept"


async def test_a_policy_that_stands_for_somebody_else_is_a_patient_not_found(world: World, account: Account) -> None:
    """What the registry knows of the policy's real owner is nobody else's business."""
    await world.admin.enrol(OTHER, "c1")
    assert await book(world, account, replace(OTHER, name="Другая")) == Declined(Refusal.PATIENT_NOT_FOUND)
    assert await count(world, person) == 0


async def test_without_any_number_nobody_is_found(world: World, account: Account) -> None:
    nobody = replace(OTHER, policy=Policy(PolicyKind.NONE), snils=None)
    assert await book(world, account, nobody) == Declined(Refusal.PATIENT_NOT_FOUND)


# --- rights ---------------------------------------------------------------------------------------


async def test_who_is_18_on_the_day_of_the_visit_books_alone(world: World, account: Account) -> None:
    nearly = await world.person(account, somebody(2, date(2008, 11, 25)), Relation.CHILD)
    assert isinstance(await book(world, account, nearly, THERAPIST, 9, 0, 24), Made)
    assert await book(world, account, nearly, SURGEON, 9, 0, 25) == Declined(Denial.GROWN_UP)


async def test_a_permission_that_has_ended(world: World, account: Account) -> None:
    until = world.clock.now() + timedelta(hours=1)
    spouse = await world.person(account, OTHER, Relation.SPOUSE, Basis.CONSENT, until=until)
    world.clock.advance(hours=1)
    assert await book(world, account, spouse) == Declined(Denial.BASIS_ENDED)
    assert world.registry.asked["book"] == 0


async def test_five_visits_ahead_for_declared_persons(world: World, account: Account) -> None:
    for number in range(DECLARED_AHEAD):
        someone = somebody(10 + number, ADULT, "Соседова")
        assert isinstance(await book(world, account, someone, THERAPIST, 9 + number // 3, 20 * (number % 3)), Made)
    declared = await world.person(account, ANNA, Relation.OWN, Basis.DECLARED)
    sixth = somebody(20, ADULT, "Соседова")
    assert await book(world, account, sixth, SURGEON) == Declined(Denial.TOO_MANY_DECLARED)
    assert await book(world, account, declared, SURGEON) == Declined(Denial.TOO_MANY_DECLARED)
    seen = await world.person(account, somebody(30, CHILD), Relation.CHILD)
    assert isinstance(await book(world, account, seen, SURGEON), Made), "whom the desk has seen is not counted"
    other = await world.account()
    assert isinstance(await book(world, other, sixth, SURGEON, 10), Made), "each account has its own five"
    world.clock.set(at(9, 1))
    assert isinstance(await book(world, account, declared, SURGEON, 10, 20), Made), "the first of them has begun"


async def test_visits_of_confirmed_persons_leave_room_for_declared_ones(world: World, account: Account) -> None:
    for number in range(DECLARED_AHEAD):
        seen = await world.person(account, somebody(10 + number, ADULT), Relation.PARENT)
        await book(world, account, seen, THERAPIST, 9 + number // 3, 20 * (number % 3))
    assert isinstance(await book(world, account, OTHER, SURGEON), Made)


# --- another citizen ------------------------------------------------------------------------------


async def test_another_citizen_becomes_a_declared_person_by_booking(world: World, account: Account) -> None:
    outcome = await book(world, account, OTHER)
    assert isinstance(outcome, Made)
    (someone,) = await world.persons.family(account)
    assert (someone.relation, someone.bases) == (Relation.OTHER, ((Basis.DECLARED, None),))
    assert (someone.identity, someone.patient_id) == (OTHER, outcome.visit.patient_id)


async def test_who_is_typed_again_is_not_another_person(world: World, account: Account) -> None:
    await book(world, account, OTHER)
    assert await count(world, person) == 1
    assert isinstance(await book(world, account, replace(OTHER, phone=None), SURGEON, 10), Made)
    assert await count(world, person) == 1


async def test_a_refused_stranger_is_not_doubled_by_trying_again(world: World, account: Account) -> None:
    world.registry.answers = [Refused(Refusal.TIME_BUSY)]
    request = await world.request(account, OTHER, await world.slot())
    assert await world.booking.book(request) == Declined(Refusal.TIME_BUSY)
    again = replace(request, slot=await world.slot(THERAPIST, 10))
    assert isinstance(await world.booking.book(again), Made)
    assert await count(world, person) == 1


async def test_ones_own_child_typed_as_another_citizen_is_the_child(world: World, account: Account) -> None:
    """With all that the desk has seen: nothing is to be counted or hidden."""
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    outcome = await book(world, account, child.identity)
    assert isinstance(outcome, Made)
    assert outcome.visit.patient_id == child.patient_id
    (intent,) = await intents(world)
    assert intent.person_id == child.id
    assert await count(world, person) == 1


async def test_another_citizen_for_whom_nothing_came_about_is_not_kept(world: World, account: Account) -> None:
    patient = await world.admin.enrol(OTHER, "c1")
    await world.at_the_desk(patient, await world.slot(THERAPIST, 9))
    assert isinstance(await book(world, account, OTHER, SURGEON, 9), Declined)
    assert await count(world, person) == 0
    assert isinstance(await book(world, account, OTHER, SURGEON, 10), Made)
    assert isinstance(await book(world, account, OTHER, SECOND_THERAPIST, 11), Declined)
    assert await count(world, person) == 1, "who has a visit stays"


# --- what may not be told -------------------------------------------------------------------------


async def test_a_clash_with_a_hidden_visit_says_nothing_of_it(world: World, account: Account) -> None:
    """A declared person and a teenager have visits of their own that this account may not see."""
    teenager = await world.person(account, somebody(2, TEENAGER), Relation.CHILD)
    declared = await world.person(account, OTHER, Relation.OTHER, Basis.DECLARED)
    for who, hour in ((teenager, 9), (declared, 10)):
        assert who.patient_id is not None
        await world.at_the_desk(who.patient_id, await world.slot(THERAPIST, hour))
        assert await book(world, account, who, SECOND_THERAPIST, 11) == Declined(Denial.HIDDEN_CLASH)
        if who is declared:  # nothing has come about for them, so they are not kept, and are typed anew
            who = await world.person(account, OTHER, Relation.OTHER, Basis.DECLARED)
        assert await book(world, account, who, SURGEON, hour) == Declined(Denial.HIDDEN_CLASH, again=True)


async def test_a_clash_with_ones_own_booking_is_told_as_it_is(world: World, account: Account) -> None:
    teenager = await world.person(account, somebody(2, TEENAGER), Relation.CHILD)
    declared = await world.person(account, OTHER, Relation.OTHER, Basis.DECLARED)
    for who, hour in ((teenager, 9), (declared, 10)):
        assert isinstance(await book(world, account, who, THERAPIST, hour), Made)
        assert await book(world, account, who, SECOND_THERAPIST, 11) == Declined(Refusal.SAME_SPECIALIST)
        assert await book(world, account, who, SURGEON, hour) == Declined(Refusal.SAME_TIME)


async def test_ones_own_booking_does_not_explain_a_clash_with_a_hidden_one(world: World, account: Account) -> None:
    teenager = await world.person(account, somebody(2, TEENAGER), Relation.CHILD)
    assert teenager.patient_id is not None
    await world.at_the_desk(teenager.patient_id, await world.slot(THERAPIST, 9))
    assert isinstance(await book(world, account, teenager, SURGEON, 10), Made)
    assert await book(world, account, teenager, SECOND_THERAPIST, 11) == Declined(Denial.HIDDEN_CLASH)


async def test_an_own_visit_at_that_hour_is_told_whatever_is_hidden_besides(world: World, account: Account) -> None:
    """The registry refused for the hidden therapist; without it, it would have been for the own visit at that hour."""
    teenager = await world.person(account, somebody(2, TEENAGER), Relation.CHILD)
    assert teenager.patient_id is not None
    await world.at_the_desk(teenager.patient_id, await world.slot(THERAPIST, 9))
    assert isinstance(await book(world, account, teenager, SURGEON, 11), Made)
    assert await book(world, account, teenager, SECOND_THERAPIST, 11) == Declined(Refusal.SAME_TIME)


async def test_who_sees_all_visits_is_told_of_every_clash(world: World, account: Account, anna: Person) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    for who, hour in ((anna, 9), (child, 10)):
        assert who.patient_id is not None
        await world.at_the_desk(who.patient_id, await world.slot(THERAPIST, hour))
        assert await book(world, account, who, SURGEON, hour) == Declined(Refusal.SAME_TIME)


async def test_a_stranger_typed_for_the_first_time_hides_the_clash_too(world: World, account: Account) -> None:
    patient = await world.admin.enrol(OTHER, "c1")
    await world.at_the_desk(patient, await world.slot(THERAPIST, 9))
    assert await book(world, account, OTHER, SURGEON, 9) == Declined(Denial.HIDDEN_CLASH)


async def test_a_registry_that_falls_silent_after_a_clash_hides_it(world: World, account: Account) -> None:
    declared = await world.person(account, OTHER, Relation.OTHER, Basis.DECLARED)
    await book(world, account, declared, THERAPIST, 9)
    world.registry.unavailable = {"visits"}
    assert await book(world, account, declared, SURGEON, 9) == Declined(Denial.HIDDEN_CLASH)


# --- silence and crashes --------------------------------------------------------------------------


async def pending(world: World, account: Account, who: Person, script: Lost | Silence | Unknown) -> BookingRequest:
    """A request whose answer never came."""
    world.registry.answers = [script]
    if isinstance(script, Silence):
        world.booking._patience = timedelta(milliseconds=10)
    request = await world.request(account, who, await world.slot())
    outcome = await world.booking.book(request)
    world.booking._patience = PATIENCE
    assert isinstance(outcome, Checking)
    assert await world.booking.book(request) == outcome, "never a second attempt while the first may stand"
    assert await world.booking.outcome(request.draft_id) == outcome
    assert world.registry.asked["book"] == 1
    return request


async def test_a_lost_answer_is_found_and_told_by_itself(world: World, account: Account, anna: Person) -> None:
    request = await pending(world, account, anna, Lost())
    world.clock.advance(seconds=22)
    assert await world.booking.recover() == 0, "the press itself may still be waiting"
    world.clock.advance(seconds=1)
    assert await world.booking.recover() == 1
    outcome = await world.booking.outcome(request.draft_id)
    assert isinstance(outcome, Made)
    draft = await world.drafts.get(request.draft_id)
    assert draft is not None
    assert draft.result == outcome.visit.id
    (delivery,) = await world.outbox.claim(10)
    assert delivery.notification.kind == VisitNews.BOOKING_CONFIRMED
    assert delivery.notification.subject_id == outcome.visit.id
    assert await world.booking.recover() == 0
    assert len(await world.registry.visits([anna.patient_id])) == 1


@pytest.mark.parametrize("script", [Silence(), Unknown()], ids=["no answer", "unknown"])
async def test_what_never_arrived_is_refused_after_its_checks(
    world: World, account: Account, anna: Person, script: Silence | Unknown
) -> None:
    request = await pending(world, account, anna, script)
    checks = 0
    for _ in range(20):
        world.clock.advance(seconds=15)
        checks += await world.booking.recover()
    assert checks == 4
    assert world.registry.asked["find_booking"] == 4
    (intent,) = await intents(world)
    assert (intent.status, intent.refusal) == ("refused", Refusal.UNAVAILABLE)
    assert await world.booking.outcome(request.draft_id) is None
    (delivery,) = await world.outbox.claim(10)
    assert (delivery.notification.kind, delivery.notification.subject_id) == (*(VisitNews.BOOKING_FAILED, intent.id),)
    draft = await world.drafts.get(request.draft_id)
    assert draft is not None
    assert not draft.done
    assert isinstance(await world.booking.book(request), Made), "now another attempt is safe"


async def test_while_the_registry_cannot_tell_nothing_is_given_up(world: World, account: Account, anna: Person) -> None:
    request = await pending(world, account, anna, Lost())
    world.registry.unavailable = {"find_booking"}
    for _ in range(8):
        world.clock.advance(minutes=3)
        assert await world.booking.recover() == 1
    assert isinstance(await world.booking.outcome(request.draft_id), Checking)
    world.registry.unavailable = set()
    world.registry.found = [Unknown()]
    for _ in range(2):
        world.clock.advance(minutes=3)
        await world.booking.recover()
    assert isinstance(await world.booking.outcome(request.draft_id), Made)


async def test_two_recoveries_at_once_tell_it_once(world: World, account: Account, anna: Person) -> None:
    await pending(world, account, anna, Lost())
    world.clock.advance(minutes=1)
    looked_at = await asyncio.gather(*(world.booking.recover() for _ in range(5)))
    assert sum(looked_at) == 1
    assert len(await told_now(world)) == 1


async def test_recovery_takes_the_oldest_first_and_not_all_at_once(world: World) -> None:
    accounts = [await world.account() for _ in range(3)]
    for number, account in enumerate(accounts):
        who = await world.person(account, somebody(number, ADULT))
        world.registry.answers = [Lost()]
        await world.booking.book(await world.request(account, who, await world.slot(THERAPIST, 9 + number)))
        world.clock.advance(seconds=1)
    world.clock.advance(minutes=1)
    assert await world.booking.recover(limit=2) == 2
    assert [each.status for each in await intents(world)] == ["booked", "booked", "pending"]
    assert await world.booking.recover(limit=2) == 1


async def test_a_visit_gone_from_the_registry_is_never_booked_twice(
    world: World, account: Account, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await world.request(account, anna, await world.slot())
    made = await world.booking.book(request)
    assert isinstance(made, Made)

    async def gone(_visit_id: str) -> None:
        return None

    monkeypatch.setattr(world.registry, "visit", gone, raising=False)
    assert await world.booking.outcome(request.draft_id) is None
    assert await world.booking.book(request) == Declined(Refusal.UNAVAILABLE)
    assert world.registry.asked["book"] == 1


async def test_an_answer_is_the_registrys_own_visit(world: World, account: Account, anna: Person) -> None:
    outcome = await book(world, account, anna)
    assert isinstance(outcome, Made)
    found = await world.registry.find_booking(world.registry.keys[0])
    assert found == Booked(outcome.visit)
    assert outcome.visit.status is VisitStatus.BOOKED
    assert outcome.visit.start.tzinfo is UTC
