"""The choice of language."""

from __future__ import annotations

from aiogram.filters.callback_data import CallbackData

from bot.keyboards.buttons.common import Go


class SetLocale(CallbackData, prefix="sl1"):
    locale: str


GO_LANGUAGE = Go(to="lang")
