"""The clinic's desk: works in the same registry beside the bot, over a connection of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from emulator.driver import User
from services.cases.desk import CaseDesk
from services.clock import Clock
from services.ids import new_id
from services.notify.outbox import Outbox
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.demo import roll_demo
from services.registry.local.registry import LocalRegistry
from services.registry.model import Booked, PatientIdentity, Policy, PolicyKind, Sex, Slot, Visit, VisitStatus
from services.requests.model import KINDS
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.e2e.people import BORN, a_policy
from tests.support.bot_process import BotProcess

HOME_CLINIC = "demo-01"
"""Where the ready family's adults are attached."""


@dataclass
class Desk:
    """What a registrar does and sees."""

    bot: BotProcess
    registry: LocalRegistry
    database: Database
    admin: LocalRegistryAdmin
    requests: CaseDesk
    vault: Vault
    clock: Clock

    async def free(self, service: str, *, clinic: str = HOME_CLINIC, age: int = 36) -> list[Slot]:
        """Free times of a service by its code, earliest first."""
        return list(await self.registry.slots(clinic, service, age=age))

    async def book(self, patient_id: str, slot_id: str) -> Visit:
        """Somebody at the counter gets this time."""
        answer = await self.registry.book(new_id(), patient_id, slot_id)
        assert isinstance(answer, Booked), answer
        return answer.visit

    async def give_away(self, *slot_ids: str, born: date = BORN) -> None:
        """Strangers at the counter get these times."""
        for slot_id in slot_ids:
            stranger = PatientIdentity(
                "Прохожева", "Вера", None, born, Sex.FEMALE, Policy(PolicyKind.ENP, a_policy(born))
            )
            patient = await self.registry.register_patient(stranger)
            await self.book(patient.id, slot_id)

    async def roll(self) -> None:
        """What the nights between have done: the demo's times of the two weeks from today."""
        await roll_demo(self.database, self.clock)

    async def visits(self, user: User) -> list[Visit]:
        """Every visit in the registry of everybody whom this user has."""
        return list(await self.registry.visits(patients_of(self.bot, user)))

    async def standing(self, user: User) -> list[Visit]:
        """Those of them that are booked."""
        return [each for each in await self.visits(user) if each.status is VisitStatus.BOOKED]


@asynccontextmanager
async def desk_of(bot: BotProcess) -> AsyncIterator[Desk]:
    """The desk of the bot's registry."""
    database = Database.from_url(f"sqlite:///{bot.database}")
    try:
        vault, clock = bot.vault, bot.clock
        registry = LocalRegistry(database, vault, clock, registers_patients=True)
        requests = CaseDesk(database, vault, Outbox(database, clock), clock, KINDS.values())
        yield Desk(bot, registry, database, LocalRegistryAdmin(database, vault, clock), requests, vault, clock)
    finally:
        await database.close()


def patients_of(bot: BotProcess, user: User) -> list[str]:
    """The registry's ids of everybody whom this user has, oneself first."""
    found = bot.rows(
        "SELECT patient_of(person.id, patient) FROM person JOIN person_link ON person_link.person_id = person.id"
        " JOIN account ON account.id = person_link.account_id"
        " WHERE account.chat_index = chat(?) AND patient IS NOT NULL"
        " ORDER BY person_link.relation <> 'own', person_link.created_at, person_link.id",
        user.id,
    )
    return [patient_id for (patient_id,) in found]


def held_slot(bot: BotProcess, user: User) -> str | None:
    """The time that is held for this user now."""
    found = bot.rows(
        "SELECT slot_id FROM hold JOIN account ON account.id = hold.account_id"
        " WHERE chat_index = chat(?) AND until > ?",
        user.id,
        int(bot.now.timestamp() * 1000),
    )
    return found[0][0] if found else None


def intents(bot: BotProcess, user: User) -> list[tuple[str, int]]:
    """What became of every «Да, подтверждаю» of this user: its status and how often it was looked into."""
    return bot.rows(
        "SELECT status, attempts FROM booking_intent JOIN account ON account.id = account_id"
        " WHERE chat_index = chat(?) ORDER BY booking_intent.created_at",
        user.id,
    )
