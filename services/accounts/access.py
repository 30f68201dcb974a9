"""Access to a person: by documents that the clinic's desk has seen, and by consents from chat to chat.

Both begin with a one-time code. Redeeming one is a single write unit: the code is burned, the basis stands, and
everybody concerned is told, or nothing of it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts import rights
from services.accounts.accounts import Accounts
from services.accounts.codes import Code, CodeKind, CodeRefused, Codes
from services.accounts.identity import identity_from_json, identity_to_json
from services.accounts.model import (
    Account,
    Basis,
    CodeProblem,
    Covers,
    Farewell,
    Grant,
    IssuedCode,
    Offer,
    Opened,
    Person,
    Relation,
    full_name,
)
from services.accounts.notices import GIVER, TAKER, AccountNews
from services.accounts.persons import Persons, covers_words
from services.accounts.tables import access_grant, account, link_basis, person, person_link
from services.clock import Clock
from services.errors import Denial, NotAllowed, NotFound
from services.ids import new_id
from services.limits.limits import EVERYBODY, Limits
from services.limits.model import Act, LimitReached
from services.notify import keys
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.registry.model import Patient, PatientIdentity
from services.registry.ports.desk import DeskPort
from services.storage.engine import Database
from services.storage.tables import audit
from services.storage.vault import Vault
from services.texts.dates import MOSCOW, by_day, local
from services.texts.names import folded

BY_PAPERS = frozenset({Relation.OWN, Relation.CHILD, Relation.WARD})
"""Who stands by a passport, a birth certificate or a guardianship paper; the others by their own consent."""
ALL_COVERS = frozenset(Covers)
_WEAK = (Basis.DECLARED.value,)
_STRONG = (Basis.DESK.value, Basis.OIDC.value)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose passport the registrar has seen: the account holder to be."""

    surname: str
    name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Papers:
    """What the registrar has seen: who the patient is, and who stands for them.

    `until`: the end of a guardianship, or of an adult's consent. `consent_until`: a teenager was there and has
    consented, until then; None: has not.
    """

    relation: Relation
    identity: PatientIdentity
    clinic_id: str
    holder: Holder
    until: datetime | None
    consent_until: datetime | None = None


async def issue_at_desk(admin: DeskPort, codes: Codes, papers: Papers) -> IssuedCode:
    """The registry confirms the patient, and a code waits for the chat of whoever stands for them.

    Raises `PatientConflict`, `RegistryUnavailable`, and `NotFound` for a clinic that there is not.
    """
    patient = await admin.enrol(papers.identity, papers.clinic_id)
    data = {
        "patient": patient.id,
        "clinic": patient.clinic_id,
        "identity": identity_to_json(papers.identity),
        "relation": papers.relation.value,
        "holder": [papers.holder.surname, papers.holder.name, papers.holder.birth_date.isoformat()],
        "until": papers.until.isoformat() if papers.until else None,
        "consent_until": papers.consent_until.isoformat() if papers.consent_until else None,
    }
    return replace(await codes.issue(CodeKind.DESK, data), patient_id=patient.id)


def through(last_day: date) -> datetime:
    """The moment when something ends that holds on this day still, by Moscow's clock."""
    return datetime.combine(last_day + timedelta(days=1), time(0), ZoneInfo(MOSCOW))


