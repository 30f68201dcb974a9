"""Help: what can be done here and what to press."""

from __future__ import annotations

from bot.keyboards.callbacks import Go, Page, RegionList, WizardOpen
from bot.keyboards.kit import button, home_button, markup
from bot.views.screen import Screen
from services.texts.i18n import Texts, blocks, bold, lines


def show(t: Texts, unfinished: str | None = None) -> Screen:
    """`unfinished`: the kind of wizard that was left half-way, to go back to."""
    return Screen(
        blocks(
            bold(t("Help")),
            lines(
                bold(t("How to book a visit")),
                t("1. Press “🏠 Main menu”, then “🩺 Book a doctor”."),
                t("2. Choose who the visit is for, the clinic, the specialist and the time."),
                t("3. Check everything and press “Yes, I confirm”. You will get a ticket with a number."),
            ),
            lines(
                bold(t("If you are lost")),
                t("“⬅️ Back” returns to the previous question, “🏠 Main menu” leads to the beginning."),
                t("What you have chosen is kept: come back and go on from the same place."),
            ),
            lines(
                bold(t("Commands")),
                t("/start – main menu"),
                t("/cancel – give up an unfinished form or booking (visits stay)"),
                t("/language – choose the language"),
                t("/help – this help"),
                t("/export_me – all your data in one file"),
                t("/delete_me – erase all your data"),
            ),
            t("In an emergency call 103 or 112."),
        ),
        markup(
            [button(t.label("▶️ Go on"), WizardOpen(kind=unfinished, anew=False))] if unfinished else [],
            [button(t.label("🏥 Clinics"), RegionList(page=0))],
            [button(t.label("🌐 Language"), Go(to=Page.LANGUAGE))],
            [home_button(t)],
        ),
    )
