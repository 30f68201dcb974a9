"""Parts of keyboards: pager, labels, calendar, the way back and home."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.keyboards.buttons.common import GO_HOME, Idle
from bot.keyboards.buttons.notifications import NotificationList
from bot.keyboards.buttons.wizard import Verb, WizardPress
from bot.keyboards.kit import (
    LABEL,
    back_row,
    button,
    clamp,
    in_rows,
    markup,
    month_grid,
    numbered,
    page_count,
    pager,
    short,
)
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
        (0, 9, ["1 из 2", "▶️"], [1]),
        (1, 9, ["◀️", "2 из 2"], [0]),
        (1, 17, ["◀️", "2 из 3", "▶️"], [0, 2]),
        (88, 712, ["◀️", "89 из 89"], [87]),
    ],
)
def test_pager(page: int, total: int, labels: list[str], targets: list[int]) -> None:
    row = pager(RU, page, total, 8, lambda each: NotificationList(page=each))
    assert [each.text for each in row] == labels
    data = [each.callback_data for each in row if each.callback_data != Idle().pack()]
    assert data == [NotificationList(page=each).pack() for each in targets]


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
    buttons = [button(str(number), Idle()) for number in range(5)]
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


def grid(month: date, *days: date, months: tuple[date, ...] = (NOVEMBER, DECEMBER, JANUARY)) -> list[list[str]]:
    drawn = month_grid(RU, month, {day: f"day {day}" for day in days}, "empty", lambda to: f"to {to}", months)
    return [[each.text for each in row] for row in drawn]


def test_a_month_begins_on_its_weekday_and_shows_its_days() -> None:
    drawn = grid(NOVEMBER, date(2026, 11, 24), date(2026, 11, 29), date(2026, 11, 30))
    assert drawn[0] == ["Ноябрь 2026", "▶️"]
    assert drawn[1] == ["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"]
    assert drawn[2] == ["·", "24", "·", "·", "·", "·", "29"]
    assert drawn[3] == ["30", "·", "·", "·", "·", "·", "·"]
    assert len(drawn) == 4, "weeks with nothing to press are left out"


def test_a_day_of_the_next_month_is_not_drawn_in_this_one() -> None:
    drawn = grid(NOVEMBER, date(2026, 11, 30), date(2026, 12, 1))
    assert drawn[2:] == [["30", "·", "·", "·", "·", "·", "·"]]


def test_arrows_lead_to_months_that_have_any() -> None:
    assert grid(DECEMBER, DECEMBER)[0] == ["◀️", "Декабрь 2026", "▶️"]
    assert grid(JANUARY, date(2027, 1, 11))[0] == ["◀️", "Январь 2027"]
    assert grid(JANUARY, date(2027, 1, 11), months=(JANUARY,))[0] == ["Январь 2027"]
    reply = month_grid(RU, JANUARY, {}, "empty", lambda to: f"to {to}", (NOVEMBER, JANUARY))
    assert reply[0][0].callback_data == "to 2026-11-01", "December has no times: the arrow goes over it"


@pytest.mark.parametrize("month", [date(2026, number, 1) for number in range(1, 13)] + [date(2028, 2, 1)])
def test_every_day_of_a_full_month_can_be_pressed_once(month: date) -> None:
    days = [month + timedelta(days=ahead) for ahead in range(31)]
    days = [day for day in days if day.month == month.month]
    drawn = month_grid(RU, month, {day: day.isoformat() for day in days}, "empty", str, (month,))
    pressed = [each.callback_data for row in drawn[2:] for each in row if each.callback_data != "empty"]
    assert pressed == [day.isoformat() for day in days]
    assert all(len(row) == 7 for row in drawn[1:])
    assert [row.index(each) for row in drawn[2:] for each in row if each.callback_data != "empty"] == [
        day.weekday() for day in days
    ]
