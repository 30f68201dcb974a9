"""Each refusal of the registry: its sentence, the next screen that makes sense, and the way on to a ticket."""

from __future__ import annotations

from datetime import date, timedelta

from emulator.driver import User
from services.registry.local.demo_clinics import CHILD_HOME
from services.registry.local.demo_family import ready_family
from services.registry.model import Slot
from services.texts.dates import local
from tests.e2e.desk import Desk, desk_of, held_slot, intents, patients_of
from tests.e2e.people import (
    BOOKED,
    CHECK_BOOKING,
    NO_TIMES,
    RU,
    WHAT_TIME,
    WHICH_CLINIC,
    WHICH_DAY,
    WHICH_SERVICE,
    WHO,
    a_policy,
    choose,
    days,
    find_and_press,
    press_all,
    press_some_time,
    press_time,
    times,
    to_confirmation,
    to_doctors,
    to_times,
    with_consent,
    with_family,
)
from tests.e2e.test_another_citizen import typed as typed_citizen
from tests.e2e.test_form import typed_form
from tests.support.bot_process import BEGIN, BotProcess

THERAPIST, SURGEON, NEUROLOGIST, PAEDIATRICIAN, ENT = "110", "122", "45", "59", "53"


def overlaps(one: Slot, other: Slot) -> bool:
    return one.start < other.end and other.start < one.end


def clashing(some: list[Slot], others: list[Slot]) -> tuple[Slot, Slot, Slot]:
    """A time of the first service, one of the second that overlaps it, and one of that day that does not."""
    for one in some:
        for other in others:
            if overlaps(one, other):
                for free in others:
                    same_day = local(free.start, "Europe/Moscow").date() == local(one.start, "Europe/Moscow").date()
                    if same_day and not overlaps(one, free) and not overlaps(other, free):
                        return one, other, free
    raise AssertionError("the demo has no two such times")


