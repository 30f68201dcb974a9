"""“More”."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go

GO_MORE = Go(to="more")
