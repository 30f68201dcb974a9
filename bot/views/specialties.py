"""Names of specialties: the registry's own in Russian, translated by post code in other languages."""

from __future__ import annotations

from services.texts.i18n import Texts


def specialty(t: Texts, post: str, name: str) -> str:
    """What a patient reads. `post`: the code of the post (ФРМР 1002); `name`: as the registry has it."""
    return name
