"""The booking wizard's screens: region, person, clinic, service, doctor, day, time, confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from bot.keyboards.callbacks import ClinicVenue, Go, Page, WizardOpen
from bot.keyboards.kit import (
    LABEL,
    PAGE_SIZE,
    TIMES_IN_ROW,
    back_row,
    button,
    home_button,
    in_rows,
    markup,
    month_grid,
    numbered,
    pager,
    short,
)
from bot.keyboards.wizard import Keys
from bot.views.clinics import LINE, clinic_address, clinic_label, contacts, kilometres, region_name, room_line
from bot.views.common import Scene
from bot.views.screen import Screen
from bot.views.specialties import specialty
from services.accounts.model import Person, Relation
from services.accounts.rights import DECLARED_AHEAD, Denial
from services.clinics.regions import Region
from services.registry.model import Clinic, DayOffer, DoctorOffer, Refusal, ServiceOffer, Slot
from services.texts.dates import clock_time, day_words, local, short_when, when
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape, lines

TIMES_A_SCREEN = 24


class DayPart(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


DAY_PARTS = {DayPart.MORNING: N_("Morning"), DayPart.AFTERNOON: N_("Afternoon"), DayPart.EVENING: N_("Evening")}

RELATIONS = {
    Relation.OWN: N_("me"),
    Relation.CHILD: N_("child"),
    Relation.SPOUSE: N_("spouse"),
    Relation.PARENT: N_("parent"),
    Relation.WARD: N_("ward"),
    Relation.OTHER: N_("another person"),
}


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """One page of regions with how many clinics each has. `query`: what was typed, None for the whole list."""

    items: Sequence[tuple[Region, int]]
    page: int
    total: int
    query: str | None
    last_used: str | None


@dataclass(frozen=True, slots=True)
class PersonChoice:
    region: Region
    persons: Sequence[Person]
    page: int
    total: int


@dataclass(frozen=True, slots=True)
class ClinicRow:
    clinic: Clinic
    attached: bool
    recent: bool
    distance: float | None


@dataclass(frozen=True, slots=True)
class ClinicChoice:
    """One page of clinics. `nearest`: by distance; `query`: what was typed; `hidden`: left out by age."""

    who: str
    region: Region
    rows: Sequence[ClinicRow]
    page: int
    total: int
    nearest: bool
    query: str | None
    child: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Who books where: the head of every later screen."""

    who: str
    clinic: Clinic


@dataclass(frozen=True, slots=True)
class NoPolicy:
    """`typed_here`: the person was typed in this booking; `own`: it is the account holder."""

    place: Place
    typed_here: bool
    own: bool


@dataclass(frozen=True, slots=True)
class ServiceChoice:
    place: Place
    offers: Sequence[ServiceOffer]
    page: int
    total: int


