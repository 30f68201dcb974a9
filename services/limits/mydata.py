"""What is counted of a chat: telling it. Erasing leaves it, for it is there to outlive that."""

from __future__ import annotations

from collections.abc import Sequence

from services.limits.limits import Limits
from services.limits.model import Act
from services.personal import Facts, Leaving, Obligation, Section, Subject
from services.storage.units import Unit

_OF_NO_CHAT = frozenset({Act.GUESS_OF_ALL, Act.MAIL_CODE_TO})
_BY_THING = frozenset({Act.HOLD, Act.HIDDEN_CLASH})
"""Counted for each thing by itself, under an index of it: what nobody names cannot be found."""


class LimitData:
    """How much of each limit is used. The rows bear a keyed pseudonym, and are swept when their time is over."""

    sections = (Section("counted"),)

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    async def export(self, whose: Subject) -> Facts:
        told = [act for act in Act if act not in _OF_NO_CHAT | _BY_THING]
        used = {act: await self._limits.used(whose.telegram_id, act) for act in told}
        return {"counted": [{"counted_act": act, "how_much": count} for act, count in used.items() if count]}

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:  # noqa: ARG002
        return ()

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        """Nothing: whoever erases all and comes back does not begin to count anew. The consent's text says so."""
