"""Calls of the Bot API as we make them: buttons are not looked into again, and of an answer what we read is parsed.

They bear aiogram's names, and are its methods to whatever stands between here and the wire.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from aiogram import Bot, methods
from aiogram.methods.base import Response
from pydantic import BaseModel


class Shown(BaseModel):
    """What we read of a message that Telegram has taken."""

    message_id: int


class SendMessage(methods.SendMessage, defer_build=True):
    __returning__: ClassVar[Any] = Shown
    reply_markup: Any = None


class SendPhoto(methods.SendPhoto, defer_build=True):
    __returning__: ClassVar[Any] = Shown
    reply_markup: Any = None


class SendDocument(methods.SendDocument, defer_build=True):
    __returning__: ClassVar[Any] = Any
    reply_markup: Any = None


class SendVenue(methods.SendVenue, defer_build=True):
    __returning__: ClassVar[Any] = Any
    reply_markup: Any = None


class EditMessageText(methods.EditMessageText, defer_build=True):
    __returning__: ClassVar[Any] = Any
    reply_markup: Any = None


class EditMessageReplyMarkup(methods.EditMessageReplyMarkup, defer_build=True):
    __returning__: ClassVar[Any] = Any


_ANSWERS = tuple(Response[kind] for kind in (bool, Any, Shown, list[Any]))  # type: ignore[valid-type]
"""Held so that they last: aiogram names its answer's type at each call, and pydantic takes milliseconds to build one
that nobody has kept.
"""


async def shown(bot: Bot, call: SendMessage | SendPhoto) -> int:
    """Makes the call; gives the id of the message."""
    return cast(Shown, await bot(call)).message_id
