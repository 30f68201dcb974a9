"""/bot<token>/<method>: from an HTTP request to a method and back, faults included; /file/bot<token>/<path>."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from aiohttp import web

from emulator import media, profile, refusals, webhook
from emulator.entities import Json
from emulator.faults import Fault
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


class _BrokenError(Exception):
    """The connection breaks without an answer, whether the work is done or not."""


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
            result, delay_ms = _call(world, bot_id, name, values, files)
            if delay_ms:
                await asyncio.sleep(delay_ms / 1000)
            return _broken(request) if world.faults.is_cut else _yes(result)
        except Refused as refused:
            return _no(refused)
        except (_BrokenError, ConnectionAbortedError):
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
            _meet(*met)
        updates = await get_updates(world, world.bot(bot_id), Params("getUpdates", values))
        if met is not None and met[0].kind == "slow":
            await asyncio.sleep(met[0].delay_ms / 1000)
        elif met is not None:
            raise _BrokenError("reply lost")
    except (Refused, _BrokenError) as refused:
        error = str(refused)
        raise
    else:
        return updates
    finally:
        if error:
            world.journal.calls.append(Call(bot_id, "getUpdates", {}, ok=False, error=error, injected=injected))


def _meet(fault: Fault, retry_after: int) -> None:
    """What a fault does before the work."""
    if fault.kind == "refuse":
        raise Refused(fault.refusal(retry_after), retry_after if fault.code == 429 else None)
    if fault.kind == "lose_call":
        raise _BrokenError("call lost")


def _call(world: World, bot_id: int, name: str, values: Json, files: Files) -> tuple[object, int]:
    """Run one method, with the armed faults, and write it into the journal.

    Gives the result and after how many milliseconds it is to be told.
    """
    served = METHODS.get(name.lower())
    params = Params(served.name if served else name, values, files)
    met = world.faults.take(bot_id, params.method, _chat_id(world, values), world.now())
    error, injected = "", False
    try:
        if served is None:
            raise Refused(refusals.UNSERVED_METHOD, method=name)
        params.refuse_unknown(served.parameters)
        if met is not None:
            injected = met[0].kind != "slow"
            _meet(*met)
        bot: Bot = world.bot(bot_id)
        with world.store.unit():
            result = served.run(world, bot, params)
        if met is not None and met[0].kind == "lose_reply":
            raise _BrokenError("reply lost")
        return result, met[0].delay_ms if met is not None else 0
    except (Refused, _BrokenError) as refused:
        error = str(refused)
        raise
    finally:
        call = Call(bot_id, params.method, values, not error, error, injected)
        world.journal.calls.append(call)


def _chat_id(world: World, values: Json) -> int | None:
    """The chat that a call is for; that of whoever pressed, where it answers a press."""
    if "callback_query_id" in values:
        query = world.store.query(str(values["callback_query_id"]))
        return query.user_id if query is not None else None
    text = str(values.get("chat_id", ""))
    return int(text) if text.lstrip("-").isdigit() else None


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
