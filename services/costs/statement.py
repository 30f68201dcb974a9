"""What care has cost: the cases of a period, as the portal's statement has them. Pure; sums are `Decimal`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from services.costs.model import ClinicCosts, CostStatement, Period
from services.registry.model import CareCase


def compiled(cases: Iterable[CareCase], period: Period) -> CostStatement:
    """Of each case the latest version, unless that is void; it belongs to the period in which it ended."""
    by_clinic: dict[tuple[str, str], list[CareCase]] = defaultdict(list)
    for each in within(cases, period):
        by_clinic[each.region, each.clinic].append(each)
    clinics = [
        ClinicCosts(region, clinic, sorted(some, key=_by_days), _sum(some))
        for (region, clinic), some in sorted(by_clinic.items())
    ]
    return CostStatement(period, clinics, sum((each.total for each in clinics), Decimal()))


def within(cases: Iterable[CareCase], period: Period) -> list[CareCase]:
    """All that a statement of the period is compiled of."""
    return [each for each in latest(cases) if period.holds(each.ended)]


def latest(cases: Iterable[CareCase]) -> list[CareCase]:
    """One version of each case, those that were taken back left out."""
    found: dict[str, CareCase] = {}
    for each in cases:
        before = found.get(each.number)
        if before is None or before.version < each.version:
            found[each.number] = each
    return [each for each in found.values() if not each.void]


def _by_days(each: CareCase) -> tuple[date, date, str, str]:
    return each.begun, each.ended, each.service, each.number


def _sum(cases: Iterable[CareCase]) -> Decimal:
    return sum((each.cost for each in cases), Decimal())
