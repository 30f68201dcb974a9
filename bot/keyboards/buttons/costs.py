"""The statement of what care has cost."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go
from bot.keyboards.data import CallbackData


class CostRepeat(CallbackData, prefix="cr1"):
    """«Повторить»: the application once more. `application`: its case."""

    application: str


GO_COSTS = Go(to="costs")
