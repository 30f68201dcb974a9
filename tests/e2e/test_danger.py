"""Danger first: 103 and 112 before anything else, in every state; the answer is taken all the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from emulator.driver import Message, User
from emulator.faults import Fault
from tests.e2e.journeys import Stop, booking, booking_for_another, own_form
from tests.e2e.people import RU, WHICH_CLINIC, WHO, press_all, to_confirmation, with_consent, with_family
from tests.support.bot_process import BotProcess, running_bot
from tests.support.nursery import Nursery

ALARM = "Звоните 103 или 112"
ALARM_IN_ENGLISH = "Call 103 or 112"
CRISIS = "Позвоните 112"
TYPED = "задыхаюсь, помогите"
NAMES = ("surname", "name", "patronymic")


def said_since(user: User, before: int) -> list[Message]:
    """By the bot, without messages that only carry a keyboard."""
    return [each for each in user.messages() if each.id > before and each.from_bot and not each.text.startswith("⬇️")]


async def answers_to(user: User, text: str) -> list[Message]:
    before = user.messages()[-1].id if user.messages() else 0
    await user.send(text)
    return said_since(user, before)


def is_first(answers: Sequence[Message], said: str = ALARM) -> bool:
    """Whether the alarm came first, once, and has no button that would take it away."""
    return bool(answers) and said in answers[0].text and not answers[0].labels and alarms(answers, said) == 1


def alarms(answers: Sequence[Message], said: str = ALARM) -> int:
    return sum(said in each.text for each in answers)


async def test_a_guest_is_told_before_any_consent(town: BotProcess) -> None:
    # STEP 1. The very first words, in either language: the alarm, then a way on, and no consent between.
    for language, typed, said in (("ru", TYPED, ALARM), ("en", "chest pain", ALARM_IN_ENGLISH)):
        guest = await town.emulator.user("Гость", language_code=language)
        answers = await answers_to(guest, typed)
        assert is_first(answers, said)
        assert len(answers) == 2
        assert RU.consent not in answers[1].text
        await guest.press("🏠")
        assert said in guest.messages()[-2].text, "the alarm stays"

    # STEP 2. Behind a command, and as the caption of a photo.
    guest = await town.emulator.user("Гость")
    answers = await answers_to(guest, "/start болит сердце")
    assert is_first(answers)
    assert RU.consent in answers[-1].text
    before = guest.messages()[-1].id
    await guest.send_photo(caption="ребёнок не дышит")
    assert is_first(said_since(guest, before))

    # STEP 3. Nothing of it is kept.
    assert town.rows("SELECT count(*) FROM account WHERE chat_index = chat(?)", guest.id) == [(0,)]


async def test_whoever_is_at_no_question(town: BotProcess) -> None:
    # STEP 1. Without a form no clinic is known; with one the clinic's phone stands below the numbers.
    agreed = await with_consent(town)
    answers = await answers_to(agreed, "мне плохо")
    assert is_first(answers)
    assert "поликлиника" not in answers[0].text
    user = await with_family(town)
    answers = await answers_to(user, "мне плохо")
    assert is_first(answers)
    assert "ответит поликлиника: +7 495 000-" in answers[0].text
    assert answers[0].text.index("103") < answers[0].text.index("поликлиника")

    # STEP 2. The way on stands below, and leads Home; the alarm stays.
    assert answers[1].labels == ["🏠 Главное меню", "❓ Помощь"]
    await user.press("🏠")
    assert ALARM in user.messages()[-2].text

    # STEP 3. Kind words for whoever does not want to live; no line of help is set here.
    answers = await answers_to(user, "хочу умереть")
    assert is_first(answers, CRISIS)
    assert "103" not in answers[0].text

    # STEP 4. What only looks like it gets none.
    for typed in ("сердечно благодарю", "плохо видно карту", "скоро", "болит голова"):
        assert alarms(await answers_to(user, typed)) == 0, typed


@pytest.mark.parametrize(
    ("stops", "opens"),
    [(own_form, "Заполнить анкету"), (booking, "Записаться к врачу"), (booking_for_another, "Записаться к врачу")],
    ids=["form", "booking", "another"],
)
async def test_at_every_step_of_a_wizard(town: BotProcess, stops: Callable[[], Sequence[Stop]], opens: str) -> None:
    user = await (with_consent(town) if stops is own_form else with_family(town))
    await user.press(opens)
    for stop in stops():
        assert stop.is_shown_to(user), f"{stop.name}: {user.screen().text}"
        if stop.name not in NAMES:  # there, what is typed is a name
            answers = await answers_to(user, TYPED)
            assert is_first(answers), f"{stop.name}: {[each.text for each in answers]}"
            assert stop.says in answers[-1].text, "the question stands below"
            assert answers[-1].labels
        await stop.go(user)


async def test_the_answer_is_taken_below_the_alarm(town: BotProcess) -> None:
    user = await with_consent(town)
    await user.press("Заполнить анкету")
    answers = await answers_to(user, "Скорая")
    assert is_first(answers)
    assert "вопрос 2 из 8" in answers[-1].text
    for typed in ("Анна", "Сергеевна"):
        assert alarms(await answers_to(user, typed)) == 0
    await press_all(user, "⬅️", "⬅️", "⬅️")
    assert "Оставить: Скорая" in user.screen().labels


async def test_a_description_with_a_photo_is_taken_too(town: BotProcess) -> None:
    user = await with_family(town)
    await press_all(user, "Ещё", "Сообщить о проблеме")
    before = user.messages()[-1].id
    await user.send_photo(caption="мне плохо от этой очереди")
    answers = said_since(user, before)
    assert is_first(answers)
    assert "мне плохо от этой очереди" in answers[-1].text


async def test_while_the_registry_is_silent(town: BotProcess) -> None:
    # STEP 1. Nothing answers, and 103 and 112 are told all the same; the clinic's phone is not known then.
    user = await with_family(town)
    await user.press("Записаться к врачу")
    assert WHO in user.screen().text
    town.fault(clinic="unavailable", visits="unavailable", services="unavailable", clinics="unavailable")
    town.shift_clock(timedelta(seconds=61))  # the directory remembers for a minute
    answers = await answers_to(user, TYPED)
    assert is_first(answers)
    assert answers[-1].labels

    # STEP 2. So it is where an answer of the registry is being waited for.
    town.fault()
    await user.send("/cancel")
    await user.press("🏠")
    await to_confirmation(user)
    town.fault(book="silent")
    await user.press(RU.confirm)
    answers = await answers_to(user, TYPED)
    assert is_first(answers)
    assert "Проверяем" in answers[-1].text


async def test_a_message_that_comes_twice_is_told_once(town: BotProcess) -> None:
    user = await with_family(town)
    town.emulator.duplicate_updates(1)
    answers = await answers_to(user, TYPED)
    assert is_first(answers)
    assert len(answers) == 2
    assert is_first(await answers_to(user, TYPED)), "the next one is told again"


async def test_where_telegram_does_not_take_the_alarm_the_answer_comes_all_the_same(town: BotProcess) -> None:
    user = await with_family(town)
    await user.press("Записаться к врачу")
    await user.press(RU.me)
    assert WHICH_CLINIC in user.screen().text
    town.emulator.fault(Fault("sendMessage", code=502, chat_id=user.id))
    answers = await answers_to(user, TYPED)
    assert WHICH_CLINIC in answers[-1].text


async def test_nothing_that_was_typed_is_in_the_log(town: BotProcess) -> None:
    user = await with_family(town)
    await answers_to(user, "удушье, приезжайте на Цветочную")
    await answers_to(user, "вызвать на дом на Цветочную")
    log = town.log.read_text()
    assert "удушье" not in log
    assert "Цветочн" not in log


async def test_the_operators_own_line_of_help(tmp_path: Path, filled: Path, nursery: Nursery) -> None:
    line = "Телефон доверия <8 800 000-00-00>, днём и ночью"
    async with running_bot(tmp_path, filled, nursery, CRISIS_LINE=line) as bot:
        guest = await bot.emulator.user("Гость")
        answers = await answers_to(guest, "не хочу жить")
        assert is_first(answers, CRISIS)
        assert line in answers[0].text
