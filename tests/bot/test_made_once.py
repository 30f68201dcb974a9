"""What a press, a tick or a delivery asks is made once: building a statement takes longer than SQLite's answer to it.

Three chats press by chance whatever is on their screens, what was pressed least first. What they do not come to, for
it takes two people or a while, is done in between.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date
from random import Random

import pytest
from aiogram import Bot

from bot.build import build_dispatcher
from bot.channels.email import EmailChannel
from bot.channels.telegram import TelegramChannel
from bot.common import by_itself
from bot.kernel import bind
from bot.keyboards.buttons.mydata import GO_ERASE, GO_EXPORT
from bot.storage import Storage
from services.accounts.codes import Codes
from services.accounts.model import VISITS_WHOLE, Account, Basis, Grant, Person, Relation
from services.accounts.papers import Holder, Papers, issue_at_desk
from services.booking.model import Made
from services.ids import LENGTH
from services.registry.model import Visit
from services.storage.statement import Bound
from services.storage.units import Asked, called
from tests.support.chats import Chat, Letters, OpenGate, Told
from tests.support.machine import unhurried
from tests.support.twins import Lots
from tests.support.world import ADULT, CHILD, CLINIC, SURGEON, Lost, World, at, somebody

_PRESSES = 120, 45, 20
"""Of each chat between two nights."""
_KINDS = 100
"""So many kinds of buttons at least are pressed: a walk that gets stuck would find nothing."""
_NIGHTS = 0, 0, 40, 0
"""How many days go by after each, and hours besides."""
_ONCE_IN_A_LIFE = GO_ERASE.pack(), GO_EXPORT.pack()
"""They go aside."""
_HOME_AGAIN, _TYPED = 0.03, 0.05
_ADDRESS = "anna@example.org"
_WORDS = "Петрова", _ADDRESS, "482913", "407-122-6583", "01.02.1990", "Мытищи"


class Walk:
    """One chat that presses whatever stands on its screen, and types a word now and then."""

    def __init__(self, chat: Chat, telegram: Told, whose: int, pressed: Counter[str]) -> None:
        self._chat, self._telegram, self._whose, self._pressed = chat, telegram, whose, pressed
        self._chance = Random(whose)
        self._screen: list[tuple[int, str]] = []

    async def go(self, presses: int) -> AsyncIterator[str]:
        """Says what it is about to do. It begins with what has been delivered meanwhile."""
        yield "/start"
        await self._look()
        for _ in range(presses):
            if self._chance.random() < _TYPED:
                word = self._chance.choice(_WORDS)
                yield f"«{word}»"
                await self._chat.write(word)
            else:
                number, data = self._next()
                self._pressed[_kind(data)] += 1
                yield data
                await self._chat.press(data, number)
            await self._look()

    def _next(self) -> tuple[int, str]:
        there = [each for each in self._screen if not each[1].startswith(_ONCE_IN_A_LIFE)]
        return min(there, key=lambda each: (self._pressed[_kind(each[1])], self._chance.random()))

    async def _look(self) -> None:
        """What has come of it; where that is nothing, and now and then, Home."""
        shown = self._telegram.buttons.pop(self._whose, None)
        if shown is None or self._chance.random() < _HOME_AGAIN:
            await self._begin()
        else:
            self._screen = shown

    async def _begin(self) -> None:
        await self._chat.write("/start")
        self._screen = self._telegram.buttons.pop(self._whose)


def _kind(data: str) -> str:
    """Of a wizard's button the step and the act, of others all that is no id."""
    return ":".join(part for part in data.split(":") if len(part) < LENGTH - 2 and not part.isdigit())


