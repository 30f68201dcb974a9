"""«Другой гражданин»: seven fields inside the booking, for somebody who is not of the family."""

from __future__ import annotations

from datetime import date

from emulator.driver import User
from tests.e2e.desk import desk_of
from tests.e2e.people import a_policy, as_printed, find_and_press, number_on, with_family
from tests.e2e.test_form import DATES, NAMES, POLICIES, SNILSES, Field, refused_then_taken
from tests.support.bot_process import BotProcess


async def to_the_form(user: User) -> None:
    """From Home to the first question about another citizen."""
    await user.press("Записаться к врачу")
    await user.press("Другой гражданин")


async def typed(user: User, policy: str | None, *, born: str = "05.03.1980", surname: str = "Кузнецова") -> None:
    """The seven fields; without СНИЛС."""
    for text in (surname, "Вера", "Павловна", born):
        await user.send(text)
    await user.press("Женский")
    await (user.send(policy) if policy else user.press("Полиса нет"))
    await user.press("Пропустить")


async def test_another_citizen_is_booked_and_stands_in_my_bookings(town: BotProcess) -> None:
    user, policy = await with_family(town), a_policy()

    # STEP 1. Seven questions, no phone among them; СНИЛС is skipped.
    await to_the_form(user)
    assert "Данные другого гражданина, вопрос 1 из 7" in user.screen().text
    await typed(user, policy)
    assert "Кузнецова" in user.screen().text
    assert "Телефон" not in user.screen().text

    # STEP 2. One line is corrected.
    await user.press("✏️ Исправить")
    await user.press("✏️ Отчество")
    await user.send("Петровна")
    assert "Отчество: Петровна" in user.screen().text
    await user.press("Всё верно")

    # STEP 3. Not attached anywhere: the warning; then as for everybody, and every screen names the person.
    await user.press("1 ·")
    assert "Пациент: Вера Кузнецова" in user.screen().text
    await user.press("Продолжить запись сюда")
    for label in ("Терапевт", "⚡"):
        assert "Пациент: Вера Кузнецова" in user.screen().text
        await user.press(label)
    assert "Пациент: Кузнецова Вера Петровна" in user.screen().text
    await user.press("Да, подтверждаю")
    number = number_on(user)

    # STEP 4. It stands in «Мои записи» with the name, and in the registry.
    await user.press("Мои записи")
    assert "Пациент: Кузнецова Вера Петровна" in user.screen().text
    await user.press("1 ·")
    assert number_on(user) == number
    async with desk_of(town) as desk:
        assert [visit.number for visit in await desk.visits(user)] == [number]

    # STEP 5. Next time one press is enough; typing the same policy again makes no second person.
    await user.press("🏠")
    await to_the_form(user)
    await typed(user, as_printed(policy))
    await user.press("Всё верно")
    await user.press("1 ·")
    await user.press("Продолжить запись сюда")
    await find_and_press(user, "Эндокринолог")
    await user.press("⚡")
    await user.press("Да, подтверждаю")
    assert "Запись подтверждена" in user.screen().text
    await user.press("🏠")
    await user.press("Записаться к врачу")
    assert user.screen().labels.count("Вера Кузнецова (другой гражданин)") == 1


async def test_a_child_of_somebody_else_is_shown_clinics_for_children(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. A girl of six.
    await to_the_form(user)
    await typed(user, a_policy(date(2020, 3, 5)), born="05.03.2020", surname="Зайцева")
    await user.press("Всё верно")

    # STEP 2. Only clinics that see children are there.
    assert "Здесь принимают детей" in user.screen().text
    assert "\n1. Поликлиника" not in user.screen().text

    # STEP 3. Booked with a paediatrician; the ticket says what to bring for a child.
    await find_and_press(user, "детская")
    await user.press("Продолжить запись сюда")
    await user.press("Педиатр")
    await user.press("⚡")
    await user.press("Да, подтверждаю")
    assert "свидетельство о рождении" in user.screen().text
    assert "Зайцева Вера Павловна" in user.screen().text


async def test_without_a_policy_the_clinic_has_a_phone(town: BotProcess) -> None:
    user, policy = await with_family(town), a_policy()

    # STEP 1. «Полиса нет».
    await to_the_form(user)
    await typed(user, None)
    assert "Полис: нет" in user.screen().text
    await user.press("Всё верно")

    # STEP 2. The clinic's phone and how to get a policy, for any clinic.
    await user.press("1 ·")
    first = user.screen().text
    assert "Без полиса записывают по телефону" in first
    assert "Телефон: +7 495 000-" in first
    assert "Как получить полис" in first
    await user.press("Выбрать другую поликлинику")
    await user.press("2 ·")
    assert "Телефон: +7 495 000-" in user.screen().text
    assert user.screen().text != first

    # STEP 3. The number is found: typed right there, and the booking goes on with this clinic.
    await user.press("Ввести номер полиса")
    await user.send(policy)
    assert "Без полиса" not in user.screen().text
    await user.press("Продолжить запись сюда")
    await user.press("Терапевт")
    await user.press("⚡")
    await user.press("Да, подтверждаю")
    assert "Запись подтверждена" in user.screen().text


async def test_each_field_is_refused_with_its_sentence(town: BotProcess) -> None:
    user = await with_family(town)
    await to_the_form(user)

    # STEP 1. The same checks as in one's own form; somebody under 14 is welcome here.
    for field in (*NAMES, Field("Дата рождения", DATES, "2020-03-05")):
        await refused_then_taken(user, field)
    await user.press("Женский")

    # STEP 2. No phone is asked: the policy comes next, and СНИЛС after it.
    await refused_then_taken(user, Field("Номер полиса ОМС", POLICIES, "987654321"))
    await refused_then_taken(user, Field("СНИЛС", SNILSES, "112-233-445 95"))
    assert "временное свидетельство 987654321" in user.screen().text
    assert "Всё верно" in "".join(user.screen().labels)
