"""When a visit is reminded of, in whose time, and what is looked at anew when that moment comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.booking.model import BookingRequest, Made, VisitEntry
from services.booking.moments import eve_moment, soon_moment
from services.booking.notices import VisitNews
from services.booking.reminders import Later, Reminder, groups
from services.booking.tables import visit_reply
from services.errors import NotAllowed, NotFound
from services.notify import keys
from services.notify.tables import notification, outbox
from services.registry.local.refs import slot_ref
from services.registry.model import AgeGroup, Clinic, Slot, Visit, VisitStatus
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.schedules import DoctorRecord, SlotRecord
from tests.support.world import ADULT, CHILD, CLINIC, LENGTH, World, at, somebody

KAMCHATKA = replace(CLINIC, id="c7", name="Поликлиника Камчатки", tz="Asia/Kamchatka", region="41")
KALININGRAD = replace(CLINIC, id="c8", name="Поликлиника Калининграда", tz="Europe/Kaliningrad", region="39")
ZONES = (CLINIC, KAMCHATKA, KALININGRAD)
YESTERDAY = at(9, day=23)
_DOCTORS = count(1)


def there(clinic: Clinic, hour: int, minute: int = 0, day: int = 25) -> datetime:
    """A moment of November 2026 by the clinic's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(clinic.tz))


@pytest.fixture
async def account(world: World) -> Account:
    await world.admin.load([KAMCHATKA, KALININGRAD], [], [])
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    return await world.person(account, somebody(1, ADULT))


async def free(world: World, clinic: Clinic, start: datetime) -> Slot:
    """A time of a specialist of its own."""
    number = next(_DOCTORS)
    doctor = DoctorRecord(f"r{number}", clinic.id, f"s{number}", "Врач", "Ветров", "Иван", None, "каб. 9", AgeGroup.ANY)
    await world.admin.load([], [doctor], [SlotRecord(doctor.id, start, start + LENGTH)])
    return cast(Slot, await world.registry.slot(slot_ref(doctor.id, start)))


async def booked(world: World, account: Account, who: Person, start: datetime, clinic: Clinic = CLINIC) -> Visit:
    """Somebody books here, at the clock's moment."""
    slot = await free(world, clinic, start)
    draft = await world.draft(account)
    outcome = await world.booking.book(BookingRequest(account, draft.id, who, clinic, slot))
    assert isinstance(outcome, Made), outcome
    await world.outbox.shown(*keys.of_draft(draft.id))
    return outcome.visit


async def planned(world: World) -> dict[str, datetime]:
    """Reminders that wait: the day of an eve, the visit of a soon one, with their moments."""
    rows = await world.database.fetch(
        select(notification.c.subject_id, outbox.c.due_at)
        .join(outbox, outbox.c.notification_id == notification.c.id)
        .where(outbox.c.status == "due")
    )
    return {row.subject_id: row.due_at for row in rows}


async def come_due(world: World, account: Account) -> list[list[str]]:
    """What goes out now: the visits of each message."""
    told = []
    for delivery in await world.outbox.claim(100):
        note = delivery.notification
        assert note.account_id == account.id
        found = (
            await world.reminders.eve(account, date.fromisoformat(note.subject_id))
            if note.kind == VisitNews.REMINDER_EVE
            else await world.reminders.soon(account, note.subject_id)
        )
        match found:
            case Reminder(entries, instead_of):
                told.append([each.visit.id for each in entries])
                await world.outbox.sent(delivery, instead_of)
            case Later(until):
                await world.outbox.postpone(delivery, until)
            case None:
                await world.outbox.take_back(delivery)
    return told


async def from_to(world: World, account: Account, start: datetime, end: datetime) -> list[tuple[datetime, list[str]]]:
    """Everything that goes out between two moments, looked at every five minutes."""
    told = []
    world.clock.set(start)
    while world.clock.now() <= end:
        told += [(world.clock.now(), each) for each in await come_due(world, account)]
        world.clock.advance(minutes=5)
    return told


# --- moments --------------------------------------------------------------------------------------


