"""An async driver for tests: an emulator in this process and people who use it.

The bot under test polls the emulator over HTTP, from a task of the same loop or from a
process of its own::

    async with Emulator.start(tmp_path) as emulator:
        user = await emulator.user("Anna", language_code="en")
        await user.send("/start")
        await user.press("Book")
        assert "When?" in user.screen().text

An act returns when the bot has reacted and all is quiet. What quiet means: every update is
confirmed by the bot's next getUpdates or taken by its webhook, every press is answered, no call
is under way, and no call came for `quiet_ms`. There are no sleeps: waiting ends with the event that it waits for.
Timeouts raise AssertionError with the transcript.

When the block ends well, `check` looks for what a test does not see: presses and messages that got no answer, calls
that Telegram would have refused, texts that nobody finished and, in `bot_log`, exceptions. What a test asks for on
purpose, it adds to `forgiven`.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from emulator import people
from emulator.carriers import MailCatcher
from emulator.checks import Catalogues, logged, placeholders, raw_msgids
from emulator.entities import Json
from emulator.faults import Fault, MailFault
from emulator.journal import Call, Journal
from emulator.mail import Mail
from emulator.model import Person, Query
from emulator.screens import (
    Button,
    Media,
    Message,
    Screen,
    describe,
    find_button,
    message_of,
    screen_of,
)
from emulator.server import serve
from emulator.store import Store
from emulator.world import MACHINE, World

__all__ = ["Answer", "Button", "Emulator", "Fault", "Group", "Mail", "Media", "Message", "Screen", "User"]

TOKEN = "7000000001:local-token-that-opens-nothing"  # noqa: S105 (opens nothing)
_NOT_MODIFIED = "message is not modified"


@dataclass(frozen=True)
class Answer:
    """The bot's answer to a press; an empty `text` only ended the button's waiting."""

    text: str
    show_alert: bool


class Emulator:
    """One emulator in this process; make it with `Emulator.start`."""

    def __init__(self, data: Path, token: str, quiet_ms: float, timeout: float) -> None:
        self.webhook_pause_s = 0.05  # as `World.webhook_pause`, from the next `restart` on
        self.token = token
        self.quiet_ms = quiet_ms
        self.timeout = timeout
        self.journal = Journal()
        self._data = data
        self._port = 0
        self._smtp_port: int | None = None
        self._runner: web.AppRunner | None = None
        self._world: World | None = None
        self._rate_limits = False
        self._clock = MACHINE
        self.forgiven: tuple[str, ...] = ()  # problems that say one of these are what the test asked for
        self.bot_log: Path | None = None  # where the bot under test logs, if that is to be looked at
        self.catalogues: Catalogues = {}  # what the bot may say, to find what it left untranslated
        self._told: Counter[str] = Counter()
        self._unheard: dict[int, str] = {}  # private chat → what was said there and the bot did nothing about
        self.journal.listeners.add(self._listen)

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        tmp_path: Path,
        *,
        token: str = TOKEN,
        quiet_ms: float = 60,
        timeout: float = 15,
        smtp: bool = False,
        bot_log: Path | None = None,
        catalogues: Catalogues | None = None,
        checked: bool = True,
        clock: Callable[[], float] = MACHINE,
    ) -> AsyncIterator[Emulator]:
        """Serve on a free loopback port until the block ends; state in `tmp_path`/emulator.sqlite.

        `quiet_ms`: how long no call may come for the bot to count as quiet, in milliseconds;
        `timeout`: how long acts and waiting last at most, in seconds. `smtp`: catch mail too, see `smtp_url`.
        `clock`: tells Unix seconds; with one that stands ages are exact, and `advance` moves it on all the same.
        `bot_log`, `catalogues`: what `check` looks at besides; unless `checked`, only who calls it is told.
        """
        emulator = cls(tmp_path / "emulator.sqlite", token, quiet_ms, timeout)
        emulator._smtp_port = 0 if smtp else None
        emulator._clock = clock
        emulator.bot_log, emulator.catalogues = bot_log, catalogues or {}
        await emulator.restart()
        try:
            yield emulator
            if checked and emulator._world is not None:
                emulator.check()
        finally:
            await emulator.stop()

    @property
    def url(self) -> str:
        """The base address of Bot API and page, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def smtp_url(self) -> str:
        """Where mail is caught, smtp://127.0.0.1:PORT; AssertionError without `smtp` or while stopped."""
        return self._mail_server.url

    @property
    def mail(self) -> list[Mail]:
        """The caught messages, oldest first."""
        return self.world.store.mails()

    async def wait_mail(self, to: str, timeout: float | None = None, *, after: Mail | None = None) -> Mail:
        """Wait for a message to this address, newer than `after` if given; gives the newest such one."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            for mail in reversed(self.mail):
                fits = to.lower() in (address.lower() for address in mail.to)
                if fits and (after is None or mail.id > after.id):
                    return mail
            left = deadline - time.monotonic()
            if left <= 0:
                seen = ", ".join(f"{mail.subject!r} to {mail.to}" for mail in self.mail) or "none at all"
                raise AssertionError(f"no mail to {to}; there was {seen}\n{self.transcript()}")
            await self.journal.activity.changed(left)

    def mail_fault(self, kind: MailFault | None, times: int = 1, delay_s: float = 30) -> None:
        """Bring trouble with mail.

        "refuse": the next `times` recipients are unknown (550). "slow": the next `times` messages are kept, but the
        answer takes `delay_s` seconds. "drop": the connection breaks when the message was sent, and it is lost.
        "down": nobody listens any more. None ends all of it.
        """
        self._mail_server.arm(kind, times, delay_s)

    @property
    def _mail_server(self) -> MailCatcher:
        assert self.world.mail_server is not None, "mail is not caught: start with smtp=True"
        return self.world.mail_server

    @property
    def bot_id(self) -> int:
        """The id of the bot under test."""
        return int(self.token.partition(":")[0])

    @property
    def world(self) -> World:
        """The state behind the emulator; AssertionError while it is stopped."""
        assert self._world is not None, "the emulator is stopped"
        return self._world

    @property
    def calls(self) -> list[Call]:
        """The Bot API calls answered so far, oldest first, without successful getUpdates."""
        return list(self.journal.calls)

    async def stop(self) -> None:
        """Break all connections off and close the state file; nothing happens when stopped."""
        runner, self._runner = self._runner, None
        world, self._world = self._world, None
        if runner is not None:
            await runner.cleanup()
        if world is not None:
            if world.mail_server is not None:
                world.mail_server.close()
            world.store.close()

    async def restart(self) -> None:
        """Stop, and serve the same state file on the same port again; armed faults are gone."""
        await self.stop()
        world = World(Store(self._data), self.journal, clock=self._clock, webhook_pause=self.webhook_pause_s)
        world.rates.limited = self._rate_limits
        if self._smtp_port is not None:
            from emulator.smtp import MailServer  # needs a package that only mail needs

            world.mail_server = server = MailServer(world.receive_mail, "127.0.0.1", self._smtp_port)
            self._smtp_port = server.port
        self._runner, self._port = await serve(world, "127.0.0.1", self._port)
        self._world = world
        world.bot(self.bot_id)

    async def user(
        self,
        first_name: str = "Анна",
        *,
        last_name: str = "",
        username: str = "",
        language_code: str = "ru",
        phone: str = "",
    ) -> User:
        """A new person; without `phone` ("+79…") a number is made up."""
        person = self.world.add_person(first_name, last_name, username, language_code, phone)
        return User(self, person.id)

    async def group(self, title: str, by: User | None = None) -> Group:
        """A new supergroup to which a person (a new one without `by`) added the bot; waits until it took notice."""
        adder = by or await self.user()
        chat = people.add_to_group(self.world, self.bot_id, adder.id, title)
        await self.wait_quiet()
        return Group(self, chat.user_id)

    async def deliver(self, update: Json, *, timeout: float | None = None) -> None:
        """Deliver an Update of any shape, and wait until the bot has taken it and is quiet.

        The emulator gives its `update_id`, also in the place of one that it has. It comes whether the bot asked for its
        kind or not: after a change of allowed_updates, Telegram too sends unwanted ones for a while. Nothing else comes
        of it: no chat begins, and a message or a press in it is none that the emulator remembers.
        """
        self.world.queue_any(self.bot_id, update)
        await self.wait_quiet(timeout)

    def advance(self, by: timedelta) -> None:
        """Move the emulator's clock on (ages of messages and presses)."""
        self.world.advance(by.total_seconds())

    @property
    def rate_limits(self) -> bool:
        """Is a bot that writes too fast answered with 429, see `rates`? Off until switched on."""
        return self._rate_limits

    @rate_limits.setter
    def rate_limits(self, on: bool) -> None:
        self._rate_limits = self.world.rates.limited = on

    def fault(self, fault: Fault) -> None:
        """Arm trouble for coming calls, see `faults.Fault`."""
        self.world.faults.add(fault)

    def duplicate_updates(self, count: int = 1) -> None:
        """Deliver each of the next `count` updates twice."""
        self.world.faults.duplicate_updates(count)

    def reorder_updates(self, count: int = 1) -> None:
        """Let each of the next `count` updates be overtaken by the one that follows it."""
        self.world.faults.reorder_updates(count)

    def cut(self, *, on: bool) -> None:
        """Begin or end a cut: nothing passes between bot and emulator, see `World.cut`."""
        self.world.cut(on=on)

    def answer_to(self, query: Query) -> Answer:
        """The bot's answer to a press; AssertionError when there is none."""
        for toast in reversed(self.journal.toasts):
            if toast.query_id == query.id:
                return Answer(toast.text, toast.show_alert)
        raise AssertionError(f"the press on {query.data!r} was not answered\n{self.transcript()}")

    def drop_presses(self) -> None:
        """Stop waiting for answers that will not come, as when the bot was killed on purpose."""
        for query in self._open_presses():
            self.world.save_query(replace(query, answered=True))

    async def wait_quiet(self, timeout: float | None = None) -> None:
        """Wait until nothing is under way, see the module; AssertionError after `timeout` seconds."""
        await self._settle(lambda: None, timeout)

    async def _settle(self, unmet: Callable[[], str | None], timeout: float | None = None) -> None:
        """Wait for quiet and for `unmet` to find nothing missing any more."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        activity = self.journal.activity
        while True:
            reason = self._unquiet() or unmet()
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"not quiet: {reason or 'calls kept coming'}\n{self.transcript()}")
            window = left if reason else self.quiet_ms / 1000
            if not await activity.changed(window) and not reason:
                return

    def _unquiet(self) -> str | None:
        """What is still under way, in words; None when nothing is."""
        if self.journal.activity.in_flight:
            return "a call is under way"
        for bot in self.world.store.bots():
            if pending := self.world.store.pending(bot.id):
                courier = self.world.couriers.get(bot.id)
                why = courier.last_error.get("last_error_message", "it is being delivered") if courier else ""
                return f"{pending} update(s) were not confirmed by the bot {why}".rstrip()
        waiting = self._open_presses()
        return f"the press on {waiting[0].data!r} was not answered" if waiting else None

    def _open_presses(self) -> list[Query]:
        return self.world.store.open_queries()

    def transcript(self) -> str:
        """All chats as a readable dialogue, deleted messages and the last failed calls included."""
        if self._world is None:
            return "(the emulator is stopped)"
        store = self._world.store
        parts = []
        for chat in store.chats():
            wire = self._world.chat_wire(chat)
            name = wire.get("title") or f"{wire['first_name']} {wire.get('last_name', '')}"
            state = " (bot blocked)" if chat.blocked else ""
            parts.append(f"--- {name} {chat.user_id}{state} ---")
            stored = store.messages(chat.bot_id, chat.user_id, deleted=True)
            parts.extend(describe(message_of(item, store)) for item in stored)
            toasts = [toast for toast in self.journal.toasts if toast.user_id == chat.user_id and toast.text]
            parts.extend(f"toast: {toast.text}" for toast in toasts)
        failed = [call for call in self.calls if not call.ok][-10:]
        parts.extend(f"failed {call.method}: {call.error}" for call in failed)
        return "\n".join(parts) or "(nobody said anything)"

    def problems(self) -> list[str]:
        """What must not have happened in a good test, in words; empty when all is well.

        Presses without an answer, messages of persons about which the bot did nothing, calls answered with an error
        that the test did not ask for (except "message is not modified"), placeholders and msgids in texts, and what
        `checks.logged` finds in the bot's log. Without what is `forgiven`.
        """
        return self._unforgiven(self._found())

    def check(self) -> None:
        """AssertionError with the transcript if there are problems; each is told once, by the first check after it."""
        found = Counter(self._found())
        fresh = self._unforgiven((found - self._told).elements())
        self._told |= found
        if fresh:
            raise AssertionError("\n".join([*fresh, self.transcript()]))

    def _unforgiven(self, problems: Iterable[str]) -> list[str]:
        return [each for each in problems if not any(words in each for words in self.forgiven)]

    def _found(self) -> list[str]:
        found = [f"press {query.data!r} of {query.user_id} unanswered" for query in self._open_presses()]
        found += [f"message {text!r} of {user_id} unhandled" for user_id, text in self._unheard.items()]
        found += [
            f"{call.method} failed: {call.error}"
            for call in self.calls
            if not call.ok and not call.injected and _NOT_MODIFIED not in call.error
        ]
        screens = [[toast.text] for toast in self.journal.toasts]
        for chat in self.world.store.chats():
            for stored in self.world.store.messages(chat.bot_id, chat.user_id, deleted=True):
                if stored.by_bot:
                    message = message_of(stored, self.world.store)
                    screens.append([message.text, *message.labels])
        for texts in screens:
            found += [f"placeholder {mark} in {text!r}" for text in texts for mark in placeholders(text)]
            lines = [line.strip() for text in texts for line in text.splitlines()]
            found += [f"msgid {line!r} in {texts!r}" for line in raw_msgids(lines, self.catalogues)]
        return found + (logged(self.bot_log.read_text()) if self.bot_log and self.bot_log.exists() else [])

    def _listen(self, event: Json) -> None:
        """Remember who in a private chat still waits for the bot to do anything about what they said."""
        kind = event["event"]
        told = event["entry"] if kind == "traffic" else event
        called = kind == "traffic" and told["kind"] == "call"
        named = str(told["sent"].get("chat_id") if called else told.get("user_id"))
        if told.get("bot_id") != self.bot_id or not named.isdigit():
            return
        user_id = int(named)
        if kind == "message" and not event["by_bot"]:
            stored = self.world.store.message(self.bot_id, user_id, int(str(event["message_id"])))
            if stored is not None and not stored.is_service:
                self._unheard[user_id] = describe(message_of(stored, self.world.store)).strip()
        elif kind != "chat" or self.world.store.chat(self.bot_id, user_id).blocked:
            self._unheard.pop(user_id, None)


@dataclass
class _Dialogue:
    """A chat with the bot under test; `id` is the chat's on the wire."""

    emulator: Emulator
    id: int

    def messages(self) -> list[Message]:
        """All messages of the chat, deleted ones too, oldest first."""
        return [message_of(item, self._world.store) for item in self._world.store.messages(*self._where, deleted=True)]

    def screen(self) -> Screen:
        """What people in the chat look at, see `Screen`."""
        return screen_of(self.messages(), self._world.store.chat(*self._where))

    async def wait_for(self, text: str, *, timeout: float | None = None) -> Message:
        """Wait until a message of the bot contains the text, new or edited; gives the newest such one."""
        deadline = time.monotonic() + (self.emulator.timeout if timeout is None else timeout)
        while True:
            for message in reversed(self.messages()):
                if message.from_bot and not message.deleted and text in message.text:
                    return message
            left = deadline - time.monotonic()
            self._check(left > 0, f"no message with {text!r}")
            await self.emulator.journal.activity.changed(max(left, 0))

    @property
    def _world(self) -> World:
        return self.emulator.world

    @property
    def _where(self) -> tuple[int, int]:
        return self.emulator.bot_id, self.id

    def _find(self, label: str, message_id: int | None = None) -> tuple[Message, Button]:
        messages = [item for item in self.messages() if message_id in (None, item.id)]
        found = find_button(messages, label)
        if found is None:
            place = "on no message" if message_id is None else f"not on message {message_id}"
            raise AssertionError(f"button {label!r} is {place}\n{self.emulator.transcript()}")
        return found

    def _data(self, button: Button) -> str:
        self._check(button.callback_data is not None, f"button {button.text!r} sends nothing to the bot")
        return button.callback_data or ""

    def _check(self, good: bool, otherwise: str) -> None:
        if not good:
            raise AssertionError(f"{otherwise}\n{self.emulator.transcript()}")


