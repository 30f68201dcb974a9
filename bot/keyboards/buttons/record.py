"""«Медкарта»."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go

GO_RECORD = Go(to="rec")
