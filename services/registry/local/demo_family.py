"""The ready family: five invented people with numbers that pass every check and belong to nobody else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from services.registry.local.demo_clinics import ADULT_HOME, CHILD_HOME
from services.registry.local.demo_names import a_name, a_patronymic, a_surname, for_sex
from services.registry.local.patients import Patients
from services.registry.model import ADULT_AGE, Patient, PatientIdentity, Policy, PolicyKind, Sex
from services.registry.ports.desk import DeskPort
from services.registry.ports.errors import PatientConflict
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.tables import setting
from services.storage.vault import Vault
from services.texts.dates import full_years

_REGION = 50
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """`relation` to the account: own, spouse, child or parent, in the words of `accounts.model.Relation`."""

    relation: str
    identity: PatientIdentity


async def enrol_family(admin: DeskPort, seed: str, today: date) -> list[tuple[FamilyMember, Patient]]:
    """A family for this seed, confirmed and attached to an adults' and a children's clinic of one demo town.

    Where the registry holds one of its numbers for somebody else, another family is made.
    """
    for attempt in range(_ATTEMPTS):
        family = _attempted(seed, attempt, today)
        try:
            return [(member, await admin.enrol(member.identity, _home(member, today))) for member in family]
        except PatientConflict:
            continue
    raise PatientConflict("no family with numbers of its own could be made")


async def find_family(
    database: Database, vault: Vault, seed: str, made: date
) -> list[tuple[FamilyMember, Patient]] | None:
    """The family that `enrol_family` has made for this seed on that day, as the registry knows it; None: it has not."""
    patients = Patients(vault)
    async with database.read() as connection:
        for attempt in range(_ATTEMPTS):
            found: list[tuple[FamilyMember, Patient]] = []
            try:
                for member in _attempted(seed, attempt, made):
                    patient = await patients.find(connection, member.identity)
                    if patient is None:
                        return None
                    found.append((member, patient))
            except PatientConflict:
                continue
            return found
    return None


async def give_to_all(
    database: Database,
    vault: Vault,
    families: AsyncIterable[tuple[str, date]],
    mark: str,
    give: Callable[[Sequence[tuple[FamilyMember, Patient]], date], Awaitable[None]],
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Families that an earlier release has made get what a later one gives at once; once for a database.

    `families`: seeds of those that there may be, with the day. Whoever is not found under what that seed makes is none
    of them, so people who were typed or confirmed by documents get nothing. `mark`: the setting that says it was done.
    """
    if (await database.fetch(select(setting.c.value).where(setting.c.name == mark))).scalar() is not None:
        return
    async for seed, made in families:
        began = time.monotonic()
        family = await find_family(database.aside, vault, seed, made)
        if family:
            await give(family, made)
        await pause(time.monotonic() - began if database.dialect == "sqlite" else 0)
    done = insert_for(database.dialect, setting).values(name=mark, value="1")
    await database.aside.execute(done.on_conflict_do_nothing(index_elements=["name"]))


def _attempted(seed: str, attempt: int, today: date) -> tuple[FamilyMember, ...]:
    return ready_family(f"{seed} {attempt}" if attempt else seed, today)


def ready_family(seed: str, today: date) -> tuple[FamilyMember, ...]:
    """Own (36), spouse (38), children (exactly 6 and 15), own mother (78): the same for a seed and a day."""
    random = Random(f"nomerok family {seed}")  # noqa: S311  (invented people, not secrets)
    sex = random.choice((Sex.FEMALE, Sex.MALE))
    other = Sex.MALE if sex is Sex.FEMALE else Sex.FEMALE
    surname, mothers = a_surname(random), a_surname(random)
    father = random.choice(_FATHERS)
    names = {Sex.MALE: father[0], Sex.FEMALE: a_name(random, Sex.FEMALE)}

    def member(relation: str, age: int, who: Sex, surname: str, name: str, patronymic: str) -> FamilyMember:
        birth_date = _born(random, age, today)
        identity = PatientIdentity(
            surname=for_sex(surname, who),
            name=name,
            patronymic=for_sex(patronymic, who),
            birth_date=birth_date,
            sex=who,
            policy=Policy(PolicyKind.ENP, enp(birth_date, who, random.randrange(100_000))),
            snils=snils(random.randrange(2_000_000, 999_999_999)),
            phone=None,
        )
        return FamilyMember(relation, identity)

    return (
        member("own", 36, sex, surname, names[sex], a_patronymic(random)),
        member("spouse", 38, other, surname, names[other], a_patronymic(random)),
        member("child", 6, Sex.FEMALE, surname, a_name(random, Sex.FEMALE), father[1]),
        member("child", 15, Sex.MALE, surname, a_name(random, Sex.MALE), father[1]),
        member(
            *("parent", 78, Sex.FEMALE),
            *(surname if sex is Sex.MALE else mothers, a_name(random, Sex.FEMALE), a_patronymic(random)),
        ),
    )


_FATHERS = (
    ("Александр", "Александрович"),
    ("Алексей", "Алексеевич"),
    ("Андрей", "Андреевич"),
    ("Дмитрий", "Дмитриевич"),
    ("Иван", "Иванович"),
    ("Максим", "Максимович"),
    ("Михаил", "Михайлович"),
    ("Николай", "Николаевич"),
    ("Павел", "Павлович"),
    ("Сергей", "Сергеевич"),
)
"""Fathers' names and what their children are called by."""


def enp(birth_date: date, sex: Sex, serial: int) -> str:
    """A policy number of the common form: RR MM YYYY DD NNNNN K, dates coded as приказ ФФОМС 79 of 2011 has it.

    The month and the day count down from 99, the year's digits from 9 and backwards; the last digit is Luhn's.
    """
    month = birth_date.month + (0 if birth_date.year > 2000 else 40 if birth_date.year > 1950 else 20)
    day = birth_date.day + (50 if sex is Sex.MALE else 0)
    year = "".join(str(9 - int(digit)) for digit in reversed(f"{birth_date.year:04}"))
    body = f"{_REGION:02}{99 - month:02}{year}{99 - day:02}{serial:05}"
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))]
    return f"{body}{-sum(value // 10 + value % 10 for value in doubled) % 10}"


def snils(number: int) -> str:
    """11 digits: nine of `number` and the check of ПФР (weights 9 to 1, modulo 101, 100 is written 00)."""
    body = f"{number:09}"
    check = sum(int(digit) * (9 - place) for place, digit in enumerate(body)) % 101 % 100
    return f"{body}{check:02}"


def _born(random: Random, age: int, today: date) -> date:
    """The last birthday lies one to ten months back, so that nobody turns older within the demo's two weeks."""
    birthday = today - timedelta(days=random.randint(30, 300))
    return birthday.replace(year=birthday.year - age, day=min(birthday.day, 28))


def _home(member: FamilyMember, today: date) -> str:
    return ADULT_HOME if full_years(member.identity.birth_date, today) >= ADULT_AGE else CHILD_HOME