@pytest.mark.parametrize("clinic", ZONES, ids=lambda clinic: clinic.tz)
@pytest.mark.parametrize(
    ("start", "soon"),
    [
        ((0, 10), None),
        ((7, 30), None),
        ((9, 59), None),
        ((10, 0), (8, 0)),
        ((10, 1), (8, 1)),
        ((15, 30), (13, 30)),
        ((23, 0), (21, 0)),
        ((23, 1), None),
        ((23, 50), None),
    ],
)
def test_the_moments_are_of_the_clinics_clock(
    clinic: Clinic, start: tuple[int, int], soon: tuple[int, int] | None
) -> None:
    visit = a_visit(there(clinic, *start), clinic)
    assert eve_moment(visit) == there(clinic, 18, day=24)
    assert soon_moment(visit) == (there(clinic, *soon) if soon else None)


def a_visit(start: datetime, clinic: Clinic = CLINIC, visit_id: str = "v1", made: datetime = YESTERDAY) -> Visit:
    return Visit(
        *(visit_id, "1-1", VisitStatus.BOOKED, "p", clinic, "110", "Терапевт", "d", "Ветров", "214"),
        *(start, start + LENGTH, made),
    )


# --- planning -------------------------------------------------------------------------------------


@pytest.mark.parametrize("clinic", ZONES, ids=lambda clinic: clinic.tz)
@pytest.mark.parametrize(
    ("booked_at", "has_eve"), [((17, 59), True), ((18, 0), False), ((18, 1), False), ((23, 59), False)]
)
async def test_who_books_in_the_evening_before_has_it_in_mind(
    world: World, account: Account, anna: Person, clinic: Clinic, booked_at: tuple[int, int], has_eve: bool
) -> None:
    world.clock.set(there(clinic, *booked_at, day=24))
    visit = await booked(world, account, anna, there(clinic, 12), clinic)
    expected = {visit.id: there(clinic, 10)} | ({"2026-11-25": there(clinic, 18, day=24)} if has_eve else {})
    assert await planned(world) == expected


@pytest.mark.parametrize(("booked_at", "has_soon"), [((9, 59), True), ((10, 0), False), ((11, 0), False)])
async def test_who_books_within_two_hours_is_not_reminded(
    world: World, account: Account, anna: Person, booked_at: tuple[int, int], has_soon: bool
) -> None:
    world.clock.set(there(CLINIC, *booked_at))
    visit = await booked(world, account, anna, there(CLINIC, 12))
    assert await planned(world) == ({visit.id: there(CLINIC, 10)} if has_soon else {})


async def test_the_eve_of_two_zones_is_the_evening_that_comes_first(
    world: World, account: Account, anna: Person
) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    west = await booked(world, account, child, there(KALININGRAD, 12), KALININGRAD)
    assert (await planned(world))["2026-11-25"] == there(KALININGRAD, 18, day=24)
    east = await booked(world, account, anna, there(KAMCHATKA, 12), KAMCHATKA)
    assert (await planned(world))["2026-11-25"] == there(KAMCHATKA, 18, day=24)
    world.clock.set(there(KAMCHATKA, 18, day=24))
    assert await come_due(world, account) == [[east.id, west.id]]
    assert await come_due(world, account) == []


async def test_a_later_zone_booked_after_that_has_an_evening_of_its_own(
    world: World, account: Account, anna: Person
) -> None:
    await booked(world, account, anna, there(KAMCHATKA, 12), KAMCHATKA)
    world.clock.set(there(KAMCHATKA, 18, day=24))
    assert len(await come_due(world, account)) == 1
    world.clock.advance(hours=1)
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    west = await booked(world, account, child, there(KALININGRAD, 12), KALININGRAD)
    world.clock.set(there(KALININGRAD, 18, day=24))
    (told,) = await come_due(world, account)
    assert west.id in told


