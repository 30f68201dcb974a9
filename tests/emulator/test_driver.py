"""The driver against a real aiogram bot that polls over HTTP."""

from __future__ import annotations

import pytest

from emulator import people, pictures
from emulator.driver import Answer, Button, Emulator, Fault
from emulator.people import ActError
from tests.support.machine import PATIENCE

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_dialogue_by_pressing_what_is_on_the_screen(emulator: Emulator) -> None:
    user = await emulator.user("Анна", language_code="ru", phone="+79161234567")
    await user.send("/start")
    screen = user.screen()
    assert screen.text == "Привет, чем помочь?"
    assert screen.html == "<b>Привет</b>, чем помочь?"
    assert screen.labels == ["Записаться", "Да", "Да, подтверждаю", "Сайт"]
    assert screen.buttons[2] == [Button("Сайт", None, "https://example.org/")]
    assert await user.press("Записаться") == Answer("Выберите день", show_alert=False)
    assert user.screen().text == "Когда?"
    assert user.messages()[-1].edited
    assert await user.press("Да, под") == Answer("Готово", show_alert=True)
    assert await user.press("Да") == Answer("", show_alert=False)
    assert emulator.problems() == []


async def test_quick_presses_are_all_answered(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.send("/start")
    assert await user.press_many("подтверждаю", times=5) == [Answer("Готово", show_alert=True)] * 5


async def test_a_missing_button_is_named_with_the_dialogue(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.send("/start")
    with pytest.raises(AssertionError, match=r"button 'Нет' is on no message(?s:.)*\[Записаться\]"):
        await user.press("Нет")


async def test_a_silent_bot_ends_in_a_transcript(emulator: Emulator) -> None:
    user = await emulator.user()
    with pytest.raises(AssertionError, match="did not react"):
        await user.send("/silent", timeout=0.2)


async def test_old_and_inaccessible_messages_can_be_pressed(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.send("/start")
    old = user.screen().message_id
    assert old is not None
    await user.send("/start")
    assert (await user.press_old(old, "Записаться")).text == "Выберите день"
    assert user.messages()[1].text == "Когда?"
    assert (await user.press_data(old, "anything", inaccessible=True)).text == "Экран устарел"


async def test_contact_location_and_the_reply_keyboard(emulator: Emulator) -> None:
    user = await emulator.user(phone="+79161234567")
    other = await emulator.user("Пётр")
    await user.send("/phone")
    assert user.screen().reply_keyboard == [["Мой номер"], ["Где я"]]
    await user.share_contact(of=other)
    assert user.screen().text == "Это чужой контакт"
    await user.send("/phone")
    await user.share_contact()
    assert user.screen().text == "Номер 79161234567"
    assert user.screen().reply_keyboard is None
    await user.send_location(55.75, 37.61)
    venue = user.messages()[-1].venue
    assert venue is not None
    assert venue["location"] == {"latitude": 55.75, "longitude": 37.61}


async def test_media_and_long_texts(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.send_sticker()
    assert user.screen().text == "got sticker"
    await user.send_voice()
    assert user.screen().text == "got voice"
    await user.send_photo()
    assert user.screen().text == f"Получено {len(pictures.sample())} байт: без подписи"
    await user.send("я" * 5000)
    await user.wait_for("я" * 904)
    assert [len(m.text) for m in user.messages() if not m.from_bot][-2:] == [4096, 904]


async def test_blocking_and_language(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.send("/start")
    await user.block()
    with pytest.raises(ValueError, match="blocked"):
        await user.send("hello")
    await user.unblock()
    await user.set_language("en")
    assert user.person.language_code == "en"
    await user.send("hello")
    assert user.screen().text == "Привет, чем помочь?" or user.messages()[-1].text == "hello"


async def test_restart_lets_the_bot_in_and_says_so(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.send("/start")
    await user.block()
    await user.restart()
    assert [message.text for message in user.messages() if not message.from_bot] == ["/start", "/start"]
    assert user.screen().text == "Привет, чем помочь?"
    assert emulator.problems() == []


async def test_a_deep_link_is_opened(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.open_link("family_A-1")
    assert user.messages()[0].text == "/start family_A-1"
    assert user.screen().text == "Привет, чем помочь?"
    await user.block()
    await user.open_link("x" * 64)
    assert [message.text for message in user.messages() if not message.from_bot][1] == f"/start {'x' * 64}"


@pytest.mark.parametrize("payload", ["", "a b", "a.b", "семья", "x" * 65, "x\n"])
async def test_telegram_takes_no_such_link(emulator: Emulator, payload: str) -> None:
    user = await emulator.user()
    with pytest.raises(ActError, match="1 to 64"):
        await user.open_link(payload)
    assert user.messages() == []


async def test_a_duplicated_update_comes_twice(emulator: Emulator) -> None:
    user = await emulator.user()
    emulator.duplicate_updates()
    await user.send("once")
    # aiogram confirms an update before it handles it, so the second answer may come a little later.
    while len(user.messages()) < 3:
        assert await emulator.journal.activity.changed(within=PATIENCE)
    assert [m.text for m in user.messages() if m.from_bot] == ["once", "once"]


async def test_injected_trouble_is_no_problem_of_the_bot(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.send("/start")
    emulator.fault(Fault("sendMessage", code=502, times=2))
    people.say(emulator.world, emulator.bot_id, user.id, "hello")
    while emulator.calls[-1].ok:
        assert await emulator.journal.activity.changed(within=PATIENCE)
    with pytest.raises(AssertionError, match="Bad Gateway"):
        await user.send("hello", timeout=0.3)
    assert emulator.problems() == []


async def test_placeholders_are_problems(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.send("Здравствуйте, {name}! %(count)d")
    assert len(emulator.problems()) == 2


async def test_the_bot_reconnects_after_a_restart(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.send("/start")
    before = user.messages()
    url = emulator.url
    await emulator.restart()
    assert emulator.url == url
    assert user.messages() == before
    assert (await user.press("Записаться")).text == "Выберите день"
    await user.send("hello")
    assert user.messages()[-1].id == before[-1].id + 2


async def test_files_go_both_ways(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.send("/start")
    await user.send_photo(caption="снимок")
    size = len(pictures.sample())
    assert user.screen().text == f"Получено {size} байт: снимок"
    await user.send_file("Анализ.pdf", b"%PDF-1.4", "application/pdf")
    assert user.screen().text == "Получено 8 байт: без подписи"
    own = [message for message in user.messages() if not message.from_bot]
    assert own[-2].photo is not None
    assert (own[-2].text, own[-2].photo.width, own[-2].photo.data) == ("снимок", 320, pictures.sample())
    assert own[-1].document is not None
    assert (own[-1].document.name, own[-1].document.mime) == ("Анализ.pdf", "application/pdf")
    with pytest.raises(ActError, match="PNG or JPEG"):
        await user.send_photo(b"%PDF")
    with pytest.raises(ActError, match="empty"):
        await user.send_file("a", b"")


async def test_a_photo_with_buttons_is_a_screen(emulator: Emulator) -> None:
    user = await emulator.user()
    await user.send("/pass")
    screen = user.screen()
    assert (screen.text, screen.html, screen.labels) == ("Пропуск 1", "<b>Пропуск</b> 1", ["Обновить"])
    assert "[photo 320 × 240] Пропуск 1" in emulator.transcript()
    await user.press("Обновить")
    shown = await user.wait_for("Пропуск 2")
    assert shown.document is not None
    assert (shown.photo, shown.document.name, shown.document.data) == (None, "visit.ics", b"BEGIN:VCALENDAR")
    assert "[document visit.ics, 15 bytes] Пропуск 2" in emulator.transcript()
    assert emulator.problems() == []
