"""Where things stand on a map: pins apart and inside, the scale true, names that cover nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.clinics.directory import Place, distance_km
from services.documents.layout import (
    GAP,
    HEIGHT,
    LEAST_KM,
    RADIUS,
    STRIP,
    WIDTH,
    Box,
    Layout,
    PinPlace,
    beyond,
    frame_of,
    lay_out,
)
from services.documents.model import Length, MapSheet, Named, Pin, Spot
from services.documents.outlines import OUTLINES, QUANTUM, TOWNS, decode_ring, encode_ring, outlines, towns
from tests.support.machine import ROOT
from tests.support.world import CLINIC

LENGTHS = tuple(Length(km, f"{km} km") for km in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000))
MYTISHCHI, KHIMKI, KOLOMNA, KALUGA = (55.91, 37.73), (55.889, 37.43), (55.1, 38.75), (54.51, 36.26)


def sheet(*points: tuple[float, float], place: tuple[float, float] | None = None, first: int = 1) -> MapSheet:
    pins = tuple(Pin(number, Spot(*point)) for number, point in enumerate(points, start=first))
    return MapSheet(pins, place=Spot(*place) if place else None, here="Вы здесь", thanks="©", lengths=LENGTHS)


def laid_out(drawn: MapSheet) -> Layout:
    return lay_out(drawn, outlines(), towns())


def by_number(layout: Layout) -> dict[int | None, PinPlace]:
    return {each.number: each for each in layout.pins}


# --- pins -----------------------------------------------------------------------------------------

# Anywhere in the country, and close around one place: both are hard in their own way.
ANYWHERE = st.tuples(st.floats(42, 70), st.floats(28, 178))
NEARBY = st.tuples(st.floats(55.90, 55.92), st.floats(37.72, 37.75))
PLACES = st.lists(ANYWHERE, min_size=1, max_size=8) | st.lists(NEARBY, min_size=1, max_size=8)


@given(PLACES, st.none() | ANYWHERE | NEARBY)
@settings(max_examples=150)
@example([MYTISHCHI] * 8, MYTISHCHI)
@example([MYTISHCHI] * 8, KALUGA)
@example([MYTISHCHI] * 7 + [(43.1, 131.9)], (69.3, 88.2))
def test_pins_never_overlap_and_stay_inside(points: Sequence[tuple[float, float]], place: tuple[float, float]) -> None:
    layout = lay_out(sheet(*points, place=place), (), ())
    assert [each.number for each in layout.pins] == list(range(1, len(points) + 1))
    for one, other in combinations(layout.pins, 2):
        assert math.dist(one.at, other.at) >= 2 * RADIUS + GAP - 1e-6
    for each in (*layout.pins, *([layout.place] if layout.place else [])):
        x, y = each.at
        assert RADIUS <= x <= WIDTH - RADIUS
        assert RADIUS <= y <= HEIGHT - STRIP - RADIUS
        assert each.away is not None or math.dist(each.spot, each.at) < WIDTH / 2


def test_a_pin_alone_stands_on_its_point() -> None:
    layout = laid_out(sheet(MYTISHCHI, KHIMKI))
    assert not any(each.aside for each in layout.pins)
    # North is up and east is right.
    mytishchi, khimki = layout.pins
    assert mytishchi.at[0] > khimki.at[0]
    assert mytishchi.at[1] < khimki.at[1]


def test_pins_on_one_spot_step_aside_and_leave_the_spot_to_be_seen() -> None:
    layout = laid_out(sheet(*[MYTISHCHI] * 8))
    (spot,) = {each.spot for each in layout.pins}
    assert all(each.aside for each in layout.pins)
    assert all(RADIUS < math.dist(each.at, spot) < 5 * RADIUS for each in layout.pins), "not farther than must be"


def test_the_persons_place_is_not_covered() -> None:
    layout = laid_out(sheet(MYTISHCHI, KHIMKI, place=(MYTISHCHI[0] + 0.0001, MYTISHCHI[1])))
    assert layout.place is not None
    assert layout.place.away is None
    assert by_number(layout)[1].aside
    assert math.dist(by_number(layout)[1].at, layout.place.at) > RADIUS


# --- the frame ------------------------------------------------------------------------------------


def test_one_that_is_far_off_does_not_shrink_the_others_to_a_point() -> None:
    town = [(55.90 + step / 200, 37.70 + step / 150) for step in range(7)]
    drawn = sheet(*town, KOLOMNA)
    layout = laid_out(drawn)
    assert beyond(drawn) == {8}
    assert by_number(layout)[8].away is not None
    assert 0 < by_number(layout)[8].away < math.pi / 2, "to the south-east, where it is"  # type: ignore[operator]
    assert all(each.away is None for each in layout.pins if each.number != 8)
    assert math.dist(by_number(layout)[1].spot, by_number(layout)[7].spot) > WIDTH / 3


def test_two_towns_are_both_within() -> None:
    drawn = sheet(*[MYTISHCHI] * 4, *[KOLOMNA] * 4)
    assert beyond(drawn) == frozenset()
    assert frame_of([each.spot for each in drawn.pins], None).km > 100


def test_the_persons_place_is_within_where_it_is_near_and_pointed_at_where_it_is_far() -> None:
    near, far = laid_out(sheet(MYTISHCHI, place=(55.93, 37.75))), laid_out(sheet(MYTISHCHI, place=KALUGA))
    assert near.place is not None
    assert near.place.away is None
    assert far.place is not None
    assert far.place.away is not None
    assert far.place.away > math.pi / 2, "to the south-west"


def test_a_single_clinic_is_shown_with_what_is_around_it() -> None:
    frame = frame_of([Spot(*MYTISHCHI)], None)
    assert frame.km == pytest.approx(LEAST_KM)


def test_the_date_line_does_not_tear_a_region_apart() -> None:
    chukotka = sheet((64.73, 177.51), (64.42, -173.23))
    frame = frame_of([each.spot for each in chukotka.pins], None)
    assert 300 < frame.km < 1200
    anadyr, providence = laid_out(chukotka).pins
    assert anadyr.at[0] < providence.at[0]
    assert "Анадырь" in [each.text for each in laid_out(chukotka).labels]


# --- scale ----------------------------------------------------------------------------------------


@given(PLACES)
@settings(max_examples=100)
def test_the_bar_is_as_long_as_it_says(points: Sequence[tuple[float, float]]) -> None:
    drawn = sheet(*points)
    bar, frame = lay_out(drawn, (), ()).bar, frame_of([each.spot for each in drawn.pins], None)
    if bar is None:
        assert frame.km > 4 * LENGTHS[-1].km * 0.999 or frame.km < 4 * LENGTHS[0].km
        return
    told = float(bar.words.removesuffix(" km"))
    assert WIDTH / 12 < bar.length <= WIDTH / 4 or told == LENGTHS[-1].km
    # From the middle of the picture as far to the north as the bar is long.
    there = replace(CLINIC, lat=frame.lat + bar.length / frame.scale / 111.195, lon=frame.lon)
    assert distance_km(there, Place(frame.lat, frame.lon)) == pytest.approx(told, rel=1e-3)


def test_east_is_as_long_as_north() -> None:
    frame = frame_of([Spot(*MYTISHCHI), Spot(*KHIMKI)], None)
    here = Spot(frame.lat, frame.lon)
    east = replace(CLINIC, lat=here.lat, lon=here.lon + 0.1)
    kilometres = distance_km(east, Place(here.lat, here.lon))
    assert kilometres is not None
    pixels = frame.xy(here.lat, here.lon + 0.1)[0] - frame.xy(here.lat, here.lon)[0]
    assert pixels / frame.scale == pytest.approx(kilometres, rel=1e-3)


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "points",
    [[MYTISHCHI], [MYTISHCHI] * 8, [MYTISHCHI, KHIMKI, KOLOMNA], [(55.75 + n / 300, 37.6 + n / 250) for n in range(8)]],
    ids=["one", "one spot", "the region", "the city"],
)
def test_names_cover_neither_pins_nor_each_other(points: Sequence[tuple[float, float]]) -> None:
    layout = laid_out(sheet(*points, place=(55.8, 37.7)))
    assert layout.labels
    for one, other in combinations([each.box for each in layout.labels], 2):
        assert not over(one, other)
    for each in layout.pins:
        x, y = each.at
        assert not [
            label for label in layout.labels if over(label.box, (x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS))
        ]
    for label in layout.labels:
        assert label.box[0] >= 0
        assert label.box[2] <= WIDTH
        assert label.box[3] <= HEIGHT - STRIP


def over(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_a_town_is_named_as_its_clinics_name_it() -> None:
    drawn = replace(sheet((55.9162, 37.8545)), towns=(Named("Королёв", Spot(55.92, 37.85)),))
    names = [each.text for each in laid_out(drawn).labels]
    assert names[0] == "Королёв"
    assert "Королев" not in names


def test_a_village_that_no_list_knows_is_named() -> None:
    drawn = replace(sheet((61.5, 90.0)), towns=(Named("Ванавара", Spot(61.52, 90.03)),))
    assert "Ванавара" in [each.text for each in laid_out(drawn).labels]
    far = replace(drawn, towns=(Named("Ванавара", Spot(62.5, 90.0)),))
    assert "Ванавара" in [each.text for each in laid_out(far).labels], "at the edge: its middle lies beyond"


def test_the_person_is_named_first() -> None:
    layout = laid_out(sheet(MYTISHCHI, place=(55.92, 37.75)))
    assert layout.labels[0].text == "Вы здесь"


# --- the ground -----------------------------------------------------------------------------------


def test_districts_are_cut_at_the_edge() -> None:
    layout = laid_out(sheet(MYTISHCHI))
    assert layout.districts
    for district in layout.districts:
        for ring in district.rings:
            assert len(ring) > 2
            assert all(-20 <= coordinate <= WIDTH + 20 for point in ring for coordinate in point)


def test_a_region_without_outlines_has_none() -> None:
    assert laid_out(sheet((56.0, 92.9))).districts == ()


def test_of_dots_that_would_cover_each_other_one_is_drawn() -> None:
    many = tuple(Spot(MYTISHCHI[0] + number / 1e6, MYTISHCHI[1]) for number in range(500))
    layout = laid_out(replace(sheet(MYTISHCHI), others=many))
    assert 1 <= len(layout.dots) <= 3


def test_the_data_are_whole_and_small() -> None:
    districts = outlines()
    assert [sum(each.region == region for each in districts) for region in ("50", "77")] == [60, 127]
    assert len(towns()) == 1117
    assert towns()[0].name == "Москва"
    folder = ROOT / "services" / "documents"
    assert sum((folder / name).stat().st_size for name in (OUTLINES, TOWNS)) < 250_000
    for name, terms in ((OUTLINES, "ODbL"), (TOWNS, "CC BY-SA")):
        assert terms in (folder / name).read_text(encoding="utf-8").partition("\n50\t")[0][:600]
        assert name in (ROOT / "README.md").read_text(encoding="utf-8")
    mytishchi = next(each for each in districts if each.name == "Мытищи")
    assert mytishchi.south < MYTISHCHI[0] < mytishchi.north
    assert mytishchi.west < MYTISHCHI[1] < mytishchi.east
    assert all(ring[0] == ring[-1] for each in districts for ring in each.rings)


@given(st.lists(st.tuples(st.integers(-900_000, 900_000), st.integers(-1_800_000, 1_800_000)), max_size=20))
def test_a_ring_is_read_as_it_was_written(ring: list[tuple[int, int]]) -> None:
    read = decode_ring(encode_ring(ring))
    assert [(round(lat / QUANTUM), round(lon / QUANTUM)) for lat, lon in read] == ring
