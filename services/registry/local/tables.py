"""Tables of the local registry, on the product's metadata and in nobody else's queries.

Free times are listed over two partial indexes on `visit_id IS NULL`, so that a listing costs what it
shows and not what the table holds; `day` is the slot's day in its clinic's zone, so that days are
grouped by the database. A visit keeps a snapshot of what stood on the ticket: doctors change rooms.

What an import brings is written beside what is in force, under a generation that is still to come (`generations.py`):
a row is there from its generation `since` on, a slot no longer from `until` on.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Table, text

from services.ids import LENGTH
from services.registry.model import VisitStatus
from services.storage.tables import metadata
from services.storage.types import Encrypted, UtcDateTime

REF = 24
"""The longest id of a clinic, service, doctor or slot: it must fit into a button beside others."""

TOWN_NAME, STREET_NAME, HOUSE_NUMBER, ADDRESS_KIND = 120, 200, 50, 20
"""The longest of an address, in characters."""


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def _clinic(*, nullable: bool = False) -> Column[Any]:
    return Column("clinic_id", ForeignKey("registry_clinic.id"), nullable=nullable)


def _service() -> Column[Any]:
    return Column("service_id", ForeignKey("registry_service.id"), nullable=False)


def _doctor() -> Column[Any]:
    return Column("doctor_id", ForeignKey("registry_doctor.id"), nullable=False)


def _since() -> Column[int]:
    return Column("since", Integer, nullable=False, server_default="0")


def _key(name: str, width: int) -> Column[str]:
    """Of words, compared letter by letter on both engines; so an index serves those who look for its beginning."""
    by_letter = String(width).with_variant(String(width, collation="C"), "postgresql")
    return Column(name, by_letter, nullable=False)


clinic = Table(
    "registry_clinic",
    metadata,
    Column("id", String(REF), primary_key=True),
    Column("name", String(300), nullable=False),
    Column("address", String(300), nullable=False),
    Column("town", String(100), nullable=False),
    Column("region", String(2), nullable=False),
    Column("phone", String(100), nullable=False),
    Column("hours", String(300), nullable=False),
    Column("tz", String(40), nullable=False),
    Column("age_group", String(5), nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("demo", Boolean, nullable=False),
    _since(),
    Index(None, "region"),
)

service = Table(
    "registry_service",
    metadata,
    Column("id", String(REF), primary_key=True),
    Column("name", String(200), nullable=False),
)

doctor = Table(
    "registry_doctor",
    metadata,
    Column("id", String(REF), primary_key=True),
    _clinic(),
    _service(),
    Column("surname", String(80), nullable=False),
    Column("name", String(80), nullable=False),
    Column("patronymic", String(80)),
    Column("room", String(40), nullable=False),
    Column("age_group", String(5), nullable=False),
    _since(),
    Index(None, "clinic_id", "service_id"),
)

slot = Table(
    "registry_slot",
    metadata,
    Column("id", String(REF), primary_key=True),
    _clinic(),
    _service(),
    _doctor(),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("day", Date, nullable=False),
    Column("visit_id", String(LENGTH)),
    _since(),
    Column("until", Integer),
    _partial(
        "ix_registry_slot_free_doctor",
        *("doctor_id", "starts_at", "day", "id", "since", "until", "visit_id"),
        where="visit_id IS NULL",
    ),
    _partial(
        "ix_registry_slot_free_service",
        *("clinic_id", "service_id", "starts_at", "doctor_id", "day", "id", "since", "until", "visit_id"),
        where="visit_id IS NULL",
    ),
    _partial("ix_registry_slot_taken", "doctor_id", "starts_at", where="visit_id IS NOT NULL"),
    _partial("ix_registry_slot_going", "until", "id", where="until IS NOT NULL"),
)
"""The id says doctor and start (`refs.slot_ref`), so the same time cannot stand twice; where the same start gets
another length, it says the end, too, for the two are there at once until the import is whole."""

patient = Table(
    "registry_patient",
    metadata,
    Column("id", String(LENGTH), primary_key=True),
    Column("identity", Encrypted, nullable=False),
    Column("policy_index", String(64), unique=True),
    Column("snils_index", String(64)),
    Column("confirmed", Boolean, nullable=False),
    _clinic(nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "snils_index"),
)
"""`identity` is one sealed JSON (`registry.local.patients`). One policy stands for one person."""

visit = Table(
    "registry_visit",
    metadata,
    Column("id", String(LENGTH), primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("number", String(9), nullable=False, unique=True),
    Column("status", String(24), nullable=False),
    Column("patient_id", ForeignKey("registry_patient.id"), nullable=False),
    _clinic(),
    Column("service_id", String(REF), nullable=False),
    Column("service", String(200), nullable=False),
    Column("doctor_id", String(REF), nullable=False),
    Column("doctor", String(250), nullable=False),
    Column("room", String(40), nullable=False),
    Column("slot_id", String(REF), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("moved_to", String(LENGTH)),
    Column("change", Integer, nullable=False, server_default="0"),
    Index(None, "patient_id", "starts_at"),
    Index(None, "change"),
    _partial("ux_registry_visit_live", "slot_id", where=f"status = '{VisitStatus.BOOKED}'", unique=True),
)
"""`key` is the caller's idempotency key; `moved_to`: the visit that has taken this one's place; `change`: the number of
its last change, of all that were counted in this table (`bookings`), 0 before the first.

