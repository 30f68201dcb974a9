"""The kinds of files that an operator may bring, and their columns: how each cell is read, and how long it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Generic, TypeVar

from services.clinics import checks
from services.registry.model import AgeGroup

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Column(Generic[Value]):
    """A column that a kind of file may have. `limit`: characters at most.

    `read`: what a cell that is not empty says; raises `checks.Wrong`.
    """

    name: str
    meaning: str
    read: Callable[[str], Value]
    required: bool = False
    limit: int = 100


class Clinics:
    """Columns of a file with clinics."""

    ID: Column[str] = Column("id", "the clinic's id in your system", checks.whole, required=True)
    NAME: Column[str] = Column("name", "as patients know it", checks.words, required=True, limit=300)
    ADDRESS: Column[str] = Column("address", "street and house", checks.words, required=True, limit=300)
    TOWN: Column[str] = Column("town", "town or village", checks.words, required=True)
    REGION: Column[str] = Column("region", "two-digit code of the region, 77", checks.region_code, required=True)
    TZ: Column[str] = Column("tz", "time zone, Europe/Moscow; by default the region's", checks.zone_name)
    PHONE: Column[str] = Column("phone", "may be empty", checks.whole)
    HOURS: Column[str] = Column(
        "hours", "«1-5 08:00-20:00; 6 09:00-15:00» or your own words; may be empty", checks.opening_hours, limit=300
    )
    AGE_GROUP: Column[AgeGroup] = Column("age_group", "child, adult or any; by default any", checks.age_group)
    LAT: Column[float] = Column("lat", "latitude in degrees; may be empty", checks.number)
    LON: Column[float] = Column("lon", "longitude in degrees; may be empty", checks.number)


class Doctors:
    """Columns of a file with doctors."""

    ID: Column[str] = Column("id", "the doctor's id in your system", checks.whole, required=True)
    CLINIC: Column[str] = Column("clinic", "id of the clinic", checks.whole, required=True)
    SERVICE: Column[str] = Column("service", "what patients book, «Терапевт»", checks.words, required=True, limit=200)
    SERVICE_ID: Column[str] = Column(
        "service_id", "code of the post (ФРМР 1002); by default made of the service's name", checks.code, limit=24
    )
    SURNAME: Column[str] = Column("surname", "surname", checks.words, required=True, limit=80)
    NAME: Column[str] = Column("name", "first name", checks.words, required=True, limit=80)
    PATRONYMIC: Column[str | None] = Column(
        "patronymic", "may be empty; «нет» or «-» is none", checks.own_patronymic, limit=80
    )
    ROOM: Column[str] = Column("room", "«каб. 12»; may be empty", checks.words, limit=40)
    AGE_GROUP: Column[AgeGroup] = Column("age_group", "child, adult or any; by default any", checks.age_group)


class Schedule:
    """Columns of a file with times."""

    DOCTOR: Column[str] = Column("doctor", "id of the doctor", checks.whole, required=True)
    DATE: Column[date] = Column("date", "2026-11-24 or 24.11.2026, in the clinic's zone", checks.day, required=True)
    FROM: Column[time] = Column("from", "09:00, in the clinic's zone", checks.clock, required=True)
    TO: Column[time] = Column("to", "12:00; empty for a single time", checks.clock)
    MINUTES: Column[float] = Column(
        "minutes", "per visit; empty for one visit from «from» to «to»", checks.whole_minutes
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file and its columns."""

    name: str
    columns: tuple[Column[Any], ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]


def _kind(columns: type) -> Kind:
    return Kind(columns.__name__.lower(), tuple(each for each in vars(columns).values() if isinstance(each, Column)))


CLINICS, DOCTORS, SCHEDULE = KINDS = (_kind(Clinics), _kind(Doctors), _kind(Schedule))
