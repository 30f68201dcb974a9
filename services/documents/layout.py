"""Where everything stands on a map: pure geometry, in pixels from the upper left corner.

The projection is flat: degrees of longitude are shortened by the cosine of the middle latitude. Over a region
200 km high that is wrong by two hundredths, which no eye sees on a picture of a thousand pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from services.documents.model import Length, MapSheet, Named, Spot
from services.documents.outlines import Outline, Point, Town

XY = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

WIDTH, HEIGHT = 1200, 800
"""Telegram keeps it whole (1280 px is its limit). A phone shows it at about 320 px, with the buttons still in sight."""
RADIUS = 42
"""Of a pin."""
PLACE_RADIUS = 21
"""Of the person's place."""
GAP = 8
"""Between pins."""
DOT = 12
"""Radius of the true point of a pin that was drawn aside, and of other clinics."""
ARROW = 30
"""How far the arrow of a pin that stands for something beyond the edge sticks out."""
EDGE = RADIUS + ARROW + 6
STRIP = 84
"""The lower strip, for the scale bar and for the thanks."""
ROOM = (EDGE, EDGE, WIDTH - EDGE, HEIGHT - STRIP - EDGE)
"""Where centres of pins may stand."""
INNER = (150.0, 120.0, WIDTH - 150.0, HEIGHT - STRIP - 120.0)
"""Where true points are fitted, so that there is room to draw close ones apart."""
LEAST_KM = 6.0
"""The picture's width for a single place: with less there is nothing around it to know it by."""
TOWN_SIZE, DISTRICT_SIZE = 44, 38
"""Type, in pixels: at least 11 on a phone."""
_CHARACTER = 0.62
"""The widest that a character of the bold type is on average, in its size."""
_TOWNS_AT_MOST, _DISTRICTS_AT_MOST = 14, 16
_DISTRICTS_UNDER_KM = 40.0
_BORDERS_UNDER_KM = 45.0
"""Wider than that, the many districts of the capital are one grey lump of borders."""
_MANY_DISTRICTS = frozenset({"77"})
_FAR = 3.0
"""A place counts as far off where the map without it is so many times larger."""
_KM_A_DEGREE = math.pi * 6371.0088 / 180


@dataclass(frozen=True, slots=True)
class PinPlace:
    """A pin as drawn: `at` its centre, `spot` its true point, `away`: the direction to what lies beyond the edge."""

    number: int | None
    at: XY
    spot: XY
    away: float | None = None

    @property
    def aside(self) -> bool:
        return self.away is None and math.dist(self.at, self.spot) > 1


@dataclass(frozen=True, slots=True)
class Label:
    """A name, its box and its size. `side`: where in the box it begins; `dot`: the centre of the town it names."""

    text: str
    box: Box
    size: int
    side: str = "center"
    dot: XY | None = None


@dataclass(frozen=True, slots=True)
class District:
    """Rings of pixels; `borders`: whether its border is drawn."""

    rings: tuple[tuple[XY, ...], ...]
    borders: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """The scale: `length` in pixels for `words`."""

    length: float
    words: str


