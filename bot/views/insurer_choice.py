"""The choice of an insurer: its wizard, what is said of signatures, and how an application stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import repeat

from bot.keyboards.buttons.cases import CaseList
from bot.keyboards.buttons.documents import DocumentOpen
from bot.keyboards.buttons.family import PersonEdit
from bot.keyboards.buttons.insurer_choice import GO_CHOICE, GO_ON_PAPER, SigningHelp
from bot.keyboards.buttons.person import GO_FORM
from bot.keyboards.buttons.requests import RequestCard
from bot.keyboards.buttons.services import GO_SERVICES, ServiceTerms
from bot.keyboards.buttons.wizard import WizardOpen
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import (
    TWO_LINES,
    Row,
    back_row,
    button,
    head_of,
    home_button,
    in_rows,
    markup,
    pager,
    short,
    side_by_side,
)
from bot.keyboards.labels import apart, headed
from bot.keyboards.wizard import StepButtons
from bot.views.cases import history
from bot.views.clinics import kilometres
from bot.views.common import Scene
from bot.views.family import form_lines
from bot.views.insurance import FORMS as FORM_WORDS
from bot.views.insurance import region_words
from bot.views.screen import Screen
from bot.views.services import Beside, Level, Service
from services.accounts.fields import format_snils
from services.accounts.model import Person
from services.cases.model import Case
from services.documents.model import Fact, Facts, Head, Paragraph, Sheet
from services.insurer_choice.model import (
    FORMS,
    KINDS,
    Bar,
    ChoiceStatus,
    Form,
    Ground,
    Guide,
    Named,
    Procedure,
    read_sent,
)
from services.registry.model import Coverage, Insurer, IssuePoint, PolicyForm
from services.signatures.model import Reason
from services.texts.dates import numeric
from services.texts.hours import hours_words
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape, lines

KIND = "insurer_choice"
"""Of the wizard."""
CHOICE = Service(
    "insurer",
    N_("Choice of an insurer (OMS)"),
    N_("Choice of an insurer"),
    Level.CONFIRMED,
    (
        N_("You choose who insures you: for the first time, or another company."),
        N_("It is signed on a computer or phone, with a qualified signature: that counts as a signature by hand."),
    ),
    GO_CHOICE,
)
UNSIGNED, SIGNED = "insurer_form", "insurer_signed"
"""Kinds of documents: what waits for a signature, and what was signed and sent."""
TITLE = N_("Application for the choice (replacement) of a medical insurance company")
CASE_TITLE = N_("Choice of an insurer No. {number}")
STATUSES: Mapping[str, str] = {
    ChoiceStatus.DRAFT: N_("Draft of the application"),
    ChoiceStatus.REGISTERED: N_("Registered on the portal"),
    ChoiceStatus.SENT: N_("Application sent to the department"),
    ChoiceStatus.RECEIVED: N_("Application received by the department"),
    ChoiceStatus.TEMPORARY: N_("Temporary certificate issued"),
    ChoiceStatus.READY: N_("Policy ready to be collected"),
    ChoiceStatus.DONE: N_("Service rendered"),
    ChoiceStatus.REFUSED: N_("Refused"),
}
SHORT: Mapping[str, str] = {
    ChoiceStatus.DRAFT: N_("Draft"),
    ChoiceStatus.REGISTERED: N_("Registered"),
    ChoiceStatus.SENT: N_("Sent"),
    ChoiceStatus.RECEIVED: N_("Received"),
    ChoiceStatus.TEMPORARY: N_("Certificate"),
    ChoiceStatus.READY: N_("Policy ready"),
    ChoiceStatus.DONE: N_("Done"),
    ChoiceStatus.REFUSED: N_("Refused"),
}
"""The same on a button."""
NEXT: Mapping[str, str] = {
    ChoiceStatus.DRAFT: N_("Next: it will be registered."),
    ChoiceStatus.REGISTERED: N_("Next: it goes to the insurance company."),
    ChoiceStatus.SENT: N_("Next: the company receives the application."),
    ChoiceStatus.RECEIVED: N_("Next: the temporary certificate, at the issue point."),
    ChoiceStatus.TEMPORARY: N_("Next: in 30 days, an invitation to collect the policy."),
    ChoiceStatus.READY: N_("Next: collect the policy at the issue point."),
    ChoiceStatus.DONE: N_("Nothing more is needed from you."),
    ChoiceStatus.REFUSED: N_("Nothing more is needed from you."),
}
DIGITAL_NEXT = N_("Next: the company enters you in the register, the same day.")
"""What follows the receipt by the procedure that knows no paper."""


def next_words(procedure: Procedure) -> Mapping[str, str]:
    """What comes after each status of the procedure's kind."""
    own = {**NEXT, ChoiceStatus.RECEIVED: DIGITAL_NEXT} if procedure is Procedure.DIGITAL else NEXT
    return {status: own[status] for status in KINDS[procedure].machine}


def words_of(procedure: Procedure, words: Mapping[str, str]) -> Mapping[str, str]:
    """Those of the statuses that the procedure's kind has."""
    return {status: words[status] for status in KINDS[procedure].machine}


