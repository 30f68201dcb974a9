"""Presses that are about nobody: what is closed to see the screen above it, and cells that only stand in a table."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.keyboards.buttons.common import Close, Idle


async def close(query: CallbackQuery, bot: Bot) -> None:
    """Takes away what stands below a screen; open to guests too, for an old file may outlive its account."""
    if query.message is not None:
        await chat.delete(bot, query.from_user.id, query.message.message_id)
    await chat.answer(query)


async def idle(query: CallbackQuery) -> None:
    await chat.answer(query)


def setup() -> Router:
    router = Router(name="close")
    router.callback_query.register(close, Close.filter())
    router.callback_query.register(idle, Idle.filter())
    return router
