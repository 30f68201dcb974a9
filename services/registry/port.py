"""The registry port: the health system of record as the product sees it, remote even when it is local."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from services.errors import NomerokError
from services.registry.model import (
    BookingAnswer,
    CancelAnswer,
    Capabilities,
    Clinic,
    DayOffer,
    Doctor,
    DoctorOffer,
    Patient,
    PatientIdentity,
    ServiceOffer,
    Slot,
    Visit,
)


class RegistryUnavailable(NomerokError):  # noqa: N818
    """The registry does not answer a question. Never to be shown as «нет номерков»."""


class PatientConflict(NomerokError):  # noqa: N818
    """The registry holds this policy number for another name or birth date."""


class Registry(Protocol):
    """What a patient's act needs; every registry has all of it.

    Questions raise `RegistryUnavailable`. `book`, `move` and `cancel` never raise: silence is `Unknown`.
    Offers leave out times that are taken, that have begun, and the slots named in `without`
    (held for somebody else by this bot). `age`: full years on the day of asking, to leave out those
    who do not see such patients.
    """

    def capabilities(self) -> Capabilities: ...

    async def regions(self) -> Mapping[str, int]:
        """How many clinics each region has; regions without any are left out."""
        ...

    async def clinics(self, region: str) -> Sequence[Clinic]:
        """All clinics of a region, in the order of their names."""
        ...

    async def clinic(self, clinic_id: str) -> Clinic | None: ...

    async def doctor(self, doctor_id: str) -> Doctor | None:
        """A doctor by the id, whatever age they see and whether anything is free."""
        ...

    async def find_patient(self, identity: PatientIdentity) -> Patient | None:
        """The patient with this policy, name and birth date; СНИЛС finds the one whose policy has changed.

        Raises `PatientConflict` where the policy stands for somebody else.
        """
        ...

    async def register_patient(self, identity: PatientIdentity) -> Patient:
        """Enters a person that is not known yet; the patient comes unconfirmed and attached nowhere.

        A person already there is returned as it is. Raises `PatientConflict` as `find_patient` does.
        Only with `capabilities().registers_patients`.
        """
        ...

    async def services(self, clinic_id: str, *, age: int, without: Collection[str] = ()) -> Sequence[ServiceOffer]:
        """Services of a clinic for this age, in the order of their names; those with no free time too."""
        ...

    async def doctors(
        self, clinic_id: str, service_id: str, *, age: int, without: Collection[str] = ()
    ) -> Sequence[DoctorOffer]:
        """Doctors of a service, in the order of their names; those with no free time too."""
        ...

    async def days(
        self,
        clinic_id: str,
        service_id: str,
        *,
        age: int,
        doctor_id: str | None = None,
        without: Collection[str] = (),
    ) -> Sequence[DayOffer]:
        """Days with free times, earliest first; `doctor_id` None means any doctor of the service."""
        ...

    async def slots(
        self,
        clinic_id: str,
        service_id: str,
        *,
        age: int,
        doctor_id: str | None = None,
        day: date | None = None,
        without: Collection[str] = (),
        limit: int | None = None,
    ) -> Sequence[Slot]:
        """Free times, earliest first; `day` is a day in the clinic's zone, None means from now on."""
        ...

    async def slot(self, slot_id: str) -> Slot | None:
        """A time by its id, if it is still free and has not begun."""
        ...

    async def book(self, key: str, patient_id: str, slot_id: str) -> BookingAnswer:
        """Takes the time. The same `key` again gives the same visit and never a second one."""
        ...

    async def find_booking(self, key: str) -> BookingAnswer | None:
        """What became of `book` with this key: the visit; None if it never arrived; `Unknown` if it cannot tell."""
        ...

    async def move(self, key: str, visit_id: str, slot_id: str) -> BookingAnswer:
        """Takes the time instead of the visit's own: both or neither; `find_booking` knows the key too.

        The visit to be moved is left out of both conflict checks, ends as `moved` and names its successor.
        Only with `capabilities().moves`. Never raises.
        """
        ...

    async def cancel(self, visit_id: str) -> CancelAnswer:
        """Cancels for the patient and frees the time. Asked again, the first one's doing is `already_cancelled`.

        Never raises: silence is `Unknown`.
        """
        ...

    async def visits(self, patient_ids: Collection[str], *, since: datetime | None = None) -> Sequence[Visit]:
        """Visits of these patients, earliest first; those that start at `since` or later, None: past ones too."""
        ...

    async def visit(self, visit_id: str) -> Visit | None: ...
