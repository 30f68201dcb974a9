"""Areas that have come after visits: shut unless a basis opens them, and every look by somebody else leaves its trace.

Each is tried by a service that is made up, as small as one can be, whether or not a topic stands for it yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from bot.build import build_house, build_kernel
from bot.common import by_itself
from bot.keyboards.buttons.access import GrantAreas
from bot.storage import Storage
from bot.topic import Topic
from bot.topics import ALL
from bot.views import access as view
from services.accounts import concerns
from services.accounts.access import Access
from services.accounts.agreement import PUBLISHED, Agreements
from services.accounts.model import LOOKS, VISITS_WHOLE, Account, Action, Area, Basis, Covers, Offer, Person, Relation
from services.accounts.persons import Persons
from services.errors import Denial, NotAllowed, NotFound
from services.personal import Word
from services.registry.model import PatientIdentity
from services.storage.tables import audit
from services.texts.i18n import texts
from tests.services.test_access import ANNA, PETER, confirmed, consent, desk_code, opened
from tests.support.machine import unhurried
from tests.support.world import ADULT, PATIENCE, TEENAGER, World, at, somebody

LATER = tuple(area for area in Area if area is not Area.VISITS)
AGES = (14, 15, 17, 18)


class Shelf:
    """What a service of an area does: it asks for the person, and then reads."""

    def __init__(self, persons: Persons) -> None:
        self._persons = persons

    async def read(self, area: Area, who: Account, person_id: str, action: Action = Action.SEE) -> Person:
        @concerns.area(area, action)
        async def read() -> Person:
            return await self._persons.get(who, person_id)

        return await read()

    async def listed(self, area: Area, who: Account) -> Sequence[str]:
        @concerns.area(area, Action.SEE)
        async def listed() -> Sequence[str]:
            return [each.id for each in await self._persons.family(who)]

        return await listed()

    @concerns.area(Area.RECORDS, Action.SEE)
    async def of_the_holder(self, who: Account) -> Person | None:
        return await self._persons.own(who)

    @concerns.area(Area.RECORDS, Action.SEE)
    async def of_the_same(self, who: Account, identity: PatientIdentity) -> Person | None:
        return await self._persons.same_as(who, identity)

    @concerns.account("the account's own things")
    async def of_the_account(self, who: Account, person_id: str) -> Person:
        return await self._persons.get(who, person_id)

    @concerns.account("the account's own things")
    async def everybody(self, who: Account) -> Sequence[Person]:
        return await self._persons.family(who)


@pytest.fixture
def shelf(world: World) -> Shelf:
    """Where everybody has agreed to a text that speaks of every area."""
    kernel = world.house.kernel
    whole = Agreements({PUBLISHED.current: frozenset(Area)})
    return Shelf(Persons(world.database, world.vault, kernel.registry, world.limits, world.clock, whole))


async def looks(world: World) -> list[tuple[str, str | None, str, Any]]:
    """Every trace of a look: who, whose, where, when."""
    query = select(audit).where(audit.c.action.in_(LOOKS.values())).order_by(audit.c.at, audit.c.id)
    return [(row.account_id, row.person_id, row.action, row.at) for row in await world.database.fetch(query)]


async def may(asked: Any) -> bool | Denial:
    try:
        await asked
    except NotAllowed as denied:
        return denied.reason
    return True


def aged(world: World, age: int, number: int = 3) -> PatientIdentity:
    today = world.clock.now().date()
    return somebody(number, today.replace(year=today.year - age))


# --- what opens them ----------------------------------------------------------------------------------

SHUT, OVER = Denial.NOT_OPEN, Denial.BASIS_ENDED
OPENS: dict[tuple[Relation, str], tuple[bool | Denial, ...]] = {
    # at 14, 15, 17 and 18 years
    (Relation.CHILD, "declared"): (SHUT, SHUT, SHUT, OVER),
    (Relation.CHILD, "desk"): (True, SHUT, SHUT, OVER),
    (Relation.CHILD, "oidc"): (True, SHUT, SHUT, OVER),
    (Relation.WARD, "desk"): (True, SHUT, SHUT, True),
    (Relation.OWN, "declared"): (SHUT, SHUT, SHUT, SHUT),
    (Relation.OWN, "desk"): (True, True, True, True),
    (Relation.CHILD, "consent"): (True, True, True, True),
    (Relation.CHILD, "consent to others"): (SHUT, SHUT, SHUT, SHUT),
    (Relation.PARENT, "consent to visits"): (SHUT, SHUT, SHUT, SHUT),
}
BASES = {"consent to others": Basis.CONSENT, "consent to visits": Basis.CONSENT}


@pytest.mark.parametrize("area", LATER, ids=str)
async def test_an_area_is_open_by_papers_and_age_or_where_a_consent_names_it(
    world: World, shelf: Shelf, area: Area
) -> None:
    word = next(each for each in Covers if each.area is area)
    covers = {"consent": {word}, "consent to others": set(Covers) - {word}, "consent to visits": VISITS_WHOLE}
    number = 10
    for (relation, name), expected in OPENS.items():
        for age, opens in zip(AGES, expected, strict=True):
            number += 1
            who, basis = await world.account(), BASES.get(name) or Basis(name)
            person = await world.person(who, aged(world, age, number), relation, basis, covers=covers.get(name, ()))
            assert await may(shelf.read(area, who, person.id)) is opens, (relation, name, age)
            assert await shelf.listed(area, who) == ([person.id] if opens is True else [])


@pytest.mark.parametrize("area", LATER, ids=str)
async def test_a_consent_lets_nobody_act_in_an_area_that_it_lets_be_seen(
    world: World, shelf: Shelf, area: Area
) -> None:
    who = await world.account()
    person = await world.person(who, aged(world, 40), Relation.SPOUSE, Basis.CONSENT)
    assert await may(shelf.read(area, who, person.id)) is True
    assert await may(shelf.read(area, who, person.id, Action.MANAGE)) is SHUT


async def test_a_consent_is_over_at_its_moment_everywhere(world: World, shelf: Shelf) -> None:
    who = await world.account()
    person = await world.person(who, aged(world, 40), Relation.SPOUSE, Basis.CONSENT, until=at(9, day=30))
    assert await may(shelf.read(Area.RECORDS, who, person.id)) is True
    world.clock.set(at(9, day=30))
    assert await may(shelf.read(Area.RECORDS, who, person.id)) is OVER


async def test_a_birthday_counts_as_soon_as_it_has_come_to_the_east(world: World, shelf: Shelf) -> None:
    """Whoever turns 15 tomorrow by Moscow's clock does so today in Kamchatka, where the record may lie."""
    who = await world.account()
    child = await world.person(who, somebody(3, at(9, day=24).date().replace(year=2011)), Relation.CHILD)
    assert await may(shelf.read(Area.RECORDS, who, child.id)) is True
    world.clock.set(at(16, day=23))
    assert await may(shelf.read(Area.RECORDS, who, child.id)) is SHUT


