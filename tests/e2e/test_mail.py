"""E-mail as a person meets it: the address is typed and shown back, then letters come with a calendar file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import icalendar
import pytest

from emulator.driver import Mail, User
from tests.e2e.people import RU, WORDS, number_on, press_all, to_confirmation, with_family
from tests.e2e.test_cancelling import CANCEL, YES
from tests.e2e.test_moving import MOVE_IT, SURGEON, to_move
from tests.support.bot_process import BotProcess

MORE = {"ru": "Ещё", "en": "More"}
MAIL = {"ru": "✉️ Электронная почта", "en": "✉️ E-mail"}
OFFER = {"ru": "✉️ Присылать на почту", "en": "✉️ Send it by e-mail"}
ASKED = {"ru": "Какой у Вас адрес электронной почты?", "en": "Which e-mail address?"}
RIGHT = {"ru": "✅ Да, всё верно", "en": "✅ Yes, write there"}
KEPT = {"ru": "Адрес сохранён", "en": "The address is kept"}
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


async def give(user: User, address: str, language: str = "ru") -> None:
    """Types the address and says that it is right."""
    await user.send(address)
    assert address in user.screen().text
    await user.press(RIGHT[language])
    assert KEPT[language] in user.screen().text
    assert address in user.screen().text


def letters_to(bot: BotProcess, address: str) -> list[Mail]:
    return [each for each in bot.emulator.mail if address in each.to]


async def test_booked_moved_cancelled_and_each_is_a_letter_about_the_same_event(town: BotProcess) -> None:
    user, address = await with_family(town), "mail.story@example.org"
    await press_all(user, MORE["ru"], MAIL["ru"])
    assert ASKED["ru"] in user.screen().text
    # 1. A wrong one is refused with a sentence, a misspelt one is corrected; nothing goes out meanwhile.
    for wrong, said in (("анна", "Это не похоже на адрес почты"), ("анна@example.org", "пишут латинские буквы")):
        await user.send(wrong)
        assert said in user.screen().text
    await user.send("mail.stori@example.org")
    await user.press("✏️ Исправить")
    assert ASKED["ru"] in user.screen().text
    await give(user, address)
    assert not letters_to(town, address)
    # 2. Booked: the ticket stands on the screen, and the letter comes all the same.
    await user.press("🏠")
    await to_confirmation(user, service="Хирург")
    await user.press(RU.confirm)
    assert OFFER["ru"] not in user.screen().labels, "there is an address already"
    number = number_on(user)
    booked = await town.emulator.wait_mail(address)
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
    await give(user, address, "en")
    booked = await town.emulator.wait_mail(address)
    assert booked.subject.startswith("Booking confirmed: ")
    assert number in booked.text
    # 2. Removed: the cancelling is told in the chat alone.
    await user.press("✖️ No more letters")
    await user.press("Yes, no more letters")
    assert "The address is forgotten" in user.screen().text
    assert town.rows("SELECT email FROM account WHERE telegram_id = ?", user.id) == [(None,)]
    await press_all(user, words.home, words.my_bookings, "1 ·", CANCEL["en"], YES["en"])
    assert CANCELLED["en"] in user.screen().text
    assert town.rows(
        "SELECT count(*) FROM outbox JOIN account ON account.id = account_id WHERE telegram_id = ?"
        " AND channel = 'email' AND outbox.status = 'due'",
        user.id,
    ) == [(0,)]
    assert letters_to(town, address) == [booked]


@pytest.mark.parametrize("kind", ["down", "refuse"])
async def test_trouble_with_mail_never_reaches_the_booking(kind: str, town: BotProcess) -> None:
    user, address = await with_family(town), f"{kind}.story@example.org"
    await press_all(user, MORE["ru"], MAIL["ru"])
    await give(user, address)
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
            await user.press("✏️ Изменить адрес")
            await give(user, "right.story@example.org")
            await town.emulator.wait_mail("right.story@example.org")
        else:
            await town.comes_true(lambda: _tried(town, user), "a try at a server that is down")
    finally:
        town.emulator.mail_fault(None)
    if kind == "down":
        town.shift_clock(_PAUSE)
        await town.emulator.wait_mail(address)
        assert len(letters_to(town, address)) == 1


def _tried(bot: BotProcess, user: User) -> bool:
    """Whether the letter has been tried and waits for its next turn."""
    return bool(
        bot.rows(
            "SELECT 1 FROM outbox JOIN account ON account.id = account_id WHERE telegram_id = ?"
            " AND channel = 'email' AND outbox.status = 'due' AND attempts > 0 AND claimed_until IS NULL",
            user.id,
        )
    )
