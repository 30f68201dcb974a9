"""What people ask for that cannot be had here yet: it is said plainly, with the clinic's phone.

Who builds one of these takes its words along into the file of the new topic.
"""

from __future__ import annotations

from bot.keyboards.buttons.clinics import RegionList
from bot.topic import Topic, Wish
from services.texts.i18n import N_


def _wish(words: str, said: str) -> Wish:
    return Wish(words, N_("🏥 Clinics"), RegionList(page=0), said=said, by_phone=True)


TOPIC = Topic(
    "later",
    wishes=(
        _wish(
            "home call",
            N_("A doctor cannot be called home from this chat yet."),
        ),
        _wish(
            "certificate",
            N_("Certificates cannot be ordered in this chat yet."),
        ),
        _wish(
            "analyses",
            N_("Blood tests and other analyses cannot be booked in this chat yet."),
        ),
        _wish(
            "results",
            N_("Results of tests are not shown in this chat yet."),
        ),
        _wish(
            "examinations",
            N_("Examinations cannot be booked in this chat yet."),
        ),
        _wish(
            "referrals",
            N_("Referrals are not shown in this chat yet."),
        ),
        _wish(
            "vaccination",
            N_("Vaccinations cannot be booked in this chat yet."),
        ),
        _wish(
            "check-up",
            N_("A check-up cannot be booked in this chat yet."),
        ),
        _wish(
            "attaching",
            N_("One cannot be attached to a clinic in this chat yet."),
        ),
        _wish(
            "sick leave",
            N_("A sick leave is opened by a doctor at a visit; this chat does not show it yet."),
        ),
        _wish(
            "waiting list",
            N_("There is no waiting list in this chat yet. New times appear every day, usually in the morning."),
        ),
        _wish(
            "a person",
            N_("Nobody reads along in this chat: it works by buttons."),
        ),
    ),
)
