"""The yardstick: the smallest bot that aiogram can make. It answers every message, and edits what was pressed.

`COLLECTED_AFTER`: the thresholds of Python's collector, where it is to be set as the product sets its own.
"""

from __future__ import annotations

import asyncio
import gc
import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

_KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Press", callback_data="pressed")]])


async def reply(message: Message) -> None:
    await message.answer("Hello", reply_markup=_KEYBOARD)


async def edit(query: CallbackQuery) -> None:
    if isinstance(query.message, Message):
        await query.message.edit_text(f"Pressed: {query.id}", reply_markup=_KEYBOARD)
    await query.answer()


async def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_URL"]))
    dispatcher = Dispatcher()
    dispatcher.message.register(reply)
    dispatcher.callback_query.register(edit)
    if thresholds := os.environ.get("COLLECTED_AFTER"):
        gc.collect()
        gc.freeze()
        gc.set_threshold(*map(int, thresholds.split(",")))
    await dispatcher.start_polling(Bot(os.environ["BOT_TOKEN"], session=session))


if __name__ == "__main__":
    asyncio.run(main())
