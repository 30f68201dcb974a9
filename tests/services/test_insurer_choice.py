"""The choice of an insurer: what is signed and by whom, the application's way under the clock, cut short, at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ExtendedKeyUsage
from cryptography.x509.oid import ExtendedKeyUsageOID
from sqlalchemy import select

from bot.notices.notices import Notices
from bot.signing import Signing
from bot.storage import Storage, rotation
from bot.views.insurer_choice import sheet
from services.accounts.model import Account, Area, Basis, Covers, Person, Relation
from services.cases.model import Case, CommentMissing
from services.cases.notices import CaseNews
from services.documents.sheet import Sheets
from services.drafts.model import Draft
from services.errors import Denial, NotAllowed, NotFound
from services.insurer_choice.choice import CLOSED, LOOK_AGAIN_AFTER, READY, STEP, InsurerChoice
from services.insurer_choice.model import (
    KINDS,
    Bar,
    ChoiceStatus,
    Form,
    FormPaper,
    Ground,
    Named,
    NotNow,
    Procedure,
    TooManyApplications,
    UnderWay,
    read_sent,
)
from services.insurer_choice.narrowed import ApplicationsKept
from services.insurer_choice.tables import insurer_application, insurer_form
from services.limits.model import LIMITS, Act
from services.notify.tables import notification, outbox
from services.personal import Narrowed, Word
from services.registry.model import CoverageStatus, Insurer, IssuePoint, PatientIdentity, PolicyForm
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.insurance import CoverageRecord
from services.signatures.model import MIB, Reason, Refused, SignatureSettings, Verdict
from services.signatures.signatures import Signatures
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.vault import Vault, VaultError
from services.texts.i18n import plain, texts
from tests.support import signing
from tests.support.clock import MONDAY_MORNING, FakeClock
from tests.support.databases import unhurried
from tests.support.signing import FROM, UNTIL, Holder, authority, signed
from tests.support.world import ADULT, CHILD, CLINIC, TEENAGER, World, somebody

KIND = "insurer_choice"
ROOT = authority("Корень")
CHECKS = SignatureSettings(gost=False)
MOSCOW = ZoneInfo("Europe/Moscow")
DAY = timedelta(days=1)
INSURER = Insurer("i1", "50", "Страховая компания «Забота»", "8 800 000-00-01", "", "Москва, ул. Лесная, д. 1")
POINT = IssuePoint("p1", "i1", "ул. Мира, д. 5", "Мытищи", "", "1-5 09:00-18:00", 55.91, 37.73)
BEFORE_NOVEMBER = datetime(2026, 10, 1, 12, tzinfo=MOSCOW)
NEW_YEAR = datetime(2027, 1, 1, 0, 30, tzinfo=MOSCOW)
"""Of Moscow: Greenwich still has the old one, and certificates of this root are good."""


def world_with(
    database: Database,
    vault: Vault,
    clock: FakeClock,
    procedure: Procedure | None = Procedure.FORMS,
    settings: SignatureSettings = CHECKS,
) -> World:
    signatures = Signatures(settings, ROOT.pem) if procedure is not None else None
    return World(database, vault, clock, signing=Signing(procedure, signatures))


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    world = world_with(unhurried(database), vault, clock)
    await world.admin.load([CLINIC], [], [])
    return world


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def person(world: World, account: Account) -> Person:
    return await world.person(account, somebody(1, ADULT))


def choice_of(world: World) -> InsurerChoice:
    return world.house.service(InsurerChoice)


@pytest.fixture
def choice(world: World) -> InsurerChoice:
    return choice_of(world)


def named(identity: PatientIdentity) -> Named:
    return Named(f"{identity.surname} {identity.name}", identity.birth_date, identity.snils or "")


def form_of(world: World, insured: PatientIdentity, by: PatientIdentity | None, **changed: Any) -> Form:
    procedure = choice_of(world).procedure or Procedure.FORMS
    form = Form(
        procedure=procedure,
        ground=Ground.FIRST,
        insured=named(insured),
        by=named(by) if by is not None else None,
        registration="Мытищи, ул. Мира, д. 1, кв. 2",
        registered_on=date(2020, 2, 3),
        stay="",
        region="50",
        policy_form=PolicyForm.CARD if procedure is Procedure.FORMS else None,
        insurer=INSURER,
        point=POINT,
    )
    return replace(form, **changed)


async def draft(world: World, account: Account) -> str:
    return (await world.drafts.start(Draft("", account.id, KIND, "sign"))).id


async def hand_out(
    world: World,
    account: Account,
    person: Person,
    by: PatientIdentity | None = None,
    *,
    draft_id: str | None = None,
    **changed: Any,
) -> FormPaper:
    """The PDF that is to be signed; under a new draft unless told."""
    form, today = form_of(world, person.identity, by, **changed), world.clock.now().date()
    draft_id = draft_id or await draft(world, account)
    return await choice_of(world).paper(account, person.id, form, sheet(texts("ru"), form, today), draft_id=draft_id)


@cache
def holder(snils: str) -> Holder:
    """Who has this number in a good certificate."""
    return signing.person(ROOT, (snils,))


def rightly(paper: FormPaper) -> bytes:
    """Whose application it is has signed it."""
    return signed(paper.pdf, holder(paper.form.signer.snils))


async def send(
    world: World, account: Account, person: Person, paper: FormPaper, signature: bytes | None = None
) -> Case | Refused:
    given = rightly(paper) if signature is None else signature
    return await choice_of(world).sign(account, person.id, given, draft_id=paper.draft_id)


async def apply(
    world: World, account: Account, person: Person, by: PatientIdentity | None = None, **changed: Any
) -> Case:
    """The whole of it, as it goes well."""
    done = await send(world, account, person, await hand_out(world, account, person, by, **changed))
    assert isinstance(done, Case), done
    return done


async def step(world: World) -> int:
    """What the job does when the next step is due."""
    world.clock.advance(seconds=STEP.seconds)
    return await choice_of(world).advance()


async def look_again(world: World) -> int:
    """What it does when the clerk's work is to be looked at again."""
    world.clock.advance(seconds=LOOK_AGAIN_AFTER.seconds)
    return await choice_of(world).advance()


async def clerk(world: World, case: Case, *to: ChoiceStatus) -> None:
    for status in to:
        comment = "Нет такого адреса." if status is ChoiceStatus.REFUSED else None
        await world.case_desk.move(case.number, status, comment)


async def settle(world: World, case: Case, status: ChoiceStatus = ChoiceStatus.DONE) -> None:
    """To the end, by the shortest way."""
    await step(world)
    ahead = () if status is ChoiceStatus.REFUSED else (ChoiceStatus.RECEIVED, ChoiceStatus.READY)
    await clerk(world, case, *ahead, status)


async def statuses(world: World, account: Account, case: Case) -> list[str]:
    return [each.status for each in (await world.cases.get(account, case.id)).steps]


async def standing_at(world: World, account: Account, case: Case) -> str:
    return (await world.cases.get(account, case.id)).status


