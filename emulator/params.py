"""Parameters of a Bot API call, whichever way they came over the wire.

Forms and queries carry texts only (objects as JSON, booleans as "true"), JSON
bodies carry values; both read the same through `Params`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from emulator import refusals
from emulator.entities import Json
from emulator.refusals import Refusal, Refused


async def read_params(request: web.Request) -> Json:
    """Query, form, multipart or JSON parameters of a request; the body wins over the query."""
    values: Json = dict(request.query)
    if request.method != "POST" or not request.body_exists:
        return values
    try:
        if request.content_type == "application/json":
            body = await request.json()
            if not isinstance(body, dict):
                raise Refused(refusals.REQUEST_BODY, error="a JSON object is expected")
            return values | body
        return values | dict(await request.post())
    except ValueError as error:
        raise Refused(refusals.REQUEST_BODY, error=error) from error


@dataclass(frozen=True)
class Params:
    """Typed reading of one call's parameters; a value of the wrong type is refused by name."""

    method: str
    values: Json

    def has(self, name: str) -> bool:
        """Was the parameter given, and not null?"""
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """A text, "" when missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool | dict | list) or not isinstance(value, str | int | float):
            raise self._wrong(name, "a text")
        return str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number."""
        if not self.has(name):
            return default
        try:
            return int(self.text(name))
        except ValueError as error:
            raise self._wrong(name, "a whole number") from error

    def number(self, name: str) -> float | None:
        """A number, None when missing or not a number."""
        try:
            return float(self.text(name)) if self.has(name) else None
        except ValueError:
            return None

    def flag(self, name: str) -> bool:
        """A boolean, False when missing; Telegram reads "true", "yes", "t", "y" and "1" as true."""
        value = self.values.get(name)
        return value if isinstance(value, bool) else str(value or "").lower() in {"true", "yes", "t", "y", "1"}

    def json(self, name: str, broken: Refusal) -> Any:
        """A JSON value, None when missing or empty; `broken` is the refusal of a text that is no JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise Refused(broken) from error

    def refuse_unknown(self, known: frozenset[str]) -> None:
        """A parameter that is not served must not pass in silence."""
        for name in self.values:
            if name not in known:
                raise Refused(refusals.UNKNOWN_PARAMETER, method=self.method, name=name)

    def _wrong(self, name: str, kind: str) -> Refused:
        return Refused(refusals.WRONG_VALUE, method=self.method, name=name, kind=kind)
