"""`python -m bot import` under a writer at work: seconds, how long the writer waits at most, and how the memory grows.

Yardstick: reading the same file with `csv` alone, and inserting the same rows in one unit with one `executemany`.
"""

from __future__ import annotations

import asyncio
import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, insert, select

from services.registry.local.tables import slot
from services.storage.engine import Database
from services.storage.tables import setting
from tests.support.databases import PostgresServer
from tests.support.local_chat import environment
from tests.support.schedules import Files, write_files

_FEW = 1_000
_BETWEEN = 0.005


@dataclass(frozen=True, slots=True)
class Run:
    """One import. Seconds; megabytes of resident memory at most."""

    seconds: float
    longest_wait: float
    waits: int
    peak: float


def measure(lines: int = 100_000, *, quick: bool = False) -> dict[str, dict[str, float]]:
    """By engine. `quick`: a tenth of the lines.

    `peak_growth_mb`: the peak of this import minus the peak of one of a thousand lines.
    """
    lines = lines // 10 if quick else lines
    figures = {}
    with tempfile.TemporaryDirectory(prefix="nomerok-bench-") as name:
        folder = Path(name)
        for engine, address in _addresses(folder):
            subprocess.run(_command("migrate"), cwd=folder / engine, env=_environment(address), check=True)
            figures[engine] = asyncio.run(_measure(folder / engine, address, lines))
    return figures


def _addresses(folder: Path) -> Iterator[tuple[str, str]]:
    for engine in ("sqlite", "postgres"):
        (folder / engine).mkdir()
    yield "sqlite", f"sqlite:///{folder}/sqlite/nomerok.sqlite"
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


async def _measure(folder: Path, address: str, lines: int) -> dict[str, float]:
    database = Database.from_url(address)
    few = await _run(folder, address, database, write_files(folder, _FEW))
    files = write_files(folder, lines)
    many = await _run(folder, address, database, files)
    again = await _run(folder, address, database, files)
    bare = await _bare_inserts(database)
    reading = _bare_reading(files)
    await database.close()
    return {
        "lines": lines,
        "seconds": many.seconds,
        "lines_a_second": lines / many.seconds,
        "seconds_again": again.seconds,
        "bare_csv_seconds": reading,
        "bare_inserts_seconds": bare,
        "times_the_bare": many.seconds / (reading + bare),
        "longest_wait_ms": max(many.longest_wait, again.longest_wait) * 1000,
        "writes_meanwhile": many.waits,
        "peak_mb": many.peak,
        "peak_growth_mb": many.peak - few.peak,
    }


async def _run(folder: Path, address: str, database: Database, files: Files) -> Run:
    """The command in a process of its own, and a writer beside it."""
    began = time.perf_counter()
    child = await asyncio.create_subprocess_exec(
        *_command("import", *files.arguments),
        cwd=folder,
        env=_environment(address),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
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
