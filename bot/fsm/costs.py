"""Applying for a statement of costs, as a table of steps: the period, by buttons or typed, and a last look."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import (
    Acted,
    Answered,
    AnyStep,
    Chosen,
    Input,
    Jump,
    Left,
    Loaded,
    NotTaken,
    Outcome,
    Stay,
    Step,
    StepContext,
    Typed,
)
from bot.keyboards.kit import clamp, page_of
from bot.views import costs as view
from bot.views.costs import Bound, CheckAct, DayAct, PeriodAct
from bot.views.screen import Screen
from bot.wanted import WantedService
from services.accounts.model import Person
from services.accounts.persons import Persons
from services.cases.cases import Cases
from services.costs.costs import Costs
from services.costs.model import EARLIEST, AlreadyApplied, Period, TooManyApplications, WrongPeriod
from services.drafts.drafts import Drafts
from services.drafts.model import Answers
from services.errors import NotFound
from services.texts.dates import MOSCOW, local
from services.texts.typed_dates import typed_date

KIND = view.KIND
LIFETIME = timedelta(days=1)
_YEAR, _PAGE = "year", "years"
"""Marks: the year whose months are shown, and which years are offered."""


class CostForm(StatesGroup):
    period = State()
    first = State()
    last = State()
    check = State()


def answers_of(person: Person) -> Answers:
    """What the wizard begins with."""
    return {"person": person.id}


def _own_dates(answers: Answers) -> bool:
    return answers.get("period") == PeriodAct.OWN


@dataclass(frozen=True, slots=True)
class CostSteps:
    """`title`: what a case is called."""

    costs: Costs
    cases: Cases
    persons: Persons
    drafts: Drafts
    wanted: WantedService

    def table(self) -> Sequence[AnyStep]:
        return [
            Step(
                CostForm.period,
                self._load_period,
                view.period,
                self._apply_period,
                PeriodAct,
                clears=("first", "last", _YEAR, _PAGE),
            ),
            self._day(CostForm.first, Bound.FIRST),
            self._day(CostForm.last, Bound.LAST),
            Step(CostForm.check, self._load_check, view.check, self._apply_check, CheckAct),
        ]

    async def after(self, context: StepContext) -> Screen | None:
        """A press on what has been sent shows how it stands."""
        try:
            case = await self.cases.get(context.account, context.draft.result or "")
            person = await self._person(context)
        except NotFound:
            return None
        return view.accepted(context.t, case, context.now, person.listed_name)

    # --- the period ---------------------------------------------------------------------------------------------------

    async def _load_period(self, context: StepContext) -> Loaded[view.PeriodChoice]:
        return Loaded(view.PeriodChoice(await self._person(context), _today(context)))

    async def _apply_period(self, context: StepContext, given: Input) -> Outcome:
        today = _today(context)
        match given:
            case Acted(PeriodAct.THIS):
                return Answered(_period_answers(PeriodAct.THIS, Period(date(today.year, 1, 1), today)))
            case Acted(PeriodAct.LAST):
                year = today.year - 1
                return Answered(_period_answers(PeriodAct.LAST, Period(date(year, 1, 1), date(year, 12, 31))))
            case Acted(PeriodAct.OWN):
                return Answered({"period": PeriodAct.OWN.value})
        return NotTaken()

    def _day(self, state: State, bound: Bound) -> Step[view.DayChoice]:
        async def load(context: StepContext) -> Loaded[view.DayChoice]:
            person, year = await self._person(context), context.marks.get(_YEAR)
            first = _first(context) if bound is Bound.LAST else None
            if year is not None:
                options, earlier, later = _months(context, bound, year), False, False
            else:
                every, size = _years(context, bound), context.layout.years
                page = clamp(context.marks.get(_PAGE) or 0, len(every), size)
                options = page_of(every, page, size)
                earlier, later = options[-1:] != every[-1:], page > 0
            data = view.DayChoice(bound, person.short_name, options, year, earlier, later, first)
            return Loaded(data, options=[each.isoformat() for each in options])

        async def apply(context: StepContext, given: Input) -> Outcome:
            year = context.marks.get(_YEAR)
            match given:
                case Acted(DayAct.YEARS):
                    return Stay(marks={_YEAR: None})
                case Acted(DayAct.EARLIER | DayAct.LATER as act):
                    turned = 1 if act is DayAct.EARLIER else -1
                    return Stay(marks={_PAGE: (context.marks.get(_PAGE) or 0) + turned})
                case Chosen(ref) if year is None:
                    return Stay(marks={_YEAR: date.fromisoformat(ref).year})
                case Chosen(ref):
                    return Answered({bound.value: _bounding(context, bound, date.fromisoformat(ref)).isoformat()})
                case Typed(text):
                    return _typed(context, bound, text)
            return NotTaken()

        later = ("last", _YEAR, _PAGE) if bound is Bound.FIRST else (_YEAR, _PAGE)
        return Step(state, load, view.day, apply, DayAct, visible=_own_dates, clears=later)

    # --- the last look ------------------------------------------------------------------------------------------------

    async def _load_check(self, context: StepContext) -> Loaded[view.Checked] | Jump:
        period = _period(context.answers)
        return Loaded(view.Checked(await self._person(context), period)) if period else Jump("period")

    async def _apply_check(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(CheckAct.SEND):
                return await self._send(context)
            case Acted(CheckAct.PERIOD):
                return Jump("period")
        return NotTaken()

    async def _send(self, context: StepContext) -> Outcome:
        t, account = context.t, context.account
        person, period = await self._person(context), _period(context.answers)
        if period is None:
            return Jump("period")
        try:
            case = await self.costs.apply(account, person.id, period, draft_id=context.draft.id)
        except WrongPeriod:  # midnight of a new year has passed, or the draft is of another release
            return Jump("period", view.wrong_day(t, Bound.LAST, typed=True))
        except TooManyApplications:
            return Stay(view.too_many(t))
        except AlreadyApplied as before:
            await self.drafts.drop(context.draft.id)
            return Left(view.already_sent(t, before.case_id))
        await self.wanted.got(account.telegram_id)
        return Left(view.accepted(t, case, context.now, person.listed_name))

    async def _person(self, context: StepContext) -> Person:
        person_id = context.answers.get("person", "")
        return await context.once("person", lambda: self.persons.get(context.account, person_id))


def _typed(context: StepContext, bound: Bound, text: str) -> Outcome:
    """A day as it was typed: the only one that it may mean within what can be chosen."""
    days = typed_date(text).dates
    fitting = [each for each in days if _least(context, bound) <= each <= _today(context)]
    if len(fitting) > 1:
        return Stay(view.several_days(context.t))
    if not fitting:
        return Stay(view.wrong_day(context.t, bound, typed=bool(days)))
    return Answered({bound.value: fitting[0].isoformat()})


def _bounding(context: StepContext, bound: Bound, month: date) -> date:
    """The first day of the month, or the last one that has come."""
    if bound is Bound.FIRST:
        return month
    last = month.replace(day=monthrange(month.year, month.month)[1])
    return min(last, _today(context))


def _years(context: StepContext, bound: Bound) -> Sequence[date]:
    """First days of the years that a day may be chosen of, the newest first."""
    least, today = _least(context, bound), _today(context)
    return [date(year, 1, 1) for year in range(today.year, least.year - 1, -1)]


def _months(context: StepContext, bound: Bound, year: int) -> Sequence[date]:
    """First days of the months of a year that have begun, and do not end before the period begins."""
    least, today = _least(context, bound), _today(context)
    months = (date(year, month, 1) for month in range(1, 13))
    return [each for each in months if least.replace(day=1) <= each <= today]


def _least(context: StepContext, bound: Bound) -> date:
    return (_first(context) or EARLIEST) if bound is Bound.LAST else EARLIEST


def _first(context: StepContext) -> date | None:
    told = context.answers.get("first")
    return date.fromisoformat(told) if told else None


def _period(answers: Answers) -> Period | None:
    first, last = answers.get("first"), answers.get("last")
    return Period(date.fromisoformat(first), date.fromisoformat(last)) if first and last else None


def _period_answers(act: PeriodAct, period: Period) -> dict[str, Any]:
    return {"period": act.value, "first": period.first.isoformat(), "last": period.last.isoformat()}


def _today(context: StepContext) -> date:
    return local(context.now, MOSCOW).date()
