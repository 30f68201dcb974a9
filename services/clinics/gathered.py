"""What an operator's files say, kept on the disk until it is loaded: the memory stays flat however long they are.

A private database of SQLite without a name: it is gone with the process, whatever ends it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from services.imports.reading import Where
from services.registry.model import AgeGroup, Clinic
from services.registry.ports.schedules import DoctorRecord, Known, SlotRecord

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TABLES = """
PRAGMA journal_mode = OFF;
CREATE TABLE seen (kind TEXT, ref TEXT, file TEXT, line INTEGER, PRIMARY KEY (kind, ref)) WITHOUT ROWID;
CREATE TABLE zone (clinic TEXT PRIMARY KEY, tz TEXT) WITHOUT ROWID;
CREATE TABLE home (doctor TEXT PRIMARY KEY, clinic TEXT) WITHOUT ROWID;
CREATE TABLE clinic (place INTEGER PRIMARY KEY, record TEXT);
CREATE TABLE doctor (place INTEGER PRIMARY KEY, record TEXT);
CREATE TABLE span (doctor TEXT, begins INTEGER, ends INTEGER, length INTEGER, file TEXT, line INTEGER);
"""
_OVERLAPS = """
SELECT file, line, other_file, other_line FROM (
    SELECT file, line, begins, LAG(ends) OVER day AS other_ends, LAG(file) OVER day AS other_file,
        LAG(line) OVER day AS other_line
    FROM span WINDOW day AS (PARTITION BY doctor ORDER BY begins, line)
) WHERE begins < other_ends
"""


class Gathered:
    """Clinics, doctors and hours of the files, and whom the registry has already.

    A row with a problem still counts as seen, lest one mistake is told on every row that refers to it.
    """

    def __init__(self, known: Known) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO zone VALUES (?, ?)", known.zones.items())
        self._database.executemany("INSERT INTO home VALUES (?, ?)", known.doctors.items())
        self.clinic_count = self.doctor_count = self.slot_count = 0

    def close(self) -> None:
        self._database.close()

    def earlier(self, kind: str, ref: str, where: Where) -> Where | None:
        """Where this id of this kind stands already; None, and it is noted, where nowhere."""
        new = self._database.execute(
            "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", (kind, ref, where.file, where.line)
        )
        if new.rowcount:
            return None
        found = self._database.execute("SELECT file, line FROM seen WHERE kind = ? AND ref = ?", (kind, ref))
        return Where(*found.fetchone())

    def zone_of(self, clinic: str) -> str | None:
        """The clinic's time zone, "" where it is no good; None: there is no such clinic."""
        return self._one("SELECT tz FROM zone WHERE clinic = ?", clinic)

    def clinic_of(self, doctor: str) -> str | None:
        """None: there is no such doctor."""
        return self._one("SELECT clinic FROM home WHERE doctor = ?", doctor)

    def put_zone(self, clinic: str, tz: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO zone VALUES (?, ?)", (clinic, tz))

    def put_home(self, doctor: str, clinic: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO home VALUES (?, ?)", (doctor, clinic))

    def put_clinic(self, record: Clinic) -> None:
        self.clinic_count += 1
        self._database.execute("INSERT INTO clinic (record) VALUES (?)", (_written(record),))

    def put_doctor(self, record: DoctorRecord) -> None:
        self.doctor_count += 1
        self._database.execute("INSERT INTO doctor (record) VALUES (?)", (_written(record),))

    def put_hours(self, doctor: str, start: datetime, end: datetime, length: timedelta, where: Where) -> None:
        """Visits of this length, one after another, from `start` on and until `end` at most."""
        self.slot_count += (end - start) // length
        begins, ends = ((moment - _EPOCH) // _MICROSECOND for moment in (start, end))
        self._database.execute(
            "INSERT INTO span VALUES (?, ?, ?, ?, ?, ?)",
            (doctor, begins, ends, length // _MICROSECOND, where.file, where.line),
        )

    def overlaps(self) -> Iterator[tuple[Where, Where]]:
        """Hours that begin before earlier ones of the same doctor have ended, and those."""
        for file, line, other_file, other_line in self._database.execute(_OVERLAPS):
            yield Where(file, line), Where(other_file, other_line)

    def clinics(self) -> Iterator[Clinic]:
        """In the order of the files."""
        for values in self._records("clinic"):
            yield Clinic(**values)

    def doctors(self) -> Iterator[DoctorRecord]:
        """In the order of the files."""
        for values in self._records("doctor"):
            yield DoctorRecord(**values)

    def slots(self) -> Iterator[SlotRecord]:
        """Every time, in the order of doctor and start."""
        hours = self._database.execute("SELECT doctor, begins, ends, length FROM span ORDER BY doctor, begins")
        for doctor, begins, ends, length in hours:
            start, step = _EPOCH + begins * _MICROSECOND, length * _MICROSECOND
            for _ in range((ends - begins) // length):
                yield SlotRecord(doctor, start, start + step)
                start += step

    def _one(self, query: str, ref: str) -> str | None:
        row = self._database.execute(query, (ref,)).fetchone()
        return None if row is None else row[0]

    def _records(self, table: str) -> Iterator[dict[str, Any]]:
        for (text,) in self._database.execute(f"SELECT record FROM {table} ORDER BY place"):  # noqa: S608  (our own two)
            values = json.loads(text)
            yield values | {"age_group": AgeGroup(values["age_group"])}


def _written(record: Clinic | DoctorRecord) -> str:
    return json.dumps({each.name: getattr(record, each.name) for each in fields(record)}, ensure_ascii=False)
