"""Bots for stories, forked from a process that has imported everything once: importing takes seconds, forking does not.

Each is a process of its own all the same, with its folder, environment and log, to be killed at any point.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import selectors
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tests.support.machine import ROOT


class Child:
    """One bot. `returncode`: None while it runs; minus the signal that has ended it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def returncode(self) -> int | None:
        return self._ended.result() if self._ended.done() else None

    def send_signal(self, how: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, how)

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    def end(self, code: int) -> None:
        """It has ended with this code."""
        self._ended.set_result(code)


class Nursery:
    """The process that bots are forked from. Make it with `Nursery.open`, end it with `close`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._children: dict[int, Child] = {}
        self._born: asyncio.Queue[Child] = asyncio.Queue()
        self._asking = asyncio.Lock()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls) -> Nursery:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.nursery"),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return cls(process)

    async def start(self, folder: Path, environment: Mapping[str, str], log: Path, *arguments: str) -> Child:
        """A bot in this folder, or a command of the operator's; what it prints goes to the end of the log."""
        assert self._process.stdin is not None
        order = {
            "folder": str(folder),
            "environment": dict(environment),
            "log": str(log),
            "arguments": arguments,
        }
        async with self._asking:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            return await self._born.get()

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            word, pid, code = line.decode().split()
            if word == "born":
                child = self._children[int(pid)] = Child(int(pid))
                self._born.put_nowait(child)
            else:
                self._children.pop(int(pid)).end(int(code))


def serve(run: Callable[[Sequence[str]], int]) -> None:
    """Forks a child that runs `run` for each order on stdin; tells on stdout who was born and who has ended.

    `run`: takes the arguments and gives the exit code.
    """
    gc.freeze()  # what is shared with the children is not to be copied for the collector's sake
    with selectors.DefaultSelector() as waiting:
        waiting.register(sys.stdin.fileno(), selectors.EVENT_READ)
        rest = b""
        while True:
            for key, _ in waiting.select():
                if key.fd != sys.stdin.fileno():
                    waiting.unregister(key.fd)
                    os.close(key.fd)
                    pid, status = os.waitpid(key.data, 0)
                    _say("ended", pid, os.waitstatus_to_exitcode(status))
                    continue
                given = os.read(key.fd, 1 << 16)
                if not given:
                    return
                *orders, rest = (rest + given).split(b"\n")
                for order in orders:
                    pid = os.fork()
                    if pid == 0:
                        _become(run, json.loads(order))
                    waiting.register(os.pidfd_open(pid), selectors.EVENT_READ, pid)
                    _say("born", pid, 0)


def _become(run: Callable[[Sequence[str]], int], order: Mapping[str, Any]) -> NoReturn:
    """What a child does: takes its folder, environment and log, and runs."""
    code = 1
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # a story may ask for ticks before the bot can hear it
    try:
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        code = run(order["arguments"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _say(word: str, pid: int, code: int) -> None:
    os.write(sys.stdout.fileno(), f"{word} {pid} {code}\n".encode())


def _run(arguments: Sequence[str]) -> int:
    from bot import __main__ as command_line
    from tests.support import bot_with_faults

    if arguments:
        bot_with_faults.leave_nothing_to_chance()
        return command_line.main(arguments)
    bot_with_faults.main()
    return 0


if __name__ == "__main__":
    import tests.support.bot_with_faults  # noqa: F401  (the import that the children are spared)

    serve(_run)
