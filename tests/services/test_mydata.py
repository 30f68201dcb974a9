"""«Мои данные»: all of it is told, and after erasing nothing of it is left, proven with the key in hand."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import String, Table, func, insert, select

from bot.build import export_words
from bot.topics import ALL
from bot.views.export.words import names_in
from bot.views.mydata import Exported, document
from services.accounts.codes import CodeRefused
from services.accounts.model import Account, Area, Basis, Covers, Person, Relation
from services.accounts.mydata import ERASED, NOBODY
from services.accounts.notices import AccountNews
from services.accounts.tables import access_grant, person_link
from services.booking.model import BookingLink, Checking, Declined, GivenUp, Kept, LinkKind, Made, VisitEntry
from services.booking.mydata import WAITED_FOR
from services.booking.tables import booking_intent, cancel_intent, waiting_link
from services.cases.tables import case_file
from services.costs.costs import STEP, Costs
from services.costs.model import Period
from services.documents.model import Subject as PaperOf
from services.drafts.model import Draft
from services.drafts.mydata import DraftData
from services.errors import Denial, NotAllowed, NotFound
from services.limits.model import LIMITS, Act
from services.mydata.model import Given
from services.mydata.mydata import MyData
from services.notify.tables import notification
from services.personal import Fact, StillUnderWay, Word
from services.registry.model import (
    CareCase,
    CoverageStatus,
    Policy,
    PolicyForm,
    PolicyKind,
    PrescriptionStatus,
    Refusal,
    Refused,
    Sex,
    Unknown,
    VisitStatus,
)
from services.registry.ports.insurance import CareCaseRecord, CoverageRecord
from services.registry.ports.prescriptions import PrescriptionRecord
from services.requests.model import RequestKind, RequestStatus
from services.storage.engine import Database
from services.storage.tables import audit, metadata
from services.storage.types import Encrypted
from services.storage.vault import Vault
from services.texts.i18n import LOCALES, texts
from tests.services.test_access import ANNA, BOTH, MASHA, PETER, confirmed, consent, desk_code, opened, told
from tests.services.test_insurer_choice import apply, choice_of, hand_out, settle, world_with
from tests.support.clock import FakeClock
from tests.support.papers import a_sheet, documents_of
from tests.support.photos import camera_photo
from tests.support.world import (
    ADULT,
    CHILDREN,
    CLINIC,
    KIND,
    SECOND_THERAPIST,
    SURGEON,
    THERAPIST,
    Lost,
    World,
    somebody,
)

WORDS = export_words()
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "export.schema.json").read_text())
OLGA = somebody(4, date(1975, 2, 2), "Сомова")
TYPED = "Придуманная-Черновикова"
SOUGHT = "ибупрофен-искомый"
WRITTEN, ANSWER = "Не вижу запись к хирургу", "Запись видна в разделе"
ADDRESS, OTHER_ADDRESS = "anna.ivanova@example.org", "to.be.confirmed@example.org"
INSURER = "Страховая компания «Забота»"
PAPER_ADDRESS = "school@example.com"
NAMELESS: tuple[Table, ...] = (case_file, waiting_link)
"""Rows of an account without its id: they hang on another row, or lie under a blind index."""
OUR_OWN: list[Table] = [each for name, each in metadata.tables.items() if not name.startswith("registry_")]


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """Where applications can be signed, too."""
    world = world_with(database, vault, clock)
    await world.furnish()
    return world


@dataclass
class Life:
    """Somebody who has left something in every table, with those around them."""

    world: World
    anna: Account
    own: Person
    child: Person
    typed: Person
    grantee: Account
    giver: Account
    persons: frozenset[str] = frozenset()
    words: list[str] = field(default_factory=list)


async def a_life(world: World) -> Life:
    """Documents, a child, somebody typed, visits of each, a move, a cancelling, drafts, holds, consents both ways."""
    anna, own = await confirmed(world, ANNA)
    child = (await opened(world, anna, await desk_code(world, MASHA, Relation.CHILD, ANNA))).person
    typed = await world.family.add(anna, Relation.SPOUSE, replace(somebody(5, ADULT, "Мужев"), sex=Sex.MALE))
    grantee, _ = await confirmed(world, PETER)
    giver, _ = await confirmed(world, OLGA)
    await consent(world, anna, grantee, BOTH)
    await consent(world, giver, anna)
    await world.accounts.set_active_person(anna, own.id)
    await world.accounts.set_last_region(anna, "50")
    await world.accounts.set_large(anna, large=True)

    await _visits(world, anna, own, child, grantee)
    await _prescribed(world, own)
    await _what_was_sent(world, anna)
    await _insured(world, anna, own)
    await _papers(world, anna, child)
    if choice_of(world).procedure is not None:
        await settle(world, await apply(world, anna, own))
        await hand_out(world, anna, child, own.identity)
    draft = await world.draft(anna, surname=TYPED, person="other", region="50", sex="F", policy=["enp", "5097"])
    await world.holds.take(await world.slot(SURGEON, 11), anna, draft.id)
    theirs = await world.draft(grantee, person=own.id)
    assert theirs.answers["person"] == own.id
    await world.access.issue(anna, {Covers.SEE_VISITS}, 3)
    with pytest.raises(CodeRefused):
        await world.access.redeem(anna, "0000000000")
    await world.watch.look()
    mine = frozenset({own.id, child.id, typed.id})
    words = [identity.surname for identity in (ANNA, MASHA, typed.identity)]
    words += [
        WRITTEN,
        ANSWER,
        ADDRESS,
        OTHER_ADDRESS,
        PAPER_ADDRESS,
        TYPED,
        SOUGHT,
        *(each.policy.number for each in (ANNA, MASHA, typed.identity)),
        ANNA.snils or "?",
    ]
    anna = await world.accounts.by_telegram(anna.telegram_id) or anna
    return Life(world, anna, own, child, typed, grantee, giver, mine, words)


async def _visits(world: World, anna: Account, own: Person, child: Person, grantee: Account) -> None:
    made = await world.booking.book(await world.request(anna, own, await world.slot(THERAPIST, 9)))
    assert isinstance(made, Made)
    await world.replies.coming(anna, made.visit.id)
    await world.warnings.accept(anna, child, CHILDREN.id)
    gone = await world.booking.book(await world.request(anna, own, await world.slot(SURGEON, 10)))
    assert isinstance(gone, Made)
    assert isinstance(await world.cancelling.cancel(anna, gone.visit.id), GivenUp)
    world.registry.answers.append(Refused(Refusal.TIME_BUSY))
    await world.booking.book(await world.request(anna, child, await world.slot(SECOND_THERAPIST, 11)))
    assert isinstance(
        await world.booking.book(await world.request(anna, child, await world.slot(SECOND_THERAPIST, 10))), Made
    )
    shared = next(each for each in await world.persons.family(grantee) if each.id == own.id)
    assert isinstance(
        await world.booking.book(await world.request(grantee, shared, await world.slot(SURGEON, 9, day=25))), Made
    )


async def _prescribed(world: World, own: Person) -> None:
    """The registry's own, which outlives the account."""
    record = PrescriptionRecord(
        *("50АА 000001", own.patient_id or "?", False, "Ибупрофен, 200 мг", "", "", CLINIC.id, "Ветров Иван Ильич"),
        *(date(2026, 11, 20), None, PrescriptionStatus.ACTIVE),
    )
    assert (await world.admin.put_prescriptions([record])).added == 1


