"""Every screen of the bot from invented data: each wizard step, each view, at its fullest and at its emptiest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

from bot.fsm import access as access_wizard
from bot.fsm import booking as booking_wizard
from bot.fsm import family as family_wizard
from bot.fsm import mail as mail_wizard
from bot.fsm import moving as moving_wizard
from bot.fsm import person as person_wizard
from bot.keyboards.buttons.common import GO_HOME
from bot.keyboards.buttons.help import HelpPage
from bot.keyboards.buttons.notifications import NotificationList
from bot.keyboards.buttons.requests import RequestList
from bot.keyboards.buttons.visits import Tab, VisitCancel
from bot.keyboards.buttons.wizard import WizardOpen
from bot.views import (
    access,
    booking,
    calendar,
    clinics,
    common,
    consent,
    family,
    home,
    language,
    letters,
    links,
    mail,
    more,
    moving,
    mydata,
    notifications,
    person,
    profile,
    prompts,
    refusals,
    reminders,
    requests,
    specialties,
    times,
    visits,
)
from bot.views import help as help_view
from bot.views import map as map_view
from bot.views.prompts import Prompt
from bot.views.screen import Screen
from services.accounts.accounts import CONSENT_VERSION
from services.accounts.fields import FieldProblem, PolicyWarning
from services.accounts.model import (
    Basis,
    CodeProblem,
    Consent,
    Covers,
    Grant,
    IssuedCode,
    LinkNotice,
    MailAddress,
    Offer,
    Opened,
    Person,
    Relation,
    full_name,
)
from services.booking.links import LONGEST as LONGEST_LINK
from services.booking.model import CalendarEvent, LinkKind, LinkTarget, Repeat, VisitEntry, VisitPage
from services.clinics.regions import REGIONS
from services.mydata.model import Given, Obligations, Planned
from services.notify.model import MAILED, EmailProblem, Notification, NotificationKind
from services.personal import Moment, Obligation, ObligationKind
from services.registry.model import (
    AgeGroup,
    Clinic,
    DayOffer,
    DoctorOffer,
    PatientIdentity,
    Policy,
    PolicyKind,
    ServiceOffer,
    Sex,
    Slot,
    Visit,
    VisitStatus,
)
from services.requests.model import (
    LONGEST_COMMENT,
    LONGEST_TEXT,
    MOST_PHOTOS,
    PictureProblem,
    Request,
    RequestKind,
    RequestStatus,
    StatusStep,
    TrackedItem,
    TrackedPage,
    TrackedTopic,
)
from services.texts.i18n import LOCALES, Html, Texts

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""Monday 23 November 2026, 09:00 in Moscow."""
EVIL = "<u>Ко & «Сын»</u> {name}"
"""A name that would break the markup and the sentence if it got in as it is; `u` stands in no sentence of ours."""
PAGE = 8
ADDRESS = "anna@example.org"
LONGEST_ADDRESS = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.ru"
EVIL_ADDRESS = "<u>&{name}@example.org"
TIMES = 24


