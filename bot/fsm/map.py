"""«На карте»: the clinics of the list as a picture with numbered pins, and the card of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from bot.fsm.clinics import ClinicSteps, Listed, whole_list
from bot.fsm.wizard import Acted, Chosen, Input, Jump, Loaded, Outcome, Stay, StepContext
from bot.keyboards.kit import clamp
from bot.keyboards.layout import Layout
from bot.views import map as view
from services.clinics.directory import Directory
from services.documents.layout import beyond
from services.documents.map import Maps
from services.documents.model import DrawingFailed, Length, MapSheet, Named, Pin, Spot
from services.drafts.model import Marks
from services.registry.model import Clinic
from services.texts.i18n import Texts


def is_on_map(marks: Marks) -> bool:
    """`map` is the page of the map that stands, or stood behind the card."""
    return marks.get("map") is not None


def is_card_open(marks: Marks) -> bool:
    return is_on_map(marks) and marks.get("card") is not None


@dataclass(frozen=True, slots=True)
class MapSteps:
    """The picture with the clinics of the list, and the card of one of them."""

    clinics: ClinicSteps
    directory: Directory
    maps: Maps

    async def load_map(self, context: StepContext) -> Loaded[view.MapPage] | Jump:
        """The picture; the list in its stead where there is nothing to draw, or drawing fails."""
        found = await self.clinics.listed(context)
        located = found.located
        size = context.layout.pins
        page = clamp(context.marks["map"], len(located), size)
        if not located:
            return Jump("clinic", view.nowhere(context.t))
        first = page * size
        shown = located[first : first + size]
        others = [*located[:first], *located[first + size :]]
        sheet = _sheet(context.t, shown, first + 1, others, found)
        try:
            picture = await self.maps.draw(sheet)
        except DrawingFailed:
            return Jump("clinic", view.not_drawn(context.t), page=_as_a_list(page, context.layout))
        data = view.MapPage(
            who=found.who,
            picture=picture,
            rows=[found.row(each) for each in shown],
            page=page,
            total=len(located),
            unplaced=len(found.clinics) - len(located),
            beyond=bool(beyond(sheet)),
            all_shown=context.marks.get("query") is None and found.place is None,
        )
        return Loaded(data, [each.id for each in shown], page)

    async def apply_map(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.MapAct.LIST):
                return Jump("clinic", page=_as_a_list(context.draft.page, context.layout))
            case Acted(view.MapAct.PAGE, page):
                return Stay(marks={"map": _number(page)})
            case Acted(view.MapAct.ALL):
                return _from_the_first(whole_list())
            case Chosen(clinic_id):
                return Jump("card", marks={"card": clinic_id, "map": context.draft.page})
        found = await self.clinics.looked_for(context, given)
        return _from_the_first(found) if isinstance(found, Stay) else found

    async def load_card(self, context: StepContext) -> Loaded[view.Card] | Jump:
        clinic = await self.directory.clinic(context.marks["card"])
        if clinic is None:
            return Jump("map", marks={"card": None})
        found = await self.clinics.listed(context)
        return Loaded(view.Card(found.who, found.row(clinic)))

    async def apply_card(self, context: StepContext, given: Input) -> Outcome:
        if given == Acted(view.CardAct.CHOOSE):
            return await self.clinics.chosen(context, context.marks["card"])
        found = await self.clinics.looked_for(context, given)
        return Jump("map", found.note, marks=_from_the_first(found).marks) if isinstance(found, Stay) else found


def _as_a_list(page: int, layout: Layout) -> int:
    """The page of the list that begins where this page of the map does: the map says nothing of its clinics."""
    return page * layout.pins // layout.described


def _from_the_first(found: Stay) -> Stay:
    """Another list begins with its first page."""
    return replace(found, marks={**found.marks, "map": 0})


def _sheet(t: Texts, shown: Sequence[Clinic], first: int, others: Sequence[Clinic], found: Listed) -> MapSheet:
    place = found.place
    return MapSheet(
        pins=tuple(Pin(number, _spot(each)) for number, each in enumerate(shown, start=first)),
        others=tuple(_spot(each) for each in others),
        place=Spot(place.lat, place.lon) if place is not None else None,
        towns=_towns(shown),
        here=view.here(t),
        thanks=view.thanks(t),
        lengths=tuple(Length(each, view.length_words(t, each)) for each in view.SCALES),
    )


def _spot(clinic: Clinic) -> Spot:
    if clinic.lat is None or clinic.lon is None:
        raise ValueError("a clinic without coordinates has no place on a map")
    return Spot(clinic.lat, clinic.lon)


def _towns(shown: Sequence[Clinic]) -> tuple[Named, ...]:
    """Towns of the clinics, each in the middle of its clinics."""
    spots: dict[str, list[Spot]] = {}
    for each in shown:
        if each.town:
            spots.setdefault(each.town, []).append(_spot(each))
    middles: Mapping[str, Spot] = {
        name: Spot(mean(each.lat for each in at), mean(each.lon for each in at)) for name, at in spots.items()
    }
    return tuple(Named(name, spot) for name, spot in middles.items())


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
