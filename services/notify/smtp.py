"""Letters out by SMTP: what a server's answer means, and a message that stays the same when it is sent again.

aiosmtplib is imported with the first letter: a bot without mail has no use for it, and the start must be quick.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import formataddr, getaddresses
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from services.errors import NomerokError
from services.notify.addresses import EmailError, parse_email, wire_email
from services.notify.model import EmailProblem, Letter
from services.secure import certificates, is_this_machine

if TYPE_CHECKING:
    import aiosmtplib

_PORTS = {"smtp": 587, "smtps": 465}
PATIENCE = timedelta(seconds=45)
"""For one letter, from the connection to the server's last word: less than the minute that a row is claimed for."""
_CONNECTING = timedelta(seconds=10)
_LEAVING = timedelta(seconds=2)
_ENHANCED = re.compile(r"^[245]\.(\d{1,3})\.\d{1,3}\b")  # RFC 3463
_MAILBOX, _SYSTEM, _PROTOCOL, _POLICY = "2", "3", "5", "7"
_ADDRESS = "1"


class NotDelivered(NomerokError):  # noqa: N818  (it names the answer, not a defect)
    """The letter has not gone out. `why`: a reply's code or an error's name, never its text: that quotes addresses."""

    def __init__(self, why: str) -> None:
        super().__init__(why)


class Delayed(NotDelivered):
    """Not now; or it is not known whether. To be sent again, the very same letter."""


class AddressRefused(NotDelivered):
    """There is no such mailbox: no letter will ever reach it."""


class LetterRefused(NotDelivered):
    """The server does not take this letter, whatever the address."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """What SMTP_URL names. `tls`: from the beginning, `start_tls`: as the first thing that is said.

    `ca_file`: whose certificates are trusted; "": this system's.
    """

    host: str
    port: int
    tls: bool
    start_tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str = ""


def mail_server(url: str) -> MailServer:
    """smtp://USER:PASSWORD@HOST:PORT or smtps://…; ValueError says what is wrong, without a word of the address.

    Letters leave this machine encrypted only, with a user or without: smtp:// wants STARTTLS of any server but this
    machine's. `?ca_file=PATH` trusts the certificates of that file instead of the system's.
    """
    shape = "it must be an address like smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(shape) from None
    host, asked = parts.hostname, dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.fragment or port == 0:
        raise ValueError(shape)
    if asked.keys() - {"ca_file"}:
        raise ValueError(
            "it can be told ca_file=PATH and nothing else: letters go out encrypted, whatever the address says, "
            "but to a server on this machine"
        )
    if bool(parts.username) != bool(parts.password):
        raise ValueError("it names a user without a password, or a password without a user")
    tls = parts.scheme == "smtps"
    if not tls and port == _PORTS["smtps"]:
        raise ValueError("port 465 is encrypted from the beginning; write smtps:// before it")
    start_tls = not tls and not is_this_machine(host)
    user, password = (unquote(each) if each else None for each in (parts.username, parts.password))
    ca_file = asked.get("ca_file", "")
    return MailServer(host, port or _PORTS[parts.scheme], tls, start_tls, user, password, ca_file)


def sender(text: str) -> tuple[str, str]:
    """MAIL_FROM, «Номерок <bot@example.ru>» or the address alone: name and address. Raises `EmailError`."""
    found = getaddresses([text])
    if len(found) != 1 or not text.isprintable():  # a line break would begin another header
        raise EmailError(EmailProblem.NOT_AN_ADDRESS)
    name, address = found[0]
    return name, parse_email(address)


class Postman(Protocol):
    """Whoever takes letters away."""

    async def post(self, letter: Letter, to: str, letter_id: str, written_at: datetime) -> None:
        """Sends a letter. Raises `NotDelivered`."""
        ...


class Smtp:
    """Sends letters through one server, each over a connection of its own."""

    def __init__(self, server: MailServer, mail_from: str, patience: timedelta = PATIENCE) -> None:
        self._server = server
        self._name, address = sender(mail_from)
        self._from = wire_email(address)
        self._domain = self._from.rpartition("@")[2]
        self._patience = patience
        encrypted = server.tls or server.start_tls
        self._trusted = certificates("SMTP_URL", server.ca_file) if encrypted else None

    async def post(self, letter: Letter, to: str, letter_id: str, written_at: datetime) -> None:
        """Sends a letter; the same `letter_id` is the same letter, by its Message-ID. Raises `NotDelivered`."""
        import aiosmtplib

        try:
            recipient = wire_email(to)
        except EmailError:  # it was taken when addresses were read otherwise
            raise AddressRefused("no address") from None
        raw = self._message(letter, recipient, letter_id, written_at)
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls,
            start_tls=server.start_tls,
            tls_context=self._trusted,
            username=server.user,
            password=server.password,
            local_hostname=self._domain,  # else the machine's own name is looked up in the network
            timeout=self._patience.total_seconds(),
        )
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                await client.connect(timeout=min(_CONNECTING, self._patience).total_seconds())
                await client.sendmail(self._from, [recipient], raw)
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            raise _refused_recipient(refused.code, refused.message) from None
        except aiosmtplib.SMTPDataError as error:
            raise _refused_letter(error.code, error.message) from None
        except aiosmtplib.SMTPResponseException as error:  # the sender, the password: the operator's to put right
            raise Delayed(str(error.code)) from None
        except (aiosmtplib.SMTPException, TimeoutError, OSError, ValueError) as error:
            # What aiosmtplib has no name of its own for: the server does not offer what is demanded.
            bare = server.start_tls and type(error) is aiosmtplib.SMTPException
            raise Delayed("the server offers no STARTTLS" if bare else type(error).__name__) from None
        finally:
            await self._leave(client)

    async def _leave(self, client: aiosmtplib.SMTP) -> None:
        """Says goodbye, if there is anybody to say it to: what has become of the letter is known by now."""
        with suppress(Exception):
            await client.quit(timeout=_LEAVING.total_seconds())
        client.close()

    def _message(self, letter: Letter, to: str, letter_id: str, written_at: datetime) -> bytes:
        from email.message import EmailMessage
        from email.policy import SMTP
        from email.utils import format_datetime

        message = EmailMessage(policy=SMTP)
        message["From"] = formataddr((self._name, self._from))
        message["To"] = to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(written_at)
        message["Message-ID"] = f"<{letter_id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        for file in letter.attachments:
            main, _, sub = file.mime.partition("/")
            # As bytes, in Base64: a calendar file folds its long lines by rules of its own.
            message.add_attachment(file.data, main, sub, filename=file.name, params=dict(file.parameters))
        message["Content-Language"] = letter.locale  # last: what is set earlier goes with the plain half
        return message.as_bytes()


def _refused_recipient(code: int, words: str) -> NotDelivered:
    """RCPT was answered with this. What the server has against us is no fault of the address."""
    if code < 500:
        return Delayed(str(code))
    if _subject(words) in (_SYSTEM, _PROTOCOL, _POLICY):
        return Delayed(str(code))
    return AddressRefused(str(code))


def _refused_letter(code: int, words: str) -> NotDelivered:
    """DATA was answered with this; some servers know their mailboxes only then."""
    if code < 500:
        return Delayed(str(code))
    return AddressRefused(str(code)) if _subject(words) in (_ADDRESS, _MAILBOX) else LetterRefused(str(code))


def _subject(words: str) -> str:
    """What an enhanced code is about, «1» of «5.1.1»; "" where there is none."""
    found = _ENHANCED.match(words.strip())
    return found.group(1) if found else ""
