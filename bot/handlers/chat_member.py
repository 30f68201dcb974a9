"""Who stops the bot is left alone; who lets it in again is told what was missed. Groups hear nothing."""

from __future__ import annotations

from collections.abc import Sequence

from aiogram import Bot, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUpdated

from bot.handlers.start import tell_revived
from bot.topic import Revived
from services.accounts.accounts import Accounts


async def changed(event: ChatMemberUpdated, bot: Bot, accounts: Accounts, revivals: Sequence[Revived]) -> None:
    if event.chat.type != ChatType.PRIVATE:
        return
    account = await accounts.by_telegram(event.chat.id)
    reachable = event.new_chat_member.status != ChatMemberStatus.KICKED
    if account is None or account.reachable == reachable:
        return
    account = await accounts.set_reachable(account, reachable=reachable)
    if reachable:
        await tell_revived(bot, account, revivals)


def setup() -> Router:
    router = Router(name="chat_member")
    router.my_chat_member.register(changed)
    return router
