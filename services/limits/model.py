"""How often a chat may do what costs others something: every limit there is, each once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.errors import NomerokError

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_MEGABYTE = 1024 * 1024


class Act(StrEnum):
    """What is counted. The words are part of the keys that rows lie under: they stay."""

    GUESS = "guess"
    """A one-time code that does not fit; one that does is given back."""
    GUESS_OF_ALL = "guess of all"
    """The same over all chats: from then on whoever has missed in this hour gets no other try."""
    LOOK_UP = "look up"
    """Another person whom the registry is asked for by what was typed, found or not."""
    CODE = "code"
    """A one-time code of one's own."""
    PERSON = "person"
    """Somebody typed and put on the list."""
    DECLARED_BOOKING = "declared booking"
    """A booking that rests on nothing but the account's own word."""
    HIDDEN_CLASH = "hidden clash"
    """A visit asked for beside one that the account may not see; of each patient by itself."""
    REQUEST = "request"
    COST_APPLICATION = "cost application"
    """For a statement of what care has cost."""
    SIGNATURE = "signature"
    """A file that is checked to be a signature: each takes a process of its own."""
    PHOTO = "photo"
    """A photo that is taken in and cleaned, whatever becomes of it."""
    PHOTO_BYTES = "photo bytes"
    LETTER = "letter"
    """By e-mail: an address may be a stranger's."""
    MAIL_CODE = "mail code"
    """A letter with the code that an address is confirmed by."""
    MAIL_CODE_TO = "mail code to"
    """The same to one address, whoever asks."""
    DOCUMENT_LETTER = "document letter"
    """A document by e-mail, wherever to."""
    DOCUMENT_LETTER_UNCONFIRMED = "document letter unconfirmed"
    """The same to an address that nobody has confirmed."""
    EXPORT = "export"
    HOLD = "hold"
    """Seconds for which one time is kept for a chat."""


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` within a `window`, which begins with the first act, or, where it is `renewed`, with the last."""

    most: int
    window: timedelta
    renewed: bool = False


LIMITS: Mapping[Act, Limit] = {
    Act.GUESS: Limit(5, _HOUR),
    Act.GUESS_OF_ALL: Limit(100, _HOUR),
    Act.LOOK_UP: Limit(8, _DAY),
    Act.CODE: Limit(20, _DAY),
    Act.PERSON: Limit(30, _DAY),
    Act.DECLARED_BOOKING: Limit(10, _DAY),
    Act.HIDDEN_CLASH: Limit(3, _DAY),
    Act.REQUEST: Limit(10, _DAY),
    Act.COST_APPLICATION: Limit(20, _DAY),
    Act.SIGNATURE: Limit(30, _DAY),
    Act.PHOTO: Limit(60, _DAY),
    Act.PHOTO_BYTES: Limit(50 * _MEGABYTE, _DAY),
    Act.LETTER: Limit(20, _DAY),
    Act.MAIL_CODE: Limit(5, _DAY),
    Act.MAIL_CODE_TO: Limit(10, _DAY),
    Act.DOCUMENT_LETTER: Limit(20, _DAY),
    Act.DOCUMENT_LETTER_UNCONFIRMED: Limit(5, _DAY),
    Act.EXPORT: Limit(10, _DAY),
    Act.HOLD: Limit(15 * 60, timedelta(minutes=30), renewed=True),
}
"""None of them bars Home, lists, cancelling, help."""


class LimitReached(NomerokError):  # noqa: N818
    """The chat has done this as often as it may for now; nothing has been counted by this try."""

    def __init__(self, act: Act) -> None:
        super().__init__(act.value)
        self.act = act
