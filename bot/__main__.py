"""The command line: `python -m bot [run | migrate | rotate-key | …]`, and the commands that the topics bring.

Heavy imports wait until they are needed: the local chat must be up while aiogram is still being imported.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from bot.logs import set_up_logging
from bot.settings import Settings, load_settings
from bot.streams import lasting
from services.errors import SetupError
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import DEFAULT_LOCALE, texts

if TYPE_CHECKING:
    from bot.topic import CliCommand

SETUP_FAILED = 2
_EMULATOR_PATIENCE = 15.0


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="python -m bot", description="Nomerok, a patient's bot for Telegram")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="talk to Telegram, or to the local chat where BOT_TOKEN is not set (default)")
    commands.add_parser("migrate", help="bring the tables of DATABASE_URL up to date")
    commands.add_parser("rotate-key", help="seal everything anew under a new encryption key, also while the bot runs")
    topical = _topical(commands) if given and given[0] not in _OWN else {}
    args = parser.parse_args(given)
    os.umask(0o077)  # what is written here is read by its owner alone
    set_up_logging("WARNING")
    try:
        settings = load_settings()
        set_up_logging("WARNING", settings.secrets)  # a command's own words are enough
        if args.command in topical:
            return _operate(settings, args, topical[args.command])
        return _OWN.get(args.command, _run)(settings, args)
    except SetupError as error:
        print(error, file=sys.stderr)
        return SETUP_FAILED
    except RegistryUnavailable:
        print("the registry does not answer: is DATABASE_URL right, and its database running?", file=sys.stderr)
        return SETUP_FAILED
    except KeyboardInterrupt:
        return 0


def _topical(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> Mapping[str, CliCommand]:
    """The commands that the topics bring. Importing them all takes seconds, so only who asks for one waits."""
    from bot.topics import CLI

    found = {command.name: command for command in CLI}
    for command in found.values():
        command.arguments(commands.add_parser(command.name, help=command.help))
    return found


def _operate(settings: Settings, args: argparse.Namespace, command: CliCommand) -> int:
    from bot.operator import Operator, at_work
    from bot.process import service_of
    from bot.storage import open_storage

    async def operate() -> int:
        storage = await open_storage(settings)
        try:
            ask = input if sys.stdin.isatty() else None
            async with at_work(storage, command.name) as doing:
                service = partial(service_of, settings, storage)
                operator = Operator(settings, storage, sys.stdout, sys.stderr, ask, doing, service)
                doing.code = await command.run(args, operator)
            return doing.code
        finally:
            await storage.database.close()

    return asyncio.run(operate())


def _run(settings: Settings, _args: argparse.Namespace) -> int:
    gc.disable()  # what is imported and built is there to stay: looking for what is not takes a fifth of the start
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
    from bot.process import run

    set_up_logging(settings.log_level, settings.secrets)
    asyncio.run(run(settings))
    return 0


def _migrate(settings: Settings, _args: argparse.Namespace) -> int:
    from bot.storage import migrate_storage

    asyncio.run(migrate_storage(settings))
    return 0


def _rotate_key(settings: Settings, _args: argparse.Namespace) -> int:
    from bot.cli import rotate_key

    try:
        return asyncio.run(rotate_key.run(settings, stdout=sys.stdout))
    except KeyboardInterrupt:
        raise SetupError(rotate_key.GOES_ON) from None


_OWN = {"run": _run, "migrate": _migrate, "rotate-key": _rotate_key}


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
        stdout=subprocess.PIPE,
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
        from bot import process  # noqa: F401  (imported while the chat is starting)

        wait_for_chat(child)
        yield
    finally:
        child.terminate()
        with suppress(KeyboardInterrupt):
            child.wait()


def wait_for_chat(child: subprocess.Popen[bytes]) -> None:
    """Until the chat has said that it is there: whatever else holds its port would take a connection, too."""
    assert child.stdout is not None, "the chat was not started with a pipe"
    said, _, _ = select.select([child.stdout], [], [], _EMULATOR_PATIENCE)
    if not said:
        raise SetupError("the local chat has not started; look at the lines above")
    if not os.read(child.stdout.fileno(), 1):  # it has ended, and has said why itself, in one line
        raise SystemExit(child.wait() or SETUP_FAILED)


if __name__ == "__main__":
    sys.stdout, sys.stderr = lasting(sys.stdout), lasting(sys.stderr)
    sys.exit(main())
