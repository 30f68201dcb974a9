"""«Электронная почта»: the address of an account's letters."""

from __future__ import annotations

from bot.fsm import mail as wizard
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.mail import GO_MAIL, MailRemove
from bot.routing import on, to
from bot.views import mail as view
from bot.visitor import Visitor
from services.accounts.mail import Mail


async def page(visitor: Visitor, *, mail: Mail, wizards: Wizards) -> None:
    """The address, or the question for one."""
    await wizards.leave(visitor)
    address = await mail.of(visitor.account)
    if address is not None:
        await visitor.show(view.mail(visitor.t, address, on=mail.on))
    elif mail.on:
        await wizards.start(visitor, wizard.KIND)
    else:
        await visitor.show(view.none(visitor.t, on=False))


async def begin(visitor: Visitor, *, wizards: Wizards) -> None:
    await wizards.start(visitor, wizard.KIND)


async def remove(visitor: Visitor, data: MailRemove, *, mail: Mail) -> None:
    """Asked first."""
    t, address = visitor.t, await mail.of(visitor.account)
    if address is None:
        await visitor.show(view.none(t, on=mail.on))
    elif data.sure:
        await mail.remove(visitor.account)
        await visitor.show(view.none(t, on=mail.on, note=view.removed(t)))
    else:
        await visitor.show(view.remove(t, address))


async def is_offered(visitor: Visitor, *, mail: Mail) -> bool:
    """Whether there are letters to be had, or an address to be changed."""
    return mail.on or visitor.account.mail


ROUTES = (to(GO_MAIL, page), on(MailRemove, remove))
