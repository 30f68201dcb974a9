"""Two worlds that are alike but for one thing: a hidden visit is a patient's in one, somebody else's in the other.

In both the same times are taken, the same people act, and ids are drawn alike. So whatever one chat is shown, sent,
told or has in its log in one of them, it is in the other, unless the hidden visit shows.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, Protocol

import pytest
from aiogram import Bot

from bot.build import build_dispatcher
from bot.channels.email import EmailChannel
from bot.channels.telegram import TelegramChannel
from bot.common import by_itself
from bot.kernel import bind
from bot.storage import Storage
from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.booking.model import Made
from services.registry.model import Slot, Visit, VisitStatus
from services.registry.ports.schedules import DoctorRecord
from services.registry.ports.visits import VisitFilter
from tests.support.chats import Chat, Letters, OpenGate, Told
from tests.support.logs import written
from tests.support.machine import unhurried
from tests.support.world import SURGEON, THERAPIST, World, somebody

WATCHER, PATIENT, OTHER = 5_000_000_001, 5_000_000_002, 5_000_000_003
_DRAWING = ("services.ids", "services.accounts.codes", "services.accounts.mail_codes", "services.registry.local.visits")
_WHEN = re.compile(r"^[\d-]+ [\d:,]+ ", re.MULTILINE)
HIDDEN_WITH, OWN_WITH = SURGEON, THERAPIST
"""Whom a hidden visit is with, and the one that the watching chat has made: nobody has two with one specialist."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the watching chat has of the patient, and where the hidden visit comes from.

    `until`: how long from now its bases last, None: for ever. `by_desk`: the clinic has made the visit, else the
    patient's own chat. `own`: the watching chat has booked for the patient too, where it may.
    """

    relation: Relation
    bases: tuple[Basis, ...]
    born: date
    until: timedelta | None = None
    covers: frozenset[Covers] = frozenset()
    by_desk: bool = True
    own: bool = False


class Lots:
    """What is drawn by lot: in both worlds the same."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.stream = random.Random(0)
        drawing = SimpleNamespace(
            choice=lambda among: self.stream.choice(among),
            randbelow=lambda below: self.stream.randrange(below),
        )
        for module in (
            "services.ids",
            "services.accounts.codes",
            "services.accounts.mail_codes",
            "services.registry.local.visits",
        ):
            patch.setattr(f"{module}.secrets", drawing)

    @contextmanager
    def of(self, stream: random.Random) -> Iterator[None]:
        before, self.stream = self.stream, stream
        try:
            yield
        finally:
            self.stream = before


class Act(Protocol):
    """Something that happens in both worlds."""

    async def __call__(self, side: Side) -> None: ...


@dataclass
class Side:
    """One of the two. `hidden`: whose the hidden visits are in this one."""

    world: World
    stream: random.Random
    telegram: Told
    hidden: int
    letters: Letters = field(default_factory=Letters)
    visits: list[Visit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bot = Bot("1:twin", session=self.telegram)
        storage = Storage(self.world.database, self.world.vault, self.world.clock)
        common = by_itself(storage, unhurried())
        house = self.world.house
        ready = asyncio.Event()
        ready.set()
        dispatcher = build_dispatcher(house, ready, common)
        self.channel = TelegramChannel(self.bot, house.kernel, house.notices, OpenGate())
        self.post = EmailChannel(house.kernel, self.world.mail, house.notices, self.letters)
        self.ticks = [bind(tick.run, house.services) for topic in house.topics for tick in topic.ticks]
        self.told = self.telegram.said
        self.watching = Chat(self.bot, self.telegram, dispatcher, WATCHER)

    async def begin(self, given: Circumstances, slot: int) -> None:
        """Everybody there is, with a visit that is hidden and what the watching chat has of the patient."""
        world = self.world
        await world.furnish()
        self.watcher = await world.account(WATCHER)
        self.accounts = {PATIENT: await world.account(PATIENT), OTHER: await world.account(OTHER)}
        await world.person(self.watcher, somebody(1, date(1985, 2, 3), "Зоркая"))
        await world.give_mail(self.watcher, "w@example.org")
        patient = somebody(2, given.born)
        self.persons = {
            PATIENT: await world.person(self.accounts[PATIENT], patient),
            OTHER: await world.person(self.accounts[OTHER], somebody(3, given.born, "Другая")),
        }
        until = world.clock.now() + given.until if given.until is not None else None
        self.known = await world.person(
            self.watcher, patient, given.relation, *given.bases, until=until, covers=given.covers
        )
        if given.own:
            time = await self.slot(OWN_WITH, (slot + 4) % 9)
            await world.booking.book(await world.request(self.watcher, self.known, time))
        await self.hide(given, await self.slot(HIDDEN_WITH, slot))

    async def hide(self, given: Circumstances, time: Slot) -> None:
        """One more hidden visit: the patient's here, the other one's there."""
        if given.by_desk:
            visit = await self.world.at_the_desk(str(self.persons[self.hidden].patient_id), time)
        else:
            visit = await self.book(self.accounts[self.hidden], self.persons[self.hidden], time)
        self.visits.append(visit)

    async def could_hide(self, time: Slot) -> bool:
        """Whether the patient, as this world has them, could get one more visit at that time."""
        registry = self.world.registry._real
        if time.start <= self.world.clock.now() or await registry.slot(time.id) is None:
            return False
        standing = await registry.visits(
            [str(self.persons[PATIENT].patient_id)], VisitFilter(statuses=(VisitStatus.BOOKED,))
        )
        return not any(each.service_id == time.service_id or each.start == time.start for each in standing)

    async def book(self, account: Account, person: Person, time: Slot) -> Visit:
        made = await self.world.booking.book(await self.world.request(account, person, time))
        assert isinstance(made, Made), made
        return made.visit

    async def slot(self, doctor: DoctorRecord, place: int) -> Slot:
        """A doctor's time of the first day, by its place in it."""
        return await self.world.slot(doctor, 9 + place // 3, 20 * (place % 3))

    async def press(self, number: int, data: str) -> None:
        await self.watching.press(data, number)

    async def write(self, text: str) -> None:
        await self.watching.write(text)

    async def tick(self) -> None:
        """Every clock's work, and all deliveries."""
        await self.world.following.run()
        for each in self.ticks:
            await each()
        await self.channel.deliver_due()
        await self.post.deliver_due()


@dataclass(frozen=True, slots=True)
class Seen:
    """What one act has brought, as far as the watching chat, the operator's log and a stop-watch can tell.

    `asked`: how often the registry was asked for what, for the watching chat's own act.
    """

    heard: Sequence[Any]
    logged: str
    asked: Mapping[str, int]


class Twins:
    """Does everything in both worlds, one after the other."""

    def __init__(self, here: Side, there: Side, lots: Lots) -> None:
        self.sides = here, there
        self._lots = lots

    async def both(self, act: Act, *, own: bool) -> tuple[Seen, Seen]:
        """`own`: the watching chat does it, and waits for it."""
        here, there = self.sides
        return await self._watched(here, act, own=own), await self._watched(there, act, own=own)

    async def _watched(self, side: Side, act: Act, *, own: bool) -> Seen:
        asked = Counter(side.world.registry.asked)
        side.told.pop(WATCHER, None)
        side.letters.posted.clear()
        with self._lots.of(side.stream), written(level=logging.INFO) as log:
            await act(side)
        heard = [*side.told.get(WATCHER, ()), *side.letters.posted]
        return Seen(heard, _WHEN.sub("", log.getvalue()), side.world.registry.asked - asked if own else {})
