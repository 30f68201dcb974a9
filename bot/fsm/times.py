"""Steps from the specialist to the time: what booking and moving a visit share, and what their screens stand on."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.fsm.person import identity_of
from bot.fsm.wizard import (
    Acted,
    Answered,
    Chosen,
    Input,
    Jump,
    Loaded,
    NotTaken,
    Outcome,
    Stay,
    StepContext,
)
from bot.keyboards.kit import clamp, page_of
from bot.views import refusals
from bot.views import times as view
from bot.views.people import person_names
from bot.views.specialties import FIRST_ASKED, specialty
from bot.views.times import DayPart
from services.accounts.model import Field, Person, full_name
from services.accounts.persons import Persons
from services.accounts.shown import shown
from services.booking.holds import Holds
from services.booking.model import ChosenTime, NoHold
from services.booking.times import Times
from services.booking.visits import Visits
from services.clinics import whom
from services.clinics.directory import Directory
from services.clinics.regions import Region, region
from services.drafts.model import Answers
from services.errors import NotFound
from services.registry.model import Clinic, PatientIdentity, PolicyKind, Refusal, ServiceOffer, Sex, Slot, Visit
from services.texts.dates import MOSCOW, full_years, local

OTHER = "other"
ANY_DOCTOR = "any"
FOR_WOMEN_POST, FOR_WOMEN_CLINIC = "service", "clinic"
_MONTH = re.compile(r"20[0-9]{2}(0[1-9]|1[0-2])")
_WEEKDAY = re.compile(r"[0-6]")
_LISTED = "list"
"""The mark of who wants the days as a list."""


def is_other(answers: Answers) -> bool:
    return answers.get("person") == OTHER


def name_of(who: Person | PatientIdentity) -> str:
    return who.full_name if isinstance(who, Person) else full_name(who)


def called(who: Person | PatientIdentity) -> str:
    """As buttons call them, where it is chosen for them: the card that is confirmed has the full name."""
    return person_names(who)[0] if isinstance(who, Person) else f"{who.name} {who.surname}"


def has_no_policy(who: Person | PatientIdentity) -> bool:
    """Whether visits are booked by phone; whose numbers are not shown the registry knows, or says so itself."""
    form = who.shown if isinstance(who, Person) else who
    return form is not None and form.policy.kind is PolicyKind.NONE


def sex_of(who: Person | PatientIdentity) -> Sex | None:
    """None where it is not shown: then nothing may follow from it, an order neither."""
    form = who.shown if isinstance(who, Person) else who
    return None if form is None else form.sex


def is_attachment_shown(who: Person | PatientIdentity, now: datetime) -> bool:
    """Whether it can be said here where the person is attached; else they may be, anywhere."""
    return isinstance(who, Person) and Field.ATTACHMENT in shown(who, local(now, MOSCOW).date(), now)


def age_of(who: Person | PatientIdentity, now: datetime, tz: str) -> int:
    today = local(now, tz).date()
    return who.age(today) if isinstance(who, Person) else full_years(who.birth_date, today)


def region_of(context: StepContext) -> Region:
    found = region(context.answers["region"])
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class WhoAndWhere:
    """Who the visit is for and where, as the answers say: what every later step stands on."""

    persons: Persons
    directory: Directory

    async def who(self, context: StepContext) -> Person | PatientIdentity:
        if is_other(context.answers):
            return identity_of(context.answers)
        person_id = context.answers["person"]
        return await context.once(f"person {person_id}", lambda: self.persons.get(context.account, person_id))

    async def place(self, context: StepContext) -> view.Place:
        clinic_id = context.answers["clinic"]
        clinic = await context.once(f"clinic {clinic_id}", lambda: self.directory.clinic(clinic_id))
        if clinic is None:
            raise NotFound
        who, moved_from = await self.who(context), context.marks.get("moved_from")
        return view.Place(
            name_of(who),
            called(who),
            clinic,
            datetime.fromisoformat(moved_from) if moved_from else None,
        )

    async def place_and_age(self, context: StepContext) -> tuple[view.Place, int]:
        place = await self.place(context)
        return place, age_of(await self.who(context), context.now, place.clinic.tz)


@dataclass(frozen=True, slots=True)
class TimeSteps:
    """The specialist, the doctor, the day and the time; a chosen time is held."""

    known: WhoAndWhere
    times: Times
    holds: Holds
    visits: Visits

    async def load_service(self, context: StepContext) -> Loaded[view.ServiceChoice]:
        place, age = await self.known.place_and_age(context)
        offers = await self._services(context, place.clinic, age)
        page = clamp(context.draft.page, len(offers), context.layout.page)
        shown = page_of(offers, page, context.layout.page)
        return Loaded(view.ServiceChoice(place, shown, page, len(offers)), [each.id for each in shown], page)

    async def apply_service(self, context: StepContext, given: Input) -> Outcome:
        if not isinstance(given, Chosen):
            return NotTaken()
        place, age = await self.known.place_and_age(context)
        offers = await self._services(context, place.clinic, age)
        offer = next((each for each in offers if each.id == given.ref), None)
        if offer is None:
            return Stay()
        if not offer.free:
            return none_here(offer.id, offer.name)
        return Answered(await self.service_answers(context, place.clinic, offer.id, offer.name))

    async def _services(self, context: StepContext, clinic: Clinic, age: int) -> list[ServiceOffer]:
        """Who is seen first of all, then by name; those for the other sex, where the person's is known, come last."""
        offers = await self.times.services(context.account.id, clinic.id, age)
        sex = sex_of(await self.known.who(context))
        return sorted(
            offers,
            key=lambda each: (not whom.suits(whom.post_for(each.id, each.name), sex), each.id not in FIRST_ASKED),
        )

    async def service_answers(self, context: StepContext, clinic: Clinic, service_id: str, name: str) -> dict[str, Any]:
        """What the draft keeps of a specialist who is settled: also what is to be said before a doctor is asked for."""
        return {
            "service": service_id,
            "service_name": name,
            "ahead": await self.ahead(context, service_id),
            "for_women": for_women(await self.known.who(context), clinic, service_id, name),
        }

    async def ahead(self, context: StepContext, service_id: str) -> str | None:
        """The person's visit to this specialist that is still ahead; None where there is none, or none to be seen."""
        return next((each.id for each in await self.standing(context) if each.service_id == service_id), None)

    async def standing(self, context: StepContext) -> Sequence[Visit]:
        """The person's visits that are still ahead, as far as the account sees them, but the one that is moved."""
        who = await self.known.who(context)
        person = who if isinstance(who, Person) else await self.known.persons.same_as(context.account, who)
        if person is None:
            return ()
        standing = await context.once("standing", lambda: self.visits.standing(context.account, person))
        return [each for each in standing if each.id != context.answers.get("moving")]

    async def _own_time(self, context: StepContext, place: view.Place, age: int) -> Collection[str]:
        """When a visit is moved: free times at the moment that it has, with whichever doctor. That is no move."""
        if place.moved_from is None:
            return ()
        service, day = context.answers["service"], local(place.moved_from, place.clinic.tz).date()
        slots = await self.times.slots(context.account.id, place.clinic.id, service, age, None, day=day)
        return [each.id for each in slots if each.start == place.moved_from]

    async def _soonest(self, context: StepContext, place: view.Place, age: int) -> Slot | None:
        """The nearest time with any doctor that could be booked beside what is seen of the person's visits."""
        return await self.times.soonest(
            *(context.account.id, place.clinic.id, context.answers["service"], age, None),
            beside=await self.standing(context),
            but=await self._own_time(context, place, age),
        )

    async def load_doctor(self, context: StepContext) -> Loaded[view.DoctorChoice] | Jump:
        place, age = await self.known.place_and_age(context)
        service = context.answers["service"]
        offers = await self.times.doctors(context.account.id, place.clinic.id, service, age)
        if not any(each.free for each in offers):
            return none_here(service, context.answers["service_name"])
        page = clamp(context.draft.page, len(offers), context.layout.described)
        shown = page_of(offers, page, context.layout.described)
        soonest = await self._soonest(context, place, age)
        data = view.DoctorChoice(place, service, context.answers["service_name"], shown, page, len(offers), soonest)
        return Loaded(data, [each.id for each in shown], page)

    async def apply_doctor(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.DoctorAct.ANY):
                return Answered({"doctor": ANY_DOCTOR, "doctor_name": None})
            case Acted(view.DoctorAct.SOONEST):
                place, age = await self.known.place_and_age(context)
                slot = await self._soonest(context, place, age)
                if slot is None:
                    return Stay()
                day = local(slot.start, place.clinic.tz).date()
                return await self.hold_time(
                    context, slot, {"doctor": ANY_DOCTOR, "doctor_name": None, "day": day.isoformat()}, "doctor"
                )
            case Chosen(doctor_id):
                place, age = await self.known.place_and_age(context)
                offers = await self.times.doctors(context.account.id, place.clinic.id, context.answers["service"], age)
                offer = next((each for each in offers if each.id == doctor_id), None)
                if offer is None:
                    return Stay()
                if not offer.free:
                    return Stay(view.no_times(context.t, offer.name, place.clinic), page=context.draft.page)
                return Answered({"doctor": offer.id, "doctor_name": offer.name})
        return NotTaken()

    async def load_day(self, context: StepContext) -> Loaded[view.DayChoice] | Jump:
        place, age = await self.known.place_and_age(context)
        doctor = _doctor_id(context.answers)
        but = await self._own_time(context, place, age) if doctor is None else ()
        where = context.account.id, place.clinic.id, context.answers["service"], age, doctor
        days = await self.times.days(*where, but=but)
        if not days:
            return Jump(
                "doctor",
                view.no_times(context.t, context.answers["doctor_name"] or service_words(context), place.clinic),
            )
        months = sorted({each.day.replace(day=1) for each in days})
        wanted = context.marks.get("month")
        month = date.fromisoformat(wanted) if wanted else months[0]
        listed = context.marks.get("days", _LISTED if context.layout.lists_days else None) == _LISTED
        page = clamp(context.draft.page, len(days), context.layout.page)
        data = view.DayChoice(_chosen(context, place), days, month if month in months else months[0], listed, page)
        return Loaded(data, [each.day.isoformat() for each in days], page)

    async def apply_day(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.DayAct.EMPTY | view.DayAct.WEEKDAY as act, arg):
                return Stay(toast=await self._about(context, act, arg))
            case Acted(view.DayAct.LIST):
                return Stay(marks={"days": _LISTED})
            case Acted(view.DayAct.GRID):
                return Stay(marks={"days": "grid"})
            case Acted(view.DayAct.MONTH, month) if _MONTH.fullmatch(month):
                return Stay(marks={"month": f"{month[:4]}-{month[4:]}-01"})
            case Chosen(day):
                return Answered({"day": day})
        return NotTaken()

    async def _about(self, context: StepContext, act: StrEnum, arg: str) -> str:
        """What is to be said of a cell without times: the days that have some are those of the pressed screen."""
        t, days = context.t, [date.fromisoformat(each) for each in context.draft.options]
        today = local(context.now, (await self.known.place(context)).clinic.tz).date()
        if act is view.DayAct.WEEKDAY and _WEEKDAY.fullmatch(arg):
            return view.weekday(t, int(arg), days, today)
        return view.empty_day(t, _day_of(arg), days, today)

    async def load_time(self, context: StepContext) -> Loaded[view.TimeChoice] | Jump:
        place, age = await self.known.place_and_age(context)
        tz = place.clinic.tz
        day = date.fromisoformat(context.answers["day"])
        doctor = _doctor_id(context.answers)
        but = await self._own_time(context, place, age) if doctor is None else ()
        where = context.account.id, place.clinic.id, context.answers["service"], age, doctor
        slots = _one_a_time(await self.times.slots(*where, day=day, but=but))
        if not slots:
            return Jump("day", view.no_times_on_day(context.t))
        parts_of = [(DayPart.of(local(each.start, tz).hour), each) for each in slots]
        by_part = {part: [each for its, each in parts_of if its is part] for part in DayPart}
        parts = [(part, len(found)) for part, found in by_part.items() if found]
        wanted = context.marks.get("part")
        part = next((each for each, _ in parts if each == wanted), parts[0][0])
        found = by_part[part]
        page = clamp(context.draft.page, len(found), context.layout.times)
        shown = page_of(found, page, context.layout.times)
        data = view.TimeChoice(_chosen(context, place), day, shown, part, parts, page, len(found))
        return Loaded(data, [slot_ref(each) for each in shown], page)

    async def apply_time(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.TimeAct.PART, part):
                return Stay(marks={"part": part})
            case Chosen(ref):
                slot = await self.slot_of(context, ref)
                if isinstance(slot, Refusal):
                    return Stay(refusals.refusal(context.t, slot, (await self.known.place(context)).clinic))
                return await self.hold_time(context, slot, {}, "time")
        return NotTaken()

    async def hold_time(self, context: StepContext, slot: Slot, changes: dict[str, Any], step: str) -> Outcome:
        taken = await self.holds.take(slot, context.account, context.draft.id)
        if taken is NoHold.ANOTHERS:  # one that is not kept for other reasons can be booked: the next screen says so
            note = refusals.refusal(context.t, Refusal.TIME_BUSY, (await self.known.place(context)).clinic)
            return Stay(note) if step == "time" else Jump(step, note)
        return Answered({**changes, "time": slot_ref(slot)})

    async def slot_of(self, context: StepContext, ref: str) -> Slot | Refusal:
        """The time of a `slot_ref`, or why it can be had no longer."""
        chosen = chosen_time(ref)
        gone = Refusal.TIME_PASSED if chosen.start <= context.now else Refusal.TIME_BUSY
        return await self.times.slot(chosen.slot_id) or gone

    async def let_time_go(self, context: StepContext) -> None:
        await self.holds.release(context.account, context.draft.id)


