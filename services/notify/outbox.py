"""The outbox: truth is rows, not jobs.

A row is written in the unit that makes the thing true, claimed by a tick, checked again, sent and marked: at
least once, and twice only if the process dies between sending and marking.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Select,
    Update,
    and_,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.sql.dml import ReturningDelete
from sqlalchemy.types import TypeEngine

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
from services.storage.statement import Statement, insert_row, insert_rows, statement
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

_DELIVERY = ("account_id", "notification_id", "due_at", "id", "dedupe_key", "claimed_until", "channel", "status")
_UNREAD = (notification_table.c.read_at.is_(None),)

# --- what is written ----------------------------------------------------------------------------


@cache
def _deliveries(by_mail: tuple[bool, ...], dialect: str) -> Statement[...]:
    """Puts the rows of some notices; of those under whose key something stands already, none.

    `by_mail`: of each, whether it goes by e-mail, too. Takes of each what `_to_chat` takes, and of those what
    `_letter` takes besides.
    """

    def build(*values: Any) -> Any:
        rest = iter(values)
        chats, letters = [], []
        for mailed in by_mail:
            account_id, notification_id, due_at, *chat = islice(rest, 6)
            chats.append(_to_chat(account_id, notification_id, due_at, *chat))
            if mailed:
                letters.append(_letter(account_id, notification_id, due_at, *islice(rest, 2)))
        return (
            insert_for(dialect, outbox_table)
            .from_select(list(_DELIVERY), union_all(*chats, *letters))
            .on_conflict_do_nothing(index_elements=["dedupe_key"])
            .returning(outbox_table.c.notification_id, outbox_table.c.channel)
        )

    return Statement(build, f"{__name__}._deliveries")


@statement
def _letter_again(
    account_id: str, notification_id: str, due_at: datetime, row_id: str, key: str, *, dialect: str
) -> Insert:
    """One that was dropped under this key is due again; any other that stands there goes on."""
    letter = _letter(account_id, notification_id, due_at, row_id, key)
    return (
        insert_for(dialect, outbox_table)
        .from_select(list(_DELIVERY), letter)
        .on_conflict_do_update(
            index_elements=["dedupe_key"],
            set_={"status": _DUE, "due_at": due_at, "attempts": 0, "claimed_until": None},
            where=outbox_table.c.status == _DROPPED,
        )
    )


def _to_chat(
    account_id: str, notification_id: str, due_at: datetime, row_id: str, key: str, claimed_until: datetime | None
) -> Select[Any]:
    row = _row(account_id, notification_id, due_at, row_id, key, claimed_until, TELEGRAM, _DUE)
    return row.where(true())  # SQLite would take the `ON` of `ON CONFLICT` for a join's


def _letter(account_id: str, notification_id: str, due_at: datetime, row_id: str, key: str) -> Select[Any]:
    """The e-mail's own row beside the chat's, if the account has an address that letters reach."""
    reached = account_table.c.email.is_not(None), account_table.c.email_refused_at.is_(None)
    status = case((account_table.c.email_confirmed_at.is_(None), _WAITING), else_=_DUE)
    row = _row(account_id, notification_id, due_at, row_id, key, None, EMAIL, status)
    return row.where(account_table.c.id == account_id, *reached)


def _row(*values: Any) -> Select[Any]:
    """A row of `_DELIVERY` as a query, which may have conditions."""
    types = [outbox_table.c[name].type for name in _DELIVERY]
    return select(*(_typed(value, its) for value, its in zip(values, types, strict=True)))


def _typed(value: Any, its: TypeEngine[Any]) -> ColumnElement[Any]:
    return type_coerce(value, its) if isinstance(value, ColumnElement) else literal(value, its)


@statement
def _forget_kind(account_id: str, kind: str) -> Delete:
    mine = notification_table.c.account_id == account_id, notification_table.c.kind == kind
    return delete(notification_table).where(*mine)


@statement
def _forget(notification_ids: Collection[str]) -> Delete:
    return delete(notification_table).where(notification_table.c.id.in_(notification_ids))


@statement
def _drop_untold(
    account_id: str,
    kinds: Collection[str],
    persons: Collection[str] | None,
    subjects: Collection[str] | None,
    but_subjects: Collection[str] | None,
) -> ReturningDelete[Any]:
    """What is still to go out about these; gives of which notifications it was."""
    about = [notification_table.c.account_id == account_id, notification_table.c.kind.in_(kinds)]
    if persons is not None:
        about.append(notification_table.c.person_id.in_(persons))
    if subjects is not None:
        about.append(notification_table.c.subject_id.in_(subjects))
    if but_subjects is not None:
        about.append(notification_table.c.subject_id.not_in(but_subjects))
    ids = select(notification_table.c.id).where(*about)
    waits = outbox_table.c.status.in_((_DUE, _WAITING))
    dropped = delete(outbox_table).where(outbox_table.c.notification_id.in_(ids), waits)
    return dropped.returning(outbox_table.c.notification_id)


@statement
def _replace(
    account_id: str, kinds: Collection[str], subjects: Collection[str], notification_id: str, moment: datetime
) -> Update:
    """What was told of these before gives way at that moment, but for the notification that takes its place."""
    mine = notification_table.c.account_id == account_id, notification_table.c.id != notification_id
    about = notification_table.c.kind.in_(kinds), notification_table.c.subject_id.in_(subjects)
    stands = notification_table.c.replaced_at.is_(None)
    return update(notification_table).where(*mine, *about, stands).values(replaced_at=moment)


@statement
def _with_deliveries(notification_ids: Collection[str]) -> Select[Any]:
    return select(outbox_table.c.notification_id).where(outbox_table.c.notification_id.in_(notification_ids))


@statement
def _wake(account_id: str, now: datetime) -> Update:
    """Letters that have waited for an address are due."""
    return update(outbox_table).where(*_of_waiting(account_id)).values(status=_DUE, due_at=now, attempts=0)


@statement
def _drop_waiting(account_id: str, now: datetime) -> Update:
    return update(outbox_table).where(*_of_waiting(account_id)).values(status=_DROPPED, sent_at=now)


@statement
def _hold_back(row_id: str) -> Update:
    return update(outbox_table).where(outbox_table.c.id == row_id).values(status=_WAITING, claimed_until=None)


@statement
def _withdraw(withdrawn: Collection[str]) -> Delete:
    waiting = select(outbox_table.c.notification_id).where(
        outbox_table.c.dedupe_key.in_(withdrawn), outbox_table.c.status == _DUE
    )
    return delete(notification_table).where(notification_table.c.id.in_(waiting))


@statement
def _put_off(notification_id: str, due_at: datetime) -> Update:
    waits = outbox_table.c.notification_id == notification_id, outbox_table.c.status == _DUE
    return update(outbox_table).where(*waits).values(due_at=due_at, claimed_until=None)


@statement
def _list_at(notification_id: str, moment: datetime) -> Update:
    return update(notification_table).where(notification_table.c.id == notification_id).values(created_at=moment)


@statement
def _try_again(row_id: str, due_at: datetime) -> Update:
    return update(outbox_table).where(outbox_table.c.id == row_id).values(due_at=due_at, claimed_until=None)


@statement
def _mark(ids: Collection[str], status: str, now: datetime) -> Update:
    marked = {"status": status, "sent_at": now, "claimed_until": None}
    return update(outbox_table).where(outbox_table.c.id.in_(ids)).values(**marked)


@statement
def _mark_keys(of_keys: Collection[str], status: str, now: datetime) -> Update:
    marked = {"status": status, "sent_at": now, "claimed_until": None}
    return update(outbox_table).where(outbox_table.c.dedupe_key.in_(of_keys)).values(**marked)


@statement
def _read(notification_id: str, now: datetime) -> Update:
    return update(notification_table).where(notification_table.c.id == notification_id, *_UNREAD).values(read_at=now)


@statement
def _read_keys(of_keys: Collection[str], now: datetime) -> Update:
    about = select(outbox_table.c.notification_id).where(outbox_table.c.dedupe_key.in_(of_keys))
    return update(notification_table).where(notification_table.c.id.in_(about), *_UNREAD).values(read_at=now)


@statement
def _read_about(account_id: str, subject_id: str, now: datetime, unlisted: Collection[str]) -> Update:
    about = _told(account_id, now, unlisted), notification_table.c.subject_id == subject_id
    return update(notification_table).where(*about, *_UNREAD).values(read_at=now)


@statement
def _read_all(account_id: str, now: datetime, unlisted: Collection[str]) -> Update:
    return update(notification_table).where(_told(account_id, now, unlisted), *_UNREAD).values(read_at=now)


@statement
def _claim(now: datetime, until: datetime, limit: int, channel: str) -> Update:
    """Those of a channel that are due, first in first out, are taken until then; gives their ids."""
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
    return (
        update(outbox_table)
        .where(claimed_among(outbox_table.c.id, due))
        .values(claimed_until=until, attempts=outbox_table.c.attempts + 1)
        .returning(outbox_table.c.id)
    )


# --- what is asked ------------------------------------------------------------------------------


@statement
def _claimed(ids: Collection[str]) -> Select[Any]:
    return (
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


@statement
def _told_since(
    account_id: str, since: datetime, now: datetime, kinds: Collection[str], unlisted: Collection[str]
) -> Select[Any]:
    """Ids of what the account has just been told of."""
    return select(notification_table.c.id).where(
        _told(account_id, now, unlisted),
        notification_table.c.kind.in_(kinds),
        notification_table.c.created_at > since,
    )


@statement
def _waiting_under(key: str) -> Select[Any]:
    """Locked."""
    waits = outbox_table.c.dedupe_key == key, outbox_table.c.status == _DUE
    return select(outbox_table.c.notification_id, outbox_table.c.due_at).where(*waits).with_for_update()


@statement
def _waiting_of(account_ids: Collection[str], kinds: Collection[str]) -> Select[Any]:
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


@statement
def _count(account_id: str, now: datetime, unlisted: Collection[str]) -> Select[Any]:
    return select(func.count()).where(_told(account_id, now, unlisted))


@statement
def _page(account_id: str, now: datetime, unlisted: Collection[str], offset: int, size: int) -> Select[Any]:
    return (
        select(notification_table)
        .where(_told(account_id, now, unlisted))
        .order_by(notification_table.c.created_at.desc(), notification_table.c.id)
        .offset(offset)
        .limit(size)
    )


@statement
def _count_unread(account_id: str, now: datetime, unlisted: Collection[str]) -> Select[Any]:
    return select(func.count(notification_table.c.id)).where(_told(account_id, now, unlisted), *_UNREAD)


@statement
def _listed(account_id: str, notification_id: str, now: datetime, unlisted: Collection[str]) -> Select[Any]:
    """One that has been replaced is still opened by the button that it had."""
    one = _happened(account_id, now, unlisted), notification_table.c.id == notification_id
    return select(notification_table).where(*one)


def _told(account_id: str, now: datetime, unlisted: Collection[str]) -> ColumnElement[bool]:
    """What the list has: the account's notifications that have happened and not been replaced."""
    replaced_at = notification_table.c.replaced_at
    return and_(_happened(account_id, now, unlisted), or_(replaced_at.is_(None), replaced_at > now))


