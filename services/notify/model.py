"""Notifications and their delivery: kinds and ids, never texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NotificationKind(StrEnum):
    """What happened. The subject: a visit id, or a booking intent's for one that did not come about."""

    BOOKING_CONFIRMED = "booking_confirmed"
    BOOKING_FAILED = "booking_failed"


@dataclass(frozen=True, slots=True)
class Notification:
    """One line of «Уведомления»."""

    id: str
    account_id: str
    kind: NotificationKind
    subject_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification to be delivered through one channel, claimed by this process for a while."""

    id: str
    channel: str
    attempts: int
    notification: Notification
