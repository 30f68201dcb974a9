"""Mail is caught here: an SMTP server on a loopback address that keeps messages and sends nothing on.

Needs the package aiosmtpd, so this module is imported only where mail is asked for.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import get_args

from aiosmtpd.smtp import SMTP, Envelope, Session

from emulator.faults import MailFault

Keep = Callable[[str, tuple[str, ...], bytes], None]
_SIZE_LIMIT = 25 * 1024 * 1024  # what usual providers take
_MISSING = "550 5.1.1 mailbox unavailable"


class MailServer:
    """A `MailCatcher`: it keeps its `port`, also while it is down on request."""

    def __init__(self, keep: Keep, host: str, port: int) -> None:
        """Listen at once; OSError when the port (0: any free one) is taken.

        `keep` gets each message: the sender and the recipients of its envelope, and the raw bytes.
        """
        self.host = host
        self._keep = keep
        self._connections: set[asyncio.BaseTransport] = set()
        self._armed: list[MailFault] = []
        self._delay_s = 0.0
        self._server: asyncio.Server | None = None
        self._opening: asyncio.Task[None] | None = None
        self.port = port
        self._open()

    @property
    def url(self) -> str:
        """The address for senders, smtp://host:port."""
        return f"smtp://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def arm(self, kind: MailFault | None, times: int = 1, delay_s: float = 30) -> None:
        """Bring trouble, see `Emulator.mail_fault`; ValueError for an unknown kind."""
        if kind is not None and kind not in get_args(MailFault):
            raise ValueError(f"no mail fault {kind!r}")
        if kind == "down":
            self.close()
        elif kind is not None:
            self._armed += [kind] * times
            self._delay_s = delay_s
        else:
            self._armed.clear()
            if self._opening is None:
                self._open()

    @property
    def armed(self) -> list[str]:
        """The faults that are still to come, and "down" where nobody listens."""
        return [*self._armed, *(["down"] if self._opening is None else [])]

    def close(self) -> None:
        """Stop listening and break all connections off."""
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if self._server is not None:
            self._server.close()
            self._server = None
        for transport in tuple(self._connections):
            if isinstance(transport, asyncio.Transport):
                transport.abort()

    def _open(self) -> None:
        """Listen before this returns, so that whoever connects next is heard; answers begin with the next turn."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listening = socket.create_server((self.host, self.port), family=family)
        listening.setblocking(False)
        self.port = int(listening.getsockname()[1])
        self._opening = asyncio.get_running_loop().create_task(self._serve(listening))

    async def _serve(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Conversation(self, self._connections), sock=listening)

    # aiosmtpd calls these while a message comes in

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or refuse it."""
        if self._take("refuse"):
            return _MISSING
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a message; answer late, or lose it, if so asked."""
        if self._take("drop") and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
            await asyncio.sleep(self._delay_s)  # ends at once, with the connection
        content = envelope.original_content or b""
        self._keep(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        if self._take("slow"):
            await asyncio.sleep(self._delay_s)
        return "250 OK"

    def _take(self, kind: MailFault) -> bool:
        if kind not in self._armed:
            return False
        self._armed.remove(kind)
        return True


class _Conversation(SMTP):
    """One connection, known to the server for as long as it lasts."""

    def __init__(self, server: MailServer, connections: set[asyncio.BaseTransport]) -> None:
        # The machine's own name would be looked up in the network.
        super().__init__(server, hostname="localhost", data_size_limit=_SIZE_LIMIT, enable_SMTPUTF8=True)
        self._connections = connections
        self._own: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._own = transport
        self._connections.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._own is not None:
            self._connections.discard(self._own)
        super().connection_lost(error)
