"""E-mail as a person meets it: an address is confirmed by a code, then letters come with a calendar file."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any, cast

import icalendar
import pytest

from emulator.driver import Mail, User
from tests.e2e.people import RU, WORDS, number_on, open_notice, press_all, to_confirmation, told, with_family
from tests.e2e.test_cancelling import CANCEL, YES
from tests.e2e.test_moving import MOVE_IT, SURGEON, to_move
from tests.support.bot_process import BotProcess

MORE = {"ru": "Ещё", "en": "More"}
MAIL = {"ru": "✉️ Электронная почта", "en": "✉️ E-mail"}
OFFER = {"ru": "✉️ Присылать на почту", "en": "✉️ Send it by e-mail"}
ASKED = {"ru": "Какой у Вас адрес электронной почты?", "en": "Which e-mail address?"}
CODE_ASKED = {"ru": "Какой код в письме?", "en": "Which code is in the letter?"}
CODE = {"ru": "Код для бота в Telegram", "en": "Code for the bot in Telegram"}
CONFIRMED = {"ru": "Адрес подтверждён", "en": "The address is confirmed"}
AGAIN, CHANGE, LATER = "🔁 Прислать ещё раз", "✏️ Изменить адрес", "Не сейчас"
WRONG = "Код не подходит"
BOOKED = {"ru": "Запись подтверждена", "en": "Booking confirmed"}
CANCELLED = {"ru": "Запись отменена заявителем", "en": "Booking cancelled by the applicant"}
TO_CALENDAR = {"ru": "📅 В календарь", "en": "📅 To the calendar"}
FROM_CALENDAR = {"ru": "📅 Убрать из календаря", "en": "📅 Take out of the calendar"}
_PAUSE = timedelta(minutes=1)


def event_of(data: bytes) -> tuple[str, Any]:
    """The method of a calendar file, and its event."""
    calendar = cast(Any, icalendar.Calendar.from_ical(data))
    (event,) = calendar.events
    return str(calendar["METHOD"]), event


def event_in(letter: Mail) -> tuple[str, Any]:
    (file,) = letter.attachments
    assert file.mime == "text/calendar"
    return event_of(file.data)


async def give(bot: BotProcess, user: User, address: str, language: str = "ru") -> Mail:
    """Types the address, and the code of the letter that comes there; gives the letter."""
    await user.send(address)
    assert CODE_ASKED[language] in user.screen().text
    assert address in user.screen().text
    letter = await code_letter(bot, address, language)
    await user.send(code_in(letter))
    assert CONFIRMED[language] in user.screen().text
    assert address in user.screen().text
    return letter


async def code_letter(bot: BotProcess, address: str, language: str = "ru", after: Mail | None = None) -> Mail:
    """The next letter with a code."""
    bot.tick()
    letter = await bot.emulator.wait_mail(address, after=after)
    assert letter.subject == CODE[language]
    assert letter.attachments == ()
    return letter


def code_in(letter: Mail) -> str:
    """«482 913», as a person copies it."""
    (code,) = re.findall(r"\b\d{3} \d{3}\b", letter.text)
    return str(code)


def not_it(letter: Mail) -> str:
    """A code that is not the letter's."""
    return f"{(int(code_in(letter).replace(' ', '')) + 1) % 10**6:06}"


def letters_to(bot: BotProcess, address: str) -> list[Mail]:
    """Letters about visits: those with a code bring no file."""
    return [each for each in bot.emulator.mail if address in each.to and each.attachments]


