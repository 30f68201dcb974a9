"""About, my data and the end of them."""

from __future__ import annotations

from enum import StrEnum

from bot.keyboards.buttons.common import Go
from bot.keyboards.data import CallbackData


class Way(StrEnum):
    """How data are erased: visits ahead are cancelled first, or left as they stand."""

    CANCEL = "c"
    LEAVE = "l"


class EraseMe(CallbackData, prefix="em1"):
    """Erases the account; `digest` says which visits ahead had been read of."""

    way: Way
    digest: str


GO_ABOUT = Go(to="about")
GO_CONSENT = Go(to="agreed")
GO_EXPORT = Go(to="export")
GO_ERASE = Go(to="erase")
