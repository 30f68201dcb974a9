"""Parts that keyboards are built of: buttons, lists, pager, calendar, the way back and home."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from bot.keyboards.buttons.common import GO_HOME, Idle
from bot.keyboards.data import CallbackData
from bot.keyboards.markup import Button, Markup
from services.texts.dates import month_words, weekday_letters
from services.texts.i18n import Texts

PAGE_SIZE = 6
"""Items of a page whose buttons say all."""
DESCRIBED = 4
"""Items of a page whose text describes them."""
LABEL = 30
"""The longest name that a button bears whole on a narrow phone."""
TWO_LINES = 38
"""The longest label that a button bears whole in two lines on a narrow phone."""
HALF_A_LINE = 7
"""The longest word that half a row holds there, in letters half as large again."""
TIMES_IN_ROW = 4

Row = list[Button]
Listed = TypeVar("Listed")


def button(text: str, data: CallbackData | str) -> Button:
    return Button(text, data if isinstance(data, str) else data.pack())


def markup(*rows: Row) -> Markup:
    """A keyboard of the rows that are not empty."""
    return Markup([row for row in rows if row])


def home_button(t: Texts) -> Button:
    return button(t.label("🏠 Main menu"), GO_HOME)


def back_row(t: Texts, back: CallbackData | str | None) -> Row:
    """«Назад» where there is a way back, and «🏠 Главное меню»."""
    return [*([button(t.label("⬅️ Back"), back)] if back is not None else []), home_button(t)]


def short(label: str, limit: int = LABEL) -> str:
    """The label, cut with «…» if it is longer than the limit.

    What stands after the last comma tells names apart («Женская…, Балашиха»), so it stays where there is room.
    """
    if len(label) <= limit:
        return label
    head, comma, tail = label.rpartition(", ")
    room = limit - len(tail) - len("…, ")
    if comma and room >= limit // 4:
        return f"{_cut(head, room)}…, {tail}"
    return _cut(label, limit - 1) + "…"


def _cut(text: str, length: int) -> str:
    """The beginning of a text, up to a word's end if that leaves more than half."""
    space = text.rfind(" ", 0, length + 1)
    return (text[:space] if space > length // 2 else text[:length]).rstrip(" ,.(«-–—")


def head_of(number: int) -> str:
    """What a label begins with where the text lists the full names by number."""
    return f"{number} · "


def with_time(name: str, when: str) -> str:
    """«Терапевт · завтра 09:20»: the time stays whole, and the name as far as there is room.

    What stands in brackets at the end of a name is the first to go.
    """
    room = TWO_LINES - len(" · " + when)
    if len(name) > room:
        name = re.sub(r" \([^()]*\)$", "", name)
    return f"{short(name, room)} · {when}"


def side_by_side(*buttons: Button) -> list[Row]:
    """Two in a row where the labels of both are short enough to be read there in large letters, else a row for each."""
    rows: list[Row] = []
    for each in buttons:
        if rows and len(rows[-1]) == 1 and all(_narrow(one.text) for one in (*rows[-1], each)):
            rows[-1].append(each)
        else:
            rows.append([each])
    return rows


def _narrow(label: str) -> bool:
    """Whether half a row holds the label in two lines, on a phone whose letters are half as large again."""
    *begin, last = label.split(" ")
    return len(last) <= HALF_A_LINE and len(" ".join(begin)) <= HALF_A_LINE


def numbered(number: int, label: str) -> str:
    """«4 · Справка о стоимости»: the number stands in the text beside the full name.

    What stands in brackets at the end of a name is the first to go.
    """
    head = head_of(number)
    if len(head + label) > LABEL:
        label = re.sub(r" \([^()]*\)$", "", label)
    return head + short(label, LABEL - len(head))


def pager(t: Texts, page: int, total: int, size: int, data: Callable[[int], CallbackData | str]) -> Row:
    """«‹ 2 из 5 ›»; nothing where all fits on one page."""
    pages = page_count(total, size)
    if pages <= 1:
        return []
    place = button(t.label("{page} of {pages}", page=page + 1, pages=pages), Idle())
    before = [button("◀️", data(page - 1))] if page > 0 else []
    after = [button("▶️", data(page + 1))] if page < pages - 1 else []
    return [*before, place, *after]


def page_count(total: int, size: int) -> int:
    return max(1, -(-total // size))


def clamp(page: int, total: int, size: int) -> int:
    """A page that exists: lists may have grown shorter since the button was drawn."""
    return min(max(page, 0), page_count(total, size) - 1)


def page_of(items: Sequence[Listed], page: int, size: int) -> Sequence[Listed]:
    """What of a list stands on a page, or on its last one where there are not so many."""
    first = clamp(page, len(items), size) * size
    return items[first : first + size]


def in_rows(buttons: Iterable[Button], width: int) -> list[Row]:
    items = list(buttons)
    return [items[start : start + width] for start in range(0, len(items), width)]


def month_grid(
    t: Texts,
    month: date,
    days: Mapping[date, CallbackData | str],
    empty: CallbackData | str,
    turn: Callable[[date], CallbackData | str],
    months: Sequence[date],
) -> list[Row]:
    """A month: its name with arrows to the neighbours in `months`, weekdays, days.

    `days` can be pressed; the others bear «·» and `empty`. `months`: first days of the months that have any.
    """
    place = months.index(month)
    before = [button("◀️", turn(months[place - 1]))] if place > 0 else []
    after = [button("▶️", turn(months[place + 1]))] if place < len(months) - 1 else []
    rows: list[Row] = [[*before, button(month_words(t, month), Idle()), *after]]
    rows.append([button(name, Idle()) for name in weekday_letters(t)])
    for week in calendar.Calendar().monthdatescalendar(month.year, month.month):
        if not any(day in days for day in week if day.month == month.month):
            continue  # a week with nothing to press only makes the screen longer
        rows.append(
            [
                button(str(day.day), days[day]) if day in days and day.month == month.month else button("·", empty)
                for day in week
            ]
        )
    return rows
