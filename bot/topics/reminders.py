"""Reminders and the answers to them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.handlers import reminders
from bot.kernel import Kernel
from bot.notices import reminders as notices
from bot.topic import Topic
from bot.views.export import reminders as reminders_words
from services.booking.reminders import Reminders
from services.booking.replies import Replies
from services.booking.visits import Visits


def build(kernel: Kernel, *, visits: Visits) -> Mapping[str, object]:
    return {
        "reminders": Reminders(visits, kernel.outbox, kernel.clock),
        "replies": Replies(kernel.database, visits, kernel.clock),
    }


async def purge(*, replies: Replies) -> None:
    await replies.purge()


TOPIC = Topic(
    "reminders",
    build=build,
    routes=reminders.ROUTES,
    notices=notices.SPECS,
    lines=notices.LINES,
    sweeps=(purge,),
    revived=reminders.tell_what_is_ahead,
    words=(reminders_words.WORDS,),
)
