"""The statement of what care has cost: its period, the application and how it stands, both papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.keyboards.buttons.cases import CaseList
from bot.keyboards.buttons.costs import GO_COSTS, CostRepeat
from bot.keyboards.buttons.documents import DocumentOpen
from bot.keyboards.buttons.requests import RequestCard
from bot.keyboards.buttons.services import ServiceTerms
from bot.keyboards.buttons.wizard import WizardOpen
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import Row, back_row, button, home_button, in_rows, markup
from bot.keyboards.wizard import StepButtons
from bot.views.cases import history
from bot.views.common import Scene
from bot.views.family import form_lines
from bot.views.insurance import region_words
from bot.views.screen import Screen
from bot.views.services import Level, Service
from services.accounts.model import Person
from services.cases.model import Case
from services.costs.model import EARLIEST, Applicant, Application, CostStatus, Issued, Period, read_period
from services.documents.model import Fact, Facts, Head, Paragraph, Part, Sheet, Table, Total
from services.registry.model import CareCase
from services.texts.dates import MOSCOW, local, month_words, numeric
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape, lines
from services.texts.money import roubles, roubles_alone

KIND = "costs"
"""Of the wizard."""
COSTS = Service(
    "costs",
    N_("Information on the medical services rendered and their cost"),
    N_("Statement of costs"),
    Level.CONFIRMED,
    (
        N_("You will get a statement: what was paid for by the insurance in a period, and how much."),
        N_("You choose the period, we compile the statement. It comes into this chat as a file."),
        N_("Usually it takes a minute."),
    ),
    GO_COSTS,
)
REQUEST_DOCUMENT, DOCUMENT = "cost_request", "cost_statement"
"""Kinds of documents: the application, and what comes of it."""
TITLE = N_("Statement of medical services rendered under the OMS programme and their cost")
APPLICATION_TITLE = N_("Application for a statement of costs")
CASE_TITLE = N_("Statement No. {number}")
STATUSES: Mapping[str, str] = {
    CostStatus.DRAFT: N_("Draft of the application"),
    CostStatus.REGISTERED: N_("Registered on the portal"),
    CostStatus.SENT: N_("Application sent to the department"),
    CostStatus.RECEIVED: N_("Application received by the department"),
    CostStatus.DONE: N_("Service rendered"),
    CostStatus.REFUSED: N_("Refused"),
    CostStatus.FAILED: N_("Error in processing the application"),
}
SHORT: Mapping[str, str] = {
    CostStatus.DRAFT: N_("Draft"),
    CostStatus.REGISTERED: N_("Registered"),
    CostStatus.SENT: N_("Sent"),
    CostStatus.RECEIVED: N_("Received"),
    CostStatus.DONE: N_("Ready"),
    CostStatus.REFUSED: N_("Refused"),
    CostStatus.FAILED: N_("Error"),
}
"""The same on a button."""
NEXT: Mapping[str, str] = {
    CostStatus.DRAFT: N_("Next: it will be registered."),
    CostStatus.REGISTERED: N_("Next: it goes to the department."),
    CostStatus.SENT: N_("Next: the department receives the application."),
    CostStatus.RECEIVED: N_("Next: the statement."),
    CostStatus.DONE: N_("The statement is ready."),
    CostStatus.REFUSED: N_("Nothing more is needed from you."),
    CostStatus.FAILED: N_("It can be sent once more."),
}
HEADINGS = (
    N_("Name of the subject of the Russian Federation in which the medical service was rendered"),
    N_("Name of the medical organisation in which the medical service was rendered"),
    N_("Period of rendering the medical service"),
    N_("Kind of medical care rendered"),
    N_("Condition of rendering the medical service"),
    N_("Name of the medical service rendered"),
    N_("Cost of the completed case of treatment of the medical service rendered (in roubles)"),
)
"""As the portal has them."""

_IN_ROW = 4
_MONTHS_IN_ROW = 3


class PeriodAct(StrEnum):
    THIS = "this"
    LAST = "last"
    OWN = "own"


class DayAct(StrEnum):
    """`YEARS`: another year than the one whose months are shown; `EARLIER`, `LATER`: other years to choose from."""

    YEARS = "years"
    EARLIER = "earlier"
    LATER = "later"


class CheckAct(StrEnum):
    SEND = "send"
    PERIOD = "period"


class Bound(StrEnum):
    """Which day of a period is asked for."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """`person`: whose statement it is to be."""

    person: Person
    today: date


@dataclass(frozen=True, slots=True)
class DayChoice:
    """A day of the period. `options`: some years, or the months of a `year`, each by its first day.

    `earlier`, `later`: there are years before these, and after; `first`: of the period, once it is known.
    """

    bound: Bound
    name: str
    options: Sequence[date]
    year: int | None
    earlier: bool = False
    later: bool = False
    first: date | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """All that is to be sent."""

    person: Person
    period: Period


# --- applying -------------------------------------------------------------------------------------


def period(data: PeriodChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t, person, year = scene.t, data.person, data.today.year
    return Screen(
        scene.text(
            lines(bold(t(COSTS.title)), t("Patient: {name}", name=bold(person.listed_name)), form_lines(t, person)),
            bold(t("For which period?")),
        ),
        markup(
            [button(t.label("This year: {year}", year=str(year)), buttons.act(PeriodAct.THIS))],
            [button(t.label("Last year: {year}", year=str(year - 1)), buttons.act(PeriodAct.LAST))],
            [button(t.label("✏️ Other dates"), buttons.act(PeriodAct.OWN))],
            back_row(t, buttons.back() or ServiceTerms(service=COSTS.name)),
        ),
    )


def day(data: DayChoice, buttons: StepButtons, scene: Scene) -> Screen:
    """The first or the last day: a year and a month by buttons, or any day typed."""
    t = scene.t
    asks = {Bound.FIRST: t("From which day?"), Bound.LAST: t("To which day?")}[data.bound]
    if data.year is None:
        offered = t("A year, or a date like 05.03.2024") if data.first is None else Html()  # it has been said
        rows = [
            *in_rows((button(str(each.year), buttons.option(n)) for n, each in enumerate(data.options)), _IN_ROW),
            [
                *([button(t.label("Later years"), buttons.act(DayAct.LATER))] if data.later else []),
                *([button(t.label("Earlier years"), buttons.act(DayAct.EARLIER))] if data.earlier else []),
            ],
        ]
    else:
        offered = {
            Bound.FIRST: t("Choose a month: the period begins on its first day."),
            Bound.LAST: t("Choose a month: the period ends on its last day."),
        }[data.bound]
        months = (button(month_words(t, each), buttons.option(n)) for n, each in enumerate(data.options))
        rows = [
            *in_rows(months, _MONTHS_IN_ROW),
            [button(t.label("Another year"), buttons.act(DayAct.YEARS))],
        ]
    return Screen(
        scene.text(
            lines(
                bold(asks),
                t("Patient: {name}", name=data.name),
                t("The period begins on {date}.", date=numeric(data.first)) if data.first is not None else "",
                offered,
            ),
        ),
        markup(*rows, back_row(t, buttons.back())),
    )


def check(data: Checked, buttons: StepButtons, scene: Scene) -> Screen:
    t, person = scene.t, data.person
    return Screen(
        scene.text(
            lines(bold(t("Draft of the application")), t(COSTS.short)),
            lines(
                t("Patient: {name}", name=bold(person.listed_name)),
                form_lines(t, person),
                t("Period: {period}", period=bold(period_words(data.period))),
            ),
            t("Please check whether all is right."),
        ),
        markup(
            [button(t.label("📨 Submit the application"), buttons.act(CheckAct.SEND))],
            [button(t.label("✏️ Another period"), buttons.act(CheckAct.PERIOD))],
            back_row(t, buttons.back()),
        ),
    )


def wrong_day(t: Texts, bound: Bound, typed: bool) -> Html:
    """What is wrong with a day. `typed`: it was read as a day."""
    if not typed:
        return Html("⚠️ ") + t("I cannot read this day. Please write it like this: 05.03.2024")
    if bound is Bound.FIRST:
        return Html("⚠️ ") + t("The period begins on {date} or later, and not in the future.", date=numeric(EARLIEST))
    return Html("⚠️ ") + t("The period ends after its first day, and not in the future.")


def several_days(t: Texts) -> Html:
    return Html("⚠️ ") + t("This may be more than one day. Please write it like this: 05.03.2024")


def too_many(t: Texts) -> Html:
    return Html("⚠️ ") + t("No more applications can be sent today. Please try again tomorrow. All is kept.")


def unfinished(t: Texts, name: str) -> Screen:
    """It was left half-way. `name`: whose it is."""
    return Screen(
        blocks(
            lines(
                bold(t(COSTS.short)),
                t("Patient: {name}", name=name),
                t("What you have chosen is kept."),
            ),
        ),
        markup(
            [button(t.label("▶️ Go on"), WizardOpen(kind=KIND, anew=False))],
            [button(t.label("Start again"), WizardOpen(kind=KIND, anew=True))],
            back_row(t, ServiceTerms(service=COSTS.name)),
        ),
    )


def already_sent(t: Texts, case_id: str) -> Screen:
    """The same is under way already."""
    return Screen(
        blocks(
            bold(t("Such an application is under way already")),
            t("For this period an application is under way. A second one is not needed."),
        ),
        markup(
            [button(t.label("📄 Open the application"), RequestCard(request=case_id))],
            [home_button(t)],
        ),
    )


def stopped(t: Texts) -> Html:
    """After /cancel."""
    return t("The application has not been sent.")


# --- what has come of it --------------------------------------------------------------------------


def accepted(t: Texts, case: Case, now: datetime, whom: str) -> Screen:
    """It has been sent, or was already."""
    title = t.label(CASE_TITLE, number=str(case.number))
    return told(t, title, case, now, whom)


def told(t: Texts, title: str, case: Case, _: datetime, whom: str | None) -> Screen:
    """What is sent when it has come to a status: how it stands, and not a word of what the statement says."""
    return Screen(
        blocks(
            lines(
                bold(_news(t, title, case)),
                _whose(t, case, whom),
                t("The statement comes here by itself.") if case.status == CostStatus.REGISTERED else "",
            ),
            escape(case.comment) if case.comment and case.status in _SAID else "",
        ),
        markup(
            *_actions(t, case),
            [home_button(t)],
        ),
    )


def card(
    t: Texts, title: str, case: Case, now: datetime, back: CallbackData | None = None, whom: str | None = None
) -> Screen:
    """`back`: None, to «Статусы заявлений»; `whom`: whose it is, None: nobody's who is on the list."""
    return Screen(
        blocks(
            lines(
                bold(escape(title)),
                _whose(t, case, whom),
                t("Status: {status}", status=t.label(STATUSES[case.status])),
                t(NEXT[case.status]),
            ),
            escape(case.comment) if case.comment and case.status in _SAID else "",
            history(t, case, STATUSES, now),
        ),
        markup(*_actions(t, case), back_row(t, back or CaseList(page=0))),
    )


