"""Whatever somebody sends who makes buttons by hand: an unknown button or a clear sentence, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from io import StringIO
from types import NoneType, UnionType
from typing import Any, get_args

import pytest
from aiogram import Bot
from aiogram.types import User

from bot.build import build_dispatcher
from bot.common import by_itself
from bot.keyboards.buttons.wizard import Verb, WizardOpen
from bot.keyboards.data import CallbackData
from bot.storage import Storage
from bot.topics import ALL
from tests.support.logs import written
from tests.support.machine import unhurried
from tests.support.phone import Phone, Telegram
from tests.support.world import ADULT, World, somebody

BORIS = User(id=5_000_000_002, is_bot=False, first_name="Boris", language_code="ru")
ODD = (
    *("\x00", "a\x00b", "é", "%", "'", "' or 1=1 --", "{0}", "../..", "x" * 50),
    *("-1", str(2**31), str(2**63), "9" * 40, "1.5", "1e9", "nan", ""),
)
ODD_DATA = (
    "",
    ":",
    "::::",
    "g1:",
    "g1:\x00",
    "w1:::::",
    "\x00",
    "\udce9",
    "é" * 32,
    "x" * 64,
    "vc1:a\x00b",
    "nl1:0\x00",
)
ODD_WORDS = (
    *(each for each in ODD if each),
    *("\x7f", "\u0085", "\u202e", "Ё", "\ufeff", "_", '"', "\\", "٣"),
    "😀" * 2048,
    "x" * 4096,
    "/",
    "/\x00",
    "/start \x00",
    "/code 1\x00",
)
KINDS = [route.kind for topic in ALL for route in topic.routes if route.kind is not None]


@dataclass
class House:
    """Boris's phone, and whatever the product has written into its log."""

    phone: Phone
    world: World
    log: StringIO

    def is_well(self, about: object) -> None:
        told = self.log.getvalue()
        assert not any(word in told for word in ("Traceback", "failed")), f"{about!r}: {told}"


@pytest.fixture
async def house(world: World) -> AsyncIterator[House]:
    telegram, ready = Telegram(), asyncio.Event()
    ready.set()
    common = by_itself(Storage(world.database, world.vault, world.clock), unhurried())
    phone = Phone(Bot("1:odd", session=telegram), telegram, build_dispatcher(world.house, ready, common), BORIS)
    account = await world.account(BORIS.id)
    await world.person(account, somebody(2, ADULT))
    with written() as log:
        yield House(phone, world, log)


def odd_ones(kind: type[CallbackData]) -> Iterator[str]:
    """Data of a kind with something odd in each of its fields in turn."""
    fields = {name: _usual(each.annotation) for name, each in kind.model_fields.items()}
    for name in kind.model_fields:
        for odd in ODD:
            values = [odd if field == name else usual for field, usual in fields.items()]
            yield ":".join((kind.__prefix__, *values))


def _usual(annotation: Any) -> str:
    if isinstance(annotation, UnionType):
        annotation = next(each for each in get_args(annotation) if each is not NoneType)
    if isinstance(annotation, type) and issubclass(annotation, str) and hasattr(annotation, "__members__"):
        return str(next(iter(annotation.__members__.values())))
    return {bool: "1", int: "0"}.get(annotation, "c1")


async def test_a_button_with_something_odd_in_it(house: House) -> None:
    for kind in KINDS:
        for data in odd_ones(kind):
            await house.phone.press_data(data)
            house.is_well(data)


async def test_data_of_no_layout(house: House) -> None:
    for data in ODD_DATA:
        await house.phone.press_data(data)
        house.is_well(data)


async def test_whatever_is_written(house: House) -> None:
    for word in ODD_WORDS:
        await house.phone.write(word)
        house.is_well(word)


async def test_a_wizard_that_is_given_something_odd(house: House) -> None:
    """Words typed where each waits first, and every verb with something odd, of the step and version that stand."""
    account = await house.world.accounts.by_telegram(BORIS.id)
    assert account is not None
    begun = set()
    for kind in (spec.kind for topic in ALL for spec in topic.wizards):
        await house.phone.press_data(WizardOpen(kind=kind, anew=True).pack())
        house.is_well(kind)
        for odd in ODD_WORDS:
            await house.phone.write(odd)
            house.is_well((kind, odd))
        for verb in Verb:
            for odd in (each for each in ODD if len(each) < 24):
                draft = await house.world.drafts.open_of(account.id, kind)
                if draft is None:
                    continue
                begun.add(kind)
                await house.phone.press_data(f"w1:{draft.id}:{draft.step}:{draft.version}:{verb}:{odd}")
                house.is_well((kind, draft.step, verb, odd))
    assert len(begun) > 2
