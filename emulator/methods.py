"""The Bot API methods that are served, each a function registered with the parameters it takes.

`METHODS` is the table of them by lower-case name (Telegram's names are case-blind).
getUpdates, which waits, lives in `polling`; what is about files, in `media`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from emulator import refusals
from emulator.entities import EntityError, Formatted, Json, parse_html, trim, utf16_length, with_automatic
from emulator.journal import Toast
from emulator.keyboards import check_inline, check_markup
from emulator.model import Bot, Chat, Stored
from emulator.params import Params
from emulator.refusals import Refused
from emulator.world import World

TEXT_LIMIT = 4096  # UTF-16 units after entity parsing
ANSWER_LIMIT = 200
DELETE_AGE_S = 48 * 3600
QUERY_AGE_S = 60  # Telegram names no figure; reports speak of some 10 s to a minute

Result = Json | list[Json] | bool
Run = Callable[[World, Bot, Params], Result]


@dataclass(frozen=True)
class Method:
    """One method: its name as documented, the parameters it takes, and what it does."""

    name: str
    parameters: frozenset[str]
    run: Run


METHODS: dict[str, Method] = {}

# Some are without effect here, but every bot may send them.
SEND = (
    "chat_id",
    "reply_markup",
    "reply_parameters",
    "reply_to_message_id",
    "allow_sending_without_reply",
    "disable_notification",
    "protect_content",
)
_TEXT = ("text", "parse_mode", "entities", "link_preview_options", "disable_web_page_preview")
_ACTIONS = frozenset(
    (
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    )
)


def method(name: str, *parameters: str) -> Callable[[Run], Run]:
    """Register a function as the Bot API method `name`."""

    def register(run: Run) -> Run:
        METHODS[name.lower()] = Method(name, frozenset(parameters), run)
        return run

    return register


@method("getMe")
def get_me(_world: World, bot: Bot, _params: Params) -> Result:
    """The bot itself."""
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return bot.wire() | abilities


@method("sendMessage", *SEND, *_TEXT)
def send_message(world: World, bot: Bot, params: Params) -> Result:
    """Send a text."""
    text = _formatted(params)
    return deliver(world, bot, params, lambda: _text_content(text))


@method("sendVenue", *SEND, "latitude", "longitude", "title", "address")
def send_venue(world: World, bot: Bot, params: Params) -> Result:
    """Send a place with a name and an address."""
    location = _location(params)
    if not params.text("title").strip():
        raise Refused(refusals.VENUE_TITLE)
    if not params.text("address").strip():
        raise Refused(refusals.VENUE_ADDRESS)
    venue = {"location": location, "title": params.text("title"), "address": params.text("address")}
    return deliver(world, bot, params, lambda: {"venue": venue, "location": location})


@method("sendLocation", *SEND, "latitude", "longitude")
def send_location(world: World, bot: Bot, params: Params) -> Result:
    """Send a point."""
    location = _location(params)
    return deliver(world, bot, params, lambda: {"location": location})


@method("sendContact", *SEND, "phone_number", "first_name", "last_name", "vcard")
def send_contact(world: World, bot: Bot, params: Params) -> Result:
    """Send a phone contact."""
    if not params.text("phone_number").strip():
        raise Refused(refusals.CONTACT_PHONE)
    if not params.text("first_name").strip():
        raise Refused(refusals.CONTACT_NAME)
    names = ("phone_number", "first_name", "last_name", "vcard")
    contact = {name: params.text(name) for name in names if params.has(name)}
    return deliver(world, bot, params, lambda: {"contact": contact})


@method("editMessageText", "chat_id", "message_id", "reply_markup", *_TEXT)
def edit_message_text(world: World, bot: Bot, params: Params) -> Result:
    """Replace the text and the inline keyboard of one of the bot's messages."""
    text = _formatted(params)
    markup = check_inline(params.json("reply_markup", refusals.MARKUP_JSON))
    stored = editable(world, bot, params)
    if "text" not in stored.wire:
        raise Refused(refusals.EDIT_NO_TEXT)
    content = _text_content(text)
    kept = {k: v for k, v in stored.wire.items() if k not in ("text", "entities", "reply_markup")}
    wire = kept | content | ({"reply_markup": markup} if markup else {})
    return replace_wire(world, stored, wire, edited=True)


