"""The bot's commands and descriptions at Telegram, set where they differ from ours: beside polling, never before it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import BotCommand

from bot.views import profile as view
from services.texts.i18n import DEFAULT_LOCALE, LOCALES, Texts, texts

log = logging.getLogger(__name__)

PAUSES = (5, 30, 300, 3600)
"""Seconds until what Telegram has not answered is asked again; after the last one it waits for the next start."""
Commands = Sequence[tuple[str, str]]
"""Every command of the chat and what it does, an msgid."""
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that Telegram shows in one language. `settle`: asks what it is now, and sets it if it differs."""

    name: str
    settle: Callable[[Bot], Awaitable[None]]


def pieces(commands: Commands) -> Iterator[Piece]:
    """All of them; without a language code in Russian, which is what people with any other language are shown."""
    for code, locale in ((None, DEFAULT_LOCALE), *((each, each) for each in LOCALES)):
        t, told = texts(locale), code or "every other language"
        yield Piece(f"commands ({told})", _commands(t, code, commands))
        yield Piece(f"description ({told})", _description(t, code))
        yield Piece(f"short description ({told})", _short_description(t, code))


async def introduce(bot: Bot, commands: Commands, sleep: Sleep = asyncio.sleep) -> None:
    """Settles every piece; what Telegram refuses is logged and left, what it does not answer is asked again."""
    left = list(pieces(commands))
    for pause in (*PAUSES, None):
        left, longest = await _try(bot, left)
        if not left:
            return
        if pause is None:
            log.warning("Telegram has not taken, until the next start: %s", ", ".join(each.name for each in left))
            return
        await sleep(max(pause, longest))


async def _try(bot: Bot, wanted: list[Piece]) -> tuple[list[Piece], float]:
    """One round; gives what is to be asked again, and for how many seconds Telegram wants to be left alone."""
    for place, piece in enumerate(wanted):
        try:
            await piece.settle(bot)
        except TelegramRetryAfter as error:  # a long one: `Patience` has waited out the short ones
            log.warning("Telegram asks to wait %s s before the %s", error.retry_after, piece.name)
            return wanted[place:], error.retry_after
        except (TelegramNetworkError, TelegramServerError, ClientDecodeError) as error:
            log.warning("no answer about the %s: %s", piece.name, type(error).__name__)
            return wanted[place:], 0
        except TelegramAPIError as error:
            log.warning("Telegram refuses the %s: %s", piece.name, type(error).__name__)
    return [], 0


def _commands(t: Texts, code: str | None, commands: Commands) -> Callable[[Bot], Awaitable[None]]:
    wanted = [BotCommand(command=name, description=t.label(does)) for name, does in commands]

    async def settle(bot: Bot) -> None:
        now = await bot.get_my_commands(language_code=code)
        if _pairs(now) != _pairs(wanted):
            await bot.set_my_commands(wanted, language_code=code)

    return settle


def _pairs(commands: Sequence[BotCommand]) -> list[tuple[str, str]]:
    """What the menu says: aiogram's own objects differ by the bot that they came through."""
    return [(each.command, each.description) for each in commands]


def _description(t: Texts, code: str | None) -> Callable[[Bot], Awaitable[None]]:
    wanted = view.description(t)

    async def settle(bot: Bot) -> None:
        if (await bot.get_my_description(language_code=code)).description != wanted:
            await bot.set_my_description(wanted, language_code=code)

    return settle


def _short_description(t: Texts, code: str | None) -> Callable[[Bot], Awaitable[None]]:
    wanted = view.short_description(t)

    async def settle(bot: Bot) -> None:
        if (await bot.get_my_short_description(language_code=code)).short_description != wanted:
            await bot.set_my_short_description(wanted, language_code=code)

    return settle
