"""Access: one-time codes of the desk, consents from chat to chat, and how both end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from services.accounts.codes import (
    LIFETIME,
    CodeRefused,
    Codes,
    code_of_link,
    read_code,
)
from services.accounts.model import (
    VISITS_WHOLE,
    Account,
    Basis,
    CodeProblem,
    Covers,
    DeskOffer,
    Grant,
    Offer,
    Opened,
    Person,
    Relation,
)
from services.accounts.notices import AccountNews
from services.accounts.papers import Holder, Papers, issue_at_desk, through
from services.accounts.tables import access_code, person
from services.booking.model import Declined, Made
from services.errors import Denial, NotAllowed, NotFound
from services.limits.limits import EVERYBODY
from services.limits.model import LIMITS, Act
from services.notify import keys
from services.notify.tables import outbox
from services.registry.model import PatientIdentity
from services.registry.ports.errors import PatientConflict
from services.storage.tables import audit, metadata
from tests.support.world import ADULT, CHILD, CLINIC, SURGEON, TEENAGER, THERAPIST, World, at, somebody

ANNA = somebody(1, ADULT, "Ёлкина")
PETER = somebody(2, date(1985, 7, 2), "Петров")
MASHA = somebody(3, CHILD, "Ёлкина")
SEE = frozenset({Covers.SEE_VISITS})
BOTH = VISITS_WHOLE


def codes_of(world: World) -> Codes:
    return Codes(world.database, world.vault, world.clock)


def holder(identity: PatientIdentity) -> Holder:
    return Holder(identity.surname, identity.name, identity.birth_date)


async def desk_code(
    world: World,
    identity: PatientIdentity = ANNA,
    relation: Relation = Relation.OWN,
    of: PatientIdentity | None = None,
    until: date | None = None,
    consent_until: date | None = None,
) -> str:
    """The registrar has seen the papers; gives the ten digits."""
    ends = [through(each) if each else None for each in (until, consent_until)]
    papers = Papers(relation, identity, CLINIC.id, holder(of or identity), *ends)
    return (await issue_at_desk(world.admin, codes_of(world), papers)).digits


async def refused(world: World, who: Account, digits: str | None) -> CodeProblem:
    with pytest.raises(CodeRefused) as told:
        await world.access.redeem(who, digits)
    return told.value.problem


async def opened(world: World, who: Account, digits: str) -> Opened:
    """Shown whom, then taken."""
    shown = await world.access.redeem(who, digits)
    assert isinstance(shown, DeskOffer)
    return await world.access.open(who, shown.id)


async def confirmed(world: World, identity: PatientIdentity) -> tuple[Account, Person]:
    """Somebody whose documents the desk has seen."""
    who = await world.account()
    return who, (await opened(world, who, await desk_code(world, identity))).person


async def consent(
    world: World,
    giver: Account,
    taker: Account,
    covers: frozenset[Covers] = SEE,
    relation: Relation | None = Relation.PARENT,
    months: int = 3,
) -> Grant:
    issued, _ = await world.access.issue(giver, covers, months)
    offer = await world.access.redeem(taker, issued.digits)
    assert isinstance(offer, Offer)
    return await world.access.accept(taker, offer.id, relation, f"confirm:{issued.digits}")


async def told(world: World, who: Account) -> list[str]:
    """Notifications of the account that are due now or later."""
    rows = await world.database.fetch(
        select(metadata.tables["notification"].c.kind)
        .join(outbox, outbox.c.notification_id == metadata.tables["notification"].c.id)
        .where(metadata.tables["notification"].c.account_id == who.id)
        .order_by(metadata.tables["notification"].c.created_at)
    )
    return list(rows.scalars())


async def seen(world: World, who: Account) -> set[str]:
    return {each.visit.id for each in (await world.visits.upcoming(who, 0, 8)).items}


async def desk_visit(world: World, patient_id: str | None, hour: int = 9) -> str:
    assert patient_id is not None
    return (await world.at_the_desk(patient_id, await world.slot(THERAPIST, hour))).id


async def misses(world: World) -> int:
    query = select(func.count()).select_from(audit).where(audit.c.action == "code_missed")
    count: int = (await world.database.fetch(query)).scalar_one()
    return count


# --- what a code is ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("4071226583", "4071226583"),
        (" 407-122-6583 ", "4071226583"),
        ("407 122 65 83", "4071226583"),
        ("407–122–6583", "4071226583"),
        ("407\u2011122\u20116583", "4071226583"),
        ("\u2068407\u2212122\u00a06583\u200b\u2069", "4071226583"),
        ("0000000001", "0000000001"),
        ("407122658", None),
        ("40712265834", None),
        ("код 4071226583", None),
        ("٤٠٧١٢٢٦٥٨٣", None),
        ("", None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, digits: str | None) -> None:
    assert read_code(typed) == digits


@pytest.mark.parametrize(
    ("payload", "digits"),
    [("c4071226583", "4071226583"), ("4071226583", None), ("c407122658", None), ("c40712265831", None), (None, None)],
)
def test_a_link_carries_a_code(payload: str | None, digits: str | None) -> None:
    assert code_of_link(payload) == digits


async def test_nothing_of_a_code_lies_in_clear(world: World) -> None:
    digits = await desk_code(world, MASHA, Relation.CHILD, ANNA)
    giver, _ = await confirmed(world, PETER)
    issued, _ = await world.access.issue(giver, SEE, 3)
    for table in (access_code, audit, person, metadata.tables["access_grant"]):
        rows = (await world.database.fetch(select(table))).all()
        stored = "".join(repr(row) for row in rows).casefold()
        for secret in (digits, issued.digits, "ёлкина", MASHA.name, PETER.surname, MASHA.policy.number):
            assert secret.casefold() not in stored, table.name


# --- the desk: who it opens to ------------------------------------------------------------------------


async def test_ones_own_form_is_made_by_the_code(world: World) -> None:
    who = await world.account()
    found = await opened(world, who, await desk_code(world))
    assert (found.person.relation, found.person.bases) == (Relation.OWN, ((Basis.DESK, None),))
    assert (found.person.identity, found.person.clinic_id, found.person.verified) == (ANNA, CLINIC.id, True)
    assert await world.persons.own(who) == found.person


async def test_a_typed_form_becomes_the_one_of_the_documents(world: World) -> None:
    """Folded names agree; phone stays, policy is the one that was shown."""
    who = await world.account()
    typed = replace(ANNA, surname="елкина", policy=somebody(9, ADULT).policy, snils=None)
    own = await world.persons.register_own(who, typed)
    visit = await desk_visit(world, (await world.admin.enrol(ANNA, CLINIC.id)).id)
    assert await seen(world, who) == set()

    found = await opened(world, who, await desk_code(world, replace(ANNA, phone=None)))
    assert (found.person.id, found.person.identity) == (own.id, ANNA)
    assert found.person.bases == ((Basis.DESK, None),)
    assert await seen(world, who) == {visit}


async def test_a_child_comes_to_its_parents_chat(world: World) -> None:
    mother, _ = await confirmed(world, ANNA)
    found = await opened(world, mother, await desk_code(world, MASHA, Relation.CHILD, ANNA))
    assert (found.person.relation, found.person.bases) == (Relation.CHILD, ((Basis.DESK, None),))
    assert await seen(world, mother) == set()
    visit = await desk_visit(world, found.person.patient_id)
    assert await seen(world, mother) == {visit}


async def test_a_child_typed_before_is_the_same_child(world: World) -> None:
    mother, _ = await confirmed(world, ANNA)
    typed = await world.person(mother, MASHA, Relation.OTHER, Basis.DECLARED, known=False)
    found = await opened(world, mother, await desk_code(world, MASHA, Relation.CHILD, ANNA))
    assert (found.person.id, found.person.relation) == (typed.id, Relation.CHILD)
    assert found.person.bases == ((Basis.DESK, None),)


async def test_a_ward_is_there_until_the_paper_ends(world: World) -> None:
    who, _ = await confirmed(world, ANNA)
    found = await opened(world, who, await desk_code(world, PETER, Relation.WARD, ANNA, until=date(2026, 11, 30)))
    assert found.person.bases == ((Basis.DESK, at(0, day=30) + timedelta(days=1)),)
    visit = await desk_visit(world, found.person.patient_id)
    assert await seen(world, who) == {visit}
    world.clock.set(at(0, day=30) + timedelta(days=1))
    assert await seen(world, who) == set()


async def test_a_consent_given_at_the_desk_covers_all(world: World) -> None:
    who, _ = await confirmed(world, ANNA)
    found = await opened(world, who, await desk_code(world, PETER, Relation.SPOUSE, ANNA, until=date(2027, 5, 1)))
    assert (found.basis, found.person.covers) == (Basis.CONSENT, BOTH)
    request = await world.request(who, found.person, await world.slot(SURGEON, 10))
    assert isinstance(await world.booking.book(request), Made)


async def test_a_consent_given_at_the_desk_can_be_ended_from_the_givers_chat(world: World) -> None:
    giver, his = await confirmed(world, PETER)
    taker, _ = await confirmed(world, ANNA)
    digits = await desk_code(world, PETER, Relation.SPOUSE, ANNA, until=date(2027, 5, 1))
    person_id = (await opened(world, taker, digits)).person.id
    visit = await desk_visit(world, his.patient_id)
    assert await seen(world, taker) == {visit}
    assert await told(world, giver) == [AccountNews.ACCESS_OPENED]

    (grant,) = await world.consents.grants(giver)
    assert (grant.given, grant.covers, grant.until) == (True, BOTH, through(date(2027, 5, 1)))
    await world.consents.revoke(giver, grant.id)
    assert await seen(world, taker) == set()
    assert (await told(world, taker))[-1] == AccountNews.ACCESS_ENDED
    assert person_id not in {each.id for each in await world.persons.family(taker)}


async def test_what_the_desk_took_down_ends_in_each_chat_of_the_giver(world: World) -> None:
    """It rests on one basis: closed in one chat, it stands in none, and everybody hears of it once."""
    giver, _ = await confirmed(world, PETER)
    second, _ = await confirmed(world, PETER)
    taker, _ = await confirmed(world, ANNA)
    await opened(world, taker, await desk_code(world, PETER, Relation.SPOUSE, ANNA, until=date(2027, 5, 1)))
    (grant,) = await world.consents.grants(giver)
    assert len(await world.consents.grants(second)) == 1

    await world.consents.revoke(giver, grant.id)
    assert await world.consents.grants(second) == ()
    for each in (giver, second, taker):
        assert (await told(world, each)).count(AccountNews.ACCESS_ENDED) == 1
    world.clock.set(through(date(2027, 5, 2)))
    assert await world.consents.expire() == 0


async def test_a_teenager_consents_at_the_desk(world: World) -> None:
    """The mother sees all that the teenager lets her, until the day that was said, or until it is taken back."""
    teenager, own = await confirmed(world, somebody(8, TEENAGER))
    mother, _ = await confirmed(world, ANNA)
    digits = await desk_code(world, own.identity, Relation.CHILD, ANNA, consent_until=date(2026, 11, 30))
    found = await opened(world, mother, digits)
    assert dict(found.person.bases) == {Basis.DESK: None, Basis.CONSENT: through(date(2026, 11, 30))}
    visit = await desk_visit(world, own.patient_id)
    assert await seen(world, mother) == {visit}
    (grant,) = await world.consents.grants(teenager)
    assert (grant.given, grant.covers, grant.until) == (True, BOTH, through(date(2026, 11, 30)))

    await world.consents.revoke(teenager, grant.id)
    assert await seen(world, mother) == set()
    assert found.person.id in {each.id for each in await world.persons.family(mother)}, "a child stays a child"


async def test_a_consent_at_the_desk_takes_the_place_of_one_from_chat_to_chat(world: World) -> None:
    """One stands, the one that was said last: the older one's end takes nothing away."""
    teenager, own = await confirmed(world, somebody(8, TEENAGER))
    mother, _ = await confirmed(world, ANNA)
    first = await consent(world, teenager, mother, SEE, Relation.CHILD, months=1)
    until = date(2027, 5, 1)
    await opened(world, mother, await desk_code(world, own.identity, Relation.CHILD, ANNA, consent_until=until))
    for who in (teenager, mother):
        assert [(each.covers, each.until) for each in await world.consents.grants(who)] == [(BOTH, through(until))]
    assert (await world.consents.notice(mother, first.id)).ended_at is not None

    world.clock.advance(days=40)  # the older one would be over
    await world.consents.expire()
    (person,) = (each for each in await world.persons.family(mother) if each.patient_id == own.patient_id)
    assert dict(person.bases)[Basis.CONSENT] == through(until)