async def test_booked_moved_cancelled_and_each_is_a_letter_about_the_same_event(town: BotProcess) -> None:
    user, address = await with_family(town), "mail.story@example.org"
    await press_all(user, MORE["ru"], MAIL["ru"])
    assert ASKED["ru"] in user.screen().text
    # 1. A wrong one is refused with a sentence, a misspelt one is corrected; nothing goes out meanwhile.
    for wrong, said in (("анна", "Это не похоже на адрес почты"), ("анна@example.org", "пишут латинские буквы")):
        await user.send(wrong)
        assert said in user.screen().text
    await user.send("mail.stori@example.org")
    await user.press(CHANGE)
    assert ASKED["ru"] in user.screen().text
    code = await give(town, user, address)
    assert not letters_to(town, address)
    # 2. Booked: the ticket stands on the screen, and the letter comes all the same.
    await user.press("🏠")
    await to_confirmation(user, service="Хирург")
    await user.press(RU.confirm)
    assert OFFER["ru"] not in user.screen().labels, "there is an address already"
    number = number_on(user)
    booked = await town.emulator.wait_mail(address, after=code)
    assert booked.subject.startswith("Запись подтверждена: ")
    assert number in booked.text
    assert number in booked.html
    method, event = event_in(booked)
    assert (method, event["SEQUENCE"]) == ("PUBLISH", 0)
    # 3. Moved: the same event.
    await to_move(town, user, service=SURGEON)
    await user.press(MOVE_IT["ru"])
    moved = await town.emulator.wait_mail(address, after=booked)
    assert moved.subject.startswith("Запись перенесена: ")
    assert "Было: " in moved.text
    assert (event_in(moved)[1]["UID"], event_in(moved)[1]["SEQUENCE"]) == (event["UID"], 1)
    # 4. The file in the chat is the letter's; it can be taken away again.
    await user.press(TO_CALENDAR["ru"])
    file = next(each for each in reversed(user.messages()) if each.document)
    assert file.document is not None
    assert event_of(file.document.data)[1]["UID"] == event["UID"]
    assert event_of(file.document.data)[1]["SEQUENCE"] == 1
    await user.press("✖️ Убрать файл")
    assert next(each for each in user.messages() if each.id == file.id).deleted
    # 5. Cancelled: taken out of the calendar, by letter and by file.
    await press_all(user, CANCEL["ru"], YES["ru"])
    gone = await town.emulator.wait_mail(address, after=moved)
    assert gone.subject.startswith("Запись отменена заявителем: ")
    method, last = event_in(gone)
    assert (method, str(last["STATUS"]), last["UID"], last["SEQUENCE"]) == ("CANCEL", "CANCELLED", event["UID"], 2)
    await user.press(FROM_CALENDAR["ru"])
    file = next(each for each in reversed(user.messages()) if each.document and not each.deleted)
    assert file.document is not None
    assert event_of(file.document.data)[0] == "CANCEL"
    assert len(letters_to(town, address)) == 3


async def test_from_the_ticket_in_english_and_no_more_letters_after_that(town: BotProcess) -> None:
    user, address = await with_family(town, language="en"), "english.story@example.org"
    words = WORDS["en"]
    # 1. Booked without an address: the ticket offers letters, and its own comes at once when one is given.
    await to_confirmation(user, words)
    await user.press(words.confirm)
    number = number_on(user)
    await user.press(OFFER["en"])
    assert ASKED["en"] in user.screen().text
    code = await give(town, user, address, "en")
    booked = await town.emulator.wait_mail(address, after=code)
    assert booked.subject.startswith("Booking confirmed: ")
    assert number in booked.text
    # 2. Removed: the cancelling is told in the chat alone.
    await user.press("✖️ No more letters")
    await user.press("Yes, no more letters")
    assert "The address is forgotten" in user.screen().text
    assert town.rows("SELECT email FROM account WHERE chat_index = chat(?)", user.id) == [(None,)]
    await press_all(user, words.home, words.my_bookings, "1 ·", CANCEL["en"], YES["en"])
    assert CANCELLED["en"] in user.screen().text
    assert town.rows(
        "SELECT count(*) FROM outbox JOIN account ON account.id = account_id WHERE chat_index = chat(?)"
        " AND channel = 'email' AND outbox.status = 'due'",
        user.id,
    ) == [(0,)]
    assert letters_to(town, address) == [booked]


