"""Help, from any step; the way back to what was left half-way stands in it."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import chat
from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.help import GO_HELP, HelpTopic
from bot.tools import Tools
from bot.views import help as view
from bot.views.screen import Screen
from services.accounts.model import Account
from services.texts.i18n import Texts


async def command(message: Message, bot: Bot, tools: Tools, account: Account | None, t: Texts) -> None:
    await chat.send(bot, message.chat.id, await _screen(tools, account, t))


async def page(query: CallbackQuery, bot: Bot, tools: Tools, account: Account | None, t: Texts) -> None:
    await chat.show(query, bot, await _screen(tools, account, t))


async def topic(
    query: CallbackQuery, callback_data: HelpTopic, bot: Bot, tools: Tools, account: Account | None, t: Texts
) -> None:
    unfinished = await _unfinished(tools, account)
    await chat.show(query, bot, view.topic(t, callback_data.topic, unfinished, callback_data.person))


async def _screen(tools: Tools, account: Account | None, t: Texts) -> Screen:
    return view.show(t, await _unfinished(tools, account))


async def _unfinished(tools: Tools, account: Account | None) -> str | None:
    draft = await tools.drafts.latest(account.id) if account else None
    return draft.kind if draft else None


def setup() -> Router:
    router = Router(name="help")
    router.message.register(command, Command("help"))
    router.callback_query.register(page, Go.filter(F.to == GO_HELP.to))
    router.callback_query.register(topic, HelpTopic.filter())
    return router
