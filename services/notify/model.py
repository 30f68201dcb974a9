"""Notifications and their delivery: kinds and ids, never texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

GIVER, TAKER = "giver", "taker"


class NotificationKind(StrEnum):
    """What happened. The subject: a visit id, or a booking intent's for one that did not come about.

    The subject of an eve's reminder is the day of the visits, as ISO writes it; of a consent, the grant's id; of what
    the desk has opened in another chat, that chat's link; of what was sent to be answered, the request's id; of an
    address that no letter reaches, the account; of an access that has ended because one side erased its data, which
    side this account was (`GIVER`, `TAKER`): nothing else is left of it.
    """

    BOOKING_CONFIRMED = "booking_confirmed"
    BOOKING_FAILED = "booking_failed"
    BOOKING_STANDS = "booking_stands"
    VISIT_CANCELLED = "visit_cancelled"
    CANCEL_FAILED = "cancel_failed"
    MOVE_FAILED = "move_failed"
    VISIT_MOVED = "visit_moved"
    VISIT_CANCELLED_BY_CLINIC = "visit_cancelled_by_clinic"
    REMINDER_EVE = "reminder_eve"
    REMINDER_SOON = "reminder_soon"
    TURNED_15 = "turned_15"
    TURNED_18 = "turned_18"
    GUARDIANSHIP_ENDED = "guardianship_ended"
    ACCESS_OPENED = "access_opened"
    ACCESS_GIVEN = "access_given"
    ACCESS_ENDED = "access_ended"
    CONSENT_ENDED = "consent_ended"
    REQUEST_STATUS = "request_status"
    MAIL_REFUSED = "mail_refused"
    ACCESS_ERASED = "access_erased"


MAILED = frozenset(
    {
        NotificationKind.BOOKING_CONFIRMED,
        NotificationKind.BOOKING_STANDS,
        NotificationKind.VISIT_MOVED,
        NotificationKind.VISIT_CANCELLED,
        NotificationKind.VISIT_CANCELLED_BY_CLINIC,
        NotificationKind.MOVE_FAILED,
    }
)
"""What is told by e-mail too. Of moves that have failed, those that have cost the old visit."""
STANDING = frozenset(
    {NotificationKind.BOOKING_CONFIRMED, NotificationKind.BOOKING_STANDS, NotificationKind.VISIT_MOVED}
)
"""What says that there is a visit to come to."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One line of «Уведомления». `person_id`: whom it is about, where that is one person."""

    id: str
    account_id: str
    kind: NotificationKind
    subject_id: str
    created_at: datetime
    read: bool = False
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification to be delivered through one channel, claimed by this process for a while."""

    id: str
    channel: str
    attempts: int
    notification: Notification


class EmailProblem(StrEnum):
    """Why a typed text is no address that letters can be sent to."""

    NOT_AN_ADDRESS = "not_an_address"
    NAME_NOT_LATIN = "name_not_latin"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """An iCalendar file. `method`: what it asks of a calendar, PUBLISH or CANCEL."""

    name: str
    method: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is drawn: the same in plain text and in HTML, and the visit's calendar file."""

    locale: str
    subject: str
    text: str
    html: str
    calendar: CalendarFile
