"""The choice of an insurer: the paper that is signed, the signature that is checked, and the application's way.

What is signed is the very bytes that were handed out: they lie beside the draft until it says something else. A
signature that is taken makes a case, closes the draft and carries the bytes over, in one unit: killed before, nothing
has been sent, and the same file can be sent again; killed after, the same file finds what was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Delete, Insert, Select, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningUpdate

from services.accounts import concerns
from services.accounts.accounts import Accounts, lock_account
from services.accounts.fields import format_phone, format_policy
from services.accounts.model import Account, Action, Area, Person
from services.accounts.persons import Persons
from services.cases.cases import Cases
from services.cases.model import Case
from services.cases.tables import case as case_table
from services.cases.tables import case_step
from services.clinics.regions import region
from services.clock import Clock
from services.documents.model import Sheet
from services.documents.sheet import Sheets
from services.drafts.drafts import Drafts
from services.errors import ConsentNeeded, NotAllowed, NotFound
from services.insurance.insurance import patient_of
from services.insurer_choice.model import (
    KINDS,
    Application,
    ChoiceStatus,
    Form,
    FormPaper,
    Ground,
    Named,
    NotNow,
    Procedure,
    Standing,
    TooManyApplications,
    UnderWay,
    Waiting,
    form_from_json,
    form_to_json,
    sent_of,
    sent_text,
)
from services.insurer_choice.rules import bar, invited_at
from services.insurer_choice.tables import PATIENT, insurer_application, insurer_form
from services.limits.limits import Limits
from services.limits.model import Act, LimitReached
from services.registry.model import PolicyKind
from services.registry.ports.insurance import CoveragePort
from services.signatures.model import Refused, Signer
from services.signatures.signatures import Signatures
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.sql import claimed_among, insert_for
from services.storage.statement import Bound, insert_row, statement, update_row
from services.storage.types import Sealed
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, local
from services.texts.i18n import N_, texts

STEP = timedelta(seconds=5)
"""Between the portal's first two steps: each is told by itself."""
LOOK_AGAIN_AFTER = timedelta(minutes=10)
"""At one that waits for the insurer's clerk."""
_CLAIM = timedelta(minutes=1)
_AT_ONCE = 20
"""So many applications are looked at by one call."""
_WAITS = frozenset({ChoiceStatus.RECEIVED, ChoiceStatus.TEMPORARY})
"""Statuses in which the policy is being made."""

CLOSED = N_("The access to this person is over, so the application goes no further.")
READY = N_("30 days have passed since the application was received.")
"""What is said along with a status."""


@statement
def _form_of(account_id: str, person_id: str, draft_id: str) -> Select[Any]:
    whose = insurer_form.c.account_id == account_id, insurer_form.c.person_id == person_id
    return select(insurer_form).where(insurer_form.c.id == draft_id, *whose)


@statement
def _keep_form(*values: Any, dialect: str) -> Insert:
    """Takes the values of `_FORM`; in the place of what the draft said before."""
    kept = insert_for(dialect, insurer_form).values(dict(zip(_FORM, values, strict=True)))
    anew = {name: kept.excluded[name] for name in _FORM if name != "id"}
    return kept.on_conflict_do_update(index_elements=["id"], set_={**anew, "refused": None, "signer": None})


_FORM = ("id", "account_id", "person_id", "form", "pdf", "made_at")


@statement
def _drop_form(draft_id: str) -> Delete:
    return delete(insurer_form).where(insurer_form.c.id == draft_id)


@statement
def _mine(account_id: str, case_id: str) -> Select[Any]:
    own = insurer_application.c.id == case_id, insurer_application.c.account_id == account_id
    return select(insurer_application).where(*own)


@statement
def _by_id(case_id: str) -> Select[Any]:
    return select(insurer_application).where(insurer_application.c.id == case_id)


