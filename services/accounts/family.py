"""The list of an account's persons as the account keeps it: adding, correcting, removing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Delete, Select, delete, func, select
from sqlalchemy.sql.dml import ReturningDelete

from services.accounts import concerns
from services.accounts.accounts import lock_account
from services.accounts.consents import Consents
from services.accounts.ended import RightsEnded
from services.accounts.fields import OWN_ACCOUNT_AGE
from services.accounts.identity import identity_to_json
from services.accounts.links import lock_rights, show_nobody
from services.accounts.model import Account, Person, Relation
from services.accounts.persons import ADDED, DECLARED, ConfirmedPerson, Persons, check_still
from services.accounts.rights import Editing, editing
from services.accounts.tables import person, person_link
from services.clock import Clock
from services.errors import Denial, NomerokError, NotAllowed, NotFound
from services.ids import new_id
from services.limits.limits import Limits
from services.limits.model import Act
from services.registry.model import ADULT_AGE, PatientIdentity, PolicyKind
from services.registry.ports.errors import PatientConflict, RegistryUnavailable
from services.storage.engine import Database
from services.storage.statement import insert_row, statement, update_row
from services.storage.tables import audit
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, full_years, local
from services.texts.names import folded

PERSONS = 20
"""How many persons an account may have."""
_LEAST_AGES = {Relation.OWN: OWN_ACCOUNT_AGE, Relation.SPOUSE: 14, Relation.PARENT: ADULT_AGE}


@statement
def _links_to(account_id: str, person_id: str) -> Select[Any]:
    mine = person_link.c.account_id == account_id, person_link.c.person_id == person_id
    return select(person_link.c.id).where(*mine)


@statement
def _number_listed(account_id: str) -> Select[Any]:
    return select(func.count()).where(person_link.c.account_id == account_id, person_link.c.ended_at.is_(None))


@statement
def _matched(person_id: str) -> Select[Any]:
    return select(person.c.verified_at).where(person.c.id == person_id)


@statement
def _number_of_others_whose_own(person_id: str, account_id: str) -> Select[Any]:
    return select(func.count()).where(
        person_link.c.person_id == person_id,
        person_link.c.account_id != account_id,
        person_link.c.relation == Relation.OWN.value,
    )


@statement
def _drop_links(link_ids: Collection[str]) -> ReturningDelete[Any]:
    """Gives whom they led to."""
    return delete(person_link).where(person_link.c.id.in_(link_ids)).returning(person_link.c.person_id)


@statement
def _drop_unlinked(person_ids: Collection[str]) -> Delete:
    """Those of them to whom nobody is linked."""
    linked = select(person_link.c.person_id).where(person_link.c.person_id.in_(person_ids))
    return delete(person).where(person.c.id.in_(person_ids), person.c.id.not_in(linked))


class AlreadyThere(NomerokError):  # noqa: N818
    """The account has this person already: `person_id`."""

    def __init__(self, person_id: str) -> None:
        super().__init__("the person is there already")
        self.person_id = person_id


class FamilyFull(NomerokError):  # noqa: N818
    """The account has as many persons as it may."""


class WrongAge(NomerokError):  # noqa: N818
    """Somebody born on that day cannot be who the account says."""


def fits(relation: Relation, born: date, today: date) -> bool:
    """Whether somebody of this age can be a child, a spouse, a parent: a child of 18 is a person of their own."""
    age = full_years(born, today)
    if relation is Relation.CHILD:
        return age < ADULT_AGE
    return age >= _LEAST_AGES.get(relation, -1)


class Family:
    """Writes to the list; what stands in it is read through `Persons`. Rights are checked at every call."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        persons: Persons,
        consents: Consents,
        limits: Limits,
        rights_ended: RightsEnded,
        clock: Clock,
    ) -> None:
        self._limits = limits
        self._rights_ended = rights_ended
        self._database = database
        self._vault = vault
        self._persons = persons
        self._consents = consents
        self._clock = clock

    @concerns.persons("the list itself")
    async def is_full(self, account: Account) -> bool:
        return len(await self._persons.family(account)) >= PERSONS

    @concerns.persons("the list itself")
    async def add(self, account: Account, relation: Relation, identity: PatientIdentity) -> Person:
        """Somebody typed here becomes a declared person of the account, matched with the registry if it answers.

        Raises `AlreadyThere`, `FamilyFull`, `WrongAge`, `LimitReached` (of a day), and what `Persons.look_up` raises;
        nothing is stored then.
        """
        if relation is Relation.OWN:
            raise ValueError("one's own form is registered, not added")
        self._check_age(relation, identity)
        known = await self._persons.same_as(account, identity)
        if known is not None:
            raise AlreadyThere(known.id)
        if await self.is_full(account):
            raise FamilyFull
        try:
            patient = await self._persons.look_up(account, identity)
        except RegistryUnavailable:
            patient = None
        hidden = await self._persons.hidden_as(account, patient) if patient is not None else None
        if hidden is not None:
            raise AlreadyThere(hidden.id)
        async with self._database.write() as unit:
            await self._check_room(unit, account)
            await self._limits.spend_within(unit, account.telegram_id, Act.PERSON)
            person_id = await self._persons.insert(unit, account.id, relation, identity, DECLARED, patient)
            await self._note(unit, account, person_id, ADDED)
        return await self._persons.get(account, person_id)

    @concerns.persons("the list itself")
    async def edit(self, account: Account, person_id: str, identity: PatientIdentity) -> Person:
        """Corrects a person's data; what the registry says of them is asked anew where it may be another now.

        Whose documents were seen keeps name, birth date and sex (`ConfirmedPerson`). Somebody known by consent alone
        is not corrected at all (`NotAllowed`). Raises `AlreadyThere`, `WrongAge` and what `Persons.look_up` raises.
        """
        before = await self._persons.get(account, person_id)
        may = editing(before, self._clock.now())
        if may is Editing.NOTHING or before.shown is None or await self._is_anothers_own(account, person_id):
            raise NotAllowed(Denial.NOT_COVERED)
        if may is Editing.NUMBERS and _as_in_documents(before.shown) != _as_in_documents(identity):
            raise ConfirmedPerson
        if identity.birth_date != before.born:
            self._check_age(before.relation, identity)
        twin = await self._persons.same_as(account, identity)
        if twin is not None and twin.id != person_id:
            raise AlreadyThere(twin.id)
        columns = await self._asked_anew(account, before, identity)
        columns["profile"] = self._vault.seal_json(person.c.profile, person_id, identity_to_json(identity))
        async with self._database.write() as unit:
            await unit.execute(update_row(person, person_id, columns))
            await self._note(unit, account, person_id, "person_edited")
        return await self._persons.get(account, person_id)

    @concerns.persons("the list itself")
    async def remove(self, account: Account, person_id: str) -> None:
        """Takes a person off the list, and gives up a consent if there is one: the other side is told.

        Visits stay in the registry. One's own person cannot be removed.
        """
        if (await self._persons.get(account, person_id)).relation is Relation.OWN:
            raise NotFound
        async with self._database.write() as unit:
            await lock_rights(unit, account.id)
            await self._consents.end_for(unit, account.id, person_id)
            links = (await unit.execute(_links_to(account.id, person_id))).scalars().all()
            await forget_links(unit, links)
            await show_own(unit, account.id, person_id)
            await self._rights_ended.look(unit, account.id, person_id)
            await self._note(unit, account, person_id, "person_removed")

    async def _check_room(self, unit: Unit, account: Account) -> None:
        """`FamilyFull` by what stands in the list now: of two who add at once, the second counts after the first."""
        await lock_account(unit, account.id)
        if (await unit.execute(_number_listed(account.id))).scalar_one() >= PERSONS:
            raise FamilyFull

    def _check_age(self, relation: Relation, identity: PatientIdentity) -> None:
        if not fits(relation, identity.birth_date, local(self._clock.now(), MOSCOW).date()):
            raise WrongAge

    async def _asked_anew(self, account: Account, before: Person, identity: PatientIdentity) -> dict[str, Any]:
        """What changes of the row's registry columns."""
        old = before.identity
        if _known_by(old) == _known_by(identity):
            return {}
        same_human = _who(old) == _who(identity)
        stays = before.patient_id is not None and same_human
        try:
            # Whoever is in the registry already is not to be entered there a second time under the new number.
            patient = await self._persons.look_up(account, identity, enters=not stays)
        except RegistryUnavailable:
            patient = None
        except PatientConflict:
            # A slip of the first typing stands in the registry with this number because it was typed here.
            known = before.patient_id is None or await self._is_known_by_documents(before)
            if known or not _is_slip(old, identity):
                raise
            return {"verified_at": None}
        if patient is None and stays:
            return {"verified_at": None}
        check_still(before, patient)
        return self._persons.registry_columns(before.id, patient)

    async def _is_known_by_documents(self, before: Person) -> bool:
        """Whether the registry has matched the policy, told here or not: then its name is no slip of ours."""
        return (await self._database.fetch(_matched(before.id))).scalar_one_or_none() is not None

    async def _is_anothers_own(self, account: Account, person_id: str) -> bool:
        """Whether the row is another account's own person, shared by a consent."""
        others = _number_of_others_whose_own(person_id, account.id)
        count: int = (await self._database.fetch(others)).scalar_one()
        return count > 0

    async def _note(self, unit: Unit, account: Account, person_id: str, action: str) -> None:
        act = {"id": new_id(), "account_id": account.id, "person_id": person_id, "action": action}
        await unit.execute(insert_row(audit, act | {"at": self._clock.now()}))


async def forget_links(unit: Unit, link_ids: Collection[str]) -> None:
    """Deletes links, and the persons whom nobody else is linked to."""
    persons = set((await unit.execute(_drop_links(link_ids))).scalars())
    await unit.execute(_drop_unlinked(persons))


async def show_own(unit: Unit, account_id: str, person_id: str) -> None:
    """Nobody who has left the list stays the active person."""
    await unit.execute(show_nobody(account_id, person_id))


def _who(identity: PatientIdentity) -> tuple[str, str, date]:
    return folded(identity.surname), folded(identity.name), identity.birth_date


def _known_by(identity: PatientIdentity) -> tuple[object, ...]:
    """What a registry finds a person by."""
    return (*_who(identity), identity.policy, identity.snils)


def _is_slip(one: PatientIdentity, other: PatientIdentity) -> bool:
    """The same number, and only one of surname, name and birth date is another: nobody else is meant."""
    same = sum(was == now for was, now in zip(_who(one), _who(other), strict=True))
    return one.policy.kind is not PolicyKind.NONE and one.policy == other.policy and same >= 2


def _as_in_documents(identity: PatientIdentity) -> tuple[object, ...]:
    return identity.surname, identity.name, identity.patronymic, identity.birth_date, identity.sex
