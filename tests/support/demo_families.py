"""Ready families over the demo's first town: of today, and as an earlier release has made them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.accounts.model import Account, Relation
from services.accounts.persons import ReadyFamily
from services.registry.local.demo_clinics import demo_clinics
from services.registry.local.demo_family import enrol_family
from services.registry.model import Patient, PatientIdentity
from tests.support.world import World

TODAY = date(2026, 11, 23)
TOWN = list(demo_clinics())[:2]
"""The family's own two clinics."""


def as_it_was(world: World) -> ReadyFamily:
    """How an earlier release made a family: nothing stands in its record."""

    async def make(seed: str, today: date) -> Sequence[tuple[Relation, PatientIdentity, Patient]]:
        members = await enrol_family(world.admin, seed, today)
        return [(Relation(member.relation), member.identity, patient) for member, patient in members]

    return make


async def an_old_family(world: World) -> Account:
    account = await world.account()
    await world.persons.take_ready_family(account, as_it_was(world))
    return account
