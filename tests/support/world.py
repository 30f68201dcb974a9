"""A small world to book in: services over a fresh database, clinics with free times, a registry told what to do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from bot.build import build_house, build_kernel
from bot.common import by_itself
from bot.signing import OFF, Signing
from bot.storage import Storage
from bot.topic import Topic
from bot.topics import ALL
from services.accounts.access import Access
from services.accounts.ageing import Ageing
from services.accounts.bases import Bases
from services.accounts.consents import Consents
from services.accounts.family import Family
from services.accounts.mail import Mail
from services.accounts.model import OWN_WORD_FROM, Account, Basis, Covers, MailCode, Person, Relation
from services.accounts.tables import account as account_table
from services.accounts.tables import mail_code as mail_code_table
from services.booking.booking import Booking
from services.booking.calendar import Calendar
from services.booking.cancelling import Cancelling
from services.booking.deeds import Deeds
from services.booking.holds import Holds
from services.booking.links import Links
from services.booking.model import BookingRequest
from services.booking.reminders import Reminders
from services.booking.repeats import Repeats
from services.booking.replies import Replies
from services.booking.times import Times
from services.booking.visits import Visits
from services.booking.warnings import Warnings
from services.booking.watch import Watch
from services.cases.cases import Cases
from services.cases.desk import CaseDesk
from services.clinics.directory import Directory
from services.disputes.disputes import Disputes
from services.drafts.model import Draft
from services.mydata.mydata import MyData
from services.registry.following import Following
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.demo_family import enp, snils
from services.registry.local.refs import slot_ref
from services.registry.local.registry import LocalRegistry
from services.registry.model import (
    AgeGroup,
    Booked,
    BookingAnswer,
    CancelAnswer,
    CancelRefusal,
    Capabilities,
    Clinic,
    NotCancelled,
    Patient,
    PatientIdentity,
    Policy,
    PolicyKind,
    Refusal,
    Refused,
    Sex,
    Slot,
    Unknown,
    Visit,
)
from services.registry.ports.errors import RegistryUnavailable
from services.registry.ports.prescriptions import PrescriptionChangesPort
from services.registry.ports.registry import Registry
from services.registry.ports.schedules import DoctorRecord, SlotRecord
from services.registry.ports.visits import VisitChangesPort
from services.requests.requests import Requests
from services.searches.searches import Searches
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.machine import unhurried

MOSCOW = ZoneInfo("Europe/Moscow")
KIND = "booking"
LIFETIME = timedelta(hours=24)
CLINIC = Clinic(
    *("c1", "Поликлиника № 1", "ул. Мира, д. 1", "Мытищи", "50", "+7 495 000-00-01", "1-5 08:00-20:00"),
    *("Europe/Moscow", AgeGroup.ANY, 55.91, 37.73),
)
CHILDREN = replace(CLINIC, id="c2", name="Детская поликлиника № 2", age_group=AgeGroup.CHILD)
THERAPIST = DoctorRecord("d1", "c1", "110", "Терапевт", "Ветров", "Иван", "Петрович", "каб. 1", AgeGroup.ANY)
SECOND_THERAPIST = replace(THERAPIST, id="d3", surname="Громов", room="каб. 3")
SURGEON = DoctorRecord("d2", "c1", "122", "Хирург", "Орлов", "Олег", None, "каб. 2", AgeGroup.ANY)
PAEDIATRICIAN = DoctorRecord("d4", "c2", "59", "Педиатр", "Белова", "Вера", None, "каб. 4", AgeGroup.CHILD)
LENGTH = timedelta(minutes=20)
PATIENCE = timedelta(minutes=10)
"""How long services wait for the registry here: what comes of a test is not to depend on the machine's speed."""


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    """A moment of November 2026 by Moscow's clock; 23 November, 09:00 is now."""
    return datetime(2026, 11, day, hour, minute, tzinfo=MOSCOW).astimezone(UTC)


def somebody(number: int, born: date, surname: str = "Иванова", *, sex: Sex = Sex.FEMALE) -> PatientIdentity:
    """A person of one's own number: name, policy and СНИЛС are nobody else's."""
    return PatientIdentity(
        *(surname, f"Анна{'абвгдежзик'[number % 10]}", "Сергеевна", born, sex),
        *(Policy(PolicyKind.ENP, enp(born, sex, number)), snils(100_000_000 + number), "+79161234567"),
    )


_TELLING = frozenset({VisitChangesPort, PrescriptionChangesPort})
ADULT = date(1990, 3, 14)
CHILD = date(2020, 5, 1)
TEENAGER = date(2011, 5, 1)
Answer = TypeVar("Answer")


class Lost(Exception):  # noqa: N818
    """A script's word: the visit is made, its answer is lost."""


class Silence(Exception):  # noqa: N818
    """A script's word: nothing is done and no answer ever comes."""


