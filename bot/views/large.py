"""«Крупно»: what it does, how it looks, and that it has been chosen."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.keyboards.buttons.large import SetLarge
from bot.keyboards.buttons.more import GO_MORE
from bot.keyboards.kit import back_row, button, markup
from bot.views.screen import Screen
from bot.views.times import day_label
from services.registry.model import DayOffer
from services.texts.dates import MOSCOW, local
from services.texts.i18n import Html, Texts, blocks, bold, escape, lines

_MORNING_AND_AFTERNOON, _AFTERNOON = frozenset({9, 14}), frozenset({14})
_NINE, _LATER = time(9), time(9, 20)


def setting(t: Texts, now: datetime, *, on: bool, note: Html | None = None) -> Screen:
    """`on`: as it is. `note`: what has happened."""
    switch = button(t.label("Turn off"), SetLarge(on=False)) if on else button(t.label("✅ Turn on"), SetLarge(on=True))
    return Screen(
        blocks(
            note or "",
            lines(bold(t("🔍 Large print")), t("It is on.") if on else t("It is off.")),
            t(
                "For big letters on your phone. Lists are half as long, times stand two in a row, days one below the "
                "other. The size of the letters is set in the phone itself."
            ),
            lines(t("This is how days and times look:"), *map(escape, _example(t, now))),
            t("You can also just write “larger” or “smaller”, on any screen."),
        ),
        markup([switch], back_row(t, GO_MORE)),
    )


def chosen(t: Texts, *, on: bool) -> Html:
    """What has happened, above the screen that it has happened to."""
    if on:
        return t("✅ Large print is on. To undo it, write “smaller”.")
    return t("✅ Large print is off. To turn it on, write “larger”.")


def _example(t: Texts, now: datetime) -> list[str]:
    """Two days and two times, as the lists would have them."""
    today = local(now, MOSCOW).date()
    days = [
        DayOffer(today + timedelta(days=ahead), 1, hours)
        for ahead, hours in ((1, _MORNING_AND_AFTERNOON), (2, _AFTERNOON))
    ]
    return [*(f"▫️ {day_label(t, each, today)}" for each in days), f"▫️ {_NINE:%H:%M}   ▫️ {_LATER:%H:%M}"]