@dataclass(frozen=True, slots=True)
class Layout:
    """All that is drawn. `place`: the person's, None where it is unknown; its `number` is None."""

    districts: tuple[District, ...]
    dots: tuple[XY, ...]
    labels: tuple[Label, ...]
    pins: tuple[PinPlace, ...]
    place: PinPlace | None
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of the world on the picture. `scale`: pixels a kilometre."""

    lat: float
    lon: float
    scale: float

    @property
    def km(self) -> float:
        """How wide the picture is."""
        return WIDTH / self.scale

    def xy(self, lat: float, lon: float) -> XY:
        middle_x, middle_y = _middle(INNER)
        east = (_eastern(lon) - self.lon) * _KM_A_DEGREE * math.cos(math.radians(self.lat))
        north = (lat - self.lat) * _KM_A_DEGREE
        return middle_x + east * self.scale, middle_y - north * self.scale

    def degrees(self) -> Box:
        """West, north, east, south of the picture."""
        middle_x, middle_y = _middle(INNER)
        across = _KM_A_DEGREE * math.cos(math.radians(self.lat)) * self.scale
        down = _KM_A_DEGREE * self.scale
        return (
            self.lon - middle_x / across,
            self.lat + middle_y / down,
            self.lon + (WIDTH - middle_x) / across,
            self.lat - (HEIGHT - middle_y) / down,
        )


def lay_out(sheet: MapSheet, outlines: Sequence[Outline], towns: Sequence[Town]) -> Layout:
    """The whole map; `towns`: the more important first. At least one pin."""
    frame = frame_of([each.spot for each in sheet.pins], sheet.place)
    pins, place = _pins(frame, sheet)
    taken = [_around(each.at, RADIUS + 4) for each in pins]
    here = _here(sheet, place, taken)
    taken += [_around(place.at, PLACE_RADIUS + 4)] if place is not None else []
    taken += [here.box] if here is not None else []
    named = _town_labels(frame, _known(sheet, towns), taken) or _only_town(frame, sheet.towns, taken)
    if frame.km < _DISTRICTS_UNDER_KM:
        named += _district_labels(frame, outlines, [*taken, *(each.box for each in named)])
    return Layout(
        tuple(sorted(_districts(frame, outlines), key=lambda each: each.borders)),  # whose borders show lie above
        tuple(_dots(frame, sheet.others)),
        (*([here] if here is not None else []), *named),
        tuple(pins),
        place,
        _bar(frame, sheet.lengths),
    )


def beyond(sheet: MapSheet) -> frozenset[int]:
    """Numbers of the pins that stand at the edge, for what lies beyond it."""
    frame = frame_of([each.spot for each in sheet.pins], sheet.place)
    return frozenset(each.number for each in sheet.pins if not _holds(INNER, frame.xy(each.spot.lat, each.spot.lon)))


def frame_of(spots: Sequence[Spot], place: Spot | None) -> Frame:
    """The piece of the world that holds the spots, and the person's place where it is not far off.

    Up to a quarter of the spots is left out where the map is `_FAR` times larger without them.
    """
    kept = list(spots)
    for _ in range(len(spots) // 4):
        middle = Spot(median(each.lat for each in kept), median(_eastern(each.lon) for each in kept))
        without = sorted(kept, key=lambda each: _km(each, middle))[:-1]
        if _fitted(kept).km < _FAR * _fitted(without).km:
            break
        kept = without
    whole = _fitted(kept)
    if place is not None and _fitted([*kept, place]).km < _FAR * whole.km:
        return _fitted([*kept, place])
    return whole


def _fitted(spots: Sequence[Spot]) -> Frame:
    south, north = min(each.lat for each in spots), max(each.lat for each in spots)
    west, east = min(_eastern(each.lon) for each in spots), max(_eastern(each.lon) for each in spots)
    lat, lon = (south + north) / 2, (west + east) / 2
    wide = max((east - west) * _KM_A_DEGREE * math.cos(math.radians(lat)), 1e-9)
    high = max((north - south) * _KM_A_DEGREE, 1e-9)
    left, top, right, bottom = INNER
    return Frame(lat, lon, min((right - left) / wide, (bottom - top) / high, WIDTH / LEAST_KM))


# --- pins -----------------------------------------------------------------------------------------


def _pins(frame: Frame, sheet: MapSheet) -> tuple[list[PinPlace], PinPlace | None]:
    """Pins drawn apart; the person's place keeps where it is, or stands at the edge as one more pin."""
    wanted = [_anchored(frame, each.number, each.spot) for each in sheet.pins]
    place = _anchored(frame, None, sheet.place) if sheet.place is not None else None
    if place is not None and place.away is not None:
        *pins, place = apart([*wanted, place], [])
        return pins, place
    return apart(wanted, [place.at] if place is not None else []), place


def _anchored(frame: Frame, number: int | None, spot: Spot) -> PinPlace:
    at = frame.xy(spot.lat, spot.lon)
    if _holds(INNER, at):
        return PinPlace(number, at, at)
    edge, away = _to_edge(at)
    return PinPlace(number, edge, edge, away)