def period_words(shown: Period) -> str:
    """«01.01.2025 – 31.12.2025»."""
    return f"{numeric(shown.first)} – {numeric(shown.last)}"


_SAID = frozenset({CostStatus.REFUSED, CostStatus.FAILED})
"""Statuses along with which something is said that matters as long as they stand."""


_MARKS: Mapping[str, str] = {CostStatus.DONE: "✅", CostStatus.REFUSED: "⚠️", CostStatus.FAILED: "⚠️"}


def _news(t: Texts, title: str, case: Case) -> Html:
    mark = _MARKS.get(case.status, "📨")
    return Html(f"{mark} ") + escape(f"{title}: {t.label(STATUSES[case.status])}")


def _whose(t: Texts, case: Case, whom: str | None) -> Html:
    return lines(
        t("Patient: {name}", name=whom) if whom is not None else t("The patient is on your list no more."),
        t("Period: {period}", period=period_words(read_period(case.content))),
    )


def _actions(t: Texts, case: Case) -> list[Row]:
    """What can be done with it as it stands."""
    opens = DocumentOpen(kind=DOCUMENT, subject=case.id)
    return [
        [button(t.label("📄 Open the statement"), opens)] if case.status == CostStatus.DONE else [],
        [button(t.label("🔄 Repeat"), CostRepeat(application=case.id))] if case.status == CostStatus.FAILED else [],
        [button(t.label("📝 What was sent"), DocumentOpen(kind=REQUEST_DOCUMENT, subject=case.id))],
    ]


