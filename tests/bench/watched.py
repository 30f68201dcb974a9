"""`python -m MODULE`, its loop watched: `python -m tests.bench.watched MODULE`. It is told what to do over a socket.

The product has no switch for any of this: here its module runs as the command runs it, and round the loop and SQLite's
files stands what the bench wants to know and to do. What is watched, on the loop's own thread:

- how long one turn takes, from a callback's begin to its end or a task's from one `await` that waits to the next:
  meanwhile nobody else has a turn;
- how late a timer comes: what has to wait until everything that was ready before it has had its turn.

Both without the time in which the thread was ready and the machine let others run: that is none of the product's. What
it waited for itself, a lock, a disk or another of its threads, counts.

Words over the socket, one a line, each answered by one line of JSON: `told` says what has been seen (`Seen`) since it
was said before, `roll` does the demo's nightly work of one night more, `sync SECONDS` makes the disk slow.
"""

from __future__ import annotations

import asyncio
import json
import os
import runpy
import sys
import time
from asyncio import AbstractEventLoop, Handle, StreamReader, StreamWriter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.triggers.base import BaseTrigger

from services.clock import Clock
from tests.bench.slow_disk import SlowDisk

SOCKET = "watched.sock"
"""In the folder of the process."""
LONG = 20.0
"""Milliseconds. A turn that takes longer is one that others feel."""
_APART = 0.005


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds, and how many. `by`: whose turn the longest was; `busy`: of that turn, on the processor.

    `syncs`: of SQLite's files; None where those are out of reach.
    """

    longest: float = 0.0
    by: str = ""
    busy: float = 0.0
    over: int = 0
    latest: float = 0.0
    syncs: int | None = None


@dataclass(frozen=True, slots=True)
class Processor:
    """What the kernel tells of a thread, in milliseconds: how long it ran, and how long it was ready and did not."""

    ran: float
    waited: float

    @classmethod
    def of(cls, told: bytes) -> Processor:
        ran, waited, _ = told.split()
        return cls(int(ran) / 1e6, int(waited) / 1e6)


class Watch:
    """What the loop is seen to do. Each turn costs two microseconds more."""

    def __init__(self) -> None:
        self._seen = Seen()

    def begin(self, loop: AbstractEventLoop) -> None:
        """From now on all turns, and a timer of its own. To be called on the loop's thread."""
        run, clock, told = Handle._run, time.perf_counter, _processor()

        def timed(handle: Any) -> None:
            before, began = told(), clock()
            run(handle)
            took = 1000 * (clock() - began)
            if took > LONG or took > self._seen.longest:
                self.note(handle._callback, took, Processor.of(before), Processor.of(told()))

        setattr(Handle, "_run", timed)  # noqa: B010  (a method is not assigned to)
        self._look_again(loop, told)

    def take(self) -> Seen:
        """What has been seen; it begins anew."""
        seen, self._seen = self._seen, Seen()
        return seen

    def note(self, callback: object, took: float, before: Processor, after: Processor) -> None:
        """A turn that `took` so many milliseconds, and what the kernel told of the thread before it and after."""
        own, seen = took - (after.waited - before.waited), self._seen
        if own > LONG:
            seen = replace(seen, over=seen.over + 1)
        if own > seen.longest:
            seen = replace(seen, longest=own, by=_name(callback), busy=after.ran - before.ran)
        self._seen = seen

    def _look_again(self, loop: AbstractEventLoop, told: Callable[[], bytes]) -> None:
        due, before = loop.time() + _APART, told()

        def look() -> None:
            late = 1000 * (loop.time() - due) - (Processor.of(told()).waited - Processor.of(before).waited)
            if late > self._seen.latest:
                self._seen = replace(self._seen, latest=late)
            self._look_again(loop, told)

        loop.call_at(due, look)


def _processor() -> Callable[[], bytes]:
    """Tells `Processor` of this thread; noughts where the kernel does not."""
    try:
        file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
    except OSError:
        return lambda: b"0 0 0"
    return lambda: os.pread(file, 64, 0)