FIELDS: Mapping[str, str] = {
    "ground": N_("Reason"),
    "registration": N_("Registration address"),
    "reg_date": N_("Date of registration"),
    "stay": N_("Address of stay"),
    "region": N_("Region of residence"),
    "form": N_("Form of the policy"),
    "insurer": N_("Insurance company"),
    "point": N_("Issue point"),
}
"""Parts of the form that can be gone back to."""
_TOLD: Mapping[str, str] = {
    "ground": N_("Reason: {value}"),
    "registration": N_("Registered at: {value}"),
    "reg_date": N_("Registered since: {value}"),
    "stay": N_("Stays at: {value}"),
    "region": N_("Region: {value}"),
    "form": N_("Policy: {value}"),
    "insurer": N_("Insurance company: {value}"),
    "point": N_("Issue point: {value}"),
}
"""How they are told at the last look."""
GROUNDS: Mapping[Ground, str] = {
    Ground.FIRST: N_("first choice of an insurance company"),
    Ground.WISH: N_("replacement by the insured person’s wish"),
    Ground.MOVED: N_("replacement because the place of residence has changed"),
    Ground.ENDED: N_("replacement because the company’s contract has ended"),
}
_GROUND_LABELS: Mapping[Ground, str] = {
    Ground.WISH: N_("🔁 By my own wish"),
    Ground.MOVED: N_("🏠 I have moved"),
    Ground.ENDED: N_("📕 My company has closed"),
}
POLICY_FORMS: Mapping[PolicyForm, str] = {
    PolicyForm.PAPER: N_("In the form of a paper blank"),
    PolicyForm.CARD: N_("In the form of a plastic card with an electronic carrier"),
}
"""As the portal has them."""
SHORT_FORMS: Mapping[PolicyForm, str] = {PolicyForm.PAPER: N_("a paper blank"), PolicyForm.CARD: N_("a plastic card")}
_PROCEDURES: Mapping[Procedure, str] = {
    Procedure.FORMS: N_("The rules until December 2022: a temporary paper first, the policy 30 days later."),
    Procedure.DIGITAL: N_("The policy is an entry in the register: neither a blank nor a card is needed."),
}
REGISTERED_AT, STAYS_AT = N_("Registration address"), N_("Address of stay")
"""What is asked for."""
SAME = N_(
    "The address of stay is the same as the address of registration at the place of residence in the Russian Federation"
)
"""As the portal has it."""
DECLARED = N_("I confirm that the data are true and complete, and allow you to pass them to the company chosen.")
_UNDECLARED, _DECLARED = N_("⬜ I confirm: all is true"), N_("☑️ I confirm: all is true")
"""The same on a button."""
_MARKS: Mapping[str, str] = {
    ChoiceStatus.RECEIVED: "✅",
    ChoiceStatus.READY: "🎉",
    ChoiceStatus.DONE: "✅",
    ChoiceStatus.REFUSED: "⚠️",
}
_DAYS_IN_ROW, _MONTHS_IN_ROW, _YEARS_IN_ROW = 7, 3, 4
_POINT = TWO_LINES - len(head_of(9999))
"""The longest address on a button, beside a number."""
_LINE = 60
"""The longest address below a map: eight of them and a note are within Telegram's 1024 characters."""


class DataAct(StrEnum):
    RIGHT = "right"


class GroundAct(StrEnum):
    WISH = "wish"
    MOVED = "moved"
    ENDED = "ended"


class DateAct(StrEnum):
    """`YEARS`, `MONTHS`: back to choosing these; `EARLIER`, `NEWER`: other years; `SKIP`: the day is told later."""

    YEARS = "years"
    MONTHS = "months"
    EARLIER = "earlier"
    NEWER = "newer"
    SKIP = "skip"


class SameAct(StrEnum):
    SAME = "same"
    OTHER = "other"


class RegionAct(StrEnum):
    ALL = "all"


class FormAct(StrEnum):
    PAPER = "paper"
    CARD = "card"


class InsurerAct(StrEnum):
    REGION = "region"


class PointAct(StrEnum):
    NEAR = "near"
    MAP = "map"
    LIST = "list"
    INSURER = "insurer"


class CheckAct(StrEnum):
    TRUE = "true"
    SIGN = "sign"
    CHANGE = "change"


class FixAct(StrEnum):
    """`FIELD`: goes to a part of the form; what with is its name."""

    FIELD = "field"


class SignAct(StrEnum):
    DEMO = "demo"
    HELP = "help"
    PAPER = "paper"


class HelpAct(StrEnum):
    """`PAGE`: one of the guide; what with is its number."""

    PAGE = "page"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class OwnData:
    """Whose policy it is to be, and who signs. `missing`: those of the two who have no СНИЛС yet.

    `change`: the way to somebody else's, None: nobody else is there.
    """

    person: Person
    signer: Person
    missing: Sequence[Person] = ()
    change: CallbackData | None = None


@dataclass(frozen=True, slots=True)
class GroundChoice:
    """`may`: by which grounds it can be done today; `barred`: why not by wish."""

    name: str
    coverage: Coverage | None
    may: Collection[Ground]
    barred: Bar | None


