"""Ways on from «нет» in the booking wizard: elsewhere, a booking that stands, for women only, a warning once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from bot.fsm import booking
from bot.keyboards.buttons.visits import VisitList, VisitMove
from bot.keyboards.buttons.wizard import Verb, WizardPress
from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.booking.model import LinkTarget, Made
from services.drafts.model import Draft
from services.registry.model import AgeGroup, Booked, Clinic, Sex, Visit
from services.registry.ports.schedules import DoctorRecord, SlotRecord
from services.texts.i18n import Html
from tests.bot.test_booking_wizard import ANNA, GO_ON, Chat, T
from tests.support.world import (
    ADULT,
    CHILD,
    CLINIC,
    LENGTH,
    SURGEON,
    TEENAGER,
    THERAPIST,
    World,
    at,
    somebody,
)

BORN = date(1980, 3, 5)
OLEG = somebody(8, ADULT, "Иванов", sex=Sex.MALE)
CARDIOLOGIST = DoctorRecord("k1", "c1", "34", "Кардиолог", "Сердцев", "Пётр", None, "каб. 7", AgeGroup.ANY)
GYNAECOLOGIST = DoctorRecord("g1", "c1", "13", "Акушер-гинеколог", "Чехова", "Нина", None, "каб. 8", AgeGroup.ANY)
WOMENS = replace(CLINIC, id="w1", name="Женская консультация № 1")


def a_clinic(number: int, town: str, lat: float | None, age_group: AgeGroup = AgeGroup.ANY) -> Clinic:
    """East of the first one, the further the greater `lat`."""
    lon = CLINIC.lon if lat is not None else None
    return replace(
        CLINIC, id=f"e{number}", name=f"Поликлиника № {number}", town=town, lat=lat, lon=lon, age_group=age_group
    )


ELSEWHERE = (
    a_clinic(31, "Химки", 55.97),
    a_clinic(32, "Королёв", 55.92),
    a_clinic(33, "Мытищи", None),
    a_clinic(34, "Коломна", None),
    a_clinic(35, "Щёлково", 55.95),
    a_clinic(36, "Подольск", 55.911, AgeGroup.CHILD),
)


async def furnish(world: World, clinics: Sequence[Clinic], doctor: DoctorRecord, day: int = 24) -> None:
    """A doctor of this kind in each of these clinics, free at nine, ten and eleven."""
    doctors = [replace(doctor, id=f"{doctor.id}{each.id}", clinic_id=each.id) for each in clinics]
    starts = [at(hour, day=day) for hour in (9, 10, 11)]
    slots = [
        SlotRecord(each.id, start, start + LENGTH)
        for each in sorted(doctors, key=lambda one: one.id)
        for start in starts
    ]
    await world.admin.load(clinics, doctors, slots)
    world.clock.advance(minutes=1)  # lists of clinics are kept for as long


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    return await world.person(account, ANNA)


@pytest.fixture
async def chat(world: World, account: Account, anna: Person) -> Chat:
    """Anna, attached to the first clinic, where the cardiologist has no times."""
    await world.admin.load([], [CARDIOLOGIST], [])
    return await opened(world, account)


async def opened(world: World, account: Account) -> Chat:
    """The wizard, begun."""
    chat = Chat(world, account)
    await chat.begin()
    return chat


async def visit_of(world: World, account: Account, who: Person, doctor: DoctorRecord = SURGEON, hour: int = 9) -> Visit:
    """A visit that was booked from this account."""
    outcome = await world.booking.book(await world.request(account, who, await world.slot(doctor, hour)))
    assert isinstance(outcome, Made), outcome
    return outcome.visit


async def go(chat: Chat, *steps: str) -> None:
    """Presses labels, and clinics by their ids, whatever they are called on the screen."""
    for each in steps:
        if each in (draft := chat.reply.draft).options:
            place = str(draft.options.index(each))
            await chat.send(
                WizardPress(draft=draft.id, step=draft.step, version=draft.version, verb=Verb.OPTION, arg=place)
            )
        else:
            await chat.press(each)


# --- no free times here ---------------------------------------------------------------------------


async def test_the_same_specialist_elsewhere_the_nearest_first(chat: Chat, world: World, anna: Person) -> None:
    await furnish(world, ELSEWHERE, CARDIOLOGIST)
    await go(chat, "Анна", "c1", "Кардиолог")
    assert chat.step == "full"
    assert chat.text.startswith("⚠️ Сейчас нет номерков: Кардиолог")
    assert CLINIC.phone in chat.text
    assert "Хирург" not in chat.text, "no long list stands in the same message"

    # STEP 1. Those of the town whose place is not known come first, then by distance, at last whoever may be anywhere.
    await chat.press("Где есть: Кардиолог")
    assert chat.step == "elsewhere"
    first = list(chat.reply.draft.options)
    assert "2. завтра 09:00 · 1,1 км" in chat.text
    await chat.press("▶️")
    assert first + list(chat.reply.draft.options) == ["e33", "e32", "e35", "e31", "e34"]

    # STEP 2. Straight on with that clinic and that specialist; the warning about the attachment is due there.
    await go(chat, "◀️", "e32")
    assert chat.step == "unattached"
    await chat.press(GO_ON)
    assert chat.step == "doctor"
    assert "Поликлиника № 32" in chat.text
    await go(chat, "Сердцев", "24", "10:00", "Да, подтверждаю")
    assert chat.reply.over
    (visit,) = await world.registry.visits([anna.patient_id])
    assert (visit.clinic.id, visit.service, visit.start) == ("e32", "Кардиолог", at(10))


async def test_back_from_what_is_elsewhere_and_past_it(chat: Chat, world: World) -> None:
    await furnish(world, ELSEWHERE, CARDIOLOGIST)
    await go(chat, "Анна", "c1", "Кардиолог", "Где есть", "Назад")
    assert chat.step == "full"
    await chat.press("Назад")
    assert chat.step == "service"
    await go(chat, "Хирург", "Назад")
    assert chat.step == "service", "what was looked at elsewhere is closed"
    await go(chat, "Кардиолог", "Где есть", "e32", GO_ON, "Назад", "Назад", "Назад")
    assert chat.step == "clinic"


async def test_nothing_nearby_is_said_plainly(chat: Chat) -> None:
    await go(chat, "Анна", "c1", "Кардиолог", "Где есть")
    assert "В поликлиниках рядом номерков тоже нет." in chat.text
    assert CLINIC.phone in chat.text
    await chat.press("Выбрать другого специалиста")
    assert chat.step == "service"
    await chat.press("Хирург")
    assert chat.step == "doctor"


async def test_a_child_is_led_to_who_sees_children(world: World, account: Account, anna: Person) -> None:
    await world.person(account, somebody(2, CHILD, "Петрова"), Relation.CHILD)
    await world.admin.load([], [CARDIOLOGIST], [])
    adults = [replace(each, age_group=AgeGroup.ADULT) for each in ELSEWHERE[:2]]
    await furnish(world, [*adults, ELSEWHERE[5]], CARDIOLOGIST)
    chat = await opened(world, account)
    await go(chat, "Петрова", "⭐", "Кардиолог", "Где есть")
    assert list(chat.reply.draft.options) == ["e36"]


async def test_times_that_others_keep_are_offered_nowhere(chat: Chat, world: World) -> None:
    await furnish(world, ELSEWHERE[:1], CARDIOLOGIST)
    for hour in (9, 10, 11):
        slot = await world.slot(replace(CARDIOLOGIST, id="k1e31", clinic_id="e31"), hour)
        rival = await world.account()
        await world.holds.take(slot, rival, (await world.draft(rival)).id)
    await go(chat, "Анна", "c1", "Кардиолог", "Где есть")
    assert list(chat.reply.draft.options) == []


async def test_the_last_time_goes_while_a_doctor_is_chosen(chat: Chat, world: World) -> None:
    await furnish(world, ELSEWHERE[:1], SURGEON, day=26)
    await go(chat, "Анна", "c1", "Хирург", "Любой врач")
    for slot in await world.registry.slots("c1", SURGEON.service_id, age=36):
        rival = await world.account()
        await world.holds.take(slot, rival, (await world.draft(rival)).id)
    await chat.press("25")
    assert chat.step == "full", "the day has no times, nor has the doctor, nor any other"
    await chat.press("Где есть")
    assert list(chat.reply.draft.options) == ["e31"]


async def test_once_a_time_is_free_again_nothing_says_that_there_is_none(chat: Chat, world: World) -> None:
    for slot in await world.registry.slots("c1", SURGEON.service_id, age=36):
        rival = await world.account()
        await world.holds.take(slot, rival, (await world.draft(rival)).id)
    await go(chat, "Анна", "c1", "Хирург")
    assert chat.step == "full"
    world.clock.advance(minutes=5)
    chat.now = await chat.wizard.resume(chat.account, T)
    assert chat.step == "service"
    await go(chat, "Хирург")
    assert chat.step == "doctor"


async def test_a_link_to_a_specialist_without_times(chat: Chat, world: World, account: Account) -> None:
    begins = booking.begins_by_link(LinkTarget(CLINIC, "34", "Кардиолог"), Html(""))
    chat.now = await chat.wizard.start(account, T, begins.answers, begins.note, begins.marks)
    await chat.press("Анна")
    assert chat.step == "full"
    assert "Кардиолог" in chat.text


# --- a booking with this specialist ---------------------------------------------------------------


async def test_a_booking_with_the_specialist_is_said_when_they_are_chosen(
    chat: Chat, world: World, account: Account, anna: Person
) -> None:
    visit = await visit_of(world, account, anna)
    await chat.begin()
    await go(chat, "Анна", "c1", "Хирург")
    assert chat.step == "already"
    assert "К этому специалисту уже есть запись" in chat.text
    assert "завтра, вт 24 ноября, 09:00" in chat.text
    assert chat.reply.screen is not None
    leads = {each.callback_data for row in chat.reply.screen.markup.inline_keyboard for each in row}
    assert VisitMove(visit=visit.id).pack() in leads
    assert any((each or "").startswith(f"{VisitList.__prefix__}:") for each in leads)

    # STEP 1. Another specialist is booked.
    await go(chat, "Выбрать другого специалиста", "Терапевт")
    assert chat.step == "doctor"
    await chat.press("Назад")
    assert chat.step == "service", "what was said of the other one is over"

    # STEP 2. Once it is cancelled in another message, the way is open.
    await chat.press("Хирург")
    await world.cancelling.cancel(account, visit.id)
    chat.now = await chat.wizard.resume(account, T)
    assert chat.step == "doctor"
    await go(chat, "⚡", "Да, подтверждаю")
    assert chat.reply.over


async def test_also_at_another_clinic_and_for_nobody_else(
    chat: Chat, world: World, account: Account, anna: Person
) -> None:
    await world.person(account, somebody(2, CHILD, "Петрова"), Relation.CHILD)
    await furnish(world, ELSEWHERE[1:2], SURGEON)
    await visit_of(world, account, anna)
    await chat.begin()
    await go(chat, "Анна", "e32", GO_ON, "Хирург")
    assert chat.step == "already"
    chat = await opened(world, account)
    await go(chat, "Петрова", "c1", "Хирург")
    assert chat.step == "doctor"


async def test_one_that_is_hidden_changes_nothing(world: World, account: Account, anna: Person) -> None:
    """A teenager's own booking: every screen is the one that there is where somebody else has taken that time."""
    boy = await world.person(account, somebody(3, TEENAGER, "Петров", sex=Sex.MALE), Relation.CHILD)
    stranger = (await world.admin.enrol(somebody(9, ADULT), CLINIC.id)).id
    slot = await world.slot(SURGEON)

    async def screens() -> list[tuple[str, str, list[str]]]:
        chat, seen = await opened(world, account), []
        for label in ("Петров", "⭐", "Хирург", "Любой врач", "24"):
            await chat.press(label)
            seen.append((chat.step, chat.text, chat.labels))
        return seen

    somebodys = await world.at_the_desk(stranger, slot)
    without = await screens()
    await world.registry.cancel(somebodys.id)
    hidden = await world.registry.book("his own", boy.patient_id or "", slot.id)
    assert isinstance(hidden, Booked)
    assert await screens() == without
    assert without[2][0] == "doctor"