class Town:
    """A world that notes what is not made once, and what was being done then."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.doing = ""
        self.anew: dict[str, set[str]] = defaultdict(set)
        self.pressed: Counter[str] = Counter()
        self._letters, self._telegram, ready = Letters(), Told(), asyncio.Event()
        ready.set()
        self._bot = Bot("42:TEST", session=self._telegram)
        common = by_itself(Storage(world.database, world.vault, world.clock), unhurried())
        self._dispatcher = build_dispatcher(world.house, ready, common)
        self._channel = TelegramChannel(self._bot, world.house.kernel, world.house.notices, OpenGate())
        self._post = EmailChannel(world.house.kernel, world.mail, world.house.notices, self._letters)

    def hear(self, told: Asked | str) -> None:
        if not isinstance(told, Bound | str):
            self.anew[called(told)].add(self.doing)

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """For what the test itself asks."""
        self.world.database.unlisten(self.hear)
        yield
        self.world.database.listen(self.hear)

    def walker(self, account: Account) -> Walk:
        chat = Chat(self._bot, self._telegram, self._dispatcher, account.telegram_id)
        return Walk(chat, self._telegram, account.telegram_id, self.pressed)

    async def walk(self, walker: Walk, presses: int) -> None:
        async for doing in walker.go(presses):
            self.doing = doing

    async def night(self) -> None:
        """Every tick, what is due, and the sweep but for what has been exported."""
        house = self.world.house
        for tick in (each for topic in house.topics for each in topic.ticks):
            self.doing = f"the tick «{tick.name}»"
            await bind(tick.run, house.services)()
        self.doing = "a delivery"
        await self._channel.deliver_due()
        await self._post.deliver_due()
        self.doing = "the sweep"
        await house.kernel.drafts.purge()
        for sweep in (each for topic in house.topics if topic.name != "mydata" for each in topic.sweeps):
            await bind(sweep, house.services)()


async def _two_people(town: Town, anna: Account, own: Person, peter: Account, desk_code: str) -> None:
    """Lets the other act, books and takes it back, shows papers."""
    world = town.world
    for ends in (_revokes, _denies, _ends_the_basis, None):
        town.doing = f"two people: {ends.__name__ if ends is not None else 'last'}"
        code, _ = await world.access.issue(anna, VISITS_WHOLE, 1)
        offer = await world.access.redeem(peter, code.digits)
        grant = await world.access.accept(peter, offer.id, Relation.OTHER, f"told {offer.id}")
        whom = next(each for each in await world.persons.family(peter) if each.patient_id == own.patient_id)
        made = await world.booking.book(await world.request(peter, whom, await world.slot(SURGEON, 10)))
        assert isinstance(made, Made), made
        world.clock.advance(seconds=1)
        if ends is not None:
            await ends(world, anna, grant, made.visit)
            if await world.registry.visit(made.visit.id) == made.visit:
                await world.cancelling.cancel(anna, made.visit.id)
    town.doing = "a code of the desk"
    shown = await world.access.redeem(peter, desk_code)
    await world.access.open(peter, shown.id)


async def _revokes(world: World, anna: Account, grant: Grant, _: Visit) -> None:
    await world.consents.revoke(anna, grant.id)


async def _denies(world: World, anna: Account, _: Grant, visit: Visit) -> None:
    await world.disputes.deny(anna, await world.disputes.look(anna, visit.id), "Это не я.")


async def _ends_the_basis(world: World, anna: Account, _: Grant, __: Visit) -> None:
    for each in await world.bases.standing(anna):
        await world.bases.end(anna, each.link_id, each.basis)


async def _mail(town: Town, account: Account) -> None:
    """A code is mistyped, then right; the address turns out to be none, and goes."""
    world, town.doing = town.world, "mail"
    await world.mail.send_code(account, _ADDRESS)
    with town.unheard():
        digits = (await world.mail_code(account)).digits
    await world.mail.confirm(account, _ADDRESS, f"{(int(digits) + 1) % 10**6:06}")
    await world.mail.confirm(account, _ADDRESS, digits)
    address = await world.mail.of(account)
    assert address is not None
    await world.mail.refuse(account, address)
    await world.mail.remove(account)


async def _family(town: Town, account: Account) -> None:
    """Somebody is added, corrected and taken off the list."""
    world, town.doing = town.world, "the family"
    added = await world.family.add(account, Relation.PARENT, somebody(7, date(1960, 2, 3)))
    await world.family.edit(account, added.id, somebody(8, date(1960, 2, 3)))
    await world.family.remove(account, added.id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_the_bot_asks_every_day_is_made_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Lots(monkeypatch)  # the walk is the same each time
    anna, peter, guest = [await world.account() for _ in range(3)]
    own = await world.person(anna, somebody(1, ADULT))
    await world.person(anna, somebody(2, CHILD), Relation.CHILD, until=at(12, day=30))
    await world.person(anna, somebody(3, date(2008, 11, 25)), Relation.CHILD)
    await world.person(anna, somebody(4, ADULT), Relation.OTHER, Basis.DECLARED)
    his = await world.person(peter, somebody(5, ADULT, "Петров"))
    await world.person(peter, somebody(6, date(2011, 11, 25)), Relation.CHILD)
    await world.person(peter, somebody(9, ADULT), Relation.WARD, until=at(12))
    await world.person(peter, somebody(10, ADULT), Relation.OTHER, Basis.CONSENT, until=at(12))
    await world.old_mail(peter, "peter@example.org")
    codes = Codes(world.database, world.vault, world.clock)
    shown = Papers(Relation.CHILD, somebody(2, CHILD), CLINIC.id, Holder("Петров", his.names.name, ADULT), None)
    desk_code = (await issue_at_desk(world.admin, codes, shown)).digits
    town = Town(world)
    world.database.listen(town.hear)

    await _two_people(town, anna, own, peter, desk_code)
    town.doing = "bookings"
    await world.booking.book(await world.request(anna, own, await world.slot()))
    world.registry.answers = [Lost()]
    await world.booking.book(await world.request(peter, his, await world.slot(hour=9, minute=40)))
    await _mail(town, guest)
    await _family(town, anna)
    walkers = [town.walker(each) for each in (anna, peter, guest)]
    for days in _NIGHTS:
        for walker, presses in zip(walkers, _PRESSES, strict=True):
            await town.walk(walker, presses)
        await town.night()
        world.clock.advance(hours=20, days=days)

    assert not town.anew, "not made once (services.storage.statement):\n" + "\n".join(
        f"  {statement} — asked by {sorted(doings)[0]}" for statement, doings in town.anew.items()
    )
    assert len(town.pressed) >= _KINDS, f"the walk got to no more than {len(town.pressed)} kinds of buttons"