def _to_edge(at: XY) -> tuple[XY, float]:
    """Where the way from the middle to a point leaves the room for pins, and its direction."""
    middle = _middle(ROOM)
    east, south = at[0] - middle[0], at[1] - middle[1]
    left, top, right, bottom = ROOM
    reach = min(
        (right - left) / 2 / abs(east) if east else math.inf, (bottom - top) / 2 / abs(south) if south else math.inf
    )
    return _inside((middle[0] + east * reach, middle[1] + south * reach)), math.atan2(south, east)


def apart(wanted: Sequence[PinPlace], kept_clear: Sequence[XY]) -> list[PinPlace]:
    """The pins, none over another, each as near to its true point as can be.

    A pin alone stands on its point. Where several are close, each steps aside, outwards, so that it covers neither
    the others' points nor `kept_clear`; where there is no such room, it may cover those.
    """
    points = [*(each.spot for each in wanted), *kept_clear]
    near = {
        place: [other for at, other in enumerate(points) if at != place and math.dist(other, each.spot) < _APART]
        for place, each in enumerate(wanted)
    }
    placed: dict[int, XY] = {place: each.spot for place, each in enumerate(wanted) if not near[place]}
    for place, each in enumerate(wanted):
        if place in placed:
            continue
        others = [*points[:place], *points[place + 1 :]]
        outwards = _outwards(each.spot, near[place], place / len(wanted))
        for clear in (others, ()):
            found = next(_free(each.spot, outwards, list(placed.values()), clear), None)
            if found is not None:
                break
        placed[place] = found or each.spot
    return [PinPlace(each.number, placed[place], each.spot, each.away) for place, each in enumerate(wanted)]


_APART = 2 * RADIUS + GAP
_CLEAR = RADIUS + DOT + 4
_STEP, _DIRECTIONS = 10, 24


def _free(spot: XY, outwards: float, placed: Sequence[XY], clear: Sequence[XY]) -> Iterator[XY]:
    """Free places around a point: the nearest first, and of those the one that lies outwards."""
    turns = sorted((math.tau * turn / _DIRECTIONS for turn in range(_DIRECTIONS)), key=lambda a: min(a, math.tau - a))
    for far in range(0, 2 * WIDTH, _STEP):
        for turn in turns if far else turns[:1]:
            at = (spot[0] + far * math.cos(outwards + turn), spot[1] + far * math.sin(outwards + turn))
            if (
                _holds(ROOM, at)
                and all(math.dist(at, other) >= _APART for other in placed)
                and all(math.dist(at, other) >= _CLEAR for other in clear)
            ):
                yield at


def _outwards(spot: XY, near: Sequence[XY], share: float) -> float:
    """The direction away from the others; on one spot with them, a direction of one's own."""
    east = spot[0] - sum(each[0] for each in near) / len(near)
    south = spot[1] - sum(each[1] for each in near) / len(near)
    return math.atan2(south, east) if math.hypot(east, south) > 1 else math.tau * share - math.pi / 2


# --- names ----------------------------------------------------------------------------------------


def width_of(text: str, size: int) -> float:
    """How wide a name may be at most, in pixels."""
    return len(text) * size * _CHARACTER


def _here(sheet: MapSheet, place: PinPlace | None, taken: Sequence[Box]) -> Label | None:
    if place is None or not sheet.here:
        return None
    found = _beside(place.at, sheet.here, PLACE_RADIUS + 12, taken)
    return Label(sheet.here, found[1], TOWN_SIZE, found[0]) if found is not None else None


def _known(sheet: MapSheet, towns: Sequence[Town]) -> Iterator[tuple[str, Spot]]:
    """Towns of the pins first, as they are called there, at their centres; then others, the larger first."""
    own: dict[str, Named] = {_folded(each.name): each for each in sheet.towns}
    centres: dict[str, Spot] = {}
    for town in towns:
        named, spot = own.get(_folded(town.name)), Spot(town.lat, town.lon)
        if named is not None and _km(named.spot, spot) < _ONE_TOWN_KM:
            centres.setdefault(_folded(town.name), spot)
    for folded, each in own.items():
        yield each.name, centres.get(folded, each.spot)
    for town in towns:
        if _folded(town.name) not in own:
            yield town.name, Spot(town.lat, town.lon)


