"""Files with insurance companies and with the points where they give policies out: their columns."""

from __future__ import annotations

from services.clinics import checks
from services.imports import cells
from services.imports.columns import Column, Format, kind_of


class Insurers:
    """Columns of a file with insurance companies: a line for each subject of the Federation that one works in."""

    ID: Column[str] = Column(
        "id", "the company's id in your system, another in each region", cells.whole, required=True
    )
    REGION: Column[str] = Column("region", "two-digit code of the region, 77", checks.region_code, required=True)
    NAME: Column[str] = Column("name", "as people know it", cells.words, required=True, limit=300)
    PHONE: Column[str] = Column("phone", "may be empty", cells.whole)
    SITE: Column[str] = Column("site", "may be empty", cells.words, limit=200)
    ADDRESS: Column[str] = Column("address", "of its office in the region", cells.words, required=True, limit=300)


class Points:
    """Columns of a file with points where policies are given out."""

    ID: Column[str] = Column("id", "the point's id in your system", cells.whole, required=True)
    INSURER: Column[str] = Column("insurer", "id of the company", cells.whole, required=True)
    TOWN: Column[str] = Column("town", "town or village", cells.words, required=True)
    ADDRESS: Column[str] = Column("address", "street and house", cells.words, required=True, limit=300)
    PHONE: Column[str] = Column("phone", "may be empty", cells.whole)
    HOURS: Column[str] = Column(
        "hours", "«1-5 08:00-20:00; 6 09:00-15:00» or your own words; may be empty", checks.opening_hours, limit=300
    )
    LAT: Column[float] = Column("lat", "latitude in degrees; may be empty", cells.number)
    LON: Column[float] = Column("lon", "longitude in degrees; may be empty", cells.number)


FORMAT = Format(
    (kind_of(Insurers), kind_of(Points)),
    {rule.bound: checks.BOUNDS[rule.bound] for rule in checks.SPOT if rule.bound is not None},
)
INSURERS, POINTS = FORMAT.kinds