async def _insured(world: World, anna: Account, own: Person) -> None:
    """The registry's own, and a statement of what the care of a year has cost."""
    patient_id = own.patient_id or "?"
    insured = CoverageRecord(patient_id, "50", INSURER, "8 800 000-00-01", PolicyForm.CARD, CoverageStatus.VALID)
    assert await world.admin.put_coverages([insured]) == 1
    paid = CareCase(
        *("50-1", 1, False, "50", CLINIC.name, date(2025, 3, 2), date(2025, 3, 9)),
        *("первичная помощь", "амбулаторно", "Приём терапевта", Decimal("512.30")),
    )
    assert (await world.admin.put_care_cases([CareCaseRecord(patient_id, paid)])).added == 1
    costs = world.house.service(Costs)
    draft = await world.drafts.start(Draft("", anna.id, "costs", "check"))
    await costs.apply(anna, own.id, Period(date(2025, 1, 1), date(2025, 12, 31)), draft_id=draft.id)
    for _ in range(3):
        world.clock.advance(seconds=STEP.seconds)
        await costs.advance()


async def _what_was_sent(world: World, anna: Account) -> None:
    """A search, an address for letters, a request with a photo that is answered, a calendar file, a waiting link."""
    await world.searches.keep(anna, "any", SOUGHT)
    anna = await world.give_mail(anna, ADDRESS)
    await world.mail.send_code(anna, OTHER_ADDRESS)
    begun = (await world.drafts.start(Draft("", anna.id, "problem", "message"))).id
    photo = await world.requests.keep_photo(anna, begun, camera_photo())
    sent = await world.requests.send(anna, RequestKind.PROBLEM, WRITTEN, [photo], draft_id=begun)
    await world.case_desk.move(sent.number, RequestStatus.IN_PROGRESS, None)
    await world.case_desk.move(sent.number, RequestStatus.ANSWERED, ANSWER)
    ahead = (await world.visits.upcoming(anna, 0, 1)).items[0]
    await world.calendar.event(anna, await world.calendar.find(anna, ahead.visit.id))
    await world.links.keep(anna.telegram_id, BookingLink(LinkKind.CLINIC, CLINIC.id))


async def _papers(world: World, anna: Account, child: Person) -> None:
    """A paper about the child, and the same on its way to an address."""
    papers, of = documents_of(world), PaperOf("slip", "slip00000001")
    await papers.paper(anna, child.id, of, Area.RECORDS, a_sheet())
    begun = (await world.drafts.start(Draft("", anna.id, "document", "sure"))).id
    await papers.mail(anna, child.id, of, Area.RECORDS, PAPER_ADDRESS, draft_id=begun, confirmed=False)


# --- what stands where ------------------------------------------------------------------------------


