"""The address for letters."""

from __future__ import annotations

from bot.views.export.words import ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        "account": {
            "email": N_("address for letters"),
            "email_not_reached_since": N_("since when letters do not reach this address"),
        },
        "answers": {"address": N_("e-mail address")},
    },
    codes={"draft": {"mail": N_("giving an e-mail address")}},
)