async def test_others_who_have_a_say_are_warned(world: World) -> None:
    """The father has shown the papers before; a neighbour has only typed the child."""
    father, _ = await confirmed(world, PETER)
    his = (await opened(world, father, await desk_code(world, MASHA, Relation.CHILD, PETER))).person
    neighbour = await world.account()
    await world.person(neighbour, MASHA, Relation.OTHER, Basis.DECLARED)
    mother, _ = await confirmed(world, ANNA)
    hers = (await opened(world, mother, await desk_code(world, MASHA, Relation.CHILD, ANNA))).person
    assert his.patient_id == hers.patient_id

    assert await told(world, father) == [AccountNews.ACCESS_OPENED]
    assert await told(world, mother) == await told(world, neighbour) == []
    note = (await world.outbox.page(father.id, 0, 8)).items[0]
    assert await world.access.opened(father, note.subject_id) == his
    for stranger in (neighbour, await world.account()):
        with pytest.raises(NotFound):
            await world.access.opened(stranger, note.subject_id)


async def test_the_desk_enters_nobody_under_anothers_policy(world: World) -> None:
    await world.admin.enrol(ANNA, CLINIC.id)
    with pytest.raises(PatientConflict):
        await desk_code(world, replace(PETER, policy=ANNA.policy))
    papers = Papers(Relation.OWN, PETER, "nowhere", holder(PETER), None)
    with pytest.raises(NotFound):
        await issue_at_desk(world.admin, codes_of(world), papers)


