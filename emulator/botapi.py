"""/bot<token>/<method>: from an HTTP request to a method and back, faults included; /file/bot<token>/<path>."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from aiohttp import web

from emulator import media, profile, refusals, webhook
from emulator.calls import BrokenError, meet, run
from emulator.entities import Json
from emulator.journal import Call
from emulator.methods import METHODS
from emulator.params import Files, Params, read_params
from emulator.polling import get_updates
from emulator.refusals import Refused
from emulator.world import World

__all__ = ["bot_api", "media", "profile", "webhook"]  # importing these three registers their methods

_TOKEN = re.compile(r"(\d{1,15}):[A-Za-z0-9_-]+")
_FILE_NUMBER = re.compile(r"/file_(\d{1,15})")


@dataclass(frozen=True)
class Sent:
    """What a request asked for, for those who watch: it is left in the request under `SENT`."""

    bot_id: int
    method: str
    values: Json
    files: Files

    def wire(self) -> Json:
        """The parameters, each file as its name and size."""
        return {**self.values, **{name: f"{each.name}, {len(each.data)} B" for name, each in self.files.items()}}


SENT = web.RequestKey("sent", Sent)


def bot_api(world: World) -> web.RouteTableDef:
    """The routes of the Bot API over one world."""
    routes = web.RouteTableDef()

    async def handle(request: web.Request) -> web.Response:
        token = _TOKEN.fullmatch(request.match_info["token"])
        if token is None:
            return _no(Refused(refusals.TOKEN))
        bot_id, name = int(token.group(1)), request.match_info["method"]
        if world.faults.is_cut:
            return _broken(request)
        try:
            values, files = await read_params(request)
            request[SENT] = Sent(bot_id, METHODS[name.lower()].name if name.lower() in METHODS else name, values, files)
            if name.lower() == "getupdates":
                return _yes(await _poll(world, bot_id, values))
            result, delay_ms = run(world, bot_id, name, values, files)
            if delay_ms:
                await asyncio.sleep(delay_ms / 1000)
            return _broken(request) if world.faults.is_cut else _yes(result)
        except Refused as refused:
            return _no(refused)
        except (BrokenError, ConnectionAbortedError):
            return _broken(request)

    async def download(request: web.Request) -> web.Response:
        if world.faults.is_cut:
            return _broken(request)
        token = _TOKEN.fullmatch(request.match_info["token"])
        number = _FILE_NUMBER.search(request.match_info["path"])
        file = world.store.file(number=int(number.group(1))) if number else None
        here = file and token and file.bot_id == int(token.group(1)) and file.path == request.match_info["path"]
        if file is None or not here or file.size > media.DOWNLOAD_LIMIT:
            return _no(Refused(refusals.NO_SUCH_PATH))
        return web.Response(body=world.store.file_data(file.number), content_type="application/octet-stream")

    routes.get("/file/bot{token}/{path:.+}")(download)
    routes.get("/bot{token}/{method}")(handle)
    routes.post("/bot{token}/{method}")(handle)
    return routes


async def _poll(world: World, bot_id: int, values: Json) -> list[Json]:
    """getUpdates, with the armed faults; only what is refused or breaks off goes into the journal."""
    met = world.faults.take(bot_id, "getUpdates", None, world.now())
    injected, error = False, ""
    try:
        if met is not None:
            injected = True
            meet(*met)
        updates = await get_updates(world, world.bot(bot_id), Params("getUpdates", values))
        if met is not None and met[0].kind == "slow":
            await asyncio.sleep(met[0].delay_ms / 1000)
        elif met is not None:
            raise BrokenError("reply lost")
    except (Refused, BrokenError) as refused:
        error = str(refused)
        raise
    else:
        return updates
    finally:
        if error:
            world.journal.calls.append(Call(bot_id, "getUpdates", {}, ok=False, error=error, injected=injected))


def _broken(request: web.Request) -> web.Response:
    """Breaks the connection off; nobody gets the response."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=502)


def _yes(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _no(refused: Refused) -> web.Response:
    answer: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.retry_after is None:
        return web.json_response(answer, status=refused.code)
    answer["parameters"] = {"retry_after": refused.retry_after}
    return web.json_response(answer, status=refused.code, headers={"Retry-After": str(refused.retry_after)})
