"""The e-mail address."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go, Origin
from bot.keyboards.data import CallbackData


class MailRemove(CallbackData, prefix="mr1"):
    """No more letters; `sure`: the question has been answered with yes."""

    sure: bool


class MailFor(CallbackData, prefix="ml1"):
    """«Присылать на почту» of a visit's ticket. `origin`: as its card has it."""

    visit: str
    origin: Origin


GO_MAIL = Go(to="mail")
GO_MAIL_CONFIRM = Go(to="mail_code")
"""To an address from before there were codes."""
GO_MAIL_LATER = Go(to="mail_later")
