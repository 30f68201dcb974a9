"""Help."""

from __future__ import annotations

from bot.handlers import help  # noqa: A004
from bot.keyboards.buttons.help import GO_HELP, HelpPage, HelpTopic
from bot.keyboards.help import TOPICS
from bot.topic import Command, Entry, Place, Topic, Wish
from services.texts.i18n import N_

TOPIC = Topic(
    "help",
    routes=help.ROUTES,
    wishes=(
        Wish(
            "help",
            N_("❓ Help"),
            GO_HELP,
            yields=True,
        ),
        Wish(
            "book",
            TOPICS[HelpPage.BOOK],
            HelpTopic(topic=HelpPage.BOOK, person=None),
        ),
        Wish(
            "policy",
            TOPICS[HelpPage.POLICY],
            HelpTopic(topic=HelpPage.POLICY, person=None),
        ),
        Wish(
            "register",
            TOPICS[HelpPage.REGISTER],
            HelpTopic(topic=HelpPage.REGISTER, person=None),
        ),
        Wish(
            "confirm",
            TOPICS[HelpPage.CONFIRM],
            HelpTopic(topic=HelpPage.CONFIRM, person=None),
        ),
        Wish(
            "emergency",
            N_("❓ Help"),
            GO_HELP,
            said=N_("🚑 In an emergency call 103 or 112 yourself: this chat calls nobody."),
        ),
    ),
    commands=(Command("help", N_("help: how to book, move and cancel"), 20, help.command, guests=True),),
    entries=(Entry(Place.MORE, N_("❓ Help"), GO_HELP, 90),),
)