def none_here(service_id: str, name: str) -> Jump:
    """To what is said of a specialist without free times at this clinic, with the ways on."""
    return Jump("full", marks={"wanted": [service_id, name], "elsewhere": None})


def for_women(who: Person | PatientIdentity, clinic: Clinic, service_id: str, name: str) -> str | None:
    """What is for women, the specialist or the clinic, where a man or a boy may be booked; None: nothing to ask.

    Of somebody who is typed in this very booking the answers say it (`elsewhere.is_for_women`), and can be corrected.
    """
    sex = sex_of(who) if isinstance(who, Person) else Sex.MALE
    if not whom.suits(whom.post_for(service_id, name), sex):
        return FOR_WOMEN_POST
    return None if whom.suits(whom.clinic_for(clinic), sex) else FOR_WOMEN_CLINIC


def slot_ref(slot: Slot) -> str:
    return f"{slot.id} {slot.start.isoformat()}"


def chosen_time(ref: str) -> ChosenTime:
    """What a `slot_ref` says."""
    slot_id, _, start = ref.partition(" ")
    return ChosenTime(slot_id, datetime.fromisoformat(start))


def _day_of(arg: str) -> date | None:
    """«20261203»; None for what is no day."""
    try:
        return datetime.strptime(arg, "%Y%m%d").date()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return None


def _one_a_time(slots: Sequence[Slot]) -> list[Slot]:
    """With any doctor several may be free at the same minute: one button a minute."""
    return list({each.start: each for each in reversed(slots)}.values())[::-1]


def service_words(context: StepContext) -> str:
    return specialty(context.t, context.answers["service"], context.answers["service_name"])


def _chosen(context: StepContext, place: view.Place) -> view.Chosen:
    return view.Chosen(
        place, context.answers["service"], context.answers["service_name"], context.answers["doctor_name"]
    )


def _doctor_id(answers: Answers) -> str | None:
    doctor = answers.get("doctor")
    return None if doctor in (None, ANY_DOCTOR) else doctor
