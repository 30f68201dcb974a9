"""Booking (E1) as a table of steps: region, person, clinic, service, doctor, day, time, confirmation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.person import check_step, field_steps, identity_of
from bot.fsm.wizard import (
    Acted,
    Answered,
    Chosen,
    Input,
    Jump,
    Left,
    Loaded,
    Outcome,
    SharedLocation,
    Stay,
    Step,
    Turn,
    Typed,
)
from bot.keyboards.kit import PAGE_SIZE, clamp
from bot.tools import Tools
from bot.views import booking as view
from bot.views.booking import TIMES_A_SCREEN, DayPart
from bot.views.prompts import Prompt
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.visits import ticket
from services.accounts.model import Account, Person, Relation, full_name
from services.accounts.rights import Denial
from services.booking.model import BookingRequest, Checking, Declined, Made
from services.clinics.directory import Place, distance_km, find_regions, nearest
from services.clinics.regions import REGIONS, Region, region
from services.drafts.model import Answers
from services.errors import NotFound
from services.registry.model import ADULT_AGE, Clinic, PatientIdentity, PolicyKind, Refusal, Slot, Visit
from services.texts.dates import full_years, local

KIND = "booking"
LIFETIME = timedelta(hours=24)
OTHER = "other"
ANY_DOCTOR = "any"
_QUERY_LENGTH = 60
_RECENT_CLINICS = 3
_OTHER_FIELDS = ("surname", "name", "patronymic", "birth", "sex", "policy", "snils")
_AFTER_CLINIC = ("unattached", "service", "doctor", "day", "time", "month", "part", "checking", "confirm")
_AFTER_SERVICE = ("doctor", "day", "time", "month", "part")
_MONTH = re.compile(r"^m-20[0-9]{2}(0[1-9]|1[0-2])$")
_MORNING_ENDS, _EVENING_BEGINS = 12, 17


class BookingForm(StatesGroup):
    region = State()
    person = State()
    surname = State()
    name = State()
    patronymic = State()
    birth = State()
    sex = State()
    policy = State()
    doubt = State()
    snils = State()
    check = State()
    clinic = State()
    nopolicy = State()
    unattached = State()
    service = State()
    doctor = State()
    day = State()
    time = State()
    confirm = State()
    checking = State()


def booking_steps() -> list[Step]:
    """The table."""
    form = {field: getattr(BookingForm, field) for field in (*_OTHER_FIELDS[:6], "doubt", "snils")}
    return [
        Step(BookingForm.region, _load_region, view.region, _apply_region, clears=("clinic", "query", *_AFTER_CLINIC)),
        Step(
            BookingForm.person,
            _load_person,
            view.person,
            _apply_person,
            clears=("check", "clinic", "nopolicy", *_AFTER_CLINIC),
        ),
        *field_steps(form, own=False, visible=_is_other),
        check_step(BookingForm.check, _OTHER_FIELDS, own=False, visible=_is_other, right=_other_is_right),
        Step(BookingForm.clinic, _load_clinic, view.clinic, _apply_clinic, clears=("nopolicy", *_AFTER_CLINIC)),
        Step(BookingForm.nopolicy, _load_no_policy, view.no_policy, _apply_no_policy, _has_no_policy),
        Step(BookingForm.unattached, _load_place, view.unattached, _apply_unattached, _is_unattached),
        Step(BookingForm.service, _load_service, view.service, _apply_service, clears=_AFTER_SERVICE),
        Step(BookingForm.doctor, _load_doctor, view.doctor, _apply_doctor, clears=("day", "time", "month", "part")),
        Step(BookingForm.day, _load_day, view.day, _apply_day, clears=("time", "part")),
        Step(BookingForm.time, _load_time, view.time, _apply_time),
        Step(BookingForm.confirm, _load_confirm, view.confirm, _apply_confirm, leave=_let_time_go),
        Step(BookingForm.checking, _load_checking, view.checking, _apply_checking, lambda each: "checking" in each),
    ]


async def first_answers(tools: Tools, account: Account) -> dict[str, Any]:
    """What is known before the first question: the region of the person's clinic, or the one used last."""
    own = await tools.persons.own(account)
    if own is not None and own.clinic_id is not None:
        clinic = await tools.directory.clinic(own.clinic_id)
        if clinic is not None:
            return {"region": clinic.region}
    return {"region": account.last_region} if account.last_region else {}