class Access:
    """Who may act for whom, and how it comes and goes. Names are looked up here, never kept in a row."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        accounts: Accounts,
        persons: Persons,
        codes: Codes,
        outbox: Outbox,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._database = database
        self._vault = vault
        self._accounts = accounts
        self._persons = persons
        self._codes = codes
        self._outbox = outbox
        self._limits = limits
        self._clock = clock

    # --- codes ------------------------------------------------------------------------------------

    async def redeem(self, who: Account, digits: str | None) -> Opened | Offer:
        """What a code is good for: one of the desk opens at once, a consent is first shown and then accepted.

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

    async def _redeemed(self, who: Account, digits: str) -> Opened | Offer:
        code = await self._codes.find(digits)
        if code is None:
            raise CodeRefused(CodeProblem.WRONG)
        if code.kind is CodeKind.DESK:
            return await self._open(who, code)
        return await self._offer(who, code)

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
        await self._database.execute(insert(audit).values(values))

    async def offer(self, who: Account, code_id: str) -> Offer:
        """A consent that this account has been shown already, while its code is good."""
        code = await self._codes.get(code_id)
        if code is None:
            raise CodeRefused(CodeProblem.WRONG)
        return await self._offer(who, code)

    async def issue(self, who: Account, covers: Collection[Covers], months: int) -> tuple[IssuedCode, datetime]:
        """A code of one's own for somebody who is to see or manage one's visits; and until when they may.

        `NotFound` where the account may not let others act, `LimitReached` where it has made too many codes today.
        """
        own = await self._granting(who)
        if own is None or not covers:
            raise NotFound
        await self._limits.spend(who.telegram_id, Act.CODE)
        until = through(_months_later(local(self._clock.now(), MOSCOW).date(), months))
        data = {"covers": covers_words(covers), "until": until.isoformat()}
        return await self._codes.issue(CodeKind.CONSENT, data, who.id), until

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
            if not await self._codes.use(unit, code.id):
                raise CodeRefused(CodeProblem.WRONG)
            person_id = known.id if known else own.id
            link_id = await self._link(unit, who.id, person_id, relation or Relation.OTHER, keep=known is not None)
            await _put_basis(unit, link_id, Basis.CONSENT, until, self._clock.now(), covers)
            await self._end_grants(unit, who.id, person_id)
            grant_id = await self._insert_grant(unit, own.id, grantor.id, who.id, covers, until)
            await self._note(unit, who.id, own.id, "consent_accepted", grant_id)
            given = AccountNews.ACCESS_GIVEN
            await self._outbox.add(unit, Notice(grantor.id, own.id, given, grant_id, keys.access_given(grant_id)))
            await self._outbox.add(unit, Notice(who.id, person_id, given, grant_id, told_by, screen_follows=True))
        return await self.notice(who, grant_id)

    async def purge(self) -> int:
        """Forgets codes whose time is over; gives how many."""
        return await self._codes.purge()

    # --- consents ---------------------------------------------------------------------------------

    async def may_grant(self, who: Account) -> bool:
        """Whether the account holder may let others act: confirmed by documents, and 15 or over."""
        return await self._granting(who) is not None

    async def grants(self, who: Account) -> tuple[Grant, ...]:
        """Consents that stand: those that this account has given, then those that it has received."""
        rows = await self._database.fetch(
            select(access_grant)
            .where(of_account(who.id), access_grant.c.ended_at.is_(None), access_grant.c.until > self._clock.now())
            .order_by(access_grant.c.grantor_id != who.id, access_grant.c.granted_at, access_grant.c.id)
        )
        return tuple([await self._grant(who, row) for row in rows.all()])

    async def notice(self, who: Account, grant_id: str) -> Grant:
        """A consent of this account, ended or not; `NotFound` for anybody else's."""
        query = select(access_grant).where(access_grant.c.id == grant_id, of_account(who.id))
        row = (await self._database.fetch(query)).one_or_none()
        if row is None:
            raise NotFound
        return await self._grant(who, row)

    async def opened(self, who: Account, link_id: str) -> Person:
        """Whose records have been opened in another chat, too; `NotFound` for who is not concerned."""
        query = (
            select(person.c.patient_id)
            .join(person_link, person_link.c.person_id == person.c.id)
            .where(person_link.c.id == link_id, person.c.patient_id.is_not(None))
        )
        patient_id = (await self._database.fetch(query)).scalar_one_or_none()
        known = await self._known(who, patient_id) if patient_id else None
        if known is None or not rights.live_bases(known, self._clock.now()) - {Basis.DECLARED}:
            raise NotFound
        return known

    async def revoke(self, who: Account, grant_id: str) -> Grant:
        """Ends a consent, from either side; both are told. Ended already, nothing changes.

        The screen that follows says it to this account: shown, it settles `keys.access_ended`.
        """
        mine = access_grant.c.id == grant_id, of_account(who.id)
        async with self._database.write() as unit:
            row = await self._end(unit, *mine)
            if row is not None:
                await self._note(unit, who.id, row.person_id, "consent_ended", grant_id)
                for account_id in (row.grantor_id, row.grantee_id):
                    ended, key = AccountNews.ACCESS_ENDED, keys.access_ended(grant_id, account_id)
                    follows = account_id == who.id
                    notice = Notice(account_id, row.person_id, ended, grant_id, key, screen_follows=follows)
                    await self._outbox.add(unit, notice)
        if row is not None:
            await self._accounts.by_id(row.grantee_id)  # whom they act for may have changed: the cache is renewed
        return await self.notice(who, grant_id)

    async def end_for(self, unit: AsyncConnection, account_id: str, person_id: str) -> None:
        """Within a write unit: the account gives up what it was allowed for this person; who allowed it is told."""
        for row in await self._end_grants(unit, account_id, person_id):
            await self._note(unit, account_id, row.person_id, "consent_ended", row.id)
            ended, key = AccountNews.ACCESS_ENDED, keys.access_ended(row.id, row.grantor_id)
            await self._outbox.add(unit, Notice(row.grantor_id, row.person_id, ended, row.id, key))

    async def history(self, who: Account) -> tuple[tuple[Grant, datetime], ...]:
        """Every consent that is remembered, ended ones too, each with the moment when it was given."""
        rows = await self._database.fetch(
            select(access_grant).where(of_account(who.id)).order_by(access_grant.c.granted_at, access_grant.c.id)
        )
        return tuple([(await self._grant(who, row), row.granted_at) for row in rows.all()])

    async def end_all(self, unit: AsyncConnection, account_id: str, name: str | None) -> list[Farewell]:
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
                await self._take_basis(unit, row.grantee_id, row.person_id)
                sides[row.grantee_id, False] = None
            else:
                sides[row.grantor_id, True] = None
        return [await self._bid_farewell(unit, other, name, gave=gave) for other, gave in sides]

    async def _bid_farewell(self, unit: AsyncConnection, other: str, name: str | None, *, gave: bool) -> Farewell:
        key = keys.access_erased(new_id())
        side = GIVER if gave else TAKER
        await self._outbox.add(unit, Notice(other, None, AccountNews.ACCESS_ERASED, side, key, screen_follows=True))
        return Farewell(other, gave, name, key)

    async def expire(self) -> int:
        """Ends consents whose time is over; both are told, by day. Gives how many."""
        now = self._clock.now()
        over = access_grant.c.ended_at.is_(None), access_grant.c.until <= now
        due = (await self._database.fetch(select(access_grant.c.id).where(*over))).scalars().all()
        for grant_id in due:
            async with self._database.write() as unit:
                row = await self._end(unit, access_grant.c.id == grant_id)
                if row is not None:
                    await self._tell_of_the_end(unit, row, by_day(now))
            if row is not None:
                await self._accounts.by_id(row.grantee_id)
        return len(due)

    async def _tell_of_the_end(self, unit: AsyncConnection, grant: Row[Any], due_at: datetime) -> None:
        over = AccountNews.CONSENT_ENDED
        for account_id in (grant.grantor_id, grant.grantee_id):
            key = keys.access_over(grant.id, account_id)
            await self._outbox.add(unit, Notice(account_id, grant.person_id, over, grant.id, key, due_at))

    # --- the desk's codes ---------------------------------------------------------------------------

    async def _open(self, who: Account, code: Code) -> Opened:
        data = code.data
        identity, relation = identity_from_json(data["identity"]), Relation(data["relation"])
        until, consent_until = _moment(data, "until"), _moment(data, "consent_until")
        patient = Patient(data["patient"], confirmed=True, clinic_id=data["clinic"])
        own = await self._persons.own(who)
        if own is None and relation is not Relation.OWN:
            raise CodeRefused(CodeProblem.FORM_FIRST)
        if own is not None and not is_holder(own.identity, data["holder"]):
            await self._codes.count_wrong_holder(code.id)
            raise CodeRefused(CodeProblem.WRONG)
        known = own if relation is Relation.OWN else await self._known(who, patient.id, identity=identity)
        basis = Basis.DESK if relation in BY_PAPERS else Basis.CONSENT
        async with self._database.write() as unit:
            taken = await self._codes.use(unit, code.id)
            if taken:
                person_id, link_id = await self._confirm(unit, who, known, relation, identity, patient, basis, until)
                await self._note(unit, who.id, person_id, f"basis_{basis.value}", link_id)
                if basis is Basis.CONSENT:
                    consent_until = until
                elif consent_until is not None:
                    await self._end_grants(unit, who.id, person_id)
                    await _put_basis(unit, link_id, Basis.CONSENT, consent_until, self._clock.now(), ALL_COVERS)
                    await self._note(unit, who.id, person_id, f"basis_{Basis.CONSENT.value}", link_id)
                if consent_until is not None:
                    await self._grant_of_giver(unit, who.id, patient.id, consent_until)
                await self._warn_others(unit, who.id, patient.id, link_id, code.id)
        if not taken:
            raise CodeRefused(CodeProblem.WRONG)
        return Opened(await self._persons.get(who, person_id), basis, until)

    async def _confirm(
        self,
        unit: AsyncConnection,
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
            covers = ALL_COVERS if basis is Basis.CONSENT else ()
            person_id = await self._persons.insert(
                unit, who.id, relation, identity, {basis: until}, patient, None, covers
            )
            link_id = await self._link(unit, who.id, person_id, relation, keep=True)
        else:
            person_id = known.id
            typed = known.identity
            full = replace(identity, snils=identity.snils or typed.snils, phone=identity.phone or typed.phone)
            await self._persons.set_documents(unit, person_id, full, patient)
            link_id = await self._link(unit, who.id, person_id, relation, keep=known.relation is Relation.OWN)
            await unit.execute(delete(link_basis).where(link_basis.c.link_id == link_id, link_basis.c.basis.in_(_WEAK)))
            if basis is Basis.CONSENT:
                await self._end_grants(unit, who.id, person_id)
            await _put_basis(unit, link_id, basis, until, self._clock.now(), ALL_COVERS)
        return person_id, link_id

    async def _grant_of_giver(self, unit: AsyncConnection, grantee_id: str, patient_id: str, until: datetime) -> None:
        """A consent given at the desk stands in the giver's own chat too, where they have one: to be ended there."""
        givers = await unit.execute(
            select(person_link.c.account_id, person.c.id)
            .join(person, person.c.id == person_link.c.person_id)
            .join(link_basis, link_basis.c.link_id == person_link.c.id)
            .where(
                person.c.patient_id == patient_id,
                person_link.c.relation == Relation.OWN.value,
                person_link.c.account_id != grantee_id,
                link_basis.c.basis.in_(_STRONG),
            )
            .distinct()
        )
        for giver in givers.all():
            await self._insert_grant(unit, giver.id, giver.account_id, grantee_id, ALL_COVERS, until)

    async def _warn_others(
        self, unit: AsyncConnection, account_id: str, patient_id: str, link_id: str, code_id: str
    ) -> None:
        """Whoever has a confirmed say over this patient hears that another chat has got one: it may be a theft."""
        others = await unit.execute(
            select(person_link.c.account_id, person.c.id)
            .join(person, person.c.id == person_link.c.person_id)
            .join(link_basis, link_basis.c.link_id == person_link.c.id)
            .where(
                person.c.patient_id == patient_id,
                person_link.c.account_id != account_id,
                person_link.c.ended_at.is_(None),
                link_basis.c.basis.not_in(_WEAK),
                _lives(self._clock.now()),
            )
        )
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
        own = await self._granting(grantor) if grantor else None
        if grantor is None or own is None:
            raise CodeRefused(CodeProblem.WRONG)
        return grantor, own

    async def _granting(self, who: Account) -> Person | None:
        own = await self._persons.own(who)
        now = self._clock.now()
        return own if own is not None and rights.may_grant(own, local(now, MOSCOW).date(), now) else None

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

    async def _link(
        self, unit: AsyncConnection, account_id: str, person_id: str, relation: Relation, *, keep: bool
    ) -> str:
        """The account's live link to the person; its relation is set unless it is to be kept. Gives the id."""
        mine = person_link.c.account_id == account_id, person_link.c.person_id == person_id
        row = (await unit.execute(select(person_link).where(*mine))).one_or_none()
        if row is None:
            link_id = new_id()
            values = {"id": link_id, "account_id": account_id, "person_id": person_id, "relation": relation.value}
            await unit.execute(insert(person_link).values(**values, created_at=self._clock.now()))
            return link_id
        if row.ended_at is not None:
            await unit.execute(delete(link_basis).where(link_basis.c.link_id == row.id))
        changed = {"ended_at": None} if keep else {"ended_at": None, "relation": relation.value}
        await unit.execute(update(person_link).where(person_link.c.id == row.id).values(changed))
        return str(row.id)

    async def _insert_grant(
        self,
        unit: AsyncConnection,
        person_id: str,
        grantor_id: str,
        grantee_id: str,
        covers: Collection[Covers],
        until: datetime,
    ) -> str:
        grant_id = new_id()
        parties = {"person_id": person_id, "grantor_id": grantor_id, "grantee_id": grantee_id}
        term = {"granted_at": self._clock.now(), "until": until}
        await unit.execute(insert(access_grant).values(id=grant_id, covers=covers_words(covers), **parties, **term))
        return grant_id

    async def _end_grants(self, unit: AsyncConnection, grantee_id: str, person_id: str) -> list[Row[Any]]:
        """Ends what the account was allowed for this person, as a newer one takes its place or nobody wants it."""
        rows = await unit.execute(
            update(access_grant)
            .where(
                access_grant.c.grantee_id == grantee_id,
                access_grant.c.ended_at.is_(None),
                access_grant.c.person_id.in_(same_patient(person_id)),
            )
            .values(ended_at=self._clock.now())
            .returning(access_grant)
        )
        return list(rows.all())

    async def _end(self, unit: AsyncConnection, *conditions: ColumnElement[bool]) -> Row[Any] | None:
        """Ends a consent that stands, with what rested on it; None where there is none."""
        now = self._clock.now()
        ended = await unit.execute(
            update(access_grant)
            .where(access_grant.c.ended_at.is_(None), *conditions)
            .values(ended_at=now)
            .returning(access_grant)
        )
        row: Row[Any] | None = ended.one_or_none()
        if row is not None:
            await self._take_basis(unit, row.grantee_id, row.person_id)
        return row

    async def _take_basis(self, unit: AsyncConnection, account_id: str, person_id: str) -> None:
        """The consent no longer counts; a link that nothing else holds up is over."""
        now = self._clock.now()
        links = await unit.execute(
            select(person_link.c.id, person_link.c.person_id).where(
                person_link.c.account_id == account_id,
                person_link.c.person_id.in_(same_patient(person_id)),
                person_link.c.ended_at.is_(None),
            )
        )
        for link in links.all():
            by_consent = link_basis.c.link_id == link.id, link_basis.c.basis == Basis.CONSENT.value
            if not (await unit.execute(delete(link_basis).where(*by_consent))).rowcount:
                continue
            held_up = select(link_basis.c.link_id).where(link_basis.c.link_id == link.id, _lives(now))
            if (await unit.execute(held_up)).first() is not None:
                continue
            await unit.execute(update(person_link).where(person_link.c.id == link.id).values(ended_at=now))
            await unit.execute(
                update(account)
                .where(account.c.id == account_id, account.c.active_person_id == link.person_id)
                .values(active_person_id=None)
            )

    async def _grant(self, who: Account, row: Row[Any]) -> Grant:
        grantee = who if row.grantee_id == who.id else await self._accounts.by_id(row.grantee_id)
        holder = await self._persons.own(grantee) if grantee else None
        query = select(person.c.profile).where(person.c.id == row.person_id)
        profile = (await self._database.fetch(query)).scalar_one()
        identity = identity_from_json(self._vault.open_json(person.c.profile, row.person_id, profile))
        return Grant(
            *(row.id, full_name(identity), holder.full_name if holder else None, row.grantor_id == who.id),
            *(covers_of(row.covers), row.until, row.ended_at),
        )

    async def _note(self, unit: AsyncConnection, account_id: str, person_id: str, action: str, subject_id: str) -> None:
        values: Mapping[str, Any] = {"account_id": account_id, "person_id": person_id, "subject_id": subject_id}
        await unit.execute(insert(audit).values(id=new_id(), action=action, at=self._clock.now(), **values))


async def _put_basis(
    unit: AsyncConnection,
    link_id: str,
    basis: Basis,
    until: datetime | None,
    now: datetime,
    covers: Collection[Covers],
) -> None:
    same = link_basis.c.link_id == link_id, link_basis.c.basis == basis.value
    await unit.execute(delete(link_basis).where(*same))
    words = covers_words(covers) if basis is Basis.CONSENT else None
    values = {"link_id": link_id, "basis": basis.value, "until": until, "granted_at": now, "covers": words}
    await unit.execute(insert(link_basis).values(**values))
    # More of the person's visits may be seen now: they are to be asked about at once.
    whose = select(person_link.c.person_id).where(person_link.c.id == link_id).scalar_subquery()
    await unit.execute(update(person).where(person.c.id == whose).values(looked_at=None))


def _moment(data: Mapping[str, Any], name: str) -> datetime | None:
    """A moment that a code keeps; codes made by an older release may lack it."""
    kept = data.get(name)
    return datetime.fromisoformat(kept) if kept else None


def of_account(account_id: str) -> ColumnElement[bool]:
    return or_(access_grant.c.grantor_id == account_id, access_grant.c.grantee_id == account_id)


def same_patient(person_id: str) -> Any:
    """Rows of the person: the very one, and those that are the same patient in the registry."""
    patient = select(person.c.patient_id).where(person.c.id == person_id).scalar_subquery()
    same = person.alias("same")
    return select(same.c.id).where(or_(same.c.id == person_id, same.c.patient_id == patient))


def _lives(now: datetime) -> ColumnElement[bool]:
    return or_(link_basis.c.until.is_(None), link_basis.c.until > now)


def is_holder(identity: PatientIdentity, holder: Collection[str]) -> bool:
    surname, name, born = holder
    mine = folded(identity.surname), folded(identity.name), identity.birth_date.isoformat()
    return mine == (folded(surname), folded(name), born)


def covers_of(words: str) -> frozenset[Covers]:
    return frozenset(Covers(word) for word in words.split())


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last one."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))
