"""Help."""

from __future__ import annotations

from bot.handlers import help  # noqa: A004
from bot.keyboards.buttons.help import GO_HELP
from bot.topic import Command, Entry, Place, Topic
from services.texts.i18n import N_

TOPIC = Topic(
    "help",
    routes=help.ROUTES,
    commands=(Command("help", N_("help: how to book, move and cancel"), 20, help.command, guests=True),),
    entries=(
        Entry(
            Place.MORE,
            N_("❓ Help"),
            GO_HELP,
            90,
            about=N_("Help: how to book, and what to press if you are lost."),
        ),
    ),
)
