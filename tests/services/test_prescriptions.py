"""Prescriptions: whoever may see the record sees them as they stand, and hears of a change once, without its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.keyboards.buttons.notifications import NotificationOpen
from bot.notices.notices import Notices
from services.accounts.model import VISITS_WHOLE, Account, Basis, Covers, Person, Relation
from services.accounts.tables import consent as consent_table
from services.errors import ConsentNeeded, Denial, NotAllowed, NotFound
from services.notify.tables import notification, outbox
from services.personal import Word
from services.prescriptions.prescriptions import Prescriptions
from services.prescriptions.telling import is_news
from services.registry.model import PrescriptionStatus
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.prescriptions import PrescriptionRecord
from services.storage.engine import Database
from services.storage.tables import audit
from services.storage.vault import Vault
from services.texts.i18n import plain, texts
from tests.samples.prescriptions import IBUPROFEN
from tests.support.clock import FakeClock
from tests.support.world import ADULT, CHILD, CLINIC, TEENAGER, World, at, somebody

DRUG = "Эналаприл, табл., 10 мг"
TODAY = date(2026, 11, 23)
"""A Monday, 09:00 in Moscow."""


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """A registry that tells what it changes."""
    world = World(database, vault, clock, tells=True)
    await world.furnish()
    return world


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
def shelf(world: World) -> Prescriptions:
    return world.house.service(Prescriptions)


def of(person: Person, number: str = "50АА 1", **changed: Any) -> PrescriptionRecord:
    record = PrescriptionRecord(
        number=number,
        patient_id=person.patient_id or "",
        commercial=False,
        drug=DRUG,
        how="По 1 таблетке утром",
        amount="№ 30",
        clinic_id=CLINIC.id,
        doctor="Ветров Иван Ильич",
        issued=TODAY - timedelta(days=3),
        valid_until=TODAY + timedelta(days=10),
        status=PrescriptionStatus.ACTIVE,
    )
    return replace(record, **changed)


async def put(world: World, *records: PrescriptionRecord) -> None:
    await world.admin.put_prescriptions(records)


async def numbers(shelf: Prescriptions, who: Account, person: Person, **asked: Any) -> list[str]:
    asked = {"commercial": False, "page": 0, "size": 4} | asked
    return [each.prescription.number for each in (await shelf.page(who, person.id, **asked)).items]


async def looks(world: World) -> list[str]:
    query = select(audit.c.person_id).where(audit.c.action == "read_records").order_by(audit.c.at)
    return list((await world.database.fetch(query)).scalars())


# --- who sees them ----------------------------------------------------------------------------------------

SHUT, OVER = Denial.NOT_OPEN, Denial.BASIS_ENDED
RIGHTS = [
    (Relation.OWN, ADULT, Basis.DESK, (), True),
    (Relation.OWN, ADULT, Basis.OIDC, (), True),
    (Relation.OWN, ADULT, Basis.DECLARED, (), SHUT),
    (Relation.CHILD, CHILD, Basis.DESK, (), True),
    (Relation.CHILD, CHILD, Basis.DECLARED, (), SHUT),
    (Relation.CHILD, TEENAGER, Basis.DESK, (), SHUT),
    (Relation.CHILD, TEENAGER, Basis.CONSENT, (Covers.RECORDS,), True),
    (Relation.CHILD, date(2008, 11, 1), Basis.DESK, (), OVER),
    (Relation.WARD, ADULT, Basis.DESK, (), True),
    (Relation.SPOUSE, ADULT, Basis.CONSENT, (Covers.RECORDS,), True),
    (Relation.SPOUSE, ADULT, Basis.CONSENT, tuple(VISITS_WHOLE), SHUT),
    (Relation.PARENT, ADULT, Basis.CONSENT, (Covers.DOCUMENTS, Covers.INSURANCE), SHUT),
    (Relation.OTHER, ADULT, Basis.DECLARED, (), SHUT),
]


@pytest.mark.parametrize(("relation", "born", "basis", "covers", "opens"), RIGHTS)
async def test_the_record_opens_by_basis_age_and_area(
    world: World,
    account: Account,
    shelf: Prescriptions,
    relation: Relation,
    born: date,
    basis: Basis,
    covers: Sequence[Covers],
    opens: bool | Denial,
) -> None:
    person = await world.person(account, somebody(1, born), relation, basis, covers=covers)
    await put(world, of(person))
    (kept,) = await world.registry.prescriptions(person.patient_id)
    if opens is True:
        assert await numbers(shelf, account, person) == ["50АА 1"]
        assert (await shelf.get(account, person.id, kept.id)).prescription == kept
        return
    for asked in (numbers(shelf, account, person), shelf.get(account, person.id, kept.id)):
        with pytest.raises(NotAllowed) as denied:
            await asked
        assert denied.value.reason is opens
    assert await shelf.all(account) == []
    assert world.registry.asked["prescription"] == 0, "nothing is asked for before the right is"


async def test_another_chat_and_another_patient_are_not_there(
    world: World, account: Account, shelf: Prescriptions
) -> None:
    anna = await world.person(account, somebody(1, ADULT))
    masha = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    await put(world, of(anna))
    (kept,) = await world.registry.prescriptions(anna.patient_id)
    stranger = await world.account()
    theirs = await world.person(stranger, somebody(3, ADULT))
    for who, person in ((stranger, anna), (stranger, theirs), (account, masha)):
        with pytest.raises(NotFound):
            await shelf.get(who, person.id, kept.id)
    with pytest.raises(NotFound):
        await shelf.page(stranger, anna.id, commercial=False, page=0, size=4)


async def test_each_look_at_somebody_else_is_noted_and_none_at_the_others(
    world: World, account: Account, shelf: Prescriptions
) -> None:
    own = await world.person(account, somebody(1, ADULT))
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    other = await world.person(account, somebody(3, CHILD), Relation.CHILD)
    await put(world, of(child))
    await numbers(shelf, account, own)
    assert await looks(world) == []
    await numbers(shelf, account, child)
    (kept,) = await world.registry.prescriptions(child.patient_id)
    await shelf.get(account, child.id, kept.id)
    assert await looks(world) == [child.id, child.id]
    assert other.id not in await looks(world)


async def test_who_has_agreed_to_an_older_text_is_asked_first(
    world: World, account: Account, shelf: Prescriptions
) -> None:
    own = await world.person(account, somebody(1, ADULT))
    await world.database.execute(update(consent_table).values(version="2026-11-30"))
    with pytest.raises(ConsentNeeded):
        await numbers(shelf, account, own)
    assert world.registry.asked["prescriptions"] == 0
    assert "prescriptions" not in await world.mydata.export(account)


# --- how they stand ---------------------------------------------------------------------------------------


async def test_two_lists_the_latest_first_and_pages_that_exist(
    world: World, account: Account, shelf: Prescriptions
) -> None:
    own = await world.person(account, somebody(1, ADULT))
    usual = [of(own, f"50АА {place}", issued=TODAY - timedelta(days=place)) for place in range(9)]
    await put(world, *usual, of(own, "50КК 1", commercial=True))
    assert await numbers(shelf, account, own) == ["50АА 0", "50АА 1", "50АА 2", "50АА 3"]
    assert await numbers(shelf, account, own, page=2) == ["50АА 8"]
    assert await numbers(shelf, account, own, page=99_999) == ["50АА 8"], "a list may have grown shorter"
    assert await numbers(shelf, account, own, commercial=True) == ["50КК 1"]
    assert (await shelf.page(account, own.id, commercial=False, page=0, size=4)).total == 9


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("эналаприл", ["50АА 1"]),
        ("10 ЭНАЛ", ["50АА 1"]),
        ("слепнёва", ["50АА 2"]),
        ("слепнева", ["50АА 2"]),
        ("50аа", ["50АА 2", "50АА 1"]),
        ("эналаприл 20", []),
        ("%", []),
    ],
)
async def test_they_are_found_by_whatever_is_remembered(
    world: World, account: Account, shelf: Prescriptions, words: str, found: list[str]
) -> None:
    own = await world.person(account, somebody(1, ADULT))
    second = of(own, "50АА 2", drug="Лоратадин, табл.", doctor="Слепнёва Ольга Львовна", issued=TODAY)
    await put(world, of(own), second)
    assert await numbers(shelf, account, own, words=words) == found
    assert (await shelf.page(account, own.id, commercial=False, page=0, size=4, words=words)).total == len(found)


STAYS = [
    (PrescriptionStatus.DISPENSED, PrescriptionStatus.DISPENSED),
    (PrescriptionStatus.CANCELLED, PrescriptionStatus.CANCELLED),
    (PrescriptionStatus.EXPIRED, PrescriptionStatus.EXPIRED),
    (PrescriptionStatus.ACTIVE, PrescriptionStatus.EXPIRED),
]


@pytest.mark.parametrize(("kept", "afterwards"), STAYS)
async def test_one_expires_by_its_date_at_the_clinics_midnight_in_the_list_the_card_and_the_export(
    world: World, account: Account, shelf: Prescriptions, kept: PrescriptionStatus, afterwards: PrescriptionStatus
) -> None:
    own = await world.person(account, somebody(1, ADULT))
    await put(world, of(own, valid_until=TODAY, status=kept))
    (one,) = await world.registry.prescriptions(own.patient_id)

    async def everywhere() -> list[Any]:
        (listed,) = (await shelf.page(account, own.id, commercial=False, page=0, size=4)).items
        card = await shelf.get(account, own.id, one.id)
        exported: Any = (await world.mydata.export(account))["prescriptions"]
        return [listed.status, card.status, PrescriptionStatus(exported[0]["status"].value)]

    world.clock.set(at(23, 59, day=23))
    assert await everywhere() == [kept] * 3
    world.clock.set(at(0, 0, day=24))
    assert await everywhere() == [afterwards] * 3


async def test_a_silent_registry_is_not_an_empty_list(world: World, account: Account, shelf: Prescriptions) -> None:
    own = await world.person(account, somebody(1, ADULT))
    world.registry.unavailable = {"prescriptions", "prescription"}
    for asked in (numbers(shelf, account, own), shelf.get(account, own.id, "x")):
        with pytest.raises(RegistryUnavailable):
            await asked
    assert "prescriptions" not in await world.mydata.export(account)


async def test_who_is_not_known_to_the_registry_has_none(world: World, account: Account, shelf: Prescriptions) -> None:
    own = await world.person(account, somebody(1, ADULT), known=False)
    assert await numbers(shelf, account, own) == []


async def test_the_export_tells_all_of_those_that_may_be_seen(world: World, account: Account) -> None:
    own = await world.person(account, somebody(1, ADULT))
    shut = await world.person(account, somebody(2, ADULT), Relation.OTHER, Basis.DECLARED)
    await put(world, of(own, dispensed=TODAY, status=PrescriptionStatus.DISPENSED), of(shut, "50АА 2"))
    assert (await world.mydata.export(account))["prescriptions"] == [
        {
            "person": Word("person", own.id),
            "commercial": False,
            "drug": DRUG,
            "clinic": CLINIC.name,
            "number": "50АА 1",
            "valid_until": TODAY + timedelta(days=10),
            "status": Word("prescription status", "dispensed"),
            "doctor": "Ветров Иван Ильич",
            "issued": TODAY - timedelta(days=3),
            "amount": "№ 30",
            "how": "По 1 таблетке утром",
            "dispensed": TODAY,
        }
    ]


# --- what is told -----------------------------------------------------------------------------------------


async def told(world: World) -> list[tuple[str, str | None, str, datetime]]:
    """Whom, about whom, of what, when."""
    query = select(notification, outbox.c.due_at).join(outbox, outbox.c.notification_id == notification.c.id)
    query = query.where(notification.c.kind == "prescription").order_by(outbox.c.due_at, notification.c.account_id)
    rows = await world.database.fetch(query)
    return [(row.account_id, row.person_id, row.subject_id, row.due_at) for row in rows]


async def hear(world: World, *records: PrescriptionRecord) -> None:
    await put(world, *records)
    await world.following.run()


@pytest.fixture
async def own(world: World, account: Account) -> Person:
    """Anna; what the registry has changed until now has been heard."""
    person = await world.person(account, somebody(1, ADULT))
    await world.following.run()
    return person


async def test_each_change_is_told_once_and_nothing_else_is(world: World, account: Account, own: Person) -> None:
    await hear(world, of(own))
    (kept,) = await world.registry.prescriptions(own.patient_id)
    assert await told(world) == [(account.id, own.id, kept.id, world.clock.now())]

    for again in (of(own), of(own, how="По 2 таблетки"), of(own)):  # its words are no status
        await hear(world, again)
    assert len(await told(world)) == 1

    await hear(world, of(own, status=PrescriptionStatus.DISPENSED, dispensed=TODAY))
    await hear(world, of(own, status=PrescriptionStatus.DISPENSED, dispensed=TODAY))
    assert [subject for _, _, subject, _ in await told(world)] == [kept.id, kept.id]


async def test_several_at_once_are_one_message(world: World, account: Account, own: Person) -> None:
    await hear(world, *(of(own, f"50АА {number}") for number in range(5)))
    assert await told(world) == [(account.id, own.id, own.id, world.clock.now())]


async def test_nobody_is_woken_up(world: World, own: Person) -> None:
    world.clock.set(at(23, 30))
    await hear(world, of(own))
    ((*_, due),) = await told(world)
    assert due == at(8, day=25)


async def test_everybody_who_may_see_the_record_hears_and_nobody_else(
    world: World, account: Account, own: Person
) -> None:
    by_consent, without, typed = [await world.account() for _ in range(3)]
    seen = await world.person(by_consent, somebody(1, ADULT), Relation.SPOUSE, Basis.CONSENT, covers=[Covers.RECORDS])
    await world.person(without, somebody(1, ADULT), Relation.SPOUSE, Basis.CONSENT, covers=VISITS_WHOLE)
    await world.person(typed, somebody(1, ADULT), Relation.OTHER, Basis.DECLARED)
    await hear(world, of(own))
    assert {(who, whom) for who, whom, *_ in await told(world)} == {(account.id, own.id), (by_consent.id, seen.id)}


NEWS = [
    (PrescriptionStatus.ACTIVE, -1000, None, None, True),
    (PrescriptionStatus.ACTIVE, -40, -1, None, False),
    (PrescriptionStatus.EXPIRED, -1, 10, None, False),
    (PrescriptionStatus.DISPENSED, -300, -200, -30, True),
    (PrescriptionStatus.DISPENSED, -300, -200, -31, False),
    (PrescriptionStatus.DISPENSED, -30, None, None, True),
    (PrescriptionStatus.DISPENSED, -31, None, None, False),
    (PrescriptionStatus.DISPENSED, -40, 50, None, True),
    (PrescriptionStatus.CANCELLED, -300, -30, None, True),
    (PrescriptionStatus.CANCELLED, -300, -31, None, False),
    (PrescriptionStatus.CANCELLED, -396, None, None, True),
    (PrescriptionStatus.CANCELLED, -397, None, None, False),
]


@pytest.mark.parametrize(("status", "issued", "until", "dispensed", "news"), NEWS)
def test_what_was_over_long_ago_is_no_news(
    status: PrescriptionStatus, issued: int, until: int | None, dispensed: int | None, news: bool
) -> None:
    def day(ahead: int | None) -> date | None:
        return None if ahead is None else TODAY + timedelta(days=ahead)

    one = replace(
        *(IBUPROFEN,),
        status=status,
        issued=TODAY + timedelta(days=issued),
        valid_until=day(until),
        dispensed=day(dispensed),
    )
    assert is_news(one, TODAY) is news


async def test_what_stood_before_is_no_news(world: World, account: Account) -> None:
    person = await world.person(account, somebody(1, ADULT))
    await hear(world, of(person))
    assert await told(world) == []
    await hear(world, of(person, "50АА 2"))
    assert len(await told(world)) == 1


async def test_what_has_been_so_all_along_is_no_news_and_what_becomes_of_it_is(world: World, own: Person) -> None:
    await world.admin.put_prescriptions([of(own)], news=False)
    await world.following.run()
    assert await told(world) == []
    await hear(world, of(own, status=PrescriptionStatus.DISPENSED, dispensed=TODAY))
    assert len(await told(world)) == 1


@pytest.mark.parametrize("locale", ["ru", "en"])
async def test_the_message_names_the_person_and_nothing_of_the_record(
    world: World, account: Account, own: Person, locale: str
) -> None:
    await hear(world, of(own))
    asked = world.registry.asked["prescription"] + world.registry.asked["prescriptions"]
    (note,) = (await world.outbox.page(account.id, 0, 8)).items
    screen: Any = await world.house.service(Notices).render(account, note, texts(locale))
    said = plain(screen.text)
    assert own.full_name in said
    for word in ("Эналаприл", "50АА", "Ветров", "рецепт", "prescription", CLINIC.name):
        assert word.casefold() not in said.casefold()
    assert world.registry.asked["prescription"] + world.registry.asked["prescriptions"] == asked
    opened: Any = await world.house.service(Notices).opened(
        account, note, texts(locale), NotificationOpen(notification=note.id, page=0)
    )
    assert DRUG in plain(opened.text)


async def test_a_right_that_ends_takes_what_was_not_told_yet_along(world: World, account: Account) -> None:
    """Of a message that waits for the morning nothing is left, in the list neither."""
    patient = await world.account()
    theirs = await world.person(patient, somebody(1, ADULT))
    covers = frozenset({*VISITS_WHOLE, Covers.RECORDS})
    issued, _ = await world.access.issue(patient, covers, 3)
    offer: Any = await world.access.redeem(account, issued.digits)
    await world.access.accept(account, offer.id, Relation.SPOUSE, told_by="told")
    await world.following.run()
    world.clock.set(at(23))
    await hear(world, of(theirs))
    assert {who for who, *_ in await told(world)} == {account.id, patient.id}

    (grant,) = [each for each in await world.consents.grants(patient) if each.given]
    await world.consents.revoke(patient, grant.id)
    assert {who for who, *_ in await told(world)} == {patient.id}
    left = select(func.count()).where(notification.c.account_id == account.id, notification.c.kind == "prescription")
    assert (await world.database.fetch(left)).scalar_one() == 0