@pytest.mark.parametrize("kind", ["down", "refuse"])
async def test_trouble_with_mail_never_reaches_the_booking(kind: str, town: BotProcess) -> None:
    user, address = await with_family(town), f"{kind}.story@example.org"
    await press_all(user, MORE["ru"], MAIL["ru"])
    code = await give(town, user, address)
    await user.press("🏠")
    town.emulator.mail_fault(cast(Any, kind))
    try:
        await to_confirmation(user)
        await user.press(RU.confirm)
        assert BOOKED["ru"] in user.screen().text
        if kind == "refuse":
            # The address is unknown: said once, with a way to put it right.
            await user.wait_for("Письма не доходят")
            assert not letters_to(town, address)
            await user.press(CHANGE)
            other = await give(town, user, "right.story@example.org")
            await town.emulator.wait_mail("right.story@example.org", after=other)
        else:
            await town.comes_true(lambda: _tried(town, user), "a try at a server that is down")
    finally:
        town.emulator.mail_fault(None)
    if kind == "down":
        town.shift_clock(_PAUSE)
        await town.emulator.wait_mail(address, after=code)
        assert len(letters_to(town, address)) == 1


def _tried(bot: BotProcess, user: User) -> bool:
    """Whether the letter has been tried and waits for its next turn."""
    return bool(
        bot.rows(
            "SELECT 1 FROM outbox JOIN account ON account.id = account_id WHERE chat_index = chat(?)"
            " AND channel = 'email' AND outbox.status = 'due' AND attempts > 0 AND claimed_until IS NULL",
            user.id,
        )
    )


# --- whose address it is ------------------------------------------------------------------------------


async def to_the_code(bot: BotProcess, name: str) -> tuple[User, str, Mail]:
    """Somebody whose address waits for its code."""
    user, address = await with_family(bot), f"{name}.story@example.org"
    await press_all(user, MORE["ru"], MAIL["ru"])
    await user.send(address)
    return user, address, await code_letter(bot, address)


async def test_nothing_but_a_code_goes_out_until_it_has_come_back(town: BotProcess) -> None:
    user, address, letter = await to_the_code(town, "code")
    # 1. The letter says nothing of what the bot is for; the chat shows the address back.
    assert not re.search("запис|врач|поликлин|здоров|номерок", f"{letter.subject} {letter.text}".lower())
    assert address in user.screen().text
    assert user.screen().labels[:3] == [AGAIN, CHANGE, LATER]
    # 2. What is no code and what is not this one: said plainly, and nothing is lost.
    await user.send("не пришло")
    assert "Код — это шесть цифр" in user.screen().text
    await user.send(not_it(letter))
    assert WRONG in user.screen().text
    assert address in user.screen().text
    # 3. Left for later; a visit is booked meanwhile, and told in the chat alone.
    await user.press(LATER)
    assert "Адрес почты пока не подтверждён" in user.screen().text
    await user.press("🏠")
    await to_confirmation(user)
    await user.press(RU.confirm)
    assert BOOKED["ru"] in user.screen().text
    town.shift_clock(_PAUSE)
    assert not letters_to(town, address)
    # 4. Back at it from the ticket: the question stands where it was, and the code of the letter is good.
    await user.press(OFFER["ru"])
    assert CODE_ASKED["ru"] in user.screen().text
    await user.send(code_in(letter))
    assert CONFIRMED["ru"] in user.screen().text
    booked = await town.emulator.wait_mail(address, after=letter)
    assert booked.subject.startswith("Запись подтверждена: ")
    assert letters_to(town, address) == [booked]
    # 5. The code is in no log, and lies nowhere in clear.
    for said in (code_in(letter), code_in(letter).replace(" ", "")):
        assert said not in town.log.read_text()


async def test_a_code_that_is_over_and_one_that_is_burnt(town: BotProcess) -> None:
    user, address, first = await to_the_code(town, "over")
    # 1. After half an hour it is good no longer: another one comes at a press.
    town.shift_clock(timedelta(minutes=31))
    await user.send(code_in(first))
    assert "Время кода вышло" in user.screen().text
    await user.press(AGAIN)
    assert "Письмо отправлено ещё раз" in user.screen().text
    second = await code_letter(town, address, after=first)
    # 2. Five that are not it burn it.
    for _ in range(5):
        await user.send(not_it(second))
    assert "Код не подошёл пять раз" in user.screen().text
    await user.send(code_in(second))
    assert "Код не подошёл пять раз" in user.screen().text
    # 3. The third one does. Asked for twice, it is the same: either letter will do.
    await user.press(AGAIN)
    third = await code_letter(town, address, after=second)
    await user.press(AGAIN)
    fourth = await code_letter(town, address, after=third)
    assert code_in(fourth) == code_in(third)
    # 4. No more letters with a code today, but for one more; what has come is good all the same.
    await user.press(AGAIN)
    await code_letter(town, address, after=fourth)
    await user.press(AGAIN)
    assert "Сегодня больше нельзя отправить письмо с кодом" in user.screen().text
    await user.send(code_in(third))
    assert CONFIRMED["ru"] in user.screen().text


