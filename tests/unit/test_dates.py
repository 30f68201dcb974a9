"""Dates as people say them, across zones, midnights and years."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.clinics.regions import REGIONS
from services.texts.dates import (
    clock_time,
    day_and_time,
    day_words,
    full_years,
    local,
    month_words,
    numeric,
    short_day,
    short_when,
    weekday_letters,
    when,
)
from services.texts.i18n import texts

RU, EN = texts("ru"), texts("en")
START = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tz", "told", "short"),
    [
        ("Europe/Kaliningrad", "сегодня, пн 23 ноября, 23:30", "сегодня 23:30"),
        ("Europe/Moscow", "завтра, вт 24 ноября, 00:30", "завтра 00:30"),
        ("Europe/Samara", "сегодня, вт 24 ноября, 01:30", "сегодня 01:30"),
        ("Asia/Yekaterinburg", "сегодня, вт 24 ноября, 02:30", "сегодня 02:30"),
        ("Asia/Omsk", "сегодня, вт 24 ноября, 03:30", "сегодня 03:30"),
        ("Asia/Krasnoyarsk", "сегодня, вт 24 ноября, 04:30", "сегодня 04:30"),
        ("Asia/Irkutsk", "сегодня, вт 24 ноября, 05:30", "сегодня 05:30"),
        ("Asia/Yakutsk", "сегодня, вт 24 ноября, 06:30", "сегодня 06:30"),
        ("Asia/Vladivostok", "сегодня, вт 24 ноября, 07:30", "сегодня 07:30"),
        ("Asia/Magadan", "сегодня, вт 24 ноября, 08:30", "сегодня 08:30"),
        ("Asia/Kamchatka", "сегодня, вт 24 ноября, 09:30", "сегодня 09:30"),
    ],
)
def test_one_moment_in_each_of_the_eleven_zones(tz: str, told: str, short: str) -> None:
    assert when(RU, START, tz, NOW) == told
    assert short_when(RU, START, tz, NOW) == short


@pytest.mark.parametrize("tz", sorted({region.tz for region in REGIONS}))
def test_now_is_today_everywhere(tz: str) -> None:
    assert when(RU, NOW, tz, NOW).startswith("сегодня, ")
    assert clock_time(NOW, tz) == f"{local(NOW, tz):%H:%M}"


def test_today_turns_into_tomorrow_at_the_clinics_midnight() -> None:
    visit = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 08:00 in Moscow
    last_second, midnight = datetime(2026, 11, 23, 20, 59, 59, tzinfo=UTC), datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    assert when(RU, visit, "Europe/Moscow", last_second) == "завтра, вт 24 ноября, 08:00"
    assert when(RU, visit, "Europe/Moscow", midnight) == "сегодня, вт 24 ноября, 08:00"


def test_the_year_is_said_only_when_it_is_another() -> None:
    assert day_words(RU, date(2027, 1, 1), date(2026, 12, 31)) == "завтра, пт 1 января 2027 года"
    assert day_words(RU, date(2027, 1, 2), date(2026, 12, 31)) == "сб 2 января 2027 года"
    assert day_words(RU, date(2026, 12, 31), date(2026, 12, 31)) == "сегодня, чт 31 декабря"
    assert day_words(RU, date(2026, 5, 3), date(2026, 4, 20)) == "вс 3 мая"
    assert short_day(RU, date(2027, 1, 1), date(2026, 12, 31)) == "завтра"
    assert short_day(RU, date(2026, 12, 1), date(2026, 11, 23)) == "1 дек."
    assert short_day(RU, date(2027, 1, 22), date(2026, 11, 23)) == "22 янв. 2027"
    assert short_day(RU, date(2025, 12, 31), date(2026, 1, 1)) == "31 дек. 2025"


def test_english_says_the_same() -> None:
    assert when(EN, START, "Europe/Moscow", NOW) == "tomorrow, Tue, 24 November, 00:30"
    assert day_words(EN, date(2027, 1, 2), date(2026, 12, 31)) == "Sat, 2 January 2027"
    assert short_when(EN, datetime(2026, 12, 1, 6, tzinfo=UTC), "Europe/Moscow", NOW) == "1 Dec 09:00"
    assert short_when(EN, datetime(2027, 1, 22, 6, tzinfo=UTC), "Europe/Moscow", NOW) == "22 Jan 2027 09:00"
    assert day_and_time(EN, START, "Europe/Moscow") == "24 November 2026, 00:30"


def test_months_and_weekdays_of_a_calendar() -> None:
    assert month_words(RU, date(2026, 11, 1)) == "Ноябрь 2026"
    assert month_words(EN, date(2026, 11, 1)) == "November 2026"
    assert weekday_letters(RU) == ["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"]
    assert weekday_letters(EN) == ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]


def test_a_date_of_a_document() -> None:
    assert numeric(date(1980, 3, 5)) == "05.03.1980"


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2011, 11, 23), date(2026, 11, 22), 14),
        (date(2011, 11, 23), date(2026, 11, 23), 15),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
    ],
)
def test_full_years(born: date, on: date, age: int) -> None:
    assert full_years(born, on) == age
