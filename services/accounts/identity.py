"""A person's identity as JSON: how it is sealed in tables and drafts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.registry.model import PatientIdentity, Policy, PolicyKind, Sex
from services.texts.names import patronymic


def identity_to_json(identity: PatientIdentity) -> dict[str, Any]:
    return {
        "surname": identity.surname,
        "name": identity.name,
        "patronymic": identity.patronymic,
        "birth_date": identity.birth_date.isoformat(),
        "sex": identity.sex.value,
        "policy_kind": identity.policy.kind.value,
        "policy": identity.policy.number,
        "snils": identity.snils,
        "phone": identity.phone,
    }


def identity_from_json(value: Mapping[str, Any]) -> PatientIdentity:
    """The reverse of `identity_to_json`. Older releases have kept «нет» as a patronymic: it is none."""
    return PatientIdentity(
        surname=value["surname"],
        name=value["name"],
        patronymic=patronymic(value.get("patronymic")),
        birth_date=date.fromisoformat(value["birth_date"]),
        sex=Sex(value["sex"]),
        policy=Policy(PolicyKind(value["policy_kind"]), value["policy"]),
        snils=value.get("snils"),
        phone=value.get("phone"),
    )
