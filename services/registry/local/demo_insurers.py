"""The demo's insurance companies and the points where they give policies out: invented, in real towns."""

from __future__ import annotations

from services.registry.local.demo_clinics import demo_clinics
from services.registry.local.demo_insurance import ELSEWHERE, INSURERS, REGION
from services.registry.model import Insurer, IssuePoint
from services.registry.ports.insurers import InsurersAdminPort

OTHER_REGION, _OTHER_NAME, _OTHER_PHONE = ELSEWHERE
"""Whoever has moved finds one there, too; in all others there is none."""
_HOURS = ("1-5 09:00-18:00", "1-5 10:00-19:00; 6 10:00-15:00")
_STREETS = ("Вокзальная ул., д. 3", "ул. Победы, д. 14", "Садовая ул., д. 8")
_TOWNS = 8
"""In so many towns the companies of the demo's region have a point each."""


def demo_insurers() -> tuple[Insurer, ...]:
    """Those that insure the ready family, and a third in another region."""
    own = [
        Insurer(
            f"demo-ins-{place}",
            REGION,
            name,
            phone,
            f"insurer{place}.example",
            f"г. Мытищи, {_STREETS[place - 1]}",
            True,
        )
        for place, (name, phone) in enumerate(INSURERS, start=1)
    ]
    address = f"г. Москва, {_STREETS[2]}"
    third = Insurer("demo-ins-3", OTHER_REGION, _OTHER_NAME, _OTHER_PHONE, "insurer3.example", address, True)
    return (*own, third)


def demo_points() -> tuple[IssuePoint, ...]:
    """A point of each company of the region in some towns, where a clinic of the town is; one in the other region."""
    towns = {place.clinic.town: place.clinic for place in demo_clinics() if place.clinic.lat is not None}
    own = [
        IssuePoint(
            id=f"demo-pt-{company}-{place}",
            insurer_id=f"demo-ins-{company}",
            address=_STREETS[(company + place) % len(_STREETS)],
            town=town,
            phone=phone,
            hours=_HOURS[place % len(_HOURS)],
            lat=clinic.lat,
            lon=clinic.lon,
            demo=True,
        )
        for company, (_, phone) in enumerate(INSURERS, start=1)
        for place, (town, clinic) in enumerate(sorted(towns.items())[:_TOWNS], start=1)
    ]
    alone = IssuePoint(
        *("demo-pt-3-1", "demo-ins-3", _STREETS[0], "Москва", _OTHER_PHONE, _HOURS[1], 55.755, 37.617, True)
    )
    return (*own, alone)


async def put_demo_insurers(admin: InsurersAdminPort) -> None:
    """Where there are none yet: an operator who tries an import of their own keeps it."""
    if not await admin.known_insurers():
        await admin.put_insurers(demo_insurers(), demo_points())
