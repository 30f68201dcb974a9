"""Commands of the operator's: each leaves a trace of who ran it, and none minds that nobody reads what it prints."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import shutil
import sqlite3
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from bot import __main__ as command_line
from bot.settings import Settings
from bot.storage import USERNAME
from bot.topics import CLI
from services.operators.tables import operator_act
from services.storage.vault import Vault, load_key
from tests.e2e.desk import HOME_CLINIC
from tests.e2e.people import a_policy
from tests.e2e.test_access import options
from tests.support.bot_process import BotProcess
from tests.support.machine import PATIENCE, environment

CLINICS = 'id,name,address,town,region\n7,Клиника Доброго,"ул. Мира, д. 1",Мытищи,50\n'
COMMANDS: dict[str, Sequence[str]] = {
    "confirm": ("own", *options("Следова", a_policy())),
    "import": ("--dry-run", "clinics.csv"),
    "request": (),
    "qr": ("clinic", HOME_CLINIC),
    "audit": (),
    "access": ("list", "--patient", "nobody"),
}
"""Each with what makes it print."""
WRONG: dict[str, Sequence[str]] = {
    "confirm": ("own",),
    "import": ("wrong.csv",),
    "request": ("4711",),
    "qr": ("clinic", "nowhere"),
    "audit": ("--since", "yesterday"),
    "access": ("end", "nothing", "--reason", "потерян телефон"),
}
"""Each with what it refuses."""
NAMES = sorted(command.name for command in CLI)


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    """A bot's folder; it has run once, so there are links to it."""
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    (tmp_path / "clinics.csv").write_text(CLINICS, "utf-8")
    (tmp_path / "wrong.csv").write_text(CLINICS.replace(",50", ",nowhere"), "utf-8")
    with closing(sqlite3.connect(tmp_path / "data" / "nomerok.sqlite")) as connection, connection:
        connection.execute("INSERT INTO setting (name, value) VALUES (?, 'nomerok_bot')", (USERNAME,))
    return tmp_path


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same, and this process stands in it, as one of an operator's."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("SUDO_USER", "petrova")
    monkeypatch.chdir(folder)
    kept = os.umask(0o077)
    yield folder
    os.umask(kept)


def traces(folder: Path) -> list[tuple[str, int | None, str, str | None]]:
    """Command, exit code, who had become another by sudo, about what; oldest first."""
    vault = Vault(load_key("", folder / "secrets" / "encryption.key") or b"")
    with closing(sqlite3.connect(folder / "data" / "nomerok.sqlite")) as connection:
        rows = connection.execute("SELECT id, command, code, who, about FROM operator_act ORDER BY rowid").fetchall()
    return [
        (
            command,
            code,
            vault.open_json(operator_act.c.who, row, who)["sudo_user"],
            about and vault.open(operator_act.c.about, row, about),
        )
        for row, command, code, who, about in rows
    ]


def test_all_commands_are_tried_here() -> None:
    assert sorted(COMMANDS) == sorted(WRONG) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_leaves_a_trace_also_where_it_refuses(here: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main([name, *COMMANDS[name]]) == 0, capsys.readouterr().err
    code = command_line.main([name, *WRONG[name]])
    assert code in (1, 2)
    found = traces(here)
    assert [each[:3] for each in found] == [(name, 0, "petrova"), (name, code, "petrova")]
    assert "Следова" not in capsys.readouterr().out + repr(found)


def test_what_a_trace_is_about_is_told_by_ids(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["confirm", *COMMANDS["confirm"]]) == 0
    with closing(sqlite3.connect(here / "data" / "nomerok.sqlite")) as connection:
        ((patient,),) = connection.execute("SELECT id FROM registry_patient").fetchall()
    command_line.main(["request", "4711"])
    command_line.main(["request", "Следова"])
    assert command_line.main(["request", "--list"]) == 0
    assert [each[3] for each in traces(here)] == [f"own, patient {patient}", "No. 4711, read", None, "the list"]

    # It is read by a command, which leaves a trace itself.
    capsys.readouterr()
    assert command_line.main(["audit"]) == 0
    _, *lines = capsys.readouterr().out.splitlines()
    told = sorted(line.split("  ", 1)[1] for line in lines)  # all of one moment, for the clock stands
    assert [each.split(" as ")[0] for each in told] == [
        "audit       -     petrova",
        "confirm     0     petrova",
        "request     0     petrova",
        "request     2     petrova",
        "request     2     petrova",
    ]
    assert told[1].endswith(f": own, patient {patient}")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("given", [COMMANDS, WRONG], ids=["well", "wrong"])
def test_whoever_stops_reading_stops_nothing(folder: Path, name: str, given: Mapping[str, Sequence[str]]) -> None:
    code = ended(folder, name, *given[name], read=True)
    assert ended(folder, name, *given[name], read=False) == code
    assert [each[:2] for each in traces(folder)] == [(name, code)] * 2


@pytest.mark.parametrize("given", [("--help",), ("migrate",), ("confirm", "--help"), ("rotate-key", "--help")])
def test_nor_what_needs_no_database(folder: Path, given: Sequence[str]) -> None:
    assert ended(folder, *given, read=True) == ended(folder, *given, read=False) == 0


def test_the_first_line_comes_and_the_file_is_written_all_the_same(folder: Path) -> None:
    piped = subprocess.run(
        [
            "sh",
            "-c",
            f"{{ {sys.executable} -m bot qr clinic {HOME_CLINIC} --to poster.svg; echo $? >code; }} | head -1",
        ],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert piped.stdout.startswith("Opens booking at: ")
    assert piped.stderr == ""
    assert (folder / "code").read_text() == "0\n"
    assert (folder / "poster.svg").stat().st_mode & 0o777 == 0o600


async def test_a_rotation_of_the_key_leaves_one_too(bot: BotProcess) -> None:
    code, printed = await bot.command("rotate-key")
    assert code == 0, printed
    assert [each[:2] for each in traces(bot.folder)] == [("rotate-key", 0)]


def ended(folder: Path, *arguments: str, read: bool) -> int | None:
    """`python -m bot …` in a process of its own; unless `read`, nobody listens to it from the very beginning.

    Its exit code. Whatever it says of what is wrong, it is no trace of Python's. Forked, for importing takes seconds.
    """
    said = folder / "said.txt"
    child = multiprocessing.get_context("fork").Process(target=become, args=(folder, said, arguments, read))
    child.start()
    child.join(PATIENCE)
    errors = said.read_text("utf-8")
    assert "Traceback" not in errors, errors
    assert "Error" not in errors, errors
    return child.exitcode


def become(folder: Path, said: Path, arguments: Sequence[str], read: bool) -> NoReturn:
    """What the child does: runs the command as Python itself would, errors into a file."""
    code = 1
    reading, writing = os.pipe()
    if read:
        threading.Thread(target=lambda: deque(iter(partial(os.read, reading, 1 << 16), b"")), daemon=True).start()
    else:
        os.close(reading)
    errors = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for source, target in ((os.open(os.devnull, os.O_RDONLY), 0), (writing, 1), (errors, 2)):
        os.dup2(source, target)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(each, mode, closefd=False) for each, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment())
    sys.argv = ["bot", *arguments]
    sys.modules.pop("bot.__main__", None)
    try:
        runpy.run_module("bot", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
