"""The choice of language."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go
from bot.keyboards.data import CallbackData


class SetLocale(CallbackData, prefix="sl1"):
    locale: str


GO_LANGUAGE = Go(to="lang")
