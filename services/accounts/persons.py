"""Persons of an account: one's own, the family, other citizens booked for."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, Protocol

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from services import together
from services.accounts import concerns
from services.accounts.agreement import PUBLISHED, Agreements
from services.accounts.gate import Gate
from services.accounts.identity import identity_from_json, identity_to_json
from services.accounts.model import OWN_WORD_FROM, Account, Basis, Covers, Person, Relation
from services.accounts.rights import ends_at, is_declared, outlasted
from services.accounts.shown import cut, names_of
from services.accounts.tables import PATIENT, link_basis, person, person_link
from services.clock import Clock
from services.errors import Denial, NomerokError, NotAllowed, NotFound
from services.ids import new_id
from services.limits.limits import Limits
from services.limits.model import Act, LimitReached
from services.registry.model import Patient, PatientIdentity, PolicyKind
from services.registry.ports.errors import PatientConflict, RegistryUnavailable
from services.registry.ports.patients import PatientsPort
from services.storage.engine import Database
from services.storage.latest import Latest
from services.storage.rows import Row
from services.storage.statement import insert_row, statement, update_row
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, local
from services.texts.names import folded

_LISTED = (
    select(
        *(person, person_link.c.account_id, person_link.c.relation),
        *(link_basis.c[name] for name in ("basis", "until", "covers", "granted_at")),
    )
    .join(person_link, person_link.c.person_id == person.c.id)
    .outerjoin(link_basis, link_basis.c.link_id == person_link.c.id)
    .where(person_link.c.ended_at.is_(None))
    .order_by(person_link.c.relation != Relation.OWN.value, person_link.c.created_at, person_link.c.id)
)
Bases = Mapping[Basis, datetime | None]
DECLARED: Bases = {Basis.DECLARED: None}
_FAMILY_CONSENT = timedelta(days=365)
_KNOWN = 2000
"""How many persons a process remembers unsealed: by all that their rows hold, so none is ever out of date."""
ADDED = "person_added"
"""In the audit: somebody was typed and put on the list."""


@statement
def _families(account_ids: Collection[str]) -> Select[Any]:
    return _LISTED.where(person_link.c.account_id.in_(account_ids))


@statement
def _one(account_id: str, person_id: str) -> Select[Any]:
    return _LISTED.where(person_link.c.account_id == account_id, person.c.id == person_id)


@statement
def _some(account_id: str, person_ids: Collection[str]) -> Select[Any]:
    return _LISTED.where(person_link.c.account_id == account_id, person.c.id.in_(person_ids))


class ConfirmedPerson(NomerokError):  # noqa: N818
    """The account holder was confirmed by documents; the form names somebody else."""


class ReadyFamily(Protocol):
    """DEMO: makes an account's own copy of the ready family in the registry."""

    async def __call__(self, seed: str, today: date) -> Sequence[tuple[Relation, PatientIdentity, Patient]]: ...


