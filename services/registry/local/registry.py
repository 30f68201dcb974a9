"""The registry in SQL tables of our own: the demo's, and an operator's who imports a directory."""

from __future__ import annotations

from services.clock import Clock
from services.registry.local.addresses import LocalAddresses
from services.registry.local.bookings import LocalBookings
from services.registry.local.clinics import LocalClinics
from services.registry.local.insurance import LocalInsurance
from services.registry.local.insurers import LocalInsurers
from services.registry.local.patients import LocalPatients
from services.registry.local.prescriptions import LocalPrescriptions
from services.registry.local.times import LocalTimes
from services.registry.model import Capabilities
from services.registry.ports.addresses import AddressesPort
from services.registry.ports.insurance import CareCasesPort, CoveragePort
from services.registry.ports.insurers import InsurersPort
from services.registry.ports.prescriptions import PrescriptionChangesPort, PrescriptionsPort
from services.registry.ports.visits import VisitChangesPort
from services.storage.engine import Database
from services.storage.vault import Vault

_PORTS = frozenset(
    {
        VisitChangesPort,
        PrescriptionsPort,
        PrescriptionChangesPort,
        CoveragePort,
        CareCasesPort,
        InsurersPort,
        AddressesPort,
    }
)


class LocalRegistry(
    LocalClinics,
    LocalPatients,
    LocalTimes,
    LocalBookings,
    LocalPrescriptions,
    LocalInsurance,
    LocalInsurers,
    LocalAddresses,
):
    """`Registry`, topic by topic, and the ports that not every registry has."""

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, *, registers_patients: bool, moves: bool = True
    ) -> None:
        super().__init__(database, vault, clock, Capabilities(registers_patients, moves, _PORTS))
