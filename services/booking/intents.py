"""Statements about intents: what was asked of the registry, and what has come of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Delete, Insert, Select, Table, Update, distinct, func, or_, select, update
from sqlalchemy import delete as delete_from
from sqlalchemy.sql.dml import ReturningUpdate

from services.accounts.model import Basis, Relation
from services.accounts.tables import link_basis, person, person_link
from services.booking.tables import INTENT_PATIENT, booking_intent, cancel_intent
from services.storage.sql import claimed_among, insert_for
from services.storage.statement import statement
from services.storage.tables import audit

PENDING, BOOKED, DONE, REFUSED = "pending", "booked", "done", "refused"


# --- bookings and moves -------------------------------------------------------------------------------


@statement
def booked_moves_of_draft(draft_id: str) -> Select[Any]:
    """The visit that was moved by what the draft has booked."""
    of_draft = booking_intent.c.draft_id == draft_id, booking_intent.c.status == BOOKED
    return select(booking_intent.c.moves).where(*of_draft)


@statement
def of_draft(draft_id: str) -> Select[Any]:
    """What the draft has booked or is booking, but what others have changed since."""
    shown = booking_intent.c.status != REFUSED, booking_intent.c.hidden_at.is_(None)
    return select(booking_intent).where(booking_intent.c.draft_id == draft_id, *shown)


@statement
def claim_due(now: datetime, again_at: datetime, limit: int) -> ReturningUpdate[Any]:
    """Intents to be asked about now; nobody else does until `again_at`."""
    due = (
        select(booking_intent.c.id)
        .where(booking_intent.c.check_at <= now)
        .order_by(booking_intent.c.check_at)
        .limit(limit)
    )
    return _claimed(booking_intent, due, again_at)


def _claimed(intents: Table, due: Select[Any], again_at: datetime) -> ReturningUpdate[Any]:
    tried = {"attempts": intents.c.attempts + 1, "check_at": again_at}
    return update(intents).where(claimed_among(intents.c.id, due)).values(tried).returning(intents)


@statement
def recent_clinics(account_id: str, limit: int) -> Select[Any]:
    latest = func.max(booking_intent.c.created_at)
    return (
        select(booking_intent.c.clinic_id)
        .where(booking_intent.c.account_id == account_id, booking_intent.c.status == BOOKED)
        .group_by(booking_intent.c.clinic_id)
        .order_by(latest.desc())
        .limit(limit)
    )


@statement
def look_again(intent_id: str, check_at: datetime | None, *, status: str) -> Update:
    """When the intent is to be asked about next, if it stands so still."""
    one = booking_intent.c.id == intent_id, booking_intent.c.status == status
    return update(booking_intent).where(*one).values(check_at=check_at)


@statement
def given_up(account_id: str, patient_indexes: Collection[str]) -> Select[Any]:
    """Intents for the patient that were said to have failed, and are looked at once more."""
    return select(booking_intent).where(
        booking_intent.c.account_id == account_id,
        INTENT_PATIENT.index.in_(patient_indexes),
        booking_intent.c.status == REFUSED,
        booking_intent.c.check_at.is_not(None),
    )


@statement
def ahead(account_id: str, now: datetime, but: Collection[str]) -> Select[Any]:
    """How many visits ahead the account has for others than these persons."""
    return select(func.count(distinct(booking_intent.c.id))).where(
        booking_intent.c.account_id == account_id,
        booking_intent.c.status != REFUSED,
        booking_intent.c.starts_at > now,
        booking_intent.c.ended_at.is_(None),
        booking_intent.c.person_id.not_in(but),
    )


@statement
def settle(
    intent_id: str, status: str, visit_id: str | None, refusal: str | None, check_at: datetime | None, *, anew: bool
) -> Update:
    """Of a pending intent. `anew`: it is looked at from the beginning, at `check_at`."""
    looks = {"check_at": check_at} | ({"attempts": 0} if anew else {})
    return (
        update(booking_intent)
        .where(booking_intent.c.id == intent_id, booking_intent.c.status == PENDING)
        .values(status=status, visit_id=visit_id, refusal=refusal, **looks)
        .returning(booking_intent)
    )


@statement
def end_bookings(visit_id: str, now: datetime) -> Update:
    """Of the visit: it is counted no more."""
    return update(booking_intent).where(booking_intent.c.visit_id == visit_id).values(ended_at=now)


@statement
def end_booking_of(account_id: str, visit_id: str, now: datetime) -> Update:
    one = booking_intent.c.account_id == account_id, booking_intent.c.visit_id == visit_id
    return update(booking_intent).where(*one, booking_intent.c.ended_at.is_(None)).values(ended_at=now)


@statement
def hide(visit_id: str, actor_id: str, now: datetime, *, from_others: bool) -> Update:
    """That the visit was booked from these accounts shows it to them no longer: the actor's, or all but that."""
    whose = booking_intent.c.account_id != actor_id if from_others else booking_intent.c.account_id == actor_id
    return _hide(booking_intent.c.visit_id == visit_id, whose, now=now)


