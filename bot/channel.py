"""The Telegram channel of the outbox: renders now, in the person's language, and sends through the gate."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
)

from bot import chat, notices
from bot.middlewares.outgoing import Gate, unsolicited
from bot.notices import Told
from bot.tools import Tools
from services.booking.reminders import Later
from services.notify.model import Delivery
from services.registry.port import RegistryUnavailable
from services.texts.i18n import texts

log = logging.getLogger(__name__)

_BATCH = 30


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
        for place, delivery in enumerate(deliveries):
            wait = await self._deliver(delivery)
            if wait is not None:
                for later in deliveries[place + 1 :]:
                    await self._tools.outbox.retry(later, wait)
                return

    async def _deliver(self, delivery: Delivery) -> timedelta | None:
        """Gives how long Telegram asks this chat to wait, if it does."""
        outbox = self._tools.outbox
        account = await self._tools.accounts.by_id(delivery.notification.account_id)
        if account is None or not account.reachable:  # whoever has blocked the bot reads it in the list
            await outbox.drop(delivery)
            return None
        try:
            notice = await notices.render(self._tools, account, delivery.notification, texts(account.locale))
            if notice is None:
                await self._leave(delivery)
                return None
            if isinstance(notice, Later):
                await outbox.postpone(delivery, notice.until)
                return None
            told = notice if isinstance(notice, Told) else Told(notice)
            await self._gate.pass_to(account.telegram_id)
            with unsolicited():
                await chat.send(self._bot, account.telegram_id, told.screen)
        except TelegramForbiddenError:
            await self._tools.accounts.set_reachable(account, reachable=False)
            await outbox.drop(delivery)
        except TelegramRetryAfter as error:
            wait = timedelta(seconds=error.retry_after)
            await outbox.retry(delivery, wait)
            return wait
        except (TelegramNetworkError, RegistryUnavailable):
            await outbox.retry(delivery)
        except TelegramBadRequest:
            log.exception("Telegram refuses delivery %s for good", delivery.id)
            await outbox.drop(delivery)
        except TelegramAPIError:
            log.exception("delivery %s failed", delivery.id)
            await outbox.retry(delivery)
        else:
            await outbox.sent(delivery, told.instead_of)
        return None

    async def _leave(self, delivery: Delivery) -> None:
        """It no longer applies: news stays in the list, a reminder of nothing does not."""
        if delivery.notification.kind in notices.REMINDERS:
            await self._tools.outbox.take_back(delivery)
        else:
            await self._tools.outbox.drop(delivery)
