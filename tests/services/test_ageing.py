"""What 15, 18 and the end of a paper do to the links, and who is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.views.family import card, turned_15
from services.accounts.ageing import KEPT, Ageing
from services.accounts.model import Account, Basis, LinkNotice, Person, Relation
from services.accounts.notices import AccountNews
from services.accounts.rights import VisitScope, check_booking, visit_scope
from services.accounts.tables import link_basis, person, person_link
from services.errors import Denial, NotAllowed, NotFound
from services.notify.tables import notification, outbox
from services.storage.engine import Database
from services.storage.tables import setting
from services.storage.vault import Vault
from services.texts.dates import local
from services.texts.i18n import texts
from tests.support.clock import FakeClock
from tests.support.world import ADULT, MOSCOW, World, somebody

TODAY = date(2026, 11, 23)
TOMORROW_15, TOMORROW_18 = date(2011, 11, 24), date(2008, 11, 24)
MIDNIGHT = datetime(2026, 11, 24, 0, 0, 30, tzinfo=MOSCOW).astimezone(UTC)
MORNING = datetime(2026, 11, 24, 8, tzinfo=MOSCOW).astimezone(UTC)


def another(world: World, own_word_from: int | None = None) -> Ageing:
    """Another process's, over the same database; or the one after the clinic has set another age."""
    kernel = world.house.kernel
    return Ageing(
        *(world.database, world.vault, world.outbox, kernel.rights_ended, world.clock),
        own_word_from=kernel.own_word_from if own_word_from is None else own_word_from,
    )


@pytest.fixture
def ageing(world: World) -> Ageing:
    return world.ageing


async def told(world: World) -> list[tuple[str, str, datetime]]:
    """Which account is told what, and when."""
    query = (
        select(notification.c.account_id, notification.c.kind, outbox.c.due_at)
        .join(outbox, outbox.c.notification_id == notification.c.id)
        .order_by(outbox.c.due_at, notification.c.kind)
    )
    return [tuple(row) for row in (await world.database.fetch(query)).all()]


async def link_id(world: World, account: Account, someone: Person) -> str:
    mine = person_link.c.account_id == account.id, person_link.c.person_id == someone.id
    found: str = (await world.database.fetch(select(person_link.c.id).where(*mine))).scalar_one()
    return found


async def rows(world: World, table: Any) -> int:
    return len((await world.database.fetch(select(table))).all())


# --- 15 -------------------------------------------------------------------------------------------


async def test_fifteen_is_told_once_on_the_morning_of_the_birthday(world: World, ageing: Ageing) -> None:
    account = await world.account()
    child = await world.person(account, somebody(1, TOMORROW_15), Relation.CHILD, Basis.DESK)
    assert await ageing.run() == 0, "still 14"
    world.clock.set(MIDNIGHT)
    assert await ageing.run() == 1
    assert await told(world) == [(account.id, AccountNews.TURNED_15, MORNING)]
    notice = await ageing.notice(account, await link_id(world, account, child))
    assert notice == LinkNotice(child.full_name, Relation.CHILD, ended=False, consent=False, own_word_from=15)
    for _ in range(3):
        world.clock.advance(days=1)
        assert await ageing.run() == 0
    assert await world.persons.family(account) == (child,), "the link stands"


@pytest.mark.parametrize("bases", [(Basis.DECLARED,), (Basis.DESK, Basis.CONSENT)])
async def test_fifteen_is_no_news_where_nothing_changes(world: World, ageing: Ageing, bases: tuple[Basis, ...]) -> None:
    """A declared link has never seen more; a consent goes on to show all."""
    await world.person(await world.account(), somebody(1, TOMORROW_15), Relation.CHILD, *bases)
    world.clock.set(MIDNIGHT)
    assert await ageing.run() == 0
    assert await told(world) == []


async def test_fifteen_is_no_news_of_a_teenager_whose_papers_were_shown_later(world: World, ageing: Ageing) -> None:
    world.clock.set(MORNING)
    await world.person(await world.account(), somebody(1, TOMORROW_15), Relation.CHILD, Basis.DESK)
    world.clock.advance(days=1)
    assert await ageing.run() == 0


