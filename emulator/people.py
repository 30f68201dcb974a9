"""What people do in their chats; each act becomes the update that Telegram would send to the bot."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace

from emulator import pictures
from emulator.entities import Formatted, Json, utf16_length, with_automatic
from emulator.model import Bot, Chat, FileKind, Person, Query, Stored, mime_of_name
from emulator.world import World

_TEXT_LIMIT = 4096
_CAPTION_LIMIT = 1024
_ALBUM = 2, 10  # [docs] "sendMediaGroup"
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")  # [docs] "Deep linking"


class ActError(ValueError):
    """An act that no Telegram client would offer: a blocked bot, a missing button."""


def say(world: World, bot_id: int, user_id: int, text: str, *, group_id: int | None = None) -> list[Stored]:
    """Send a text, to the bot or into a group; like the official clients, cut a long one into several messages."""
    if not text.strip():
        raise ActError("a message needs a text")
    return [_send(world, bot_id, user_id, _text_content(piece), group_id) for piece in _pieces(text.strip())]


def start(world: World, bot_id: int, user_id: int, payload: str = "") -> Stored:
    """Press START, or RESTART where the bot is blocked, which lets it in again first.

    `payload` is that of the deep link by which the person came, "" without one.
    """
    set_blocked(world, bot_id, user_id, blocked=False)
    return _send(world, bot_id, user_id, _text_content(f"/start {payload}".strip()))


def open_link(world: World, bot_id: int, user_id: int, payload: str) -> Stored:
    """Open https://t.me/<bot>?start=<payload> and press START."""
    if not _PAYLOAD.fullmatch(payload):
        raise ActError("the payload of a link is 1 to 64 of A-Z, a-z, 0-9, _ and -")
    return start(world, bot_id, user_id, payload)


def share_contact(world: World, bot_id: int, user_id: int, of: int | str | None = None) -> Stored:
    """Share one's own contact, another person's (by id) or a phone number that Telegram does not know."""
    if isinstance(of, str):
        contact: Json = {"phone_number": of, "first_name": "Contact"}
    else:
        owner = world.person(user_id if of is None else of)
        # Telegram's clients give the number without the plus.
        contact = {"phone_number": owner.phone.lstrip("+"), "first_name": owner.first_name}
        contact |= {"last_name": owner.last_name} if owner.last_name else {}
        contact["user_id"] = owner.id
    return _send(world, bot_id, user_id, {"contact": contact})


