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
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.family import active
from services.accounts.persons import Persons
from services.errors import NotAllowed


async def page(visitor: Visitor, *, wizards: Wizards, persons: Persons, entries: Entries, home: HomeScreen) -> None:
    await wizards.leave(visitor)
    family = await persons.family(visitor.account)
    if not family:
        await visitor.show(await home.screen(visitor))
        return
    shown = view.whose(active(visitor.account, family), GO_RECORD, several=len(family) > 1)
    rows = await entries.rows(visitor, Place.RECORD)
    await visitor.show(view.record(visitor.t, shown, await entries.told(visitor, Place.RECORD), rows))


async def open_to(
    visitor: Visitor, persons: Persons, person_id: str, to: Go, title: str, drawn: Callable[[], Awaitable[Screen]]
) -> None:
    """A section of a person's record, or why it is not open. `title`: of the section."""
    try:
        screen = await drawn()
    except NotAllowed:
        person = await persons.get(visitor.account, person_id)
        several = len(await persons.family(visitor.account)) > 1
        screen = view.closed(visitor.t, title, person, to, visitor.now, several=several)
    await visitor.show(screen)


ROUTES = (to(GO_RECORD, page),)
