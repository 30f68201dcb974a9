"""When an insurer may be chosen or changed, and when the policy lies ready: every rule, day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.insurer_choice.model import Bar, Ground
from services.insurer_choice.rules import bar, grounds, insured_now, invited_at
from services.registry.model import Coverage, CoverageStatus, Policy, PolicyForm, PolicyKind
from services.texts.dates import local

SPRING, LAST, AFTER, NEW_YEAR = date(2026, 3, 1), date(2026, 11, 1), date(2026, 11, 2), date(2027, 1, 1)
ANYTIME = (SPRING, LAST, AFTER, date(2026, 12, 31), NEW_YEAR)
VALID = Coverage(
    *(Policy(PolicyKind.ENP, "7754330833000031"), "50", "Забота", "", PolicyForm.CARD, CoverageStatus.VALID),
    *(date(2019, 5, 1), None),
)
ENDED = Coverage(
    *(VALID.policy, "50", "Забота", "", PolicyForm.CARD, CoverageStatus.ENDED),
    *(date(2019, 5, 1), date(2026, 1, 31)),
)


# --- what is in the way -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "changed", "expected"),
    [
        (NEW_YEAR, False, None),
        (SPRING, False, None),
        (date(2026, 10, 31), False, None),
        (LAST, False, None),
        (AFTER, False, Bar.LATE),
        (date(2026, 11, 30), False, Bar.LATE),
        (date(2026, 12, 1), False, Bar.LATE),
        (date(2026, 12, 31), False, Bar.LATE),
        (SPRING, True, Bar.TWICE),
        (LAST, True, Bar.TWICE),
        (AFTER, True, Bar.TWICE),
        (NEW_YEAR, True, Bar.TWICE),
    ],
)
def test_by_wish_it_is_once_a_year_and_until_the_first_of_november(
    today: date, changed: bool, expected: Bar | None
) -> None:
    assert bar(Ground.WISH, today, changed=changed) is expected


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("today", ANYTIME)
@pytest.mark.parametrize("ground", [Ground.FIRST, Ground.MOVED, Ground.ENDED])
def test_nothing_is_ever_in_the_way_of_another_ground(ground: Ground, today: date, changed: bool) -> None:
    assert bar(ground, today, changed=changed) is None


# --- which grounds there are --------------------------------------------------------------------------------------

FIRST = (Ground.FIRST,)
ALL = (Ground.WISH, Ground.MOVED, Ground.ENDED)
NO_WISH = (Ground.MOVED, Ground.ENDED)


@pytest.mark.parametrize(
    ("coverage", "today", "changed", "expected"),
    [
        (VALID, LAST, False, ALL),
        (VALID, AFTER, False, NO_WISH),
        (VALID, SPRING, True, NO_WISH),
        (VALID, AFTER, True, NO_WISH),
        (VALID, NEW_YEAR, False, ALL),
        *((coverage, today, changed, FIRST) for coverage in (None, ENDED) for today in ANYTIME for changed in (0, 1)),
    ],
)
def test_whom_nobody_insures_chooses_for_the_first_time_any_day(
    coverage: Coverage | None, today: date, changed: bool, expected: tuple[Ground, ...]
) -> None:
    assert tuple(grounds(coverage, today, changed=bool(changed))) == expected


@pytest.mark.parametrize(("coverage", "insured"), [(VALID, True), (ENDED, False), (None, False)])
def test_who_is_insured(coverage: Coverage | None, insured: bool) -> None:
    assert insured_now(coverage) is insured


# --- when the policy lies ready -----------------------------------------------------------------------------------

MOSCOW, KALININGRAD, KAMCHATKA = "Europe/Moscow", "Europe/Kaliningrad", "Asia/Kamchatka"


@pytest.mark.parametrize(
    ("received", "tz", "expected"),
    [
        # Moscow: 10:00 there is 07:00 of Greenwich.
        (datetime(2026, 11, 23, 6, tzinfo=UTC), MOSCOW, datetime(2026, 12, 23, 7, tzinfo=UTC)),
        (datetime(2026, 11, 23, 20, 59, 59, tzinfo=UTC), MOSCOW, datetime(2026, 12, 23, 7, tzinfo=UTC)),
        (datetime(2026, 11, 23, 21, tzinfo=UTC), MOSCOW, datetime(2026, 12, 24, 7, tzinfo=UTC)),
        # Kaliningrad: an hour later, and its day begins an hour later.
        (datetime(2026, 11, 23, 21, tzinfo=UTC), KALININGRAD, datetime(2026, 12, 23, 8, tzinfo=UTC)),
        (datetime(2026, 11, 23, 22, tzinfo=UTC), KALININGRAD, datetime(2026, 12, 24, 8, tzinfo=UTC)),
        # Kamchatka: ten in the morning is ten in the evening of the day before by Greenwich.
        (datetime(2026, 11, 23, 6, tzinfo=UTC), KAMCHATKA, datetime(2026, 12, 22, 22, tzinfo=UTC)),
        (datetime(2026, 11, 23, 11, 59, tzinfo=UTC), KAMCHATKA, datetime(2026, 12, 22, 22, tzinfo=UTC)),
        (datetime(2026, 11, 23, 12, tzinfo=UTC), KAMCHATKA, datetime(2026, 12, 23, 22, tzinfo=UTC)),
        # Over the ends of a year, of February, and of one of a leap year.
        (datetime(2026, 12, 15, 9, tzinfo=UTC), MOSCOW, datetime(2027, 1, 14, 7, tzinfo=UTC)),
        (datetime(2027, 1, 31, 9, tzinfo=UTC), MOSCOW, datetime(2027, 3, 2, 7, tzinfo=UTC)),
        (datetime(2028, 1, 31, 9, tzinfo=UTC), MOSCOW, datetime(2028, 3, 1, 7, tzinfo=UTC)),
    ],
)
def test_one_is_invited_at_ten_of_the_thirtieth_day_by_the_clock_there(
    received: datetime, tz: str, expected: datetime
) -> None:
    invited = invited_at(received, tz)
    assert invited == expected
    there = local(invited, tz)
    assert (there.hour, there.minute) == (10, 0)
    assert there.date() - local(received, tz).date() == timedelta(days=30)
