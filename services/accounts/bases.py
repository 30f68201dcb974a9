"""What lets accounts act for a patient, listed as it stands: each of these can be ended.

By any chat of the patient whose own documents the desk has seen, whenever and wherever the other one came from; by the
clinic's desk; and what rests on a consent by whoever has received it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, func, select

from services.accounts import concerns, rights
from services.accounts.ended import RightsEnded
from services.accounts.holders import own_forms
from services.accounts.identity import identity_from_json
from services.accounts.links import (
    STRONG,
    WEAK,
    covers_of,
    end_grants,
    ending_grants,
    is_given,
    lives,
    note,
    own_by_documents,
    take_bases,
    take_consent,
)
from services.accounts.model import Account, Basis, EndedBasis, Person, Relation, StandingBasis, full_name
from services.accounts.notices import AccountNews
from services.accounts.patients import Indexes, indexes_of, same_patient
from services.accounts.persons import Persons
from services.accounts.tables import PATIENT, access_grant, account, link_basis, person, person_link
from services.clock import Clock
from services.errors import NotFound
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.registry.model import PatientIdentity
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import statement
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, by_day, local

_BY_PAPERS = (Relation.CHILD.value, Relation.WARD.value)
_said = link_basis.alias("said")
_SAID_AT = (
    select(func.min(_said.c.granted_at))
    .where(_said.c.link_id == link_basis.c.link_id, _said.c.basis != Basis.CONSENT.value)
    .scalar_subquery()
)
"""When what is no consent was first shown or said of the link's person."""
_ROWS = (
    select(
        link_basis,
        person_link.c.account_id,
        person_link.c.relation,
        person_link.c.person_id,
        person.c.profile,
        person.c.patient,
        _SAID_AT.label("said_at"),
    )
    .join(person_link, person_link.c.id == link_basis.c.link_id)
    .join(person, person.c.id == person_link.c.person_id)
    .where(person_link.c.ended_at.is_(None), link_basis.c.basis.not_in(WEAK))
    .order_by(link_basis.c.granted_at, link_basis.c.link_id, link_basis.c.basis)
)


@statement
def _received(account_id: str, now: datetime) -> Select[Any]:
    """Consents that the account lives by."""
    return _live(now, person_link.c.account_id == account_id, link_basis.c.basis == Basis.CONSENT.value)


@statement
def _over_patient(patient_indexes: Collection[str], but_account_id: str | None, now: datetime) -> Select[Any]:
    """All that stands over a patient; but what this account has."""
    others = () if but_account_id is None else (person_link.c.account_id != but_account_id,)
    return _live(now, PATIENT.index.in_(patient_indexes), *others)


@statement
def _one(link_id: str, basis: str, now: datetime) -> Select[Any]:
    return _live(now, link_basis.c.link_id == link_id, link_basis.c.basis == basis)


def _live(now: datetime, *conditions: ColumnElement[bool]) -> Select[Any]:
    return _ROWS.where(lives(now), *conditions)


@statement
def _overdue(now: datetime) -> Select[Any]:
    return _ROWS.where(*_consent_over(now))


@statement
def _overdue_still(link_id: str, now: datetime) -> Select[Any]:
    """Locked."""
    return _ROWS.where(link_basis.c.link_id == link_id, *_consent_over(now)).with_for_update(of=link_basis)


