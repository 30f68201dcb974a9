"""Names as they are compared: «Ёлкина» and «елкина» are one."""

from __future__ import annotations


def folded(text: str) -> str:
    """Without case, «ё» as «е», single spaces."""
    return " ".join(text.casefold().replace("ё", "е").split())