@dataclass(frozen=True, slots=True)
class DateChoice:
    """A day is chosen as a year, a month, a day: `options` are of what is asked for now."""

    address: str
    options: Sequence[date]
    year: int | None
    month: date | None
    earlier: bool = False
    newer: bool = False


@dataclass(frozen=True, slots=True)
class SameChoice:
    address: str


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """One page of subjects, by their codes. `query`: what was typed, None: nothing; `whole`: all of them are shown."""

    codes: Sequence[str]
    page: int
    total: int
    query: str | None
    whole: bool


@dataclass(frozen=True, slots=True)
class FormChoice:
    name: str


@dataclass(frozen=True, slots=True)
class CompanyChoice:
    """One page of the companies of a subject."""

    region: str
    insurers: Sequence[Insurer]
    page: int
    total: int


@dataclass(frozen=True, slots=True)
class PointRow:
    point: IssuePoint
    distance: float | None


@dataclass(frozen=True, slots=True)
class PointChoice:
    """One page of the issue points of a company. `nearest`: by the distance from where the person is."""

    insurer: Insurer
    rows: Sequence[PointRow]
    page: int
    total: int
    nearest: bool
    mapped: bool


@dataclass(frozen=True, slots=True)
class PointMap:
    """A page of the map of issue points."""

    insurer: Insurer
    picture: bytes
    rows: Sequence[PointRow]
    page: int
    total: int


@dataclass(frozen=True, slots=True)
class Checked:
    """All that is to be signed. `told`: what was answered, by the names of `FIELDS`; `missing`: what was not."""

    name: str
    told: Mapping[str, str]
    missing: Sequence[str]
    declared: bool


@dataclass(frozen=True, slots=True)
class Fixing:
    """What of the form can be gone back to."""

    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Signing:
    """The application waits to be signed. `signer`: who signs; `demo`: a demo signature is offered."""

    draft: str
    name: str
    signer: str
    demo: bool


@dataclass(frozen=True, slots=True)
class HelpData:
    """`page`: of the guide, 0: what is needed, then each device; None: the list of them."""

    guide: Guide
    page: int | None


@dataclass(frozen=True, slots=True)
class PaperData:
    draft: str
    point: IssuePoint


# --- the terms --------------------------------------------------------------------------------------


def beside(t: Texts, procedure: Procedure) -> Beside:
    """What the terms say besides."""
    return Beside(
        t(_PROCEDURES[procedure]),
        side_by_side(
            button(t.label("✍️ How to sign"), SigningHelp(page=-1)),
            button(t.label("🖨 No signature"), GO_ON_PAPER),
        ),
    )


def off(t: Texts) -> Screen:
    """The operator has not chosen a procedure, so nobody is sent anywhere."""
    return Screen(
        blocks(
            bold(t(CHOICE.title)),
            t("This service is not available here. Apply to the insurance company itself, or on Gosuslugi."),
        ),
        markup(back_row(t, GO_SERVICES)),
    )


def guide(t: Texts, shown: Guide) -> Screen:
    """«Чем подписать», from the terms: what there is to be read."""
    rows = [[button(name, SigningHelp(page=page))] for page, (name, _) in enumerate(_pages(t, shown))]
    return Screen(_guide_text(t, shown), markup(*rows, back_row(t, ServiceTerms(service=CHOICE.name))))


def guide_page(t: Texts, shown: Guide, page: int) -> Screen:
    return Screen(_page_text(t, shown, page), markup(back_row(t, SigningHelp(page=-1))))


def on_paper(t: Texts) -> Screen:
    """«Нет подписи», from the terms."""
    return Screen(
        blocks(bold(t("No electronic signature?")), _paper_steps(t, filled=False)),
        markup(
            [button(t.label("▶️ Get the service"), GO_CHOICE)],
            back_row(t, ServiceTerms(service=CHOICE.name)),
        ),
    )


def own_first(t: Texts) -> Screen:
    """Whoever signs is not on the list yet."""
    return Screen(
        blocks(
            bold(t("Your own data are needed")),
            t("The application is signed by you. Fill in your own form first, with the SNILS."),
        ),
        markup([button(t.label("📝 Fill in the form"), GO_FORM)], back_row(t, ServiceTerms(service=CHOICE.name))),
    )


def unfinished(t: Texts, name: str, now_for: str | None = None) -> Screen:
    """It was left half-way. `name`: whose it is; `now_for`: for whom it is wanted now, where that is another person."""
    return Screen(
        blocks(
            lines(
                bold(t(CHOICE.short)),
                t("Begun for: {name}", name=name),
                t("What you have chosen is kept."),
            ),
            t("To begin for {name} gives up what was begun.", name=now_for) if now_for is not None else "",
        ),
        markup(
            [button(t.label("▶️ Go on"), WizardOpen(kind=KIND, anew=False))],
            [button(t.label("Start again"), WizardOpen(kind=KIND, anew=True))],
            back_row(t, ServiceTerms(service=CHOICE.name)),
        ),
    )


