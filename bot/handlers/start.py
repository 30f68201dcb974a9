"""/start: Home, consent for somebody new, or what a link has brought: a code, or where to book."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import Message

from bot import chat
from bot.handlers.access import WaitingCodes, enter
from bot.handlers.chat_member import tell_what_is_ahead
from bot.handlers.common import ask_consent, home_screen, leave_wizard
from bot.handlers.links import follow, keep_for_later
from bot.handlers.wizard import Wizards
from bot.tools import Tools
from bot.views import links as links_view
from services.accounts.codes import code_of_link
from services.accounts.model import Account
from services.booking.links import read_link
from services.texts.i18n import Texts


async def start(
    message: Message,
    command: CommandObject,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    waiting_codes: WaitingCodes,
    account: Account | None,
    t: Texts,
) -> None:
    """A link may bring a code or a booking; it waits for the consent of somebody new."""
    digits, link = code_of_link(command.args), read_link(command.args)
    unread = links_view.not_understood(t) if command.args and not digits and not link else None
    if account is None:
        if digits is not None:
            await waiting_codes.keep(message.chat.id, digits)
        if link is not None:
            await keep_for_later(message, bot, tools, t, link)
        else:
            await ask_consent(message, bot, tools, t, unread)
        return
    was_stopped = not account.reachable
    account = await tools.accounts.set_reachable(account, reachable=True)
    if digits is not None:
        await enter(message, bot, tools, wizards, account, t, digits)
        return
    if was_stopped:
        await tell_what_is_ahead(bot, tools, account, t)
    if link is not None:
        await follow(message, bot, tools, wizards, account, t, link)
        return
    await leave_wizard(bot, tools, account)
    await chat.send(bot, message.chat.id, await home_screen(tools, account, t, unread))


def setup() -> Router:
    router = Router(name="start")
    router.message.register(start, CommandStart())
    return router