_ONE_TOWN_KM = 40.0
"""Towns of one name that are farther apart are two towns."""


def _town_labels(frame: Frame, known: Iterable[tuple[str, Spot]], taken: Sequence[Box]) -> list[Label]:
    labels: list[Label] = []
    west, north, east, south = frame.degrees()
    for name, spot in known:
        if not (west < _eastern(spot.lon) < east and south < spot.lat < north):
            continue
        at = frame.xy(spot.lat, spot.lon)
        clear = [*taken, *(each.box for each in labels)]
        hidden = not _fits(_around(at, DOT), taken)
        found = _beside(at, name, DOT + 4, clear) or _beside(at, name, RADIUS + DOT, clear)
        if found is not None:
            labels.append(Label(name, found[1], TOWN_SIZE, found[0], None if hidden else at))
            if len(labels) == _TOWNS_AT_MOST:
                break
    return labels


def _only_town(frame: Frame, own: Sequence[Named], taken: Sequence[Box]) -> list[Label]:
    """Where no town's centre lies within the picture: the nearest one's name at the upper edge, to say where it is."""
    if not own:
        return []
    name = min(own, key=lambda each: _km(each.spot, Spot(frame.lat, frame.lon))).name
    wide = width_of(name, TOWN_SIZE)
    boxes = ((left, 24.0, left + wide, 24.0 + TOWN_SIZE) for left in ((WIDTH - wide) / 2, 24.0, WIDTH - wide - 24.0))
    box = next((each for each in boxes if _fits(each, taken)), None)
    return [Label(name, box, TOWN_SIZE)] if box is not None else []


def _district_labels(frame: Frame, outlines: Sequence[Outline], taken: Sequence[Box]) -> list[Label]:
    """Only where districts are parts of a city: those of a region are called like their towns."""
    labels: list[Label] = []
    for each in outlines:
        if each.region not in _MANY_DISTRICTS:
            continue
        x, y = frame.xy(each.lat, each.lon)
        wide = width_of(each.name, DISTRICT_SIZE)
        box = (x - wide / 2, y - DISTRICT_SIZE / 2, x + wide / 2, y + DISTRICT_SIZE / 2)
        if _fits(box, [*taken, *(label.box for label in labels)]):
            labels.append(Label(each.name, box, DISTRICT_SIZE))
            if len(labels) == _DISTRICTS_AT_MOST:
                break
    return labels


def _beside(at: XY, name: str, off: float, taken: Sequence[Box]) -> tuple[str, Box] | None:
    """The first free box to the right of a point, to its left, above or below, and the side that the name begins at."""
    (x, y), wide, high = at, width_of(name, TOWN_SIZE), TOWN_SIZE
    boxes = (
        ("left", (x + off, y - high / 2, x + off + wide, y + high / 2)),
        ("right", (x - off - wide, y - high / 2, x - off, y + high / 2)),
        ("center", (x - wide / 2, y - off - high, x + wide / 2, y - off)),
        ("center", (x - wide / 2, y + off, x + wide / 2, y + off + high)),
    )
    return next((each for each in boxes if _fits(each[1], taken)), None)


def _fits(box: Box, taken: Sequence[Box]) -> bool:
    left, top, right, bottom = box
    if left < 8 or top < 8 or right > WIDTH - 8 or bottom > HEIGHT - STRIP:
        return False
    return not any(left < each[2] and each[0] < right and top < each[3] and each[1] < bottom for each in taken)


# --- the ground -----------------------------------------------------------------------------------