@dataclass(frozen=True, slots=True)
class DoctorChoice:
    place: Place
    service_id: str
    service: str
    offers: Sequence[DoctorOffer]
    page: int
    total: int
    soonest: Slot | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What stands at the head of the day and time screens. `doctor` None: any."""

    place: Place
    service_id: str
    service: str
    doctor: str | None


@dataclass(frozen=True, slots=True)
class DayChoice:
    chosen: Chosen
    days: Sequence[DayOffer]
    month: date


@dataclass(frozen=True, slots=True)
class TimeChoice:
    """Times of one part of a day. `parts`: how many are free in each part that has any."""

    chosen: Chosen
    day: date
    slots: Sequence[Slot]
    part: DayPart
    parts: Sequence[tuple[DayPart, int]]
    page: int
    total: int


@dataclass(frozen=True, slots=True)
class Confirmation:
    place: Place
    slot: Slot
    until: datetime


def region(data: RegionChoice, keys: Keys, scene: Scene) -> Screen:
    t = scene.t
    rows = [
        [button(_region_label(t, each, count, data.last_used), keys.option(place))]
        for place, (each, count) in enumerate(data.items)
    ]
    if data.query is None:
        hint = t("Choose a region, or write the beginning of its name.")
    elif data.total:
        hint = t("Found for “{query}”:", query=data.query)
    else:
        hint = t("Nothing is found for “{query}”. Try other letters, or look through the whole list.", query=data.query)
    return Screen(
        scene.text(bold(t("In which region is the clinic?")), hint),
        markup(
            *rows,
            pager(t, data.page, data.total, PAGE_SIZE, keys.page),
            [button(t.label("All regions"), keys.act("all"))] if data.query is not None else [],
            back_row(t, keys.back()),
        ),
    )


def no_clinics(t: Texts, chosen: Region, *, others: bool) -> Html:
    """A region without clinics, said plainly."""
    told = t("There are no clinics of the region “{region}” here yet.", region=region_name(t, chosen))
    return blocks(
        told,
        t("These regions have clinics to choose from:")
        if others
        else t("Other regions have none yet either: please call your clinic, or 122."),
    )


def person(data: PersonChoice, keys: Keys, scene: Scene) -> Screen:
    t = scene.t
    rows = [[button(_person_label(t, each), keys.option(place))] for place, each in enumerate(data.persons)]
    return Screen(
        scene.text(
            bold(t("Who is the visit for?")),
            t("Region: {region}", region=region_name(t, data.region)),
        ),
        markup(
            *rows,
            pager(t, data.page, data.total, PAGE_SIZE, keys.page),
            [button(t.label("➕ Another person"), keys.act("other"))],
            [button(t.label("🗺 Change the region"), keys.act("region"))],
            back_row(t, keys.back()),
        ),
    )


def clinic(data: ClinicChoice, keys: Keys, scene: Scene) -> Screen:
    t = scene.t
    first = data.page * PAGE_SIZE + 1
    told = [_clinic_line(t, number, row) for number, row in enumerate(data.rows, start=first)]
    rows = [
        [button(numbered(number, clinic_label(row.clinic, star=row.attached)), keys.option(place))]
        for place, (number, row) in enumerate(enumerate(data.rows, start=first))
    ]
    return Screen(
        scene.text(
            bold(t("Which clinic?")),
            lines(
                t("Patient: {name}", name=data.who),
                t("Region: {region}", region=region_name(t, data.region)),
            ),
            _clinic_hint(t, data),
            *told,
        ),
        markup(
            *rows,
            pager(t, data.page, data.total, PAGE_SIZE, keys.page),
            [button(t.label("All clinics"), keys.act("all"))] if data.query is not None or data.nearest else [],
            [] if data.nearest else [button(t.label("📍 Nearest to me"), keys.act("near"))],
            back_row(t, keys.back()),
        ),
    )


def clinic_not_found(t: Texts, query: str) -> Html:
    return t("Nothing is found for “{query}”.", query=query)


def unattached(data: Place, keys: Keys, scene: Scene) -> Screen:
    """The portal's warning: the person is not attached to this clinic."""
    t = scene.t
    return Screen(
        scene.text(
            bold(t("Attention")),
            _place(t, data),
            t(
                "To book, attach to the clinic or ask the person you are booking for to attach. Without an attachment "
                "the clinic may refuse the visit: its desk will tell more."
            ),
            t("Phone: {phone}", phone=data.clinic.phone) if data.clinic.phone else "",
        ),
        markup(
            [button(t.label("Go on with this clinic"), keys.act("go"))],
            [button(t.label("Choose another clinic"), keys.act("other"))],
            back_row(t, keys.back()),
        ),
    )


def no_policy(data: NoPolicy, keys: Keys, scene: Scene) -> Screen:
    """Without a policy: the clinic's phone and how to get one."""
    t = scene.t
    enter: CallbackData | None = None
    if data.typed_here:
        enter = keys.act("policy")
    elif data.own:
        enter = Go(to=Page.FORM)
    return Screen(
        scene.text(
            bold(t("Without a policy the visit is booked by phone")),
            _place(t, data.place),
            contacts(t, data.place.clinic),
            t(
                "How to get a policy: come to any insurance company of the region with a passport and SNILS, or "
                "apply through Gosuslugi. It is free. In an emergency help is given without a policy: call 103 or 112."
            ),
        ),
        markup(
            [button(t.label("✏️ Enter the policy number"), enter)] if enter else [],
            [button(t.label("Choose another clinic"), keys.act("other"))],
            back_row(t, keys.back()),
        ),
    )


