"""Notes."""

from __future__ import annotations

from aiogram.filters.callback_data import CallbackData

from bot.keyboards.buttons.common import Go, PageNumber


class NoteList(CallbackData, prefix="nt1"):
    page: PageNumber


class NoteCard(CallbackData, prefix="nk1"):
    note: str


GO_NOTES = Go(to="notes")
