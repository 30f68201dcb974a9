"""«Ещё»: what does not stand in the main menu itself."""

from __future__ import annotations

from bot.keyboards.callbacks import Go, Page
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
            [button(t.label("👪 Policies"), Go(to=Page.POLICIES))],
            [button(t.label("✉️ E-mail"), Go(to=Page.MAIL))] if mail else [],
            [button(t.label("⚠️ Report a problem"), Go(to=Page.PROBLEM))],
            [button(t.label("💬 Feedback"), Go(to=Page.FEEDBACK))],
            [button(t.label("ℹ️ About"), Go(to=Page.ABOUT))],
            [button(t.label("❓ Help"), Go(to=Page.HELP))],
            back_row(t, None),
        ),
    )
