"""Checks of `reply_markup`: what Telegram takes becomes its stored shape, the rest is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from emulator import refusals
from emulator.entities import Json
from emulator.refusals import Refused

_INLINE_ACTIONS = ("url", "callback_data", "copy_text")
_INLINE_UNSERVED = (
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
)
_REPLY_UNSERVED = ("request_users", "request_chat", "request_managed_bot", "request_poll", "request_user")
_STYLES = ("icon_custom_emoji_id", "style")
_INLINE_IN_ROW, _REPLY_IN_ROW = 8, 12
_INLINE_BUTTONS, _REPLY_BUTTONS = 100, 300
_INLINE_BYTES = 10_000  # as JSON


def check_markup(markup: object) -> Json | None:
    """The stored shape of a message's `reply_markup` (None for none). Raises `Refused`."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise Refused(refusals.MARKUP_OBJECT)
    if "inline_keyboard" in markup:
        return check_inline(markup)
    if "keyboard" in markup:
        return _reply_keyboard(markup)
    if "remove_keyboard" in markup:
        return {"remove_keyboard": True} if markup["remove_keyboard"] is True else None
    if markup:
        raise Refused(refusals.UNSERVED_MARKUP)
    return None


def check_inline(markup: object) -> Json | None:
    """The stored shape of an inline keyboard; None when there is none or it has no buttons."""
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise Refused(refusals.MARKUP_OBJECT)
    if "inline_keyboard" not in markup:
        raise Refused(refusals.MARKUP_INLINE_EXPECTED)
    rows = _rows(markup["inline_keyboard"], "inline_keyboard", refusals.INLINE_ROWS, _inline_button, _INLINE_IN_ROW)
    checked = {"inline_keyboard": rows}
    size = len(json.dumps(checked, ensure_ascii=False).encode())
    if _count(rows) > _INLINE_BUTTONS or size > _INLINE_BYTES:
        raise Refused(refusals.MARKUP_TOO_LONG)
    return checked if rows else None


def check_for_group(markup: Json | None) -> None:
    """What only a private chat may be asked for. Raises `Refused`."""
    buttons = [button for row in (markup or {}).get("keyboard", []) for button in row]
    for field, what in (("request_contact", "phone number"), ("request_location", "location")):
        if any(button.get(field) for button in buttons):
            raise Refused(refusals.BUTTON_IN_GROUP, what=what)


def _rows(
    rows: object, field: str, no_rows: refusals.Refusal, button: Callable[[Any], Json], limit: int
) -> list[list[Json]]:
    """The rows that have buttons, each checked by `button`; `limit`: how many a row may have."""
    if not isinstance(rows, list):
        raise Refused(refusals.MARKUP_ARRAY, field=field)
    if not all(isinstance(row, list) for row in rows):
        raise Refused(no_rows)
    checked = [[button(item) for item in row] for row in rows]
    for row in checked:
        if len(row) > limit:
            raise Refused(refusals.ROW_TOO_LONG, count=len(row), limit=limit)
    return [row for row in checked if row]


def _count(rows: list[list[Json]]) -> int:
    return sum(len(row) for row in rows)


def _inline_button(button: object) -> Json:
    if not isinstance(button, dict):
        raise Refused(refusals.INLINE_BUTTON, error="InlineKeyboardButton must be an Object")
    text = _text(button.get("text"), refusals.INLINE_BUTTON)
    for field in _INLINE_UNSERVED:
        if field in button:
            raise Refused(refusals.UNSERVED_BUTTON, field=field)
    actions = [field for field in _INLINE_ACTIONS if button.get(field) not in (None, "")]
    if not actions:
        raise Refused(refusals.INLINE_BUTTON, error="Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise Refused(refusals.BUTTON_ACTIONS, text=text, fields=", ".join(actions))
    action = actions[0]
    if action == "callback_data" and len(str(button["callback_data"]).encode()) > 64:
        raise Refused(refusals.BUTTON_DATA)
    if action == "url":
        _check_url(str(button["url"]))
    if action == "copy_text" and not (isinstance(button[action], dict) and button[action].get("text")):
        raise Refused(refusals.INLINE_BUTTON, error='Can\'t find field "text"')
    extra = {field: button[field] for field in _STYLES if button.get(field) is not None}
    return {"text": text, action: button[action], **extra}


def _text(text: object, refusal: refusals.Refusal) -> str:
    if text is None:
        raise Refused(refusal, error='Can\'t find field "text"')
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = str(text)  # Telegram takes a number for a text
    if not isinstance(text, str):
        raise Refused(refusal, error='Field "text" must be of type String')
    if not text.strip():
        raise Refused(refusals.BUTTON_TEXT_EMPTY)
    return text


def _check_url(url: str) -> None:
    parts = urlsplit(url if "://" in url or url.startswith(("tg:", "mailto:", "tel:")) else f"http://{url}")
    if parts.scheme not in {"http", "https", "tg", "ton"}:
        raise Refused(refusals.BUTTON_URL, url=url, error="Unsupported URL protocol")
    if parts.scheme in {"http", "https"} and "." not in (parts.hostname or ""):
        raise Refused(refusals.BUTTON_URL, url=url, error="Wrong HTTP URL")


def _reply_button(button: object) -> Json:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise Refused(refusals.KEYBOARD_BUTTON, error="KeyboardButton must be a String or an Object")
    text = _text(button.get("text"), refusals.KEYBOARD_BUTTON)
    for field in (*_REPLY_UNSERVED, "web_app"):
        if button.get(field) is not None:
            raise Refused(refusals.UNSERVED_BUTTON, field=field)
    asks = [field for field in ("request_contact", "request_location") if button.get(field)]
    if len(asks) > 1:
        raise Refused(refusals.BUTTON_ACTIONS, text=text, fields=", ".join(asks))
    extra = {field: button[field] for field in _STYLES if button.get(field) is not None}
    return {"text": text, **dict.fromkeys(asks, True), **extra}


def _reply_keyboard(markup: Json) -> Json | None:
    flags = {
        flag: True
        for flag in ("is_persistent", "resize_keyboard", "one_time_keyboard", "selective")
        if markup.get(flag)
    }
    placeholder = markup.get("input_field_placeholder")
    if placeholder:
        flags["input_field_placeholder"] = placeholder
    rows = _rows(markup["keyboard"], "keyboard", refusals.KEYBOARD_ROWS, _reply_button, _REPLY_IN_ROW)
    if _count(rows) > _REPLY_BUTTONS:
        raise Refused(refusals.KEYBOARD_TOO_LONG, count=_count(rows))
    return {"keyboard": rows, **flags} if rows else None