async def test_one_that_has_come_meanwhile_is_said_after_the_refusal(chat: Chat, world: World, anna: Person) -> None:
    await go(chat, "Анна", "c1", "Хирург", "⚡")
    visit = await world.at_the_desk(anna.patient_id or "", await world.slot(SURGEON, 10, 0, 25))
    await chat.press("Да, подтверждаю")
    assert chat.step == "already"
    assert "ср 25 ноября, 10:00" in chat.text
    held = await world.holds.until(chat.reply.draft.id, (await world.slot(SURGEON)).id)
    assert held is None
    assert visit.id in str(chat.reply.draft.answers)


async def test_once_more_with_a_specialist_who_is_booked(world: World, account: Account, anna: Person) -> None:
    """«Записаться ещё раз» on an old ticket."""
    old = await world.visits.get(account, (await visit_of(world, account, anna)).id)
    standing = await world.visits.standing(account, anna)
    chat = Chat(world, account)
    begins = booking.begins_again(old, world.clock.now(), standing)
    chat.now = await chat.wizard.start(account, T, begins.answers, None, begins.marks)
    assert chat.step == "already"


async def test_the_nearest_is_not_at_the_hour_of_another_visit(
    chat: Chat, world: World, account: Account, anna: Person
) -> None:
    await visit_of(world, account, anna, SURGEON, 9)
    await chat.begin()
    await go(chat, "Анна", "c1", "Терапевт")
    assert any("⚡" in each and "09:20" in each for each in chat.labels), chat.labels
    await go(chat, "⚡", "Да, подтверждаю")
    assert chat.reply.over


