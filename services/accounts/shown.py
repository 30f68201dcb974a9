"""Which fields of a person an account is shown, by its bases: the one place that says so.

`Persons` gives every person cut by it, so no screen, letter, file or export has more to show. What a registry needs to
find or to enter somebody by is a call of its own (`Persons.for_registry`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from services.accounts import rights
from services.accounts.model import Basis, Field, Names, Person
from services.registry.model import PatientIdentity

FORM = frozenset({Field.BIRTH_DATE, Field.SEX, Field.PHONE, Field.POLICY, Field.SNILS})
"""What the form asks for beside the name."""
BY_BASIS: Mapping[Basis, frozenset[Field]] = {
    # The account's own typing; of what the registry says nothing, for anybody can be typed by whoever guesses.
    Basis.DECLARED: frozenset({Field.NAME}) | FORM,
    Basis.DESK: frozenset(Field),
    Basis.OIDC: frozenset(Field),
    # Seeing and managing visits needs nobody's numbers: the registry knows the patient by an id.
    Basis.CONSENT: frozenset({Field.NAME}),
}
"""What each basis shows; several show what each of them does."""

_ALL = frozenset(Field)


def shown(person: Person, today: date, now: datetime) -> frozenset[Field]:
    """What the account is shown of the person. Where nothing stands any more: the name, while it is on the list."""
    standing = rights.standing_bases(person, today, now)
    return frozenset({Field.NAME}).union(*(BY_BASIS[each] for each in standing))


def cut(person: Person, today: date, now: datetime) -> Person:
    """The person without what the account is not shown."""
    fields = shown(person, today, now)
    if fields >= _ALL:
        return person
    return replace(
        person,
        shown=person.shown if fields >= FORM else None,
        clinic_id=person.clinic_id if Field.ATTACHMENT in fields else None,
        verified=person.verified and Field.VERIFIED in fields,
    )


def names_of(identity: PatientIdentity) -> Names:
    return Names(identity.surname, identity.name, identity.patronymic)