async def test_visits_are_asked_for_by_the_same_word(world: World, shelf: Shelf) -> None:
    who = await world.account()
    seen = await world.person(who, aged(world, 40), Relation.SPOUSE, Basis.CONSENT, covers=(Covers.SEE_VISITS,))
    shown = await world.person(who, aged(world, 41, 4), Relation.PARENT, Basis.CONSENT, covers=(Covers.RECORDS,))
    typed = await world.person(who, aged(world, 42, 5), Relation.OTHER, Basis.DECLARED)
    assert await may(shelf.read(Area.VISITS, who, seen.id)) is True
    assert await may(shelf.read(Area.VISITS, who, seen.id, Action.MANAGE)) is Denial.NOT_COVERED
    assert await may(shelf.read(Area.VISITS, who, shown.id)) is Denial.NOT_COVERED, (
        "a consent to records is none to visits"
    )
    assert await may(shelf.read(Area.VISITS, who, typed.id, Action.MANAGE)) is True
    assert await looks(world) == [], "which visits are seen, the visits themselves decide"


# --- denied by default ----------------------------------------------------------------------------------


async def test_what_concerns_the_account_alone_reaches_nobody(world: World, shelf: Shelf) -> None:
    who, own = await confirmed(world, ANNA)
    assert await may(shelf.of_the_account(who, own.id)) is SHUT
    assert await may(shelf.everybody(who)) is SHUT


async def test_who_is_not_on_the_list_is_not_there(world: World, shelf: Shelf) -> None:
    _, own = await confirmed(world, ANNA)
    stranger, _ = await confirmed(world, PETER)
    for area in Area:
        with pytest.raises(NotFound):
            await shelf.read(area, stranger, own.id)
    assert await looks(world) == []


async def test_what_the_desk_and_chats_have_consented_to_before_covers_no_new_area(world: World, shelf: Shelf) -> None:
    anna, own = await confirmed(world, ANNA)
    peter, _ = await confirmed(world, PETER)
    await consent(world, anna, peter, VISITS_WHOLE)
    mother = somebody(8, ADULT)
    at_desk = (await opened(world, anna, await desk_code(world, mother, Relation.PARENT, ANNA, until=ADULT))).person
    for area in LATER:
        assert await may(shelf.read(area, peter, own.id)) is SHUT
        assert await shelf.listed(area, anna) == [own.id]
    assert at_desk.covers == VISITS_WHOLE


async def test_no_consent_is_given_to_what_does_not_stand(world: World) -> None:
    anna, _ = await confirmed(world, ANNA)
    for word in Covers:
        if word.area in world.house.kernel.areas:
            await world.access.issue(anna, {word}, 3)
        else:
            with pytest.raises(NotFound):
                await world.access.issue(anna, {word, Covers.SEE_VISITS}, 3)


