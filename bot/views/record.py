"""«Медкарта»: its sections, and what is said of one that is not open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.keyboards.buttons.access import HowToConfirm
from bot.keyboards.buttons.record import GO_RECORD
from bot.keyboards.kit import Row, back_row, button, home_button, markup
from bot.views.lists import Whose
from bot.views.screen import Screen
from services.accounts.model import Action, Area, Person
from services.accounts.rights import Shut, why_shut
from services.texts.i18n import N_, Html, Texts, blocks, bold, lines

NEWS = N_("There is something new in the medical record")
"""All that a message about a record says before it is opened."""


def record(t: Texts, shown: Whose, told: Sequence[Html], sections: Sequence[Row]) -> Screen:
    """`told`: a sentence about each section that has one; `sections`: rows of buttons."""
    return Screen(
        lines(bold(t("📁 Medical record")), t("Patient: {name}", name=bold(shown.name)), *told),
        markup(
            *sections,
            [button(t.label("👤 Change person"), shown.change)] if shown.change is not None else [],
            [home_button(t)],
        ),
    )


def closed(t: Texts, title: str, person: Person, shown: Whose, now: datetime) -> Screen:
    """A section that is not open to the account, why, and how it opens."""
    return Screen(
        blocks(
            lines(bold(title), t("Patient: {name}", name=bold(shown.name))),
            _why(t, person, now),
        ),
        markup(
            [button(t.label("🔎 How to confirm"), HowToConfirm(person=person.id))],
            [button(t.label("👤 Change person"), shown.change)] if shown.change is not None else [],
            back_row(t, GO_RECORD),
        ),
    )


def news(t: Texts, person: Person, opens: Row) -> Screen:
    """A message: that there is something new, never what. `opens`: the button that leads to it."""
    return Screen(
        blocks(bold(t(NEWS)), t("Patient: {name}", name=bold(person.full_name))),
        markup(opens, [home_button(t)]),
    )


def _why(t: Texts, person: Person, now: datetime) -> Html:
    match why_shut(person, Area.RECORDS, Action.SEE, now):
        case Shut.OVER:
            return t("The access is over: nothing of this person’s medical record is seen from here any more.")
        case Shut.OWN_WORD:
            return t(
                "From the age of {age} the teenager’s own word comes first: they open the medical record themselves, "
                "in their own chat, on the screen “Who has access”.",
                age=person.own_word_from,
            )
        case Shut.CONSENT:
            return t(
                "This person’s medical record is not open to you. They can open it in their own chat, on the screen "
                "“Who has access”."
            )
    return t("The data were typed here and are not confirmed by documents. The medical record opens once they are.")
