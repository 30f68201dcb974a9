"""Webhooks: the methods that set them, and the courier that posts updates to one.

A chat's updates go one after another, the next when the one before was taken; chats do not wait for each other, and
what names neither chat nor sender waits for nothing [server: Client.cpp, add_update_poll]. What is refused or not
answered is posted again: at once the first time, then after pauses that grow, or when the answer's Retry-After says so
[server: WebhookActor.cpp; its queues may be narrower than a chat]. A method in the answer is called. Only
loopback is posted to.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector

from emulator import refusals
from emulator.calls import BrokenError, run
from emulator.entities import Json
from emulator.hosts import is_loopback
from emulator.journal import Call
from emulator.methods import Result, method
from emulator.model import Bot, Webhook
from emulator.params import Params
from emulator.polling import remember_kinds
from emulator.refusals import Refused
from emulator.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)
_SECRET = re.compile(r"[A-Za-z0-9_-]*")
_SECRET_LIMIT = 256
_CONNECTIONS = 40  # [docs] the default of max_connections, 1 to 100
_MOST_CONNECTIONS = 100
_ANSWER_S = 60
_CONNECT_S = 5
_LONGEST_PAUSE_S = 60.0
_LOOKED_AT = 1000  # updates a round
# Those of one turn go one after another: ("chat", its id), or ("update", its id) for one that waits for no other.
Turn = tuple[str, int]


@method("setWebhook", "url", "secret_token", "max_connections", "allowed_updates", "drop_pending_updates")
def set_webhook(world: World, bot: Bot, params: Params) -> Result:
    """Post updates to an address from now on; an empty one means polling again."""
    url, secret = params.text("url").strip(), params.text("secret_token")
    if not url:
        return delete_webhook(world, bot, params)
    if len(secret) > _SECRET_LIMIT:
        raise Refused(refusals.SECRET_TOO_LONG)
    if not _SECRET.fullmatch(secret):
        raise Refused(refusals.SECRET_CHARACTERS)
    if not _is_here(url):
        raise Refused(refusals.UNSERVED_WEBHOOK, url=url)
    connections = min(max(params.integer("max_connections"), 0), _MOST_CONNECTIONS) or _CONNECTIONS
    webhook = Webhook(url, secret, connections)
    bot = remember_kinds(world, bot, params)
    _drop_if_asked(world, bot, params)
    poll = world.polls.pop(bot.id, None)
    if poll is not None and not poll.done():
        poll.set_exception(Refused(refusals.POLL_ENDED))
    if webhook != bot.webhook:
        _set(world, replace(bot, webhook=webhook))
    return True


@method("deleteWebhook", "drop_pending_updates")
def delete_webhook(world: World, bot: Bot, params: Params) -> Result:
    """Keep updates until they are polled for."""
    _drop_if_asked(world, bot, params)
    if bot.webhook is not None:
        _set(world, replace(bot, webhook=None))
    return True


@method("getWebhookInfo")
def get_webhook_info(world: World, bot: Bot, _params: Params) -> Result:
    """Where updates go, how many wait, and what went wrong last."""
    courier = world.couriers.get(bot.id)
    info: Json = {
        "url": bot.webhook.url if bot.webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": world.store.pending(bot.id),
    }
    if bot.webhook is not None:
        info["max_connections"] = bot.webhook.max_connections
    if bot.allowed_updates:
        info["allowed_updates"] = list(bot.allowed_updates)
    return info | (courier.last_error if courier else {})


def go_on_delivering(world: World) -> None:
    """Deliver to the webhooks that were set before this start."""
    for bot in world.store.bots():
        _send_courier(world, bot)


async def end_deliveries(world: World) -> None:
    """Nothing is under way any more when this returns; what was not taken is kept."""
    couriers = list(world.couriers.values())
    world.couriers.clear()
    await asyncio.gather(*(courier.end() for courier in couriers))


class WebhookCourier:
    """A `Courier` that begins at once."""

    def __init__(self, world: World, bot_id: int, webhook: Webhook) -> None:
        self.reaches = True
        self.last_error: Json = {}
        self._world = world
        self._bot_id = bot_id
        self._webhook = webhook
        self._turns: dict[Turn, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        self._running = asyncio.create_task(self._run())

    def wake(self) -> None:
        """There may be something to deliver."""
        self._woken.set()

    def dismiss(self) -> None:
        """Take it off its work without waiting."""
        self._running.cancel()

    async def end(self) -> None:
        """Take it off its work; what it had under way is broken off."""
        self.dismiss()
        await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        patience = ClientTimeout(total=None, sock_connect=_CONNECT_S, sock_read=_ANSWER_S)
        connector = TCPConnector(limit=self._webhook.max_connections)
        async with ClientSession(timeout=patience, connector=connector) as session:
            try:
                while True:
                    self._woken.clear()
                    for update in self._world.store.updates(self._bot_id, _LOOKED_AT):
                        turn = _turn_of(update)
                        if turn not in self._turns:
                            self._turns[turn] = asyncio.create_task(self._deliver(session, turn, update))
                    await self._woken.wait()
            finally:
                under_way = list(self._turns.values())
                for each in under_way:
                    each.cancel()
                await asyncio.gather(*under_way, return_exceptions=True)

    async def _deliver(self, session: ClientSession, turn: Turn, update: Json) -> None:
        """Posts one update until it is taken, or dropped; then the next one has its turn."""
        try:
            await self._post_until_taken(session, update)
            if self._world.faults.take_duplicate():
                await self._post_until_taken(session, update)
            self._world.store.forget_update(self._bot_id, update["update_id"])
            self._world.journal.activity.bump()
        finally:
            del self._turns[turn]
            self.wake()

    async def _post_until_taken(self, session: ClientSession, update: Json) -> None:
        pause = 0.0
        while self._world.store.is_pending(self._bot_id, update["update_id"]):
            if self._world.faults.is_cut:
                self._found("Connection timed out", reached=False)
                await self._world.faults.connected.wait()
            asked = await self._post(session, update)
            status = 200 if asked is None else 0
            self._world.traffic.update(self._world.now(), self._bot_id, update, status)
            if asked is None:
                return
            await asyncio.sleep(asked or pause)
            pause = min(2 * pause or self._world.webhook_pause, _LONGEST_PAUSE_S)

    async def _post(self, session: ClientSession, update: Json) -> float | None:
        """None: taken. Else after how many seconds the answer asks to come again, 0 where it says nothing of it."""
        headers = {SECRET_HEADER: self._webhook.secret_token} if self._webhook.secret_token else {}
        activity = self._world.journal.activity
        activity.in_flight += 1
        try:
            async with session.post(self._webhook.url, json=update, headers=headers, allow_redirects=False) as response:
                if 200 <= response.status <= 299:
                    await self._run_method(response)
                    self._found(reached=True)
                    return None
                self._found(f"Wrong response from the webhook: {response.status} {response.reason}", reached=False)
                asked = response.headers.get("Retry-After", "")
                return float(asked) if asked.isdigit() else 0.0
        except TimeoutError:
            self._found("Read timeout expired", reached=False)
        except ClientError as error:
            refused = isinstance(getattr(error, "os_error", None), ConnectionRefusedError)
            self._found("Connection refused" if refused else "Webhook connection closed", reached=False)
        finally:
            activity.in_flight -= 1
            activity.bump()
        return 0.0

    async def _run_method(self, response: ClientResponse) -> None:
        """A method that stands in the answer is called, and nobody is told what came of it. A form is not run."""
        if response.content_type != "application/json":
            if b'name="method"' in await response.read():
                error = Refused(refusals.UNSERVED_ANSWER).description
                self._world.journal.calls.append(Call(self._bot_id, "something", {}, ok=False, error=error))
            return
        try:
            answer = await response.json()
        except ValueError:
            return
        name = answer.pop("method", None) if isinstance(answer, dict) else None
        if isinstance(name, str):
            await self._call(name, answer)

    async def _call(self, name: str, values: Json) -> None:
        outcome: Json | None = None
        try:
            result, delay_ms = run(self._world, self._bot_id, name, values, {})
            await asyncio.sleep(delay_ms / 1000)
            outcome = {"ok": True, "result": result}
        except Refused as refused:
            outcome = {"ok": False, "error_code": refused.code, "description": refused.description}
        except BrokenError:
            pass
        status = 0 if outcome is None else outcome.get("error_code", 200)
        self._world.traffic.call(self._world.now(), self._bot_id, name, values, outcome, status)

    def _found(self, error: str = "", *, reached: bool) -> None:
        if error:
            self.last_error = {"last_error_date": int(self._world.now()), "last_error_message": error}
        if reached != self.reaches:
            self.reaches = reached
            self._world.journal.emit("bot", bot=self._world.bot_state(self._world.bot(self._bot_id)))


def _set(world: World, bot: Bot) -> None:
    courier = world.couriers.pop(bot.id, None)
    if courier is not None:
        courier.dismiss()
    _send_courier(world, bot)
    world.save_bot(bot)


def _send_courier(world: World, bot: Bot) -> None:
    if bot.webhook is not None:
        world.couriers[bot.id] = WebhookCourier(world, bot.id, bot.webhook)


def _drop_if_asked(world: World, bot: Bot, params: Params) -> None:
    if params.flag("drop_pending_updates"):
        world.store.confirm(bot.id, bot.next_update_id)
        world.journal.activity.bump()


def _is_here(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and is_loopback(parts.hostname or "") and parts.port != 0
    except ValueError:
        return False


def _turn_of(update: Json) -> Turn:
    """The chat whose turn it is; a press belongs to the chat of whoever pressed, and what names neither to none."""
    for event in update.values():
        named = (event.get("chat") or event.get("from")) if isinstance(event, dict) else None
        if isinstance(named, dict) and isinstance(named.get("id"), int):
            return "chat", named["id"]
    return "update", update["update_id"]
