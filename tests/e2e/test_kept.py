"""What matters stays in the chat: tickets, reminders and news keep their message, and what is pressed opens below."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emulator.driver import Message, User
from services.registry.model import VisitStatus
from tests.e2e.desk import desk_of
from tests.e2e.people import (
    BOOKED,
    EN,
    RU,
    WHICH_CLINIC,
    WHICH_DAY,
    days,
    labels_of,
    press_all,
    press_some_time,
    text_of,
    to_confirmation,
    told,
    with_family,
)
from tests.e2e.test_cancelling import CANCEL, CANCELLED, NO, QUESTION, YES, only_visit, with_visit
from tests.e2e.test_mail import OFFER, give
from tests.e2e.test_moving import MOVE, MOVE_IT, to_move
from tests.e2e.test_reminders import made_at_the_desk
from tests.support.bot_process import BotProcess
from tests.support.world import at

HOME = "🏠 Главное меню"


def live(user: User) -> list[Message]:
    """The bot's messages that stand in the chat."""
    return [each for each in user.messages() if each.from_bot and not each.deleted]


def newest(user: User) -> int:
    return live(user)[-1].id


async def reminded(bot: BotProcess) -> tuple[User, int]:
    """Somebody who has been reminded of a visit of tomorrow; and the reminder's message."""
    user = await with_family(bot)
    await made_at_the_desk(bot, user)
    bot.set_clock(at(18, 0, 23))
    return user, (await user.wait_for("Напоминание")).id


async def test_home_opens_below_a_ticket_once(town: BotProcess) -> None:
    user = await with_visit(town)
    ticket = newest(user)
    said, labels = text_of(user, ticket), labels_of(user, ticket)

    # STEP 1. «Главное меню» and «Мои записи» below; the ticket stands as it was.
    await user.press_old(ticket, HOME)
    assert RU.home_title in user.screen().text
    assert newest(user) != ticket
    assert (text_of(user, ticket), labels_of(user, ticket)) == (said, labels)

    # STEP 2. Pressed again and again: one screen below, not many.
    for label in (HOME, "Мои записи", "Мои записи", HOME):
        await user.press_old(ticket, label)
    assert [each.id for each in live(user)] == [ticket, newest(user)]
    assert RU.home_title in user.screen().text

    # STEP 3. What opens below is a screen like any other.
    below = newest(user)
    await press_all(user, "Мои записи", "1 ·")
    assert newest(user) == below
    assert text_of(user, ticket) == said


@pytest.mark.parametrize("answer", [HOME, NO["ru"]])
async def test_a_question_below_a_ticket_loses_nothing(town: BotProcess, answer: str) -> None:
    user = await with_visit(town, service="Хирург")
    ticket = newest(user)
    said = text_of(user, ticket)
    await user.press(CANCEL["ru"])
    assert QUESTION["ru"] in user.screen().text
    assert newest(user) != ticket
    await user.press(answer)
    assert text_of(user, ticket) == said
    assert CANCEL["ru"] in labels_of(user, ticket)
    if answer is not HOME:  # the question has gone, and the ticket is what stands last again
        assert [each.id for each in live(user)] == [ticket]


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_cancelled_from_the_ticket(town: BotProcess, language: str) -> None:
    user = await with_visit(town, language)
    ticket = newest(user)
    await press_all(user, CANCEL[language], YES[language])

    # STEP 1. What happened stands below, by itself; the ticket says its status, and has no button.
    assert user.screen().text.startswith(f"🎫 {CANCELLED[language]}")
    assert len(user.screen().text.splitlines()) <= 8
    assert not [each for each in user.screen().labels if each.startswith("⬅️")], "nothing above has a way on"
    assert text_of(user, ticket).startswith(f"🎫 {CANCELLED[language]}")
    assert labels_of(user, ticket) == []
    async with desk_of(town) as desk:
        assert (await only_visit(desk, user)).status is VisitStatus.CANCELLED_BY_PATIENT

    # STEP 2. Nothing comes by itself, and the list has the visit once.
    await town.emulator.wait_quiet()
    assert [each.id for each in live(user)] == [ticket, newest(user)]


