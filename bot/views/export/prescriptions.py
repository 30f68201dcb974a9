"""Prescriptions, as the registry has them."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from bot.views.prescriptions import STATUSES
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"prescriptions": N_("prescriptions that you may see: they are kept in the clinic’s registry")},
        "prescriptions": {
            "commercial": N_("whether it is a commercial prescription"),
            "drug": N_("medicine"),
            "number": N_("number of the prescription"),
            "valid_until": N_("until when it is valid"),
            "doctor": N_("doctor"),
            "issued": N_("when it was written"),
            "amount": N_("how much"),
            "how": N_("how to take it"),
            "dispensed": N_("when it was dispensed"),
        },
    },
    codes={"prescription status": {status.value: word for status, word in STATUSES.items()}},
)
