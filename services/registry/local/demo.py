"""The demo's timetable: two weeks of times that move on every night.

Which times are left free is a matter of chance that is the same at every run, and the closer the day the
fewer: so calendars look lived in without a single invented patient, and a night's roll needs no memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from services.clock import Clock
from services.registry.local.demo_clinics import NEVER_FREE, POSTS, TZ, DemoClinic, demo_clinics
from services.registry.local.loading import Loader, stretches
from services.registry.local.tables import clinic, slot
from services.registry.ports.schedules import DoctorRecord, SlotRecord
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.tables import setting
from services.storage.units import Unit

FILLED = "demo_filled"
"""The setting that holds the day for which the demo was last filled to the end, and with which edition of it."""

EDITION = "2"
"""Of the clinics and doctors below: another one is put into databases that were filled today already."""
DAYS_AHEAD = 14
_SHIFT = timedelta(hours=5, minutes=40)
_SHIFTS = (time(8), time(14))
_SATURDAY_SHIFT = (time(9), timedelta(hours=4, minutes=40))
_FREE_SHARE = (0.05, 0.1, 0.15, 0.2, 0.25, 0.25, 0.3, 0.3, 0.3, 0.35, 0.35, 0.35, 0.4, 0.4, 0.4)
"""Of a doctor's times, by days ahead: today few are left."""

_ZONE = ZoneInfo(TZ)
_SATURDAY, _SUNDAY = 5, 6


async def fill_demo(database: Database, clock: Clock, places: Sequence[DemoClinic] | None = None) -> bool:
    """Fills the demo, or moves it to today; False where that was done today. After a kill it goes on again.

    Short write units, so that others get their turn in between. `places`: all of `demo_clinics` unless told.
    """
    today = clock.now().astimezone(_ZONE).date()
    done = (await database.fetch(select(setting.c.value).where(setting.c.name == FILLED))).scalar_one_or_none()
    if done == _mark(today):
        return False
    await roll_demo(database, clock, places)
    return True


async def roll_demo(database: Database, clock: Clock, places: Sequence[DemoClinic] | None = None) -> None:
    """The nightly job: times up to `DAYS_AHEAD` days from today, untaken ones older than yesterday gone."""
    now = clock.now()
    today = now.astimezone(_ZONE).date()
    yesterday = datetime.combine(today - timedelta(days=1), time(), _ZONE)
    for number, place in enumerate(places or demo_clinics()):
        slots = [
            record
            for one in place.doctors
            if not (number % 3 == 0 and one.service_id in NEVER_FREE)
            for record in free_times(one, today)
        ]
        ids = [one.id for one in place.doctors]
        past = slot.c.doctor_id.in_(ids), slot.c.starts_at < yesterday, slot.c.visit_id.is_(None)
        async with database.aside.write() as connection:
            loader = Loader(connection, database.dialect)
            await loader.put_clinics([place.clinic])
            await loader.put_doctors(place.doctors)
        for some in stretches(sorted(slots, key=lambda record: (record.doctor_id, record.start))):
            async with database.aside.write() as connection:
                await _alone_in(connection, place)
                await Loader(connection, database.dialect).put_slots(some)
        async with database.aside.write() as connection:
            await _alone_in(connection, place)
            await connection.execute(delete(slot).where(*past))
    mark = insert_for(database.dialect, setting).values(name=FILLED, value=_mark(today))
    await database.aside.execute(mark.on_conflict_do_update(index_elements=["name"], set_={"value": _mark(today)}))


def _mark(today: date) -> str:
    return f"{today.isoformat()} {EDITION}"


async def _alone_in(connection: Unit, place: DemoClinic) -> None:
    """No other process that rolls this clinic goes on before the unit ends: they lock the same times, new ones too.

    Who books there needs the clinic's row only to be there.
    """
    if connection.dialect != "sqlite":
        here = select(clinic.c.id).where(clinic.c.id == place.clinic.id)
        await connection.execute(here.with_for_update(key_share=True))


def free_times(one: DoctorRecord, today: date) -> Iterator[SlotRecord]:
    """What is left of a doctor's times from today on. A time free on a day was free on every day before it."""
    length = timedelta(minutes=POSTS[one.service_id].minutes)
    for ahead, share in enumerate(_FREE_SHARE):
        day = today + timedelta(days=ahead)
        random = Random(f"{one.id} {day}")  # noqa: S311  (a timetable, not a secret)
        for start in _starts(one, day, length):
            if random.random() < share:
                yield SlotRecord(one.id, start, start + length)


def _starts(one: DoctorRecord, day: date, length: timedelta) -> Iterator[datetime]:
    number = int(one.id[-2:])
    if day.weekday() == _SUNDAY or (day.weekday() == _SATURDAY and (number + day.isocalendar().week) % 3):
        return
    if day.weekday() == _SATURDAY:
        opens, shift = _SATURDAY_SHIFT
    else:
        opens, shift = _SHIFTS[(number + day.toordinal()) % 2], _SHIFT
    start = datetime.combine(day, opens, _ZONE)
    for place in range(shift // length):
        yield start + place * length
