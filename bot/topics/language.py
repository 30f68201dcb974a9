"""The choice of language."""

from __future__ import annotations

from bot.handlers import language
from bot.keyboards.buttons.language import GO_LANGUAGE
from bot.topic import Command, Entry, Place, Topic, Wish
from services.texts.i18n import N_

TOPIC = Topic(
    "language",
    routes=language.ROUTES,
    commands=(Command("language", N_("choose the language"), 40, language.command, guests=True),),
    wishes=(
        Wish(
            "language",
            N_("🌐 Language"),
            GO_LANGUAGE,
        ),
    ),
    entries=(Entry(Place.HELP, N_("🌐 Language"), GO_LANGUAGE, 10),),
)
