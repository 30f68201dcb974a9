"""«Приду» of a reminder: the reminder is drawn again, with the answer in it."""

from __future__ import annotations

from collections.abc import Iterator

from aiogram import Bot, Router
from aiogram.types import CallbackQuery, Message

from bot import chat
from bot.handlers.common import consented
from bot.keyboards.buttons.notifications import NotificationList
from bot.keyboards.buttons.reminders import VisitReply
from bot.keyboards.buttons.visits import VisitCard, VisitMove
from bot.tools import Tools
from bot.views import refusals
from bot.views import reminders as view
from bot.views import visits as visit_views
from services.accounts.model import Account
from services.errors import NotAllowed
from services.texts.i18n import Texts


async def reply(
    query: CallbackQuery, callback_data: VisitReply, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    """An old one whose visit no longer stands says so on the visit's card."""
    now = tools.clock.now()
    visit_id = callback_data.visit
    try:
        entry = await tools.replies.coming(account, visit_id)
    except NotAllowed:
        entry = await tools.visits.get(account, visit_id)
    if not entry.replied or not visit_views.is_ahead(entry.visit, now):
        reason = tools.cancelling.why_not(entry)
        note = refusals.kept(t, reason) if reason is not None else None
        await chat.show(query, bot, visit_views.ticket(t, entry, now, note=note))
        return
    pressed = _buttons(query)
    shown = {visit_id, *_visits_of(pressed)}
    entries = [each for each in await tools.visits.ahead(account) if each.visit.id in shown]
    the_list = NotificationList(page=0)
    back = the_list if the_list.pack() in pressed else None
    await chat.show(query, bot, view.reminder(t, entries, now, back=back), view.noted(t))
    await tools.outbox.read_about(account.id, visit_id)


def _buttons(query: CallbackQuery) -> list[str]:
    """What the buttons of the pressed message carry; nothing where Telegram does not show it any more."""
    keyboard = query.message.reply_markup if isinstance(query.message, Message) else None
    rows = keyboard.inline_keyboard if keyboard is not None else []
    return [each.callback_data for row in rows for each in row if each.callback_data is not None]


def _visits_of(buttons: list[str]) -> Iterator[str]:
    """The visits that a reminder shows: each has a button to move it, or one to open it."""
    for kind in (VisitMove, VisitCard):
        for data in buttons:
            if data.startswith(f"{kind.__prefix__}:"):
                yield kind.unpack(data).visit


def setup() -> Router:
    router = consented("reminders")
    router.callback_query.register(reply, VisitReply.filter())
    return router
