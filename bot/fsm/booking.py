"""Booking (E1) as a table of steps: region, person, clinic, service, doctor, day, time, confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.clinics import apply_clinic, clinic_answers, load_clinic
from bot.fsm.confirmation import apply_checking, book_held, held_time, left_for_ticket
from bot.fsm.map import apply_card, apply_map, is_card_open, is_on_map, load_card, load_map
from bot.fsm.person import check_step, field_steps
from bot.fsm.times import (
    OTHER,
    age_of,
    apply_day,
    apply_doctor,
    apply_service,
    apply_time,
    identity_in,
    is_other,
    let_time_go,
    load_day,
    load_doctor,
    load_service,
    load_time,
    place_of,
    region_of,
    slot_of,
    slot_ref,
    who_for,
)
from bot.fsm.wizard import (
    Acted,
    Answered,
    Chosen,
    Input,
    Jump,
    Left,
    Loaded,
    Outcome,
    Stay,
    Step,
    StepContext,
    Typed,
)
from bot.keyboards.kit import PAGE_SIZE, clamp
from bot.tools import Tools
from bot.views import booking as view
from bot.views import links as links_view
from bot.views import map as map_view
from bot.views import refusals
from bot.views import times as times_view
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.visits import ticket
from services.accounts.model import Account, Person, Relation
from services.accounts.rights import Denial
from services.booking.model import BookingOutcome, Checking, Declined, LinkTarget, Made, Repeat, VisitEntry
from services.clinics.directory import find_regions
from services.clinics.regions import REGIONS, Region, region
from services.drafts.model import Answers
from services.registry.model import PolicyKind, Refusal, Slot
from services.registry.port import RegistryUnavailable
from services.texts.dates import local
from services.texts.i18n import Html

KIND = "booking"
LIFETIME = timedelta(hours=24)
_QUERY_LENGTH = 60
_REPEATS = 2
_AGAIN = "again "
_OTHER_FIELDS = ("surname", "name", "patronymic", "birth", "sex", "policy", "snils")
_ON_MAP = ("map", "card")
_AFTER_CLINIC = ("unattached", "service", "doctor", "day", "time", "month", "part", "checking", "confirm")
_AFTER_SERVICE = ("doctor", "day", "time", "month", "part")


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
    map = State()
    card = State()
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
        Step(
            BookingForm.region,
            _load_region,
            view.region,
            _apply_region,
            clears=("clinic", "query", *_ON_MAP, *_AFTER_CLINIC),
        ),
        Step(
            BookingForm.person,
            _load_person,
            view.person,
            _apply_person,
            clears=("check", "clinic", "nopolicy", "followed", *_ON_MAP, *_AFTER_CLINIC),
        ),
        *field_steps(form, whose=_another, visible=is_other),
        check_step(BookingForm.check, _OTHER_FIELDS, whose=_another, visible=is_other, right=_other_is_right),
        Step(BookingForm.clinic, _load_clinic, view.clinic, apply_clinic, clears=("nopolicy", *_AFTER_CLINIC)),
        Step(BookingForm.map, load_map, map_view.clinic_map, apply_map, is_on_map, picture=True),
        Step(
            BookingForm.card,
            load_card,
            map_view.card,
            apply_card,
            is_card_open,
            clears=("nopolicy", *_AFTER_CLINIC),
        ),
        Step(BookingForm.nopolicy, _load_no_policy, view.no_policy, _apply_no_policy, _has_no_policy),
        Step(BookingForm.unattached, _load_place, view.unattached, _apply_unattached, _is_unattached),
        Step(BookingForm.service, load_service, times_view.service, apply_service, clears=_AFTER_SERVICE),
        Step(BookingForm.doctor, load_doctor, times_view.doctor, apply_doctor, clears=("day", "time", "month", "part")),
        Step(BookingForm.day, load_day, times_view.day, apply_day, clears=("time", "part")),
        Step(BookingForm.time, load_time, times_view.time, apply_time),
        Step(BookingForm.confirm, _load_confirm, view.confirm, _apply_confirm, leave=let_time_go),
        Step(BookingForm.checking, _load_checking, view.checking, apply_checking, lambda each: "checking" in each),
    ]


async def first_answers(tools: Tools, account: Account) -> dict[str, Any]:
    """What is known before the first question: the region of the person's clinic, or the one used last."""
    own = await tools.persons.own(account)
    if own is not None and own.clinic_id is not None:
        clinic = await tools.directory.clinic(own.clinic_id)
        if clinic is not None:
            return {"region": clinic.region}
    return {"region": account.last_region} if account.last_region else {}


