"""«Ещё»: what does not stand in the main menu itself."""

from __future__ import annotations

from bot.keyboards.callbacks import Go, Page
from bot.keyboards.kit import back_row, button, markup
from bot.views.screen import Screen
from services.texts.i18n import Texts, blocks, bold, lines


def more(t: Texts) -> Screen:
    return Screen(
        blocks(
            bold(t("☰ More")),
            lines(
                t("Policies: everybody you book for; here you choose whose policy stands in the main menu."),
                t("Report a problem: something does not work or is wrong."),
                t("Feedback: what you like and what should be better."),
                t("Help: how to book, and what to press if you are lost."),
            ),
        ),
        markup(
            [button(t.label("👪 Policies"), Go(to=Page.POLICIES))],
            [button(t.label("⚠️ Report a problem"), Go(to=Page.PROBLEM))],
            [button(t.label("✉️ Feedback"), Go(to=Page.FEEDBACK))],
            [button(t.label("❓ Help"), Go(to=Page.HELP))],
            back_row(t, None),
        ),
    )
