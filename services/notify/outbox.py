"""The outbox: truth is rows, not jobs.

A row is written in the unit that makes the thing true, claimed by a tick, checked again, sent and marked: at
least once, and twice only if the process dies between sending and marking.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)

from services import together
from services.accounts.tables import account as account_table
from services.clock import Clock
from services.errors import NotFound
from services.ids import new_id
from services.notify import keys
from services.notify.model import Delivery, Notice, Notification
from services.notify.tables import notification as notification_table
from services.notify.tables import outbox as outbox_table
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.sql import claimed_among, insert_for
from services.storage.units import Unit

TELEGRAM, EMAIL = "telegram", "email"
_CLAIM = timedelta(seconds=60)
_SCREEN_FIRST = timedelta(seconds=20)
"""How long a row waits for the screen of the very press that made it, which says the same thing."""
_BACKOFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))
GIVE_UP_AFTER = timedelta(days=3)
_DUE, _SENT, _DROPPED = "due", "sent", "dropped"
_WAITING = "waiting"
"""For the owner of an address to confirm it: only a letter waits so, and no claim finds it."""
_DELIVERY = ("id", "account_id", "notification_id", "channel", "dedupe_key", "status", "due_at", "claimed_until")


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """Some notifications, newest first, and how many there are in all."""

    items: tuple[Notification, ...]
    total: int


class Outbox:
    """Notifications of an account and their deliveries.

    `mailed`: kinds that are told by e-mail too, none where there is no mail server; `to_come`: those that tell of
    something ahead, which an address that is given later hears of; `unlisted`: those that go by e-mail alone.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        mailed: Collection[str] = (),
        to_come: Collection[str] = (),
        unlisted: Collection[str] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._mailed = frozenset(mailed)
        self._to_come = frozenset(to_come)
        self._unlisted = frozenset(unlisted)

    async def add(self, unit: Unit, *notices: Notice) -> frozenset[str]:
        """Notes what happened within the unit that makes it true; gives the keys that are new: the others do nothing.

        An account with an address is told by e-mail too, whatever becomes of the message in the chat; the letter waits
        until the address is confirmed.
        """
        if not notices:
            return frozenset()
        now = self._clock.now()
        rows = {new_id(): each for each in notices}
        listed = [
            {
                "id": notification_id,
                "account_id": each.account_id,
                "person_id": each.person_id,
                "kind": each.kind,
                "subject_id": each.subject_id,
                "created_at": each.due_at or now,
            }
            for notification_id, each in rows.items()
        ]
        await unit.execute(insert(notification_table), listed)
        deliveries = union_all(
            *(_to_chat(notification_id, each, now) for notification_id, each in rows.items()),
            *(
                self._by_mail(each.account_id, notification_id, each.due_at or now)
                for notification_id, each in rows.items()
                if each.kind in self._mailed
            ),
        )
        added = await unit.execute(
            insert_for(self._database.dialect, outbox_table)
            .from_select(list(_DELIVERY), deliveries)
            .on_conflict_do_nothing(index_elements=["dedupe_key"])
            .returning(outbox_table.c.notification_id, outbox_table.c.channel)
        )
        new = {row.notification_id for row in added if row.channel == TELEGRAM}
        if told_before := rows.keys() - new:
            await unit.execute(delete(notification_table).where(notification_table.c.id.in_(told_before)))
        return frozenset(rows[notification_id].key for notification_id in new)

    async def add_letter(self, unit: Unit, account_id: str, kind: str, subject_id: str) -> None:
        """By e-mail alone, at once: it stands in no list, and whether there is an address is its own matter."""
        now, notification_id = self._clock.now(), new_id()
        await unit.execute(
            insert(notification_table).values(
                id=notification_id, account_id=account_id, kind=kind, subject_id=subject_id, created_at=now
            )
        )
        row = _delivery(account_id, notification_id, EMAIL, keys.letter(notification_id), now, None)
        await unit.execute(insert(outbox_table).from_select(list(_DELIVERY), row))

    async def forget_letters(self, unit: Unit, account_id: str, kind: str) -> None:
        """Letters of a kind that goes by e-mail alone: those that wait are not sent, and those sent are no news."""
        mine = notification_table.c.account_id == account_id, notification_table.c.kind == kind
        await unit.execute(delete(notification_table).where(*mine))

    async def add_letters(self, unit: Unit, account_id: str) -> None:
        """An address is good now: what waited for it is due, and so is what has just been told in the chat.

        The latter also where it had no way there. Whether each still applies is looked at when it is sent.
        """
        now = self._clock.now()
        await unit.execute(self._of_waiting(account_id).values(status=_DUE, due_at=now, attempts=0))
        recent = select(notification_table.c.id).where(
            self._told(account_id),
            notification_table.c.kind.in_(self._to_come),
            notification_table.c.created_at > now - GIVE_UP_AFTER,
        )
        for notification_id in (await unit.execute(recent)).scalars().all():
            letter = insert_for(self._database.dialect, outbox_table).from_select(
                list(_DELIVERY), self._by_mail(account_id, notification_id, now)
            )
            await unit.execute(
                letter.on_conflict_do_update(
                    index_elements=["dedupe_key"],
                    set_={"status": _DUE, "due_at": now, "attempts": 0, "claimed_until": None},
                    where=outbox_table.c.status == _DROPPED,
                )
            )

    async def drop_waiting(self, unit: Unit, account_id: str) -> None:
        """There is no address any more that letters could wait for."""
        await unit.execute(self._of_waiting(account_id).values(status=_DROPPED, sent_at=self._clock.now()))

    async def hold_back(self, delivery: Delivery) -> None:
        """A letter whose address nobody has confirmed waits until somebody does."""
        mine = outbox_table.c.id == delivery.id
        await self._database.execute(update(outbox_table).where(mine).values(status=_WAITING, claimed_until=None))

    def _of_waiting(self, account_id: str) -> Update:
        return update(outbox_table).where(outbox_table.c.account_id == account_id, outbox_table.c.status == _WAITING)

    def _by_mail(self, account_id: str, notification_id: str, due_at: datetime) -> Select[Any]:
        """The e-mail's own row beside the chat's, if the account has an address that letters reach."""
        reached = account_table.c.email.is_not(None), account_table.c.email_refused_at.is_(None)
        status = case((account_table.c.email_confirmed_at.is_(None), _WAITING), else_=_DUE)
        row = _delivery(account_id, notification_id, EMAIL, keys.letter(notification_id), due_at, None, status)
        return row.where(account_table.c.id == account_id, *reached)

    async def hasten(self, unit: Unit, key: str, due_at: datetime) -> bool:
        """What waits under this key is told at `due_at`, if that is earlier; False where nothing waits any more."""
        waiting = select(outbox_table.c.notification_id, outbox_table.c.due_at).where(
            outbox_table.c.dedupe_key == key, outbox_table.c.status == _DUE
        )
        row = (await unit.execute(waiting.with_for_update())).one_or_none()
        if row is not None and due_at < row.due_at:
            await self._put_off(unit, row.notification_id, due_at)
        return row is not None

    async def withdraw(self, unit: Unit, *withdrawn: str) -> None:
        """What still waits under these keys never happened."""
        waiting = select(outbox_table.c.notification_id).where(
            outbox_table.c.dedupe_key.in_(withdrawn), outbox_table.c.status == _DUE
        )
        await unit.execute(delete(notification_table).where(notification_table.c.id.in_(waiting)))

    async def forget(self, unit: Unit, account_id: str, *which: ColumnElement[bool]) -> None:
        """Those of the account's notifications that are still to go out do not, by whichever channel.

        What nobody has been told yet never happened. `which`: conditions on the table of notifications.
        """
        about = notification_table.c.account_id == account_id, *which
        ids = select(notification_table.c.id).where(*about)
        waits = outbox_table.c.status.in_((_DUE, _WAITING))
        dropped = delete(outbox_table).where(outbox_table.c.notification_id.in_(ids), waits)
        emptied = set((await unit.execute(dropped.returning(outbox_table.c.notification_id))).scalars())
        told = select(outbox_table.c.notification_id).where(outbox_table.c.notification_id.in_(emptied))
        emptied -= set((await unit.execute(told)).scalars())
        await unit.execute(delete(notification_table).where(notification_table.c.id.in_(emptied)))

    async def shown(self, *shown: str) -> None:
        """The screen that says what stands under these keys has been shown: no message is needed, and it is read."""
        rows = outbox_table.c.dedupe_key.in_(shown)
        about = notification_table.c.id.in_(select(outbox_table.c.notification_id).where(rows))
        async with self._database.write() as unit:
            await unit.execute(self._reading(about))
            await unit.execute(self._marking(rows, _SENT))

    async def told(self, key: str) -> None:
        """A message of its own has said it already: nothing more is to be sent."""
        await self._mark(outbox_table.c.dedupe_key == key, _SENT)

    async def claim(self, limit: int, channel: str = TELEGRAM) -> Sequence[Delivery]:
        """Due deliveries of one channel, first in first out, taken for a minute: nobody else gets them meanwhile."""
        now = self._clock.now()
        due = (
            select(outbox_table.c.id)
            .where(
                outbox_table.c.status == _DUE,
                outbox_table.c.channel == channel,
                outbox_table.c.due_at <= now,
                or_(outbox_table.c.claimed_until.is_(None), outbox_table.c.claimed_until <= now),
            )
            .order_by(outbox_table.c.due_at)  # as the index: by anything more, each claim would sort all that is due
            .limit(limit)
        )
        async with self._database.write() as unit:
            claimed = await unit.execute(
                update(outbox_table)
                .where(claimed_among(outbox_table.c.id, due))
                .values(claimed_until=now + _CLAIM, attempts=outbox_table.c.attempts + 1)
                .returning(outbox_table.c.id)
            )
            ids = list(claimed.scalars())
            if not ids:
                return ()
            rows = await unit.execute(
                select(
                    outbox_table.c.id.label("outbox_id"),
                    outbox_table.c.channel,
                    outbox_table.c.attempts,
                    account_table.c.email_confirmed_at,
                    notification_table,
                )
                .join(notification_table, notification_table.c.id == outbox_table.c.notification_id)
                .join(account_table, account_table.c.id == outbox_table.c.account_id)
                .where(outbox_table.c.id.in_(ids))
                .order_by(outbox_table.c.due_at, outbox_table.c.id)
            )
            return [
                Delivery(row.outbox_id, row.channel, row.attempts, _notification(row), row.email_confirmed_at)
                for row in rows.all()
            ]

    async def sent(self, delivery: Delivery, instead_of: Collection[str] = ()) -> None:
        """It has gone out. `instead_of`: keys of what it has told along, which is not to be sent by itself."""
        if not instead_of:
            await together.once(self._mark_sent, [delivery.id])
            return
        async with self._database.write() as unit:
            await unit.execute(self._marking(outbox_table.c.id == delivery.id, _SENT))
            await self.withdraw(unit, *instead_of)

    async def _mark_sent(self, ids: Collection[str]) -> Mapping[str, None]:
        await self._mark(outbox_table.c.id.in_(ids), _SENT)
        return {}

    async def drop(self, delivery: Delivery) -> None:
        """It no longer applies, or can never arrive."""
        await self._mark(outbox_table.c.id == delivery.id, _DROPPED)

    async def postpone(self, delivery: Delivery, until: datetime) -> None:
        """Its moment comes later; until then it does not stand in the list."""
        async with self._database.write() as unit:
            await self._put_off(unit, delivery.notification.id, until)

    async def take_back(self, delivery: Delivery) -> None:
        """It never happened: neither sent nor listed."""
        await self._database.execute(
            delete(notification_table).where(notification_table.c.id == delivery.notification.id)
        )

    async def waiting(self, account_id: str, kind: str) -> frozenset[str]:
        """Subjects of this kind that the account has not been told of yet."""
        about = account_id, kind
        return (await together.once(self._waiting, [about])).get(about, frozenset())

    async def _waiting(self, about: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], frozenset[str]]:
        """Subjects by their accounts and kinds."""
        accounts, kinds = {account_id for account_id, _ in about}, {kind for _, kind in about}
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in await self._database.fetch(waiting_of(accounts, kinds)):
            found[row.account_id, row.kind].append(row.subject_id)
        return {key: frozenset(subjects) for key, subjects in found.items()}

    def is_too_late(self, delivery: Delivery) -> bool:
        """Whether it has been tried for three days; a letter, since there is an address that it may go to."""
        began = delivery.notification.created_at
        if delivery.channel == EMAIL and delivery.mail_confirmed_at is not None:
            began = max(began, delivery.mail_confirmed_at)
        return self._clock.now() - began > GIVE_UP_AFTER

    async def retry(self, delivery: Delivery, wait: timedelta | None = None) -> None:
        """Try again after `wait`, or after a growing pause; given up after three days."""
        now = self._clock.now()
        if self.is_too_late(delivery):
            await self.drop(delivery)
            return
        pause = wait or _BACKOFF[min(delivery.attempts, len(_BACKOFF)) - 1]
        await self._database.execute(
            update(outbox_table).where(outbox_table.c.id == delivery.id).values(due_at=now + pause, claimed_until=None)
        )

    async def page(self, account_id: str, page: int, size: int) -> NotificationPage:
        """One page of what happened, newest first."""
        mine = self._told(account_id)
        async with self._database.read() as connection:
            total = (await connection.execute(select(func.count()).where(mine))).scalar_one()
            rows = await connection.execute(
                select(notification_table)
                .where(mine)
                .order_by(notification_table.c.created_at.desc(), notification_table.c.id)
                .offset(page * size)
                .limit(size)
            )
            return NotificationPage(tuple(_notification(row) for row in rows.all()), total)

    async def unread(self, account_id: str) -> int:
        """How many notifications nobody has looked at yet."""
        told = self._told(account_id), notification_table.c.read_at.is_(None)
        count: int = (await self._database.fetch(select(func.count(notification_table.c.id)).where(*told))).scalar_one()
        return count

    async def get(self, account_id: str, notification_id: str) -> Notification:
        """One notification of the list; `NotFound` for anybody else's."""
        one = and_(self._told(account_id), notification_table.c.id == notification_id)
        row = (await self._database.fetch(select(notification_table).where(one))).one_or_none()
        if row is None:
            raise NotFound
        return _notification(row)

    async def read(self, note: Notification) -> None:
        """Somebody has looked at it."""
        await self._read(notification_table.c.id == note.id)

    async def read_about(self, account_id: str, subject_id: str) -> None:
        """The thing itself has been looked at, so all that was told of it is read."""
        await self._read(and_(self._told(account_id), notification_table.c.subject_id == subject_id))

    async def read_all(self, account_id: str) -> None:
        await self._read(self._told(account_id))

    def _told(self, account_id: str) -> ColumnElement[bool]:
        """The account's notifications whose moment has come, but those that are told by e-mail alone."""
        mine, now = notification_table.c.account_id == account_id, self._clock.now()
        return and_(mine, notification_table.c.created_at <= now, notification_table.c.kind.not_in(self._unlisted))

    async def _read(self, condition: ColumnElement[bool]) -> None:
        await self._database.execute(self._reading(condition))

    def _reading(self, condition: ColumnElement[bool]) -> Update:
        unread = notification_table.c.read_at.is_(None)
        return update(notification_table).where(condition, unread).values(read_at=self._clock.now())

    async def _put_off(self, unit: Unit, notification_id: str, due_at: datetime) -> None:
        """The moment of one that still waits becomes another, in the list too."""
        moved = await unit.execute(
            update(outbox_table)
            .where(outbox_table.c.notification_id == notification_id, outbox_table.c.status == _DUE)
            .values(due_at=due_at, claimed_until=None)
        )
        if moved.rowcount:
            await unit.execute(
                update(notification_table).where(notification_table.c.id == notification_id).values(created_at=due_at)
            )

    async def _mark(self, condition: ColumnElement[bool], status: str) -> None:
        await self._database.execute(self._marking(condition, status))

    def _marking(self, condition: ColumnElement[bool], status: str) -> Update:
        return (
            update(outbox_table).where(condition).values(status=status, sent_at=self._clock.now(), claimed_until=None)
        )