def service(data: ServiceChoice, keys: Keys, scene: Scene) -> Screen:
    t = scene.t
    tz = data.place.clinic.tz
    told = [
        lines(bold(specialty(t, each.id, each.name)), _free(t, each.nearest, each.free, tz, scene.now))
        for each in data.offers
    ]
    rows = [
        [button(short(specialty(t, each.id, each.name)), keys.option(place))] for place, each in enumerate(data.offers)
    ]
    nothing = t("This clinic has no services for this age here. Please choose another clinic or call it.")
    return Screen(
        scene.text(_place(t, data.place), bold(t("Which specialist?")), *(told or [nothing])),
        markup(
            *rows,
            pager(t, data.page, data.total, PAGE_SIZE, keys.page),
            [button(t.label("📍 Clinic on the map"), ClinicVenue(clinic=data.place.clinic.id))]
            if data.place.clinic.lat is not None
            else [],
            back_row(t, keys.back()),
        ),
    )


def no_times(t: Texts, name: str, clinic: Clinic) -> Html:
    """There are none: the only place where this is said."""
    return blocks(
        Html("⚠️ ")
        + t("There are no free times now: {what}. New ones appear every day, usually in the morning.", what=name),
        t("You can also call the clinic: {phone}", phone=clinic.phone) if clinic.phone else "",
    )


def no_times_on_day(t: Texts) -> Html:
    return Html("⚠️ ") + t("The last free time of this day has been taken. Please choose another day.")


def doctor(data: DoctorChoice, keys: Keys, scene: Scene) -> Screen:
    t = scene.t
    tz = data.place.clinic.tz
    told = [
        lines(
            bold(each.name),
            room_line(t, each.room),
            _free(t, each.nearest, each.free, tz, scene.now),
        )
        for each in data.offers
    ]
    rows = [[button(short(initials(each.name)), keys.option(place))] for place, each in enumerate(data.offers)]
    soonest = data.soonest
    return Screen(
        scene.text(
            _place(t, data.place),
            lines(bold(specialty(t, data.service_id, data.service)), t("Which doctor?")),
            *told,
        ),
        markup(
            [
                button(
                    t.label("⚡ Nearest: {when}", when=short_when(t, soonest.start, tz, scene.now)),
                    keys.act("soonest"),
                )
            ]
            if soonest
            else [],
            [button(t.label("Any doctor"), keys.act("any"))],
            *rows,
            pager(t, data.page, data.total, PAGE_SIZE, keys.page),
            back_row(t, keys.back()),
        ),
    )


def day(data: DayChoice, keys: Keys, scene: Scene) -> Screen:
    t = scene.t
    today = local(scene.now, data.chosen.place.clinic.tz).date()
    months = sorted({each.day.replace(day=1) for each in data.days})
    places = {each.day: keys.option(place) for place, each in enumerate(data.days)}
    nearest = data.days[0]
    return Screen(
        scene.text(
            _chosen(t, data.chosen),
            lines(
                bold(t("Which day?")),
                t("Press a number. A dot means that there are no free times on that day."),
                t("The nearest: {day}.", day=day_words(t, nearest.day, today)),
            ),
        ),
        markup(
            *month_grid(
                t,
                data.month,
                places,
                keys.act("empty"),
                lambda month: keys.act(f"m-{month:%Y%m}"),
                months,
            ),
            back_row(t, keys.back()),
        ),
    )


def empty_day(t: Texts) -> str:
    """The toast for a day without free times."""
    return t.label("There are no free times on this day.")


