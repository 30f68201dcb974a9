"""The statement of costs: which versions count, where they belong, and that the total is the sum of what is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from random import Random

import pytest

from services.costs.model import CostStatement, Period
from services.costs.statement import compiled
from services.registry.model import CareCase
from tests.services.contracts.insurance import CASE

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def rows(told: CostStatement) -> list[CareCase]:
    return [each for clinic in told.clinics for each in clinic.cases]


def test_a_period_without_care_has_no_rows_and_costs_nothing() -> None:
    assert compiled([], YEAR) == CostStatement(YEAR, [], Decimal())


def test_of_a_case_the_latest_version_counts_in_whatever_order_they_come() -> None:
    versions = [CASE, replace(CASE, version=2, cost=Decimal(600)), replace(CASE, version=10, cost=Decimal("1.05"))]
    for some in permutations(versions):
        assert rows(compiled(some, YEAR)) == [versions[2]]


def test_what_was_taken_back_is_out_and_what_was_taken_back_by_mistake_is_in_again() -> None:
    void = replace(CASE, version=2, void=True)
    assert rows(compiled([CASE, void], YEAR)) == []
    again = replace(CASE, version=3)
    assert rows(compiled([again, CASE, void], YEAR)) == [again]


def test_a_version_that_moves_the_case_out_of_the_period_takes_it_out() -> None:
    moved = replace(CASE, version=2, begun=date(2025, 3, 2), ended=date(2025, 3, 9))
    assert rows(compiled([CASE, moved], YEAR)) == []
    assert rows(compiled([CASE, moved], Period(date(2025, 1, 1), date(2025, 12, 31)))) == [moved]


@pytest.mark.parametrize(
    ("ended", "belongs"),
    [(date(2026, 1, 1), True), (date(2026, 12, 31), True), (date(2025, 12, 31), False), (date(2027, 1, 1), False)],
)
def test_a_case_belongs_to_the_day_on_which_it_ended(ended: date, belongs: bool) -> None:
    told = compiled([replace(CASE, begun=date(2025, 12, 20), ended=ended)], YEAR)
    assert bool(rows(told)) is belongs


def test_clinics_stand_by_region_and_name_and_their_cases_by_days() -> None:
    early = replace(CASE, number="2", begun=date(2026, 2, 1), ended=date(2026, 2, 1))
    elsewhere = replace(CASE, number="3", region="77", clinic="Больница № 4")
    child = replace(CASE, number="4", clinic="Детская поликлиника № 2")
    told = compiled([CASE, elsewhere, early, child], YEAR)
    assert [(each.region, each.clinic) for each in told.clinics] == [
        ("50", "Детская поликлиника № 2"),
        ("50", "Поликлиника № 1"),
        ("77", "Больница № 4"),
    ]
    assert list(told.clinics[1].cases) == [early, CASE]


def test_the_total_is_the_sum_of_the_rows_to_the_kopeck() -> None:
    """A sum of ten thousand tenths is not what floats make of it."""
    random = Random(7)
    cases = [
        replace(
            CASE, number=str(number), clinic=f"Поликлиника № {number % 7}", cost=Decimal(random.randrange(10**6)) / 100
        )
        for number in range(10_000)
    ]
    told = compiled(cases, YEAR)
    assert told.total == sum((each.cost for each in cases), Decimal())
    assert told.total == sum((each.total for each in told.clinics), Decimal())
    assert (
        compiled([replace(CASE, number=str(each), cost=Decimal("0.10")) for each in range(10_000)], YEAR).total == 1000
    )