def send_location(world: World, bot_id: int, user_id: int, latitude: float, longitude: float) -> Stored:
    """Send a point in degrees."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ActError("coordinates out of range")
    return _send(world, bot_id, user_id, {"location": {"latitude": latitude, "longitude": longitude}})


def send_sticker(world: World, bot_id: int, user_id: int) -> Stored:
    """Send a sticker."""
    flags = {"is_animated": False, "is_video": False}
    sticker = {**_file("sticker"), "type": "regular", "width": 512, "height": 512, "emoji": "👍", **flags}
    return _send(world, bot_id, user_id, {"sticker": sticker})


def send_voice(world: World, bot_id: int, user_id: int) -> Stored:
    """Send a voice message of three seconds."""
    voice = {**_file("voice"), "duration": 3, "mime_type": "audio/ogg", "file_size": 9000}
    return _send(world, bot_id, user_id, {"voice": voice})


def send_photo(world: World, bot_id: int, user_id: int, data: bytes | None = None, caption: str = "") -> Stored:
    """Send a photo, a PNG or JPEG; without `data` one of nothing in particular."""
    return _send_photo(world, bot_id, user_id, pictures.sample() if data is None else data, caption)


def send_album(world: World, bot_id: int, user_id: int, photos: Sequence[bytes], caption: str = "") -> list[Stored]:
    """Send photos together: a message each, which the bot gets one by one; the caption stands on the first."""
    if not _ALBUM[0] <= len(photos) <= _ALBUM[1]:
        raise ActError("an album has {} to {} photos".format(*_ALBUM))
    album = str(secrets.randbits(54))
    captions = [caption, *[""] * (len(photos) - 1)]
    return [
        _send_photo(world, bot_id, user_id, image, each, album) for image, each in zip(photos, captions, strict=True)
    ]


def send_document(
    world: World, bot_id: int, user_id: int, name: str, data: bytes, mime: str = "", caption: str = ""
) -> Stored:
    """Send a file; without `mime` its type goes by the name."""
    if not name or not data:
        raise ActError("a file needs a name and cannot be empty")
    return _send_file(world, bot_id, user_id, caption, ("document", name, mime or mime_of_name(name), (0, 0), data))


def service(world: World, bot_id: int, user_id: int, content: Json, *, group_id: int | None = None) -> Stored:
    """Let Telegram say in the chat what a person did there, by the one field that such a Message has."""
    return _send(world, bot_id, user_id, content, group_id)


def pin(world: World, bot_id: int, user_id: int, message_id: int) -> Stored:
    """Pin a message of the own chat, which Telegram tells there."""
    stored = world.store.message(bot_id, user_id, message_id)
    if stored is None or stored.deleted:
        raise ActError(f"no message {message_id}")
    return service(world, bot_id, user_id, {"pinned_message": stored.wire})


def press(
    world: World,
    bot_id: int,
    user_id: int,
    message_id: int,
    data: str,
    *,
    inaccessible: bool = False,
    group_id: int | None = None,
) -> Query:
    """Press an inline button by its data, on any message however old, of the own chat or of a group.

    The bot gets the message as it is now; if it was deleted, or when `inaccessible` asks for
    it (Telegram does so for old messages), an InaccessibleMessage.
    """
    person = world.person(user_id)
    chat = _open_chat(world, bot_id, group_id or user_id)
    stored = world.store.message(bot_id, chat.user_id, message_id)
    if stored is None:
        raise ActError(f"no message {message_id}")
    query = Query(str(secrets.randbits(62)), bot_id, user_id, message_id, data, world.now())
    gone = inaccessible or stored.deleted
    message = {"chat": world.chat_wire(chat), "message_id": message_id, "date": 0} if gone else stored.wire
    world.save_query(query)
    payload = {
        "id": query.id,
        "from": person.wire(),
        "message": message,
        "chat_instance": str(bot_id * 31 + chat.user_id),
        "data": data,
    }
    world.queue_update(bot_id, "callback_query", payload)
    return query


def set_blocked(world: World, bot_id: int, user_id: int, *, blocked: bool) -> None:
    """Block the bot or let it in again; it learns so by `my_chat_member`."""
    chat = world.store.chat(bot_id, user_id)
    if chat.blocked == blocked:
        return
    world.save_chat(replace(chat, blocked=blocked))
    _change_membership(world, chat, user_id, *(("member", "kicked") if blocked else ("kicked", "member")))


def deactivate(world: World, user_id: int) -> None:
    """Delete the person's account: nobody tells the bot, and nothing reaches them any more."""
    world.save_person(replace(world.person(user_id), deactivated=True))


def add_to_group(world: World, bot_id: int, user_id: int, title: str) -> Chat:
    """Add the bot to a supergroup of this title; it learns so by `my_chat_member` and a service message."""
    chat = world.add_group(bot_id, title)
    _change_membership(world, chat, user_id, "left", "member")
    _send(world, bot_id, user_id, {"new_chat_members": [world.bot(bot_id).wire()]}, chat.user_id)
    return chat


def edit(world: World, user_id: int, fields: dict[str, str]) -> Person:
    """Change a person's name, language or phone; what was sent before stays as it was."""
    person = Person(**(asdict(world.person(user_id)) | fields))
    world.save_person(person)
    return person


