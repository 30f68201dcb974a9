"""What SMTP_URL means, and that a password goes to its server only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.notify.model import CalendarFile, Letter
from services.notify.smtp import Delayed, MailServer, Smtp, mail_server, sender

LETTER = Letter("ru", "Запись", "Текст\n", "<p>Текст</p>", CalendarFile("nomerok-1.ics", "PUBLISH", b"BEGIN:X\r\n"))
SECRET = "p@ss/word:1"
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, tls=False, start_tls=None)),
        ("smtp://mail.example.org:25", MailServer("mail.example.org", 25, tls=False, start_tls=None)),
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


async def test_a_password_is_not_given_in_clear_to_another_machine(door: tuple[Door, int]) -> None:
    keeper, port = door
    server = MailServer("127.0.0.1", port, tls=False, start_tls=True, user="bot", password=SECRET)
    with pytest.raises(Delayed):
        await Smtp(server, "bot@example.org").post(LETTER, "anna@example.org", "L1", NOW)
    assert (keeper.users, keeper.letters) == ([], 0)
