"""Parameters of a Bot API call, whichever way they came over the wire.

Forms and queries carry texts only (objects as JSON, booleans as "true"), JSON
bodies carry values; both read the same through `Params`. Files come as parts of a multipart form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from aiohttp import web

from emulator import refusals
from emulator.entities import Json
from emulator.refusals import Refusal, Refused

ATTACHED = "attach://"


@dataclass(frozen=True)
class Upload:
    """A file that came with a call: its name without folders, and its bytes."""

    name: str
    data: bytes


Files = Mapping[str, Upload]  # by the name of the form's part


async def read_params(request: web.Request) -> tuple[Json, Files]:
    """Query, form, multipart or JSON parameters of a request, the body before the query; and the files with it."""
    values: Json = dict(request.query)
    if request.method != "POST" or not request.body_exists:
        return values, {}
    try:
        if request.content_type == "application/json":
            body = await request.json()
            if not isinstance(body, dict):
                raise Refused(refusals.REQUEST_BODY, error="a JSON object is expected")
            return values | body, {}
        form = await request.post()
    except web.HTTPRequestEntityTooLarge as error:
        raise Refused(refusals.BODY_TOO_LARGE) from error
    except ValueError as error:
        raise Refused(refusals.REQUEST_BODY, error=error) from error
    # A part without a file name is a mere text, to Telegram too.
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    files = {name: _upload(value) for name, value in form.items() if isinstance(value, web.FileField)}
    return values | texts, files


def _upload(part: web.FileField) -> Upload:
    with part.file as content:
        return Upload(PurePosixPath(part.filename.replace("\\", "/")).name, content.read())


@dataclass(frozen=True)
class Params:
    """Typed reading of one call's parameters; a value of the wrong type is refused by name."""

    method: str
    values: Json
    files: Files = field(default_factory=dict)

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

    def number(self, name: str) -> float:
        """A number that there is."""
        try:
            return float(self.text(name))
        except ValueError as error:
            raise self._wrong(name, "a number") from error

    def required(self, name: str) -> str:
        """A text that Telegram demands."""
        text = self.text(name)
        if not text:
            raise Refused(refusals.PARAMETER_REQUIRED, name=name)
        return text

    def flag(self, name: str) -> bool:
        """A boolean, False when missing; Telegram reads "true", "yes" and "1" as true."""
        value = self.values.get(name)
        return value if isinstance(value, bool) else str(value or "").strip().lower() in {"true", "yes", "1"}

    def json(self, name: str, broken: Refusal | Refused) -> Any:
        """A JSON value, None when missing or empty; `broken` is the refusal of a text that is no JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise (broken if isinstance(broken, Refused) else Refused(broken)) from error

    def required_json(self, name: str, broken: Refusal) -> Any:
        """A JSON value that Telegram demands."""
        value = self.json(name, broken)
        if value is None:
            raise Refused(refusals.PARAMETER_REQUIRED, name=name)
        return value

    def upload(self, name: str) -> Upload | str | None:
        """The file of a parameter: an upload (under this name, or the one after attach://) or a file_id; or None."""
        value = self.text(name)
        if value.startswith(ATTACHED):
            return self.files.get(value.removeprefix(ATTACHED))
        return value or self.files.get(name)

    def refuse_unknown(self, known: frozenset[str]) -> None:
        """A parameter or a file that is not served must not pass in silence."""
        named = str(self.values)
        extra = [name for name in self.values if name not in known]
        extra += [name for name in self.files if name not in known and f"{ATTACHED}{name}" not in named]
        if extra:
            raise Refused(refusals.UNKNOWN_PARAMETER, method=self.method, name=extra[0])

    def _wrong(self, name: str, kind: str) -> Refused:
        return Refused(refusals.WRONG_VALUE, method=self.method, name=name, kind=kind)