async def test_the_list_of_areas_grows_by_what_topics_declare(world: World) -> None:
    """A topic that declares an area brings its tick, and nothing else is to be done."""
    kernel = world.house.kernel
    before = {area for topic in ALL for area in topic.areas}
    assert kernel.areas == before
    storage = Storage(world.database, world.vault, world.clock)
    topics = (*ALL, Topic("shelf", areas=(Area.REQUESTS,)))
    text = Agreements({PUBLISHED.current: frozenset(before | {Area.REQUESTS})})
    built = build_kernel(
        storage, by_itself(storage, unhurried()), kernel.registry, topics=topics, agreements=text, patience=PATIENCE
    )
    grown = build_house(built, topics)
    assert grown.kernel.areas == before | {Area.REQUESTS}

    anna, own = await confirmed(world, ANNA)
    offered = view.areas(texts("ru"), own, frozenset(), grown.kernel.areas)
    ticks = [row[0] for row in offered.markup.inline_keyboard if row[0].text.startswith("☐")]
    said = [each.text.removeprefix("☐ ") for each in ticks]
    assert said[:2] == ["Видеть мои записи к врачу", "Записывать, переносить и отменять"]
    assert said[-1] == "Видеть мои заявления"
    pressed = GrantAreas.unpack(ticks[-1].callback_data or "")
    assert view.covers_of(pressed.allows, grown.kernel.areas) == {Covers.REQUESTS}
    assert view.covers_of(pressed.allows, kernel.areas) == set(), "where it does not stand, the button means nothing"

    peter, _ = await confirmed(world, PETER)
    issued, _ = await grown.service(Access).issue(anna, {Covers.REQUESTS}, 3)
    offer = await grown.service(Access).redeem(peter, issued.digits)
    assert isinstance(offer, Offer)
    await grown.service(Access).accept(peter, offer.id, Relation.SPOUSE, told_by="told")
    shelf = Shelf(built.persons)
    assert await may(shelf.read(Area.REQUESTS, peter, own.id)) is True
    assert await may(shelf.read(Area.VISITS, peter, own.id)) is Denial.NOT_COVERED
    assert await may(shelf.read(Area.DOCUMENTS, peter, own.id)) is SHUT
    assert await world.visits.ahead(peter) == []


# --- the trace ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("area", LATER, ids=str)
async def test_each_look_by_somebody_else_leaves_its_trace(world: World, shelf: Shelf, area: Area) -> None:
    mother, own = await confirmed(world, ANNA)
    child = await world.person(mother, aged(world, 9), Relation.CHILD)
    teenager = await world.person(mother, somebody(6, TEENAGER), Relation.CHILD)
    moments = []
    for _ in range(2):
        world.clock.advance(minutes=5)
        moments.append(world.clock.now())
        await shelf.read(area, mother, child.id)
    assert await looks(world) == [(mother.id, child.id, f"read_{area}", moment) for moment in moments]

    await shelf.read(area, mother, own.id)
    assert await may(shelf.read(area, mother, teenager.id)) is SHUT
    assert len(await looks(world)) == 2, "neither the own nor the denied is a look"

    world.clock.advance(minutes=5)
    assert await shelf.listed(area, mother) == [own.id, child.id]
    assert len(await looks(world)) == 3, "one of a list is looked at as well"


async def test_looking_for_oneself_or_for_the_same_leaves_no_trace_of_others(world: World, shelf: Shelf) -> None:
    mother, own = await confirmed(world, ANNA)
    child = await world.person(mother, aged(world, 9), Relation.CHILD)
    other = await world.person(mother, aged(world, 8, 4), Relation.CHILD)
    assert await shelf.of_the_holder(mother) == own
    assert await looks(world) == []
    assert await shelf.of_the_same(mother, child.identity) == child
    assert [(who, whose) for who, whose, *_ in await looks(world)] == [(mother.id, child.id)]
    assert other.id in await shelf.listed(Area.RECORDS, mother)


async def test_who_looked_is_told_to_whose_it_is(world: World, shelf: Shelf) -> None:
    """In «Мои данные», with name and moment; the same patient's row in another chat counts as theirs."""
    anna, own = await confirmed(world, ANNA)
    peter, _ = await confirmed(world, PETER)
    daughter = await world.person(peter, ANNA, Relation.CHILD, Basis.CONSENT)
    assert daughter.id != own.id
    assert daughter.patient_id == own.patient_id
    world.clock.advance(minutes=5)
    await shelf.read(Area.RECORDS, peter, daughter.id)

    told = {"at": world.clock.now(), "action": Word("action", "read_records")}
    theirs = [each for each in await actions(world, anna) if "by_whom" in each]
    name = f"{PETER.surname} {PETER.name} {PETER.patronymic}"
    assert theirs == [{**told, "person": Word("person", own.id), "by_whom": name}]
    assert {**told, "person": Word("person", daughter.id)} in await actions(world, peter)


async def test_who_has_only_typed_a_name_is_not_told_who_looked(world: World, shelf: Shelf) -> None:
    peter, _ = await confirmed(world, PETER)
    daughter = await world.person(peter, ANNA, Relation.CHILD, Basis.CONSENT)
    await shelf.read(Area.RECORDS, peter, daughter.id)
    thief = await world.account()
    typed = await world.person(thief, ANNA, Relation.OWN, Basis.DECLARED)
    assert typed.patient_id == daughter.patient_id
    assert [each for each in await actions(world, thief) if "by_whom" in each] == []


async def actions(world: World, who: Account) -> list[dict[str, Any]]:
    found: Any = (await world.mydata.export(who))["actions"]
    return list(found)
