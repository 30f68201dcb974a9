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
                t("Help: how to book, and what to press if you are lost."),
                t("About: who keeps your data, how to get all of it and how to take your consent back."),
            ),
        ),
        markup(
            [button(t.label("👪 Policies"), Go(to=Page.POLICIES))],
            [button(t.label("❓ Help"), Go(to=Page.HELP))],
            [button(t.label("ℹ️ About"), Go(to=Page.ABOUT))],
            back_row(t, None),
        ),
    )
