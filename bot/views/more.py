"""«Ещё»: what does not stand in the main menu itself."""

from __future__ import annotations

from bot.keyboards.buttons.family import GO_POLICIES
from bot.keyboards.buttons.help import GO_HELP
from bot.keyboards.buttons.mail import GO_MAIL
from bot.keyboards.buttons.mydata import GO_ABOUT
from bot.keyboards.buttons.requests import GO_FEEDBACK, GO_PROBLEM
from bot.keyboards.kit import back_row, button, markup
from bot.views.screen import Screen
from services.texts.i18n import Texts, blocks, bold, lines


def more(t: Texts, *, mail: bool = False) -> Screen:
    """`mail`: there are letters to be had, or an address to be changed."""
    return Screen(
        blocks(
            bold(t("☰ More")),
            lines(
                t("Policies: everybody you book for; here you choose whose policy stands in the main menu."),
                t("E-mail: letters about your bookings, with a file for the calendar.") if mail else "",
                t("Report a problem: something does not work or is wrong."),
                t("Feedback: what you like and what should be better."),
                t("About: who keeps your data, how to get all of it and how to take your consent back."),
                t("Help: how to book, and what to press if you are lost."),
            ),
        ),
        markup(
            [button(t.label("👪 Policies"), GO_POLICIES)],
            [button(t.label("✉️ E-mail"), GO_MAIL)] if mail else [],
            [button(t.label("⚠️ Report a problem"), GO_PROBLEM)],
            [button(t.label("💬 Feedback"), GO_FEEDBACK)],
            [button(t.label("ℹ️ About"), GO_ABOUT)],
            [button(t.label("❓ Help"), GO_HELP)],
            back_row(t, None),
        ),
    )
