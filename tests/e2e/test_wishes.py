"""What is typed where no question is open leads to what is nearest; what is not here yet is said plainly."""

from __future__ import annotations

import pytest

from tests.e2e.people import RU, WHICH_DOCTOR, WHO, press_all, with_consent, with_family
from tests.support.bot_process import BotProcess

NOT_UNDERSTOOD = "Здесь всё делается кнопками"
LEADS = {
    "мои записи": ("📋 Мои записи", "Записи на приём"),
    "перенести": ("📋 Мои записи", "Записи на приём"),
    "Хочу отменить запись": ("📋 Мои записи", "Записи на приём"),
    "где мой полис?": ("👪 Полисы", "Полис"),
    "рецепт": ("💊 Рецепты", "Рецепты"),
    "уведомления": ("🔔 Уведомления", "Уведомления"),
    "помощь": ("❓ Помощь", "Помощь"),
    "как записаться": ("📅 Как записаться к врачу", "Как записаться к врачу"),
    "english": ("🌐 Язык", "Язык"),
    "адрес поликлиники": ("🏥 Поликлиники", "Поликлиники"),
    "записаться к врачу": ("🩺 Записаться к врачу", WHO),
}
"""What is typed, the button, and what stands there when it is pressed."""
NOT_HERE = {
    "на дом": "Вызвать врача на дом отсюда пока нельзя",
    "справка в бассейн": "Заказать справку здесь пока нельзя",
    "сдать кровь": "Записаться на анализы здесь пока нельзя",
    "узи": "Записаться на обследование здесь пока нельзя",
    "прикрепиться": "Прикрепиться к поликлинике здесь пока нельзя",
}


async def test_each_leads_there_by_one_press(town: BotProcess) -> None:
    user = await with_family(town)
    for typed, (label, stands) in LEADS.items():
        await user.send(typed)
        assert user.screen().labels == [label, "🏠 Главное меню"], typed
        await user.press(label)
        assert stands in user.screen().text, typed
        await user.send("/start")


async def test_what_is_not_here_yet_is_said_with_the_clinics_phone(town: BotProcess) -> None:
    user, agreed = await with_family(town), await with_consent(town)
    for typed, said in NOT_HERE.items():
        await user.send(typed)
        assert said in user.screen().text
        assert "Позвоните в поликлинику: +7 495 000-" in user.screen().text
        assert user.screen().labels == ["🏥 Поликлиники", "🏠 Главное меню"]
        await agreed.send(typed)
        assert said in agreed.screen().text
        assert "её телефон есть в списке поликлиник" in agreed.screen().text
    await user.press("🏥")
    assert "Поликлиники" in user.screen().text


@pytest.mark.parametrize("typed", ["запись к лору", "ЛОР", "ухо, горло, нос", "отоларингалог"])
async def test_a_specialist_begins_the_booking(town: BotProcess, typed: str) -> None:
    user = await with_family(town)
    await user.send(typed)
    assert user.screen().labels == ["Отоларинголог (ЛОР)", "🏠 Главное меню"]
    await press_all(user, "Отоларинголог", RU.me)
    said = user.screen().text
    assert WHICH_DOCTOR in said
    assert "Отоларинголог (ЛОР)" in said


async def test_a_specialist_whom_the_clinic_has_not_begins_a_booking_all_the_same(town: BotProcess) -> None:
    user = await with_family(town)
    await user.send("ортодонт")
    await user.press("Ортодонт")
    assert WHO in user.screen().text


async def test_a_silent_registry_leaves_the_way_to_booking(town: BotProcess) -> None:
    user = await with_family(town)
    town.fault(services="unavailable", clinic="unavailable")
    await user.send("к кардиологу")
    assert user.screen().labels == ["Кардиолог", "🏠 Главное меню"]
    await user.send("на дом")
    assert "Вызвать врача на дом отсюда пока нельзя" in user.screen().text
    town.fault()


async def test_in_a_wizard_what_is_typed_is_the_answer(town: BotProcess) -> None:
    user = await with_family(town)
    await press_all(user, RU.book, "Другой гражданин")
    await user.send("Полис")
    assert "Имя" in user.screen().text


async def test_a_wish_in_danger_stands_below_the_alarm(town: BotProcess) -> None:
    user = await with_family(town)
    await user.send("болит сердце, запишите к кардиологу")
    assert "Звоните 103 или 112" in user.messages()[-2].text
    assert user.screen().labels == ["Кардиолог", "🏠 Главное меню"]


@pytest.mark.parametrize("typed", ["болит сердце", "chest pain"])
async def test_who_is_in_danger_is_not_offered_a_doctors_hours(town: BotProcess, typed: str) -> None:
    user = await with_family(town)
    await user.send(typed)
    assert "Звоните 103 или 112" in user.messages()[-2].text
    assert user.screen().labels == ["🏠 Главное меню", "❓ Помощь"]


async def test_in_english(town: BotProcess) -> None:
    user = await with_family(town, language="en")
    for typed, label in (
        ("cancel my appointment", "📋 My bookings"),
        ("I want to see a dentist", "Dentist"),
        ("my policy", "👪 Policies"),
        ("help", "❓ Help"),
    ):
        await user.send(typed)
        assert user.screen().labels == [label, "🏠 Main menu"], typed
    await user.send("call a doctor home")
    assert "A doctor cannot be called home from this chat yet." in user.screen().text


async def test_what_is_no_wish_is_answered_as_ever(town: BotProcess) -> None:
    user = await with_family(town)
    for typed in ("привет", "спасибо", "сердечно благодарю", "12345", "🙂"):
        await user.send(typed)
        assert NOT_UNDERSTOOD in user.screen().text