def _happened(account_id: str, now: datetime, unlisted: Collection[str]) -> ColumnElement[bool]:
    """The account's notifications whose moment has come, but those that are told by e-mail alone."""
    mine = notification_table.c.account_id == account_id
    return and_(mine, notification_table.c.created_at <= now, notification_table.c.kind.not_in(unlisted))


def _of_waiting(account_id: str) -> tuple[ColumnElement[bool], ...]:
    return outbox_table.c.account_id == account_id, outbox_table.c.status == _WAITING


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
        await unit.execute(insert_rows(notification_table, listed))
        values: list[Any] = []
        for notification_id, each in rows.items():
            claimed_until = now + _SCREEN_FIRST if each.screen_follows else None
            values += each.account_id, notification_id, each.due_at or now, new_id(), each.key, claimed_until
            if each.kind in self._mailed:
                values += new_id(), keys.letter(notification_id)
        by_mail = tuple(each.kind in self._mailed for each in notices)
        added = await unit.execute(_deliveries(by_mail, self._database.dialect)(*values))
        new = {row.notification_id for row in added if row.channel == TELEGRAM}
        if told_before := rows.keys() - new:
            await unit.execute(_forget(told_before))
        for notification_id in new:
            each = rows[notification_id]
            if each.replaces is not None:
                earlier = sorted(each.replaces.kinds), sorted(each.replaces.subjects)
                await unit.execute(_replace(each.account_id, *earlier, notification_id, each.due_at or now))
        return frozenset(rows[notification_id].key for notification_id in new)

    async def add_letter(
        self, unit: Unit, account_id: str, kind: str, subject_id: str, whom: str | None = None
    ) -> None:
        """By e-mail alone, at once: it stands in no list, and whether there is an address is its own matter.

        `whom`: the id of the person whom it is about.
        """
        now, notification_id = self._clock.now(), new_id()
        whose = {"account_id": account_id, "person_id": whom}
        about = whose | {"kind": kind, "subject_id": subject_id, "created_at": now}
        await unit.execute(insert_row(notification_table, {"id": notification_id} | about))
        letter = {"notification_id": notification_id, "channel": EMAIL, "dedupe_key": keys.letter(notification_id)}
        waits = {"account_id": account_id, "status": _DUE, "due_at": now}
        await unit.execute(insert_row(outbox_table, {"id": new_id()} | letter | waits))

    async def forget_letters(self, unit: Unit, account_id: str, kind: str) -> None:
        """Letters of a kind that goes by e-mail alone: those that wait are not sent, and those sent are no news."""
        await unit.execute(_forget_kind(account_id, kind))

    async def add_letters(self, unit: Unit, account_id: str) -> None:
        """An address is good now: what waited for it is due, and so is what has just been told in the chat.

        The latter also where it had no way there. Whether each still applies is looked at when it is sent.
        """
        now = self._clock.now()
        await unit.execute(_wake(account_id, now))
        recent = _told_since(account_id, now - GIVE_UP_AFTER, now, self._to_come, self._unlisted)
        for notification_id in (await unit.execute(recent)).scalars().all():
            row = account_id, notification_id, now, new_id(), keys.letter(notification_id)
            await unit.execute(_letter_again(*row, dialect=self._database.dialect))

    async def drop_waiting(self, unit: Unit, account_id: str) -> None:
        """There is no address any more that letters could wait for."""
        await unit.execute(_drop_waiting(account_id, self._clock.now()))

    async def hold_back(self, delivery: Delivery) -> None:
        """A letter whose address nobody has confirmed waits until somebody does."""
        await self._database.execute(_hold_back(delivery.id))

    async def hasten(self, unit: Unit, key: str, due_at: datetime) -> bool:
        """What waits under this key is told at `due_at`, if that is earlier; False where nothing waits any more."""
        row = (await unit.execute(_waiting_under(key))).one_or_none()
        if row is not None and due_at < row.due_at:
            await self._put_off(unit, row.notification_id, due_at)
        return row is not None

    async def withdraw(self, unit: Unit, *withdrawn: str) -> None:
        """What still waits under these keys never happened."""
        await unit.execute(_withdraw(withdrawn))

    async def forget(
        self,
        unit: Unit,
        account_id: str,
        kinds: Collection[str],
        *,
        persons: Collection[str] | None = None,
        subjects: Collection[str] | None = None,
        but_subjects: Collection[str] | None = None,
    ) -> None:
        """Those of the account's notifications that are still to go out do not, by whichever channel.

        What nobody has been told yet never happened. Of these kinds; about these persons, these subjects or all but
        those, where they are given.
        """
        dropped = await unit.execute(_drop_untold(account_id, kinds, persons, subjects, but_subjects))
        emptied = set(dropped.scalars())
        emptied -= set((await unit.execute(_with_deliveries(emptied))).scalars())
        await unit.execute(_forget(emptied))

    async def shown(self, *shown: str) -> None:
        """The screen that says what stands under these keys has been shown: no message is needed, and it is read."""
        now = self._clock.now()
        async with self._database.write() as unit:
            await unit.execute(_read_keys(shown, now))
            await unit.execute(_mark_keys(shown, _SENT, now))

    async def told(self, key: str) -> None:
        """A message of its own has said it already: nothing more is to be sent."""
        await self._database.execute(_mark_keys([key], _SENT, self._clock.now()))

    async def claim(self, limit: int, channel: str = TELEGRAM) -> Sequence[Delivery]:
        """Due deliveries of one channel, first in first out, taken for a minute: nobody else gets them meanwhile."""
        now = self._clock.now()
        async with self._database.write() as unit:
            ids = (await unit.execute(_claim(now, now + _CLAIM, limit, channel))).scalars().all()
            if not ids:
                return ()
            rows = await unit.execute(_claimed(ids))
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
            await unit.execute(_mark([delivery.id], _SENT, self._clock.now()))
            await self.withdraw(unit, *instead_of)

    async def _mark_sent(self, ids: Collection[str]) -> Mapping[str, None]:
        await self._database.execute(_mark(list(ids), _SENT, self._clock.now()))
        return {}

    async def drop(self, delivery: Delivery) -> None:
        """It no longer applies, or can never arrive."""
        await self._database.execute(_mark([delivery.id], _DROPPED, self._clock.now()))

    async def postpone(self, delivery: Delivery, until: datetime) -> None:
        """Its moment comes later; until then it does not stand in the list."""
        async with self._database.write() as unit:
            await self._put_off(unit, delivery.notification.id, until)

    async def take_back(self, delivery: Delivery) -> None:
        """It never happened: neither sent nor listed."""
        await self._database.execute(_forget([delivery.notification.id]))

    async def waiting(self, account_id: str, kind: str) -> frozenset[str]:
        """Subjects of this kind that the account has not been told of yet."""
        about = account_id, kind
        return (await together.once(self._waiting, [about])).get(about, frozenset())

    async def _waiting(self, about: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], frozenset[str]]:
        """Subjects by their accounts and kinds."""
        accounts, kinds = {account_id for account_id, _ in about}, {kind for _, kind in about}
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in await self._database.fetch(_waiting_of(accounts, kinds)):
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
        await self._database.execute(_try_again(delivery.id, now + pause))

    async def page(self, account_id: str, page: int, size: int) -> NotificationPage:
        """One page of what happened, newest first."""
        mine = account_id, self._clock.now(), self._unlisted
        async with self._database.read() as connection:
            total = (await connection.execute(_count(*mine))).scalar_one()
            rows = await connection.execute(_page(*mine, page * size, size))
            return NotificationPage(tuple(_notification(row) for row in rows.all()), total)

    async def unread(self, account_id: str) -> int:
        """How many notifications nobody has looked at yet."""
        unread = _count_unread(account_id, self._clock.now(), self._unlisted)
        count: int = (await self._database.fetch(unread)).scalar_one()
        return count

    async def get(self, account_id: str, notification_id: str) -> Notification:
        """One notification of the list; `NotFound` for anybody else's."""
        one = _listed(account_id, notification_id, self._clock.now(), self._unlisted)
        row = (await self._database.fetch(one)).one_or_none()
        if row is None:
            raise NotFound
        return _notification(row)

    async def read(self, note: Notification) -> None:
        """Somebody has looked at it."""
        await self._database.execute(_read(note.id, self._clock.now()))

    async def read_about(self, account_id: str, subject_id: str) -> None:
        """The thing itself has been looked at, so all that was told of it is read."""
        await self._database.execute(_read_about(account_id, subject_id, self._clock.now(), self._unlisted))

    async def read_all(self, account_id: str) -> None:
        await self._database.execute(_read_all(account_id, self._clock.now(), self._unlisted))

    async def _put_off(self, unit: Unit, notification_id: str, due_at: datetime) -> None:
        """The moment of one that still waits becomes another, in the list too."""
        if (await unit.execute(_put_off(notification_id, due_at))).rowcount:
            await unit.execute(_list_at(notification_id, due_at))


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