async def cells(world: World) -> list[tuple[str, str]]:
    """Every cell of every table of our own, opened with the key: where it stands, and what it says."""
    found = []
    for table in OUR_OWN:
        for row in (await world.database.fetch(select(table))).all():
            for column in table.columns:
                value: Any = row._mapping[column.name]
                if isinstance(column.type, Encrypted) and value is not None:
                    value = world.vault.open_bytes(column, row.id, value).decode(errors="replace")
                found.append((f"{table.name}.{column.name}", str(value)))
    return found


async def where(world: World, *needles: str) -> dict[str, set[str]]:
    """In which columns each of these stands."""
    every = await cells(world)
    return {needle: {place for place, value in every if needle in value} for needle in needles}


async def sealed(world: World) -> list[bytes]:
    """Every ciphertext of our own tables."""
    columns = [column for table in OUR_OWN for column in table.columns if isinstance(column.type, Encrypted)]
    return [
        bytes(value)
        for column in columns
        for value in (await world.database.fetch(select(column))).scalars()
        if value is not None
    ]


def raw(url: str) -> bytes:
    """What lies on the disk: the database and its journal."""
    file = Path(url.removeprefix("sqlite:///"))
    return b"".join(each.read_bytes() for each in (file, file.with_name(file.name + "-wal")) if each.exists())


async def count(world: World, table: Table) -> int:
    found: int = (await world.database.fetch(select(func.count()).select_from(table))).scalar_one()
    return found


# --- erasing ----------------------------------------------------------------------------------------


async def test_nothing_of_the_account_is_left_anywhere(world: World, database_url: str) -> None:
    life = await a_life(world)
    ids = [life.anna.id, str(life.anna.telegram_id), *life.persons]

    # STEP 1. Before: every word and every id is found, so the search works; and every table has something of it.
    before = await where(world, *life.words, *ids)
    assert all(before.values()), {needle for needle, places in before.items() if not places}
    in_tables = {place.split(".")[0] for places in before.values() for place in places}
    nameless = {each.name for each in NAMELESS}
    nobody_in_them = {
        "setting",
        "counter",
        "feed",
        "link_basis",
        "act_count",
        "operator_act",
        "signing_root",
        *nameless,
    }
    assert {table.name for table in OUR_OWN} - in_tables == nobody_in_them, "a life has something in every table"
    assert all([await count(world, each) for each in NAMELESS])
    hidden = await sealed(world)
    if world.database.dialect == "sqlite":
        assert all(each[-24:] in raw(database_url) for each in hidden), "whole papers lie on several pages"

    # STEP 2. After: none of them, in any column of any table.
    erased = await world.mydata.erase(life.anna)
    assert erased.farewells
    left = {needle: places for needle, places in (await where(world, *life.words, *ids)).items() if places}
    assert left == {}
    assert [each.name for each in NAMELESS if await count(world, each)] == []

    # STEP 3. Nor on the disk: neither in a freed page, nor in the journal.
    if world.database.dialect == "sqlite":
        kept = set(await sealed(world))
        gone = [each for each in hidden if each not in kept]
        assert len(gone) >= 6
        assert not [each for each in gone if each in raw(database_url)]
        assert not [each for each in gone if each[-24:] in raw(database_url)], "not even the end of one"

    # STEP 4. The caches know of it.
    assert await world.accounts.by_telegram(life.anna.telegram_id) is None
    assert await world.accounts.by_id(life.anna.id) is None


async def test_what_others_have_stays_and_works(world: World) -> None:
    life = await a_life(world)
    assert len(await world.persons.family(life.grantee)) == 2
    erased = await world.mydata.erase(life.anna)

    # STEP 1. Both sides are told, without a name in the row, with it in the message that goes at once.
    assert {(each.account_id, each.gave, each.name) for each in erased.farewells} == {
        (life.grantee.id, False, "Ёлкина Аннаб Сергеевна"),
        (life.giver.id, True, "Ёлкина Аннаб Сергеевна"),
    }
    for who in (life.grantee, life.giver):
        assert AccountNews.ACCESS_ERASED in await told(world, who)
    # The grantee has only the own person left, and the giver nobody in the list of consents.
    assert [each.relation for each in await world.persons.family(life.grantee)] == [Relation.OWN]
    assert await world.consents.grants(life.giver) == ()
    assert await world.consents.grants(life.grantee) == ()

    # STEP 2. The grantee's draft for the erased person is gone: it could not be gone on with.
    assert await world.drafts.open_of(life.grantee.id, KIND) is None

    # STEP 3. What is not told at once comes through the outbox, half a minute later.
    world.clock.advance(seconds=30)
    due = {each.notification.account_id for each in await world.outbox.claim(50)}
    assert {life.grantee.id, life.giver.id} <= due


async def count_of(world: World, account_id: str, table: Table) -> int:
    query = select(func.count()).select_from(table).where(table.c.account_id == account_id)
    found: int = (await world.database.fetch(query)).scalar_one()
    return found


async def test_a_word_that_has_been_said_is_not_sent_again(world: World) -> None:
    life = await a_life(world)
    for each in (await world.mydata.erase(life.anna)).farewells:
        await world.outbox.told(each.key)
    world.clock.advance(seconds=30)
    kinds = [each.notification.kind for each in await world.outbox.claim(50)]
    assert AccountNews.ACCESS_ERASED not in kinds
    assert await world.outbox.unread(life.giver.id) > 0, "it stands in the list, not read yet"


