"""«Статусы заявлений»."""

from __future__ import annotations

from bot.keyboards.buttons.common import PageNumber
from bot.keyboards.data import CallbackData


class CaseList(CallbackData, prefix="ql1"):
    page: PageNumber
