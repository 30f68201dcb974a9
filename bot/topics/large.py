"""«Крупно»: screens for big letters."""

from __future__ import annotations

from bot.handlers import large
from bot.keyboards.buttons.large import GO_LARGE
from bot.topic import Command, Entry, Place, Saying, Topic
from services.texts.i18n import N_

_LARGER = N_("larger, bigger, large print, larger text, bigger text, larger letters, bigger letters")
_SMALLER = N_("smaller, smaller text, smaller letters")
_LARGE, _SMALL = N_("large, big"), N_("small")
"""Surnames, too: taken where nobody is asked for one."""

TOPIC = Topic(
    "large",
    routes=large.ROUTES,
    commands=(Command("large", N_("large print: fewer lines on a screen"), 45, large.command),),
    sayings=(
        Saying(_LARGER, large.larger, anywhere=True),
        Saying(_SMALLER, large.smaller, anywhere=True),
        Saying(_LARGE, large.larger),
        Saying(_SMALL, large.smaller),
    ),
    entries=(
        Entry(
            Place.MORE,
            N_("🔍 Large print"),
            GO_LARGE,
            15,
            about=N_("Large print: fewer lines on a screen, for big letters."),
        ),
    ),
)
