"""Dates as people say them, in the zone of the clinic."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names, get_month_names
from rapidfuzz.distance import OSA

from services.texts.i18n import LOCALES, Texts

MOSCOW = "Europe/Moscow"
"""Whose clock tells what belongs to no clinic."""
_SHORTEST_MONTH, _MISTYPED_MONTH = 3, 4
_DAY_BEGINS, _DAY_ENDS = 8, 21
_DAY = {"ru": "EEE d MMMM", "en": "EEE, d MMMM"}
_LISTED = {"ru": "EEE d MMMM", "en": "EEE d MMM"}
_SHORT = {"ru": "d MMM", "en": "d MMM"}


def local(moment: datetime, tz: str) -> datetime:
    """The moment on the clinic's wall clock."""
    return moment.astimezone(ZoneInfo(tz))


def is_moscow_time(moment: datetime, tz: str) -> bool:
    """Whether clocks of the zone show what Moscow's do at that moment, whatever the zone is called."""
    return local(moment, tz).utcoffset() == local(moment, MOSCOW).utcoffset()


def by_day(now: datetime) -> datetime:
    """Now, if people are awake in Moscow, from 08:00 to 21:00; else the next 08:00: nobody is woken up."""
    here = local(now, MOSCOW)
    if _DAY_BEGINS <= here.hour < _DAY_ENDS:
        return now
    morning = here.replace(hour=_DAY_BEGINS, minute=0, second=0, microsecond=0)
    return morning if here.hour < _DAY_BEGINS else morning + timedelta(days=1)


def clock_time(moment: datetime, tz: str) -> str:
    """«09:20»."""
    return local(moment, tz).strftime("%H:%M")


def day_words(t: Texts, day: date, today: date) -> str:
    """«завтра, вт 24 ноября»; the year only when it is another one."""
    words = _formatted(day, _DAY[t.locale], t.locale)
    if day.year != today.year:
        words = _with_year(t, words, day)
    if day == today:
        return t.label("today, {day}", day=words)
    if day == today + timedelta(days=1):
        return t.label("tomorrow, {day}", day=words)
    return words


def short_day(t: Texts, day: date, today: date) -> str:
    """«завтра», «24 нояб.», «24 янв. 2027»: for buttons; the year only when it is another one."""
    if day == today:
        return t.label("today")
    if day == today + timedelta(days=1):
        return t.label("tomorrow")
    words = _formatted(day, _SHORT[t.locale], t.locale)
    return words if day.year == today.year else f"{words} {day.year}"


def when(t: Texts, moment: datetime, tz: str, now: datetime) -> str:
    """«завтра, вт 24 ноября, 09:20» in the clinic's zone."""
    start = local(moment, tz)
    return f"{day_words(t, start.date(), local(now, tz).date())}, {start:%H:%M}"


def full_when(t: Texts, moment: datetime, tz: str) -> str:
    """«вторник, 24 ноября 2026 года, 09:20»: for what is read on any day."""
    start = local(moment, tz)
    words = _formatted(start.date(), "EEEE, d MMMM", t.locale)
    return f"{_with_year(t, words, start.date())}, {start:%H:%M}"


def day_and_time(t: Texts, moment: datetime, tz: str) -> str:
    """«24 ноября 2026 года, 09:20»."""
    start = local(moment, tz)
    return f"{_with_year(t, _formatted(start.date(), 'd MMMM', t.locale), start.date())}, {start:%H:%M}"


def short_when(t: Texts, moment: datetime, tz: str, now: datetime) -> str:
    """«завтра 09:20»: for buttons and lists."""
    start = local(moment, tz)
    return f"{short_day(t, start.date(), local(now, tz).date())} {start:%H:%M}"


def whole_day(t: Texts, day: date) -> str:
    """«9 апреля 2003 года»."""
    return _with_year(t, _formatted(day, "d MMMM", t.locale), day)


def numeric(day: date) -> str:
    """«24.11.2026»: documents and birth dates."""
    return f"{day:%d.%m.%Y}"


def month_words(t: Texts, day: date) -> str:
    """«Ноябрь 2026»."""
    names = get_month_names("wide", context="stand-alone", locale=t.locale)
    return f"{names[day.month].capitalize()} {day.year}"


def month_number(word: str) -> int | None:
    """The month that a word names, in any of our languages: «марта», «март», «mar», «сентебря»; None for no month, or
    for a word that is too short.
    """
    if len(word) < _SHORTEST_MONTH:
        return None
    months = _months()
    begun = [number for name, number in months if name.startswith(word)]
    mistyped = (number for name, number in months if OSA.distance(name, word, score_cutoff=1) <= 1)
    return next(iter(begun), None) or (next(mistyped, None) if len(word) > _MISTYPED_MONTH else None)


@cache
def _months() -> tuple[tuple[str, int], ...]:
    """Every name of a month, as it stands alone and with a day, in small letters."""
    return tuple(
        (names[number].lower(), number)
        for locale in LOCALES
        for context in ("format", "stand-alone")
        for names in [get_month_names("wide", context=context, locale=locale)]
        for number in range(1, 13)
    )


def listed_day(t: Texts, day: date, today: date) -> str:
    """«завтра», «чт 3 декабря», «пн 11 янв. 2027»: one of many in a list."""
    if today <= day <= today + timedelta(days=1):
        return short_day(t, day, today)
    return _formatted(day, _LISTED[t.locale] if day.year == today.year else "EEE d MMM y", t.locale)


def weekday_words(t: Texts, number: int) -> str:
    """«Понедельник», by its number, Monday 0."""
    names = get_day_names("wide", context="stand-alone", locale=t.locale)
    return str(names[number]).capitalize()


def weekday_letters(t: Texts) -> list[str]:
    """«Пн … Вс», Monday first."""
    names = get_day_names("short" if t.locale == "en" else "abbreviated", context="stand-alone", locale=t.locale)
    return [names[index].capitalize() for index in range(7)]


@lru_cache(1024)
def _formatted(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)


def _with_year(t: Texts, words: str, day: date) -> str:
    """«24 ноября» with «2026 года»."""
    return t.label("{day} {year}", day=words, year=str(day.year))


def birthday(born: date, age: int) -> date:
    """The day on which somebody is of this age; whoever was born on 29 February, on 1 March of a year without it."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def full_years(born: date, on: date) -> int:
    """Age in full years on a day; someone born on 29 February turns a year older on 1 March of common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
