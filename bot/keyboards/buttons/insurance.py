"""What the registry says of somebody's insurance."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go
from bot.keyboards.data import CallbackData


class CoverageFind(CallbackData, prefix="ic1"):
    """«Поиск»: who insures this person."""

    person: str


class AttachmentFind(CallbackData, prefix="ia1"):
    """«Поиск»: where this person is attached."""

    person: str


GO_COVERAGE = Go(to="oms")
GO_ATTACHMENT = Go(to="attached")