# --- the desk: whom it does not open to -----------------------------------------------------------------


async def test_no_code_is_no_miss(world: World) -> None:
    assert await refused(world, await world.account(), None) is CodeProblem.NOT_A_CODE
    assert await misses(world) == 0


async def test_a_replayed_code_is_wrong(world: World) -> None:
    digits = await desk_code(world)
    who = await world.account()
    await opened(world, who, digits)
    for again in (who, await world.account()):
        assert await refused(world, again, digits) is CodeProblem.WRONG
    assert await misses(world) == 2


async def test_a_code_ends_at_ten_minutes_sharp(world: World) -> None:
    first, second = await desk_code(world, ANNA), await desk_code(world, PETER)
    world.clock.advance(seconds=LIFETIME.total_seconds() - 0.001)
    await opened(world, await world.account(), first)
    world.clock.advance(seconds=0.001)
    assert await refused(world, await world.account(), second) is CodeProblem.WRONG


@pytest.mark.parametrize("relation", [Relation.CHILD, Relation.WARD])
async def test_a_representative_is_confirmed_first_and_the_code_waits(world: World, relation: Relation) -> None:
    """Whoever knows the mother's name and birth date types her form: that opens nobody's child."""
    until = date(2027, 5, 1) if relation is Relation.WARD else None
    digits = await desk_code(world, MASHA, relation, ANNA, until=until)
    mother = await world.account()
    assert await refused(world, mother, digits) is CodeProblem.CONFIRM_FIRST
    await world.persons.register_own(mother, ANNA)
    assert await refused(world, mother, digits) is CodeProblem.CONFIRM_FIRST
    assert await misses(world) == 0
    await opened(world, mother, await desk_code(world, ANNA))
    assert (await opened(world, mother, digits)).person.relation is relation


