"""What a view draws: a text with its buttons."""

from __future__ import annotations

from dataclasses import dataclass

from aiogram.types import InlineKeyboardMarkup

from services.texts.i18n import Html


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen of the chat: HTML of at most 4096 characters and its keyboard."""

    text: Html
    markup: InlineKeyboardMarkup
