"""Where a link leads."""

from __future__ import annotations

from bot.keyboards.data import CallbackData


class BookByLink(CallbackData, prefix="bl1"):
    """Begins a booking where a link leads; `sure`: the one that was left half-way is given up for it.

    `payload`: the link's own (`services.booking.links`), 58 characters at most.
    """

    payload: str
    sure: bool
