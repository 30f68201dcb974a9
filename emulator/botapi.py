"""/bot<token>/<method>: from an HTTP request to a method and back, faults included; /file/bot<token>/<path>."""

from __future__ import annotations

import re

from aiohttp import web

from emulator import media, profile, refusals, webhook
from emulator.entities import Json
from emulator.journal import Call
from emulator.methods import METHODS
from emulator.model import Bot
from emulator.params import Files, Params, read_params
from emulator.polling import get_updates
from emulator.refusals import Refused
from emulator.world import World

__all__ = ["bot_api", "media", "profile", "webhook"]  # importing these three registers their methods

_TOKEN = re.compile(r"(\d{1,15}):[A-Za-z0-9_-]+")
_FILE_NUMBER = re.compile(r"/file_(\d{1,15})")


class _ReplyLostError(Exception):
    """The work is done, but its answer must not arrive."""


def bot_api(world: World) -> web.RouteTableDef:
    """The routes of the Bot API over one world."""
    routes = web.RouteTableDef()

    async def handle(request: web.Request) -> web.Response:
        token = _TOKEN.fullmatch(request.match_info["token"])
        if token is None:
            return _no(Refused(refusals.TOKEN))
        bot_id, name = int(token.group(1)), request.match_info["method"]
        try:
            values, files = await read_params(request)
            if name.lower() == "getupdates":
                return _yes(await get_updates(world, world.bot(bot_id), Params("getUpdates", values)))
            return _yes(_call(world, bot_id, name, values, files))
        except Refused as refused:
            if name.lower() == "getupdates":
                world.journal.calls.append(Call(bot_id, "getUpdates", {}, ok=False, error=str(refused)))
            return _no(refused)
        except (_ReplyLostError, ConnectionAbortedError):
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=502)

    async def download(request: web.Request) -> web.Response:
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


def _call(world: World, bot_id: int, name: str, values: Json, files: Files) -> object:
    """Run one method, with the armed faults, and write it into the journal."""
    served = METHODS.get(name.lower())
    params = Params(served.name if served else name, values, files)
    fault = world.faults.take(bot_id, params.method, _chat_id(values))
    error, injected = "", False
    try:
        if served is None:
            raise Refused(refusals.UNSERVED_METHOD, method=name)
        params.refuse_unknown(served.parameters)
        if fault is not None and fault.kind == "refuse":
            injected = True
            raise Refused(fault.refusal(), fault.retry_after if fault.code == 429 else None)
        bot: Bot = world.bot(bot_id)
        with world.store.unit():
            result = served.run(world, bot, params)
        if fault is not None:
            injected = True
            error = "reply lost"
            raise _ReplyLostError
        return result
    except Refused as refused:
        error = refused.description
        raise
    finally:
        call = Call(bot_id, params.method, values, not error, error, injected)
        world.journal.calls.append(call)
        world.journal.emit("call", bot_id=bot_id, method=call.method, ok=call.ok, error=error)


def _chat_id(values: Json) -> int | None:
    text = str(values.get("chat_id", ""))
    return int(text) if text.lstrip("-").isdigit() else None


def _yes(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _no(refused: Refused) -> web.Response:
    answer: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.retry_after is None:
        return web.json_response(answer, status=refused.code)
    answer["parameters"] = {"retry_after": refused.retry_after}
    return web.json_response(answer, status=refused.code, headers={"Retry-After": str(refused.retry_after)})
