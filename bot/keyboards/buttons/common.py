"""Buttons that every topic may draw: a screen by its name, Home, closing.

A prefix carries the number of its layout: adding a field to a button makes a new prefix, so that buttons of years ago
are either understood or answered by `handlers.last`. Values are short stable ids, never personal data. All prefixes and
names of screens differ (`unit/test_callbacks.py`).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.keyboards.data import CallbackData

PageNumber = Annotated[int, Field(ge=0, le=99_999)]
"""A page of a list. A number that no list of ours has makes a button that nobody knows."""


Origin = Annotated[str, Field(pattern=r"^([upn]\d{1,5}|[km]\d{1,10}|o[A-Za-z0-9]{12}\d{1,5})?$")]
"""Where the screen with the button was opened from (`keyboards.origins`)."""


class Go(CallbackData, prefix="g1"):
    """A screen that needs nothing but its name; each topic keeps the names of its own."""

    to: str


class Close(CallbackData, prefix="xv1"):
    """Takes a venue, a photo or a file away, so that the screen above it is the last message again."""


class Idle(CallbackData, prefix="id1"):
    """A cell that only stood in a table (a weekday, a page number): no screen draws it any more, old ones have it."""


GO_HOME = Go(to="home")
GO_HOME_BELOW = Go(to="below")
"""Home from a message that stays in the chat: it opens below. Whatever bears it stays (`keyboards.kept`)."""
