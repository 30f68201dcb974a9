"""What SMTP_URL means, and that a password goes to its server only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.errors import SetupError
from services.notify.addresses import EmailError
from services.notify.model import Attachment, Letter
from services.notify.smtp import AddressRefused, Delayed, MailServer, Smtp, mail_server, sender
from tests.support.certificates import Authority, authority

CALENDAR = Attachment("nomerok-1.ics", "text/calendar", b"BEGIN:X\r\n", {"method": "PUBLISH", "charset": "utf-8"})
PAPER = Attachment("document.pdf", "application/pdf", bytes(range(256)))
LETTER = Letter("ru", "Запись", "Текст\n", "<p>Текст</p>", [CALENDAR, PAPER])
SECRET = "p@ss/word:1"
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, tls=False, start_tls=True)),
        ("smtp://mail.example.org:25", MailServer("mail.example.org", 25, tls=False, start_tls=True)),
        ("smtp://10.0.0.5:25", MailServer("10.0.0.5", 25, tls=False, start_tls=True)),
        ("smtp://localhost:25", MailServer("localhost", 25, tls=False, start_tls=False)),
        ("smtps://127.0.0.1", MailServer("127.0.0.1", 465, tls=True, start_tls=False)),
        (
            "smtp://mail.example.org?ca_file=/etc/own%20ca.pem",
            MailServer("mail.example.org", 587, tls=False, start_tls=True, ca_file="/etc/own ca.pem"),
        ),
        ("smtps://mail.example.org", MailServer("mail.example.org", 465, tls=True, start_tls=False)),
        ("smtp://127.0.0.1:2525/", MailServer("127.0.0.1", 2525, tls=False, start_tls=False)),
        ("smtp://[::1]:2525", MailServer("::1", 2525, tls=False, start_tls=False)),
        (
            "smtp://bot%40example.org:p%40ss%2Fword@mail.example.org",
            MailServer(
                "mail.example.org", 587, tls=False, start_tls=True, user="bot@example.org", password="p@ss/word"
            ),
        ),
    ],
)
def test_an_address_of_a_server(url: str, server: MailServer) -> None:
    found = mail_server(url)
    assert found == server
    assert found.password == server.password
    assert not found.password or found.password not in repr(found)


def test_whom_letters_come_from() -> None:
    assert sender("bot@example.org") == ("", "bot@example.org")
    assert sender("Номерок <bot@example.org>") == ("Номерок", "bot@example.org")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        *((f"smtp://mail.example.org?{each}", "encrypted") for each in ("tls=no", "starttls=false", "verify=0", "x")),
        ("smtp://mail.example.org:465", "smtps://"),
    ],
)
def test_nothing_can_be_asked_for_that_would_leave_in_clear(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        mail_server(url)


@pytest.mark.parametrize(
    "text", ["Номерок\r\nBcc: x@example.org <bot@example.org>", "bot@example.org\nX: y", "a\0 <b@c.org>"]
)
def test_whom_letters_come_from_is_one_line(text: str) -> None:
    with pytest.raises(EmailError):
        sender(text)


class Door:
    """A server that wants a password and keeps nothing."""

    def __init__(self) -> None:
        self.users: list[str] = []
        self.letters = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        self.letters += 1
        return "250 OK"

    def check(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: object) -> AuthResult:
        assert isinstance(given, LoginPassword)
        good = given.password == SECRET.encode()
        self.users += [given.login.decode()] if good else []
        return AuthResult(success=good, handled=False)


@pytest.fixture
async def door() -> AsyncIterator[tuple[Door, int]]:
    door = Door()

    def answer() -> SMTP:
        return SMTP(door, hostname="localhost", authenticator=door.check, auth_require_tls=False, auth_required=True)

    server = await asyncio.get_running_loop().create_server(answer, "127.0.0.1", 0)
    yield door, server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


async def test_a_password_opens_and_a_wrong_one_waits(door: tuple[Door, int], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    keeper, port = door
    right = f"smtp://bot%40example.org:p%40ss%2Fword%3A1@127.0.0.1:{port}"
    await Smtp(mail_server(right), "bot@example.org").post(LETTER, "anna@пример.рф", "L1", NOW)
    assert (keeper.users, keeper.letters) == (["bot@example.org"], 1)
    wrong = f"smtp://bot%40example.org:other-secret@127.0.0.1:{port}"
    with pytest.raises(Delayed) as caught:
        await Smtp(mail_server(wrong), "bot@example.org").post(LETTER, "anna@example.org", "L2", NOW)
    assert str(caught.value) == "535"
    assert keeper.letters == 1
    for record in caplog.records:
        assert not record.name.startswith(("nomerok", "services", "bot"))
        assert "other-secret" not in record.getMessage()


@pytest.mark.parametrize("user", [None, "bot"])
async def test_nothing_is_given_in_clear_to_another_machine(door: tuple[Door, int], user: str | None) -> None:
    """As a server that is not this machine's would be spoken to, with a user or without."""
    keeper, port = door
    server = MailServer("127.0.0.1", port, tls=False, start_tls=True, user=user, password=user and SECRET)
    with pytest.raises(Delayed, match="offers no STARTTLS"):
        await Smtp(server, "bot@example.org").post(LETTER, "anna@example.org", "L1", NOW)
    assert (keeper.users, keeper.letters) == ([], 0)


