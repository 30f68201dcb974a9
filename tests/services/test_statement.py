"""Statements that are made once give what SQLAlchemy itself gives for the same, on both engines and both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Delete,
    Dialect,
    Executable,
    Float,
    Insert,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Update,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy import delete as delete_from
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, MultipleResultsFound, NoResultFound

from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.statement import Bound, insert_row, insert_rows, statement, update_row
from services.storage.types import Encrypted, Sealed, UtcDateTime
from services.storage.units import Unit

metadata = MetaData()
thing = Table(
    "thing",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("number", Integer),
    Column("flag", Boolean),
    Column("day", Date),
    Column("at", UtcDateTime),
    Column("secret", Encrypted),
    Column("kind", String(10), unique=True),
    Column("share", Float),
)
NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {
        "id": f"t{number}",
        "number": number if number != 3 else None,
        "flag": bool(number % 2),
        "day": date(2026, 11, number),
        "at": NOW + timedelta(days=number),
        "secret": Sealed(bytes([number])),
        "kind": None if number == 2 else f"k{number}",
        "share": None if number == 4 else number / 4,
    }
    for number in range(1, 6)
]


@statement
def one(thing_id: str) -> Select[Any]:
    return select(thing).where(thing.c.id == thing_id)


@statement
def numbered(number: int | None) -> Select[Any]:
    return select(thing).where(thing.c.number == number).order_by(thing.c.id)


@statement
def among(ids: Collection[str], at: datetime) -> Select[Any]:
    return select(thing).where(thing.c.id.in_(ids), thing.c.at >= at, thing.c.kind.is_not(None)).order_by(thing.c.id)


@statement
def but(ids: Collection[str], *, backwards: bool) -> Select[Any]:
    order = thing.c.id.desc() if backwards else thing.c.id
    return select(thing.c.id, thing.c.day).where(thing.c.id.not_in(ids)).order_by(order)


@statement
def twice(at: datetime, number: int) -> Select[Any]:
    """A value that stands in several places, some of them typed otherwise."""
    both = or_(thing.c.at == at, thing.c.at > at), or_(thing.c.number == number, thing.c.number + number > number)
    return select(thing.c.id, (thing.c.number + number).label("sum"), func.coalesce(thing.c.at, at).label("at")).where(
        *both
    )


@statement
def some(limit: int, kind: str = "k4") -> Select[Any, Any]:
    kinds = union_all(select(thing.c.id).where(thing.c.kind == kind), select(thing.c.id).where(thing.c.flag))
    return select(func.count().label("many"), func.max(thing.c.day).label("last")).where(
        thing.c.id.in_(kinds.limit(limit))
    )


@statement
def put(
    thing_id: str, number: int | None, flag: bool, day: date, at: datetime, secret: Sealed | None, kind: str | None
) -> Insert:
    values = {"id": thing_id, "number": number, "flag": flag, "day": day, "at": at, "secret": secret, "kind": kind}
    return insert(thing).values(**values)


@statement
def put_or_count(thing_id: str, *, dialect: str) -> Insert:
    new = insert_for(dialect, thing).values(id=thing_id, number=1)
    counted = new.on_conflict_do_update(index_elements=["id"], set_={"number": func.coalesce(thing.c.number, 0) + 1})
    return counted.returning(thing.c.number)


@statement
def move(ids: Collection[str], at: datetime) -> Update:
    return update(thing).where(thing.c.id.in_(ids)).values(at=at, kind=None).returning(thing)


@statement
def flag_all(flag: bool) -> Update:
    return update(thing).values(flag=flag)


@statement
def drop(thing_id: str) -> Delete:
    return delete_from(thing).where(thing.c.id == thing_id)


@pytest.fixture(params=["at once", "aside"])
async def things(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Database]:
    """The five of them."""
    async with database.write() as unit:
        await unit.run_sync(metadata.create_all)
        await unit.execute(insert(thing), ROWS)
    yield database if request.param == "at once" else database.aside
    async with database.write() as unit:
        await unit.run_sync(metadata.drop_all)


QUESTIONS: dict[str, tuple[Bound, Executable]] = {
    "one": (one("t1"), one.build("t1")),
    "none": (one("t9"), one.build("t9")),
    "null": (numbered(None), numbered.build(None)),
    "value": (numbered(4), numbered.build(4)),
    "list": (among(["t1", "t2", "t4"], NOW), among.build(["t1", "t2", "t4"], NOW)),
    "set of one": (among({"t4"}, NOW), among.build({"t4"}, NOW)),
    "empty list": (among((), NOW), among.build((), NOW)),
    "not in nothing": (but([], backwards=True), but.build([], backwards=True)),
    "not in": (but(["t1", "t3", "t5"], backwards=False), but.build(["t1", "t3", "t5"], backwards=False)),
    "twice": (twice(ROWS[1]["at"], 4), twice.build(ROWS[1]["at"], 4)),
    "default": (some(2), some.build(2)),
    "by name": (some(kind="k1", limit=9), some.build(9, "k1")),
}


@pytest.mark.parametrize("name", QUESTIONS)
async def test_it_finds_what_sqlalchemy_finds(things: Database, name: str) -> None:
    made, plain = QUESTIONS[name]
    for _ in range(2):  # made, and made before
        found, expected = await things.fetch(made), await things.fetch(plain)
        assert [tuple(row) for row in found] == [tuple(row) for row in expected]
        assert [row._columns for row in found] == [row._columns for row in expected]


async def test_a_row_answers_by_place_and_by_name(things: Database) -> None:
    row = (await things.fetch(one("t1"))).one()
    assert (row.id, row[1], row.flag, row.day) == ("t1", 1, True, date(2026, 11, 1))
    assert row.at == NOW + timedelta(days=1)
    assert dict(row._mapping) == ROWS[0]
    id_, *_ = row
    assert id_ == "t1"


async def test_what_is_written_is_written_as_sqlalchemy_writes_it(things: Database) -> None:
    async with things.write() as unit:
        done = await unit.execute(put("t6", None, True, date(2026, 1, 2), NOW, None, None))
        assert done.rowcount == 1
        row = (await unit.execute(select(thing).where(thing.c.id == "t6"))).one()
    assert tuple(row) == ("t6", None, True, date(2026, 1, 2), NOW, None, None, None)
    moved = await things.execute(move(["t1", "t2", "t9"], NOW))
    assert {(each.id, each.at, each.kind) for each in moved} == {("t1", NOW, None), ("t2", NOW, None)}
    assert (await things.execute(flag_all(False))).rowcount == 6
    assert (await things.execute(drop("t6"))).rowcount == 1
    assert (await things.execute(drop("t6"))).rowcount == 0
    assert (await things.execute(put_or_count("t1", dialect=things.dialect))).scalar_one() == 2
    assert (await things.execute(put_or_count("t7", dialect=things.dialect))).scalar_one() == 1


async def test_rows_are_put_and_changed_by_their_columns(things: Database) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "t6", "at": NOW, "secret": Sealed(b"6"), "kind": None},
        {"id": "t7", "at": NOW + timedelta(days=7), "secret": None, "kind": "k7"},
        {"id": "t8", "at": None, "secret": Sealed(b"8"), "kind": "k8"},
    ]
    assert (await things.execute(insert_rows(thing, rows))).rowcount == 3
    await things.execute(insert_row(thing, {"id": "t9"} | dict(list(rows[0].items())[1:])))
    await things.execute(update_row(thing, "t8", {"at": NOW, "secret": None}))
    await things.execute(update_row(thing, "t7", {"at": None, "flag": True}))
    columns = thing.c.id, thing.c.at, thing.c.secret, thing.c.kind, thing.c.flag
    found = await things.fetch(select(*columns).where(thing.c.id > "t5").order_by(thing.c.id))
    assert [tuple(row) for row in found] == [
        ("t6", NOW, b"6", None, None),
        ("t7", None, None, "k7", True),
        ("t8", NOW, None, "k8", None),
        ("t9", NOW, b"6", None, None),
    ]


async def test_both_kinds_of_statements_stand_in_one_unit(things: Database) -> None:
    with pytest.raises(RuntimeError):
        await _in_one_unit(things, RuntimeError)
    assert len((await things.fetch(select(thing))).all()) == 5
    await _in_one_unit(things, None)
    async with things.write() as unit:
        with pytest.raises(IntegrityError):
            await _in_one_part(unit)
    assert {row.id for row in await things.fetch(select(thing.c.id))} == {"t3", "t4", "t5"}


async def _in_one_unit(things: Database, fails: type[Exception] | None) -> None:
    async with things.write() as unit:
        await unit.execute(drop("t1"))
        await unit.execute(delete_from(thing).where(thing.c.id == "t2"))
        if fails is not None:
            raise fails


async def _in_one_part(unit: Unit) -> None:
    async with unit.savepoint():
        await unit.execute(delete_from(thing).where(thing.c.id == "t4"))
        await unit.execute(put("t3", 1, True, date(2026, 1, 2), NOW, None, None))


async def test_what_fails_fails_as_sqlalchemy_does_and_says_no_value(things: Database) -> None:
    for twin in (
        put("t1", 1, True, date(2026, 1, 2), NOW, None, None),
        put.build("t1", 1, True, NOW.date(), NOW, None, None),
    ):
        with pytest.raises(IntegrityError) as failed:
            await things.execute(twin)
        assert "2026" not in str(failed.value).replace("https://sqlalche.me", "")
    with pytest.raises(DBAPIError):
        await things.fetch(nowhere())
    assert (await things.fetch(one("t1"))).one().number == 1


@statement
def nowhere() -> Select[Any]:
    return select(Table("nowhere", MetaData(), Column("id", String)))


async def test_one_is_one(things: Database) -> None:
    with pytest.raises(NoResultFound):
        (await things.fetch(one("t9"))).one()
    for asked in ("one", "one_or_none", "scalar_one", "scalar_one_or_none"):
        with pytest.raises(MultipleResultsFound):
            getattr(await things.fetch(among(["t1", "t4"], NOW)), asked)()
    none = await things.fetch(one("t9"))
    assert (none.first(), none.scalar(), none.one_or_none(), none.scalars().first()) == (None,) * 4


def test_a_bound_statement_says_nothing_of_its_values() -> None:
    assert "t1" not in repr(one("t1"))


DIALECTS: Mapping[str, Dialect] = {
    "sqlite": SQLiteDialect_pysqlite(paramstyle="qmark"),
    "postgresql": PGDialect_asyncpg(),  # type: ignore[no-untyped-call]
}


@statement
def of_one_kind(number: int, *, kind: str) -> Select[Any]:
    named = or_(thing.c.kind == kind, thing.c.kind.in_(["k1", "it's"]))
    return select(thing.c.id).where(thing.c.number >= number, named, thing.c.at < NOW + timedelta(days=9)).limit(7)


async def test_what_stands_in_a_statement_is_part_of_its_text(things: Database) -> None:
    """So an index of some rows serves it without being looked for at each call."""
    dialect = DIALECTS[things.dialect]
    asked = of_one_kind(1, kind="it's % a \\ ? kind")
    text, arguments = asked.compiled(dialect).arguments(asked.values)
    assert "it''s % a \\ ? kind" in text
    assert "IN ('k1', 'it''s')" in text
    assert 1 in arguments
    assert len(arguments) == len([each for each in arguments if not isinstance(each, str) or each[:2] == "20"])
    assert (await things.fetch(asked)).scalars().all() == ["t1"]
    await things.execute(insert_row(thing, {"id": "t9", "number": 9, "kind": "it's", "at": NOW}))
    assert (await things.fetch(of_one_kind(2, kind="it's"))).scalars().all() == ["t9"]


async def test_lists_have_few_texts(things: Database) -> None:
    for length in range(200):
        found = await things.fetch(among([f"t{number}" for number in range(length)], NOW))
        assert len(found.all()) == len([row for row in ROWS[: max(0, length - 1)] if row["kind"]])
    (compiled,) = [each for key, each in among._compiled.items() if key[0] == things.dialect and key[1] == (2, 1)]
    assert len(compiled._plans) <= 10
