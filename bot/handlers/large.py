"""«Крупно»: chosen by a press, by a command, or by typing the word, from any step."""

from __future__ import annotations

from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.large import GO_LARGE, SetLarge
from bot.routing import on, to
from bot.views import large as view
from bot.visitor import Visitor
from services.accounts.accounts import Accounts


async def command(visitor: Visitor, _: str | None) -> None:
    await visitor.send(view.setting(visitor.t, visitor.now, on=visitor.account.large))


async def page(visitor: Visitor, *, wizards: Wizards) -> None:
    await wizards.leave(visitor)
    await visitor.show(view.setting(visitor.t, visitor.now, on=visitor.account.large))


async def choose(visitor: Visitor, data: SetLarge, *, accounts: Accounts, wizards: Wizards) -> None:
    await _set(visitor, accounts, wizards, large=data.on)


async def larger(visitor: Visitor, *, accounts: Accounts, wizards: Wizards) -> None:
    await _set(visitor, accounts, wizards, large=True)


async def smaller(visitor: Visitor, *, accounts: Accounts, wizards: Wizards) -> None:
    await _set(visitor, accounts, wizards, large=False)


async def _set(visitor: Visitor, accounts: Accounts, wizards: Wizards, *, large: bool) -> None:
    """The wizard that is open is shown again as it is now, else the setting."""
    visitor = visitor.become(await accounts.set_large(visitor.account, large=large))
    note = view.chosen(visitor.t, on=large)
    if not await wizards.show_current(visitor, note):
        await visitor.show(view.setting(visitor.t, visitor.now, on=large, note=note))


ROUTES = (to(GO_LARGE, page), on(SetLarge, choose))
