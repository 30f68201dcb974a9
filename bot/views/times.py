"""What can be booked, as screens: specialist, doctor, day, time. Booking and moving share them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.keyboards.buttons.access import HowToConfirm
from bot.keyboards.buttons.help import HelpPage, HelpTopic
from bot.keyboards.kit import (
    TIMES_IN_ROW,
    Row,
    back_row,
    button,
    in_rows,
    markup,
    month_grid,
    month_turner,
    page_of,
    pager,
    with_time,
)
from bot.keyboards.labels import EARLY, apart
from bot.keyboards.wizard import StepButtons
from bot.views import refusals
from bot.views.clinics import clock_line, told_name
from bot.views.common import Scene
from bot.views.people import doctor_labels
from bot.views.screen import Screen
from bot.views.specialties import specialty
from services.booking.model import Held, NoHold, Unheld
from services.errors import Denial
from services.registry.model import Clinic, DayOffer, DoctorOffer, ServiceOffer, Slot
from services.texts.dates import (
    clock_time,
    day_words,
    is_moscow_time,
    listed_day,
    local,
    month_words,
    short_when,
    weekday_words,
)
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape, lines


class DayPart(StrEnum):
    """Morning until noon, afternoon until five, then evening, by the clinic's clock."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"

    @classmethod
    def of(cls, hour: int) -> DayPart:
        if hour < _MORNING_ENDS:
            return cls.MORNING
        return cls.AFTERNOON if hour < _EVENING_BEGINS else cls.EVENING


_MORNING_ENDS, _EVENING_BEGINS = 12, 17
_SHARED = 2
"""Of so many buttons none is cut on a narrow phone, of three each would be."""
DAY_PARTS = {DayPart.MORNING: N_("Morning"), DayPart.AFTERNOON: N_("Afternoon"), DayPart.EVENING: N_("Evening")}
_IN_A_LINE = {DayPart.MORNING: N_("morning"), DayPart.AFTERNOON: N_("afternoon"), DayPart.EVENING: N_("evening")}


class DoctorAct(StrEnum):
    SOONEST = "soonest"
    ANY = "any"


class DayAct(StrEnum):
    """`MONTH` turns to a month, «202612»; `LIST` and `GRID` show the days as a list, or as a calendar.

    `EMPTY` asks about a day without free times, «20261203», `WEEKDAY` about a day of the week, Monday 0.
    """

    MONTH = "m"
    EMPTY = "empty"
    WEEKDAY = "wd"
    LIST = "list"
    GRID = "grid"


class TimeAct(StrEnum):
    """`PART` shows the times of a `DayPart`."""

    PART = "part"


class CheckingAct(StrEnum):
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Place:
    """Who books where: the head of every later screen. `moved_from`: when the visit that is being moved begins.

    `who`: the full name; `called`: as buttons say it.
    """

    who: str
    called: str
    clinic: Clinic
    moved_from: datetime | None = None


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
    """All days that have free times. `month`: which the calendar shows; `listed`: they stand as a list, at `page`."""

    chosen: Chosen
    days: Sequence[DayOffer]
    month: date
    listed: bool = False
    page: int = 0


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


