"""«Медкарта»: the page that its sections stand on, and how a section comes to whom it shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

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
from services.accounts.persons import Persons
from services.errors import NotAllowed


async def page(visitor: Visitor, *, wizards: Wizards, persons: Persons, entries: Entries, home: HomeScreen) -> None:
    await wizards.leave(visitor)
    person = await persons.active(visitor.account)
    if person is None:
        await visitor.show(await home.screen(visitor))
        return
    shown = whose(person, await persons.family(visitor.account), GO_RECORD)
    rows = await entries.rows(visitor, Place.RECORD)
    await visitor.show(view.record(visitor.t, shown, await entries.told(visitor, Place.RECORD), rows))


async def open_to(
    visitor: Visitor, persons: Persons, person_id: str, section: Go, title: str, drawn: Callable[[], Awaitable[Screen]]
) -> None:
    """A section of a person's record, or why it is not open. `title`: of the section."""
    try:
        screen = await drawn()
    except NotAllowed:
        person = await persons.get(visitor.account, person_id)
        shown = whose(person, await persons.family(visitor.account), section)
        screen = view.closed(visitor.t, title, person, shown, visitor.now)
    await visitor.show(screen)


ROUTES = (to(GO_RECORD, page),)
