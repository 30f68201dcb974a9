"""Is the bot well? Asked by whatever starts it anew when it is not."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from aiohttp import web
from sqlalchemy import select

from services.storage.engine import Database
from services.storage.tables import setting

log = logging.getLogger(__name__)

PATH = "/healthz"
_PATIENCE = timedelta(seconds=3)


class Health:
    """Well means: the database answers. Telegram and the registry may be away; a restart would bring neither back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer(self, _request: web.Request) -> web.Response:
        """200 or 503, with a line for people."""
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                await self._database.fetch(select(setting.c.name).limit(1))
        except Exception as error:
            log.warning("the database does not answer: %s", type(error).__name__)
            return _said(503, "the database does not answer\n")
        return _said(200, "well\n")


def _said(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text, headers={"Cache-Control": "no-store"})
