"""Showing screens in a chat: edit if it can be edited, else send; Telegram's known refusals in one place."""

from __future__ import annotations

import logging
from io import BytesIO

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from bot import progress
from bot.calls import (
    EditMessageReplyMarkup,
    EditMessageText,
    SendDocument,
    SendMessage,
    SendPhoto,
    SendVenue,
    shown,
)
from bot.keyboards.markup import Markup
from bot.views.prompts import PromptMessage
from bot.views.screen import Document, Screen
from services.registry.model import Clinic

log = logging.getLogger(__name__)

NOT_MODIFIED = "message is not modified"
_NO_TEXT = "there is no text in the message to edit"
_CANNOT_EDIT = ("message to edit not found", "message can't be edited", _NO_TEXT, "MESSAGE_ID_INVALID")
_TOO_OLD = "query is too old"
_TOO_BIG = "file is too big"
_CANNOT_DELETE = ("message to delete not found", "message can't be deleted", "message identifier is not specified")


def says(error: TelegramBadRequest, *words: str) -> bool:
    """Whether Telegram's refusal is one of these."""
    return any(each.lower() in error.message.lower() for each in words)


async def send(bot: Bot, chat_id: int, screen: Screen) -> int:
    """A new message; gives its id."""
    if screen.picture is None:
        return await shown(bot, SendMessage(chat_id=chat_id, text=screen.text, reply_markup=screen.markup))
    photo = BufferedInputFile(screen.picture, "picture.png")
    return await shown(bot, SendPhoto(chat_id=chat_id, photo=photo, caption=screen.text, reply_markup=screen.markup))


async def edit(bot: Bot, chat_id: int, message_id: int, screen: Screen) -> int:
    """The message becomes the screen; where it cannot be edited, a new one is sent. Gives the id that shows it.

    A text and a picture never become each other: the new one comes first, then the old one goes.
    """
    if screen.picture is not None:
        return await _in_place_of(bot, chat_id, message_id, screen)
    try:
        await bot(EditMessageText(chat_id=chat_id, message_id=message_id, text=screen.text, reply_markup=screen.markup))
    except TelegramBadRequest as error:
        if says(error, NOT_MODIFIED):
            return message_id
        if says(error, _NO_TEXT):
            return await _in_place_of(bot, chat_id, message_id, screen)
        if says(error, *_CANNOT_EDIT):
            return await send(bot, chat_id, screen)
        raise
    return message_id


async def redraw(bot: Bot, chat_id: int, message_id: int, screen: Screen) -> None:
    """A message that stands elsewhere in the chat says how its matter stands now; nothing comes where it cannot."""
    try:
        await bot(EditMessageText(chat_id=chat_id, message_id=message_id, text=screen.text, reply_markup=screen.markup))
    except TelegramBadRequest as error:
        if not says(error, NOT_MODIFIED, *_CANNOT_EDIT):
            raise


async def _in_place_of(bot: Bot, chat_id: int, message_id: int, screen: Screen) -> int:
    """A new message, and the old one is taken away; what is too old for that only loses its buttons."""
    new = await send(bot, chat_id, screen)
    if not await delete(bot, chat_id, message_id):
        await strip(bot, chat_id, message_id)
    return new


async def answer(bot: Bot, query: CallbackQuery, toast: str | None = None) -> None:
    """Answers a press: by the request that waits for it, where one does, else by a call."""
    said = AnswerCallbackQuery(callback_query_id=query.id, text=toast)
    if not progress.take_along(said):
        await send_answer(bot, said)


async def send_answer(bot: Bot, said: AnswerCallbackQuery) -> None:
    """Answers a press by a call; one that has waited too long is answered already.

    An answer that Telegram does not take is no failure of the screen, which stands: the button stops waiting by itself.
    """
    try:
        await bot(said)
    except TelegramBadRequest as error:
        if not says(error, _TOO_OLD):
            raise
    except (TelegramNetworkError, TelegramServerError, TelegramRetryAfter) as error:
        log.warning("a press was left without an answer: %s", type(error).__name__)


async def show(query: CallbackQuery, bot: Bot, screen: Screen, toast: str | None = None) -> int:
    """The pressed message becomes the screen, and the press is answered; gives the id that shows it.

    Below a file the screen comes anew. Whether the message stays, `Visitor` knows.
    """
    chat_id, message = query.from_user.id, query.message
    if message is None or (isinstance(message, Message) and message.document):
        stands = await send(bot, chat_id, screen)
    elif isinstance(message, Message) and message.photo:  # never becomes a text: Telegram need not be asked
        stands = await _in_place_of(bot, chat_id, message.message_id, screen)
    else:
        stands = await edit(bot, chat_id, message.message_id, screen)
    await answer(bot, query, toast)
    return stands


async def strip(bot: Bot, chat_id: int, message_id: int) -> None:
    """Takes the buttons off a screen that is no longer current."""
    try:
        await bot(EditMessageReplyMarkup(chat_id=chat_id, message_id=message_id))
    except TelegramBadRequest as error:
        if not says(error, NOT_MODIFIED, *_CANNOT_EDIT):
            raise


async def delete(bot: Bot, chat_id: int, message_id: int) -> bool:
    """Deletes a message of ours if Telegram still lets us; False where it does not."""
    try:
        await bot.delete_message(chat_id, message_id)
    except TelegramBadRequest as error:
        if not says(error, *_CANNOT_DELETE):
            raise
        return False
    return True


async def send_prompt(bot: Bot, chat_id: int, prompt: PromptMessage) -> int:
    """The message that carries a reply keyboard; gives its id."""
    return await shown(bot, SendMessage(chat_id=chat_id, text=prompt.text, reply_markup=prompt.keyboard))


async def download(bot: Bot, file_id: str, limit: int) -> bytes | None:
    """What somebody has sent; None if it has more bytes than `limit`, or than bots may have.

    Raises `TelegramAPIError`.
    """
    try:
        file = await bot.get_file(file_id)
    except TelegramBadRequest as error:
        if says(error, _TOO_BIG):
            return None
        raise
    if file.file_path is None or (file.file_size or 0) > limit:
        return None
    content = BytesIO()
    await bot.download_file(file.file_path, content)
    return content.getvalue()


async def send_document(bot: Bot, chat_id: int, document: Document) -> None:
    """A file, below whatever screen stands there."""
    file = BufferedInputFile(document.data, document.name)
    await bot(SendDocument(chat_id=chat_id, document=file, caption=document.caption, reply_markup=document.markup))


async def send_venue(bot: Bot, chat_id: int, clinic: Clinic, address: str, markup: Markup) -> None:
    """The clinic as Telegram's own place on the map."""
    if clinic.lat is None or clinic.lon is None:
        return
    place = SendVenue(
        chat_id=chat_id,
        latitude=clinic.lat,
        longitude=clinic.lon,
        title=clinic.name,
        address=address,
        reply_markup=markup,
    )
    await bot(place)
