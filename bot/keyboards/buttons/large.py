"""«Крупно»: the screen about it, and turning it on or off."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go
from bot.keyboards.data import CallbackData


class SetLarge(CallbackData, prefix="lg1"):
    on: bool


GO_LARGE = Go(to="large")