async def test_a_ward_turns_fifteen_too_and_both_guardians_are_told(world: World, ageing: Ageing) -> None:
    accounts = [await world.account(), await world.account()]
    for account in accounts:
        await world.person(account, somebody(1, TOMORROW_15), Relation.WARD, Basis.DESK)
    world.clock.set(MIDNIGHT + timedelta(hours=11))
    assert await ageing.run() == 2
    assert {(each, kind) for each, kind, _ in await told(world)} == {
        (each.id, AccountNews.TURNED_15) for each in accounts
    }
    assert all(due == world.clock.now() for _, _, due in await told(world)), "by day it is told at once"


async def test_a_minor_wards_guardianship_ends_at_18_whatever_the_papers_date(world: World, ageing: Ageing) -> None:
    """The paper runs until 2030; the ward was 17 when it was shown. Both hear of it."""
    who, born = somebody(1, TOMORROW_18), TOMORROW_18
    guardian, ward = await world.account(), await world.account()
    until = datetime(2030, 5, 1, tzinfo=UTC)
    theirs = await world.person(guardian, who, Relation.WARD, Basis.DESK, until=until)
    await world.person(ward, who)
    birthday = datetime(2026, 11, 24, tzinfo=MOSCOW)
    assert theirs.bases == ((Basis.DESK, birthday),), "the card says no later day"
    with pytest.raises(NotAllowed) as refused:
        check_booking(theirs, born.replace(year=2026), world.clock.now(), 0)
    assert refused.value.reason is Denial.GROWN_UP, "not even today, for a visit on that day"
    assert await ageing.run() == 0

    world.clock.set(MIDNIGHT)
    (standing,) = await world.persons.family(guardian)
    assert visit_scope(standing, date(2026, 11, 24), world.clock.now()) is VisitScope.NONE
    assert await ageing.run() == 1
    assert await world.persons.family(guardian) == ()
    assert {(each, kind) for each, kind, _ in await told(world)} == {
        (guardian.id, AccountNews.TURNED_18),
        (ward.id, AccountNews.TURNED_18),
    }


async def test_a_ward_who_was_grown_up_when_the_paper_was_shown_has_its_date(world: World, ageing: Ageing) -> None:
    account, until = await world.account(), datetime(2030, 5, 1, tzinfo=UTC)
    ward = await world.person(account, somebody(1, ADULT), Relation.WARD, Basis.DESK, until=until)
    assert (ward.bases, ward.minor_ward) == (((Basis.DESK, until),), False)
    world.clock.set(MIDNIGHT)
    assert await ageing.run() == 0
    assert visit_scope(ward, date(2029, 1, 1), world.clock.now()) is VisitScope.ALL


async def test_a_paper_shown_anew_after_18_is_a_grown_ups(world: World, ageing: Ageing) -> None:
    account, until = await world.account(), datetime(2030, 5, 1, tzinfo=UTC)
    ward = await world.person(account, somebody(1, TOMORROW_18), Relation.WARD, Basis.DESK, until=until)
    world.clock.set(MORNING)
    shown_again = update(link_basis).values(granted_at=world.clock.now())
    await world.database.execute(shown_again)
    assert (await world.persons.get(account, ward.id)).bases == ((Basis.DESK, until),)
    assert await ageing.run() == 0


async def test_a_day_missed_is_made_up(world: World, ageing: Ageing) -> None:
    """The bot was off for a week."""
    await world.person(await world.account(), somebody(1, TOMORROW_15), Relation.CHILD, Basis.DESK)
    world.clock.advance(days=7, hours=13)  # 22:00
    assert await ageing.run() == 1
    assert [due for _, _, due in await told(world)] == [datetime(2026, 12, 1, 8, tzinfo=MOSCOW)]


@pytest.fixture
async def later(database: Database, vault: Vault, clock: FakeClock) -> World:
    """A clinic where the own word comes first from 16 on."""
    world = World(database, vault, clock, own_word_from=16)
    await world.furnish()
    return world