async def test_ones_own_hold_is_no_obstacle(chat: Chat, world: World, account: Account) -> None:
    """A move has kept the time; the booking is offered it, takes it over and books it."""
    other = await world.drafts.start(Draft("", account.id, "moving", "confirm"))
    slot = await world.slot(SURGEON)
    await world.holds.take(slot, account, other.id)
    await go(chat, "Анна", "c1", "Хирург", "Любой врач", "24", "09:00")
    assert chat.step == "confirm"
    assert await world.holds.until(other.id, slot.id) is None
    await chat.press("Да, подтверждаю")
    assert chat.reply.over


# --- a specialist for women -----------------------------------------------------------------------


async def with_womens(world: World) -> None:
    """A gynaecologist at the first clinic, and a clinic for women beside it."""
    starts = [at(hour) for hour in (9, 10)]
    await world.admin.load([], [GYNAECOLOGIST], [SlotRecord("g1", start, start + LENGTH) for start in starts])
    await furnish(world, [WOMENS], GYNAECOLOGIST)
    world.clock.advance(minutes=1)


async def test_for_a_man_they_come_last_and_are_asked_about_once(world: World, account: Account) -> None:
    man = await world.person(account, OLEG)
    await with_womens(world)
    chat = await opened(world, account)
    await chat.press("Иванов")
    assert list(chat.reply.draft.options)[-1] == "w1"
    await chat.press("⭐")
    assert list(chat.reply.draft.options) == ["110", "122", "13"], "the gynaecologist comes last"
    await chat.press("Акушер-гинеколог")
    assert chat.step == "women"
    assert "Записать мужчину к гинекологу?" in chat.text
    await chat.press("Да, всё верно")
    assert chat.step == "doctor"
    await go(chat, "Любой врач", "24", "09:00", "Да, подтверждаю")
    assert chat.reply.over, "asked once"
    (visit,) = await world.registry.visits([man.patient_id])
    assert visit.service == "Акушер-гинеколог"


