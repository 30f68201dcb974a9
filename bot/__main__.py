"""The command line: `python -m bot [run | migrate | import … | confirm … | qr … | request … | rotate-key]`.

Heavy imports wait until they are needed: the local chat must be up while aiogram is still being imported.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from bot.settings import Settings, load_settings
from services.errors import SetupError
from services.registry.port import RegistryUnavailable
from services.texts.i18n import DEFAULT_LOCALE, texts

if TYPE_CHECKING:
    from bot.app import Storage

SETUP_FAILED = 2
_EMULATOR_PATIENCE = 15.0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Nomerok, a patient's bot for Telegram")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="talk to Telegram, or to the local chat where BOT_TOKEN is not set (default)")
    commands.add_parser("migrate", help="bring the tables of DATABASE_URL up to date")
    importing = commands.add_parser("import", help="load clinics, doctors and schedules from CSV")
    if "import" in (arguments or sys.argv):
        from services.clinics.importing import add_arguments

        add_arguments(importing)
    confirming = commands.add_parser("confirm", help="the desk has seen documents: make a one-time code for the chat")
    if "confirm" in (arguments or sys.argv):
        from bot import confirm

        confirm.add_arguments(confirming)
    printing = commands.add_parser("qr", help="a link with its QR code that opens booking: for a poster or a site")
    if "qr" in (arguments or sys.argv):
        from bot import qr

        qr.add_arguments(printing)
    answering = commands.add_parser("request", help="list, read and answer what people have sent")
    if "request" in (arguments or sys.argv):
        from bot import requests

        requests.add_arguments(answering)
    commands.add_parser("rotate-key", help="seal everything anew under a new encryption key, also while the bot runs")
    args = parser.parse_args(arguments)
    os.umask(0o077)  # what is written here is read by its owner alone
    try:
        settings = load_settings()
        return _COMMANDS.get(args.command, _run)(settings, args)
    except SetupError as error:
        print(error, file=sys.stderr)
        return SETUP_FAILED
    except RegistryUnavailable:
        print("the registry does not answer: is DATABASE_URL right, and its database running?", file=sys.stderr)
        return SETUP_FAILED
    except KeyboardInterrupt:
        return 0


def _run(settings: Settings, _args: argparse.Namespace) -> int:
    if not settings.local_chat:
        return _talk(settings)
    print(
        f"BOT_TOKEN is not set: starting a local chat instead, open {settings.chat_url}",
        flush=True,
    )
    mail_port = 0 if settings.smtp_url else _free_port(settings.emulator_host)
    with _emulator(settings, mail_port):
        return _talk(settings.catching_mail(mail_port) if mail_port else settings)


def _talk(settings: Settings) -> int:
    from bot.app import run
    from bot.logs import set_up_logging

    set_up_logging(settings.log_level)
    asyncio.run(run(settings))
    return 0


def _migrate(settings: Settings, _args: argparse.Namespace) -> int:
    from services.storage.migrate import migrate

    asyncio.run(migrate(settings.database_url))
    return 0


def _import(settings: Settings, args: argparse.Namespace) -> int:
    from bot.app import open_storage, registry_admin
    from services.clinics.importing import run

    async def load() -> int:
        storage = await open_storage(settings)
        try:
            return await run(args, registry_admin(storage), stdout=sys.stdout, stderr=sys.stderr)
        finally:
            await storage.database.close()

    return asyncio.run(load())


def _confirm(settings: Settings, args: argparse.Namespace) -> int:
    from bot import confirm
    from bot.app import open_storage, registry_admin
    from services.accounts.codes import Codes

    async def confirm_at_desk() -> int:
        storage = await open_storage(settings)
        try:
            desk = confirm.Desk(
                admin=registry_admin(storage),
                codes=Codes(storage.database, storage.vault, storage.clock),
                clock=storage.clock,
                ask=input if sys.stdin.isatty() else None,
                link=await _links_of(settings, storage),
            )
            return await confirm.run(args, desk, stdout=sys.stdout, stderr=sys.stderr)
        finally:
            await storage.database.close()

    return asyncio.run(confirm_at_desk())


def _qr(settings: Settings, args: argparse.Namespace) -> int:
    from bot import qr
    from bot.app import open_storage, patients_registry

    async def print_link() -> int:
        storage = await open_storage(settings)
        try:
            registry, link = patients_registry(settings, storage), await _links_of(settings, storage)
            return await qr.run(args, registry, link, stdout=sys.stdout, stderr=sys.stderr)
        finally:
            await storage.database.close()

    return asyncio.run(print_link())


async def _links_of(settings: Settings, storage: Storage) -> Callable[[str], str] | None:
    """What makes an address that opens the bot with a payload; None before the bot has run once."""
    from bot.app import bot_username

    username = await bot_username(storage)
    begin = f"{settings.chat_url}/" if settings.local_chat else f"https://t.me/{username}"
    return (lambda payload: f"{begin}?start={payload}") if username else None


def _request(settings: Settings, args: argparse.Namespace) -> int:
    from bot import requests
    from bot.app import open_storage, request_desk

    async def answer() -> int:
        storage = await open_storage(settings)
        try:
            return await requests.run(args, request_desk(storage), stdout=sys.stdout, stderr=sys.stderr)
        finally:
            await storage.database.close()

    return asyncio.run(answer())


def _rotate_key(settings: Settings, _args: argparse.Namespace) -> int:
    from bot import rotate

    try:
        return asyncio.run(rotate.run(settings, stdout=sys.stdout))
    except KeyboardInterrupt:
        raise SetupError(rotate.GOES_ON) from None


_COMMANDS = {
    "rotate-key": _rotate_key,
    "migrate": _migrate,
    "import": _import,
    "confirm": _confirm,
    "qr": _qr,
    "request": _request,
}


def _free_port(host: str) -> int:
    """Where the local chat is to catch mail; nobody needs to know the number."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _emulator(settings: Settings, mail_port: int) -> Iterator[None]:
    """The local chat as a child process that never outlives this one, catching mail on `mail_port`; 0: none."""
    child = subprocess.Popen(
        [sys.executable, "-m", "emulator", "--die-with-parent"],
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is ours to hear; the chat ends after the bot has said its last word
        env=os.environ
        | {
            "EMULATOR_HOST": settings.emulator_host,
            "EMULATOR_PORT": str(settings.emulator_port),
            "EMULATOR_SMTP_PORT": str(mail_port),
            "EMULATOR_BOT_NAME": texts(DEFAULT_LOCALE).label("Nomerok"),
        }
        | ({"EMULATOR_CLOCK_FILE": str(settings.clock_shift_file)} if settings.clock_shift_file else {}),
    )
    try:
        from bot import app  # noqa: F401  (imported while the chat is starting)

        _wait_for(child, settings)
        yield
    finally:
        child.terminate()
        with suppress(KeyboardInterrupt):
            child.wait()


def _wait_for(child: subprocess.Popen[bytes], settings: Settings) -> None:
    ends = time.monotonic() + _EMULATOR_PATIENCE
    while time.monotonic() < ends:
        code = child.poll()
        if code is not None:  # it has said why itself, in one line
            raise SystemExit(code or SETUP_FAILED)
        with suppress(OSError), socket.create_connection((settings.emulator_host, settings.emulator_port), 0.2):
            return
        time.sleep(0.02)
    raise SetupError("the local chat has not started; look at the lines above")


if __name__ == "__main__":
    sys.exit(main())
