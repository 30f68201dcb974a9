"""What is found in the registry about a person's insurance."""

from __future__ import annotations

from dataclasses import dataclass

from services.accounts.model import Person
from services.registry.model import Attachment, Coverage, PolicyKind


@dataclass(frozen=True, slots=True)
class CoverageFound:
    """`coverage`: None where the register has none for the person."""

    person: Person
    coverage: Coverage | None


@dataclass(frozen=True, slots=True)
class AttachmentFound:
    """`known`: the registry has the person; `attachment`: None where they are attached nowhere."""

    person: Person
    known: bool
    attachment: Attachment | None


def is_findable(person: Person) -> bool:
    """Whether the registry can be asked for the person: it knows them, or by a number of theirs.

    Of whom the name alone is shown, the numbers are somewhere else: they are asked for there.
    """
    if person.patient_id is not None or person.shown is None:
        return True
    return person.shown.policy.kind is not PolicyKind.NONE or bool(person.shown.snils)
