"""«Сообщить о проблеме», «Обратная связь», «Статусы заявлений»: from the first word to the operator's answer."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from emulator.driver import User
from emulator.faults import Fault
from services.requests.model import RequestStatus
from tests.e2e.desk import desk_of
from tests.e2e.people import EN, RU, press_all, told, with_consent, with_family
from tests.support.bot_process import BotProcess, running_bot
from tests.support.nursery import Nursery
from tests.support.photos import SECRET, camera_photo, saved, truncated, two_halves

PHOTO = camera_photo()
PROBLEM, FEEDBACK, STATUSES = "⚠️ Сообщить о проблеме", "💬 Обратная связь", "🗂 Статусы заявлений"
SEND = "📨 Отправить"
CHECK = "Проверьте, что будет отправлено"
ONLY_TEXT_AND_PHOTOS = "Здесь подходят только текст и фото"


async def to_problem(user: User) -> None:
    """From Home."""
    await press_all(user, "☰", PROBLEM)


def accepted_number(user: User) -> str:
    """What stands on the screen that says so."""
    found = re.search(r"№ (\d{4,}) принято", user.screen().text)
    assert found, user.screen().text
    return found[1]


async def test_a_problem_with_a_photo_is_answered(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. A photo with its caption is shown back, and one press sends it.
    await to_problem(user)
    assert "Что Вы нажали и что увидели?" in user.screen().text
    await user.send_photo(PHOTO, "Не открывается запись")
    assert CHECK in user.screen().text
    assert "Не открывается запись\nФото: 1" in user.screen().text
    await user.press(SEND)
    number = accepted_number(user)

    # STEP 2. It stands in the list, and its card shows the photo, which can be taken away again.
    await press_all(user, RU.home, STATUSES)
    listed = user.screen().text
    assert f"1. Проблема № {number}\nЗаявитель: Вы\nДата: сегодня, пн 23 ноября, 09:0" in listed
    assert "Статус: Принято\nДальше: прочитаем и возьмём в работу." in listed
    assert "Всего заявлений: 1" in listed
    await user.press("1 ·")
    card = user.screen()
    assert "Вы отправили\nНе открывается запись\nФото: 1" in card.text
    await user.press("🖼 Показать фото")
    shown = user.screen()
    assert shown.labels == ["✖️ Закрыть фото"]
    picture = next(message for message in reversed(user.messages()) if message.from_bot).photo
    assert picture is not None
    assert (picture.width, picture.height) == (200, 400), "as the person saw it"
    await user.press("✖️ Закрыть фото")
    assert user.screen().text == card.text

    # STEP 3. What the camera wrote beside the photo is nowhere.
    async with desk_of(town) as desk:
        (kept,) = await desk.requests.photos(int(number))
    assert Image.open(BytesIO(kept)).size == (200, 400)
    assert SECRET in PHOTO
    assert SECRET not in kept
    assert not Image.open(BytesIO(kept)).getexif()

    # STEP 4. An hour later the operator answers by the command; it comes by itself, once, and stands in «Уведомления».
    town.shift_clock(timedelta(hours=1))
    answered = await town.command("request", number, "Ответ дан", "--comment", "Исправили, попробуйте ещё раз")
    assert answered[0] == 0, answered
    await user.wait_for(f"На обращение № {number} дан ответ")
    assert "Статус: Ответ дан" in user.screen().text
    assert "Ответ\nИсправили, попробуйте ещё раз" in user.screen().text
    await town.emulator.wait_quiet()
    assert told(user, "дан ответ") == 1
    await press_all(user, RU.home, "🔔")
    assert f"● 1. Проблема № {number}: Ответ дан" in user.screen().text
    assert f"2. Проблема № {number}: Принято" in user.screen().text
    await user.press("1 ·")
    assert "Исправили, попробуйте ещё раз" in user.screen().text
    await user.press(RU.back)
    assert user.screen().text.startswith("Уведомления")
    assert "●" not in user.screen().text


async def test_feedback_in_english(town: BotProcess) -> None:
    user = await with_family(town, language="en")
    await press_all(user, "🗂 Application statuses")
    assert "No data. What you have sent and how it stands will be here." in user.screen().text
    await press_all(user, EN.home, "☰", "💬 Feedback")
    assert "What do you like" in user.screen().text
    await user.send("Large letters, please")
    assert "Please check what will be sent" in user.screen().text
    await user.send("And fewer words")
    assert "Large letters, please\nAnd fewer words" in user.screen().text
    await user.press("📨 Send")
    found = re.search(r"Request No\. (\d{4,}) is accepted", user.screen().text)
    assert found, user.screen().text
    await user.press("📄 Open the request")
    assert f"Feedback No. {found[1]}" in user.screen().text
    async with desk_of(town) as desk:
        await desk.requests.move(int(found[1]), RequestStatus.IN_PROGRESS)
    await user.wait_for(f"Request No. {found[1]} has a new status")
    assert "Status: In progress\nNext: the answer will come into this chat." in user.screen().text


async def test_in_the_demo_its_own_staff_answers(tmp_path: Path, filled: Path, nursery: Nursery) -> None:
    async with running_bot(tmp_path, filled, nursery, DEMO_STAFF="1") as bot:
        user = await with_family(bot)
        await press_all(user, "☰", FEEDBACK)
        await user.send("Сделайте буквы крупнее")
        await user.press(SEND)
        number = accepted_number(user)

        # STEP 1. Soon it is taken up, and then answered, by messages of their own.
        bot.shift_clock(timedelta(seconds=10))
        await user.wait_for("Статус: В работе")
        bot.shift_clock(timedelta(seconds=20))
        await user.wait_for(f"На обращение № {number} дан ответ")
        assert "Ответ\nСпасибо" in user.screen().text
        assert "Это пробная версия: в поликлинике этого не прочтут." in user.screen().text

        # STEP 2. It stands in the list, and nothing more comes.
        bot.shift_clock(timedelta(hours=1))
        await press_all(user, RU.home, STATUSES)
        assert "Статус: Ответ дан\nОт Вас больше ничего не нужно." in user.screen().text
        assert [told(user, each) for each in ("Статус: В работе", "дан ответ")] == [1, 1]

        # STEP 3. The operator answers beside it, and first.
        await press_all(user, RU.home, "☰", PROBLEM)
        await user.send("Не открывается запись")
        await user.press(SEND)
        number = accepted_number(user)
        answered = await bot.command("request", number, "answered", "--comment", "Исправили")
        assert answered[0] == 0, answered
        bot.shift_clock(timedelta(hours=1))
        await user.wait_for(f"На обращение № {number} дан ответ")
        assert "Ответ\nИсправили" in user.screen().text


async def test_whatever_is_sent_instead_is_answered_and_loses_nothing(town: BotProcess) -> None:
    user = await with_family(town)
    await to_problem(user)

    # STEP 1. Neither text nor photo; a file that only calls itself one; half a photo.
    for send in (user.send_sticker, user.send_voice, user.share_contact):
        await send()
        assert ONLY_TEXT_AND_PHOTOS in user.screen().text
    await user.send_file("справка.pdf", b"%PDF-1.7")
    assert ONLY_TEXT_AND_PHOTOS in user.screen().text
    await user.send_file("screen.png", b"%PDF-1.7")
    assert "Этот файл не фото" in user.screen().text
    await user.send_file("screen.jpg", truncated())
    assert "Это фото повреждено" in user.screen().text
    for fault in (Fault("getFile", code=502), Fault("getFile", code=400, description="Bad Request: file is too big")):
        town.emulator.fault(fault)
        await user.send_photo(PHOTO)
        assert ("Фото не дошло" if fault.code == 502 else "слишком большой") in user.screen().text
    assert "Что Вы нажали и что увидели?" in user.screen().text

    # STEP 2. A picture sent as a file is one. What is wrong after it does not take it away.
    await user.send_file("screen.png", saved(two_halves(60, 40), "PNG"))
    assert "Всего фото: 1" in user.screen().text
    await user.send_sticker()
    assert ONLY_TEXT_AND_PHOTOS in user.screen().text
    assert "Фото: 1" in user.screen().text

    # STEP 3. An album is one request, on one screen; what does not fit is said.
    screens = told(user, CHECK)
    await user.send_album([saved(two_halves(60, 40), "PNG")] * 5, "Всё вместе")
    assert told(user, CHECK) == screens + 1
    assert "Больше 5 фото в одно обращение не войдёт. Это фото мы не добавили" in user.screen().text
    assert "Всё вместе\nФото: 5" in user.screen().text
    await user.press(SEND)
    number = accepted_number(user)
    await user.press("📄 Открыть обращение")
    assert [label for label in user.screen().labels if label.startswith("🖼")] == [
        f"🖼 Фото {place}" for place in range(1, 6)
    ]
    await user.press("🖼 Фото 5")
    assert f"Проблема № {number}\nФото 5 из 5" in user.screen().text


async def test_a_restart_in_the_middle_loses_nothing(bot: BotProcess) -> None:
    user = await with_family(bot)
    await to_problem(user)
    await user.send_photo(PHOTO, "Не открывается запись")

    # STEP 1. The power fails; the screen that stands there works, and so does what is written.
    await bot.kill()
    await bot.start()
    await user.send("И ещё слово")
    assert "Не открывается запись\nИ ещё слово\nФото: 1" in user.screen().text

    # STEP 2. Left for Home and opened again, it goes on; nothing written elsewhere comes into it.
    await user.press(RU.home)
    await user.send("Это не туда")
    await press_all(user, RU.home, "☰", FEEDBACK)
    await press_all(user, RU.home, "☰", PROBLEM)
    assert user.screen().text.startswith("Вы не отправили обращение")
    await user.press("▶️ Продолжить")
    assert "Не открывается запись\nИ ещё слово\nФото: 1" in user.screen().text
    assert "Это не туда" not in user.screen().text

    # STEP 3. Pressed twice it is sent once.
    await user.press_many(SEND, 2)
    assert accepted_number(user) == "1001"
    assert bot.rows("SELECT number, status FROM request") == [(1001, "accepted")]
    assert bot.rows("SELECT request_id IS NOT NULL, draft_id FROM request_file") == [(1, None)]

    # STEP 4. /cancel says what has become of it.
    await press_all(user, RU.home, "☰", FEEDBACK)
    await user.send("Ничего")
    await user.send("/cancel")
    assert "Обращение не отправлено" in user.screen().text


@pytest.mark.parametrize("button", ["qc1:{request}", "qt1:{request}:0", "qp1:{request}:0"])
async def test_nobody_elses_opens(town: BotProcess, button: str) -> None:
    user, other = await with_family(town), await with_family(town)
    await to_problem(other)
    await other.send_photo(PHOTO)
    await other.press(SEND)
    ((theirs,),) = town.rows(
        "SELECT request.id FROM request JOIN account ON account.id = account_id WHERE chat_index = chat(?)",
        other.id,
    )
    last = [message for message in user.messages() if message.from_bot][-1]
    await user.press_data(last.id, button.format(request=theirs))
    assert "Здесь больше ничего нет" in user.screen().text


async def test_consent_comes_first_and_no_form_is_needed(town: BotProcess) -> None:
    guest = await town.emulator.user("Вера")
    await guest.send("/start")
    last = [message for message in guest.messages() if message.from_bot][-1]
    for data in ("g1:problem", "g1:feedback", "ql1:0"):
        await guest.press_data(last.id, data)
        assert RU.consent in guest.screen().text
    user = await with_consent(town)
    last = [message for message in user.messages() if message.from_bot][-1]
    await user.press_data(last.id, "g1:problem")
    await user.send("Не могу заполнить анкету")
    await user.press(SEND)
    assert accepted_number(user)
