"""Addresses of the local registry: public, so nothing of them is sealed.

The database finds names by the beginnings of their words; where it finds none, all names of the region or the town are
compared with what was typed. An id is made of what tells an address from others, so it stays, whoever brings it anew.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, Select, Table, func, select

from services.registry.local.failures import answering
from services.registry.local.importing import Pause, in_units
from services.registry.local.loading import Loader
from services.registry.local.port import LocalPort
from services.registry.local.refs import natural, short_hash
from services.registry.local.tables import HOUSE_NUMBER, STREET_NAME, TOWN_NAME, house, street, town
from services.registry.model import House, Street, Town
from services.registry.ports.addresses import AddressesReport, AddressRecord
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import Statement, statement
from services.texts.addresses import (
    CITY,
    Kinds,
    Reading,
    house_key,
    house_number,
    name_key,
    street_kinds,
    town_kinds,
)
from services.texts.names import folded

_MORE = 4
"""So many times the limit is asked for: what kind was typed is looked at afterwards."""
_COMPARED = 20_000
"""So many names are looked at for slips at most: more than any town has streets, and any region towns."""
_LENGTHS = (-1, 0, 1)
"""A slip may make the beginning of a word so much shorter or longer."""


def _finding(table: Table, scope: ColumnElement[str]) -> Statement[...]:
    """Rows within a region or a town whose names hold words that begin so (`like`), the best first."""
    key, by_kind = table.c.key, [table.c.kind != CITY] if table is town else []

    def build(within: Any, typed: Any, begins: Any, limit: Any, *like: Any) -> Select[Any]:
        best = key != typed, *by_kind, ~key.like(begins), func.length(key), key, table.c.id
        words = (" " + key + " ").like
        return select(table).where(scope == within, *map(words, like)).order_by(*best).limit(limit)

    return Statement(build, f"found in {table.name}")


def _listing(table: Table, scope: ColumnElement[str]) -> Statement[...]:
    by_kind = [table.c.kind != CITY] if table is town else []

    def build(within: Any, limit: Any) -> Select[Any]:
        return select(table).where(scope == within).order_by(*by_kind, table.c.key, table.c.id).limit(limit)

    return Statement(build, f"list of {table.name}")


def _naming(table: Table, scope: ColumnElement[str]) -> Statement[...]:
    by_kind = [table.c.kind != CITY] if table is town else []

    def build(within: Any) -> Select[Any]:
        names = select(table.c.id, table.c.key).where(scope == within)
        return names.order_by(*by_kind, table.c.key).limit(_COMPARED)

    return Statement(build, f"names of {table.name}")


class _Names:
    """Towns of a region, or streets of a town."""

    def __init__(self, table: Table, scope: ColumnElement[str], kinds: Callable[[], Kinds]) -> None:
        self.kinds = kinds
        self.find = _finding(table, scope)
        self.list = _listing(table, scope)
        self.names = _naming(table, scope)
        self.these = Statement(lambda ids: select(table).where(table.c.id.in_(ids)), f"some of {table.name}")


_TOWNS = _Names(town, town.c.region, town_kinds)
_STREETS = _Names(street, street.c.town_id, street_kinds)


@statement
def _houses(street_id: str, typed: str, begins: str, limit: int) -> Select[Any]:
    key, of_street = house.c.key, house.c.street_id == street_id
    best = key != typed, house.c.place, func.length(key), key
    return select(house).where(of_street, key.like(begins)).order_by(*best).limit(limit)


@statement
def _town(town_id: str) -> Select[Any]:
    return select(town).where(town.c.id == town_id)


@statement
def _street(street_id: str) -> Select[Any]:
    return select(street).where(street.c.id == street_id)


@statement
def _house(house_id: str) -> Select[Any]:
    return select(house).where(house.c.id == house_id)


class LocalAddresses(LocalPort):
    """`AddressesPort`."""

    async def towns(self, region: str, typed: str, limit: int) -> Sequence[Town]:
        return [_town_of(row) for row in await self._named(_TOWNS, region, typed, limit)]

    async def streets(self, town_id: str, typed: str, limit: int) -> Sequence[Street]:
        return [_street_of(row) for row in await self._named(_STREETS, town_id, typed, limit)]

    async def houses(self, street_id: str, typed: str, limit: int) -> Sequence[House]:
        key = house_key(typed)
        if typed.strip() and not key:
            return []
        return [_house_of(row) for row in await self._ask(_houses(street_id, key, f"{key}%", limit))]

    async def town(self, town_id: str) -> Town | None:
        return next(map(_town_of, await self._ask(_town(town_id))), None)

    async def street(self, street_id: str) -> Street | None:
        return next(map(_street_of, await self._ask(_street(street_id))), None)

    async def house(self, house_id: str) -> House | None:
        return next(map(_house_of, await self._ask(_house(house_id))), None)

    async def _named(self, names: _Names, within: str, typed: str, limit: int) -> Sequence[Row]:
        if not typed.strip():
            return await self._ask(names.list(within, limit))
        kinds = names.kinds()
        readings = kinds.readings(typed)
        rows: dict[str, Row] = {}
        for each in readings:
            like = (f"% {word} %" if word.isdigit() else f"% {word}%" for word in each.words)
            found = await self._ask(names.find(within, each.key, f"{each.key}%", limit * _MORE, *like))
            rows |= {row.id: row for row in found}
        slips = dict.fromkeys(rows, 0)
        if readings and not rows:
            with answering():  # thousands of them: others are not kept waiting
                all_names = {row.id: row.key for row in await self._database.aside.fetch(names.names(within))}
            slips = await asyncio.to_thread(_like, readings, all_names, limit * _MORE)
            rows = {row.id: row for row in await self._ask(names.these(list(slips)))} if slips else {}
        return sorted(rows.values(), key=lambda row: (slips[row.id], *_rank(row, readings, kinds)))[:limit]


class LocalAddressesAdmin:
    """`AddressesAdminPort`. `pause`: see `importing.Import`."""

    def __init__(self, database: Database, pause: Pause) -> None:
        self._database = database
        self._pause = pause

    async def put_addresses(self, records: Iterable[AddressRecord]) -> AddressesReport:
        report, aside = AddressesReport(), self._database.aside
        with answering():
            async for some in in_units(records, self._pause, aside.dialect):
                async with aside.write() as connection:
                    report += await _put(Loader(connection, aside.dialect), some)
        return report


async def _put(loader: Loader, records: Sequence[AddressRecord]) -> AddressesReport:
    """Of two records of one address the later counts."""
    towns: dict[str, Mapping[str, Any]] = {}
    streets: dict[str, Mapping[str, Any]] = {}
    houses: dict[str, Mapping[str, Any]] = {}
    for each in records:
        at = _town_values(each)
        towns[at["id"]] = at
        if each.street:
            along = _street_values(each, at["id"])
            streets[along["id"]] = along
            if each.house:
                one = _house_values(each, along["id"])
                houses[one["id"]] = one
    in_turn = (town, towns), (street, streets), (house, houses)
    counts = [await loader.put_rows(table, rows) for table, rows in in_turn]
    return AddressesReport(*(number for each in counts for number in (each.added, each.changed)))


def _town_values(record: AddressRecord) -> Mapping[str, Any]:
    key = name_key(record.town)[:TOWN_NAME]
    return {
        "id": short_hash("town", record.region, folded(record.district), key, record.town_kind),
        "region": record.region,
        "name": record.town,
        "kind": record.town_kind,
        "district": record.district,
        "demo": record.demo,
        "key": key,
    }


def _street_values(record: AddressRecord, town_id: str) -> Mapping[str, Any]:
    key = name_key(record.street)[:STREET_NAME]
    return {
        "id": short_hash("street", town_id, key, record.street_kind),
        "town_id": town_id,
        "name": record.street,
        "kind": record.street_kind,
        "key": key,
    }


def _house_values(record: AddressRecord, street_id: str) -> Mapping[str, Any]:
    key = house_key(record.house)[:HOUSE_NUMBER]
    return {
        "id": short_hash("house", street_id, key),
        "street_id": street_id,
        "number": record.house,
        "place": house_number(key),
        "key": key,
    }


def _town_of(row: Row) -> Town:
    return Town(row.id, row.region, row.name, row.kind, row.district, row.demo)


def _street_of(row: Row) -> Street:
    return Street(row.id, row.town_id, row.name, row.kind)


def _house_of(row: Row) -> House:
    return House(row.id, row.street_id, row.number)


# --- which is meant ------------------------------------------------------------------------------


def _rank(row: Row, readings: Sequence[Reading], kinds: Kinds) -> tuple[Any, ...]:
    """The less, the better: the very name, of the kind that was typed, a city, what begins so, what is shorter."""
    fits = min(
        (row.key != each.key, bool(each.kinds) and row.kind not in each.kinds, not row.key.startswith(each.key))
        for each in readings
    )
    other_name, other_kind, elsewhere = fits
    usual = kinds.place(row.kind)
    return other_name, other_kind, row.kind != CITY, elsewhere, len(row.key), natural(row.name), usual, row.id


def _like(readings: Sequence[Reading], names: Mapping[str, str], limit: int) -> dict[str, int]:
    """Ids of names that are meant in spite of slips, with how many there are in all words; the nearest ones."""
    ids_by_word: dict[str, set[str]] = defaultdict(set)
    for each, key in names.items():
        for word in key.split():
            ids_by_word[word].add(each)
    slips: dict[str, int] = {}
    for reading in readings:
        for each, count in _all_like(reading.words, ids_by_word).items():
            slips[each] = min(count, slips.get(each, count))
    nearest = sorted(slips, key=lambda each: (slips[each], len(names[each]), names[each], each))
    return {each: slips[each] for each in nearest[:limit]}


def _all_like(typed: Sequence[str], ids_by_word: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Ids of names in which each typed word has one that is like it."""
    words = list(ids_by_word)
    total: dict[str, int] | None = None
    for word in typed:
        own: dict[str, int] = {}
        for other, count in _near(word, words).items():
            for each in ids_by_word[other]:
                own[each] = min(count, own.get(each, count))
        total = own if total is None else {each: total[each] + own[each] for each in total.keys() & own.keys()}
        if not total:
            break
    return total or {}


def _near(typed: str, words: Sequence[str]) -> dict[str, int]:
    """Words that are meant by this one, as far as it was typed, each with how many slips it has."""
    forgiven = _forgiven(typed)
    if typed.isdigit():
        return {word: 0 for word in words if word == typed}
    if not forgiven:
        return {word: 0 for word in words if word.startswith(typed)}
    long = [word for word in words if len(word) >= len(typed) - forgiven]
    found: dict[str, int] = {}
    for more in _LENGTHS:
        begun = [word[: len(typed) + more] for word in long]
        for _, slips, at in process.extract(typed, begun, scorer=OSA.distance, score_cutoff=forgiven, limit=None):
            found[long[at]] = min(int(slips), found.get(long[at], int(slips)))
    return found


def _forgiven(word: str) -> int:
    """How many slips: a short word with one is another word."""
    return 0 if len(word) < 4 or not word.isalpha() else 1 if len(word) < 7 else 2
