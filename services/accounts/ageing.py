"""What age and time do to links: 15 (or the clinic's later age), 18, and the end of a guardianship paper.

Rights go by the day by themselves (`accounts.rights`); here the links that have ended are put away and people are
told. Birth dates are sealed, so links are looked through once a day, page by page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Delete, Insert, Select, delete, select

from services.accounts import concerns
from services.accounts.accounts import lock_account
from services.accounts.ended import RightsEnded
from services.accounts.family import forget_links, show_own
from services.accounts.identity import identity_from_json
from services.accounts.links import STRONG, own_by_documents
from services.accounts.model import OWN_WORD_FROM, Account, Basis, LinkNotice, Relation, full_name
from services.accounts.notices import AccountNews
from services.accounts.rights import is_minors, is_teenager
from services.accounts.tables import PATIENT, link_basis, person, person_link
from services.clock import Clock
from services.errors import NotFound
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.notify.tables import outbox
from services.registry.model import ADULT_AGE
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.sql import insert_for
from services.storage.statement import statement, update_row
from services.storage.tables import setting
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, by_day, full_years, local

KEPT = timedelta(days=30)
"""How long an ended link stays, so that its notice has a name."""
_SEEN = "ages_seen"
_PAGE = 200
_STOOD_FOR = (Relation.CHILD, Relation.WARD)


@dataclass(frozen=True, slots=True)
class _Held:
    """A basis of a link."""

    basis: Basis
    until: datetime | None
    granted_at: datetime

    def lives(self, now: datetime) -> bool:
        return self.until is None or self.until > now


@dataclass(frozen=True, slots=True)
class _Link:
    """A link of a child or a ward with what decides about it."""

    id: str
    account_id: str
    person_id: str
    patient_id: str | None
    relation: Relation
    born: date
    bases: tuple[_Held, ...]


@dataclass(frozen=True, slots=True)
class _Look:
    """A day's look at everybody, and at which age the own word came first then: a clinic may change that."""

    day: date
    own_word_from: int

    @property
    def written(self) -> str:
        return f"{self.day.isoformat()} {self.own_word_from}"

    @classmethod
    def read(cls, written: str) -> _Look:
        """Before there was a choice, no age was written: it was the earliest."""
        day, _, age = written.partition(" ")
        return cls(date.fromisoformat(day), int(age) if age else OWN_WORD_FROM)


@statement
def _look_before() -> Select[Any]:
    return select(setting.c.value).where(setting.c.name == _SEEN)


@statement
def _looked(written: str, *, dialect: str) -> Insert:
    noted = insert_for(dialect, setting).values(name=_SEEN, value=written)
    return noted.on_conflict_do_update(index_elements=["name"], set_={"value": written})


@statement
def _link_of(account_id: str, link_id: str) -> Select[Any]:
    return (
        select(person_link.c.relation, person_link.c.ended_at, person.c.id, person.c.profile)
        .join(person, person.c.id == person_link.c.person_id)
        .where(person_link.c.id == link_id, person_link.c.account_id == account_id)
    )


@statement
def _papers_over(now: datetime) -> Select[Any]:
    return (
        select(person_link.c.id, person_link.c.account_id, person_link.c.person_id, link_basis.c.until)
        .join(link_basis, link_basis.c.link_id == person_link.c.id)
        .where(
            link_basis.c.basis.in_(STRONG),
            link_basis.c.until <= now,
            person_link.c.relation != Relation.OWN.value,
            person_link.c.ended_at.is_(None),
        )
        .order_by(person_link.c.id)
    )


@statement
def _drop_papers(link_id: str, now: datetime) -> Delete:
    """Those of the link that are over."""
    over = link_basis.c.basis.in_(STRONG), link_basis.c.until <= now
    return delete(link_basis).where(link_basis.c.link_id == link_id, *over)


@statement
def _links_after(link_id: str) -> Select[Any]:
    """A page of children and wards."""
    return (
        select(person_link, person.c.profile, person.c.patient)
        .join(person, person.c.id == person_link.c.person_id)
        .where(
            person_link.c.relation.in_([each.value for each in _STOOD_FOR]),
            person_link.c.ended_at.is_(None),
            person_link.c.id > link_id,
        )
        .order_by(person_link.c.id)
        .limit(_PAGE)
    )