async def test_a_boy_at_a_clinic_for_women(world: World, account: Account, anna: Person) -> None:
    await world.person(account, somebody(4, CHILD, "Петров", sex=Sex.MALE), Relation.CHILD)
    await with_womens(world)
    await furnish(world, [WOMENS], THERAPIST)
    chat = await opened(world, account)
    await go(chat, "Петров", "w1", GO_ON, "Терапевт")
    assert "Записать мальчика в женскую консультацию?" in chat.text
    await chat.press("Выбрать другую поликлинику")
    assert chat.step == "clinic"
    await go(chat, "⭐", "Терапевт")
    assert chat.step == "doctor"
    await go(chat, "Назад", "Акушер-гинеколог", "Выбрать другого специалиста")
    assert chat.step == "service"


async def test_elsewhere_too_they_come_last(world: World, account: Account) -> None:
    await world.person(account, OLEG)
    await world.admin.load([], [CARDIOLOGIST], [])
    await furnish(world, [replace(WOMENS, lat=55.9101), ELSEWHERE[0]], CARDIOLOGIST)
    chat = await opened(world, account)
    await go(chat, "Иванов", "⭐", "Кардиолог", "Где есть")
    assert list(chat.reply.draft.options) == ["e31", "w1"]


async def test_for_a_woman_nothing_is_asked(chat: Chat, world: World) -> None:
    await with_womens(world)
    await chat.press("Анна")
    await chat.press("⭐")
    order = [each for each in chat.reply.draft.options if each in ("13", "122")]
    assert order == ["13", "122"], "by their names"
    await chat.press("Акушер-гинеколог")
    assert chat.step == "doctor"


