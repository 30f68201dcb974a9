"""What was looked for in lists."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"searches": N_("what you looked for last in each list")},
        "searches": {
            "asked": N_("what you were asked"),
            "looked_for": N_("what you looked for"),
            "searched_at": N_("when you looked for it"),
        },
        "answers": {"list": N_("what you were asked"), "sought": N_("what you looked for")},
    },
    codes={"draft": {"search": N_("searching a list")}},
)
"""What was asked is said by the list itself (`bot.topic.SearchSpec`)."""