@dataclass
class Safe:
    """A server with a certificate; `start`: it begins TLS when it is asked to, else from the first byte."""

    start: bool
    own: Authority
    port: int = 0
    letters: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert session.ssl is not None or not self.start
        self.letters.append(envelope.original_content or b"")
        return "250 OK"

    def server(self, ca_file: Path | None) -> MailServer:
        """As the settings would name it, were it another machine."""
        named = str(ca_file) if ca_file else ""
        return MailServer("127.0.0.1", self.port, tls=not self.start, start_tls=self.start, ca_file=named)


@pytest.fixture(
    params=[
        ("starttls", "127.0.0.1"),
        ("tls", "127.0.0.1"),
        ("starttls", "mail.example.org"),
        ("tls", "mail.example.org"),
    ]
)
async def safe(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Safe, bool]]:
    """And whether the certificate is its own."""
    how, host = request.param
    keeper = Safe(how == "starttls", authority(tmp_path, host))

    def answer() -> SMTP:
        if keeper.start:
            return SMTP(keeper, hostname="localhost", tls_context=keeper.own.server, require_starttls=True)
        return SMTP(keeper, hostname="localhost")

    listening = await asyncio.get_running_loop().create_server(
        answer, "127.0.0.1", 0, ssl=None if keeper.start else keeper.own.server
    )
    keeper.port = listening.sockets[0].getsockname()[1]
    yield keeper, host == "127.0.0.1"
    listening.close()
    await listening.wait_closed()


async def test_a_letter_goes_to_a_server_with_a_certificate_of_its_own_only(safe: tuple[Safe, bool]) -> None:
    keeper, own = safe
    # No system knows its authority.
    with pytest.raises(Delayed):
        await Smtp(keeper.server(None), "bot@example.org").post(LETTER, "anna@example.org", "L1", NOW)
    assert keeper.letters == []
    trusting = Smtp(keeper.server(keeper.own.ca_file), "bot@example.org")
    if own:
        await trusting.post(LETTER, "anna@example.org", "L2", NOW)
        assert len(keeper.letters) == 1
    else:
        with pytest.raises(Delayed):
            await trusting.post(LETTER, "anna@example.org", "L2", NOW)
        assert keeper.letters == []


def test_certificates_that_cannot_be_read_end_the_start() -> None:
    with pytest.raises(SetupError, match="SMTP_URL"):
        Smtp(mail_server("smtps://mail.example.org?ca_file=/absent.pem"), "bot@example.org")


async def test_an_address_that_was_taken_by_older_rules_and_is_none_is_given_up(door: tuple[Door, int]) -> None:
    keeper, port = door
    with pytest.raises(AddressRefused):
        await Smtp(mail_server(f"smtp://127.0.0.1:{port}"), "bot@example.org").post(LETTER, "a@☕.example", "L1", NOW)
    assert keeper.letters == 0


def test_files_go_along_as_they_are() -> None:
    message = Smtp(MailServer("localhost", 25, False, False), "bot@example.org")._message(LETTER, "a@b.ru", "L1", NOW)
    calendar, paper = message_from_bytes(message, _class=EmailMessage, policy=SMTP_POLICY).iter_attachments()
    assert (calendar.get_content_type(), calendar.get_filename()) == ("text/calendar", "nomerok-1.ics")
    assert (calendar.get_param("method"), calendar.get_payload(decode=True)) == ("PUBLISH", CALENDAR.data)
    assert (paper.get_content_type(), paper.get_filename()) == ("application/pdf", "document.pdf")
    assert paper.get_payload(decode=True) == PAPER.data


async def test_a_letter_without_a_calendar_has_no_attachment(door: tuple[Door, int]) -> None:
    keeper, port = door
    url = f"smtp://bot%40example.org:p%40ss%2Fword%3A1@127.0.0.1:{port}"
    bare = Letter("ru", "Код", "Текст\n", "<p>Текст</p>")
    raw = Smtp(mail_server(url), "bot@example.org")._message(bare, "anna@example.org", "L1", NOW)
    assert b"text/calendar" not in raw
    assert b"multipart/alternative" in raw
    await Smtp(mail_server(url), "bot@example.org").post(bare, "anna@example.org", "L1", NOW)
    assert keeper.letters == 1
