"""What was looked for, on both engines: one a list, sealed, and nobody else's."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from services.searches.model import LONGEST, LONGEST_LIST
from services.searches.tables import search
from tests.support.world import World

SECRET = "ибупрофен"


async def test_a_search_is_found_by_its_id_in_its_list_by_its_account_alone(world: World) -> None:
    anna, olga = await world.account(), await world.account()
    kept = await world.searches.keep(anna, "recipes", SECRET)
    assert await world.searches.text(anna, "recipes", kept) == SECRET
    assert await world.searches.text(anna, "visits", kept) is None
    assert await world.searches.text(olga, "recipes", kept) is None
    assert await world.searches.text(anna, "recipes", "nosuchsearch") is None


async def test_a_new_search_takes_the_place_of_the_one_before_in_its_list_alone(world: World) -> None:
    anna, olga = await world.account(), await world.account()
    other = await world.searches.keep(anna, "visits", "окулист")
    hers = await world.searches.keep(olga, "recipes", "анальгин")
    first = await world.searches.keep(anna, "recipes", SECRET)
    second = await world.searches.keep(anna, "recipes", SECRET)
    assert first != second, "a button of the one before is known"
    assert await world.searches.text(anna, "recipes", first) is None
    assert await world.searches.text(anna, "recipes", second) == SECRET
    assert await world.searches.text(anna, "visits", other) == "окулист"
    assert await world.searches.text(olga, "recipes", hers) == "анальгин"


async def test_searches_at_one_moment_leave_one(world: World) -> None:
    anna = await world.account()
    kept = await asyncio.gather(*(world.searches.keep(anna, "recipes", f"слово {place}") for place in range(8)))
    rows = (await world.database.fetch(select(search))).all()
    assert [row.id for row in rows if row.id in kept] == [rows[0].id]
    assert len(rows) == 1


async def test_what_was_typed_lies_sealed_at_its_longest(world: World) -> None:
    anna = await world.account()
    longest = "ё" * LONGEST
    kept = await world.searches.keep(anna, "l" * LONGEST_LIST, longest)
    (row,) = (await world.database.fetch(select(search))).all()
    assert longest.encode() not in row.text
    assert world.vault.open(search.c.text, kept, row.text) == longest
    assert row.searched_at == world.clock.now()
