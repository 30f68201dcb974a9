"""How often a chat may do what costs others something."""

from __future__ import annotations

from bot.topic import Topic
from bot.views.export import limits as limits_words
from services.limits.limits import Limits
from services.limits.mydata import LimitData


def personal(*, limits: Limits) -> LimitData:
    return LimitData(limits)


async def purge(*, limits: Limits) -> None:
    await limits.purge()


TOPIC = Topic("limits", personal=personal, sweeps=(purge,), words=(limits_words.WORDS,))
