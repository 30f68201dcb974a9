"""Links of accounts to persons, what they rest on, and the rows of consents: each step within its caller's unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, Update, delete, or_, select, update

from services.accounts.accounts import lock_account
from services.accounts.ended import RightsEnded
from services.accounts.model import Basis, Covers, Relation
from services.accounts.patients import Indexes, indexes_of, same_patient
from services.accounts.persons import covers_words
from services.accounts.tables import PATIENT, access_grant, account, link_basis, person, person_link
from services.ids import new_id
from services.storage.rows import Row
from services.storage.statement import insert_row, statement, update_row
from services.storage.tables import audit
from services.storage.units import Unit
from services.storage.vault import Vault

WEAK = (Basis.DECLARED.value,)
STRONG = (Basis.DESK.value, Basis.OIDC.value)


def of_account(account_id: str) -> ColumnElement[bool]:
    """A consent that this account has given or received."""
    return or_(access_grant.c.grantor_id == account_id, access_grant.c.grantee_id == account_id)


def lives(now: datetime) -> ColumnElement[bool]:
    """A basis that has not ended."""
    return or_(link_basis.c.until.is_(None), link_basis.c.until > now)


def covers_of(words: str) -> frozenset[Covers]:
    """What a consent allows, from the words that are stored."""
    return frozenset(Covers(word) for word in words.split())


def by_documents(now: datetime, *which: ColumnElement[bool]) -> Select[tuple[str, str, str, str]]:
    """Asks for links that documents hold up now: their ids, accounts, persons and relations, each once a basis."""
    return (
        select(person_link.c.id, person_link.c.account_id, person_link.c.person_id, person_link.c.relation)
        .join(person, person.c.id == person_link.c.person_id)
        .join(link_basis, link_basis.c.link_id == person_link.c.id)
        .where(person_link.c.ended_at.is_(None), link_basis.c.basis.in_(STRONG), lives(now), *which)
        .order_by(person_link.c.account_id, person_link.c.person_id)
    )


@statement
def own_by_documents(patient_indexes: Collection[str], now: datetime) -> Select[Any]:
    """The patient's own chats, as the registry has the patient, in the columns of `by_documents`."""
    own = person_link.c.relation == Relation.OWN.value
    return by_documents(now, PATIENT.index.in_(patient_indexes), own).distinct()


@statement
def _own_link_by_documents(account_id: str, now: datetime) -> Select[Any]:
    return by_documents(now, person_link.c.account_id == account_id, person_link.c.relation == Relation.OWN.value)


@statement
def _received_locked(grantee_id: str) -> Select[Any]:
    received = access_grant.c.grantee_id == grantee_id, access_grant.c.ended_at.is_(None)
    return select(access_grant.c.id).where(*received).order_by(access_grant.c.id).with_for_update()


@statement
def _accounts_locked(account_ids: Collection[str]) -> Select[Any]:
    accounts = select(account.c.id).where(account.c.id.in_(account_ids)).order_by(account.c.id)
    return accounts.with_for_update(key_share=True)


@statement
def _link(link_id: str) -> Select[Any]:
    return select(person_link).where(person_link.c.id == link_id)


@statement
def _link_to(account_id: str, person_id: str) -> Select[Any]:
    return select(person_link).where(person_link.c.account_id == account_id, person_link.c.person_id == person_id)


@statement
def _links_to_patient(account_id: str, person_id: str, indexes: Indexes) -> Select[Any]:
    """The account's live links to whoever is the person's patient."""
    return select(person_link.c.id).where(
        person_link.c.account_id == account_id,
        person_link.c.person_id.in_(same_patient(person_id, indexes)),
        person_link.c.ended_at.is_(None),
    )


@statement
def _drop_all_bases(link_id: str) -> Delete:
    return delete(link_basis).where(link_basis.c.link_id == link_id)


@statement
def drop_bases(link_id: str, bases: Collection[str]) -> Delete:
    """These kinds of what the link rests on, and no more than the rows: `take_bases` does all that follows."""
    return delete(link_basis).where(link_basis.c.link_id == link_id, link_basis.c.basis.in_(bases))


@statement
def _live_bases(link_id: str, now: datetime) -> Select[Any]:
    return select(link_basis.c.link_id).where(link_basis.c.link_id == link_id, lives(now))


@statement
def show_nobody(account_id: str, person_id: str) -> Update:
    """In the account's main menu, where this person stands there."""
    shown = account.c.id == account_id, account.c.active_person_id == person_id
    return update(account).where(*shown).values(active_person_id=None)


def ending_grants(whose: ColumnElement[bool], person_id: str, indexes: Indexes, now: datetime) -> Update:
    """Consents of the person's patient that stand, of one giver or one taker; gives their rows."""
    theirs = access_grant.c.ended_at.is_(None), access_grant.c.person_id.in_(same_patient(person_id, indexes))
    return update(access_grant).where(whose, *theirs).values(ended_at=now).returning(access_grant)


@statement
def _end_grants(grantee_id: str, person_id: str, indexes: Indexes, now: datetime) -> Update:
    return ending_grants(access_grant.c.grantee_id == grantee_id, person_id, indexes, now)


@statement
def _given(grantee_id: str, person_id: str, indexes: Indexes) -> Select[Any]:
    same = access_grant.c.grantee_id == grantee_id, access_grant.c.ended_at.is_(None)
    return select(access_grant.c.id).where(*same, access_grant.c.person_id.in_(same_patient(person_id, indexes)))