def _consent_over(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return link_basis.c.basis == Basis.CONSENT.value, link_basis.c.until <= now


@statement
def _link(link_id: str) -> Select[Any]:
    """Ended or not, with its person."""
    return (
        select(person_link, person.c.profile, person.c.patient)
        .join(person, person.c.id == person_link.c.person_id)
        .where(person_link.c.id == link_id)
    )


@statement
def _person_of(link_id: str) -> Select[Any]:
    return select(person_link.c.person_id).where(person_link.c.id == link_id)


@statement
def _consents_locked(person_id: str, indexes: Indexes) -> Select[Any]:
    """Those that stand over the person's patient."""
    over = access_grant.c.person_id.in_(same_patient(person_id, indexes)), access_grant.c.ended_at.is_(None)
    return select(access_grant.c.id).where(*over).order_by(access_grant.c.id).with_for_update()


@statement
def _accounts_locked(person_id: str, indexes: Indexes) -> Select[Any]:
    """Those that have the person's patient."""
    linked = select(person_link.c.account_id).where(person_link.c.person_id.in_(same_patient(person_id, indexes)))
    them = select(account.c.id).where(account.c.id.in_(linked)).order_by(account.c.id)
    return them.with_for_update(key_share=True)


@statement
def _end_given(grantor_id: str, person_id: str, indexes: Indexes, now: datetime) -> Update:
    """Consents of the person's patient that this chat has given."""
    return ending_grants(access_grant.c.grantor_id == grantor_id, person_id, indexes, now)


@statement
def _by_papers(account_id: str) -> Select[Any]:
    """The account's children and wards."""
    return select(person_link.c.id, person_link.c.person_id).where(
        person_link.c.account_id == account_id,
        person_link.c.relation.in_(_BY_PAPERS),
        person_link.c.ended_at.is_(None),
    )


@dataclass(frozen=True, slots=True)
class Closed:
    """An access that has just been ended. `told`: the keys under which its own chat is told by the screen to come."""

    basis: EndedBasis
    told: tuple[str, ...]


class Bases:
    """Lists and ends what stands over a patient. Whoever asks is looked at again within the unit that ends it."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        persons: Persons,
        outbox: Outbox,
        rights_ended: RightsEnded,
        clock: Clock,
    ) -> None:
        self._database = database
        self._vault = vault
        self._persons = persons
        self._outbox = outbox
        self._rights_ended = rights_ended
        self._clock = clock

    # --- telling ------------------------------------------------------------------------------------

    @concerns.persons("who may act for whom")
    async def standing(self, who: Account) -> tuple[StandingBasis, ...]:
        """What others' chats have over this account's holder, then the consents that this account lives by.

        Only a holder whose documents the desk has seen is told of the others.
        """
        own = await self._confirmed(who)
        others = await self._over(own, who) if own else []
        received = (await self._database.fetch(_received(who.id, self._clock.now()))).all()
        holder = {who.id: own.full_name} if own else {}
        return (
            *(await self._told(others, own)),
            *(self._basis(row, self._name(row), holder, mine=True, endable=True) for row in received),
        )

    @concerns.persons("who may act for whom")
    async def elsewhere(self, who: Account) -> tuple[StandingBasis, ...]:
        """The other chats that are this account's holder, too."""
        return tuple(each for each in await self.standing(who) if not each.mine and each.relation is Relation.OWN)

    @concerns.persons("who may act for whom")
    async def get(self, who: Account, link_id: str, basis: Basis) -> StandingBasis:
        """One that `standing` tells this account of; `NotFound` for any other, and for one that has ended."""
        for each in await self.standing(who):
            if (each.link_id, each.basis) == (link_id, basis):
                return each
        raise NotFound

    @concerns.persons("what stands over a patient, told to the desk")
    async def of_patient(self, patient_id: str) -> tuple[StandingBasis, ...]:
        """For the desk: all that stands over the registry's patient, in whichever chat."""
        rows = await self._standing_over(patient_id)
        return tuple(await self._told(rows, None))

    @concerns.persons("who may act for whom")
    async def ended(self, who: Account, link_id: str) -> EndedBasis:
        """What a notice about this link says: to the account that had it, and to the patient's confirmed chats."""
        row = (await self._database.fetch(_link(link_id))).one_or_none()
        if row is None:
            raise NotFound
        if row.account_id == who.id:
            return EndedBasis(self._name(row), None, Relation(row.relation), mine=True)
        own = await self._confirmed(who)
        if own is None or row.patient is None or own.patient_id != self._patient(row):
            raise NotFound
        names = await self._holders([row.account_id])
        return EndedBasis(own.full_name, names.get(row.account_id), Relation(row.relation), mine=False)

    # --- ending -------------------------------------------------------------------------------------

    @concerns.persons("who may act for whom")
    async def end(self, who: Account, link_id: str, basis: Basis) -> Closed:
        """Ends one that `standing` tells this account of, with all that rested on it; both sides are told.

        `NotFound` where there is none, or only the desk may end it. The screen that follows says it to this account:
        shown, it settles the keys that are given.
        """
        found = await self.get(who, link_id, basis)
        if not found.endable:
            raise NotFound
        async with self._database.write() as unit:
            row = await self._locked(unit, link_id, basis)
            if row is None or not (found.mine or await self._is_confirmed(unit, who.id, self._patient(row))):
                raise NotFound
            told = await self._end(unit, row, who.id)
        covers = found.covers if basis is Basis.CONSENT else None
        return Closed(EndedBasis(found.patient, found.holder, found.relation, found.mine, covers), tuple(told))

    async def end_at_desk(self, link_id: str, basis: Basis) -> StandingBasis:
        """The desk ends any of them: the chat that had it and the patient's confirmed ones are told.

        `NotFound` where it does not stand.
        """
        rows = (await self._database.fetch(_one(link_id, basis.value, self._clock.now()))).all()
        if not rows:
            raise NotFound
        (found,) = await self._told(rows, None)
        async with self._database.write() as unit:
            row = await self._locked(unit, link_id, basis)
            if row is None:
                raise NotFound
            await self._end(unit, row, None)
        return found

    async def expire(self) -> int:
        """Ends the consents whose time is over and that no row of `access_grant` speaks of; gives how many.

        They were given at the desk before the giver had a chat. Whoever lived by one is told, and the giver's
        confirmed chats, by day. The others are `Consents.expire`'s.
        """
        now = self._clock.now()
        found = (await self._database.fetch(_overdue(now))).all()
        done = 0
        for each in found:
            async with self._database.write() as unit:
                await self._lock(unit, each.link_id)
                row = (await unit.execute(_overdue_still(each.link_id, now))).one_or_none()
                if row is None or await is_given(unit, self._vault, row.account_id, row.person_id):
                    continue
                await take_bases(unit, row.link_id, (Basis.CONSENT.value,), self._clock.now(), self._rights_ended)
                await self._tell_of_the_end(unit, row)
            done += 1
        return done

    async def _tell_of_the_end(self, unit: Unit, row: Row) -> None:
        now = self._clock.now()
        for account_id in dict.fromkeys((row.account_id, *await self._chats_of(unit, self._patient(row)))):
            key = keys.basis_over(row.link_id, row.until, account_id)
            whose = row.person_id if account_id == row.account_id else await self._own_row(unit, account_id)
            notice = Notice(account_id, whose, AccountNews.BASIS_OVER, row.link_id, key, by_day(now))
            await self._outbox.add(unit, notice)

    async def _locked(self, unit: Unit, link_id: str, basis: Basis) -> Row | None:
        """The basis as it stands once nobody else changes it."""
        await self._lock(unit, link_id)
        row: Row | None = (await unit.execute(_one(link_id, basis.value, self._clock.now()))).one_or_none()
        return row

    async def _lock(self, unit: Unit, link_id: str) -> None:
        """Nobody else changes what stands over this patient: first consents, then accounts, each by their ids.

        Whoever erases an account locks them in this order, too; so two chats that put each other out wait, and the
        second finds itself out already.
        """
        person_id = (await unit.execute(_person_of(link_id))).scalar_one_or_none()
        if person_id is None:
            return
        indexes = await indexes_of(unit, self._vault, person_id)
        await unit.execute(_consents_locked(person_id, indexes))
        await unit.execute(_accounts_locked(person_id, indexes))

    async def _end(self, unit: Unit, row: Row, by: str | None) -> list[str]:
        """Ends a basis and tells whom it concerns. `by`: the account that does it, None for the desk.

        Gives the keys of what that account's own screen will say.
        """
        now = self._clock.now()
        action = "basis_ended" if by else "basis_ended_by_desk"
        await note(unit, now, by or row.account_id, row.person_id, action, row.link_id)
        told: dict[str, list[str]] = {}
        if row.basis == Basis.CONSENT.value:
            for grant in await end_grants(unit, self._vault, now, row.account_id, row.person_id):
                for account_id in (grant.grantor_id, grant.grantee_id):
                    told.setdefault(account_id, []).append(await self._tell_of_grant(unit, grant, account_id, by))
            await take_consent(unit, self._vault, now, row.account_id, row.person_id, self._rights_ended)
        else:
            await take_bases(unit, row.link_id, STRONG, now, self._rights_ended)
            if row.relation == Relation.OWN.value:
                await self._end_what_rested(unit, row, now, by)
        concerned = [row.account_id, *((by,) if by else ())]
        if by is None or row.basis != Basis.CONSENT.value:
            concerned += await self._chats_of(unit, self._patient(row))
        for account_id in dict.fromkeys(concerned):
            if account_id not in told:
                told[account_id] = [await self._tell(unit, row, account_id, by)]
        return told[by] if by else []

    async def _end_what_rested(self, unit: Unit, own: Row, now: datetime, by: str | None) -> None:
        """A chat is no longer its holder: what it let others do ends, and what it may do for children and wards."""
        indexes = await indexes_of(unit, self._vault, own.person_id)
        given = await unit.execute(_end_given(own.account_id, own.person_id, indexes, now))
        for grant in given.all():
            await note(unit, now, own.account_id, grant.person_id, "consent_ended", grant.id)
            if await is_given(unit, self._vault, grant.grantee_id, grant.person_id):  # by another chat of the patient's
                continue
            await take_consent(unit, self._vault, now, grant.grantee_id, grant.person_id, self._rights_ended)
            await self._tell_of_grant(unit, grant, grant.grantee_id, by)
        by_papers = await unit.execute(_by_papers(own.account_id))
        for link in by_papers.all():
            if await take_bases(unit, link.id, STRONG, now, self._rights_ended):
                await note(unit, now, own.account_id, link.person_id, "basis_ended", link.id)

    async def _tell_of_grant(self, unit: Unit, grant: Row, account_id: str, by: str | None) -> str:
        kind, key = AccountNews.ACCESS_ENDED, keys.access_ended(grant.id, account_id)
        notice = Notice(account_id, grant.person_id, kind, grant.id, key, screen_follows=account_id == by)
        await self._outbox.add(unit, notice)
        return key

    async def _tell(self, unit: Unit, row: Row, account_id: str, by: str | None) -> str:
        kind, key = AccountNews.BASIS_ENDED, keys.basis_ended(row.link_id, row.granted_at, account_id)
        whose = row.person_id if account_id == row.account_id else await self._own_row(unit, account_id)
        notice = Notice(account_id, whose, kind, row.link_id, key, screen_follows=account_id == by)
        await self._outbox.add(unit, notice)
        return key

    async def _own_row(self, unit: Unit, account_id: str) -> str | None:
        own = (await own_forms(unit, self._vault, [account_id])).get(account_id)
        return own.person_id if own is not None else None

    async def _chats_of(self, unit: Unit, patient_id: str | None) -> Sequence[str]:
        """The patient's own chats, confirmed by documents."""
        if patient_id is None:
            return ()
        own = (
            await unit.execute(own_by_documents(PATIENT.indexes(self._vault, [patient_id]), self._clock.now()))
        ).all()
        return list(dict.fromkeys(row.account_id for row in own))

    async def _is_confirmed(self, unit: Unit, account_id: str, patient_id: str | None) -> bool:
        return account_id in await self._chats_of(unit, patient_id)

    # --- reading ------------------------------------------------------------------------------------

    def _patient(self, row: Row) -> str | None:
        """Who the person of a row of `_ROWS` is in the registry."""
        return PATIENT.open_any(self._vault, row.person_id, row.patient)

    async def _confirmed(self, who: Account) -> Person | None:
        """The account's holder, where the desk or a provider has confirmed them."""
        own = await self._persons.own(who)
        return own if own is not None and rights.is_confirmed(own, self._clock.now()) else None

    async def _over(self, own: Person, who: Account) -> Sequence[Row]:
        if own.patient_id is None:
            return ()
        return await self._standing_over(own.patient_id, but_account_id=who.id)

    async def _standing_over(self, patient_id: str, but_account_id: str | None = None) -> Sequence[Row]:
        indexes = PATIENT.indexes(self._vault, [patient_id])
        return (await self._database.fetch(_over_patient(indexes, but_account_id, self._clock.now()))).all()

    async def _told(self, rows: Iterable[Row], own: Person | None) -> list[StandingBasis]:
        """`own`: the patient who is told; None: the desk is."""
        found = list(rows)
        names = await self._holders([row.account_id for row in found])
        today = local(self._clock.now(), MOSCOW).date()
        return [
            self._basis(
                *(row, own.full_name if own else self._name(row), names),
                mine=False,
                endable=own is None or _may_end(own, row, today),
            )
            for row in found
        ]

    def _basis(self, row: Row, patient: str, names: dict[str, str], *, mine: bool, endable: bool) -> StandingBasis:
        basis, relation = Basis(row.basis), Relation(row.relation)
        last = rights.outlasted(relation, self._identity(row).birth_date, [row.said_at] if row.said_at else [])
        return StandingBasis(
            *(row.link_id, basis, patient, names.get(row.account_id), relation),
            *(row.granted_at, rights.ends_at(basis, row.until, last), covers_of(row.covers or ""), mine, endable),
        )

    async def _holders(self, account_ids: Collection[str]) -> dict[str, str]:
        async with self._database.read() as connection:
            own = await own_forms(connection, self._vault, account_ids)
        return {account_id: each.name for account_id, each in own.items()}

    def _name(self, row: Row) -> str:
        return full_name(self._identity(row))

    def _identity(self, row: Row) -> PatientIdentity:
        return identity_from_json(self._vault.open_json(person.c.profile, row.person_id, row.profile))


def _may_end(own: Person, row: Row, today: date) -> bool:
    """Whether the patient may end it: whom papers name as a child's representative stays one until the child is 15."""
    if row.relation not in _BY_PAPERS or row.basis == Basis.CONSENT.value:
        return True
    return rights.decides(own, today)
