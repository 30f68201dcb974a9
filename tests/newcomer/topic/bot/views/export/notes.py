"""Notes, and what is being written."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"notes": N_("your notes for the doctor")},
        "notes": {"note": N_("what you noted"), "kept_at": N_("when it was kept")},
        "answers": {"text": N_("what you are noting")},
    },
    codes={"draft": {"notes": N_("writing a note")}},
)
