"""«Приду» of a reminder: the reminder is drawn again, with the answer in it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from aiogram import Bot

from bot import chat
from bot.handlers.visits import opened_from, tell, visits_of
from bot.keyboards import origins
from bot.keyboards.buttons.notifications import NotificationOpen
from bot.keyboards.buttons.reminders import VisitReply
from bot.keyboards.buttons.visits import VisitCard, VisitMove
from bot.keyboards.layout import layout_of
from bot.routing import on
from bot.views import refusals
from bot.views import reminders as view
from bot.views import visits as visit_views
from bot.visitor import Visitor
from services.accounts.model import Account
from services.booking.cancelling import Cancelling
from services.booking.model import VisitEntry
from services.booking.replies import Replies
from services.booking.visits import Visits
from services.clock import Clock
from services.errors import NotAllowed
from services.notify.outbox import Outbox
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import texts


async def reply(
    visitor: Visitor, data: VisitReply, *, replies: Replies, visits: Visits, cancelling: Cancelling, outbox: Outbox
) -> None:
    """An old one whose visit no longer stands says so on the visit's card."""
    t, account, now, visit_id = visitor.t, visitor.account, visitor.now, data.visit
    try:
        entry = await replies.coming(account, visit_id)
    except NotAllowed:
        entry = await visits.get(account, visit_id)
    if not entry.replied or not visit_views.is_ahead(entry.visit, now):
        reason = cancelling.why_not(entry)
        said = refusals.kept(t, reason) if reason is not None else None
        await tell(visitor, entry, said, opened_from(visitor, origins.NOWHERE), visits)
        return
    shown = {visit_id, *visits_of(visitor.offered)}
    entries = [each for each in await visits.ahead(account) if each.visit.id in shown]
    screen = view.reminder(t, entries, now, layout=visitor.layout, opened=_opened_by(visitor.offered))
    await visitor.update(screen.kept() if visitor.kept else screen, view.noted(t))
    await outbox.read_about(account.id, visit_id)


async def tell_what_is_ahead(bot: Bot, account: Account, *, visits: Visits, outbox: Outbox, clock: Clock) -> None:
    """Nothing where there is nothing to tell; a silent registry leaves the notifications alone to be told."""
    ahead: list[VisitEntry] = []
    with suppress(RegistryUnavailable):
        ahead = await visits.ahead(account)
    unread = await outbox.unread(account.id)
    if ahead or unread:
        layout = layout_of(account)
        screen = view.revived(texts(account.locale), ahead, unread, clock.now(), layout=layout)
        await chat.send(bot, account.telegram_id, screen.laid(layout))


def _opened_by(buttons: Sequence[str]) -> NotificationOpen | None:
    """The line of «Уведомления» that has opened this reminder: its buttons lead back there."""
    for kind in (VisitMove, VisitCard):
        for data in buttons:
            if data.startswith(f"{kind.__prefix__}:"):
                found = origins.back(kind.unpack(data).origin)
                return found if isinstance(found, NotificationOpen) else None
    return None


ROUTES = (on(VisitReply, reply),)