async def told(world: World) -> list[str]:
    """Keys of all that was told of cases, and is still to be told."""
    query = (
        select(outbox.c.dedupe_key)
        .join(notification, notification.c.id == outbox.c.notification_id)
        .where(notification.c.kind == CaseNews.CASE_STATUS, outbox.c.channel == "telegram")
        .order_by(outbox.c.due_at)
    )
    return list((await world.database.fetch(query)).scalars())


async def hear(world: World) -> list[str]:
    """The chat gets what waits for it: keys."""
    claimed = [each for each in await world.outbox.claim(10) if each.channel == "telegram"]
    for each in claimed:
        await world.outbox.sent(each)
    keys = select(outbox.c.dedupe_key).where(outbox.c.id.in_([each.id for each in claimed]))
    return list((await world.database.fetch(keys.order_by(outbox.c.dedupe_key))).scalars())


async def rows_of(world: World) -> Sequence[Row]:
    return (await world.database.fetch(select(insurer_application))).all()


async def waiting_row(world: World, paper: FormPaper) -> Row | None:
    return (await world.database.fetch(select(insurer_form).where(insurer_form.c.id == paper.draft_id))).one_or_none()


async def nothing_sent(world: World, account: Account) -> bool:
    return not await rows_of(world) and (await world.cases.page(account, 0, 4)).total == 0


async def stands(world: World, account: Account, person: Person, paper: FormPaper) -> bool:
    """The draft is open, and these very bytes wait to be signed."""
    begun = await world.drafts.get(paper.draft_id)
    waiting = await choice_of(world).waiting(account, person.id, draft_id=paper.draft_id)
    return begun is not None and not begun.done and waiting.paper == paper


# --- the way ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "invited"),
    [
        ("50", datetime(2026, 12, 23, 10, tzinfo=MOSCOW)),
        ("39", datetime(2026, 12, 23, 10, tzinfo=ZoneInfo("Europe/Kaliningrad"))),
        ("41", datetime(2026, 12, 23, 10, tzinfo=ZoneInfo("Asia/Kamchatka"))),
    ],
    ids=["Moscow", "Kaliningrad", "Kamchatka"],
)
async def test_the_whole_way_by_forms_and_one_invitation_after_thirty_days(
    world: World, account: Account, person: Person, choice: InsurerChoice, region: str, invited: datetime
) -> None:
    case = await apply(world, account, person, region=region)
    assert case.status == ChoiceStatus.REGISTERED
    assert await choice.advance() == 0, "nothing is due before its time"
    with pytest.raises(NotFound):
        await world.case_desk.move(case.number, ChoiceStatus.RECEIVED)
    heard = await hear(world)

    assert await step(world) == 1
    assert await standing_at(world, account, case) == ChoiceStatus.SENT
    assert [each.number for each in await world.case_desk.lines()] == [case.number]
    assert await choice.advance() == 0, "one step at a time"
    heard += await hear(world)
    await clerk(world, case, ChoiceStatus.RECEIVED)
    heard += await hear(world)
    await look_again(world)
    world.clock.advance(hours=3)
    await clerk(world, case, ChoiceStatus.TEMPORARY)
    heard += await hear(world)

    for early in (MONDAY_MORNING + DAY, invited - DAY, invited - timedelta(seconds=1)):
        world.clock.set(early)
        assert await choice.advance() == 0
        assert await standing_at(world, account, case) == ChoiceStatus.TEMPORARY
    world.clock.set(invited)
    assert await choice.advance() == 1
    ready = await world.cases.get(account, case.id)
    assert (ready.status, ready.comment) == (ChoiceStatus.READY, texts("ru").label(READY))
    heard += await hear(world)

    for _ in range(3):
        world.clock.advance(days=30)
        assert await choice.advance() == 0
    assert await hear(world) == [], "there is one invitation"
    await clerk(world, case, ChoiceStatus.DONE)
    heard += await hear(world)
    assert heard[-5:] == [f"request:{case.id}:{each}" for each in ("sent", "received", "temporary", "ready", "done")]
    assert len(heard) == len(set(heard))
    assert await statuses(world, account, case) == list(ChoiceStatus)[:-1]


async def test_the_whole_way_to_a_digital_policy(database: Database, vault: Vault, clock: FakeClock) -> None:
    world = world_with(database, vault, clock, Procedure.DIGITAL)
    await world.admin.load([CLINIC], [], [])
    account = await world.account()
    person = await world.person(account, somebody(1, ADULT))
    case = await apply(world, account, person)
    assert case.kind == KINDS[Procedure.DIGITAL].name
    heard = await hear(world)
    assert await step(world) == 1
    heard += await hear(world)
    await clerk(world, case, ChoiceStatus.RECEIVED)
    heard += await hear(world)
    for _ in range(3):
        world.clock.advance(days=30)
        assert await choice_of(world).advance() == 1, "it is looked at, and left to the clerk"
    assert await standing_at(world, account, case) == ChoiceStatus.RECEIVED
    assert await hear(world) == [], "nobody is invited to collect an entry of a register"
    await clerk(world, case, ChoiceStatus.DONE)
    heard += await hear(world)
    assert heard[-3:] == [f"request:{case.id}:{each}" for each in ("sent", "received", "done")]
    assert len(heard) == len(set(heard))
    assert await statuses(world, account, case) == ["draft", "registered", "sent", "received", "done"]
    await look_again(world)
    world.clock.advance(days=30)
    assert await choice_of(world).advance() == 0, "it is over"


async def test_without_a_temporary_certificate_one_is_invited_all_the_same(
    world: World, account: Account, person: Person
) -> None:
    case = await apply(world, account, person)
    await step(world)
    await clerk(world, case, ChoiceStatus.RECEIVED)
    await look_again(world)
    world.clock.advance(days=31)
    assert await choice_of(world).advance() == 1
    assert await standing_at(world, account, case) == ChoiceStatus.READY


@pytest.mark.parametrize("status", [ChoiceStatus.READY, ChoiceStatus.REFUSED])
async def test_what_the_clerk_has_said_early_is_not_said_again_after_thirty_days(
    world: World, account: Account, person: Person, status: ChoiceStatus
) -> None:
    case = await apply(world, account, person)
    await step(world)
    await clerk(world, case, ChoiceStatus.RECEIVED, ChoiceStatus.TEMPORARY)
    await look_again(world)
    await clerk(world, case, status)
    await hear(world)
    world.clock.advance(days=31)
    assert await choice_of(world).advance() == 1
    assert await hear(world) == []
    assert await standing_at(world, account, case) == status
    world.clock.advance(days=31)
    assert await choice_of(world).advance() == 0