async def test_days_are_those_of_the_clinics(world: World, account: Account, anna: Person) -> None:
    """23:30 in Kaliningrad is the next day in Moscow, 00:30 in Kamchatka is the day before."""
    late = await booked(world, account, anna, there(KALININGRAD, 23, 30, day=24), KALININGRAD)
    early = await booked(world, account, anna, there(KAMCHATKA, 0, 30, day=26), KAMCHATKA)
    assert await planned(world) == {
        "2026-11-24": there(KALININGRAD, 18, day=23),
        "2026-11-26": there(KAMCHATKA, 18, day=25),
    }
    assert [each.visit.id for each in await world.reminders.of_day(account, date(2026, 11, 24))] == [late.id]
    assert [each.visit.id for each in await world.reminders.of_day(account, date(2026, 11, 26))] == [early.id]


# --- the eve --------------------------------------------------------------------------------------


async def test_the_eve_at_six_sharp_names_all_visits_of_the_next_day_once(
    world: World, account: Account, anna: Person
) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    late = await booked(world, account, anna, there(CLINIC, 17))
    early = await booked(world, account, child, there(CLINIC, 9))
    other = await booked(world, account, anna, there(CLINIC, 9, day=26))
    world.clock.set(there(CLINIC, 17, 59, day=24) + timedelta(seconds=59))
    assert await come_due(world, account) == []
    world.clock.set(there(CLINIC, 18, day=24))
    assert await come_due(world, account) == [[early.id, late.id]]
    world.clock.advance(hours=2)
    assert await come_due(world, account) == []
    world.clock.set(there(CLINIC, 18, day=25))
    assert [each for each in await come_due(world, account) if other.id in each] == [[other.id]]


async def test_what_was_cancelled_meanwhile_is_left_out_and_nothing_left_is_nothing_sent(
    world: World, account: Account, anna: Person
) -> None:
    first = await booked(world, account, anna, there(CLINIC, 9))
    second = await booked(world, account, anna, there(CLINIC, 12))
    await world.admin.cancel_visit(first.id)
    world.clock.set(there(CLINIC, 18, day=24))
    assert await world.reminders.eve(account, date(2026, 11, 25)) == Reminder(
        tuple(await world.reminders.of_visit(account, second.id))
    )
    await world.admin.cancel_visit(second.id)
    assert await come_due(world, account) == []
    assert "2026-11-25" not in await planned(world)
    assert all(each.kind != VisitNews.REMINDER_EVE for each in (await world.outbox.page(account.id, 0, 8)).items), (
        "a reminder of nothing is not listed"
    )


async def test_what_was_moved_to_another_day_is_reminded_of_before_that_day(
    world: World, account: Account, anna: Person
) -> None:
    visit = await booked(world, account, anna, there(CLINIC, 12))
    moved = await world.admin.move_visit(visit.id, (await free(world, CLINIC, there(CLINIC, 12, day=27))).id)
    world.clock.advance(minutes=6)
    await world.watch.look()
    moves = await world.database.fetch(select(outbox.c.dedupe_key).where(outbox.c.dedupe_key.like("moved:%")))
    await world.outbox.shown(moves.scalar_one())
    told = await from_to(world, account, there(CLINIC, 17, day=24), there(CLINIC, 13, day=27))
    assert told == [(there(CLINIC, 18, day=26), [moved.id]), (there(CLINIC, 10, day=27), [moved.id])]


async def test_a_right_that_ended_meanwhile_ends_its_reminders(world: World, account: Account) -> None:
    spouse = await world.person(
        account, somebody(2, ADULT), Relation.SPOUSE, Basis.CONSENT, until=there(CLINIC, 12, day=24)
    )
    await booked(world, account, spouse, there(CLINIC, 12))
    assert await from_to(world, account, there(CLINIC, 17, day=24), there(CLINIC, 12)) == []


@pytest.mark.parametrize("clinic", ZONES, ids=lambda clinic: clinic.tz)
@pytest.mark.parametrize(
    ("back_at", "told_at"),
    [((24, 20.75), (24, 20.75)), ((24, 21.25), (25, 8)), ((25, 3), (25, 8)), ((25, 9), (25, 9))],
)
async def test_an_evening_that_was_missed_is_made_good_by_day(
    world: World,
    account: Account,
    anna: Person,
    clinic: Clinic,
    back_at: tuple[int, float],
    told_at: tuple[int, float],
) -> None:
    """Days and hours."""
    visit = await booked(world, account, anna, there(clinic, 9, 40), clinic)
    back, moment = (there(clinic, 0, day=day) + timedelta(hours=hour) for day, hour in (back_at, told_at))
    assert await from_to(world, account, back, there(clinic, 9, 40)) == [(moment, [visit.id])]


