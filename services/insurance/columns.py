"""Files with insured patients and with cases of care that were paid for: their columns, and how each cell is read.

All of it is somebody's: no sentence about a cell quotes it, nor says whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from services.clinics.regions import REGIONS
from services.imports import cells, private
from services.imports.cells import Bound, Wrong
from services.imports.columns import Column, Format, kind_of
from services.imports.whom import Named, read_policy, read_snils
from services.registry.model import CoverageStatus, Policy, PolicyForm, Sex
from services.texts.names import patronymic

_SEXES: Mapping[str, Sex] = {
    **dict.fromkeys(("m", "м", "муж", "мужской", "male"), Sex.MALE),
    **dict.fromkeys(("f", "w", "ж", "жен", "женский", "female"), Sex.FEMALE),
}
_FORMS: Mapping[str, PolicyForm] = {
    **{each.value: each for each in PolicyForm},
    **dict.fromkeys(("бумажный", "бумажный бланк"), PolicyForm.PAPER),
    **dict.fromkeys(("карта", "пластиковая карта", "электронная карта"), PolicyForm.CARD),
    **dict.fromkeys(("электронный", "цифровой", "выписка"), PolicyForm.ELECTRONIC),
}
_STATUSES: Mapping[str, CoverageStatus] = {
    **{each.value: each for each in CoverageStatus},
    **dict.fromkeys(("действует", "действующий"), CoverageStatus.VALID),
    **dict.fromkeys(("не действует", "недействующий", "прекращен"), CoverageStatus.ENDED),
}
_CODES = frozenset(each.code for each in REGIONS)


def _region(value: str) -> str:
    code = value.zfill(2)
    if code not in _CODES:
        raise Wrong("is no code of a subject of the Federation, like 50")
    return code


def _version(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 10**6:
        raise Wrong("is not a number of a version, 1 and on")
    return int(value)


class Patients:
    """Columns of a file with patients: whom the clinics have seen with their papers, and who insures them."""

    SURNAME, NAME = Named.SURNAME, Named.NAME
    PATRONYMIC: Column[str | None] = Column("patronymic", "may be empty", patronymic)
    BIRTH_DATE = Named.BIRTH_DATE
    SEX: Column[Sex] = Column("sex", "«м» or «ж»", private.one_of(_SEXES, "«м», «ж»"), required=True)
    POLICY: Column[Policy] = Column("policy", "number of the insurance policy", read_policy, required=True)
    SNILS: Column[str] = Column("snils", "11 digits; may be empty", read_snils)
    CLINIC: Column[str] = Column(
        "clinic",
        "id of the clinic that the patient is attached to, which is in the registry",
        private.whole,
        required=True,
    )
    ATTACHED: Column[date | None] = Column("attached", "since when; may be empty", private.day_or_none)
    DOCTOR: Column[str] = Column(
        "doctor", "of the area: surname, name, patronymic; may be empty", cells.words, limit=250
    )
    REGION: Column[str] = Column("region", "where the patient is insured: 50", _region, required=True)
    INSURER: Column[str] = Column("insurer", "the insurance company", cells.words, required=True, limit=300)
    PHONE: Column[str] = Column("insurer_phone", "its phone; may be empty", private.whole)
    FORM: Column[PolicyForm] = Column(
        "form",
        "paper, card or electronic; «бумажный», «карта», «электронный»; may be empty",
        private.one_of(_FORMS, ", ".join(PolicyForm)),
    )
    STATUS: Column[CoverageStatus] = Column(
        "status",
        "valid or ended; «действует», «не действует»",
        private.one_of(_STATUSES, ", ".join(CoverageStatus)),
        required=True,
    )
    SINCE: Column[date | None] = Column("since", "the first day of the policy; may be empty", private.day_or_none)
    UNTIL: Column[date | None] = Column(
        "until", "its last day; empty or 01.01.1900 where there is none", private.day_or_none
    )


class Cases:
    """Columns of a file with finished cases of care; one line is one version of a case."""

    SURNAME, NAME, BIRTH_DATE = Named.SURNAME, Named.NAME, Named.BIRTH_DATE
    POLICY, SNILS = Named.POLICY, Named.SNILS
    NUMBER: Column[str] = Column("number", "of the case, the same in all its versions", private.whole, required=True)
    VERSION: Column[int] = Column("version", "1, 2 …: the highest counts", _version, required=True)
    VOID: Column[bool] = Column("void", "«да»: the case was taken back; empty: «нет»", private.yes_or_no)
    REGION: Column[str] = Column("region", "where care was given: 50", _region, required=True)
    CLINIC: Column[str] = Column("clinic", "its name, as papers have it", cells.words, required=True, limit=300)
    BEGUN: Column[date] = Column("begun", "the first day: 2026-11-24 or 24.11.2026", private.day, required=True)
    ENDED: Column[date] = Column("ended", "the last day", private.day, required=True)
    KIND: Column[str] = Column("kind", "«первичная медико-санитарная помощь»", cells.words, required=True, limit=200)
    CONDITION: Column[str] = Column("condition", "«амбулаторно»", cells.words, required=True, limit=100)
    SERVICE: Column[str] = Column("service", "what was done", cells.words, required=True, limit=400)
    COST: Column[Decimal] = Column("cost", "of the finished case, in roubles: 1234.50", private.roubles, required=True)


FORMAT = Format(
    (kind_of(Patients), kind_of(Cases)),
    {
        "ended": Bound(-9500, 0, -36500, 36500, "days from today to the day on which a case ended; below 0: ago"),
        "lasted": Bound(0, 366, 0, 3660, "days from the first day of a case to its last"),
    },
)
PATIENTS, CASES = FORMAT.kinds
