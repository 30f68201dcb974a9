"""What Telegram has sent, as aiogram's objects. What a release of the library cannot read is no reason to stop.

Telegram's servers are newer than any library, and keep messages older than any. So of an object that does not decode
as little as possible is cut off, and what is left of it goes on: we read a handful of its fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from aiogram import Bot
from pydantic import BaseModel, ValidationError

Decoded = TypeVar("Decoded", bound=BaseModel)

_CUTS = 250
"""More pieces than this are not cut off. A message has a hundred entities at most, each of them a piece or two."""
_UNREAD: Mapping[str, Any] = {"rich_message": {"blocks": []}}
"""What we read nothing of and pydantic takes too long over: texts within texts, of which it tries every kind at every
level. Five levels, some hundred bytes, would hold everybody up for seconds.
"""


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