async def test_a_ticket_whose_visit_is_gone_says_so_when_it_is_pressed(town: BotProcess) -> None:
    user = await with_visit(town, service="Невролог")
    ticket = newest(user)
    await press_all(user, "Мои записи", "1 ·", CANCEL["ru"], YES["ru"])
    assert user.screen().text.startswith(f"🎫 {CANCELLED['ru']}")
    await user.press_old(ticket, MOVE["ru"])
    assert user.screen().text.startswith("Эта запись уже отменена.")
    assert text_of(user, ticket).startswith(f"🎫 {CANCELLED['ru']}")
    assert labels_of(user, ticket) == []


async def test_from_a_reminder_and_back_to_it(bot: BotProcess) -> None:
    user, reminder = await reminded(bot)
    said = text_of(user, reminder)

    # STEP 1. «Перенести» opens below; «Назад», «Назад»: the reminder is what stands last again.
    await user.press("🔁 Перенести")
    assert WHICH_DAY in user.screen().text
    assert text_of(user, reminder) == said
    await user.press(RU.back)
    await user.press(RU.back)
    assert newest(user) == reminder
    assert text_of(user, reminder) == said

    # STEP 2. «Приду» changes the reminder itself; «Главное меню» does not.
    await user.press("✅ Приду")
    assert newest(user) == reminder
    assert "Вы ответили: приду" in text_of(user, reminder)
    await user.press(HOME)
    assert newest(user) != reminder
    assert "Вы ответили: приду" in text_of(user, reminder)


async def test_moved_from_a_reminder(bot: BotProcess) -> None:
    user, reminder = await reminded(bot)
    await user.press("🔁 Перенести")
    await user.press(days(user)[-1])
    await press_some_time(user)
    await user.press(MOVE_IT["ru"])

    # STEP 1. The new ticket stands below, and stays; the reminder says that its visit has been moved.
    assert BOOKED in user.screen().text
    ticket = newest(user)
    assert ticket != reminder
    assert text_of(user, reminder).startswith("🎫 Перенесена")
    assert "Новая запись" in " ".join(labels_of(user, reminder))
    await user.press(HOME)
    assert BOOKED in text_of(user, ticket)
    assert newest(user) not in (ticket, reminder)


async def test_an_answer_and_news_stay(bot: BotProcess) -> None:
    """Whatever the outbox sends."""
    user = await with_family(bot)
    visit = await made_at_the_desk(bot, user)
    async with desk_of(bot) as desk:
        await desk.admin.cancel_visit(visit.id)
    bot.shift_clock(at(9, 30) - at(9, 0))
    news = (await user.wait_for("Поликлиника отменила эту запись")).id
    said = text_of(user, news)
    await user.press_old(news, HOME)
    assert newest(user) != news
    assert text_of(user, news) == said


# --- each visit once in «Уведомления» ---------------------------------------------------------------


async def listed(user: User) -> list[str]:
    """What «Уведомления» counts and names, from Home."""
    await press_all(user, HOME, "🔔")
    return user.screen().text.splitlines()


async def test_a_cancelled_visit_stands_once_among_the_notifications(town: BotProcess) -> None:
    user = await with_visit(town, service="Дерматолог")
    town.shift_clock(timedelta(minutes=4))
    await press_all(user, CANCEL["ru"], YES["ru"])
    lines = await listed(user)
    assert "Всего уведомлений: 1" in lines
    assert f"1. {CANCELLED['ru']}" in lines
    assert "Получено: сегодня 09:05" in lines, "the moment of cancelling, not of booking"