# --- papers ---------------------------------------------------------------------------------------


def application_sheet(t: Texts, application: Application, issuer: str) -> Sheet:
    """The application. `t`: Russian, for papers are; `issuer`: who runs the bot."""
    by = application.applicant.by
    asked = [
        (N_("Service"), t.label(COSTS.title)),
        (N_("Period"), period_words(application.period)),
        (N_("Who has sent the application"), by),
    ]
    return Sheet(
        title=t.label(APPLICATION_TITLE),
        clinic=Head(issuer),
        person=_person(t, application.applicant),
        number=str(application.case.number),
        day=local(application.case.sent_at, MOSCOW).date(),
        parts=(
            Facts([Fact(t.label(caption), value) for caption, value in asked if value]),
            Paragraph(
                t.label("Please give the information for this period. The application was sent through the bot.")
            ),
        ),
    )


def statement_sheet(t: Texts, issued: Issued, issuer: str) -> Sheet:
    """The statement, with the portal’s headings. `t`, `issuer`: as of `application_sheet`."""
    application, statement = issued.application, issued.statement
    covers = Facts([Fact(t.label("Period"), period_words(statement.period))])
    parts: Sequence[Part]
    if statement.clinics:
        total = Total(t.label("In all"), roubles_alone(t, statement.total))
        parts = (
            covers,
            Table([t.label(each) for each in HEADINGS], [*_rows(t, issued), total]),
            Paragraph(t.label("In all: {sum}", sum=roubles(t, statement.total))),
        )
    else:
        parts = (
            covers,
            Paragraph(t.label("In this period no medical services were rendered under the OMS programme.")),
        )
    return Sheet(
        title=t.label(TITLE),
        clinic=Head(issuer),
        person=_person(t, application.applicant),
        number=str(application.case.number),
        day=issued.day,
        parts=parts,
    )


