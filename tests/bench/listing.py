"""Listing services, doctors and days of one clinic, and which of ten have times of a service, while the registry grows
from ten thousand times to ten million.

Registries of different sizes stand side by side and are asked in turns, each time about a clinic taken by chance; so
what grows shows against the smallest in the same moment. A clinic has twenty doctors and a thousand times, of which
more than half are past or taken, whatever the size: it is the number of clinics that grows.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median

from services.registry.local.registry import LocalRegistry
from services.registry.local.tables import slot
from services.storage.engine import Database
from services.storage.vault import KEY_BYTES, Vault
from tests.bench.figures import Figure, times
from tests.bench.processes import folder
from tests.support.clock import MONDAY_MORNING, FakeClock
from tests.support.databases import PostgresServer, SqliteTemplate

A_CLINIC = 1000
_DOCTORS = 20
_SERVICES = 10
_EACH = A_CLINIC // _DOCTORS
_AGE = 40
_GROWS = 1.5
_WARM = 5
_NEARBY = 10
"""As many clinics as the smallest registry has."""
_BEFORE = timedelta(days=7)
_STEP = timedelta(minutes=30)
Listing = Callable[[LocalRegistry, str], Awaitable[Sequence[object]]]
_LISTINGS: Mapping[str, Listing] = {
    "services": lambda registry, clinic: registry.services(clinic, age=_AGE),
    "doctors": lambda registry, clinic: registry.doctors(clinic, "s3", age=_AGE),
    "days": lambda registry, clinic: registry.days(clinic, "s3", age=_AGE),
    "where else": lambda registry, clinic: registry.nearest_at(_around(clinic), "s3", age=_AGE),
}

# `n` counts times: clinic n / 1000, doctor n / 50, and the doctor's place n % 50. A third lie before now, and of all
# every third is taken.
_FILL = """
INSERT INTO registry_clinic (id, name, address, town, region, phone, hours, tz, age_group, demo)
SELECT 'c' || n, 'Clinic ' || n, '', 'Town', '50', '', '', 'Europe/Moscow', 'any', {true}
FROM {clinics};
INSERT INTO registry_service (id, name) SELECT 's' || n, 'Service ' || n FROM {services};
INSERT INTO registry_doctor (id, clinic_id, service_id, surname, name, room, age_group)
SELECT 'd' || n, 'c' || (n / {doctors_each}), 's' || (n % {services_each}), 'Doctor ' || n, 'A.', '1', 'any'
FROM {doctors};
INSERT INTO registry_slot (id, clinic_id, service_id, doctor_id, starts_at, ends_at, day, visit_id)
SELECT 't' || n, 'c' || (n / {a_clinic}), 's' || (n / {each} % {services_each}), 'd' || (n / {each}),
       {start}, {end}, {day}, CASE WHEN n % 3 = 0 THEN 'v' || n END
FROM {slots};
"""


def _around(clinic: str) -> list[str]:
    """Ten, this one among them."""
    first = int(clinic.removeprefix("c")) // _NEARBY * _NEARBY
    return [f"c{number}" for number in range(first, first + _NEARBY)]


def measure(sizes: Sequence[int], postgres_sizes: Sequence[int], questions: int) -> list[Figure]:
    """`sizes`: times in the registry, the smallest first; each listing is asked `questions` times."""
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
            seconds = fill_sqlite(file, size)
            filled.append(Figure(f"SQLite, {size:,} times: filled", seconds, "s"))
            filled.append(Figure(f"SQLite, {size:,} times: the file", file.stat().st_size / 1e6, "MB"))
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
            filled.append(Figure(f"PostgreSQL, {size:,} times: filled", time.perf_counter() - began, "s"))
        return [*await _ask(addresses, "PostgreSQL", questions), *filled]
    finally:
        await asyncio.to_thread(server.stop)


async def _ask(addresses: Mapping[int, str], engine: str, questions: int) -> list[Figure]:
    databases = {size: Database.from_url(address) for size, address in addresses.items()}
    vault, clock, random = Vault(bytes(KEY_BYTES)), FakeClock(), Random(1)
    registries = {
        size: LocalRegistry(database, vault, clock, registers_patients=False) for size, database in databases.items()
    }
    took: dict[tuple[str, int], list[float]] = defaultdict(list)
    for question in range(_WARM + questions):
        for name, listing in _LISTINGS.items():
            for size, registry in registries.items():
                clinic = f"c{random.randrange(size // A_CLINIC)}"
                began = time.perf_counter()
                found = await listing(registry, clinic)
                assert found, f"{clinic} of {size} has no {name}"
                if question >= _WARM:
                    took[name, size].append(1000 * (time.perf_counter() - began))
    for database in databases.values():
        await database.close()
    return _figures({key: median(each) for key, each in took.items()}, list(addresses), engine)


def _figures(took: Mapping[tuple[str, int], float], sizes: Sequence[int], engine: str) -> list[Figure]:
    figures = []
    for name in _LISTINGS:
        least = took[name, sizes[0]]
        for size in sizes:
            aim = times(least, _GROWS) if size == sizes[-1] and len(sizes) > 1 else None
            figures.append(Figure(f"{engine}, {size:,} times: {name}", took[name, size], "ms", least, aim))
    return figures


def fill_sqlite(file: Path, size: int) -> float:
    """Fills an empty registry; gives the seconds. Indexes come last: one made of all rows at once is made much faster.

    Without ANALYZE, which nothing of the product runs on SQLite either.
    """
    began = time.perf_counter()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?",
            (slot.name,),
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        milliseconds = int((MONDAY_MORNING - _BEFORE).timestamp() * 1000)
        start = f"{milliseconds} + (n % {_EACH}) * {_apart(1000)}"
        end = f"{start} + {int(_STEP.total_seconds() * 1000)}"
        day = f"date(({start}) / 1000, 'unixepoch')"

        def numbers(count: int) -> str:
            counting = f"WITH RECURSIVE k(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM k WHERE n + 1 < {count})"
            return f"({counting} SELECT n FROM k)"

        connection.executescript("BEGIN;" + _filled(size, numbers, start, end, day, "1"))
        for _, sql in indexes:
            connection.execute(sql)
        connection.commit()
    return time.perf_counter() - began


def fill_postgres(size: int) -> Sequence[str]:
    """Statements that fill an empty registry."""
    start = f"timestamptz '{(MONDAY_MORNING - _BEFORE).isoformat()}' + (n % {_EACH}) * interval '{_apart(1)} seconds'"
    end = f"{start} + interval '{_STEP.total_seconds()} seconds'"

    def numbers(count: int) -> str:
        return f"generate_series(0, {count - 1}) AS k(n)"

    script = _filled(size, numbers, start, end, f"(({start}) AT TIME ZONE 'UTC')::date", "true")
    statements = [each for each in script.split(";") if each.strip()]
    return ["SET synchronous_commit = off", *statements, "VACUUM ANALYZE"]


def _apart(unit: int) -> int:
    """Between a doctor's times: fifty of them within three weeks, the first of which has passed."""
    return int(timedelta(days=21).total_seconds() * unit) // _EACH


def _filled(size: int, numbers: Callable[[int], str], start: str, end: str, day: str, true: str) -> str:
    return _FILL.format(
        clinics=numbers(size // A_CLINIC),
        services=numbers(_SERVICES),
        doctors=numbers(size // _EACH),
        slots=numbers(size),
        doctors_each=_DOCTORS,
        services_each=_SERVICES,
        a_clinic=A_CLINIC,
        each=_EACH,
        start=start,
        end=end,
        day=day,
        true=true,
    )