async def test_a_moved_visit_stands_once_among_the_notifications(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    await to_move(town, user)
    await user.press(MOVE_IT["ru"])
    town.shift_clock(timedelta(minutes=4))
    await town.emulator.wait_quiet()
    assert told(user, "🎫") == 2, "the old ticket and the new one, and nothing by itself"
    lines = await listed(user)
    assert "Всего уведомлений: 1" in lines
    assert "1. Запись перенесена" in lines


# --- another language ---------------------------------------------------------------------------------


async def test_another_language_leaves_no_screen_of_the_old_one(town: BotProcess) -> None:
    # STEP 1. Home above the choice of language: it can be pressed no longer, and there is one Home.
    user = await with_family(town)
    home = newest(user)
    await user.send("/language")
    await user.press("English")
    assert user.screen().text.startswith(EN.home_title)
    assert labels_of(user, home) == []

    # STEP 2. A wizard goes over to where the language was chosen; a ticket is left as it is, and speaks the new one.
    await to_confirmation(user, EN)
    await user.press(EN.confirm)
    ticket = newest(user)
    await user.press_old(ticket, EN.my_bookings)
    await press_all(user, EN.home, EN.book, EN.me)
    asked = newest(user)
    await user.send("/language")
    await user.press("Русский")
    assert WHICH_CLINIC in user.screen().text
    assert labels_of(user, asked) == []
    assert EN.booked in text_of(user, ticket)
    await user.press_old(ticket, CANCEL["en"])
    assert QUESTION["ru"] in user.screen().text


# --- ways back ------------------------------------------------------------------------------------------


async def test_letters_from_the_ticket_and_back_to_it(town: BotProcess) -> None:
    user, address = await with_visit(town, service="Невролог"), "kept.story@example.org"
    ticket = newest(user)

    # STEP 1. It is said that letters about what is booked come, too; «Назад» leads to the ticket.
    await user.press(OFFER["ru"])
    assert "О записях за последние три дня письма придут сразу." in user.screen().text
    await user.press(RU.back)
    assert newest(user) == ticket
    await user.send("anna@example.org")
    assert "Здесь всё делается кнопками" in user.screen().text, "it is asked for no longer"

    # STEP 2. What comes of it leads back to the ticket, too.
    await user.press_old(ticket, OFFER["ru"])
    await give(town, user, address)
    await user.press(RU.back)
    assert newest(user) < max(each.id for each in user.messages()), "what stood below the ticket is gone"
    assert BOOKED in text_of(user, ticket)

    # STEP 3. From a card of the list, back to that card.
    other = await with_visit(town, service="Дерматолог")
    await press_all(other, "Мои записи", "1 ·", OFFER["ru"], RU.back)
    assert other.screen().text.startswith(f"🎫 {BOOKED}")
    await other.press(RU.back)
    assert "Всего записей: 1" in other.screen().text


async def test_back_from_a_card_to_its_page_and_tab(town: BotProcess) -> None:
    user = await with_family(town)
    for service in ("Терапевт", "Хирург", "Невролог", "Дерматолог", "Уролог"):
        await press_all(user, RU.book)
        if "Начать заново" in user.screen().labels:
            await user.press("Начать заново")
        await press_all(user, RU.me, "⭐", service, "⚡", RU.confirm, CANCEL["ru"], YES["ru"], HOME)

    # STEP 1. The second page of the past ones → a card → «Назад», and from the question about it.
    await press_all(user, "Мои записи", "Прошедшие", "▶️")
    page = user.screen().text
    assert "5. " in page
    await press_all(user, "5 ·", RU.back)
    assert user.screen().text == page

    # STEP 2. The second page of the notifications likewise; its card leads on and back.
    await press_all(user, HOME, "🔔", "▶️")
    page = user.screen().text
    await press_all(user, "5 ·", RU.back)
    assert user.screen().text.splitlines()[2:] == page.splitlines()[2:]


async def test_back_from_a_reminder_that_a_notification_has_opened(bot: BotProcess) -> None:
    user, _ = await reminded(bot)
    await press_all(user, HOME, "🔔", "1 ·")
    said = user.screen().text
    assert "Напоминание" in said

    # STEP 1. «Перенести» and «Отменить» lead back to that reminder, and it leads back to the list.
    await press_all(user, "🔁 Перенести", RU.back, RU.back)
    assert user.screen().text == said
    await press_all(user, "✖️ Отменить", NO["ru"])
    assert user.screen().text == said
    await user.press("✅ Приду")
    assert "Вы ответили: приду" in user.screen().text
    await user.press(RU.back)
    assert user.screen().text.startswith("Уведомления")
