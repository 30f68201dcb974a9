"""Buttons of Home, «Ещё» and help that lead into the topics, and the commands of the chat."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bot.keyboards.kit import Row, button
from bot.keyboards.markup import Button
from bot.topic import Command, Entry, Place
from bot.visitor import Visitor
from services.texts.i18n import Html


class Entries:
    """What the topics have declared, in order; services are filled in.

    `commands`: names with what they do (msgids), as Telegram's menu and help tell them.
    """

    def __init__(self, entries: Sequence[Entry], commands: Sequence[Command]) -> None:
        self._entries = sorted(entries, key=lambda each: each.rank)
        ranked = sorted(commands, key=lambda each: each.rank)
        self.commands = tuple((each.name, each.does) for each in ranked)

    async def rows(self, visitor: Visitor, place: Place) -> Sequence[Row]:
        """The buttons that stand there now, those of one rank side by side."""
        present = await self._present(visitor, place)
        return [
            [await _button(visitor, each) for each in of_rank]
            for _, of_rank in groupby(present, key=lambda each: each.rank)
        ]

    async def told(self, visitor: Visitor, place: Place) -> Sequence[Html]:
        """What is said of them, in the same order."""
        return [visitor.t(each.about) for each in await self._present(visitor, place) if each.about]

    async def _present(self, visitor: Visitor, place: Place) -> Sequence[Entry]:
        here = [each for each in self._entries if each.place is place]
        return [each for each in here if each.when is None or await each.when(visitor)]


async def _button(visitor: Visitor, entry: Entry) -> Button:
    count = await entry.count(visitor) if entry.count is not None else 0
    label = visitor.t.label(entry.counted, count=count) if count else visitor.t.label(entry.label)
    return button(label, entry.button)
