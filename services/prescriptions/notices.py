"""What is told of prescriptions: the kind, as it stands in rows, and its keys."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from services.registry.model import Prescription
from services.storage.vault import Vault

_DIGITS = 32
"""Of the digest in a key: the column is as wide as the longest of all topics' keys."""


class PrescriptionNews(StrEnum):
    """What has happened. The subject: the prescription's id; the person's, where several have changed at once."""

    CHANGED = "prescription"


def changed(vault: Vault, account_id: str, prescriptions: Iterable[Prescription]) -> str:
    """These have become what they are now: told once, however often it is heard.

    Keyed, for a status can be guessed: without the key it says nothing of any.
    """
    told = "\n".join(sorted(f"{each.id} {each.status}" for each in prescriptions))
    return f"{PrescriptionNews.CHANGED}:{account_id}:{vault.index('prescription news', told)[:_DIGITS]}"
