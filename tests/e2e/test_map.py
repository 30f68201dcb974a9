"""«На карте»: a picture with numbered pins in the clinic step, its buttons, and the ways between it and the list."""

from __future__ import annotations

import struct

from emulator.driver import User
from emulator.screens import Message
from tests.e2e.people import (
    BOOKED,
    EN,
    RU,
    UNATTACHED,
    WHICH_CLINIC,
    WHICH_SERVICE,
    WORDS,
    asked_below,
    has_more,
    press_all,
    with_family,
)
from tests.e2e.test_clinics import KOLOMNA, MYTISHCHI
from tests.e2e.test_old_buttons import STALE
from tests.support.bot_process import BotProcess

ON_MAP = {"ru": "🗺 На карте", "en": "🗺 Map"}
TITLE = {"ru": "Нажмите номер поликлиники", "en": "Press the number of a clinic"}
CHOOSE = {"ru": "✅ Выбрать", "en": "✅ Choose"}
LIST = "📋 Списком"


async def to_map(user: User, language: str = "ru") -> None:
    await press_all(user, WORDS[language].book, WORDS[language].me, ON_MAP[language])


def standing(user: User) -> list[Message]:
    """Messages with a map that stand in the chat."""
    return [each for each in user.messages() if each.photo is not None and not each.deleted]


def numbers(user: User) -> list[str]:
    return [label.removeprefix("⭐ ") for label in user.screen().labels if label.removeprefix("⭐ ").isdecimal()]


def row(user: User, number: int) -> str:
    """«Name · address» of the line under the picture."""
    line = next(each for each in user.screen().text.splitlines() if each.startswith(f"{number}. "))
    return line.partition(". ")[2]


