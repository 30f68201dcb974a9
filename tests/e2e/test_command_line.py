"""The command line: what an operator sees when something is set up wrong, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.local_chat import answers, local_chat, until
from tests.support.machine import environment, free_port


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"BOT_TOKEN": "not a token"}, "BOT_TOKEN"),
        ({"EMULATOR_PORT": "eighty"}, "EMULATOR_PORT"),
        ({"EMULATOR_HOST": "0.0.0.0"}, "EMULATOR_HOST"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({"DATABASE_URL": "mysql://somewhere/x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"TELEGRAM_API_URL": "nowhere", "BOT_TOKEN": "1:a"}, "TELEGRAM_API_URL"),
        ({"DEMO": "0"}, "OPERATOR_NAME"),
        ({"DEMO": "perhaps"}, "DEMO"),
        ({"ENCRYPTION_KEY": "short"}, "ENCRYPTION_KEY"),
        ({"TELEGRAM_API_URL": "http://127.0.0.1:1", "BOT_TOKEN": "1:a", "DEMO": "1"}, "http://127.0.0.1:1"),
        ({"BOT_TOKEN": "1:a", "DEMO": "1", "OMS_PROCEDURE": "forms"}, "SIGNATURE_ROOTS is not set"),
        ({"SIGNATURE_ROOTS": "nowhere.pem"}, "SIGNATURE_ROOTS names no readable certificates: nowhere.pem"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(tmp_path: Path, settings: dict[str, str], named: str) -> None:
    port = str(free_port())
    ended = run(tmp_path, **{"EMULATOR_PORT": port, **settings})
    assert ended.returncode == 2, ended.stderr
    assert named in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr


def test_an_env_file_that_others_read_ends_every_command_with_what_to_type(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("DEMO=1\n")
    env.chmod(0o644)
    for command in ("run", "migrate", "rotate-key"):
        ended = run(tmp_path, command)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert f"'chmod 600 {env}'" in ended.stderr
        assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert [each.name for each in tmp_path.iterdir()] == [".env"]


def test_a_taken_port_is_one_line_that_names_it(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run(tmp_path, EMULATOR_PORT=str(port))
    assert ended.returncode == 2
    assert str(port) in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr


def test_a_sealed_database_without_its_key_says_which_file_it_wants(tmp_path: Path) -> None:
    with local_chat(tmp_path):
        key = tmp_path / "secrets" / "encryption.key"
        assert within_reach_of_others(tmp_path) == []
    key.rename(tmp_path / "lost.key")
    ended = run(tmp_path, EMULATOR_PORT=str(free_port()))
    assert ended.returncode == 2
    assert str(key) in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr


def within_reach_of_others(folder: Path) -> list[str]:
    """All that the bot and the local chat have written; what moves the clock was written by the test."""
    found = [each for each in folder.rglob("*") if each.name != "clock-shift"]
    assert {"nomerok.sqlite", "nomerok.sqlite-wal", "emulator.sqlite", "encryption.key"} <= {
        each.name for each in found
    }
    return [str(each) for each in found if each.stat().st_mode & 0o077]


def test_ctrl_c_ends_both_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with local_chat(tmp_path) as (child, port):
        os.killpg(child.pid, signal.SIGINT)
        assert child.wait(60) == 0
        assert not answers(port)


def test_a_killed_bot_takes_the_local_chat_with_it(tmp_path: Path) -> None:
    with local_chat(tmp_path) as (child, port):
        child.kill()
        child.wait(60)
        until(lambda: not answers(port))
