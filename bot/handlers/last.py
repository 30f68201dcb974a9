"""What nobody else took: no press spins for ever, no message stays unanswered."""

from __future__ import annotations

from bot.front import HomeScreen, OwnClinic
from bot.views import common
from bot.views import wishes as view
from bot.visitor import Visitor
from bot.wishes import Wishes
from services.registry.model import Clinic
from services.registry.ports.errors import RegistryUnavailable


async def unknown_press(visitor: Visitor, *, home: HomeScreen) -> None:
    """A button of a layout that is no longer understood."""
    await visitor.show(await home.screen(visitor), common.outdated(visitor.t))


async def unknown_message(visitor: Visitor, text: str, alarmed: bool, *, wishes: Wishes, own_clinic: OwnClinic) -> None:
    """A message that no question waits for: what it wishes, as far as that can be told. `alarmed`: the alarm stands."""
    t = visitor.t
    offers = await wishes.offers(visitor, text, alarmed=alarmed)
    if offers:
        clinic = await _known(own_clinic, visitor) if any(each.by_phone for each in offers) else None
        await visitor.send(view.offers(t, offers, clinic))
    else:
        await visitor.send(common.after_alarm(t) if alarmed else common.not_understood(t))


async def _known(own_clinic: OwnClinic, visitor: Visitor) -> Clinic | None:
    try:
        return await own_clinic.of(visitor.account)
    except RegistryUnavailable:
        return None
