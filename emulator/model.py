"""What the emulator remembers: bots, people, their chats and the messages in them.

`Json` objects have the shapes of the Bot API types of the same name.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from emulator.entities import Json, to_html

FileKind = Literal["photo", "document"]
# The built-in table alone, which is the same on every machine, and what it lacks.
_MIME_TYPES = mimetypes.MimeTypes()
_MIME_TYPES.add_type("text/calendar", ".ics")
_MIME_TYPES.add_type("image/webp", ".webp")
_SAID = frozenset({"text", "contact", "location", "sticker", "voice", "photo", "document"})  # what people send here
UNKNOWN_TYPE = "application/octet-stream"


def mime_of_name(name: str) -> str:
    """The MIME type that goes with a file name's extension, as Telegram tells it."""
    return _MIME_TYPES.guess_type(name)[0] or UNKNOWN_TYPE


@dataclass(frozen=True)
class Webhook:
    """Where updates are posted to, with which secret ("": none), and by how many connections at most."""

    url: str
    secret_token: str
    max_connections: int


@dataclass(frozen=True)
class Bot:
    """One bot; `id` is the number before the colon of its token."""

    id: int
    first_name: str
    username: str
    allowed_updates: tuple[str, ...] = ()  # empty: Telegram's default set
    next_update_id: int = 1
    commands: tuple[tuple[str, str, tuple[Json, ...]], ...] = ()  # (scope, language, BotCommands)
    texts: dict[str, str] = field(default_factory=dict)  # "description:ru" → text
    webhook: Webhook | None = None  # None: the bot polls
    menu_buttons: dict[str, str] = field(default_factory=dict)  # user id, "" for everybody → "commands"

    def wire(self) -> Json:
        """The bot as a User."""
        return {"id": self.id, "is_bot": True, "first_name": self.first_name, "username": self.username}


@dataclass(frozen=True)
class Person:
    """A person with a Telegram account; `phone` in the international form with a plus.

    `role` is for the page alone, to tell people apart: "patient", "relative", "staff" or "".
    """

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "ru"
    phone: str = ""
    role: str = ""
    deactivated: bool = False

    def wire(self) -> Json:
        """The person as a User."""
        known = {"last_name": self.last_name, "username": self.username, "language_code": self.language_code}
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            **{key: value for key, value in known.items() if value},
        }

    def chat_wire(self) -> Json:
        """The private chat with the person as a Chat."""
        known = {"last_name": self.last_name, "username": self.username}
        return {
            "id": self.id,
            "type": "private",
            "first_name": self.first_name,
            **{key: value for key, value in known.items() if value},
        }


@dataclass(frozen=True)
class Chat:
    """The private chat of a person with a bot, or a supergroup with a `title` that the bot is in.

    `user_id` is the chat's id on the wire: the person's, or a negative one for a group.
    `keyboard` is the reply keyboard under the text field: {"message_id", "markup", "hidden"}.
    """

    bot_id: int
    user_id: int
    started: bool = False
    blocked: bool = False
    next_message_id: int = 1
    keyboard: Json | None = None
    title: str = ""

    @property
    def is_group(self) -> bool:
        return self.user_id < 0


@dataclass(frozen=True)
class Stored:
    """One message of a chat, whose id is `user_id` as in `Chat`.

    `wire` is the Message, `fixed` marks one that carried a reply keyboard.
    """

    bot_id: int
    user_id: int
    message_id: int
    by_bot: bool
    wire: Json
    deleted: bool = False
    fixed: bool = False

    @property
    def is_service(self) -> bool:
        """Telegram's word of what a person did in the chat, to which nobody expects an answer."""
        return not self.by_bot and not _SAID & self.wire.keys()

    @property
    def text(self) -> str:
        """The text, or the caption under a photo or document."""
        return str(self.wire.get("text", self.wire.get("caption", "")))

    @property
    def html(self) -> str:
        entities: list[Json] = self.wire.get("entities") or self.wire.get("caption_entities") or []
        return to_html(self.text, entities)

    @property
    def inline_rows(self) -> list[list[Json]]:
        rows: list[list[Json]] = self.wire.get("reply_markup", {}).get("inline_keyboard", [])
        return rows


@dataclass(frozen=True)
class Query:
    """One press of an inline button by the person `user_id`, in whichever chat; `asked_at` in unix seconds."""

    id: str
    bot_id: int
    user_id: int
    message_id: int
    data: str
    asked_at: float
    answered: bool = False


@dataclass(frozen=True)
class File:
    """A file that went through a bot's chats; `file_id` is good for that bot alone, as in Telegram.

    `size` in bytes, `width` and `height` in pixels (0 for documents). Photos lose their `name`.
    """

    number: int
    bot_id: int
    file_id: str
    unique_id: str
    kind: FileKind
    name: str
    mime: str
    width: int
    height: int
    size: int

    @property
    def path(self) -> str:
        """The `file_path` of getFile."""
        ending = {"image/png": ".png", "image/jpeg": ".jpg"}.get(self.mime, "")
        suffix = ending if self.kind == "photo" else PurePosixPath(self.name).suffix
        return f"{self.kind}s/file_{self.number}{suffix}"

    def wire(self) -> Json:
        """What a message carries of the file: {"photo": [PhotoSize]} or {"document": Document}."""
        common = {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}
        if self.kind == "photo":
            return {"photo": [{**common, "width": self.width, "height": self.height}]}
        return {"document": {"file_name": self.name, "mime_type": self.mime, **common}}
