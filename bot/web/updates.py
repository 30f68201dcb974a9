"""Updates by webhook. Telegram hears 200 when an update has been handled, so one that a crash cut short comes again."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections import Counter
from datetime import timedelta

from aiogram import Bot, Dispatcher
from aiogram.types import Update
from aiogram.types.update import UpdateTypeLookupError
from aiohttp import web

from bot.middlewares.order import COMES_AGAIN, BeingHandled

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)
LARGEST_BODY = 1024 * 1024
"""In bytes. Telegram's longest message is some ten kilobytes with all its entities; files are not in updates."""
_TRIES = 3
"""How often a failing update is let come: Telegram holds back the rest of its chat until this one is taken."""
_LET_FINISH = timedelta(seconds=5)
_AGAIN_S = 5


class Updates:
    """Hands updates that bear the secret to the dispatcher."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, secret: str) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._secret = secret.encode()
        self._running: set[asyncio.Task[web.Response]] = set()
        self._failures: Counter[int] = Counter()
        self._stopping = False

    async def take(self, request: web.Request) -> web.Response:
        """Answers one POST: 200 handled, 400 no update, 401 not Telegram, 500 and 503 to be sent again.

        A body of more than `LARGEST_BODY` is 413, by aiohttp's own hand.
        """
        given = request.headers.get(SECRET_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            log.info("a request without the webhook's secret was refused")
            return web.Response(status=401)
        try:
            update = Update.model_validate(json.loads(await request.read()), context={"bot": self._bot})
        except (ValueError, RecursionError, web.RequestPayloadError):  # what was wrong with it would tell what is in it
            log.warning("a body that is no update was refused")
            return web.Response(status=400)
        if not _is_known(update):
            return web.Response()
        if self._stopping:
            return _later()
        # A task of its own: it is neither Telegram's hanging up nor the end of the server that breaks it off.
        handling = asyncio.create_task(self._handle(update))
        self._running.add(handling)
        handling.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(handling)
        except asyncio.CancelledError:
            if handling.cancelled():
                return _later()
            raise

    async def stop(self) -> None:
        """No update begins any more; those under way are let finish, or cancelled after `_LET_FINISH`.

        They have ended when this returns. What was cancelled is sent again, to another process or to the next start.
        """
        self._stopping = True
        running = set(self._running)
        if running:
            _, late = await asyncio.wait(running, timeout=_LET_FINISH.total_seconds())
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _handle(self, update: Update) -> web.Response:
        try:
            await self._dispatcher.feed_update(self._bot, update, **{COMES_AGAIN: True})
        except BeingHandled:
            return _later()
        except Exception:  # `Errors` has said what it could; this one went past it
            log.exception("an update failed")
            self._failures[update.update_id] += 1
            if self._failures[update.update_id] < _TRIES:
                return web.Response(status=500)
        self._failures.pop(update.update_id, None)
        return web.Response()


def _is_known(update: Update) -> bool:
    """aiogram would write one of a kind that it does not know into the log, with all that is in it."""
    try:
        return bool(update.event_type)
    except UpdateTypeLookupError:
        log.warning("an update of an unknown kind was passed over")
        return False


def _later() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": str(_AGAIN_S)})