def under_way(t: Texts, case_id: str) -> Screen:
    """An application is under way already. `case_id`: "" where it is another chat's."""
    return Screen(
        blocks(
            bold(t("Such an application is under way already")),
            t("A second one is not needed: you will be told how it goes.")
            if case_id
            else t("It was sent from another chat. A second one is not needed."),
        ),
        markup(
            [button(t.label("📄 Open the application"), RequestCard(request=case_id))] if case_id else [],
            back_row(t, ServiceTerms(service=CHOICE.name)),
        ),
    )


def stopped(t: Texts) -> Html:
    """After /cancel."""
    return t("The application has not been sent.")


# --- the wizard -------------------------------------------------------------------------------------


def data(shown: OwnData, buttons: StepButtons, scene: Scene) -> Screen:
    t, person, signer = scene.t, shown.person, shown.signer
    other = signer.id != person.id
    lacking = [
        [button(short(t.label("✏️ Add SNILS: {name}", name=_called(each)), TWO_LINES), PersonEdit(person=each.id))]
        for each in shown.missing
    ]
    return Screen(
        scene.text(
            lines(
                bold(t("SNILS is needed") if lacking else t("Is all of it right?")),
                bold(person.listed_name),
                form_lines(t, person, in_full=False),
                _snils_line(t, person),
                t("The signature is checked by it.") if lacking and not other else "",
            ),
            lines(
                t("Signs: {name}", name=bold(signer.listed_name)),
                _snils_line(t, signer),
                t("The signature is checked by it.") if lacking else "",
            )
            if other
            else "",
        ),
        markup(
            *(
                lacking
                or side_by_side(
                    button(t.label("✅ All is right"), buttons.act(DataAct.RIGHT)),
                    button(t.label("✏️ Change the data"), PersonEdit(person=person.id)),
                )
            ),
            [button(t.label("👤 Change person"), shown.change)] if shown.change is not None else [],
            back_row(t, buttons.back() or ServiceTerms(service=CHOICE.name)),
        ),
    )


