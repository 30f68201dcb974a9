"""A corpus of updates as no release of the library expects them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from aiogram.types import CallbackQuery, Message
from pydantic import BaseModel

ANYTHING: tuple[Any, ...] = (
    *(None, True, -1, 1.5, 2**70, "", "x", "\ud800", [], [1], [{}], {}, {"type": "newest"}, {"id": []}),
)
OF_ITS_OWN: tuple[dict[str, Any], ...] = (
    {},
    {"something_new": {"id": 1}},
    {"message": "x"},
    {"message": {"message_id": 1}},
    {"callback_query": {"id": "1"}},
    {"poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 1, "type": "regular"}},
    {"my_chat_member": {}},
)
"""Kinds that are new, or of which nearly all is missing."""


def odd_updates(
    message: dict[str, Any], press: dict[str, Any], things: Collection[Any] = ANYTHING
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field that a message or a press may have, and one to come, with each of these things in it, and missing.

    Gives the field's name and the update, which has the id 1.
    """
    kinds: tuple[tuple[str, type[BaseModel], dict[str, Any]], ...] = (
        ("message", Message, message),
        ("callback_query", CallbackQuery, press),
    )
    for kind, model, usual in kinds:
        fields = [each.alias or name for name, each in model.model_fields.items()]
        for name in (*fields, "to_come"):
            for thing in things:
                yield name, {"update_id": 1, kind: {**usual, name: thing}}
            yield name, {"update_id": 1, kind: {other: value for other, value in usual.items() if other != name}}
