"""The Telegram channel of the outbox: renders now, in the person's language, and sends through the gate."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
)

from bot import chat
from bot.kernel import Kernel
from bot.keyboards.layout import layout_of
from bot.middlewares.outgoing import Gate, unsolicited
from bot.notices.notices import Notices
from bot.topic import Later, Told
from services.notify.model import Delivery
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import texts
from services.together import asking

log = logging.getLogger(__name__)

BATCH = 30


@dataclass(weakref_slot=True, slots=True, eq=False)
class _Line:
    """What is under way to one chat. `stands_until`: Telegram has asked this chat to wait."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    stands_until: datetime | None = None


class TelegramChannel:
    """Delivers claimed rows; a chat that has to wait or refuses does not stop the others."""

    def __init__(self, bot: Bot, kernel: Kernel, notices: Notices, gate: Gate) -> None:
        self._bot = bot
        self._kernel = kernel
        self._notices = notices
        self._gate = gate
        self._lines: WeakValueDictionary[str, _Line] = WeakValueDictionary()
        self._finishing = False

    async def deliver_due(self) -> int:
        """Sends what is due until nothing is; gives how many rows were looked at.

        The next batch is claimed while the last one waits at the gate, so that the gate never waits for the database.
        What each row of a batch has to know, they ask for together.
        """
        async with asking():
            return await self._deliver_all()

    def finish(self) -> None:
        """The process is ending: nothing more is claimed, and what has been is sent within seconds."""
        self._finishing = True

    async def _deliver_all(self) -> int:
        looked_at = 0
        lines: set[_Line] = set()  # a chat that has to wait is remembered to the end, though all of its tasks are over
        under_way: set[asyncio.Task[None]] = set()
        try:
            while not self._finishing:
                claimed = await self._kernel.outbox.claim(BATCH)
                looked_at += len(claimed)
                for delivery in claimed:
                    line = self._lines.setdefault(delivery.notification.account_id, _Line())
                    lines.add(line)
                    under_way.add(asyncio.create_task(self._deliver_in_turn(delivery, line)))
                if len(claimed) < BATCH:
                    break
                while len(under_way) > BATCH:
                    _, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(*under_way)
        finally:
            for each in under_way:
                each.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
        return looked_at

    async def _deliver_in_turn(self, delivery: Delivery, line: _Line) -> None:
        """One chat's messages go first in first out; the gate makes this chat wait and no other."""
        async with line.lock:
            now = self._kernel.clock.now()
            try:
                if line.stands_until is not None and now < line.stands_until:
                    await self._kernel.outbox.retry(delivery, line.stands_until - now)
                    return
                wait = await self._deliver(delivery)
                line.stands_until = None if wait is None else now + wait
            except Exception:
                log.exception("delivery %s broke off; it comes again when its claim runs out", delivery.id)

    async def _deliver(self, delivery: Delivery) -> timedelta | None:
        """Gives how long Telegram asks this chat to wait, if it does."""
        outbox = self._kernel.outbox
        account = await self._kernel.accounts.by_id(delivery.notification.account_id)
        if account is None or not account.reachable:  # whoever has blocked the bot reads it in the list
            await outbox.drop(delivery)
            return None
        try:
            notice = await self._notices.render(account, delivery.notification, texts(account.locale))
            if notice is None:
                await self._leave(delivery)
                return None
            if isinstance(notice, Later):
                await outbox.postpone(delivery, notice.until)
                return None
            told = notice if isinstance(notice, Told) else Told(notice)
            await self._gate.pass_to(account.telegram_id)
            with unsolicited():
                await chat.send(self._bot, account.telegram_id, told.screen.kept().laid(layout_of(account)))
        except TelegramForbiddenError:
            await self._kernel.accounts.set_reachable(account, reachable=False)
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
        if self._notices.is_transient(delivery.notification.kind):
            await self._kernel.outbox.take_back(delivery)
        else:
            await self._kernel.outbox.drop(delivery)
