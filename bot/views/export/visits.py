"""Visits as the registry has them, those that are watched, and cancelling."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from bot.views.visits import STATUSES
from services.registry.model import CancelRefusal, VisitStatus
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {
            "cancellations": N_("cancellations made from this chat"),
            "visits_remembered": N_("visits whose changes are watched for you"),
        },
        "visit": {
            "number": N_("number of the booking"),
            "specialty": N_("specialty"),
            "doctor": N_("doctor"),
            "room": N_("room"),
            "begins": N_("begins"),
            "ends": N_("ends"),
        },
    },
    {
        VisitStatus: STATUSES,
        CancelRefusal: {
            CancelRefusal.ALREADY_CANCELLED: N_("it was cancelled already"),
            CancelRefusal.TIME_PASSED: N_("the time had passed"),
            CancelRefusal.MOVED: N_("the booking had been moved"),
            CancelRefusal.NOT_FOUND: N_("the registry had no such booking"),
            CancelRefusal.UNAVAILABLE: N_("the registry did not answer"),
        },
    },
    {
        "cancel_outcome": {
            "pending": N_("the registry has not answered yet"),
            "done": N_("cancelled"),
            "refused": N_("refused by the registry"),
        },
        "action": {"visit_cancelled": N_("a visit was cancelled")},
    },
)