async def test_a_clinic_may_let_it_be_sixteen(later: World) -> None:
    """At 15 nothing changes and nobody is told; at 16 it does, and the notice and the card say so."""
    account = await later.account()
    await later.person(account, somebody(1, TOMORROW_15), Relation.CHILD, Basis.DESK)
    later.clock.set(MIDNIGHT)
    assert await later.ageing.run() == 0
    (child,) = await later.persons.family(account)
    assert visit_scope(child, date(2026, 11, 24), later.clock.now()) is VisitScope.ALL
    assert not (await later.ageing.notice(account, await link_id(later, account, child))).own_word_from

    later.clock.advance(days=365)
    assert await later.ageing.run() == 1
    assert await told(later) == [(account.id, AccountNews.TURNED_15, MORNING + timedelta(days=365))]
    (child,) = await later.persons.family(account)
    assert visit_scope(child, date(2027, 11, 24), later.clock.now()) is VisitScope.OWN_BOOKINGS
    notice = await later.ageing.notice(account, await link_id(later, account, child))
    assert notice.own_word_from == 16
    assert "С 16 лет" in turned_15(texts("ru"), notice.name, 16).text
    assert "С 16 лет" in card(texts("ru"), child, later.clock.now()).text


async def test_a_clinic_that_turns_it_off_tells_nobody(world: World) -> None:
    account = await world.account()
    for number in range(3):
        born = TOMORROW_15.replace(year=TOMORROW_15.year - number)
        await world.person(account, somebody(number + 1, born), Relation.CHILD, Basis.DESK)
    off = another(world, 18)
    for _ in range(3):
        world.clock.advance(days=1)
        assert await off.run() == 0


async def test_an_age_that_is_changed_is_told_to_those_who_see_less_by_it_and_once(world: World) -> None:
    """From 18 to 15 on one day: who is 15 to 17 is hidden now, whenever the papers came; from 15 to 16 nobody is."""
    account = await world.account()
    for number, born in enumerate((date(2010, 11, 1), date(2010, 6, 1), date(2012, 2, 1))):  # 16, 16 and 14
        await world.person(account, somebody(number + 1, born), Relation.CHILD, Basis.DESK)
    assert await another(world, 18).run() == 0
    assert await another(world, 15).run() == 2
    assert [kind for _, kind, _ in await told(world)] == [AccountNews.TURNED_15] * 2
    for own_word_from in (15, 16, 15, 16):
        world.clock.advance(days=1)
        assert await another(world, own_word_from).run() == 0
    world.clock.set(datetime(2028, 2, 2, 9, tzinfo=MOSCOW))  # the third is 16 now, nobody is 18
    assert await another(world, 16).run() == 1


async def test_hidden_again_at_the_later_age_is_told_again(world: World) -> None:
    """Told at 15, shown again by the clinic's new rule, and hidden at 16."""
    account = await world.account()
    await world.person(account, somebody(1, TOMORROW_15), Relation.CHILD, Basis.DESK)
    world.clock.set(MIDNIGHT)
    assert await world.ageing.run() == 1
    assert await another(world, 16).run() == 0
    world.clock.advance(days=365)
    assert await another(world, 16).run() == 1
    assert [kind for _, kind, _ in await told(world)] == [AccountNews.TURNED_15] * 2


async def test_a_look_of_an_older_release_was_by_fifteen(world: World) -> None:
    """Its row has no age; the day goes on counting, and who was told is not told anew."""
    account = await world.account()
    await world.person(account, somebody(1, TOMORROW_15), Relation.CHILD, Basis.DESK)
    world.clock.set(MIDNIGHT)
    await world.ageing.run()
    seen = setting.c.name == "ages_seen"
    assert (await world.database.fetch(select(setting.c.value).where(seen))).scalar_one() == "2026-11-24 15"
    await world.database.execute(update(setting).where(seen).values(value="2026-11-24"))
    assert await another(world).run() == 0
    world.clock.advance(days=1)
    assert await another(world).run() == 0


# --- 18 -------------------------------------------------------------------------------------------


async def grown_child(world: World, account: Account, *bases: Basis, until: datetime | None = None) -> Person:
    someone = somebody(1, TOMORROW_18)
    return await world.person(account, someone, Relation.CHILD, *bases, until=until)


