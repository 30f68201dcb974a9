"""A registry that does not answer is never told as «нет номерков», nothing is lost, and «Повторить» goes on."""

from __future__ import annotations

from datetime import timedelta

from emulator.driver import User
from tests.e2e.desk import desk_of, held_slot
from tests.e2e.people import (
    BOOKED,
    CHECK_BOOKING,
    NO_TIMES,
    RU,
    UNAVAILABLE,
    WHAT_TIME,
    WHICH_CLINIC,
    WHICH_DAY,
    WHICH_DOCTOR,
    WHICH_REGION,
    WHICH_SERVICE,
    WHO,
    a_policy,
    as_printed,
    days,
    find_and_press,
    has_more,
    number_on,
    press_all,
    times,
    to_confirmation,
    to_doctors,
    with_consent,
    with_family,
)
from tests.e2e.test_form import typed_form
from tests.support.bot_process import BotProcess

AGAIN = "Попробовать ещё раз"


async def down_then_up(bot: BotProcess, user: User, question: str, label: str, goes_on_at: str) -> None:
    """Press while the registry does not answer this question, ask again in vain, and again when it does."""
    bot.shift_clock(timedelta(seconds=61))  # the directory remembers for a minute
    bot.fault(**{question: "unavailable"})
    await find_and_press(user, label)
    said = user.screen().text
    assert said.startswith(UNAVAILABLE), f"{question}: {said}"
    assert "Ничего не потерялось" in said
    assert NO_TIMES not in said
    assert user.screen().labels == ["🔄 Попробовать ещё раз", "🏠 Главное меню"]
    await user.press(AGAIN)
    assert user.screen().text == said
    bot.fault()
    await user.press(AGAIN)
    assert goes_on_at in user.screen().text, f"{question}: {user.screen().text}"


async def test_each_question_of_the_booking(bot: BotProcess) -> None:
    user = await with_family(bot)

    # STEP 1. At every step the next screen cannot be loaded; asking again leads to it, the press is not lost.
    await down_then_up(bot, user, "clinic", "Записаться к врачу", WHO)
    await down_then_up(bot, user, "regions", "Другой регион", WHICH_REGION)
    await down_then_up(bot, user, "regions", "Московская область", WHICH_REGION)
    await user.press("Московская область")
    await down_then_up(bot, user, "clinics", RU.me, WHICH_CLINIC)

    # STEP 2. A typed search neither.
    bot.shift_clock(timedelta(seconds=61))
    bot.fault(clinics="unavailable")
    await user.send("Мытищи")
    assert user.screen().text.startswith(UNAVAILABLE)
    bot.fault()
    await user.press(AGAIN)
    assert WHICH_CLINIC in user.screen().text
    await user.send("Мытищи")
    assert "Найдено по запросу «Мытищи»" in user.screen().text

    # STEP 3. On to the times.
    await down_then_up(bot, user, "services", "⭐", WHICH_SERVICE)
    await down_then_up(bot, user, "doctors", "Дерматолог", WHICH_DOCTOR)
    await down_then_up(bot, user, "days", RU.any_doctor, WHICH_DAY)
    await down_then_up(bot, user, "slots", days(user)[0], WHAT_TIME)

    # STEP 4. The pressed time cannot be looked up: the list of times is what can be asked for again.
    bot.fault(slot="unavailable")
    await user.press(times(user)[0])
    assert user.screen().text.startswith(UNAVAILABLE)
    await user.press(AGAIN)
    assert WHAT_TIME in user.screen().text
    bot.fault()
    await user.press(times(user)[0])
    assert CHECK_BOOKING in user.screen().text

    # STEP 5. Nor when it is confirmed: nothing is booked, the time stays held.
    held = held_slot(bot, user)
    await down_then_up(bot, user, "slot", RU.confirm, CHECK_BOOKING)
    assert held_slot(bot, user) == held
    await user.press(RU.confirm)
    assert BOOKED in user.screen().text
    async with desk_of(bot) as desk:
        assert len(await desk.visits(user)) == 1