def _change_membership(world: World, chat: Chat, user_id: int, old: str, new: str) -> None:
    """Tell the bot that a person changed its status in a chat."""
    bot = world.bot(chat.bot_id)
    payload = {
        "chat": world.chat_wire(chat),
        "from": world.person(user_id).wire(),
        "date": int(world.now()),
        "old_chat_member": _member(bot, old),
        "new_chat_member": _member(bot, new),
    }
    world.queue_update(bot.id, "my_chat_member", payload)


def _member(bot: Bot, status: str) -> Json:
    """The bot as a ChatMember; `until_date` 0 is for ever."""
    return {"user": bot.wire(), "status": status} | ({"until_date": 0} if status == "kicked" else {})


def _send(world: World, bot_id: int, user_id: int, content: Json, group_id: int | None = None) -> Stored:
    chat = _open_chat(world, bot_id, group_id or user_id)
    stored = world.add_message(chat, world.person(user_id), content)
    _hide_once_keyboard(world, stored)
    world.queue_update(bot_id, "message", stored.wire)
    return stored


def _send_photo(world: World, bot_id: int, user_id: int, image: bytes, caption: str, album: str = "") -> Stored:
    size = pictures.size_of(image)
    if size is None:
        raise ActError("a photo is a PNG or JPEG")
    return _send_file(world, bot_id, user_id, caption, ("photo", "", pictures.mime_of(image), size, image), album)


def _send_file(
    world: World,
    bot_id: int,
    user_id: int,
    caption: str,
    file: tuple[FileKind, str, str, tuple[int, int], bytes],
    album: str = "",
) -> Stored:
    """Send a file (kind, name, MIME type, size in pixels, bytes); `album`: what it shares with others."""
    if utf16_length(caption) > _CAPTION_LIMIT:
        raise ActError(f"a caption has at most {_CAPTION_LIMIT} characters")
    _open_chat(world, bot_id, user_id)
    with world.store.unit():
        content = world.store.add_file(bot_id, *file).wire() | ({"media_group_id": album} if album else {})
        if caption.strip():
            shown = _text_content(caption.strip())
            content["caption"] = shown["text"]
            content |= {"caption_entities": shown["entities"]} if "entities" in shown else {}
        return _send(world, bot_id, user_id, content)


def _open_chat(world: World, bot_id: int, chat_id: int) -> Chat:
    chat = world.store.chat(bot_id, chat_id)
    if chat.is_group and not chat.started:
        raise ActError(f"no group {chat_id}")
    if not chat.is_group and world.person(chat_id).deactivated:
        raise ActError("there is no such account any more")
    if chat.blocked:
        raise ActError("the bot is blocked, unblock it first")
    return chat


def _hide_once_keyboard(world: World, stored: Stored) -> None:
    """A one-time keyboard steps aside once one of its buttons was used."""
    chat = world.store.chat(stored.bot_id, stored.user_id)
    keyboard = chat.keyboard
    if keyboard is None or keyboard["hidden"] or not keyboard["markup"].get("one_time_keyboard"):
        return
    buttons = [button for row in keyboard["markup"]["keyboard"] for button in row]
    if any(_used(button, stored.wire) for button in buttons):
        world.save_chat(replace(chat, keyboard={**keyboard, "hidden": True}))


def _used(button: Json, message: Json) -> bool:
    if button.get("request_contact"):
        return "contact" in message
    if button.get("request_location"):
        return "location" in message
    return bool(button["text"] == message.get("text"))


def _text_content(text: str) -> Json:
    formatted = with_automatic(Formatted(text))
    return {"text": text} | ({"entities": list(formatted.entities)} if formatted.entities else {})


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    current: list[str] = []
    size = 0
    for char in text:
        width = utf16_length(char)
        if size + width > _TEXT_LIMIT:
            pieces.append("".join(current))
            current, size = [], 0
        current.append(char)
        size += width
    pieces.append("".join(current))
    return [piece for piece in pieces if piece.strip()]


def _file(kind: str) -> Json:
    name = f"{kind}-{secrets.token_hex(12)}"
    return {"file_id": f"local-{name}", "file_unique_id": name}