def service(data: ServiceChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    tz = data.place.clinic.tz
    labels = apart([specialty(t, each.id, each.name) for each in data.offers])
    rows = [
        [button(with_time(label, _nearest(t, each, tz, scene.now)), buttons.option(place))]
        for place, (label, each) in enumerate(zip(labels, data.offers, strict=True))
    ]
    nothing = t("This clinic has no services for this age here. Please choose another clinic or call it.")
    return Screen(
        scene.text(
            lines(
                bold(t("Which specialist?")),
                place_lines(t, data.place, scene.now),
                clock_line(t, _clocks(data.place, (each.nearest for each in data.offers))),
            ),
            "" if rows else nothing,
        ),
        markup(
            *rows,
            pager(t, data.page, data.total, scene.layout.page, buttons.page),
            back_row(t, buttons.back()),
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


def doctor(data: DoctorChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    tz = data.place.clinic.tz
    names = doctor_labels([each.name for each in data.offers], EARLY)
    rows = [
        [button(with_time(name, _nearest(t, each, tz, scene.now)), buttons.option(place))]
        for place, (name, each) in enumerate(zip(names, data.offers, strict=True))
    ]
    soonest = data.soonest
    nearest = [*(each.nearest for each in data.offers), soonest.start if soonest else None]
    return Screen(
        scene.text(
            lines(
                bold(t("Which doctor?")) + Html(" ") + escape(specialty(t, data.service_id, data.service)),
                place_lines(t, data.place, scene.now),
                clock_line(t, _clocks(data.place, nearest)),
            ),
        ),
        markup(
            [
                button(
                    t.label("⚡ Nearest: {when}", when=short_when(t, soonest.start, tz, scene.now)),
                    buttons.act(DoctorAct.SOONEST),
                )
            ]
            if soonest
            else [],
            [button(t.label("Any doctor"), buttons.act(DoctorAct.ANY))],
            *rows,
            pager(t, data.page, data.total, scene.layout.described, buttons.page),
            back_row(t, buttons.back()),
        ),
    )


def day(data: DayChoice, buttons: StepButtons, scene: Scene) -> Screen:
    """The days as a calendar or as a list; either leads to the other."""
    t = scene.t
    today = local(scene.now, data.chosen.place.clinic.tz).date()
    rows = _days_in_rows(data, buttons, scene, today) if data.listed else _calendar(data, buttons, t)
    return Screen(
        scene.text(
            lines(
                bold(t("Which day?")),
                _chosen(t, data.chosen, scene.now),
                clock_line(t, _clocks(data.chosen.place)),
                "" if data.listed else t("The nearest: {day}.", day=day_words(t, data.days[0].day, today)),
                "" if data.listed else bold(month_words(t, data.month)),
            ),
        ),
        markup(*rows, back_row(t, buttons.back())),
    )


def _days_in_rows(data: DayChoice, buttons: StepButtons, scene: Scene, today: date) -> list[Row]:
    """«чт 3 декабря · утро, день», across the months' ends."""
    t, size = scene.t, scene.layout.page
    return [
        *(
            [button(day_label(t, offer, today), buttons.option(place))]
            for place, offer in page_of(list(enumerate(data.days)), data.page, size)
        ),
        pager(t, data.page, len(data.days), size, buttons.page),
        [button(t.label("📅 As a calendar"), buttons.act(DayAct.GRID))],
    ]


def day_label(t: Texts, offer: DayOffer, today: date) -> str:
    """«чт 3 декабря · утро, день»: in which parts of the day there are free times."""
    day, parts = listed_day(t, offer.day, today), {DayPart.of(hour) for hour in offer.hours}
    if len(parts) == len(DayPart):
        return t.label("{day}: {parts}", day=day, parts=t.label("all day"))
    some = [t.label(_IN_A_LINE[each]) for each in DayPart if each in parts]
    return t.label("{day}: {parts}", day=day, parts=", ".join(some))


def _calendar(data: DayChoice, buttons: StepButtons, t: Texts) -> list[Row]:
    months = sorted({each.day.replace(day=1) for each in data.days})
    places = {each.day: buttons.option(place) for place, each in enumerate(data.days)}
    turner = month_turner(t, data.month, months, lambda month: buttons.act(DayAct.MONTH, f"{month:%Y%m}"))
    as_a_list = button(t.label("📋 As a list"), buttons.act(DayAct.LIST))
    return [
        *month_grid(
            t,
            data.month,
            places,
            lambda day: buttons.act(DayAct.EMPTY, f"{day:%Y%m%d}"),
            lambda number: buttons.act(DayAct.WEEKDAY, str(number)),
        ),
        *([[*turner, as_a_list]] if len(turner) < _SHARED else [turner, [as_a_list]]),
    ]


def empty_day(t: Texts, day: date | None, days: Sequence[date], today: date) -> str:
    """The toast for a day that is not among the `days` with free times. None: an old button does not say which."""
    none = t.label("There are no free times on this day.")
    if day is not None and day < today:
        none = t.label("This day has passed.")
    after = [each for each in days if day is None or each > day]
    return f"{none} {_nearest_day(t, (after or days[-1:])[:1], today)}".rstrip()


def weekday(t: Texts, number: int, days: Sequence[date], today: date) -> str:
    """The toast for a day of the week: when there is one with free times."""
    found = [each for each in days if each.weekday() == number][:1]
    if found:
        return t.label("{weekday}. {nearest}", weekday=weekday_words(t, number), nearest=_nearest_day(t, found, today))
    none = t.label("{weekday}: no free times now.", weekday=weekday_words(t, number))
    return f"{none} {_nearest_day(t, days[:1], today)}".rstrip()


def _nearest_day(t: Texts, found: Sequence[date], today: date) -> str:
    return t.label("The nearest with free times: {day}.", day=day_words(t, found[0], today)) if found else ""


def time(data: TimeChoice, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    tz = data.chosen.place.clinic.tz
    today = local(scene.now, tz).date()
    others = [
        button(f"{t.label(DAY_PARTS[part])} {count}", buttons.act(TimeAct.PART, part))
        for part, count in data.parts
        if part is not data.part
    ]
    here = f", {t.label(_IN_A_LINE[data.part])}" if others else ""
    times = [button(clock_time(each.start, tz), buttons.option(place)) for place, each in enumerate(data.slots)]
    return Screen(
        scene.text(
            lines(
                bold(t("What time?")),
                escape(day_words(t, data.day, today) + here),
                _chosen(t, data.chosen, scene.now),
                clock_line(t, _clocks(data.chosen.place, (each.start for each in data.slots))),
            ),
        ),
        markup(
            others,
            *in_rows(times, TIMES_IN_ROW),
            pager(t, data.page, data.total, scene.layout.times, buttons.page),
            back_row(t, buttons.back()),
        ),
    )


class UnexplainedAct(StrEnum):
    TIME = "time"
    PERSON = "person"
    KEEP = "keep"


_GO_ON = {
    UnexplainedAct.TIME: N_("🕘 Choose another time"),
    UnexplainedAct.PERSON: N_("👤 Choose another person"),
    UnexplainedAct.KEEP: N_("Leave it as it was"),
}


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A refusal whose cause this account may not be told. `person`: id of who it is for; None: typed in this booking.

    `old_stands`: of a move, whether there still is the booking that was to be moved.
    """

    place: Place
    reason: Denial
    person: str | None
    old_stands: bool | None = None

    @property
    def goes_on(self) -> UnexplainedAct | None:
        """What else can be done here."""
        if self.reason is Denial.HIDDEN_CLASH:
            return UnexplainedAct.TIME
        return {None: UnexplainedAct.PERSON, True: UnexplainedAct.KEEP, False: None}[self.old_stands]


_OLD_BOOKING = {True: N_("The old booking remains."), False: N_("The old booking has been cancelled already.")}


def unexplained(data: Unexplained, buttons: StepButtons, scene: Scene) -> Screen:
    """It says the same whatever the cause is, so it can say how to hear more: the clinic's phone, «Как подтвердить»."""
    t = scene.t
    how = HowToConfirm(person=data.person) if data.person else HelpTopic(topic=HelpPage.FAMILY, person=None)
    return Screen(
        scene.text(
            refusals.unexplained(t, data.reason, data.place.clinic),
            lines(
                t("We cannot say why: not all of this person’s bookings are open to you here."),
                t(_OLD_BOOKING[data.old_stands]) if data.old_stands is not None else "",
                place_lines(t, data.place, scene.now),
                clock_line(t, _clocks(data.place)),
            ),
        ),
        markup(
            [button(t.label(_GO_ON[data.goes_on]), buttons.act(data.goes_on))] if data.goes_on else [],
            [button(t.label("🔎 How to confirm"), how)],
            back_row(t, buttons.back()),
        ),
    )


def _nearest(t: Texts, each: ServiceOffer | DoctorOffer, tz: str, now: datetime) -> str:
    """«завтра 09:20»."""
    if each.nearest is None or not each.free:
        return t.label("no free times")
    return short_when(t, each.nearest, tz, now)


_UNHELD = {
    NoHold.SPENT: N_(
        "⏳ We have held this time for you as long as one time may be held, and hold it no more. You can still book "
        "it, as long as nobody else does."
    ),
    NoHold.MANY: N_(
        "⏳ Other times are held for you already, so we do not hold this one too. You can still book it, as long as "
        "nobody else does."
    ),
}


def hold_line(t: Texts, held: Held | Unheld, tz: str) -> Html:
    """Until when a chosen time is kept, or that it is not."""
    if isinstance(held, Unheld):
        return t(_UNHELD[held.why])
    until = clock_time(held.until, tz)
    if is_moscow_time(held.until, tz):
        return t("⏳ The time is held for you until {until}.", until=until)
    return t("⏳ The time is held for you until {until} by the clinic’s clock.", until=until)


def place_lines(t: Texts, place: Place, now: datetime) -> Html:
    """For whom and where; a booking that is moved stays at its clinic."""
    patient = t("Patient: {name}", name=place.called)
    if place.moved_from is None:
        return lines(patient, escape(told_name(t, place.clinic)))
    stands = short_when(t, place.moved_from, place.clinic.tz, now)
    return lines(t("Moving. Now: {when}", when=stands), patient)


def _clocks(place: Place, times: Iterable[datetime | None] = ()) -> list[tuple[datetime, str]]:
    """Of all times that are told beside `place_lines`, for `clock_line`."""
    return [(each, place.clinic.tz) for each in (place.moved_from, *times) if each is not None]


def _chosen(t: Texts, chosen: Chosen, now: datetime) -> Html:
    return lines(
        place_lines(t, chosen.place, now),
        escape(f"{specialty(t, chosen.service_id, chosen.service)} / {chosen.doctor or t.label('any doctor')}"),
    )
