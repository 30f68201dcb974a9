"""Clinics on a map, while one is chosen."""

from __future__ import annotations

from bot.views.export.words import ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {"answers": {"map": N_("page of the map"), "card": N_("clinic opened on the map, as the registry calls it")}}
)
