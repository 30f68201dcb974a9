"""What the operator may do with the local registry: a directory and records come in, patients and visits change."""

from __future__ import annotations

import asyncio

from services.clock import Clock
from services.registry.local.addresses import LocalAddressesAdmin
from services.registry.local.desk import LocalDesk
from services.registry.local.importing import Pause
from services.registry.local.insurance import LocalInsuranceAdmin
from services.registry.local.insurers import LocalInsurersAdmin
from services.registry.local.prescriptions import LocalPrescriptionsAdmin
from services.registry.local.schedules import LocalSchedules
from services.storage.engine import Database
from services.storage.vault import Vault


class LocalRegistryAdmin(
    LocalSchedules,
    LocalDesk,
    LocalPrescriptionsAdmin,
    LocalInsuranceAdmin,
    LocalInsurersAdmin,
    LocalAddressesAdmin,
):
    """`SchedulesPort`, `DeskPort`, and the admin ports of prescriptions, insurance, insurers and addresses."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, pause: Pause = asyncio.sleep) -> None:
        LocalSchedules.__init__(self, database, clock, pause)
        LocalDesk.__init__(self, database, vault, clock)
        LocalPrescriptionsAdmin.__init__(self, database, vault, pause)
        LocalInsuranceAdmin.__init__(self, database, vault, pause)
        LocalInsurersAdmin.__init__(self, database)
        LocalAddressesAdmin.__init__(self, database, pause)
