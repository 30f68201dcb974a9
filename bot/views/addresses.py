"""An address, part by part: region, town, street, house, flat. Whatever wizard asks for one, these are its screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.keyboards.kit import HALF_A_LINE, LABEL, Row, back_row, button, in_rows, markup, pager, short, side_by_side
from bot.keyboards.labels import apart
from bot.keyboards.layout import Layout
from bot.keyboards.wizard import StepButtons
from bot.views.clinics import demo_mark
from bot.views.common import Scene
from bot.views.screen import Screen
from services.texts.i18n import N_, Html, Texts, bold, escape, lines

_NUMBERS_IN_ROW = 3
_CUT = 40
"""So much of what was typed is said again."""


class Part(StrEnum):
    """Of an address, in the order in which they are asked for."""

    REGION = "region"
    TOWN = "town"
    STREET = "street"
    HOUSE = "house"
    FLAT = "flat"


class PartAct(StrEnum):
    """`WHOLE`: all of the directory, not what was found; `TYPED`: what was typed, as it is; `NONE`: there is none."""

    WHOLE = "whole"
    TYPED = "typed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PartChoice:
    """A page of what a part of an address may be. `title`: whose address, as a msgid; `so_far`: the parts before it.

    `names`: of the directory, `total` in all; where something was `typed`, those that it finds. `known`: the directory
    has some at all. `writable`: what was typed as it would be written, empty where it cannot be. `optional`: there may
    be none. `demo`: what is shown is invented.
    """

    part: Part
    title: str
    so_far: str
    names: Sequence[str] = ()
    page: int = 0
    total: int = 0
    typed: str | None = None
    known: bool = False
    writable: str = ""
    optional: bool = False
    demo: bool = False


def part_size(part: Part, layout: Layout) -> int:
    """Of a page."""
    return layout.houses if part is Part.HOUSE else layout.page


def part_choice(data: PartChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(
            lines(bold(t(data.title)), escape(data.so_far) + demo_mark(t, demo=data.demo), _hint(t, data)),
        ),
        markup(
            *_named(data, buttons),
            pager(t, data.page, data.total, part_size(data.part, scene.layout), buttons.page),
            [button(short(t.label("✏️ Write: {words}", words=data.writable), LABEL), buttons.act(PartAct.TYPED))]
            if data.writable
            else [],
            *side_by_side(
                *([button(t.label("Whole list"), buttons.act(PartAct.WHOLE))] if data.known and data.typed else []),
                *([button(t.label(_NONE[data.part]), buttons.act(PartAct.NONE))] if data.optional else []),
            ),
            back_row(t, buttons.back()),
        ),
    )


def _named(data: PartChoice, buttons: StepButtons) -> list[Row]:
    labels = apart(data.names)
    width = _NUMBERS_IN_ROW if data.part is Part.HOUSE and all(len(each) <= HALF_A_LINE for each in labels) else 1
    return in_rows((button(label, buttons.option(place)) for place, label in enumerate(labels)), width)


def _hint(t: Texts, data: PartChoice) -> Html:
    """What to do, or what has become of what was typed."""
    if data.typed is None:
        return t((_CHOOSE if data.known else _WRITE)[data.part])
    typed = short(data.typed, _CUT)
    if data.names:
        return t("Search: “{query}”", query=typed)
    if data.part is Part.REGION:
        return t("Nothing is found for “{query}”. Try other letters, or look through the whole list.", query=typed)
    unknown = t("“{query}” is not in the list.", query=typed) if data.known else Html()
    if data.writable:
        return (unknown + " " if unknown else unknown) + t("Write it down like this?")
    return lines(unknown, Html("⚠️ ") + t(_WRONG[data.part]))


_CHOOSE: Mapping[Part, str] = {
    Part.REGION: N_("Choose or write a region."),
    Part.TOWN: N_("Choose a town or a village, or write its name."),
    Part.STREET: N_("Choose a street, or write its name."),
    Part.HOUSE: N_("Choose the house, or write its number."),
}
_WRITE: Mapping[Part, str] = {
    Part.TOWN: N_("Write the name of the town or village, for example: g. Mytishchi"),
    Part.STREET: N_("Write the name of the street, for example: ul. Lesnaya"),
    Part.HOUSE: N_("Write the number of the house, for example: 5"),
    Part.FLAT: N_("Write the number of the flat, for example: 12"),
}
"""Where the directory knows none."""
_WRONG: Mapping[Part, str] = {
    Part.TOWN: N_("A name is in letters, 60 of them at most. For example: g. Mytishchi"),
    Part.STREET: N_("A name is in letters, 60 of them at most. For example: ul. Lesnaya"),
    Part.HOUSE: N_("There is a digit in the number of a house, and it is short. For example: 5"),
    Part.FLAT: N_("There is a digit in the number of a flat, and it is short. For example: 12"),
}
"""What is wrong with what cannot be written."""
_NONE: Mapping[Part, str] = {Part.STREET: N_("No street"), Part.FLAT: N_("No flat")}
