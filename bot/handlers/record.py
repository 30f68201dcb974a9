"""«Медкарта»: the page that its sections stand on, and how a section comes to whom it shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.entries import Entries
from bot.front import HomeScreen
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.record import GO_RECORD
from bot.routing import to
from bot.topic import Place
from bot.views import record as view
from bot.views.lists import whose
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.model import Account
from services.accounts.persons import Persons
from services.errors import NotAllowed
from services.texts.i18n import Texts


async def page(visitor: Visitor, *, wizards: Wizards, persons: Persons, entries: Entries, home: HomeScreen) -> None:
    await wizards.leave(visitor)
    person = await persons.active(visitor.account)
    if person is None:
        await visitor.show(await home.screen(visitor))
        return
    shown = whose(person, await persons.family(visitor.account), GO_RECORD)
    rows = await entries.rows(visitor, Place.RECORD)
    await visitor.show(view.record(visitor.t, shown, await entries.told(visitor, Place.RECORD), rows))


Drawn = Callable[[], Awaitable[Screen]]
"""Asks the service and draws what it gives."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the record: its screen by itself (`Go`), and its title, an msgid."""

    screen: Go
    title: str

    async def open(
        self, who: Account, t: Texts, now: datetime, persons: Persons, person_id: str, drawn: Drawn
    ) -> Screen:
        """What is drawn, or why the person's record is not open."""
        try:
            return await drawn()
        except NotAllowed:
            person = await persons.get(who, person_id)
            shown = whose(person, await persons.family(who), self.screen)
            return view.closed(t, t.label(self.title), person, shown, now)


ROUTES = (to(GO_RECORD, page),)
