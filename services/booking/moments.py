"""When a visit is reminded of, by its clinic's clock. Pure functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.registry.model import Visit
from services.texts.dates import local

_EVE = time(18)
_MORNING, _EVENING = time(8), time(21)
_AHEAD = timedelta(hours=2)


def visit_day(visit: Visit) -> date:
    """The day of the visit at its clinic."""
    return local(visit.start, visit.clinic.tz).date()


def eve_moment(visit: Visit) -> datetime:
    """18:00 of the day before."""
    return _at(visit_day(visit) - timedelta(days=1), _EVE, visit.clinic.tz)


def soon_moment(visit: Visit) -> datetime | None:
    """Two hours before; None where nobody is to be disturbed then."""
    moment = visit.start - _AHEAD
    return moment if is_daytime(moment, visit.clinic.tz) else None


def is_daytime(moment: datetime, tz: str) -> bool:
    """From 08:00 to 21:00, both included: what is due at 21:00 sharp goes out some seconds later."""
    minute = local(moment, tz).time().replace(second=0, microsecond=0)
    return _MORNING <= minute <= _EVENING


def next_morning(moment: datetime, tz: str) -> datetime:
    """The next 08:00."""
    here = local(moment, tz)
    day = here.date() if here.time() < _MORNING else here.date() + timedelta(days=1)
    return _at(day, _MORNING, tz)


def _at(day: date, clock: time, tz: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(tz)).astimezone(UTC)
