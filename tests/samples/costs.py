"""The statement of costs: its period, the application in each status, both papers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from bot.fsm import costs as wizard
from bot.keyboards.buttons.notifications import NotificationList
from bot.views import costs
from bot.views.costs import Bound
from bot.views.screen import Screen
from services.cases.model import Case, CaseStep
from services.costs.model import KIND, Applicant, Application, CostStatus, Issued, Period, period_text
from services.costs.statement import compiled
from services.registry.model import CareCase
from services.texts.i18n import Texts
from tests.samples.cases import BOOK
from tests.samples.common import (
    ANNA,
    EVIL,
    HIDDEN,
    LONGEST_PERSON,
    NOW,
    PERSONS,
    Sample,
    Samples,
    StepSample,
    usual,
    words,
)

TODAY = NOW.date()
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
ISSUER = "ГБУЗ МО «Балашихинская больница»"
PASSED = (CostStatus.DRAFT, CostStatus.REGISTERED, CostStatus.SENT, CostStatus.RECEIVED)
CARE = CareCase(
    *("50-25-000417", 1, False, "50", "Поликлиника № 1", date(2025, 3, 11), date(2025, 3, 11)),
    *("первичная медико-санитарная помощь", "амбулаторно", "Приём (осмотр) врача-терапевта", Decimal("512.40")),
)
YEARS = [date(year, 1, 1) for year in range(2026, 2018, -1)]
MONTHS = [date(2026, month, 1) for month in range(1, 12)]


def case(status: CostStatus, comment: str | None = None, repeats: int = 0, number: int = 1_000_042) -> Case:
    """At this status, by the way that leads there."""
    sent_at = NOW - timedelta(days=400)
    again = (*PASSED, CostStatus.FAILED) * repeats
    way = (*again, *PASSED[: PASSED.index(status) + 1]) if status in PASSED else (*again, *PASSED, status)
    steps = tuple(CaseStep(each, sent_at, comment if each == status else None) for each in way)
    return Case(
        *("W" * 12, number, KIND.name, status.value, period_text(YEAR), comment, sent_at),
        steps=steps,
        person_id="p",
    )


CASES = [
    *(case(each, words(300) if each in (CostStatus.REFUSED, CostStatus.FAILED) else None) for each in CostStatus),
    *(case(each, EVIL, repeats=9) for each in (CostStatus.REFUSED, CostStatus.FAILED, CostStatus.DONE)),
]
CALLED = ANNA.short_name
NAMES = (ANNA.full_name, LONGEST_PERSON.full_name, EVIL, None)


def card(t: Texts, sent: Case, whom: str | None, back: NotificationList | None = None) -> Screen:
    return BOOK.card(t, sent, NOW, whom, back)


def told(t: Texts, sent: Case, whom: str | None) -> Screen:
    return BOOK.told(t, sent, NOW, whom)


def day(
    bound: Bound, options: Sequence[date], year: int | None, name: str, *, full: bool = False, ordinary: bool = False
) -> StepSample:
    first = YEAR.first if bound is Bound.LAST else None
    data = costs.DayChoice(bound, name, options, year, year is None, year is None, first)
    return StepSample(f"{name[:9]} {year}", data, full=full, ordinary=ordinary)


def days(bound: Bound) -> list[StepSample]:
    return [
        *(day(bound, YEARS, None, each, full=True, ordinary=each == CALLED) for each in (CALLED, *NAMES) if each),
        *(day(bound, MONTHS, 2026, each, ordinary=each == CALLED) for each in (CALLED, *NAMES) if each),
    ]


APPLICANT = Applicant("Иванова Анна Сергеевна", date(1990, 3, 14), "5097 5797 9200 0180", "112-233-445 95", "")


def application(applicant: Applicant = APPLICANT) -> Application:
    return Application(case(CostStatus.DONE), ANNA, YEAR, applicant)


def issued(cases: Sequence[CareCase], applicant: Applicant = APPLICANT) -> Issued:
    return Issued(application(applicant), compiled(cases, YEAR), TODAY)


LONGEST_CARE = CareCase(
    *(words(60), 1, False, "00", words(300), date(2025, 1, 1), date(2025, 12, 31)),
    *(words(200), words(100), words(400), Decimal("99999999.99")),
)
BY_OTHER = Applicant(LONGEST_PERSON.full_name, None, "", "", LONGEST_PERSON.full_name)
STATEMENTS = (
    issued(()),
    issued([CARE]),
    issued([CARE, LONGEST_CARE], BY_OTHER),
    issued([CareCase(EVIL, 1, False, "77", EVIL, YEAR.first, YEAR.last, EVIL, EVIL, EVIL, Decimal(0))]),
)

SAMPLES = Samples(
    screens=[
        *(
            usual(card, case(each, number=1042), ANNA.full_name, of=costs.card)
            for each in (*PASSED[1:3], CostStatus.DONE)
        ),
        *(
            usual(told, case(each, number=1042), ANNA.full_name, of=costs.told)
            for each in (CostStatus.SENT, CostStatus.DONE)
        ),
        *(
            Sample(card, (each, whom), {"back": back}, of=costs.card)
            for each in CASES
            for whom in NAMES
            for back in (None, NotificationList(page=0))
        ),
        *(Sample(told, (each, whom), of=costs.told) for each in CASES for whom in NAMES),
        usual(costs.accepted, case(CostStatus.REGISTERED, number=1042), NOW, ANNA.full_name),
        *(Sample(costs.accepted, (each, NOW, LONGEST_PERSON.full_name)) for each in CASES),
        *(usual(costs.unfinished, each) for each in (ANNA.full_name,)),
        *(Sample(costs.unfinished, (each,)) for each in NAMES if each),
        usual(costs.already_sent, "W" * 12),
    ],
    steps={
        wizard.KIND: {
            "period": [
                StepSample(each.full_name[:9], costs.PeriodChoice(each, TODAY), full=True, ordinary=each is ANNA)
                for each in (*PERSONS, HIDDEN)
            ],
            "first": days(Bound.FIRST),
            "last": days(Bound.LAST),
            "check": [
                StepSample(each.full_name[:9], costs.Checked(each, YEAR), full=True, ordinary=each is ANNA)
                for each in (*PERSONS, HIDDEN)
            ],
        }
    },
    notes=[
        *(Sample(costs.wrong_day, (bound, typed)) for bound in Bound for typed in (True, False)),
        *(Sample(each) for each in (costs.several_days, costs.too_many)),
    ],
    sentences=[Sample(costs.stopped), *(Sample(costs.caption, (each,)) for each in STATEMENTS)],
    papers=[
        *(Sample(costs.application_sheet, (application(each), ISSUER)) for each in (APPLICANT, BY_OTHER)),
        *(Sample(costs.statement_sheet, (each, ISSUER)) for each in STATEMENTS),
    ],
    words=[words(300), ISSUER, APPLICANT.name],
)