async def test_a_clerk_who_moves_it_at_the_very_moment_costs_nobody_the_invitation(
    world: World, account: Account, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await apply(world, account, person)
    await step(world)
    await clerk(world, case, ChoiceStatus.RECEIVED)
    await look_again(world)
    world.clock.advance(days=31)
    with monkeypatch.context() as meanwhile:
        really = InsurerChoice._step

        async def too_late(*args: Any, **named: Any) -> None:
            await clerk(world, case, ChoiceStatus.TEMPORARY)
            await really(*args, **named)

        meanwhile.setattr(InsurerChoice, "_step", too_late)
        await choice_of(world).advance()
    assert await standing_at(world, account, case) == ChoiceStatus.TEMPORARY
    await step(world)
    assert await standing_at(world, account, case) == ChoiceStatus.READY


async def test_a_refusal_says_why_and_ends_it(world: World, account: Account, person: Person) -> None:
    case = await apply(world, account, person)
    await step(world)
    with pytest.raises(CommentMissing):
        await world.case_desk.move(case.number, ChoiceStatus.REFUSED)
    await clerk(world, case, ChoiceStatus.REFUSED)
    refused = await world.cases.get(account, case.id)
    assert (refused.status, refused.comment) == (ChoiceStatus.REFUSED, "Нет такого адреса.")
    assert await look_again(world) == 1
    assert await look_again(world) == 0


async def test_what_is_told_names_the_person_and_no_number(world: World, account: Account, person: Person) -> None:
    await apply(world, account, person)
    await step(world)
    (delivery,) = await world.outbox.claim(10)
    screen: Any = await world.house.service(Notices).render(account, delivery.notification, texts("ru"))
    text = plain(screen.text)
    assert person.full_name in text
    for secret in (person.identity.policy.number, person.identity.snils or "?", "Мытищи, ул. Мира, д. 1, кв. 2"):
        assert secret not in text


async def test_the_clerk_reads_whom_it_goes_to_and_nothing_of_the_person(
    world: World, account: Account, person: Person
) -> None:
    case = await apply(world, account, person)
    sent = read_sent(case.content)
    assert (sent.insurer, sent.address) == (INSURER.name, "Мытищи, ул. Мира, д. 5")
    assert (sent.phone, sent.hours) == (INSURER.phone, POINT.hours)
    assert person.identity.surname not in case.content


# --- the paper ----------------------------------------------------------------------------------------------------


async def test_a_week_later_the_very_same_bytes_wait(
    world: World, account: Account, person: Person, choice: InsurerChoice
) -> None:
    paper = await hand_out(world, account, person)
    world.clock.advance(days=7)
    again = await hand_out(world, account, person, draft_id=paper.draft_id)
    assert again == paper, "a sheet of another day gives other bytes, so it was not set anew"
    assert await stands(world, account, person, paper)
    form = form_of(world, person.identity, None)
    anew = await Sheets().compile(sheet(texts("ru"), form, world.clock.now().date()))
    assert anew != paper.pdf
    done = await send(world, account, person, paper)
    assert isinstance(done, Case)
    assert (await choice.get(account, done.id)).pdf == paper.pdf


async def test_what_was_changed_is_signed_anew(world: World, account: Account, person: Person) -> None:
    older = await hand_out(world, account, person)
    refused = await send(world, account, person, older, b"noise")
    assert refused == Refused(Reason.NO_SIGNATURE)
    world.clock.advance(minutes=5)
    paper = await hand_out(world, account, person, draft_id=older.draft_id, stay="Мытищи, ул. Новая, д. 2")
    assert paper.pdf != older.pdf
    row = await waiting_row(world, paper)
    assert row is not None
    assert (row.refused, row.signer) == (None, None), "that was said of the older one"
    assert await send(world, account, person, older) == Refused(Reason.NOT_THIS_DOCUMENT)
    assert await nothing_sent(world, account)
    assert isinstance(await send(world, account, person, paper), Case)


async def test_what_is_changed_while_its_signature_is_checked_is_not_sent(
    world: World, account: Account, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = await hand_out(world, account, person)
    changed: list[FormPaper] = []

    async def meanwhile() -> None:
        world.clock.advance(seconds=1)
        changed.append(await hand_out(world, account, person, draft_id=older.draft_id, region="77"))

    with monkeypatch.context() as slow:
        slow.setattr(Signatures, "check", checked_while(meanwhile))
        with pytest.raises(NotFound):
            await send(world, account, person, older)
    assert await nothing_sent(world, account)
    assert await stands(world, account, person, changed[0])
    assert isinstance(await send(world, account, person, changed[0]), Case)


def checked_while(happens: Callable[[], Awaitable[object]]) -> Any:
    """A check during which something happens."""
    really = Signatures.check

    async def check(*args: Any, **named: Any) -> Verdict:
        verdict = await really(*args, **named)
        await happens()
        return verdict

    return check


def set_while(happens: Callable[[], Awaitable[object]]) -> Any:
    """A paper while which is set something happens."""
    really = Sheets.compile

    async def compiled(*args: Any) -> bytes:
        pdf = await really(*args)
        await happens()
        return pdf

    return compiled


async def test_a_draft_that_is_sent_while_another_paper_of_it_is_set_leaves_none_behind(
    world: World, account: Account, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = await hand_out(world, account, person)

    async def meanwhile() -> None:
        await send(world, account, person, paper)

    monkeypatch.setattr(Sheets, "compile", set_while(meanwhile))
    with pytest.raises(NotFound):
        await hand_out(world, account, person, draft_id=paper.draft_id, region="77")
    assert await waiting_row(world, paper) is None
    assert len(await rows_of(world)) == 1


@pytest.mark.parametrize("how", ["dropped", "no right is left"])
async def test_a_draft_that_goes_while_its_paper_is_set_leaves_none_behind(
    world: World, account: Account, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    mother = await world.person(account, somebody(9, ADULT))
    child = await world.person(account, somebody(1, CHILD), Relation.CHILD)
    begun = await world.drafts.start(Draft("", account.id, KIND, "check", answers={"person": child.id}))

    async def goes() -> None:
        if how == "dropped":
            await world.drafts.drop(begun.id)
        else:
            await world.family.remove(account, child.id)

    monkeypatch.setattr(Sheets, "compile", set_while(goes))
    with pytest.raises(NotFound):
        await hand_out(world, account, child, mother.identity, draft_id=begun.id)
    assert not (await world.database.fetch(select(insurer_form))).all()


async def test_a_paper_is_of_an_own_open_draft(world: World, account: Account, person: Person) -> None:
    stranger = await world.account()
    paper = await hand_out(world, account, person)
    for draft_id in (await draft(world, stranger), "0" * 12):
        with pytest.raises(NotFound):
            await hand_out(world, account, person, draft_id=draft_id)
    await send(world, account, person, paper)
    with pytest.raises(NotFound):
        await hand_out(world, account, person, draft_id=paper.draft_id)
    with pytest.raises(NotFound):
        await choice_of(world).waiting(account, person.id, draft_id=paper.draft_id)


async def test_nothing_is_signed_that_was_not_handed_out(world: World, account: Account, person: Person) -> None:
    paper = await hand_out(world, account, person)
    with pytest.raises(NotFound):
        await choice_of(world).sign(account, person.id, rightly(paper), draft_id="0" * 12)


async def test_ones_right_over_one_person_signs_nothing_of_another(world: World, account: Account) -> None:
    own = await world.person(account, somebody(1, ADULT))
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    paper = await hand_out(world, account, child, own.identity)
    with pytest.raises(NotFound):
        await choice_of(world).sign(account, own.id, rightly(paper), draft_id=paper.draft_id)
    with pytest.raises(NotFound):
        await choice_of(world).waiting(account, own.id, draft_id=paper.draft_id)
    assert isinstance(await send(world, account, child, paper), Case)


async def test_a_draft_that_has_outlived_its_time_takes_its_paper_along(
    world: World, account: Account, person: Person
) -> None:
    paper = await hand_out(world, account, person)
    world.clock.advance(days=61)
    await world.drafts.purge()
    assert await waiting_row(world, paper) is None
    with pytest.raises(NotFound):
        await send(world, account, person, paper)


@pytest.mark.parametrize("procedure", [None, Procedure.DIGITAL])
async def test_an_operator_who_turns_to_another_procedure_sends_nothing_of_the_older_one(
    world: World, account: Account, person: Person, procedure: Procedure | None
) -> None:
    paper = await hand_out(world, account, person)
    restarted = world_with(world.database, world.vault, world.clock, procedure)
    assert choice_of(restarted).procedure is procedure
    with pytest.raises(NotFound):
        await send(restarted, account, person, paper)
    assert await nothing_sent(world, account)
    assert isinstance(await send(world, account, person, paper), Case), "back again, it is there"


# --- who may ------------------------------------------------------------------------------------------------------

SHUT, OVER = Denial.NOT_OPEN, Denial.BASIS_ENDED
RIGHTS = [
    (Relation.OWN, ADULT, Basis.DESK, (), True),
    (Relation.OWN, ADULT, Basis.OIDC, (), True),
    (Relation.OWN, ADULT, Basis.DECLARED, (), SHUT),
    (Relation.CHILD, CHILD, Basis.DESK, (), True),
    (Relation.CHILD, CHILD, Basis.DECLARED, (), SHUT),
    (Relation.CHILD, TEENAGER, Basis.DESK, (), SHUT),
    (Relation.CHILD, TEENAGER, Basis.CONSENT, (Covers.INSURANCE,), SHUT),
    (Relation.CHILD, date(2008, 11, 1), Basis.DESK, (), OVER),
    (Relation.WARD, ADULT, Basis.DESK, (), True),
    (Relation.SPOUSE, ADULT, Basis.CONSENT, tuple(Covers), SHUT),
    (Relation.OTHER, ADULT, Basis.DECLARED, (), SHUT),
]


@pytest.mark.parametrize(("relation", "born", "basis", "covers", "opens"), RIGHTS)
async def test_who_may_apply(
    world: World,
    account: Account,
    choice: InsurerChoice,
    relation: Relation,
    born: date,
    basis: Basis,
    covers: Sequence[Covers],
    opens: bool | Denial,
) -> None:
    person = await world.person(account, somebody(1, born), relation, basis, covers=covers)
    stranger, form = await world.account(), form_of(world, somebody(1, born), None)
    a_sheet = sheet(texts("ru"), form, world.clock.now().date())

    async def denied(who: Account) -> list[Exception]:
        """What each of the ways in says."""
        asked: list[Awaitable[Any]] = [
            choice.standing(who, person.id),
            choice.paper(who, person.id, form, a_sheet, draft_id="0" * 12),
            choice.waiting(who, person.id, draft_id="0" * 12),
            choice.sign(who, person.id, b"", draft_id="0" * 12),
        ]
        return [each for each in await asyncio.gather(*asked, return_exceptions=True) if isinstance(each, Exception)]

    if opens is not True:
        every = await denied(account)
        assert [each.reason for each in every if isinstance(each, NotAllowed)] == [opens] * 4
        return
    case = await apply(world, account, person)
    assert (await choice.get(account, case.id)).person == person
    assert [type(each) for each in await denied(stranger)] == [NotFound] * 4
    with pytest.raises(NotFound):
        await choice.get(stranger, case.id)
    with pytest.raises(NotFound):
        await choice.get(account, "0" * 12)


async def test_another_chat_cannot_sign_a_draft_that_is_not_its_own(
    world: World, account: Account, person: Person
) -> None:
    paper = await hand_out(world, account, person)
    other = await world.account()
    same = await world.person(other, somebody(1, ADULT))
    with pytest.raises(NotFound):
        await choice_of(world).sign(other, same.id, rightly(paper), draft_id=paper.draft_id)
    with pytest.raises(NotFound):
        await choice_of(world).waiting(other, same.id, draft_id=paper.draft_id)
    case = await send(world, account, person, paper)
    assert isinstance(case, Case)
    with pytest.raises(NotFound):
        await choice_of(world).sign(other, same.id, rightly(paper), draft_id=paper.draft_id)


async def test_a_childs_application_is_signed_by_who_stands_for_it_and_by_nobody_else(
    world: World, account: Account
) -> None:
    mother = await world.person(account, somebody(9, ADULT))
    child = await world.person(account, somebody(1, CHILD), Relation.CHILD)
    paper = await hand_out(world, account, child, mother.identity)
    for other in (child.identity, somebody(8, ADULT)):
        refused = await send(world, account, child, paper, signed(paper.pdf, holder(other.snils or "")))
        assert isinstance(refused, Refused)
        assert refused.reason is Reason.OTHER_PERSON
        assert refused.signer is not None
        assert refused.signer.snils == other.snils
    assert await nothing_sent(world, account)
    taken = await send(world, account, child, paper, signed(paper.pdf, holder(mother.identity.snils or "")))
    assert isinstance(taken, Case)
    assert taken.person_id == child.id


@pytest.mark.parametrize("taken", range(3))
async def test_a_right_that_ends_on_the_way(world: World, account: Account, choice: InsurerChoice, taken: int) -> None:
    """Before it has gone to the insurer it goes no further; later it is the insurer's, and is seen here no more."""
    mother = await world.person(account, somebody(9, ADULT))
    child = await world.person(account, somebody(1, CHILD), Relation.CHILD)
    case = await apply(world, account, child, mother.identity)
    for _ in range(taken):
        await step(world)
    await world.family.remove(account, child.id)
    await step(world)
    now = await world.cases.get(account, case.id)
    if taken == 0:
        assert (now.status, now.comment) == (ChoiceStatus.REFUSED, texts("ru").label(CLOSED))
    else:
        assert now.status == ChoiceStatus.SENT
    (row,) = await rows_of(world)
    assert (row.form, row.pdf, row.signature, row.signer) == (None, None, None, None)
    with pytest.raises(NotFound):
        await choice.get(account, case.id)
    exported: Any = await world.mydata.export(account)
    assert not exported["insurer_applications"]


async def test_a_right_that_ends_while_the_signature_is_checked_sends_nothing(
    world: World, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    mother = await world.person(account, somebody(9, ADULT))
    child = await world.person(account, somebody(1, CHILD), Relation.CHILD)
    paper = await hand_out(world, account, child, mother.identity)
    ends = checked_while(lambda: world.family.remove(account, child.id))
    monkeypatch.setattr(Signatures, "check", ends)
    with pytest.raises(NotFound):
        await send(world, account, child, paper)
    assert await nothing_sent(world, account)
    assert await waiting_row(world, paper) is None


async def test_a_childs_own_word_may_come_between_the_signature_and_the_insurer(world: World, account: Account) -> None:
    """No row says that the right has ended: the fifteenth birthday has come, to Kamchatka first."""
    mother = await world.person(account, somebody(9, ADULT))
    world.clock.set(datetime(2026, 11, 23, 23, 59, 58, tzinfo=ZoneInfo("Asia/Kamchatka")))
    child = await world.person(account, somebody(1, date(2011, 11, 24)), Relation.CHILD)
    case = await apply(world, account, child, mother.identity)
    await step(world)
    assert await standing_at(world, account, case) == ChoiceStatus.REFUSED


@pytest.mark.parametrize("taken", range(2))
async def test_erased_on_the_way_nothing_is_left(world: World, account: Account, person: Person, taken: int) -> None:
    await apply(world, account, person)
    await hand_out(world, account, person)
    for _ in range(taken):
        await step(world)
    await world.mydata.erase(account)
    assert not await rows_of(world)
    assert not (await world.database.fetch(select(insurer_form))).all()
    world.clock.advance(days=31)
    assert await choice_of(world).advance() == 0


@pytest.mark.parametrize("taken", range(2))
async def test_erased_at_the_very_moment_of_a_step_nothing_comes_back(
    world: World, account: Account, person: Person, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    case = await apply(world, account, person)
    if taken:
        await received(world, case)
        world.clock.advance(days=31)
    really = InsurerChoice._step

    async def erased(*args: Any, **named: Any) -> None:
        await world.mydata.erase(account)
        await really(*args, **named)

    monkeypatch.setattr(InsurerChoice, "_step", erased)
    await step(world)
    assert not await rows_of(world)
    assert await told(world) == []


async def received(world: World, case: Case) -> None:
    """It lies at the insurer, and the bot has seen that."""
    await step(world)
    await clerk(world, case, ChoiceStatus.RECEIVED)
    await look_again(world)


# --- signatures that are not taken --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attempt:
    """What somebody sends; `settings`: of the bot that gets it."""

    signature: bytes
    settings: SignatureSettings = CHECKS


def by(paper: FormPaper, issuer: Holder = ROOT, snils: str | None = None, **said: Any) -> Attempt:
    """By whom it should be, but for what is said."""
    own = paper.form.signer.snils if snils is None else snils
    return Attempt(signed(paper.pdf, signing.person(issuer, (own,), **said)))


def tampered(paper: FormPaper, _: Path) -> Attempt:
    other = paper.pdf.replace(b"EOF", b"EOG")
    assert other != paper.pdf
    return Attempt(signed(other, holder(paper.form.signer.snils)))


def on_the_list(paper: FormPaper, folder: Path) -> Attempt:
    """The certificate that was good yesterday."""
    lost, lists = signing.person(ROOT, (paper.form.signer.snils,)), folder / "lists"
    lists.write_bytes(signing.revoked(ROOT, lost, since=FROM, until=UNTIL).public_bytes(Encoding.PEM))
    return Attempt(signed(paper.pdf, lost), replace(CHECKS, crls=lists))


def by_gost(paper: FormPaper, folder: Path) -> Attempt:
    return Attempt(signing.signed_by_gost(folder, paper.pdf, paper.form.signer.snils).signature)


def two(paper: FormPaper, _: Path) -> Attempt:
    own = paper.form.signer.snils
    return Attempt(signed(paper.pdf, holder(own), signing.person(ROOT, (own,))))


def stamped(paper: FormPaper, folder: Path) -> Attempt:
    only = ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    stamps = signing.person(ROOT, (paper.form.signer.snils,), more=[(only, True)])
    return Attempt(signing.timestamps(folder, paper.pdf, stamps)[1])


def weak(paper: FormPaper, folder: Path) -> Attempt:
    own = holder(paper.form.signer.snils)
    return Attempt(signing.signed_by_openssl(folder, paper.pdf, own, "-md", "sha1"))


sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Whose signature it is says OpenSSL, whatever the engine; how it is kept is tried on both below."""
NOT_TAKEN: dict[tuple[Reason, str], Callable[[FormPaper, Path], Attempt]] = {
    (Reason.UNTRUSTED, "a stranger's root"): lambda paper, _: by(paper, authority("Чужой корень")),
    (Reason.UNTRUSTED, "a root of the same name"): lambda paper, _: by(paper, authority("Корень")),
    (Reason.OTHER_PERSON, "another's number"): lambda paper, _: by(paper, snils="08765430300"),
    (Reason.NOT_THIS_DOCUMENT, "a byte of the PDF"): tampered,
    (Reason.EXPIRED, "yesterday"): lambda paper, _: by(paper, until=MONDAY_MORNING - DAY),
    (Reason.NOT_YET_VALID, "tomorrow"): lambda paper, _: by(paper, since=MONDAY_MORNING + DAY),
    (Reason.REVOKED, "listed"): on_the_list,
    (Reason.SEVERAL_SIGNERS, "two"): two,
    (Reason.WRONG_KEY_USAGE, "a key that encrypts"): lambda paper, _: by(paper, usage=["key_agreement"]),
    (Reason.ATTACHED, "the PDF within"): lambda paper, _: Attempt(
        signed(paper.pdf, holder(paper.form.signer.snils), attached=True)
    ),
    (Reason.NO_CERTIFICATE, "none within"): lambda paper, _: Attempt(
        signed(paper.pdf, holder(paper.form.signer.snils), certificates=False)
    ),
    (Reason.NO_SIGNATURE, "nothing"): lambda *_: Attempt(b""),
    (Reason.NO_SIGNATURE, "the PDF itself"): lambda paper, _: Attempt(paper.pdf),
    (Reason.NO_SIGNATURE, "noise"): lambda *_: Attempt(bytes(range(256)) * 100),
    (Reason.TOO_LARGE, "20 MB of noise"): lambda *_: Attempt(bytes(20 * MIB)),
    (Reason.TIMESTAMP_ONLY, "a timestamp"): stamped,
    (Reason.WEAK, "SHA-1"): weak,
    (Reason.UNSUPPORTED, "GOST without its engine"): by_gost,
    (Reason.UNCHECKED, "no OpenSSL"): lambda paper, _: Attempt(
        rightly(paper), replace(CHECKS, openssl="/nowhere/openssl")
    ),
}
NAMED = {Reason.OTHER_PERSON, Reason.WRONG_KEY_USAGE}
"""Where it is beyond doubt who has signed."""


def test_every_reason_is_tried() -> None:
    assert {reason for reason, _ in NOT_TAKEN} == set(Reason)


@sqlite
@pytest.mark.parametrize(("reason", "name"), NOT_TAKEN)
async def test_what_is_not_taken_is_told_and_loses_nothing(
    world: World, account: Account, person: Person, tmp_path: Path, reason: Reason, name: str
) -> None:
    paper = await hand_out(world, account, person)
    attempt = NOT_TAKEN[reason, name](paper, tmp_path)
    got_by = world_with(world.database, world.vault, world.clock, settings=attempt.settings)
    refused = await send(got_by, account, person, paper, attempt.signature)
    assert isinstance(refused, Refused)
    assert refused.reason is reason

    assert await nothing_sent(world, account)
    assert await told(world) == []
    assert await stands(world, account, person, paper)
    row = await waiting_row(world, paper)
    assert row is not None
    assert row.refused == reason
    assert (row.signer is not None) == (reason in NAMED)
    if refused.signer is not None:
        kept = world.vault.open_json(insurer_form.c.signer, row.id, row.signer)
        assert (kept["snils"], kept["serial"]) == (refused.signer.snils, refused.signer.serial)
        assert refused.signer.snils.encode() not in row.signer

    taken = await send(world, account, person, paper)
    assert isinstance(taken, Case)
    assert await waiting_row(world, paper) is None
    (row,) = await rows_of(world)
    assert world.vault.open_bytes(insurer_application.c.pdf, row.id, row.pdf) == paper.pdf
    signer = world.vault.open_json(insurer_application.c.signer, row.id, row.signer)
    assert signer["snils"] == person.identity.snils


async def test_the_last_verdict_is_the_one_that_is_kept(world: World, account: Account, person: Person) -> None:
    paper = await hand_out(world, account, person)
    await send(world, account, person, paper, by(paper, snils="08765430300").signature)
    row = await waiting_row(world, paper)
    assert row is not None
    assert row.refused == Reason.OTHER_PERSON
    assert world.vault.open_json(insurer_form.c.signer, row.id, row.signer)["snils"] == "08765430300"
    await send(world, account, person, paper, b"noise")
    row = await waiting_row(world, paper)
    assert row is not None
    assert (row.refused, row.signer) == (Reason.NO_SIGNATURE, None), "whose the one before was is not said of this one"
    assert await nothing_sent(world, account)
    assert await stands(world, account, person, paper)
    assert isinstance(await send(world, account, person, paper), Case)


async def test_no_more_files_are_checked_than_may_be_in_a_day(world: World, account: Account, person: Person) -> None:
    paper = await hand_out(world, account, person)
    for _ in range(LIMITS[Act.SIGNATURE].most):
        assert await send(world, account, person, paper, b"noise") == Refused(Reason.NO_SIGNATURE)
    with pytest.raises(TooManyApplications):
        await send(world, account, person, paper)
    assert await nothing_sent(world, account)
    assert await stands(world, account, person, paper)
    world.clock.advance(days=1)
    assert isinstance(await send(world, account, person, paper), Case)


# --- once, and not after 1 November -------------------------------------------------------------------------------

LAST_SECOND = datetime(2026, 11, 1, 23, 59, 59, tzinfo=MOSCOW)


@pytest.mark.parametrize("ground", Ground)
async def test_the_first_of_november_may_pass_between_the_paper_and_its_signature(
    world: World, account: Account, person: Person, ground: Ground
) -> None:
    world.clock.set(LAST_SECOND)
    paper = await hand_out(world, account, person, ground=ground)
    world.clock.advance(seconds=1)
    if ground is not Ground.WISH:
        assert isinstance(await send(world, account, person, paper), Case)
        return
    with pytest.raises(NotNow) as barred:
        await send(world, account, person, paper)
    assert barred.value.bar is Bar.LATE
    assert await nothing_sent(world, account)
    assert await stands(world, account, person, paper)
    world.clock.set(NEW_YEAR)
    assert isinstance(await send(world, account, person, paper), Case), "in the new year it is good"


async def test_on_the_first_of_november_itself_it_goes(world: World, account: Account, person: Person) -> None:
    world.clock.set(LAST_SECOND)
    await apply(world, account, person, ground=Ground.WISH)


@pytest.mark.parametrize(
    ("before", "ended", "then", "goes"),
    [
        (Ground.WISH, ChoiceStatus.DONE, Ground.WISH, False),
        (Ground.WISH, ChoiceStatus.DONE, Ground.MOVED, True),
        (Ground.WISH, ChoiceStatus.DONE, Ground.ENDED, True),
        (Ground.WISH, ChoiceStatus.DONE, Ground.FIRST, True),
        (Ground.MOVED, ChoiceStatus.DONE, Ground.WISH, False),
        (Ground.ENDED, ChoiceStatus.DONE, Ground.WISH, False),
        (Ground.FIRST, ChoiceStatus.DONE, Ground.WISH, True),
        (Ground.WISH, ChoiceStatus.REFUSED, Ground.WISH, True),
    ],
)
async def test_by_wish_it_is_once_in_a_calendar_year(
    world: World,
    account: Account,
    person: Person,
    choice: InsurerChoice,
    before: Ground,
    ended: ChoiceStatus,
    then: Ground,
    goes: bool,
) -> None:
    world.clock.set(BEFORE_NOVEMBER)
    await settle(world, await apply(world, account, person, ground=before), ended)
    changed = before is not Ground.FIRST and ended is not ChoiceStatus.REFUSED
    assert (await choice.standing(account, person.id)).changed is changed
    paper = await hand_out(world, account, person, ground=then)
    if not goes:
        with pytest.raises(NotNow) as barred:
            await send(world, account, person, paper)
        assert barred.value.bar is Bar.TWICE
        assert await stands(world, account, person, paper)
        world.clock.set(NEW_YEAR)
        assert not (await choice.standing(account, person.id)).changed
    assert isinstance(await send(world, account, person, paper), Case)


async def test_one_that_is_under_way_stands_before_another(
    world: World, account: Account, person: Person, choice: InsurerChoice
) -> None:
    assert (await choice.standing(account, person.id)).open_case is None
    first = await apply(world, account, person)
    assert (await choice.standing(account, person.id)).open_case == first.id
    paper = await hand_out(world, account, person, ground=Ground.MOVED)
    with pytest.raises(UnderWay) as before:
        await send(world, account, person, paper)
    assert before.value.case_id == first.id
    assert await stands(world, account, person, paper)
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    await apply(world, account, child, person.identity)

    paper = await hand_out(world, account, person, ground=Ground.MOVED)
    await settle(world, first)
    assert (await choice.standing(account, person.id)).open_case is None
    assert isinstance(await send(world, account, person, paper), Case)


async def test_what_another_chat_has_sent_for_the_same_patient_counts(
    world: World, account: Account, choice: InsurerChoice
) -> None:
    world.clock.set(BEFORE_NOVEMBER)
    father = await world.account()
    hers = await world.person(account, somebody(1, CHILD), Relation.CHILD)
    his = await world.person(father, somebody(1, CHILD), Relation.CHILD)
    assert hers.patient_id == his.patient_id
    first = await apply(world, account, hers, somebody(8, ADULT), ground=Ground.WISH)
    assert (await choice.standing(father, his.id)).open_case == "", "and nothing is said of whose it is"
    paper = await hand_out(world, father, his, somebody(9, ADULT), ground=Ground.WISH)
    with pytest.raises(UnderWay) as under_way:
        await send(world, father, his, paper)
    assert under_way.value.case_id == ""
    await settle(world, first)
    standing = await choice.standing(father, his.id)
    assert (standing.open_case, standing.changed) == (None, True)
    with pytest.raises(NotNow) as barred:
        await send(world, father, his, paper)
    assert barred.value.bar is Bar.TWICE


async def test_whom_the_registry_does_not_know_applies_once_too(world: World, account: Account) -> None:
    person = await world.person(account, somebody(1, ADULT), known=False)
    first = await apply(world, account, person)
    with pytest.raises(UnderWay) as before:
        await apply(world, account, person)
    assert before.value.case_id == first.id
    await step(world)
    assert await standing_at(world, account, first) == ChoiceStatus.SENT, (
        "whose first choice it is may be in no register"
    )


# --- the registry -------------------------------------------------------------------------------------------------


async def test_how_it_stands(world: World, account: Account, choice: InsurerChoice) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    first = await choice.standing(account, child.id)
    assert (first.person, first.own, first.coverage, first.changed, first.open_case) == (child, None, None, False, None)
    own = await world.person(account, somebody(1, ADULT))
    record = CoverageRecord(
        *(child.patient_id or "", "50", INSURER.name, INSURER.phone, PolicyForm.CARD, CoverageStatus.VALID),
    )
    await world.admin.put_coverages([record])
    standing = await choice.standing(account, child.id)
    assert standing.own == own
    assert standing.coverage is not None
    assert standing.coverage.insurer == INSURER.name


async def test_a_silent_registry_loses_nothing(
    world: World, account: Account, person: Person, choice: InsurerChoice
) -> None:
    paper = await hand_out(world, account, person)
    world.registry.unavailable.add("coverage")
    with pytest.raises(RegistryUnavailable):
        await choice.standing(account, person.id)
    assert await stands(world, account, person, paper)
    assert isinstance(await send(world, account, person, paper), Case), "whom it knows already it is not asked about"


async def test_a_registry_that_is_silent_when_it_is_signed_loses_nothing(world: World, account: Account) -> None:
    person = await world.person(account, somebody(1, ADULT), known=False)
    paper = await hand_out(world, account, person)
    world.registry.unavailable.add("find_patient")
    with pytest.raises(RegistryUnavailable):
        await send(world, account, person, paper)
    assert await nothing_sent(world, account)
    assert await stands(world, account, person, paper)
    world.registry.unavailable.clear()
    assert isinstance(await send(world, account, person, paper), Case)


# --- at once ------------------------------------------------------------------------------------------------------


async def test_of_the_same_file_sent_many_times_at_once_one_is_filed(
    world: World, account: Account, person: Person
) -> None:
    paper = await hand_out(world, account, person)
    signature = rightly(paper)
    found = await asyncio.gather(*(send(world, account, person, paper, signature) for _ in range(8)))
    assert len({each.id for each in found if isinstance(each, Case)}) == 1
    assert all(isinstance(each, Case) for each in found), found
    assert len(await rows_of(world)) == (await world.cases.page(account, 0, 4)).total == 1


async def test_two_processes_file_it_once_and_take_each_step_once(
    world: World, account: Account, person: Person, database_url: str
) -> None:
    beside = unhurried(Database.from_url(database_url))
    worlds = [world, world_with(beside, world.vault, world.clock)]
    paper = await hand_out(world, account, person)
    signature = rightly(paper)
    found = await asyncio.gather(*(send(each, account, person, paper, signature) for each in worlds * 2))
    (case,) = {each.id: each for each in found if isinstance(each, Case)}.values()
    assert len(await rows_of(world)) == 1

    async def every() -> int:
        return sum(await asyncio.gather(*(choice_of(each).advance() for each in worlds * 2)))

    world.clock.advance(seconds=STEP.seconds)
    assert await every() == 1
    assert await standing_at(world, account, case) == ChoiceStatus.SENT
    await clerk(world, case, ChoiceStatus.RECEIVED)
    world.clock.advance(seconds=LOOK_AGAIN_AFTER.seconds)
    assert await every() == 1
    world.clock.advance(days=31)
    assert await every() == 1
    assert await standing_at(world, account, case) == ChoiceStatus.READY
    assert await told(world) == [f"request:{case.id}:ready"]
    await beside.close()


async def test_two_chats_that_sign_for_the_same_person_at_once_file_one(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four children at once, each by both parents, who are with different processes."""
    beside = unhurried(Database.from_url(database_url))
    worlds = [world, world_with(beside, world.vault, world.clock)]
    families = [
        [await hand_out_of(await world.account(), each, somebody(number, CHILD)) for each in worlds]
        for number in range(4)
    ]
    together = asyncio.Barrier(8)
    monkeypatch.setattr(Signatures, "check", checked_while(together.wait))
    found = await asyncio.gather(
        *(asyncio.gather(*(send(*each) for each in both), return_exceptions=True) for both in families)
    )
    await beside.close()
    for both in found:
        assert sorted(type(each).__name__ for each in both) == ["Case", "UnderWay"], both
        assert [each.case_id for each in both if isinstance(each, UnderWay)] == [""]
    assert len(await rows_of(world)) == len(families)


async def hand_out_of(
    account: Account, world: World, child: PatientIdentity
) -> tuple[World, Account, Person, FormPaper]:
    """A parent at the signing."""
    person = await world.person(account, child, Relation.CHILD)
    return world, account, person, await hand_out(world, account, person, somebody(9, ADULT))


# --- cut short ----------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The power goes."""


async def _dies(*_args: Any, **_named: Any) -> None:
    raise Killed


@pytest.mark.parametrize("where", ["before the check", "within", "before the screen"])
async def test_killed_while_it_is_signed_the_same_file_is_sent_again(
    world: World, account: Account, person: Person, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = await hand_out(world, account, person)
    signature = rightly(paper)
    target, name = {
        "before the check": (Signatures, "check"),
        "within": (type(world.drafts), "finish"),
        "before the screen": (type(world.cases), "of_draft"),
    }[where]
    with monkeypatch.context() as cut:
        cut.setattr(target, name, _dies)
        with pytest.raises(Killed):
            await send(world, account, person, paper, signature)
    filed = [row.id for row in await rows_of(world)]
    assert len(filed) == (where == "before the screen")
    if not filed:
        assert await nothing_sent(world, account)
        assert await stands(world, account, person, paper)
    case = await send(world, account, person, paper, signature)
    assert isinstance(case, Case)
    assert await send(world, account, person, paper, signature) == case
    assert [row.id for row in await rows_of(world)] == [case.id] == (filed or [case.id])
    assert (await world.cases.page(account, 0, 4)).total == 1
    await step(world)
    assert await standing_at(world, account, case) == ChoiceStatus.SENT
    assert len(await told(world)) == 1


@pytest.mark.parametrize("reached", [ChoiceStatus.SENT, ChoiceStatus.READY, ChoiceStatus.REFUSED])
@pytest.mark.parametrize("when", ["before", "within", "after"])
async def test_killed_at_each_step_it_goes_on_and_nothing_is_told_twice(
    world: World,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    reached: ChoiceStatus,
    when: str,
) -> None:
    child = await world.person(account, somebody(1, CHILD), Relation.CHILD)
    case = await apply(world, account, child, somebody(9, ADULT))
    if reached is ChoiceStatus.READY:
        await received(world, case)
        world.clock.advance(days=31)
    elif reached is ChoiceStatus.REFUSED:
        await world.family.remove(account, child.id)
    stood = await standing_at(world, account, case)
    await hear(world)
    with monkeypatch.context() as cut:
        if when == "before":
            cut.setattr(InsurerChoice, "_advance", _dies)
        elif when == "within":
            cut.setattr(type(world.outbox), "add", _dies)
        else:
            really = InsurerChoice._step

            async def then_dies(*args: Any, **named: Any) -> None:
                await really(*args, **named)
                raise Killed

            cut.setattr(InsurerChoice, "_step", then_dies)
        with pytest.raises(Killed):
            await step(world)
    assert await standing_at(world, account, case) == (reached if when == "after" else stood)
    heard = await hear(world)
    world.clock.advance(minutes=1)  # until the claim of the dead one is over
    for _ in range(3):
        await step(world)
        heard += await hear(world)
    assert await standing_at(world, account, case) == reached
    assert heard == [f"request:{case.id}:{reached}"]
    assert len(await rows_of(world)) == 1


async def test_killed_when_a_step_is_looked_at_it_is_looked_at_again(
    world: World, account: Account, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await apply(world, account, person)
    await step(world)
    await clerk(world, case, ChoiceStatus.RECEIVED)
    with monkeypatch.context() as cut:
        cut.setattr(InsurerChoice, "_look_at", _dies)
        with pytest.raises(Killed):
            await look_again(world)
    assert await choice_of(world).advance() == 0, "the dead one has it"
    world.clock.advance(days=31)
    assert await choice_of(world).advance() == 1
    assert await standing_at(world, account, case) == ChoiceStatus.READY


# --- what is kept -------------------------------------------------------------------------------------------------


async def test_at_rest_nothing_of_it_is_in_clear(world: World, account: Account, person: Person) -> None:
    await apply(world, account, person)
    await hand_out(world, account, person)
    (row,) = await rows_of(world)
    (form,) = (await world.database.fetch(select(insurer_form))).all()
    sealed = [row.form, row.pdf, row.signature, row.signer, row.patient, form.form, form.pdf]
    own = person.identity
    secrets = [own.surname, own.snils or "?", "Мытищи", person.patient_id or "?", "%PDF"]
    for each in sealed:
        assert not [secret for secret in secrets if secret.encode() in each]
    assert person.patient_id not in (row.patient_index, row.person_id)


async def test_the_export_tells_what_was_sent_and_what_waits(world: World, account: Account, person: Person) -> None:
    case = await apply(world, account, person, stay="Мытищи, ул. Новая, д. 2")
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    paper = await hand_out(world, account, child, person.identity, ground=Ground.MOVED)
    other = await world.account()
    await apply(world, other, await world.person(other, somebody(3, ADULT)))
    exported: Any = await world.mydata.export(account)
    asked = {
        "registration": "Мытищи, ул. Мира, д. 1, кв. 2",
        "registered_on": date(2020, 2, 3),
        "insured_in": Word("region", "50"),
        "policy_form": PolicyForm.CARD,
        "insurer": INSURER.name,
        "issue_point": "Мытищи, ул. Мира, д. 5",
    }
    assert exported["insurer_applications"] == [
        {
            **asked,
            "application": str(case.number),
            "person": Word("person", person.id),
            "ground": Ground.FIRST,
            "stay": "Мытищи, ул. Новая, д. 2",
            "signed_by": "Иванова Анна Петровна",
        }
    ]
    assert exported["unsigned_applications"] == [
        {
            **asked,
            "person": Word("person", child.id),
            "ground": Ground.MOVED,
            "stay": "Мытищи, ул. Мира, д. 1, кв. 2",
            "made": paper.made_at,
        }
    ]


async def test_under_another_key_all_of_it_opens_and_is_found(
    world: World, account: Account, choice: InsurerChoice, vault: Vault
) -> None:
    """Rotation: what waits and what was sent; and one application for a patient stays one."""
    father = await world.account()
    hers = await world.person(account, somebody(1, CHILD), Relation.CHILD)
    his = await world.person(father, somebody(1, CHILD), Relation.CHILD)
    waits = await hand_out(world, father, his, somebody(9, ADULT))
    older = await send(world, father, his, waits, by(waits, snils="08765430300").signature)
    assert isinstance(older, Refused)
    case = await apply(world, account, hers, somebody(8, ADULT))
    signed_as = (await choice.get(account, case.id)).pdf

    key, fresh = bytes(range(32)), bytes(range(1, 33))
    both = Vault(fresh, key)
    done = await rotation(Storage(world.database, both, world.clock), lambda _: asyncio.sleep(0)).run()
    assert not done.unreadable
    rotated = world_with(world.database, Vault(fresh), world.clock)
    assert (await choice_of(rotated).get(account, case.id)).pdf == signed_as
    assert await stands(rotated, father, his, waits)
    with pytest.raises(UnderWay):
        await send(rotated, father, his, waits)
    row = await waiting_row(rotated, waits)
    assert row is not None
    assert rotated.vault.open_json(insurer_form.c.signer, row.id, row.signer)["snils"] == "08765430300"
    with pytest.raises(VaultError):
        vault.open_bytes(insurer_form.c.pdf, row.id, row.pdf)


@pytest.mark.parametrize("open_still", [True, False])
async def test_what_goes_along_with_the_right(world: World, account: Account, open_still: bool) -> None:
    """Of this account and person: what waits, and what an application says; that it was sent stays."""
    mother = await world.person(account, somebody(9, ADULT))
    child = await world.person(account, somebody(1, CHILD), Relation.CHILD)
    case = await apply(world, account, child, mother.identity)
    own_case = await apply(world, account, mother)
    paper = await hand_out(world, account, child, mother.identity, ground=Ground.MOVED)
    due = {row.id: row.due_at for row in await rows_of(world)}
    world.clock.advance(seconds=1)
    areas = frozenset({Area.INSURANCE.value} if open_still else set())
    narrowed = Narrowed(account.id, frozenset({child.id}), False, False, False, areas)
    async with world.database.write() as unit:
        await ApplicationsKept(world.clock).drop(unit, narrowed)
    rows = {row.id: row for row in await rows_of(world)}
    assert (await waiting_row(world, paper) is not None) is open_still
    assert (rows[case.id].pdf is not None) is open_still
    assert rows[case.id].due_at == (due[case.id] if open_still else world.clock.now()), "it is looked at at once"
    assert rows[own_case.id].pdf is not None
    assert rows[own_case.id].due_at == due[own_case.id]