async def test_the_registry_keeps_its_own(world: World) -> None:
    life = await a_life(world)
    patients, visits = metadata.tables["registry_patient"], metadata.tables["registry_visit"]
    before = await count(world, patients), await count(world, visits)
    await world.mydata.erase(life.anna)
    assert (await count(world, patients), await count(world, visits)) == before
    assert life.own.patient_id is not None
    obligations = [each.status for each in await world.registry.visits([life.own.patient_id])]
    assert VisitStatus.BOOKED in obligations


async def test_the_audit_says_that_and_not_who(world: World) -> None:
    life = await a_life(world)
    await world.mydata.erase(life.anna)
    rows = (await world.database.fetch(select(audit))).all()
    erased = [row for row in rows if row.action == ERASED]
    assert [(row.account_id, row.person_id, row.subject_id) for row in erased] == [(NOBODY, None, None)]
    assert {row.action for row in rows if row.account_id == NOBODY} == {ERASED}
    theirs = [row for row in rows if row.account_id == life.grantee.id and row.action == "visit_booked"]
    assert [(row.person_id, row.subject_id) for row in theirs] == [(None, None)], "that they booked, not for whom"


# --- who goes, who stays ----------------------------------------------------------------------------


async def test_a_child_of_two_parents_stays_with_the_other_one(world: World) -> None:
    mother, _ = await confirmed(world, ANNA)
    mine = (await opened(world, mother, await desk_code(world, MASHA, Relation.CHILD, ANNA))).person
    father, _ = await confirmed(world, PETER)
    his = (await opened(world, father, await desk_code(world, MASHA, Relation.CHILD, PETER))).person
    assert mine.id != his.id
    await world.mydata.erase(mother)
    assert [each.id for each in await world.persons.family(father) if each.relation is Relation.CHILD] == [his.id]
    assert (await where(world, mine.id))[mine.id] == set()


@pytest.mark.parametrize("basis", [Basis.DESK, Basis.DECLARED])
async def test_a_shared_row_stays_with_whoever_has_a_basis_of_their_own(world: World, basis: Basis) -> None:
    """The row was shared by a consent; meanwhile the other one has got a basis that does not end with it."""
    giver, own = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    await consent(world, giver, taker)
    link = (
        await world.database.fetch(
            select(person_link.c.id).where(person_link.c.account_id == taker.id, person_link.c.person_id == own.id)
        )
    ).scalar_one()
    await world.database.execute(
        insert(metadata.tables["link_basis"]).values(link_id=link, basis=basis.value, granted_at=world.clock.now())
    )
    await world.mydata.erase(giver)
    kept = await world.persons.get(taker, own.id)
    assert [each for each, _ in kept.bases] == [basis], "the consent itself is over"
    assert await count_of(world, giver.id, person_link) == 0


async def test_a_consent_from_somebody_else_on_the_same_row_stands(world: World) -> None:
    """Two have a say over a third one's own person: one of the two leaves."""
    third, own = await confirmed(world, OLGA)
    leaves, _ = await confirmed(world, ANNA)
    stays, _ = await confirmed(world, PETER)
    await consent(world, third, leaves)
    await consent(world, third, stays)
    await world.mydata.erase(leaves)
    assert own.id in {each.id for each in await world.persons.family(stays)}
    assert [each.holder for each in await world.consents.grants(third)] == ["Петров Аннав Сергеевна"]


async def test_a_consent_of_the_desk_ends_with_its_giver(world: World) -> None:
    """It stands on a copy of the taker's own: that copy rests on nothing now."""
    giver, own = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    until = date(2027, 5, 1)
    copy = (await opened(world, taker, await desk_code(world, ANNA, Relation.PARENT, PETER, until=until))).person
    assert copy.id != own.id
    await world.accounts.set_active_person(taker, copy.id)
    erased = await world.mydata.erase(giver)
    assert [each.account_id for each in erased.farewells] == [taker.id]
    assert await where(world, copy.id, ANNA.surname) == {copy.id: set(), ANNA.surname: set()}
    fresh = await world.accounts.by_telegram(taker.telegram_id)
    assert fresh is not None
    assert fresh.active_person_id is None


async def test_a_code_of_the_desk_that_has_just_been_used_is_forgotten(world: World) -> None:
    who, _ = await confirmed(world, ANNA)
    assert "access_code.data" in (await where(world, ANNA.surname))[ANNA.surname]
    await desk_code(world, MASHA, Relation.CHILD, ANNA)  # not used yet; its holder's name lies in it
    other = await desk_code(world, OLGA)
    await world.mydata.erase(who)
    assert (await where(world, ANNA.surname))[ANNA.surname] == set()
    assert await world.access._codes.find(other) is not None, "somebody else's stays good"


# --- once, all or nothing ---------------------------------------------------------------------------


async def test_pressed_twice_at_once(world: World) -> None:
    life = await a_life(world)
    done = await asyncio.gather(*(world.mydata.erase(life.anna) for _ in range(3)))
    assert sorted(len(each.farewells) for each in done) == [0, 0, 2]
    rows = await world.database.fetch(select(audit.c.id).where(audit.c.action == ERASED))
    assert len(rows.all()) == 1
    assert await world.mydata.just_erased(life.anna.telegram_id)
    world.clock.advance(minutes=1)
    assert not await world.mydata.just_erased(life.anna.telegram_id)


