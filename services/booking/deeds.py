"""What another account of this bot has done to a visit, and who that is to whoever asks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, literal, select

from services.accounts import concerns
from services.accounts.holders import own_forms
from services.accounts.links import STRONG, lives
from services.accounts.model import Account, Action, Area, Basis, Relation
from services.accounts.tables import PATIENT, access_grant, link_basis, person, person_link
from services.booking.model import Deed, DeedKind, Doer
from services.booking.tables import booking_intent, cancel_intent
from services.clock import Clock
from services.registry.model import Visit
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import statement
from services.storage.vault import Vault


@statement
def _by_others(account_id: str, visit_id: str) -> Select[Any]:
    """What other accounts have done to the visit: who, when, which kind."""
    made = case((booking_intent.c.moves.is_(None), DeedKind.BOOKED.value), else_=DeedKind.MOVED.value)
    booked = select(booking_intent.c.account_id, booking_intent.c.created_at, made.label("kind")).where(
        booking_intent.c.visit_id == visit_id,
        booking_intent.c.account_id != account_id,
        booking_intent.c.status == "booked",
        booking_intent.c.follows.is_(False),
    )
    gone = literal(DeedKind.CANCELLED.value).label("kind")
    cancelled = select(cancel_intent.c.account_id, cancel_intent.c.created_at, gone).where(
        cancel_intent.c.visit_id == visit_id,
        cancel_intent.c.account_id != account_id,
        cancel_intent.c.status == "done",
    )
    found: Any = booked.union_all(cancelled)
    return found  # type: ignore[no-any-return]


@statement
def _bases(account_id: str, patient_indexes: Collection[str], now: datetime) -> Select[Any]:
    """What the account's links to the patient rest on."""
    return (
        select(person_link.c.relation, link_basis.c.basis)
        .join(person, person.c.id == person_link.c.person_id)
        .join(link_basis, link_basis.c.link_id == person_link.c.id)
        .where(
            PATIENT.index.in_(patient_indexes),
            person_link.c.account_id == account_id,
            person_link.c.ended_at.is_(None),
            lives(now),
        )
    )


@statement
def _given(grantor_id: str, grantee_id: str, now: datetime) -> Select[Any]:
    return (
        select(access_grant.c.id)
        .where(
            access_grant.c.grantor_id == grantor_id,
            access_grant.c.grantee_id == grantee_id,
            access_grant.c.ended_at.is_(None),
            access_grant.c.until > now,
        )
        .limit(1)
    )


class Deeds:
    """For whoever stands for the patient. Of the other account it tells what it rests on, and no more.

    But for its holder's name, where the one who asks has given it access, and sees that name there too.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    @concerns.area(Area.VISITS, Action.SEE)
    async def latest(self, account: Account, visit: Visit) -> Deed | None:
        """The last thing that another account has done to the visit; None where none has, or it has been erased."""
        row = await self._latest(account.id, visit.id)
        if row is None:
            return None
        doer = await self._doer(row.account_id, visit.patient_id)
        name = await self._name(account.id, row.account_id) if doer is Doer.CONSENT else None
        return Deed(DeedKind(row.kind), doer, row.account_id, name)

    async def _latest(self, account_id: str, visit_id: str) -> Row | None:
        rows = (await self._database.fetch(_by_others(account_id, visit_id))).all()
        return max(rows, key=lambda row: row.created_at, default=None)

    async def _doer(self, actor_id: str, patient_id: str) -> Doer:
        indexes = PATIENT.indexes(self._vault, [patient_id])
        rows = (await self._database.fetch(_bases(actor_id, indexes, self._clock.now()))).all()
        strong = {row.relation for row in rows if row.basis in STRONG}
        if Relation.OWN.value in strong:
            return Doer.PATIENT
        if strong:
            return Doer.REPRESENTATIVE
        return Doer.CONSENT if any(row.basis == Basis.CONSENT.value for row in rows) else Doer.UNKNOWN

    async def _name(self, account_id: str, actor_id: str) -> str | None:
        """As «Кому открыт доступ» has it; None where this account has given none, or no form is filled in there."""
        if (await self._database.fetch(_given(account_id, actor_id, self._clock.now()))).first() is None:
            return None
        async with self._database.read() as connection:
            holder = (await own_forms(connection, self._vault, [actor_id])).get(actor_id)
        return holder.name if holder is not None else None