@statement
def _drop_but_consent(link_id: str) -> Delete:
    return delete(link_basis).where(link_basis.c.link_id == link_id, link_basis.c.basis != Basis.CONSENT.value)


@statement
def _standing_keys(of_keys: Collection[str]) -> Select[Any]:
    return select(outbox.c.dedupe_key).where(outbox.c.dedupe_key.in_(of_keys))


@statement
def _ended_before(moment: datetime) -> Select[Any]:
    return select(person_link.c.id).where(person_link.c.ended_at < moment)


@statement
def _held(link_ids: Collection[str]) -> Select[Any]:
    return select(link_basis).where(link_basis.c.link_id.in_(link_ids))


class Ageing:
    """One look a day, by Moscow's calendar; the notices come between 08:00 and 21:00.

    Where the clinic has changed the age from which a teenager's own word comes first, another look at once.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        outbox: Outbox,
        rights_ended: RightsEnded,
        clock: Clock,
        own_word_from: int,
    ) -> None:
        self._database = database
        self._vault = vault
        self._outbox = outbox
        self._rights_ended = rights_ended
        self._clock = clock
        self._own_word_from = own_word_from
        self._seen: date | None = None

    async def run(self) -> int:
        """Does the day's work if nobody has done it yet; gives how many links have changed or were told about."""
        now = self._clock.now()
        today = local(now, MOSCOW).date()
        if self._seen == today:
            return 0
        done = 0
        written: str | None = (await self._database.fetch(_look_before())).scalar()
        before, look = _Look.read(written) if written else None, _Look(today, self._own_word_from)
        if before != look:
            done = await self._end_papers(now) + await self._look_through(look, before, now) + await self._sweep(now)
            await self._database.execute(_looked(look.written, dialect=self._database.dialect))
        self._seen = today
        return done

    @concerns.persons("a link that has ended, or is about to change")
    async def notice(self, account: Account, link_id: str) -> LinkNotice:
        """What a notice about this link of the account says, of an ended one too; `NotFound` once it is gone."""
        row = (await self._database.fetch(_link_of(account.id, link_id))).one_or_none()
        if row is None:
            raise NotFound
        identity = identity_from_json(self._vault.open_json(person.c.profile, row.id, row.profile))
        async with self._database.read() as connection:
            bases = await _bases(connection, [link_id])
        now, relation = self._clock.now(), Relation(row.relation)
        age = full_years(identity.birth_date, local(now, MOSCOW).date())
        first = relation in _STOOD_FOR and is_teenager(self._own_word_from, age)
        return LinkNotice(
            *(full_name(identity), relation, row.ended_at is not None, _consents(bases[link_id], now)),
            own_word_from=self._own_word_from if first else None,
        )

    async def _end_papers(self, now: datetime) -> int:
        """Guardianship papers whose date has come."""
        found = (await self._database.fetch(_papers_over(now))).all()
        for row in found:
            async with self._database.write() as unit:
                await lock_account(unit, row.account_id)
                await unit.execute(_drop_papers(row.id, now))
                await self._end_without_basis(unit, row, now)
                await self._tell(unit, AccountNews.GUARDIANSHIP_ENDED, row, keys.guardianship_ended(row.id, row.until))
        return len(found)

    async def _look_through(self, look: _Look, before: _Look | None, now: datetime) -> int:
        """Every child and ward: who has turned 18, and whose own word has come to be the first."""
        done, last = 0, ""
        while links := await self._page(last):
            grown = [each for each in links if _has_grown_up(each, look.day)]
            teenagers = await self._untold([each for each in links if _shows_less(each, look, before, now)])
            for link in grown:
                await self._let_go(link, now)
            for link in teenagers:
                async with self._database.write() as unit:
                    await self._rights_ended.look(unit, link.account_id, link.person_id)
                    key = keys.own_word_from(link.id, self._own_word_from)
                    await self._tell(unit, AccountNews.TURNED_15, link, key)
            done, last = done + len(grown) + len(teenagers), links[-1].id
        return done

    async def _page(self, after: str) -> Sequence[_Link]:
        async with self._database.read() as connection:
            rows = (await connection.execute(_links_after(after))).all()
            bases = await _bases(connection, [row.id for row in rows])
        return [self._link(row, bases[row.id]) for row in rows]

    def _link(self, row: Row, bases: list[_Held]) -> _Link:
        identity = identity_from_json(self._vault.open_json(person.c.profile, row.person_id, row.profile))
        patient_id = PATIENT.open_any(self._vault, row.person_id, row.patient)
        return _Link(
            *(row.id, row.account_id, row.person_id, patient_id, Relation(row.relation)),
            *(identity.birth_date, tuple(bases)),
        )

    async def _let_go(self, link: _Link, now: datetime) -> None:
        """A child or a minor ward of 18: their representatives' word and papers end, a consent of their own stays."""
        async with self._database.write() as unit:
            await lock_account(unit, link.account_id)
            await unit.execute(_drop_but_consent(link.id))
            await self._end_without_basis(unit, link, now)
            await self._tell(unit, AccountNews.TURNED_18, link, keys.turned_18(link.id))
            for own in await self._own_links(unit, link.patient_id):
                await self._tell(unit, AccountNews.TURNED_18, own, keys.turned_18(own.id))

    async def _own_links(self, unit: Unit, patient_id: str | None) -> Sequence[Row]:
        """The grown child's own accounts, confirmed by documents."""
        if patient_id is None:
            return ()
        indexes = PATIENT.indexes(self._vault, [patient_id])
        return (await unit.execute(own_by_documents(indexes, self._clock.now()))).all()

    async def _end_without_basis(self, unit: Unit, link: Any, now: datetime) -> None:
        bases = await _bases(unit, [link.id])
        if not any(each.lives(now) for each in bases[link.id]):
            await unit.execute(update_row(person_link, link.id, {"ended_at": now}))
            await show_own(unit, link.account_id, link.person_id)
        await self._rights_ended.look(unit, link.account_id, link.person_id)

    async def _tell(self, unit: Unit, kind: AccountNews, link: Any, key: str) -> None:
        due_at = by_day(self._clock.now())
        await self._outbox.add(unit, Notice(link.account_id, link.person_id, kind, link.id, key, due_at))

    async def _untold(self, links: Sequence[_Link]) -> list[_Link]:
        """Those whose notice does not stand yet."""
        by_key = {keys.own_word_from(each.id, self._own_word_from): each for each in links}
        known = set((await self._database.fetch(_standing_keys(list(by_key)))).scalars())
        return [each for key, each in by_key.items() if key not in known]

    async def _sweep(self, now: datetime) -> int:
        """Forgets links that ended long ago."""
        async with self._database.write() as unit:
            gone = (await unit.execute(_ended_before(now - KEPT))).scalars().all()
            for first in range(0, len(gone), _PAGE):
                await forget_links(unit, gone[first : first + _PAGE])
        return len(gone)


