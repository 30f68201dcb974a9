"""The chat itself: /start, going on with a wizard, giving it up, closing what stands below a screen."""

from __future__ import annotations

from bot.handlers import close, start, wizard
from bot.keyboards.buttons.wizard import WizardOpen, WizardPress
from bot.routing import on
from bot.topic import Command, Topic
from bot.views.export import drafts as drafts_words
from services.texts.i18n import N_

TOPIC = Topic(
    "chat",
    routes=(on(WizardPress, wizard.press), on(WizardOpen, wizard.open_wizard), *close.ROUTES),
    commands=(
        Command("start", N_("main menu"), 10, start.start, guests=True),
        Command("cancel", N_("give up an unfinished form or booking (visits stay)"), 30, wizard.cancel),
    ),
    words=(drafts_words.WORDS,),
)