async def lock_rights(unit: Unit, grantee_id: str, *others: str) -> None:
    """Before a unit changes what an account may do: nobody else does meanwhile, nor with these other accounts.

    First the consents that it has received, then accounts, each by their ids: the order of whoever ends a basis, or
    erases an account. Links and bases come after them (`sight.may_act`).
    """
    await unit.execute(_received_locked(grantee_id))
    await unit.execute(_accounts_locked({grantee_id, *others}))


async def live_link(
    unit: Unit, now: datetime, account_id: str, person_id: str, relation: Relation, *, keep: bool
) -> str:
    """The account's live link to the person; its relation is set unless it is to be kept. Gives the id."""
    row = (await unit.execute(_link_to(account_id, person_id))).one_or_none()
    if row is None:
        link_id = new_id()
        values: dict[str, Any] = {"account_id": account_id, "person_id": person_id, "relation": relation.value}
        await unit.execute(insert_row(person_link, {"id": link_id, "created_at": now} | values))
        return link_id
    if row.ended_at is not None:
        await unit.execute(_drop_all_bases(row.id))
    changed = {"ended_at": None} if keep else {"ended_at": None, "relation": relation.value}
    await unit.execute(update_row(person_link, row.id, changed))
    return str(row.id)


async def is_confirmed(unit: Unit, now: datetime, account_id: str) -> bool:
    """Whether documents have confirmed the account's holder, as it stands within this unit."""
    return (await unit.execute(_own_link_by_documents(account_id, now))).first() is not None


async def put_basis(
    unit: Unit,
    link_id: str,
    basis: Basis,
    until: datetime | None,
    now: datetime,
    covers: Collection[Covers],
    ended: RightsEnded,
) -> None:
    """The link rests on this basis from now on, in place of an older one of the kind, which may have let do more."""
    replaced = (await unit.execute(drop_bases(link_id, [basis.value]))).rowcount
    words = covers_words(covers) if basis is Basis.CONSENT else None
    values = {"link_id": link_id, "basis": basis.value, "until": until, "granted_at": now, "covers": words}
    await unit.execute(insert_row(link_basis, values))
    # More of the person's visits may be seen now: they are to be asked about at once.
    link = (await unit.execute(_link(link_id))).one()
    await unit.execute(update_row(person, link.person_id, {"looked_at": None}))
    if replaced:
        await ended.look(unit, link.account_id, link.person_id)


async def take_bases(unit: Unit, link_id: str, bases: Collection[str], now: datetime, ended: RightsEnded) -> bool:
    """Takes these bases off a live link, with what rested on them; False where there was none.

    A link that nothing else holds is over. The account is locked before its basis, as by whoever asks for that.
    """
    link = (await unit.execute(_link(link_id))).one_or_none()
    if link is None:
        return False
    await lock_account(unit, link.account_id)
    if not (await unit.execute(drop_bases(link_id, bases))).rowcount:
        return False
    if (await unit.execute(_live_bases(link_id, now))).first() is None:
        await unit.execute(update_row(person_link, link_id, {"ended_at": now}))
        await unit.execute(show_nobody(link.account_id, link.person_id))
    await ended.look(unit, link.account_id, link.person_id)
    return True


async def take_consent(
    unit: Unit, vault: Vault, now: datetime, account_id: str, person_id: str, ended: RightsEnded
) -> None:
    """What the account was allowed for this patient no longer counts."""
    indexes = await indexes_of(unit, vault, person_id)
    links = await unit.execute(_links_to_patient(account_id, person_id, indexes))
    for link_id in links.scalars().all():
        await take_bases(unit, link_id, (Basis.CONSENT.value,), now, ended)


async def insert_grant(
    unit: Unit,
    now: datetime,
    person_id: str,
    grantor_id: str,
    grantee_id: str,
    covers: Collection[Covers],
    until: datetime,
) -> str:
    """The row of a consent that stands; gives its id."""
    grant_id = new_id()
    parties = {"person_id": person_id, "grantor_id": grantor_id, "grantee_id": grantee_id}
    term = {"granted_at": now, "until": until}
    await unit.execute(insert_row(access_grant, {"id": grant_id, "covers": covers_words(covers)} | parties | term))
    return grant_id


async def end_grants(unit: Unit, vault: Vault, now: datetime, grantee_id: str, person_id: str) -> list[Row]:
    """Ends what the account was allowed for this person, as a newer one takes its place or nobody wants it."""
    indexes = await indexes_of(unit, vault, person_id)
    rows = await unit.execute(_end_grants(grantee_id, person_id, indexes, now))
    return list(rows.all())


async def is_given(unit: Unit, vault: Vault, grantee_id: str, person_id: str) -> bool:
    """Whether a chat of the patient's lets this account in: what was given at the desk stands in each of them."""
    indexes = await indexes_of(unit, vault, person_id)
    return (await unit.execute(_given(grantee_id, person_id, indexes))).first() is not None


async def note(unit: Unit, now: datetime, account_id: str, person_id: str | None, action: str, subject_id: str) -> None:
    """A line of the audit."""
    values: Mapping[str, Any] = {"account_id": account_id, "person_id": person_id, "subject_id": subject_id}
    await unit.execute(insert_row(audit, {"id": new_id(), "action": action, "at": now, **values}))
