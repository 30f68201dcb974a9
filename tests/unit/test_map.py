"""Pictures of maps: drawn for one clinic and for forty, for any name, and a failure that is told as one."""

from __future__ import annotations

import csv
import io
import logging
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from services.documents import map as maps
from services.documents.layout import HEIGHT, RADIUS, WIDTH, lay_out
from services.documents.map import Maps, drawn
from services.documents.model import DrawingFailed, MapSheet, Named, Spot
from services.documents.outlines import outlines, towns
from tests.support.machine import ROOT
from tests.unit.test_map_layout import KALUGA, MYTISHCHI, sheet

RED = (179, 38, 30)
PUBLISHED = ROOT.parent / "shared" / "data" / "clinics_moscow_datamosru_2014.csv"
RANDOM = random.Random(1)
TOWN = [(55.91 + RANDOM.gauss(0, 0.02), 37.73 + RANDOM.gauss(0, 0.03)) for _ in range(40)]
FORTY = replace(sheet(*TOWN[:8], place=(55.92, 37.75)), others=tuple(Spot(*each) for each in TOWN[8:]))


def picture(drawing: MapSheet) -> Image.Image:
    png = drawn(drawing)
    assert png.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(png)).convert("RGB")


@pytest.mark.parametrize(
    "drawing",
    [
        sheet(MYTISHCHI),
        FORTY,
        sheet(*[MYTISHCHI] * 8, first=9),
        sheet(*[(55.91, 37.7 + number / 100) for number in range(8)], (43.1, 131.9), place=KALUGA, first=97),
        sheet((56.0, 92.9), (56.1, 92.8)),
    ],
    ids=["one", "forty", "one spot", "far off", "a region without outlines"],
)
def test_every_pin_is_in_the_picture(drawing: MapSheet) -> None:
    image = picture(drawing)
    assert image.size == (WIDTH, HEIGHT)
    for pin in lay_out(drawing, outlines(), towns()).pins:
        x, y = pin.at
        assert image.getpixel((round(x), round(y) - RADIUS + 9)) == RED, f"no pin {pin.number}"


@pytest.mark.parametrize("name", ['#[*_$"', "\\// #panic()", "<u>&amp;@'`"])
def test_a_name_is_text_whatever_is_in_it(name: str) -> None:
    def named(name: str) -> Image.Image:
        return picture(replace(sheet((61.5, 90.0)), towns=(Named(name, Spot(61.52, 90.03)),)))

    nameless = picture(sheet((61.5, 90.0)))
    assert named(name).tobytes() != nameless.tobytes()
    # Every character shows: with one taken away the picture is another.
    for cut in range(len(name)):
        shorter = name[:cut] + name[cut + 1 :]
        if shorter.strip() and name[cut] != " ":
            assert named(shorter).tobytes() != named(name).tobytes(), f"«{name[cut]}» is not drawn"


def test_it_says_whose_the_borders_are() -> None:
    with_thanks, without = picture(sheet(MYTISHCHI)), picture(replace(sheet(MYTISHCHI), thanks=""))
    corner = (WIDTH // 2, HEIGHT - 70, WIDTH, HEIGHT)
    assert with_thanks.crop(corner).tobytes() != without.crop(corner).tobytes()


# --- kept, and failing ----------------------------------------------------------------------------


@pytest.fixture
def times_drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with every drawing."""
    drawn: list[int] = []

    def compiled(*_: Any) -> bytes:
        drawn.append(1)
        return b"\x89PNG" + bytes(len(drawn))

    monkeypatch.setattr(maps, "_compiled", compiled)
    return drawn


async def test_a_map_is_drawn_once_and_not_kept_for_ever(times_drawn: list[int]) -> None:
    service = Maps()
    first = await service.draw(sheet(MYTISHCHI))
    assert await service.draw(sheet(MYTISHCHI)) is first
    assert len(times_drawn) == 1
    for number in range(maps._KEPT):
        await service.draw(sheet((50.0, 40.0 + number)))
    assert len(service._kept) == maps._KEPT
    assert await service.draw(sheet(MYTISHCHI)) != first, "the one that nobody asked for longest is forgotten"


async def test_where_somebody_is_is_not_kept(times_drawn: list[int]) -> None:
    service = Maps()
    for _ in range(2):
        await service.draw(sheet(MYTISHCHI, place=KALUGA))
    assert (len(times_drawn), len(service._kept)) == (2, 0)


class Panic(BaseException):
    """What a panic within Typst comes as."""


@pytest.mark.parametrize("error", [RuntimeError, MemoryError, Panic])
async def test_a_failure_is_told_without_where_anybody_is(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> bytes:
        raise error("at 55.92, 37.75")

    monkeypatch.setattr(maps, "_compiled", broken)
    with caplog.at_level(logging.DEBUG), pytest.raises(DrawingFailed) as failed:
        await Maps().draw(FORTY)
    assert error.__name__ in caplog.text
    assert "55." not in caplog.text
    assert "55." not in str(failed.value)


def test_real_clinics_are_drawn_page_by_page() -> None:
    """All that Moscow has published; a dozen spread over the city where the file is absent."""
    points = published(PUBLISHED) or [(55.6 + number / 40, 37.4 + number / 30) for number in range(12)]
    for first in (0, len(points) // 2):
        shown, others = points[first : first + 8], points[:first] + points[first + 8 :]
        drawing = replace(sheet(*shown, first=first + 1), others=tuple(Spot(*each) for each in others))
        assert picture(drawing).size == (WIDTH, HEIGHT)


def published(path: Path) -> list[tuple[float, float]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [(float(row["lat"]), float(row["lon"])) for row in csv.DictReader(file) if row["lat"]]
