"""Patients of the local registry: sealed identities, found again by blind indexes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError

from services.errors import NomerokError
from services.ids import new_id
from services.registry.local.failures import ATTEMPTS, answering
from services.registry.local.port import LocalPort
from services.registry.local.tables import patient
from services.registry.model import Patient, PatientIdentity, Policy, PolicyKind, Sex
from services.registry.ports.errors import PatientConflict, RegistryUnavailable
from services.storage.rows import Row
from services.storage.statement import insert_row, statement, update_row
from services.storage.types import Sealed
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.names import folded, patronymic


@statement
def _indexed(policy_indexes: Collection[str], snils_indexes: Collection[str]) -> Select[Any]:
    """Patients who have one of these."""
    return select(patient).where(
        or_(patient.c.policy_index.in_(policy_indexes), patient.c.snils_index.in_(snils_indexes))
    )


@statement
def _known(ids: Collection[str]) -> Select[Any]:
    return select(patient.c.id).where(patient.c.id.in_(ids))


async def known_patients(connection: Unit, ids: Iterable[str]) -> Collection[str]:
    """Those of these ids that stand for somebody."""
    asked = set(ids)
    return set((await connection.execute(_known(asked))).scalars()) if asked else set()


class Patients:
    """Reads and writes of patients inside somebody else's unit of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def find(self, connection: Unit, identity: PatientIdentity) -> Patient | None:
        """See `PatientsPort.find_patient`."""
        row = await self._find_row(connection, identity)
        return None if row is None else _patient(row, self._policy_indexes(identity.policy))

    async def register(self, connection: Unit, identity: PatientIdentity, now: datetime) -> Patient:
        """See `PatientsPort.register_patient`."""
        row = await self._find_row(connection, identity)
        if row is not None:
            return _patient(row, self._policy_indexes(identity.policy))
        return await self._insert(connection, identity, Patient(new_id(), confirmed=False, clinic_id=None), now)

    async def enrol(self, connection: Unit, identity: PatientIdentity, clinic_id: str, now: datetime) -> Patient:
        """See `DeskPort.enrol`: what the desk has seen replaces what was known."""
        row = await self._find_row(connection, identity)
        if row is None:
            return await self._insert(connection, identity, Patient(new_id(), True, clinic_id), now)
        values = self._known_by(row.id, identity) | {"confirmed": True, "clinic_id": clinic_id}
        await connection.execute(update_row(patient, row.id, values))
        return Patient(row.id, True, clinic_id)

    def identity(self, patient_id: str, sealed: Sealed) -> PatientIdentity:
        """The identity that the row of this patient holds."""
        data = self._vault.open_json(patient.c.identity, patient_id, sealed)
        return PatientIdentity(
            **data
            | {
                "patronymic": patronymic(data["patronymic"]),  # rows of older releases may say «нет»
                "birth_date": date.fromisoformat(data["birth_date"]),
                "sex": Sex(data["sex"]),
                "policy": Policy(PolicyKind(data["policy"]["kind"]), data["policy"]["number"]),
            }
        )

    async def _find_row(self, connection: Unit, identity: PatientIdentity) -> Row | None:
        policy_indexes = self._policy_indexes(identity.policy)
        snils_indexes = self._snils_indexes(identity.snils)
        rows = (await connection.execute(_indexed(policy_indexes, snils_indexes))).all()
        same = [row for row in rows if _same_person(self.identity(row.id, row.identity), identity)]
        for row in rows:
            if row.policy_index in policy_indexes:
                if row not in same:
                    raise PatientConflict("this policy stands for another person")
                return row
        return same[0] if same else None

    async def _insert(self, connection: Unit, identity: PatientIdentity, new: Patient, now: datetime) -> Patient:
        values = self._known_by(new.id, identity) | asdict(new) | {"created_at": now}
        await connection.execute(insert_row(patient, values))
        return new

    def _known_by(self, patient_id: str, identity: PatientIdentity) -> dict[str, Any]:
        plain = asdict(identity) | {"birth_date": identity.birth_date.isoformat()}
        return {
            "identity": self._vault.seal_json(patient.c.identity, patient_id, plain),
            **self._indexes(identity),
        }

    def indexes_of(self, patient_id: str, sealed: Sealed) -> dict[str, str | None]:
        """The blind indexes that the row of this patient is to have under the present key."""
        return self._indexes(self.identity(patient_id, sealed))

    def _indexes(self, identity: PatientIdentity) -> dict[str, str | None]:
        policy, snils = self._policy_indexes(identity.policy), self._snils_indexes(identity.snils)
        return {"policy_index": policy[0] if policy else None, "snils_index": snils[0] if snils else None}

    def _policy_indexes(self, policy: Policy) -> tuple[str, ...]:
        """The present key's first; none where there is nothing to look up by."""
        if policy.kind is PolicyKind.NONE or not policy.number:
            return ()
        return self._vault.indexes("registry policy", f"{policy.kind} {policy.number}")

    def _snils_indexes(self, snils: str | None) -> tuple[str, ...]:
        return self._vault.indexes("registry snils", snils) if snils else ()


def _same_person(one: PatientIdentity, other: PatientIdentity) -> bool:
    return _who(one) == _who(other)


def _who(identity: PatientIdentity) -> tuple[str, str, date]:
    return folded(identity.surname), folded(identity.name), identity.birth_date


def _patient(row: Row, policy_indexes: tuple[str, ...]) -> Patient:
    """Found by СНИЛС under another policy, a patient is the same, but the policy typed is not confirmed by that."""
    return Patient(row.id, row.confirmed and row.policy_index in policy_indexes, row.clinic_id)


class LocalPatients(LocalPort):
    """`PatientsPort`."""

    async def find_patient(self, identity: PatientIdentity) -> Patient | None:
        with answering():
            async with self._database.read() as connection:
                return await Patients(self._vault).find(connection, identity)

    async def register_patient(self, identity: PatientIdentity) -> Patient:
        if not self._capabilities.registers_patients:
            raise NomerokError("this registry does not enter patients by itself")
        with answering():
            for _ in range(ATTEMPTS):
                with suppress(IntegrityError):
                    async with self._database.write() as connection:
                        return await Patients(self._vault).register(connection, identity, self._now())
        raise RegistryUnavailable