async def test_where_the_sex_is_not_shown_nothing_follows_from_it(world: World, account: Account) -> None:
    """By a consent the account is shown the name alone: a man's screens are a woman's, word for word."""
    await with_womens(world)
    told = []
    for number, sex in ((5, Sex.MALE), (6, Sex.FEMALE)):
        taker = await world.account()
        who = replace(somebody(number, ADULT, "Седых", sex=sex), name="Саша")
        await world.person(taker, who, Relation.SPOUSE, Basis.CONSENT, covers=tuple(Covers))
        chat = Chat(world, taker)
        chat.now = await chat.wizard.start(taker, T, {"region": "50"})
        screens = []
        for label in ("Седых", "w1", GO_ON, "Акушер-гинеколог"):
            await go(chat, label)
            screens.append((chat.step, chat.text, chat.labels))
        assert chat.step == "doctor"
        told.append(screens)
    assert told[0] == told[1]


async def test_another_citizens_sex_that_is_corrected_is_asked_about(
    world: World, account: Account, anna: Person
) -> None:
    await with_womens(world)
    chat = await opened(world, account)
    await chat.press("Другой")
    for answer in ("Кузнецова", "Саша"):
        await chat.write(answer)
    await chat.press("Нет отчества")
    await chat.write("05.03.1980")
    await chat.press("Женский")
    await chat.write("5055808000000013")
    if chat.step == "doubt":
        await chat.press("Номер верный")
    await go(chat, "Пропустить", "Всё верно", "c1", GO_ON, "Акушер-гинеколог")
    assert chat.step == "doctor"
    await go(chat, "⚡", "Назад")
    while chat.step != "check":
        await chat.press("Назад")
    await go(chat, "✏️ Исправить", "Пол")
    await chat.press("Мужской")
    if chat.step == "doubt":  # the number says another sex
        await chat.press("Номер верный")
    assert chat.step == "women"


# --- a warning that was accepted ------------------------------------------------------------------


async def test_a_warning_that_was_accepted_is_not_repeated(world: World, account: Account, anna: Person) -> None:
    await furnish(world, ELSEWHERE[:2], SURGEON)
    await world.person(account, somebody(2, CHILD, "Петрова"), Relation.CHILD)
    chat = await opened(world, account)
    await go(chat, "Анна", "e32")
    assert chat.step == "unattached"
    await chat.press(GO_ON)
    await world.drafts.drop(chat.reply.draft.id)

    # STEP 1. In another booking for her, at that clinic alone.
    for who, clinic, step in (
        ("Анна", "e32", "service"),
        ("Анна", "e31", "unattached"),
        ("Петрова", "e32", "unattached"),
    ):
        chat = await opened(world, account)
        await go(chat, who, clinic)
        assert chat.step == step, (who, clinic)
        await world.drafts.drop(chat.reply.draft.id)

    # STEP 2. Attached elsewhere since, she is warned anew.
    await world.admin.enrol(ANNA, "e31")
    await world.persons.set_patient(anna.id, await world.registry.find_patient(ANNA))
    chat = await opened(world, account)
    await go(chat, "Анна", "e32")
    assert chat.step == "unattached"


async def test_what_another_citizen_was_warned_of_is_kept_once_they_are_booked(
    world: World, account: Account, anna: Person
) -> None:
    chat = await opened(world, account)
    await chat.press("Другой")
    for answer in ("Кузнецова", "Саша"):
        await chat.write(answer)
    await chat.press("Нет отчества")
    await chat.write("05.03.1980")
    await chat.press("Женский")
    await chat.write(somebody(7, BORN).policy.number)
    await go(chat, "Пропустить", "Всё верно", "c1", GO_ON, "Хирург", "⚡", "Да, подтверждаю")
    assert chat.reply.over
    chat = await opened(world, account)
    await go(chat, "Саша Кузнецова", "c1")
    assert chat.step == "service", "nobody can tell whether they are attached, and it has been said"
