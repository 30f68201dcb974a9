"""Whom a row of somebody's records names, and whether the registry knows them. Whoever it does not is left out."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from services.accounts.fields import parse_policy, parse_snils
from services.imports import cells, private
from services.imports.columns import Column
from services.imports.csv_files import Problem
from services.imports.reading import Row, Where
from services.registry.model import Patient, PatientIdentity, Policy, PolicyKind, Sex
from services.registry.ports.errors import PatientConflict
from services.registry.ports.patients import PatientsPort

read_policy = private.typed(parse_policy, "is not the number of a policy; if it is rounded, make this column text")
read_snils = private.typed(parse_snils, "is not a СНИЛС of 11 digits")


class Named:
    """Columns by which a patient is looked for."""

    SURNAME: Column[str] = Column("surname", "the patient's surname", cells.words, required=True)
    NAME: Column[str] = Column("name", "first name", cells.words, required=True)
    BIRTH_DATE: Column[date] = Column("birth_date", "1948-03-05 or 05.03.1948", private.day, required=True)
    POLICY: Column[Policy] = Column(
        "policy", "number of the insurance policy; one of policy and snils is needed", read_policy
    )
    SNILS: Column[str] = Column("snils", "11 digits", read_snils)


class LeftOut(StrEnum):
    """Why a row is passed over, as the operator's terminal says it."""

    ANOTHERS = "this policy stands for somebody else"
    UNKNOWN = "nobody is known by this name, birth date and policy or СНИЛС"

    def of(self, where: Where) -> Problem:
        return Problem(where.file, f"{self}: left out", where.line)


def named(row: Row) -> PatientIdentity:
    """Whom the row names; of no use where it has failed."""
    policy, snils = row.read(Named.POLICY), row.read(Named.SNILS)
    if not row.text(Named.POLICY) and not row.text(Named.SNILS):
        row.fail("policy", "is empty, and so is snils: one of them is needed")
    return PatientIdentity(
        surname=row.read(Named.SURNAME) or "",
        name=row.read(Named.NAME) or "",
        patronymic=None,
        birth_date=row.read(Named.BIRTH_DATE) or date.min,
        sex=Sex.FEMALE,  # nobody is looked for by it
        policy=policy or Policy(PolicyKind.NONE),
        snils=snils,
    )


async def known(patients: PatientsPort, identity: PatientIdentity) -> Patient | LeftOut:
    """Raises `RegistryUnavailable`."""
    try:
        return await patients.find_patient(identity) or LeftOut.UNKNOWN
    except PatientConflict:
        return LeftOut.ANOTHERS
