"""What is told of visits: the kinds, as they stand in rows."""

from __future__ import annotations

from enum import StrEnum

from services.notify.model import Earlier


class VisitNews(StrEnum):
    """What has happened. The subject: a visit's id, or a booking intent's for one that did not come about.

    The subject of an eve's reminder is the day of the visits, as ISO writes it.
    """

    BOOKING_CONFIRMED = "booking_confirmed"
    BOOKING_FAILED = "booking_failed"
    BOOKING_STANDS = "booking_stands"
    BOOKING_UNDONE = "booking_undone"
    VISIT_CANCELLED = "visit_cancelled"
    CANCEL_FAILED = "cancel_failed"
    MOVE_FAILED = "move_failed"
    VISIT_MOVED = "visit_moved"
    VISIT_BOOKED_ELSEWHERE = "visit_booked_elsewhere"
    VISIT_CANCELLED_BY_CLINIC = "visit_cancelled_by_clinic"
    REMINDER_EVE = "reminder_eve"
    REMINDER_SOON = "reminder_soon"


_HOW_IT_STANDS = frozenset(
    {
        VisitNews.BOOKING_CONFIRMED,
        VisitNews.BOOKING_STANDS,
        VisitNews.VISIT_BOOKED_ELSEWHERE,
        VisitNews.VISIT_MOVED,
        VisitNews.CANCEL_FAILED,
        VisitNews.MOVE_FAILED,
    }
)


def told_before(*visit_ids: str) -> Earlier:
    """What was told of these visits, once one of them is moved or cancelled: the list has each visit once."""
    return Earlier(_HOW_IT_STANDS, frozenset(visit_ids))
