"""Links to booking: a clinic, a service or a doctor in the payload of a link of the bot, and links that wait.

A payload is `c-CLINIC`, `s-NN-CLINIC-SERVICE` or `d-NN-CLINIC-DOCTOR`; NN, the length of the clinic's id in two
digits, tells where it ends, for ids may hold hyphens. Ids stand in it as they are: those of the local registry
always fit (`registry.local.tables.REF`), and one that does not is refused when the link is made.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Delete, Insert, Select, delete, select

from services.booking.model import BookingLink, LinkKind, LinkTarget
from services.booking.tables import waiting_link
from services.clock import Clock
from services.errors import NomerokError
from services.registry.model import ADULT_AGE
from services.registry.ports.clinics import ClinicsPort
from services.registry.ports.times import TimesPort
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.statement import statement
from services.storage.types import Sealed
from services.storage.units import Unit
from services.storage.vault import Vault

LONGEST = 58
"""Telegram takes 64 characters, but a button that goes on with a link bears its payload too."""
LIFETIME = timedelta(days=1)
"""As long as the form's draft lives."""
_PURPOSE = "waiting link"
_ID = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_CLINIC = re.compile(r"c-([A-Za-z0-9_-]+)", re.ASCII)
_PART = re.compile(r"([sd])-([0-9]{2})-([A-Za-z0-9_-]+)", re.ASCII)


class LinkImpossible(NomerokError):  # noqa: N818
    """An id that a link cannot carry: it holds other characters than A–Z, a–z, 0–9, «-», «_», or is too long."""


def payload_of(link: BookingLink) -> str:
    """What stands after `?start=`; `LinkImpossible` where it cannot."""
    ids = (link.clinic_id,) if link.kind is LinkKind.CLINIC else (link.clinic_id, link.ref)
    length = [] if link.kind is LinkKind.CLINIC else [f"{len(link.clinic_id):02}"]
    payload = "-".join([link.kind.value, *length, *ids])
    if not all(_ID.fullmatch(each) for each in ids) or len(payload) > LONGEST:
        raise LinkImpossible
    return payload


def read_link(payload: str | None) -> BookingLink | None:
    """The reverse of `payload_of`; None for anything that it does not make."""
    if payload is None or len(payload) > LONGEST:
        return None
    if match := _CLINIC.fullmatch(payload):
        return BookingLink(LinkKind.CLINIC, match[1])
    match = _PART.fullmatch(payload)
    if match is None:
        return None
    length, ids = int(match[2]), match[3]
    if not 0 < length < len(ids) - 1 or ids[length] != "-":
        return None
    return BookingLink(LinkKind(match[1]), ids[:length], ids[length + 1 :])


class Places(ClinicsPort, TimesPort, Protocol):
    """What a link may lead to: a clinic, a doctor, a service."""


@statement
def _keep(row_id: str, data: Sealed, until: datetime, *, dialect: str) -> Insert:
    values = {"data": data, "expires_at": until}
    row = insert_for(dialect, waiting_link).values(id=row_id, **values)
    return row.on_conflict_do_update(index_elements=["id"], set_=values)


@statement
def _waiting(ids: Collection[str], now: datetime) -> Select[Any]:
    good = waiting_link.c.id.in_(ids), waiting_link.c.expires_at > now
    return select(waiting_link.c.id, waiting_link.c.data).where(*good)


@statement
def _forget(ids: Collection[str]) -> Delete:
    return delete(waiting_link).where(waiting_link.c.id.in_(ids))


@statement
def _forget_late(now: datetime) -> Delete:
    return delete(waiting_link).where(waiting_link.c.expires_at <= now)


class Links:
    """Says where a link leads, and keeps it for somebody who has to give consent and fill in a form first."""

    def __init__(self, database: Database, vault: Vault, registry: Places, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._clock = clock

    async def target(self, link: BookingLink) -> LinkTarget | None:
        """What stands there now; None where the clinic is gone. Raises `RegistryUnavailable`."""
        clinic = await self._registry.clinic(link.clinic_id)
        if clinic is None or link.kind is LinkKind.CLINIC:
            return LinkTarget(clinic) if clinic else None
        if link.kind is LinkKind.DOCTOR:
            doctor = await self._registry.doctor(link.ref)
            if doctor is None or doctor.clinic_id != clinic.id:
                return LinkTarget(clinic, lost=link.kind)
            return LinkTarget(clinic, doctor.service_id, doctor.service, doctor.id, doctor.name)
        for age in (ADULT_AGE, 0):  # whom the visit is for is not known yet
            for offer in await self._registry.services(clinic.id, age=age):
                if offer.id == link.ref:
                    return LinkTarget(clinic, offer.id, offer.name)
        return LinkTarget(clinic, lost=link.kind)

    async def keep(self, telegram_id: int, link: BookingLink) -> None:
        """Keeps the link for this chat, instead of an older one."""
        row_id = self._vault.index(_PURPOSE, str(telegram_id))
        data = self._vault.seal(waiting_link.c.data, row_id, payload_of(link))
        until = self._clock.now() + LIFETIME
        async with self._database.write() as unit:
            await unit.execute(_forget([each for each in self._of(telegram_id) if each != row_id]))
            await unit.execute(_keep(row_id, data, until, dialect=self._database.dialect))

    async def waiting(self, telegram_id: int) -> BookingLink | None:
        """The link that waits for this chat, while it is good."""
        row = (await self._database.fetch(_waiting(self._of(telegram_id), self._clock.now()))).first()
        return read_link(self._vault.open(waiting_link.c.data, row.id, row.data)) if row is not None else None

    async def forget(self, telegram_id: int) -> None:
        """The link has been followed, or is not wanted."""
        await self._database.execute(_forget(self._of(telegram_id)))

    async def erase(self, unit: Unit, telegram_id: int) -> None:
        """The same within a unit: nothing waits for a chat whose data are erased."""
        await unit.execute(_forget(self._of(telegram_id)))

    async def purge(self) -> int:
        """Forgets links that have waited too long; gives how many."""
        return (await self._database.aside.execute(_forget_late(self._clock.now()))).rowcount

    def _of(self, telegram_id: int) -> Sequence[str]:
        """What the chat's row may be called: it was kept under the present key or an earlier one."""
        return self._vault.indexes(_PURPOSE, str(telegram_id))