class Persons:
    """Who an account may act for. Every question names the account, so nobody sees another's persons."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        registry: PatientsPort,
        limits: Limits,
        clock: Clock,
        agreements: Agreements = PUBLISHED,
        own_word_from: int = OWN_WORD_FROM,
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._limits = limits
        self._clock = clock
        self._gate = Gate(database, clock, agreements)
        self._own_word_from = own_word_from
        self._rows = Latest[Sequence[Row]](database)
        self._whole = lru_cache(_KNOWN)(self._whole_of)

    @concerns.persons("the list itself: what is asked of it counts as the caller's")
    async def family(self, account: Account) -> tuple[Person, ...]:
        """All persons of the account, one's own first, then as they were added."""
        return await self._gate.open_to(account, await self._load(account.id))

    @concerns.persons("the list itself: what is asked of it counts as the caller's")
    async def active(self, account: Account) -> Person | None:
        """Whose policy stands in the main menu, and whose card the sections show; None while there is nobody."""
        family = await self.family(account)
        return next((each for each in family if each.id == account.active_person_id), next(iter(family), None))

    @concerns.persons("the list itself: what is asked of it counts as the caller's")
    async def get(self, account: Account, person_id: str) -> Person:
        """A person of this account; `NotFound` for anybody else's.

        Within a call that has declared an area: `NotAllowed` where it is not open, `ConsentNeeded` where the account's
        consent does not speak of it (`accounts.gate`).
        """
        found = await self._load(account.id, person_id)
        if not found:
            raise NotFound
        await self._gate.check(account, found[0])
        return found[0]

    @concerns.persons("the list itself: what is asked of it counts as the caller's")
    async def same_as(self, account: Account, identity: PatientIdentity) -> Person | None:
        """The account's person with this very name, birth date and policy (СНИЛС where there is none).

        Typed again, it is not another person. Whose numbers are not shown is not found by them: that is for the
        registry to say, where such questions are counted (`hidden_as`).
        """
        return await self._first(
            account,
            lambda each: (
                each.shown is not None and _who(each.shown) == _who(identity) and _same_numbers(each.shown, identity)
            ),
        )

    @concerns.persons("the list itself: what is asked of it counts as the caller's")
    async def hidden_as(self, account: Account, patient: Patient) -> Person | None:
        """The account's person who is this patient, where the account is shown the name alone."""
        return await self._first(account, lambda each: each.patient_id == patient.id and each.shown is None)

    @concerns.persons("the list itself: what is asked of it counts as the caller's")
    async def for_registry(self, account: Account, person_id: str) -> PatientIdentity:
        """All that a registry finds or enters a person of this account by; never for a screen. `NotFound` as `get`."""
        rows = (await self._database.fetch(_one(account.id, person_id))).all()
        if not rows:
            raise NotFound
        if not await self._gate.open_to(account, self._persons(rows)):
            raise NotAllowed(Denial.NOT_OPEN)
        return self._identity(rows[0])

    @concerns.persons("the list itself: what is asked of it counts as the caller's")
    async def own(self, account: Account) -> Person | None:
        """The account holder, None until the form is filled."""
        return await self._first(account, lambda each: each.relation is Relation.OWN)

    @concerns.persons("who somebody is in the registry, before they are on the list")
    async def look_up(self, account: Account, identity: PatientIdentity, *, enters: bool = True) -> Patient | None:
        """The registry's patient: found, or entered where the registry takes new ones and `enters` lets it.

        None: not known there, or no policy to be known by. Raises `PatientConflict`, `RegistryUnavailable`, and
        `NotAllowed` where a chat asks for too many different people a day: nobody is to find out by trying whose
        policy a number is. The same data again are no other try, for they tell nothing new.
        """
        if identity.policy.kind is PolicyKind.NONE and not identity.snils:
            return None
        try:
            await self._limits.spend_once(account.telegram_id, Act.LOOK_UP, _asked_for(identity))
        except LimitReached:
            raise NotAllowed(Denial.TOO_MANY_TRIES) from None
        # Of an answer nothing is noted but that it was asked for: «Мои данные» would tell whom the registry knows.
        patient = await self._registry.find_patient(identity)
        if patient is not None:
            return patient
        known_by_policy = identity.policy.kind is not PolicyKind.NONE
        if enters and known_by_policy and self._registry.capabilities().registers_patients:
            return await self._registry.register_patient(identity)
        return None

    @concerns.persons("the account holder")
    async def register_own(self, account: Account, identity: PatientIdentity) -> Person:
        """Stores the account holder's form, matched with the registry if it answers.

        Raises `PatientConflict` where the registry holds the policy for somebody else: nothing is stored then.
        Filling the form again replaces what the holder typed before; who was confirmed by documents stays the
        person of those documents (`ConfirmedPerson`).
        """
        already = await self.own(account)
        confirmed = already is not None and not is_declared(already)
        if already is not None and confirmed:
            known = already.identity
            if _who(known) != _who(identity):
                raise ConfirmedPerson
            identity = replace(identity, surname=known.surname, name=known.name)  # as in the documents, to the letter
        there = already is not None and confirmed and already.patient_id is not None
        try:
            # Whom documents have confirmed and the registry has is not to be entered there under another number.
            patient = await self.look_up(account, identity, enters=not there)
        except RegistryUnavailable:
            patient = None
        if already is not None:
            check_still(already, patient)
        try:
            async with self._database.write() as unit:
                if already is None:
                    person_id = await self.insert(unit, account.id, Relation.OWN, identity, DECLARED, patient)
                else:
                    person_id = already.id
                    columns = self._columns(person_id, identity, patient)
                    if there and patient is None:
                        columns |= PATIENT.values(self._vault, person_id, already.patient_id)
                        columns["clinic_id"] = already.clinic_id
                    await unit.execute(update_row(person, person_id, columns))
        except IntegrityError:  # the same form, sent twice at once: the first one stands
            return (await self.family(account))[0]
        return await self.get(account, person_id)

    @concerns.persons("the list itself")
    async def take_ready_family(self, account: Account, make: ReadyFamily) -> tuple[Person, ...]:
        """DEMO: the ready family becomes this account's: own and children by desk, spouse and parent by consent."""
        now = self._clock.now()
        members = await make(account.id, now.date())
        with suppress(IntegrityError):  # pressed twice at once: one family is enough
            await self._insert_family(account, members, now)
        return await self.family(account)

    async def _insert_family(
        self, account: Account, members: Sequence[tuple[Relation, PatientIdentity, Patient]], now: datetime
    ) -> None:
        async with self._database.write() as unit:
            for place, (relation, identity, patient) in enumerate(members):
                by_consent = relation in (Relation.SPOUSE, Relation.PARENT)
                bases: Bases = {Basis.CONSENT: now + _FAMILY_CONSENT} if by_consent else {Basis.DESK: None}
                added = now + timedelta(milliseconds=place)  # the family is listed in this order
                await self.insert(unit, account.id, relation, identity, bases, patient, added, tuple(Covers))

    @concerns.persons("who somebody is in the registry")
    async def set_patient(self, person_id: str, patient: Patient) -> None:
        """Remembers who the person is in the registry."""
        await self._database.execute(update_row(person, person_id, self.registry_columns(person_id, patient)))

    @concerns.persons("what documents say, within the unit of a caller that has seen them")
    async def set_documents(self, unit: Unit, person_id: str, identity: PatientIdentity, patient: Patient) -> None:
        """Within a write unit: the person becomes who the documents say."""
        await unit.execute(update_row(person, person_id, self._columns(person_id, identity, patient)))

    async def insert(
        self,
        unit: Unit,
        account_id: str,
        relation: Relation,
        identity: PatientIdentity,
        bases: Bases,
        patient: Patient | None,
        added: datetime | None = None,
        covers: Collection[Covers] = (),
    ) -> str:
        """Adds a person within a write unit; gives the id. `covers`: what a consent among the bases allows."""
        now = self._clock.now()
        person_id, link_id = new_id(), new_id()
        columns = self._columns(person_id, identity, patient)
        await unit.execute(insert_row(person, {"id": person_id, "created_at": now} | columns))
        link = {"account_id": account_id, "person_id": person_id, "relation": relation.value}
        await unit.execute(insert_row(person_link, {"id": link_id, "created_at": added or now} | link))
        for basis, until in bases.items():
            held = {"link_id": link_id, "basis": basis.value, "until": until, "granted_at": now}
            words = covers_words(covers) if basis is Basis.CONSENT else None
            await unit.execute(insert_row(link_basis, held | {"covers": words}))
        return person_id

    def _columns(self, person_id: str, identity: PatientIdentity, patient: Patient | None) -> dict[str, Any]:
        return {
            "profile": self._vault.seal_json(person.c.profile, person_id, identity_to_json(identity)),
            **self.registry_columns(person_id, patient),
        }

    def registry_columns(self, person_id: str, patient: Patient | None) -> dict[str, Any]:
        """What this person's row keeps of the registry's patient; whose visits are to be asked about at once."""
        # The verified mark says that a registry knows this policy by documents, not that we have typed it in there.
        return {
            **PATIENT.values(self._vault, person_id, patient.id if patient else None),
            "clinic_id": patient.clinic_id if patient else None,
            "verified_at": self._clock.now() if patient and patient.confirmed else None,
            "looked_at": None,
        }

    async def _first(self, account: Account, wanted: Callable[[Person], bool]) -> Person | None:
        """One of the list, as far as whoever asks may reach them."""
        found = [each for each in await self._load(account.id) if wanted(each)]
        return next(iter(await self._gate.open_to(account, found[:1])), None)

    async def _load(self, account_id: str, person_id: str | None = None) -> tuple[Person, ...]:
        async def ask() -> Sequence[Row]:
            if person_id is None:
                return (await together.once(self._families, [account_id])).get(account_id, ())
            return (await self._database.fetch(_one(account_id, person_id))).all()

        return told_apart(self._persons(await self._rows.of((account_id, person_id), ask)))

    async def _families(self, account_ids: Collection[str]) -> Mapping[str, Sequence[Row]]:
        """Rows of each account's list, in its order."""
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in await self._database.fetch(_families(list(account_ids))):
            rows[row.account_id].append(row)
        return rows

    async def listed(self, unit: Unit, account_id: str, person_ids: Collection[str]) -> tuple[Person, ...]:
        """Those of these persons who stand on the account's list, as the unit sees it."""
        found = await unit.execute(_some(account_id, list(person_ids)))
        return self._persons(found.all())

    def _persons(self, rows: Iterable[Row]) -> tuple[Person, ...]:
        """Of rows of `_LISTED`, each cut to what the account is shown now."""
        now = self._clock.now()
        today = local(now, MOSCOW).date()
        return tuple(cut(self._whole(tuple(group)), today, now) for _, group in groupby(rows, key=lambda row: row.id))

    def _whole_of(self, rows: tuple[Row, ...]) -> Person:
        """All that the rows of one person say, which is not for showing: `cut` is."""
        first = rows[0]
        identity, relation = self._identity(first), Relation(first.relation)
        own_word = [row.granted_at for row in rows if row.basis not in (None, Basis.CONSENT.value)]
        last = outlasted(relation, identity.birth_date, own_word)
        return Person(
            id=first.id,
            relation=relation,
            bases=tuple(_basis(row, last) for row in rows if row.basis is not None),
            shown=identity,
            patient_id=PATIENT.open_any(self._vault, first.id, first.patient),
            clinic_id=first.clinic_id,
            verified=first.verified_at is not None,
            covers=frozenset(Covers(word) for row in rows for word in (row.covers or "").split()),
            minor_ward=last is not None,
            own_word_from=self._own_word_from,
            names=names_of(identity),
            born=identity.birth_date,
        )

    def _identity(self, row: Row) -> PatientIdentity:
        return identity_from_json(self._vault.open_json(person.c.profile, row.id, row.profile))


