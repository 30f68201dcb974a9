"""A consent from first to last: the name alone is shown, what rested on it goes, what was asked is undone."""

from __future__ import annotations

import re
from datetime import timedelta

from emulator.driver import User
from services.texts.dates import numeric
from tests.e2e.desk import desk_of
from tests.e2e.people import BORN, a_policy, press_all, told
from tests.e2e.test_access import SEE, confirmed, open_access, visit_of
from tests.e2e.test_mydata import file_of
from tests.support.bot_process import BotProcess

MANAGE = "Записывать, переносить и отменять"
NOT_SHOWN = "Полис и дату рождения видит только сам этот человек."


async def let_in(giver: User, taker: User, tick: str) -> None:
    """From wherever the giver is: a code for this alone, and the taker takes it."""
    await giver.send("/start")
    await press_all(giver, "Ещё", "Полисы", "1 ·")
    code = await open_access(giver, tick)
    await taker.send(f"/start c{code.replace('-', '')}")
    await taker.press(next(label for label in taker.screen().labels if "Мама" in label or "Принять" in label))


async def close(giver: User) -> None:
    await giver.send("/start")
    await press_all(giver, "Ещё", "Полисы", "1 ·", "👥 Кому открыт доступ", "1 · Закрыть", "Да, закрыть доступ")


def kept_of_visits(bot: BotProcess, user: User) -> list[tuple[int, ...]]:
    """How many visits are watched for the chat, and how many things of visits are still to be told."""
    return bot.rows(
        "SELECT (SELECT count(*) FROM visit_watch WHERE account_id = account.id),"
        " (SELECT count(*) FROM outbox JOIN notification ON notification.id = notification_id"
        "  WHERE notification.account_id = account.id AND status = 'due' AND kind LIKE 'reminder%')"
        " FROM account WHERE chat_index = chat(?)",
        user.id,
    )


async def test_a_consent_shows_the_name_and_takes_all_along_when_it_ends(town: BotProcess) -> None:
    policy = a_policy()
    mother, son = await confirmed(town, "Котова", policy=policy), await confirmed(town, "Котов")
    number = await visit_of(town, mother)
    await let_in(mother, son, SEE)

    # STEP 1. Her visit is seen; of her, the name alone; nobody to be booked for, and no button for it.
    await town.comes_true(lambda: kept_of_visits(town, son)[0][0] == 1, "her visit is known here")
    await press_all(son, "🏠", "Мои записи", "1 ·")
    assert number in son.screen().text
    await press_all(son, "🏠", "Ещё", "Полисы", "2 ·")
    card = son.screen().text
    assert NOT_SHOWN in card
    digits = re.sub(r"\D", "", card.replace("2027", ""))
    assert policy not in digits
    assert numeric(BORN) not in card
    assert "Записать к врачу" not in "".join(son.screen().labels)
    await press_all(son, "🏠", "Записаться к врачу")
    assert "Котова" not in "".join(son.screen().labels)
    assert "Тех, кого Вам записывать нельзя, в этом списке нет." in son.screen().text
    await press_all(son, "🏠", "Ещё", "О проекте", "📦 Мои данные")
    exported = str(file_of(town, son))
    assert number in exported
    assert policy not in exported

    # STEP 2. She closes it: list, reminders and export know no more of it.
    await close(mother)
    assert kept_of_visits(town, son) == [(0, 0)]
    await son.wait_for("Доступ закрыт")
    await press_all(son, "🏠", "Мои записи")
    assert number not in son.screen().text
    await press_all(son, "🏠", "Ещё", "О проекте", "📦 Мои данные")
    assert number not in str(file_of(town, son))

    # STEP 3. She lets him manage; he books, the answer is lost, and she closes it meanwhile.
    await let_in(mother, son, MANAGE)
    await press_all(son, "🏠", "Записаться к врачу")
    await son.press(next(label for label in son.screen().labels if "Котова" in label))
    await press_all(son, "Мытищи · поликлиника № 1", "Продолжить запись сюда", "Невролог", "⚡")
    town.fault(book="lost")
    await son.press("Да, подтверждаю")
    assert "Проверяем" in son.screen().text
    async with desk_of(town) as desk:
        assert len(await desk.standing(mother)) == 2, "the registry has booked"
    await close(mother)

    # STEP 4. The registry speaks again: the visit goes, he is told so without a word of it, she hears nothing false.
    town.fault()
    town.shift_clock(timedelta(seconds=24))
    message = await son.wait_for("Доступ закрыт, запись отменена")
    assert "Котова" not in message.text
    async with desk_of(town) as desk:
        assert [each.number for each in await desk.standing(mother)] == [number]
    await town.emulator.wait_quiet()
    assert told(mother, "Запись отменена") == 0
    assert told(son, "Запись подтверждена") == 0
    assert kept_of_visits(town, son) == [(0, 0)]