async def test_a_consent_of_an_adult_at_the_desk_needs_the_own_form(world: World) -> None:
    digits = await desk_code(world, PETER, Relation.SPOUSE, ANNA, until=date(2027, 5, 1))
    wife = await world.account()
    assert await refused(world, wife, digits) is CodeProblem.FORM_FIRST
    await world.persons.register_own(wife, ANNA)
    assert (await opened(world, wife, digits)).person.relation is Relation.SPOUSE


async def test_a_representative_who_is_put_out_meanwhile_takes_no_child(world: World) -> None:
    """The code has been shown; before it is taken, the chat is no longer its holder."""
    mother, _ = await confirmed(world, ANNA)
    shown = await world.access.redeem(mother, await desk_code(world, MASHA, Relation.CHILD, ANNA))
    second, _ = await confirmed(world, ANNA)
    (first,) = await world.bases.elsewhere(second)
    await world.bases.end(second, first.link_id, first.basis)
    with pytest.raises(CodeRefused) as told_so:
        await world.access.open(mother, shown.id)
    assert told_so.value.problem is CodeProblem.CONFIRM_FIRST
    assert await world.persons.family(mother) == ()


# --- whom it is about, before it binds ------------------------------------------------------------------


async def test_a_code_shows_whom_and_binds_nobody_yet(world: World) -> None:
    digits = await desk_code(world)
    who = await world.account()
    for _ in range(2):
        shown = await world.access.redeem(who, digits)
        assert shown == DeskOffer(shown.id, "Ё. А. С.", ADULT.year, Relation.OWN)
        assert await world.access.offer(who, shown.id) == shown
    assert await world.persons.family(who) == ()
    other = await world.account()
    assert (await opened(world, other, digits)).person.identity == ANNA, "it was not burnt by being shown"
    for late in (world.access.open(who, shown.id), world.access.offer(who, shown.id)):
        with pytest.raises(CodeRefused):
            await late