@pytest.mark.parametrize("basis", [Basis.DECLARED, Basis.DESK, Basis.OIDC])
async def test_eighteen_ends_the_link_and_tells_both(world: World, ageing: Ageing, basis: Basis) -> None:
    parent, theirs, stranger = [await world.account() for _ in range(3)]
    child = await grown_child(world, parent, basis)
    own = await world.person(theirs, child.identity)
    await world.person(stranger, child.identity, Relation.OWN, Basis.DECLARED)
    parent = await world.accounts.set_active_person(parent, child.id)
    await ageing.run()
    assert await world.persons.family(parent) == (child,), "still 17"

    world.clock.set(MIDNIGHT)
    assert await ageing.run() == 1
    assert await world.persons.family(parent) == ()
    assert await world.persons.family(theirs) == (own,)
    assert set(await told(world)) == {
        (parent.id, AccountNews.TURNED_18, MORNING),
        (theirs.id, AccountNews.TURNED_18, MORNING),
    }, "whoever has only typed that name is not told"
    renewed = await world.accounts.by_id(parent.id)
    assert renewed is not None
    assert renewed.active_person_id is None

    # The notices still have their names.
    ended = await ageing.notice(parent, await link_id(world, parent, child))
    assert ended == LinkNotice(child.full_name, Relation.CHILD, ended=True, consent=False)
    own_notice = await ageing.notice(theirs, await link_id(world, theirs, own))
    assert own_notice == LinkNotice(own.full_name, Relation.OWN, ended=False, consent=False)


async def test_eighteen_is_told_once_to_a_child_of_two_parents(world: World, ageing: Ageing) -> None:
    parents, theirs = [await world.account(), await world.account()], await world.account()
    for parent in parents:
        child = await grown_child(world, parent)
    await world.person(theirs, child.identity)
    world.clock.set(MIDNIGHT)
    assert await ageing.run() == 2
    assert sorted(account for account, _, _ in await told(world)) == sorted(each.id for each in (*parents, theirs))


async def test_a_consent_of_the_grown_child_keeps_the_link(world: World, ageing: Ageing) -> None:
    parent = await world.account()
    until = world.clock.now() + timedelta(days=30)
    child = await grown_child(world, parent, Basis.DESK, Basis.CONSENT, until=until)
    world.clock.set(MIDNIGHT)
    assert await ageing.run() == 1
    (kept,) = await world.persons.family(parent)
    assert kept.bases == ((Basis.CONSENT, until),)
    assert visit_scope(kept, date(2026, 11, 24), world.clock.now()) is VisitScope.ALL
    notice = await ageing.notice(parent, await link_id(world, parent, child))
    assert notice == LinkNotice(child.full_name, Relation.CHILD, ended=False, consent=True)
    world.clock.advance(days=1)
    assert await ageing.run() == 0, "told once"


async def test_a_consent_that_is_over_keeps_nothing(world: World, ageing: Ageing) -> None:
    parent = await world.account()
    await grown_child(world, parent, Basis.DESK, Basis.CONSENT, until=world.clock.now() + timedelta(hours=1))
    world.clock.set(MIDNIGHT)
    await ageing.run()
    assert await world.persons.family(parent) == ()


async def test_adults_of_18_stay_who_have_never_been_anybodys_child_here(world: World, ageing: Ageing) -> None:
    account = await world.account()
    for number, relation in enumerate((Relation.SPOUSE, Relation.OTHER)):
        await world.person(account, somebody(number, TOMORROW_18), relation, Basis.DESK)
    world.clock.set(MIDNIGHT)
    assert await ageing.run() == 0
    assert len(await world.persons.family(account)) == 2


async def test_an_ended_link_is_swept_after_a_month_and_the_child_may_be_added_anew(
    world: World, ageing: Ageing
) -> None:
    parent = await world.account()
    child = await grown_child(world, parent)
    world.clock.set(MIDNIGHT)
    await ageing.run()
    again = await world.family.add(parent, Relation.OTHER, child.identity)
    world.clock.advance(days=KEPT.days + 1)
    ended = await link_id(world, parent, child)
    assert await ageing.run() == 1
    assert (await rows(world, person_link), await rows(world, person)) == (1, 1)
    assert await world.persons.family(parent) == (again,)
    with pytest.raises(NotFound):
        await ageing.notice(parent, ended)