@statement
def _about(account_id: str, person_id: str, indexes: list[str]) -> Select[Any]:
    """All applications for a person, from whichever chat, with how each stands."""
    columns = (*(insurer_application.c[name] for name in ("id", "account_id", "year", "ground")), case_table.c.status)
    joined = select(*columns).join(case_table, case_table.c.id == insurer_application.c.id)
    here = (insurer_application.c.account_id == account_id) & (insurer_application.c.person_id == person_id)
    return joined.where(or_(here, insurer_application.c.patient_index.in_(indexes)))


@statement
def _claim(now: datetime, until: datetime, limit: int) -> ReturningUpdate[Any]:
    free = or_(insurer_application.c.claimed_until.is_(None), insurer_application.c.claimed_until <= now)
    due = select(insurer_application.c.id).where(insurer_application.c.due_at <= now, free)
    some = due.order_by(insurer_application.c.due_at).limit(limit)
    claimed = update(insurer_application).where(claimed_among(insurer_application.c.id, some))
    return claimed.values(claimed_until=until).returning(insurer_application)


@statement
def _case_of(case_id: str) -> Select[Any]:
    return select(case_table.c.status, case_table.c.kind).where(case_table.c.id == case_id)


@statement
def _received(case_id: str) -> Select[Any]:
    reached = case_step.c.request_id == case_id, case_step.c.status == ChoiceStatus.RECEIVED.value
    return select(case_step.c.at).where(*reached).order_by(case_step.c.at).limit(1)


