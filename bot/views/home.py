"""Home: the active person's policy, the next visit, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.keyboards.buttons.access import GO_ENTER_CODE
from bot.keyboards.buttons.help import GO_HELP
from bot.keyboards.buttons.home import GO_DEMO_FAMILY
from bot.keyboards.buttons.more import GO_MORE
from bot.keyboards.buttons.person import GO_FORM
from bot.keyboards.kit import Row, button, markup
from bot.views.clinics import told_name
from bot.views.family import form_lines
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.visits import visit_when
from services.accounts.model import Person
from services.booking.model import VisitEntry
from services.texts.i18n import Html, Texts, blocks, bold, escape, lines


@dataclass(frozen=True, slots=True)
class HomeData:
    """`entries`: rows of buttons; `answering` is False where the registry could not be asked for the next visit."""

    person: Person
    next_visit: VisitEntry | None
    entries: Sequence[Row]
    answering: bool = True


def home(t: Texts, data: HomeData, now: datetime) -> Screen:
    return Screen(
        blocks(lines(bold(t("🏠 Main menu")), _policy_card(t, data.person)), _next_visit(t, data, now)),
        markup(*data.entries),
    )


def no_form(t: Texts, *, demo: bool, note: Html | None = None) -> Screen:
    """Consent is given, but nothing is known about the person yet. `note`: what waits for the form."""
    return Screen(
        blocks(
            note or "",
            bold(t("Let us get acquainted")),
            t("To book a doctor, fill in a short form: two minutes, only once."),
            t("This is a demonstration: you can take a ready family of five and try everything at once.")
            if demo
            else "",
        ),
        markup(
            [button(t.label("📝 Fill in the form"), GO_FORM)],
            [button(t.label("🔑 Enter a code"), GO_ENTER_CODE)],
            [button(t.label("👪 Take a ready family (demo)"), GO_DEMO_FAMILY)] if demo else [],
            [button(t.label("❓ Help"), GO_HELP), button(t.label("☰ More"), GO_MORE)],
        ),
    )


def _policy_card(t: Texts, person: Person) -> Html:
    """The number with its mark; what the mark means stands on the person's card."""
    return lines(bold(person.full_name), form_lines(t, person, in_full=False))


def _next_visit(t: Texts, data: HomeData, now: datetime) -> Html:
    if not data.answering:
        return t("The registry is not answering now, so the next visit cannot be shown.")
    if data.next_visit is None:
        return t("There are no bookings ahead.")
    visit, person = data.next_visit.visit, data.next_visit.person
    return lines(
        bold(t("Next visit")),
        escape(visit_when(t, visit, now)),
        escape(f"{specialty(t, visit.service_id, visit.service)}, {told_name(t, visit.clinic)}"),
        t("Patient: {name}", name=person.listed_name) if person.id != data.person.id else "",
    )