async def test_home_and_my_bookings(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user)
    await user.press(RU.confirm)
    number = number_on(user)

    # STEP 1. Home says that the next visit cannot be shown, and everything else is there.
    town.fault(visits="unavailable")
    await user.press("🏠")
    assert "Ближайший приём покажем, как только она ответит" in user.screen().text
    assert "Полис ОМС:" in user.screen().text
    assert "Предстоящих записей нет" not in user.screen().text

    # STEP 2. «Мои записи» are never told as empty.
    await down_then_up(town, user, "visits", "Мои записи", "Всего записей: 1")
    await down_then_up(town, user, "visit", "1 ·", number)
    await user.press("🏠")
    await down_then_up(town, user, "visits", "Уведомления", BOOKED)


async def test_a_form_that_cannot_be_matched_is_kept_and_matched_later(town: BotProcess) -> None:
    user, policy = await with_consent(town), a_policy()

    # STEP 1. The registry is down while the form is registered: taken all the same, and said.
    town.fault(find_patient="unavailable")
    await typed_form(user, "Лебедева", policy)
    assert f"Полис ОМС: {as_printed(policy)}" in user.screen().text

    # STEP 2. Still down at the confirmation: nothing is booked, the choice stays.
    await user.press("Записаться к врачу")
    await user.send("московская")
    await press_all(user, "Московская область", RU.me, "1 ·", "Продолжить запись сюда", "Терапевт", "⚡", RU.confirm)
    assert "Записи пока нет, Ваш выбор сохранён" in user.screen().text
    assert CHECK_BOOKING not in user.screen().text, "what has come of the press stands alone"

    # STEP 3. It answers again: one press books.
    town.fault()
    await user.press("Попробовать ещё раз")
    assert BOOKED in user.screen().text


async def test_no_free_times_is_said_only_where_there_are_none(town: BotProcess) -> None:
    user = await with_family(town)
    await press_all(user, "Записаться к врачу", RU.me, "⭐")

    # STEP 1. The cardiologist has none: said on the button and when pressed, with the clinic's phone.
    await find_and_press(user, f"Кардиолог · {NO_TIMES}")
    said = user.screen().text
    assert "Сейчас нет номерков: Кардиолог" in said
    assert "Можно и позвонить в поликлинику: +7 495 000-" in said
    assert WHICH_SERVICE not in said, "what has come of the press stands alone"
    await user.press("Выбрать другого специалиста")

    # STEP 2. The urologist's last times go at the desk while they are on the screen.
    await find_and_press(user, "Уролог")
    assert WHICH_DOCTOR in user.screen().text
    async with desk_of(town) as desk:
        await desk.give_away(*(each.id for each in await desk.free("v84")))
    await user.press(RU.any_doctor)
    assert "Сейчас нет номерков: Уролог" in user.screen().text

    # STEP 3. Another specialist has some.
    await press_all(user, "Выбрать другого специалиста", "Хирург", "⚡", RU.confirm)
    assert BOOKED in user.screen().text


async def test_a_doctor_without_times_beside_one_who_has_some(town: BotProcess) -> None:
    user = await with_family(town)
    async with desk_of(town) as desk:
        free = await desk.free("110")
        doctor = free[0].doctor_id
        name = free[0].doctor
        await desk.give_away(*(each.id for each in free if each.doctor_id == doctor))

    # STEP 1. «нет номерков» stands on that doctor's button only.
    await to_doctors(user)
    assert not has_more(user)
    without = [label for label in user.screen().labels if NO_TIMES in label]
    assert without == [f"{' '.join(name.split(' ')[:2])} · {NO_TIMES}"]

    # STEP 2. Pressed all the same: said by name, the others stay.
    await user.press(without[0])
    assert f"Сейчас нет номерков: {name}" in user.screen().text
    assert WHICH_DOCTOR in user.screen().text
    await press_all(user, "⚡", RU.confirm)
    assert BOOKED in user.screen().text
