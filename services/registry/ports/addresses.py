"""The directory of addresses: region, town, street, house, each found by what somebody has typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Protocol

from services.registry.model import House, Street, Town
from services.registry.ports.port import Port


class AddressesPort(Port, Protocol):
    """Addresses as people look for them. `limit`: so many at most, the best first; nothing typed gives the first ones.

    A typed name is found by the beginnings of its words in any order, with or without its kind («ул. Мира», «Мира»);
    where nothing is found so, with small slips. «ё» is «е», Latin letters that look like ours are ours.
    """

    async def towns(self, region: str, typed: str, limit: int) -> Sequence[Town]:
        """Of the region with this two-digit code; none: the directory knows none there, or none like that.

        Of two that fit alike a city comes first.
        """
        ...

    async def streets(self, town_id: str, typed: str, limit: int) -> Sequence[Street]:
        """Of a town. A village may have none at all."""
        ...

    async def houses(self, street_id: str, typed: str, limit: int) -> Sequence[House]:
        """Those whose number begins so; the very one, however it is written («5к2», «д. 5 корп. 2»), comes first.

        Of many streets the directory knows no houses. A number is never taken for a slip of another.
        """
        ...

    async def town(self, town_id: str) -> Town | None:
        """By its id, which stays the same for ever; None where there is none."""
        ...

    async def street(self, street_id: str) -> Street | None:
        """As `town`."""
        ...

    async def house(self, house_id: str) -> House | None:
        """As `town`."""
        ...


@dataclass(frozen=True, slots=True)
class AddressRecord:
    """A line of a directory: a town, a street of it where `street` says one, a house of that where `house` does.

    Kinds as of `Town` and `Street`.
    """

    region: str
    town: str
    town_kind: str
    district: str = ""
    street: str = ""
    street_kind: str = ""
    house: str = ""
    demo: bool = False


@dataclass(frozen=True, slots=True)
class AddressesReport:
    """What became of records: how many were new, and how many are written otherwise than they were."""

    towns_added: int = 0
    towns_changed: int = 0
    streets_added: int = 0
    streets_changed: int = 0
    houses_added: int = 0
    houses_changed: int = 0

    def __add__(self, other: AddressesReport) -> AddressesReport:
        return AddressesReport(*map(sum, zip(astuple(self), astuple(other), strict=True)))


class AddressesAdminPort(Protocol):
    """Import of addresses: only a registry that lets us is written to."""

    async def put_addresses(self, records: Iterable[AddressRecord]) -> AddressesReport:
        """Adds them, or puts them in the place of what was written otherwise, in short units; safe to repeat.

        Cut short, what was written stays, and the same records again do the rest. Nothing is taken away.
        """
        ...