@method("editMessageReplyMarkup", "chat_id", "message_id", "reply_markup")
def edit_message_reply_markup(world: World, bot: Bot, params: Params) -> Result:
    """Replace or remove the inline keyboard of one of the bot's messages."""
    markup = check_inline(params.json("reply_markup", refusals.MARKUP_JSON))
    stored = editable(world, bot, params)
    kept = {k: v for k, v in stored.wire.items() if k != "reply_markup"}
    # Official clients do not mark a message as edited for its buttons.
    return replace_wire(world, stored, kept | ({"reply_markup": markup} if markup else {}), edited=False)


@method("deleteMessage", "chat_id", "message_id")
def delete_message(world: World, bot: Bot, params: Params) -> Result:
    """Delete a message that is younger than 48 hours; in a group, one of the bot's own."""
    chat = _chat(world, bot, params)
    stored = _message(world, chat, params.integer("message_id"), missing=refusals.DELETE_NOT_FOUND)
    refusal = _undeletable(world, chat, stored)
    if refusal is not None:
        raise Refused(refusal)
    world.delete_message(stored)
    return True


@method("deleteMessages", "chat_id", "message_ids")
def delete_messages(world: World, bot: Bot, params: Params) -> Result:
    """Delete up to 100 messages; those that are missing or may not be deleted are passed over."""
    ids = params.json("message_ids", refusals.DELETE_IDS)
    if not isinstance(ids, list) or not ids or not all(isinstance(item, int) for item in ids):
        raise Refused(refusals.DELETE_IDS)
    if len(ids) > 100:
        raise Refused(refusals.DELETE_MANY)
    chat = _chat(world, bot, params)
    for message_id in ids:
        stored = world.store.message(bot.id, chat.user_id, message_id)
        if stored and not stored.deleted and _undeletable(world, chat, stored) is None:
            world.delete_message(stored)
    return True


@method("answerCallbackQuery", "callback_query_id", "text", "show_alert", "url", "cache_time")
def answer_callback_query(world: World, bot: Bot, params: Params) -> Result:
    """End a button's waiting, with a toast or an alert if there is a text."""
    query = world.store.query(params.text("callback_query_id"))
    if query is None or query.bot_id != bot.id or world.now() - query.asked_at > QUERY_AGE_S:
        raise Refused(refusals.QUERY_TOO_OLD)
    text = params.text("text")
    if len(text) > ANSWER_LIMIT:
        raise Refused(refusals.ANSWER_TOO_LONG)
    if query.answered:
        return True  # a second answer is taken, but nobody waits for it any more
    world.save_query(replace(query, answered=True))
    toast = Toast(bot.id, query.user_id, query.id, text, params.flag("show_alert"), params.text("url"))
    world.journal.toasts.append(toast)
    world.journal.emit(
        "toast",
        bot_id=bot.id,
        user_id=query.user_id,
        message_id=query.message_id,
        query_id=query.id,
        text=text,
        show_alert=toast.show_alert,
        url=toast.url,
    )
    return True


@method("sendChatAction", "chat_id", "action")
def send_chat_action(world: World, bot: Bot, params: Params) -> Result:
    """Show "typing…" and the like for a few seconds."""
    if params.text("action") not in _ACTIONS:
        raise Refused(refusals.ACTION)
    chat = _writable(world, bot, params)
    world.journal.emit("action", bot_id=bot.id, user_id=chat.user_id, action=params.text("action"))
    return True


@method("getChat", "chat_id")
def get_chat(world: World, bot: Bot, params: Params) -> Result:
    """What a bot may know about a chat."""
    chat = _chat(world, bot, params)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return world.chat_wire(chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, True),
    }


# shared by the methods above


def _formatted(params: Params) -> Formatted:
    """The text of a message after its parse mode or entities, trimmed and measured."""
    formatted = parse_text(params, "text", "entities")
    if not formatted.text:
        raise Refused(refusals.TEXT_EMPTY)
    if utf16_length(formatted.text) > TEXT_LIMIT:
        raise Refused(refusals.TEXT_TOO_LONG)
    return formatted


def parse_text(params: Params, name: str, entities: str) -> Formatted:
    """The text of this parameter after its parse mode or entities, trimmed, of any length."""
    text, mode = params.text(name), params.text("parse_mode").lower()
    if mode == "html":
        try:
            formatted = parse_html(text)
        except EntityError as error:
            raise Refused(refusals.ENTITIES, error=error) from error
    elif mode in {"markdown", "markdownv2"}:
        raise Refused(refusals.UNSERVED_PARSE_MODE, mode=params.text("parse_mode"))
    elif mode:
        raise Refused(refusals.PARSE_MODE)
    else:
        formatted = Formatted(text, _given_entities(params, entities, text))
    return with_automatic(trim(formatted))


