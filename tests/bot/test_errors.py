"""Errors that no handler has answered for become sentences."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.types import CallbackQuery, Chat, Message, TelegramObject, User

from bot import chat
from bot.middlewares.errors import Errors
from bot.views import common, refusals
from bot.views.screen import Screen
from services.errors import Denial, NotAllowed, NotFound
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import texts
from tests.support.telegram_limits import HOME, data_of, formatted
from tests.support.world import World

T = texts("ru")
ANNA = User(id=5_000_000_001, is_bot=False, first_name="Анна")


def message() -> Message:
    private = Chat(id=ANNA.id, type="private")
    return Message(message_id=7, date=datetime(2026, 11, 23, tzinfo=UTC), chat=private, from_user=ANNA)


def press() -> CallbackQuery:
    return CallbackQuery(id="1", from_user=ANNA, chat_instance="c", data="x", message=message())


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Screen]:
    """Screens that the chat was given."""
    screens: list[Screen] = []

    async def edit(_bot: Bot, _chat: int, _message: int, screen: Screen) -> int:
        screens.append(screen)
        return 7

    async def send(_bot: Bot, _chat: int, screen: Screen) -> int:
        screens.append(screen)
        return 8

    async def answer(_bot: Bot, _query: CallbackQuery, _toast: str | None = None) -> None:
        return None

    monkeypatch.setattr(chat, "edit", edit)
    monkeypatch.setattr(chat, "send", send)
    monkeypatch.setattr(chat, "answer", answer)
    return screens


async def fail(world: World, event: TelegramObject, error: Exception) -> None:
    async def handler(_event: TelegramObject, _data: dict[str, Any]) -> None:
        raise error

    await Errors(world.accounts, world.house.consent)(
        handler, event, {"bot": cast(Bot, None), "t": T, "event_from_user": ANNA}
    )


@pytest.mark.parametrize("event", [press, message])
@pytest.mark.parametrize("reason", Denial)
async def test_what_may_not_be_done_is_said_in_a_sentence(
    reason: Denial,
    event: Callable[[], TelegramObject],
    world: World,
    shown: list[Screen],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        await fail(world, event(), NotAllowed(reason))
    (screen,) = shown
    assert screen == refusals.denied(T, reason)
    assert formatted(screen.text).text.startswith("⚠️ ")
    assert HOME in data_of(screen)
    assert not caplog.records, "an answer is no failure"


async def test_other_errors_have_screens_of_their_own(world: World, shown: list[Screen]) -> None:
    for error in (NotFound(), RegistryUnavailable(), RuntimeError("broken")):
        await fail(world, press(), error)
    assert shown == [common.gone(T), common.unavailable(T, "x"), common.failed(T)]
