"""The booking wizard's screens: region, person, clinic, confirmation. Those in between stand in `views.times`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.keyboards.buttons.help import HelpPage
from bot.keyboards.buttons.person import GO_FORM
from bot.keyboards.buttons.visits import VisitAgain
from bot.keyboards.buttons.wizard import WizardOpen
from bot.keyboards.data import CallbackData
from bot.keyboards.help import topic_row
from bot.keyboards.kit import (
    LABEL,
    TWO_LINES,
    back_row,
    button,
    head_of,
    home_button,
    markup,
    pager,
    short,
    side_by_side,
)
from bot.keyboards.labels import apart, headed
from bot.keyboards.wizard import StepButtons
from bot.views.clinics import (
    LINE,
    clinic_address,
    clinic_names,
    clock_line,
    contacts,
    demo_mark,
    kilometres,
    region_name,
    room_line,
    says_all,
    told_name,
)
from bot.views.common import Scene
from bot.views.links import target_lines
from bot.views.people import person_names
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.times import CheckingAct, Place, hold_line, place_lines
from services.accounts.model import Person, Relation
from services.booking.model import Held, LinkTarget, Repeat, Unheld
from services.clinics.regions import Region
from services.registry.model import Clinic
from services.texts.dates import short_when, when
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape, lines

RELATIONS = {
    Relation.OWN: N_("me"),
    Relation.CHILD: N_("child"),
    Relation.SPOUSE: N_("spouse"),
    Relation.PARENT: N_("parent"),
    Relation.WARD: N_("ward"),
    Relation.OTHER: N_("another person"),
}

_AGAIN = TWO_LINES - len(", ")
"""Of a label «Снова», but for the comma."""


class RegionAct(StrEnum):
    ALL = "all"


class PersonAct(StrEnum):
    OTHER = "other"
    ELSEWHERE = "elsewhere"
    REGION = "region"


class ClinicAct(StrEnum):
    ALL = "all"
    MAP = "map"
    NEAR = "near"


class UnattachedAct(StrEnum):
    GO = "go"
    OTHER = "other"


class NoPolicyAct(StrEnum):
    POLICY = "policy"
    OTHER = "other"


class ConfirmAct(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """One page of regions with how many clinics each has. `query`: what was typed, None for the whole list."""

    items: Sequence[tuple[Region, int]]
    page: int
    total: int
    query: str | None
    last_used: str | None


@dataclass(frozen=True, slots=True)
class PersonChoice:
    """One page of persons; `repeats`: specialists seen before, whose buttons stand first; `link`: where one leads.

    `left_out`: there are others, for whom the account may not book. `own`: its holder has filled in a form.
    """

    region: Region
    persons: Sequence[Person]
    page: int
    total: int
    repeats: Sequence[Repeat] = ()
    link: LinkTarget | None = None
    left_out: bool = False
    own: bool = True


@dataclass(frozen=True, slots=True)
class ClinicRow:
    clinic: Clinic
    attached: bool
    recent: bool
    distance: float | None


@dataclass(frozen=True, slots=True)
class ClinicChoice:
    """One page of clinics. `nearest`: by distance; `query`: what was typed; `mapped`: some can be shown on a map."""

    who: str
    region: Region
    rows: Sequence[ClinicRow]
    page: int
    total: int
    nearest: bool
    query: str | None
    child: bool
    mapped: bool = False


@dataclass(frozen=True, slots=True)
class NoPolicy:
    """`typed_here`: the person was typed in this booking; `own`: it is the account holder."""

    place: Place
    typed_here: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Unattached:
    """`certain`: where the person is attached may be told here, and it is another clinic or none."""

    place: Place
    certain: bool


@dataclass(frozen=True, slots=True)
class Confirmation:
    place: Place
    held: Held | Unheld


def region(data: RegionChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    rows = [
        [button(_region_label(t, each, count, data.last_used), buttons.option(place))]
        for place, (each, count) in enumerate(data.items)
    ]
    if data.query is None:
        hint = t("Choose a region, or write the beginning of its name.")
    elif data.total:
        hint = t("Found for “{query}”:", query=data.query)
    else:
        hint = t("Nothing is found for “{query}”. Try other letters, or look through the whole list.", query=data.query)
    return Screen(
        scene.text(bold(t("In which region is the clinic?")), hint),
        markup(
            *rows,
            pager(t, data.page, data.total, scene.layout.page, buttons.page),
            [button(t.label("All regions"), buttons.act(RegionAct.ALL))] if data.query is not None else [],
            back_row(t, buttons.back()),
        ),
    )


def no_clinics(t: Texts, chosen: Region, *, others: bool) -> Html:
    """A region without clinics, said plainly."""
    told = t("There are no clinics of the region “{region}” here yet.", region=region_name(t, chosen))
    return blocks(
        told,
        t("These regions have clinics to choose from:")
        if others
        else t("Other regions have none yet either: please call your clinic, or 122."),
    )


def person(data: PersonChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    labels = apart([_person_names(t, each) for each in data.persons], LABEL + 8)
    rows = [[button(label, buttons.option(place))] for place, label in enumerate(labels)]
    again = [
        [button(label, buttons.option(place))]
        for place, label in enumerate(_again_labels(t, data.repeats, scene.now), start=len(data.persons))
    ]
    return Screen(
        scene.text(
            lines(
                bold(t("Who is the visit for?")),
                target_lines(t, data.link) if data.link else t("Region: {region}", region=region_name(t, data.region)),
                _again_lines(t, data.repeats),
            ),
            t("Those for whom you may not make bookings are not here.") if data.left_out else "",
        ),
        markup(
            *again,
            *rows,
            pager(t, data.page, data.total, scene.layout.page, buttons.page),
            [] if data.own else [button(t.label("👤 Me: fill in the form"), GO_FORM)],
            *side_by_side(
                button(t.label("➕ Another person"), buttons.act(PersonAct.OTHER)),
                button(t.label("Choose another clinic"), buttons.act(PersonAct.ELSEWHERE))
                if data.link
                else button(t.label("🏘 Another region"), buttons.act(PersonAct.REGION)),
            ),
            back_row(t, buttons.back()),
        ),
    )


def clinic(data: ClinicChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    first = data.page * scene.layout.described + 1
    heads = [head_of(number) + ("⭐ " if row.attached else "") for number, row in enumerate(data.rows, start=first)]
    labels = headed(heads, clinic_names([row.clinic for row in data.rows]))
    rows = [
        [button(label + _far(t, row), buttons.option(place))]
        for place, (label, row) in enumerate(zip(labels, data.rows, strict=True))
    ]
    told = [
        _clinic_line(t, number, row)
        for number, (row, head, label) in enumerate(zip(data.rows, heads, labels, strict=True), start=first)
        # who has typed a street looks for an address
        if data.query is not None or not says_all(row.clinic, label.removeprefix(head))
    ]
    return Screen(
        scene.text(
            lines(
                bold(t("Which clinic?")),
                t("Patient: {name}", name=data.who),
                escape(region_name(t, data.region)) + demo_mark(t, demo=any(row.clinic.demo for row in data.rows)),
                _clinic_hint(t, data),
                t("⭐ The clinic of attachment.") if any(row.attached for row in data.rows) else "",
            ),
            *told,
        ),
        markup(
            *rows,
            pager(t, data.page, data.total, scene.layout.described, buttons.page),
            [button(t.label("All clinics"), buttons.act(ClinicAct.ALL))]
            if data.query is not None or data.nearest
            else [],
            *side_by_side(
                *([button(t.label("🗺 Map"), buttons.act(ClinicAct.MAP))] if data.mapped else []),
                *([] if data.nearest else [button(t.label("📍 Near me"), buttons.act(ClinicAct.NEAR))]),
            ),
            back_row(t, buttons.back()),
        ),
    )


def clinic_not_found(t: Texts, query: str) -> Html:
    return t("Nothing is found for “{query}”.", query=query)


def unattached(data: Unattached, buttons: StepButtons, scene: Scene) -> Screen:
    """The portal's warning: the person is not attached to this clinic, or may not be."""
    t, clinic = scene.t, data.place.clinic
    return Screen(
        scene.text(
            lines(
                bold(t("Attention")),
                place_lines(t, data.place, scene.now),
                t("Phone: {phone}", phone=clinic.phone) if clinic.phone else "",
            ),
            t(
                "To book, attach to the clinic or ask the person you are booking for to attach. Without an attachment "
                "the clinic may refuse the visit: its desk will tell more."
            )
            if data.certain
            else t(
                "If this person is not attached to the clinic, attach first or ask them to: without an attachment the "
                "clinic may refuse the visit. Its desk will tell more."
            ),
        ),
        markup(
            [button(t.label("Go on with this clinic"), buttons.act(UnattachedAct.GO))],
            [button(t.label("Choose another clinic"), buttons.act(UnattachedAct.OTHER))],
            back_row(t, buttons.back()),
        ),
    )


