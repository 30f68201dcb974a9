"""/control/…: what the chat page does on behalf of people, and the stream of events it watches.

Acts are POSTs of a JSON object to /control/<act>; all answer {"ok": true, …} or, with
status 400, {"ok": false, "error": "…"}. GET /control/state is everything at once, GET
/control/events the changes since, as server-sent events (?only=traffic: the raw traffic
instead), GET /control/traffic the newest of it, GET /control/file/<file_unique_id>
the bytes of a file, GET /control/mail/<id> the HTML of a caught message, …/<id>/<index> an
attachment. Acts carry files as base64 in "data".
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable

from aiohttp import web

from emulator import people, troubles
from emulator.entities import Json
from emulator.faults import Fault
from emulator.mail import standalone_html
from emulator.model import UNKNOWN_TYPE, Chat, Stored
from emulator.world import World, chat_state, message_state, person_state

Act = Callable[[World, Json], Json]
_PERSON_FIELDS = ("first_name", "last_name", "username", "language_code", "phone", "role")
_PDF = "application/pdf"
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", _PDF})
# No scripts, nothing from elsewhere; links may open beside the message.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:;"
    " style-src 'unsafe-inline'; frame-ancestors 'self'"
)
_PING_S = 15
_CLOSE: Json = {"event": "close"}


def control_api(world: World) -> web.RouteTableDef:
    """The routes of the control API over one world."""
    routes = web.RouteTableDef()

    @routes.get("/control/state")
    async def state(_request: web.Request) -> web.Response:
        return web.json_response(_state(world))

    @routes.get("/control/events")
    async def events(request: web.Request) -> web.StreamResponse:
        return await _stream(world, request)

    @routes.get("/control/traffic")
    async def traffic(_request: web.Request) -> web.Response:
        return web.json_response({"entries": [entry.wire() for entry in world.traffic.entries]})

    @routes.get("/control/file/{unique_id}")
    async def file(request: web.Request) -> web.Response:
        found = world.store.file(unique_id=request.match_info["unique_id"])
        if found is None:
            return web.Response(status=404, text="no such file\n")
        return file_response(found.mime, world.store.file_data(found.number))

    @routes.get(r"/control/mail/{id:\d{1,15}}")
    async def mail_html(request: web.Request) -> web.Response:
        mail = world.store.mail(int(request.match_info["id"]))
        if mail is None:
            return web.Response(status=404, text="no such message\n")
        headers = {"Content-Security-Policy": _MAIL_POLICY}
        return web.Response(text=standalone_html(mail), content_type="text/html", headers=headers)

    @routes.get(r"/control/mail/{id:\d{1,15}}/{index:\d{1,4}}")
    async def attachment(request: web.Request) -> web.Response:
        mail = world.store.mail(int(request.match_info["id"]))
        index = int(request.match_info["index"])
        if mail is None or index >= len(mail.attachments):
            return web.Response(status=404, text="no such attachment\n")
        return file_response(mail.attachments[index].mime, mail.attachments[index].data)

    @routes.post("/control/{act}")
    async def act(request: web.Request) -> web.Response:
        run = ACTS.get(request.match_info["act"])
        if run is None:
            return web.json_response({"ok": False, "error": "no such act"}, status=404)
        try:
            body = await request.json()
            return web.json_response({"ok": True, **run(world, body)})
        except web.HTTPRequestEntityTooLarge:
            return _refuse("too large")
        except KeyError as error:
            return _refuse(f"missing or unknown: {error}")
        except (ValueError, TypeError, OSError) as error:
            return _refuse(str(error))

    return routes


def file_response(mime: str, data: bytes) -> web.Response:
    """A file that somebody sent, for the page: images and PDFs to be shown, anything else to be saved only.

    Such a file is a stranger's: it must not run here as a page that can act for people.
    """
    shown = mime if mime in _SHOWN else UNKNOWN_TYPE
    headers = {
        "Content-Type": shown,
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline" if mime in _SHOWN else "attachment",
        # A sandbox would keep the browser's own viewer of PDFs out as well.
        "Content-Security-Policy": "frame-ancestors 'self'" if mime == _PDF else "sandbox; default-src 'none'",
        "Cache-Control": "private, max-age=86400, immutable",
    }
    return web.Response(body=data, headers=headers)


def _refuse(error: str) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=400)


def _state(world: World) -> Json:
    chats = [
        {
            "bot_id": chat.bot_id,
            "user_id": chat.user_id,
            **chat_state(chat),
            "messages": [message_state(item) for item in _all_messages(world, chat)],
            "busy": [
                {"message_id": query.message_id, "data": query.data, "query_id": query.id}
                for query in world.store.open_queries()
                if (query.bot_id, query.user_id) == (chat.bot_id, chat.user_id)
                and world.now() - query.asked_at < _PING_S
            ],
        }
        for chat in world.store.chats()
    ]
    return {
        "bots": [world.bot_state(bot) for bot in world.store.bots()],
        "people": [person_state(person) for person in world.store.people()],
        "chats": chats,
        "now": world.now(),
        "shift": world.clock_shift,
        "troubles": {"offered": troubles.offered(world), "armed": troubles.armed(world)},
        "faults": world.faults.state(),
        "mail": {
            "address": world.mail_server.url if world.mail_server else None,
            "messages": [mail.wire() for mail in world.store.mails()],
        },
    }


def _all_messages(world: World, chat: Chat) -> list[Stored]:
    """Deleted ones too: the page marks them."""
    return world.store.messages(chat.bot_id, chat.user_id, deleted=True)


async def _stream(world: World, request: web.Request) -> web.StreamResponse:
    queue: asyncio.Queue[Json] = asyncio.Queue()
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    traffic = request.query.get("only") == "traffic"

    def listen(event: Json) -> None:
        if event is _CLOSE or (event["event"] == "traffic") == traffic:
            queue.put_nowait(event)

    world.journal.listeners.add(listen)
    try:
        await response.prepare(request)
        await response.write(b"retry: 500\n\n")
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), _PING_S)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is _CLOSE:
                break
            await response.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
    except ConnectionResetError:
        pass  # the page was closed
    finally:
        world.journal.listeners.discard(listen)
    return response


def end_streams(world: World) -> None:
    """Let the event streams end; the server is going down."""
    for listener in tuple(world.journal.listeners):
        listener(_CLOSE)


def _where(body: Json) -> tuple[int, int]:
    return int(body["bot_id"]), int(body["user_id"])


def _sent(*stored: Stored) -> Json:
    return {"message_ids": [item.message_id for item in stored]}


def _create_person(world: World, body: Json) -> Json:
    fields = {name: str(body[name]).strip() for name in _PERSON_FIELDS if body.get(name)}
    if not fields.get("first_name"):
        raise ValueError("a person needs a first name")
    return {"person": person_state(world.add_person(**fields))}


def _edit_person(world: World, body: Json) -> Json:
    fields = {name: str(body[name]).strip() for name in _PERSON_FIELDS if name in body}
    return {"person": person_state(people.edit(world, int(body["user_id"]), fields))}


def _say(world: World, body: Json) -> Json:
    return _sent(*people.say(world, *_where(body), str(body["text"])))


def _start(world: World, body: Json) -> Json:
    return _sent(people.start(world, *_where(body)))


def _open_link(world: World, body: Json) -> Json:
    return _sent(people.open_link(world, *_where(body), str(body["payload"])))


def _press(world: World, body: Json) -> Json:
    query = people.press(
        world,
        *_where(body),
        int(body["message_id"]),
        str(body["data"]),
        inaccessible=bool(body.get("inaccessible")),
    )
    return {"query_id": query.id}


def _contact(world: World, body: Json) -> Json:
    of = body.get("of")
    return _sent(people.share_contact(world, *_where(body), of if isinstance(of, int | str) else None))


def _location(world: World, body: Json) -> Json:
    point = float(body["latitude"]), float(body["longitude"])
    return _sent(people.send_location(world, *_where(body), *point))


def _photo(world: World, body: Json) -> Json:
    data = _bytes(body) if "data" in body else None
    return _sent(people.send_photo(world, *_where(body), data, str(body.get("caption", ""))))


def _document(world: World, body: Json) -> Json:
    mime, caption = str(body.get("mime", "")), str(body.get("caption", ""))
    return _sent(people.send_document(world, *_where(body), str(body["name"]), _bytes(body), mime, caption))


def _bytes(body: Json) -> bytes:
    return base64.b64decode(body["data"], validate=True)


def _block(world: World, body: Json) -> Json:
    people.set_blocked(world, *_where(body), blocked=bool(body["blocked"]))
    return {}


def _fault(world: World, body: Json) -> Json:
    world.faults.add(Fault(**body))
    return {}


def _duplicate(world: World, body: Json) -> Json:
    world.faults.duplicate_updates(int(body.get("count", 1)))
    return {}


def _arm(world: World, body: Json) -> Json:
    chat_id = body.get("user_id")
    troubles.arm(world, str(body["name"]), int(body["bot_id"]), None if chat_id is None else int(chat_id))
    return _tell_troubles(world)


def _disarm(world: World, _body: Json) -> Json:
    troubles.disarm(world)
    return _tell_troubles(world)


def _tell_troubles(world: World) -> Json:
    world.journal.emit("troubles", armed=troubles.armed(world))
    return {"armed": troubles.armed(world)}


def _reorder(world: World, body: Json) -> Json:
    world.faults.reorder_updates(int(body.get("count", 1)))
    return {}


def _cut(world: World, body: Json) -> Json:
    world.cut(on=bool(body["on"]))
    return {}


def _end_faults(world: World, _body: Json) -> Json:
    world.end_faults()
    return {}


def _mail_fault(world: World, body: Json) -> Json:
    if world.mail_server is None:
        raise ValueError("mail is not caught here")
    world.mail_server.arm(body["kind"], int(body.get("times", 1)), float(body.get("delay_s", 30)))
    return {}


def _advance(world: World, body: Json) -> Json:
    world.advance(int(body["seconds"]))
    return {"now": world.now(), "shift": world.clock_shift}


ACTS: dict[str, Act] = {
    "create-person": _create_person,
    "edit-person": _edit_person,
    "say": _say,
    "start": _start,
    "open_link": _open_link,
    "press": _press,
    "contact": _contact,
    "location": _location,
    "sticker": lambda world, body: _sent(people.send_sticker(world, *_where(body))),
    "voice": lambda world, body: _sent(people.send_voice(world, *_where(body))),
    "photo": _photo,
    "document": _document,
    "block": _block,
    "fault": _fault,
    "duplicate": _duplicate,
    "arm": _arm,
    "disarm": _disarm,
    "reorder": _reorder,
    "cut": _cut,
    "end-faults": _end_faults,
    "mail-fault": _mail_fault,
    "advance": _advance,
}