async def answers_for(tools: Tools, account: Account, person: Person) -> dict[str, Any]:
    """A booking for this person, at the choice of the clinic; the region is asked only where none is known."""
    clinic = await tools.directory.clinic(person.clinic_id) if person.clinic_id is not None else None
    region_known = {"region": clinic.region} if clinic is not None else await first_answers(tools, account)
    return {**region_known, "person": person.id}


def answers_by_link(target: LinkTarget) -> dict[str, Any]:
    """A booking where a link leads, at the question who it is for; the rest is looked at when that is known."""
    link = {
        "clinic": target.clinic.id,
        "service": target.service_id,
        "service_name": target.service,
        "doctor": target.doctor_id,
        "doctor_name": target.doctor,
    }
    return {"region": target.clinic.region, "region_fixed": True, "link": link}


async def after_booking(context: StepContext) -> Screen:
    """A press on a booking that is made: its ticket again."""
    entry = await context.tools.visits.get(context.account, context.draft.result or "")
    return ticket(context.t, entry, context.now)


async def _load_region(context: StepContext) -> Loaded:
    counts = await context.tools.directory.counts()
    query = context.answers.get("query_region")
    last = context.account.last_region
    if query is None:
        found: Sequence[Region] = sorted(
            REGIONS, key=lambda each: (each.code != last, each.code not in counts)
        )  # a stable sort: the rest stays in the order of names
    elif query == "":
        found = [each for each in REGIONS if each.code in counts]
    else:
        found = find_regions(query)
    page = clamp(context.draft.page, len(found), PAGE_SIZE)
    shown = found[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    data = view.RegionChoice(
        [(each, counts.get(each.code, 0)) for each in shown], page, len(found), query or None, last
    )
    return Loaded(data, [each.code for each in shown], page)


async def _apply_region(context: StepContext, given: Input) -> Outcome:
    match given:
        case Typed(text):
            return Stay(changes={"query_region": text[:_QUERY_LENGTH]})
        case Acted("all"):
            return Stay(changes={"query_region": None})
        case Chosen(code):
            counts = await context.tools.directory.counts()
            chosen = region(code)
            if chosen is None or code not in counts:
                note = view.no_clinics(context.t, chosen, others=bool(counts)) if chosen else None
                return Stay(note, {"query_region": "" if counts else None})
            await context.tools.accounts.set_last_region(context.account, code)
            return Answered({"region": code, "region_fixed": True, "query_region": None, "link": None})
    return Stay()


async def _load_person(context: StepContext) -> Loaded:
    family = await context.tools.persons.family(context.account)
    page = clamp(context.draft.page, len(family), PAGE_SIZE)
    shown = family[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    target = await _link_target(context)
    repeats = await repeats_of(context.tools, context.account, context.draft.id) if page == 0 and target is None else ()
    data = view.PersonChoice(region_of(context), shown, page, len(family), repeats, target)
    return Loaded(data, [*(each.id for each in shown), *map(_repeat_ref, repeats)], page)


async def _apply_person(context: StepContext, given: Input) -> Outcome:
    match given:
        case Acted("region"):
            return Jump("region")
        case Acted("elsewhere"):
            return Stay(changes={"link": None, "region_fixed": False})
        case Acted("other"):
            return Answered({"person": OTHER})
        case Chosen(ref) if ref.startswith(_AGAIN):
            return await _again(context, ref)
        case Chosen(person_id):
            person = await context.tools.persons.get(context.account, person_id)
            return Answered({"person": person_id, **await _region_of(context, person)})
    return Stay()


async def repeats_of(tools: Tools, account: Account, draft_id: str) -> Sequence[Repeat]:
    """«Снова»: offered where the registry answers; who it is for can be asked without it."""
    try:
        return await tools.repeats.offers(account, draft_id, _REPEATS)
    except RegistryUnavailable:
        return ()


def _repeat_ref(each: Repeat) -> str:
    return f"{_AGAIN}{each.entry.visit.id} {slot_ref(each.slot)}"


async def _again(context: StepContext, ref: str) -> Outcome:
    """Straight to the confirmation of the time that stood on the button."""
    visit_id, _, time = ref.removeprefix(_AGAIN).partition(" ")
    entry = await context.tools.visits.get(context.account, visit_id)
    slot = await slot_of(context, time)
    if isinstance(slot, Refusal):
        return Stay(refusals.refusal(context.t, slot, entry.visit.clinic))
    return Answered(answers_again(entry, slot))


def answers_again(entry: VisitEntry, slot: Slot | None = None) -> dict[str, Any]:
    """A visit's answers once more: up to its doctor, or up to a time."""
    visit = entry.visit
    known = {
        "region": visit.clinic.region,
        "region_fixed": True,
        "person": entry.person.id,
        "clinic": visit.clinic.id,
        "attached": entry.person.clinic_id == visit.clinic.id,
        "no_policy": False,
        "unattached": True,
        "service": visit.service_id,
        "service_name": visit.service,
        "doctor": visit.doctor_id,
        "doctor_name": visit.doctor,
    }
    if slot is None:
        return known
    return known | {
        "doctor": slot.doctor_id,
        "doctor_name": slot.doctor,
        "day": local(slot.start, visit.clinic.tz).date().isoformat(),
        "time": slot_ref(slot),
    }


async def _region_of(context: StepContext, person: Person) -> dict[str, Any]:
    """The region comes from the person's clinic, unless it was chosen by hand in this very booking."""
    if context.answers.get("region_fixed") or person.clinic_id is None:
        return {}
    clinic = await context.tools.directory.clinic(person.clinic_id)
    return {"region": clinic.region} if clinic else {}


def _another(_: Answers) -> Relation:
    return Relation.OTHER


async def _other_is_right(context: StepContext) -> Outcome:
    # A link that did not suit the date of birth may suit the one that has been corrected.
    return Answered({"check": True, "followed": "clinic" in context.answers})


async def _link_target(context: StepContext) -> LinkTarget | None:
    """Where the link that this booking has begun with leads; None where there was none, or its clinic is gone."""
    link = context.answers.get("link")
    clinic = await context.tools.directory.clinic(link["clinic"]) if link else None
    if link is None or clinic is None:
        return None
    return LinkTarget(clinic, link["service"], link["service_name"], link["doctor"], link["doctor_name"])


async def _follow_link(context: StepContext) -> Jump:
    """From the person to where the link leads: as far as it suits this person, with a word where it does not.

    Once a person (`followed`): «Назад» from there passes the questions as in any booking.
    """
    target, followed = await _link_target(context), {"followed": True}
    if target is None:
        return Jump("clinic", links_view.clinic_gone(context.t), followed | {"link": None})
    clinic, who = target.clinic, await who_for(context)
    age = age_of(who, context.now, clinic.tz)
    if not clinic.age_group.sees(age):
        return Jump("clinic", links_view.other_age(context.t, clinic), followed)
    chosen, note = await _suitable(context, target, age)
    changes = followed | clinic_answers(who, clinic.id) | chosen
    return Jump(_after_clinic(changes), note, changes)


async def _suitable(context: StepContext, target: LinkTarget, age: int) -> tuple[dict[str, Any], Html | None]:
    """The answers that the link's service and doctor make, as far as they see this age and have free times."""
    times, t, clinic = context.tools.times, context.t, target.clinic
    if target.service_id is None:
        return {}, None
    name = specialty(t, target.service_id, target.service or "")
    services = await times.services(context.draft.id, clinic.id, age)
    service = next((each for each in services if each.id == target.service_id), None)
    if service is None:
        return {}, links_view.not_for_age(t, target.doctor or name)
    if not service.free:
        return {}, times_view.no_times(t, name, clinic)
    chosen = {"service": service.id, "service_name": service.name}
    if target.doctor_id is None:
        return chosen, None
    doctors = await times.doctors(context.draft.id, clinic.id, service.id, age)
    doctor = next((each for each in doctors if each.id == target.doctor_id), None)
    if doctor is None:
        return chosen, links_view.not_for_age(t, target.doctor or name)
    if not doctor.free:
        return chosen, times_view.no_times(t, doctor.name, clinic)
    return chosen | {"doctor": doctor.id, "doctor_name": doctor.name}, None


def _after_clinic(answers: Answers) -> str:
    """The first question after the clinic that has no answer yet."""
    if _has_no_policy(answers):
        return "nopolicy"
    if _is_unattached(answers):
        return "unattached"
    return next((step for step in ("service", "doctor") if step not in answers), "day")


async def _load_clinic(context: StepContext) -> Loaded | Jump:
    """A link is followed once it is known for whom."""
    if context.answers.get("link") and not context.answers.get("followed"):
        return await _follow_link(context)
    return await load_clinic(context)


def _has_no_policy(answers: Answers) -> bool:
    return bool(answers.get("no_policy"))


def _is_unattached(answers: Answers) -> bool:
    return not answers.get("attached") and not answers.get("no_policy")


async def _load_place(context: StepContext) -> Loaded:
    return Loaded(await place_of(context))


async def _load_no_policy(context: StepContext) -> Loaded | Jump:
    who = await who_for(context)
    if identity_in(who).policy.kind is not PolicyKind.NONE:  # the number has been entered meanwhile
        changes = clinic_answers(who, context.answers["clinic"])
        return Jump(_after_clinic({**context.answers, **changes}), changes=changes)
    own = isinstance(who, Person) and who.relation is Relation.OWN
    return Loaded(view.NoPolicy(await place_of(context), typed_here=is_other(context.answers), own=own))


async def _apply_no_policy(context: StepContext, given: Input) -> Outcome:
    match given:
        case Acted("other"):
            return Jump("clinic")
        case Acted("policy") if is_other(context.answers):
            return Jump("policy")
    return Stay()


async def _apply_unattached(_: StepContext, given: Input) -> Outcome:
    match given:
        case Acted("go"):
            return Answered({"unattached": True})
        case Acted("other"):
            return Jump("clinic")
    return Stay()


async def _load_confirm(context: StepContext) -> Loaded | Jump:
    held = await held_time(context)
    if isinstance(held, Jump):
        return held
    return Loaded(view.Confirmation(await place_of(context), held.slot, held.until))


async def _apply_confirm(context: StepContext, given: Input) -> Outcome:
    match given:
        case Acted("no"):
            await let_time_go(context)
            return Jump("time")
        case Acted("yes"):
            return await _told(context, await book_held(context))
    return Stay()


async def _told(context: StepContext, outcome: BookingOutcome | Stay | Jump) -> Outcome:
    match outcome:
        case Made(visit):
            return await left_for_ticket(context, visit)
        case Checking():
            return Jump("checking", changes={"checking": None})
        case Declined(reason):
            return await _refused(context, reason)
        case _:
            return outcome


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
    Denial.NOT_COVERED: "person",
    Denial.TOO_MANY_DECLARED: "person",
    Denial.TOO_MANY_TRIES: "person",
    Denial.HIDDEN_CLASH: "time",
}
"""Where the person goes on after a refusal: the nearest screen that makes sense."""


async def _refused(context: StepContext, reason: Refusal | Denial) -> Outcome:
    step = NEXT_SCREENS[reason]
    note = refusals.refusal(context.t, reason, (await place_of(context)).clinic)
    if step == "confirm":
        return Stay(note)
    await let_time_go(context)
    if reason is Refusal.PATIENT_NOT_FOUND and is_other(context.answers):
        step = "check"
    return Jump(step, note)


async def _load_checking(context: StepContext) -> Loaded | Jump | Left:
    outcome = await context.tools.booking.outcome(context.draft.id)
    if isinstance(outcome, Checking):
        return Loaded(await place_of(context))
    if isinstance(outcome, Made):
        return await left_for_ticket(context, outcome.visit)
    return Jump("confirm", refusals.refusal(context.t, Refusal.UNAVAILABLE, (await place_of(context)).clinic))
