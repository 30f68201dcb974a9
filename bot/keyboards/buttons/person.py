"""The own form."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go

GO_FORM = Go(to="form")
