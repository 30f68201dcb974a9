"""Updates by webhook. Telegram hears 200 when an update has been handled, so one that a crash cut short comes again."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from datetime import timedelta

from aiohttp import web

from bot.telegram.incoming import Incoming, Outcome
from bot.telegram.session import as_json

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

        With 200 goes the answer to a press, which Telegram is to give: that saves a call.

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
        told = await self._incoming.take(update)
        if told.outcome is Outcome.LATER:
            return web.Response(status=503, headers={"Retry-After": str(_AGAIN_S)})
        if told.outcome is Outcome.FAILED:
            return web.Response(status=500)
        if told.answer is None:
            return web.Response()
        said = {"method": told.answer.__api_method__, **told.answer.model_dump(exclude_none=True)}
        return web.Response(body=as_json(said), content_type="application/json")
