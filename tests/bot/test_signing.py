"""How applications are signed, as the settings have it; what the start says, and where the demo's signer never is."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select

from bot import process, signing
from bot.process import service_of
from bot.settings import Settings
from bot.signing import OFF, Signing, open_signing
from bot.storage import Storage
from services.cases.desk import CaseDesk
from services.errors import SetupError
from services.insurer_choice.model import Guide, Procedure
from services.signatures.model import Accepted, Reason, Refused, SignatureSettings
from services.signatures.signatures import Signatures
from services.signatures.signer import demo_signer
from services.signatures.tables import signing_root
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import MONDAY_MORNING, FakeClock
from tests.support.signing import authority, person, signed
from tests.support.world import World

ANNA = "11223344595"
PDF = b"%PDF-1.7 to be signed"
TOKEN = "123456:ABC-DEF"
OFF_LINE = "the choice of an insurer is off; OMS_PROCEDURE turns it on"
ROOT = authority("Корень")


@pytest.fixture
def storage(database: Database, vault: Vault, clock: FakeClock) -> Storage:
    return Storage(database, vault, clock)


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    path = tmp_path / "roots.pem"
    path.write_bytes(ROOT.pem)
    return path


def settings(**given: object) -> Settings:
    """What the environment of this machine says does not get in."""
    return Settings.model_validate({"operator_name": "Больница", **given})


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """What our own loggers have said of signing."""
    return [
        (each.levelname, each.getMessage()) for each in caplog.records if each.name in ("bot.signing", "bot.process")
    ]


async def verdict_on(signing: Signing, signature: bytes) -> Accepted | Refused:
    assert signing.signatures is not None
    return await signing.signatures.check(PDF, signature, snils=ANNA, moment=MONDAY_MORNING)


async def told_at_the_start(signing: Signing) -> None:
    ready = asyncio.Event()
    ready.set()
    await process._tell_what_is_off(signing, ready)


# --- the local chat -------------------------------------------------------------------------------


async def test_the_local_chat_has_the_service_and_signs_for_people(storage: Storage) -> None:
    made = await open_signing(settings(), storage)
    assert (made.procedure, made.guide) == (Procedure.FORMS, None)
    assert made.demo is not None
    signature = made.demo.sign(PDF, name="Иванова Анна", snils=ANNA, moment=MONDAY_MORNING)
    assert isinstance(await verdict_on(made, signature), Accepted)


async def test_the_local_chat_follows_the_procedure_that_is_set_and_believes_roots_too(
    storage: Storage, roots: Path
) -> None:
    made = await open_signing(settings(oms_procedure="digital", signature_roots=roots), storage)
    assert made.procedure is Procedure.DIGITAL
    assert made.demo is not None
    assert isinstance(await verdict_on(made, signed(PDF, person(ROOT, (ANNA,)))), Accepted)


async def test_the_local_chat_without_the_demo_signs_for_nobody(storage: Storage, roots: Path) -> None:
    assert await open_signing(settings(demo=False), storage) == OFF
    made = await open_signing(settings(demo=False, signature_roots=roots), storage)
    assert (made.procedure, made.demo) == (Procedure.FORMS, None)


# --- the real Telegram ----------------------------------------------------------------------------


@pytest.mark.parametrize("where", [{"bot_token": TOKEN}, {"telegram_api_url": "http://127.0.0.1:8081"}], ids=str)
async def test_against_telegram_nobody_signs_for_people_whatever_is_set(
    storage: Storage, roots: Path, where: dict[str, str]
) -> None:
    before = await demo_signer(storage.database, storage.vault, storage.clock.now())
    made = await open_signing(settings(**where, demo=True, oms_procedure="forms", signature_roots=roots), storage)
    assert made.demo is None
    signature = before.sign(PDF, name="Иванова Анна", snils=ANNA, moment=MONDAY_MORNING)
    assert await verdict_on(made, signature) == Refused(Reason.UNTRUSTED), "of a database that was a local chat's once"
    assert isinstance(await verdict_on(made, signed(PDF, person(ROOT, (ANNA,)))), Accepted)


async def test_against_telegram_no_authority_is_made(storage: Storage, roots: Path) -> None:
    for more in ({}, {"oms_procedure": "forms", "signature_roots": roots}):
        await open_signing(settings(bot_token=TOKEN, demo=True, **more), storage)
    assert not (await storage.database.fetch(select(signing_root))).all()


async def test_against_telegram_the_service_is_off_until_a_procedure_is_chosen(
    storage: Storage, roots: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    made = await open_signing(settings(bot_token=TOKEN, signature_roots=roots), storage)
    assert made == OFF
    await told_at_the_start(made)
    assert lines(caplog) == [("INFO", OFF_LINE)]
    caplog.clear()
    made = await open_signing(settings(bot_token=TOKEN, oms_procedure="digital", signature_roots=roots), storage)
    assert made.procedure is Procedure.DIGITAL
    await told_at_the_start(made)
    assert lines(caplog) == []


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["signature_roots", "signature_crls", "signing_guide"])
@pytest.mark.parametrize("there", [True, False], ids=["of something else", "missing"])
async def test_a_file_that_cannot_be_read_is_one_line_that_names_its_setting(
    storage: Storage, roots: Path, tmp_path: Path, name: str, there: bool
) -> None:
    path = tmp_path / "given"
    if there:
        path.mkdir() if name == "signing_guide" else path.write_bytes(b"words")
    files = {"signature_roots": roots, name: path}
    with pytest.raises(SetupError, match=name.upper()) as caught:
        await open_signing(settings(bot_token=TOKEN, oms_procedure="forms", **files), storage)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


async def test_the_guide_is_given_to_topics(storage: Storage, tmp_path: Path) -> None:
    guide = tmp_path / "guide.txt"
    guide.write_text("01.11.2026\n\nНужна подпись.\n\n# Компьютер\nПодпишите и пришлите файл .sig.\n", encoding="utf-8")
    made = await open_signing(settings(signing_guide=guide), storage)
    assert made.guide == guide
    world = World(storage.database, storage.vault, FakeClock(), signing=made)
    assert world.house.services["signing"] is made
    guides = cast("dict[str, Guide]", world.house.services["signing_guides"])
    assert {each.devices[0].name for each in guides.values()} == {"Компьютер"}


async def test_a_command_beside_the_bot_reads_no_root_and_asks_no_openssl(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    own = settings(bot_token=TOKEN, oms_procedure="forms", signature_roots=tmp_path / "unmounted")
    assert service_of(own, storage, CaseDesk) is not None
    assert signing.signing_beside(own) == Signing(Procedure.FORMS)


# --- OpenSSL --------------------------------------------------------------------------------------

NO_GOST = "signatures by GOST will be refused: OpenSSL lacks its engine; install libengine-gost-openssl"


def openssl(folder: Path, script: str) -> Signatures:
    """Whose OpenSSL is a stand-in that notes when it is asked."""
    path = folder / "openssl"
    path.write_text(f"#!/bin/sh\necho asked >>{folder}/asked\n{script}\n")
    path.chmod(0o700)
    return Signatures(SignatureSettings(openssl=str(path)), ROOT.pem)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ('exec /usr/bin/openssl "$@"', []),
        ('OPENSSL_CONF=/dev/null exec /usr/bin/openssl "$@"', [("WARNING", NO_GOST)]),
    ],
    ids=["with its engine", "without"],
)
async def test_the_start_says_once_that_gost_will_be_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, script: str, told: list[tuple[str, str]]
) -> None:
    signatures = openssl(tmp_path, script)
    await told_at_the_start(Signing(Procedure.FORMS, signatures))
    assert lines(caplog) == told
    assert await signatures.knows_gost() == (not told)
    assert (tmp_path / "asked").read_text() == "asked\n", "what it has said is remembered"


async def test_the_start_says_that_openssl_itself_is_missing(caplog: pytest.LogCaptureFixture) -> None:
    await told_at_the_start(
        Signing(Procedure.FORMS, Signatures(SignatureSettings(openssl="/nowhere/openssl"), ROOT.pem))
    )
    ((level, said),) = lines(caplog)
    assert level == "WARNING"
    assert "no signature can be checked" in said


async def test_openssl_is_asked_only_once_the_start_is_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    signatures, ready = openssl(tmp_path, 'OPENSSL_CONF=/dev/null exec /usr/bin/openssl "$@"'), asyncio.Event()
    telling = asyncio.create_task(process._tell_what_is_off(Signing(Procedure.FORMS, signatures), ready))
    await asyncio.sleep(0)
    assert not (tmp_path / "asked").exists()
    ready.set()
    await telling
    assert lines(caplog) == [("WARNING", NO_GOST)]


async def test_a_disk_that_is_full_at_the_start_stops_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: Signatures) -> bool:
        raise OSError

    monkeypatch.setattr(Signatures, "knows_gost", full)
    await told_at_the_start(Signing(Procedure.FORMS, Signatures(SignatureSettings(), ROOT.pem)))
    assert lines(caplog) == [("ERROR", "whether signatures by GOST can be checked is not known")]
