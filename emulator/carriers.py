"""Who brings updates to webhooks and catches mail, as far as the world has to know them.

`webhook` and `smtp` are told of the world, or of what to do with a message; the world imports neither.
"""

from __future__ import annotations

from typing import Protocol

from emulator.entities import Json
from emulator.faults import MailFault


class Courier(Protocol):
    """Posts one bot's updates to its webhook until it is ended."""

    reaches: bool  # as far as is known
    last_error: Json  # {"last_error_date", "last_error_message"} of getWebhookInfo, {} without one

    def wake(self) -> None:
        """There may be something to deliver."""

    def dismiss(self) -> None:
        """Take it off its work without waiting."""

    async def end(self) -> None:
        """Take it off its work; what it had under way is broken off."""


class MailCatcher(Protocol):
    """Listens for mail and keeps what comes."""

    @property
    def url(self) -> str:
        """The address for senders, smtp://host:port."""

    @property
    def armed(self) -> list[str]:
        """The faults that are still to come, and "down" where nobody listens."""

    def arm(self, kind: MailFault | None, times: int = 1, delay_s: float = 30) -> None:
        """Bring trouble, see `Emulator.mail_fault`; ValueError for an unknown kind."""

    def close(self) -> None:
        """Stop listening and break all connections off."""
