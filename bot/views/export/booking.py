"""Bookings, and a booking that is being made: whom for, where, and the last look."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.booking.model import NOT_TOLD
from services.registry.model import Refusal
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {
            "registry_answered": N_("whether the registry answered while this file was made"),
            "bookings": N_("bookings made from this chat"),
            "warnings_accepted": N_("clinics where you went on for a person who is not attached there"),
        },
        "bookings": {
            "in_place_of_another": N_("whether another booking was moved by it"),
            "over_since": N_("since when it no longer stands"),
        },
        "answers": {
            "region": N_("region"),
            "region_fixed": N_("whether the region was chosen by hand"),
            "query_region": N_("the region that was searched for"),
            "query": N_("the clinic that was searched for"),
            "near": N_("the place that was shared to find a clinic nearby"),
            "attached": N_("whether the person is attached to that clinic"),
            "unattached": N_("whether you went on without attachment"),
            "warned": N_("clinics where you went on without an attachment, as the registry calls them"),
            "wanted": N_("the specialist without free times at that clinic"),
            "elsewhere": N_("whether you looked where else there is that specialist"),
            "full": N_("step “there are no free times”"),
            "already": N_("step “There is already a booking with this specialist”"),
            "ahead": N_("the booking that there is with this specialist already, as the registry calls it"),
            "for_women": N_("what is for women there, the specialist or the clinic"),
            "women": N_("whether you said that this is right"),
            "unexplained": N_("why a time could not be booked"),
            "no_policy": N_("whether there is no policy"),
            "nopolicy": N_("whether you went on without a policy"),
            "confirm": N_("step “Please check the booking”"),
            "checking": N_("step “checking with the registry”"),
        },
    },
    {},
    {
        "refusal": {
            Refusal.TIME_BUSY.value: N_("the time was taken already"),
            NOT_TOLD: N_("the time could not be booked for this person"),
            Refusal.OTHER_AGE.value: N_("the doctor sees patients of another age"),
            Refusal.TIME_PASSED.value: N_("the time had passed"),
            Refusal.PATIENT_NOT_FOUND.value: N_("the registry did not find the patient"),
            Refusal.REFERRAL_EXPIRED.value: N_("the referral had expired"),
            Refusal.OLD_VISIT_OVER.value: N_("the booking that was to be moved no longer stood"),
            Refusal.UNAVAILABLE.value: N_("the registry did not answer"),
        },
        "outcome": {
            "pending": N_("the registry has not answered yet"),
            "booked": N_("booked"),
            "refused": N_("refused by the registry"),
        },
        "draft": {"booking": N_("booking a doctor")},
        "action": {"visit_booked": N_("a visit was booked")},
    },
)
