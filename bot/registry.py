"""The health system of record of this process: today the local one, filled with the demo where it is on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.settings import Settings
from bot.storage import Storage
from services.accounts.model import Relation
from services.accounts.persons import ReadyFamily
from services.accounts.ready import families
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.demo import fill_demo, roll_demo
from services.registry.local.demo_addresses import fill_addresses
from services.registry.local.demo_family import enrol_family
from services.registry.local.demo_insurance import insure, insure_all, pay_for_visits
from services.registry.local.demo_insurers import put_demo_insurers
from services.registry.local.demo_prescriptions import prescribe, prescribe_to_all
from services.registry.local.registry import LocalRegistry
from services.registry.model import Patient, PatientIdentity
from services.registry.ports.registry import Registry


def registry_admin(storage: Storage) -> LocalRegistryAdmin:
    """The half of the local registry that the operator's commands speak to."""
    return LocalRegistryAdmin(storage.database, storage.vault, storage.clock)


def patients_registry(settings: Settings, storage: Storage) -> Registry:
    """The half of it that patients' acts go through."""
    return LocalRegistry(storage.database, storage.vault, storage.clock, registers_patients=settings.demo_on)


def ready_family(settings: Settings, storage: Storage) -> ReadyFamily | None:
    """DEMO: makes an account's own copy of the ready family; None where it is off."""
    if not settings.demo_on:
        return None
    admin = registry_admin(storage)

    async def make(seed: str, today: date) -> Sequence[tuple[Relation, PatientIdentity, Patient]]:
        members = await enrol_family(admin, seed, today)
        await prescribe(admin, members, today)
        await insure(admin, members, today)
        return [(Relation(member.relation), member.identity, patient) for member, patient in members]

    return make


async def fill(settings: Settings, storage: Storage) -> None:
    """DEMO: clinics, doctors and free times, where they are not there yet."""
    if settings.demo_on:
        await fill_demo(storage.database, storage.clock)


async def fill_records(settings: Settings, storage: Storage) -> None:
    """DEMO: addresses, and for earlier families what a later release has brought into them; nobody waits for it."""
    if settings.demo_on:
        database, vault = storage.database, storage.vault
        await fill_addresses(database, registry_admin(storage))
        await prescribe_to_all(database, vault, registry_admin(storage), families(database))
        await insure_all(database, vault, registry_admin(storage), families(database))
        await pay_for_visits(database, registry_admin(storage), storage.clock.now())
        await put_demo_insurers(registry_admin(storage))


async def roll(settings: Settings, storage: Storage) -> None:
    """DEMO: the schedule of the days that have come nearer, and what the visits of the last ones have cost."""
    if settings.demo_on:
        await roll_demo(storage.database, storage.clock)
        await pay_for_visits(storage.database, registry_admin(storage), storage.clock.now())
