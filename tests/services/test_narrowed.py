"""Rights that end take along, in the same unit, whatever rested on them; what rests on another basis stays."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.topics import ALL
from services.accounts.model import Account, Grant, Person, Relation
from services.accounts.notices import AccountNews
from services.booking.model import ChosenTime, Held, Made
from services.booking.notices import VisitNews
from services.booking.tables import accepted_warning, calendar_event, hold, visit_reply, visit_watch
from services.drafts.tables import draft
from services.notify.tables import notification, outbox
from services.registry.model import Visit
from services.storage.tables import metadata
from tests.services.test_access import BOTH, SEE, confirmed, consent
from tests.support.world import ADULT, CHILDREN, CLINIC, SECOND_THERAPIST, SURGEON, World, somebody

HERS = somebody(1, date(1957, 11, 7), "Меченова")


@dataclass
class Scene:
    """A daughter whom the mother has let manage her visits; she has booked one, another was made at the desk."""

    world: World
    mother: Account
    daughter: Account
    grant: Grant
    hers: Person
    booked: Visit
    at_desk: Visit

    async def told_of_everything(self) -> None:
        """The daughter's chat knows both visits, has answered, has a calendar, a draft and a hold, and was warned."""
        world, who = self.world, self.daughter
        await world.watch.look()
        await world.replies.coming(who, self.booked.id)
        await world.calendar.event(who, await world.calendar.find(who, self.at_desk.id))
        begun = await world.draft(who, person=self.hers.id)
        slot = await world.slot(SURGEON, 11, day=25)
        held = await world.booking.hold(who, begun.id, ChosenTime(slot.id, slot.start), self.hers, CLINIC)
        assert isinstance(held, Held)
        await world.warnings.accept(who, self.hers, CHILDREN.id)


@pytest.fixture
async def scene(world: World) -> Scene:
    mother, _ = await confirmed(world, HERS)
    daughter, _ = await confirmed(world, somebody(2, ADULT))
    grant = await consent(world, mother, daughter, BOTH)
    hers = next(each for each in await world.persons.family(daughter) if each.relation is Relation.PARENT)
    made = await world.booking.book(await world.request(daughter, hers, await world.slot(SURGEON, 10, day=25)))
    assert isinstance(made, Made)
    assert hers.patient_id is not None
    at_desk = await world.at_the_desk(hers.patient_id, await world.slot(SECOND_THERAPIST, 11, day=25))
    one = Scene(world, mother, daughter, grant, hers, made.visit, at_desk)
    await one.told_of_everything()
    return one


async def rows(one: Scene) -> dict[str, int]:
    """What the daughter's account keeps of visits, by table; of notifications those still to come."""
    database, mine = one.world.database, one.daughter.id
    counted = {}
    for table in (visit_watch, visit_reply, calendar_event, accepted_warning, draft, hold):
        query = select(table).where(table.c.account_id == mine)
        if table is draft:
            query = query.where(draft.c.status == "open")
        counted[table.name] = len((await database.fetch(query)).all())
    waiting = (
        select(notification.c.id)
        .join(outbox, outbox.c.notification_id == notification.c.id)
        .where(notification.c.account_id == mine, notification.c.kind.in_(list(VisitNews)), outbox.c.status == "due")
    )
    return counted | {"due": len((await database.fetch(waiting)).all())}


NOTHING = {
    "visit_watch": 0,
    "visit_reply": 0,
    "calendar_event": 0,
    "accepted_warning": 0,
    "draft": 0,
    "hold": 0,
    "due": 0,
}


