"""The directory of clinics, read only: open to those who have given no consent too."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.keyboards.buttons.clinics import ClinicCard, ClinicList, ClinicVenue, RegionList
from bot.tools import Tools
from bot.views import clinics as view
from services.clinics.regions import REGIONS, region
from services.errors import NotFound
from services.registry.model import Clinic
from services.texts.i18n import Texts


async def regions(query: CallbackQuery, callback_data: RegionList, bot: Bot, tools: Tools, t: Texts) -> None:
    counts = await tools.directory.counts()
    found = [(each, counts[each.code]) for each in REGIONS if each.code in counts]
    await chat.show(query, bot, view.regions(t, found, callback_data.page))


async def clinics(query: CallbackQuery, callback_data: ClinicList, bot: Bot, tools: Tools, t: Texts) -> None:
    chosen = region(callback_data.region)
    if chosen is None:
        raise NotFound
    found = await tools.directory.of_region(chosen.code)
    await chat.show(query, bot, view.clinics(t, chosen, found, callback_data.page))


async def clinic(query: CallbackQuery, callback_data: ClinicCard, bot: Bot, tools: Tools, t: Texts) -> None:
    await chat.show(query, bot, view.clinic(t, await _clinic(tools, callback_data.clinic)))


async def venue(query: CallbackQuery, callback_data: ClinicVenue, bot: Bot, tools: Tools, t: Texts) -> None:
    await show_venue(query, bot, await _clinic(tools, callback_data.clinic), t)


async def show_venue(query: CallbackQuery, bot: Bot, shown: Clinic, t: Texts) -> None:
    """Telegram's own place on the map, with a button that takes it away again."""
    await chat.send_venue(bot, query.from_user.id, shown, view.clinic_address(shown), view.close_venue(t))
    await chat.answer(query)


async def _clinic(tools: Tools, clinic_id: str) -> Clinic:
    found = await tools.directory.clinic(clinic_id)
    if found is None:
        raise NotFound
    return found


def setup() -> Router:
    router = Router(name="clinics")
    router.callback_query.register(regions, RegionList.filter())
    router.callback_query.register(clinics, ClinicList.filter())
    router.callback_query.register(clinic, ClinicCard.filter())
    router.callback_query.register(venue, ClinicVenue.filter())
    return router
