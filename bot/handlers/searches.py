"""Searching a list by typed text: how it begins, and the way back to the whole list."""

from __future__ import annotations

from bot.fsm import searches as wizard
from bot.fsm.searches import SearchedLists
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.searches import SearchBegin, SearchLeave
from bot.routing import on
from bot.visitor import Visitor
from services.drafts.drafts import Drafts


async def begin(visitor: Visitor, data: SearchBegin, *, wizards: Wizards, searched_lists: SearchedLists) -> None:
    if data.list not in searched_lists:
        await wizards.show_outdated(visitor)
        return
    await wizards.leave(visitor)
    await wizards.start(visitor, wizard.KIND, {"list": data.list, "person": data.person})


async def begin_anew(visitor: Visitor, *, wizards: Wizards, drafts: Drafts) -> None:
    """Without a draft nobody knows where."""
    draft = await drafts.open_of(visitor.account.id, wizard.KIND)
    if draft is None:
        await wizards.show_outdated(visitor)
    else:
        await wizards.start(visitor, wizard.KIND, draft.answers)


async def leave(
    visitor: Visitor, data: SearchLeave, *, wizards: Wizards, drafts: Drafts, searched_lists: SearchedLists
) -> None:
    """The whole list again, whether or not the question still stands."""
    if data.list not in searched_lists:
        await wizards.show_outdated(visitor)
        return
    await wizards.leave(visitor)
    draft = await drafts.open_of(visitor.account.id, wizard.KIND)
    if draft is not None:
        await drafts.drop(draft.id)
    shown = searched_lists[data.list].shown
    await visitor.show(await shown(visitor.account, visitor.t, visitor.now, data.person, None))


ROUTES = (on(SearchBegin, begin), on(SearchLeave, leave))