def _districts(frame: Frame, outlines: Sequence[Outline]) -> Iterator[District]:
    west, north, east, south = frame.degrees()
    for each in outlines:
        if each.west > east or each.east < west or each.south > north or each.north < south:
            continue
        whole = west <= each.west and each.east <= east and south <= each.south and each.north <= north
        thinned = (_thinned(frame, ring) for ring in each.rings)
        rings = thinned if whole else map(_clipped, thinned)
        drawn = tuple(tuple(ring) for ring in rings if len(ring) > 2)
        if drawn:
            yield District(drawn, borders=each.region not in _MANY_DISTRICTS or frame.km < _BORDERS_UNDER_KM)


_GRID = 5
"""Pixels: details that are smaller cannot be told apart."""


def _thinned(frame: Frame, ring: Iterable[Point]) -> list[XY]:
    """A ring in pixels, on a grid.

    Neighbours share their points, and the grid moves a shared point the same way for both: no gap opens between them.
    """
    (left, top), (right, down) = frame.xy(frame.lat, frame.lon), frame.xy(frame.lat - 1, frame.lon + 1)
    across, along = (right - left) / _GRID, (down - top) / _GRID
    left, top = left / _GRID, top / _GRID
    thinned: list[XY] = []
    last: tuple[int, int] | None = None
    for lat, lon in ring:
        point = (round(left + (lon - frame.lon) * across), round(top + (frame.lat - lat) * along))
        if point != last:
            thinned.append((point[0] * _GRID, point[1] * _GRID))
            last = point
    return thinned


_OUT = 10.0
"""Cut so far outside the picture that the cut is not seen as a border."""


def _clipped(ring: list[XY]) -> list[XY]:
    """The part of a ring within the picture (Sutherland and Hodgman)."""
    for axis, limit, sign in ((0, -_OUT, 1), (0, WIDTH + _OUT, -1), (1, -_OUT, 1), (1, HEIGHT + _OUT, -1)):
        kept: list[XY] = []
        for before, now in zip([ring[-1], *ring[:-1]] if ring else [], ring, strict=True):
            inside, was_inside = sign * (now[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
            if inside != was_inside:
                share = (limit - before[axis]) / (now[axis] - before[axis])
                kept.append((before[0] + share * (now[0] - before[0]), before[1] + share * (now[1] - before[1])))
            if inside:
                kept.append(now)
        ring = kept
    return ring


def _dots(frame: Frame, others: Sequence[Spot]) -> list[XY]:
    """Other clinics within the picture; of those that would cover each other, one."""
    cells: dict[tuple[int, int], XY] = {}
    for each in others:
        at = frame.xy(each.lat, each.lon)
        if DOT <= at[0] <= WIDTH - DOT and DOT <= at[1] <= HEIGHT - STRIP - DOT:
            cells.setdefault((round(at[0] / DOT / 2.5), round(at[1] / DOT / 2.5)), at)
    return list(cells.values())


def _bar(frame: Frame, lengths: Sequence[Length]) -> Bar | None:
    """The longest of the lengths that is at most a quarter of the picture."""
    fitting = [each for each in lengths if each.km * frame.scale <= WIDTH / 4]
    chosen = max(fitting, key=lambda each: each.km, default=None)
    return Bar(chosen.km * frame.scale, chosen.words) if chosen else None


def _km(one: Spot, other: Spot) -> float:
    east = (_eastern(one.lon) - _eastern(other.lon)) * math.cos(math.radians((one.lat + other.lat) / 2))
    return math.hypot(one.lat - other.lat, east) * _KM_A_DEGREE


def _eastern(lon: float) -> float:
    """The country goes on beyond the date line: there, longitudes are counted on from 180."""
    return lon + 360 if lon < -150 else lon


def _folded(name: str) -> str:
    return name.casefold().replace("ё", "е")


def _middle(box: Box) -> XY:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _holds(box: Box, at: XY) -> bool:
    """With half a pixel of grace: what was fitted to the edge is within."""
    return box[0] - 0.5 <= at[0] <= box[2] + 0.5 and box[1] - 0.5 <= at[1] <= box[3] + 0.5


def _inside(at: XY) -> XY:
    left, top, right, bottom = ROOM
    return min(max(at[0], left), right), min(max(at[1], top), bottom)


def _around(at: XY, radius: float) -> Box:
    return at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius
