"""The choice of an insurer."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go
from bot.keyboards.data import CallbackData


class SigningHelp(CallbackData, prefix="sh1"):
    """«Чем подписать», from the terms. `page`: of the guide, 0: what is needed, then each device; -1: all of them."""

    page: int


GO_CHOICE = Go(to="insurer")
GO_ON_PAPER = Go(to="onpaper")
"""«Нет подписи», from the terms."""
