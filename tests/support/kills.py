"""The named points where a story may kill the bot: one list, and where in the code each of them is."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Point(StrEnum):
    """Between which two things the power goes."""

    BEFORE_THE_INTENT = "before the intent"
    BEFORE_THE_CALL = "after the intent, before the call"
    BEFORE_SETTLING = "after the call, before settling"
    BEFORE_THE_SCREEN = "after settling, before the screen"
    BEFORE_THE_ANSWER = "after the screen, before the answer to the press"
    BEFORE_THE_ROW = "after the answer, before the outbox row is settled"
    BEFORE_THE_UPDATE = "after the row, before Telegram hears that the update has been handled"
    BEFORE_SENDING = "after the claim, before sending"
    BEFORE_MARKING = "after sending, before marking"
    BEFORE_THE_DRAFT = "after something has come, before the draft keeps it"
    BEFORE_THE_NEXT_STEP = "after the draft has kept it, before the next step is shown"


ACTING = (
    Point.BEFORE_THE_INTENT,
    Point.BEFORE_THE_CALL,
    Point.BEFORE_SETTLING,
    Point.BEFORE_THE_SCREEN,
    Point.BEFORE_THE_ANSWER,
    Point.BEFORE_THE_ROW,
    Point.BEFORE_THE_UPDATE,
)
"""Points of booking, moving and cancelling, in the order in which a press meets them."""
SENDING = (Point.BEFORE_SENDING, Point.BEFORE_MARKING)
"""Points of either channel."""
GATHERING = (Point.BEFORE_THE_DRAFT, Point.BEFORE_THE_NEXT_STEP)
"""Points of a wizard that takes what was typed or a photo."""


@dataclass(frozen=True)
class Place:
    """Right before a coroutine function of `owner` (a class or a module), or right after it."""

    owner: Any
    name: str
    after: bool = False


def places() -> dict[Point, Sequence[Place]]:
    """Where each point is. Imported late: stories name points, and have no need of the bot's code."""
    from bot import chat
    from bot.channels.email import EmailChannel
    from bot.middlewares.outgoing import Gate
    from services.booking.booking import Booking
    from services.booking.cancelling import Cancelling
    from services.drafts.drafts import Drafts
    from services.notify.outbox import Outbox

    acts = (Booking, Cancelling)
    return {
        Point.BEFORE_THE_INTENT: [Place(act, "_reserve") for act in acts],
        Point.BEFORE_THE_CALL: [Place(act, "_ask") for act in acts],
        Point.BEFORE_SETTLING: [Place(act, "_settle") for act in acts],
        Point.BEFORE_THE_SCREEN: [Place(act, "_settle", after=True) for act in acts],
        Point.BEFORE_THE_ANSWER: [Place(chat, "answer")],
        Point.BEFORE_THE_ROW: [Place(Outbox, "shown")],
        Point.BEFORE_THE_UPDATE: [Place(Outbox, "shown", after=True)],
        Point.BEFORE_SENDING: [Place(Gate, "pass_to", after=True), Place(EmailChannel, "_post")],
        Point.BEFORE_MARKING: [Place(Outbox, "sent")],
        Point.BEFORE_THE_DRAFT: [Place(Drafts, "save")],
        Point.BEFORE_THE_NEXT_STEP: [Place(Drafts, "save", after=True)],
    }


def die_where_told(told: Callable[[], str]) -> None:
    """The process is killed at the point that `told` names, whenever it comes there."""
    for point, where in places().items():
        for place in where:
            _put(place, point, told)


def _put(place: Place, point: Point, told: Callable[[], str]) -> None:
    really = getattr(place.owner, place.name)

    async def passing(*args: Any, **named: Any) -> Any:
        if not place.after and told() == point:
            os.kill(os.getpid(), signal.SIGKILL)
        given = await really(*args, **named)
        if place.after and told() == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return given

    setattr(place.owner, place.name, passing)
