"""Refusals in a patient's words, and what becomes of a time that was held."""

from __future__ import annotations

from collections.abc import Mapping

from bot.keyboards.kit import home_button, markup
from bot.views.screen import Screen
from services.accounts.rights import DECLARED_AHEAD
from services.errors import Denial
from services.registry.model import CancelRefusal, Clinic, Refusal
from services.texts.i18n import N_, Html, Texts, blocks

REFUSALS: dict[Refusal | Denial, str] = {
    Refusal.TIME_BUSY: N_("This time has just been taken. Here are the nearest free ones."),
    Refusal.SAME_SPECIALIST: N_(
        "There is already a booking with this specialist: see “My bookings”. It can be moved or cancelled there; "
        "the next one can be made after it."
    ),
    Refusal.SAME_TIME: N_("There is already another visit at this time. Please choose another time."),
    Refusal.OTHER_AGE: N_("This doctor sees patients of another age. Please choose another clinic or specialist."),
    Refusal.TIME_PASSED: N_("This time has already passed. Please choose another."),
    Refusal.PATIENT_NOT_FOUND: N_(
        "The registry does not know a patient with such data. Please check the policy number and the name, "
        "or call the clinic."
    ),
    Refusal.REFERRAL_EXPIRED: N_(
        "The referral has expired. Ask the doctor for a new one, or choose another specialist."
    ),
    Refusal.OLD_VISIT_OVER: N_(
        "The booking that was to be moved no longer stands: see “My bookings”. Nothing new has been booked."
    ),
    Refusal.UNAVAILABLE: N_(
        "The registry is not answering. You are not booked yet; the choice is kept. Please try again."
    ),
    Denial.GROWN_UP: N_(
        "This person will be 18 by the day of the visit and books for themselves. Please choose another day or person."
    ),
    Denial.BASIS_ENDED: N_("The permission to book for this person has ended. Please choose another person."),
    Denial.NOT_COVERED: N_(
        "This person lets you see the bookings, but not make or change them. Ask for a wider permission, or choose "
        "another person."
    ),
    Denial.NOT_OPEN: N_("This is not open to you. The person’s card in “Policies” says what is, and how to get more."),
    Denial.TOO_MANY_DECLARED: N_(
        "You already have {limit} visits ahead for people whose documents the clinic has not checked. "
        "You can book another after one of them."
    ),
    Denial.TOO_MANY_A_DAY: N_(
        "There have been many tries from this chat today to book for people whose documents the clinic has not "
        "checked. You can book another tomorrow, or call the clinic."
    ),
    Denial.TOO_MANY_TRIES: N_(
        "Too many different people have been looked up from this chat today. Try tomorrow, or call the clinic."
    ),
    Denial.HIDDEN_CLASH: N_("This time cannot be booked. Please choose another."),
    Denial.TOO_MANY_CLASHES: N_("No more can be booked for this person today: please call the clinic."),
}


MOVE_REFUSALS: dict[Refusal | Denial, str] = REFUSALS | {
    Refusal.SAME_SPECIALIST: N_(
        "There is one more booking with this specialist: see “My bookings”. Two at once are not possible."
    ),
    Refusal.OTHER_AGE: N_("This doctor sees patients of another age. Please choose another doctor."),
    Refusal.REFERRAL_EXPIRED: N_("The referral has expired. Ask the doctor for a new one."),
    Refusal.UNAVAILABLE: N_("The registry is not answering: the new time could not be booked. Please try again."),
    Denial.GROWN_UP: N_(
        "This person will be 18 by the day of the visit and books for themselves. Please choose another day."
    ),
    Denial.BASIS_ENDED: N_("The permission to book for this person has ended."),
    Denial.NOT_COVERED: N_("This person lets you see the bookings, but not change them."),
}
"""Why a visit is not moved: of the new time alone. Whether the old booking stands is said after it."""


_DESK_HELPS = frozenset(
    {
        *(Refusal.PATIENT_NOT_FOUND, Refusal.REFERRAL_EXPIRED),
        *(Denial.TOO_MANY_TRIES, Denial.TOO_MANY_A_DAY, Denial.TOO_MANY_CLASHES),
    }
)