async def test_two_who_act_for_each_other_leave_at_once(world: World) -> None:
    """Each tells the other, and each waits for the other's rows: neither may wait for ever."""
    for number in range(5):
        one, _ = await confirmed(world, somebody(40 + number, ADULT, "Первов"))
        other, _ = await confirmed(world, somebody(60 + number, ADULT, "Второв"))
        await consent(world, one, other)
        await consent(world, other, one)
        await asyncio.gather(world.mydata.erase(one), world.mydata.erase(other))
        for each in (one, other):
            assert await world.accounts.by_id(each.id) is None
    assert await rows_of(world, access_grant) == 0


async def test_one_leaves_while_the_other_ends_it(world: World) -> None:
    for number in range(5):
        giver, _ = await confirmed(world, somebody(40 + number, ADULT, "Первов"))
        taker, _ = await confirmed(world, somebody(60 + number, ADULT, "Второв"))
        grant = await consent(world, giver, taker)
        _, ended = await asyncio.gather(
            world.mydata.erase(giver), world.consents.revoke(taker, grant.id), return_exceptions=True
        )
        assert not isinstance(ended, BaseException) or isinstance(ended, NotFound)
        assert await world.accounts.by_id(giver.id) is None
        assert await world.consents.grants(taker) == ()


async def rows_of(world: World, table: Table) -> int:
    found: int = (await world.database.fetch(select(func.count()).select_from(table))).scalar_one()
    return found


async def test_who_has_gone_is_not_booked_for_by_a_look_from_before(world: World) -> None:
    """The taker's press has read the person, then the giver erases: nothing is asked of the registry."""
    giver, own = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    await consent(world, giver, taker, BOTH)
    seen = next(each for each in await world.persons.family(taker) if each.id == own.id)
    request = await world.request(taker, seen, await world.slot(SECOND_THERAPIST, 11, day=25))
    await world.mydata.erase(giver)
    assert await world.booking.book(request) == Declined(Denial.BASIS_ENDED)
    assert await rows_of(world, booking_intent) == 0
    assert own.patient_id is not None
    assert await world.registry.visits([own.patient_id]) == []


async def test_for_who_has_gone_nothing_is_cancelled_by_a_look_from_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    giver, own = await confirmed(world, ANNA)
    taker, _ = await confirmed(world, PETER)
    await consent(world, giver, taker, BOTH)
    assert own.patient_id is not None
    visit = await world.at_the_desk(own.patient_id, await world.slot(SECOND_THERAPIST, 11, day=25))
    before = await world.visits.get(taker, visit.id)

    async def as_it_was(*_: object) -> VisitEntry:
        return before

    monkeypatch.setattr(world.visits, "get", as_it_was)
    await world.mydata.erase(giver)
    assert await world.cancelling.cancel(taker, visit.id) == Kept(Denial.BASIS_ENDED)
    assert await rows_of(world, cancel_intent) == 0
    (stands,) = await world.registry.visits([own.patient_id])
    assert stands.status is VisitStatus.BOOKED


