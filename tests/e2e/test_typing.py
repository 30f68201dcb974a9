"""Typing is forgiving: what can be read in several ways is asked about, and never guessed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from emulator.driver import User
from tests.e2e.people import RU, a_policy, press_all, with_consent, with_family
from tests.support.bot_process import BotProcess

MORE_THAN_ASKED = "Вы написали больше, чем спрошено"
SEVERAL_WAYS = "Это можно прочитать по-разному"


async def own_form(bot: BotProcess) -> User:
    user = await with_consent(bot)
    await user.press("Заполнить анкету")
    return user


async def another_citizen(bot: BotProcess) -> User:
    user = await with_family(bot)
    await press_all(user, RU.book, "Другой гражданин")
    return user


async def a_relative(bot: BotProcess) -> User:
    user = await with_family(bot)
    await press_all(user, "Ещё", "Полисы", "➕ Добавить", "💍 Муж или жена")
    return user


EVERYWHERE = pytest.mark.parametrize("begin", [own_form, another_citizen, a_relative])
Begin = Callable[[BotProcess], Awaitable[User]]


@EVERYWHERE
@pytest.mark.parametrize("typed", ["Иванова Анна Сергеевна", "анна сергеевна иванова"])
async def test_a_full_name_at_the_surname_is_parted_and_confirmed(town: BotProcess, begin: Begin, typed: str) -> None:
    # STEP 1. It is told as it was read, and asked whether that is right.
    user = await begin(town)
    await user.send(typed)
    said = user.screen().text
    assert MORE_THAN_ASKED in said
    for line in ("Фамилия: Иванова", "Имя: Анна", "Отчество: Сергеевна"):
        assert line in said
    assert user.screen().labels[:2] == ["✅ Да, всё верно", "Это всё фамилия"]

    # STEP 2. One press, and the date of birth comes next.
    await user.press("Да, всё верно")
    assert "Дата рождения" in user.screen().text

    # STEP 3. Each part stands in its place.
    for kept in ("Сергеевна", "Анна", "Иванова"):
        await user.press(RU.back)
        assert f"Оставить: {kept}" in user.screen().labels


@EVERYWHERE
async def test_it_may_be_a_surname_all_the_same(town: BotProcess, begin: Begin) -> None:
    user = await begin(town)
    await user.send("Анна Иванова")
    assert MORE_THAN_ASKED in user.screen().text
    await user.press("Это всё фамилия")
    assert "Имя" in user.screen().text
    await user.press(RU.back)
    assert "Оставить: Анна Иванова" in user.screen().labels

    # Written anew, it is as if nothing had been asked; a surname of several words is one.
    await user.send("Иванова Анна")
    await user.send("Ван дер Берг")
    await user.press(RU.back)
    assert "Оставить: Ван дер Берг" in user.screen().labels
    assert MORE_THAN_ASKED not in user.screen().text


async def test_a_name_with_its_patronymic(town: BotProcess) -> None:
    # STEP 1. Where the surname was asked: it is asked again, and the rest is known.
    user = await own_form(town)
    await user.send("Анна Сергеевна")
    await user.press("Да, всё верно")
    assert "вопрос 1 из 8" in user.screen().text
    await user.send("Иванова")
    assert "вопрос 4 из 8" in user.screen().text

    # STEP 2. Where the first name was asked.
    user = await own_form(town)
    await user.send("Иванова")
    await user.send("Анна Сергеевна")
    assert "Отчество: Сергеевна" in user.screen().text
    await user.press("Да, всё верно")
    assert "вопрос 4 из 8" in user.screen().text


@EVERYWHERE
async def test_a_date_of_two_readings_is_asked(town: BotProcess, begin: Begin) -> None:
    user = await begin(town)
    for typed in ("Иванова", "Анна", "Сергеевна"):
        await user.send(typed)

    # STEP 1. Two buttons with both readings in words; the later question stands after one is pressed.
    await user.send("4/9/1983")
    assert SEVERAL_WAYS in user.screen().text
    assert user.screen().labels[:2] == ["4 сентября 1983 года", "9 апреля 1983 года"]
    await user.press("9 апреля 1983")
    assert "Пол" in user.screen().text
    await user.press(RU.back)
    assert "Оставить: 09.04.1983" in user.screen().labels

    # STEP 2. Written in another way it is read at once; what is no day is said so, and nothing is asked any more.
    await user.send("4/9/1983")
    await user.send("31.02.1990")
    assert "Такого дня нет: в феврале 1990 года 28 дней" in user.screen().text
    assert SEVERAL_WAYS not in user.screen().text
    await user.send("March 5 1980")
    await user.press(RU.back)
    assert "Оставить: 05.03.1980" in user.screen().labels


async def test_a_year_of_two_figures(town: BotProcess) -> None:
    # STEP 1. The own form: who is 6 years old has none, so it is 1920.
    user = await own_form(town)
    for typed in ("Иванова", "Анна", "нет", "05.03.20"):
        await user.send(typed)
    await user.press(RU.back)
    assert "Оставить: 05.03.1920" in user.screen().labels

    # STEP 2. A child was not born in 1920.
    user = await with_family(town)
    await press_all(user, "Ещё", "Полисы", "➕ Добавить", "👶 Ребёнок")
    for typed in ("Иванова", "Анна", "нет", "05.03.20"):
        await user.send(typed)
    await user.press(RU.back)
    assert "Оставить: 05.03.2020" in user.screen().labels

    # STEP 3. Of somebody else nobody knows.
    user = await another_citizen(town)
    for typed in ("Иванова", "Анна", "нет", "05.03.20"):
        await user.send(typed)
    assert user.screen().labels[:2] == ["5 марта 1920 года", "5 марта 2020 года"]


async def test_a_childs_form_offers_the_parents_surname(town: BotProcess) -> None:
    # STEP 1. As a daughter and as a son bears it.
    user = await with_consent(town)
    await user.press("Заполнить анкету")
    for typed in ("Орлова Анна Сергеевна", "05.03.1980"):
        await user.send(typed)
        if MORE_THAN_ASKED in user.screen().text:
            await user.press("Да, всё верно")
    await user.press(RU.female)
    await user.share_contact()
    await user.send(a_policy())
    await press_all(user, RU.skip, RU.all_right)
    await user.send("/start")
    await press_all(user, "Ещё", "Полисы", "➕ Добавить", "👶 Ребёнок")
    assert user.screen().labels[:2] == ["Орлова", "Орлов"]

    # STEP 2. One press; it can be changed as anything else.
    await user.press_data(*button(user, "Орлов"))
    assert "Имя" in user.screen().text
    await user.press(RU.back)
    assert "Оставить: Орлов" in user.screen().labels

    # STEP 3. Of a grown-up nothing is offered.
    await press_all(user, RU.back, "💍 Муж или жена")
    assert "Орлов" not in user.screen().labels


def button(user: User, label: str) -> tuple[int, str]:
    """The button that reads so and no more: another begins like it."""
    found = next(each for row in user.screen().buttons for each in row if each.text == label)
    return user.screen().message_id or 0, found.callback_data or ""


async def test_no_number_is_a_press_and_a_word(town: BotProcess) -> None:
    user = await own_form(town)
    for typed in ("Иванова", "Анна", "нет", "05.03.1980", "женский", "8 916 123-45"):
        await user.send(typed)
    assert "Не хватает 2 цифр: после +7 их 10" in user.screen().text
    await user.send("8 (916) 123 45 67")
    await user.send("Нет")
    assert "Без полиса записывают по телефону" in user.screen().text
    await user.send("нету")
    assert "СНИЛС: не указан" in user.screen().text
    await press_all(user, "✏️ Исправить", "✏️ Полис")
    await user.send(a_policy().replace("0", "О"))
    assert "⚠️" not in user.screen().text


async def test_a_correction_parts_a_full_name_too(town: BotProcess) -> None:
    user = await own_form(town)
    for typed in ("Иванова", "Анна", "нет", "05.03.1980", "женский", "8 916 123-45-67", "нет", "нет"):
        await user.send(typed)
    await press_all(user, "✏️ Исправить", "✏️ Фамилия")
    await user.send("Петрова Ольга Ильинична")
    await user.press("Да, всё верно")
    for line in ("Фамилия: Петрова", "Имя: Ольга", "Отчество: Ильинична"):
        assert line in user.screen().text