def time(data: TimeChoice, keys: Keys, scene: Scene) -> Screen:
    t = scene.t
    tz = data.chosen.place.clinic.tz
    today = local(scene.now, tz).date()
    tabs = [
        button(_part_label(t, part, count, chosen=part is data.part), keys.act(f"part-{part.value}"))
        for part, count in data.parts
    ]
    times = [button(clock_time(each.start, tz), keys.option(place)) for place, each in enumerate(data.slots)]
    return Screen(
        scene.text(
            _chosen(t, data.chosen),
            lines(bold(t("What time?")), escape(day_words(t, data.day, today))),
        ),
        markup(
            tabs if len(tabs) > 1 else [],
            *in_rows(times, TIMES_IN_ROW),
            pager(t, data.page, data.total, TIMES_A_SCREEN, keys.page),
            back_row(t, keys.back()),
        ),
    )


def confirm(data: Confirmation, keys: Keys, scene: Scene) -> Screen:
    t = scene.t
    clinic, slot = data.place.clinic, data.slot
    return Screen(
        scene.text(
            bold(t("Please check the booking")),
            lines(
                t("Patient: {name}", name=bold(data.place.who)),
                t("Date and time: {when}", when=bold(when(t, slot.start, clinic.tz, scene.now))),
                t(
                    "Specialty / doctor’s full name: {specialty} / {doctor}",
                    specialty=specialty(t, slot.service_id, slot.service),
                    doctor=slot.doctor,
                ),
                room_line(t, slot.room),
                t("Institution: {clinic}", clinic=clinic.name),
                t("Address: {address}", address=clinic_address(clinic)),
            ),
            t(
                "⏳ The time is held for you for 5 minutes, until {until} by the clinic’s clock.",
                until=clock_time(data.until, clinic.tz),
            ),
        ),
        markup(
            [button(t.label("✅ Yes, I confirm"), keys.act("yes"))],
            [button(t.label("Cancel"), keys.act("no"))],
            back_row(t, keys.back()),
        ),
    )


def checking(data: Place, keys: Keys, scene: Scene) -> Screen:
    """The registry is silent; the answer will come by itself."""
    t = scene.t
    return Screen(
        scene.text(
            bold(t("We are checking whether you are booked")),
            _place(t, data),
            t(
                "The registry has not answered yet. Please do not book again: the answer will come here by itself "
                "in a few minutes."
            ),
        ),
        markup([button(t.label("🔄 Check now"), keys.act("again"))], [home_button(t)]),
    )


def resume(t: Texts, kind: str) -> Screen:
    """The wizard was left half-way."""
    return Screen(
        blocks(
            bold(t("You have not finished booking")),
            t("What you have chosen is kept. Go on from the same place?"),
        )
        if kind == "booking"
        else blocks(
            bold(t("You have not finished the form")),
            t("What you have entered is kept. Go on from the same place?"),
        ),
        markup(
            [button(t.label("▶️ Go on"), WizardOpen(kind=kind, anew=False))],
            [button(t.label("Start again"), WizardOpen(kind=kind, anew=True))],
            [home_button(t)],
        ),
    )


REFUSALS: dict[Refusal | Denial, str] = {
    Refusal.TIME_BUSY: N_("This time has just been taken. Here are the nearest free ones."),
    Refusal.SAME_SPECIALIST: N_(
        "There is already a booking with this specialist: see “My bookings”. The next one can be made after it. "
        "To cancel it, call the clinic."
    ),
    Refusal.SAME_TIME: N_("There is already another visit at this time. Please choose another time."),
    Refusal.OTHER_AGE: N_("This doctor sees patients of another age. Please choose another clinic or specialist."),
    Refusal.TIME_PASSED: N_("This time has already passed. Please choose another."),
    Refusal.PATIENT_NOT_FOUND: N_(
        "The registry does not know a patient with such data. Please check the policy number and the name, "
        "or call the clinic."
    ),
    Refusal.REFERRAL_EXPIRED: N_(
        "The referral has expired. Ask the doctor for a new one, or choose another specialist."
    ),
    Refusal.UNAVAILABLE: N_(
        "The registry is not answering. You are not booked yet; the choice is kept. Please try again."
    ),
    Denial.GROWN_UP: N_(
        "This person will be 18 by the day of the visit and books for themselves. Please choose another day or person."
    ),
    Denial.BASIS_ENDED: N_("The permission to book for this person has ended. Please choose another person."),
    Denial.TOO_MANY_DECLARED: N_(
        "You already have {limit} visits ahead for people whose documents the clinic has not checked. "
        "You can book another after one of them."
    ),
    Denial.TOO_MANY_TRIES: N_(
        "There were too many tries with data that the registry does not know. Try tomorrow, or call the clinic."
    ),
    Denial.HIDDEN_CLASH: N_("This time cannot be booked. Please choose another."),
}


