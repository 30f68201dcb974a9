"""The Bot API methods that are served, each a function registered with the parameters it takes.

`METHODS` is the table of them by lower-case name (Telegram's names are case-blind).
getUpdates, which waits, lives in `polling`; what is about files, in `media`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from emulator import refusals
from emulator.entities import (
    EntityError,
    Formatted,
    Json,
    UnservedTagError,
    parse_html,
    trim,
    utf16_length,
    with_automatic,
)
from emulator.journal import Toast
from emulator.keyboards import check_for_group, check_inline, check_markup
from emulator.model import Bot, Chat, Stored
from emulator.params import Params
from emulator.refusals import Refused
from emulator.world import World

TEXT_LIMIT = 4096  # UTF-16 units after entity parsing
RAW_LIMIT = 1 << 15  # bytes before it
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
# The last ones are older names, and not documented.
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
        "record_audio",
        "upload_audio",
        "pick_up_location",
        "cancel",
    )
)

_ENTITY_TYPES = frozenset(
    [
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "blockquote",
        "expandable_blockquote",
    ]
)
_FOUND_BY_TELEGRAM = frozenset(
    ["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"]
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
    text = _formatted(params, refusals.TEXT_TOO_LONG)
    return deliver(world, bot, params, lambda: _text_content(text))


@method("sendVenue", *SEND, "latitude", "longitude", "title", "address")
def send_venue(world: World, bot: Bot, params: Params) -> Result:
    """Send a place with a name and an address."""
    location = _location(params, refusals.VENUE_LOCATION)
    for name in ("title", "address"):
        if not params.text(name).strip():
            raise Refused(refusals.MISSING_VALUE, method=params.method, name=name)
    venue = {"location": location, "title": params.text("title"), "address": params.text("address")}
    return deliver(world, bot, params, lambda: {"venue": venue, "location": location})


@method("sendLocation", *SEND, "latitude", "longitude")
def send_location(world: World, bot: Bot, params: Params) -> Result:
    """Send a point."""
    location = _location(params, refusals.LOCATION)
    return deliver(world, bot, params, lambda: {"location": location})


@method("sendContact", *SEND, "phone_number", "first_name", "last_name", "vcard")
def send_contact(world: World, bot: Bot, params: Params) -> Result:
    """Send a phone contact."""
    contact = {name: params.required(name) for name in ("phone_number", "first_name")}
    contact |= {name: params.text(name) for name in ("last_name", "vcard") if params.text(name)}
    return deliver(world, bot, params, lambda: {"contact": contact})


@method("editMessageText", "chat_id", "message_id", "reply_markup", *_TEXT)
def edit_message_text(world: World, bot: Bot, params: Params) -> Result:
    """Replace the text and the inline keyboard of one of the bot's messages."""
    text = _formatted(params, refusals.TEXT_TOO_LONG_EDIT)
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
    if not params.text("chat_id").strip():
        raise Refused(refusals.DELETE_CHAT_MISSING)
    if params.integer("message_id") <= 0:
        raise Refused(refusals.MESSAGE_ID_MISSING)
    chat = chat_of(world, bot, params)
    stored = _message(world, chat, params.integer("message_id"), missing=refusals.DELETE_NOT_FOUND)
    _check_deletable(world, chat, stored)
    world.delete_message(stored)
    return True


@method("deleteMessages", "chat_id", "message_ids")
def delete_messages(world: World, bot: Bot, params: Params) -> Result:
    """Delete up to 100 messages: missing ones are passed over, one that may not be deleted keeps them all."""
    ids = _message_ids(params)
    chat = chat_of(world, bot, params)
    found = [world.store.message(bot.id, chat.user_id, message_id) for message_id in ids]
    present = [stored for stored in found if stored is not None and not stored.deleted]
    for stored in present:
        _check_deletable(world, chat, stored)
    for stored in present:
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
    chat = chat_of(world, bot, params)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return world.chat_wire(chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, True),
    }


# shared by the methods above


def _formatted(params: Params, too_long: refusals.Refusal) -> Formatted:
    """The text of a message after its parse mode or entities, trimmed and measured."""
    if not params.text("text"):
        raise Refused(refusals.TEXT_EMPTY)
    formatted = parse_text(params, "text", "entities")
    if not formatted.text:
        raise Refused(refusals.TEXT_BLANK)
    if utf16_length(formatted.text) > TEXT_LIMIT:
        raise Refused(too_long)
    return formatted


def parse_text(params: Params, name: str, entities: str) -> Formatted:
    """The text of this parameter after its parse mode or entities, trimmed, of any length."""
    text, mode = params.text(name), params.text("parse_mode").lower()
    if len(text.encode()) > RAW_LIMIT:
        raise Refused(refusals.TEXT_HUGE)
    if not text or mode in {"", "none"}:
        formatted = Formatted(text, _given_entities(params, entities, text))
    elif mode == "html":
        formatted = _parse_html(text)
    elif mode in {"markdown", "markdownv2"}:
        raise Refused(refusals.UNSERVED_PARSE_MODE, mode=params.text("parse_mode"))
    else:
        raise Refused(refusals.PARSE_MODE)
    return with_automatic(trim(formatted))


def _parse_html(text: str) -> Formatted:
    try:
        return parse_html(text)
    except UnservedTagError as error:
        raise Refused(refusals.UNSERVED_TAG, tag=error) from error
    except EntityError as error:
        raise Refused(refusals.ENTITIES, error=error) from error