def _given_entities(params: Params, name: str, text: str) -> tuple[Json, ...]:
    entities = params.json(name, refusals.ENTITIES_JSON)
    if entities is None:
        return ()
    if not isinstance(entities, list) or not all(_is_entity(item) for item in entities):
        raise Refused(refusals.ENTITIES_JSON)
    total = utf16_length(text)
    kept = [{**item, "length": min(item["length"], total - item["offset"])} for item in entities]
    valid = [item for item in kept if item["length"] > 0 and item["offset"] >= 0]
    return tuple(sorted(valid, key=lambda item: (item["offset"], -item["length"])))


def _is_entity(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("type"), str)
        and isinstance(item.get("offset"), int)
        and isinstance(item.get("length"), int)
    )


def _text_content(text: Formatted) -> Json:
    return {"text": text.text} | ({"entities": list(text.entities)} if text.entities else {})


def _location(params: Params) -> Json:
    latitude, longitude = params.number("latitude"), params.number("longitude")
    if latitude is None or longitude is None:
        raise Refused(refusals.LATITUDE)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Refused(refusals.LOCATION)
    return {"latitude": latitude, "longitude": longitude}


def _chat(world: World, bot: Bot, params: Params) -> Chat:
    """The chat that a call names; it exists once the person wrote to the bot, or the bot was added to the group."""
    name = params.text("chat_id").strip()
    if not name:
        raise Refused(refusals.CHAT_ID_EMPTY)
    if not name.lstrip("-").isdigit():
        raise Refused(refusals.CHAT_NOT_FOUND)
    chat = world.store.chat(bot.id, int(name))
    if not chat.started:
        raise Refused(refusals.CHAT_NOT_FOUND)
    return chat


def _writable(world: World, bot: Bot, params: Params) -> Chat:
    chat = _chat(world, bot, params)
    if chat.blocked:
        raise Refused(refusals.BLOCKED)
    return chat


def _message(world: World, chat: Chat, message_id: int, *, missing: refusals.Refusal) -> Stored:
    if message_id == 0:
        raise Refused(refusals.MESSAGE_ID_MISSING)
    stored = world.store.message(chat.bot_id, chat.user_id, message_id)
    if stored is None or stored.deleted:
        raise Refused(missing)
    return stored


def _undeletable(world: World, chat: Chat, stored: Stored) -> refusals.Refusal | None:
    """Why the bot may not delete a message; None when it may. In groups it is no administrator."""
    if chat.is_group and not stored.by_bot:
        return refusals.DELETE_FOREIGN
    return refusals.DELETE_TOO_OLD if world.now() - stored.wire["date"] > DELETE_AGE_S else None


def editable(world: World, bot: Bot, params: Params) -> Stored:
    """The message that an edit names, if it is the bot's to change."""
    chat = _writable(world, bot, params)
    stored = _message(world, chat, params.integer("message_id"), missing=refusals.EDIT_NOT_FOUND)
    # [docs] only messages without reply_markup or with inline keyboards can be edited
    if not stored.by_bot or stored.fixed:
        raise Refused(refusals.EDIT_FORBIDDEN)
    return stored


def replace_wire(world: World, stored: Stored, wire: Json, *, edited: bool) -> Json:
    """Put the changed Message in the place of the old one; `edited` marks it so."""
    before = {key: value for key, value in stored.wire.items() if key != "edit_date"}
    after = {key: value for key, value in wire.items() if key != "edit_date"}
    if before == after:
        raise Refused(refusals.NOT_MODIFIED)
    stamp = {"edit_date": int(world.now())} if edited else {}
    return world.change_message(stored, wire | stamp).wire


def deliver(world: World, bot: Bot, params: Params, content: Callable[[], Json]) -> Json:
    """Write a message; its content is asked for once the keyboard and the chat were found good."""
    markup = check_markup(params.json("reply_markup", refusals.MARKUP_JSON))
    chat = _writable(world, bot, params)
    reply = _replied(world, chat, params)
    return world.add_message(chat, bot, reply | content(), markup).wire


def _replied(world: World, chat: Chat, params: Params) -> Json:
    """The `reply_to_message` field of an answer to a certain message."""
    asked = params.json("reply_parameters", refusals.REPLY_NOT_FOUND) or {}
    message_id = int(asked.get("message_id") or params.integer("reply_to_message_id"))
    if not message_id:
        return {}
    stored = world.store.message(chat.bot_id, chat.user_id, message_id)
    if stored is not None and not stored.deleted:
        return {"reply_to_message": {k: v for k, v in stored.wire.items() if k != "reply_to_message"}}
    if asked.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return {}
    raise Refused(refusals.REPLY_NOT_FOUND)
