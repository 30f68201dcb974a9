"""The steps by which a person gives an address: region, town, street, house, flat. Any wizard's table may have them,
and several times: each address has states of its own, and is kept under their names.

What the directory does not know is taken as it was typed, so no address is a wall.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from aiogram.fsm.state import State

from bot.fsm.wizard import (
    Acted,
    Answered,
    AnyStep,
    Chosen,
    Input,
    Loaded,
    NotTaken,
    Outcome,
    Stay,
    Step,
    StepContext,
    Typed,
    step_name,
)
from bot.keyboards.kit import clamp, page_of
from bot.views import addresses as view
from bot.views.addresses import Part, PartAct
from bot.views.clinics import region_name
from services.addresses.model import (
    Address,
    address_from_json,
    city_of,
    written_so_far,
    written_street,
    written_town,
)
from services.addresses.typed import (
    LONGEST_NAME,
    house_and_flat,
    means_none,
    name_and_number,
    read_flat,
    read_house,
    read_name,
    street_and_house,
)
from services.clinics.directory import find_regions
from services.clinics.regions import REGIONS, Region, region
from services.drafts.model import Answers, Marks
from services.registry.model import House, Street, Town
from services.registry.ports.addresses import AddressesPort
from services.texts.addresses import CITY, house_key, house_number, written_house
from services.texts.names import one_line

_LISTED = 60
"""So many of what the directory has are listed at most: who does not see theirs among them types it."""
_KEPT = LONGEST_NAME + 1
"""So much of what was typed is kept: enough to see that it was too long."""
_PARTS = tuple(Part)
_WITHIN_TOWN = (Part.STREET, Part.HOUSE, Part.FLAT)
_OPTIONAL: Mapping[Part, str | None] = {Part.STREET: None, Part.FLAT: ""}
"""How it is answered that there is none."""
_READ: Mapping[Part, Callable[[str], str]] = {
    Part.TOWN: read_name,
    Part.STREET: read_name,
    Part.HOUSE: read_house,
    Part.FLAT: read_flat,
}
Suggested = Callable[[StepContext], str | None]
"""The code of the region that is likely, None where none is: it stands first."""


def none_suggested(_: StepContext) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class AddressStates:
    """The states of one address; their names are those of its answers."""

    region: State
    town: State
    street: State
    house: State
    flat: State

    def of(self, part: Part) -> State:
        state: State = getattr(self, part.value)
        return state


def address_of(states: AddressStates, answers: Answers) -> Address | None:
    """The address that was given; None where not all of it is."""
    names = {part.value: step_name(states.of(part)) for part in Part}
    told = {part: answers[name] for part, name in names.items() if name in answers}
    return address_from_json(told) if len(told) == len(names) else None


@dataclass(frozen=True, slots=True)
class AddressSteps:
    """Makes the steps of addresses over a directory of them."""

    addresses: AddressesPort

    def steps(
        self,
        states: AddressStates,
        title: str,
        visible: Callable[[Answers], bool],
        suggested: Suggested = none_suggested,
    ) -> Sequence[AnyStep]:
        """Rows of a table for one address. `title`: whose it is, as a msgid; `visible`: whether it is asked for."""
        asked = _OneAddress(self.addresses, states, title, visible, suggested)
        return [asked.step(part) for part in Part]


@dataclass(frozen=True, slots=True)
class _Option:
    """What the directory has. `ref`: what finds it again; `name`: as it is shown; `demo`: its streets are invented."""

    ref: str
    name: str
    demo: bool = False


@dataclass(frozen=True, slots=True)
class _OneAddress:
    """Fields as of `AddressSteps.steps`."""

    addresses: AddressesPort
    states: AddressStates
    title: str
    visible: Callable[[Answers], bool]
    suggested: Suggested

    def step(self, part: Part) -> Step[view.PartChoice]:
        async def load(context: StepContext) -> Loaded[view.PartChoice]:
            return await self._load(context, part)

        async def apply(context: StepContext, given: Input) -> Outcome:
            match given:
                case Typed(text):
                    return await self._typed(context, part, one_line(text))
                case Chosen(ref):
                    value = await self._found(context, part, ref)
                    return self._answered(part, value, context.marks) if value is not None else Stay()
                case Acted(PartAct.WHOLE):
                    return Stay(marks={self._typed_mark(part): None})
                case Acted(PartAct.TYPED):
                    words = _read(part, context.marks.get(self._typed_mark(part)) or "")
                    return self._answered(part, self._value(context, part, words), context.marks) if words else Stay()
                case Acted(PartAct.NONE) if part in _OPTIONAL:
                    return self._answered(part, _OPTIONAL[part], context.marks)
            return NotTaken()

        later = _PARTS[_PARTS.index(part) + 1 :]
        clears = (*map(self._name, later), *map(self._typed_mark, later), self._flat_mark)
        return Step(self.states.of(part), load, view.part_choice, apply, PartAct, self.visible, clears)

    # --- what is shown ------------------------------------------------------------------------------------------------

    async def _load(self, context: StepContext, part: Part) -> Loaded[view.PartChoice]:
        typed, size = context.marks.get(self._typed_mark(part)), view.part_size(part, context.layout)
        options = await self._options(context, part, typed or "")
        known = bool(options) or (typed is not None and bool(await self._options(context, part, "")))
        page = clamp(context.draft.page, len(options), size)
        shown = page_of(options, page, size)
        data = view.PartChoice(
            part,
            self.title,
            self._so_far(context.answers, part),
            [each.name for each in shown],
            page,
            len(options),
            typed,
            known,
            writable=_as_written(part, _read(part, typed or "")),
            optional=self._optional(context.answers, part, known=known),
            demo=any(each.demo for each in shown) or (part in _WITHIN_TOWN and self._town(context.answers).demo),
        )
        return Loaded(data, [each.ref for each in shown], page)

    async def _options(self, context: StepContext, part: Part, typed: str) -> Sequence[_Option]:
        """What the directory has; where something was typed, what that finds."""
        match part:
            case Part.REGION:
                found = find_regions(typed) if typed else self._regions(context)
                return [_Option(each.code, region_name(context.t, each)) for each in found]
            case Part.TOWN:
                towns = await self._towns(context.answers, typed)
                return [_Option(each.id, _town_name(each), each.demo) for each in towns]
            case Part.STREET:
                streets = await self._streets(context.answers, typed)
                return [_Option(each.id, written_street(each)) for each in streets]
            case Part.HOUSE:
                return [_Option(each.id, each.number) for each in await self._houses(context.answers, typed)]
        return ()

    def _regions(self, context: StepContext) -> Sequence[Region]:
        likely = self.suggested(context)
        return sorted(REGIONS, key=lambda each: each.code != likely)

    async def _towns(self, answers: Answers, typed: str) -> Sequence[Town]:
        """A region that is a city has itself at least."""
        found = await self.addresses.towns(answers[self._name(Part.REGION)], typed, _LISTED)
        city = city_of(answers[self._name(Part.REGION)]) if not typed else None
        return found or ([city] if city else [])

    async def _streets(self, answers: Answers, typed: str) -> Sequence[Street]:
        town = self._town(answers)
        return await self.addresses.streets(town.id, typed, _LISTED) if town.id else ()

    async def _houses(self, answers: Answers, typed: str) -> Sequence[House]:
        street = self._street(answers)
        return await self.addresses.houses(street.id, typed, _LISTED) if street and street.id else ()

    def _so_far(self, answers: Answers, part: Part) -> str:
        place = _PARTS.index(part)
        if not place:
            return ""
        return written_so_far(
            answers[self._name(Part.REGION)],
            self._town(answers) if place > _PARTS.index(Part.TOWN) else None,
            self._street(answers) if place > _PARTS.index(Part.STREET) else None,
            answers[self._name(Part.HOUSE)] if place > _PARTS.index(Part.HOUSE) else "",
        )

    def _optional(self, answers: Answers, part: Part, *, known: bool) -> bool:
        """Houses of a village may have no street, and so may those of a city that is listed without any."""
        return part is Part.FLAT or (part is Part.STREET and (not known or self._town(answers).kind != CITY))

    # --- what is answered ---------------------------------------------------------------------------------------------

    async def _typed(self, context: StepContext, part: Part, text: str) -> Outcome:
        """Kept on the page with what it finds; taken at once where there is nothing to choose from."""
        if not text:
            return NotTaken()
        text, beside = await self._parted(context, part, text)
        marks = {**context.marks, **beside}
        known = bool(await self._options(context, part, ""))
        if means_none(text) and self._optional(context.answers, part, known=known):
            return self._answered(part, _OPTIONAL[part], marks)
        words = _read(part, text)
        if words and not known:
            return self._answered(part, self._value(context, part, words), marks)
        house = await self._very_house(context, words) if part is Part.HOUSE and words else None
        if house is not None:
            return self._answered(part, house, marks)
        return Stay(marks={**beside, self._typed_mark(part): text[:_KEPT]})

    async def _parted(self, context: StepContext, part: Part, text: str) -> tuple[str, Marks]:
        """What was typed of this part, and marks of what belongs to later ones: «ул. Мира, д. 5», «5 кв. 12»."""
        if part is Part.HOUSE:
            text, flat = house_and_flat(text)
            return text, {self._flat_mark: read_flat(flat)}
        if part is not Part.STREET:
            return text, {}
        street, house = street_and_house(text)
        shorter, number = name_and_number(street) if not house else (street, "")
        if number and not await self._streets(context.answers, street):
            known = await self._streets(context.answers, shorter)
            street, house = (shorter, number) if known else (street, house)
        if not house:
            return street, {}
        house, flat = house_and_flat(house)
        return street, {self._typed_mark(Part.HOUSE): house[:_KEPT], self._flat_mark: read_flat(flat)}

    async def _very_house(self, context: StepContext, typed: str) -> str | None:
        """The house of this number, where the directory has no other one that may be meant: «5» is not «5 к. 2»."""
        key = house_key(typed)
        found = {house_key(each.number): each.number for each in await self._houses(context.answers, typed)}
        alike = [each for each in found if house_number(each) == house_number(key)]
        return found.get(key) if alike == [key] else None

    async def _found(self, context: StepContext, part: Part, ref: str) -> Any:
        """The answer that an option stands for; None where it is gone."""
        match part:
            case Part.REGION:
                return ref if region(ref) is not None else None
            case Part.TOWN:
                city = city_of(context.answers[self._name(Part.REGION)])
                town = await self.addresses.town(ref) if ref else city
                return asdict(town) if town is not None else None
            case Part.STREET:
                street = await self.addresses.street(ref)
                return asdict(street) if street is not None else None
            case Part.HOUSE:
                house = await self.addresses.house(ref)
                return house.number if house is not None else None
        return None

    def _value(self, context: StepContext, part: Part, words: str) -> Any:
        """The answer that is written in these words: it has no id."""
        match part:
            case Part.TOWN:
                return asdict(Town("", context.answers[self._name(Part.REGION)], words, ""))
            case Part.STREET:
                return asdict(Street("", self._town(context.answers).id, words, ""))
        return words

    def _answered(self, part: Part, value: Any, marks: Marks) -> Answered:
        """What was typed along with it goes on: a flat with its house, a house with its street to the next question."""
        flat = marks.get(self._flat_mark) if part is Part.HOUSE else None
        changes = {self._name(part): value, **({self._name(Part.FLAT): flat} if flat else {})}
        beside = (self._typed_mark(Part.HOUSE), self._flat_mark) if part is Part.STREET else ()
        return Answered(changes, marks={name: marks[name] for name in beside if name in marks})

    # --- names --------------------------------------------------------------------------------------------------------

    def _name(self, part: Part) -> str:
        return step_name(self.states.of(part))

    def _typed_mark(self, part: Part) -> str:
        """What was typed of a part; None: nothing, or all is to be shown again."""
        return f"{self._name(part)}_typed"

    @property
    def _flat_mark(self) -> str:
        """The flat that was typed along with a house."""
        return f"{self._name(Part.FLAT)}_beside"

    def _town(self, answers: Answers) -> Town:
        return Town(**answers[self._name(Part.TOWN)])

    def _street(self, answers: Answers) -> Street | None:
        told = answers[self._name(Part.STREET)]
        return Street(**told) if told is not None else None


def _read(part: Part, typed: str) -> str:
    """What was typed, as it would be written; "" where it cannot be."""
    return _READ[part](typed) if part in _READ else ""


def _as_written(part: Part, words: str) -> str:
    return written_house(words) if part is Part.HOUSE else words


def _town_name(town: Town) -> str:
    """«д. Ивановка, г.о. Серпухов»: what tells it from others comes last, so it is not cut."""
    return ", ".join(filter(None, (written_town(replace(town, district="")), town.district)))
