"""One emulator's web server: Bot API, control API and page on one loopback address."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from emulator import troubles
from emulator.botapi import SENT, Sent, bot_api
from emulator.control import control_api, end_streams
from emulator.hosts import is_loopback
from emulator.webhook import end_deliveries, go_on_delivering
from emulator.world import World

_PAGE = Path(__file__).parent / "page"
_BODY_LIMIT = 50 * 1024 * 1024  # Telegram's limit for uploads by bots
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _host_of(address: str) -> str:
    try:
        return urlsplit(f"//{address}").hostname or ""
    except ValueError:
        return ""


@web.middleware
async def only_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep web pages of strangers out.

    A foreign name that was made to point at 127.0.0.1 (DNS rebinding) shows in Host; a foreign
    page that posts here shows in Origin, one that loads something from here in Sec-Fetch-Site. Programs
    send neither and pass; opening the page itself from a link is welcome, framing it is not.
    """
    if not is_loopback(_host_of(request.headers.get("Host", ""))):
        return web.Response(status=403, text="this address is for this machine only\n")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        return web.Response(status=403, text="requests of other sites are not taken\n")
    opened = request.path == "/" and request.headers.get("Sec-Fetch-Dest") == "document"
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin") and not opened:
        return web.Response(status=403, text="requests of other sites are not taken\n")
    response = await handler(request)
    if not response.prepared:
        response.headers.setdefault("Content-Security-Policy", "frame-ancestors 'none'")
    return response


@web.middleware
async def count_in_flight(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Know how many Bot API calls and downloads are under way; those who wait for quiet need it."""
    activity = request.app[WORLD].journal.activity
    path = request.path.lower()
    if not path.startswith(("/bot", "/file/bot")) or path.endswith("/getupdates"):
        return await handler(request)
    activity.in_flight += 1
    try:
        return await handler(request)
    finally:
        activity.in_flight -= 1
        activity.bump()


@web.middleware
async def keep_traffic(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let whoever watches see what a bot asked for and was told; polls show by what they bring."""
    world, arrived = request.app[WORLD], None
    armed = troubles.armed(world)
    try:
        arrived = await handler(request)
        return arrived
    finally:
        sent = request.get(SENT)
        if sent is not None and world.store.is_open:
            _keep(world, sent, arrived)
        if troubles.armed(world) != armed:
            world.journal.emit("troubles", armed=troubles.armed(world))


def _keep(world: World, sent: Sent, arrived: web.StreamResponse | None) -> None:
    whole = isinstance(arrived, web.Response) and isinstance(arrived.body, bytes)
    answer = json.loads(arrived.body) if whole else None  # type: ignore[union-attr]
    status = arrived.status if arrived is not None and whole else 0
    if answer is not None and answer["ok"] and sent.method.lower() == "getupdates":
        for update in answer["result"]:
            world.traffic.update(world.now(), sent.bot_id, update)
    else:
        world.traffic.call(world.now(), sent.bot_id, sent.method, sent.wire(), answer, status)


WORLD = web.AppKey("world", World)


def build_app(world: World) -> web.Application:
    """The application over one world."""
    app = web.Application(middlewares=[only_this_machine, count_in_flight, keep_traffic], client_max_size=_BODY_LIMIT)
    app[WORLD] = world
    app.add_routes(bot_api(world))
    app.add_routes(control_api(world))

    async def index(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(_PAGE / "index.html", headers={"Cache-Control": "no-cache"})

    app.router.add_get("/", index)
    app.router.add_static("/page", _PAGE)

    async def begin(_app: web.Application) -> None:
        go_on_delivering(world)

    async def end(_app: web.Application) -> None:
        world.drop_polls()
        end_streams(world)
        await end_deliveries(world)

    app.on_startup.append(begin)
    app.on_shutdown.append(end)
    return app


async def serve(world: World, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Start serving; gives the runner (`cleanup()` stops it) and the port. OSError when it is taken."""
    # A poll whose bot went away must not swallow the next updates, so a lost connection ends its handler.
    runner = web.AppRunner(
        build_app(world), handle_signals=False, access_log=None, shutdown_timeout=1, handler_cancellation=True
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner, int(runner.addresses[0][1])
