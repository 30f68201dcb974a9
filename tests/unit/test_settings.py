"""Settings: what is wrong is named in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import LOCAL_TOKEN, TELEGRAM, Settings, load_settings
from services.errors import SetupError
from services.insurer_choice.model import Procedure
from services.storage.engine import Database
from services.storage.vault import Vault, load_key

TOKEN = "123456:ABC-DEF"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `.env` of the project and no setting of the machine gets in."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def line_of(error: BaseException) -> str:
    text = str(error)
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("BOT_TOKEN", "ABC"), ("BOT_TOKEN", "123456"), ("BOT_TOKEN", "123456:"), ("BOT_TOKEN", "x:ABC")),
        *(
            ("BOT_TOKEN", "123456:ABC DEF"),
            ("TELEGRAM_API_URL", "localhost"),
            ("TELEGRAM_API_URL", "http://bot-api:8081"),
            ("REDIS_URL", "127.0.0.1:6379"),
        ),
        *(("DATABASE_URL", "mysql://localhost/x"), ("DATABASE_URL", ""), ("EMULATOR_HOST", "0.0.0.0")),
        *(("DEMO", "perhaps"), ("DEMO_STAFF", "perhaps"), ("LOG_LEVEL", "LOUD"), ("LOG_LEVEL", "")),
        *(("SMTP_URL", each) for each in ("mail.example.org", "http://mail.example.org", "smtp://", "smtp://h:0")),
        *(("SMTP_URL", each) for each in ("smtp://h:port", "smtp://user@h", "smtp://:secret@h", "smtp://h/folder")),
        *(
            ("SMTP_URL", each)
            for each in ("smtp://h?tls=no", "smtp://h?starttls=0", "smtp://h:465", "smtp://10.0.0.5?x=y")
        ),
        *(("REDIS_URL", each) for each in ("redis://valkey:6379/0", "redis://10.0.0.5", "redis://:secret@h:6379")),
        *(("REDIS_URL", each) for each in ("rediss://h?ssl_cert_reqs=none", "rediss://h?ssl_check_hostname=0")),
        *(("REDIS_URL", each) for each in ("redis:///0?host=valkey", "redis://[/0")),
        *(("MAIL_FROM", each) for each in ("Номерок", "bot@", "Номерок <bot>", "a@example.org, b@example.org")),
        *(("WEBHOOK_URL", each) for each in ("bot.example.org", "ftp://h/x", "https://", "https://h:port/x")),
        *(
            ("WEBHOOK_URL", each)
            for each in ("http://example.org/x", "https://a:b@h/x", "https://h/x?y", "https://h/x#y")
        ),
        *(("WEBHOOK_URL", each) for each in ("https://h/{x}", "https://h/путь", "https://h/healthz", "https://[/x")),
        *(("WEBHOOK_SECRET", each) for each in ("a b", "секрет", "a" * 257, "a.b")),
        *(("HTTP_HOST", "bot.example.org"), ("HTTP_HOST", ""), ("HTTP_PORT", "0"), ("HTTP_PORT", "http")),
        *(("TEEN_CONSENT_FROM", each) for each in ("14", "19", "", "15.5", "fifteen", "True", "-15", "1 5")),
        *(("OMS_PROCEDURE", each) for each in ("FORMS", "paper", "forms, digital")),
        *(("EMULATOR_PORT", "0"), ("EMULATOR_PORT", "65536"), ("EMULATOR_PORT", "http"), ("EMULATOR_PORT", "")),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SetupError) as caught:
        load_settings()
    line = line_of(caught.value)
    assert name in line
    assert ".env" in line
    assert name != "WEBHOOK_SECRET" or value not in line
    assert "secret" not in line.replace("WEBHOOK_SECRET", "")
    if name == "BOT_TOKEN":
        assert value not in line.replace("123456:ABC-DEF", ""), "a token is a secret even when it is wrong"


@pytest.mark.parametrize(("value", "age"), [(None, 15), ("15", 15), ("16", 16), ("17", 17), (" 18 ", 18)])
def test_from_which_age_a_teenagers_own_word_comes_first(
    value: str | None, age: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is not None:
        monkeypatch.setenv("TEEN_CONSENT_FROM", value)
    assert load_settings().teen_consent_from == age


@pytest.mark.parametrize(
    ("demo", "staff", "answers"),
    [("1", None, True), ("1", "1", True), ("1", "0", False), ("0", None, False), ("0", "1", False)],
)
def test_the_demo_answers_by_itself_unless_it_is_told_not_to(
    demo: str, staff: str | None, answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPERATOR_NAME", "ООО «Поликлиника»")
    monkeypatch.setenv("DEMO", demo)
    if staff is not None:
        monkeypatch.setenv("DEMO_STAFF", staff)
    assert load_settings().staffed is answers


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "oracle://x", "sqlite"]
)
def test_a_wrong_database_address_is_named_in_one_line(url: str) -> None:
    with pytest.raises(SetupError) as caught:
        Database.from_url(url)
    assert "DATABASE_URL" in line_of(caught.value)


@pytest.mark.parametrize("value", ["короткий", "YWJj", "!" * 44, "A" * 44])
def test_a_wrong_encryption_key_is_named_in_one_line(value: str) -> None:
    with pytest.raises(SetupError) as caught:
        load_key(value, Path("none"))
    assert "ENCRYPTION_KEY" in line_of(caught.value)
    assert value not in str(caught.value)


def test_a_wrong_key_file_is_named_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "encryption.key"
    file.touch(mode=0o600)
    for content in (b"", b"YWJj\n", b"\xd0\xba\xd0\xbb\xd1\x8e\xd1\x87"):
        file.write_bytes(content)
        with pytest.raises(SetupError) as caught:
            load_key("", file)
        assert str(file) in line_of(caught.value)


def test_a_vault_takes_no_key_of_another_length() -> None:
    with pytest.raises(SetupError) as caught:
        Vault(b"short")
    assert "ENCRYPTION_KEY" in line_of(caught.value)


def test_nothing_set_at_all_is_the_demo_in_the_local_chat() -> None:
    settings = load_settings()
    assert settings.local_chat
    assert settings.demo_on
    assert settings.token == LOCAL_TOKEN
    assert settings.api_url == "http://127.0.0.1:8080"
    assert settings.clock_shift_file == Path("data/clock-shift")
    assert settings.key_file == Path("secrets/encryption.key")


def test_a_token_means_the_real_telegram_and_no_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("OPERATOR_NAME", "ООО «Поликлиника»")
    settings = load_settings()
    assert not settings.local_chat
    assert not settings.demo_on
    assert settings.token == TOKEN
    assert settings.api_url == TELEGRAM
    assert settings.clock_shift_file is None


def test_who_processes_the_data_must_be_named_outside_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    with pytest.raises(SetupError) as caught:
        load_settings()
    assert "OPERATOR_NAME" in line_of(caught.value)
    monkeypatch.setenv("DEMO", "1")
    assert load_settings().demo_on
    monkeypatch.setenv("DEMO", "0")
    with pytest.raises(SetupError):
        load_settings()
    monkeypatch.setenv("OPERATOR_NAME", "ООО «Поликлиника»")
    assert not load_settings().demo_on


def test_the_clock_is_never_shifted_against_the_real_telegram(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("DEMO", "1")
    assert load_settings().clock_shift_file is None
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:8081/")
    settings = load_settings()
    assert settings.clock_shift_file is not None
    assert settings.api_url == "http://127.0.0.1:8081"
    assert not settings.local_chat


@pytest.mark.parametrize(("value", "on"), [("", True), ("1", True), ("true", True), ("0", False), ("no", False)])
def test_demo_may_be_set_or_left_empty(value: str, on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO", value)
    monkeypatch.setenv("OPERATOR_NAME", "ООО «Поликлиника»")
    assert load_settings().demo_on is on


def test_settings_are_read_from_the_env_file_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").touch(mode=0o600)
    Path(".env").write_text("LOG_LEVEL=debug\nEMULATOR_PORT=9000\nSOMETHING_ELSE=1\nOPERATOR_NAME=Больница\n", "utf-8")
    settings = load_settings()
    assert (settings.log_level, settings.emulator_port, settings.operator_name) == ("DEBUG", 9000, "Больница")
    monkeypatch.setenv("EMULATOR_PORT", "9001")
    assert load_settings().emulator_port == 9001


def test_an_env_file_in_another_encoding_is_named() -> None:
    Path(".env").touch(mode=0o600)
    Path(".env").write_bytes("OPERATOR_NAME=Больница".encode("cp1251"))
    with pytest.raises(SetupError) as caught:
        load_settings()
    assert ".env" in line_of(caught.value)


def test_every_setting_stands_in_the_example() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text("utf-8")
    for name in Settings.model_fields:
        assert f"{name.upper()}=" in example, name


def test_letters_need_somebody_whom_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://anna:top-secret@mail.example.org")
    with pytest.raises(SetupError) as caught:
        load_settings()
    assert "MAIL_FROM is not set" in line_of(caught.value)
    monkeypatch.setenv("MAIL_FROM", "Номерок <bot@example.org>")
    settings = load_settings()
    assert "top-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "followed", "signs"),
    [
        ({}, Procedure.FORMS, True),
        ({"OMS_PROCEDURE": "", "SIGNATURE_ROOTS": ""}, Procedure.FORMS, True),
        ({"OMS_PROCEDURE": "digital"}, Procedure.DIGITAL, True),
        ({"DEMO": "0"}, None, False),
        ({"DEMO": "0", "SIGNATURE_ROOTS": "roots"}, Procedure.FORMS, False),
        ({"BOT_TOKEN": TOKEN}, None, False),
        ({"BOT_TOKEN": TOKEN, "DEMO": "1"}, None, False),
        ({"BOT_TOKEN": TOKEN, "DEMO": "1", "SIGNATURE_ROOTS": "roots"}, None, False),
        ({"BOT_TOKEN": TOKEN, "OMS_PROCEDURE": "forms", "SIGNATURE_ROOTS": "roots"}, Procedure.FORMS, False),
        ({"BOT_TOKEN": TOKEN, "OMS_PROCEDURE": "digital", "SIGNATURE_ROOTS": "roots"}, Procedure.DIGITAL, False),
        ({"TELEGRAM_API_URL": "http://127.0.0.1:8081", "DEMO": "1"}, None, False),
    ],
    ids=str,
)
def test_which_procedure_is_followed_and_where_the_demo_signs(
    given: dict[str, str], followed: Procedure | None, signs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"OPERATOR_NAME": "Больница", **given}.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.procedure, settings.demo_signs) == (followed, signs)


@pytest.mark.parametrize(
    "where",
    [{"BOT_TOKEN": TOKEN}, {"BOT_TOKEN": TOKEN, "DEMO": "1"}, {"DEMO": "0"}, {"TELEGRAM_API_URL": "http://127.0.0.1"}],
    ids=str,
)
def test_a_procedure_needs_roots_where_the_demo_does_not_sign(
    where: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"OPERATOR_NAME": "Больница", "OMS_PROCEDURE": "forms", **where}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SetupError) as caught:
        load_settings()
    assert "SIGNATURE_ROOTS is not set" in line_of(caught.value)
    assert ".env" in line_of(caught.value)


def test_files_of_signing_are_paths_and_nothing_where_they_are_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("SIGNATURE_ROOTS", "SIGNATURE_CRLS", "SIGNING_GUIDE")
    for name in names:
        monkeypatch.setenv(name, "")
    settings = load_settings()
    assert (settings.signature_roots, settings.signature_crls, settings.signing_guide) == (None, None, None)
    for name in names:
        monkeypatch.setenv(name, f"signing/{name.lower()}")
    settings = load_settings()
    assert settings.signature_roots == Path("signing/signature_roots")
    assert settings.signature_crls == Path("signing/signature_crls")
    assert settings.signing_guide == Path("signing/signing_guide")


@pytest.mark.parametrize(
    "url",
    [
        *("", "redis://127.0.0.1:6379/0", "redis://localhost", "redis://[::1]:6379", "unix:///run/valkey.sock"),
        *("rediss://valkey.example.org:6379/0", "rediss://:secret@h?ssl_ca_certs=/etc/ca.pem", "redis:///0"),
        *("rediss://h?ssl_cert_reqs=required", "rediss://127.0.0.1?ssl_cert_reqs=none"),
    ],
)
def test_redis_on_this_machine_or_over_tls(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    assert load_settings().redis_url == url


def test_a_wrong_mail_server_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://anna:top-secret@mail.example.org/folder")
    with pytest.raises(SetupError) as caught:
        load_settings()
    assert "SMTP_URL is wrong" in line_of(caught.value)
    assert "top-secret" not in line_of(caught.value)


def test_the_local_chat_catches_mail_unless_a_server_is_set() -> None:
    caught = load_settings().catching_mail(2525)
    assert caught.smtp_url == "smtp://127.0.0.1:2525"
    assert caught.mail_from


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://bot.example.org", "/"),
        ("https://bot.example.org/telegram", "/telegram"),
        ("https://bot.example.org:8443/bots/nomerok/", "/bots/nomerok/"),
    ],
)
def test_a_webhook_that_telegram_can_reach(url: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("OPERATOR_NAME", "ООО «Поликлиника»")
    monkeypatch.setenv("WEBHOOK_URL", url)
    monkeypatch.setenv("WEBHOOK_SECRET", "top-secret_1")
    settings = load_settings()
    assert (settings.webhook_path, settings.http_host, settings.http_port) == (path, "127.0.0.1", 8081)
    assert "top-secret" not in repr(settings)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8081/telegram", "http://localhost/x", "https://h:9443/telegram"])
def test_a_webhook_out_of_telegrams_reach(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("OPERATOR_NAME", "ООО «Поликлиника»")
    monkeypatch.setenv("WEBHOOK_URL", url)
    with pytest.raises(SetupError, match="WEBHOOK_URL"):
        load_settings()
    # A Bot API server of one's own reaches it.
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:8082")
    assert load_settings().webhook_url == url


def test_nothing_set_is_polling() -> None:
    assert load_settings().webhook_url == ""