def _given_entities(params: Params, name: str, text: str) -> tuple[Json, ...]:
    """The entities that Telegram would keep: those that it finds by itself are not taken from bots."""
    not_a_list = Refused(refusals.ENTITIES_JSON, name=name)
    entities = params.json(name, not_a_list)
    if entities is None:
        return ()
    if not isinstance(entities, list):
        raise not_a_list
    for item in entities:
        _check_entity(params, name, item)
    total = utf16_length(text)
    kept = [{**item, "length": min(item["length"], total - item["offset"])} for item in entities]
    valid = [
        item for item in kept if item["length"] > 0 and item["offset"] >= 0 and item["type"] not in _FOUND_BY_TELEGRAM
    ]
    return tuple(sorted(valid, key=lambda item: (item["offset"], -item["length"])))


def _check_entity(params: Params, name: str, item: Any) -> None:
    if not isinstance(item, dict):
        raise Refused(refusals.ENTITY, error="expected an Object")
    for field, kind in (("offset", int), ("length", int), ("type", str)):
        if field not in item:
            raise Refused(refusals.ENTITY, error=f'Can\'t find field "{field}"')
        if not isinstance(item[field], kind):
            raise Refused(refusals.WRONG_VALUE, method=params.method, name=f"{name}.{field}", kind=kind.__name__)
    if item["type"] not in _ENTITY_TYPES | _FOUND_BY_TELEGRAM:
        raise Refused(refusals.ENTITY, error="Unsupported type specified")


def _text_content(text: Formatted) -> Json:
    return {"text": text.text} | ({"entities": list(text.entities)} if text.entities else {})


def _location(params: Params, out_of_range: refusals.Refusal) -> Json:
    for name, missing in (("latitude", refusals.LATITUDE_EMPTY), ("longitude", refusals.LONGITUDE_EMPTY)):
        if not params.text(name).strip():
            raise Refused(missing)
    latitude, longitude = params.number("latitude"), params.number("longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Refused(out_of_range)
    return {"latitude": latitude, "longitude": longitude}


def chat_of(world: World, bot: Bot, params: Params) -> Chat:
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
    chat = chat_of(world, bot, params)
    if chat.blocked:
        raise Refused(refusals.BLOCKED)
    if not chat.is_group and world.person(chat.user_id).deactivated:
        raise Refused(refusals.DEACTIVATED)
    return chat


def _message(world: World, chat: Chat, message_id: int, *, missing: refusals.Refusal) -> Stored:
    stored = world.store.message(chat.bot_id, chat.user_id, message_id)
    if stored is None or stored.deleted:
        raise Refused(missing)
    return stored


def _message_ids(params: Params) -> list[int]:
    """The `message_ids` of a call, 1 to 100 numbers."""
    ids = params.json("message_ids", refusals.MESSAGE_IDS_JSON)
    if ids is None:
        raise Refused(refusals.MESSAGE_IDS_MISSING)
    if not isinstance(ids, list):
        raise Refused(refusals.MESSAGE_IDS_ARRAY)
    if len(ids) > 100:
        raise Refused(refusals.MESSAGE_IDS_MANY)
    if not all(str(item).isdigit() for item in ids):
        raise Refused(refusals.MESSAGE_IDS_NUMBER)
    if not ids:
        raise Refused(refusals.MESSAGE_IDS_MISSING)
    return [int(item) for item in ids]


def _check_deletable(world: World, chat: Chat, stored: Stored) -> None:
    """May the bot delete this message? In groups it is no administrator."""
    old = world.now() - stored.wire["date"] > DELETE_AGE_S
    if chat.is_group and (old or not stored.by_bot):
        raise Refused(refusals.DELETE_IN_GROUP)
    if old:
        raise Refused(refusals.DELETE_TOO_OLD)


def editable(world: World, bot: Bot, params: Params) -> Stored:
    """The message that an edit names, if it is the bot's to change."""
    if not params.text("chat_id").strip() and not params.integer("message_id"):
        raise Refused(refusals.MESSAGE_ID_MISSING)
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
    return deliver_many(world, bot, params, lambda: [content()])[0]


def deliver_many(world: World, bot: Bot, params: Params, contents: Callable[[], list[Json]]) -> list[Json]:
    """Write messages that belong together, with one keyboard and one message to which all of them reply."""
    reply_to, without = _reply_parameters(params)
    markup = check_markup(params.json("reply_markup", refusals.MARKUP_JSON))
    chat = _writable(world, bot, params)
    if chat.is_group:
        check_for_group(markup)
    reply = _replied(world, chat, reply_to, without=without)
    seconds = world.rates.wait(bot.id, chat.user_id, world.now())
    if seconds:
        raise Refused(refusals.TOO_MANY, seconds, seconds=seconds)
    written = []
    for content in contents():
        now = world.store.chat(chat.bot_id, chat.user_id)  # it counts its messages
        written.append(world.add_message(now, bot, reply | content, markup).wire)
        world.rates.wrote(bot.id, chat.user_id, world.now())
    return written


def _reply_parameters(params: Params) -> tuple[int, bool]:
    """The message to reply to, 0 for none, and whether to write without it when it is missing."""
    asked = params.json("reply_parameters", refusals.REPLY_JSON)
    if asked is None:
        return params.integer("reply_to_message_id"), params.flag("allow_sending_without_reply")
    if not isinstance(asked, dict):
        raise Refused(refusals.REPLY_OBJECT)
    inner = Params(params.method, asked)
    return inner.integer("message_id"), inner.flag("allow_sending_without_reply")


def _replied(world: World, chat: Chat, message_id: int, *, without: bool) -> Json:
    """The `reply_to_message` field of an answer to a certain message."""
    if not message_id:
        return {}
    stored = world.store.message(chat.bot_id, chat.user_id, message_id)
    if stored is not None and not stored.deleted:
        return {"reply_to_message": {k: v for k, v in stored.wire.items() if k != "reply_to_message"}}
    if without:
        return {}
    raise Refused(refusals.REPLY_NOT_FOUND)
