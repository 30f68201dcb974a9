"""The section of prescriptions while the registry grows to ten million: read, unsealed, put in order; and opened.

Opening it is all that a press does but for Telegram: the person and the right, the consent, the registry, the screen.
Registries of different sizes stand side by side and are asked in turns, each time about a patient taken by chance. A
patient has a hundred, whatever the size, and no two of them lie side by side: they were written years apart. Only those
of the patients who are asked about are sealed; what lies between them is as long, in the same tables under the same
indexes, and never read. So ten million take minutes, and not an hour.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles

from sqlalchemy import bindparam, update

from bot.handlers.prescriptions import PrescriptionLists
from bot.keyboards.buttons.prescriptions import PrescriptionList, PrescriptionTab
from bot.views.screen import Screen
from services.accounts.model import Account, Basis, Person, Relation
from services.registry.local.prescriptions import _content
from services.registry.local.tables import prescription
from services.registry.model import AgeGroup, Clinic, Patient, PrescriptionStatus
from services.registry.ports.prescriptions import PrescriptionRecord
from services.storage.engine import Database
from services.storage.vault import KEY_BYTES, Vault
from services.texts.i18n import texts
from tests.bench.figures import Figure, at_most, times
from tests.bench.processes import folder
from tests.support.clock import FakeClock
from tests.support.databases import PostgresServer, SqliteTemplate
from tests.support.world import ADULT, World, somebody

EACH = 100
"""A patient's."""
_ASKED = 50
_GROWS = 1.5
_OWN_MS = 20
"""What a press on the section may take of our own, all in all."""
_WARM = 5
_CLINIC = Clinic("c", "Поликлиника № 1", "ул. Мира, д. 1", "Мытищи", "50", "", "", "Europe/Moscow", AgeGroup.ANY)

# `n` counts prescriptions; the patients of a registry have the n-th of each, one after another.
_FILL = """
INSERT INTO registry_patient (id, identity, confirmed, created_at)
SELECT 'p' || n, {identity}, {true}, {now} FROM {patients};
INSERT INTO registry_prescription (id, patient_id, content, number_index, change)
SELECT {id}, 'p' || (n % {how_many}), {content}, {index}, n FROM {prescriptions};
"""


def measure(sizes: Sequence[int], postgres_sizes: Sequence[int], questions: int) -> list[Figure]:
    """`sizes`: prescriptions in the registry, the smallest first; each is asked `questions` times."""
    return [*asyncio.run(_on_sqlite(sizes, questions)), *asyncio.run(_on_postgres(postgres_sizes, questions))]


async def _on_sqlite(sizes: Sequence[int], questions: int) -> list[Figure]:
    with folder() as place:
        template = SqliteTemplate(place)
        addresses, filled = {}, []
        for size in sizes:
            target = place / str(size)
            target.mkdir()
            addresses[size] = template.copy(target)
            file = target / "nomerok.sqlite"
            began = time.perf_counter()
            fill_sqlite(file, size)
            await seal(addresses[size], size)
            seconds = time.perf_counter() - began
            filled.append(Figure(f"SQLite, {size:,} prescriptions: filled", seconds, "s"))
            filled.append(Figure(f"SQLite, {size:,} prescriptions: the file", file.stat().st_size / 1e6, "MB"))
        return [*await _ask(addresses, "SQLite", questions), *filled]


async def _on_postgres(sizes: Sequence[int], questions: int) -> list[Figure]:
    if not sizes:
        return []
    server = await asyncio.to_thread(PostgresServer)
    try:
        addresses, filled = {}, []
        for size in sizes:
            name = await server.clone()
            addresses[size] = server.url(name)
            began = time.perf_counter()
            await server.run(*fill_postgres(size), database=name)
            await seal(addresses[size], size)
            await server.run("VACUUM ANALYZE", database=name)
            seconds = time.perf_counter() - began
            filled.append(Figure(f"PostgreSQL, {size:,} prescriptions: filled", seconds, "s"))
        return [*await _ask(addresses, "PostgreSQL", questions), *filled]
    finally:
        await asyncio.to_thread(server.stop)


async def _ask(addresses: Mapping[int, str], engine: str, questions: int) -> list[Figure]:
    vault, clock, random = Vault(bytes(KEY_BYTES)), FakeClock(), Random(1)
    worlds = {size: World(Database.from_url(address), vault, clock) for size, address in addresses.items()}
    chats = {size: await _chats(world, asked(size)) for size, world in worlds.items()}
    read: dict[int, list[float]] = defaultdict(list)
    opened: dict[int, list[float]] = defaultdict(list)
    for question in range(_WARM + questions):
        for size, world in worlds.items():
            account, person = random.choice(chats[size])
            began = time.perf_counter()
            found = await world.registry.prescriptions(person.patient_id)
            seconds = time.perf_counter() - began
            assert len(found) == EACH, f"{person.patient_id} of {size} has {len(found)}"
            began = time.perf_counter()
            screen = await _opened(world, account, person)
            whole = time.perf_counter() - began
            assert f"Всего рецептов: {EACH - len(range(0, EACH, 3))}" in screen.text
            if question >= _WARM:
                read[size].append(1000 * seconds)
                opened[size].append(1000 * whole)
    for world in worlds.values():
        await world.database.close()
    return [*_figures(read, engine, "a patient's"), *_figures(opened, engine, "the section opened")]