class ScriptedRegistry:
    """The local registry, but `answers` and `cancel_answers` are given first, and what `unavailable` names fails.

    `book` and `move` take from the same `answers`, and leave their keys in `keys`. It does not tell its changes unless
    it `tells` them.
    """

    def __init__(self, real: Registry, *, tells: bool = False) -> None:
        self._real = real
        self._tells = tells
        self.answers: list[BookingAnswer | Lost | Silence] = []
        self.cancel_answers: list[CancelAnswer | Lost | Silence] = []
        self.found: list[BookingAnswer | None] = []
        self.unavailable: set[str] = set()
        self.asked: Counter[str] = Counter()
        self.keys: list[str] = []

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)

        async def ask(*args: Any, **named: Any) -> Any:
            self.asked[name] += 1
            if name in self.unavailable:
                raise RegistryUnavailable
            return await method(*args, **named)

        return ask

    def capabilities(self) -> Capabilities:
        real = self._real.capabilities()
        return real if self._tells else replace(real, ports=real.ports - _TELLING)

    async def book(self, key: str, patient_id: str, slot_id: str) -> BookingAnswer:
        self.keys.append(key)
        refused = Refused(Refusal.UNAVAILABLE)
        return await self._act("book", self.answers, refused, lambda: self._real.book(key, patient_id, slot_id))

    async def move(self, key: str, visit_id: str, slot_id: str) -> BookingAnswer:
        self.keys.append(key)
        refused = Refused(Refusal.UNAVAILABLE)
        return await self._act("move", self.answers, refused, lambda: self._real.move(key, visit_id, slot_id))

    async def cancel(self, visit_id: str) -> CancelAnswer:
        refused = NotCancelled(CancelRefusal.UNAVAILABLE)
        return await self._act("cancel", self.cancel_answers, refused, lambda: self._real.cancel(visit_id))

    async def _act(
        self,
        name: str,
        scripts: list[Answer | Lost | Silence],
        unavailable: Answer,
        really: Callable[[], Awaitable[Answer]],
    ) -> Answer | Unknown:
        """What the next of `scripts` says; without one, what the real registry does."""
        self.asked[name] += 1
        if name in self.unavailable:
            return unavailable
        script = scripts.pop(0) if scripts else None
        if isinstance(script, Silence):
            await asyncio.Event().wait()
        if script is None or isinstance(script, Lost):
            answer = await really()
            return Unknown() if script else answer
        return cast(Answer, script)

    async def find_booking(self, key: str) -> BookingAnswer | None:
        self.asked["find_booking"] += 1
        if "find_booking" in self.unavailable:
            raise RegistryUnavailable
        return self.found.pop(0) if self.found else await self._real.find_booking(key)