async def test_a_name_without_a_patronymic_has_two_initials(world: World) -> None:
    digits = await desk_code(world, replace(ANNA, patronymic=None, name="анна-мария"))
    shown = await world.access.redeem(await world.account(), digits)
    assert isinstance(shown, DeskOffer)
    assert shown.initials == "Ё. А."


async def test_a_consents_code_is_not_opened_as_the_desks(world: World) -> None:
    giver, _ = await confirmed(world, PETER)
    taker, _ = await confirmed(world, ANNA)
    issued, _ = await world.access.issue(giver, SEE, 3)
    offer = await world.access.redeem(taker, issued.digits)
    with pytest.raises(CodeRefused):
        await world.access.open(taker, offer.id)
    assert len(await world.persons.family(taker)) == 1


@pytest.mark.parametrize("relation", [Relation.OWN, Relation.CHILD])
async def test_a_stolen_code_opens_nothing_and_burns_at_the_third_try(world: World, relation: Relation) -> None:
    identity = ANNA if relation is Relation.OWN else MASHA
    digits = await desk_code(world, identity, relation, ANNA)
    for number in range(3):
        thief = await world.account()
        await world.persons.register_own(thief, somebody(20 + number, ADULT, "Чужая"))
        assert await refused(world, thief, digits) is CodeProblem.WRONG
        assert [each.relation for each in await world.persons.family(thief)] == [Relation.OWN]
    mother = await world.account()
    await world.persons.register_own(mother, ANNA)
    assert await refused(world, mother, digits) is CodeProblem.WRONG
    assert await misses(world) == 4


async def test_a_holder_is_known_however_the_name_is_typed(world: World) -> None:
    mother = replace(ANNA, surname="Римская-О'Коннор")
    otherwise = replace(mother, surname="РИМСКАЯ – О’КОННОР.")
    who = await world.account()
    await world.persons.register_own(who, otherwise)
    assert (await opened(world, who, await desk_code(world, mother))).person.identity == mother
    digits = await desk_code(world, MASHA, Relation.CHILD, otherwise)
    assert (await opened(world, who, digits)).person.relation is Relation.CHILD


async def test_the_true_holder_is_still_served_after_two_wrong_ones(world: World) -> None:
    digits = await desk_code(world)
    for number in range(2):
        thief = await world.account()
        await world.persons.register_own(thief, somebody(20 + number, ADULT, "Чужая"))
        assert await refused(world, thief, digits) is CodeProblem.WRONG
    await opened(world, await world.account(), digits)


async def test_five_guesses_an_hour_and_no_sixth(world: World) -> None:
    digits = await desk_code(world)
    guesser = await world.account()
    for number in range(5):
        assert await refused(world, guesser, f"{number:010}") is CodeProblem.WRONG
    with pytest.raises(NotAllowed) as stopped:
        await world.access.redeem(guesser, digits)
    assert stopped.value.reason is Denial.TOO_MANY_TRIES
    assert await misses(world) == 5, "the sixth is not even looked at"
    await opened(world, await world.account(), digits)
    world.clock.advance(hours=1)
    assert await refused(world, guesser, "0000000000") is CodeProblem.WRONG


async def test_when_many_guess_whoever_has_missed_once_waits(world: World) -> None:
    guesser, honest = await world.account(), await world.account()
    digits = await desk_code(world)
    for _ in range(LIMITS[Act.GUESS_OF_ALL].most - 1):
        await world.limits.spend(EVERYBODY, Act.GUESS_OF_ALL)
    assert await refused(world, guesser, "0000000000") is CodeProblem.WRONG
    with pytest.raises(NotAllowed):
        await world.access.redeem(guesser, digits)
    await opened(world, honest, digits)


async def test_two_chats_at_once_and_exactly_one_gets_in(world: World) -> None:
    digits = await desk_code(world)
    chats = [await world.account() for _ in range(6)]
    shown = [(each, (await world.access.redeem(each, digits)).id) for each in chats]
    found = await asyncio.gather(*(world.access.open(each, code) for each, code in shown), return_exceptions=True)
    assert sum(isinstance(each, Opened) for each in found) == 1
    assert sum(isinstance(each, CodeRefused) for each in found) == 5
    assert sum([len(await world.persons.family(each)) for each in chats]) == 1


async def test_codes_are_swept_away_with_what_is_in_them(world: World) -> None:
    await desk_code(world)
    assert await world.access.purge() == 0
    world.clock.advance(seconds=LIFETIME.total_seconds())
    assert await world.access.purge() == 1


# --- consents -----------------------------------------------------------------------------------------


