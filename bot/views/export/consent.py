"""Consents to the processing of personal data."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"consents": N_("consents to the processing of personal data")},
        "consents": {"version": N_("version of the text"), "text": N_("the text as it was read")},
    }
)
