"""When an insurer may be changed: приказ Минздрава 108н of 28.02.2019, and 326-ФЗ, article 16."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.insurer_choice.model import Bar, Ground
from services.registry.model import Coverage, CoverageStatus
from services.texts.dates import local

LAST_DAY = (11, 1)
"""The last month and day of a year on which an insurer is changed by wish; that day is one of them."""
MADE_AFTER = timedelta(days=30)
"""After the application has been received a policy of the procedure of forms lies ready."""
_INVITED_AT = time(10)


def insured_now(coverage: Coverage | None) -> bool:
    """Whether somebody insures the person: only then is an insurer changed, and not chosen for the first time."""
    return coverage is not None and coverage.status is CoverageStatus.VALID


def bar(ground: Ground, today: date, *, changed: bool) -> Bar | None:
    """What is in the way today, None: nothing. `changed`: the insurer was changed this calendar year already."""
    if ground is not Ground.WISH:
        return None
    if changed:
        return Bar.TWICE
    return Bar.LATE if (today.month, today.day) > LAST_DAY else None


def grounds(coverage: Coverage | None, today: date, *, changed: bool) -> Collection[Ground]:
    """By which an insurer may be chosen today."""
    if not insured_now(coverage):
        return (Ground.FIRST,)
    asked = (Ground.WISH, Ground.MOVED, Ground.ENDED)
    return tuple(each for each in asked if bar(each, today, changed=changed) is None)


def invited_at(received: datetime, tz: str) -> datetime:
    """When the bot invites to collect the policy: in the morning of the thirtieth day, by the clock there."""
    day = local(received, tz).date() + MADE_AFTER
    return datetime.combine(day, _INVITED_AT, ZoneInfo(tz))
