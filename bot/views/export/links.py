"""Where links have led."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"link_followed_to": N_("the clinic that a link has led you to")},
        "answers": {"link": N_("where a link has led"), "followed": N_("whether that link has been followed")},
    }
)
