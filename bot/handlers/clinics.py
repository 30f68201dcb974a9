"""The directory of clinics, read only: open to those who have given no consent too."""

from __future__ import annotations

from bot.keyboards.buttons.clinics import ClinicCard, ClinicList, ClinicVenue, RegionList
from bot.routing import on
from bot.views import clinics as view
from bot.visitor import Visitor
from services.clinics.directory import Directory
from services.clinics.regions import REGIONS, region
from services.errors import NotFound
from services.registry.model import Clinic


async def regions(visitor: Visitor, data: RegionList, *, directory: Directory) -> None:
    counts = await directory.counts()
    found = [(each, counts[each.code]) for each in REGIONS if each.code in counts]
    await visitor.show(view.regions(visitor.t, found, data.page, layout=visitor.layout))


async def clinics(visitor: Visitor, data: ClinicList, *, directory: Directory) -> None:
    chosen = region(data.region)
    if chosen is None:
        raise NotFound
    found = await directory.of_region(chosen.code)
    await visitor.show(view.clinics(visitor.t, chosen, found, data.page, layout=visitor.layout))


async def clinic(visitor: Visitor, data: ClinicCard, *, directory: Directory) -> None:
    await visitor.show(view.clinic(visitor.t, await _clinic(directory, data.clinic)))


async def venue(visitor: Visitor, data: ClinicVenue, *, directory: Directory) -> None:
    await show_venue(visitor, await _clinic(directory, data.clinic))


async def show_venue(visitor: Visitor, shown: Clinic) -> None:
    """Telegram's own place on the map, with a button that takes it away again."""
    await visitor.send_venue(shown, view.clinic_address(shown), view.close_venue(visitor.t))
    await visitor.answer()


async def _clinic(directory: Directory, clinic_id: str) -> Clinic:
    found = await directory.clinic(clinic_id)
    if found is None:
        raise NotFound
    return found


ROUTES = (
    on(RegionList, regions, guests=True),
    on(ClinicList, clinics, guests=True),
    on(ClinicCard, clinic, guests=True),
    on(ClinicVenue, venue, guests=True),
)