@statement
def hide_of_patient(account_id: str, patient_indexes: Collection[str], now: datetime) -> Update:
    """As `hide`, of all that the account has booked for the patient."""
    return _hide(booking_intent.c.account_id == account_id, INTENT_PATIENT.index.in_(patient_indexes), now=now)


@statement
def hide_of_persons(account_id: str, person_ids: Collection[str], now: datetime) -> Update:
    """As `hide`, of all that the account has booked for these persons."""
    return _hide(booking_intent.c.account_id == account_id, booking_intent.c.person_id.in_(person_ids), now=now)


def _hide(*which: ColumnElement[bool], now: datetime) -> Update:
    return (
        update(booking_intent)
        .where(*which, booking_intent.c.status == BOOKED, booking_intent.c.hidden_at.is_(None))
        .values(hidden_at=now)
        .returning(booking_intent.c.account_id, booking_intent.c.person_id, booking_intent.c.visit_id)
    )


@statement
def booked_visit(account_id: str, visit_id: str) -> Select[Any]:
    return select(booking_intent).where(*_booked(account_id, visit_id)).limit(1)


@statement
def change_start(account_id: str, visit_id: str, starts_at: datetime) -> Update:
    return update(booking_intent).where(*_booked(account_id, visit_id)).values(starts_at=starts_at)


def _booked(account_id: str, visit_id: str) -> tuple[ColumnElement[bool], ...]:
    mine = booking_intent.c.account_id == account_id, booking_intent.c.status == BOOKED
    return *mine, booking_intent.c.visit_id == visit_id


@statement
def of_visit(account_id: str, visit_id: str) -> Select[Any]:
    """The account's intents that have come to this visit."""
    mine = booking_intent.c.account_id == account_id, booking_intent.c.visit_id == visit_id
    return select(booking_intent.c.id).where(*mine)


@statement
def stands_after_all(intent_id: str, visit_id: str, status: str) -> Update:
    """Of an intent that was said to have failed, and is looked at still: no longer its draft's."""
    failed = booking_intent.c.status == REFUSED, booking_intent.c.check_at.is_not(None)
    now_so = {"status": status, "visit_id": visit_id, "refusal": None, "check_at": None, "draft_id": intent_id}
    return (
        update(booking_intent)
        .where(booking_intent.c.id == intent_id, *failed)
        .values(**now_so)
        .returning(booking_intent)
    )


@statement
def pending_of_patients(patient_indexes: Collection[str]) -> Select[Any]:
    return select(booking_intent.c.id, booking_intent.c.patient).where(
        booking_intent.c.check_at.is_not(None),
        booking_intent.c.status == PENDING,
        INTENT_PATIENT.index.in_(patient_indexes),
    )


@statement
def made_moves(account_id: str) -> Select[Any]:
    """Visits that this account has moved, with what has come of each."""
    return select(booking_intent.c.moves, booking_intent.c.visit_id).where(
        booking_intent.c.account_id == account_id,
        booking_intent.c.status == BOOKED,
        booking_intent.c.moves.is_not(None),
    )


@statement
def forget_other(person_id: str, *, added: str) -> Delete:
    """Another citizen for whom nothing came about, unless somebody has put them on the list by hand (`added`)."""
    has_bookings = select(booking_intent.c.id).where(
        booking_intent.c.person_id == person_id,
        or_(booking_intent.c.status != REFUSED, booking_intent.c.check_at.is_not(None)),
    )
    links = select(person_link.c.id).where(person_link.c.person_id == person_id)
    is_other = links.where(person_link.c.relation == Relation.OTHER.value)
    # Whoever lets others act stands in several accounts, and an agreement may be there without any booking.
    agreed = links.join(link_basis, link_basis.c.link_id == person_link.c.id).where(
        link_basis.c.basis != Basis.DECLARED.value
    )
    by_hand = select(audit.c.id).where(audit.c.person_id == person_id, audit.c.action == added)
    alone = select(func.count()).select_from(links.subquery()).scalar_subquery() == 1
    return delete_from(person).where(
        *(person.c.id == person_id, is_other.exists(), alone, ~agreed.exists(), ~has_bookings.exists()),
        ~by_hand.exists(),
    )


# --- cancellings --------------------------------------------------------------------------------------


@statement
def under_way(account_id: str, visit_id: str, *, of_all: bool) -> Select[Any]:
    """A cancelling of the visit, or a move from this account, that waits for the registry. `of_all`: whoever's."""
    cancels = select(cancel_intent.c.id).where(
        cancel_intent.c.visit_id == visit_id,
        cancel_intent.c.status == PENDING,
        *(() if of_all else (cancel_intent.c.account_id == account_id,)),
    )
    moves = select(booking_intent.c.id).where(
        booking_intent.c.account_id == account_id,
        booking_intent.c.moves == visit_id,
        booking_intent.c.status == PENDING,
    )
    found: Any = cancels.union_all(moves).limit(1)
    return found  # type: ignore[no-any-return]


