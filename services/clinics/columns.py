"""Files with clinics, doctors and their times, and the columns of each."""

from __future__ import annotations

from datetime import date, time

from services.clinics import checks
from services.imports import cells
from services.imports.columns import Column, Format, kind_of
from services.registry.model import AgeGroup


class Clinics:
    """Columns of a file with clinics."""

    ID: Column[str] = Column("id", "the clinic's id in your system", cells.whole, required=True)
    NAME: Column[str] = Column("name", "as patients know it", cells.words, required=True, limit=300)
    ADDRESS: Column[str] = Column("address", "street and house", cells.words, required=True, limit=300)
    TOWN: Column[str] = Column("town", "town or village", cells.words, required=True)
    REGION: Column[str] = Column("region", "two-digit code of the region, 77", checks.region_code, required=True)
    TZ: Column[str] = Column("tz", "time zone, Europe/Moscow; by default the region's", checks.zone_name)
    PHONE: Column[str] = Column("phone", "may be empty", cells.whole)
    HOURS: Column[str] = Column(
        "hours", "«1-5 08:00-20:00; 6 09:00-15:00» or your own words; may be empty", checks.opening_hours, limit=300
    )
    AGE_GROUP: Column[AgeGroup] = Column("age_group", "child, adult or any; by default any", checks.age_group)
    LAT: Column[float] = Column("lat", "latitude in degrees; may be empty", cells.number)
    LON: Column[float] = Column("lon", "longitude in degrees; may be empty", cells.number)


class Doctors:
    """Columns of a file with doctors."""

    ID: Column[str] = Column("id", "the doctor's id in your system", cells.whole, required=True)
    CLINIC: Column[str] = Column("clinic", "id of the clinic", cells.whole, required=True)
    SERVICE: Column[str] = Column("service", "what patients book, «Терапевт»", cells.words, required=True, limit=200)
    SERVICE_ID: Column[str] = Column(
        "service_id", "code of the post (ФРМР 1002); by default made of the service's name", checks.code, limit=24
    )
    SURNAME: Column[str] = Column("surname", "surname", cells.words, required=True, limit=80)
    NAME: Column[str] = Column("name", "first name", cells.words, required=True, limit=80)
    PATRONYMIC: Column[str | None] = Column(
        "patronymic", "may be empty; «нет» or «-» is none", checks.own_patronymic, limit=80
    )
    ROOM: Column[str] = Column("room", "«каб. 12»; may be empty", cells.words, limit=40)
    AGE_GROUP: Column[AgeGroup] = Column("age_group", "child, adult or any; by default any", checks.age_group)


class Schedule:
    """Columns of a file with times."""

    DOCTOR: Column[str] = Column("doctor", "id of the doctor", cells.whole, required=True)
    DATE: Column[date] = Column("date", "2026-11-24 or 24.11.2026, in the clinic's zone", cells.day, required=True)
    FROM: Column[time] = Column("from", "09:00, in the clinic's zone", checks.clock, required=True)
    TO: Column[time] = Column("to", "12:00; empty for a single time", checks.clock)
    MINUTES: Column[float] = Column(
        "minutes", "per visit; empty for one visit from «from» to «to»", checks.whole_minutes
    )


CLINICS, DOCTORS, SCHEDULE = KINDS = (kind_of(Clinics), kind_of(Doctors), kind_of(Schedule))
FORMAT = Format(KINDS, checks.BOUNDS)
