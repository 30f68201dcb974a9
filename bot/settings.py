"""Settings: environment and `.env`, each with a clear line when it is wrong."""

from __future__ import annotations

import ipaddress
import re
from itertools import chain
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.accounts.model import OWN_WORD_FROM
from services.errors import SetupError
from services.insurer_choice.model import Procedure
from services.notify.addresses import EmailError
from services.notify.smtp import mail_server, sender
from services.registry.model import ADULT_AGE
from services.secure import is_this_machine
from services.storage.files import check_private
from services.texts.names import one_line

TELEGRAM = "https://api.telegram.org"
LOCAL_TOKEN = "1000000001:local-chat-needs-no-secret-token"  # noqa: S105  (the local chat takes any)


_ENV_FILE = Path(".env")
_CAUGHT_FROM = "nomerok@nomerok.example"
_HEALTH = "/healthz"
_WEBHOOK_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
_LONGEST_CRISIS_LINE = 300
_TELEGRAMS_PORTS = (443, 80, 88, 8443)
_TEENAGERS_AGES = tuple(str(each) for each in range(OWN_WORD_FROM, ADULT_AGE + 1))


class Settings(BaseSettings):
    """What an operator may set. Names in the environment are the fields' in capitals."""

    model_config = SettingsConfigDict(env_file=_ENV_FILE, env_file_encoding="utf-8", extra="ignore", frozen=True)

    bot_token: str = Field(default="", repr=False)
    telegram_api_url: str = ""
    webhook_url: str = ""
    webhook_secret: str = Field(default="", repr=False)
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8081, ge=1, le=65535)
    database_url: str = Field(default="sqlite:///data/nomerok.sqlite", repr=False)
    redis_url: str = Field(default="", repr=False)
    encryption_key: str = Field(default="", repr=False)
    encryption_key_next: str = Field(default="", repr=False)
    demo: bool | None = None
    demo_staff: bool = True
    operator_name: str = ""
    smtp_url: str = Field(default="", repr=False)
    mail_from: str = ""
    presses_a_minute: int = Field(default=120, ge=10)
    teen_consent_from: int = OWN_WORD_FROM
    crisis_line: str = ""
    oms_procedure: Procedure | None = None
    signature_roots: Path | None = None
    signature_crls: Path | None = None
    signing_guide: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    emulator_host: str = "127.0.0.1"
    emulator_port: int = Field(default=8080, ge=1, le=65535)

    @field_validator("demo", "oms_procedure", "signature_roots", "signature_crls", "signing_guide", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("teen_consent_from", mode="before")
    @classmethod
    def _a_teenagers_age(cls, value: object) -> object:
        if str(value).strip() not in _TEENAGERS_AGES:
            raise ValueError("it must be 15, 16 or 17, or 18 to turn it off")
        return value

    @field_validator("crisis_line")
    @classmethod
    def _a_line_to_be_read(cls, value: str) -> str:
        line = one_line(value)
        if len(line) > _LONGEST_CRISIS_LINE:
            raise ValueError(f"it must be a line of {_LONGEST_CRISIS_LINE} characters at most")
        return line

    @field_validator("bot_token")
    @classmethod
    def _token_shape(cls, value: str) -> str:
        head, _, tail = value.partition(":")
        if value and not (head.isdigit() and tail and not any(char.isspace() for char in value)):
            raise ValueError("it looks like 123456:ABC-DEF, as BotFather gives it")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgresql+asyncpg://")):
            raise ValueError("it must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME")
        return value

    @field_validator("emulator_host")
    @classmethod
    def _loopback(cls, value: str) -> str:
        if not is_this_machine(value):
            raise ValueError("the local chat listens on this machine only: 127.0.0.1, ::1 or localhost")
        return value

    @field_validator("telegram_api_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and parts.scheme not in ("http", "https"):
            raise ValueError("it must be an address like http://127.0.0.1:8081")
        if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
            raise ValueError(
                "the token and every screen would go there in clear; http:// is for this machine, else https://"
            )
        return value.rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _webhook_address(cls, value: str) -> str:
        shape = ValueError("it must be an address like https://bot.example.org/telegram; http:// on this machine only")
        try:
            parts = urlsplit(value)
            host, _port = parts.hostname or "", parts.port
        except ValueError:
            raise shape from None
        if value and (
            parts.scheme not in ("https", "http")
            or not host
            or (parts.scheme == "http" and not is_this_machine(host))
            or "@" in parts.netloc
            or any(mark in value for mark in "?#")
            or not _WEBHOOK_PATH.fullmatch(parts.path)
        ):
            raise shape
        if parts.path.rstrip("/") == _HEALTH:
            raise ValueError(f"{_HEALTH} tells whether the bot is well; give the webhook another path")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _telegrams_characters(cls, value: str) -> str:
        if not _WEBHOOK_SECRET.fullmatch(value):
            raise ValueError("Telegram takes up to 256 of A-Z, a-z, 0-9, _ and -")
        return value

    @field_validator("http_host")
    @classmethod
    def _own_address(cls, value: str) -> str:
        if value == "localhost":
            return value
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise ValueError("it must be an address of this machine, like 127.0.0.1, or 0.0.0.0 for all") from None
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("it must be an address like redis://127.0.0.1:6379/0")
        if not value or value.startswith("unix://"):
            return value
        try:
            parts = urlsplit(value)
        except ValueError:
            raise ValueError("it must be an address like redis://127.0.0.1:6379/0") from None
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        unchecked = asked.get("ssl_cert_reqs", "required") != "required" or "ssl_check_hostname" in asked
        here = is_this_machine(parts.hostname or asked.get("host") or "localhost")
        if not here and (unchecked or parts.scheme != "rediss"):
            raise ValueError(
                "to another machine it is rediss:// only, and its certificate is always checked; "
                "?ssl_ca_certs=FILE trusts an authority of your own"
            )
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        if value:
            mail_server(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_sender(cls, value: str) -> str:
        try:
            if value:
                sender(value)
        except EmailError:
            raise ValueError("it must be an e-mail address, or a name with one: Nomerok <bot@example.org>") from None
        return value

    @property
    def secrets(self) -> tuple[str, ...]:
        """Words of the settings that nobody else is to read: never in a log."""
        own = self.bot_token, self.webhook_secret, self.encryption_key, self.encryption_key_next
        passwords = chain.from_iterable(map(_password, (self.database_url, self.redis_url, self.smtp_url)))
        return tuple(filter(None, (*own, *passwords)))

    @property
    def local_chat(self) -> bool:
        """Without a token the bot brings its own chat."""
        return not self.bot_token and not self.telegram_api_url

    @property
    def demo_on(self) -> bool:
        """DEMO is on where there is no token, unless it is set."""
        return not self.bot_token if self.demo is None else self.demo

    @property
    def staffed(self) -> bool:
        """Whether what was sent is answered by the demo itself."""
        return self.demo_on and self.demo_staff

    @property
    def demo_signs(self) -> bool:
        """The demo signs for people: in the local chat alone, whatever else is set."""
        return self.demo_on and self.local_chat

    @property
    def procedure(self) -> Procedure | None:
        """By which an insurer is chosen; None: the service is off. The local chat has it where it can be tried."""
        tried = self.local_chat and (self.demo_signs or self.signature_roots is not None)
        return self.oms_procedure or (Procedure.FORMS if tried else None)

    @property
    def token(self) -> str:
        return self.bot_token or LOCAL_TOKEN

    @property
    def chat_url(self) -> str:
        """Where the local chat is."""
        host = f"[{self.emulator_host}]" if ":" in self.emulator_host else self.emulator_host
        return f"http://{host}:{self.emulator_port}"

    @property
    def api_url(self) -> str:
        if self.telegram_api_url:
            return self.telegram_api_url
        return self.chat_url if self.local_chat else TELEGRAM

    @property
    def webhook_path(self) -> str:
        """Where on this machine the updates come in."""
        return urlsplit(self.webhook_url).path or "/"

    def catching_mail(self, port: int) -> Settings:
        """The same, with letters going to the local chat, which keeps them and sends none on."""
        host = f"[{self.emulator_host}]" if ":" in self.emulator_host else self.emulator_host
        caught = {"smtp_url": f"smtp://{host}:{port}", "mail_from": self.mail_from or _CAUGHT_FROM}
        return self.model_copy(update=caught)

    @property
    def key_file(self) -> Path:
        """Where the encryption key is made on the first run: outside the database and its folder."""
        return Path("secrets/encryption.key")

    @property
    def clock_shift_file(self) -> Path | None:
        """DEMO on this machine only: the file that moves the clock."""
        here = is_this_machine(urlsplit(self.api_url).hostname or "")
        return Path("data/clock-shift") if self.demo_on and here else None


def _password(url: str) -> tuple[str, str]:
    """As it stands in an address, and as it is meant; both empty where there is none."""
    try:
        written = urlsplit(url).password or ""
    except ValueError:
        written = ""
    return written, unquote(written)


def load_settings() -> Settings:
    """Settings from the environment and `.env`; `SetupError` names the first that is wrong, or what others may read."""
    check_private(_ENV_FILE)
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise SetupError(f"{name} is wrong: {reason}. Correct it in the environment or in .env") from None
    except UnicodeDecodeError:
        raise SetupError(".env is not in UTF-8; save it in this encoding") from None
    if not settings.demo_on and not settings.operator_name:
        raise SetupError("OPERATOR_NAME is not set: the consent must name who processes personal data. Set it in .env")
    if settings.webhook_url and settings.api_url == TELEGRAM:
        _check_reach(settings.webhook_url)
    if settings.smtp_url and not settings.mail_from:
        raise SetupError("MAIL_FROM is not set: letters need an address that they come from. Set it in .env")
    if settings.oms_procedure is not None and settings.signature_roots is None and not settings.demo_signs:
        raise SetupError(
            "SIGNATURE_ROOTS is not set: with OMS_PROCEDURE people send signatures, and the roots say whose are "
            "believed. Set it in .env"
        )
    return settings


def _check_reach(webhook_url: str) -> None:
    """Telegram's own servers come from outside, and to four ports only; a server of one's own may do more."""
    parts = urlsplit(webhook_url)
    if parts.scheme == "http":
        raise SetupError("WEBHOOK_URL is on this machine, where Telegram cannot reach it; give its https:// address")
    if (parts.port or 443) not in _TELEGRAMS_PORTS:
        raise SetupError("WEBHOOK_URL is wrong: Telegram comes to the ports 443, 80, 88 and 8443 only")
