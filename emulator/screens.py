"""What a person sees in a chat, as plain values for tests to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from emulator.entities import Json
from emulator.model import Chat, Stored
from emulator.store import Store


@dataclass(frozen=True)
class Button:
    """An inline button; exactly one of `callback_data` and `url` is set, neither for other kinds."""

    text: str
    callback_data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Media:
    """A photo or document of a message; `size` in bytes, a photo has no `name`, and a document no sides (pixels)."""

    name: str
    mime: str
    size: int
    width: int
    height: int
    read: Callable[[], bytes] = field(repr=False, compare=False)

    @property
    def data(self) -> bytes:
        """The bytes, for as long as the emulator runs."""
        return self.read()


@dataclass(frozen=True)
class Message:
    """A message of a chat; `text` is the caption where there is a file.

    `venue`, `contact`, `location` have the Bot API's shapes.
    """

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
    photo: Media | None = None
    document: Media | None = None

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


def message_of(stored: Stored, store: Store) -> Message:
    """A stored message as tests see it; its file is read from the store when asked for."""
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
        photo=_media(wire["photo"][-1], store) if "photo" in wire else None,
        document=_media(wire["document"], store) if "document" in wire else None,
    )


def _media(wire: Json, store: Store) -> Media | None:
    file = store.file(file_id=wire["file_id"])
    if file is None:
        return None
    return Media(file.name, file.mime, file.size, file.width, file.height, partial(store.file_data, file.number))


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


def describe(message: Message) -> str:
    """One message as lines of a readable dialogue."""
    who = "bot" if message.from_bot else "  person"
    marks = (" (edited)" if message.edited else "") + (" (deleted)" if message.deleted else "")
    content = message.text
    for kind in ("venue", "contact", "location"):
        value = getattr(message, kind)
        content = content or (f"[{kind}: {value}]" if value else "")
    if message.photo:
        content = f"[photo {message.photo.width} × {message.photo.height}] {content}".rstrip()
    if message.document:
        content = f"[document {message.document.name}, {message.document.size} bytes] {content}".rstrip()
    lines = [f"{who} #{message.id}{marks}: {content or '[media]'}"]
    lines += ["      " + " ".join(f"[{button.text}]" for button in row) for row in message.buttons]
    return "\n".join(lines)
