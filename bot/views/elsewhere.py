"""Ways on from «нет» in a booking: where else a specialist is, the visit that there is already, a kind question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.keyboards.buttons.visits import VisitMove
from bot.keyboards.kit import LABEL, back_row, button, head_of, markup, pager, short
from bot.keyboards.labels import headed
from bot.keyboards.markup import Button
from bot.keyboards.visits import my_bookings
from bot.keyboards.wizard import StepButtons
from bot.views.clinics import LINE, clinic_names, clock_line, demo_mark, kilometres, told_name
from bot.views.common import Scene
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.times import Place, no_times, place_lines
from bot.views.visits import visit_when
from services.registry.model import Clinic, Visit
from services.texts.dates import short_when
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape, lines


class FullAct(StrEnum):
    ELSEWHERE = "elsewhere"
    SERVICE = "service"


class ElsewhereAct(StrEnum):
    SERVICE = "service"


class AlreadyAct(StrEnum):
    SERVICE = "service"


class WomenAct(StrEnum):
    YES = "yes"
    SERVICE = "service"
    CLINIC = "clinic"


@dataclass(frozen=True, slots=True)
class Full:
    """A specialist who has no free times at this clinic."""

    place: Place
    service_id: str
    service: str


@dataclass(frozen=True, slots=True)
class Found:
    """A clinic where there is one. `distance`: kilometres from the clinic that was chosen, if known."""

    clinic: Clinic
    nearest: datetime
    distance: float | None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One page of the clinics where the specialist has free times."""

    place: Place
    service_id: str
    service: str
    found: Sequence[Found]
    page: int
    total: int


@dataclass(frozen=True, slots=True)
class Already:
    """`visit`: to the specialist who was chosen, still ahead."""

    place: Place
    visit: Visit


@dataclass(frozen=True, slots=True)
class Women:
    """A man, or a boy where not `adult`, is to be booked where women are seen: at a clinic for them, or by its post."""

    place: Place
    adult: bool
    at_clinic: bool


def full(data: Full, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    what = specialty(t, data.service_id, data.service)
    return Screen(
        scene.text(no_times(t, what, data.place.clinic), place_lines(t, data.place, scene.now)),
        markup(
            [button(short(_where_there_is(t, what), LABEL + 8), buttons.act(FullAct.ELSEWHERE))],
            [_another_specialist(t, buttons, FullAct.SERVICE)],
            back_row(t, buttons.back()),
        ),
    )


def elsewhere(data: Elsewhere, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    what = specialty(t, data.service_id, data.service)
    if not data.found:
        return Screen(
            scene.text(none_nearby(t, what, data.place.clinic), place_lines(t, data.place, scene.now)),
            markup(
                [_another_specialist(t, buttons, ElsewhereAct.SERVICE)],
                back_row(t, buttons.back()),
            ),
        )
    first = data.page * scene.layout.described + 1
    numbers = range(first, first + len(data.found))
    names = headed([head_of(number) for number in numbers], clinic_names([each.clinic for each in data.found]))
    demo = demo_mark(t, demo=any(each.clinic.demo for each in data.found))
    return Screen(
        scene.text(
            lines(
                bold(_where_there_is(t, what)) + demo,
                t("Patient: {name}", name=data.place.called),
                clock_line(t, [(each.nearest, each.clinic.tz) for each in data.found]),
            ),
            lines(*(_found(t, *each, scene.now) for each in zip(numbers, names, data.found, strict=True))),
        ),
        markup(
            *([button(label, buttons.option(place))] for place, label in enumerate(names)),
            pager(t, data.page, data.total, scene.layout.described, buttons.page),
            back_row(t, buttons.back()),
        ),
    )


def none_nearby(t: Texts, what: str, clinic: Clinic) -> Html:
    """There are no times at this clinic, and at none of those around it."""
    return blocks(no_times(t, what, clinic), t("The clinics nearby have none either."))


def already(data: Already, buttons: StepButtons, scene: Scene) -> Screen:
    t, visit = scene.t, data.visit
    return Screen(
        scene.text(
            bold(t("There is already a booking with this specialist")),
            lines(
                t("Patient: {name}", name=data.place.called),
                escape(f"{specialty(t, visit.service_id, visit.service)} / {visit.doctor}"),
                t("Date and time: {when}", when=visit_when(t, visit, scene.now)),
                t("Institution: {clinic}", clinic=told_name(t, visit.clinic)),
            ),
            t("The next one can be made after it."),
        ),
        markup(
            [button(t.label("🔁 Move the booking"), VisitMove(visit=visit.id))],
            [my_bookings(t)],
            [_another_specialist(t, buttons, AlreadyAct.SERVICE)],
            back_row(t, buttons.back()),
        ),
    )


_ASKED = {
    (True, False): N_("Book a man with a gynaecologist?"),
    (False, False): N_("Book a boy with a gynaecologist?"),
    (True, True): N_("Book a man at a clinic for women?"),
    (False, True): N_("Book a boy at a clinic for women?"),
}
"""By whether it is an adult, and whether the clinic is meant."""


def women(data: Women, buttons: StepButtons, scene: Scene) -> Screen:
    """Asked once: people have their reasons."""
    t = scene.t
    other = (
        button(t.label("Choose another clinic"), buttons.act(WomenAct.CLINIC))
        if data.at_clinic
        else _another_specialist(t, buttons, WomenAct.SERVICE)
    )
    return Screen(
        scene.text(bold(t(_ASKED[data.adult, data.at_clinic])), place_lines(t, data.place, scene.now)),
        markup(
            [button(t.label("Yes, go on"), buttons.act(WomenAct.YES))],
            [other],
            back_row(t, buttons.back()),
        ),
    )


def _where_there_is(t: Texts, what: str) -> str:
    return t.label("🔎 Where there is: {what}", what=what)


def _another_specialist(t: Texts, buttons: StepButtons, act: StrEnum) -> Button:
    return button(t.label("Choose another specialist"), buttons.act(act))


def _found(t: Texts, number: int, label: str, found: Found, now: datetime) -> Html:
    """When, and how far; the name, too, where the button has no room for all of it."""
    told = [
        short(clinic_names([found.clinic])[0][-1], LINE) if "…" in label else "",
        short_when(t, found.nearest, found.clinic.tz, now),
        kilometres(t, found.distance) if found.distance is not None else "",
    ]
    return escape(f"{number}. {' · '.join(each for each in told if each)}")
