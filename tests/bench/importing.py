"""`python -m bot import` under a writer at work: seconds, how long the writer waits at most, and how the memory grows.

Yardstick: reading the same file with `csv` alone, and inserting the same rows in one unit with one `executemany`.
"""

from __future__ import annotations

import asyncio
import csv
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, insert, select

from services.registry.local.tables import slot
from services.storage.engine import Database
from services.storage.tables import setting
from tests.bench.figures import Aim, Figure
from tests.bench.processes import folder
from tests.support.databases import PostgresServer
from tests.support.machine import environment
from tests.support.schedules import Files, write_files

_FEW = 1_000
_BETWEEN = 0.005
_FLAT = 20
"""Megabytes that a hundred times the lines may cost more."""


@dataclass(frozen=True, slots=True)
class Run:
    """One import. Seconds; megabytes of resident memory at most."""

    seconds: float
    longest_wait: float
    waits: int
    peak: float


def measure(lines: int) -> Sequence[Figure]:
    """An import of so many lines on each engine, from scratch and once more over itself."""
    figures: list[Figure] = []
    with folder() as place:
        for engine, address in _addresses(place):
            migrate(place / engine, address)
            figures += asyncio.run(_measure(engine, place / engine, address, lines))
    return figures


def _addresses(place: Path) -> Iterator[tuple[str, str]]:
    for engine in ("sqlite", "postgres"):
        (place / engine).mkdir()
    yield "sqlite", f"sqlite:///{place}/sqlite/nomerok.sqlite"
    with _postgres() as address:
        yield "postgres", address


@contextmanager
def _postgres() -> Iterator[str]:
    server = PostgresServer()
    try:
        asyncio.run(server.run("CREATE DATABASE bench"))
        yield server.url("bench")
    finally:
        server.stop()


async def _measure(engine: str, place: Path, address: str, lines: int) -> Sequence[Figure]:
    database = Database.from_url(address)
    few = await _run(place, address, database, write_files(place, _FEW))
    files = write_files(place, lines)
    many = await _run(place, address, database, files)
    again = await _run(place, address, database, files)
    bare = await _bare_inserts(database)
    reading = _bare_reading(files)
    await database.close()
    grown = many.peak - few.peak
    waited = max(many.longest_wait, again.longest_wait) * 1000
    return (
        Figure(f"{lines} lines, {engine}", many.seconds, "s", reading + bare),
        Figure(f"the same lines once more, {engine}", again.seconds, "s", reading + bare),
        Figure(f"memory beyond that of {_FEW} lines, {engine}", grown, "MB", None, Aim(False, _FLAT, f"≤ {_FLAT} MB")),
        Figure(f"longest wait of a writer beside it, {engine}", waited, "ms"),
    )


async def _run(folder: Path, address: str, database: Database, files: Files) -> Run:
    """The command in a process of its own, and a writer beside it."""
    began = time.perf_counter()
    child = await begin(folder, address, files)
    ended = asyncio.create_task(child.communicate())
    waits: list[float] = []
    peak = 0.0
    while not ended.done():
        peak = max(peak, _peak_of(child.pid))
        waits.append(await _write(database))
        await asyncio.wait({ended}, timeout=_BETWEEN)
    _, said = await ended
    if child.returncode:
        raise RuntimeError(said.decode())
    return Run(time.perf_counter() - began, max(waits), len(waits), peak)


def migrate(folder: Path, address: str) -> None:
    """Makes the tables."""
    subprocess.run(_command("migrate"), cwd=folder, env=_environment(address), check=True)


async def begin(folder: Path, address: str, files: Files) -> Process:
    """The command, at work in a process of its own."""
    return await asyncio.create_subprocess_exec(
        *_command("import", *files.arguments, "--bounds", "days=-36500:36500"),  # whatever day the machine has
        cwd=folder,
        env=_environment(address),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )


async def _write(database: Database) -> float:
    """Seconds that a unit of one row takes, as a press writes its draft."""
    began = time.perf_counter()
    async with database.write() as unit:
        await unit.execute(delete(setting).where(setting.c.name == "bench"))
        await unit.execute(insert(setting).values(name="bench", value="x"))
    return time.perf_counter() - began


async def _bare_inserts(database: Database) -> float:
    """Seconds for the rows that stand there, once more, in one unit."""
    rows = [dict(row) for row in (await database.fetch(select(slot))).mappings()]
    await database.execute(delete(slot))
    began = time.perf_counter()
    await database.execute(insert(slot), rows)
    return time.perf_counter() - began


def _bare_reading(files: Files) -> float:
    began = time.perf_counter()
    with files.paths[-1].open(encoding="utf-8", newline="") as file:
        for _ in csv.DictReader(file):
            pass
    return time.perf_counter() - began


def _peak_of(pid: int) -> float:
    """Megabytes of resident memory that the process has had at most; 0 when it has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "bot", *arguments]


def _environment(address: str) -> dict[str, str]:
    return environment(DATABASE_URL=address, BOT_TOKEN="1:a", TELEGRAM_API_URL="http://127.0.0.1:1", DEMO="1")