class InsurerChoice:
    """`procedure`, `signatures`: None where the operator has not set them up; then nothing is offered."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: CoveragePort | None,
        accounts: Accounts,
        persons: Persons,
        cases: Cases,
        drafts: Drafts,
        limits: Limits,
        sheets: Sheets,
        clock: Clock,
        procedure: Procedure | None,
        signatures: Signatures | None,
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._accounts = accounts
        self._persons = persons
        self._cases = cases
        self._drafts = drafts
        self._limits = limits
        self._sheets = sheets
        self._clock = clock
        self._procedure = procedure
        self._signatures = signatures

    @property
    def procedure(self) -> Procedure | None:
        """By which it goes here; None where it is not offered."""
        return self._procedure if self._signatures is not None and self._registry is not None else None

    # --- before it is signed ------------------------------------------------------------------------------------------

    @concerns.area(Area.INSURANCE, Action.MANAGE)
    async def standing(self, who: Account, person_id: str) -> Standing:
        """How it stands with the person. Raises `RegistryUnavailable`, and what `Persons.get` raises."""
        person = await self._persons.get(who, person_id)
        patient_id = await patient_of(self._persons, who, person)
        coverage = None
        if self._registry is not None and patient_id is not None:
            coverage = await self._registry.coverage(patient_id)
        rows = (await self._database.fetch(self._all_about(who, person_id, patient_id))).all()
        own = await self._persons.own(who)
        return Standing(person, own, coverage, self._changed(rows), _open(who, rows))

    @concerns.area(Area.INSURANCE, Action.MANAGE)
    async def paper(self, who: Account, person_id: str, form: Form, sheet: Sheet, *, draft_id: str) -> FormPaper:
        """The application to be signed: the PDF that was set already as long as it says the same.

        `sheet`: of this form. Raises `DrawingFailed`, `NotFound` where the draft is gone.
        """
        await self._persons.get(who, person_id)
        draft = await self._drafts.get(draft_id)
        if draft is None or draft.done or draft.account_id != who.id:
            raise NotFound
        found = await self._paper(who, person_id, draft_id)
        if found is not None and found.form == form:
            return found
        pdf, now = await self._sheets.compile(sheet), self._clock.now()
        row = (
            *(draft_id, who.id, person_id),
            self._vault.seal_json(insurer_form.c.form, draft_id, form_to_json(form)),
            self._vault.seal_bytes(insurer_form.c.pdf, draft_id, pdf),
            now,
        )
        try:
            async with self._database.write() as unit:
                await lock_account(unit, who.id)
                if await self._cases.is_sent(unit, draft_id):  # while this was being set
                    raise NotFound
                await unit.execute(_keep_form(*row, dialect=self._database.dialect))
        except IntegrityError:  # the draft is gone
            raise NotFound from None
        return FormPaper(draft_id, form, pdf, now)

    @concerns.area(Area.INSURANCE, Action.MANAGE)
    async def waiting(self, who: Account, person_id: str, *, draft_id: str) -> Waiting:
        """What waits for a signature; `NotFound` where nothing does."""
        person = await self._persons.get(who, person_id)
        found = await self._paper(who, person_id, draft_id)
        if found is None:
            raise NotFound
        return Waiting(person, found)

    # --- signing ------------------------------------------------------------------------------------------------------

    @concerns.area(Area.INSURANCE, Action.MANAGE)
    async def sign(self, who: Account, person_id: str, signature: bytes, *, draft_id: str) -> Case | Refused:
        """Checks a detached signature over the very bytes that wait, and sends the application where it is taken.

        The same draft gives the same case. Raises `NotFound` where nothing waits, `NotNow`, `UnderWay`,
        `TooManyApplications`, `RegistryUnavailable`, and what `Persons.get` raises.
        """
        person = await self._persons.get(who, person_id)
        found = await self._paper(who, person_id, draft_id)
        if found is None:  # a press before this one has sent it, or the draft is gone
            return await self._cases.of_draft(who, draft_id)
        if self._signatures is None or found.form.procedure is not self._procedure:
            raise NotFound
        try:
            await self._limits.spend(who.telegram_id, Act.SIGNATURE)
        except LimitReached:
            raise TooManyApplications from None
        verdict = await self._signatures.check(
            found.pdf, signature, snils=found.form.signer.snils, moment=self._clock.now()
        )
        if isinstance(verdict, Refused):
            await self._note_refused(draft_id, verdict)
            return verdict
        patient_id = await patient_of(self._persons, who, person)
        async with self._database.write() as unit:
            await lock_account(unit, who.id)  # of two files at once, the second finds what the first has sent
            if not await self._cases.is_sent(unit, draft_id):
                await self._send(unit, who, person_id, patient_id, found, signature, verdict.signer)
        return await self._cases.of_draft(who, draft_id)

    # --- what was sent ------------------------------------------------------------------------------------------------

    @concerns.area(Area.INSURANCE, Action.SEE)
    async def get(self, who: Account, case_id: str) -> Application:
        """What was signed and sent; `NotFound` where it is another's, or is kept no more."""
        row = (await self._database.fetch(_mine(who.id, case_id))).one_or_none()
        if row is None:
            raise NotFound
        person = await self._persons.get(who, row.person_id)
        if row.pdf is None:
            raise NotFound
        pdf = self._vault.open_bytes(insurer_application.c.pdf, case_id, row.pdf)
        return Application(await self._cases.get(who, case_id), person, pdf)

    async def signed(self, case_id: str) -> tuple[bytes, bytes]:
        """For whoever answers: the PDF and its signature. `NotFound` where they are kept no more."""
        row = (await self._database.fetch(_by_id(case_id))).one_or_none()
        if row is None or row.pdf is None:
            raise NotFound
        columns = insurer_application.c
        return (
            self._vault.open_bytes(columns.pdf, case_id, row.pdf),
            self._vault.open_bytes(columns.signature, case_id, row.signature),
        )

    # --- the job ------------------------------------------------------------------------------------------------------

    async def advance(self) -> int:
        """The next step of each application that is due; gives how many there were."""
        now = self._clock.now()
        claimed = (await self._database.execute(_claim(now, now + _CLAIM, _AT_ONCE))).all()
        for row in claimed:
            await self._advance(row)
        return len(claimed)

    async def _advance(self, row: Row) -> None:
        found = (await self._database.fetch(_case_of(row.id))).one_or_none()
        if found is None:
            return
        procedure, now = _procedure_of(found.kind), self._clock.now()
        if found.status in KINDS[procedure].settled or found.status == ChoiceStatus.READY:
            await self._look_at(row, None)
        elif found.status == ChoiceStatus.REGISTERED:
            await self._pass_on(row, procedure)
        elif found.status in _WAITS and procedure is Procedure.FORMS:
            received: datetime = (await self._database.fetch(_received(row.id))).scalar_one()
            ready_at = invited_at(received, _zone(row.region))
            if now < ready_at:
                await self._look_at(row, ready_at)
            else:
                await self._step(row, procedure, found.status, ChoiceStatus.READY, READY, due=None)
        else:  # the clerk has it
            await self._look_at(row, now + LOOK_AGAIN_AFTER)

    async def _pass_on(self, row: Row, procedure: Procedure) -> None:
        """To the insurer, as long as whoever has signed it may still act for the person."""
        account = await self._accounts.by_id(row.account_id)
        if account is None:  # it has been erased this very moment, and the row with it
            return
        try:
            await self._still_acts(account, row.person_id)
        except (NotAllowed, NotFound, ConsentNeeded):
            await self._step(row, procedure, ChoiceStatus.REGISTERED, ChoiceStatus.REFUSED, CLOSED, due=None)
        else:
            later = self._clock.now() + LOOK_AGAIN_AFTER
            await self._step(row, procedure, ChoiceStatus.REGISTERED, ChoiceStatus.SENT, None, due=later)

    @concerns.area(Area.INSURANCE, Action.MANAGE)
    async def _still_acts(self, who: Account, person_id: str) -> None:
        await self._persons.get(who, person_id)

    async def _step(
        self,
        row: Row,
        procedure: Procedure,
        came_from: str,
        status: ChoiceStatus,
        comment: str | None,
        *,
        due: datetime | None,
    ) -> None:
        account = await self._accounts.by_id(row.account_id)
        said = texts(account.locale).label(comment) if account is not None and comment is not None else None
        async with self._database.write() as unit:
            await lock_account(unit, row.account_id)  # whoever ends the right has done so, or waits
            moved = await self._cases.move(unit, KINDS[procedure], row.id, came_from, status, said)
            # Where the clerk has just moved it, it is looked at anew.
            await unit.execute(update_row(insurer_application, row.id, _due(due if moved else self._clock.now())))

    async def _look_at(self, row: Row, at: datetime | None) -> None:
        await self._database.execute(update_row(insurer_application, row.id, _due(at)))

    # --- parts --------------------------------------------------------------------------------------------------------

    async def _paper(self, who: Account, person_id: str, draft_id: str) -> FormPaper | None:
        row = (await self._database.fetch(_form_of(who.id, person_id, draft_id))).one_or_none()
        if row is None:
            return None
        form = form_from_json(self._vault.open_json(insurer_form.c.form, draft_id, row.form))
        pdf = self._vault.open_bytes(insurer_form.c.pdf, draft_id, row.pdf)
        return FormPaper(draft_id, form, pdf, row.made_at)

    async def _note_refused(self, draft_id: str, refused: Refused) -> None:
        signer = refused.signer
        told = {
            "refused": refused.reason.value,
            "signer": self._sealed(insurer_form.c.signer, draft_id, signer) if signer is not None else None,
        }
        await self._database.execute(update_row(insurer_form, draft_id, told))

    def _all_about(self, who: Account, person_id: str, patient_id: str | None) -> Bound:
        return _about(who.id, person_id, PATIENT.indexes(self._vault, [patient_id]) if patient_id is not None else [])

    def _changed(self, rows: Sequence[Row]) -> bool:
        """Whether the insurer was changed in this calendar year: a first choice is no change, nor a refused one."""
        year = self._today().year
        counted = (row for row in rows if row.ground != Ground.FIRST and row.status != ChoiceStatus.REFUSED)
        return any(row.year == year for row in counted)

    async def _check_free(
        self, unit: Unit, who: Account, person_id: str, patient_id: str | None, found: FormPaper
    ) -> None:
        """Within the unit that sends: the paper is the one that was checked, and nothing is in the way of it."""
        kept = (await unit.execute(_form_of(who.id, person_id, found.draft_id))).one_or_none()
        if kept is None or kept.made_at != found.made_at:
            raise NotFound
        rows = (await unit.execute(self._all_about(who, person_id, patient_id))).all()
        under_way = _open(who, rows)
        if under_way is not None:
            raise UnderWay(under_way)
        barred = bar(found.form.ground, self._today(), changed=self._changed(rows))
        if barred is not None:
            raise NotNow(barred)

    async def _send(
        self,
        unit: Unit,
        who: Account,
        person_id: str,
        patient_id: str | None,
        found: FormPaper,
        signature: bytes,
        signer: Signer,
    ) -> None:
        """Raises what `_check_free` raises, and then nothing is sent."""
        form, draft_id = found.form, found.draft_id
        sent = await self._cases.send(
            *(unit, who, KINDS[form.procedure], sent_text(sent_of(form))),
            draft_id=draft_id,
            person_id=person_id,
            status=ChoiceStatus.REGISTERED,
        )
        # Only now, for a number is given to one unit at a time: of two chats with one patient, the second has waited.
        await self._check_free(unit, who, person_id, patient_id, found)
        columns = insurer_application.c
        row = {
            "id": sent.id,
            "account_id": who.id,
            "person_id": person_id,
            **PATIENT.values(self._vault, sent.id, patient_id),
            "year": self._today().year,
            "ground": form.ground.value,
            "region": form.region,
            "form": self._vault.seal_json(columns.form, sent.id, form_to_json(form)),
            "pdf": self._vault.seal_bytes(columns.pdf, sent.id, found.pdf),
            "signature": self._vault.seal_bytes(columns.signature, sent.id, signature),
            "signer": self._sealed(columns.signer, sent.id, signer),
            **_due(self._clock.now() + STEP),
        }
        await unit.execute(insert_row(insurer_application, row))
        await unit.execute(_drop_form(draft_id))
        await self._drafts.finish(unit, draft_id, sent.id)

    def _sealed(self, column: Column[Any], row_id: str, signer: Signer) -> Sealed:
        told = {name: str(value) for name, value in asdict(signer).items()}
        return self._vault.seal_json(column, row_id, told)

    def _today(self) -> date:
        return local(self._clock.now(), MOSCOW).date()


def named(person: Person) -> Named:
    """As an application names them. Raises `NotShown` where the account sees the name alone."""
    form = person.identity
    return Named(
        name=person.full_name,
        birth_date=form.birth_date,
        snils=form.snils or "",
        policy=format_policy(form.policy) if form.policy.kind is not PolicyKind.NONE else "",
        phone=format_phone(form.phone) if form.phone else "",
    )


def _open(who: Account, rows: Sequence[Row]) -> str | None:
    """The application under way, "" where it is another chat's; None: there is none."""
    settled = {status for kind in KINDS.values() for status in kind.settled}
    under_way = [row for row in rows if row.status not in settled]
    own = next((row.id for row in under_way if row.account_id == who.id), None)
    return own if own is not None or not under_way else ""


def _zone(region_code: str) -> str:
    """By whose clock people there live."""
    found = region(region_code)
    return found.tz if found is not None else MOSCOW


def _due(at: datetime | None) -> dict[str, Any]:
    return {"due_at": at, "claimed_until": None}


def _procedure_of(kind: str) -> Procedure:
    return next(procedure for procedure, each in KINDS.items() if each.name == kind)