A visit that has passed stays `booked` here (`visits.status_at`).
"""

prescription = Table(
    "registry_prescription",
    metadata,
    Column("id", String(LENGTH), primary_key=True),
    Column("patient_id", ForeignKey("registry_patient.id"), nullable=False),
    Column("content", Encrypted, nullable=False),
    Column("number_index", String(64), unique=True),
    Column("change", Integer, nullable=False),
    Index(None, "patient_id"),
    Index(None, "change"),
)
"""`content` is one sealed JSON (`registry.local.prescriptions`): kinds, doctors, dates and statuses lie in no column.
One number stands for one prescription; `change`: as that of a visit, counted apart."""

insurer = Table(
    "registry_insurer",
    metadata,
    Column("id", String(REF), primary_key=True),
    Column("region", String(2), nullable=False),
    Column("name", String(300), nullable=False),
    Column("phone", String(100), nullable=False),
    Column("site", String(200), nullable=False),
    Column("address", String(300), nullable=False),
    Column("demo", Boolean, nullable=False),
    Column("closed", Boolean, nullable=False),
    Index(None, "region"),
)
"""Insurance companies, a row for each subject of the Federation. `closed`: offered to nobody any more."""

issue_point = Table(
    "registry_issue_point",
    metadata,
    Column("id", String(REF), primary_key=True),
    Column("insurer_id", ForeignKey("registry_insurer.id"), nullable=False),
    Column("address", String(300), nullable=False),
    Column("town", String(100), nullable=False),
    Column("phone", String(100), nullable=False),
    Column("hours", String(300), nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("demo", Boolean, nullable=False),
    Column("closed", Boolean, nullable=False),
    Index(None, "insurer_id"),
)
"""Where they give policies out."""

coverage = Table(
    "registry_coverage",
    metadata,
    Column("id", ForeignKey("registry_patient.id"), primary_key=True),
    Column("content", Encrypted, nullable=False),
)
"""Insurance of a patient, by the patient's own id; `content` is one sealed JSON (`registry.local.insurance`)."""

care_case = Table(
    "registry_care_case",
    metadata,
    Column("id", String(LENGTH), primary_key=True),
    Column("patient_id", ForeignKey("registry_patient.id"), nullable=False),
    Column("content", Encrypted, nullable=False),
    Column("version_index", String(64), unique=True),
    Index(None, "patient_id"),
)
"""A version of a case of care; `content` is one sealed JSON (`registry.local.insurance`): what was done, where, when
and what it cost lie in no column. One number with one version stands for one row."""

town = Table(
    "registry_town",
    metadata,
    Column("id", String(LENGTH), primary_key=True),
    Column("region", String(2), nullable=False),
    Column("name", String(TOWN_NAME), nullable=False),
    Column("kind", String(ADDRESS_KIND), nullable=False),
    Column("district", String(TOWN_NAME), nullable=False),
    Column("demo", Boolean, nullable=False),
    _key("key", TOWN_NAME),
    Index(None, "region", "key"),
)
"""`key`, here and below: what the name is compared by (`texts.addresses`). Ids are made in `local.addresses`."""

street = Table(
    "registry_street",
    metadata,
    Column("id", String(LENGTH), primary_key=True),
    Column("town_id", ForeignKey("registry_town.id"), nullable=False),
    Column("name", String(STREET_NAME), nullable=False),
    Column("kind", String(ADDRESS_KIND), nullable=False),
    _key("key", STREET_NAME),
    Index(None, "town_id", "key"),
)

house = Table(
    "registry_house",
    metadata,
    Column("id", String(LENGTH), primary_key=True),
    Column("street_id", ForeignKey("registry_street.id"), nullable=False),
    Column("number", String(HOUSE_NUMBER), nullable=False),
    Column("place", Integer, nullable=False),
    _key("key", HOUSE_NUMBER),
    Index(None, "street_id", "place", "key"),
)
"""`place`: the number that the house's begins with, so that 5 and 5А come before 10."""