async def test_booking_and_leaving_in_the_same_moment(world: World) -> None:
    """Whichever is first: no booking is kept of a person who is not."""
    for number in range(5):
        giver, own = await confirmed(world, somebody(40 + number, ADULT, "Первов"))
        taker, _ = await confirmed(world, somebody(60 + number, ADULT, "Второв"))
        await consent(world, giver, taker, BOTH)
        seen = next(each for each in await world.persons.family(taker) if each.id == own.id)
        request = await world.request(
            taker, seen, await world.slot(SECOND_THERAPIST, 9 + number % 3, day=25 + number // 3)
        )
        await asyncio.gather(world.booking.book(request), world.mydata.erase(giver), return_exceptions=True)
        if await world.accounts.by_id(giver.id) is None:
            assert own.id not in str(await cells(world))


async def test_a_break_in_the_middle_leaves_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    life = await a_life(world)
    before = sorted(await cells(world))

    async def breaks(*_: object) -> None:
        raise RuntimeError("the power is cut")

    monkeypatch.setattr(world.mydata._people, "_forget_in_audit", breaks)
    with pytest.raises(RuntimeError):
        await world.mydata.erase(life.anna)
    assert sorted(await cells(world)) == before
    assert await world.accounts.by_telegram(life.anna.telegram_id) is not None


@pytest.mark.parametrize("whose", ["own", "grantee's"])
async def test_a_booking_under_way_is_waited_for(world: World, whose: str) -> None:
    life = await a_life(world)
    booker = life.anna if whose == "own" else life.grantee
    who = next(each for each in await world.persons.family(booker) if each.id == life.own.id)
    world.registry.answers.append(Lost())
    await world.cancelling.cancel(life.anna, (await world.visits.ahead(life.anna))[0].visit.id)
    outcome = await world.booking.book(await world.request(booker, who, await world.slot(SECOND_THERAPIST, 11, day=25)))
    assert isinstance(outcome, Checking)
    before = sorted(await cells(world))

    # STEP 1. Nothing is erased while nobody knows whether the visit stands.
    with pytest.raises(StillUnderWay):
        await world.mydata.erase(life.anna)
    assert sorted(await cells(world)) == before

    # STEP 2. Recovery has the answer: now it is.
    world.clock.advance(seconds=30)
    await world.booking.recover()
    await world.mydata.erase(life.anna)
    assert (await where(world, life.own.id))[life.own.id] == set()


async def test_a_registry_that_is_silent_for_long_does_not_keep_anybody(world: World) -> None:
    life = await a_life(world)
    world.registry.answers.append(Unknown())
    slot = await world.slot(SECOND_THERAPIST, 9, day=25)
    assert isinstance(await world.booking.book(await world.request(life.anna, life.child, slot)), Checking)
    world.clock.advance(seconds=WAITED_FOR.total_seconds() + 1)
    await world.mydata.erase(life.anna)
    assert await count_of(world, life.anna.id, booking_intent) == 0
    await world.booking.recover()  # it finds nothing to go on with, and breaks nothing
    assert await count_of(world, life.anna.id, notification) == 0


async def test_who_was_too_slow_does_not_bring_it_back(world: World) -> None:
    """A tick that has read the account before it was erased puts it into no cache."""
    life = await a_life(world)
    await world.mydata.erase(life.anna)
    await world.accounts.set_reachable(life.anna, reachable=False)
    assert await world.accounts.by_telegram(life.anna.telegram_id) is None


@pytest.mark.parametrize("whose", ["own", "grantee's"])
async def test_a_look_that_began_before_writes_nothing_after(
    world: World, whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watch has read whom an account has; then they are erased; then it comes to write what is new."""
    life = await a_life(world)
    await world.admin.cancel_visit((await world.visits.ahead(life.anna))[0].visit.id)
    watcher = life.anna if whose == "own" else life.grantee
    family = world.persons.family
    went: list[str] = []

    async def and_then_she_goes(account: Account) -> tuple[Person, ...]:
        found = await family(account)
        if account.id == watcher.id and not went:
            went.append(account.id)
            await world.mydata.erase(life.anna)
        return found

    monkeypatch.setattr(world.persons, "family", and_then_she_goes)
    world.clock.advance(minutes=6)
    await world.watch.look()
    assert went
    assert await where(world, life.anna.id, life.own.id) == {life.anna.id: set(), life.own.id: set()}


async def test_beginning_again_is_beginning_anew(world: World) -> None:
    life = await a_life(world)
    await world.mydata.erase(life.anna)
    again = await world.account(life.anna.telegram_id)
    assert again.id != life.anna.id
    assert await world.persons.family(again) == ()
    assert (await world.outbox.page(again.id, 0, 8)).total == 0


async def test_erasing_oneself_is_no_way_past_the_rate_limit(world: World) -> None:
    """Who has asked for as many people as may be today asks for nobody else after beginning again."""
    world.registry._real._registers_patients = False  # type: ignore[attr-defined]
    who = await world.account()
    for number in range(LIMITS[Act.LOOK_UP].most):
        stranger = replace(somebody(number + 1, ADULT), policy=Policy(PolicyKind.ENP, f"50975797920001{number:02}"))
        await world.persons.look_up(who, stranger, enters=False)
    with pytest.raises(NotAllowed):
        await world.persons.look_up(who, somebody(20, ADULT), enters=False)
    await world.mydata.erase(who)
    assert (await where(world, who.id, str(who.telegram_id))) == {who.id: set(), str(who.telegram_id): set()}
    again = await world.account(who.telegram_id)
    with pytest.raises(NotAllowed):
        await world.persons.look_up(again, somebody(20, ADULT), enters=False)


# --- what stands, and giving it up -------------------------------------------------------------------


async def test_what_stands_is_named(world: World) -> None:
    life = await a_life(world)
    obligations = await world.mydata.obligations(life.anna)
    assert [(each.person.id, each.visit.service_id) for each in obligations.visits] == [
        (life.own.id, THERAPIST.service_id),
        (life.child.id, SECOND_THERAPIST.service_id),
    ], "what the grantee has booked for her is not hers to be asked about"
    assert {each.kind.value for each in obligations.others} == {"hold", "draft", "access_given", "access_received"}
    assert obligations.answers


async def test_visits_are_cancelled_and_everything_is_erased(world: World) -> None:
    life = await a_life(world)
    obligations = await world.mydata.obligations(life.anna)
    assert await world.mydata.cancel(life.anna, obligations) == Given(over=2)
    assert (await world.mydata.obligations(life.anna)).visits == ()
    await world.mydata.erase(life.anna)
    for entry in obligations.visits:
        visit = await world.registry.visit(entry.visit.id)
        assert visit is not None
        assert visit.status is VisitStatus.CANCELLED_BY_PATIENT


async def test_a_registry_that_is_down(world: World) -> None:
    life = await a_life(world)
    obligations = await world.mydata.obligations(life.anna)

    # STEP 1. It takes no cancelling: said, and nothing is erased.
    world.registry.unavailable = {"cancel"}
    assert await world.mydata.cancel(life.anna, obligations) == Given(kept=2)

    # STEP 2. It says nothing at all: what is remembered here is named, under the same digest.
    world.registry.unavailable = {"cancel", "visits", "visit", "clinic"}
    silent = await world.mydata.obligations(life.anna)
    assert not silent.answers
    assert [each.name for each in silent.planned] == [life.own.full_name, life.child.full_name]
    assert silent.digest == obligations.digest
    assert await world.mydata.cancel(life.anna, silent) == Given(kept=2)

    # STEP 3. One may go all the same.
    await world.mydata.erase(life.anna)
    assert (await where(world, life.anna.id))[life.anna.id] == set()


async def test_a_cancelling_without_an_answer_keeps_nobody(world: World) -> None:
    life = await a_life(world)
    obligations = await world.mydata.obligations(life.anna)
    world.registry.cancel_answers += [Lost(), Unknown()]
    assert await world.mydata.cancel(life.anna, obligations) == Given(checking=2)
    assert await world.mydata.cancel(life.anna, obligations) == Given(over=1, checking=1), "asked again, it is seen"
    await world.mydata.erase(life.anna)
    world.clock.advance(minutes=5)
    await world.cancelling.recover()
    assert (await where(world, life.anna.id))[life.anna.id] == set()


# --- telling ----------------------------------------------------------------------------------------


async def exported(world: World, who: Account, locale: str = "ru") -> dict[str, Any]:
    facts = await world.mydata.export(who)
    names = {each.id: each.full_name for each in await world.persons.family(who)}
    made = document(texts(locale), Exported(facts, names, {CLINIC.id: CLINIC.name}), WORDS, world.clock.now())
    found: dict[str, Any] = json.loads(made.data)
    return found


@pytest.mark.parametrize("locale", LOCALES)
async def test_everything_is_told_by_the_schema(world: World, locale: str) -> None:
    life = await a_life(world)
    told_of = await exported(world, life.anna, locale)
    Draft202012Validator(SCHEMA).validate(told_of)
    as_text = json.dumps(told_of, ensure_ascii=False)
    assert [word for word in life.words if word not in as_text] == []
    for section in ("consents", "persons", "access", "codes", "actions", "bookings", "cancellations", "drafts"):
        assert told_of[section], section
    for section in (
        "visits_remembered",
        "replies",
        "times_held",
        "notifications",
        "reminders_to_come",
        "insurance",
        "cost_statements",
    ):
        assert told_of[section], section
    assert told_of["account"]["email"] == ADDRESS
    assert told_of["account"]["email_to_confirm"]["address"] == OTHER_ADDRESS
    assert (await world.mail_code(life.anna)).digits not in as_text
    numbers = {each["visit"]["number"] for each in told_of["bookings"] if "visit" in each}
    assert told_of["calendar_files"][0]["visit"]["number"] in numbers
    assert told_of["link_followed_to"] == CLINIC.name
    assert base64.b64decode(told_of["requests"][0]["photos_jpeg_base64"][0]).startswith(b"\xff\xd8")


async def test_photos_that_do_not_fit_stay_in_the_chat(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    life = await a_life(world)
    monkeypatch.setattr("services.cases.mydata._PHOTOS_IN_ALL", 10)
    told_of = await exported(world, life.anna)
    Draft202012Validator(SCHEMA).validate(told_of)
    sent = told_of["requests"][0]
    assert (sent["photos_jpeg_base64"], sent["photos_only_in_chat"]) == ([], 1)


async def test_it_is_said_in_words(world: World) -> None:
    life = await a_life(world)
    told_of = await exported(world, life.anna)
    child = next(each for each in told_of["persons"] if each["full_name"] == life.child.full_name)
    assert child["relation"] == "ребёнок"
    assert child["birth_date"] == "01.05.2020"
    assert child["bases"][0]["basis"] == "документы показаны в регистратуре"
    first = next(each for each in told_of["bookings"] if each["visit_at"].startswith("24.11.2026 09:00"))
    assert first["visit_at"] == "24.11.2026 09:00 UTC+03:00 (Europe/Moscow)"
    assert first["person"] == life.own.full_name
    assert first["clinic"] == CLINIC.name
    assert first["visit"]["status"] == "Запись подтверждена"
    assert told_of["cancellations"][0]["visit"]["status"] == "Запись отменена заявителем"
    assert any(each.get("refusal") == "время уже было занято" for each in told_of["bookings"])
    unfinished = {each["kind"]: each for each in told_of["drafts"] if each["state"] == "не закончено"}
    assert unfinished.keys() == {"запись к врачу", "выбор страховой"}
    begun = unfinished["запись к врачу"]
    assert begun["answers"]["surname"] == TYPED
    assert begun["answers"]["region"] == "Московская область"
    assert told_of["words"]["birth_date"] == "дата рождения"
    assert told_of["account"]["language"] == "Русский"
    assert told_of["account"]["large_screens"] == "да"


async def test_what_a_wizard_has_noted_is_told_with_the_answers(world: World) -> None:
    anna, _ = await confirmed(world, ANNA)
    begun = await world.draft(anna, region="50")
    await world.drafts.save(replace(begun, marks={"near": [55.91, 37.73], "query": "мира"}))
    (draft,) = (await exported(world, anna))["drafts"]
    assert draft["answers"] == {"region": "Московская область", "near": "55.91, 37.73", "query": "мира"}


async def test_nothing_of_others_is_told(world: World) -> None:
    life = await a_life(world)
    as_text = json.dumps(await exported(world, life.anna), ensure_ascii=False)
    for other, identity in ((life.grantee, PETER), (life.giver, OLGA)):
        assert str(other.telegram_id) not in as_text
        assert other.id not in as_text
        assert identity.policy.number not in as_text
        assert (identity.snils or "?") not in as_text
    assert "Сомова" in as_text, "her name, as the screen of consents has it"
    olga = next(
        each for each in (await exported(world, life.anna))["persons"] if each["full_name"].startswith("Сомова")
    )
    assert set(olga) == {"full_name", "relation", "added_at", "bases"}
    digits = (await world.access.issue(life.anna, {Covers.SEE_VISITS}, 3))[0].digits
    assert digits not in json.dumps(await exported(world, life.anna))


async def test_a_silent_registry_does_not_keep_it_back(world: World) -> None:
    life = await a_life(world)
    world.registry.unavailable = {"visits", "visit", "clinic"}
    told_of = await exported(world, life.anna)
    Draft202012Validator(SCHEMA).validate(told_of)
    assert told_of["registry_answered"] == "нет"
    assert any(each["visit_at"].startswith("24.11.2026 09:00") for each in told_of["bookings"])
    assert not any("visit" in each for each in told_of["bookings"])


async def test_a_chat_without_anything(world: World) -> None:
    told_of = await exported(world, await world.account())
    Draft202012Validator(SCHEMA).validate(told_of)
    assert told_of["persons"] == told_of["bookings"] == []


@pytest.mark.parametrize("locale", LOCALES)
async def test_every_name_is_explained_as_what_it_means_there(world: World, locale: str) -> None:
    """By what the file itself says: under «section.name» first, else under the name."""
    told_of = await exported(world, (await a_life(world)).anna, locale)
    words = told_of.pop("words")
    places = set(names_in(told_of)) - {("", "title"), ("", "about")}
    assert len(places) > 90, "the search itself works"
    for section, name in places:
        caption = WORDS.caption(section, name)
        assert caption is not None, (section, name)
        assert words.get(f"{section}.{name}", words.get(name)) == texts(locale).label(caption), (section, name)
    assert set(words) <= {name for each in places for name in (each[1], ".".join(each))}, "and nothing else"


def values_in(fact: Fact) -> Iterator[Fact]:
    if isinstance(fact, Mapping):
        for each in fact.values():
            yield from values_in(each)
    elif isinstance(fact, Sequence) and not isinstance(fact, str):
        for each in fact:
            yield from values_in(each)
    else:
        yield fact


async def test_every_code_that_is_told_has_its_words(world: World) -> None:
    life = await a_life(world)
    await world.drafts.start(Draft("", life.anna.id, "family", "birth", answers={"relation": Relation.CHILD.value}))
    values = list(values_in(await world.mydata.export(life.anna)))
    named = {"person", "clinic", "region", "language", "html", "specialty"}
    of_other_kinds = {f"{spec.kind.name} status" for topic in ALL for spec in topic.cases}
    of_other_kinds -= {"problem status", "costs status", "insurer_choice status"}
    assert {each.of for each in values if isinstance(each, Word)} == named | WORDS.codes.keys() - of_other_kinds
    enums = {type(each) for each in values if isinstance(each, StrEnum)}
    assert len(enums) >= 7
    assert enums <= WORDS.enums.keys()


async def test_every_action_has_its_words(world: World) -> None:
    life = await a_life(world)
    await world.family.remove(life.anna, life.typed.id)
    done = set((await world.database.fetch(select(audit.c.action))).scalars())
    assert len(done) >= 6
    assert done <= WORDS.codes["action"].keys()


async def test_what_a_life_leaves_fits_its_columns(world: World) -> None:
    """SQLite takes what is longer than a column is wide, PostgreSQL refuses it."""
    await a_life(world)
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String) and column.type.length:
                longest = select(func.max(func.length(column)))
                found = (await world.database.fetch(longest)).scalar_one() or 0
                assert found <= column.type.length, f"{table.name}.{column.name}"


async def test_two_topics_that_would_write_one_section_are_not_taken(world: World) -> None:
    parts = (DraftData(world.database, world.vault), DraftData(world.database, world.vault))
    with pytest.raises(ValueError, match="drafts"):
        MyData(
            *(world.database, world.mydata._people, parts, world.persons, world.visits, world.cancelling),
            *(world.mydata._memory, world.limits, world.clock),
        )


async def test_each_topic_tells_what_it_says_and_all_of_the_document_is_told(world: World) -> None:
    life = await a_life(world)
    whose = await world.mydata._people.subject(life.anna)
    told_by_all: set[str] = set()
    for part in world.mydata._parts:
        told_by_it = set(await part.export(whose))
        assert told_by_it == {each.name for each in part.sections}, type(part).__name__
        told_by_all |= told_by_it
    assert told_by_all == SCHEMA["properties"].keys() - {"title", "about", "made_at", "words"}
