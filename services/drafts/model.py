"""What a wizard has gathered so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Answers = Mapping[str, Any]
"""JSON values by the name of the step or field that gave them."""
Marks = Mapping[str, Any]
"""JSON values by name: what a wizard notes beside the answers. What is looked at, what was asked, what has happened."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft under its version: the buttons of its screen carry the version and places in `options`.

    `step` is where the person is; `page` which page of that step's list; `message_id` the screen that shows
    it, `prompt_id` the message that carries a reply keyboard; `heard` the latest messages that were taken for answers,
    by number, the oldest first. `done`: finished, answers and marks are gone, `result` stays.
    """

    id: str
    account_id: str
    kind: str
    step: str
    version: int = 0
    answers: Answers = field(default_factory=dict)
    marks: Marks = field(default_factory=dict)
    options: tuple[str, ...] = ()
    page: int = 0
    result: str | None = None
    done: bool = False
    message_id: int | None = None
    prompt_id: int | None = None
    heard: tuple[int, ...] = ()
    touched_at: datetime | None = None
