"""Help, from any step; the way back to what was left half-way stands in it."""

from __future__ import annotations

from bot.entries import Entries
from bot.keyboards.buttons.help import GO_HELP, HelpTopic
from bot.routing import on, to
from bot.topic import Place
from bot.views import help as view
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.drafts.drafts import Drafts


async def command(visitor: Visitor, _: str | None, *, drafts: Drafts, entries: Entries) -> None:
    await visitor.send(await _screen(visitor, drafts, entries))


async def page(visitor: Visitor, *, drafts: Drafts, entries: Entries) -> None:
    await visitor.show(await _screen(visitor, drafts, entries))


async def topic(visitor: Visitor, data: HelpTopic, *, drafts: Drafts, entries: Entries, own_word_from: int) -> None:
    unfinished = await _unfinished(visitor, drafts)
    await visitor.show(view.topic(visitor.t, data.topic, entries.commands, own_word_from, unfinished, data.person))


async def _screen(visitor: Visitor, drafts: Drafts, entries: Entries) -> Screen:
    rows = await entries.rows(visitor, Place.HELP)
    return view.show(visitor.t, rows, await _unfinished(visitor, drafts), guest=visitor.known is None)


async def _unfinished(visitor: Visitor, drafts: Drafts) -> str | None:
    draft = await drafts.latest(visitor.known.id) if visitor.known else None
    return draft.kind if draft else None


ROUTES = (to(GO_HELP, page, guests=True), on(HelpTopic, topic, guests=True))