def caption(t: Texts, issued: Issued) -> Html:
    """What the file is, and where there is nothing in it, that it is so."""
    return lines(t(TITLE), "" if issued.statement.clinics else t("In this period there were no services."))


def _person(t: Texts, applicant: Applicant) -> Sequence[Fact]:
    named = (
        (N_("Patient"), applicant.name),
        (N_("Date of birth"), numeric(applicant.birth_date) if applicant.birth_date is not None else ""),
        (N_("Insurance policy"), applicant.policy),
        (N_("SNILS"), applicant.snils),
    )
    return [Fact(t.label(caption), value) for caption, value in named if value]


def _rows(t: Texts, issued: Issued) -> Iterator[Sequence[str] | Total]:
    """Clinic after clinic, with the sum of each where there are several."""
    clinics = issued.statement.clinics
    for each in clinics:
        yield from (_row(t, case) for case in each.cases)
        if len(clinics) > 1:
            yield Total(t.label("In all at: {clinic}", clinic=each.clinic), roubles_alone(t, each.total))


def _row(t: Texts, case: CareCase) -> Sequence[str]:
    begun, ended = numeric(case.begun), numeric(case.ended)
    lasted = begun if case.begun == case.ended else f"{begun} – {ended}"
    sum_ = roubles_alone(t, case.cost)
    return (region_words(t, case.region), case.clinic, lasted, case.kind, case.condition, case.service, sum_)
