"""«Это не я», as it was sent."""

from __future__ import annotations

from bot.views.export.words import ExportWords
from services.disputes.model import DISPUTE
from services.texts.i18n import N_

WORDS = ExportWords(codes={"case": {DISPUTE.name: N_("“It was not me”")}})