def _basis(row: Row, last: datetime | None) -> tuple[Basis, datetime | None]:
    """A basis and when it ends. `last`: what no paper outlasts (`rights.outlasted`)."""
    basis = Basis(row.basis)
    return basis, ends_at(basis, row.until, last)


def covers_words(covers: Collection[Covers]) -> str:
    """What a consent covers, as it is stored: words in one order, with spaces."""
    return " ".join(each.value for each in Covers if each in covers)


def _who(identity: PatientIdentity) -> tuple[str, str, date]:
    return folded(identity.surname), folded(identity.name), identity.birth_date


def _asked_for(identity: PatientIdentity) -> str:
    """All that a registry finds somebody by, in one way of writing."""
    policy, (surname, name, born) = identity.policy, _who(identity)
    return json.dumps([surname, name, born.isoformat(), policy.kind.value, policy.number, identity.snils])


def _same_numbers(one: PatientIdentity, other: PatientIdentity) -> bool:
    """Twins are born on one day, and newborns have no policy: «none» is nobody's number."""
    if one.policy.kind is PolicyKind.NONE:
        return one.snils is not None and one.snils == other.snils
    return one.policy == other.policy


def told_apart(family: Sequence[Person]) -> tuple[Person, ...]:
    """The list, with those marked whom name and surname do not tell from each other."""
    called = Counter(_called(each) for each in family)
    return tuple(replace(each, alike=True) if called[_called(each)] > 1 else each for each in family)


def _called(person: Person) -> tuple[str, str]:
    return folded(person.names.surname), folded(person.names.name)


def check_still(before: Person, patient: Patient | None) -> None:
    """A number that was typed brings nobody confirmed by documents to another patient: `PatientConflict`.

    A namesake born on the same day is one, and what is seen by documents would become theirs.
    """
    strong = before.patient_id is not None and not is_declared(before)
    if strong and patient is not None and patient.id != before.patient_id:
        raise PatientConflict
