"""Parts of keyboards: pager, labels, calendar, the way back and home."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.keyboards.buttons.common import GO_HOME
from bot.keyboards.buttons.notifications import NotificationList
from bot.keyboards.buttons.wizard import Verb, WizardPress
from bot.keyboards.kit import (
    LABEL,
    Row,
    back_row,
    button,
    clamp,
    in_rows,
    markup,
    month_grid,
    month_turner,
    numbered,
    page_count,
    pager,
    short,
)
from bot.keyboards.layout import LARGE, USUAL, WEEK
from bot.keyboards.wizard import StepButtons, read_act
from bot.views.booking import ConfirmAct
from bot.views.map import MapAct
from bot.views.person import CheckAct, FieldAct
from bot.views.times import DayAct, DayPart, TimeAct
from services.texts.i18n import texts

RU = texts("ru")


def texts_of(rows: list[list[object]]) -> list[list[str]]:
    return [[getattr(each, "text", "") for each in row] for row in rows]


@pytest.mark.parametrize(
    ("page", "total", "labels", "targets"),
    [
        (0, 0, [], []),
        (0, 8, [], []),
        (0, 9, ["2 из 2 ▶️"], [1]),
        (1, 9, ["◀️ 1 из 2"], [0]),
        (1, 17, ["◀️ 1 из 3", "3 из 3 ▶️"], [0, 2]),
        (88, 712, ["◀️ 88 из 89"], [87]),
    ],
)
def test_pager(page: int, total: int, labels: list[str], targets: list[int]) -> None:
    row = pager(RU, page, total, 8, lambda each: NotificationList(page=each))
    assert [each.text for each in row] == labels
    assert [each.callback_data for each in row] == [NotificationList(page=each).pack() for each in targets]


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (8, 1), (9, 2), (16, 2), (17, 3)])
def test_there_is_always_a_first_page(total: int, pages: int) -> None:
    assert page_count(total, 8) == pages


@given(st.integers(-5, 500), st.integers(0, 500))
def test_a_clamped_page_exists(page: int, total: int) -> None:
    kept = clamp(page, total, 8)
    assert 0 <= kept < page_count(total, 8)
    assert kept == page or page < 0 or page >= page_count(total, 8)


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("Терапевт", "Терапевт"),
        ("О" * 30, "О" * 30),
        ("О" * 31, "О" * 29 + "…"),
        ("Справка о стоимости медицинских услуг", "Справка о стоимости…"),
        ("Детская поликлиника № 1, г. Мытищи", "Детская поликлиник…, г. Мытищи"),
        ("Поликлиника (филиал) — взрослое отделение", "Поликлиника (филиал)…"),
        ("", ""),
    ],
)
def test_a_long_label_is_cut_at_a_word(label: str, told: str) -> None:
    assert short(label) == told


def test_what_stands_in_brackets_goes_first() -> None:
    assert numbered(4, "Офтальмолог (глазной врач)") == "4 · Офтальмолог (глазной врач)"
    assert numbered(14, "Офтальмолог (глазной врач)") == "14 · Офтальмолог"
    assert numbered(4, "Терапевт") == "4 · Терапевт"


@given(st.integers(1, 9999), st.text(max_size=400))
def test_a_numbered_label_never_exceeds_its_limit(number: int, label: str) -> None:
    told = numbered(number, label)
    assert len(told) <= LABEL
    assert told.startswith(f"{number} · ")


@given(st.text(max_size=400), st.integers(3, 60))
def test_a_short_label_is_the_label_or_its_beginning(label: str, limit: int) -> None:
    told = short(label, limit)
    assert len(told) <= limit
    assert told == label or label.startswith(told.removesuffix("…"))


def test_rows() -> None:
    buttons = [button(str(number), GO_HOME) for number in range(5)]
    assert texts_of(in_rows(buttons, 2)) == [["0", "1"], ["2", "3"], ["4"]]  # type: ignore[arg-type]
    assert markup([], buttons[:1], []).inline_keyboard == [buttons[:1]]


def test_back_and_home() -> None:
    row = back_row(RU, "back")
    assert [each.text for each in row] == ["⬅️ Назад", "🏠 Главное меню"]
    assert [each.callback_data for each in row] == ["back", GO_HOME.pack()]
    assert [each.text for each in back_row(RU, None)] == ["🏠 Главное меню"]


def test_keys_of_a_wizard_carry_draft_step_and_version() -> None:
    buttons = StepButtons("aB3dE6gH9jK2", "time", 7)
    assert buttons.option(3) == WizardPress(draft="aB3dE6gH9jK2", step="time", version=7, verb=Verb.OPTION, arg="3")
    assert buttons.act(ConfirmAct.YES).verb is Verb.ACT
    assert buttons.page(2).arg == "2"
    back = buttons.back()
    assert back is not None
    assert back.verb is Verb.BACK
    assert StepButtons("aB3dE6gH9jK2", "region", 7, can_go_back=False).back() is None


@pytest.mark.parametrize(
    ("act", "arg", "packed"),
    [
        (ConfirmAct.YES, "", "yes"),
        (CheckAct.FIX, "patronymic", "fix-patronymic"),
        (DayAct.MONTH, "202612", "m-202612"),
        (DayAct.EMPTY, "20261203", "empty-20261203"),
        (DayAct.WEEKDAY, "0", "wd-0"),
        (DayAct.LIST, "", "list"),
        (DayAct.GRID, "", "grid"),
        (TimeAct.PART, DayPart.AFTERNOON, "part-afternoon"),
        (MapAct.PAGE, "3", "page-3"),
        (FieldAct.FEMALE, "", "F"),
    ],
)
def test_an_act_with_what_it_is_for_is_packed_and_read(act: StrEnum, arg: str, packed: str) -> None:
    """Byte for byte: such buttons hang in chats."""
    assert StepButtons("W" * 12, "step", 7).act(act, arg).pack() == f"w1:{'W' * 12}:step:7:a:{packed}"
    assert read_act(type(act), packed) == (act, arg)


@pytest.mark.parametrize("packed", ["", "maybe", "maybe-yes", "-yes", "Yes", "yes "])
def test_an_act_of_another_step_is_none(packed: str) -> None:
    assert read_act(ConfirmAct, packed) is None


# --- the calendar ---------------------------------------------------------------------------------

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


def drawn(month: date, *days: date) -> list[Row]:
    return month_grid(
        RU, month, {day: f"day {day}" for day in days}, lambda day: f"no {day}", lambda day: f"each {day}"
    )


def grid(month: date, *days: date) -> list[list[str]]:
    return [[each.text for each in row] for row in drawn(month, *days)]


def test_a_month_begins_on_its_weekday_and_shows_its_days() -> None:
    rows = grid(NOVEMBER, date(2026, 11, 24), date(2026, 11, 29), date(2026, 11, 30))
    assert rows[0] == ["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"]
    assert rows[1] == ["·", "24", "·", "·", "·", "·", "29"]
    assert rows[2] == ["30", "·", "·", "·", "·", "·", "·"]
    assert len(rows) == 3, "weeks with nothing to press are left out"


def test_a_day_of_the_next_month_can_be_pressed_in_this_one_and_says_its_month() -> None:
    rows = drawn(NOVEMBER, date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 7))
    assert [[each.text for each in row] for row in rows[1:]] == [["30", "1›", "·", "·", "·", "·", "·"]]
    assert [each.callback_data for each in rows[1]][:3] == ["day 2026-11-30", "day 2026-12-01", "no 2026-12-02"]


def test_so_can_a_day_of_the_month_before() -> None:
    rows = drawn(DECEMBER, date(2026, 11, 30), date(2026, 12, 2))
    assert [each.text for each in rows[1]] == ["‹30", "·", "2", "·", "·", "·", "·"]


def test_every_cell_says_what_it_is_about() -> None:
    rows = drawn(NOVEMBER, date(2026, 11, 24))
    assert [each.callback_data for each in rows[0]] == [f"each {number}" for number in range(7)]
    assert [each.callback_data for each in rows[1]] == [
        f"{'day' if day == 24 else 'no'} 2026-11-{day}" for day in range(23, 30)
    ]


def turner(month: date, *months: date) -> list[tuple[str, str]]:
    return [(each.text, each.callback_data) for each in month_turner(RU, month, months, lambda to: f"to {to}")]


def test_arrows_lead_to_months_that_have_any_and_say_which() -> None:
    months = (NOVEMBER, DECEMBER, JANUARY)
    assert turner(DECEMBER, *months) == [
        ("◀️ Ноябрь 2026", "to 2026-11-01"),
        ("Январь 2027 ▶️", "to 2027-01-01"),
    ]
    assert [label for label, _ in turner(NOVEMBER, *months)] == ["Декабрь 2026 ▶️"]
    assert [label for label, _ in turner(JANUARY, *months)] == ["◀️ Декабрь 2026"]
    assert turner(JANUARY, JANUARY) == []
    assert turner(JANUARY, NOVEMBER, JANUARY) == [("◀️ Ноябрь 2026", "to 2026-11-01")], "December has no times"


@pytest.mark.parametrize("month", [date(2026, number, 1) for number in range(1, 13)] + [date(2028, 2, 1)])
def test_every_day_of_a_full_month_can_be_pressed_once(month: date) -> None:
    days = [month + timedelta(days=ahead) for ahead in range(31)]
    days = [day for day in days if day.month == month.month]
    rows = drawn(month, *days)
    pressed = [each.callback_data for row in rows[1:] for each in row if not each.callback_data.startswith("no ")]
    assert pressed == [f"day {day}" for day in days]
    assert all(len(row) == WEEK for row in rows)
    assert [place for row in rows[1:] for place, each in enumerate(row) if each.callback_data in pressed] == [
        day.weekday() for day in days
    ]


# --- for big letters ------------------------------------------------------------------------------


def test_halves_are_halves() -> None:
    assert (LARGE.page, LARGE.described) == (USUAL.page // 2, USUAL.described // 2)
    assert LARGE.times <= USUAL.times // 2


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        (["09:00", "09:20", "09:40", "10:00"], [["09:00", "09:20"], ["09:40", "10:00"]]),
        (["⬅️ Назад", "🏠 Главное меню"], [["⬅️ Назад"], ["🏠 Главное меню"]]),
        (["⬅️ Back", "🏠 Main menu"], [["⬅️ Back", "🏠 Main menu"]]),
        (["◀️ Сентябрь 2026", "Ноябрь 2026 ▶️"], [["◀️ Сентябрь 2026"], ["Ноябрь 2026 ▶️"]]),
        (["◀️ 177 из 178", "179 из 179 ▶️"], [["◀️ 177 из 178", "179 из 179 ▶️"]]),
        (["Мужской", "Женский"], [["Мужской", "Женский"]]),
        (["1 · Приду", "1 · Перенести", "1 · Отменить"], [["1 · Приду", "1 · Перенести"], ["1 · Отменить"]]),
        (["Утро 12", "Вечер 3", "День 4"], [["Утро 12", "Вечер 3"], ["День 4"]]),
        (["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"], [["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"]]),
        (["Длинная-длинная кнопка"], [["Длинная-длинная кнопка"]]),
    ],
)
def test_buttons_share_a_row_where_they_can_be_read(row: list[str], lines: list[list[str]]) -> None:
    as_it_is = markup([button(each, GO_HOME) for each in row])
    assert [[each.text for each in line] for line in LARGE.laid(as_it_is).inline_keyboard] == lines
    assert USUAL.laid(as_it_is) == as_it_is


@given(st.lists(st.lists(st.text("аб ", min_size=1, max_size=30), min_size=1, max_size=8), min_size=1, max_size=9))
def test_no_button_is_lost_or_changes_its_place(rows: list[list[str]]) -> None:
    before = markup(*([button(each, GO_HOME) for each in row] for row in rows))
    after = LARGE.laid(before)
    assert [each for row in after.inline_keyboard for each in row] == [
        each for row in before.inline_keyboard for each in row
    ]
    assert all(len(row) in (1, 2, WEEK) for row in after.inline_keyboard)