async def _chats(world: World, patients: Sequence[int]) -> Sequence[tuple[Account, Person]]:
    """A chat for each of the patients, who is its holder by documents."""
    found = []
    for number in patients:
        account = await world.account()
        patient = Patient(f"p{number}", confirmed=True, clinic_id=None)
        async with world.database.write() as unit:
            bases = {Basis.DESK: None}
            await world.persons.insert(unit, account.id, Relation.OWN, somebody(number, ADULT), bases, patient)
        (person,) = await world.persons.family(account)
        found.append((account, person))
    return found


async def _opened(world: World, account: Account, person: Person) -> Screen:
    """What the press does: the account by its chat, whose card it is, the right, the registry, the screen."""
    known = await world.accounts.by_telegram(account.telegram_id)
    assert known is not None
    lists = world.house.service(PrescriptionLists)
    asked = PrescriptionList(person=person.id, tab=PrescriptionTab.USUAL, page=0, search="")
    return await lists.screen(known, texts("ru"), asked)


def _figures(took: Mapping[int, Sequence[float]], engine: str, what: str) -> Iterator[Figure]:
    least, largest = min(took), max(took)
    for size, each in took.items():
        aim = times(median(took[least]), _GROWS) if size == largest != least else None
        yield Figure(f"{engine}, {size:,} prescriptions: {what}", median(each), "ms", median(took[least]), aim)
    p95 = quantiles(took[largest], n=20)[-1]
    yield Figure(f"{engine}, {largest:,} prescriptions: {what}, p95", p95, "ms", None, at_most(_OWN_MS, "ms"))


def asked(size: int) -> Sequence[int]:
    """The numbers of the patients who are asked about."""
    patients = size // EACH
    return Random(2).sample(range(patients), min(_ASKED, patients))


async def seal(address: str, size: int) -> None:
    """What those patients have, each sealed for its own row."""
    database, patients = Database.from_url(address), size // EACH
    rows = [f"{patient + place * patients:012}" for patient in asked(size) for place in range(EACH)]
    one = update(prescription).where(prescription.c.id == bindparam("row")).values(content=bindparam("sealed"))
    async with database.write() as unit:
        await unit.execute(one, [{"row": row, "sealed": sealed(row, place % EACH)} for place, row in enumerate(rows)])
    await database.close()


def sealed(row_id: str, place: int) -> bytes:
    return Vault(bytes(KEY_BYTES)).seal_json(prescription.c.content, row_id, _content(_record(place), _CLINIC))


def fill_sqlite(file: Path, size: int) -> None:
    """Fills an empty registry. Without ANALYZE, which nothing of the product runs there either."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous = OFF")

        def numbers(count: int) -> str:
            counting = f"WITH RECURSIVE k(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM k WHERE n + 1 < {count})"
            return f"({counting} SELECT n FROM k)"

        index, row_id = "printf('%064x', n)", "printf('%012d', n)"
        connection.executescript(
            "BEGIN;" + _filled(size, numbers, row_id, index, lambda length: f"randomblob({length})", "1", "0")
        )
        connection.commit()


def fill_postgres(size: int) -> Sequence[str]:
    """Statements that fill an empty registry."""

    def numbers(count: int) -> str:
        return f"generate_series(0, {count - 1}) AS k(n)"

    def blob(length: int) -> str:
        return f"decode(repeat(md5(n::text), {length // 16}), 'hex')"

    index, row_id = "lpad(to_hex(n), 64, '0')", "lpad(n::text, 12, '0')"
    script = _filled(size, numbers, row_id, index, blob, "true", "now()")
    return ["SET synchronous_commit = off", *(each for each in script.split(";") if each.strip())]


def _filled(
    size: int,
    numbers: Callable[[int], str],
    row_id: str,
    index: str,
    blob: Callable[[int], str],
    true: str,
    now: str,
) -> str:
    as_long = blob(len(sealed("0" * 12, 0)))
    return _FILL.format(
        identity=as_long,
        content=as_long,
        patients=numbers(size // EACH),
        prescriptions=numbers(size),
        how_many=size // EACH,
        id=row_id,
        index=index,
        true=true,
        now=now,
    )


def _record(place: int) -> PrescriptionRecord:
    issued = date(2026, 11, 20) - timedelta(days=37 * place)
    return PrescriptionRecord(
        number=f"50АА {place:06}",
        patient_id="",
        commercial=not place % 3,
        drug="Эналаприл, таблетки, 10 мг",
        how="По 1 таблетке 2 раза в день",
        amount="№ 60",
        clinic_id=_CLINIC.id,
        doctor="Ветров Иван Ильич",
        issued=issued,
        valid_until=issued + timedelta(days=90),
        status=tuple(PrescriptionStatus)[place % 4],
    )
