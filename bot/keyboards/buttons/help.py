"""Pages of help."""

from __future__ import annotations

from enum import StrEnum

from bot.keyboards.buttons.common import Go
from bot.keyboards.data import CallbackData


class HelpPage(StrEnum):
    """Pages of help."""

    BOOK = "book"
    CHANGE = "change"
    FAMILY = "family"
    REGISTER = "reg"
    CONFIRM = "conf"
    POLICY = "pol"
    LOST = "lost"


class HelpTopic(CallbackData, prefix="ht1"):
    """A page of help. `person`: whose «Как подтвердить» it was opened from, to go back there."""

    topic: HelpPage
    person: str | None


GO_HELP = Go(to="help")
