"""«Статусы заявлений»."""

from __future__ import annotations

from bot.casebook import Casebook
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.cases import CaseList
from bot.routing import on
from bot.views import cases as view
from bot.visitor import Visitor
from services.accounts.persons import Persons
from services.cases.cases import Cases


async def listing(
    visitor: Visitor, data: CaseList, *, wizards: Wizards, cases: Cases, casebook: Casebook, persons: Persons
) -> None:
    await wizards.leave(visitor)
    found = await cases.page(visitor.account, data.page, visitor.layout.described)
    whom = {each.person_id for each in found.items if each.person_id is not None}
    names = {each.id: each.listed_name for each in await persons.family(visitor.account)} if whom else {}
    gone = view.gone(visitor.t)
    shown = [
        casebook.line(visitor.t, each, names.get(each.person_id, gone) if each.person_id is not None else None)
        for each in found.items
    ]
    screen = view.statuses(visitor.t, shown, data.page, found.total, visitor.now, layout=visitor.layout)
    await visitor.show(screen)


ROUTES = (on(CaseList, listing),)
