"""Buttons as they are drawn: nothing but words, until they are sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a screen. `callback_data`: what it carries, 64 bytes at most."""

    text: str
    callback_data: str


@dataclass(frozen=True, slots=True)
class Markup:
    """The buttons below a screen, row by row."""

    inline_keyboard: list[list[Button]]

    def plain(self) -> dict[str, Any]:
        """As the Bot API has it."""
        rows = [
            [{"text": each.text, "callback_data": each.callback_data} for each in row] for row in self.inline_keyboard
        ]
        return {"inline_keyboard": rows}
