"""The key and its database: made once, missed loudly, never replaced."""

from __future__ import annotations

import asyncio
import base64
import re
import stat
import subprocess
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.settings import Settings
from bot.storage import open_storage
from services.accounts.tables import person
from services.errors import SetupError
from services.storage.engine import Database
from services.storage.keys import KeyNames, key_names
from services.storage.migrate import HEAD
from services.storage.tables import setting
from services.storage.vault import Vault, load_key, make_key

KEY = bytes(range(32))
KEY_TEXT = base64.b64encode(KEY).decode()


def settings(url: str, key: str = "") -> Settings:
    """What the environment of this machine says does not get in."""
    return Settings(_env_file=None, database_url=url, encryption_key=key, demo=True)


@pytest.fixture
async def ready_url(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A migrated database, in a folder of its own to start in."""
    monkeypatch.chdir(tmp_path)

    async def stands_at(_database: Database) -> str:
        return HEAD

    monkeypatch.setattr("services.storage.migrate.revision", stands_at)
    return database_url


async def key_id_in(database: Database) -> str:
    value: str = (
        await database.fetch(select(setting.c.value).where(setting.c.name == "encryption_key_id"))
    ).scalar_one()
    return value


async def vault_of(url: str, key: str = "") -> Vault:
    storage = await open_storage(settings(url, key))
    await storage.database.close()
    return storage.vault


async def refusal(url: str, key: str = "") -> str:
    with pytest.raises(SetupError) as caught:
        await vault_of(url, key)
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_the_first_start_makes_a_key_that_only_its_owner_reads(ready_url: str, database: Database) -> None:
    vault = await vault_of(ready_url)
    file = Path("secrets/encryption.key")
    assert mode_of(file) == 0o600
    assert mode_of(file.parent) == 0o700
    assert Vault(load_key("", file) or b"").key_id == vault.key_id == await key_id_in(database)
    assert (await vault_of(ready_url)).key_id == vault.key_id, "the next start uses the same"


async def test_a_key_in_the_setting_makes_no_file(ready_url: str, database: Database) -> None:
    assert (await vault_of(ready_url, KEY_TEXT)).key_id == Vault(KEY).key_id == await key_id_in(database)
    assert not exists("secrets")


async def test_a_database_whose_key_is_gone_refuses_and_names_the_file(ready_url: str, tmp_path: Path) -> None:
    vault = await vault_of(ready_url)
    sealed = vault.seal(person.c.profile, "row", "x")
    file = Path("secrets/encryption.key")
    kept = take_away(file)
    told = await refusal(ready_url)
    assert str(tmp_path / file) in told
    assert "ENCRYPTION_KEY" in told
    assert not exists("secrets/encryption.key"), "a new key would lose the old data for good"
    put_back(file, kept)
    assert (await vault_of(ready_url)).open(person.c.profile, "row", sealed) == "x"


async def test_another_key_is_refused_wherever_it_comes_from(ready_url: str, database: Database) -> None:
    await vault_of(ready_url, KEY_TEXT)
    other = base64.b64encode(bytes(32)).decode()
    told = await refusal(ready_url, other)
    assert "ENCRYPTION_KEY" in told
    assert Vault(KEY).key_id in told, "it says which key it wants"
    assert other not in told
    make_key(Path("secrets/encryption.key"))
    assert "encryption.key" in await refusal(ready_url)
    assert await key_id_in(database) == Vault(KEY).key_id


async def test_a_broken_key_is_named(ready_url: str) -> None:
    await vault_of(ready_url)
    put_back(Path("secrets/encryption.key"), "not a key\n")
    assert "encryption.key" in await refusal(ready_url)
    assert "ENCRYPTION_KEY" in await refusal(ready_url, "not a key")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o660])
async def test_a_key_that_others_may_read_is_refused_with_what_to_type(
    ready_url: str, tmp_path: Path, mode: int
) -> None:
    await vault_of(ready_url)
    file = tmp_path / "secrets" / "encryption.key"
    file.chmod(mode)
    told = await refusal(ready_url)
    (typed,) = re.findall("'(.+?)'", told)
    assert typed == f"chmod 600 {file}"
    assert (await vault_of(ready_url, load_key_text(file))).key_id, "given as a setting, the file is not looked at"
    await asyncio.to_thread(subprocess.run, ["sh", "-c", typed], check=True)
    await vault_of(ready_url)


@pytest.mark.parametrize("name", ["encryption.key.next", "encryption.key.old"])
async def test_so_is_a_key_beside_it(ready_url: str, tmp_path: Path, name: str) -> None:
    await vault_of(ready_url)
    beside = tmp_path / "secrets" / name
    make_key(beside)
    beside.chmod(0o644)
    assert f"chmod 600 {beside}" in await refusal(ready_url)


async def test_a_folder_in_which_anybody_may_put_another_key_is_refused(ready_url: str, tmp_path: Path) -> None:
    await vault_of(ready_url)
    folder = tmp_path / "secrets"
    folder.chmod(0o777)
    assert f"'chmod o-w {folder}'" in await refusal(ready_url)
    folder.chmod(0o775)
    await vault_of(ready_url)


async def test_a_running_bot_keeps_its_key_when_the_file_is_opened_to_others(ready_url: str, tmp_path: Path) -> None:
    vault = await vault_of(ready_url)
    sealed = vault.seal(person.c.profile, "row", "x")
    beside = tmp_path / "secrets" / "encryption.key.next"
    make_key(beside)
    beside.chmod(0o644)
    assert vault.open(person.c.profile, "row", sealed) == "x"
    assert len(vault.key_ids) == 1


async def test_a_database_that_others_may_read_is_told_and_opened(
    ready_url: str, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    if database.dialect != "sqlite":
        return
    file = Path(ready_url.removeprefix("sqlite:///"))
    file.chmod(0o600)
    await vault_of(ready_url)
    assert caplog.messages == []
    file.chmod(0o644)
    await vault_of(ready_url)
    assert [each for each in caplog.messages if f"'chmod 600 {file}'" in each] == caplog.messages != []


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "encryption.key"
    key = make_key(file)
    with pytest.raises(FileExistsError):
        make_key(file)
    assert load_key("", file) == key
    assert load_key(KEY_TEXT, file) == KEY, "the setting wins"
    assert load_key("", tmp_path / "none") is None


def load_key_text(file: Path) -> str:
    return file.read_text().strip()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def exists(path: str) -> bool:
    return Path(path).exists()


def take_away(file: Path) -> str:
    kept = file.read_text()
    file.unlink()
    return kept


def put_back(file: Path, content: str) -> None:
    file.touch(mode=0o600)
    file.write_text(content)


async def test_two_processes_at_their_first_start_agree_on_one_key_or_one_refuses(
    ready_url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In one folder: both make a key, one file is there.
    vaults = await asyncio.gather(*(vault_of(ready_url) for _ in range(4)))
    assert {each.key_id for each in vaults} == {await key_id_in(database)}
    assert [each.name for each in (tmp_path / "secrets").iterdir()] == ["encryption.key"]

    # In two folders, as on two machines that nobody gave a key: whoever comes second must not seal with its own.
    await database.execute(delete(setting))
    monkeypatch.setattr("bot.storage.key_names", _as_before_the_first_start())
    other = base64.b64encode(make_key(tmp_path / "other" / "encryption.key")).decode()
    await vault_of(ready_url)
    assert "is not the one that sealed this database" in await refusal(ready_url, other)


def _as_before_the_first_start() -> Callable[[Database], Awaitable[KeyNames]]:
    """The first look of each finds a database without a key, as when both look at once."""
    looks = count()

    async def names(database: Database) -> KeyNames:
        return await key_names(database) if next(looks) % 2 else KeyNames(None, None)

    return names