async def test_a_visit_before_eight_that_was_missed_in_the_evening_is_not_told_at_night(
    world: World, account: Account, anna: Person
) -> None:
    await booked(world, account, anna, there(CLINIC, 7, 40))
    assert await from_to(world, account, there(CLINIC, 22, day=24), there(CLINIC, 10)) == []
    assert await planned(world) == {}


# --- two hours before -----------------------------------------------------------------------------


async def test_visits_within_an_hour_are_told_together_once(world: World, account: Account, anna: Person) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    first = await booked(world, account, anna, there(CLINIC, 12))
    second = await booked(world, account, child, there(CLINIC, 13))
    third = await booked(world, account, anna, there(CLINIC, 13, 20))
    told = await from_to(world, account, there(CLINIC, 8), there(CLINIC, 14))
    assert told[1:] == [
        (there(CLINIC, 10), [first.id, second.id]),
        (there(CLINIC, 11, 20), [third.id]),
    ]
    assert await planned(world) == {}


async def test_a_visit_at_the_same_minute_goes_along(world: World, account: Account, anna: Person) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    both = {(await booked(world, account, who, there(CLINIC, 12))).id for who in (anna, child)}
    ((moment, told),) = (await from_to(world, account, there(CLINIC, 8), there(CLINIC, 12)))[1:]
    assert moment == there(CLINIC, 10)
    assert set(told) == both


async def test_a_leader_that_was_cancelled_leaves_the_others_their_own_moment(
    world: World, account: Account, anna: Person
) -> None:
    first = await booked(world, account, anna, there(CLINIC, 12))
    second = await booked(world, account, anna, there(CLINIC, 12, 40))
    world.clock.set(there(CLINIC, 9))
    await come_due(world, account)
    await world.admin.cancel_visit(first.id)
    told = await from_to(world, account, there(CLINIC, 9, 5), there(CLINIC, 12, 40))
    assert told == [(there(CLINIC, 10, 40), [second.id])]


async def test_bot_down_over_the_moment_tells_late_while_the_visit_is_ahead(
    world: World, account: Account, anna: Person
) -> None:
    visit = await booked(world, account, anna, there(CLINIC, 12, day=23))
    world.clock.set(there(CLINIC, 11, 55, day=23))
    assert await come_due(world, account) == [[visit.id]]
    over = await booked(world, account, anna, there(CLINIC, 16, day=23))
    world.clock.set(there(CLINIC, 16, 1, day=23))
    assert await come_due(world, account) == []
    assert over.id not in await planned(world)


async def test_bot_down_until_the_night_tells_nothing(world: World, account: Account, anna: Person) -> None:
    visit = await booked(world, account, anna, there(CLINIC, 22, 30, day=23))
    assert visit.id in await planned(world)
    world.clock.set(there(CLINIC, 21, 1, day=23))
    assert await come_due(world, account) == []
    assert await planned(world) == {}


async def test_at_nine_in_the_evening_sharp_some_seconds_do_not_matter(
    world: World, account: Account, anna: Person
) -> None:
    visit = await booked(world, account, anna, there(CLINIC, 23, day=23))
    world.clock.set(there(CLINIC, 21, day=23) + timedelta(seconds=30))
    assert await come_due(world, account) == [[visit.id]]


async def test_a_silent_registry_is_not_taken_for_a_visit_that_is_gone(
    world: World, account: Account, anna: Person
) -> None:
    await booked(world, account, anna, there(CLINIC, 12))
    world.clock.set(there(CLINIC, 18, day=24))
    world.registry.unavailable = {"visits"}
    with pytest.raises(RegistryUnavailable):
        await world.reminders.eve(account, date(2026, 11, 25))


# --- groups ---------------------------------------------------------------------------------------

Entries = Callable[..., list[VisitEntry]]


