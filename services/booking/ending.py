"""How a visit ends for the account that gives it up: why there is nothing to give up, and what is noted of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.accounts.links import note
from services.booking import intents
from services.booking.watch import Watch
from services.registry.model import CancelRefusal, Visit, VisitStatus
from services.storage.rows import Row
from services.storage.units import Unit


def why_over(visit: Visit, now: datetime) -> CancelRefusal | None:
    """Why there is nothing to cancel or to move; None while the visit stands and is ahead."""
    if visit.status in (VisitStatus.CANCELLED_BY_PATIENT, VisitStatus.CANCELLED_BY_CLINIC):
        return CancelRefusal.ALREADY_CANCELLED
    if visit.status is VisitStatus.MOVED:
        return CancelRefusal.MOVED
    if visit.status is not VisitStatus.BOOKED or visit.start <= now:
        return CancelRefusal.TIME_PASSED
    return None


async def note_cancelled(unit: Unit, watch: Watch, intent: Row, visit: Visit | None, now: datetime) -> None:
    """Within the unit that settles a `cancel_intent` as done. `visit`: as it was seen last, if at all."""
    await watch.hide(unit, intent.visit_id, intent.account_id)
    await unit.execute(intents.end_bookings(intent.visit_id, now))
    if visit is not None:
        gone = replace(visit, status=VisitStatus.CANCELLED_BY_PATIENT)
        await watch.remember(unit, intent.account_id, intent.person_id, gone)
    await note(unit, now, intent.account_id, intent.person_id, "visit_cancelled", intent.visit_id)
