"""What calendars know."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"calendar_files": N_("visits whose calendar file you were given")},
        "calendar_files": {
            "name_in_calendar": N_("what calendars know the visit by"),
            "changes": N_("how often the file was changed"),
        },
    }
)
