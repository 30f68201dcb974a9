"""Notes: the list, the cards, and how writing begins."""

from __future__ import annotations

from bot.fsm import notes as wizard
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.notes import GO_NOTES, NoteCard, NoteList
from bot.routing import on, to
from bot.views import notes as view
from bot.visitor import Visitor
from services.notes.notes import Notes


async def listing(visitor: Visitor, data: NoteList, *, notes: Notes, wizards: Wizards) -> None:
    await _show(visitor, data.page, notes, wizards)


async def page(visitor: Visitor, *, notes: Notes, wizards: Wizards) -> None:
    await _show(visitor, 0, notes, wizards)


async def command(visitor: Visitor, _: str | None, *, notes: Notes, wizards: Wizards) -> None:
    """/notes."""
    await _show(visitor, 0, notes, wizards)


async def _show(visitor: Visitor, number: int, notes: Notes, wizards: Wizards) -> None:
    await wizards.leave(visitor)
    await visitor.show(view.listing(visitor.t, await notes.of(visitor.account), number, layout=visitor.layout))


async def card(visitor: Visitor, data: NoteCard, *, notes: Notes) -> None:
    await visitor.show(view.card(visitor.t, await notes.get(visitor.account, data.note), visitor.now))


async def begin(visitor: Visitor, *, wizards: Wizards) -> None:
    await wizards.start(visitor, wizard.KIND)


ROUTES = (on(NoteList, listing), on(NoteCard, card), to(GO_NOTES, page))
