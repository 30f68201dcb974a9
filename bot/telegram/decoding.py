"""What Telegram has sent, as aiogram's objects. What a release of the library cannot read is no reason to stop.

Telegram's servers are newer than any library, and keep messages older than any. So of an object that does not decode
as little as possible is cut off, and what is left of it goes on: we read a handful of its fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.types import Update
from pydantic import BaseModel, ValidationError

from bot.visitor import BUTTONS

Decoded = TypeVar("Decoded", bound=BaseModel)

_CUTS = 250
"""More pieces than this are not cut off. A message has a hundred entities at most, each of them a piece or two."""
_UNREAD: Mapping[str, Any] = {"rich_message": {"blocks": []}}
"""What we read nothing of and pydantic takes too long over: texts within texts, of which it tries every kind at every
level. Five levels, some hundred bytes, would hold everybody up for seconds.
"""
_READ_OF_THE_PRESSED = frozenset({"message_id", "date", "chat", "photo", "document"})
"""What we read of the message whose button was pressed: where it stands, and whether it is a picture or a file.

Its text, its entities and its buttons would be three quarters of the decoding of a press.
"""


def decoded_update(raw: Any, bot: Bot) -> Update | None:
    """An update, as `decoded` gives it. Of the message whose button was pressed only what we read is there.

    Its buttons are the words that they carry, under `BUTTONS`.
    """
    press = raw.get("callback_query") if isinstance(raw, dict) else None
    if isinstance(press, dict) and isinstance(message := press.get("message"), dict):
        carried = list(_carried(message.get("reply_markup")))
        press["message"] = {name: message[name] for name in _READ_OF_THE_PRESSED & message.keys()} | {BUTTONS: carried}
    return decoded(Update, raw, bot)


def _carried(markup: Any) -> Iterator[str]:
    """What the buttons of a markup carry, as far as it is one."""
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    for row in rows if isinstance(rows, list) else ():
        for each in row if isinstance(row, list) else ():
            data = each.get("callback_data") if isinstance(each, dict) else None
            if isinstance(data, str):
                yield data


def decoded(kind: type[Decoded], raw: Any, bot: Bot) -> Decoded | None:
    """`raw`, decoded JSON, as an object of this kind; None where what is left of it is none.

    `raw` is changed where a piece of it cannot be read, or is not read.
    """
    _empty(raw)
    for _ in range(_CUTS):
        try:
            return kind.model_validate(raw, context={"bot": bot})
        except ValidationError as error:
            place = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
        except Exception:  # a date beyond all years, for one: nothing tells where it stands
            return None
        if not _cut(raw, place):
            return None
    return None


def _empty(raw: Any) -> None:
    """Takes out what stands in `_UNREAD`, however deep, and leaves that it was there."""
    left = [raw]
    while left:
        here = left.pop()
        if isinstance(here, dict):
            here |= {name: empty for name, empty in _UNREAD.items() if name in here}
        if isinstance(here, dict | list):
            left += here.values() if isinstance(here, dict) else here


def _cut(raw: Any, place: Sequence[str | int]) -> bool:
    """Takes the innermost thing that stands at this place out of `raw`; False where that is `raw` itself.

    A place also names fields that are missing, and kinds of which one was tried: neither is there to be found.
    """
    found: tuple[Any, str | int] | None = None
    here = raw
    for name in place:
        inside = isinstance(here, dict) and name in here
        if inside or (isinstance(here, list) and isinstance(name, int) and 0 <= name < len(here)):
            found, here = (here, name), here[name]
    if found is None:
        return False
    holder, name = found
    del holder[name]
    return True
