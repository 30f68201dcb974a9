"""What lets others act for a patient: every live basis is one listed thing, and can be ended."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from services.accounts.codes import CodeRefused
from services.accounts.model import Account, Basis, Covers, Person, Relation, StandingBasis, full_name
from services.accounts.notices import AccountNews
from services.accounts.papers import through
from services.accounts.tables import access_grant
from services.errors import NotFound
from services.notify.tables import outbox
from services.storage.tables import audit
from tests.services.test_access import (
    ANNA,
    BOTH,
    MASHA,
    PETER,
    SEE,
    confirmed,
    consent,
    desk_code,
    desk_visit,
    opened,
    seen,
    told,
)
from tests.support.world import TEENAGER, World, somebody

UNTIL = date(2027, 5, 1)
TEEN = somebody(8, TEENAGER)


async def listed(world: World, who: Account) -> list[tuple[Basis, Relation, str | None, bool]]:
    """What «Кому открыт доступ» shows this account."""
    return [(each.basis, each.relation, each.holder, each.mine) for each in await world.bases.standing(who)]


async def the_only(world: World, who: Account) -> StandingBasis:
    (found,) = await world.bases.standing(who)
    return found


async def end(world: World, who: Account, basis: StandingBasis) -> None:
    """As the screen does it: what it has said needs no message."""
    closed = await world.bases.end(who, basis.link_id, basis.basis)
    await world.outbox.shown(*closed.told)


async def waiting(world: World, who: Account) -> list[str]:
    """Kinds that a message of its own is still to tell this account."""
    notification = outbox.metadata.tables["notification"]
    rows = await world.database.fetch(
        select(notification.c.kind)
        .join(outbox, outbox.c.notification_id == notification.c.id)
        .where(notification.c.account_id == who.id, outbox.c.status == "due")
        .order_by(notification.c.created_at, notification.c.id)
    )
    return list(rows.scalars())


# --- all of them are listed, whenever they came ---------------------------------------------------------


async def test_whoever_first_opened_a_stolen_own_code_is_listed_and_put_out(world: World) -> None:
    thief, _ = await confirmed(world, ANNA)
    owner = await world.account()
    found = await opened(world, owner, await desk_code(world))
    (other,) = found.elsewhere
    assert await world.bases.elsewhere(owner) == (other,)
    assert (other.basis, other.relation, other.mine, other.endable) == (Basis.DESK, Relation.OWN, False, True)
    visit = await desk_visit(world, found.person.patient_id)
    assert await seen(world, thief) == {visit}
    assert await told(world, thief) == [AccountNews.ACCESS_OPENED], "the first is told of the second"

    await end(world, owner, other)
    assert await seen(world, thief) == set()
    assert await world.persons.family(thief) == ()
    assert await world.bases.standing(owner) == ()
    assert await seen(world, owner) == {visit}
    assert AccountNews.BASIS_ENDED in await told(world, thief)
    assert await waiting(world, owner) == []


async def test_the_first_chat_may_put_the_second_out_likewise(world: World) -> None:
    owner, _ = await confirmed(world, ANNA)
    thief, _ = await confirmed(world, ANNA)
    await end(world, owner, await the_only(world, owner))
    assert await world.persons.family(thief) == ()
    assert await world.persons.own(owner) is not None


async def test_two_chats_that_put_each_other_out_leave_one(world: World) -> None:
    one, _ = await confirmed(world, ANNA)
    two, _ = await confirmed(world, ANNA)
    over_one, over_two = await the_only(world, one), await the_only(world, two)
    found = await asyncio.gather(
        world.bases.end(one, over_one.link_id, over_one.basis),
        world.bases.end(two, over_two.link_id, over_two.basis),
        return_exceptions=True,
    )
    assert sum(isinstance(each, NotFound) for each in found) == 1
    assert sum([await world.persons.own(each) is not None for each in (one, two)]) == 1


async def test_a_consent_of_the_desk_that_came_before_the_givers_chat(world: World) -> None:
    """No row of a consent between chats stands for it: it is listed and ended all the same."""
    wife, _ = await confirmed(world, ANNA)
    await opened(world, wife, await desk_code(world, PETER, Relation.SPOUSE, ANNA, until=UNTIL))
    assert (await world.database.fetch(select(access_grant))).all() == []
    assert await listed(world, wife) == [(Basis.CONSENT, Relation.SPOUSE, full_name(ANNA), True)]

    husband, his = await confirmed(world, PETER)
    visit = await desk_visit(world, his.patient_id)
    assert await seen(world, wife) == {visit}
    basis = await the_only(world, husband)
    assert (basis.basis, basis.covers, basis.until) == (Basis.CONSENT, BOTH, through(UNTIL))
    assert (basis.patient, basis.holder, basis.mine) == (his.full_name, full_name(ANNA), False)

    await end(world, husband, basis)
    assert await seen(world, wife) == set()
    assert [each.relation for each in await world.persons.family(wife)] == [Relation.OWN]
    assert await told(world, wife) == [AccountNews.ACCESS_OPENED, AccountNews.BASIS_ENDED]
    ended = await world.bases.ended(wife, basis.link_id)
    assert (ended.patient, ended.mine) == (his.full_name, True)
    assert await world.bases.standing(husband) == await world.bases.standing(wife) == ()


async def test_a_consent_from_chat_to_chat_is_ended_from_any_chat_of_the_giver(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    grant = await consent(world, giver, taker)
    again, _ = await confirmed(world, ANNA)
    (basis,) = [each for each in await world.bases.standing(again) if each.basis is Basis.CONSENT]
    await end(world, again, basis)
    assert (await world.consents.notice(giver, grant.id)).ended_at is not None
    for who in (giver, taker):
        assert AccountNews.ACCESS_ENDED in await told(world, who)
    assert await waiting(world, again) == []
    assert (await told(world, again)) == [AccountNews.BASIS_ENDED]
    assert (await world.bases.ended(again, basis.link_id)).holder == full_name(PETER)


async def test_whoever_lives_by_a_consent_gives_it_up(world: World) -> None:
    giver, hers = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    grant = await consent(world, giver, taker)
    basis = await the_only(world, taker)
    assert (basis.mine, basis.patient, basis.covers) == (True, hers.full_name, SEE)
    await end(world, taker, basis)
    assert (await world.consents.notice(taker, grant.id)).ended_at is not None
    assert AccountNews.ACCESS_ENDED in await told(world, giver)
    assert AccountNews.ACCESS_ENDED not in await waiting(world, taker)


async def test_parents_by_papers_are_listed_to_the_teenager(world: World) -> None:
    mother, _ = await confirmed(world, ANNA)
    await opened(world, mother, await desk_code(world, TEEN, Relation.CHILD, ANNA, consent_until=date(2026, 12, 31)))
    teenager, own = await confirmed(world, TEEN)
    found = await world.bases.standing(teenager)
    assert {each.basis for each in found} == {Basis.DESK, Basis.CONSENT}
    visit = await desk_visit(world, own.patient_id)
    assert await seen(world, mother) == {visit}

    await end(world, teenager, next(each for each in found if each.basis is Basis.CONSENT))
    assert await seen(world, mother) == set()
    assert [each.relation for each in await world.persons.family(mother)] == [Relation.OWN, Relation.CHILD]
    await end(world, teenager, await the_only(world, teenager))
    assert [each.relation for each in await world.persons.family(mother)] == [Relation.OWN]


async def test_a_child_under_15_does_not_put_the_parents_out(world: World) -> None:
    young = somebody(9, date(2012, 3, 4))
    mother, _ = await confirmed(world, ANNA)
    await opened(world, mother, await desk_code(world, young, Relation.CHILD, ANNA))
    child, _ = await confirmed(world, young)
    basis = await the_only(world, child)
    assert not basis.endable
    with pytest.raises(NotFound):
        await world.bases.end(child, basis.link_id, basis.basis)
    await world.bases.end_at_desk(basis.link_id, basis.basis)
    assert [each.relation for each in await world.persons.family(mother)] == [Relation.OWN]


# --- what rested on it ends with it -----------------------------------------------------------------------


async def test_what_a_chat_has_let_others_do_ends_with_it(world: World) -> None:
    """A thief's accomplices go with the thief; so does what the chat opened of children."""
    thief, _ = await confirmed(world, ANNA)
    await opened(world, thief, await desk_code(world, MASHA, Relation.CHILD, ANNA))
    accomplice = await world.account()
    grant = await consent(world, thief, accomplice, relation=Relation.OTHER)
    code, _ = await world.access.issue(thief, SEE, 3)
    owner, hers = await confirmed(world, ANNA)
    assert {(each.relation, each.basis) for each in await world.bases.standing(owner)} == {
        (Relation.OWN, Basis.DESK),
        (Relation.OTHER, Basis.CONSENT),
    }
    visit = await desk_visit(world, hers.patient_id)
    assert await seen(world, accomplice) == {visit}

    (other,) = await world.bases.elsewhere(owner)
    await end(world, owner, other)
    assert await world.bases.standing(owner) == ()
    assert await world.persons.family(thief) == await world.persons.family(accomplice) == ()
    assert AccountNews.ACCESS_ENDED in await told(world, accomplice)
    assert (await world.consents.notice(accomplice, grant.id)).ended_at is not None
    stranger = await world.account()
    with pytest.raises(CodeRefused):
        await world.access.redeem(stranger, code.digits)


async def test_who_is_put_out_meanwhile_lets_nobody_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The accomplice has been shown the thief's offer; the owner is quicker than the press that takes it."""
    thief, _ = await confirmed(world, ANNA)
    accomplice = await world.account()
    issued, _ = await world.access.issue(thief, SEE, 3)
    offer = await world.access.redeem(accomplice, issued.digits)
    owner, _ = await confirmed(world, ANNA)
    (other,) = await world.bases.elsewhere(owner)
    really = world.persons.family

    async def family(who: Account) -> tuple[Person, ...]:
        """Asked once the thief's right has been looked at."""
        found = await really(who)
        if who.id == accomplice.id:
            await end(world, owner, other)
        return found

    monkeypatch.setattr(world.persons, "family", family)
    with pytest.raises(CodeRefused):
        await world.access.accept(accomplice, offer.id, Relation.OTHER, "confirm:accomplice")
    monkeypatch.undo()
    assert await world.bases.standing(owner) == ()
    assert await world.persons.family(accomplice) == ()


async def test_a_consent_of_the_desk_outlives_one_of_the_givers_chats(world: World) -> None:
    old, _ = await confirmed(world, PETER)
    new, his = await confirmed(world, PETER)
    wife, _ = await confirmed(world, ANNA)
    await opened(world, wife, await desk_code(world, PETER, Relation.SPOUSE, ANNA, until=UNTIL))
    visit = await desk_visit(world, his.patient_id)
    (other,) = await world.bases.elsewhere(new)
    await end(world, new, other)
    assert await world.persons.family(old) == ()
    assert await seen(world, wife) == {visit}
    assert [each.basis for each in await world.bases.standing(new)] == [Basis.CONSENT]


async def test_a_chat_that_was_put_out_begins_anew(world: World) -> None:
    """By mistake, it may have been: it fills in its form, and the desk's next code opens it again."""
    old, _ = await confirmed(world, ANNA)
    new, _ = await confirmed(world, ANNA)
    await end(world, new, await the_only(world, new))
    typed = await world.persons.register_own(old, ANNA)
    assert typed.bases == ((Basis.DECLARED, None),)
    assert await world.bases.standing(old) == ()
    (back,) = (await opened(world, old, await desk_code(world))).elsewhere
    assert back.relation is Relation.OWN
    assert len(await world.persons.family(old)) == 1
    await world.mydata.erase(old)
    assert await world.bases.standing(new) == ()


# --- who may ---------------------------------------------------------------------------------------------------


async def test_only_a_confirmed_patient_is_told_and_may_end(world: World) -> None:
    owner, _ = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    await consent(world, owner, taker)
    basis = await the_only(world, owner)
    typed, stranger, nobody = [await world.account() for _ in range(3)]
    await world.persons.register_own(typed, ANNA)
    await world.persons.register_own(stranger, somebody(30, date(1970, 1, 1)))
    guardian, _ = await confirmed(world, somebody(31, date(1970, 1, 1)))
    for who in (typed, stranger, nobody, guardian):
        assert await world.bases.standing(who) == ()
        for forbidden in (
            world.bases.get(who, basis.link_id, basis.basis),
            world.bases.end(who, basis.link_id, basis.basis),
            world.bases.ended(who, basis.link_id),
        ):
            with pytest.raises(NotFound):
                await forbidden
    assert len(await world.bases.standing(owner)) == 1


async def test_one_parent_neither_sees_nor_ends_the_others_basis(world: World) -> None:
    mother, _ = await confirmed(world, ANNA)
    father, _ = await confirmed(world, PETER)
    for who, holder_of in ((mother, ANNA), (father, PETER)):
        await opened(world, who, await desk_code(world, MASHA, Relation.CHILD, holder_of))
    assert await world.bases.standing(mother) == await world.bases.standing(father) == ()
    child = (await world.persons.family(father))[1]
    (hers, his) = await world.bases.of_patient(child.patient_id or "")
    for basis in (hers, his):
        with pytest.raises(NotFound):
            await world.bases.end(mother, basis.link_id, basis.basis)
    assert len(await world.bases.of_patient(child.patient_id or "")) == 2


