"""The alarm waits for nobody: not for the line of its chat, nor for a registry that is being filled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot, Dispatcher
from aiogram.types import Update, User

from bot.build import build_dispatcher
from bot.common import by_itself
from bot.keyboards.buttons.common import GO_HOME
from bot.middlewares import danger
from bot.storage import Storage
from services.accounts.model import Basis, Relation
from services.booking.model import Made
from services.errors import NotFound
from services.registry.model import Clinic
from tests.support.chats import Chat, Told
from tests.support.machine import unhurried
from tests.support.phone import message
from tests.support.world import ADULT, CLINIC, World, somebody

WHO = 5_000_000_001
ALARM = "Звоните 103 или 112"
TYPED = "задыхаюсь"
ANNA = somebody(1, ADULT)


class House:
    """The product's dispatcher over a world; `ready` once the registry can be asked."""

    def __init__(self, world: World, *, ready: bool = True) -> None:
        self.telegram, self.ready = Told(), asyncio.Event()
        if ready:
            self.ready.set()
        self.bot = Bot("1:token", session=self.telegram)
        common = by_itself(Storage(world.database, world.vault, world.clock), unhurried())
        self.dispatcher: Dispatcher = build_dispatcher(world.house, self.ready, common)
        self.chat = Chat(self.bot, self.telegram, self.dispatcher, WHO)

    @property
    def said(self) -> list[str]:
        """On screens and in messages, without words to a press."""
        calls = self.telegram.said.get(WHO, ())
        return [call["text"] for name, call in calls if name in ("SendMessage", "EditMessageText")]

    async def says(self, count: int) -> list[str]:
        """Waits until so much has been said."""
        while len(self.said) < count:
            await asyncio.sleep(0)
        return self.said

    async def comes(self, text: str, number: int, *, group: bool = False) -> None:
        """A message of this number."""
        who = User(id=WHO, is_bot=False, first_name="x", language_code="ru")
        said = message(who, number, text)
        if group:
            said = said.model_copy(update={"chat": said.chat.model_copy(update={"id": -5, "type": "group"})})
        await self.dispatcher.feed_update(self.bot, Update(update_id=next(self.telegram.updates), message=said))


@asynccontextmanager
async def going_on(work: Awaitable[None]) -> AsyncIterator[asyncio.Future[None]]:
    task = asyncio.ensure_future(work)
    yield task
    await task


async def test_past_a_press_that_waits_for_the_registry(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # STEP 1. A press hangs in the registry's hands.
    account = await world.account(WHO)
    await world.person(account, ANNA)
    house, asked, answers = House(world), asyncio.Event(), asyncio.Event()
    visits = world.house.services["visits"]
    upcoming = visits.upcoming  # type: ignore[attr-defined]

    async def waits(*args: Any) -> Any:
        asked.set()
        await answers.wait()
        return await upcoming(*args)

    monkeypatch.setattr(visits, "upcoming", waits)
    async with going_on(house.chat.press(GO_HOME.pack())):
        await asked.wait()

        # STEP 2. What is typed meanwhile stands in line; the alarm does not.
        async with going_on(house.chat.write(TYPED)) as typed:
            said = await house.says(1)
            assert ALARM in said[0]
            assert not typed.done()
            answers.set()

    # STEP 3. Its answer comes in its turn.
    said = house.said
    assert [ALARM in each for each in said] == [True, False, False]
    assert "Если опасности нет" in said[-1]


async def test_before_the_registry_can_be_asked(world: World) -> None:
    account = await world.account(WHO)
    await world.person(account, ANNA)
    house = House(world, ready=False)
    async with going_on(house.chat.write(TYPED)) as typed:
        assert ALARM in (await house.says(1))[0]
        assert not typed.done()
        house.ready.set()
    assert len(house.said) == 2


async def test_a_message_that_comes_again_is_told_nothing_twice(world: World) -> None:
    house = House(world)
    for _ in range(3):
        await house.comes(TYPED, 7)
    assert sum(ALARM in each for each in house.said) == 1
    await house.comes(TYPED, 8)
    assert sum(ALARM in each for each in house.said) == 2


async def test_in_a_group_nothing_is_said(world: World) -> None:
    house = House(world)
    await house.comes(TYPED, 7, group=True)
    assert house.telegram.said == {}


@pytest.mark.parametrize("typed", ["/help мне плохо", "/start болит сердце", "/nothing умираю"])
async def test_behind_a_command_which_is_done_all_the_same(world: World, typed: str) -> None:
    house = House(world)
    await house.chat.write(typed)
    assert [ALARM in each for each in house.said] == [True, False]


class Nowhere:
    """Gives no clinic: it fails, or never answers."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    async def of(self, _: object) -> Clinic:
        if self._error is None:
            await asyncio.Event().wait()
        assert self._error is not None
        raise self._error


@pytest.mark.parametrize("error", [NotFound(), RuntimeError("?"), None], ids=["denied", "broken", "silent"])
async def test_whatever_keeps_the_clinic_from_being_known(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    monkeypatch.setattr(danger, "_PATIENCE", 0.01)
    monkeypatch.setitem(world.house.services, "own_clinic", Nowhere(error))
    await world.account(WHO)
    house = House(world)
    await house.chat.write(TYPED)
    assert ALARM in house.said[0]
    assert "поликлиника" not in house.said[0]
    assert len(house.said) == 2


async def test_an_account_that_cannot_be_read_is_told_in_telegrams_language(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: int) -> None:
        raise RuntimeError("the database is busy")

    house = House(world)
    monkeypatch.setattr(world.house.kernel.accounts, "by_telegram", fails)
    await house.chat.write(TYPED)
    assert ALARM in house.said[0]


@pytest.mark.parametrize(("basis", "told"), [(Basis.DECLARED, False), (Basis.CONSENT, False), (Basis.DESK, True)])
async def test_the_clinic_is_told_to_whoever_may_know_it(world: World, basis: Basis, told: bool) -> None:
    """Whoever has typed a name is told of no attachment."""
    account = await world.account(WHO)
    await world.accounts.set_active_person(account, (await world.person(account, ANNA, Relation.OWN, basis)).id)
    house = House(world)
    await house.chat.write(TYPED)
    assert (CLINIC.phone in house.said[0]) is told


async def test_else_it_is_that_of_the_last_visit(world: World) -> None:
    account = await world.account(WHO)
    anna = await world.person(account, ANNA, Relation.OWN, Basis.DECLARED)
    outcome = await world.booking.book(await world.request(account, anna, await world.slot()))
    assert isinstance(outcome, Made)
    house = House(world)
    await house.chat.write(TYPED)
    assert CLINIC.phone in house.said[0]