def entries(*visits: Visit) -> list[VisitEntry]:
    return [VisitEntry(visit, cast(Person, None)) for visit in visits]


def grouped(*visits: Visit, waiting: str | None = None) -> list[str]:
    """Groups as words of the visits' one-letter ids."""
    ids = {each.id for each in visits} if waiting is None else set(waiting)
    return ["".join(each.visit.id for each in group) for group in groups(entries(*visits), ids)]


def test_groups_begin_with_the_earliest_and_reach_an_hour() -> None:
    a, b, c, d = (
        a_visit(there(CLINIC, *start), visit_id=name)
        for name, start in {"a": (12, 0), "b": (12, 40), "c": (13, 0), "d": (13, 20)}.items()
    )
    assert grouped(d, b, a, c) == ["abc", "d"]
    assert grouped(b, c, d) == ["bcd"]


def test_who_was_booked_after_the_leaders_moment_leads_alone() -> None:
    a = a_visit(there(CLINIC, 12), visit_id="a")
    b = a_visit(there(CLINIC, 12, 40), visit_id="b", made=there(CLINIC, 10, 1))
    c = a_visit(there(CLINIC, 12, 50), visit_id="c")
    assert grouped(a, b, c) == ["ac", "b"]
    assert grouped(a, replace(b, created_at=there(CLINIC, 10)), c) == ["abc"]


def test_only_who_has_not_been_told_leads() -> None:
    a, b, c = (a_visit(there(CLINIC, 12, minute), visit_id=name) for name, minute in (("a", 0), ("b", 20), ("c", 40)))
    assert grouped(a, b, c, waiting="bc") == ["bc"]
    assert grouped(a, b, c, waiting="") == []


def test_one_that_has_no_moment_of_its_own_goes_along() -> None:
    a, b = a_visit(there(CLINIC, 22, 50), visit_id="a"), a_visit(there(CLINIC, 23, 20), visit_id="b")
    assert grouped(a, b) == ["ab"]
    assert grouped(b) == []


# --- «Приду» --------------------------------------------------------------------------------------


async def test_an_answer_is_of_this_visit_at_this_time(world: World, account: Account, anna: Person) -> None:
    visit = await booked(world, account, anna, there(CLINIC, 12))
    assert not (await world.visits.get(account, visit.id)).replied
    assert (await world.replies.coming(account, visit.id)).replied
    assert (await world.replies.coming(account, visit.id)).replied
    assert [each.replied for each in await world.visits.ahead(account)] == [True]
    await world.database.execute(visit_reply.update().values(starts_at=there(CLINIC, 13)))
    assert not (await world.visits.get(account, visit.id)).replied


async def test_no_answer_to_what_is_over(world: World, account: Account, anna: Person) -> None:
    gone = await booked(world, account, anna, there(CLINIC, 12))
    await world.admin.cancel_visit(gone.id)
    assert not (await world.replies.coming(account, gone.id)).replied
    begun = await booked(world, account, anna, there(CLINIC, 15))
    world.clock.set(there(CLINIC, 15))
    assert not (await world.replies.coming(account, begun.id)).replied


async def test_who_may_only_see_does_not_answer_and_a_stranger_sees_nothing(world: World, account: Account) -> None:
    identity = somebody(3, ADULT)
    seen = await world.person(
        account, identity, Relation.SPOUSE, Basis.CONSENT, covers=(Covers.SEE_VISITS,), until=at(9, day=30)
    )
    visit = await world.at_the_desk(cast(str, seen.patient_id), await free(world, CLINIC, there(CLINIC, 12)))
    with pytest.raises(NotAllowed):
        await world.replies.coming(account, visit.id)
    with pytest.raises(NotFound):
        await world.replies.coming(await world.account(), visit.id)


async def test_answers_are_forgotten_with_their_visits(world: World, account: Account, anna: Person) -> None:
    visit = await booked(world, account, anna, there(CLINIC, 12))
    await world.replies.coming(account, visit.id)
    assert await world.replies.purge() == 0
    world.clock.set(there(CLINIC, 13, day=27))
    assert await world.replies.purge() == 1
