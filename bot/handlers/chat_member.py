"""Who stops the bot is left alone; who lets it in again is told what is still ahead. Groups hear nothing."""

from __future__ import annotations

from contextlib import suppress

from aiogram import Bot, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUpdated

from bot import chat
from bot.tools import Tools
from bot.views import reminders as view
from services.accounts.model import Account
from services.booking.model import VisitEntry
from services.registry.port import RegistryUnavailable
from services.texts.i18n import Texts, texts


async def changed(event: ChatMemberUpdated, bot: Bot, tools: Tools) -> None:
    if event.chat.type != ChatType.PRIVATE:
        return
    account = await tools.accounts.by_telegram(event.chat.id)
    reachable = event.new_chat_member.status != ChatMemberStatus.KICKED
    if account is None or account.reachable == reachable:
        return
    account = await tools.accounts.set_reachable(account, reachable=reachable)
    if reachable:
        await tell_what_is_ahead(bot, tools, account, texts(account.locale))


async def tell_what_is_ahead(bot: Bot, tools: Tools, account: Account, t: Texts) -> None:
    """Nothing where there is nothing to tell; a silent registry leaves the notifications alone to be told."""
    ahead: list[VisitEntry] = []
    with suppress(RegistryUnavailable):
        ahead = await tools.visits.ahead(account)
    unread = await tools.outbox.unread(account.id)
    if ahead or unread:
        await chat.send(bot, account.telegram_id, view.revived(t, ahead, unread, tools.clock.now()))


def setup() -> Router:
    router = Router(name="chat_member")
    router.my_chat_member.register(changed)
    return router
