"""The e-mail address."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go
from bot.keyboards.data import CallbackData


class MailRemove(CallbackData, prefix="mr1"):
    """No more letters; `sure`: the question has been answered with yes."""

    sure: bool


GO_MAIL = Go(to="mail")
GO_MAIL_CONFIRM = Go(to="mail_code")
"""To an address from before there were codes."""
GO_MAIL_LATER = Go(to="mail_later")
