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

_MORNING_AND_AFTERNOON = frozenset({9, 14})
_NINE, _LATER = time(9), time(9, 20)


def setting(t: Texts, now: datetime, *, on: bool, note: Html | None = None) -> Screen:
    """`on`: as it is. `note`: what has happened."""
    switch = button(t.label("Turn off"), SetLarge(on=False)) if on else button(t.label("✅ Turn on"), SetLarge(on=True))
    return Screen(
        blocks(
            note or "",
            bold(t("🔍 Large print: on") if on else t("🔍 Large print: off")),
            t(
                "Less stands on a screen then, for big letters. Lists are half as long, times stand two in a row. The "
                "letters themselves grow in the settings of the phone."
            ),
            lines(t("For example:"), *map(escape, _example(t, now))) if not on else "",
            t("You can also just write “larger” or “smaller”."),
        ),
        markup([switch], back_row(t, GO_MORE)),
    )


def chosen(t: Texts, *, on: bool) -> Html:
    """What has happened, above the screen that it has happened to."""
    if on:
        return t("✅ Large print is on. To undo it, write “smaller”.")
    return t("✅ Large print is off. To turn it on, write “larger”.")


def _example(t: Texts, now: datetime) -> list[str]:
    """A day and two times, as lists have them."""
    today = local(now, MOSCOW).date()
    day = DayOffer(today + timedelta(days=2), 2, _MORNING_AND_AFTERNOON)
    return [f"▫️ {day_label(t, day, today)}", f"▫️ {_NINE:%H:%M}   ▫️ {_LATER:%H:%M}"]
