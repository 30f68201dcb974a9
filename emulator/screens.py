"""What a person sees in a chat, as plain values for tests to look at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from emulator.entities import Json
from emulator.model import Chat, Stored

# What str.format or % would have filled in: a sure sign of a text that nobody formatted.
_PLACEHOLDER = re.compile(r"\{[A-Za-z_][\w.\[\]!:]*\}|%\([A-Za-z_]\w*\)")


@dataclass(frozen=True)
class Button:
    """An inline button; exactly one of `callback_data` and `url` is set, neither for other kinds."""

    text: str
    callback_data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Message:
    """A message of a chat; `venue`, `contact`, `location` have the Bot API's shapes."""

    id: int
    from_bot: bool
    text: str
    html: str
    buttons: list[list[Button]] = field(default_factory=list)
    edited: bool = False
    deleted: bool = False
    venue: Json | None = None
    contact: Json | None = None
    location: Json | None = None

    @property
    def labels(self) -> list[str]:
        """The texts of the inline buttons, row by row in one list."""
        return [button.text for row in self.buttons for button in row]


@dataclass(frozen=True)
class Screen:
    """The bot's message that a person deals with now, and the reply keyboard below the chat."""

    text: str
    html: str
    buttons: list[list[Button]]
    labels: list[str]
    reply_keyboard: list[list[str]] | None
    message_id: int | None


def message_of(stored: Stored) -> Message:
    """A stored message as tests see it."""
    rows = [
        [Button(item["text"], item.get("callback_data"), item.get("url")) for item in row] for row in stored.inline_rows
    ]
    wire = stored.wire
    return Message(
        id=stored.message_id,
        from_bot=stored.by_bot,
        text=stored.text,
        html=stored.html,
        buttons=rows,
        edited="edit_date" in wire,
        deleted=stored.deleted,
        venue=wire.get("venue"),
        contact=wire.get("contact"),
        location=wire.get("location"),
    )


def screen_of(messages: Iterable[Message], chat: Chat) -> Screen:
    """The newest bot message with inline buttons after the person's last one, else the newest bot message."""
    alive = [message for message in messages if not message.deleted]
    last_own = max((message.id for message in alive if not message.from_bot), default=0)
    by_bot = [message for message in alive if message.from_bot]
    fresh = [message for message in by_bot if message.id > last_own and message.buttons]
    shown = fresh[-1] if fresh else by_bot[-1] if by_bot else None
    keyboard = chat.keyboard if chat.keyboard and not chat.keyboard["hidden"] else None
    rows = [[button["text"] for button in row] for row in keyboard["markup"]["keyboard"]] if keyboard else None
    if shown is None:
        return Screen("", "", [], [], rows, None)
    return Screen(shown.text, shown.html, shown.buttons, shown.labels, rows, shown.id)


def find_button(messages: list[Message], label: str) -> tuple[Message, Button] | None:
    """The button for a label on the newest message that has one.

    On one message an equal label wins over one that starts with `label`, and that over one
    that contains it.
    """
    for message in reversed([item for item in messages if not item.deleted]):
        buttons = [button for row in message.buttons for button in row]
        for fits in (str.__eq__, str.startswith, str.__contains__):
            for button in buttons:
                if fits(button.text, label):
                    return message, button
    return None


def placeholders(text: str) -> list[str]:
    """Placeholders that stayed unformatted in a text."""
    return _PLACEHOLDER.findall(text)


def describe(message: Message) -> str:
    """One message as lines of a readable dialogue."""
    who = "bot" if message.from_bot else "  person"
    marks = (" (edited)" if message.edited else "") + (" (deleted)" if message.deleted else "")
    content = message.text
    for kind in ("venue", "contact", "location"):
        value = getattr(message, kind)
        content = content or (f"[{kind}: {value}]" if value else "")
    lines = [f"{who} #{message.id}{marks}: {content or '[media]'}"]
    lines += ["      " + " ".join(f"[{button.text}]" for button in row) for row in message.buttons]
    return "\n".join(lines)
