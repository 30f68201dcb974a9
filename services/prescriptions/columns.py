"""Files with prescriptions: their columns, and how each cell is read.

All of it is somebody's: no sentence about a cell quotes it, nor says whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.imports import cells, private
from services.imports.cells import Bound
from services.imports.columns import Column, Format, kind_of
from services.imports.whom import Named
from services.registry.model import PrescriptionStatus
from services.texts.names import patronymic

_STATUSES: Mapping[str, PrescriptionStatus] = {
    **{each.value: each for each in PrescriptionStatus},
    **dict.fromkeys(("действует", "действующий", "выписан"), PrescriptionStatus.ACTIVE),
    **dict.fromkeys(("отпущен", "обслужен"), PrescriptionStatus.DISPENSED),
    **dict.fromkeys(("просрочен", "истек"), PrescriptionStatus.EXPIRED),
    **dict.fromkeys(("отменен", "аннулирован"), PrescriptionStatus.CANCELLED),
}


class Prescriptions:
    """Columns of a file with prescriptions."""

    SURNAME, NAME = Named.SURNAME, Named.NAME
    PATRONYMIC: Column[str | None] = Column("patronymic", "may be empty; nobody is looked for by it", patronymic)
    BIRTH_DATE, POLICY, SNILS = Named.BIRTH_DATE, Named.POLICY, Named.SNILS
    NUMBER: Column[str] = Column("number", "series and number, as on the paper", private.whole, required=True)
    DRUG: Column[str] = Column("drug", "name, form and dose", cells.words, required=True, limit=300)
    HOW: Column[str] = Column("how", "how to take it; may be empty", cells.words, limit=500)
    AMOUNT: Column[str] = Column("amount", "«№ 20»; may be empty", cells.words)
    COMMERCIAL: Column[bool] = Column("commercial", "«да»: the patient pays; «нет»", private.yes_or_no, required=True)
    ISSUED: Column[date] = Column("issued", "2026-11-24 or 24.11.2026", private.day, required=True)
    VALID_UNTIL: Column[date | None] = Column(
        "valid_until", "the last day on which it is good; empty or 01.01.1900 where there is none", private.day_or_none
    )
    STATUS: Column[PrescriptionStatus] = Column(
        "status",
        "active, dispensed, expired or cancelled; «действует», «отпущен», «просрочен», «отменён»",
        private.one_of(_STATUSES, ", ".join(PrescriptionStatus)),
        required=True,
    )
    DISPENSED: Column[date | None] = Column(
        "dispensed", "the day on which it was given out; may be empty", private.day_or_none
    )
    CLINIC: Column[str] = Column("clinic", "id of the clinic, which is in the registry", private.whole, required=True)
    DOCTOR: Column[str] = Column("doctor", "surname, name, patronymic", cells.words, required=True, limit=250)


FORMAT = Format(
    (kind_of(Prescriptions),),
    {
        "issued": Bound(-3660, 0, -36500, 36500, "days from today to the day a prescription was written; below 0: ago"),
        "good": Bound(0, 366, 0, 36500, "days from then to its last day"),
    },
)
(PRESCRIPTIONS,) = FORMAT.kinds