async def after_booking(turn: Turn) -> Screen:
    """A press on a booking that is made: its ticket again."""
    entry = await turn.tools.visits.get(turn.account, turn.draft.result or "")
    return ticket(turn.t, entry, turn.now)


# --- region -------------------------------------------------------------------------------------------------


async def _load_region(turn: Turn) -> Loaded:
    counts = await turn.tools.directory.counts()
    query = turn.answers.get("query_region")
    last = turn.account.last_region
    if query is None:
        found: Sequence[Region] = sorted(
            REGIONS, key=lambda each: (each.code != last, each.code not in counts)
        )  # a stable sort: the rest stays in the order of names
    elif query == "":
        found = [each for each in REGIONS if each.code in counts]
    else:
        found = find_regions(query)
    page = clamp(turn.draft.page, len(found), PAGE_SIZE)
    shown = found[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    data = view.RegionChoice(
        [(each, counts.get(each.code, 0)) for each in shown], page, len(found), query or None, last
    )
    return Loaded(data, [each.code for each in shown], page)


async def _apply_region(turn: Turn, given: Input) -> Outcome:
    match given:
        case Typed(text):
            return Stay(changes={"query_region": text[:_QUERY_LENGTH]})
        case Acted("all"):
            return Stay(changes={"query_region": None})
        case Chosen(code):
            counts = await turn.tools.directory.counts()
            chosen = region(code)
            if chosen is None or code not in counts:
                note = view.no_clinics(turn.t, chosen, others=bool(counts)) if chosen else None
                return Stay(note, {"query_region": "" if counts else None})
            await turn.tools.accounts.set_last_region(turn.account, code)
            return Answered({"region": code, "region_fixed": True, "query_region": None})
    return Stay()


# --- person -------------------------------------------------------------------------------------------------


async def _load_person(turn: Turn) -> Loaded:
    family = await turn.tools.persons.family(turn.account)
    page = clamp(turn.draft.page, len(family), PAGE_SIZE)
    shown = family[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    return Loaded(view.PersonChoice(_region(turn), shown, page, len(family)), [each.id for each in shown], page)


async def _apply_person(turn: Turn, given: Input) -> Outcome:
    match given:
        case Acted("region"):
            return Jump("region")
        case Acted("other"):
            return Answered({"person": OTHER})
        case Chosen(person_id):
            person = await turn.tools.persons.get(turn.account, person_id)
            return Answered({"person": person_id, **await _region_of(turn, person)})
    return Stay()


async def _region_of(turn: Turn, person: Person) -> dict[str, Any]:
    """The region comes from the person's clinic, unless it was chosen by hand in this very booking."""
    if turn.answers.get("region_fixed") or person.clinic_id is None:
        return {}
    clinic = await turn.tools.directory.clinic(person.clinic_id)
    return {"region": clinic.region} if clinic else {}


async def _other_is_right(_: Turn) -> Outcome:
    return Answered({"check": True})


def _is_other(answers: Answers) -> bool:
    return answers.get("person") == OTHER


async def _who(turn: Turn) -> Person | PatientIdentity:
    if _is_other(turn.answers):
        return identity_of(turn.answers)
    return await turn.tools.persons.get(turn.account, turn.answers["person"])


def _identity(who: Person | PatientIdentity) -> PatientIdentity:
    return who.identity if isinstance(who, Person) else who


def _age(who: Person | PatientIdentity, now: datetime, tz: str) -> int:
    return full_years(_identity(who).birth_date, local(now, tz).date())


# --- clinic -------------------------------------------------------------------------------------------------


async def _load_clinic(turn: Turn) -> Loaded:
    who = await _who(turn)
    chosen_region = _region(turn)
    child = _age(who, turn.now, chosen_region.tz) < ADULT_AGE
    near, query = turn.answers.get("near"), turn.answers.get("query")
    place = Place(*near) if isinstance(near, list) else None
    directory = turn.tools.directory
    found = await (directory.search(chosen_region.code, query) if query else directory.of_region(chosen_region.code))
    suitable = [each for each in found if each.age_group.sees(0 if child else ADULT_AGE)]
    attached = who.clinic_id if isinstance(who, Person) else None
    recent = list(await turn.tools.booking.recent_clinics(turn.account.id, _RECENT_CLINICS))
    if place is not None:
        ordered: Sequence[Clinic] = nearest(suitable, place)
    elif query:
        ordered = suitable
    else:
        ordered = _familiar_first(suitable, [attached, *recent] if attached else recent)
    page = clamp(turn.draft.page, len(ordered), PAGE_SIZE)
    shown = ordered[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    rows = [
        view.ClinicRow(each, each.id == attached, each.id in recent, distance_km(each, place) if place else None)
        for each in shown
    ]
    data = view.ClinicChoice(
        full_name(_identity(who)), chosen_region, rows, page, len(ordered), place is not None, query, child
    )
    return Loaded(data, [each.id for each in shown], page, Prompt.LOCATION if near == "ask" else None)


def _familiar_first(clinics: Sequence[Clinic], familiar: Sequence[str]) -> list[Clinic]:
    """Clinics that the person knows, then others of the same towns, then the rest; each part keeps its order."""
    ranks = {clinic_id: rank for rank, clinic_id in enumerate(familiar)}
    towns = {each.town for each in clinics if each.id in ranks}

    def rank(each: Clinic) -> tuple[int, bool]:
        return ranks.get(each.id, len(ranks)), each.town not in towns

    return sorted(clinics, key=rank)


async def _apply_clinic(turn: Turn, given: Input) -> Outcome:
    match given:
        case Typed(text):
            query = text[:_QUERY_LENGTH]
            if not await turn.tools.directory.search(_region(turn).code, query):
                return Stay(view.clinic_not_found(turn.t, query), {"query": None, "near": None})
            return Stay(changes={"query": query, "near": None})
        case SharedLocation(lat, lon):
            return Stay(changes={"near": [lat, lon], "query": None})
        case Acted("near"):
            return Stay(changes={"near": "ask"})
        case Acted("all"):
            return Stay(changes={"query": None, "near": None})
        case Chosen(clinic_id):
            clinic = await turn.tools.directory.clinic(clinic_id)
            if clinic is None:
                return Stay()
            who = await _who(turn)
            attached = isinstance(who, Person) and who.clinic_id == clinic_id
            no_policy = _identity(who).policy.kind is PolicyKind.NONE
            return Answered(
                {"clinic": clinic_id, "near": None, "query": None, "attached": attached, "no_policy": no_policy}
            )
    return Stay()


def _has_no_policy(answers: Answers) -> bool:
    return bool(answers.get("no_policy"))


def _is_unattached(answers: Answers) -> bool:
    return not answers.get("attached") and not answers.get("no_policy")


async def _load_place(turn: Turn) -> Loaded:
    return Loaded(await _place(turn))


async def _load_no_policy(turn: Turn) -> Loaded | Jump:
    who = await _who(turn)
    if _identity(who).policy.kind is not PolicyKind.NONE:  # the number has been entered meanwhile
        attached = isinstance(who, Person) and who.clinic_id == turn.answers["clinic"]
        return Jump("service" if attached else "unattached", changes={"attached": attached, "no_policy": False})
    own = isinstance(who, Person) and who.relation is Relation.OWN
    return Loaded(view.NoPolicy(await _place(turn), typed_here=_is_other(turn.answers), own=own))


async def _apply_no_policy(turn: Turn, given: Input) -> Outcome:
    match given:
        case Acted("other"):
            return Jump("clinic")
        case Acted("policy") if _is_other(turn.answers):
            return Jump("policy")
    return Stay()


async def _apply_unattached(_: Turn, given: Input) -> Outcome:
    match given:
        case Acted("go"):
            return Answered({"unattached": True})
        case Acted("other"):
            return Jump("clinic")
    return Stay()


# --- service, doctor, day, time -----------------------------------------------------------------------------


async def _load_service(turn: Turn) -> Loaded:
    place, age = await _place_and_age(turn)
    offers = await turn.tools.times.services(turn.draft.id, place.clinic.id, age)
    page = clamp(turn.draft.page, len(offers), PAGE_SIZE)
    shown = offers[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    return Loaded(view.ServiceChoice(place, shown, page, len(offers)), [each.id for each in shown], page)


async def _apply_service(turn: Turn, given: Input) -> Outcome:
    if not isinstance(given, Chosen):
        return Stay()
    place, age = await _place_and_age(turn)
    offers = await turn.tools.times.services(turn.draft.id, place.clinic.id, age)
    offer = next((each for each in offers if each.id == given.ref), None)
    if offer is None:
        return Stay()
    if not offer.free:
        return Stay(view.no_times(turn.t, specialty(turn.t, offer.id, offer.name), place.clinic), page=turn.draft.page)
    return Answered({"service": offer.id, "service_name": offer.name})


async def _load_doctor(turn: Turn) -> Loaded | Jump:
    place, age = await _place_and_age(turn)
    service = turn.answers["service"]
    offers = await turn.tools.times.doctors(turn.draft.id, place.clinic.id, service, age)
    soonest = await turn.tools.times.slots(turn.draft.id, place.clinic.id, service, age, None, limit=1)
    if not soonest:
        return Jump("service", view.no_times(turn.t, _service_words(turn), place.clinic))
    page = clamp(turn.draft.page, len(offers), PAGE_SIZE)
    shown = offers[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    data = view.DoctorChoice(
        place, service, turn.answers["service_name"], shown, page, len(offers), soonest[0] if soonest else None
    )
    return Loaded(data, [each.id for each in shown], page)


async def _apply_doctor(turn: Turn, given: Input) -> Outcome:
    match given:
        case Acted("any"):
            return Answered({"doctor": ANY_DOCTOR, "doctor_name": None})
        case Acted("soonest"):
            place, age = await _place_and_age(turn)
            found = await turn.tools.times.slots(
                turn.draft.id, place.clinic.id, turn.answers["service"], age, None, limit=1
            )
            if not found:
                return Stay()
            slot = found[0]
            day = local(slot.start, place.clinic.tz).date()
            return await _hold(
                turn, slot, {"doctor": ANY_DOCTOR, "doctor_name": None, "day": day.isoformat()}, "doctor"
            )
        case Chosen(doctor_id):
            place, age = await _place_and_age(turn)
            offers = await turn.tools.times.doctors(turn.draft.id, place.clinic.id, turn.answers["service"], age)
            offer = next((each for each in offers if each.id == doctor_id), None)
            if offer is None:
                return Stay()
            if not offer.free:
                return Stay(view.no_times(turn.t, offer.name, place.clinic), page=turn.draft.page)
            return Answered({"doctor": offer.id, "doctor_name": offer.name})
    return Stay()


async def _load_day(turn: Turn) -> Loaded | Jump:
    place, age = await _place_and_age(turn)
    days = await turn.tools.times.days(
        turn.draft.id, place.clinic.id, turn.answers["service"], age, _doctor_id(turn.answers)
    )
    if not days:
        return Jump(
            "doctor",
            view.no_times(turn.t, turn.answers["doctor_name"] or _service_words(turn), place.clinic),
        )
    months = sorted({each.day.replace(day=1) for each in days})
    wanted = turn.answers.get("month")
    month = date.fromisoformat(wanted) if wanted else months[0]
    data = view.DayChoice(_chosen(turn, place), days, month if month in months else months[0])
    return Loaded(data, [each.day.isoformat() for each in days])


async def _apply_day(turn: Turn, given: Input) -> Outcome:
    match given:
        case Acted("empty"):
            return Stay(toast=view.empty_day(turn.t))
        case Acted(name) if _MONTH.match(name):
            return Stay(changes={"month": f"{name[2:6]}-{name[6:]}-01"})
        case Chosen(day):
            return Answered({"day": day})
    return Stay()


async def _load_time(turn: Turn) -> Loaded | Jump:
    place, age = await _place_and_age(turn)
    tz = place.clinic.tz
    day = date.fromisoformat(turn.answers["day"])
    slots = _one_a_time(
        await turn.tools.times.slots(
            turn.draft.id, place.clinic.id, turn.answers["service"], age, _doctor_id(turn.answers), day=day
        )
    )
    if not slots:
        return Jump("day", view.no_times_on_day(turn.t))
    by_part = {part: [each for each in slots if day_part(each.start, tz) is part] for part in DayPart}
    parts = [(part, len(found)) for part, found in by_part.items() if found]
    wanted = turn.answers.get("part")
    part = next((each for each, _ in parts if each == wanted), parts[0][0])
    found = by_part[part]
    page = clamp(turn.draft.page, len(found), TIMES_A_SCREEN)
    shown = found[page * TIMES_A_SCREEN : (page + 1) * TIMES_A_SCREEN]
    data = view.TimeChoice(_chosen(turn, place), day, shown, part, parts, page, len(found))
    return Loaded(data, [_ref(each) for each in shown], page)


async def _apply_time(turn: Turn, given: Input) -> Outcome:
    match given:
        case Acted(name) if name.startswith("part-"):
            return Stay(changes={"part": name.removeprefix("part-")})
        case Chosen(ref):
            slot = await _slot(turn, ref)
            if isinstance(slot, Refusal):
                return Stay(view.refusal(turn.t, slot, (await _place(turn)).clinic))
            return await _hold(turn, slot, {}, "time")
    return Stay()


def _ref(slot: Slot) -> str:
    return f"{slot.id} {slot.start.isoformat()}"


async def _slot(turn: Turn, ref: str) -> Slot | Refusal:
    """The time of a `_ref`, or why it can be had no longer."""
    slot_id, _, start = ref.partition(" ")
    passed = datetime.fromisoformat(start) <= turn.now
    return await turn.tools.times.slot(slot_id) or (Refusal.TIME_PASSED if passed else Refusal.TIME_BUSY)


def day_part(start: datetime, tz: str) -> DayPart:
    """Morning until noon, afternoon until five, then evening, by the clinic's clock."""
    hour = local(start, tz).hour
    if hour < _MORNING_ENDS:
        return DayPart.MORNING
    return DayPart.AFTERNOON if hour < _EVENING_BEGINS else DayPart.EVENING


def _one_a_time(slots: Sequence[Slot]) -> list[Slot]:
    """With any doctor several may be free at the same minute: one button a minute."""
    return list({each.start: each for each in reversed(slots)}.values())[::-1]


# --- confirmation -------------------------------------------------------------------------------------------


async def _hold(turn: Turn, slot: Slot, changes: dict[str, Any], step: str) -> Outcome:
    until = await turn.tools.holds.take(slot, turn.account.id, turn.draft.id)
    if until is None:
        note = view.refusal(turn.t, Refusal.TIME_BUSY, (await _place(turn)).clinic)
        return Stay(note) if step == "time" else Jump(step, note)
    return Answered({**changes, "time": _ref(slot)})


async def _let_time_go(turn: Turn) -> None:
    await turn.tools.holds.release(turn.draft.id)


async def _load_confirm(turn: Turn) -> Loaded | Jump:
    slot = await _slot(turn, turn.answers["time"])
    if isinstance(slot, Refusal):
        if await turn.tools.booking.outcome(turn.draft.id):  # a crash has left it: this very booking may have the time
            return Jump("checking", changes={"checking": None})
        await _let_time_go(turn)
        passed = slot is Refusal.TIME_PASSED
        return Jump(
            "time", view.refusal(turn.t, slot, (await _place(turn)).clinic) if passed else view.hold_lost(turn.t)
        )
    until = await turn.tools.holds.until(turn.draft.id, slot.id)
    if until is None:
        until = await turn.tools.holds.take(slot, turn.account.id, turn.draft.id)
    if until is None:
        return Jump("time", view.hold_lost(turn.t))
    return Loaded(view.Confirmation(await _place(turn), slot, until))


async def _apply_confirm(turn: Turn, given: Input) -> Outcome:
    match given:
        case Acted("no"):
            await _let_time_go(turn)
            return Jump("time")
        case Acted("yes"):
            return await _book(turn)
    return Stay()


async def _book(turn: Turn) -> Outcome:
    tools, t = turn.tools, turn.t
    place = await _place(turn)
    slot = await _slot(turn, turn.answers["time"])
    if isinstance(slot, Refusal):
        if await turn.tools.booking.outcome(turn.draft.id):  # a crash has left it: this very booking may have the time
            return Jump("checking", changes={"checking": None})
        await _let_time_go(turn)
        return Jump("time", view.refusal(t, slot, place.clinic))
    if await tools.holds.until(turn.draft.id, slot.id) is None:
        renewed = await tools.holds.take(slot, turn.account.id, turn.draft.id)
        return Stay(view.hold_renewed(t)) if renewed else Jump("time", view.hold_lost(t))
    outcome = await tools.booking.book(
        BookingRequest(turn.account, turn.draft.id, await _who(turn), place.clinic, slot)
    )
    return await _told(turn, outcome, place)


async def _told(turn: Turn, outcome: Made | Declined | Checking, place: view.Place) -> Outcome:
    match outcome:
        case Made(visit):
            return await _ticket(turn, visit)
        case Checking():
            return Jump("checking", changes={"checking": None})
        case Declined(reason):
            return await _refused(turn, reason, place)


async def _ticket(turn: Turn, visit: Visit) -> Left:
    return Left(ticket(turn.t, await turn.tools.visits.get(turn.account, visit.id), turn.now))


NEXT_SCREENS: dict[Refusal | Denial, str] = {
    Refusal.TIME_BUSY: "time",
    Refusal.SAME_SPECIALIST: "service",
    Refusal.SAME_TIME: "time",
    Refusal.OTHER_AGE: "clinic",
    Refusal.TIME_PASSED: "time",
    Refusal.PATIENT_NOT_FOUND: "person",
    Refusal.REFERRAL_EXPIRED: "service",
    Refusal.UNAVAILABLE: "confirm",
    Denial.GROWN_UP: "day",
    Denial.BASIS_ENDED: "person",
    Denial.TOO_MANY_DECLARED: "person",
    Denial.TOO_MANY_TRIES: "person",
    Denial.HIDDEN_CLASH: "time",
}
"""Where the person goes on after a refusal: the nearest screen that makes sense."""


async def _refused(turn: Turn, reason: Refusal | Denial, place: view.Place) -> Outcome:
    step = NEXT_SCREENS[reason]
    note = view.refusal(turn.t, reason, place.clinic)
    if step == "confirm":
        return Stay(note)
    await _let_time_go(turn)
    if reason is Refusal.PATIENT_NOT_FOUND and _is_other(turn.answers):
        step = "check"
    return Jump(step, note)


async def _load_checking(turn: Turn) -> Loaded | Jump | Left:
    outcome = await turn.tools.booking.outcome(turn.draft.id)
    if isinstance(outcome, Checking):
        return Loaded(await _place(turn))
    if isinstance(outcome, Made):
        return await _ticket(turn, outcome.visit)
    place = await _place(turn)
    return Jump("confirm", view.refusal(turn.t, Refusal.UNAVAILABLE, place.clinic))


async def _apply_checking(turn: Turn, given: Input) -> Outcome:
    return Stay(view.still_checking(turn.t) if isinstance(given, Acted) else None)


# --- what later screens stand on ----------------------------------------------------------------------------


def _region(turn: Turn) -> Region:
    found = region(turn.answers["region"])
    if found is None:
        raise NotFound
    return found


async def _place(turn: Turn) -> view.Place:
    clinic = await turn.tools.directory.clinic(turn.answers["clinic"])
    if clinic is None:
        raise NotFound
    return view.Place(full_name(_identity(await _who(turn))), clinic)


async def _place_and_age(turn: Turn) -> tuple[view.Place, int]:
    place = await _place(turn)
    return place, _age(await _who(turn), turn.now, place.clinic.tz)


def _service_words(turn: Turn) -> str:
    return specialty(turn.t, turn.answers["service"], turn.answers["service_name"])


def _chosen(turn: Turn, place: view.Place) -> view.Chosen:
    return view.Chosen(place, turn.answers["service"], turn.answers["service_name"], turn.answers["doctor_name"])


def _doctor_id(answers: Answers) -> str | None:
    doctor = answers.get("doctor")
    return None if doctor in (None, ANY_DOCTOR) else doctor
