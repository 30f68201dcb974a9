"""Makes the data that maps are drawn from, out of open files: `services/documents/outlines.txt` and `towns.csv`.

    python -m scripts.make_map_data CITIES.csv CODE=DISTRICTS.geojson …

CITIES.csv is `city.csv` of github.com/hflabs/city with a column `region_code`; each GeoJSON holds the districts of the
region CODE in WGS84, simplified already, each with its `name` or `district`.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.documents.outlines import FOLDER, OUTLINES, QUANTUM, TOWNS, encode_ring

_HEAD = """\
# Districts of the Moscow region (50) and of Moscow (77).
# © OpenStreetMap contributors, ODbL 1.0, https://opendatacommons.org/licenses/odbl/1-0/ - this file stays under it.
# Changed: borders simplified (0.002° in the region, 0.0008° in the city), rounded to 0.0001°, islands within left out.
# A line: region, name, latitude and longitude of the label, then rings as differences in the polyline encoding.
"""
_TOWNS_HEAD = """\
# Towns of Russia: region, name, latitude and longitude of the centre, thousands of people.
# hflabs/city, 11 October 2021, CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/ (this file stays so).
# Changed: five columns kept, coordinates and numbers rounded.
"""


def main(cities: str, *districts: str) -> None:
    lines = [line for each in districts for line in _districts(*each.split("=", 1))]
    (FOLDER / OUTLINES).write_text(_HEAD + "".join(lines), encoding="utf-8")
    (FOLDER / TOWNS).write_text(_TOWNS_HEAD + "".join(_towns(Path(cities))), encoding="utf-8")


def _districts(region: str, path: str) -> Iterator[str]:
    for feature in json.loads(Path(path).read_text(encoding="utf-8"))["features"]:
        geometry, named = feature["geometry"], feature["properties"]
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        outer = [[_quantised(point) for point in polygon[0]] for polygon in polygons]
        lat, lon = _middle(max(outer, key=len))
        name = _short(named.get("name") or named["district"])
        rings = " ".join(encode_ring(ring) for ring in outer)
        yield f"{region}\t{name}\t{lat * QUANTUM:.4f}\t{lon * QUANTUM:.4f}\t{rings}\n"


def _quantised(point: list[float]) -> tuple[int, int]:
    """GeoJSON has the longitude first."""
    return round(point[1] / QUANTUM), round(point[0] / QUANTUM)


def _middle(ring: list[tuple[int, int]]) -> tuple[float, float]:
    """The centre of gravity of a polygon."""
    area = lat = lon = 0.0
    for (y1, x1), (y2, x2) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        area, lat, lon = area + cross, lat + (y1 + y2) * cross, lon + (x1 + x2) * cross
    return lat / (3 * area), lon / (3 * area)


def _short(name: str) -> str:
    """«район Арбат» is «Арбат» to whoever looks at the map."""
    name = re.sub(r"^(район|городской округ) ", "", name, flags=re.IGNORECASE)
    return re.sub(r" (административный|городской) округ$", "", name, flags=re.IGNORECASE)


def _towns(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    for row in rows:
        thousands = round(int(re.sub(r"\D", "", row["population"]) or 0) / 1000)
        yield f"{row['region_code']},{row['city']},{float(row['lat']):.4f},{float(row['lon']):.4f},{thousands}\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