async def test_whom_no_registry_knows_is_nobody_elses_patient(world: World) -> None:
    """Rows without a patient of the registry are not one patient."""
    who, other = await world.account(), await world.account()
    await world.person(who, ANNA, Relation.OWN, Basis.DESK, known=False)
    await world.person(other, PETER, Relation.CHILD, Basis.DESK, known=False)
    assert await world.bases.standing(who) == ()


async def test_what_has_ended_by_its_date_is_not_listed(world: World) -> None:
    giver, _ = await confirmed(world, PETER)
    taker, _ = await confirmed(world, ANNA)
    await opened(world, taker, await desk_code(world, PETER, Relation.SPOUSE, ANNA, until=date(2026, 11, 24)))
    basis = await the_only(world, giver)
    world.clock.set(through(date(2026, 11, 24)) - timedelta(seconds=1))
    assert await world.bases.standing(giver) == (basis,)
    world.clock.set(through(date(2026, 11, 24)))
    assert await world.bases.standing(giver) == await world.bases.standing(taker) == ()


async def test_a_minor_wards_paper_is_listed_until_the_18th_birthday(world: World) -> None:
    """The paper runs longer: what is shown is when the access ends. An adult ward's goes by the paper."""
    until = date(2032, 5, 1)
    guardian, _ = await confirmed(world, ANNA)
    grown = somebody(9, date(1990, 1, 1))
    for who, last in (
        (TEEN, through(date(TEENAGER.year + 18, TEENAGER.month, TEENAGER.day) - timedelta(days=1))),
        (grown, through(until)),
    ):
        await opened(world, guardian, await desk_code(world, who, Relation.WARD, ANNA, until=until))
        ward, own = await confirmed(world, who)
        assert (await the_only(world, ward)).until == last
        of_desk = await world.bases.of_patient(own.patient_id or "")
        assert [each.until for each in of_desk if each.relation is Relation.WARD] == [last]
        (theirs,) = [each for each in await world.persons.family(guardian) if each.patient_id == own.patient_id]
        assert theirs.bases == ((Basis.DESK, last),), "the card says the same"
        exported = json.dumps((await world.mydata.export(guardian))["persons"], default=str)
        assert str(last.astimezone(UTC)) in exported, "and so does the export"


# --- their time is over ---------------------------------------------------------------------------------------


async def due_over(world: World) -> list[tuple[str, datetime]]:
    """Whom it is told that what stood on a link is over, and when."""
    notification = outbox.metadata.tables["notification"]
    query = (
        select(notification.c.account_id, outbox.c.due_at)
        .join(outbox, outbox.c.notification_id == notification.c.id)
        .where(notification.c.kind == AccountNews.BASIS_OVER)
    )
    return [(row.account_id, row.due_at) for row in (await world.database.fetch(query)).all()]


async def test_a_consent_of_the_desk_that_no_chat_has_given_ends_on_its_date_and_both_hear_of_it(world: World) -> None:
    wife, _ = await confirmed(world, ANNA)
    await opened(world, wife, await desk_code(world, PETER, Relation.SPOUSE, ANNA, until=UNTIL))
    husband, his = await confirmed(world, PETER)
    stranger = await world.account()
    await world.person(stranger, PETER, Relation.OWN, Basis.DECLARED)
    visit = await desk_visit(world, his.patient_id)
    basis = await the_only(world, husband)
    world.clock.set(through(UNTIL) - timedelta(seconds=1))
    assert await world.bases.expire() == 0
    assert visit in {each.visit.id for each in (await world.visits.past(wife, 0, 8)).items}

    world.clock.set(through(UNTIL))
    assert await world.consents.expire() == 0, "no chat has given it"
    assert sum(await asyncio.gather(*(world.bases.expire() for _ in range(4)))) == 1
    assert await world.bases.expire() == 0
    assert [each.relation for each in await world.persons.family(wife)] == [Relation.OWN]
    morning = through(UNTIL) + timedelta(hours=8)
    assert sorted(await due_over(world)) == sorted([(wife.id, morning), (husband.id, morning)])
    for who, mine in ((wife, True), (husband, False)):
        ended = await world.bases.ended(who, basis.link_id)
        assert (ended.patient, ended.mine) == (his.full_name, mine)
        assert (ended.holder is None) is mine
    with pytest.raises(NotFound):
        await world.bases.ended(stranger, basis.link_id)


