"""Maps of clinics: a sheet in, a PNG out. Set by Typst in a thread; the last ones are kept."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import Any

from services.documents.layout import (
    ARROW,
    DISTRICT_SIZE,
    DOT,
    HEIGHT,
    PLACE_RADIUS,
    RADIUS,
    STRIP,
    WIDTH,
    XY,
    Layout,
    PinPlace,
    lay_out,
)
from services.documents.model import DrawingFailed, MapSheet
from services.documents.outlines import outlines, towns

_TEMPLATE = Path(__file__).with_name("map.typ")
_FONT = "Libertinus Serif"
"""Typst carries it within itself, so a map looks the same wherever it is drawn."""
_TOWNS_BY = "hflabs/city"
"""Whose list of towns it is, under CC BY-SA."""
_KEPT = 24
"""Pictures kept, of 100 to 300 KB each."""

logger = logging.getLogger(__name__)


class Maps:
    """Draws maps; one that was drawn lately is not drawn again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[MapSheet, bytes] = OrderedDict()

    async def draw(self, sheet: MapSheet) -> bytes:
        """A PNG of 1200 × 800 pixels. Raises `DrawingFailed`, whatever the reason."""
        picture = self._kept.get(sheet)
        if picture is None:
            picture = await asyncio.to_thread(drawn, sheet)
        if sheet.place is None:  # where somebody is, is not kept
            self._kept[sheet] = picture
            self._kept.move_to_end(sheet)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return picture


def drawn(sheet: MapSheet) -> bytes:
    """The picture, drawn here and now; for a thread. Raises `DrawingFailed`."""
    try:
        return _compiled(lay_out(sheet, outlines(), towns()), sheet.thanks)
    except BaseException as error:  # a panic of Typst's is no Exception
        # Where somebody is, and what they look for, stands in no log: the kind of the error tells enough.
        logger.warning("a map could not be drawn: %s", type(error).__name__)
        raise DrawingFailed from None


def _compiled(layout: Layout, thanks: str) -> bytes:
    import typst  # takes its time, and most processes never draw

    data = json.dumps(_data(layout, thanks), ensure_ascii=False)
    compiler = typst.Compiler(_TEMPLATE.read_bytes(), font_paths=_fonts(), sys_inputs={"map": data})
    picture = compiler.compile(format="png", ppi=72)
    if not isinstance(picture, bytes):
        raise TypeError("more than one page")
    return picture


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False)


def _data(layout: Layout, thanks: str) -> dict[str, Any]:
    """What `map.typ` reads."""
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "strip": STRIP,
        "radius": RADIUS,
        "place": PLACE_RADIUS,
        "dot": DOT,
        "font": _FONT,
        "thanks": ", ".join([*([thanks] if layout.districts else []), *([_TOWNS_BY] if layout.labels else [])]),
        "districts": [
            {"rings": [[_rounded(p) for p in ring] for ring in each.rings], "borders": each.borders}
            for each in layout.districts
        ],
        "dots": [_rounded(each) for each in layout.dots],
        "labels": [
            {
                "text": each.text,
                "x": each.box[0],
                "y": each.box[1],
                "width": each.box[2] - each.box[0],
                "height": each.box[3] - each.box[1],
                "size": each.size,
                "side": each.side,
                "district": each.size == DISTRICT_SIZE,
                "dot": each.dot,
            }
            for each in layout.labels
        ],
        "pins": [_pin(each) for each in (*([layout.place] if layout.place else []), *layout.pins)],
        "bar": {"length": layout.bar.length, "words": layout.bar.words} if layout.bar else None,
    }


def _pin(pin: PinPlace) -> dict[str, Any]:
    radius = RADIUS if pin.number is not None else PLACE_RADIUS
    return {
        "number": pin.number,
        "at": pin.at,
        "spot": pin.spot,
        "aside": pin.aside,
        "arrow": _arrow(pin.at, pin.away, radius) if pin.away is not None else None,
    }


def _arrow(at: XY, away: float, radius: float) -> list[XY]:
    """A triangle that sticks out of a pin."""
    tip = (at[0] + (radius + ARROW) * math.cos(away), at[1] + (radius + ARROW) * math.sin(away))
    sides = [(at[0] + radius * math.cos(away + turn), at[1] + radius * math.sin(away + turn)) for turn in (0.6, -0.6)]
    return [tip, *sides]


def _rounded(point: XY) -> tuple[int, int]:
    return round(point[0]), round(point[1])
