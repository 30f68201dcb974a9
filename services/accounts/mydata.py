"""What accounts keep about people: telling all of it, and deciding who goes when an account is erased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select, update

from services.accounts import concerns, rights
from services.accounts.accounts import Accounts
from services.accounts.consents import Consents
from services.accounts.holders import OwnForm, own_forms
from services.accounts.identity import identity_from_json
from services.accounts.left import LeftTrail
from services.accounts.links import covers_of, of_account
from services.accounts.model import LOOKS, Account, Basis, Farewell, Field, Person, Relation, full_name
from services.accounts.papers import is_holder
from services.accounts.patients import indexes_of, same_patient
from services.accounts.persons import Persons
from services.accounts.shown import shown
from services.accounts.tables import (
    CHAT,
    PATIENT,
    access_code,
    access_grant,
    consent,
    link_basis,
    mail_code,
    person,
    person_link,
)
from services.accounts.tables import account as account_table
from services.clock import Clock
from services.errors import NotFound
from services.ids import new_id
from services.personal import Fact, Facts, Leaving, Moment, Obligation, ObligationKind, Section, Subject, Word
from services.registry.model import PatientIdentity, PolicyKind
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.tables import audit
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, local

NOBODY = "erased"
"""Stands in audit rows in place of an account that there is no more."""
ERASED = "account_erased"


@dataclass(frozen=True, slots=True)
class Departure:
    """An account that is about to be erased within a unit: what goes with it, and who is to be told."""

    leaving: Leaving
    farewells: tuple[Farewell, ...]


class AccountData:
    """The account, its consents, persons and links, codes, and the audit of what it did."""

    sections = tuple(map(Section, ("account", "consents", "persons", "access", "codes", "actions")))

    def __init__(
        self,
        database: Database,
        vault: Vault,
        accounts: Accounts,
        persons: Persons,
        consents: Consents,
        clock: Clock,
    ) -> None:
        self._database = database
        self._vault = vault
        self._accounts = accounts
        self._listed = persons
        self._consents = consents
        self._clock = clock
        self._trail = LeftTrail(database, vault, clock)

    # --- telling ------------------------------------------------------------------------------------

    async def export(self, whose: Subject) -> Facts:
        who = await self._account(whose)
        return {
            "account": await self._account_facts(whose),
            "consents": await self._agreements(whose),
            "persons": await self._persons(whose, await self._listed.family(who)),
            "access": await self._grants(who),
            "codes": await self._codes(whose),
            "actions": [*await self._actions(whose), *await self._looks(who)],
        }

    async def obligations(self, whose: Subject) -> Sequence[Obligation]:
        """Consents to and from other chats."""
        grants = await self._consents.grants(await self._account(whose))
        return [
            Obligation(ObligationKind.ACCESS_GIVEN, each.holder, Moment(each.until, MOSCOW))
            if each.given
            else Obligation(ObligationKind.ACCESS_RECEIVED, each.name, Moment(each.until, MOSCOW))
            for each in grants
        ]

    @concerns.persons("who is and was on the list")
    async def subject(self, account: Account) -> Subject:
        """The account with everybody who is or was on its list."""
        mine = select(person_link.c.person_id, person_link.c.ended_at).where(person_link.c.account_id == account.id)
        links = (await self._database.fetch(mine)).all()
        persons = frozenset(row.person_id for row in links)
        listed = frozenset(row.person_id for row in links if row.ended_at is None)
        return Subject(account.id, account.telegram_id, persons, listed)

    async def _account(self, whose: Subject) -> Account:
        found = await self._accounts.by_id(whose.account_id)
        if found is None:
            raise NotFound
        return found

    async def _account_facts(self, whose: Subject) -> Facts:
        row = (await self._database.fetch(select(account_table).where(account_table.c.id == whose.account_id))).one()
        waits = select(mail_code).where(mail_code.c.account_id == whose.account_id)
        code = (await self._database.fetch(waits)).one_or_none()
        return {
            "telegram_chat": CHAT.open(self._vault, row.id, row.chat),
            "language": Word("language", row.locale),
            "since": row.created_at,
            "person_in_main_menu": Word("person", row.active_person_id) if row.active_person_id else None,
            "region_used_last": Word("region", row.last_region) if row.last_region else None,
            "large_screens": row.large,
            "bot_blocked_since": row.unreachable_at,
            "email": self._vault.open(account_table.c.email, row.id, row.email) if row.email else None,
            "email_not_reached_since": row.email_refused_at,
            "email_confirmed_at": row.email_confirmed_at,
            "email_to_confirm": self._to_confirm(code) if code is not None else None,
        }

    def _to_confirm(self, row: Row) -> Facts:
        """All but the code itself: who has the letter knows it."""
        return {
            "address": self._vault.open_json(mail_code.c.data, row.id, row.data)["address"],
            "code_sent_at": row.made_at,
            "code_good_until": row.expires_at,
            "wrong_codes": row.tries,
            "not_reached_since": row.refused_at,
        }

    async def _agreements(self, whose: Subject) -> list[Fact]:
        mine = select(consent).where(consent.c.account_id == whose.account_id).order_by(consent.c.given_at)
        return [
            {
                "given_at": row.given_at,
                "version": row.version,
                "language": Word("language", row.locale),
                "text": Word("html", row.text),
            }
            for row in await self._database.fetch(mine)
        ]

    async def _persons(self, whose: Subject, listed: Sequence[Person]) -> list[Fact]:
        now_listed = {each.id: each for each in listed}
        query = (
            select(person, person_link.c.id.label("link_id"), person_link.c.relation, person_link.c.ended_at)
            .add_columns(person_link.c.created_at.label("added_at"))
            .join(person_link, person_link.c.person_id == person.c.id)
            .where(person_link.c.account_id == whose.account_id)
            .order_by(person_link.c.relation != Relation.OWN.value, person_link.c.created_at, person_link.c.id)
        )
        found: list[Fact] = []
        for row in (await self._database.fetch(query)).all():
            held = select(link_basis).where(link_basis.c.link_id == row.link_id).order_by(link_basis.c.granted_at)
            bases = (await self._database.fetch(held)).all()
            found.append(self._person(row, bases, now_listed.get(row.id)))
        return found

    def _person(self, row: Row, bases: Sequence[Row], listed: Person | None) -> Facts:
        """Of each, what the account is shown now. `listed`: as `Persons` has them, None: they have left the list."""
        identity = identity_from_json(self._vault.open_json(person.c.profile, row.id, row.profile))
        relation = Relation(row.relation)
        own_word = [each.granted_at for each in bases if each.basis != Basis.CONSENT.value]
        last = rights.outlasted(relation, identity.birth_date, own_word)
        of_the_link: Facts = {
            "full_name": full_name(identity),
            "relation": relation,
            "added_at": row.added_at,
            "left_the_list_at": row.ended_at,
            "bases": [
                {
                    "basis": Basis(each.basis),
                    "since": each.granted_at,
                    "until": rights.ends_at(Basis(each.basis), each.until, last),
                    "allows": sorted(covers_of(each.covers)) if each.covers else None,
                }
                for each in bases
            ],
        }
        if listed is None or listed.shown is None:
            return of_the_link
        now = self._clock.now()
        fields = shown(listed, local(now, MOSCOW).date(), now)
        of_registry = _in_registry(row, listed) if Field.VERIFIED in fields else {}
        return {**of_the_link, **_form(listed.shown), **of_registry}

    async def _grants(self, who: Account) -> list[Fact]:
        return [
            {
                "direction": Word("direction", "given" if grant.given else "received"),
                "whose_bookings": grant.name,
                "to_whom": grant.holder,
                "allows": sorted(grant.covers),
                "given_at": given_at,
                "until": grant.until,
                "ended_at": grant.ended_at,
            }
            for grant, given_at in await self._consents.history(who)
        ]

    async def _codes(self, whose: Subject) -> list[Fact]:
        """That one was made, never the code: nobody knows it any more."""
        mine = select(access_code).where(access_code.c.account_id == whose.account_id).order_by(access_code.c.made_at)
        return [
            {"made_at": row.made_at, "good_until": row.expires_at, "used_at": row.used_at}
            for row in await self._database.fetch(mine)
        ]

    async def _actions(self, whose: Subject) -> list[Fact]:
        """What this account has done, before an erasing too as far as that is kept; for whom, while they are listed."""
        names = (whose.account_id, *self._trail.pseudonyms(whose.telegram_id))
        mine = select(audit).where(audit.c.account_id.in_(names)).order_by(audit.c.at, audit.c.id)
        return [
            {
                "at": row.at,
                "action": Word("action", row.action),
                "person": Word("person", row.person_id) if row.person_id in whose.listed else None,
            }
            for row in await self._database.fetch(mine)
        ]

    async def _looks(self, who: Account) -> list[Fact]:
        """Who else has looked into an area of the account holder; for those confirmed by documents alone."""
        own = await self._consents.granting(who)
        if own is None:
            return []
        async with self._database.read() as connection:
            rows_of_own = same_patient(own.id, await indexes_of(connection, self._vault, own.id))
        looks = select(audit).where(
            audit.c.person_id.in_(rows_of_own),
            audit.c.account_id != who.id,
            audit.c.action.in_(LOOKS.values()),
        )
        return [
            {
                "at": row.at,
                "action": Word("action", row.action),
                "person": Word("person", own.id),
                "by_whom": await self._holder(row.account_id),
            }
            for row in await self._database.fetch(looks.order_by(audit.c.at, audit.c.id))
        ]

    async def _holder(self, account_id: str) -> str | None:
        """Who an account's holder is; None where no form is filled, or all has been erased."""
        async with self._database.read() as connection:
            own = await self._own(connection, account_id)
        return own.name if own is not None else None

    # --- erasing ------------------------------------------------------------------------------------

    async def depart(self, unit: Unit, account_id: str) -> Departure | None:
        """Ends every access to and from the account, and finds who goes with it; None where it has gone already.

        The account's row stays locked until the unit ends: whoever presses twice waits, and finds nothing.
        """
        telegram_id = await self._lock(unit, account_id)
        if telegram_id is None:
            return None
        own = await self._own(unit, account_id)
        grants = set((await unit.execute(select(access_grant.c.id).where(of_account(account_id)))).scalars())
        farewells = await self._consents.end_all(unit, account_id, own.name if own else None)
        copies = await self._copies(unit, account_id, own.person_id) if own else {}
        links = await unit.execute(
            select(person_link.c.id, person_link.c.person_id).where(person_link.c.account_id == account_id)
        )
        mine = {row.id: row.person_id for row in links.all()}
        persons = {*mine.values(), *copies}
        kept = await unit.execute(
            select(person_link.c.person_id).where(
                person_link.c.person_id.in_(persons),
                person_link.c.account_id != account_id,
                person_link.c.ended_at.is_(None),
            )
        )
        gone = persons - set(kept.scalars())
        others = await unit.execute(
            select(person_link.c.account_id).where(
                person_link.c.person_id.in_(gone), person_link.c.account_id != account_id
            )
        )
        concerned = frozenset({*others.scalars(), *copies.values()})
        leaving = Leaving(account_id, telegram_id, frozenset(gone), concerned, frozenset({*mine, *grants}))
        return Departure(leaving, tuple(farewells))

    async def _lock(self, unit: Unit, account_id: str) -> int | None:
        """Locks what others who leave, end a consent or book at this moment may hold, too; gives the account's chat.

        First consents, then accounts, each by their ids: whoever goes by one order never waits in a circle.
        """
        of_it = of_account(account_id)
        await unit.execute(select(access_grant.c.id).where(of_it).order_by(access_grant.c.id).with_for_update())
        mine = select(person_link.c.person_id).where(person_link.c.account_id == account_id)
        concerned = or_(
            account_table.c.id == account_id,
            account_table.c.id.in_(select(access_grant.c.grantor_id).where(of_it)),
            account_table.c.id.in_(select(access_grant.c.grantee_id).where(of_it)),
            account_table.c.id.in_(select(person_link.c.account_id).where(person_link.c.person_id.in_(mine))),
        )
        named = select(account_table.c.id, account_table.c.chat).where(concerned).order_by(account_table.c.id)
        chats = {row.id: row.chat for row in (await unit.execute(named.with_for_update())).all()}
        return int(CHAT.open(self._vault, account_id, chats[account_id])) if account_id in chats else None

    async def erase(self, unit: Unit, leaving: Leaving) -> None:
        """The last part: persons and the account itself, with all that hangs on it by a foreign key."""
        await self._forget_codes(unit, leaving)
        await self._forget_in_audit(unit, leaving)
        await unit.execute(
            update(account_table)
            .where(account_table.c.active_person_id.in_(leaving.persons))
            .values(active_person_id=None)
        )
        await unit.execute(delete(person).where(person.c.id.in_(leaving.persons)))
        await unit.execute(delete(account_table).where(account_table.c.id == leaving.account_id))

    async def purge(self) -> int:
        """Forgets the trail of those who have left, when its time is over."""
        return await self._trail.purge()

    async def _own(self, connection: Unit, account_id: str) -> OwnForm | None:
        return (await own_forms(connection, self._vault, [account_id])).get(account_id)

    async def _copies(self, unit: Unit, account_id: str, own_id: str) -> dict[str, str]:
        """Takes away what others kept of the holder on the holder's consent alone; gives those persons, and whose.

        A consent that was given at the desk stands on a row of the other account's own.
        """
        taken = await unit.execute(
            delete(person_link)
            .where(
                person_link.c.account_id.in_(
                    select(access_grant.c.grantee_id).where(access_grant.c.grantor_id == account_id)
                ),
                person_link.c.person_id.in_(same_patient(own_id, await indexes_of(unit, self._vault, own_id))),
                person_link.c.person_id != own_id,
                person_link.c.ended_at.is_not(None),
            )
            .returning(person_link.c.person_id, person_link.c.account_id)
        )
        return {row.person_id: row.account_id for row in taken.all()}

    async def _forget_codes(self, unit: Unit, leaving: Leaving) -> None:
        """Codes of the desk that were made for who goes: what they open lies sealed in them until they are swept."""
        own = await self._own(unit, leaving.account_id)
        query = select(person.c.id, person.c.patient).where(
            person.c.id.in_(leaving.persons), person.c.patient.is_not(None)
        )
        patients = {PATIENT.open(self._vault, row.id, row.patient) for row in (await unit.execute(query)).all()}
        for row in (await unit.execute(select(access_code).where(access_code.c.account_id.is_(None)))).all():
            data = self._vault.open_json(access_code.c.data, row.id, row.data)
            theirs = own is not None and is_holder(own.identity, data["holder"])
            if theirs or (row.used_at is not None and data["patient"] in patients):
                await unit.execute(delete(access_code).where(access_code.c.id == row.id))

    async def _forget_in_audit(self, unit: Unit, leaving: Leaving) -> None:
        """What the account did for itself goes; what others did with its persons stays as theirs, with nobody's id.

        That an account was erased stays, not whose; what it did for others, under a pseudonym (`LeftTrail`).
        """
        own = await self._own(unit, leaving.account_id)
        await self._trail.leave(unit, leaving, own.person_id if own else None)
        await unit.execute(
            update(audit).where(audit.c.person_id.in_(leaving.persons)).values(person_id=None, subject_id=None)
        )
        values = {"id": new_id(), "account_id": NOBODY, "action": ERASED, "at": self._clock.now()}
        await unit.execute(insert(audit).values(values))


def _form(identity: PatientIdentity) -> Facts:
    return {
        "surname": identity.surname,
        "name": identity.name,
        "patronymic": identity.patronymic,
        "birth_date": identity.birth_date,
        "sex": identity.sex,
        "phone": identity.phone,
        "policy_kind": identity.policy.kind,
        "policy_number": identity.policy.number if identity.policy.kind is not PolicyKind.NONE else None,
        "snils": identity.snils,
    }


def _in_registry(row: Row, listed: Person) -> Facts:
    """What the registry says of somebody."""
    return {
        "known_to_registry": row.patient is not None,
        "policy_confirmed_at": row.verified_at if listed.verified else None,
        "clinic_of_attachment": Word("clinic", listed.clinic_id) if listed.clinic_id else None,
        "bookings_last_looked_for_at": row.looked_at,
    }
