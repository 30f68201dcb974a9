"""Notes."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go, PageNumber
from bot.keyboards.data import CallbackData


class NoteList(CallbackData, prefix="nt1"):
    page: PageNumber


class NoteCard(CallbackData, prefix="nk1"):
    note: str


GO_NOTES = Go(to="notes")
