"""Screens of moving a visit that booking does not have: what it was and what it becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.keyboards.kit import back_row, button, home_button, markup
from bot.keyboards.wizard import StepButtons
from bot.views.clinics import clinic_address, clock_line, room_line, told_name
from bot.views.common import Scene
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.times import CheckingAct, Place, hold_line, place_lines
from services.booking.model import Held, Unheld
from services.registry.model import Visit
from services.texts.dates import when
from services.texts.i18n import Html, Texts, blocks, bold, escape, lines


class MoveAct(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class MoveConfirmation:
    """`old`: the visit that is given up; None where it has been given up already."""

    place: Place
    old: Visit | None
    held: Held | Unheld


def confirm(data: MoveConfirmation, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    clinic, slot, old = data.place.clinic, data.held.slot, data.old
    return Screen(
        scene.text(
            lines(
                bold(t("Please check the new time") if old else t("Please check the booking")),
                hold_line(t, data.held, clinic.tz),
            ),
            lines(
                t("Patient: {name}", name=bold(data.place.who)),
                t("It was: {when}", when=when(t, old.start, clinic.tz, scene.now)) if old else "",
                t("It will be: {when}", when=bold(when(t, slot.start, clinic.tz, scene.now))),
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
            t("The old booking stands until the new one is made.") if old else "",
        ),
        markup(
            [button(t.label("✅ Yes, move it") if old else t.label("✅ Yes, I confirm"), buttons.act(MoveAct.YES))],
            [button(t.label("Leave it as it was"), buttons.act(MoveAct.NO))] if old else [],
            back_row(t, buttons.back()),
        ),
    )


def give_up(data: MoveConfirmation, buttons: StepButtons, scene: Scene) -> Screen:
    """The registry does not take a second visit to the specialist: the old one has to go first, if so wished."""
    t = scene.t
    clinic, slot, old = data.place.clinic, data.held.slot, data.old
    return Screen(
        scene.text(
            bold(t("Cancel the old booking?")),
            lines(
                t("Patient: {name}", name=bold(data.place.who)),
                t("It was: {when}", when=when(t, old.start, clinic.tz, scene.now)) if old else "",
                t("It will be: {when}", when=bold(when(t, slot.start, clinic.tz, scene.now))),
                clock_line(t, [(slot.start, clinic.tz)]),
                escape(f"{specialty(t, slot.service_id, slot.service)} / {slot.doctor}"),
            ),
            lines(
                t("If the new time is taken meanwhile, you choose another."),
                hold_line(t, data.held, clinic.tz),
            ),
        ),
        markup(
            [button(t.label("Cancel the old one and book"), buttons.act(MoveAct.YES))],
            [button(t.label("Leave it as it was"), buttons.act(MoveAct.NO))],
            back_row(t, buttons.back()),
        ),
    )


@dataclass(frozen=True, slots=True)
class MoveChecking:
    """`gives_up`: the old visit was to go first, so for a while there may be none."""

    place: Place
    gives_up: bool


def checking(data: MoveChecking, buttons: StepButtons, scene: Scene) -> Screen:
    """The registry is silent; the answer will come by itself."""
    t = scene.t
    return Screen(
        scene.text(
            bold(t("We are checking whether the booking has been moved")),
            place_lines(t, replace(data.place, moved_from=None), scene.now),
            t(
                "The registry has not answered yet. Please do not book again: the answer will come here by itself "
                "in a few minutes."
            )
            if data.gives_up
            else t(
                "The registry has not answered yet. One of the two bookings stands. Please do not book again: the "
                "answer will come here by itself in a few minutes."
            ),
        ),
        markup([button(t.label("🔄 Check now"), buttons.act(CheckingAct.AGAIN))], [home_button(t)]),
    )


def moved(t: Texts, old: Visit, now: datetime) -> Html:
    """What stands above the ticket of the new visit."""
    return t("✅ The booking has been moved. It was: {when}.", when=when(t, old.start, old.clinic.tz, now))


def kept(t: Texts) -> Html:
    return t("The old booking remains.")


def stopped(t: Texts, *, given_up: bool) -> Html:
    """/cancel in the middle."""
    if given_up:
        return t("What you had begun is given up.") + " " + _none_stands(t)
    return t("The booking is not moved: it remains as it was.")


def not_moved(t: Texts, *, stands: bool) -> Html:
    """A move that was waited for has come to nothing. `stands`: the old booking does."""
    failed = Html("⚠️ ") + t("The booking could not be moved.")
    if stands:
        return failed + " " + kept(t)
    return failed + " " + _none_stands(t)


def with_state(t: Texts, note: Html, *, given_up: bool) -> Html:
    """The sentence, and which booking stands after it."""
    return blocks(note, t("The old booking has been cancelled already.") if given_up else kept(t))


def _none_stands(t: Texts) -> Html:
    return t("The old booking is cancelled, and there is no new one. Please book again.")
