"""Parts that keyboards are built of: buttons, lists, pager, calendar, the way back and home."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from bot.keyboards.buttons.common import GO_HOME
from bot.keyboards.data import CallbackData
from bot.keyboards.markup import Button, Markup
from services.texts.dates import month_words, weekday_letters
from services.texts.i18n import Texts

LABEL = 30
"""The longest name that a button bears whole on a narrow phone."""
TWO_LINES = 50
"""The longest label that a button bears whole in two lines on a narrow phone."""
HALF_A_LINE = 9
"""So many letters a line of half a row holds there, in letters half as large again."""
_PICTURES, _STYLE = 0x2190, "\ufe0f"
"""Where arrows, signs and pictures begin among characters, and the mark of a coloured one."""
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


def led_back(t: Texts, shown: Markup, back: CallbackData) -> Markup:
    """The same buttons with «Назад», if nothing of theirs leads back there yet: it stands beside «🏠 Главное меню»."""
    rows, home = shown.inline_keyboard, home_button(t)
    if any(each.callback_data == back.pack() for row in rows for each in row):
        return shown
    others = [[each for each in row if each.callback_data != home.callback_data] for row in rows]
    return markup(*others, back_row(t, back))


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
    """«Терапевт · завтра 09:20»: the time stays whole, and the name as far as there is room."""
    room = TWO_LINES - len(" · " + when)
    return f"{short(name if len(name) <= room else without_brackets(name), room)} · {when}"


def without_brackets(name: str) -> str:
    """What stands in brackets at the end of a name is the first to go."""
    return re.sub(r" \([^()]*\)$", "", name)


def side_by_side(*buttons: Button) -> list[Row]:
    """Two in a row where the labels of both are short enough to be read there in large letters, else a row for each."""
    rows: list[Row] = []
    for each in buttons:
        if rows and len(rows[-1]) == 1 and all(in_two_lines(one.text, HALF_A_LINE) for one in (*rows[-1], each)):
            rows[-1].append(each)
        else:
            rows.append([each])
    return rows


def in_two_lines(label: str, letters: int) -> bool:
    """Whether two lines of so many letters show all of it: a word that is not cut, then the rest."""
    first, *rest = label.split(" ")
    while rest and _width(f"{first} {rest[0]}") <= letters:
        first = f"{first} {rest.pop(0)}"
    return max(_width(first), _width(" ".join(rest))) <= letters


def _width(label: str) -> int:
    """In letters: a picture is as wide as two, and what only chooses its style has no width."""
    return sum(2 if ord(each) >= _PICTURES else 1 for each in label if each != _STYLE)


def numbered(number: int, label: str) -> str:
    """«4 · Справка о стоимости»: the number stands in the text beside the full name."""
    head = head_of(number)
    if len(head + label) > LABEL:
        label = without_brackets(label)
    return head + short(label, LABEL - len(head))


def pager(t: Texts, page: int, total: int, size: int, data: Callable[[int], CallbackData | str]) -> Row:
    """«◀️ 1 из 5» and «3 из 5 ▶️»: each says where it leads; nothing where all fits on one page."""
    pages = page_count(total, size)

    def place(number: int) -> str:
        return t.label("{page} of {pages}", page=number + 1, pages=pages)

    before = [button(f"◀️ {place(page - 1)}", data(page - 1))] if page > 0 else []
    after = [button(f"{place(page + 1)} ▶️", data(page + 1))] if page < pages - 1 else []
    return [*before, *after]


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
    empty: Callable[[date], CallbackData | str],
    weekday: Callable[[int], CallbackData | str],
) -> list[Row]:
    """The weeks of a month, under the names of their days: every cell does or says something.

    `days` can be pressed, those of a neighbouring month as «‹30» and «1›»; the others bear «·» and what `empty` makes
    of the day. `weekday`: what a name's cell carries, by its number, Monday 0.
    """

    def cell(day: date) -> Button:
        if day not in days:
            return button("·", empty(day))
        before, after = "‹" * (day < month), "›" * (day > month and day.month != month.month)
        return button(f"{before}{day.day}{after}", days[day])

    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    return [
        [button(name, weekday(number)) for number, name in enumerate(weekday_letters(t))],
        # a week with nothing to press only makes the screen longer
        *(
            [cell(day) for day in week]
            for week in weeks
            if any(day in days for day in week if day.month == month.month)
        ),
    ]


def month_turner(t: Texts, month: date, months: Sequence[date], turn: Callable[[date], CallbackData | str]) -> Row:
    """«◀️ Ноябрь 2026» and «Январь 2027 ▶️»: the neighbours of `month` in `months`, first days of those that have any."""
    place = months.index(month)
    before, after = months[max(0, place - 1) : place], months[place + 1 : place + 2]
    return [
        *(button(f"◀️ {month_words(t, each)}", turn(each)) for each in before),
        *(button(f"{month_words(t, each)} ▶️", turn(each)) for each in after),
    ]
