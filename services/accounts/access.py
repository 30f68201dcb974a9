"""What a one-time code opens: a person by documents that the clinic's desk has seen, or by a consent of their own.

Redeeming one is a single write unit: the code is burned, the basis stands, and everybody concerned is told, or nothing
of it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from services.accounts import concerns, rights
from services.accounts.accounts import Accounts
from services.accounts.bases import Bases
from services.accounts.codes import Code, CodeKind, CodeRefused, Codes
from services.accounts.consents import Consents
from services.accounts.ended import RightsEnded
from services.accounts.identity import identity_from_json
from services.accounts.links import (
    WEAK,
    covers_of,
    drop_bases,
    end_grants,
    insert_grant,
    is_confirmed,
    live_link,
    lives,
    lock_rights,
    note,
    own_by_documents,
    put_basis,
)
from services.accounts.model import (
    VISITS_WHOLE,
    Account,
    Area,
    Basis,
    CodeProblem,
    Covers,
    DeskOffer,
    Grant,
    IssuedCode,
    Offer,
    Opened,
    Person,
    Relation,
    Shown,
    initials,
)
from services.accounts.notices import AccountNews
from services.accounts.papers import BY_PAPERS, GUARDED, is_holder, through
from services.accounts.persons import Persons, covers_words
from services.accounts.tables import PATIENT, link_basis, person, person_link
from services.clock import Clock
from services.errors import Denial, NotAllowed, NotFound
from services.ids import new_id
from services.limits.limits import EVERYBODY, Limits
from services.limits.model import Act, LimitReached
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.registry.model import Patient, PatientIdentity
from services.storage.engine import Database
from services.storage.statement import insert_row, statement
from services.storage.tables import audit
from services.storage.units import Unit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, local


@statement
def _patient_of(link_id: str) -> Select[Any]:
    return (
        select(person.c.id, person.c.patient)
        .join(person_link, person_link.c.person_id == person.c.id)
        .where(person_link.c.id == link_id, person.c.patient.is_not(None))
    )


@statement
def _having_a_say(patient_indexes: Collection[str], but_account_id: str, now: datetime) -> Select[Any]:
    """Other accounts with more than their own word for this patient, and the patient as each has them."""
    return (
        select(person_link.c.account_id, person.c.id)
        .join(person, person.c.id == person_link.c.person_id)
        .join(link_basis, link_basis.c.link_id == person_link.c.id)
        .where(
            PATIENT.index.in_(patient_indexes),
            person_link.c.account_id != but_account_id,
            person_link.c.ended_at.is_(None),
            link_basis.c.basis.not_in(WEAK),
            lives(now),
        )
    )


class Access:
    """Who may act for whom, and how it comes and goes. Names are looked up here, never kept in a row."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        accounts: Accounts,
        consents: Consents,
        bases: Bases,
        persons: Persons,
        codes: Codes,
        outbox: Outbox,
        rights_ended: RightsEnded,
        limits: Limits,
        clock: Clock,
        areas: Collection[Area],
    ) -> None:
        """`areas`: those that stand for something here; a consent to any other would be one to the unknown."""
        self._areas = frozenset(areas)
        self._database = database
        self._vault = vault
        self._accounts = accounts
        self._consents = consents
        self._bases = bases
        self._persons = persons
        self._codes = codes
        self._outbox = outbox
        self._rights_ended = rights_ended
        self._limits = limits
        self._clock = clock

    # --- codes ------------------------------------------------------------------------------------

    @concerns.persons("who may act for whom")
    async def redeem(self, who: Account, digits: str | None) -> Shown:
        """What a code is good for: shown first, and only then taken (`open`, `accept`).

        `digits` None: what was typed is no code. Raises `CodeRefused`, and `NotAllowed` after too many misses.
        """
        if digits is None:
            raise CodeRefused(CodeProblem.NOT_A_CODE)
        counted = await self._count_guess(who)
        try:
            found = await self._redeemed(who, digits)
        except CodeRefused as refused:
            if refused.problem is CodeProblem.WRONG:
                await self._note_miss(who)
            else:
                await self._count_back(counted)
            raise
        await self._count_back(counted)
        return found

    async def _redeemed(self, who: Account, digits: str) -> Shown:
        code = await self._codes.find(digits)
        if code is None:
            raise CodeRefused(CodeProblem.WRONG)
        return await self._shown(who, code)

    async def _shown(self, who: Account, code: Code) -> Shown:
        if code.kind is CodeKind.CONSENT:
            return await self._offer(who, code)
        await self._holder(who, code)
        identity = identity_from_json(code.data["identity"])
        return DeskOffer(code.id, initials(identity), identity.birth_date.year, Relation(code.data["relation"]))

    async def _count_guess(self, who: Account) -> Sequence[tuple[int, Act]]:
        """Every try is counted before the code is looked at; gives where, for one that was no guess is given back.

        When all have guessed enough, a chat's first try is let through, and not added. Raises `NotAllowed` where this
        chat has guessed too often, or too many guess at once and it has missed before.
        """
        own, of_all = (who.telegram_id, Act.GUESS), (EVERYBODY, Act.GUESS_OF_ALL)
        async with self._database.write() as unit:
            try:
                mine = await self._limits.spend_within(unit, *own)
            except LimitReached:
                raise NotAllowed(Denial.TOO_MANY_TRIES) from None
            try:
                await self._limits.spend_within(unit, *of_all)
            except LimitReached:
                if mine > 1:
                    raise NotAllowed(Denial.TOO_MANY_TRIES) from None
                return (own,)
        return own, of_all

    async def _count_back(self, counted: Sequence[tuple[int, Act]]) -> None:
        async with self._database.write() as unit:
            for chat, act in counted:
                await self._limits.give_back(unit, chat, act)

    async def _note_miss(self, who: Account) -> None:
        values = {"id": new_id(), "account_id": who.id, "action": "code_missed", "at": self._clock.now()}
        await self._database.execute(insert_row(audit, values))

    @concerns.persons("who may act for whom")
    async def offer(self, who: Account, code_id: str) -> Shown:
        """What this account has been shown already, while its code is good."""
        code = await self._codes.get(code_id)
        if code is None:
            raise CodeRefused(CodeProblem.WRONG)
        return await self._shown(who, code)

    @concerns.persons("who may act for whom")
    async def issue(self, who: Account, covers: Collection[Covers], months: int) -> tuple[IssuedCode, datetime]:
        """A code of one's own for somebody who is to see or do what it covers; and until when they may.

        `NotFound` where the account may not let others act or the areas do not stand, `LimitReached` where it has made
        too many codes today.
        """
        own = await self._consents.granting(who)
        if own is None or not covers or any(each.area not in self._areas for each in covers):
            raise NotFound
        await self._limits.spend(who.telegram_id, Act.CODE)
        until = through(_months_later(local(self._clock.now(), MOSCOW).date(), months))
        data = {"covers": covers_words(covers), "until": until.isoformat()}
        return await self._codes.issue(CodeKind.CONSENT, data, who.id), until

    @concerns.persons("who may act for whom")
    async def accept(self, who: Account, code_id: str, relation: Relation | None, told_by: str) -> Grant:
        """Takes what a code offers. `relation`: who the person is; left out where the account has them already.

        `told_by`: the key under which the screen that follows settles this account's own notification.
        """
        code = await self._codes.get(code_id)
        if code is None:
            raise CodeRefused(CodeProblem.WRONG)
        grantor, own = await self._behind(who, code)
        known = await self._known(who, own.patient_id, own.id)
        covers, until = covers_of(code.data["covers"]), datetime.fromisoformat(code.data["until"])
        async with self._database.write() as unit:
            await lock_rights(unit, who.id, grantor.id)
            if not await is_confirmed(unit, self._clock.now(), grantor.id) or not await self._codes.use(unit, code.id):
                raise CodeRefused(CodeProblem.WRONG)  # put out, or another press was quicker
            person_id = known.id if known else own.id
            link_id = await live_link(
                unit, self._clock.now(), who.id, person_id, relation or Relation.OTHER, keep=known is not None
            )
            await put_basis(unit, link_id, Basis.CONSENT, until, self._clock.now(), covers, self._rights_ended)
            await end_grants(unit, self._vault, self._clock.now(), who.id, person_id)
            grant_id = await insert_grant(unit, self._clock.now(), own.id, grantor.id, who.id, covers, until)
            await note(unit, self._clock.now(), who.id, own.id, "consent_accepted", grant_id)
            given = AccountNews.ACCESS_GIVEN
            await self._outbox.add(unit, Notice(grantor.id, own.id, given, grant_id, keys.access_given(grant_id)))
            await self._outbox.add(unit, Notice(who.id, person_id, given, grant_id, told_by, screen_follows=True))
        return await self._consents.notice(who, grant_id)

    async def purge(self) -> int:
        """Forgets codes whose time is over; gives how many."""
        return await self._codes.purge()

    @concerns.persons("who may act for whom")
    async def opened(self, who: Account, link_id: str) -> Person:
        """Whose records have been opened in another chat, too; `NotFound` for who is not concerned."""
        row = (await self._database.fetch(_patient_of(link_id))).one_or_none()
        known = await self._known(who, PATIENT.open(self._vault, row.id, row.patient)) if row is not None else None
        if known is None or not rights.live_bases(known, self._clock.now()) - {Basis.DECLARED}:
            raise NotFound
        return known

    # --- the desk's codes ---------------------------------------------------------------------------

    @concerns.persons("who may act for whom")
    async def open(self, who: Account, code_id: str) -> Opened:
        """Takes what a code of the desk opens, once the chat has been shown whom; `CodeRefused` where it may not."""
        code = await self._codes.get(code_id)
        if code is None or code.kind is not CodeKind.DESK:
            raise CodeRefused(CodeProblem.WRONG)
        data, own = code.data, await self._holder(who, code)
        identity, relation = identity_from_json(data["identity"]), Relation(data["relation"])
        until, consent_until = _moment(data, "until"), _moment(data, "consent_until")
        patient = Patient(data["patient"], confirmed=True, clinic_id=data["clinic"])
        known = own if relation is Relation.OWN else await self._known(who, patient.id, identity=identity)
        basis = Basis.DESK if relation in BY_PAPERS else Basis.CONSENT
        if known is not None:
            typed = await self._persons.for_registry(who, known.id)
            identity = replace(identity, snils=identity.snils or typed.snils, phone=identity.phone or typed.phone)
        async with self._database.write() as unit:
            await lock_rights(unit, who.id)
            if relation in GUARDED and not await is_confirmed(unit, self._clock.now(), who.id):
                raise CodeRefused(CodeProblem.CONFIRM_FIRST)
            taken = await self._codes.use(unit, code.id)
            if taken:
                person_id, link_id = await self._confirm(unit, who, known, relation, identity, patient, basis, until)
                await note(unit, self._clock.now(), who.id, person_id, f"basis_{basis.value}", link_id)
                if basis is Basis.CONSENT:
                    consent_until = until
                elif consent_until is not None:
                    await end_grants(unit, self._vault, self._clock.now(), who.id, person_id)
                    await put_basis(
                        unit, link_id, Basis.CONSENT, consent_until, self._clock.now(), VISITS_WHOLE, self._rights_ended
                    )
                    await note(unit, self._clock.now(), who.id, person_id, f"basis_{Basis.CONSENT.value}", link_id)
                if consent_until is not None:
                    await self._grant_of_giver(unit, who.id, patient.id, consent_until)
                await self._warn_others(unit, who.id, patient.id, link_id, code.id)
        if not taken:
            raise CodeRefused(CodeProblem.WRONG)
        elsewhere = await self._bases.elsewhere(who) if relation is Relation.OWN else ()
        return Opened(await self._persons.get(who, person_id), basis, until, elsewhere)

    async def _holder(self, who: Account, code: Code) -> Person | None:
        """The account's own person, who is the one that a code of the desk was made for; None in a fresh chat.

        Anybody else is counted (`Codes.count_wrong_holder`).
        """
        relation, own = Relation(code.data["relation"]), await self._persons.own(who)
        if own is not None and not is_holder(own.identity, code.data["holder"]):
            await self._codes.count_wrong_holder(code.id)
            raise CodeRefused(CodeProblem.WRONG)
        if relation in GUARDED and (own is None or not rights.is_confirmed(own, self._clock.now())):
            raise CodeRefused(CodeProblem.CONFIRM_FIRST)
        if own is None and relation is not Relation.OWN:
            raise CodeRefused(CodeProblem.FORM_FIRST)
        return own

    async def _confirm(
        self,
        unit: Unit,
        who: Account,
        known: Person | None,
        relation: Relation,
        identity: PatientIdentity,
        patient: Patient,
        basis: Basis,
        until: datetime | None,
    ) -> tuple[str, str]:
        """The person of these documents stands in the account with this basis; gives the ids of person and link."""
        if known is None:
            covers = VISITS_WHOLE if basis is Basis.CONSENT else ()
            person_id = await self._persons.insert(
                unit, who.id, relation, identity, {basis: until}, patient, None, covers
            )
            link_id = await live_link(unit, self._clock.now(), who.id, person_id, relation, keep=True)
        else:
            person_id = known.id
            await self._persons.set_documents(unit, person_id, identity, patient)
            link_id = await live_link(
                unit, self._clock.now(), who.id, person_id, relation, keep=known.relation is Relation.OWN
            )
            await unit.execute(drop_bases(link_id, WEAK))
            if basis is Basis.CONSENT:
                await end_grants(unit, self._vault, self._clock.now(), who.id, person_id)
            await put_basis(unit, link_id, basis, until, self._clock.now(), VISITS_WHOLE, self._rights_ended)
        return person_id, link_id

    async def _grant_of_giver(self, unit: Unit, grantee_id: str, patient_id: str, until: datetime) -> None:
        """A consent given at the desk stands in the giver's own chat too, where they have one: to be ended there."""
        own = await unit.execute(own_by_documents(PATIENT.indexes(self._vault, [patient_id]), self._clock.now()))
        givers = {row.account_id: row.person_id for row in own.all() if row.account_id != grantee_id}
        for giver_id, person_id in givers.items():
            await insert_grant(unit, self._clock.now(), person_id, giver_id, grantee_id, VISITS_WHOLE, until)

    async def _warn_others(self, unit: Unit, account_id: str, patient_id: str, link_id: str, code_id: str) -> None:
        """Whoever has a confirmed say over this patient hears that another chat has got one: it may be a theft."""
        indexes = PATIENT.indexes(self._vault, [patient_id])
        others = await unit.execute(_having_a_say(indexes, account_id, self._clock.now()))
        for other in others.all():
            opened, key = AccountNews.ACCESS_OPENED, keys.access_opened(code_id, other.account_id)
            await self._outbox.add(unit, Notice(other.account_id, other.id, opened, link_id, key))

    # --- what both need -----------------------------------------------------------------------------

    async def _offer(self, who: Account, code: Code) -> Offer:
        _, own = await self._behind(who, code)
        known = await self._known(who, own.patient_id, own.id)
        until = datetime.fromisoformat(code.data["until"])
        return Offer(code.id, own.full_name, covers_of(code.data["covers"]), until, asks_relation=known is None)

    async def _behind(self, who: Account, code: Code) -> tuple[Account, Person]:
        """Who has made a consent's code; `CodeRefused` where it is this account, or may not let others act now."""
        if code.account_id == who.id:
            raise CodeRefused(CodeProblem.OWN_CODE)
        grantor = await self._accounts.by_id(code.account_id) if code.account_id else None
        own = await self._consents.granting(grantor) if grantor else None
        if grantor is None or own is None:
            raise CodeRefused(CodeProblem.WRONG)
        return grantor, own

    async def _known(
        self,
        who: Account,
        patient_id: str | None,
        person_id: str | None = None,
        identity: PatientIdentity | None = None,
    ) -> Person | None:
        """The account's person who is this patient or this very row; else one typed with the same data."""
        for each in await self._persons.family(who):
            if each.id == person_id or (patient_id is not None and each.patient_id == patient_id):
                return each
        return await self._persons.same_as(who, identity) if identity is not None else None


def _moment(data: Mapping[str, Any], name: str) -> datetime | None:
    """A moment that a code keeps; codes made by an older release may lack it."""
    kept = data.get(name)
    return datetime.fromisoformat(kept) if kept else None


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last one."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))
