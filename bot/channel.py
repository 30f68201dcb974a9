"""The Telegram channel of the outbox: renders now, in the person's language, and sends through the gate."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
)

from bot import chat
from bot.middlewares.outgoing import Gate
from bot.tools import Tools
from bot.views import visits as visit_views
from bot.views.screen import Screen
from services.accounts.model import Account
from services.errors import NotFound
from services.notify.model import Delivery, NotificationKind
from services.registry.port import RegistryUnavailable
from services.texts.i18n import Texts, texts

log = logging.getLogger(__name__)

Render = Callable[[Tools, Account, str, Texts], Awaitable[Screen | None]]
"""Draws a notification about a subject as it is now; None where it no longer applies."""

_BATCH = 30


async def _confirmed(tools: Tools, account: Account, visit_id: str, t: Texts) -> Screen | None:
    return visit_views.ticket(t, await tools.visits.get(account, visit_id), tools.clock.now())


async def _failed(_tools: Tools, _account: Account, _intent_id: str, t: Texts) -> Screen | None:
    return visit_views.failed_booking(t)


RENDERS: Mapping[NotificationKind, Render] = {
    NotificationKind.BOOKING_CONFIRMED: _confirmed,
    NotificationKind.BOOKING_FAILED: _failed,
}


class TelegramChannel:
    """Delivers claimed rows; a chat that has to wait or refuses does not stop the others."""

    def __init__(self, bot: Bot, tools: Tools, gate: Gate) -> None:
        self._bot = bot
        self._tools = tools
        self._gate = gate

    async def deliver_due(self) -> int:
        """Sends what is due; gives how many rows were looked at."""
        claimed = await self._tools.outbox.claim(_BATCH)
        chats: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in claimed:
            chats[delivery.notification.account_id].append(delivery)
        await asyncio.gather(*(self._deliver_in_turn(each) for each in chats.values()))
        return len(claimed)

    async def _deliver_in_turn(self, deliveries: Sequence[Delivery]) -> None:
        """One chat's messages, first in first out; the gate makes this chat wait and no other."""
        for delivery in deliveries:
            await self._deliver(delivery)

    async def _deliver(self, delivery: Delivery) -> None:
        outbox = self._tools.outbox
        account = await self._tools.accounts.by_id(delivery.notification.account_id)
        if account is None:
            await outbox.drop(delivery)
            return
        try:
            screen = await self._render(delivery, account)
            if screen is None:
                await outbox.drop(delivery)
                return
            await self._gate.pass_to(account.telegram_id)
            await chat.send(self._bot, account.telegram_id, screen)
        except TelegramForbiddenError:
            await self._tools.accounts.set_reachable(account, reachable=False)
            await outbox.drop(delivery)
        except TelegramRetryAfter as error:
            await outbox.retry(delivery, timedelta(seconds=error.retry_after))
        except (TelegramNetworkError, RegistryUnavailable):
            await outbox.retry(delivery)
        except TelegramBadRequest:
            log.exception("Telegram refuses delivery %s for good", delivery.id)
            await outbox.drop(delivery)
        except TelegramAPIError:
            log.exception("delivery %s failed", delivery.id)
            await outbox.retry(delivery)
        else:
            await outbox.sent(delivery)

    async def _render(self, delivery: Delivery, account: Account) -> Screen | None:
        note = delivery.notification
        try:
            return await RENDERS[note.kind](self._tools, account, note.subject_id, texts(account.locale))
        except NotFound:
            return None
