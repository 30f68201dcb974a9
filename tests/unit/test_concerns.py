"""Every service says what of a person it concerns, and what it has said holds while it runs."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

import services
from bot.build import build_house
from bot.topic import Topic
from bot.topics import ALL
from services.accounts import concerns
from services.accounts.concerns import declared, names_somebody, undeclared
from services.accounts.model import Account, Action, Area, Person
from services.booking.model import BookingRequest, VisitEntry
from services.storage.engine import Database
from services.storage.vault import KEY_BYTES, Vault
from tests.support.clock import FakeClock
from tests.support.world import World


def classes() -> Iterator[type[Any]]:
    """Every class that stands in `services`, those too that the house does not hand out."""
    for module in pkgutil.walk_packages(services.__path__, "services."):
        for each in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(each) and each.__module__ == module.name and not getattr(each, "_is_protocol", False):
                yield each


CLASSES = list(classes())


def test_every_service_declares_what_it_concerns() -> None:
    silent = [f"{each.__module__}: {name}" for each in CLASSES for name in undeclared(each)]
    assert not silent, "each of these needs one of services.accounts.concerns: area, persons, account"


def test_the_walk_itself_finds_services() -> None:
    said = [found for each in CLASSES for method in vars(each).values() if (found := declared(method)) is not None]
    areas = [(each.area, each.action) for each in said if each.area is not None]
    assert len(said) > 70
    assert {*areas} == {
        *((area, each) for area in (Area.VISITS, Area.INSURANCE) for each in (Action.SEE, Action.MANAGE)),
        *((each, Action.SEE) for each in (Area.RECORDS, Area.DOCUMENTS)),
    }
    assert all(each.why for each in said if each.area is None), "and where it is no area, why"


# --- the rule ---------------------------------------------------------------------------------------


@dataclass
class Parcel:
    inside: Mapping[str, Sequence[VisitEntry]]


class Silent:
    """Declares nothing."""

    async def by_account(self, who: Account) -> None: ...

    async def by_either(self, who: str | Account | None) -> None: ...

    async def by_person(self, whom: Person) -> None: ...

    async def by_some(self, whom: Sequence[Person]) -> None: ...

    async def by_request(self, request: BookingRequest) -> None: ...

    async def by_parcel(self, parcel: Parcel) -> None: ...

    async def by_name(self, person_id: str) -> None: ...

    async def by_visit(self, *, visit_id: str | None = None) -> None: ...

    async def of_nobody(self, clinic_id: str, count: int) -> None: ...

    async def _own_affair(self, who: Account) -> None: ...


Silent.__module__ = "services.made_up"


def test_whoever_says_whose_data_it_is_has_to_declare() -> None:
    asked = {name: method for name, method in vars(Silent).items() if inspect.isfunction(method)}
    assert {name for name, method in asked.items() if not names_somebody(method)} == {"of_nobody"}
    assert undeclared(Silent) == tuple(
        f"Silent.{name}" for name in sorted(asked) if name not in ("of_nobody", "_own_affair")
    )


def test_a_house_is_not_built_of_what_declares_nothing(tmp_path: Any) -> None:
    database = Database.from_url(f"sqlite:///{tmp_path}/nothing.sqlite")
    world = World(database, Vault(bytes(KEY_BYTES)), FakeClock())
    silent = Topic("silent", build=lambda _: {"silent": Silent()})
    with pytest.raises(LookupError, match=r"Silent\.by_account"):
        build_house(world.house.kernel, (*ALL, silent))


# --- what holds while a call runs ----------------------------------------------------------------------


class Nested:
    def __init__(self) -> None:
        self.heard: list[concerns.Concern | None] = []

    def note(self) -> None:
        self.heard.append(concerns.current())

    @concerns.area(Area.RECORDS, Action.SEE)
    async def outer(self) -> str:
        self.note()
        await self.listed()
        await self.inner()
        await asyncio.gather(self.inner(), self.listed())
        self.note()
        return "what it gives"

    @concerns.area(Area.VISITS, Action.MANAGE)
    async def inner(self) -> None:
        self.note()

    @concerns.persons("who is there")
    async def listed(self) -> None:
        self.note()

    @concerns.account("itself")
    async def fails(self) -> None:
        self.note()
        raise LookupError


async def test_a_call_within_a_call_counts_by_its_own_word() -> None:
    nested = Nested()
    assert await nested.outer() == "what it gives"
    assert [each.area if each else None for each in nested.heard] == [
        *(Area.RECORDS, Area.RECORDS, Area.VISITS, Area.VISITS, Area.RECORDS, Area.RECORDS)
    ]
    with pytest.raises(LookupError):
        await nested.fails()
    last = nested.heard[-1]
    assert last is not None
    assert not last.persons
    assert concerns.current() is None, "and nothing of it is left behind"


def test_what_is_not_awaited_cannot_be_held_to_its_word() -> None:
    def at_once(who: Account) -> None: ...

    with pytest.raises(TypeError, match="at_once"):
        concerns.account("itself")(at_once)  # type: ignore[arg-type]
