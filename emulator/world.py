"""The state of one emulator and the few ways in which it changes.

Bots (`methods`) and people (`people`) act through this module only, so each
change is stored, told to the listeners and queued as an update in one place.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from emulator.carriers import Courier, MailCatcher
from emulator.entities import Json
from emulator.faults import Faults
from emulator.journal import Journal
from emulator.model import Bot, Chat, Person, Query, Stored
from emulator.rates import Rates
from emulator.store import Store
from emulator.traffic import Traffic

# Telegram leaves these out unless a bot names them in allowed_updates.
_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
# Ids of real accounts passed 2^32 long ago; starting above it shows 32-bit columns early.
_FIRST_PERSON_ID = 5_100_000_001
_FIRST_GROUP_ID = -1_001_000_000_001  # ids of supergroups begin with -100, the next one lies below
_FIRST_UPDATE_ID = 700_000_001
_STILL_CONNECTED_S = 3.0
MACHINE: Callable[[], float] = time.time  # noqa: TID251  (Telegram has a clock of its own)


@dataclass
class World:
    """Everything of one emulator: its store, its listeners and who polls right now."""

    store: Store
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    rates: Rates = field(default_factory=Rates)
    bot_name: str = "Бот"
    clock: Callable[[], float] = MACHINE  # Unix seconds, before what `advance` adds
    clock_file: Path | None = None  # where the clock's shift is told to others, in whole seconds
    mail_server: MailCatcher | None = None  # who catches mail, if anybody
    traffic: Traffic = field(init=False)
    polls: dict[int, asyncio.Future[None]] = field(default_factory=dict)
    again: set[tuple[int, int]] = field(default_factory=set)  # (bot, update) to be delivered once more
    overtaken: dict[int, Json] = field(default_factory=dict)  # of a bot: waits for the next update
    couriers: dict[int, Courier] = field(default_factory=dict)  # who delivers to a bot's webhook
    webhook_pause: float = 2.0  # seconds after the second refusal of an update by a webhook; doubled from then on
    _polled_at: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.traffic = Traffic(lambda entry: self.journal.emit("traffic", entry=entry.wire()))

    def now(self) -> float:
        """Unix seconds of the emulator's clock, which tests may move on."""
        return self.clock() + self.clock_shift

    @property
    def clock_shift(self) -> float:
        """How far the clock has been moved on, in seconds."""
        return float(self.store.meta("clock_shift_s") or 0)

    def advance(self, seconds: float) -> None:
        """Move the clock on. OSError: the clock file cannot be written, so nothing has moved."""
        shift = self.clock_shift + seconds
        self._tell_shift(shift)
        self.store.set_meta("clock_shift_s", str(shift))
        self.journal.emit("clock", now=self.now(), shift=shift)

    def share_clock(self) -> None:
        """Write the shift into the clock file, if there is one, over whatever it held. OSError."""
        self._tell_shift(self.clock_shift)

    def _tell_shift(self, shift: float) -> None:
        if self.clock_file is None:
            return
        self.clock_file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.clock_file.with_name(f"{self.clock_file.name}.new")
        fresh.write_text(f"{round(shift)}\n", encoding="ascii")
        fresh.replace(self.clock_file)  # at once: readers never meet half a number

    # bots

    def bot(self, bot_id: int) -> Bot:
        """The bot with this id; it comes into being with its first call."""
        known = self.store.bot(bot_id)
        if known is not None:
            return known
        bot = Bot(bot_id, self.bot_name, f"local_{bot_id}_bot", next_update_id=_FIRST_UPDATE_ID)
        self.save_bot(bot)
        return bot

    def save_bot(self, bot: Bot) -> None:
        """Store a bot and tell the page its name."""
        self.store.save_bot(bot)
        self.journal.emit("bot", bot=self.bot_state(bot))

    def bot_state(self, bot: Bot) -> Json:
        """What the page shows of a bot."""
        return {
            "id": bot.id,
            "name": bot.first_name,
            "username": bot.username,
            "descriptions": _by_language(bot, "description"),
            "commands": [
                {"scope": json.loads(scope), "language": language, "commands": list(items)}
                for scope, language, items in bot.commands
            ],
            "connected": self.connected(bot.id),
        }

    def connected(self, bot_id: int) -> bool:
        """Does its webhook take updates? Without one: is somebody polling for this bot, or was a moment ago?"""
        courier = self.couriers.get(bot_id)
        if courier is not None:
            return courier.reaches
        last = self._polled_at.get(bot_id)
        return bot_id in self.polls or (last is not None and time.monotonic() - last < _STILL_CONNECTED_S)

    def poll_began(self, bot_id: int) -> None:
        """A getUpdates of this bot came in."""
        fresh = not self.connected(bot_id)
        self._polled_at[bot_id] = time.monotonic()
        if fresh:
            self.journal.emit("bot", bot=self.bot_state(self.bot(bot_id)))
        self.journal.activity.bump()

    def poll_ended(self, bot_id: int) -> None:
        """A getUpdates of this bot is over; look a little later whether another one came."""
        self._polled_at[bot_id] = time.monotonic()
        asyncio.get_running_loop().call_later(_STILL_CONNECTED_S + 0.1, self._tell_if_gone, bot_id)

    def _tell_if_gone(self, bot_id: int) -> None:
        if self.store.is_open and not self.connected(bot_id):
            self.journal.emit("bot", bot=self.bot_state(self.bot(bot_id)))

    # people and chats

    def add_person(
        self,
        first_name: str,
        last_name: str = "",
        username: str = "",
        language_code: str = "ru",
        phone: str = "",
        role: str = "",
    ) -> Person:
        """Create a person; without `phone` a number is made up."""
        people = self.store.people()
        user_id = people[-1].id + 1 if people else _FIRST_PERSON_ID
        # A number that passes checks of form; nothing is ever sent to it.
        phone = phone or f"+7999{user_id % 10_000_000:07d}"
        person = Person(user_id, first_name, last_name, username, language_code, phone, role)
        self.save_person(person)
        return person

    def save_person(self, person: Person) -> None:
        """Store a person and tell the page."""
        self.store.save_person(person)
        self.journal.emit("person", person=person_state(person))

    def add_group(self, bot_id: int, title: str) -> Chat:
        """Create a supergroup that the bot is in."""
        lowest = min((chat.user_id for chat in self.store.chats()), default=0)
        chat = Chat(bot_id, min(lowest - 1, _FIRST_GROUP_ID), started=True, title=title)
        self.save_chat(chat)
        return chat

    def chat_wire(self, chat: Chat) -> Json:
        """The chat as a Chat."""
        if chat.is_group:
            return {"id": chat.user_id, "type": "supergroup", "title": chat.title}
        return self.person(chat.user_id).chat_wire()

    def save_chat(self, chat: Chat) -> None:
        """Store a chat and tell the page about its keyboard and its block."""
        self.store.save_chat(chat)
        self.journal.emit("chat", bot_id=chat.bot_id, user_id=chat.user_id, chat=chat_state(chat))

    # messages

    def add_message(self, chat: Chat, sender: Bot | Person, content: Json, markup: Json | None = None) -> Stored:
        """Write a message into a chat; an inline `markup` stays on it, other kinds change the chat."""
        by_bot = isinstance(sender, Bot)
        wire: Json = {
            "message_id": chat.next_message_id,
            "from": sender.wire(),
            "chat": self.chat_wire(chat),
            "date": int(self.now()),
            **content,
        }
        inline = markup is not None and "inline_keyboard" in markup
        if inline:
            wire["reply_markup"] = markup
        stored = Stored(
            chat.bot_id,
            chat.user_id,
            chat.next_message_id,
            by_bot,
            wire,
            fixed=markup is not None and not inline,
        )
        changed = replace(chat, next_message_id=chat.next_message_id + 1, started=chat.started or not by_bot)
        if markup is not None and "keyboard" in markup:
            keyboard = {"message_id": stored.message_id, "markup": markup, "hidden": False}
            changed = replace(changed, keyboard=keyboard)
        elif markup is not None and "remove_keyboard" in markup:
            changed = replace(changed, keyboard=None)
        with self.store.unit():
            self.store.save_message(stored)
            self.store.save_chat(changed)
        self._tell_message("message", stored)
        if changed.keyboard != chat.keyboard or changed.started != chat.started:
            self.save_chat(changed)
        return stored

    def change_message(self, stored: Stored, wire: Json) -> Stored:
        """Put an edited Message in the place of the old one."""
        changed = replace(stored, wire=wire)
        self.store.save_message(changed)
        self._tell_message("edit", changed)
        return changed

    def delete_message(self, stored: Stored) -> None:
        """Delete a message; a reply keyboard that came with it goes too, as in Telegram's own clients."""
        chat = self.store.chat(stored.bot_id, stored.user_id)
        self.store.save_message(replace(stored, deleted=True))
        self.journal.emit(
            "delete",
            bot_id=stored.bot_id,
            user_id=stored.user_id,
            message_id=stored.message_id,
        )
        if chat.keyboard is not None and chat.keyboard["message_id"] == stored.message_id:
            self.save_chat(replace(chat, keyboard=None))

    def _tell_message(self, event: str, stored: Stored) -> None:
        self.journal.emit(
            event,
            bot_id=stored.bot_id,
            user_id=stored.user_id,
            by_bot=stored.by_bot,
            message_id=stored.message_id,
            message=message_state(stored),
        )

    def person(self, user_id: int) -> Person:
        """A known person. Raises KeyError."""
        person = self.store.person(user_id)
        if person is None:
            raise KeyError(f"no person {user_id}")
        return person

    # mail

    def receive_mail(self, sender: str, to: tuple[str, ...], raw: bytes) -> None:
        """Keep a message that came by SMTP, and tell the page."""
        mail = self.store.add_mail(self.now(), sender, to, raw)
        self.journal.emit("mail", mail=mail.wire())

    # updates and presses

    def queue_update(self, bot_id: int, kind: str, payload: Json) -> None:
        """Queue an Update, if the bot asked for this kind."""
        allowed = self.bot(bot_id).allowed_updates
        if kind in allowed if allowed else kind not in _NOT_BY_DEFAULT:
            self.queue_any(bot_id, {kind: payload})

    def queue_any(self, bot_id: int, update: Json) -> None:
        """Queue an Update of any shape, asked for or not; an `update_id` of its own is replaced."""
        fields = {name: value for name, value in update.items() if name != "update_id"}
        if bot_id not in self.overtaken and self.faults.take_overtaken():
            self.overtaken[bot_id] = fields
            return
        self._queue(bot_id, fields)
        if bot_id in self.overtaken:
            self._queue(bot_id, self.overtaken.pop(bot_id))

    def _queue(self, bot_id: int, fields: Json) -> None:
        """Store the Update and wake whoever brings it to the bot."""
        bot = self.bot(bot_id)
        with self.store.unit():
            self.store.add_update(bot_id, {"update_id": bot.next_update_id, **fields})
            self.store.save_bot(replace(bot, next_update_id=bot.next_update_id + 1))
        poll = self.polls.get(bot_id)
        if poll is not None and not poll.done():
            poll.set_result(None)
        courier = self.couriers.get(bot_id)
        if courier is not None:
            courier.wake()
        self.journal.activity.bump()

    def save_query(self, query: Query) -> None:
        """Store a press or its answering."""
        self.store.save_query(query)
        self.journal.activity.bump()

    def cut(self, *, on: bool) -> None:
        """Nothing passes between bots and Telegram any more, updates included, until it is told to pass again."""
        if on:
            self.faults.connected.clear()
            self.drop_polls()
        else:
            self.faults.connected.set()

    def end_faults(self) -> None:
        """Disarm everything; what waits to be overtaken comes now."""
        self.faults.clear()
        self.deliver_overtaken()

    def deliver_overtaken(self) -> None:
        """What waits to be overtaken has waited long enough."""
        for bot_id in tuple(self.overtaken):
            self._queue(bot_id, self.overtaken.pop(bot_id))

    def drop_polls(self) -> None:
        """Break the waiting polls off; the server is going down, or nothing passes."""
        for poll in self.polls.values():
            if not poll.done():
                poll.set_exception(ConnectionAbortedError())


def person_state(person: Person) -> Json:
    """What the page shows of a person."""
    return {
        "id": person.id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "language_code": person.language_code,
        "phone": person.phone,
        "role": person.role,
    }


def chat_state(chat: Chat) -> Json:
    """What the page shows of a chat beside its messages."""
    return {"started": chat.started, "blocked": chat.blocked, "keyboard": chat.keyboard}


def message_state(stored: Stored) -> Json:
    """A message for the page: the Message as it is on the wire and whose it is."""
    return {**stored.wire, "by_bot": stored.by_bot, "deleted": stored.deleted}


def _by_language(bot: Bot, name: str) -> Json:
    """A text of the bot by language code; under "" what everybody else is shown."""
    kept = ((key.partition(":"), text) for key, text in bot.texts.items())
    return {language: text for (which, _, language), text in kept if which == name}
