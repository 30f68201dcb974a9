"""`python -m emulator`: serve the local Telegram until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
from pathlib import Path
from types import ModuleType

from emulator.hosts import is_loopback
from emulator.server import serve
from emulator.store import Store
from emulator.world import World

_PARENT_LOOK_S = 1.0
_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Exit codes: 0 after a signal, 2 when something in the settings is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description="A local Telegram: Bot API over HTTP and a chat page in the browser.",
        epilog="Environment: EMULATOR_HOST (127.0.0.1), EMULATOR_PORT (8080), EMULATOR_DATA"
        " (data/emulator.sqlite, or :memory:), EMULATOR_BOT_NAME, EMULATOR_CLOCK_FILE, EMULATOR_SMTP_PORT (off),"
        " EMULATOR_RATE_LIMITS (0).",
    )
    parser.add_argument(
        "--die-with-parent", action="store_true", help="end when the process that started this one ends"
    )
    options = parser.parse_args()
    os.umask(0o077)  # chats and letters lie in clear: their owner alone reads them
    host = os.environ.get("EMULATOR_HOST") or "127.0.0.1"
    port_text = os.environ.get("EMULATOR_PORT") or "8080"
    smtp_text = os.environ.get("EMULATOR_SMTP_PORT") or "0"
    data = os.environ.get("EMULATOR_DATA") or "data/emulator.sqlite"
    clock_file = os.environ.get("EMULATOR_CLOCK_FILE")
    rate_limits = os.environ.get("EMULATOR_RATE_LIMITS") or "0"
    if not is_loopback(host):
        return _refuse(f"EMULATOR_HOST={host} is not a loopback address; use 127.0.0.1, ::1 or localhost")
    for name, text in (("EMULATOR_PORT", port_text), ("EMULATOR_SMTP_PORT", smtp_text)):
        if not text.isascii() or not text.isdigit() or int(text) > 65535:
            return _refuse(f"{name}={text} is not a port number; use one from 1 to 65535")
    if rate_limits not in ("0", "1"):
        return _refuse(f"EMULATOR_RATE_LIMITS={rate_limits} is neither 0 nor 1")
    parent = os.getppid()
    if options.die_with_parent:
        _die_with_parent()
    try:
        store = Store(data)
    except (sqlite3.Error, OSError) as error:
        return _refuse(f"EMULATOR_DATA={data} cannot be used: {error}")
    bot_name = os.environ.get("EMULATOR_BOT_NAME") or "Бот"
    world = World(store, bot_name=bot_name, clock_file=Path(clock_file) if clock_file else None)
    world.rates.limited = rate_limits == "1"
    try:
        world.share_clock()  # before anybody can connect, so both clocks agree from the start
    except OSError as error:
        store.close()
        return _refuse(f"EMULATOR_CLOCK_FILE={clock_file} cannot be written: {error}")
    try:
        ports = int(port_text), int(smtp_text)
        return asyncio.run(_run(world, host, *ports, parent if options.die_with_parent else None))
    finally:
        store.close()


async def _run(world: World, host: str, port: int, smtp_port: int, parent: int | None) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    try:
        runner, port = await serve(world, host, port)
    except OSError as error:
        return _refuse_port("EMULATOR_PORT", port, host, error)
    shown = f"[{host}]" if ":" in host else host
    _say(f"Local Telegram: http://{shown}:{port}")  # who has started this one waits for it
    if smtp_port:
        # Imported beside the page, which answers meanwhile: nobody sends mail in less time.
        smtp = await asyncio.to_thread(_smtp)
        try:
            world.mail_server = smtp.MailServer(world.receive_mail, host, smtp_port)
        except OSError as error:
            await runner.cleanup()
            return _refuse_port("EMULATOR_SMTP_PORT", smtp_port, host, error)
    if world.mail_server is not None:
        _say(f"Local mail: {world.mail_server.url}")
    while not stop.is_set() and (parent is None or os.getppid() == parent):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), None if parent is None else _PARENT_LOOK_S)
    if world.mail_server is not None:
        world.mail_server.close()
    await runner.cleanup()
    return 0


def _say(line: str) -> None:
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads any more, and nothing is to be said of it at the end either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _smtp() -> ModuleType:
    from emulator import smtp  # needs a package that only mail needs

    return smtp


def _refuse_port(name: str, port: int, host: str, error: OSError) -> int:
    return _refuse(
        f"port {port} on {host} cannot be used ({error.strerror}); stop what holds it or set {name} to another one"
    )


def _refuse(reason: str) -> int:
    sys.stderr.write(f"emulator: {reason}\n")
    return 2


def _die_with_parent() -> None:
    """Ask Linux for SIGTERM when the parent dies; elsewhere `_run` looks at the parent's id."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # only needed here, and the start must be quick

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    raise SystemExit(main())