class World:
    """Every service, put together as in the bot, over a registry that can be told what to answer.

    `tells`: that registry tells its changes. `signing`: how applications are signed. `topics`: all, or more.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: FakeClock,
        *,
        registers_patients: bool = True,
        moves: bool = True,
        tells: bool = False,
        own_word_from: int = OWN_WORD_FROM,
        signing: Signing = OFF,
        topics: Sequence[Topic] = ALL,
        **fakes: object,
    ) -> None:
        self.database, self.vault, self.clock = database, vault, clock
        real = LocalRegistry(database, vault, clock, registers_patients=registers_patients, moves=moves)
        self.registry = ScriptedRegistry(real, tells=tells)
        self.admin = LocalRegistryAdmin(database, vault, clock)
        storage = Storage(database, vault, clock)
        registry = cast(Registry, self.registry)
        kernel = build_kernel(
            *(storage, by_itself(storage, unhurried()), registry),
            operator="Больница",
            mails=True,
            signing=signing,
            patience=PATIENCE,
            own_word_from=own_word_from,
            topics=topics,
        )
        self.house = house = build_house(kernel, topics, fakes)
        self.accounts, self.persons, self.drafts = kernel.accounts, kernel.persons, kernel.drafts
        self.outbox, self.limits = kernel.outbox, kernel.limits
        self.mail = house.service(Mail)
        self.watch = house.service(Watch)
        self.following = house.service(Following)
        self.directory = house.service(Directory)
        self.booking = house.service(Booking)
        self.holds = house.service(Holds)
        self.times = house.service(Times)
        self.visits = house.service(Visits)
        self.reminders = house.service(Reminders)
        self.replies = house.service(Replies)
        self.repeats = house.service(Repeats)
        self.calendar = house.service(Calendar)
        self.warnings = house.service(Warnings)
        self.cancelling = house.service(Cancelling)
        self.deeds = house.service(Deeds)
        self.disputes = house.service(Disputes)
        self.access = house.service(Access)
        self.bases = house.service(Bases)
        self.consents = house.service(Consents)
        self.family = house.service(Family)
        self.ageing = house.service(Ageing)
        self.requests = house.service(Requests)
        self.cases = house.service(Cases)
        self.links = house.service(Links)
        self.searches = house.service(Searches)
        self.mydata = house.service(MyData)
        self.case_desk = house.service(CaseDesk)
        self._numbers = count(1)

    async def furnish(self, *, hours: int = 3) -> None:
        """Two clinics, four doctors; the first `hours` hours from 09:00 of 24 and 25 November are free."""
        starts = [at(9, day=day) + LENGTH * place for day in (24, 25) for place in range(3 * hours)]
        doctors = [THERAPIST, SECOND_THERAPIST, SURGEON, PAEDIATRICIAN]
        ids = sorted(doctor.id for doctor in doctors)
        slots = [SlotRecord(id_, start, start + LENGTH) for id_ in ids for start in starts]
        await self.admin.load([CLINIC, CHILDREN], doctors, slots)

    async def account(self, telegram_id: int | None = None) -> Account:
        """Somebody who has given consent."""
        return await self.accounts.give_consent(telegram_id or 5_000_000_000 + next(self._numbers), "ru", "согласие")

    async def person(
        self,
        account: Account,
        identity: PatientIdentity,
        relation: Relation = Relation.OWN,
        *bases: Basis,
        until: datetime | None = None,
        known: bool = True,
        covers: Collection[Covers] = tuple(Covers),
    ) -> Person:
        """A person of the account, by desk unless told; `known`: the registry has them already."""
        patient = await self.admin.enrol(identity, CLINIC.id) if known else None
        held: Mapping[Basis, datetime | None] = dict.fromkeys(bases or (Basis.DESK,), until)
        async with self.database.write() as unit:
            person_id = await self.persons.insert(unit, account.id, relation, identity, held, patient, covers=covers)
        return await self.persons.get(account, person_id)

    async def give_mail(self, account: Account, address: str) -> Account:
        """An address that its owner has confirmed by the letter's code."""
        await self.mail.send_code(account, address)
        given = await self.mail.confirm(account, address, (await self.mail_code(account)).digits)
        assert isinstance(given, Account), given
        return given

    async def old_mail(self, account: Account, address: str) -> Account:
        """An address as the last release kept it: typed, and confirmed by nobody."""
        sealed = self.vault.seal(account_table.c.email, account.id, address)
        mine = update(account_table).where(account_table.c.id == account.id)
        await self.database.execute(mine.values(email=sealed, email_confirmed_at=None))
        return await self.accounts.by_id(account.id) or account

    async def mail_code(self, account: Account) -> MailCode:
        """The code that the letter brings."""
        query = select(mail_code_table.c.id).where(mail_code_table.c.account_id == account.id)
        code = await self.mail.code((await self.database.fetch(query)).scalar_one())
        assert code is not None, "it is not good"
        return code

    async def slot(self, doctor: DoctorRecord = THERAPIST, hour: int = 9, minute: int = 0, day: int = 24) -> Slot:
        """A time that was free when the world was furnished."""
        start = at(hour, minute, day)
        found = await self.registry.slot(slot_ref(doctor.id, start))
        if found is not None:
            return cast(Slot, found)
        name = " ".join(part for part in (doctor.surname, doctor.name, doctor.patronymic) if part)
        return Slot(
            *(slot_ref(doctor.id, start), doctor.clinic_id, doctor.service_id, doctor.service, doctor.id, name),
            *(doctor.room, start, start + LENGTH),
        )

    async def draft(self, account: Account, **answers: Any) -> Draft:
        """An open booking draft."""
        return await self.drafts.start(Draft("", account.id, KIND, "confirm", answers=answers))

    async def request(self, account: Account, who: Person | PatientIdentity, slot: Slot) -> BookingRequest:
        """A request under a draft of its own."""
        draft = await self.draft(account)
        clinic = CHILDREN if slot.clinic_id == CHILDREN.id else CLINIC
        return BookingRequest(account, draft.id, who, clinic, slot)

    async def at_the_desk(self, patient: Patient | str, slot: Slot) -> Visit:
        """A visit made at the clinic, not here."""
        patient_id = patient if isinstance(patient, str) else patient.id
        answer = await self.registry._real.book(f"desk {slot.id}", patient_id, slot.id)
        assert isinstance(answer, Booked), answer
        return answer.visit

    async def crowd(self, people: int) -> Mapping[Account, Visit]:
        """So many accounts, each with a visit of its holder that was made at the desk, on the 25th at noon."""
        doctors = [replace(THERAPIST, id=f"x{number:03}") for number in range(people)]
        start = at(12, day=25)
        await self.admin.load([], doctors, [SlotRecord(each.id, start, start + LENGTH) for each in doctors])
        visits = {}
        for number, doctor in enumerate(doctors):
            account = await self.account()
            person = await self.person(account, somebody(number, ADULT))
            visits[account] = await self.at_the_desk(cast(str, person.patient_id), await self.slot(doctor, 12, day=25))
        return visits