async def test_a_givers_chat_that_there_is_not_leaves_the_other_side_told(world: World) -> None:
    """As the demo's ready family has it, too: by day at once."""
    wife, _ = await confirmed(world, ANNA)
    await opened(world, wife, await desk_code(world, PETER, Relation.SPOUSE, ANNA, until=UNTIL))
    world.clock.set(through(UNTIL) + timedelta(hours=12))
    assert await world.bases.expire() == 1
    assert await due_over(world) == [(wife.id, world.clock.now())]


async def test_what_else_stands_on_the_link_outlives_the_consent(world: World) -> None:
    mother, _ = await confirmed(world, ANNA)
    code = await desk_code(world, TEEN, Relation.CHILD, ANNA, consent_until=UNTIL)
    child = (await opened(world, mother, code)).person
    world.clock.set(through(UNTIL))
    assert await world.bases.expire() == 1
    kept = await world.persons.get(mother, child.id)
    assert kept.bases == ((Basis.DESK, None),)
    assert [each for each, _ in await due_over(world)] == [mother.id]


async def test_a_consent_that_a_chat_has_given_is_told_once(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    grant = await consent(world, giver, taker)
    world.clock.set(grant.until)
    assert await world.bases.expire() == 0, "its own row speaks of it"
    assert await world.consents.expire() == 1
    assert await world.bases.expire() == 0
    assert await due_over(world) == []


async def test_a_consent_that_is_given_anew_does_not_end_with_the_older_one(world: World) -> None:
    wife, _ = await confirmed(world, ANNA)
    for last in (date(2026, 12, 1), UNTIL):
        await opened(world, wife, await desk_code(world, PETER, Relation.SPOUSE, ANNA, until=last))
    world.clock.set(through(date(2026, 12, 1)))
    assert await world.bases.expire() == 0
    assert (await the_only(world, wife)).until == through(UNTIL)


# --- the desk ---------------------------------------------------------------------------------------------------


async def test_the_desk_lists_and_ends_all_of_them(world: World) -> None:
    owner, hers = await confirmed(world, ANNA)
    thief, _ = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    await consent(world, owner, taker)
    patient_id = hers.patient_id or ""
    found = await world.bases.of_patient(patient_id)
    assert sorted((each.basis, each.relation) for each in found) == [
        (Basis.CONSENT, Relation.PARENT),
        (Basis.DESK, Relation.OWN),
        (Basis.DESK, Relation.OWN),
    ]
    (of_the_thief,) = await world.bases.elsewhere(owner)
    (kept,) = await world.bases.elsewhere(thief)
    by_consent = next(each for each in found if each.basis is Basis.CONSENT)
    for basis in (next(each for each in found if each.link_id == of_the_thief.link_id), by_consent):
        assert await world.bases.end_at_desk(basis.link_id, basis.basis) == basis
        with pytest.raises(NotFound):
            await world.bases.end_at_desk(basis.link_id, basis.basis)
    assert await world.bases.of_patient(patient_id) == tuple(each for each in found if each.link_id == kept.link_id)
    assert await world.persons.family(thief) == ()
    assert AccountNews.BASIS_ENDED in await waiting(world, thief)
    assert AccountNews.ACCESS_ENDED in await waiting(world, taker)
    assert {*(await waiting(world, owner))} >= {AccountNews.BASIS_ENDED, AccountNews.ACCESS_ENDED}
    actions = select(audit.c.account_id).where(audit.c.action == "basis_ended_by_desk").order_by(audit.c.at, audit.c.id)
    assert set((await world.database.fetch(actions)).scalars()) == {thief.id, taker.id}


# --- rows of earlier releases ------------------------------------------------------------------------------------


async def test_old_rows_count_too(world: World) -> None:
    """A consent that an earlier release has kept as a basis of a link, and as nothing else."""
    wife, _ = await confirmed(world, ANNA)
    await world.person(wife, PETER, Relation.SPOUSE, Basis.CONSENT, until=through(UNTIL), covers=tuple(Covers))
    husband, _ = await confirmed(world, PETER)
    basis = await the_only(world, husband)
    assert basis.holder == full_name(ANNA)
    await end(world, husband, basis)
    assert [each.relation for each in await world.persons.family(wife)] == [Relation.OWN]
