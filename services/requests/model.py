"""What people write to be answered: problems and feedback, with photos."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from services.cases.model import CaseKind, Machine
from services.errors import NomerokError

LONGEST_TEXT = 4096
"""Characters of a request's text: as many as one message of Telegram has."""
MOST_PHOTOS = 5
"""Photos of one request."""
PHOTOS_IN_ALL = 100 * 1024 * 1024
"""Bytes of photos that are kept for one account, as they lie there."""
PHOTOS_KEPT = timedelta(days=180)
"""How long photos of a request are kept after its answer."""
FREE_DISK = 512 * 1024 * 1024
"""Bytes below which no photo is taken any more, so that there is room for bookings and texts."""


class RequestKind(StrEnum):
    """What is written. Each is a wizard of its own, by the same name."""

    FEEDBACK = "feedback"
    PROBLEM = "problem"


class RequestStatus(StrEnum):
    """How it stands with something that is read and answered, and no more."""

    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"


ANSWERING: Machine = {
    RequestStatus.ACCEPTED: (RequestStatus.IN_PROGRESS, RequestStatus.ANSWERED),
    RequestStatus.IN_PROGRESS: (RequestStatus.ANSWERED,),
    RequestStatus.ANSWERED: (),
}
NEED_COMMENT = frozenset({RequestStatus.ANSWERED})
"""An answer that says nothing is none."""
KINDS: Mapping[RequestKind, CaseKind] = {each: CaseKind(each.value, ANSWERING, NEED_COMMENT) for each in RequestKind}


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
