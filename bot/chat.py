"""Showing screens in a chat: edit if it can be edited, else send; Telegram's known refusals in one place."""

from __future__ import annotations

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, InlineKeyboardMarkup

from bot.views.prompts import PromptMessage
from bot.views.screen import Screen
from services.registry.model import Clinic

NOT_MODIFIED = "message is not modified"
_CANNOT_EDIT = (
    "message to edit not found",
    "message can't be edited",
    "there is no text in the message to edit",
    "MESSAGE_ID_INVALID",
)
_TOO_OLD = "query is too old"
_CANNOT_DELETE = ("message to delete not found", "message can't be deleted", "message identifier is not specified")


def says(error: TelegramBadRequest, *words: str) -> bool:
    """Whether Telegram's refusal is one of these."""
    return any(each.lower() in error.message.lower() for each in words)


async def send(bot: Bot, chat_id: int, screen: Screen) -> int:
    """A new message; gives its id."""
    message = await bot.send_message(chat_id, screen.text, reply_markup=screen.markup)
    return message.message_id


async def edit(bot: Bot, chat_id: int, message_id: int, screen: Screen) -> int:
    """The message becomes the screen; where it cannot be edited, a new one is sent. Gives the id that shows it."""
    try:
        await bot.edit_message_text(screen.text, chat_id=chat_id, message_id=message_id, reply_markup=screen.markup)
    except TelegramBadRequest as error:
        if says(error, NOT_MODIFIED):
            return message_id
        if says(error, *_CANNOT_EDIT):
            return await send(bot, chat_id, screen)
        raise
    return message_id


async def answer(query: CallbackQuery, toast: str | None = None) -> None:
    """Answers a press; one that has waited too long is answered already."""
    try:
        await query.answer(toast)
    except TelegramBadRequest as error:
        if not says(error, _TOO_OLD):
            raise


async def show(query: CallbackQuery, bot: Bot, screen: Screen, toast: str | None = None) -> int:
    """The pressed message becomes the screen, and the press is answered; gives the id that shows it."""
    chat_id = query.from_user.id
    shown = (
        await edit(bot, chat_id, query.message.message_id, screen)
        if query.message is not None
        else await send(bot, chat_id, screen)
    )
    await answer(query, toast)
    return shown


async def strip(bot: Bot, chat_id: int, message_id: int) -> None:
    """Takes the buttons off a screen that is no longer current."""
    try:
        await bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id, reply_markup=None)
    except TelegramBadRequest as error:
        if not says(error, NOT_MODIFIED, *_CANNOT_EDIT):
            raise


async def delete(bot: Bot, chat_id: int, message_id: int) -> None:
    """Deletes a message of ours if Telegram still lets us."""
    try:
        await bot.delete_message(chat_id, message_id)
    except TelegramBadRequest as error:
        if not says(error, *_CANNOT_DELETE):
            raise


async def send_prompt(bot: Bot, chat_id: int, prompt: PromptMessage) -> int:
    """The message that carries a reply keyboard; gives its id."""
    message = await bot.send_message(chat_id, prompt.text, reply_markup=prompt.keyboard)
    return message.message_id


async def send_venue(bot: Bot, chat_id: int, clinic: Clinic, address: str, markup: InlineKeyboardMarkup) -> None:
    """The clinic as Telegram's own place on the map."""
    if clinic.lat is None or clinic.lon is None:
        return
    await bot.send_venue(chat_id, clinic.lat, clinic.lon, clinic.name, address, reply_markup=markup)
