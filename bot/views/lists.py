"""Every list looks alike: what it is, what stands in it, how many there are, the way through it and the way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.family import WhoseList
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import Row, button, clamp, head_of, home_button, markup, pager
from bot.keyboards.labels import Names, headed
from bot.views.screen import Screen
from services.accounts.model import Person
from services.texts.i18n import Html, Texts, bold, escape, lines, paragraphs


@dataclass(frozen=True, slots=True)
class Item:
    """One of what is listed. `told`: its lines, the first beside its number, or none: the button says all.

    `label`: what the button that `opens` it (None: it has none) may call it. `mark`: what stands before the number.
    """

    told: Sequence[Html]
    label: Names
    opens: CallbackData | None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the list, and the button above it that shows it. `here`: it is shown, so it needs no button."""

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

    `size`: of a page, the layout's `described` where items have more than a line of text, else its `page`. `nothing`:
    what is said where there is nothing, and what would stand here. `turned`: the button of another page.
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
    size: int
    tabs: Sequence[Tab] = ()
    below: Sequence[Row] = ()
    out: Row | None = None
    whose: Whose | None = None
    search: Search | None = None
    note: Html = field(default_factory=Html)


def whose(person: Person, family: Sequence[Person], section: Go) -> Whose:
    """Whose card a section shows; «Сменить» where somebody else of the `family` could be shown in it."""
    return Whose(person.listed_name, WhoseList(to=section.to, page=0) if len(family) > 1 else None)


def search_gone(t: Texts) -> Html:
    """The note above the whole list, where a button was of a search that another one has followed."""
    return t("This search is no longer kept: here is the whole list.")


def draw(t: Texts, shown: Listing) -> Screen:
    """The page asked for, or the last one where the list has grown shorter."""
    page = clamp(shown.page, shown.total, shown.size)
    listed = list(enumerate(shown.items, start=page * shown.size + 1))
    told = [_told(number, each) for number, each in listed if each.told]
    return Screen(
        paragraphs(
            shown.note,
            _heading(t, shown),
            *told,
            "" if listed else _nothing(t, shown),
            _count(t, shown),
        ),
        markup(
            [button(each.label, each.opens) for each in shown.tabs if not each.here],
            *_rows(listed),
            pager(t, page, shown.total, shown.size, shown.turned),
            *_search_rows(t, shown),
            [button(t.label("👤 Change person"), shown.whose.change)] if shown.whose and shown.whose.change else [],
            *shown.below,
            shown.out if shown.out is not None else [home_button(t)],
        ),
    )


def _heading(t: Texts, shown: Listing) -> Html:
    """What it is, which part of it, and whose."""
    parts = [escape(each.label) for each in shown.tabs if each.here and each.label not in shown.title]
    whose_it_is = t("Patient: {name}", name=shown.whose.name) if shown.whose else ""
    return lines(bold(shown.title), *parts, whose_it_is)


def _told(number: int, item: Item) -> Html:
    first, *rest = item.told
    return lines(Html(f"{item.mark}{number}. ") + first, *rest)


def _rows(listed: Sequence[tuple[int, Item]]) -> list[Row]:
    opening = [(head_of(number) if each.told else "", each) for number, each in listed if each.opens is not None]
    labels = headed([head for head, _ in opening], [each.label for _, each in opening])
    return [[button(label, each.opens)] for label, (_, each) in zip(labels, opening, strict=True) if each.opens]


def _sought(shown: Listing) -> str | None:
    return shown.search.text if shown.search is not None else None


def _nothing(t: Texts, shown: Listing) -> Html:
    sought = _sought(shown)
    if sought is None:
        return shown.nothing
    return t("Nothing is found. Try a part of a word or of a number, or look at the whole list.")


def _count(t: Texts, shown: Listing) -> Html:
    sought = _sought(shown)
    return shown.count if sought is None else t("Found for “{text}”: {count}", text=sought, count=shown.total)


def _search_rows(t: Texts, shown: Listing) -> list[Row]:
    """What is not there need not be searched."""
    search = shown.search
    if search is None or not (shown.total or search.text is not None):
        return []
    if search.text is None:
        return [[button(f"🔎 {search.label}", search.opens)]]
    return [[button(t.label("🔎 Search again"), search.opens)], [button(t.label("Whole list"), search.whole)]]
