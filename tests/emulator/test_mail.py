"""Mail is caught by SMTP, kept, and brings trouble on request."""

from __future__ import annotations

import asyncio
import os
import smtplib
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from emulator import pictures
from emulator.driver import Emulator
from emulator.mail import parse_mail, standalone_html
from tests.support.clock import MONDAY_MORNING
from tests.support.machine import PATIENCE

from .test_command import ROOT, address_of, launch

HTML = '<p>Ваш код: <b>4821</b></p><img src="cid:logo"><img src="https://example.org/spy.png"><script>x()</script>'


def letter(subject: str = "Код для входа", to: str = "anna@example.org") -> EmailMessage:
    """A message of all sorts: text, HTML with a picture of its own, a calendar."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Номерок <bot@example.org>", to, subject
    message.set_content("Ваш код: 4821\n\nhttps://example.org/in.\n")
    message.add_alternative(HTML, subtype="html")
    message.get_payload()[1].add_related(pictures.sample(), "image", "png", cid="<logo>")  # type: ignore[index,union-attr]
    message.add_attachment(b"BEGIN:VCALENDAR", "text", "calendar", filename="визит.ics")
    return message


def post(url: str, message: EmailMessage) -> None:
    """Send as any program would, in a thread of its own."""
    where = urlsplit(url)
    assert where.hostname
    with smtplib.SMTP(where.hostname, where.port or 0, "here", timeout=PATIENCE) as client:
        client.send_message(message)


async def send(emulator: Emulator, message: EmailMessage | None = None) -> None:
    await asyncio.to_thread(post, emulator.smtp_url, message or letter())


async def give_up(emulator: Emulator, message: EmailMessage) -> None:
    """The sender has lost patience: leaves when the message is there and the server is still to answer."""
    where = urlsplit(emulator.smtp_url)
    client = await asyncio.to_thread(smtplib.SMTP, where.hostname or "", where.port or 0, "here", PATIENCE)
    sending = asyncio.create_task(asyncio.to_thread(client.send_message, message))
    await emulator.wait_mail(message["To"], after=emulator.mail[-1])
    assert client.sock is not None
    client.sock.shutdown(socket.SHUT_RDWR)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        await sending
    client.close()


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[Emulator]:
    stands = MONDAY_MORNING.timestamp
    async with Emulator.start(tmp_path, quiet_ms=20, timeout=PATIENCE, smtp=True, clock=stands) as running:
        yield running


async def test_a_message_is_caught_whole(emulator: Emulator) -> None:
    waiting = asyncio.create_task(emulator.wait_mail("Anna@example.org"))
    await send(emulator)
    mail = await waiting
    assert (mail.sender, mail.to, mail.subject) == ("bot@example.org", ("anna@example.org",), "Код для входа")
    assert mail.text == "Ваш код: 4821\n\nhttps://example.org/in."
    assert "<b>4821</b>" in mail.html
    picture, calendar = mail.attachments
    assert (picture.mime, picture.data, picture.content_id) == ("image/png", pictures.sample(), "logo")
    assert (calendar.name, calendar.mime, calendar.data) == ("визит.ics", "text/calendar", b"BEGIN:VCALENDAR")
    assert mail.at == MONDAY_MORNING.timestamp()
    await send(emulator, letter("Второе"))
    assert (await emulator.wait_mail("anna@example.org", after=mail)).subject == "Второе"
    assert [item.subject for item in emulator.mail] == ["Код для входа", "Второе"]


async def test_mail_that_does_not_come(emulator: Emulator) -> None:
    await send(emulator)
    with pytest.raises(AssertionError, match=r"no mail to peter@example.org; there was 'Код для входа' to"):
        await emulator.wait_mail("peter@example.org", timeout=0.05)


async def test_mail_and_port_outlive_a_restart(emulator: Emulator) -> None:
    await send(emulator)
    url = emulator.smtp_url
    await emulator.restart()
    assert emulator.smtp_url == url
    await send(emulator, letter("Второе"))
    assert [mail.subject for mail in emulator.mail] == ["Код для входа", "Второе"]


async def test_trouble_with_mail(emulator: Emulator) -> None:
    emulator.mail_fault("refuse")
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="550"):
        await send(emulator)
    emulator.mail_fault("drop", times=2)
    for _ in range(2):
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            await send(emulator)
    assert emulator.mail == []
    emulator.mail_fault("down")
    emulator.mail_fault("down")
    with pytest.raises(ConnectionRefusedError):
        await send(emulator)
    emulator.mail_fault(None)
    emulator.mail_fault(None)
    await send(emulator, letter("Снова"))
    emulator.mail_fault("slow", delay_s=PATIENCE)
    await give_up(emulator, letter("Вовремя"))
    emulator.mail_fault("slow", delay_s=0.05)
    await send(emulator, letter("Поздно"))
    assert [mail.subject for mail in emulator.mail] == ["Снова", "Вовремя", "Поздно"]
    with pytest.raises(ValueError, match="no mail fault 'rain'"):
        emulator.mail_fault("rain")  # type: ignore[arg-type]


async def test_without_mail(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    async with Emulator.start(tmp_path) as emulator:
        with pytest.raises(AssertionError, match="smtp=True"):
            _ = emulator.smtp_url
        async with session.get(f"{emulator.url}/control/state") as answer:
            assert (await answer.json())["mail"] == {"address": None, "messages": []}
        async with session.post(f"{emulator.url}/control/mail-fault", json={"kind": "down"}) as answer:
            assert (await answer.json())["error"] == "mail is not caught here"


async def test_what_the_page_gets(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    await send(emulator)
    async with session.get(f"{emulator.url}/control/state") as answer:
        state = (await answer.json())["mail"]
    assert state["address"] == emulator.smtp_url
    (mail,) = state["messages"]
    assert [part["inline"] for part in mail["attachments"]] == [True, False]
    assert mail["attachments"][1] == {"name": "визит.ics", "mime": "text/calendar", "size": 15, "inline": False}
    async with session.get(f"{emulator.url}/control/mail/1") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "sandbox" in policy
        assert "allow-scripts" not in policy
        assert "default-src 'none'; img-src data:" in policy
        assert '<img src="data:image/png;base64,' in await answer.text()
    async with session.get(f"{emulator.url}/control/mail/1/1") as answer:
        assert answer.headers["Content-Disposition"] == "attachment"
        assert await answer.read() == b"BEGIN:VCALENDAR"
    for missing in ("2", "2/0", "1/2"):
        async with session.get(f"{emulator.url}/control/mail/{missing}") as answer:
            assert answer.status == 404
    async with session.post(f"{emulator.url}/control/mail-fault", json={"kind": "refuse"}) as answer:
        assert (await answer.json())["ok"] is True
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await send(emulator)


@pytest.mark.parametrize(
    ("raw", "subject", "text", "html"),
    [
        (b"", "", "", ""),
        (b"Subject: =?utf-8?b?0JrQvtC0?=\r\n\r\nbody\r\n", "Код", "body", ""),
        (b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xd0\x9a", "", "К", ""),
        (b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff", "", "\N{REPLACEMENT CHARACTER}", ""),
        (b"Content-Type: text/html; charset=windows-1251\r\n\r\n\xca", "", "", "К"),
        (b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno parts", "", "", ""),
    ],
)
def test_strange_messages_are_read(raw: bytes, subject: str, text: str, html: str) -> None:
    mail = parse_mail(1, 0, "", (), raw)
    assert (mail.subject, mail.text, mail.html) == (subject, text, html)


def test_a_nameless_attachment_and_a_missing_picture() -> None:
    raw = b"Content-Type: application/pdf\r\n\r\n%PDF"
    (paper,) = parse_mail(1, 0, "", (), raw).attachments
    assert (paper.name, paper.data) == ("part-1.pdf", b"%PDF")
    mail = parse_mail(1, 0, "", (), b'Content-Type: text/html\r\n\r\n<img src="cid:gone">')
    assert 'src="cid:gone"' in standalone_html(mail)


async def test_the_command_catches_mail(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        refused = await launch(tmp_path, EMULATOR_SMTP_PORT=str(port))
        _, errors = await asyncio.wait_for(refused.communicate(), PATIENCE)
    assert refused.returncode == 2
    assert f"port {port} on 127.0.0.1 cannot be used" in errors.decode()
    assert "EMULATOR_SMTP_PORT" in errors.decode()
    process = await launch(tmp_path, EMULATOR_SMTP_PORT=str(port))
    await address_of(process)
    assert process.stdout is not None
    said = (await process.stdout.readline()).decode().strip()
    assert said == f"Local mail: smtp://127.0.0.1:{port}"
    await asyncio.to_thread(post, said.removeprefix("Local mail: "), letter())
    process.terminate()
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, errors) == (0, b"")


def test_the_package_for_mail_is_loaded_only_when_asked_for() -> None:
    code = "import sys, emulator.driver, emulator.__main__; sys.exit('aiosmtpd' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ, check=False).returncode == 0
