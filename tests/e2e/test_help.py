"""Help by pressing: a page a topic, for whoever asks, from wherever it is needed, and back."""

from __future__ import annotations

import pytest

from tests.e2e.people import RU, WHICH_SERVICE, press_all, to_doctors, with_family
from tests.e2e.test_another_citizen import typed as typed_citizen
from tests.support.bot_process import BotProcess

PAGES = {
    "ru": {
        ("📅 Как записаться",): "Да, подтверждаю",
        ("🔁 Как перенести",): "Да, отменить",
        ("👪 Семья и дети",): "свидетельство о рождении",
        ("🧒 Полис ОМС",): "www.gosuslugi.ru/help/faq/oms/3212",
        ("📝 Регистрация",): "www.gosuslugi.ru/help/faq/login/1",
        ("📝 Регистрация", "🔐 Учётная запись"): "www.gosuslugi.ru/help/faq/login/2752",
        ("🧭 Если Вы",): "/cancel — бросить",
    },
    "en": {
        ("📅 How to book",): "Yes, I confirm",
        ("🔁 How to move",): "Yes, cancel",
        ("👪 Family",): "birth certificate",
        ("🧒 A policy",): "www.gosuslugi.ru/help/faq/oms/3212",
        ("📝 Sign up",): "www.gosuslugi.ru/help/faq/login/1",
        ("📝 Sign up", "🔐 Confirm"): "www.gosuslugi.ru/help/faq/login/2752",
        ("🧭 If you",): "/cancel – give up",
    },
}
EMERGENCY = {"ru": "звоните 103 или 112", "en": "call 103 or 112"}
THREE_WAYS = ("login/70000002", "login/2\n", "login/2752")
"""A service centre, a bank, the post."""


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_guest_reads_every_page(town: BotProcess, language: str) -> None:
    guest = await town.emulator.user("Гость", language_code=language)
    before = town.rows("SELECT count(*) FROM account")
    await guest.send("/help")
    contents = guest.screen()
    assert EMERGENCY[language] in contents.text
    for labels, told in PAGES[language].items():
        seen = []
        for label in labels:
            seen.append(guest.screen().text)
            await guest.press(label)
        assert told in guest.screen().text
        assert guest.screen().text not in seen
        for before_it in reversed(seen):
            await guest.press("⬅️")
            assert guest.screen().text == before_it
    assert town.rows("SELECT count(*) FROM account") == before


async def test_the_three_ways_stand_where_documents_are_confirmed(town: BotProcess) -> None:
    # STEP 1. From the card of a child without a policy whom nobody has confirmed yet.
    user = await with_family(town)
    await press_all(user, "Ещё", "Полисы", "➕ Добавить", "👶 Ребёнок")
    for typed in ("Кузнецова", "Вера", "Павловна", "05.03.2020"):
        await user.send(typed)
    await press_all(user, "Женский", "Нет телефона", "Полиса нет", "Пропустить", "Всё верно", "Как получить полис")
    assert "🧒 Полис ОМС для ребёнка" in user.screen().labels
    await press_all(user, "⬅️", "🔎 Как подтвердить")
    confirming = user.screen()

    # STEP 2. Three ways, each with its page; «Назад» leads to where it was asked for.
    await user.press("🔐 Учётная запись Госуслуг")
    assert all(each in user.screen().text for each in THREE_WAYS)
    await user.press("⬅️")
    assert user.screen().text == confirming.text


async def test_help_amid_a_booking_leads_back_to_it(town: BotProcess) -> None:
    # STEP 1. A page from a step of the booking, and on from the page itself.
    user = await with_family(town)
    await to_doctors(user)
    await user.press(RU.back)
    assert WHICH_SERVICE in user.screen().text
    await user.send("/help")
    await user.press("🔁 Как перенести")
    await user.press("▶️ Продолжить")
    assert WHICH_SERVICE in user.screen().text

    # STEP 2. Without a policy, the page about a child's is one press away.
    await user.send("/cancel")
    await press_all(user, "🏠", "Записаться к врачу", "Другой гражданин")
    await typed_citizen(user, None)
    await press_all(user, "Всё верно", "1 ·", "🧒 Полис ОМС для ребёнка")
    assert "oms/3212" in user.screen().text
    await user.press("▶️ Продолжить")
    assert "Без полиса записывают по телефону" in user.screen().text