@statement
def cancelled_by(account_id: str, visit_id: str) -> Select[Any]:
    return select(cancel_intent.c.id).where(
        cancel_intent.c.account_id == account_id,
        cancel_intent.c.visit_id == visit_id,
        cancel_intent.c.status == DONE,
    )


@statement
def left_of(account_id: str, visit_id: str) -> Select[Any]:
    """This account's own cancelling of the visit that is not settled, but one that is part of a move."""
    return select(cancel_intent.c.id).where(
        cancel_intent.c.account_id == account_id,
        cancel_intent.c.visit_id == visit_id,
        cancel_intent.c.status == PENDING,
        cancel_intent.c.for_move.is_(None),
    )


@statement
def claim_cancels(now: datetime, again_at: datetime, limit: int) -> ReturningUpdate[Any]:
    """As `claim_due`."""
    due = (
        select(cancel_intent.c.id)
        .where(cancel_intent.c.status == PENDING, cancel_intent.c.check_at <= now)
        .order_by(cancel_intent.c.check_at)
        .limit(limit)
    )
    return _claimed(cancel_intent, due, again_at)


@statement
def cancel_again(intent_id: str, check_at: datetime) -> Update:
    one = cancel_intent.c.id == intent_id, cancel_intent.c.status == PENDING
    return update(cancel_intent).where(*one).values(check_at=check_at)


@statement
def settle_cancel(intent_id: str, status: str, refusal: str | None) -> Update:
    return (
        update(cancel_intent)
        .where(cancel_intent.c.id == intent_id, cancel_intent.c.status == PENDING)
        .values(status=status, refusal=refusal, check_at=None)
        .returning(cancel_intent)
    )


@statement
def undo(
    row_id: str,
    account_id: str,
    person_id: str,
    visit_id: str,
    clinic_id: str,
    slot_id: str,
    undoes: str,
    now: datetime,
    *,
    dialect: str,
) -> Insert:
    """Asks for a cancelling of what was booked in vain; nothing where the patient is cancelling it already."""
    whose = {"id": row_id, "account_id": account_id, "person_id": person_id}
    what = {"visit_id": visit_id, "clinic_id": clinic_id, "slot_id": slot_id, "undoes": undoes}
    asked = insert_for(dialect, cancel_intent).values(**whose, **what, status=PENDING, check_at=now, created_at=now)
    return asked.on_conflict_do_nothing()


@statement
def status_for_move(intent_id: str) -> Select[Any]:
    return select(cancel_intent.c.status).where(cancel_intent.c.for_move == intent_id)


@statement
def settle_for_move(intent_id: str, status: str) -> Update:
    """What stood beside a move's intent."""
    one = cancel_intent.c.for_move == intent_id, cancel_intent.c.status == PENDING
    return update(cancel_intent).where(*one).values(status=status).returning(cancel_intent)


@statement
def gone_for_move(intent_id: str) -> Select[Any]:
    return select(cancel_intent.c.id).where(cancel_intent.c.for_move == intent_id, cancel_intent.c.status == DONE)


@statement
def own_doing(account_id: str, visit_ids: Collection[str]) -> Select[Any]:
    """Visits among these that the account itself cancels or moves, or has; and those that were undone, for nobody."""
    cancels = select(cancel_intent.c.visit_id).where(
        cancel_intent.c.account_id == account_id,
        cancel_intent.c.visit_id.in_(visit_ids),
        cancel_intent.c.status != REFUSED,
    )
    moves = select(booking_intent.c.moves).where(
        booking_intent.c.account_id == account_id,
        booking_intent.c.moves.in_(visit_ids),
        booking_intent.c.status != REFUSED,
    )
    # What a booking whose right had ended has left is nobody's news: no one was told that it stood.
    undone = select(cancel_intent.c.visit_id).where(
        cancel_intent.c.visit_id.in_(visit_ids), cancel_intent.c.undoes.is_not(None)
    )
    found: Any = cancels.union(moves, undone)
    return found  # type: ignore[no-any-return]


@statement
def changed_by_others(account_id: str, visit_ids: Collection[str]) -> Select[Any]:
    """Moves and cancellings of these visits by other accounts: the visit, status, when it is asked about."""
    moves = select(booking_intent.c.moves, booking_intent.c.status, booking_intent.c.check_at).where(
        booking_intent.c.account_id != account_id,
        booking_intent.c.moves.in_(visit_ids),
        booking_intent.c.follows.is_(False),
    )
    cancels = select(cancel_intent.c.visit_id, cancel_intent.c.status, cancel_intent.c.check_at).where(
        cancel_intent.c.account_id != account_id, cancel_intent.c.visit_id.in_(visit_ids)
    )
    found: Any = moves.union_all(cancels)
    return found  # type: ignore[no-any-return]