def refusal(t: Texts, reason: Refusal | Denial, clinic: Clinic) -> Html:
    """The sentence of a refusal, with the clinic's phone where only the desk can help."""
    return _sentence(t, REFUSALS, reason, clinic)


def move_refusal(t: Texts, reason: Refusal | Denial, clinic: Clinic) -> Html:
    """The same of a move."""
    return _sentence(t, MOVE_REFUSALS, reason, clinic)


def unexplained(t: Texts, reason: Denial, clinic: Clinic) -> Html:
    """The sentence of a refusal whose cause is not told here, with the phone of those who can tell it."""
    return blocks(_said(t, REFUSALS[reason]), _phone(t, clinic))


def _sentence(t: Texts, table: Mapping[Refusal | Denial, str], reason: Refusal | Denial, clinic: Clinic) -> Html:
    return blocks(_said(t, table[reason]), _phone(t, clinic) if reason in _DESK_HELPS else "")


def _said(t: Texts, sentence: str) -> Html:
    return Html("⚠️ ") + t(sentence, limit=DECLARED_AHEAD)


def _phone(t: Texts, clinic: Clinic) -> Html:
    return t("Phone of the clinic: {phone}", phone=clinic.phone) if clinic.phone else Html("")


def not_for(t: Texts, reason: Denial) -> Html:
    """Why nothing can be booked for whoever was chosen."""
    return Html("⚠️ ") + t(REFUSALS[reason], limit=DECLARED_AHEAD)


def denied(t: Texts, reason: Denial) -> Screen:
    """What was pressed may not be done, where no screen of its own says so."""
    return Screen(
        Html("⚠️ ") + t(MOVE_REFUSALS[reason], limit=DECLARED_AHEAD),
        markup([home_button(t)]),
    )


CANCEL_REFUSALS: dict[CancelRefusal | Denial, str] = {
    CancelRefusal.ALREADY_CANCELLED: N_("This booking has already been cancelled."),
    CancelRefusal.TIME_PASSED: N_("The time of this visit has passed: there is nothing to cancel or to move."),
    CancelRefusal.MOVED: N_("This booking has been moved: see “My bookings” for the new time."),
    CancelRefusal.NOT_FOUND: N_("The registry has no such booking any more. Call the clinic if you have questions."),
    CancelRefusal.UNAVAILABLE: N_("The registry is not answering: the booking still stands. Please try again."),
    Denial.BASIS_ENDED: N_("The permission to act for this person has ended. The booking still stands."),
    Denial.NOT_COVERED: N_("This person lets you see the bookings, but not change them. The booking still stands."),
}
"""Why a visit is neither cancelled nor moved."""


def kept(t: Texts, reason: CancelRefusal | Denial) -> Html:
    """The sentence of a visit that is not cancelled, or cannot be moved."""
    mark = Html("") if reason is CancelRefusal.ALREADY_CANCELLED else Html("⚠️ ")
    return mark + t(CANCEL_REFUSALS[reason])


def not_cancelled(t: Texts, reason: CancelRefusal | Denial | None) -> Html:
    """A cancelling that was waited for has come to nothing. `reason`: why the visit is over, None: it stands."""
    if reason is CancelRefusal.ALREADY_CANCELLED:
        return kept(t, reason)
    failed = Html("⚠️ ") + t("The booking could not be cancelled.")
    if reason is not None:
        return failed + " " + t(CANCEL_REFUSALS[reason])
    return failed + " " + t("The registry is not answering: the booking still stands. Please try again.")


def checking_cancel(t: Texts) -> Html:
    """The registry is silent about a cancelling."""
    return Html("⏳ ") + t(
        "The registry has not answered yet whether the booking is cancelled. Until it does, take it that the booking "
        "stands. The answer will come here by itself in a few minutes."
    )


def under_way(t: Texts) -> Html:
    """What was asked about this visit before has not been answered."""
    return Html("⏳ ") + t(
        "The registry has not answered yet what you asked about this booking before. The answer will come here by "
        "itself in a few minutes."
    )


def hold_renewed(t: Texts) -> Html:
    return t("The time was no longer held, but it is still free. Please press once more.")


def hold_lost(t: Texts) -> Html:
    return Html("⚠️ ") + t("The time is no longer held, and somebody has taken it. Here are the nearest free ones.")


def still_checking(t: Texts) -> Html:
    return t("There is no answer from the registry yet.")