def waiting_of(account_ids: Collection[str], kinds: Collection[str]) -> Select[tuple[str, str, str]]:
    """What these accounts have not been told of yet, by kinds."""
    return (
        select(notification_table.c.account_id, notification_table.c.kind, notification_table.c.subject_id)
        .join(outbox_table, outbox_table.c.notification_id == notification_table.c.id)
        .where(
            notification_table.c.account_id.in_(account_ids),
            notification_table.c.kind.in_(kinds),
            outbox_table.c.status == _DUE,
        )
    )


def _to_chat(notification_id: str, notice: Notice, now: datetime) -> Select[Any]:
    claimed_until = now + _SCREEN_FIRST if notice.screen_follows else None
    due_at = notice.due_at or now
    row = _delivery(notice.account_id, notification_id, TELEGRAM, notice.key, due_at, claimed_until)
    return row.where(true())  # SQLite would take the `ON` of `ON CONFLICT` for a join's


def _delivery(
    account_id: str,
    notification_id: str,
    channel: str,
    key: str,
    due_at: datetime,
    claimed_until: datetime | None,
    status: ColumnElement[str] | str = _DUE,
) -> Select[Any]:
    """A row of `_DELIVERY` as a query, which may have conditions."""
    values = (new_id(), account_id, notification_id, channel, key, status, due_at, claimed_until)
    named = zip(_DELIVERY, values, strict=True)
    return select(
        *(
            value if isinstance(value, ColumnElement) else literal(value, outbox_table.c[name].type)
            for name, value in named
        )
    )


def _notification(row: Row) -> Notification:
    return Notification(
        row.id,
        row.account_id,
        row.kind,
        row.subject_id,
        row.created_at,
        read=row.read_at is not None,
        person_id=row.person_id,
    )