async def test_the_same_specialist_twice(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. While a time with the therapist is being confirmed, the desk books her there.
    await to_confirmation(user)
    async with desk_of(town) as desk:
        await desk.book(patients_of(town, user)[0], (await desk.free(THERAPIST))[-1].id)
    await user.press("Да, подтверждаю")
    assert "К этому специалисту уже есть запись" in user.screen().text
    assert WHICH_SERVICE not in user.screen().text
    assert user.screen().labels[:2] == ["🔁 Перенос записи", "📋 Мои записи"]
    assert NO_TIMES not in user.screen().text

    # STEP 2. The refused time is held no longer; another specialist is booked.
    assert held_slot(town, user) is None
    await press_all(user, "Выбрать другого специалиста", "Хирург", "⚡", "Да, подтверждаю")
    assert BOOKED in user.screen().text
    async with desk_of(town) as desk:
        assert {visit.service for visit in await desk.visits(user)} == {"Терапевт", "Хирург"}


async def test_another_visit_at_the_same_time(town: BotProcess) -> None:
    user = await with_family(town)
    async with desk_of(town) as desk:
        first, clash, free = clashing(await desk.free(THERAPIST), await desk.free(SURGEON))

    # STEP 1. A visit to the therapist.
    await to_doctors(user)
    await user.press("Любой врач")
    await choose(user, first)
    await press_all(user, "Да, подтверждаю", "🏠")

    # STEP 2. The surgeon at the same hour: refused, the times of that day again.
    await to_doctors(user, service="Хирург")
    await user.press("Любой врач")
    await choose(user, clash)
    await user.press("Да, подтверждаю")
    assert "На это время уже есть другая запись" in user.screen().text
    assert WHAT_TIME in user.screen().text

    # STEP 3. Another time of the same day suits.
    await press_time(user, free)
    await user.press("Да, подтверждаю")
    assert BOOKED in user.screen().text


async def test_a_time_that_the_desk_gives_away_meanwhile(town: BotProcess) -> None:
    user = await with_family(town)
    await to_times(user, service="Невролог")

    async with desk_of(town) as desk:
        # STEP 1. While the times are on the screen, the desk gives one away; it is pressed all the same.
        first = (await desk.free(NEUROLOGIST))[0]
        await desk.give_away(*(each.id for each in await desk.free(NEUROLOGIST) if each.start == first.start))
        await press_time(user, first)
        assert "Это время уже занято" in user.screen().text
        assert WHAT_TIME in user.screen().text
        assert f"{local(first.start, 'Europe/Moscow'):%H:%M}" not in times(user)

        # STEP 2. The next one is held here, which keeps the desk from nothing.
        await user.press(times(user)[0])
        assert CHECK_BOOKING in user.screen().text
        await desk.give_away(held_slot(town, user) or "")
        await user.press("Да, подтверждаю")
        assert "Это время уже занято" in user.screen().text
        assert WHAT_TIME in user.screen().text

        # STEP 3. The last free time of the day goes too: the other days are offered.
        await user.press(times(user)[0])
        await desk.give_away(*await all_of_that_day(desk, held_slot(town, user) or ""))
        await user.press("Да, подтверждаю")
        assert "Последний номерок на этот день уже заняли" in user.screen().text
        assert WHICH_DAY in user.screen().text

    # STEP 4. Another day, and the ticket.
    await user.press(days(user)[0])
    await user.press(times(user)[0])
    await user.press("Да, подтверждаю")
    assert BOOKED in user.screen().text


async def all_of_that_day(desk: Desk, slot_id: str) -> list[str]:
    """Every free time of the day of this one."""
    free = await desk.free(NEUROLOGIST)
    day = next(each.start.date() for each in free if each.id == slot_id)
    return [each.id for each in free if each.start.date() == day]


async def test_a_time_that_has_passed(town: BotProcess) -> None:
    user = await with_family(town)
    await press_all(user, "Записаться к врачу", RU.me)
    await user.send("поликлиника 1 подольск")  # where no other story takes today's few times
    await press_all(user, "1 ·", "Продолжить запись сюда", "Терапевт", "Любой врач")
    await user.press(days(user)[0])
    await user.press(times(user)[0])
    async with desk_of(town) as desk:
        chosen = await desk.registry.slot(held_slot(town, user) or "")
        assert chosen is not None

        # STEP 1. The card lies open until the time has come.
        town.set_clock(chosen.start + timedelta(minutes=1))
        await user.press("Да, подтверждаю")
        assert "Это время уже прошло" in user.screen().text
        assert WHAT_TIME in user.screen().text

        # STEP 2. The list of times lies open just as long.
        label = times(user)[0]
        free = await desk.free(THERAPIST, clinic=chosen.clinic_id)
        later = next(each.start for each in free if f"{local(each.start, 'Europe/Moscow'):%H:%M}" == label)
        town.set_clock(later + timedelta(minutes=1))
        await user.press(label)
        assert "Это время уже прошло" in user.screen().text
        assert WHAT_TIME in user.screen().text

    # STEP 3. One that is still ahead.
    await user.press(times(user)[0])
    await user.press("Да, подтверждаю")
    assert BOOKED in user.screen().text


async def test_a_doctor_for_another_age(town: BotProcess) -> None:
    # STEP 1. Somebody's child turns 18 on 28 November, five days from now.
    user, born = await with_family(town), date(2008, 11, 28)
    await press_all(user, "Записаться к врачу", "Другой гражданин")
    await typed_citizen(user, a_policy(born), born="28.11.2008")
    await user.press("Всё верно")

    # STEP 2. Today a children's clinic is right; a day after the birthday is refused, and another clinic offered.
    await find_and_press(user, "детская №")
    await press_all(user, "Продолжить запись сюда", "Педиатр", "Любой врач")
    await user.press("30")
    await user.press(times(user)[0])
    await user.press("Да, подтверждаю")
    assert "Этот врач лечит людей другого возраста" in user.screen().text
    await user.press("▶️ Продолжить")
    assert WHICH_CLINIC in user.screen().text

    # STEP 3. The same clinic before the birthday: its warning has been read.
    await find_and_press(user, "детская №")
    await press_all(user, "Педиатр", "Любой врач")
    await user.press(days(user)[0])
    await user.press(times(user)[0])
    await user.press("Да, подтверждаю")
    assert BOOKED in user.screen().text


async def test_a_patient_whom_the_registry_does_not_know(town: BotProcess) -> None:
    # STEP 1. Anna's policy is in the registry.
    policy = a_policy()
    await typed_form(await with_consent(town), "Иванова", policy)

    # STEP 2. Somebody books for a person of another name with this number.
    user = await with_family(town, "Борис")
    await press_all(user, "Записаться к врачу", "Другой гражданин")
    await typed_citizen(user, policy)
    await press_all(user, "Всё верно", "1 ·", "Продолжить запись сюда", "Терапевт", "⚡", "Да, подтверждаю")
    said = user.screen().text
    assert "Такого пациента в электронной регистратуре нет" in said
    assert "Телефон поликлиники: +7 495 000-" in said
    await user.press("▶️ Продолжить")
    assert "Проверьте данные" in user.screen().text

    # STEP 3. The number is corrected right there, and the chosen time stands.
    await press_all(user, "✏️ Исправить", "✏️ Полис")
    await user.send(a_policy())
    assert CHECK_BOOKING in user.screen().text
    await user.press("Да, подтверждаю")
    assert BOOKED in user.screen().text
    assert "Кузнецова" in user.screen().text


async def test_what_only_the_registry_decides(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. Not found after all: whoever was chosen, another person can be.
    await to_confirmation(user)
    town.fault(book="refuse:patient_not_found")
    await user.press("Да, подтверждаю")
    assert "Такого пациента в электронной регистратуре нет" in user.screen().text
    assert "Телефон поликлиники: +7 495 000-" in user.screen().text
    assert user.screen().labels == ["▶️ Продолжить", "🏠 Главное меню"]
    await user.press("▶️ Продолжить")
    assert WHO in user.screen().text
    assert held_slot(town, user) is None

    # STEP 2. The referral has expired: another specialist, or the clinic's phone.
    await press_all(user, RU.me, "⭐", "Терапевт", "⚡")
    town.fault(book="refuse:referral_expired")
    await user.press("Да, подтверждаю")
    assert "Срок направления истёк" in user.screen().text
    assert "Телефон поликлиники: +7 495 000-" in user.screen().text
    await user.press("▶️ Продолжить")
    assert WHICH_SERVICE in user.screen().text

    # STEP 3. The registry is down: that stands alone, the choice and the held time stay, and one press books later.
    await press_all(user, "Терапевт", "⚡")
    card, held = user.screen().text, held_slot(town, user)
    town.fault(book="refuse:unavailable")
    await user.press("Да, подтверждаю")
    assert "Записи пока нет, Ваш выбор сохранён" in user.screen().text
    assert NO_TIMES not in user.screen().text
    assert held_slot(town, user) == held
    await user.press("⬅️ Назад")
    assert user.screen().text == card
    await user.press("Да, подтверждаю")
    town.fault()
    await user.press("Попробовать ещё раз")
    assert BOOKED in user.screen().text
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1


async def test_no_more_than_five_visits_for_people_whose_papers_nobody_has_seen(town: BotProcess) -> None:
    # STEP 1. A typed form: a simplified account. Five visits to five specialists.
    user = await with_consent(town)
    await typed_form(user, "Орлова", a_policy())
    await press_all(user, "Записаться к врачу")
    await user.send("московская")
    await press_all(user, "Московская область", RU.me)
    await user.send("поликлиника 1 Химки")
    for number, service in enumerate(("Терапевт", "Хирург", "Невролог", "Дерматолог", "Уролог"), 1):
        if number > 1:
            await press_all(user, "🏠", "Записаться к врачу", RU.me)
        warned = ["Продолжить запись сюда"] if number == 1 else []  # it is read once
        await press_all(user, "1 ·", *warned, service, "⚡", "Да, подтверждаю")
        assert BOOKED in user.screen().text, user.screen().text

    # STEP 2. The sixth is refused where a time would be held, and says why and until when.
    await press_all(user, "🏠", "Записаться к врачу", RU.me, "1 ·", "Эндокринолог", "⚡")
    assert "может быть не больше 5 предстоящих записей" in user.screen().text
    await user.press("▶️ Продолжить")
    assert WHO in user.screen().text

    # STEP 3. The first of them has passed: there is room for one.
    async with desk_of(town) as desk:
        town.set_clock((await desk.visits(user))[0].end)
    await press_all(user, RU.me, "1 ·", "Эндокринолог", "⚡", "Да, подтверждаю")
    assert BOOKED in user.screen().text


async def test_a_clash_with_a_visit_that_the_parent_may_not_see(town: BotProcess) -> None:
    user = await with_family(town)
    async with desk_of(town) as desk:
        # STEP 1. The boy of 15 has booked with the paediatrician at the desk; that is his own affair.
        teenager = patients_of(town, user)[3]
        there, clash, free = clashing(
            await desk.free(PAEDIATRICIAN, clinic=CHILD_HOME, age=15), await desk.free(ENT, clinic=CHILD_HOME, age=15)
        )
        await desk.book(teenager, there.id)
    await user.press("Мои записи")
    assert "Всего записей: 0" in user.screen().text
    await user.press("🏠")

    # STEP 2. The parent picks the same hour for him: refused without a word about that visit.
    await user.press("Записаться к врачу")
    await user.press([label for label in user.screen().labels if "ребёнок" in label][1])
    await press_all(user, "⭐", "Отоларинголог", "Любой врач")
    await choose(user, clash)
    await user.press("Да, подтверждаю")
    assert "На это время записать нельзя, выберите другое" in user.screen().text
    assert "Педиатр" not in user.screen().text
    assert WHAT_TIME in user.screen().text

    # STEP 3. Another time is all right, and «Мои записи» shows what was booked here, only that.
    await press_time(user, free)
    await user.press("Да, подтверждаю")
    assert BOOKED in user.screen().text
    await user.press("Мои записи")
    assert "Всего записей: 1" in user.screen().text
    assert "Педиатр" not in user.screen().text


async def test_somebody_who_probes_is_told_how_to_ask_and_then_nothing_more(town: BotProcess) -> None:
    # STEP 1. Anna has a visit with a surgeon, made at the desk; somebody knows her name, birth date and policy.
    policy = a_policy()
    anna = await with_consent(town)
    await typed_form(anna, "Орлова", policy)
    async with desk_of(town) as desk:
        await desk.book(patients_of(town, anna)[0], (await desk.free(SURGEON))[0].id)
    prober = await with_family(town, "Борис")
    await prober.press("Записаться к врачу")
    await typed_anna(prober, policy)
    warning = prober.screen().text
    assert "Если пациент не прикреплён к этой поликлинике" in warning, "where she is attached is not told"
    await press_all(prober, "Продолжить запись сюда", "Хирург", "⚡", "Да, подтверждаю")
    assert "На это время записать нельзя, выберите другое" in prober.screen().text
    assert WHAT_TIME in prober.screen().text
    assert "Как подтвердить" not in "".join(prober.screen().labels)

    # STEP 2. The second and the third time: the clinic's phone, and what opens all bookings.
    for _ in range(2):
        await prober.press(times(prober)[0])
        await prober.press("Да, подтверждаю")
        said = prober.screen()
        assert "На это время записать нельзя, выберите другое" in said.text
        assert "Телефон поликлиники: +7 495 000-" in said.text
        assert "Анна Орлова" in said.text
        await prober.press("Как подтвердить")
        assert "он сам открывает доступ, в своём чате" in prober.screen().text
        await press_all(prober, "Продолжить", "Выбрать другое время")
        assert WHAT_TIME in prober.screen().text

    # STEP 3. From then on it is the same for a specialist whom she has not: the clinic is not asked about her.
    await press_all(prober, "🏠", "Записаться к врачу", "Начать заново")
    await typed_anna(prober, policy)
    await press_all(prober, "Продолжить запись сюда", "Невролог", "⚡", "Да, подтверждаю")
    assert "Сегодня этого человека отсюда больше не записать" in prober.screen().text
    assert "Телефон поликлиники: +7 495 000-" in prober.screen().text
    assert len(intents(town, prober)) == 3

    # STEP 4. Somebody else can be booked at once.
    await prober.press("Выбрать другого человека")
    await press_all(prober, RU.me, "⭐", "Невролог", "⚡", "Да, подтверждаю")
    assert BOOKED in prober.screen().text

    # STEP 5. Neither she nor a neighbour who helps her notices anything of it.
    neighbour = await with_family(town, "Вера")
    await neighbour.press("Записаться к врачу")
    await typed_anna(neighbour, policy)
    await press_all(neighbour, "Продолжить запись сюда", "Невролог", "⚡", "Да, подтверждаю")
    assert BOOKED in neighbour.screen().text
    await press_all(anna, "Записаться к врачу")
    await anna.send("московская")
    await press_all(anna, "Московская область", RU.me)
    await anna.send("поликлиника 1 Химки")
    await press_all(anna, "1 ·", "Продолжить запись сюда", "Терапевт", "⚡", "Да, подтверждаю")
    assert BOOKED in anna.screen().text


async def typed_anna(user: User, policy: str) -> None:
    """As another citizen, from the question who it is for up to the warning about a clinic."""
    await user.press("Другой гражданин")
    for text in ("Орлова", "Анна", "Сергеевна", "05.03.1980"):
        await user.send(text)
    await user.press("Женский")
    await user.send(policy)
    await press_all(user, "Пропустить", "Всё верно")
    await user.send("поликлиника 1 Химки")
    await user.press("1 ·")


async def test_years_later_the_rights_have_ended(bot: BotProcess) -> None:
    user = await with_family(bot)
    account = bot.rows("SELECT id FROM account WHERE chat_index = chat(?)", user.id)[0][0]
    today = local(BEGIN, "Europe/Moscow").date()
    son = next(each.identity for each in ready_family(account, today) if each.identity.birth_date.year in (2010, 2011))

    # STEP 1. Three days before the son is 18, in the morning.
    birthday = son.birth_date.replace(year=son.birth_date.year + 18)
    bot.set_clock(BEGIN + (birthday - timedelta(days=3) - today))
    async with desk_of(bot) as desk:
        await desk.roll()

    # STEP 2. A day after the birthday is his own to book; the day is asked again.
    await user.send("/start")
    await user.press("Записаться к врачу")
    await user.press([label for label in user.screen().labels if "ребёнок" in label][1])
    await press_all(user, "⭐", "Педиатр", "Любой врач")
    if str(working_day_after(birthday)) not in days(user):
        await user.press("▶️")
    await user.press(str(working_day_after(birthday)))
    await press_some_time(user)
    assert "В день приёма пациенту будет уже 18 лет" in user.screen().text
    await user.press("▶️ Продолжить")
    assert WHICH_DAY in user.screen().text

    # STEP 3. The spouse's permission was for a year: they are on no list any more.
    await user.press("🏠")
    await press_all(user, "Записаться к врачу", "Начать заново")
    assert WHO in user.screen().text
    assert "муж или жена" not in "".join(user.screen().labels)

    # STEP 4. Oneself can always be booked.
    await press_all(user, RU.me, "⭐", "Терапевт", "⚡", "Да, подтверждаю")
    assert BOOKED in user.screen().text


def working_day_after(birthday: date) -> int:
    """A working day soon after the birthday."""
    day = birthday + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.day
