"""What is told of prescriptions: the kind, as it stands in rows, and its keys."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from hashlib import blake2b

from services.registry.model import Prescription


class PrescriptionNews(StrEnum):
    """What has happened. The subject: the prescription's id; the person's, where several have changed at once."""

    CHANGED = "prescription"


def changed(account_id: str, prescriptions: Iterable[Prescription]) -> str:
    """These have become what they are now: told once, however often it is heard."""
    told = "\n".join(sorted(f"{each.id} {each.status}" for each in prescriptions))
    return f"{PrescriptionNews.CHANGED}:{account_id}:{blake2b(told.encode(), digest_size=12).hexdigest()}"
