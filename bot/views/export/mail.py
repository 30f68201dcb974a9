"""The address for letters."""

from __future__ import annotations

from bot.views.export.words import ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        "account": {
            "email": N_("address for letters"),
            "email_not_reached_since": N_("since when letters do not reach this address"),
            "email_confirmed_at": N_("when this address was confirmed"),
            "email_to_confirm": N_("address that is to be confirmed by a code"),
        },
        "email_to_confirm": {
            "address": N_("e-mail address"),
            "code_sent_at": N_("when the letter with the code was asked for"),
            "code_good_until": N_("until when the code is good"),
            "wrong_codes": N_("how many wrong codes were written"),
            "not_reached_since": N_("since when letters do not reach this address"),
        },
        "answers": {"address": N_("e-mail address")},
    },
    codes={"draft": {"mail": N_("giving an e-mail address")}},
)