async def _bases(connection: Unit, link_ids: Sequence[str]) -> dict[str, list[_Held]]:
    """What is held by each of the links."""
    found: dict[str, list[_Held]] = defaultdict(list)
    for row in await connection.execute(_held(link_ids)):
        found[row.link_id].append(_Held(Basis(row.basis), row.until, row.granted_at))
    return found


def _consents(bases: Iterable[_Held], now: datetime) -> bool:
    return any(each.basis is Basis.CONSENT and each.lives(now) for each in bases)


def _has_grown_up(link: _Link, today: date) -> bool:
    """Whether something that ends at 18 still stands; what a consent alone holds is left to it."""
    own_word = [each.granted_at for each in link.bases if each.basis is not Basis.CONSENT]
    grows = link.relation is Relation.CHILD or is_minors(link.relation, link.born, own_word)
    return grows and bool(own_word) and full_years(link.born, today) >= ADULT_AGE


def _shows_less(link: _Link, look: _Look, before: _Look | None, now: datetime) -> bool:
    """Whether the account sees less since its last look: documents let it see all until then, and no consent lives."""
    if not is_teenager(look.own_word_from, full_years(link.born, look.day)) or _consents(link.bases, now):
        return False
    shown = [each for each in link.bases if each.basis in STRONG and each.lives(now)]
    return any(_showed_all(link.born, local(each.granted_at, MOSCOW).date(), look, before) for each in shown)


def _showed_all(born: date, granted: date, look: _Look, before: _Look | None) -> bool:
    """Whether documents showed all of somebody when that was last known: at the look before, or as they were shown."""
    day, own_word_from = granted, look.own_word_from
    if before is not None and before.day >= granted:
        day, own_word_from = before.day, before.own_word_from
    return full_years(born, day) < own_word_from
