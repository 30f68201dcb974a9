"""What leaves this machine is encrypted, and goes to whom it is meant for: addresses, and servers on loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from bot.settings import Settings
from bot.shared import Away, Shared
from bot.storage import open_storage
from services.errors import SetupError
from services.secure import certificates, is_this_machine
from services.storage.engine import Database
from services.storage.postgres import _tls_of
from services.storage.vault import Vault
from tests.support.certificates import Authority, authority

# --- which host is this machine -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *((each, True) for each in ("localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1", "[::1]")),
        *((each, False) for each in ("", "0.0.0.0", "::", "10.0.0.1", "192.168.1.1", "db", "localhost.example.org")),
        *((each, False) for each in ("127.0.0.1.example.org", "localhost.", "2130706433", "127.1", "/tmp")),
    ],
)
def test_what_stays_on_this_machine(host: str, here: bool) -> None:
    assert is_this_machine(host) is here


def test_a_file_of_certificates_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Моя поликлиника")
    for name in ("absent.pem", "notes.txt"):
        with pytest.raises(SetupError) as caught:
            certificates("SMTP_URL", str(tmp_path / name))
        assert "SMTP_URL" in str(caught.value)
        assert "\n" not in str(caught.value)


# --- addresses of PostgreSQL --------------------------------------------------------------------------

FAR = "postgresql://u:secret@db.example.org/nomerok"


@pytest.fixture(autouse=True)
def _nothing_of_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGSERVICE", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "url",
    [
        *("postgresql://u@127.0.0.1/x", "postgresql://u@localhost:5432/x", "postgresql://u@[::1]/x"),
        *("postgresql://u@/x", "postgresql:///x?host=/var/run/postgresql", "postgresql+asyncpg://u@127.0.0.1/x"),
        *("postgresql://u@/x?host=127.0.0.1:5432&host=localhost:5433", "postgresql://u@/x?host=[::1]:5432"),
        *(f"postgresql://u@127.0.0.1/x?sslmode={mode}" for mode in ("disable", "allow", "prefer")),
        "postgresql://u@127.0.0.1/x?ssl=disable",
    ],
)
def test_this_machine_is_spoken_to_in_clear(url: str) -> None:
    bare, tls = _tls_of(make_url(url))
    assert tls is False
    assert not {"sslmode", "ssl", "sslrootcert"} & bare.query.keys(), "the driver knows none of these"


@pytest.mark.parametrize(
    "url",
    [
        *(FAR, f"{FAR}?sslmode=verify-full", f"{FAR}?sslmode=require", f"{FAR}?ssl=require", f"{FAR}?sslmode="),
        *("postgresql://u@10.0.0.1/x", "postgresql://u@db/x", "postgresql://u@127.0.0.1/x?host=db.example.org"),
        *("postgresql://u@/x?host=127.0.0.1:5432&host=db:5432", "postgresql://u@/x?host=127.0.0.1,db"),
        *("postgresql://u@/x?service=far", "postgresql://u@127.0.0.1/x?sslmode=verify-full"),
    ],
)
def test_another_machine_shows_a_certificate(url: str) -> None:
    _, tls = _tls_of(make_url(url))
    assert isinstance(tls, ssl.SSLContext)
    assert tls.verify_mode is ssl.CERT_REQUIRED
    assert tls.check_hostname


def test_where_the_address_names_nobody_libpqs_environment_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _tls_of(make_url("postgresql://u@/x"))[1] is False
    monkeypatch.setenv("PGHOST", "db.example.org")
    assert isinstance(_tls_of(make_url("postgresql://u@/x"))[1], ssl.SSLContext)
    monkeypatch.setenv("PGHOST", "localhost")
    assert isinstance(_tls_of(make_url("postgresql:///x?dsn=postgresql://db.example.org/x"))[1], ssl.SSLContext)
    monkeypatch.setenv("PGHOST", "/run/postgresql")
    assert _tls_of(make_url("postgresql://u@/x"))[1] is False
    monkeypatch.delenv("PGHOST")
    monkeypatch.setenv("PGSERVICE", "far")
    assert isinstance(_tls_of(make_url("postgresql://u@/x"))[1], ssl.SSLContext)


def test_an_authority_of_ones_own(tmp_path: Path) -> None:
    ca_file = authority(tmp_path).ca_file
    for mode, names in (("verify-full", True), ("verify-ca", False)):
        _, tls = _tls_of(make_url(f"{FAR}?sslmode={mode}&sslrootcert={ca_file}"))
        assert isinstance(tls, ssl.SSLContext)
        assert (tls.verify_mode, tls.check_hostname) == (ssl.CERT_REQUIRED, names)
        assert len(tls.get_ca_certs()) == 1, "and no other"


@pytest.mark.parametrize(
    "asked",
    [
        *(f"sslmode={mode}" for mode in ("disable", "allow", "prefer", "none", "verify_full")),
        *("ssl=disable", "sslmode=disable&host=127.0.0.1:1&host=db:1", "sslrootcert=/absent.pem"),
    ],
)
def test_in_clear_to_another_machine_is_refused_in_one_line(asked: str) -> None:
    with pytest.raises(SetupError) as caught:
        Database.from_url(f"{FAR}?{asked}")
    line = str(caught.value)
    assert "DATABASE_URL" in line
    assert "\n" not in line
    assert "secret" not in line


# --- servers that show a certificate ------------------------------------------------------------------


@dataclass
class Door:
    """A database server as far as its first words: `heard` is what was said to it in clear, `secret` what in TLS."""

    offers: Authority | None
    heard: list[bytes] = field(default_factory=list)
    secret: list[bytes] = field(default_factory=list)
    port: int = 0

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.readexactly(8)
            if first != b"\x00\x00\x00\x08\x04\xd2\x16\x2f":  # no SSLRequest
                self.heard.append(first + await reader.read(1000))
            elif self.offers is None:
                writer.write(b"N")
                if more := await reader.read(1000):
                    self.heard.append(more)
            else:
                writer.write(b"S")
                await writer.start_tls(self.offers.server)
                self.secret.append(await reader.read(1000))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def door(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Door]:
    """`param`: whom its certificate names; None: it speaks no TLS."""
    host: str | None = getattr(request, "param", "127.0.0.1")
    opened = Door(authority(tmp_path, host) if host else None)
    server = await asyncio.start_server(opened.speak, "127.0.0.1", 0)
    opened.port = server.sockets[0].getsockname()[1]
    yield opened
    server.close()


async def knock(url: str) -> BaseException:
    """Asks a database; gives what it comes to: nobody here lets anybody in."""
    database = Database.from_url(url)
    try:
        with pytest.raises((OSError, DBAPIError)) as caught:
            await database.fetch(text("SELECT 1"))
    finally:
        await database.close()
    return caught.value


def far(door: Door, mode: str = "verify-full", ca_file: Path | None = None) -> str:
    root = f"&sslrootcert={ca_file}" if ca_file else ""
    return f"postgresql://u:secret@127.0.0.1:{door.port}/nomerok?sslmode={mode}{root}"


async def test_a_database_whose_authority_nobody_knows_hears_nothing(door: Door) -> None:
    assert isinstance(await knock(far(door)), ssl.SSLCertVerificationError)
    assert (door.heard, door.secret) == ([], [])


async def test_a_database_of_a_known_authority_is_spoken_to_in_secret(door: Door) -> None:
    assert door.offers is not None
    await knock(far(door, ca_file=door.offers.ca_file))
    assert door.heard == []
    (said,) = door.secret
    assert b"nomerok" in said


@pytest.mark.parametrize("door", ["db.example.org"], indirect=True)
async def test_a_certificate_of_another_machine(door: Door) -> None:
    assert door.offers is not None
    for mode in ("verify-full", "require"):
        assert isinstance(await knock(far(door, mode, door.offers.ca_file)), ssl.SSLCertVerificationError)
    assert door.secret == []
    await knock(far(door, "verify-ca", door.offers.ca_file))
    assert len(door.secret) == 1, "the operator has said that names do not matter"


@pytest.mark.parametrize("door", [None], indirect=True)
async def test_a_database_without_tls_hears_nothing_where_it_is_demanded(door: Door) -> None:
    await knock(far(door))
    assert door.heard == []
    await knock(far(door, "disable"))
    assert len(door.heard) == 1, "on this machine it may be told to do without"


async def test_the_start_says_that_the_certificate_is_not_trusted(door: Door) -> None:
    with pytest.raises(SetupError, match="sslrootcert=FILE") as caught:
        await open_storage(Settings(_env_file=None, database_url=far(door)))
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


# --- Redis --------------------------------------------------------------------------------------------


async def test_a_redis_whose_authority_nobody_knows_hears_nothing(tmp_path: Path) -> None:
    own = authority(tmp_path)
    heard: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1000))
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0, ssl=own.server)
    url = f"rediss://:secret@127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    for asked, hears in (("", False), (f"?ssl_ca_certs={own.ca_file}", True)):
        shared = Shared.at(url + asked, Vault(bytes(32)))
        with pytest.raises(Away):
            await shared.check()
        await shared.close()
        assert bool([each for each in heard if each]) is hears
    server.close()