async def test_a_daughter_lets_her_father_see_but_not_book(world: World) -> None:
    daughter, hers = await confirmed(world, ANNA)
    father, _ = await confirmed(world, PETER)
    visit = await desk_visit(world, hers.patient_id)
    grant = await consent(world, daughter, father, SEE, Relation.CHILD)
    assert (grant.name, grant.holder, grant.given, grant.covers) == (
        hers.full_name,
        "Петров Аннав Сергеевна",
        False,
        SEE,
    )

    shared = (await world.persons.family(father))[1]
    assert (shared.id, shared.relation) == (hers.id, Relation.CHILD), "the very same row"
    assert await seen(world, father) == {visit}
    outcome = await world.booking.book(await world.request(father, shared, await world.slot(SURGEON, 10)))
    assert outcome == Declined(Denial.NOT_COVERED)
    assert await told(world, daughter) == await told(world, father) == [AccountNews.ACCESS_GIVEN]


async def test_managing_includes_seeing(world: World) -> None:
    giver, hers = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    await consent(world, giver, taker, BOTH, Relation.SPOUSE)
    shared = await world.persons.get(taker, hers.id)
    made = await world.booking.book(await world.request(taker, shared, await world.slot(SURGEON, 10)))
    assert isinstance(made, Made)
    assert await seen(world, giver) == await seen(world, taker) == {made.visit.id}


async def test_an_edit_by_the_one_is_seen_by_the_other(world: World) -> None:
    giver, hers = await confirmed(world, ANNA)
    taker = await world.account()
    await consent(world, giver, taker)
    await world.persons.register_own(giver, replace(ANNA, phone="+79990000000"))
    assert (await world.persons.for_registry(taker, hers.id)).phone == "+79990000000"


async def test_only_documents_and_fifteen_years_let_others_act(world: World) -> None:
    nobody, typed, teenager, young = [await world.account() for _ in range(4)]
    await world.persons.register_own(typed, PETER)
    await world.person(teenager, somebody(5, TEENAGER))
    await world.person(young, somebody(6, date(2011, 11, 24)))
    assert [await world.consents.may_grant(each) for each in (nobody, typed, teenager, young)] == [
        *(False, False, True, False)
    ]
    with pytest.raises(NotFound):
        await world.access.issue(typed, SEE, 3)
    world.clock.set(at(0))
    assert await world.consents.may_grant(young)


