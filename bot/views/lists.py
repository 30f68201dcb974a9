"""Every list looks alike: what it is, what stands in it, how many there are, the way through it and the way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.keyboards.data import CallbackData
from bot.keyboards.kit import PAGE_SIZE, Row, button, clamp, home_button, markup, numbered, pager
from bot.views.screen import Screen
from services.texts.i18n import Html, Texts, blocks, bold, lines


@dataclass(frozen=True, slots=True)
class Item:
    """One of what is listed. `told`: its lines, the first beside its number; `label`: of the button that opens it.

    `mark`: what stands before the number.
    """

    told: Sequence[Html]
    label: str
    opens: CallbackData
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A button above the list that shows another part of it. `here`: this part is shown."""

    label: str
    opens: CallbackData
    here: bool


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose card the list is of. `change`: the way to somebody else's, None: nobody else is there."""

    name: str
    change: CallbackData | None


@dataclass(frozen=True, slots=True)
class Search:
    """A search by typed text. `label`: of its button, which `opens` it; `text`: what was typed, None: all is shown.

    `whole`: leads from what was found to the whole list.
    """

    label: str
    opens: CallbackData
    text: str | None
    whole: CallbackData


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list. `items`: of this page alone; `total`: how many there are in all, which `count` says.

    `nothing`: what is said where there is nothing, and what would stand here. `turned`: the button of another page.
    `below`: rows beneath the list; `out`: the last row, None: «🏠 Главное меню». With a `search` that has a text, the
    items and their number are what was found. `note`: what has happened.
    """

    title: str
    items: Sequence[Item]
    page: int
    total: int
    count: Html
    nothing: Html
    turned: Callable[[int], CallbackData]
    tabs: Sequence[Tab] = ()
    below: Sequence[Row] = ()
    out: Row | None = None
    size: int = PAGE_SIZE
    whose: Whose | None = None
    search: Search | None = None
    note: Html = field(default_factory=Html)


def draw(t: Texts, shown: Listing) -> Screen:
    """The page asked for, or the last one where the list has grown shorter."""
    page = clamp(shown.page, shown.total, shown.size)
    listed = list(enumerate(shown.items, start=page * shown.size + 1))
    return Screen(
        blocks(bold(shown.title), *([_told(*each) for each in listed] or [shown.nothing]), shown.count),
        markup(
            [button(f"• {each.label}" if each.here else each.label, each.opens) for each in shown.tabs],
            *([button(numbered(number, each.label), each.opens)] for number, each in listed),
            pager(t, page, shown.total, shown.size, shown.turned),
            *shown.below,
            shown.out if shown.out is not None else [home_button(t)],
        ),
    )


def _told(number: int, item: Item) -> Html:
    first, *rest = item.told
    return lines(Html(f"{item.mark}{number}. ") + first, *rest)