def ground(shown: GroundChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t, now_by = scene.t, shown.coverage
    acts = {Ground.WISH: GroundAct.WISH, Ground.MOVED: GroundAct.MOVED, Ground.ENDED: GroundAct.ENDED}
    return Screen(
        scene.text(
            lines(
                bold(t("Why do you change the company?")),
                t("Patient: {name}", name=shown.name),
                t("Insurer now: {insurer}", insurer=called(now_by.insurer)) if now_by is not None else "",
            ),
            barred(t, shown.barred) if shown.barred is not None else "",
        ),
        markup(
            *(
                [button(t.label(_GROUND_LABELS[each]), buttons.act(act))]
                for each, act in acts.items()
                if each in shown.may
            ),
            back_row(t, buttons.back()),
        ),
    )


def barred(t: Texts, bar: Bar) -> Html:
    """Why it cannot be changed by wish now, and when it can."""
    match bar:
        case Bar.LATE:
            return t(
                "By wish a company is changed once a year, until 1 November. The next time is from 1 January. "
                "Whoever has moved, or whose company has closed, may change now."
            )
        case Bar.TWICE:
            return t(
                "By wish a company is changed once a year. This year it has been done, the next time is from "
                "1 January. Whoever has moved, or whose company has closed, may change now."
            )


def reg_date(shown: DateChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    if shown.month is not None:
        offered, named = t("Choose the day."), [str(each.day) for each in shown.options]
        rows = _optioned(named, buttons, _DAYS_IN_ROW)
        rows.append([button(t.label("Another month"), buttons.act(DateAct.MONTHS))])
    elif shown.year is not None:
        offered, named = t("Choose the month."), [f"{each:%m}.{each.year}" for each in shown.options]
        rows = _optioned(named, buttons, _MONTHS_IN_ROW)
        rows.append([button(t.label("Another year"), buttons.act(DateAct.YEARS))])
    else:
        offered = t("It is on the stamp in the passport. Choose the year, or write the date: 05.03.2024")
        named = [str(each.year) for each in shown.options]
        rows = _optioned(named, buttons, _YEARS_IN_ROW)
        rows.append(
            [
                *([button(t.label("Later years"), buttons.act(DateAct.NEWER))] if shown.newer else []),
                *([button(t.label("Earlier years"), buttons.act(DateAct.EARLIER))] if shown.earlier else []),
            ]
        )
        rows.append([button(t.label("🕓 I will tell it later"), buttons.act(DateAct.SKIP))])
    return Screen(
        scene.text(
            lines(
                bold(t("Since when are you registered there?")),
                escape(shown.address),
                offered,
            ),
        ),
        markup(*rows, back_row(t, buttons.back())),
    )


def wrong_date(t: Texts, *, typed: bool) -> Html:
    """`typed`: it was read as a day."""
    if not typed:
        return Html("⚠️ ") + t("I cannot read this day. Please write it like this: 05.03.2024")
    return Html("⚠️ ") + t("This day cannot be: it lies in the future, or before the birth.")


def same(shown: SameChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(
            bold(t("Where do you live?")),
            lines(t("You are registered at:"), escape(shown.address)),
            t(SAME) + "?",
        ),
        markup(
            [button(t.label("☑️ It is the same"), buttons.act(SameAct.SAME))],
            [button(t.label("✏️ Another address"), buttons.act(SameAct.OTHER))],
            back_row(t, buttons.back()),
        ),
    )


def region(shown: RegionChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    if shown.query is not None and not shown.total:
        hint = t(
            "Nothing is found for “{query}”. Try other letters, or look through the whole list.", query=shown.query
        )
    elif shown.query is not None:
        hint = t("Found for “{query}”:", query=shown.query)
    elif shown.whole:
        hint = t("Choose or write a region.")
    else:
        hint = t("The company is chosen in the region where you live.")
    everything = shown.whole and shown.query is None
    others = t.label("🗺 Another region") if shown.query is None else t.label("Whole list")
    return Screen(
        scene.text(lines(bold(t("In which region do you live?")), hint)),
        markup(
            *([button(region_words(t, each), buttons.option(place))] for place, each in enumerate(shown.codes)),
            pager(t, shown.page, shown.total, scene.layout.page, buttons.page),
            [] if everything else [button(others, buttons.act(RegionAct.ALL))],
            back_row(t, buttons.back()),
        ),
    )


def form(shown: FormChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    acts = {PolicyForm.PAPER: FormAct.PAPER, PolicyForm.CARD: FormAct.CARD}
    return Screen(
        scene.text(
            lines(bold(t("Which form of the policy?")), t("Patient: {name}", name=shown.name)),
        ),
        markup(
            *([button(t.label(POLICY_FORMS[each]), buttons.act(acts[each]))] for each in FORMS),
            back_row(t, buttons.back()),
        ),
    )


def insurer(shown: CompanyChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t, size = scene.t, scene.layout.described
    first = shown.page * size + 1
    heads = [head_of(number) for number in range(first, first + len(shown.insurers))]
    labels = headed(heads, [(each.name, _bare(each.name), called(each.name)) for each in shown.insurers])
    region = region_words(t, shown.region)
    if not shown.insurers:
        return Screen(
            scene.text(
                bold(t("No companies here")),
                t("{region}: the list has no insurance companies. Choose another region.", region=region),
            ),
            markup(
                [button(t.label("🗺 Another region"), buttons.act(InsurerAct.REGION))],
                back_row(t, buttons.back()),
            ),
        )
    return Screen(
        scene.text(
            lines(bold(t("Which insurance company?")), escape(region)),
            *(_insurer_lines(number, each) for number, each in enumerate(shown.insurers, start=first)),
        ),
        markup(
            *([button(label, buttons.option(place))] for place, label in enumerate(labels)),
            pager(t, shown.page, shown.total, size, buttons.page),
            back_row(t, buttons.back()),
        ),
    )


def point(shown: PointChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t, size = scene.t, scene.layout.described
    first = shown.page * size + 1
    numbers = range(first, first + len(shown.rows))
    labels = apart([_point_names(row.point) for row in shown.rows], _POINT)
    if not shown.rows:
        return Screen(
            scene.text(
                bold(t("No issue points")),
                t("This company has no issue points on the list. Choose another company."),
            ),
            markup(
                [button(t.label("✏️ Another company"), buttons.act(PointAct.INSURER))],
                back_row(t, buttons.back()),
            ),
        )
    return Screen(
        scene.text(
            lines(bold(t("Where will you collect the policy?")), escape(called(shown.insurer.name))),
            lines(*map(_point_line, repeat(t), numbers, shown.rows, labels)),
        ),
        markup(
            *(
                [button(head_of(number) + label, buttons.option(place))]
                for place, (number, label) in enumerate(zip(numbers, labels, strict=True))
            ),
            pager(t, shown.page, shown.total, size, buttons.page),
            [
                *([button(t.label("🗺 Map"), buttons.act(PointAct.MAP))] if shown.mapped else []),
                *([] if shown.nearest else [button(t.label("📍 Near me"), buttons.act(PointAct.NEAR))]),
            ],
            back_row(t, buttons.back()),
        ),
    )


def point_map(shown: PointMap, buttons: StepButtons, scene: Scene) -> Screen:
    t, size = scene.t, scene.layout.pins
    first = shown.page * size + 1
    return Screen(
        scene.text(
            lines(
                bold(t("Press the number of an issue point")),
                *(
                    escape(" · ".join(filter(None, (f"{number}. {short(_address(row.point), _LINE)}", _far(t, row)))))
                    for number, row in enumerate(shown.rows, start=first)
                ),
            )
        ),
        markup(
            *in_rows((button(str(first + place), buttons.option(place)) for place in range(len(shown.rows))), 4),
            pager(t, shown.page, shown.total, size, buttons.page),
            [button(t.label("📋 As a list"), buttons.act(PointAct.LIST))],
            back_row(t, buttons.back()),
        ),
        shown.picture,
    )


def point_map_failed(t: Texts) -> Html:
    return t("The map could not be drawn just now. Here are the same issue points as a list.")


def check(shown: Checked, buttons: StepButtons, scene: Scene) -> Screen:
    """«Перейти к подписанию формы»: what is missing comes first, each with the way to it."""
    t = scene.t
    head = lines(bold(t("Draft of the application")), t("Patient: {name}", name=shown.name))
    if shown.missing:
        return Screen(
            scene.text(
                head,
                Html("⚠️ ") + t("Something is not filled in yet. Press what is missing:"),
            ),
            markup(
                *([button("✏️ " + t.label(FIELDS[each]), buttons.act(CheckAct.CHANGE, each))] for each in shown.missing),
                back_row(t, buttons.back()),
            ),
        )
    alike = shown.told.get("stay") == shown.told.get("registration")
    told = {**shown.told, "stay": t.label("the same address")} if alike else shown.told
    return Screen(
        scene.text(head, lines(*(t(_TOLD[name], value=value) for name, value in told.items())), t(DECLARED)),
        markup(
            [button(t.label(_DECLARED if shown.declared else _UNDECLARED), buttons.act(CheckAct.TRUE))],
            [button(t.label("✍️ Go on to signing the form"), buttons.act(CheckAct.SIGN))],
            [button(t.label("✏️ Change"), buttons.act(CheckAct.CHANGE))],
            back_row(t, buttons.back()),
        ),
    )


def not_declared(t: Texts) -> Html:
    return Html("⚠️ ") + t("Please press “I confirm” first: without it the application is not valid.")


def fix(shown: Fixing, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(bold(t("What is to be changed?"))),
        markup(
            *([button(t.label(FIELDS[each]), buttons.act(FixAct.FIELD, each))] for each in shown.names),
            back_row(t, buttons.back()),
        ),
    )


def sign(shown: Signing, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(
            lines(
                bold(t("Sign the application")),
                t("Patient: {name}", name=shown.name),
            ),
            lines(
                t("1. Save the application as a file."),
                t("2. Sign it. Who signs: {name}.", name=shown.signer),
                t("3. Send the file of the signature (.sig or .p7s) here."),
            ),
            t("You can do it later: the application waits 60 days."),
        ),
        markup(
            [button(t.label("📄 Open the application"), DocumentOpen(kind=UNSIGNED, subject=shown.draft))],
            *side_by_side(
                button(t.label("✍️ How to sign"), buttons.act(SignAct.HELP)),
                button(t.label("🖨 No signature"), buttons.act(SignAct.PAPER)),
            ),
            [button(t.label("🧪 Sign as a demo"), buttons.act(SignAct.DEMO))] if shown.demo else [],
            back_row(t, buttons.back()),
        ),
    )


def sign_help(shown: HelpData, buttons: StepButtons, scene: Scene) -> Screen:
    t, guide = scene.t, shown.guide
    if shown.page is None:
        text = _guide_text(t, guide)
        rows = [[button(name, buttons.act(HelpAct.PAGE, str(n)))] for n, (name, _) in enumerate(_pages(t, guide))]
    else:
        text = _page_text(t, guide, shown.page)
        rows = [[button(t.label("📖 What else to read"), buttons.act(HelpAct.ALL))]]
    return Screen(scene.text(text), markup(*rows, back_row(t, buttons.back())))


def sign_on_paper(shown: PaperData, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(
            bold(t("No electronic signature?")),
            _paper_steps(t, filled=True),
            _where(t, _address(shown.point), shown.point.phone, shown.point.hours),
        ),
        markup(
            [button(t.label("📄 Open the application"), DocumentOpen(kind=UNSIGNED, subject=shown.draft))],
            back_row(t, buttons.back()),
        ),
    )


def demo_note(t: Texts) -> Html:
    """What a demo signature is worth."""
    return t("🧪 a demo signature: it has no legal force")


def not_drawn(t: Texts) -> Html:
    return Html("⚠️ ") + t("The application could not be made just now. Please try again in a minute.")


def too_many(t: Texts) -> Html:
    return Html("⚠️ ") + t("No more files are checked today. Please try again tomorrow. All is kept.")


def too_large(t: Texts) -> Html:
    return Html("⚠️ ") + t("This file is too large: a signature has some kilobytes. Send the file .sig or .p7s.")


def lost(t: Texts) -> Html:
    return Html("⚠️ ") + t("The file could not be fetched. Please send it once more.")


def changed(t: Texts) -> Html:
    return Html("⚠️ ") + t("The application was made anew. Open it again, and sign this one.")


def wants_signature(t: Texts) -> Html:
    return t("Here the file of the signature is wanted: .sig or .p7s. Send it as a file.")


def refused(t: Texts, reason: Reason, signer: str) -> Html:
    """Why a signature is not taken. `signer`: whose it has to be."""
    return Html("⚠️ ") + (
        t("Somebody else has signed: the certificate has another SNILS. Who signs: {name}.", name=signer)
        if reason is Reason.OTHER_PERSON
        else t(REFUSED[reason])
    )


REFUSED: Mapping[Reason, str] = {
    Reason.NO_SIGNATURE: N_(
        "There is no signature in this file. Send the file .sig or .p7s that the program has made."
    ),
    Reason.TOO_LARGE: N_("This file is too large: a signature has some kilobytes. Send the file .sig or .p7s."),
    Reason.ATTACHED: N_(
        "The signature is joined with the document. Sign once more and choose “detached signature” in the program."
    ),
    Reason.TIMESTAMP_ONLY: N_("This is a timestamp, not a signature. Sign the application, then send the file."),
    Reason.SEVERAL_SIGNERS: N_("Several people have signed. One signature is needed, the applicant’s."),
    Reason.UNSUPPORTED: N_(
        "Signatures by GOST cannot be checked here just now. Nothing is lost: print the application, or try later."
    ),
    Reason.WEAK: N_("The signature is made in an outdated way. Sign once more with another program."),
    Reason.NO_CERTIFICATE: N_(
        "The certificate is not in the file. Sign once more and let the program put the certificate in."
    ),
    Reason.NOT_THIS_DOCUMENT: N_(
        "The signature does not fit this application. Open it here, save it, and sign this very file unchanged."
    ),
    Reason.UNTRUSTED: N_("The certificate is not of an accredited centre, so it cannot be trusted here."),
    Reason.EXPIRED: N_("The certificate is over. A new one is needed, then sign once more."),
    Reason.NOT_YET_VALID: N_("The certificate is not valid yet. Sign once it is."),
    Reason.REVOKED: N_("The certificate was revoked. A new one is needed, then sign once more."),
    Reason.WRONG_KEY_USAGE: N_("This key is not for signing documents. Choose another certificate in the program."),
    Reason.UNCHECKED: N_("The signature could not be checked just now. Nothing is lost: send the file again later."),
}


# --- what has come of it ----------------------------------------------------------------------------


def accepted(t: Texts, case: Case, now: datetime, whom: str, *, demo: bool) -> Screen:
    """It is signed and sent, or was already. `demo`: by a demo signature."""
    shown = told(t, t.label(CASE_TITLE, number=str(case.number)), case, now, whom)
    return Screen(blocks(shown.text, demo_note(t)), shown.markup) if demo else shown


def told(t: Texts, title: str, case: Case, _: datetime, whom: str | None) -> Screen:
    """What is sent when it has come to a status."""
    mark = _MARKS.get(case.status, "📨")
    return Screen(
        blocks(
            lines(
                bold(Html(f"{mark} ") + escape(f"{title}: {t.label(STATUSES[case.status])}")),
                _whose(t, whom),
                *_known(t, case),
            ),
            escape(case.comment or ""),
        ),
        markup(*_actions(t, case), [home_button(t)]),
    )


def card(
    t: Texts, title: str, case: Case, now: datetime, back: CallbackData | None = None, whom: str | None = None
) -> Screen:
    """`back`: None, to «Статусы заявлений»; `whom`: whose it is, None: nobody's who is on the list."""
    procedure = next(each for each, kind in KINDS.items() if kind.name == case.kind)
    return Screen(
        blocks(
            lines(
                bold(escape(title)),
                _whose(t, whom),
                t("Status: {status}", status=t.label(STATUSES[case.status])),
                t(next_words(procedure)[case.status]) if not _is_awaited(case) else "",
                *_known(t, case),
            ),
            escape(case.comment or ""),
            history(t, case, SHORT, now),
        ),
        markup(*_actions(t, case), back_row(t, back or CaseList(page=0))),
    )


def _is_awaited(case: Case) -> bool:
    """Whether the company waits for the person now, to give a paper out."""
    with_paper = case.kind == KINDS[Procedure.FORMS].name
    return with_paper and case.status in (ChoiceStatus.RECEIVED, ChoiceStatus.READY)


def _known(t: Texts, case: Case) -> Sequence[Html]:
    """What is to be known at this status: whom to go to, and what to bring."""
    sent = read_sent(case.content)
    company = t("Insurance company: {value}", value=called(sent.insurer))
    if _is_awaited(case):
        certificate = case.status == ChoiceStatus.RECEIVED
        return (
            t("Come for the temporary certificate, with your passport and SNILS.")
            if certificate
            else t("The policy can be collected. Bring along your passport and SNILS."),
            company,
            _where(t, sent.address, sent.phone, sent.hours),
        )
    if case.status == ChoiceStatus.DONE and case.kind == KINDS[Procedure.DIGITAL].name:
        return t("No paper is needed."), company
    return (company,)


def _whose(t: Texts, whom: str | None) -> Html:
    return t("Patient: {name}", name=whom) if whom is not None else t("The patient is on your list no more.")


def _actions(t: Texts, case: Case) -> list[Row]:
    return [[button(t.label("📝 What was sent"), DocumentOpen(kind=SIGNED, subject=case.id))]]


# --- the paper --------------------------------------------------------------------------------------


def sheet(t: Texts, application: Form, day: date) -> Sheet:
    """The application. `t`: Russian, for papers are; `day`: on which it was set."""
    who = [*_named(t, application.insured)]
    representative = (
        [_facts(t, N_("The representative"), _named(t, application.by))] if application.by is not None else []
    )
    asked = [
        (N_("Reason"), t.label(GROUNDS[application.ground])),
        (N_("Registration address"), application.registration),
        (N_("Date of registration"), numeric(application.registered_on)),
        (N_("Address of stay"), application.stay or t.label(N_("the same as the registration address"))),
        (N_("Region of residence"), region_words(t, application.region)),
        (N_("Form of the policy"), _policy_form(t, application.policy_form)),
    ]
    chosen = [
        (N_("Insurance company"), application.insurer.name),
        (N_("Address"), application.insurer.address),
        (N_("Phone"), application.insurer.phone),
        (N_("Issue point"), _address(application.point)),
    ]
    return Sheet(
        title=t.label(TITLE),
        clinic=Head(application.insurer.name, application.insurer.address, application.insurer.phone),
        person=who,
        number="",
        day=day,
        parts=(
            *representative,
            _facts(
                t, N_("Please accept me as insured"), [Fact(t.label(name), value) for name, value in asked if value]
            ),
            _facts(t, N_("The company chosen"), [Fact(t.label(name), value) for name, value in chosen if value]),
            Paragraph(t.label(DECLARED)),
            Paragraph(
                t.label(
                    "Signature: ______________________   Date: ______________   (not needed if it is signed on a "
                    "computer or phone)"
                )
            ),
        ),
    )


def caption(t: Texts) -> Html:
    """Of the file that is to be signed."""
    return lines(t(TITLE), t("Sign this very file: do not open and save it in another program."))


def _facts(t: Texts, heading: str, facts: Sequence[Fact]) -> Facts:
    return Facts(facts, t.label(heading))


def _named(t: Texts, each: Named) -> Sequence[Fact]:
    told = (
        (N_("Surname, name, patronymic"), each.name),
        (N_("Date of birth"), numeric(each.birth_date)),
        (N_("SNILS"), format_snils(each.snils) if each.snils else ""),
        (N_("Insurance policy"), each.policy),
        (N_("Phone"), each.phone),
    )
    return [Fact(t.label(caption), value) for caption, value in told if value]


def _policy_form(t: Texts, policy_form: PolicyForm | None) -> str:
    if policy_form is None:
        return t.label(FORM_WORDS[PolicyForm.ELECTRONIC])
    return t.label(POLICY_FORMS[policy_form])


# --- parts ------------------------------------------------------------------------------------------


def day(told: str) -> str:
    """«05.03.2024», of what a draft keeps."""
    return numeric(date.fromisoformat(told))


def _pages(t: Texts, shown: Guide) -> Sequence[tuple[str, str]]:
    """What is needed, then each device: what it is called, and all of it."""
    return [(t.label("📖 Which signature will do"), shown.needed), *((each.name, each.text) for each in shown.devices)]


def _guide_text(t: Texts, shown: Guide) -> Html:
    return lines(
        bold(t("What to sign with")),
        t("Choose what you want to read, or what you will sign on."),
        t("As of {date}.", date=numeric(shown.day)),
    )


def _page_text(t: Texts, shown: Guide, page: int) -> Html:
    name, text = _pages(t, shown)[page]
    return blocks(bold(name), escape(text))


def _paper_steps(t: Texts, *, filled: bool) -> Html:
    return lines(
        t("1. Save the application as a file.") if filled else t("1. Fill in the application here and open it."),
        t("2. Print and sign it."),
        t("3. Take it to the issue point, with your passport and SNILS."),
    )


def _where(t: Texts, address: str, phone: str, hours: str) -> Html:
    return lines(
        t("Address: {address}", address=address),
        escape(hours_words(t, hours)) if hours else "",
        escape(phone) if phone else "",
    )


def _insurer_lines(number: int, each: Insurer) -> Html:
    contacts = " · ".join(filter(None, (each.phone, each.site)))
    return lines(Html(f"{number}. ") + bold(each.name), escape(contacts))


def _point_line(t: Texts, number: int, row: PointRow, label: str) -> Html:
    """What its button does not say; nothing where that says all."""
    each = row.point
    address = "" if label == _address(each) else _address(each)
    hours = hours_words(t, each.hours) if each.hours else ""
    told = " · ".join(filter(None, (address, _far(t, row), hours)))
    return escape(f"{number}. {told}") if told else Html()


def _far(t: Texts, row: PointRow) -> str:
    return kilometres(t, row.distance) if row.distance is not None else ""


def _point_names(each: IssuePoint) -> tuple[str, ...]:
    return (_address(each), each.address, _address(each))


def _address(each: IssuePoint) -> str:
    return f"{each.town}, {each.address}"


def called(name: str) -> str:
    """«Подмосковье-Полис» and what follows, without the words before it that every company has."""
    begin = name.find("«")
    return name[begin:] if begin > 0 else name


def _bare(name: str) -> str:
    """«Подмосковье-Полис» of «Страховая компания «Подмосковье-Полис» (демо)»."""
    begin, end = name.find("«"), name.rfind("»")
    return name[begin + 1 : end] if 0 <= begin < end else name


def _optioned(names: Sequence[str], buttons: StepButtons, in_row: int) -> list[Row]:
    return list(in_rows((button(name, buttons.option(place)) for place, name in enumerate(names)), in_row))


def _called(each: Person) -> str:
    """The name alone, with the year of birth where another one may be meant."""
    if not each.alike or each.shown is None:
        return each.names.name
    return f"{each.names.name} ({each.shown.birth_date.year})"


def _snils_line(t: Texts, person: Person) -> Html:
    form = person.shown
    return t("SNILS: {number}", number=format_snils(form.snils)) if form is not None and form.snils else Html()
