"""The document itself, the account, and what was done from it."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {
            "made_at": N_("when this file was made"),
            "account": N_("this chat"),
            "actions": N_("what was done from this chat, and who else has looked at your data"),
        },
        "account": {
            "telegram_chat": N_("number of the Telegram chat"),
            "person_in_main_menu": N_("whose policy stands in the main menu"),
            "region_used_last": N_("the region that was chosen last"),
            "large_screens": N_("whether the screens are drawn for big letters"),
            "bot_blocked_since": N_("since when messages do not reach this chat"),
        },
        "actions": {"action": N_("what was done"), "by_whom": N_("who it was, where somebody else")},
    }
)