def words_of(value: Any) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        return " ".join(words_of(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, dict):
        return " ".join(f"{name} {words_of(each)}" for name, each in value.items())
    if isinstance(value, list | tuple | frozenset):
        return " ".join(map(words_of, value))
    return str(value)


async def is_told(one: Scene) -> list[str]:
    """What of the visits the daughter's export tells."""
    exported = await one.world.mydata.export(one.daughter)
    said = words_of({name: each for name, each in exported.items() if name != "counted"})
    moments = (one.booked.start, one.at_desk.start, one.booked.start - timedelta(hours=2))
    looked_for = [one.booked.number, one.booked.doctor, one.at_desk.doctor, *map(str, moments)]
    found = [each for each in looked_for if each in said]
    if re.search(r"2026-11-2[45](?!T)", json.dumps(words_of(exported.get("reminders_to_come", ())))):
        found.append("a day to come")
    return found


async def by_revoking(one: Scene) -> None:
    await one.world.consents.revoke(one.mother, one.grant.id)


async def by_giving_up(one: Scene) -> None:
    await one.world.consents.revoke(one.daughter, one.grant.id)


async def by_time(one: Scene) -> None:
    one.world.clock.set(one.grant.until + timedelta(minutes=1))
    assert await one.world.consents.expire() == 1


async def by_taking_off_the_list(one: Scene) -> None:
    await one.world.family.remove(one.daughter, one.hers.id)


async def by_erasing_the_giver(one: Scene) -> None:
    await one.world.mydata.erase(one.mother)


ENDINGS: tuple[Callable[[Scene], Awaitable[None]], ...] = (
    by_revoking,
    by_giving_up,
    by_time,
    by_taking_off_the_list,
    by_erasing_the_giver,
)


@pytest.mark.parametrize("end", ENDINGS, ids=lambda each: each.__name__)
async def test_what_rested_on_a_consent_goes_with_it(scene: Scene, end: Callable[[Scene], Awaitable[None]]) -> None:
    before = await rows(scene)
    assert all(before.values()), f"the scene has all of it: {before}"
    assert len(await is_told(scene)) >= 4, "and the export tells it"
    await end(scene)
    assert await rows(scene) == NOTHING
    assert await is_told(scene) == []
    assert await scene.world.visits.latest(scene.daughter, 100) == []


async def test_what_was_booked_by_a_consent_stays_hidden_from_who_types_the_person_in_later(scene: Scene) -> None:
    await by_revoking(scene)
    typed = await scene.world.family.add(scene.daughter, Relation.PARENT, HERS)
    assert typed.patient_id == scene.hers.patient_id
    assert await scene.world.visits.latest(scene.daughter, 100) == []


async def test_a_consent_that_lets_do_less_takes_what_was_begun(scene: Scene) -> None:
    before = await rows(scene)
    await consent(scene.world, scene.mother, scene.daughter, SEE, None)
    assert await rows(scene) == before | {"draft": 0, "hold": 0}
    slot = await scene.world.slot(SURGEON, 11, day=25)
    assert slot.id not in await scene.world.holds.of_others([CLINIC.id], "")


async def test_a_damaged_draft_keeps_nobody_from_ending_a_consent(scene: Scene) -> None:
    damaged = update(draft).where(draft.c.account_id == scene.daughter.id)
    sealed = scene.world.vault.seal(draft.c.data, "another row", "{}")
    await scene.world.database.execute(damaged.values(data=sealed))
    await by_revoking(scene)
    assert (await rows(scene))["draft"] == 0
    assert await scene.world.visits.latest(scene.daughter, 100) == []


async def test_a_consent_that_is_given_anew_takes_nothing(scene: Scene) -> None:
    before = await rows(scene)
    await consent(scene.world, scene.mother, scene.daughter, BOTH, None)
    assert await rows(scene) == before


async def test_what_another_basis_lets_see_stays(world: World) -> None:
    """Typed here first: the own booking stays in sight, the one of the desk goes."""
    mother, _ = await confirmed(world, HERS)
    daughter, _ = await confirmed(world, somebody(2, ADULT))
    hers = await world.family.add(daughter, Relation.PARENT, HERS)
    grant = await consent(world, mother, daughter, BOTH, None)
    made = await world.booking.book(await world.request(daughter, hers, await world.slot(SURGEON, 10, day=25)))
    assert isinstance(made, Made)
    assert hers.patient_id is not None
    at_desk = await world.at_the_desk(hers.patient_id, await world.slot(SECOND_THERAPIST, 11, day=25))
    one = Scene(world, mother, daughter, grant, hers, made.visit, at_desk)
    await one.told_of_everything()
    await by_revoking(one)
    left = await rows(one)
    assert (left["visit_watch"], left["visit_reply"], left["calendar_event"]) == (1, 1, 0)
    assert left["due"] >= 2, "confirmation and reminders of the own booking"
    assert (left["draft"], left["hold"]) == (0, 0), "what was begun may have been begun by the consent"
    assert {each.visit.id for each in await world.visits.ahead(daughter)} == {made.visit.id}
    assert at_desk.doctor not in await is_told(one)


async def test_at_fifteen_the_parents_reminders_of_hidden_visits_go(world: World) -> None:
    father = await world.account()
    await world.person(father, somebody(2, ADULT))
    today = world.clock.now().date()
    child = await world.person(
        father, somebody(3, today.replace(year=today.year - 15) + timedelta(days=1)), Relation.CHILD
    )
    assert child.patient_id is not None
    await world.at_the_desk(child.patient_id, await world.slot(SURGEON, 10, day=25))
    await world.watch.look()
    watched = select(visit_watch).where(visit_watch.c.account_id == father.id)
    assert len((await world.database.fetch(watched)).all()) == 1
    world.clock.advance(days=1)
    await world.ageing.run()
    assert (await world.database.fetch(watched)).all() == []
    assert await world.outbox.waiting(father.id, VisitNews.REMINDER_SOON) == frozenset()
    assert await world.outbox.waiting(father.id, VisitNews.REMINDER_EVE) == frozenset()
    assert len(await world.outbox.waiting(father.id, AccountNews.TURNED_15)) == 1


async def test_what_others_keep_of_the_same_person_stays(scene: Scene) -> None:
    world = scene.world
    son, _ = await confirmed(world, somebody(4, ADULT))
    await consent(world, scene.mother, son, BOTH, Relation.PARENT)
    await world.watch.look()
    of_son = select(visit_watch.c.visit_id).where(visit_watch.c.account_id == son.id)
    assert set((await world.database.fetch(of_son)).scalars()) == {scene.booked.id, scene.at_desk.id}
    await by_revoking(scene)
    assert set((await world.database.fetch(of_son)).scalars()) == {scene.booked.id, scene.at_desk.id}
    assert {each.visit.id for each in await world.visits.ahead(scene.mother)} == {scene.booked.id, scene.at_desk.id}


NAMES_NOBODY = {
    # Rows with an account in them that rest on no right over another person.
    *("account", "consent", "mail_code", "person_link", "access_code", "access_grant", "audit", "request"),
    *("request_file", "request_status", "act_count"),
    # The account's own word: it opens nothing by itself.
    "search",
    # They are kept for what was done, not for what may be seen: sight asks for the rights.
    *("booking_intent", "cancel_intent"),
}
GOES_ALONG = {
    *("visit_watch", "visit_reply", "calendar_event", "draft", "hold", "notification", "outbox"),
    *("accepted_warning", "document", "document_letter", "cost_application", "insurer_form", "insurer_application"),
}


def test_every_table_of_an_account_goes_along_or_says_why_not() -> None:
    """A new table with an account in it: what rests on a right in it goes with the right (`Topic.rests`)."""
    of_accounts = {name for name, table in metadata.tables.items() if "account_id" in table.c}
    assert of_accounts - NAMES_NOBODY == GOES_ALONG
    assert [topic.name for topic in ALL if topic.rests is not None] == [
        "documents",
        "booking",
        "prescriptions",
        "costs",
        "insurer_choice",
    ]


ENDS_NOTHING = {
    # Papers take the place of typing: more may be done after it, never less.
    "services/accounts/access.py",
    # Who is erased takes all rows along by itself, and consents end by `links.py` before that.
    "services/accounts/mydata.py",
    # Another citizen for whom nothing came about is forgotten: there is nothing of theirs.
    "services/booking/booking.py",
}


def test_whatever_ends_a_link_or_a_basis_asks_what_is_left() -> None:
    ending = re.compile(r"delete\((link_basis|person_link)\)|update\(person_link\)[^\n]*ended_at=now")
    root = Path(__file__).parents[2]
    files = {str(each.relative_to(root)): each.read_text() for each in (root / "services").rglob("*.py")}
    ends = {name for name, text in files.items() if ending.search(text)} - ENDS_NOTHING
    assert {name for name in ends if ".look(unit," not in files[name]} == set()
    assert ends >= {"services/accounts/links.py", "services/accounts/ageing.py", "services/accounts/family.py"}
