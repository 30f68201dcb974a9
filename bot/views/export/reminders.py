"""What reminders were answered."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"replies": N_("answers to reminders")},
        "replies": {"said_at": N_("when you answered that you come")},
    }
)
