"""Random identifiers: made before the insert, short enough for a button."""

from __future__ import annotations

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
LENGTH = 12  # 62**12 ≈ 3·10²¹: not guessable, 12 bytes of a button's 64


def new_id() -> str:
    """A fresh identifier: 12 characters of `[A-Za-z0-9]`."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))
