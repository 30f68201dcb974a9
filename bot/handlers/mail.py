"""«Электронная почта»: the address of an account's letters."""

from __future__ import annotations

from bot.fsm import mail as wizard
from bot.fsm.wizard import OUT, Acted, Begins
from bot.handlers.visits import opened_from
from bot.handlers.wizard import Wizards
from bot.keyboards import origins
from bot.keyboards.buttons.mail import GO_MAIL, GO_MAIL_CONFIRM, GO_MAIL_LATER, MailFor, MailRemove
from bot.routing import on, to
from bot.views import mail as view
from bot.visitor import Visitor
from services.accounts.mail import Mail
from services.accounts.model import MailCodeState
from services.drafts.drafts import Drafts


async def page(visitor: Visitor, *, mail: Mail, drafts: Drafts, wizards: Wizards) -> None:
    """The address, or the question for one; or for its code, where one is awaited."""
    await _open(visitor, None, mail, drafts, wizards)


async def of_visit(visitor: Visitor, data: MailFor, *, mail: Mail, drafts: Drafts, wizards: Wizards) -> None:
    """The same from a visit's ticket: «Назад» leads to it, and so does what comes of it."""
    back = origins.back_to_visit(data.visit, opened_from(visitor, data.origin))
    await _open(visitor, back.pack(), mail, drafts, wizards)


async def _open(visitor: Visitor, back: str | None, mail: Mail, drafts: Drafts, wizards: Wizards) -> None:
    await wizards.leave(visitor)
    address = await mail.of(visitor.account)
    draft = await drafts.open_of(visitor.account.id, wizard.KIND)
    awaited = draft.answers.get("address") if draft is not None else None
    if address is not None:
        await visitor.show(view.mail(visitor.t, address, on=mail.on, awaited=awaited, back=back))
    elif not mail.on:
        await visitor.show(view.none(visitor.t, on=False, back=back))
    elif not awaited or not await wizards.resume(visitor, wizard.KIND):
        await wizards.begin(visitor, Begins(wizard.KIND, {}, marks={OUT: back} if back else {}))


async def begin(visitor: Visitor, *, wizards: Wizards) -> None:
    await wizards.start(visitor, wizard.KIND)


async def confirm(visitor: Visitor, *, mail: Mail, drafts: Drafts, wizards: Wizards) -> None:
    """A code goes to an address from before there were codes; one that is on its way is asked for."""
    address = await mail.of(visitor.account)
    if not mail.on or address is None or address.confirmed or address.refused:
        await page(visitor, mail=mail, drafts=drafts, wizards=wizards)
        return
    draft, awaited = await drafts.open_of(visitor.account.id, wizard.KIND), await mail.awaited(visitor.account)
    asked = draft is not None and draft.answers.get("address") == address.text
    if asked and awaited is not None and (awaited.address, awaited.state) == (address.text, MailCodeState.SENT):
        await wizards.resume(visitor, wizard.KIND)
    else:
        await wizards.begin(visitor, Begins(wizard.KIND, {"address": address.text}), Acted(view.MailAct.YES))


async def later(visitor: Visitor, *, wizards: Wizards, drafts: Drafts) -> None:
    """«Не сейчас»: the code can be typed later, as long as it is good, and another one asked for."""
    await wizards.leave(visitor)
    draft = await drafts.open_of(visitor.account.id, wizard.KIND)
    await visitor.show(view.later(visitor.t, draft.marks.get(OUT) if draft is not None else None))


async def remove(visitor: Visitor, data: MailRemove, *, mail: Mail, drafts: Drafts) -> None:
    """Asked first."""
    t, address = visitor.t, await mail.of(visitor.account)
    if address is None:
        await visitor.show(view.none(t, on=mail.on))
    elif data.sure:
        await mail.remove(visitor.account)
        draft = await drafts.open_of(visitor.account.id, wizard.KIND)
        if draft is not None:
            await drafts.drop(draft.id)
        await visitor.show(view.none(t, on=mail.on, note=view.removed(t)))
    else:
        await visitor.show(view.remove(t, address))


async def is_offered(visitor: Visitor, *, mail: Mail) -> bool:
    """Whether there are letters to be had, or an address to be changed."""
    return mail.on or visitor.account.mail


ROUTES = (
    to(GO_MAIL, page),
    on(MailFor, of_visit),
    to(GO_MAIL_CONFIRM, confirm),
    to(GO_MAIL_LATER, later),
    on(MailRemove, remove),
)
