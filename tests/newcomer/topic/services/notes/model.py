"""A person's own notes for the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LONGEST = 500
"""Characters of one note."""


@dataclass(frozen=True, slots=True)
class Note:
    id: str
    text: str
    kept_at: datetime
