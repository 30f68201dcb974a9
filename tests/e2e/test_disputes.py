"""«Это не я»: the patient hears of what another chat has done, and is not alone with it."""

from __future__ import annotations

from datetime import timedelta

from emulator.driver import User
from services.registry.local.demo_clinics import CHILD_HOME
from services.registry.model import VisitStatus
from tests.e2e.desk import Desk, desk_of
from tests.e2e.people import BORN, a_policy, days, find_and_press, number_on, press_all, times, told, with_family
from tests.e2e.test_access import confirm, confirmed, options, take
from tests.e2e.test_another_citizen import to_the_form, typed
from tests.support.bot_process import BotProcess

ELSEWHERE = "Эта запись сделана из другого чата"
NOTHING = "Всего записей: 0"


async def books_for(user: User, surname: str, policy: str) -> str:
    """«Другой гражданин», from Home to the ticket; gives its number."""
    await to_the_form(user)
    await typed(user, policy, surname=surname)
    await press_all(user, "Всё верно", "1 ·", "Продолжить запись сюда", "Терапевт", "⚡", "Да, подтверждаю")
    return number_on(user)


async def status_of(desk: Desk, user: User, number: str) -> VisitStatus:
    return next(each.status for each in await desk.visits(user) if each.number == number)


async def no_visit_is_listed(user: User) -> None:
    await user.send("/start")
    await user.press("Мои записи")
    assert NOTHING in user.screen().text
    await user.press("Прошедшие")
    assert NOTHING in user.screen().text


async def test_a_grandmother_says_that_it_was_not_her(town: BotProcess) -> None:
    policy = a_policy()
    grandmother = await confirmed(town, "Соколова", policy=policy)

    # STEP 1. A stranger who knows name, birth date and policy books; she hears of it by itself, with the ticket.
    stranger = await with_family(town)
    number = await books_for(stranger, "Соколова", policy)
    message = await grandmother.wait_for(ELSEWHERE)
    assert number in message.text
    assert "Если это не Вы и не близкие" in message.text

    # STEP 2. She is asked first; «Это мои близкие» changes nothing, and the line of «Уведомления» asks again.
    await grandmother.press("Это не я")
    said = grandmother.screen().text
    assert "Это сделали Ваши близкие?" in said
    assert "запись будет отменена" in said
    assert "тот чат больше не увидит записи пациента" in said
    await grandmother.press("Это мои близкие")
    assert "Ничего не изменилось" in grandmother.screen().text
    async with desk_of(town) as desk:
        assert await status_of(desk, grandmother, number) is VisitStatus.BOOKED
    await press_all(grandmother, "🏠", "Уведомления", "1 ·", "Это не я")

    # STEP 3. «Отменить и закрыть доступ»: cancelled, closed, and a request with a number.
    await grandmother.press("Отменить и закрыть доступ")
    said = grandmother.screen().text
    assert "✅ Запись отменена." in said
    assert "Тот чат больше не видит записи пациента" in said
    assert "Обращение № " in said
    async with desk_of(town) as desk:
        assert await status_of(desk, grandmother, number) is VisitStatus.CANCELLED_BY_PATIENT
    exit_code, listed = await town.command("request")
    assert exit_code == 0
    assert "dispute" in listed

    # STEP 4. Whose chat it was, is told to nobody; the stranger hears nothing, and sees nothing of her.
    town.shift_clock(timedelta(minutes=6))
    await town.emulator.wait_quiet()
    assert told(stranger, "Запись отменена") == 0
    await no_visit_is_listed(stranger)

    # STEP 5. What she has sent stands among her requests, and the answer comes into her chat.
    sent = listed.split("dispute")[0].split()[-1]
    exit_code, _ = await town.command("request", sent, "answered", "--comment", "Разобрались.")
    assert exit_code == 0
    await grandmother.wait_for("Разобрались.")


async def test_a_neighbour_moves_what_was_booked_for_them(town: BotProcess) -> None:
    policy = a_policy()
    neighbour = await confirmed(town, "Грачёва", policy=policy)
    helper = await with_family(town)
    number = await books_for(helper, "Грачёва", policy)
    await neighbour.wait_for(ELSEWHERE)

    # STEP 1. Wanted, but at another time: the neighbour moves it by the buttons of the very message.
    await neighbour.press("🔁 Перенос записи")
    await neighbour.press(days(neighbour)[-1])
    await neighbour.press(times(neighbour)[-1])
    await neighbour.press("Да, перенести")
    assert "Запись подтверждена" in neighbour.screen().text
    moved = next(line for line in neighbour.screen().text.splitlines() if line.startswith("Номер записи: "))

    # STEP 2. Who has booked it is told neither the new time nor anything else, and can cancel nothing.
    town.shift_clock(timedelta(minutes=6))
    await town.emulator.wait_quiet()
    assert told(helper, "Запись перенесена") == 0
    await helper.press("✖️ Отменить запись")
    assert "Здесь больше ничего нет" in helper.screen().text
    await no_visit_is_listed(helper)
    async with desk_of(town) as desk:
        (stands,) = [each for each in await desk.visits(neighbour) if each.status is VisitStatus.BOOKED]
    assert moved == f"Номер записи: {stands.number}"
    assert stands.number != number


async def test_two_parents_apart_with_one_child(town: BotProcess) -> None:
    child = options(
        *("Чайкина", a_policy()),
        name="Маша",
        birth="01.05.2020",
        clinic=CHILD_HOME,
        holder_surname="Чайкина",
        holder_name="Вера",
        holder_birth=f"{BORN:%d.%m.%Y}",
    )
    mother, father = await confirmed(town, "Чайкина"), await confirmed(town, "Чайкин")
    for user, surname in ((mother, "Чайкина"), (father, "Чайкин")):
        holder = child.index("--holder-surname") + 1
        printed = await confirm(town, "child", *child[:holder], surname, *child[holder + 1 :])
        await take(user, printed.payload, "Да, открыть")

    await mother.wait_for("открыт ещё в одном чате")

    # STEP 1. The mother books; the father hears whose chat it is: a representative's, without a name.
    await mother.send("/start")
    await mother.press("Записаться к врачу")
    await find_and_press(mother, "Маша")
    await press_all(mother, "⭐", "Педиатр", "⚡", "Да, подтверждаю")
    number = number_on(mother)
    message = await father.wait_for(ELSEWHERE)
    assert "Это чат представителя: его документы поликлиника видела" in message.text
    assert "Чайкина Вера" not in message.text

    # STEP 2. What she has by documents he cannot close, only report; the visit is cancelled.
    await father.press("Это не мы")
    assert "закрыть его могут только в регистратуре" in father.screen().text
    await father.press("Отменить и сообщить")
    assert "✅ Запись отменена." in father.screen().text
    assert "больше не видит" not in father.screen().text

    # STEP 3. She hears of it, and books again: the child is hers as before.
    told_to_her = await mother.wait_for("Эту запись отменили из другого чата")
    assert number in told_to_her.text
    await mother.press("Записаться ещё раз")
    await mother.press(days(mother)[-1])
    await press_all(mother, times(mother)[-1], "Да, подтверждаю")
    assert "Запись подтверждена" in mother.screen().text