def refusal(t: Texts, reason: Refusal | Denial, clinic: Clinic) -> Html:
    """The sentence of a refusal, with the clinic's phone where only the desk can help."""
    sentence = Html("⚠️ ") + t(REFUSALS[reason], limit=DECLARED_AHEAD)
    helps = reason in (Refusal.PATIENT_NOT_FOUND, Refusal.REFERRAL_EXPIRED, Denial.TOO_MANY_TRIES) and clinic.phone
    return blocks(sentence, t("Phone of the clinic: {phone}", phone=clinic.phone) if helps else "")


def hold_renewed(t: Texts) -> Html:
    return t("The time was no longer held. It is still free, and we hold it for you again.")


def hold_lost(t: Texts) -> Html:
    return Html("⚠️ ") + t("The time is no longer held, and somebody has taken it. Here are the nearest free ones.")


def still_checking(t: Texts) -> Html:
    return t("There is no answer from the registry yet.")


def initials(full_name: str) -> str:
    """«Иванова А. С.» from surname, name, patronymic."""
    surname, *rest = full_name.split(" ")
    return " ".join([surname, *(f"{each[0]}." for each in rest if each)])


def _region_label(t: Texts, each: Region, count: int, last_used: str | None) -> str:
    mark = "🕘 " if each.code == last_used else ("🏥 " if count else "")
    return short(mark + region_name(t, each), LABEL + 8)


def _person_label(t: Texts, each: Person) -> str:
    if each.relation is Relation.OWN:
        return short(t.label("👤 Me: {name}", name=each.short_name), LABEL + 8)
    return short(f"{each.short_name} ({t.label(RELATIONS[each.relation])})", LABEL + 8)


def _clinic_hint(t: Texts, data: ClinicChoice) -> Html:
    if not data.total:
        return t("There are no clinics to show.")
    if data.query is not None:
        return t("Found for “{query}”: {count}.", query=data.query, count=data.total)
    if data.nearest:
        return t("The nearest come first.")
    whom = t("Those that see children are shown.") if data.child else t("Those that see adults are shown.")
    return lines(whom, t("You can write a part of the name or the street."))


def _clinic_line(t: Texts, number: int, row: ClinicRow) -> Html:
    marks = [
        t("attached here") if row.attached else "",
        t("booked here before") if row.recent and not row.attached else "",
        kilometres(t, row.distance) if row.distance is not None else "",
    ]
    return lines(
        Html(f"{number}. {'⭐ ' if row.attached else ''}{bold(short(row.clinic.name, LINE))}"),
        escape(short(clinic_address(row.clinic), LINE // 2)),
        ", ".join(mark for mark in marks if mark),
    )


def _free(t: Texts, nearest: datetime | None, free: int, tz: str, now: datetime) -> Html:
    if nearest is None or not free:
        return t("no free times")
    told = short_when(t, nearest, tz, now)
    return t.n("nearest: {when}, {count} free time", "nearest: {when}, {count} free times", free, when=told)


def _place(t: Texts, place: Place) -> Html:
    return lines(t("Patient: {name}", name=place.who), t("Clinic: {clinic}", clinic=place.clinic.name))


def _chosen(t: Texts, chosen: Chosen) -> Html:
    return lines(
        _place(t, chosen.place),
        escape(f"{specialty(t, chosen.service_id, chosen.service)} / {chosen.doctor or t.label('any doctor')}"),
    )


def _part_label(t: Texts, part: DayPart, count: int, *, chosen: bool) -> str:
    label = f"{t.label(DAY_PARTS[part])} {count}"
    return f"• {label}" if chosen else label
