"""What people type where no question is open, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.keyboards.kit import button
from bot.topic import Wish
from bot.views.wishes import Offer
from bot.visitor import Visitor
from services.texts.phrases import Phrases, written

_OFFERED = 3
"""So many ways at most: more would be a menu, and there is one."""


@dataclass(frozen=True, slots=True)
class TopicsWish:
    """A wish, and the name of the topic whose it is."""

    topic: str
    wish: Wish


class Wishes:
    """What the topics have declared, in their order; services are filled in."""

    def __init__(self, wishes: Sequence[TopicsWish]) -> None:
        self._wishes = tuple(wishes)

    async def offers(self, visitor: Visitor, text: str, *, alarmed: bool) -> Sequence[Offer]:
        """Where the text leads; nothing where it says no wish.

        `alarmed`: 103 and 112 stand above. Then a complaint is no wish to wait for a doctor's hours, and the clinic's
        phone has been told.
        """
        meant = [each for each in self.wanted(text) if not (alarmed and (each.yields or each.by_phone))]
        wanted = [each for each in meant if each.when is None or await each.when(visitor)]
        return [await _offer(visitor, each) for each in wanted[:_OFFERED]]

    def wanted(self, text: str) -> Sequence[Wish]:
        """What is wished for, by the phrases that say most of it."""
        found = self._phrases.found(text)
        meant = [each for each in found if not self._wishes[each.meaning].wish.yields] or found
        most = max((each.words for each in meant), default=0)
        places = dict.fromkeys(each.meaning for each in meant if each.words == most)
        return [self._wishes[place].wish for place in places]

    @cached_property
    def _phrases(self) -> Phrases[int]:
        """By the places of the wishes. Read once, with the first message that no question waits for."""
        files = {topic: written(topic) for topic in {each.topic for each in self._wishes}}
        return Phrases(
            (place, line) for place, each in enumerate(self._wishes) for line in files[each.topic].of(each.wish.words)
        )


async def _offer(visitor: Visitor, wish: Wish) -> Offer:
    t = visitor.t
    leads = await wish.leads(visitor) if wish.leads is not None else None
    said = t(wish.said) if wish.said else None
    return Offer(button(t.label(wish.label), leads or wish.button), said, by_phone=wish.by_phone)
