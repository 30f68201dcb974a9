"""What `docs/operations.md` and the README tell an operator to type is typed here as it stands there."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, select

from bot.settings import Settings, load_settings
from services.storage.engine import Database
from services.storage.tables import setting
from services.storage.vault import load_key, make_key
from services.tables import metadata
from tests.support.databases import PostgresServer
from tests.support.machine import ROOT, environment

README = (ROOT / "README.md").read_text("utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
_COPIES = re.compile(r"\bcp\b|\bmv\b|\btar\b|\brsync\b|pg_dump|VACUUM INTO|\.backup\b")


def blocks(page: str, heading: str) -> list[str]:
    """The code blocks under a heading."""
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def typed(commands: str, folder: Path, env: Mapping[str, str] | None = None) -> None:
    """By somebody whose umask lets everybody read, as a machine comes."""
    asked = ["sh", "-ec", f"umask 022\n{commands}"]
    done = subprocess.run(asked, cwd=folder, env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def modes(folder: Path) -> dict[str, int]:
    return {str(each.relative_to(folder)): mode(each) for each in folder.rglob("*") if not each.is_symlink()}


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def said_in(file: Path) -> str:
    with closing(sqlite3.connect(file)) as database:
        (value,) = database.execute("SELECT value FROM setting").fetchone()
    return str(value)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The project's folder with a database and a key, as the bot leaves them."""
    folder = tmp_path / "house"
    (folder / "data").mkdir(parents=True, mode=0o700)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    make_key(folder / "secrets" / "encryption.key")
    engine = create_engine(f"sqlite:///{folder}/data/nomerok.sqlite")
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(setting).values(name="said", value="yes"))
    engine.dispose()
    (folder / "data" / "nomerok.sqlite").chmod(0o600)
    return folder


def test_a_backup_of_sqlite_is_its_owners_alone_and_so_is_what_is_restored(house: Path) -> None:
    back_up, restore = (each for each in blocks(OPERATIONS, "Back up") if "nomerok.sqlite" in each)
    typed(back_up, house)
    made = {name: mode for name, mode in modes(house).items() if name.startswith("backup")}
    assert made == {"backup": 0o700, "backup/nomerok.sqlite": 0o600}
    assert said_in(house / "backup" / "nomerok.sqlite") == "yes"

    (house / "data" / "nomerok.sqlite").unlink()
    typed(restore, house)
    assert mode(house / "data" / "nomerok.sqlite") == 0o600
    assert said_in(house / "data" / "nomerok.sqlite") == "yes"


def test_a_folder_for_backups_that_others_may_look_into_makes_no_difference(house: Path) -> None:
    (house / "backup").mkdir(mode=0o755)
    typed(blocks(OPERATIONS, "Back up")[0], house)
    assert mode(house / "backup" / "nomerok.sqlite") == 0o600


async def test_a_dump_of_postgresql_is_its_owners_alone(
    tmp_path: Path, postgres_server: Callable[[], PostgresServer]
) -> None:
    (block,) = (each for each in blocks(OPERATIONS, "Back up") if "pg_dump" in each)
    dump, restore = block.splitlines()
    server = postgres_server()
    name, empty = await server.clone(), "restored"
    await server.run("CREATE DATABASE restored")
    env = environment(PATH=f"{server.programs}:{os.environ['PATH']}")
    try:
        database = Database.from_url(server.url(name))
        await database.execute(insert(setting).values(name="said", value="yes"))
        await database.close()
        typed(dump, tmp_path, env | {"DATABASE_URL": server.url(name)})
        assert modes(tmp_path) == {"nomerok.dump": 0o600}

        typed(restore, tmp_path, env | {"DATABASE_URL": server.url(empty)})
        database = Database.from_url(server.url(empty))
        assert (await database.fetch(select(setting.c.value))).scalars().all() == ["yes"]
        await database.close()
    finally:
        await server.drop(name)
        await server.drop(empty)


def test_the_copy_of_the_key_is_its_owners_alone(house: Path, tmp_path: Path) -> None:
    (copy,) = (each for each in blocks(OPERATIONS, "Back up") if "encryption.key" in each)
    safe = tmp_path / "safe"
    safe.mkdir()
    typed(copy.replace("/media/safe", str(safe)), house)
    kept = safe / "encryption.key"
    assert load_key("", kept) == load_key("", house / "secrets" / "encryption.key")
    assert mode(kept) == 0o600


def test_the_first_env_file_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, settings = blocks(README, "With the real Telegram")
    (tmp_path / ".env.example").write_bytes((ROOT / ".env.example").read_bytes())
    assert f"\n#   {first}" in (tmp_path / ".env.example").read_text("utf-8")
    typed(first, tmp_path)
    assert mode(tmp_path / ".env") == 0o600

    with (tmp_path / ".env").open("a", encoding="utf-8") as file:
        file.write(settings)
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    assert load_settings().operator_name == "ООО «Клиника Доброго»"


def test_a_key_that_a_container_mounts_for_all_is_given_as_a_setting(tmp_path: Path) -> None:
    (line,) = (each for each in blocks(OPERATIONS, "Who may read the files") if "/run/secrets" in each)
    mounted = tmp_path / "nomerok_key"
    make_key(mounted)
    mounted.chmod(0o444)
    begins = line.replace("/run/secrets", str(tmp_path)).replace(".venv/bin/python -m bot", "printenv ENCRYPTION_KEY")
    told = subprocess.run(["sh", "-ec", begins], check=True, capture_output=True, text=True)
    assert load_key(told.stdout.strip(), None) is not None
    assert load_key(told.stdout.strip(), mounted) is not None, "no file is looked at"


@pytest.mark.parametrize(
    "page", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]), ids=lambda page: page.name
)
def test_no_page_tells_to_copy_or_dump_anything_for_all_to_read(page: Path) -> None:
    for block in re.findall(r"^```\w*\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        assert not _COPIES.search(block) or "umask 077" in block, f"{page.name}:\n{block}"