def words(length: int, text: str = "Областная клиническая больница имени Семашко ") -> str:
    """Words of exactly this length in all."""
    return (text * (length // len(text) + 1))[: length - 1].rstrip().ljust(length - 1, "я") + "я"


# --- people and places ----------------------------------------------------------------------------

LONG_NAME = "Константинопольская-Преображенская-Вознесенская-Благовещенск"
assert len(LONG_NAME) == 60, "as long as the form takes"
ENP, OLD, TEMPORARY = "5097579792000180", "50-АБВГДЕЖЗИ 1234567890", "123456789"


def somebody(
    relation: Relation = Relation.OWN,
    name: str = "Анна",
    surname: str = "Иванова",
    patronymic: str | None = "Сергеевна",
    born: date = date(1990, 3, 14),
    policy: Policy = Policy(PolicyKind.ENP, ENP),  # noqa: B008  (frozen)
    *,
    verified: bool = True,
) -> Person:
    identity = PatientIdentity(surname, name, patronymic, born, Sex.FEMALE, policy, "11223344595", "+79161234567")
    bases = ((Basis.DESK, None),)
    return Person(f"p{relation}", relation, bases, identity, "patient", "clinic", verified=verified)


ANNA = somebody()
CHILD = somebody(Relation.CHILD, "Маша", born=date(2020, 5, 1))
LONGEST_PERSON = somebody(Relation.OTHER, LONG_NAME, LONG_NAME, LONG_NAME, policy=Policy(PolicyKind.OLD, OLD))
EVIL_PERSON = somebody(Relation.OTHER, EVIL, EVIL, EVIL)
PERSONS = (ANNA, CHILD, LONGEST_PERSON, EVIL_PERSON)

PLAIN = Clinic(
    *("c1", "Поликлиника № 1", "ул. Мира, д. 1", "Мытищи", "50", "+7 495 000-00-01"),
    *("1-5 08:00-20:00; 6 09:00-15:00", "Europe/Moscow", AgeGroup.ADULT, 55.91, 37.73),
)
BARE = replace(PLAIN, id="c2", address="", town="", phone="", hours="", lat=None, lon=None, age_group=AgeGroup.ANY)
REAL = replace(PLAIN, id="W" * 24, name=words(218), address=words(83), town=words(39), phone=words(30, "8 499 000 "))
"""As long as any of Moscow's seven hundred."""
LONGEST = replace(
    REAL,
    name=words(300),
    address=words(300),
    town=words(100),
    phone=words(100, "8 499 "),
    hours=words(300),
    tz="Asia/Anadyr",
)
"""As long as the import takes."""
EVIL_CLINIC = replace(PLAIN, name=EVIL, address=EVIL, town=EVIL, phone=EVIL, hours=EVIL)
CLINICS = (PLAIN, BARE, REAL, LONGEST, EVIL_CLINIC)
NEIGHBOURS = tuple(
    replace(PLAIN, id=f"n{place}", name=name, town=town, lat=lat, lon=lon)
    for place, (name, town, lat, lon) in enumerate(
        (
            ("Поликлиника № 1", "Мытищи", 55.911, 37.731),
            ("Поликлиника № 4", "Мытищи", 55.932, 37.765),
            ("Детская поликлиника № 2", "Балашиха", 55.796, 37.938),
            ("Женская консультация", "Красногорск", 55.831, 37.330),
            ("Стоматология", "Подольск", 55.431, 37.545),
            ("Поликлиника № 3", "Коломна", 55.103, 38.753),
        )
    )
)
"""A handful of ordinary ones, each with a place on the map."""

LONGEST_SERVICE = words(200, "Врач травматолог-ортопед хирургического отделения ")
LONGEST_DOCTOR = " ".join((LONG_NAME, LONG_NAME, LONG_NAME))
ROOM = words(40, "Кабинет функциональной диагностики ")
MOSCOW_REGION = next(each for each in REGIONS if each.code == "50")
LONGEST_REGION = max(REGIONS, key=lambda each: len(each.name_ru))
BY_LENGTH = sorted(REGIONS, key=lambda each: -len(each.name_ru))


def slot(place: int = 0, service: str = "Терапевт", doctor: str = "Ветров Иван Петрович", room: str = "214") -> Slot:
    start = NOW + timedelta(hours=1, minutes=10 * place)
    post = "110" if service == "Терапевт" else "v999"
    return Slot(f"slot{place:08}", "c1", post, service, "d1", doctor, room, start, start + timedelta(minutes=10))


LONGEST_SLOT = slot(0, LONGEST_SERVICE, LONGEST_DOCTOR, ROOM)
EVIL_SLOT = slot(0, EVIL, EVIL, EVIL)


def visit(
    clinic: Clinic = PLAIN,
    at: Slot = LONGEST_SLOT,
    status: VisitStatus = VisitStatus.BOOKED,
    start: datetime = NOW + timedelta(days=1),
) -> Visit:
    return Visit(
        *("visit1234567", "4071-2265", status, "patient", clinic, at.service_id, at.service, at.doctor_id, at.doctor),
        *(at.room, start, start + timedelta(minutes=20), NOW),
    )


SHORT_VISIT = VisitEntry(visit(at=slot()), ANNA)
LONGEST_VISIT = VisitEntry(visit(LONGEST, start=NOW + timedelta(days=60)), LONGEST_PERSON)
REAL_VISIT = VisitEntry(visit(REAL, slot(0, "Офтальмолог (глазной врач)")), ANNA)
ENTRIES = (
    SHORT_VISIT,
    REAL_VISIT,
    LONGEST_VISIT,
    VisitEntry(visit(BARE, slot(room="")), CHILD),
    VisitEntry(visit(EVIL_CLINIC, EVIL_SLOT), EVIL_PERSON),
)

LONGEST_WORDS = words(LONGEST_TEXT, "Не открывается запись к врачу ")
SURROGATES = "😀" * (LONGEST_TEXT // 2)
"""As long as Telegram lets a message be, for it counts each of these twice."""
SPECIALTIES = {"34": "Кардиолог", "45": "Невролог", "110": "Терапевт", "122": "Хирург"}
"""Some of those that have a name in English too, by post."""
DOCTORS = ("Ветров Иван Петрович", "Жукова Елена Владимировна", "Орлов Пётр Ильич")
SAMPLE_DATA = (
    *(each for clinic in NEIGHBOURS for each in (clinic.name, clinic.town)),
    *DOCTORS,
    *(
        EVIL,
        LONG_NAME,
        ENP,
        OLD,
        LONGEST_SERVICE,
        LONGEST_DOCTOR,
        ROOM,
        "Больница",
        "Семашко",
        "Офтальмолог глазной врач",
    ),
    *(value for each in CLINICS for value in (each.name, each.address, each.town, each.phone, each.hours)),
    *(full_name(each.identity) for each in PERSONS),
    *("Ветров Иван Петрович", "Терапевт", "я", "Ваш город", "Русский", words(60)),
    LONGEST_WORDS,
    words(LONGEST_COMMENT),
)
"""Every Cyrillic word that may stand in an English screen; «Русский» names itself."""


# --- notes ----------------------------------------------------------------------------------------


def notes(t: Texts) -> list[Html]:
    """Every sentence that may stand above a wizard's screen."""
    return [
        *(refusals.refusal(t, reason, clinic) for reason in refusals.REFUSALS for clinic in (BARE, LONGEST)),
        *(person.problem(t, problem) for problem in FieldProblem),
        *(times.no_times(t, name, clinic) for name in (LONGEST_SERVICE, EVIL) for clinic in (BARE, LONGEST)),
        *(booking.no_clinics(t, LONGEST_REGION, others=others) for others in (True, False)),
        *(booking.clinic_not_found(t, query) for query in (words(60), EVIL)),
        *(times.no_times_on_day(t), refusals.hold_renewed(t), refusals.hold_lost(t), refusals.still_checking(t)),
        *(person.conflict(t), person.foreign_contact(t), person.foreigner(t)),
        *(person.no_policy_note(t, newborn=newborn) for newborn in (True, False)),
        *(family.misfit(t, each) for each in family._MISFITS),
        *(family.misfit_of_known(t), family.too_many(t), family.not_to_be_changed(t)),
        *(person.confirmed_person(t), person.too_many_tries(t)),
        *(common.cannot_read(t), common.press_a_button(t)),
        *(access.problem(t, problem) for problem in CodeProblem),
        access.too_many_tries(t),
        *(links.clinic_gone(t), links.not_for_age(t, LONGEST_DOCTOR)),
        *(links.other_age(t, replace(LONGEST, age_group=group)) for group in (AgeGroup.CHILD, AgeGroup.ADULT)),
        *(links.lost(t, LinkTarget(PLAIN, lost=each)) for each in (LinkKind.DOCTOR, LinkKind.SERVICE)),
        *request_notes(t),
    ]


def request_notes(t: Texts) -> list[Html]:
    """Of «Сообщить о проблеме» and «Обратная связь»."""
    return [
        *(requests.picture_problem(t, problem) for problem in PictureProblem),
        *(requests.too_many_photos(t), requests.too_long(t), requests.wait_for_answers(t)),
        *(requests.photo_added(t, MOST_PHOTOS), requests.text_added(t), requests.photos_left_out(t)),
        *(requests.photo_lost(t), common.cannot_take(t)),
    ]


# --- wizard steps ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepSample:
    """What a step's view is given. `full`: at its longest, to be drawn with every note; `ordinary` as in `Sample`."""

    name: str
    data: Any
    full: bool = False
    ordinary: bool = False


def _regions() -> list[StepSample]:
    longest = [(each, 700) for each in BY_LENGTH[:PAGE]]
    empty = [(each, 0) for each in BY_LENGTH[-PAGE:]]
    code = LONGEST_REGION.code
    return [
        StepSample("longest names", booking.RegionChoice(longest, 5, len(REGIONS), None, code), full=True),
        StepSample("none has clinics", booking.RegionChoice(empty, 0, len(REGIONS), None, None)),
        StepSample("found", booking.RegionChoice(longest[:1], 0, 1, words(60), code)),
        StepSample("found with markup", booking.RegionChoice(longest[:2], 0, 2, EVIL, code)),
        StepSample("nothing found", booking.RegionChoice([], 0, 0, EVIL, None)),
    ]


REPEATS = [
    Repeat(LONGEST_VISIT, LONGEST_SLOT),
    Repeat(VisitEntry(visit(EVIL_CLINIC, EVIL_SLOT), EVIL_PERSON), EVIL_SLOT),
]


TARGETS = [
    LinkTarget(LONGEST, "v999", LONGEST_SERVICE, "d1", LONGEST_DOCTOR),
    LinkTarget(EVIL_CLINIC, "v999", EVIL, "d1", EVIL),
    LinkTarget(PLAIN, "110", "Терапевт"),
    LinkTarget(BARE),
]
"""Where links lead."""


def _persons() -> list[StepSample]:
    everybody = [replace(LONGEST_PERSON, relation=relation) for relation in Relation]
    page = [*everybody, ANNA, EVIL_PERSON][:PAGE]
    return [
        StepSample("longest names", booking.PersonChoice(LONGEST_REGION, page, 0, 20, REPEATS), full=True),
        *(
            StepSample(f"by link {place}", booking.PersonChoice(LONGEST_REGION, page, 0, 20, (), target), full=True)
            for place, target in enumerate(TARGETS)
        ),
        StepSample("only me", booking.PersonChoice(REGIONS[0], [ANNA], 0, 1)),
        StepSample("nobody", booking.PersonChoice(REGIONS[0], [], 0, 0)),
    ]


def _question(field_name: str, relation: Relation, total: int = 8) -> list[StepSample]:
    answers = [None, "Анна", LONG_NAME, OLD, EVIL]
    phone = "+79161234567" if relation is not Relation.OWN else None
    return [
        StepSample(
            "ordinary", person.Question(field_name, relation, 7, total, name=full_name(ANNA.identity)), ordinary=True
        ),
        *(
            StepSample(
                f"{field_name} answered {place}",
                person.Question(
                    field_name, relation, 7, total, answer, demo, phone if demo else None, LONGEST_PERSON.full_name
                ),
                full=answer == LONG_NAME and demo,
            )
            for (place, answer), demo in product(enumerate(answers), (True, False))
        ),
    ]


def _doubts() -> list[StepSample]:
    each = [
        StepSample(f"{warning.value} {(name or '')[:15]}", person.PolicyDoubt(frozenset({warning}), name))
        for warning in PolicyWarning
        for name in (None, EVIL)
    ]
    everything = person.PolicyDoubt(frozenset(PolicyWarning), LONGEST_PERSON.full_name)
    return [StepSample("everything", everything, full=True), *each]


def _checks(fields: Sequence[str], *relations: Relation) -> list[StepSample]:
    return [
        StepSample(
            f"{relation} {value[:15]}",
            person.FormCheck(relation, [(each, value) for each in fields]),
            full=value is LONG_NAME and relation is relations[0],
        )
        for relation in relations
        for value in (LONG_NAME, "Анна", EVIL)
    ]


def _edits() -> list[StepSample]:
    fields = person_wizard.OWN_FIELDS
    return [
        StepSample(
            f"{each.name} {len(locked)} {len(doubts)}",
            person.EditCheck("W" * 12, each.data, locked, doubts),
            full=each.full and bool(locked) and bool(doubts),
        )
        for each in _checks(fields, *Relation)
        for locked in (frozenset(), frozenset(fields[:5]))
        for doubts in (frozenset(), frozenset(PolicyWarning))
    ]


def _clinic_rows(clinic: Clinic, distance: float | None) -> list[booking.ClinicRow]:
    return [booking.ClinicRow(clinic, place == 0, place < 3, distance) for place in range(PAGE)]


def ordinary_rows(distance: float | None = None) -> list[booking.ClinicRow]:
    """Clinics as people meet them: the patient's own first."""
    return [
        booking.ClinicRow(each, place == 0, place < 2, None if distance is None else distance * (place + 1))
        for place, each in enumerate(NEIGHBOURS)
    ]


def _clinics() -> list[StepSample]:
    who = full_name(LONGEST_PERSON.identity)
    samples = []
    for clinic in CLINICS:
        for distance, query in ((None, None), (6200.4, None), (None, words(60)), (None, EVIL)):
            rows = _clinic_rows(clinic, distance)
            nearest = distance is not None
            choice = booking.ClinicChoice(
                who, LONGEST_REGION, rows, 88, 712, nearest, query, clinic is BARE, mapped=clinic is not BARE
            )
            samples.append(
                StepSample(f"{clinic.name[:15]} {distance} {query}", choice, full=clinic is LONGEST and nearest)
            )
    nothing = booking.ClinicChoice(EVIL, REGIONS[0], [], 0, 0, False, None, True)
    ordinary = booking.ClinicChoice(
        full_name(ANNA.identity), MOSCOW_REGION, ordinary_rows(), 0, len(NEIGHBOURS), False, None, False, mapped=True
    )
    return [StepSample("ordinary", ordinary, ordinary=True), *samples, StepSample("nothing", nothing)]


PICTURE = b"\x89PNG"


def _maps() -> list[StepSample]:
    """The fullest: eight of the longest names, with everything there is to say beside them."""
    who = full_name(LONGEST_PERSON.identity)
    ordinary = map_view.MapPage(
        full_name(ANNA.identity), PICTURE, ordinary_rows(), 0, len(NEIGHBOURS), 0, beyond=False, all_shown=True
    )
    return [
        StepSample("ordinary", ordinary, ordinary=True),
        *(
            StepSample(
                f"{clinic.id[:3]} {clinic.name[:9]} {distance} {page} {unplaced}",
                map_view.MapPage(
                    who, PICTURE, _clinic_rows(clinic, distance), page, 712, unplaced, bool(unplaced), distance is None
                ),
                full=clinic is LONGEST and bool(unplaced) and distance is not None,
            )
            for clinic in (PLAIN, REAL, LONGEST, EVIL_CLINIC)
            for distance, page, unplaced in ((None, 0, 0), (6200.4, 88, 1), (0.3, 3, 222))
        ),
    ]


def _cards() -> list[StepSample]:
    return [
        StepSample("ordinary", map_view.Card(full_name(ANNA.identity), ordinary_rows(1.2)[0]), ordinary=True),
        *(
            StepSample(
                f"{clinic.name[:15]} {row.distance}",
                map_view.Card(full_name(person.identity), row),
                full=clinic is LONGEST,
            )
            for clinic in CLINICS
            for row in (booking.ClinicRow(clinic, True, True, 6200.4), booking.ClinicRow(clinic, False, False, None))
            for person in (LONGEST_PERSON, EVIL_PERSON)
        ),
    ]


def _places() -> list[times.Place]:
    return [
        times.Place(full_name(LONGEST_PERSON.identity), LONGEST),
        *(times.Place(full_name(ANNA.identity), each) for each in CLINICS),
        times.Place(EVIL, EVIL_CLINIC),
    ]


def _each_place(make: Callable[[times.Place], Any] = lambda place: place) -> list[StepSample]:
    return [StepSample(f"place {number}", make(place), full=not number) for number, place in enumerate(_places())]


def _no_policy() -> list[StepSample]:
    return [
        StepSample(
            f"{place.clinic.name[:15]} {typed} {own}",
            booking.NoPolicy(place, typed_here=typed, own=own),
            full=typed and own and place.clinic is LONGEST,
        )
        for place, typed, own in product(_places(), (True, False), (True, False))
    ]


def _services() -> list[StepSample]:
    soon = NOW + timedelta(days=60)

    def offers(name: str, free: int, post: str = "v999") -> list[ServiceOffer]:
        return [ServiceOffer(post, name, soon if free else None, free) for _ in range(PAGE)]

    known = [ServiceOffer(post, "Терапевт", NOW + timedelta(days=1), 5) for post in list(specialties._BY_POST)[:PAGE]]
    some = [
        ServiceOffer(post, name, NOW + timedelta(days=ahead) if ahead else None, 7 * ahead)
        for ahead, (post, name) in enumerate(SPECIALTIES.items())
    ]
    return [
        StepSample(
            "ordinary",
            times.ServiceChoice(times.Place(full_name(ANNA.identity), PLAIN), some, 0, len(some)),
            ordinary=True,
        ),
        *_each_place(lambda place: times.ServiceChoice(place, offers(LONGEST_SERVICE, 12345), 3, 40)),
        *_each_place(lambda place: times.ServiceChoice(place, offers(EVIL, 0), 0, PAGE)),
        *_each_place(lambda place: times.ServiceChoice(place, known, 0, PAGE)),
        *_each_place(lambda place: times.ServiceChoice(place, [], 0, 0)),
    ]


def _doctors() -> list[StepSample]:
    soon = NOW + timedelta(days=60)
    longest = [DoctorOffer(f"d{place}", LONGEST_DOCTOR, ROOM, soon, 12345) for place in range(PAGE)]
    evil = [DoctorOffer(f"d{place}", EVIL, EVIL, None, 0) for place in range(PAGE)]
    some = [
        DoctorOffer(f"d{place}", name, f"21{place}", NOW + timedelta(days=1 + place), 9 - place)
        for place, name in enumerate(DOCTORS)
    ]
    here = times.Place(full_name(ANNA.identity), PLAIN)
    return [
        StepSample("ordinary", times.DoctorChoice(here, "110", "Терапевт", some, 0, len(some), slot()), ordinary=True),
        *_each_place(lambda place: times.DoctorChoice(place, "v999", LONGEST_SERVICE, longest, 3, 40, LONGEST_SLOT)),
        *_each_place(lambda place: times.DoctorChoice(place, "v999", EVIL, evil, 0, PAGE, EVIL_SLOT)),
        *_each_place(lambda place: times.DoctorChoice(place, "110", "Терапевт", evil[:1], 0, 1, None)),
    ]


def _chosen() -> list[times.Chosen]:
    return [
        times.Chosen(_places()[0], "v999", LONGEST_SERVICE, LONGEST_DOCTOR),
        times.Chosen(_places()[-1], "v999", EVIL, EVIL),
        times.Chosen(_places()[1], "110", "Терапевт", None),
    ]


def _days() -> list[StepSample]:
    today = NOW.date()
    many = [DayOffer(today + timedelta(days=ahead), 99) for ahead in range(100)]
    months = sorted({each.day.replace(day=1) for each in many})
    return [
        *(
            StepSample(
                f"{month} {number}", times.DayChoice(chosen, many, month), full=not number and month == months[0]
            )
            for number, chosen in enumerate(_chosen())
            for month in months
        ),
        *(
            StepSample(f"one day {number}", times.DayChoice(chosen, [DayOffer(day, 1)], day.replace(day=1)))
            for number, chosen in enumerate(_chosen())
            for day in (today, today + timedelta(days=1), date(2027, 1, 1))
        ),
    ]


def _times() -> list[StepSample]:
    slots = [slot(place) for place in range(TIMES)]
    parts = [(part, 144) for part in times.DayPart]
    today = NOW.date()
    return [
        StepSample(
            f"{number} {part} {len(tabs)} tabs",
            times.TimeChoice(chosen, day, slots, part, tabs, 1, 144),
            full=not number and tabs is parts and part is times.DayPart.MORNING and day != today,
        )
        for number, chosen in enumerate(_chosen())
        for part in times.DayPart
        for tabs in (parts, [(part, 1)])
        for day in (today, date(2027, 1, 1))
    ]


def _confirmations() -> list[StepSample]:
    return [
        StepSample(
            f"{number} {place.clinic.id}", booking.Confirmation(place, at, NOW + timedelta(minutes=5)), full=not number
        )
        for number, at in enumerate((LONGEST_SLOT, EVIL_SLOT, slot(room="")))
        for place in _places()
    ]


def _moves() -> list[StepSample]:
    until = NOW + timedelta(minutes=5)
    return [
        StepSample(
            f"{number} {place.clinic.id} {old is None}", moving.MoveConfirmation(place, old, at, until), full=not number
        )
        for number, at in enumerate((LONGEST_SLOT, EVIL_SLOT, slot(room="")))
        for place in _places()
        for old in (LONGEST_VISIT.visit, None)
    ]


# --- access -----------------------------------------------------------------------------------------

UNTIL = NOW + timedelta(days=365)
GRANTS = [
    Grant("W" * 12, each.full_name, holder, given, covers, UNTIL)
    for each in PERSONS
    for holder in (None, LONGEST_PERSON.full_name, EVIL)
    for given in (True, False)
    for covers in (frozenset({Covers.SEE_VISITS}), frozenset(Covers))
]
TEENAGER = somebody(Relation.CHILD, "Маша", born=date(2011, 5, 1))


def _offers() -> list[StepSample]:
    return [
        StepSample(
            f"{each.short_name[:15]} {asks} {len(covers)}",
            Offer("W" * 12, each.full_name, covers, UNTIL, asks),
            full=each is LONGEST_PERSON,
        )
        for each in PERSONS
        for asks in (True, False)
        for covers in (frozenset({Covers.SEE_VISITS}), frozenset(Covers))
    ]


def _access() -> list[Sample]:
    today = NOW.date()
    related = [replace(each, relation=relation) for each in (*PERSONS, TEENAGER) for relation in Relation]
    issued = IssuedCode("0" * 10, NOW)
    link = "https://t.me/" + "N" * 32 + "?start=c0000000000"
    longest = [each for each in GRANTS if each.name == LONGEST_PERSON.full_name and each.given]
    return [
        *(Sample(access.how_to_confirm, (each, today), {"demo": demo}) for each in related for demo in (True, False)),
        *(
            Sample(access.opened, (Opened(each, basis, until), today))
            for each in related
            for basis in (Basis.DESK, Basis.CONSENT)
            for until in (None, UNTIL)
        ),
        *(Sample(access.grants, (GRANTS, page)) for page in (0, 1, 99)),
        Sample(access.grants, (longest * PAGE, 0)),
        Sample(access.grants, ([], 0)),
        *(Sample(access.may_not_grant, (each,)) for each in (None, *PERSONS)),
        *(
            Sample(access.draft, (each, covers, months))
            for each in PERSONS
            for covers in range(4)
            for months in access.MONTHS
        ),
        *(Sample(access.code, (each, issued, link, covers, UNTIL)) for each in PERSONS for covers in (1, 3)),
        *(
            Sample(draws, (each,))
            for draws in (access.revoke, access.given, access.accepted, access.ended, access.expired)
            for each in GRANTS
        ),
        *(Sample(access.opened_elsewhere, (each,)) for each in PERSONS),
    ]


# --- requests ---------------------------------------------------------------------------------------

TEXTS_SENT = ("Не открывается", LONGEST_WORDS, SURROGATES, EVIL, "")


def _gathered(kind: RequestKind, *, empty: bool) -> list[StepSample]:
    nothing = [StepSample("nothing", requests.Gathered(kind))] if empty else []
    return nothing + [
        StepSample(
            f"{text[:10]} {photos}",
            requests.Gathered(kind, text, photos),
            full=text in (LONGEST_WORDS, SURROGATES) and photos == MOST_PHOTOS,
        )
        for text in TEXTS_SENT
        for photos in (0, 1, MOST_PHOTOS)
        if text or photos
    ]


def request(kind: RequestKind, status: RequestStatus, text: str, photos: int, comment: str | None) -> Request:
    """With a history as long as it gets."""
    steps = tuple(StatusStep(each, NOW - timedelta(days=400)) for each in RequestStatus)
    passed = steps[: list(RequestStatus).index(status) + 1]
    names = tuple(f"photo{place:07}" for place in range(photos))
    return Request("W" * 12, 1_000_042, kind, status, text, comment, NOW - timedelta(days=400), names, passed)


SENT = [
    request(kind, status, text, photos, comment)
    for kind in RequestKind
    for status in RequestStatus
    for text in TEXTS_SENT
    for photos in (0, 1, MOST_PHOTOS)
    for comment in (None, words(LONGEST_COMMENT), EVIL)
]


def tracked(kind: RequestKind, status: RequestStatus, person: str | None = None) -> TrackedItem:
    return TrackedItem(TrackedTopic.REQUEST, "W" * 12, "1000042", kind, status, NOW - timedelta(days=400), person)


def _requests() -> list[Sample]:
    items = [tracked(*each) for each in product(RequestKind, RequestStatus, (None, LONGEST_PERSON.full_name, EVIL))]
    return [
        *(Sample(requests.accepted, (each,)) for each in SENT[:1]),
        *(Sample(requests.unfinished, (kind,)) for kind in RequestKind),
        Sample(requests.too_many),
        Sample(requests.statuses, (TrackedPage(tuple(items[::9]), len(items[::9])), 0, NOW), ordinary=True),
        *(Sample(requests.statuses, (TrackedPage((each,) * PAGE, 712), 88, NOW)) for each in items),
        Sample(requests.statuses, (TrackedPage((), 0), 0, NOW)),
        *(
            Sample(requests.card, (each, NOW), {"back": back})
            for each in SENT
            for back in (RequestList(page=0), NotificationList(page=0))
        ),
        *(Sample(card_with_news, (each,)) for each in SENT),
        *(Sample(requests.whole_text, (each, page)) for each in SENT[::9] for page in (0, 1, 99)),
        *(Sample(requests.photo, (each, 0, b""), home=False) for each in SENT if each.photos),
    ]


def card_with_news(t: Texts, sent: Request) -> Screen:
    """As a notification shows it."""
    return requests.card(t, sent, NOW, note=requests.news(t, sent))


# --- tables of steps ---------------------------------------------------------------------------------

ADDED = [each for each in Relation if each is not Relation.OWN]
OTHER_FIELDS = [field for field in person_wizard.OWN_FIELDS if field != "phone"]

STEPS: Mapping[str, Mapping[str, Sequence[StepSample]]] = {
    booking_wizard.KIND: {
        "region": _regions(),
        "person": _persons(),
        **{each: _question(each, Relation.OTHER) for each in OTHER_FIELDS},
        "doubt": _doubts(),
        "check": _checks(OTHER_FIELDS, Relation.OTHER),
        "clinic": _clinics(),
        "map": _maps(),
        "card": _cards(),
        "nopolicy": _no_policy(),
        "unattached": _each_place(),
        "service": _services(),
        "doctor": _doctors(),
        "day": _days(),
        "time": _times(),
        "confirm": _confirmations(),
        "checking": _each_place(),
    },
    moving_wizard.KIND: {
        "doctor": _doctors(),
        "day": _days(),
        "time": _times(),
        "confirm": _moves(),
        "giveup": [each for each in _moves() if each.data.old is not None],
        "checking": [
            replace(each, name=f"{each.name} {gives_up}", data=moving.MoveChecking(each.data, gives_up))
            for each in _each_place(lambda place: replace(place, moved_from=NOW))
            for gives_up in (True, False)
        ],
    },
    access_wizard.KIND: {
        "code": [
            StepSample("with a form", access.EnterCode(has_form=True)),
            StepSample("without", access.EnterCode(has_form=False), full=True),
        ],
        "accept": _offers(),
    },
    mail_wizard.KIND: {
        step: [
            StepSample(name, mail.MailQuestion(each), full=True)
            for name, each in (("short", ADDRESS), ("longest", LONGEST_ADDRESS), ("evil", EVIL_ADDRESS), *extra)
        ]
        for step, extra in (("address", [("none", None)]), ("check", []))
    },
    person_wizard.KIND: {
        **{each: _question(each, Relation.OWN) for each in person_wizard.OWN_FIELDS},
        "doubt": _doubts(),
        "check": _checks(person_wizard.OWN_FIELDS, Relation.OWN),
    },
    family_wizard.KIND: {
        "relation": [
            StepSample("first", family.RelationChoice(unfit=False)),
            StepSample("unfit", family.RelationChoice(unfit=True, name=LONGEST_PERSON.full_name), full=True),
        ],
        **{
            each: [sample for relation in ADDED for sample in _question(each, relation)]
            for each in person_wizard.OWN_FIELDS
        },
        "doubt": _doubts(),
        "check": _checks(("relation", *person_wizard.OWN_FIELDS), *ADDED),
    },
    **{
        kind.value: {"message": _gathered(kind, empty=True), "check": _gathered(kind, empty=False)}
        for kind in RequestKind
    },
    family_wizard.EDIT: {
        "check": _edits(),
        **{
            each: [sample for relation in Relation for sample in _question(each, relation, 0)]
            for each in person_wizard.OWN_FIELDS
        },
    },
}


# --- the other screens ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sample:
    """A view and what it is given after `t`. `home`: it must lead to the main menu.

    `ordinary`: what people mostly meet; the gallery shows it first.
    """

    draws: Callable[..., Any]
    args: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)
    home: bool = True
    ordinary: bool = False

    def draw(self, t: Texts) -> Any:
        return self.draws(t, *self.args, **self.named)

    def __str__(self) -> str:
        return f"{self.draws.__module__.split('.')[-1]}.{self.draws.__name__}"


def _visit_lists() -> list[Sample]:
    later = VisitEntry(visit(at=slot(1), start=NOW + timedelta(days=3)), CHILD)
    return [
        Sample(visits.visit_list, (Tab.UPCOMING, VisitPage((SHORT_VISIT, later), 2), 0, NOW), ordinary=True),
        *(
            Sample(visits.visit_list, (tab, VisitPage((entry,) * PAGE, 712), 88, NOW))
            for tab in Tab
            for entry in ENTRIES
        ),
        *(
            Sample(
                visits.visit_list,
                (Tab.PAST, VisitPage((VisitEntry(visit(at=slot(), status=status), ANNA),), 1), 0, NOW),
            )
            for status in VisitStatus
        ),
        *(Sample(visits.visit_list, (tab, VisitPage((), 0), 0, NOW)) for tab in Tab),
    ]


def _tickets() -> list[Sample]:
    return [
        Sample(visits.ticket, (VisitEntry(replace(entry.visit, status=status), entry.person), NOW), {"back": back})
        for entry in ENTRIES
        for status in VisitStatus
        for back in (None, *Tab, NotificationList(page=0))
    ]


def _notes_of_cards(t: Texts) -> list[Html]:
    """Every sentence that may stand above a ticket."""
    return [
        *(refusals.kept(t, reason) for reason in refusals.CANCEL_REFUSALS),
        *(
            moving.with_state(t, refusals.move_refusal(t, reason, LONGEST), given_up=given_up)
            for reason in refusals.MOVE_REFUSALS
            for given_up in (True, False)
        ),
        *(refusals.checking_cancel(t), refusals.under_way(t), moving.kept(t)),
        *(refusals.not_cancelled(t, reason) for reason in (None, *refusals.CANCEL_REFUSALS)),
        *(moving.not_moved(t, stands=stands) for stands in (True, False)),
        moving.moved(t, LONGEST_VISIT.visit, NOW),
    ]


def ticket_with_every_note(t: Texts, entry: VisitEntry) -> Screen:
    """The ticket under the longest of its sentences."""
    return visits.ticket(t, entry, NOW, note=max(_notes_of_cards(t), key=len))


def _calendar_events() -> list[CalendarEvent]:
    return [
        CalendarEvent(VisitEntry(replace(entry.visit, status=status), entry.person), "u" * 12, sequence)
        for entry in ENTRIES
        for status in (VisitStatus.BOOKED, *visits.CANCELLED)
        for sequence in (0, 7)
    ]


EVENTS = _calendar_events()
FILES = [Sample(calendar.calendar_file, (event, NOW)) for event in EVENTS]
DOCUMENTS = [Sample(calendar.document, (event, NOW)) for event in EVENTS]
LETTERS = [
    Sample(letters.letter, (kind, event, NOW), {"before": before, "own": own})
    for kind in MAILED
    for event in EVENTS
    for before in (None, LONGEST_VISIT)
    for own in (True, False)
]


def _mail() -> list[Sample]:
    texts = (ADDRESS, LONGEST_ADDRESS, EVIL_ADDRESS)
    addresses = [MailAddress(text, refused) for text in texts for refused in (True, False)]
    return [
        *(
            Sample(mail.mail, (each,), {"on": on, "note": note})
            for each in addresses
            for on in (True, False)
            for note in (None, Html("✅"))
        ),
        *(Sample(mail.remove, (each,)) for each in addresses),
        *(Sample(mail.none, (), {"on": on, "note": note}) for on in (True, False) for note in (None, Html("✅"))),
        *(Sample(visits.ticket, (entry, NOW), {"offers_mail": True}) for entry in ENTRIES),
        Sample(more.more, (), {"mail": True}),
    ]


BACKS = (None, NotificationList(page=0))


def _notifications() -> list[Sample]:
    def line(
        entry: VisitEntry | None, kind: NotificationKind, *, read: bool, person: str | None = None
    ) -> notifications.NotificationLine:
        subject = "2026-11-24" if kind is NotificationKind.REMINDER_EVE else "visit1234567"
        note = Notification("notification", "a1", kind, subject, NOW - timedelta(days=400), read)
        return notifications.NotificationLine(note, entry, person)

    full = full_name(LONGEST_PERSON.identity)
    ordinary = (
        line(SHORT_VISIT, NotificationKind.BOOKING_CONFIRMED, read=False),
        line(None, NotificationKind.ACCESS_GIVEN, read=True, person=full_name(CHILD.identity)),
    )
    return [
        Sample(notifications.listing, (ordinary, 2, 0, NOW, 1), ordinary=True),
        *(
            Sample(notifications.listing, ((line(entry, kind, read=False),) * PAGE, 712, 88, NOW, 712))
            for entry in (*ENTRIES, None)
            for kind in NotificationKind
        ),
        *(
            Sample(notifications.listing, ((line(None, kind, read=True, person=who),) * PAGE, PAGE, 0, NOW))
            for who in (full, EVIL)
            for kind in NotificationKind
        ),
        *(
            Sample(notifications.listing, ((about_request(each, status),) * PAGE, 712, 88, NOW, 712))
            for each in RequestKind
            for status in RequestStatus
        ),
        Sample(notifications.listing, ((), 0, 0, NOW)),
    ]


def about_request(kind: RequestKind, status: RequestStatus) -> notifications.NotificationLine:
    note = Notification("notification", "a1", NotificationKind.REQUEST_STATUS, "W" * 12, NOW - timedelta(days=400))
    return notifications.NotificationLine(note, None, request=tracked(kind, status))


def _reminders() -> list[Sample]:
    only_seen = replace(ANNA, bases=((Basis.CONSENT, None),), covers=frozenset({Covers.SEE_VISITS}))
    each = [*ENTRIES, VisitEntry(visit(REAL), only_seen), VisitEntry(visit(at=slot()), CHILD, replied=True)]
    longest = replace(LONGEST_VISIT, replied=True)
    many = [[entry] * count for entry in (longest, *ENTRIES) for count in (2, PAGE, 12)]
    different = [
        [replace(entry, visit=replace(entry.visit, id=f"visit{place:07}")) for place, entry in enumerate(entries)]
        for entries in [*many, each]
    ]
    return [
        *(Sample(reminders.reminder, ([entry], NOW), {"back": back}) for entry in each for back in BACKS),
        *(Sample(reminders.reminder, (entries, NOW)) for entries in different),
        *(Sample(reminders.revived, (entries, count, NOW)) for entries in different for count in (0, 1, 712)),
        Sample(reminders.revived, ([], 2, NOW)),
        Sample(reminders.over),
    ]


def _family() -> list[Sample]:
    every = [
        replace(who, relation=relation, bases=bases, verified=verified, covers=covers)
        for who in (*PERSONS, TEENAGER, somebody(Relation.CHILD, born=date(2000, 1, 1)))
        for relation in Relation
        for bases in (
            *(((basis, until),) for basis in Basis for until in (None, UNTIL, NOW)),
            ((Basis.DESK, None), (Basis.CONSENT, UNTIL)),
        )
        for verified in (True, False)
        for covers in (frozenset({Covers.SEE_VISITS}), frozenset(Covers))
    ]
    without = [replace(each, identity=replace(each.identity, policy=Policy(PolicyKind.NONE))) for each in PERSONS]
    bare = [replace(each, identity=replace(each.identity, phone=None, snils=None)) for each in PERSONS]
    longest_note = Html(f"<b>{LONGEST_PERSON.full_name}</b>")
    notices = [
        LinkNotice(name, relation, ended, consent)
        for name in (LONGEST_PERSON.full_name, EVIL, CHILD.full_name)
        for relation in Relation
        for ended in (True, False)
        for consent in (True, False)
    ]
    return [
        Sample(more.more),
        *_mail(),
        *(
            Sample(family.policies, ([each] * count, each.id, page, note))
            for each in (LONGEST_PERSON, EVIL_PERSON, CHILD, *without)
            for count, page in ((1, 0), (PAGE, 0), (20, 99))
            for note in (None, longest_note)
        ),
        *(Sample(family.card, (each, NOW)) for each in (*every, *without, *bare)),
        Sample(family.card, (LONGEST_PERSON, NOW, longest_note)),
        *(Sample(family.policy_mark, (each,)) for each in (*every, *without)),
        *(Sample(family.ask_removal, (each, ahead)) for each in every[::7] for ahead in (None, 0, 1, 5)),
        *(
            Sample(draws, (notice,))
            for draws in (family.turned_15, family.turned_18, family.guardianship_ended)
            for notice in notices
        ),
    ]


def _homes() -> list[Sample]:
    policies = (
        *(Policy(PolicyKind.ENP, ENP), Policy(PolicyKind.OLD, OLD), Policy(PolicyKind.TEMPORARY, TEMPORARY)),
        Policy(PolicyKind.NONE),
    )
    people = [
        *PERSONS,
        *(somebody(policy=policy, verified=verified) for policy in policies for verified in (True, False)),
    ]
    note = Html("<b>Ваш город</b>")
    return [
        *(Sample(home.home, (home.HomeData(who, None), NOW), home=False) for who in people),
        *(Sample(home.home, (home.HomeData(ANNA, entry), NOW), home=False) for entry in ENTRIES),
        Sample(home.home, (home.HomeData(LONGEST_PERSON, LONGEST_VISIT), NOW, note), home=False),
        Sample(home.home, (home.HomeData(ANNA, None, answering=False, unread=1234), NOW), home=False),
        *(
            Sample(home.no_form, (), {"demo": demo, "note": each}, home=False)
            for demo in (True, False)
            for each in (None, note)
        ),
    ]


def the_consent_itself(t: Texts, version: str) -> Screen:
    """As long as it is in this language."""
    text = consent.consent_text(t, words(300), CONSENT_VERSION)
    return mydata.consent_given(t, Consent(version, text, NOW), CONSENT_VERSION)


def question_with_every_note(t: Texts, obligations: Obligations) -> Screen:
    """The longest of them."""
    told = [mydata.changed(t), *(mydata.not_cancelled(t, each) for each in HALF_CANCELLED)]
    return mydata.question(t, obligations, NOW, max(told, key=len))


HALF_CANCELLED = (Given(kept=1), Given(over=2, kept=3, checking=4))
_MOMENT = Moment(NOW, "Europe/Moscow")
_OBLIGATIONS = tuple(Obligation(kind, name, _MOMENT) for kind in ObligationKind for name in (None, EVIL, LONG_NAME))
STANDINGS = (
    Obligations(),
    Obligations(answers=False),
    Obligations(planned=tuple(Planned("v", name, _MOMENT) for name in (None, EVIL, *[LONG_NAME] * 9)), answers=False),
    *(Obligations((entry,), others=_OBLIGATIONS) for entry in ENTRIES),
    Obligations((LONGEST_VISIT,) * 12, others=_OBLIGATIONS * 4),
)


def _my_data() -> list[Sample]:
    """The longest of everything at once, and nothing at all."""
    given = [Consent(version, "<b>Ваш город</b>", NOW) for version in (CONSENT_VERSION, "2025-01")]
    return [
        *(
            Sample(mydata.about, (mydata.About(name, "0.1.0", each, CONSENT_VERSION),))
            for name in ("Больница", EVIL, words(300))
            for each in (None, *given)
        ),
        *(Sample(mydata.consent_given, (each, CONSENT_VERSION)) for each in given),
        *(Sample(the_consent_itself, (each.version,)) for each in given),
        Sample(mydata.consent_to_read, (Html("<b>Ваш город</b>"),)),
        *(Sample(mydata.question, (each, NOW)) for each in STANDINGS),
        *(Sample(question_with_every_note, (each,)) for each in STANDINGS),
        *(Sample(mydata.erased, (each, NOW), {"demo": demo}, False) for each in STANDINGS for demo in (True, False)),
        Sample(mydata.erased, (Obligations(), NOW), {"demo": True, "cancelled": 1}, False),
        *(Sample(each) for each in (mydata.exported, mydata.under_way)),
        Sample(mydata.nothing_kept, home=False),
        *(
            Sample(access.erased, (name,), {"given": given})
            for name in (None, EVIL, LONGEST_PERSON.full_name)
            for given in (True, False)
        ),
    ]


SCREENS: Sequence[Sample] = [
    *_my_data(),
    *(Sample(consent.ask, (name, CONSENT_VERSION, LOCALES), home=False) for name in ("Больница", EVIL, words(300))),
    Sample(consent.refused, home=False),
    *(
        Sample(consent.ask, ("Больница", CONSENT_VERSION, LOCALES, note), home=False)
        for note in (Html("<b>Ваш город</b>"), None)
    ),
    *(Sample(help_view.show, (kind,)) for kind in (None, *STEPS)),
    *(
        Sample(help_view.topic, (topic, kind, who))
        for topic in HelpPage
        for kind, who in ((None, None), ("booking", None), ("booking", "W" * 12))
    ),
    *(Sample(links.unfinished, (target, "W" * LONGEST_LINK)) for target in (None, *TARGETS)),
    *_homes(),
    *_access(),
    *_family(),
    Sample(language.choose),
    *(Sample(booking.resume, (kind,)) for kind in STEPS),
    Sample(booking.resume, (booking_wizard.KIND, REPEATS, NOW)),
    *(Sample(clinics.regions, ([(each, 700) for each in BY_LENGTH], page)) for page in (0, 5, 10, 99)),
    Sample(clinics.regions, ([], 0)),
    *(
        Sample(clinics.clinics, (LONGEST_REGION, [each] * number, page))
        for each in CLINICS
        for number, page in ((1, 0), (700, 0), (700, 87))
    ),
    Sample(clinics.clinics, (LONGEST_REGION, [], 0)),
    *(Sample(clinics.clinic, (replace(each, age_group=group),)) for each in CLINICS for group in AgeGroup),
    *_visit_lists(),
    *_tickets(),
    *(Sample(ticket_with_every_note, (entry,)) for entry in ENTRIES),
    *(Sample(visits.cancel_question, (entry, NOW)) for entry in ENTRIES),
    Sample(visits.not_cancelled, (VisitCancel(visit="visit1234567", sure=True),)),
    *_notifications(),
    *_reminders(),
    *_requests(),
    Sample(visits.failed_booking),
    *(
        Sample(common.unavailable, (again,))
        for again in (GO_HOME, *(WizardOpen(kind=kind, anew=False) for kind in STEPS))
    ),
    *(Sample(each) for each in (common.gone, common.failed, common.not_understood)),
]

PROMPTS: Sequence[Sample] = [Sample(prompts.prompt, (kind,)) for kind in Prompt]
MARKUPS: Sequence[Sample] = [Sample(clinics.close_venue)]

TOASTS: Sequence[Sample] = [
    Sample(each)
    for each in (
        calendar.over,
        common.outdated,
        access.nothing_ticked,
        reminders.noted,
        times.empty_day,
        common.write_in_private,
    )
]

SENTENCES: Sequence[Sample] = [
    *(Sample(access.problem, (problem,)) for problem in CodeProblem),
    *(Sample(requests.picture_problem, (problem,)) for problem in PictureProblem),
    *(
        Sample(each)
        for each in (
            *(requests.too_many_photos, requests.too_long, requests.wait_for_answers, requests.stopped),
            *(requests.text_added, requests.photos_left_out, requests.photo_lost, common.cannot_take),
        )
    ),
    Sample(requests.photo_added, (MOST_PHOTOS,)),
    *(Sample(requests.news, (each,)) for each in SENT[::9]),
    *(
        Sample(draws, (tracked(kind, status),))
        for draws in (requests.title, requests.headline)
        for kind in RequestKind
        for status in RequestStatus
    ),
    *(Sample(mail.problem, (each,)) for each in EmailProblem),
    *(Sample(each) for each in (mail.saved, mail.removed)),
    *(Sample(visits.papers, (entry,)) for entry in ENTRIES),
    *(Sample(visits.facts, (entry, "09:00")) for entry in ENTRIES),
    *(Sample(visits.at_the_clinic, (visit(each), "09:00")) for each in (PLAIN, LONGEST)),
    *(Sample(each) for each in (access.too_many_tries, access.declined)),
    *(Sample(refusals.refusal, (reason, each)) for reason in refusals.REFUSALS for each in CLINICS),
    *(Sample(refusals.kept, (reason,)) for reason in refusals.CANCEL_REFUSALS),
    *(Sample(moving.with_state, (Html("⚠️"),), {"given_up": given_up}) for given_up in (True, False)),
    *(Sample(refusals.move_refusal, (reason, each)) for reason in refusals.MOVE_REFUSALS for each in CLINICS),
    *(Sample(refusals.not_cancelled, (reason,)) for reason in (None, *refusals.CANCEL_REFUSALS)),
    *(Sample(each) for each in (refusals.checking_cancel, refusals.under_way, moving.kept)),
    *(Sample(moving.stopped, (), {"given_up": given_up}) for given_up in (True, False)),
    *(Sample(moving.not_moved, (), {"stands": stands}) for stands in (True, False)),
    Sample(moving.moved, (LONGEST_VISIT.visit, NOW)),
    *(Sample(person.problem, (problem,)) for problem in FieldProblem),
    *(Sample(times.no_times, (each, PLAIN)) for each in ("Терапевт", EVIL)),
    Sample(times.place_lines, (times.Place(EVIL, EVIL_CLINIC),)),
    *(Sample(booking.no_clinics, (LONGEST_REGION,), {"others": others}) for others in (True, False)),
    Sample(booking.clinic_not_found, (EVIL,)),
    *(Sample(each) for each in (map_view.not_drawn, map_view.nowhere, map_view.here, map_view.thanks)),
    *(Sample(map_view.length_words, (each,)) for each in map_view.SCALES),
    *(
        Sample(each)
        for each in (
            *(times.no_times_on_day, refusals.hold_renewed, refusals.hold_lost, refusals.still_checking),
            *(person.conflict, person.foreign_contact, person.foreigner),
            *(family.misfit_of_known, family.already_there, family.too_many, family.not_to_be_changed),
            *(person.confirmed_person, person.too_many_tries),
            *(common.cannot_read, common.press_a_button, consent.demo_operator),
        )
    ),
    *(Sample(links.target_lines, (target,)) for target in TARGETS),
    *(Sample(links.form_first, (target,)) for target in (None, *TARGETS)),
    *(Sample(links.lost, (LinkTarget(PLAIN, lost=each),)) for each in (LinkKind.DOCTOR, LinkKind.SERVICE)),
    *(Sample(links.other_age, (replace(EVIL_CLINIC, age_group=each),)) for each in (AgeGroup.CHILD, AgeGroup.ADULT)),
    *(Sample(links.not_for_age, (each,)) for each in ("Терапевт", EVIL)),
    *(Sample(each) for each in (links.before_consent, links.not_understood, links.clinic_gone)),
    *(Sample(each) for each in (profile.description, profile.short_description)),
    *(
        Sample(each)
        for each in (notifications.cancelled, notifications.cancelled_by_clinic, notifications.stands_after_all)
    ),
    *(Sample(notifications.moved, (before, NOW)) for before in (None, *ENTRIES)),
    *(Sample(visits.answered, (entry,)) for entry in (SHORT_VISIT, VisitEntry(visit(), CHILD))),
    *(Sample(person.registered, (), {"verified": one, "known": two}) for one in (True, False) for two in (True, False)),
    *(Sample(person.no_policy_note, (), {"newborn": newborn}) for newborn in (True, False)),
    *(
        Sample(family.added, (replace(each, verified=one, patient_id=two),))
        for each in (ANNA, replace(ANNA, identity=replace(ANNA.identity, policy=Policy(PolicyKind.NONE))))
        for one in (True, False)
        for two in ("patient", None)
    ),
    *(Sample(family.saved, (), {"mark_lost": lost}) for lost in (True, False)),
    *(Sample(family.misfit, (each,)) for each in family._MISFITS),
    *(Sample(family.removed, (each,)) for each in (EVIL, LONG_NAME)),
    *(Sample(family.policy_line, (each,)) for each in PERSONS),
    *(Sample(person.sex_words, (sex,)) for sex in Sex),
    *(Sample(person.policy_words, (Policy(kind, "123456789"),)) for kind in PolicyKind),
    *(
        Sample(person.field_words, each)
        for each in (
            *(("surname", "Иванова"), ("patronymic", ""), ("birth", date(1990, 3, 14)), ("sex", Sex.MALE)),
            *(("phone", "+79161234567"), ("phone", None), ("snils", "11223344595"), ("snils", "")),
            ("policy", Policy(PolicyKind.NONE)),
        )
    ),
    *(Sample(clinics.age_group_words, (group,)) for group in AgeGroup),
    *(Sample(clinics.kilometres, (each,)) for each in (0.3, 3.3, 33.3)),
    *(Sample(clinics.region_name, (each,)) for each in REGIONS),
    *(Sample(clinics.room_line, (each,)) for each in ("214", ROOM)),
    Sample(clinics.contacts, (PLAIN,)),
    Sample(consent.consent_text, ("Больница", CONSENT_VERSION)),
    Sample(mydata.changed),
    *(Sample(mydata.not_cancelled, (each,)) for each in HALF_CANCELLED),
    *(Sample(specialties.specialty, (post, "Терапевт")) for post in (*specialties._BY_POST, "v999")),
    *(Sample(visits.visit_when, (visit(each), NOW)) for each in (PLAIN, LONGEST)),
]
