"""Accesses from chat to chat, and the codes that open them."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.accounts.model import LOOKS, Area, Covers
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {
            "access": N_("accesses between chats"),
            "codes": N_("one-time codes that you made; the digits are not kept"),
        },
        "access": {
            "direction": N_("who gave it"),
            "whose_bookings": N_("whose bookings"),
            "to_whom": N_("to whom"),
            "ended_at": N_("when it ended"),
        },
        "codes": {
            "made_at": N_("when the code was made"),
            "good_until": N_("good until"),
            "used_at": N_("when it was used"),
        },
        "answers": {
            "code": N_("which code was entered, as it is called here"),
            "accept": N_("step “Take it?”"),
        },
    },
    {
        Covers: {
            Covers.SEE_VISITS: N_("to see bookings"),
            Covers.MANAGE_VISITS: N_("to book, move and cancel"),
            Covers.RECORDS: N_("to see the medical record"),
            Covers.DOCUMENTS: N_("to see documents"),
            Covers.INSURANCE: N_("to see the insurance"),
            Covers.REQUESTS: N_("to see applications"),
        }
    },
    {
        "direction": {"given": N_("given by you"), "received": N_("received by you")},
        "draft": {"access": N_("entering a code")},
        "action": {
            "basis_desk": N_("a code of the clinic’s desk confirmed documents"),
            "basis_consent": N_("a code of the clinic’s desk confirmed a consent"),
            "consent_accepted": N_("an access was taken"),
            "consent_ended": N_("an access was closed"),
            "basis_ended": N_("an access by documents was closed"),
            "basis_ended_by_desk": N_("the clinic’s desk closed an access"),
            "code_missed": N_("a code that did not fit was entered"),
            LOOKS[Area.RECORDS]: N_("the medical record was looked at"),
            LOOKS[Area.DOCUMENTS]: N_("documents were looked at"),
            LOOKS[Area.INSURANCE]: N_("the insurance was looked at"),
            LOOKS[Area.REQUESTS]: N_("applications were looked at"),
        },
    },
)
