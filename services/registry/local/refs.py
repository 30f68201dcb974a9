"""Stable ids and the order of names, made from what the records themselves say."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from functools import lru_cache

from services.texts.names import folded

_DIGEST_BYTES = 9  # 72 bits, 12 characters: ten million slots clash once in a hundred million registries


def short_hash(*parts: str) -> str:
    """12 characters of `[A-Za-z0-9_-]`, the same for the same parts always."""
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=_DIGEST_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()


def slot_ref(doctor_id: str, start: datetime) -> str:
    """The id of a doctor's time: a second import of the same schedule meets the same slots."""
    return short_hash(doctor_id, start.astimezone(UTC).isoformat())


def other_slot_ref(doctor_id: str, start: datetime, end: datetime) -> str:
    """Another id, for a time that has got another length while the one of `slot_ref` is still there."""
    return short_hash(doctor_id, start.astimezone(UTC).isoformat(), end.astimezone(UTC).isoformat())


@lru_cache(maxsize=4096)
def natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    """For ordering names as people do: № 3 before № 10. Neither engine collates Russian reliably."""
    parts = re.split(r"(\d+)", folded(text))
    return tuple((False, int(part), "") if part.isdecimal() else (True, 0, part) for part in parts if part)