class User(_Dialogue):
    """A person with one chat: the one with the bot under test."""

    @property
    def person(self) -> Person:
        """The person's name, language and phone as they are now."""
        return self.emulator.world.person(self.id)

    async def send(self, text: str, *, timeout: float | None = None) -> None:
        """Send a text or a command and wait for the bot."""
        async with self._awaiting_reaction(timeout):
            people.say(self._world, *self._where, text)

    async def open_link(self, payload: str) -> None:
        """Open https://t.me/<bot>?start=<payload>, press START and wait for the bot; also lets a blocked bot in.

        A payload that Telegram does not take raises `people.ActError`.
        """
        async with self._awaiting_reaction():
            people.open_link(self._world, *self._where, payload)

    async def share_contact(self, of: User | int | str | None = None) -> None:
        """Share the own contact, another person's, or a mere phone number."""
        owner = of.id if isinstance(of, User) else of
        async with self._awaiting_reaction():
            people.share_contact(self._world, *self._where, owner)

    async def send_location(self, latitude: float, longitude: float) -> None:
        """Send a point in degrees."""
        async with self._awaiting_reaction():
            people.send_location(self._world, *self._where, latitude, longitude)

    async def send_sticker(self) -> None:
        """Send a sticker."""
        async with self._awaiting_reaction():
            people.send_sticker(self._world, *self._where)

    async def send_voice(self) -> None:
        """Send a voice message."""
        async with self._awaiting_reaction():
            people.send_voice(self._world, *self._where)

    async def send_photo(self, data: bytes | None = None, caption: str = "") -> None:
        """Send a photo, a PNG or JPEG; without `data` one of nothing in particular."""
        async with self._awaiting_reaction():
            people.send_photo(self._world, *self._where, data, caption)

    async def send_album(self, photos: Sequence[bytes], caption: str = "") -> None:
        """Send photos together, the caption on the first, and wait for the bot to have seen them all."""
        async with self._awaiting_reaction():
            people.send_album(self._world, *self._where, photos, caption)

    async def send_file(self, name: str, data: bytes, mime: str = "") -> None:
        """Send a file; without `mime` its type goes by the name."""
        async with self._awaiting_reaction():
            people.send_document(self._world, *self._where, name, data, mime)

    async def pin(self, message_id: int) -> None:
        """Pin a message of the chat, and wait until the bot has taken notice and is quiet."""
        people.pin(self._world, *self._where, message_id)
        await self.emulator.wait_quiet()

    async def service(self, content: Json) -> None:
        """The same for whatever else Telegram tells in a chat: `{"message_auto_delete_timer_changed": {…}}`."""
        people.service(self._world, *self._where, content)
        await self.emulator.wait_quiet()

    async def press(self, label: str, *, timeout: float | None = None) -> Answer:
        """Press the button whose label is, starts with or contains `label`, on the newest message with one."""
        return (await self.press_many(label, times=1, timeout=timeout))[0]

    def tap(self, label: str, times: int = 1) -> None:
        """Press like `press` but do not wait; for bots that are down or shall be killed at work."""
        message, button = self._find(label)
        for _ in range(times):
            people.press(self._world, *self._where, message.id, self._data(button))

    async def press_old(self, message_id: int, label: str, *, inaccessible: bool = False) -> Answer:
        """Press a button of a certain message, old as it may be; `inaccessible`: the bot gets no content of it."""
        _, button = self._find(label, message_id)
        return await self.press_data(message_id, self._data(button), inaccessible=inaccessible)

    async def press_many(self, label: str, times: int, *, timeout: float | None = None) -> list[Answer]:
        """Press one button several times at once, then wait for all the answers."""
        message, button = self._find(label)
        return await self._press(message.id, self._data(button), times, timeout=timeout)

    async def press_data(self, message_id: int, data: str, *, inaccessible: bool = False) -> Answer:
        """Press with any callback data; `inaccessible`: the bot gets no content, as with old messages."""
        return (await self._press(message_id, data, 1, inaccessible=inaccessible))[0]

    async def _press(
        self,
        message_id: int,
        data: str,
        times: int,
        *,
        inaccessible: bool = False,
        timeout: float | None = None,
    ) -> list[Answer]:
        queries: list[Query] = []
        async with self._awaiting_reaction(timeout):
            for _ in range(times):
                query = people.press(self._world, *self._where, message_id, data, inaccessible=inaccessible)
                queries.append(query)
        return [self.emulator.answer_to(query) for query in queries]

    async def set_language(self, language_code: str) -> None:
        """Change the language of the person's Telegram; bots see it with the next act."""
        people.edit(self._world, self.id, {"language_code": language_code})

    async def block(self) -> None:
        """Block the bot and wait until it took notice."""
        people.set_blocked(self._world, *self._where, blocked=True)
        await self.emulator.wait_quiet()

    def deactivate(self) -> None:
        """Delete the account, of which no bot is told: calls meet 403 from now on."""
        people.deactivate(self._world, self.id)

    async def unblock(self) -> None:
        """Take the bot off the list of the blocked, which says nothing in the chat, and wait until it took notice."""
        people.set_blocked(self._world, *self._where, blocked=False)
        await self.emulator.wait_quiet()

    async def restart(self) -> None:
        """Press RESTART in the chat of the blocked bot, which lets it in and sends /start, and wait for the bot."""
        async with self._awaiting_reaction():
            people.start(self._world, *self._where)

    @asynccontextmanager
    async def _awaiting_reaction(self, timeout: float | None = None) -> AsyncIterator[None]:
        """Act inside the block; it ends when the bot reacted in this chat and is quiet."""
        reacted = asyncio.Event()

        def listen(event: dict[str, object]) -> None:
            kinds = ("message", "edit", "delete", "toast")
            if event.get("user_id") == self.id and event["event"] in kinds and event.get("by_bot", True):
                reacted.set()

        listeners = self.emulator.journal.listeners
        listeners.add(listen)
        try:
            yield
            await self.emulator._settle(
                lambda: None if reacted.is_set() else "the bot did not react in this chat", timeout
            )
        finally:
            listeners.discard(listen)


class Group(_Dialogue):
    """A supergroup that the bot under test is in; it hears everything, as with privacy mode off.

    A bot may well have nothing to say here, so acts wait for quiet alone. Whoever speaks is taken for a member.
    """

    async def say(self, user: User, text: str) -> None:
        """Let a person send a text or a command, and wait until the bot is quiet."""
        people.say(self._world, self.emulator.bot_id, user.id, text, group_id=self.id)
        await self.emulator.wait_quiet()

    async def press(self, user: User, label: str) -> Answer:
        """Let a person press the button with this label on the newest message with one, as `User.press` finds it."""
        message, button = self._find(label)
        data, bot_id = self._data(button), self.emulator.bot_id
        query = people.press(self._world, bot_id, user.id, message.id, data, group_id=self.id)
        await self.emulator.wait_quiet()
        return self.emulator.answer_to(query)
