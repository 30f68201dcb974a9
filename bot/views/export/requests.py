"""What is written to be answered."""

from __future__ import annotations

from bot.views.export.words import ExportWords
from services.requests.model import RequestKind
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        "answers": {
            "message": N_("what you wrote"),
            "photos": N_("photos, as they are called here"),
            "album": N_("photos that came together, as Telegram calls them"),
        },
    },
    {},
    {
        "case": {RequestKind.PROBLEM.value: N_("problem"), RequestKind.FEEDBACK.value: N_("feedback")},
        "draft": {"problem": N_("reporting a problem"), "feedback": N_("writing feedback")},
    },
)
