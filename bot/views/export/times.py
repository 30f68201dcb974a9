"""Specialists and times, while one is chosen and while one is held."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"times_held": N_("times held for you")},
        "answers": {
            "service": N_("code of the specialty"),
            "service_name": N_("specialty"),
            "doctor": N_("code of the doctor"),
            "doctor_name": N_("doctor"),
            "time": N_("time of the doctor, as the registry calls it"),
            "month": N_("month that was looked at"),
            "part": N_("part of the day that was looked at"),
        },
    }
)
