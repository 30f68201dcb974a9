"""The bot's own web server, in the same loop as everything else. Something with a certificate stands before it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.web.updates import LARGEST_BODY
from services.errors import SetupError

_CLOSING_S = 1.0
"""For answers that are being written; the work behind them has ended by then."""
_REQUEST_WITHIN_S = 10.0
"""A connection over which no whole head of a request comes within this time is closed: half of one holds nothing up."""


@asynccontextmanager
async def serving(
    host: str, port: int, routes: Iterable[web.AbstractRouteDef], finish: Callable[[], Awaitable[object]]
) -> AsyncIterator[int]:
    """Listens until the block ends; gives the port. Then the door is shut, `finish` is waited for, and connections end.

    `SetupError`: the port cannot be had.
    """
    app = web.Application(client_max_size=LARGEST_BODY)
    app.add_routes(routes)
    runner = web.AppRunner(
        app,
        handle_signals=False,
        access_log=None,
        shutdown_timeout=_CLOSING_S,
        keepalive_timeout=_REQUEST_WITHIN_S,
    )
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        try:
            await site.start()
        except OSError as error:
            reason = f"port {port} on {host} cannot be used ({error.strerror})"
            raise SetupError(f"{reason}; stop what holds it, or set HTTP_PORT and HTTP_HOST to others") from None
        try:
            yield int(runner.addresses[0][1])
        finally:
            await site.stop()
            await finish()
    finally:
        await runner.cleanup()