async def test_a_person_books_by_the_map(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. The list becomes a picture, 1200 pixels wide, in its place; what stood there is gone.
    await press_all(user, RU.book, RU.me)
    listed = user.screen()
    assert WHICH_CLINIC in listed.text
    await user.press(ON_MAP["ru"])
    (map_message,) = standing(user)
    assert map_message.id == user.screen().message_id
    assert map_message.photo is not None
    width, height = struct.unpack(">II", map_message.photo.data[16:24])
    assert (width, height) == (1200, 800)
    assert next(each for each in user.messages() if each.id == listed.message_id).deleted
    assert TITLE["ru"] in user.screen().text
    assert numbers(user) == [str(each) for each in range(1, 9)]
    assert row(user, 1).startswith("⭐ Поликлиника № 1, Мытищи")

    # STEP 2. The next page counts on, and is one picture too.
    await user.press("▶️")
    assert numbers(user)[0] == "9"
    assert len(standing(user)) == 1

    # STEP 3. A number opens its clinic: a text again, with all there is to know before choosing.
    number = next(each for each in numbers(user) if "…" not in row(user, int(each)))
    name = row(user, int(number)).partition(" · ")[0]
    await user.press(number)
    assert standing(user) == []
    for part in (name, "Адрес: ", "Время работы: ", "Телефон: ", "Пациент: "):
        assert part in user.screen().text
    card = user.screen()

    # STEP 4. Telegram's own map, and away again.
    await user.press("📍")
    place = user.messages()[-1]
    assert place.venue is not None
    assert place.venue["title"] == name
    await user.press("✖️")
    assert user.screen() == card

    # STEP 5. Back to the same page, to the list at the same page, to the map and through it to a visit.
    await user.press(RU.back)
    assert numbers(user)[0] == "9"
    await user.press(LIST)
    assert standing(user) == []
    assert user.screen().labels[0].startswith("9 · ")
    await press_all(user, ON_MAP["ru"], number, CHOOSE["ru"])
    assert UNATTACHED in user.screen().text
    assert name in user.screen().text
    await press_all(user, RU.go_on_here)
    assert WHICH_SERVICE in user.screen().text
    await press_all(user, RU.therapist, RU.nearest, RU.confirm)
    assert BOOKED in user.screen().text
    assert name in user.screen().text


async def test_in_english(town: BotProcess) -> None:
    user = await with_family(town, language="en")
    await to_map(user, "en")
    assert TITLE["en"] in user.screen().text
    assert "Patient: " in user.screen().text
    await press_all(user, "▶️", "◀️", "⭐ 1", CHOOSE["en"], EN.therapist, EN.nearest, EN.confirm)
    assert EN.booked in user.screen().text


async def test_what_was_looked_for_is_what_the_map_shows(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. Typed, then on the map: those of Khimki only.
    await press_all(user, RU.book, RU.me)
    await user.send("химки")
    await user.press(ON_MAP["ru"])
    found = numbers(user)
    assert all("Химки" in row(user, int(each)) for each in found)
    assert not has_more(user)

    # STEP 2. Typed while the map stands: a map of Kolomna below; the one above has lost its buttons.
    await user.send("коломна")
    assert "Коломна" in row(user, 1)
    above, below = standing(user)
    assert (above.labels, below.id) == ([], user.screen().message_id)

    # STEP 3. A place is shared: the nearest first, with how far each is; all of them on pages.
    await user.send_location(*KOLOMNA)
    assert "Коломна" in row(user, 1)
    assert row(user, 1).endswith(" км") or row(user, 1).endswith(" м")
    assert has_more(user)
    await user.press("1")
    assert "От Вас: " in user.screen().text

    # STEP 4. The same from the list, where the button below asks for the place.
    await press_all(user, RU.back, LIST, "Все поликлиники", "📍 Рядом")
    await asked_below(town, user, "📍 Отправить, где я")
    await user.send_location(*MYTISHCHI)
    await user.press(ON_MAP["ru"])
    await asked_below(town, user, None)
    assert "Мытищи" in row(user, 1)


async def test_a_map_leaves_no_dead_end(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. A double press: one map, and nobody is scolded.
    await press_all(user, RU.book, RU.me)
    answers = await user.press_many(ON_MAP["ru"], times=3)
    assert {each.text for each in answers} == {""}
    assert len(standing(user)) == 1
    answers = await user.press_many("2", times=3)
    assert {each.text for each in answers} == {""}
    assert standing(user) == []
    assert CHOOSE["ru"] in user.screen().labels

    # STEP 2. A map that is no longer current shows what is, and says so.
    await user.press(RU.back)
    old = user.screen().message_id or 0
    await user.send("/start")
    await press_all(user, RU.book, "Продолжить", "3")
    answer = await user.press_old(old, "▶️")
    assert answer.text == STALE
    assert CHOOSE["ru"] in user.screen().labels

    # STEP 3. Another language half-way: the card in it, and the map too.
    await user.send("/language")
    await user.press("English")
    assert CHOOSE["en"] in user.screen().labels
    await user.press(EN.back)
    assert TITLE["en"] in user.screen().text
    await user.send("/language")
    await user.press("Русский")
    assert TITLE["ru"] in user.screen().text

    # STEP 4. Home from the map, and /cancel on it: nothing is booked, the old map has no buttons.
    await user.press(RU.home)
    assert user.screen().text.startswith(RU.home_title)
    await press_all(user, RU.book, "Продолжить")
    assert TITLE["ru"] in user.screen().text
    on_map = user.screen().message_id
    await user.send("/cancel")
    assert "Новой записи не сделано" in user.screen().text
    assert next(each for each in user.messages() if each.id == on_map).labels == []


async def test_a_map_that_cannot_be_drawn_leaves_the_list(town: BotProcess) -> None:
    user = await with_family(town)
    await press_all(user, RU.book, RU.me)
    town.fault(draw="fails")
    # A map that nobody has asked for yet: what was drawn before is kept.
    await user.send_location(54.9, 38.07)
    await user.press(ON_MAP["ru"])
    assert user.screen().text.startswith("Карту сейчас не удалось нарисовать")
    assert user.screen().labels[0].startswith("1 · ")
    assert standing(user) == []
    await user.press("1 ·")
    assert UNATTACHED in user.screen().text


async def test_a_restart_in_the_middle(bot: BotProcess) -> None:
    user = await with_family(bot)
    await to_map(user)
    await user.press("▶️")
    await bot.restart()
    await user.press("9")
    await press_all(user, RU.back, "◀️", "⭐ 1", CHOOSE["ru"])
    assert WHICH_SERVICE in user.screen().text
