"""Consents from chat to chat: who lets whom see or do what, and how it ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, select, update

from services.accounts import concerns, rights
from services.accounts.ended import RightsEnded
from services.accounts.holders import own_forms
from services.accounts.identity import identity_from_json
from services.accounts.links import covers_of, end_grants, note, of_account, take_consent
from services.accounts.model import Account, Farewell, Grant, Person, full_name
from services.accounts.notices import GIVER, TAKER, AccountNews
from services.accounts.persons import Persons
from services.accounts.tables import access_grant, person
from services.clock import Clock
from services.errors import NotFound
from services.ids import new_id
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.statement import Bound, statement
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, by_day, local


@statement
def _standing(account_id: str, now: datetime) -> Select[Any]:
    """Those that the account has given, then those that it has received."""
    return (
        select(access_grant)
        .where(of_account(account_id), access_grant.c.ended_at.is_(None), access_grant.c.until > now)
        .order_by(access_grant.c.grantor_id != account_id, access_grant.c.granted_at, access_grant.c.id)
    )


@statement
def _all_of(account_id: str) -> Select[Any]:
    by_age = access_grant.c.granted_at, access_grant.c.id
    return select(access_grant).where(of_account(account_id)).order_by(*by_age)


@statement
def _one(grant_id: str, account_id: str) -> Select[Any]:
    return select(access_grant).where(access_grant.c.id == grant_id, of_account(account_id))


@statement
def _overdue(now: datetime) -> Select[Any]:
    return select(access_grant.c.id).where(access_grant.c.ended_at.is_(None), access_grant.c.until <= now)


@statement
def _end(grant_id: str, account_id: str | None, now: datetime) -> Update:
    """One that stands; of the account, if there is one."""
    whose = () if account_id is None else (of_account(account_id),)
    return (
        update(access_grant)
        .where(access_grant.c.ended_at.is_(None), access_grant.c.id == grant_id, *whose)
        .values(ended_at=now)
        .returning(access_grant)
    )


@statement
def _profile(person_id: str) -> Select[Any]:
    return select(person.c.profile).where(person.c.id == person_id)


class Consents:
    """What one account has let another do. Names are looked up here, never kept in a row."""

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

    @concerns.persons("who may act for whom")
    async def may_grant(self, who: Account) -> bool:
        """Whether the account holder may let others act: confirmed by documents, and 15 or over."""
        return await self.granting(who) is not None

    @concerns.persons("who may act for whom")
    async def granting(self, who: Account) -> Person | None:
        """The account holder, where they may let others act."""
        own = await self._persons.own(who)
        now = self._clock.now()
        return own if own is not None and rights.may_grant(own, local(now, MOSCOW).date(), now) else None

    @concerns.persons("who may act for whom")
    async def grants(self, who: Account) -> tuple[Grant, ...]:
        """Consents that stand: those that this account has given, then those that it has received."""
        rows = await self._database.fetch(_standing(who.id, self._clock.now()))
        return tuple([await self._grant(who, row) for row in rows.all()])

    @concerns.persons("who may act for whom")
    async def notice(self, who: Account, grant_id: str) -> Grant:
        """A consent of this account, ended or not; `NotFound` for anybody else's."""
        row = (await self._database.fetch(_one(grant_id, who.id))).one_or_none()
        if row is None:
            raise NotFound
        return await self._grant(who, row)

    @concerns.persons("who may act for whom")
    async def revoke(self, who: Account, grant_id: str) -> Grant:
        """Ends a consent, from either side; both are told. Ended already, nothing changes.

        The screen that follows says it to this account: shown, it settles `keys.access_ended`.
        """
        async with self._database.write() as unit:
            rows = await self._end(unit, _end(grant_id, who.id, self._clock.now()))
            for row in rows:
                await note(unit, self._clock.now(), who.id, row.person_id, "consent_ended", row.id)
            for account_id, row in _concerned(rows).items():
                ended, key = AccountNews.ACCESS_ENDED, keys.access_ended(row.id, account_id)
                follows = account_id == who.id
                await self._outbox.add(
                    unit, Notice(account_id, row.person_id, ended, row.id, key, screen_follows=follows)
                )
        return await self.notice(who, grant_id)

    @concerns.persons("who may act for whom, within the unit of a caller that has looked")
    async def end_for(self, unit: Unit, account_id: str, person_id: str) -> None:
        """Within a write unit: the account gives up what it was allowed for this person; who allowed it is told."""
        for row in await end_grants(unit, self._vault, self._clock.now(), account_id, person_id):
            await note(unit, self._clock.now(), account_id, row.person_id, "consent_ended", row.id)
            ended, key = AccountNews.ACCESS_ENDED, keys.access_ended(row.id, row.grantor_id)
            await self._outbox.add(unit, Notice(row.grantor_id, row.person_id, ended, row.id, key))

    @concerns.persons("who may act for whom, within the unit of a caller that has looked")
    async def withdraw(self, unit: Unit, who: Account, grantee_id: str, person_id: str) -> None:
        """Within a write unit: the patient lets that account in no longer; everybody concerned is told.

        `person_id`: the patient, as this account has them. Whatever else that account rests on stays.
        """
        now = self._clock.now()
        for row in await end_grants(unit, self._vault, now, grantee_id, person_id):
            await note(unit, now, who.id, row.person_id, "consent_ended", row.id)
            for account_id in dict.fromkeys((row.grantor_id, row.grantee_id)):
                ended, key = AccountNews.ACCESS_ENDED, keys.access_ended(row.id, account_id)
                await self._outbox.add(unit, Notice(account_id, row.person_id, ended, row.id, key))
        await take_consent(unit, self._vault, now, grantee_id, person_id, self._rights_ended)

    @concerns.persons("who may act for whom")
    async def history(self, who: Account) -> tuple[tuple[Grant, datetime], ...]:
        """Every consent that is remembered, ended ones too, each with the moment when it was given."""
        rows = await self._database.fetch(_all_of(who.id))
        return tuple([(await self._grant(who, row), row.granted_at) for row in rows.all()])

    async def end_all(self, unit: Unit, account_id: str, name: str | None) -> list[Farewell]:
        """Within the unit that erases the account: every consent to and from it is over; gives who is to be told.

        `name`: of who leaves. What the others' chats are told by is written without it (`Farewell`).
        """
        ended = await unit.execute(
            update(access_grant)
            .where(of_account(account_id), access_grant.c.ended_at.is_(None))
            .values(ended_at=self._clock.now())
            .returning(access_grant)
        )
        sides: dict[tuple[str, bool], None] = {}
        for row in ended.all():
            if row.grantor_id == account_id:
                await end_grants(unit, self._vault, self._clock.now(), row.grantee_id, row.person_id)
                await take_consent(
                    unit, self._vault, self._clock.now(), row.grantee_id, row.person_id, self._rights_ended
                )
                sides[row.grantee_id, False] = None
            else:
                sides[row.grantor_id, True] = None
        return [await self._bid_farewell(unit, other, name, gave=gave) for other, gave in sides]

    async def _bid_farewell(self, unit: Unit, other: str, name: str | None, *, gave: bool) -> Farewell:
        key = keys.access_erased(new_id())
        side = GIVER if gave else TAKER
        await self._outbox.add(unit, Notice(other, None, AccountNews.ACCESS_ERASED, side, key, screen_follows=True))
        return Farewell(other, gave, name, key)

    async def expire(self) -> int:
        """Ends consents whose time is over; both are told, by day. Gives how many."""
        now = self._clock.now()
        due = (await self._database.fetch(_overdue(now))).scalars().all()
        for grant_id in due:
            async with self._database.write() as unit:
                rows = await self._end(unit, _end(grant_id, None, now))
                for account_id, row in _concerned(rows).items():
                    ended, key = AccountNews.CONSENT_ENDED, keys.access_over(row.id, account_id)
                    await self._outbox.add(unit, Notice(account_id, row.person_id, ended, row.id, key, by_day(now)))
        return len(due)

    async def _end(self, unit: Unit, one: Bound) -> list[Row]:
        """Ends a consent that stands (`_end`), with what rested on it: it comes first; nothing where there is none.

        One given at the desk stands in each of the giver's chats, and all rest on one basis: they end with it.
        """
        now = self._clock.now()
        rows = list((await unit.execute(one)).all())
        for row in tuple(rows):
            rows += await end_grants(unit, self._vault, now, row.grantee_id, row.person_id)
            await take_consent(unit, self._vault, now, row.grantee_id, row.person_id, self._rights_ended)
        return rows

    async def _grant(self, who: Account, row: Row) -> Grant:
        async with self._database.read() as connection:
            holder = (await own_forms(connection, self._vault, [row.grantee_id])).get(row.grantee_id)
        profile = (await self._database.fetch(_profile(row.person_id))).scalar_one()
        identity = identity_from_json(self._vault.open_json(person.c.profile, row.person_id, profile))
        return Grant(
            *(row.id, full_name(identity), holder.name if holder else None, row.grantor_id == who.id),
            *(covers_of(row.covers), row.until, row.ended_at),
        )


def _concerned(rows: Iterable[Row]) -> dict[str, Row]:
    """Each account that one of these consents is from or to, once, with the first that is."""
    whom: dict[str, Row] = {}
    for row in rows:
        for account_id in (row.grantor_id, row.grantee_id):
            whom.setdefault(account_id, row)
    return whom