async def test_nobody_takes_their_own(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    issued, _ = await world.access.issue(giver, SEE, 3)
    assert await refused(world, giver, issued.digits) is CodeProblem.OWN_CODE
    assert await misses(world) == 0


async def test_a_new_code_cancels_the_older_one(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    first, _ = await world.access.issue(giver, SEE, 3)
    second, until = await world.access.issue(giver, BOTH, 12)
    taker = await world.account()
    assert await refused(world, taker, first.digits) is CodeProblem.WRONG
    offer = await world.access.redeem(taker, second.digits)
    assert isinstance(offer, Offer)
    assert (offer.covers, offer.until, offer.asks_relation) == (BOTH, until, True)
    assert until == through(date(2027, 11, 23))


@pytest.mark.parametrize(
    ("today", "months", "last"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
    ],
)
async def test_months_are_months(world: World, today: date, months: int, last: date) -> None:
    giver, _ = await confirmed(world, ANNA)
    world.clock.set(through(today) - timedelta(hours=1))
    assert (await world.access.issue(giver, SEE, months))[1] == through(last)


async def test_an_offer_is_not_yet_taken_and_ends_with_its_code(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    taker = await world.account()
    issued, _ = await world.access.issue(giver, SEE, 3)
    offer = await world.access.redeem(taker, issued.digits)
    assert isinstance(offer, Offer)
    assert await world.access.offer(taker, offer.id) == offer
    assert await world.persons.family(taker) == ()
    world.clock.advance(minutes=10)
    for late in (world.access.offer(taker, offer.id), world.access.accept(taker, offer.id, Relation.OTHER, "k")):
        with pytest.raises(CodeRefused):
            await late
    assert await world.persons.family(taker) == ()


async def test_two_accept_at_once_and_exactly_one_has_it(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    issued, _ = await world.access.issue(giver, SEE, 3)
    takers = [await world.account() for _ in range(4)]
    offers = [await world.access.redeem(each, issued.digits) for each in takers]
    found = await asyncio.gather(
        *(
            world.access.accept(each, offer.id, Relation.OTHER, f"k{place}")
            for place, (each, offer) in enumerate(zip(takers, offers, strict=True))
            if isinstance(offer, Offer)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Grant) for each in found) == 1
    assert len(await world.consents.grants(giver)) == 1


async def test_a_known_person_is_not_asked_for_and_gets_the_consent_beside(world: World) -> None:
    """The mother has typed her grown daughter: the same patient, another row."""
    daughter, hers = await confirmed(world, ANNA)
    mother, _ = await confirmed(world, PETER)
    typed = await world.person(mother, ANNA, Relation.OTHER, Basis.DECLARED)
    visit = await desk_visit(world, hers.patient_id)
    issued, _ = await world.access.issue(daughter, SEE, 3)
    offer = await world.access.redeem(mother, issued.digits)
    assert isinstance(offer, Offer)
    assert not offer.asks_relation
    grant = await world.access.accept(mother, offer.id, None, "k")
    assert {basis for basis, _ in (await world.persons.get(mother, typed.id)).bases} == {Basis.DECLARED, Basis.CONSENT}
    assert len(await world.persons.family(mother)) == 2
    assert await seen(world, mother) == {visit}

    # What was there before the consent is there after it.
    await world.consents.revoke(daughter, grant.id)
    assert (await world.persons.get(mother, typed.id)).bases == ((Basis.DECLARED, None),)
    assert await seen(world, mother) == set()


async def test_a_newer_consent_takes_the_place_of_the_older(world: World) -> None:
    giver, hers = await confirmed(world, ANNA)
    taker = await world.account()
    first = await consent(world, giver, taker, SEE, Relation.SPOUSE, months=1)
    second = await consent(world, giver, taker, BOTH, None, months=12)
    assert [each.id for each in await world.consents.grants(taker)] == [second.id]
    assert (await world.consents.notice(giver, first.id)).ended_at is not None
    assert (await world.persons.get(taker, hers.id)).covers == BOTH
    assert (await world.persons.get(taker, hers.id)).relation is Relation.SPOUSE


@pytest.mark.parametrize("by_giver", [True, False])
async def test_either_side_ends_it_and_both_are_told(world: World, by_giver: bool) -> None:
    giver, hers = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    await desk_visit(world, hers.patient_id)
    grant = await consent(world, giver, taker)
    taker = await world.accounts.set_active_person(taker, hers.id)

    ended = await world.consents.revoke(giver if by_giver else taker, grant.id)
    assert ended.ended_at == world.clock.now()
    assert await world.consents.grants(giver) == await world.consents.grants(taker) == ()
    assert await seen(world, taker) == set()
    assert [each.relation for each in await world.persons.family(taker)] == [Relation.OWN]
    renewed = await world.accounts.by_telegram(taker.telegram_id)
    assert renewed is not None
    assert renewed.active_person_id is None
    for each in (giver, taker):
        assert (await told(world, each))[-1] == AccountNews.ACCESS_ENDED
        assert (await world.consents.notice(each, grant.id)).name == hers.full_name
    assert await world.persons.own(giver) == hers

    # Once more changes nothing, and taking it anew brings the same link back.
    await world.consents.revoke(giver, grant.id)
    assert (await told(world, giver)).count(AccountNews.ACCESS_ENDED) == 1
    await consent(world, giver, taker, BOTH, Relation.OTHER)
    assert (await world.persons.get(taker, hers.id)).relation is Relation.OTHER


async def test_who_ends_it_reads_it_on_the_screen_alone(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    taker = await world.account()
    grant = await consent(world, giver, taker)
    world.clock.advance(minutes=1)
    await world.outbox.claim(30)
    await world.consents.revoke(giver, grant.id)
    await world.outbox.shown(keys.access_ended(grant.id, giver.id))
    world.clock.advance(minutes=2)
    due = [each.notification for each in await world.outbox.claim(30)]
    ended = [each.account_id for each in due if each.kind == AccountNews.ACCESS_ENDED]
    assert ended == [taker.id]


async def test_a_stranger_sees_and_ends_nothing(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    taker, stranger = await world.account(), await world.account()
    grant = await consent(world, giver, taker)
    for forbidden in (world.consents.notice(stranger, grant.id), world.consents.revoke(stranger, grant.id)):
        with pytest.raises(NotFound):
            await forbidden
    assert len(await world.consents.grants(giver)) == 1
    assert await world.consents.grants(stranger) == ()


async def test_the_list_says_given_first_and_who(world: World) -> None:
    anna, hers = await confirmed(world, ANNA)
    peter, his = await confirmed(world, PETER)
    nameless = await world.account()
    await consent(world, peter, anna, BOTH)
    await consent(world, anna, peter, SEE)
    world.clock.advance(seconds=1)
    await consent(world, anna, nameless, SEE)
    assert [(each.given, each.name, each.holder) for each in await world.consents.grants(anna)] == [
        (True, hers.full_name, his.full_name),
        (True, hers.full_name, None),
        (False, his.full_name, hers.full_name),
    ]


async def test_a_person_taken_off_the_list_gives_the_consent_up(world: World) -> None:
    giver, hers = await confirmed(world, ANNA)
    taker = await world.account()
    grant = await consent(world, giver, taker)
    async with world.database.write() as unit:
        await world.consents.end_for(unit, taker.id, hers.id)
    assert (await world.consents.notice(giver, grant.id)).ended_at is not None
    assert (await told(world, giver))[-1] == AccountNews.ACCESS_ENDED
    assert AccountNews.ACCESS_ENDED not in await told(world, taker)


# --- its time is over -----------------------------------------------------------------------------------


async def test_a_consent_ends_by_itself_and_both_hear_of_it_in_the_morning(world: World) -> None:
    giver, hers = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    visit = await desk_visit(world, hers.patient_id)
    grant = await consent(world, giver, taker, months=1)
    assert grant.until == through(date(2026, 12, 23))
    world.clock.set(grant.until - timedelta(seconds=1))
    assert await world.consents.expire() == 0
    assert visit in {each.visit.id for each in (await world.visits.past(taker, 0, 8)).items}

    world.clock.set(grant.until)  # midnight
    assert (await world.visits.past(taker, 0, 8)).total == 0, "rights end with the moment, not with the tick"
    assert await world.consents.expire() == 1
    assert await world.consents.expire() == 0
    assert [each.relation for each in await world.persons.family(taker)] == [Relation.OWN]
    due = select(outbox.c.due_at).where(outbox.c.dedupe_key.startswith("over:"))
    morning = grant.until + timedelta(hours=8)
    assert (await world.database.fetch(due)).scalars().all() == [morning, morning]
    for each in (giver, taker):
        assert (await told(world, each))[-1] == AccountNews.CONSENT_ENDED


async def test_two_processes_that_end_a_consent_tell_of_it_once(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    grant = await consent(world, giver, await world.account(), months=1)
    world.clock.set(grant.until)
    await asyncio.gather(*(world.consents.expire() for _ in range(5)))
    due = select(outbox.c.id).where(outbox.c.dedupe_key.startswith("over:"))
    assert len((await world.database.fetch(due)).all()) == 2


async def test_by_day_it_is_told_at_once(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    grant = await consent(world, giver, await world.account(), months=1)
    world.clock.set(grant.until + timedelta(hours=12))
    await world.consents.expire()
    due = select(outbox.c.due_at).where(outbox.c.dedupe_key.startswith("over:"))
    assert set((await world.database.fetch(due)).scalars()) == {world.clock.now()}


# --- a shared row is never deleted for somebody else ------------------------------------------------------


async def test_a_refused_booking_leaves_a_shared_person_alone(world: World) -> None:
    """The neighbour may book for Anna as for another citizen; the time is gone, and Anna is still there."""
    giver, hers = await confirmed(world, ANNA)
    taker = await world.account()
    await consent(world, giver, taker, BOTH, Relation.OTHER)
    slot = await world.slot(SURGEON, 10)
    await world.at_the_desk(await world.admin.enrol(PETER, CLINIC.id), slot)
    shared = await world.persons.get(taker, hers.id)
    assert isinstance(await world.booking.book(await world.request(taker, shared, slot)), Declined)
    assert await world.persons.own(giver) == hers
    assert await world.persons.get(taker, hers.id) == shared


async def test_somebody_opened_by_the_desk_outlives_a_refused_booking(world: World) -> None:
    who, _ = await confirmed(world, ANNA)
    found = await opened(world, who, await desk_code(world, PETER, Relation.OTHER, ANNA, until=date(2027, 5, 1)))
    slot = await world.slot(SURGEON, 10)
    await world.at_the_desk(await world.admin.enrol(MASHA, CLINIC.id), slot)
    assert isinstance(await world.booking.book(await world.request(who, found.person, slot)), Declined)
    assert await world.persons.get(who, found.person.id) == found.person


async def test_who_can_no_longer_let_others_act_has_no_good_code(world: World) -> None:
    giver, _ = await confirmed(world, ANNA)
    issued, _ = await world.access.issue(giver, SEE, 3)
    basis = metadata.tables["link_basis"]
    await world.database.execute(update(basis).values(basis=Basis.DECLARED.value))
    assert await refused(world, await world.account(), issued.digits) is CodeProblem.WRONG
