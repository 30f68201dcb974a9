"""Updates by webhook. Telegram hears 200 when an update has been handled, so one that a crash cut short comes again."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from datetime import timedelta

from aiohttp import web

from bot.telegram.incoming import Incoming, Outcome

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)
LARGEST_BODY = 1024 * 1024
"""In bytes. Telegram's longest message is some ten kilobytes with all its entities; files are not in updates."""
BODY_WITHIN = timedelta(seconds=10)
"""How long a body may take to come."""
_AGAIN_S = 5


class Updates:
    """Takes updates that bear the secret."""

    def __init__(self, incoming: Incoming, secret: str) -> None:
        self._incoming = incoming
        self._secret = secret.encode()

    async def take(self, request: web.Request) -> web.Response:
        """Answers one POST: 200 taken, 400 broken off, 401 not Telegram, 408 too slow, 500 and 503 to be sent again.

        What bears the secret and cannot be read is taken: it would come for ever, and bar its chat.
        """
        given = request.headers.get(SECRET_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            log.info("a request without the webhook's secret was refused")
            return web.Response(status=401)
        try:
            async with asyncio.timeout(BODY_WITHIN.total_seconds()):
                update = json.loads(await request.read())
        except TimeoutError:
            return web.Response(status=408)
        except web.RequestPayloadError:
            return web.Response(status=400)
        except (ValueError, RecursionError, web.HTTPRequestEntityTooLarge):
            # What was wrong with it would tell what is in it.
            log.warning("a body that is no update was passed over")
            return web.Response()
        outcome = await self._incoming.take(update)
        if outcome is Outcome.LATER:
            return web.Response(status=503, headers={"Retry-After": str(_AGAIN_S)})
        return web.Response(status=200 if outcome is Outcome.TAKEN else 500)
