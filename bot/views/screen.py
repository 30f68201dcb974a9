"""What a view draws: a text with its buttons, under a picture where there is one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.keyboards.kept import staying
from bot.keyboards.layout import Layout
from bot.keyboards.markup import Markup
from services.texts.i18n import Html


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen of the chat: HTML of at most 4096 characters and its keyboard.

    `picture`: a PNG or JPEG that the text stands under as its caption, of at most 1024 characters then. `stays`: its
    message stays in the chat, and what is pressed on it opens below.
    """

    text: Html
    markup: Markup
    picture: bytes | None = None
    stays: bool = False

    def kept(self) -> Screen:
        """The same in a message that stays."""
        return replace(self, markup=staying(self.markup), stays=True)

    def laid(self, layout: Layout) -> Screen:
        """The same, with its buttons in rows for whoever sees it."""
        return replace(self, markup=layout.laid(self.markup))


@dataclass(frozen=True, slots=True)
class Redrawn:
    """Another message of the chat, and what it says from now on."""

    message_id: int
    screen: Screen


@dataclass(frozen=True, slots=True)
class Document:
    """A file to be kept, sent as a message of its own: its name, its bytes, a caption and what takes it away."""

    name: str
    data: bytes
    caption: Html
    markup: Markup