async def test_another_address_may_be_typed_in_the_codes_stead(town: BotProcess) -> None:
    user, wrong, _ = await to_the_code(town, "wrnog")
    right = "wrong.story@example.org"
    await user.send(right)
    assert wrong not in user.screen().text
    letter = await code_letter(town, right)
    await user.send(code_in(letter))
    assert f"Письма о записях приходят на {right}" in user.screen().text


async def test_a_mailbox_that_is_none_is_told_and_asked_for_anew(town: BotProcess) -> None:
    user = await with_family(town)
    await press_all(user, MORE["ru"], MAIL["ru"])
    town.emulator.mail_fault("refuse")
    await user.send("nobody.story@example.org")
    town.tick()
    await user.wait_for("Письмо с кодом не дошло")
    assert "nobody.story@example.org" in user.screen().text
    await user.press(CHANGE)
    assert ASKED["ru"] in user.screen().text
    await give(town, user, "somebody.story@example.org")


async def test_a_new_address_takes_the_old_ones_place_when_it_is_confirmed(town: BotProcess) -> None:
    user, old, new = await with_family(town), "old.place@example.org", "new.place@example.org"
    await press_all(user, MORE["ru"], MAIL["ru"])
    await give(town, user, old)
    await user.press(CHANGE)
    await user.send(new)
    letter = await code_letter(town, new)
    # 1. Until then letters go where they went; the page says so, and leads back to the question.
    await press_all(user, "🏠", MORE["ru"], MAIL["ru"])
    assert f"Письма о записях приходят на {old}" in user.screen().text
    assert f"Ждём код, который отправлен на адрес: {new}" in user.screen().text
    await user.press("🔢 Ввести код")
    await user.send(code_in(letter))
    assert f"Письма о записях приходят на {new}" in user.screen().text


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_an_address_from_before_there_were_codes(language: str, bot: BotProcess) -> None:
    asked = {"ru": "Подтвердите", "en": "Please confirm"}
    press = {"ru": "✅ Подтвердить адрес", "en": "✅ Confirm the address"}
    waits = {"ru": "Они подождут", "en": "They wait"}
    user, address = await with_family(bot, language=language), f"before.{language}@example.org"
    await press_all(user, MORE[language], MAIL[language])
    code = await give(bot, user, address, language)
    # 1. A database of the last release; the owner is asked, once.
    await bot.stop()
    (account,) = bot.rows("SELECT id FROM account WHERE chat_index = chat(?)", user.id)
    with closing(sqlite3.connect(bot.database)) as connection, connection:
        connection.execute("UPDATE account SET email_confirmed_at = NULL WHERE id = ?", account)
    await bot.start()
    await user.wait_for(waits[language])
    assert press[language] in user.screen().labels
    # 2. A visit is booked: the letter waits, for as long as it takes.
    await user.press(WORDS[language].home)
    await to_confirmation(user, WORDS[language])
    await user.press(WORDS[language].confirm)
    for _ in range(3):
        bot.shift_clock(timedelta(minutes=5))
    assert not letters_to(bot, address)
    assert told(user, waits[language]) == 1, "what was asked stays, and nobody is asked again"
    # 3. From the list of notifications, or from «Ещё»: a code goes out at the press.
    await press_all(user, WORDS[language].home, WORDS[language].notifications)
    await open_notice(user, asked[language])
    await user.press(press[language])
    assert CODE_ASKED[language] in user.screen().text
    letter = await code_letter(bot, address, language, after=code)
    await user.send(code_in(letter))
    assert CONFIRMED[language] in user.screen().text
    booked = await bot.emulator.wait_mail(address, after=letter)
    assert booked.subject.startswith(BOOKED[language])
    assert letters_to(bot, address) == [booked]
