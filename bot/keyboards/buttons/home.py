"""Home."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go

GO_DEMO_FAMILY = Go(to="family")
