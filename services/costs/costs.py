"""Statements of what care has cost: applying for one, and the job that takes an application from step to step.

Each step is one unit: the case's next status, word of it, and when the step after it is due. Whatever dies in between
is done again by whoever claims the row next; a step that was taken is not taken twice, for it begins with the status
that it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from services.accounts import concerns
from services.accounts.accounts import Accounts, lock_account
from services.accounts.fields import format_policy, format_snils
from services.accounts.model import Account, Action, Area, Person
from services.accounts.persons import Persons
from services.cases.cases import Cases
from services.cases.model import Case
from services.cases.tables import case as case_table
from services.clock import Clock
from services.costs.model import (
    EARLIEST,
    KIND,
    AlreadyApplied,
    Applicant,
    Application,
    CostStatus,
    Issued,
    Period,
    TooManyApplications,
    WrongPeriod,
    applicant_from_json,
    applicant_to_json,
    period_text,
    read_period,
)
from services.costs.statement import compiled, within
from services.costs.tables import cost_application
from services.drafts.drafts import Drafts
from services.errors import ConsentNeeded, Denial, NotAllowed, NotFound
from services.insurance.insurance import patient_of
from services.limits.limits import Limits
from services.limits.model import Act, LimitReached
from services.registry.model import CareCase, PolicyKind, care_case_of, plain
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.insurance import CareCasesPort
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.sql import claimed_among
from services.storage.statement import insert_row, statement, update_row
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, local
from services.texts.i18n import N_, texts

STEP = timedelta(seconds=5)
"""Between two steps: each is told by itself, and none is long waited for."""
AGAIN_AFTER = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30))
"""When a registry that has not answered is asked again; then the application has failed."""
LOOK_AGAIN_AFTER = timedelta(minutes=1)
"""At one that has failed."""
_CLAIM = timedelta(minutes=1)
_AT_ONCE = 20
"""So many applications are worked at by one call."""

CLOSED = N_("The access to this person is over, so the statement is not made.")
UNKNOWN = N_("The registry does not know this person. Check the number of the policy and apply again.")
SILENT = N_("The registry has not answered for a long time. Nothing is lost.")
"""What is said along with a status."""


@statement
def _mine(account_id: str, case_id: str) -> Select[Any]:
    return select(cost_application).where(cost_application.c.id == case_id, cost_application.c.account_id == account_id)


@statement
def _open_of(account_id: str, person_id: str) -> Select[Any]:
    """Applications for the person that nothing has come of yet, those that have failed among them."""
    joined = select(case_table.c.id, case_table.c.text).join(cost_application, cost_application.c.id == case_table.c.id)
    whose = cost_application.c.account_id == account_id, cost_application.c.person_id == person_id
    return joined.where(*whose, case_table.c.status.not_in(KIND.settled))


@statement
def _claim(now: datetime, until: datetime, limit: int) -> ReturningUpdate[Any]:
    free = or_(cost_application.c.claimed_until.is_(None), cost_application.c.claimed_until <= now)
    due = select(cost_application.c.id).where(cost_application.c.due_at <= now, free)
    some = due.order_by(cost_application.c.due_at).limit(limit)
    claimed = update(cost_application).where(claimed_among(cost_application.c.id, some))
    return claimed.values(claimed_until=until).returning(cost_application)


@statement
def _status_of(case_id: str) -> Select[Any]:
    return select(case_table.c.status, case_table.c.text).where(case_table.c.id == case_id)


class Costs:
    """`registry`: None where it has no cases of care; then nothing is offered."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: CareCasesPort | None,
        accounts: Accounts,
        persons: Persons,
        cases: Cases,
        drafts: Drafts,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._accounts = accounts
        self._persons = persons
        self._cases = cases
        self._drafts = drafts
        self._limits = limits
        self._clock = clock

    @property
    def offered(self) -> bool:
        return self._registry is not None

    # --- applying -----------------------------------------------------------------------------------------------------

    @concerns.area(Area.INSURANCE, Action.MANAGE)
    async def apply(self, who: Account, person_id: str, period: Period, *, draft_id: str) -> Case:
        """Sends the application and closes the draft: all of it, or nothing. The same draft gives the same case.

        Raises `WrongPeriod`, `AlreadyApplied`, `TooManyApplications`, and what `Persons.get` raises.
        """
        check_period(period, local(self._clock.now(), MOSCOW).date())
        person = await self._persons.get(who, person_id)
        own = await self._persons.own(who)
        applicant = _applicant(person, own)
        async with self._database.write() as unit:
            await lock_account(unit, who.id)  # of two presses on one draft, the second finds what the first has sent
            if not await self._cases.is_sent(unit, draft_id):
                await self._check_free(unit, who, person_id, period)
                await self._send(unit, who, person_id, period, applicant, draft_id)
        return await self._cases.of_draft(who, draft_id)

    @concerns.area(Area.INSURANCE, Action.MANAGE)
    async def repeat(self, who: Account, case_id: str) -> None:
        """Once more, where it has failed; otherwise it is under way, or over, already. Raises `NotFound`."""
        row = await self._row(who, case_id)
        await self._persons.get(who, row.person_id)
        async with self._database.write() as unit:
            await lock_account(unit, who.id)
            if await self._cases.move(unit, KIND, case_id, CostStatus.FAILED, CostStatus.REGISTERED):
                await unit.execute(update_row(cost_application, case_id, _due(self._clock.now() + STEP)))

    # --- looking ------------------------------------------------------------------------------------------------------

    @concerns.area(Area.INSURANCE, Action.SEE)
    async def get(self, who: Account, case_id: str) -> Application:
        """What was applied for; `NotFound` where it is another's, or what it said is kept no more."""
        row = await self._row(who, case_id)
        person = await self._persons.get(who, row.person_id)
        if row.applicant is None:
            raise NotFound
        case = await self._cases.get(who, case_id)
        told = self._vault.open_json(cost_application.c.applicant, case_id, row.applicant)
        return Application(case, person, read_period(case.content), applicant_from_json(told))

    @concerns.area(Area.INSURANCE, Action.SEE)
    async def issued(self, who: Account, case_id: str) -> Issued:
        """What has come of it; `NotFound` where nothing has yet."""
        application = await self.get(who, case_id)
        row = await self._row(who, case_id)
        if row.statement is None:
            raise NotFound
        cases = [
            care_case_of(each) for each in self._vault.open_json(cost_application.c.statement, case_id, row.statement)
        ]
        done = next(each.at for each in application.case.steps if each.status == CostStatus.DONE)
        return Issued(application, compiled(cases, application.period), local(done, MOSCOW).date())

    # --- the job ------------------------------------------------------------------------------------------------------

    async def advance(self) -> int:
        """The next step of each application that is due; gives how many there were."""
        now = self._clock.now()
        claimed = (await self._database.execute(_claim(now, now + _CLAIM, _AT_ONCE))).all()
        for row in claimed:
            await self._advance(row)
        return len(claimed)

    async def _advance(self, row: Row) -> None:
        found = (await self._database.fetch(_status_of(row.id))).one_or_none()
        if found is None or found.status in KIND.settled:
            await self._database.execute(update_row(cost_application, row.id, _due(None)))
        elif found.status == CostStatus.FAILED:  # the desk may put it back
            again = self._clock.now() + LOOK_AGAIN_AFTER
            await self._database.execute(update_row(cost_application, row.id, _due(again)))
        elif found.status == CostStatus.REGISTERED:
            await self._settle(row, CostStatus.REGISTERED, CostStatus.SENT)
        else:
            period = read_period(self._vault.open(case_table.c.text, row.id, found.text))
            await self._ask(row, CostStatus(found.status), period)

    async def _ask(self, row: Row, status: CostStatus, period: Period) -> None:
        """Whether the registry knows the person, and then what their care has cost."""
        account = await self._accounts.by_id(row.account_id)
        if account is None:  # it has been erased this very moment, and the row with it
            return
        try:
            patient_id = await self._patient(account, row.person_id)
            if patient_id is None:
                await self._settle(row, status, CostStatus.REFUSED, texts(account.locale).label(UNKNOWN))
            elif status is CostStatus.SENT:
                await self._settle(row, status, CostStatus.RECEIVED)
            else:
                found = await self._care_cases(patient_id, period)
                await self._settle(row, status, CostStatus.DONE, cases=found)
        except RegistryUnavailable:
            await self._try_later(row, status, account)
        except NotAllowed as denied:
            if denied.reason is Denial.TOO_MANY_TRIES:
                await self._try_later(row, status, account)
            else:
                await self._settle(row, status, CostStatus.REFUSED, texts(account.locale).label(CLOSED))
        except (NotFound, ConsentNeeded):
            await self._settle(row, status, CostStatus.REFUSED, texts(account.locale).label(CLOSED))

    @concerns.area(Area.INSURANCE, Action.MANAGE)
    async def _patient(self, who: Account, person_id: str) -> str | None:
        return await patient_of(self._persons, who, await self._persons.get(who, person_id))

    async def _care_cases(self, patient_id: str, period: Period) -> Sequence[CareCase]:
        if self._registry is None:
            raise RegistryUnavailable
        return within(await self._registry.care_cases(patient_id), period)

    async def _try_later(self, row: Row, status: CostStatus, account: Account) -> None:
        if row.tries >= len(AGAIN_AFTER):
            await self._settle(row, status, CostStatus.FAILED, texts(account.locale).label(SILENT))
            return
        later = {"due_at": self._clock.now() + AGAIN_AFTER[row.tries], "claimed_until": None, "tries": row.tries + 1}
        await self._database.execute(update_row(cost_application, row.id, later))

    async def _settle(
        self,
        row: Row,
        came_from: CostStatus,
        status: CostStatus,
        comment: str | None = None,
        cases: Sequence[CareCase] | None = None,
    ) -> None:
        """One step. `cases`: what the statement is compiled of; it is kept only while the right to see it stands."""
        due = None if status in KIND.settled else self._clock.now() + STEP
        changes = _due(due)
        async with self._database.write() as unit:
            await lock_account(unit, row.account_id)  # whoever ends the right has done so, or waits
            if not await self._cases.move(unit, KIND, row.id, came_from, status, comment):
                return
            if cases is not None and await self._still_open(unit, row):
                told = [plain(asdict(each)) for each in cases]
                changes["statement"] = self._vault.seal_json(cost_application.c.statement, row.id, told)
            await unit.execute(update_row(cost_application, row.id, changes))

    async def _still_open(self, unit: Unit, row: Row) -> bool:
        """Within the unit: a right that ended while the registry was asked has emptied the row."""
        kept = (await unit.execute(_mine(row.account_id, row.id))).one_or_none()
        return kept is not None and kept.applicant is not None

    # --- parts --------------------------------------------------------------------------------------------------------

    async def _check_free(self, unit: Unit, who: Account, person_id: str, period: Period) -> None:
        wanted = period_text(period)
        for row in (await unit.execute(_open_of(who.id, person_id))).all():
            if self._vault.open(case_table.c.text, row.id, row.text) == wanted:
                raise AlreadyApplied(row.id)

    async def _send(
        self, unit: Unit, who: Account, person_id: str, period: Period, applicant: Applicant, draft_id: str
    ) -> None:
        try:
            await self._limits.spend_within(unit, who.telegram_id, Act.COST_APPLICATION)
        except LimitReached:
            raise TooManyApplications from None
        sent = await self._cases.send(
            *(unit, who, KIND, period_text(period)),
            draft_id=draft_id,
            person_id=person_id,
            status=CostStatus.REGISTERED,
        )
        row = {
            "id": sent.id,
            "account_id": who.id,
            "person_id": person_id,
            "applicant": self._vault.seal_json(cost_application.c.applicant, sent.id, applicant_to_json(applicant)),
            "due_at": self._clock.now() + STEP,
            "tries": 0,
        }
        await unit.execute(insert_row(cost_application, row))
        await self._drafts.finish(unit, draft_id, sent.id)

    async def _row(self, who: Account, case_id: str) -> Row:
        row = (await self._database.fetch(_mine(who.id, case_id))).one_or_none()
        if row is None:
            raise NotFound
        return row


def check_period(period: Period, today: date) -> None:
    """Raises `WrongPeriod`."""
    if not EARLIEST <= period.first <= period.last <= today:
        raise WrongPeriod


def _due(at: datetime | None) -> dict[str, Any]:
    """What a row says whose next step is due then; None: there is none."""
    return {"due_at": at, "claimed_until": None, "tries": 0}


def _applicant(person: Person, own: Person | None) -> Applicant:
    form = person.shown
    by = own.full_name if own is not None and own.id != person.id else ""
    if form is None:
        return Applicant(person.full_name, None, "", "", by)
    policy = format_policy(form.policy) if form.policy.kind is not PolicyKind.NONE else ""
    snils = format_snils(form.snils) if form.snils else ""
    return Applicant(person.full_name, form.birth_date, policy, snils, by)