def no_policy(data: NoPolicy, buttons: StepButtons, scene: Scene) -> Screen:
    """Without a policy: the clinic's phone and how to get one."""
    t = scene.t
    enter: CallbackData | None = None
    if data.typed_here:
        enter = buttons.act(NoPolicyAct.POLICY)
    elif data.own:
        enter = GO_FORM
    return Screen(
        scene.text(
            lines(
                bold(t("Without a policy the visit is booked by phone")),
                place_lines(t, data.place, scene.now),
                contacts(t, data.place.clinic),
            ),
            t(
                "How to get a policy: at any insurance company of the region, free, with a passport and SNILS. In an "
                "emergency, call 103 or 112."
            ),
        ),
        markup(
            [button(t.label("✏️ Enter the policy number"), enter)] if enter else [],
            [] if data.own else topic_row(t, HelpPage.POLICY),
            [button(t.label("Choose another clinic"), buttons.act(NoPolicyAct.OTHER))],
            back_row(t, buttons.back()),
        ),
    )


def confirm(data: Confirmation, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    clinic, slot = data.place.clinic, data.held.slot
    return Screen(
        scene.text(
            lines(bold(t("Please check the booking")), hold_line(t, data.held, clinic.tz)),
            lines(
                t("Patient: {name}", name=bold(data.place.who)),
                t("Date and time: {when}", when=bold(when(t, slot.start, clinic.tz, scene.now))),
                clock_line(t, [(slot.start, clinic.tz)]),
                t(
                    "Specialty / doctor’s full name: {specialty} / {doctor}",
                    specialty=specialty(t, slot.service_id, slot.service),
                    doctor=slot.doctor,
                ),
                room_line(t, slot.room),
                t("Institution: {clinic}", clinic=told_name(t, clinic)),
                t("Address: {address}", address=clinic_address(clinic)),
            ),
        ),
        markup(
            [button(t.label("✅ Yes, I confirm"), buttons.act(ConfirmAct.YES))],
            [button(t.label("Cancel"), buttons.act(ConfirmAct.NO))],
            back_row(t, buttons.back()),
        ),
    )


def checking(data: Place, buttons: StepButtons, scene: Scene) -> Screen:
    """The registry is silent; the answer will come by itself."""
    t = scene.t
    return Screen(
        scene.text(
            lines(bold(t("We are checking whether you are booked")), place_lines(t, data, scene.now)),
            t("Please do not book again: the answer comes by itself."),
        ),
        markup([button(t.label("🔄 Check now"), buttons.act(CheckingAct.AGAIN))], [home_button(t)]),
    )


def resume(t: Texts, kind: str, repeats: Sequence[Repeat] = (), now: datetime | None = None) -> Screen:
    """The wizard was left half-way. `repeats`, as they are at `now`: what can be booked again without it."""
    again = [
        [button(label, VisitAgain(visit=each.entry.visit.id, soonest=True))]
        for each, label in zip(repeats, _again_labels(t, repeats, now) if now is not None else (), strict=False)
    ]
    return Screen(
        blocks(
            bold(t("You have not finished booking")),
            lines(t("What you have chosen is kept."), _again_lines(t, repeats)),
        )
        if kind == "booking"
        else blocks(
            bold(t("You have not finished the form")),
            t("What you have entered is kept."),
        ),
        markup(
            [button(t.label("▶️ Go on"), WizardOpen(kind=kind, anew=False))],
            [button(t.label("Start again"), WizardOpen(kind=kind, anew=True))],
            *again,
            [home_button(t)],
        ),
    )


def _region_label(t: Texts, each: Region, count: int, last_used: str | None) -> str:
    mark = "🕘 " if each.code == last_used else ("🏥 " if count else "")
    return short(mark + region_name(t, each), LABEL + 8)


def _again_lines(t: Texts, repeats: Sequence[Repeat]) -> Html:
    """What the buttons «Снова» mean."""
    return lines(
        t("🔁 The same doctor once more.") if repeats else "",
        clock_line(t, ((each.slot.start, each.entry.visit.clinic.tz) for each in repeats)),
    )


def _again_labels(t: Texts, repeats: Sequence[Repeat], now: datetime) -> list[str]:
    """The time stays whole, the specialist is cut where there is no room; for whom it is, unless all is one's own."""
    all_own = all(each.entry.person.relation is Relation.OWN for each in repeats)

    def names(each: Repeat) -> tuple[str, ...]:
        at = short_when(t, each.slot.start, each.entry.visit.clinic.tz, now)
        what, who = specialty(t, each.slot.service_id, each.slot.service), each.entry.person
        year = f" ({who.shown.birth_date.year})" if who.alike and who.shown else ""
        called = [f"{name}{year}" for name in (who.names.name, who.short_name)]
        whom = [t.label("🔁 {name}: {specialty}", name=name, specialty=what) for name in called]
        own = [t.label("🔁 Again: {specialty}", specialty=what)] if all_own else []
        return tuple(f"{short(head, _AGAIN - len(at))}, {at}" for head in (*own, *whom))

    return apart([names(each) for each in repeats], TWO_LINES)


def _person_names(t: Texts, each: Person) -> tuple[str, ...]:
    if each.relation is Relation.OWN:
        return tuple(t.label("👤 Me: {name}", name=name) for name in person_names(each))
    return tuple(f"{name} ({t.label(RELATIONS[each.relation])})" for name in person_names(each))


def _clinic_hint(t: Texts, data: ClinicChoice) -> Html:
    if not data.total:
        return t("There are no clinics to show.")
    if data.query is not None:
        return t("Found for “{query}”: {count}.", query=data.query, count=data.total)
    if data.nearest:
        return t("The nearest come first.")
    return lines(
        t("Those that see children are shown.") if data.child else "",
        t("Or write a town or a street."),
    )


def _far(t: Texts, row: ClinicRow) -> str:
    return f" · {kilometres(t, row.distance)}" if row.distance is not None else ""


def _clinic_line(t: Texts, number: int, row: ClinicRow) -> Html:
    marks = [
        t("booked here before") if row.recent and not row.attached else "",
        kilometres(t, row.distance) if row.distance is not None else "",
    ]
    return lines(
        Html(f"{number}. {'⭐ ' if row.attached else ''}{bold(short(row.clinic.name, LINE))}"),
        escape(short(clinic_address(row.clinic), LINE // 2)),
        ", ".join(mark for mark in marks if mark),
    )