# --- guardianship ---------------------------------------------------------------------------------


async def test_a_guardianship_ends_with_its_paper(world: World, ageing: Ageing) -> None:
    account = await world.account()
    account = await world.accounts.set_active_person(account, None)
    until = datetime(2026, 11, 24, tzinfo=MOSCOW)
    ward = await world.person(account, somebody(1, ADULT), Relation.WARD, Basis.DESK, until=until)
    assert await ageing.run() == 0
    world.clock.set(MIDNIGHT)
    assert await ageing.run() == 1
    assert await world.persons.family(account) == ()
    assert await told(world) == [(account.id, AccountNews.GUARDIANSHIP_ENDED, MORNING)]
    notice = await ageing.notice(account, await link_id(world, account, ward))
    assert notice == LinkNotice(ward.full_name, Relation.WARD, ended=True, consent=False)


async def test_what_else_the_link_stands_on_outlives_the_paper(world: World, ageing: Ageing) -> None:
    account = await world.account()
    ward = await world.person(account, somebody(1, ADULT), Relation.WARD, Basis.DESK, Basis.DECLARED)
    link = await link_id(world, account, ward)
    paper = link_basis.c.link_id == link, link_basis.c.basis == Basis.DESK.value
    await world.database.execute(update(link_basis).where(*paper).values(until=world.clock.now() + timedelta(hours=1)))
    account = await world.accounts.set_active_person(account, ward.id)
    world.clock.set(MIDNIGHT)
    assert await ageing.run() == 1
    (kept,) = await world.persons.family(account)
    assert kept.bases == ((Basis.DECLARED, None),)
    renewed = await world.accounts.by_id(account.id)
    assert renewed is not None
    assert renewed.active_person_id == ward.id
    assert not (await ageing.notice(account, link)).ended


async def test_a_consents_end_is_not_this_rooms(world: World, ageing: Ageing) -> None:
    account = await world.account()
    await world.person(
        account, somebody(1, ADULT), Relation.SPOUSE, Basis.CONSENT, until=world.clock.now() + timedelta(hours=1)
    )
    world.clock.set(MIDNIGHT)
    assert await ageing.run() == 0
    assert await told(world) == []


# --- the look -------------------------------------------------------------------------------------


async def test_one_look_a_day_is_enough_for_all_processes(world: World, ageing: Ageing) -> None:
    other = another(world)
    await ageing.run()
    await world.person(await world.account(), somebody(1, date(2008, 11, 1)), Relation.CHILD, Basis.DESK)
    assert (await ageing.run(), await other.run()) == (0, 0)
    world.clock.set(MIDNIGHT)
    assert await other.run() == 1
    assert await ageing.run() == 0


async def test_two_processes_that_look_at_once_tell_everything_once(world: World) -> None:
    account = await world.account()
    for number in range(8):
        born = TOMORROW_18 if number % 2 else TOMORROW_15
        await world.person(account, somebody(number + 1, born), Relation.CHILD, Basis.DESK)
    replicas = [another(world) for _ in range(4)]
    world.clock.set(MIDNIGHT)
    await asyncio.gather(*(each.run() for each in replicas))
    kinds = Counter(kind for _, kind, _ in await told(world))
    assert kinds == {AccountNews.TURNED_15: 4, AccountNews.TURNED_18: 4}
    assert len(await world.persons.family(account)) == 4


async def test_every_page_is_looked_through(world: World, ageing: Ageing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.accounts.ageing._PAGE", 2)
    for number in range(5):
        await world.person(await world.account(), somebody(number, TOMORROW_18), Relation.CHILD, Basis.DESK)
    world.clock.set(MIDNIGHT)
    assert await ageing.run() == 5


async def test_a_notice_of_anothers_link_is_not_found(world: World, ageing: Ageing) -> None:
    mine, other = await world.account(), await world.account()
    child = await grown_child(world, mine)
    with pytest.raises(NotFound):
        await ageing.notice(other, await link_id(world, mine, child))


def test_the_morning_is_moscows() -> None:
    assert local(MORNING, "Europe/Moscow").hour == 8
    assert local(MIDNIGHT, "Europe/Moscow").date() == TODAY + timedelta(days=1)