def _name(callback: object) -> str:
    """What had its turn: a task by its coroutine, anything else by its function. Neither says anything of anybody."""
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return str(getattr(owner.get_coro(), "__qualname__", owner.get_coro()))
    return str(getattr(callback, "__qualname__", type(callback).__name__))


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A clock that is some days ahead of another."""

    clock: Clock
    days: int

    def now(self) -> datetime:
        return self.clock.now() + timedelta(days=self.days)


class Nights:
    """The demo's nightly work, as the bot's own job does it: each time for one day more, while its clock stands."""

    def __init__(self) -> None:
        self._job: Callable[[], Coroutine[Any, Any, object]] | None = None
        self._days = 0

    async def roll(self) -> None:
        assert self._job is not None, "this process has no nightly job"
        self._days += 1
        await asyncio.create_task(self._job())  # its turns bear its own name

    def take_over(self) -> None:
        """The job of bots that this process builds from now on."""
        from bot import jobs, process, registry

        nights, roll = self, registry.roll

        class WithoutNight(jobs.Ticks):
            def add(self, trigger: BaseTrigger, name: str, job: jobs.Job) -> None:
                if name == "nightly":
                    nights._job = job  # type: ignore[assignment]
                else:
                    super().add(trigger, name, job)

        async def rolled(settings: Any, storage: Any) -> None:
            await roll(settings, replace(storage, clock=_Ahead(storage.clock, nights._days)))

        setattr(jobs, "Ticks", WithoutNight)  # noqa: B010  (a class is not assigned to)
        setattr(process, "roll", rolled)  # noqa: B010  (a name of that module's imports)


class Told:
    """Answers what the bench says over the socket."""

    def __init__(self, watch: Watch, nights: Nights, disk: SlowDisk | None) -> None:
        self._watch = watch
        self._nights = nights
        self._disk = disk
        self._syncs = 0

    async def listen(self, reader: StreamReader, writer: StreamWriter) -> None:
        while line := (await reader.readline()).decode().split():
            try:
                answer = await self._answer(*line)
            except Exception as error:
                answer = {"failed": f"{type(error).__name__}: {error}"}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _answer(self, word: str, *more: str) -> Mapping[str, Any]:
        match word:
            case "told":
                syncs, self._syncs = self._syncs, self._disk.syncs if self._disk else 0
                told = replace(self._watch.take(), syncs=self._syncs - syncs if self._disk else None)
                return asdict(told)
            case "roll":
                await self._nights.roll()
            case "sync":
                if self._disk is None:
                    raise OSError("SQLite's files are out of reach in this Python")
                self._disk.seconds = float(more[0])
        return {}


def main(module: str) -> None:
    watch, nights = Watch(), Nights()
    told = Told(watch, nights, _disk())
    if module == "bot":
        nights.take_over()
    run = asyncio.run

    def watched(coroutine: Coroutine[Any, Any, Any], **how: Any) -> Any:
        setattr(asyncio, "run", run)  # noqa: B010  (this is the module's own loop; a migration has one beside it)

        async def beside() -> Any:
            watch.begin(asyncio.get_running_loop())
            async with await asyncio.start_unix_server(told.listen, SOCKET):
                return await coroutine

        return run(beside(), **how)

    setattr(asyncio, "run", watched)  # noqa: B010  (a function is not assigned to)
    sys.argv[1:] = []
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _disk() -> SlowDisk | None:
    try:
        return SlowDisk()
    except OSError:
        return None


class Watched:
    """The other end: a process that runs under watch in this folder."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def at(cls, folder: Path) -> Watched:
        return cls(*await asyncio.open_unix_connection(folder / SOCKET))

    async def tell(self, word: str) -> Mapping[str, Any]:
        """What it answers; `RuntimeError`: it could not do that."""
        self._writer.write(f"{word}\n".encode())
        answer: Mapping[str, Any] = json.loads(await self._reader.readline())
        if "failed" in answer:
            raise RuntimeError(answer["failed"])
        return answer

    async def seen(self) -> Seen:
        return Seen(**await self.tell("told"))

    def leave(self) -> None:
        self._writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
