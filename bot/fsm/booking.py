"""Booking (E1) as a table of steps: region, person, clinic, service, doctor, day, time, confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.clinics import ClinicSteps
from bot.fsm.confirmation import (
    Confirming,
    apply_checking,
    is_checking,
    is_unexplained,
    on_from_unexplained,
    unexplained,
)
from bot.fsm.elsewhere import ElsewhereSteps, is_ahead, is_elsewhere, is_for_women, is_full
from bot.fsm.map import MapSteps, is_card_open, is_on_map
from bot.fsm.person import FormSteps, check_step
from bot.fsm.times import (
    OTHER,
    TimeSteps,
    WhoAndWhere,
    age_of,
    has_no_policy,
    is_attachment_shown,
    is_other,
    region_of,
    slot_ref,
)
from bot.fsm.wizard import (
    Acted,
    Answered,
    AnyStep,
    Begins,
    Chosen,
    Input,
    Jump,
    Left,
    Loaded,
    NotTaken,
    Outcome,
    Stay,
    Step,
    StepContext,
    Typed,
)
from bot.keyboards.kit import clamp, page_of
from bot.views import booking as view
from bot.views import elsewhere as elsewhere_view
from bot.views import links as links_view
from bot.views import map as map_view
from bot.views import refusals
from bot.views import times as times_view
from bot.views.screen import Screen
from bot.views.specialties import specialty
from bot.views.visits import ticket
from services.accounts import rights
from services.accounts.accounts import Accounts
from services.accounts.model import Account, Person, Relation
from services.accounts.persons import Persons
from services.booking.booking import Booking
from services.booking.model import BookingOutcome, Checking, Declined, LinkTarget, Made, Repeat, VisitEntry
from services.booking.repeats import Repeats
from services.booking.visits import Visits
from services.booking.warnings import Warnings
from services.clinics.directory import Directory, find_regions
from services.clinics.regions import REGIONS, Region, region
from services.drafts.model import Answers, Marks
from services.errors import Denial, NotAllowed
from services.registry.model import Refusal, Slot, Visit
from services.registry.ports.errors import RegistryUnavailable
from services.texts.dates import MOSCOW, local
from services.texts.i18n import Html

KIND = "booking"
LIFETIME = timedelta(hours=24)
_QUERY_LENGTH = 60
_REPEATS = 2
_AGAIN = "again "
_OTHER_FIELDS = ("surname", "name", "patronymic", "birth", "sex", "policy", "snils")
_REGION_FIXED: Marks = {"region_fixed": True}
"""The region stands, whoever the visit is for."""
_ON_MAP = ("map", "card")
_AFTER_SERVICE = ("wanted", "elsewhere", "women", "doctor", "day", "time", "month", "part", "unexplained")
_AFTER_CLINIC = ("unattached", "service", "ahead", "for_women", *_AFTER_SERVICE, "checking")


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
    full = State()
    elsewhere = State()
    already = State()
    women = State()
    doctor = State()
    day = State()
    time = State()
    unexplained = State()
    confirm = State()
    checking = State()


@dataclass(frozen=True, slots=True)
class BookingSteps:
    """From the region to the ticket. `form`: of another citizen."""

    known: WhoAndWhere
    form: FormSteps
    clinics: ClinicSteps
    map: MapSteps
    times: TimeSteps
    elsewhere: ElsewhereSteps
    confirming: Confirming
    accounts: Accounts
    persons: Persons
    directory: Directory
    repeats: Repeats
    booking: Booking
    visits: Visits
    warnings: Warnings

    def table(self) -> Sequence[AnyStep]:
        form = {field: getattr(BookingForm, field) for field in (*_OTHER_FIELDS[:6], "doubt", "snils")}
        return [
            Step(
                BookingForm.region,
                self._load_region,
                view.region,
                self._apply_region,
                view.RegionAct,
                clears=("clinic", "query", *_ON_MAP, *_AFTER_CLINIC),
            ),
            Step(
                BookingForm.person,
                self._load_person,
                view.person,
                self._apply_person,
                view.PersonAct,
                clears=("check", "clinic", "followed", *_ON_MAP, *_AFTER_CLINIC),
            ),
            *self.form.fields(form, whose=_another, visible=is_other),
            check_step(BookingForm.check, _OTHER_FIELDS, whose=_another, visible=is_other, right=_other_is_right),
            Step(
                BookingForm.clinic,
                self._load_clinic,
                view.clinic,
                self.clinics.apply_clinic,
                view.ClinicAct,
                clears=_AFTER_CLINIC,
            ),
            Step(
                BookingForm.map,
                self.map.load_map,
                map_view.clinic_map,
                self.map.apply_map,
                map_view.MapAct,
                aside=is_on_map,
                picture=True,
            ),
            Step(
                BookingForm.card,
                self.map.load_card,
                map_view.card,
                self.map.apply_card,
                map_view.CardAct,
                aside=is_card_open,
                clears=_AFTER_CLINIC,
            ),
            Step(
                BookingForm.nopolicy,
                self._load_no_policy,
                view.no_policy,
                _apply_no_policy,
                view.NoPolicyAct,
                visible=_has_no_policy,
            ),
            Step(
                BookingForm.unattached,
                self._load_unattached,
                view.unattached,
                self._apply_unattached,
                view.UnattachedAct,
                visible=_is_unattached,
            ),
            Step(
                BookingForm.service,
                self.times.load_service,
                times_view.service,
                self.times.apply_service,
                clears=_AFTER_SERVICE,
            ),
            Step(
                BookingForm.full,
                self.elsewhere.load_full,
                elsewhere_view.full,
                self.elsewhere.apply_full,
                elsewhere_view.FullAct,
                aside=is_full,
            ),
            Step(
                BookingForm.elsewhere,
                self.elsewhere.load_elsewhere,
                elsewhere_view.elsewhere,
                self.elsewhere.apply_elsewhere,
                elsewhere_view.ElsewhereAct,
                aside=is_elsewhere,
                clears=_AFTER_CLINIC,
            ),
            Step(
                BookingForm.already,
                self.elsewhere.load_already,
                elsewhere_view.already,
                self.elsewhere.apply_already,
                elsewhere_view.AlreadyAct,
                visible=is_ahead,
            ),
            Step(
                BookingForm.women,
                self.elsewhere.load_women,
                elsewhere_view.women,
                self.elsewhere.apply_women,
                elsewhere_view.WomenAct,
                visible=is_for_women,
            ),
            Step(
                BookingForm.doctor,
                self.times.load_doctor,
                times_view.doctor,
                self.times.apply_doctor,
                times_view.DoctorAct,
                clears=("day", "time", "month", "part"),
            ),
            Step(
                BookingForm.day,
                self.times.load_day,
                times_view.day,
                self.times.apply_day,
                times_view.DayAct,
                clears=("time", "part"),
            ),
            Step(
                BookingForm.time,
                self.times.load_time,
                times_view.time,
                self.times.apply_time,
                times_view.TimeAct,
                clears=("unexplained",),
            ),
            Step(
                BookingForm.unexplained,
                self.confirming.load_unexplained,
                times_view.unexplained,
                _apply_unexplained,
                times_view.UnexplainedAct,
                aside=is_unexplained,
            ),
            Step(
                BookingForm.confirm,
                self._load_confirm,
                view.confirm,
                self._apply_confirm,
                view.ConfirmAct,
                leave=self.times.let_time_go,
            ),
            Step(
                BookingForm.checking,
                self._load_checking,
                view.checking,
                apply_checking,
                times_view.CheckingAct,
                aside=is_checking,
            ),
        ]

    async def after(self, context: StepContext) -> Screen:
        """A press on a booking that is made: its ticket again."""
        entry = await self.visits.get(context.account, context.draft.result or "")
        return ticket(context.t, entry, context.now).kept()

    async def _load_region(self, context: StepContext) -> Loaded[view.RegionChoice]:
        counts = await self.directory.counts()
        query = context.marks.get("query_region")
        last = context.account.last_region
        if query is None:
            found: Sequence[Region] = sorted(
                REGIONS, key=lambda each: (each.code != last, each.code not in counts)
            )  # a stable sort: the rest stays in the order of names
        elif query == "":
            found = [each for each in REGIONS if each.code in counts]
        else:
            found = find_regions(query)
        page = clamp(context.draft.page, len(found), context.layout.page)
        shown = page_of(found, page, context.layout.page)
        data = view.RegionChoice(
            [(each, counts.get(each.code, 0)) for each in shown], page, len(found), query or None, last
        )
        return Loaded(data, [each.code for each in shown], page)

    async def _apply_region(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Typed(text):
                return Stay(marks={"query_region": text[:_QUERY_LENGTH]})
            case Acted(view.RegionAct.ALL):
                return Stay(marks={"query_region": None})
            case Chosen(code):
                counts = await self.directory.counts()
                chosen = region(code)
                if chosen is None or code not in counts:
                    note = view.no_clinics(context.t, chosen, others=bool(counts)) if chosen else None
                    return Stay(note, marks={"query_region": "" if counts else None})
                await self.accounts.set_last_region(context.account, code)
                return Answered({"region": code}, marks={**_REGION_FIXED, "query_region": None, "link": None})
        return NotTaken()

    async def _load_person(self, context: StepContext) -> Loaded[view.PersonChoice]:
        everybody = await self.persons.family(context.account)
        family = [each for each in everybody if _why_not(each, context) is None]
        page = clamp(context.draft.page, len(family), context.layout.page)
        shown = page_of(family, page, context.layout.page)
        target = await self._link_target(context)
        repeats = await repeats_of(self.repeats, context.account) if page == 0 and target is None else ()
        left_out = len(family) < len(everybody)
        own = any(each.relation is Relation.OWN for each in everybody)
        data = view.PersonChoice(region_of(context), shown, page, len(family), repeats, target, left_out, own)
        return Loaded(data, [*(each.id for each in shown), *map(_repeat_ref, repeats)], page)

    async def _apply_person(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.PersonAct.REGION):
                return Jump("region")
            case Acted(view.PersonAct.ELSEWHERE):
                return Stay(marks={"link": None, "region_fixed": False})
            case Acted(view.PersonAct.OTHER):
                return Answered({"person": OTHER})
            case Chosen(ref) if ref.startswith(_AGAIN):
                return await self._again(context, ref)
            case Chosen(person_id):
                person = await self.persons.get(context.account, person_id)
                denied = _why_not(person, context)
                if denied is not None:
                    return Stay(refusals.not_for(context.t, denied))
                return Answered({"person": person_id, **await self._region_of(context, person)})
        return NotTaken()

    async def _again(self, context: StepContext, ref: str) -> Outcome:
        """Straight to the confirmation of the time that stood on the button."""
        visit_id, _, time = ref.removeprefix(_AGAIN).partition(" ")
        entry = await self.visits.get(context.account, visit_id)
        slot = await self.times.slot_of(context, time)
        if isinstance(slot, Refusal):
            return Stay(refusals.refusal(context.t, slot, entry.visit.clinic))
        ahead = ahead_of(entry, await self.visits.standing(context.account, entry.person))
        return Answered(_answers_again(entry, slot, ahead), marks=_REGION_FIXED)

    async def _region_of(self, context: StepContext, person: Person) -> dict[str, Any]:
        """The region comes from the person's clinic, unless it was chosen by hand in this very booking."""
        if context.marks.get("region_fixed") or person.clinic_id is None:
            return {}
        clinic = await self.directory.clinic(person.clinic_id)
        return {"region": clinic.region} if clinic else {}

    async def _link_target(self, context: StepContext) -> LinkTarget | None:
        """Where the link that this booking has begun with leads; None where there was none, or its clinic is gone."""
        link = context.marks.get("link")
        clinic = await self.directory.clinic(link["clinic"]) if link else None
        if link is None or clinic is None:
            return None
        return LinkTarget(clinic, link["service"], link["service_name"], link["doctor"], link["doctor_name"])

    async def _follow_link(self, context: StepContext) -> Jump:
        """From the person to where the link leads: as far as it suits this person, with a word where it does not.

        Once a person (`followed`): «Назад» from there passes the questions as in any booking.
        """
        target, followed = await self._link_target(context), {"followed": True}
        if target is None:
            return Jump("clinic", links_view.clinic_gone(context.t), marks=followed | {"link": None})
        clinic, who = target.clinic, await self.known.who(context)
        age = age_of(who, context.now, clinic.tz)
        if not clinic.age_group.sees(age):
            return Jump("clinic", links_view.other_age(context.t, clinic), marks=followed)
        chosen, note = await self._suitable(context, target, age)
        changes = await self.clinics.answers(context, who, clinic.id) | chosen
        return Jump(_after_clinic(changes), note, changes, marks=followed)

    async def _suitable(self, context: StepContext, target: LinkTarget, age: int) -> tuple[dict[str, Any], Html | None]:
        """The answers that the link's service and doctor make, as far as they see this age, and the doctor is free.

        Of a service without free times, the question for a doctor says so, with the ways on.
        """
        times, t, clinic = self.times.times, context.t, target.clinic
        if target.service_id is None:
            return {}, None
        name = specialty(t, target.service_id, target.service or "")
        services = await times.services(context.account.id, clinic.id, age)
        service = next((each for each in services if each.id == target.service_id), None)
        if service is None:
            return {}, links_view.not_for_age(t, target.doctor or name)
        chosen = await self.times.service_answers(context, clinic, service.id, service.name)
        if target.doctor_id is None or not service.free:
            return chosen, None
        doctors = await times.doctors(context.account.id, clinic.id, service.id, age)
        doctor = next((each for each in doctors if each.id == target.doctor_id), None)
        if doctor is None:
            return chosen, links_view.not_for_age(t, target.doctor or name)
        if not doctor.free:
            return chosen, times_view.no_times(t, doctor.name, clinic)
        return chosen | {"doctor": doctor.id, "doctor_name": doctor.name}, None

    async def _load_clinic(self, context: StepContext) -> Loaded[view.ClinicChoice] | Jump:
        """A link is followed once it is known for whom."""
        if context.marks.get("link") and not context.marks.get("followed"):
            return await self._follow_link(context)
        return await self.clinics.load_clinic(context)

    async def _load_unattached(self, context: StepContext) -> Loaded[view.Unattached]:
        who = await self.known.who(context)
        return Loaded(view.Unattached(await self.known.place(context), is_attachment_shown(who, context.now)))

    async def _apply_unattached(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.UnattachedAct.GO):
                clinic_id, who = context.answers["clinic"], await self.known.who(context)
                if isinstance(who, Person):
                    await self.warnings.accept(context.account, who, clinic_id)
                warned = {clinic_id, *context.marks.get("warned", ())}
                return Answered({"unattached": True}, marks={"warned": sorted(warned)})
            case Acted(view.UnattachedAct.OTHER):
                return Jump("clinic")
        return NotTaken()

    async def _load_no_policy(self, context: StepContext) -> Loaded[view.NoPolicy] | Jump:
        who = await self.known.who(context)
        if not has_no_policy(who):  # the number has been entered meanwhile
            changes = await self.clinics.answers(context, who, context.answers["clinic"])
            return Jump(_after_clinic({**context.answers, **changes}), changes=changes)
        own = isinstance(who, Person) and who.relation is Relation.OWN
        return Loaded(view.NoPolicy(await self.known.place(context), typed_here=is_other(context.answers), own=own))

    async def _load_confirm(self, context: StepContext) -> Loaded[view.Confirmation] | Jump:
        held = await self.confirming.held_time(context)
        if isinstance(held, Declined):
            step = NEXT_SCREENS[held.reason]
            return Jump(step, await self._note(context, held.reason), alone=step != "time")
        if isinstance(held, Jump):
            return held
        return Loaded(view.Confirmation(await self.known.place(context), held))

    async def _apply_confirm(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Acted(view.ConfirmAct.NO):
                await self.times.let_time_go(context)
                return Jump("time")
            case Acted(view.ConfirmAct.YES):
                return await self._told(context, await self.confirming.book_held(context, given.act))
        return NotTaken()

    async def _told(self, context: StepContext, outcome: BookingOutcome | Jump) -> Outcome:
        match outcome:
            case Made(visit):
                await self._remember_warning(context, visit)
                return await self.confirming.left_for_ticket(context, visit)
            case Checking():
                return Jump("checking", marks={"checking": True})
            case Declined():
                return await self._refused(context, outcome)
            case _:
                return outcome

    async def _remember_warning(self, context: StepContext, visit: Visit) -> None:
        """Another citizen has become one of the account's persons by this: what was accepted is kept for them, too."""
        if is_other(context.answers) and context.answers.get("unattached"):
            entry = await self.visits.get(context.account, visit.id)
            await self.warnings.accept(context.account, entry.person, visit.clinic.id)

    async def _refused(self, context: StepContext, declined: Declined) -> Outcome:
        reason = declined.reason
        if reason is Refusal.SAME_SPECIALIST and (jump := await self._already(context)):
            await self.times.let_time_go(context)
            return jump
        step = NEXT_SCREENS[reason]
        note = await self._note(context, reason)
        if step == "confirm":
            return Jump(step, note, again=view.ConfirmAct.YES)
        await self.times.let_time_go(context)
        if jump := unexplained(declined):
            return jump
        if reason is Refusal.PATIENT_NOT_FOUND and is_other(context.answers):
            step = "check"
        return Jump(step, note, alone=step != "time")

    async def _already(self, context: StepContext) -> Jump | None:
        """To the visit that has come to stand since the specialist was chosen, if it is one that the account sees."""
        ahead = await self.times.ahead(context, context.answers["service"])
        return Jump("already", changes={"ahead": ahead}) if ahead is not None else None

    async def _note(self, context: StepContext, reason: Refusal | Denial) -> Html:
        return refusals.refusal(context.t, reason, (await self.known.place(context)).clinic)

    async def _load_checking(self, context: StepContext) -> Loaded[times_view.Place] | Jump | Left:
        outcome = await self.booking.outcome(context.draft.id)
        if isinstance(outcome, Checking):
            return Loaded(await self.known.place(context))
        if isinstance(outcome, Made):
            return await self.confirming.left_for_ticket(context, outcome.visit)
        stands = await self._load_confirm(context)  # held anew, so that one press asks for it again
        if not isinstance(stands, Loaded):
            return stands
        note = await self._note(context, Refusal.UNAVAILABLE)
        return Jump("confirm", note, again=view.ConfirmAct.YES)


async def first_answers(persons: Persons, directory: Directory, account: Account) -> dict[str, Any]:
    """What is known before the first question: the region of the person's clinic, or the one used last."""
    own = await persons.own(account)
    if own is not None and own.clinic_id is not None:
        clinic = await directory.clinic(own.clinic_id)
        if clinic is not None:
            return {"region": clinic.region}
    return {"region": account.last_region} if account.last_region else {}


async def answers_for(
    persons: Persons, directory: Directory, account: Account, person: Person, now: datetime
) -> dict[str, Any]:
    """A booking for this person, at the choice of the clinic; the region is asked only where none is known.

    `NotAllowed`: nothing can be booked for them.
    """
    check(person, now, MOSCOW)
    clinic = await directory.clinic(person.clinic_id) if person.clinic_id is not None else None
    known = {"region": clinic.region} if clinic is not None else await first_answers(persons, directory, account)
    return {**known, "person": person.id}


def begins_by_link(target: LinkTarget, note: Html) -> Begins:
    """A booking where a link leads, at the question who it is for; the rest is looked at when that is known."""
    link = {
        "clinic": target.clinic.id,
        "service": target.service_id,
        "service_name": target.service,
        "doctor": target.doctor_id,
        "doctor_name": target.doctor,
    }
    return Begins(KIND, {"region": target.clinic.region}, note, {**_REGION_FIXED, "link": link})


async def repeats_of(repeats: Repeats, account: Account) -> Sequence[Repeat]:
    """«Снова»: offered where the registry answers; who it is for can be asked without it."""
    try:
        return await repeats.offers(account, _REPEATS)
    except RegistryUnavailable:
        return ()


def _repeat_ref(each: Repeat) -> str:
    return f"{_AGAIN}{each.entry.visit.id} {slot_ref(each.slot)}"


def begins_again(entry: VisitEntry, now: datetime, standing: Sequence[Visit], slot: Slot | None = None) -> Begins:
    """«Записаться ещё раз»: at the doctor's calendar, or at the confirmation of a time. `NotAllowed`: not for them.

    `standing`: the person's visits ahead that the account sees; one to this specialist comes first.
    """
    check(entry.person, now, entry.visit.clinic.tz)
    return Begins(KIND, _answers_again(entry, slot, ahead_of(entry, standing)), marks=_REGION_FIXED)


def ahead_of(entry: VisitEntry, standing: Sequence[Visit]) -> str | None:
    """The visit among these that is to the same specialist."""
    return next((each.id for each in standing if each.service_id == entry.visit.service_id), None)


def _answers_again(entry: VisitEntry, slot: Slot | None, ahead: str | None) -> dict[str, Any]:
    """A visit's answers once more: up to its doctor, or up to a time. Where they were, they may be booked again."""
    visit = entry.visit
    known = {
        "region": visit.clinic.region,
        "person": entry.person.id,
        "clinic": visit.clinic.id,
        "attached": entry.person.clinic_id == visit.clinic.id,
        "no_policy": False,
        "unattached": True,
        "service": visit.service_id,
        "service_name": visit.service,
        "ahead": ahead,
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


def check(person: Person, now: datetime, tz: str) -> None:
    """Raises `NotAllowed` where the account may book nothing for this person as things are today."""
    rights.check_booking(person, local(now, tz).date(), now, declared_ahead=0)


def _why_not(person: Person, context: StepContext) -> Denial | None:
    """The same as a word; None where it may."""
    return _denied(person, context.now, region_of(context).tz)


def _denied(person: Person, now: datetime, tz: str) -> Denial | None:
    try:
        check(person, now, tz)
    except NotAllowed as denied:
        return denied.reason
    return None


async def has_somebody(persons: Persons, account: Account, now: datetime) -> bool:
    """Whether there is anybody to book for: the own form, or somebody who lets the account in without it."""
    family = await persons.family(account)
    return any(each.relation is Relation.OWN or _denied(each, now, MOSCOW) is None for each in family)


def _another(_: Answers) -> Relation:
    return Relation.OTHER


async def _other_is_right(context: StepContext) -> Outcome:
    # A link that did not suit the date of birth may suit the one that has been corrected.
    return Answered({"check": True}, marks={"followed": "clinic" in context.answers})


def _after_clinic(answers: Answers) -> str:
    """The first question after the clinic that has no answer yet."""
    if _has_no_policy(answers):
        return "nopolicy"
    if _is_unattached(answers) and "unattached" not in answers:
        return "unattached"
    if "service" not in answers:
        return "service"
    if is_ahead(answers):
        return "already"
    if is_for_women(answers) and "women" not in answers:
        return "women"
    return "doctor" if "doctor" not in answers else "day"


def _has_no_policy(answers: Answers) -> bool:
    return bool(answers.get("no_policy"))


def _is_unattached(answers: Answers) -> bool:
    return not answers.get("attached") and not answers.get("no_policy")


async def _apply_no_policy(context: StepContext, given: Input) -> Outcome:
    match given:
        case Acted(view.NoPolicyAct.OTHER):
            return Jump("clinic")
        case Acted(view.NoPolicyAct.POLICY) if is_other(context.answers):
            return Jump("policy")
    return NotTaken()


async def _apply_unexplained(_: StepContext, given: Input) -> Outcome:
    match given:
        case Acted(times_view.UnexplainedAct.TIME):
            return on_from_unexplained("time")
        case Acted(times_view.UnexplainedAct.PERSON):
            return on_from_unexplained("person")
    return NotTaken()


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
    Denial.NOT_OPEN: "person",
    Denial.TOO_MANY_DECLARED: "person",
    Denial.TOO_MANY_A_DAY: "person",
    Denial.TOO_MANY_TRIES: "person",
    Denial.HIDDEN_CLASH: "time",
    Denial.TOO_MANY_CLASHES: "unexplained",
}
"""Where the person goes on after a refusal: the nearest screen that makes sense."""
