"""What people send to be answered: its kinds, the statuses that each may go through, and what a list tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.errors import NomerokError

LONGEST_TEXT = 4096
"""Characters of a request's text: as many as one message of Telegram has."""
LONGEST_COMMENT = 2000
"""Characters of an answer: it stands on the card whole."""
MOST_PHOTOS = 5
"""Photos of one request."""
PHOTOS_IN_ALL = 100 * 1024 * 1024
"""Bytes of photos that are kept for one account, as they lie there."""
PHOTOS_KEPT = timedelta(days=180)
"""How long photos of a request are kept after its answer."""
FREE_DISK = 512 * 1024 * 1024
"""Bytes below which no photo is taken any more, so that there is room for bookings and texts."""


class RequestKind(StrEnum):
    """What was sent."""

    FEEDBACK = "feedback"
    PROBLEM = "problem"
    DISPUTE = "dispute"
    """«Это не я»: what another chat has done in a patient's name. Nobody writes it, a press does."""


class RequestStatus(StrEnum):
    """Statuses of every kind; which of them a kind has stands in `MACHINES`."""

    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"


Machine = Mapping[RequestStatus, tuple[RequestStatus, ...]]
"""What may follow each status of a kind; the first of the mapping is the one that it begins with."""

_ANSWERING: Machine = {
    RequestStatus.ACCEPTED: (RequestStatus.IN_PROGRESS, RequestStatus.ANSWERED),
    RequestStatus.IN_PROGRESS: (RequestStatus.ANSWERED,),
    RequestStatus.ANSWERED: (),
}
MACHINES: Mapping[RequestKind, Machine] = {
    RequestKind.FEEDBACK: _ANSWERING,
    RequestKind.PROBLEM: _ANSWERING,
    RequestKind.DISPUTE: _ANSWERING,
}
NEED_COMMENT = frozenset({RequestStatus.ANSWERED})
"""Statuses that say nothing without a comment."""


def first_status(kind: RequestKind) -> RequestStatus:
    """The status that a request of this kind begins with."""
    return next(iter(MACHINES[kind]))


def following(kind: RequestKind, status: RequestStatus) -> tuple[RequestStatus, ...]:
    """What may follow; nothing once the request is settled."""
    return MACHINES[kind][status]


@dataclass(frozen=True, slots=True)
class StatusStep:
    """A status, and since when."""

    status: RequestStatus
    at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its content. `photos`: ids, in the order in which they came; `steps`: oldest first.

    `photos_gone`: how many more there were, removed some time after the answer.
    """

    id: str
    number: int
    kind: RequestKind
    status: RequestStatus
    text: str
    comment: str | None
    sent_at: datetime
    photos: tuple[str, ...] = ()
    steps: tuple[StatusStep, ...] = ()
    photos_gone: int = 0

    @property
    def is_settled(self) -> bool:
        return not following(self.kind, self.status)


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request without its content, as the desk lists it."""

    number: int
    kind: RequestKind
    status: RequestStatus
    sent_at: datetime
    photos: int


class TrackedTopic(StrEnum):
    """Whose card a line of «Статусы заявлений» opens."""

    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class TrackedItem:
    """A line of «Статусы заявлений». `kind`, `status`: words of the topic, which its views put into sentences.

    `person`: full name of whoever it is for; None: the account holder's own word.
    """

    topic: TrackedTopic
    id: str
    number: str
    kind: str
    status: str
    sent_at: datetime
    person: str | None = None


@dataclass(frozen=True, slots=True)
class TrackedPage:
    """Some lines, newest first, and how many there are in all."""

    items: tuple[TrackedItem, ...]
    total: int


class PictureProblem(StrEnum):
    """Why a file is not taken for a photo."""

    NOT_A_PICTURE = "not_a_picture"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    """The chat has sent as many, or as many bytes, as it may in a day."""
    NO_MORE = "no_more"
    """As many bytes are kept for the account as may be."""
    NO_ROOM = "no_room"
    """The disk is nearly full."""


class PictureRefused(NomerokError):  # noqa: N818
    """This file is not taken."""

    def __init__(self, problem: PictureProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class TooManyRequests(NomerokError):  # noqa: N818
    """The chat has sent as many requests as it may in a day."""


class WrongStep(NomerokError):  # noqa: N818
    """This status may not follow. `stands`: the present one."""

    def __init__(self, kind: RequestKind, stands: RequestStatus) -> None:
        super().__init__(stands.value)
        self.kind = kind
        self.stands = stands


class CommentMissing(NomerokError):  # noqa: N818
    """This status says nothing without a comment."""


class CommentTooLong(NomerokError):  # noqa: N818
    """More than `LONGEST_COMMENT` characters."""
