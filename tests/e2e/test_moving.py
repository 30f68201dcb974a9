"""«Перенос записи»: the old booking stands until the new one is made, whatever happens in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emulator.driver import User
from services.registry.model import Slot, Visit, VisitStatus
from services.texts.dates import local
from tests.e2e.desk import Desk, desk_of, held_slot
from tests.e2e.people import (
    BOOKED,
    RU,
    WHAT_TIME,
    WHICH_DAY,
    WHICH_DOCTOR,
    WORDS,
    a_policy,
    choose,
    data_of,
    days,
    find_and_press,
    press_all,
    text_of,
    times,
    told,
    with_consent,
    with_family,
)
from tests.e2e.test_cancelling import CANCEL, YES, only_visit, with_visit
from tests.e2e.test_form import typed_form
from tests.support.bot_process import BotProcess

MOVE = {"ru": "🔁 Перенос записи", "en": "🔁 Move the booking"}
MOVE_IT = {"ru": "✅ Да, перенести", "en": "✅ Yes, move it"}
CHECK = {"ru": "Проверьте новое время", "en": "Please check the new time"}
DONE = {"ru": "✅ Запись перенесена. Было: ", "en": "✅ The booking has been moved. It was: "}
KEPT = "Осталась прежняя запись"
GONE = "Прежняя запись уже отменена"
NONE_STANDS = "Прежняя запись отменена, а новой нет. Запишитесь ещё раз."
FAILED = "Перенести запись не получилось"
CHECKED = "Проверяем, перенесена ли запись"
GIVE_UP = "Отменить прежнюю запись?"
GIVE_UP_YES = "Отменить прежнюю и записать"
AS_IT_WAS = "Оставить как было"
MOVED = "Запись перенесена. Новое время"
SURGEON = "122"
NO_MOVES = {"capabilities": "no-moves"}


async def to_move(bot: BotProcess, user: User, *, service: str = SURGEON, number: int = -1) -> Slot:
    """From the ticket on the screen to the confirmation of another time of the same doctor; gives that time."""
    async with desk_of(bot) as desk:
        (visit,) = await desk.standing(user)
        held = {slot_id for (slot_id,) in bot.rows("SELECT slot_id FROM hold")}  # by people of other stories
        free = [each for each in await desk.free(service) if each.doctor_id == visit.doctor_id and each.id not in held]
    slot = free[number]
    await user.press(MOVE["ru"])
    await choose(user, slot)
    assert CHECK["ru"] in user.screen().text
    return slot


async def moved_to(bot: BotProcess, user: User, slot: Slot) -> Visit:
    """The only visit that stands is the one at this time."""
    async with desk_of(bot) as desk:
        (visit,) = await desk.standing(user)
    assert visit.start == slot.start
    return visit


async def stands_as_it_was(bot: BotProcess, user: User, old: Visit) -> None:
    async with desk_of(bot) as desk:
        assert [each.id for each in await desk.standing(user)] == [old.id]


async def old_of(bot: BotProcess, user: User) -> Visit:
    async with desk_of(bot) as desk:
        return await only_visit(desk, user)


def at(slot: Slot) -> str:
    return f"{local(slot.start, 'Europe/Moscow'):%H:%M}"


def looked_into(bot: BotProcess, user: User, times: int) -> bool:
    """A move that is given up is looked for again from the beginning, so it counts anew."""
    status, attempts = moves_of(bot, user)[0]
    return status == "refused" or attempts >= times


def moves_of(bot: BotProcess, user: User) -> list[tuple[str, int]]:
    """What became of every attempt to move."""
    return bot.rows(
        "SELECT status, attempts FROM booking_intent JOIN account ON account.id = account_id"
        " WHERE chat_index = chat(?) AND moves IS NOT NULL ORDER BY booking_intent.created_at",
        user.id,
    )


# --- the straight way -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_to_another_time_of_the_same_doctor(bot: BotProcess, language: str) -> None:
    words, user = WORDS[language], await with_visit(bot, language)
    old, ticket = await old_of(bot, user), user.screen().message_id or 0

    # STEP 1. The days of that doctor; the head says what is being moved and from when.
    await user.press(MOVE[language])
    assert {"ru": "Перенос. Сейчас: сегодня", "en": "Moving. Now: today"}[language] in user.screen().text
    assert old.doctor in user.screen().text

    # STEP 2. Day, time, and a card with both times; until then the old booking stands.
    await user.press(days(user)[-1])
    await user.press(times(user)[-1])
    said = user.screen().text
    assert said.startswith(CHECK[language])
    assert {"ru": "Было: сегодня", "en": "It was: today"}[language] in said
    assert user.screen().labels[0] == MOVE_IT[language]
    await stands_as_it_was(bot, user, old)

    # STEP 3. Moved: the ticket of the new time stands below the old one, which says so, and there is one visit.
    await user.press(MOVE_IT[language])
    assert text_of(user, ticket).startswith({"ru": "🎫 Перенесена", "en": "🎫 Moved"}[language])
    assert user.screen().text.startswith(DONE[language])
    assert words.booked in user.screen().text
    async with desk_of(bot) as desk:
        (new,) = await desk.standing(user)
        gone = next(each for each in await desk.visits(user) if each.id == old.id)
        assert (gone.status, gone.moved_to) == (VisitStatus.MOVED, new.id)
    assert number_on_ticket(user) == new.number
    assert held_slot(bot, user) is None

    # STEP 4. Nothing more comes by itself; both lists know.
    bot.shift_clock(timedelta(seconds=30))
    await bot.emulator.wait_quiet()
    assert len([message for message in user.messages() if message.from_bot and not message.deleted]) == 2
    await press_all(user, words.home, words.my_bookings)
    assert {"ru": "Всего записей: 1", "en": "Bookings in all: 1"}[language] in user.screen().text
    await user.press({"ru": "Прошедшие", "en": "Past"}[language])
    assert {"ru": "Перенесена", "en": "Moved"}[language] in user.screen().text
    await press_all(user, "1 ·", {"ru": "🎫 Новая запись", "en": "🎫 The new booking"}[language])
    assert new.number in user.screen().text


def number_on_ticket(user: User) -> str:
    """The number of the ticket under a sentence."""
    line = next(each for each in user.screen().text.splitlines() if each.startswith(("Номер записи:", "Number:")))
    return line.rpartition(": ")[2]


async def test_to_another_doctor_of_the_specialist(bot: BotProcess) -> None:
    user = await with_visit(bot)
    old = await old_of(bot, user)
    await press_all(user, "🏠", "Мои записи", "1 ·", MOVE["ru"])

    # STEP 1. «Назад» from the days: the doctors of this specialist, and no way to another one.
    await user.press("⬅️ Назад")
    assert WHICH_DOCTOR in user.screen().text
    async with desk_of(bot) as desk:
        slot = next(each for each in await desk.free("110") if each.doctor_id != old.doctor_id)
    await find_and_press(user, slot.doctor.split()[0])
    await choose(user, slot)
    await user.press(MOVE_IT["ru"])

    # STEP 2. One visit, to that doctor.
    assert slot.doctor in user.screen().text
    assert (await moved_to(bot, user, slot)).doctor_id == slot.doctor_id


async def test_to_a_time_that_overlaps_the_old_one(town: BotProcess) -> None:
    """The booking that is moved is in nobody's way: neither its specialist nor its hour."""
    user = await with_family(town)
    async with desk_of(town) as desk:
        free = await desk.free("110")
        one, other = next(
            (one, other)
            for one in free
            for other in free
            if one.doctor_id != other.doctor_id and one.start < other.end and other.start < one.end
        )
    await press_all(user, "Записаться к врачу", RU.me, "⭐", "Терапевт", one.doctor.split()[0])
    await choose(user, one)
    await press_all(user, RU.confirm, MOVE["ru"], "⬅️ Назад", other.doctor.split()[0])
    await choose(user, other)
    await user.press(MOVE_IT["ru"])
    assert user.screen().text.startswith(DONE["ru"])
    await moved_to(town, user, other)


async def test_a_double_press(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    slot = await to_move(town, user)
    await user.press_many(MOVE_IT["ru"], 5)
    assert BOOKED in user.screen().text
    await moved_to(town, user, slot)
    assert moves_of(town, user) == [("booked", 0)]
    await press_all(user, "🏠", "Уведомления")
    assert "Всего уведомлений: 1" in user.screen().text


async def test_left_as_it_was(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    old = await old_of(town, user)
    await to_move(town, user)
    await user.press(AS_IT_WAS)
    assert user.screen().text.startswith(KEPT)
    assert old.number in user.screen().text
    assert held_slot(town, user) is None
    await stands_as_it_was(town, user, old)


async def test_five_visits_and_one_of_them_moved(town: BotProcess) -> None:
    """A simplified account with no place left moves all the same."""
    user = await with_consent(town)
    await typed_form(user, "Орлова", a_policy())
    await user.press("Записаться к врачу")
    await user.send("московская")
    await press_all(user, "Московская область", RU.me)
    await user.send("поликлиника 1 Подольск")
    for number, service in enumerate(("Терапевт", "Хирург", "Невролог", "Дерматолог", "Уролог"), 1):
        if number > 1:
            await press_all(user, "🏠", "Записаться к врачу", RU.me)
        warned = ["Продолжить запись сюда"] if number == 1 else []  # it is read once
        await press_all(user, "1 ·", *warned, service, "⚡", RU.confirm)
        assert BOOKED in user.screen().text, user.screen().text
    await user.press(MOVE["ru"])
    await user.press(days(user)[-1])
    await user.press(times(user)[-1])
    await user.press(MOVE_IT["ru"])
    assert user.screen().text.startswith(DONE["ru"])
    async with desk_of(town) as desk:
        assert len(await desk.standing(user)) == 5


# --- leaving half-way -------------------------------------------------------------------------------


async def test_home_and_back_again(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    old = await old_of(town, user)
    slot = await to_move(town, user)

    # STEP 1. Home: the old booking is the next visit, as it was.
    await user.press("🏠")
    assert "Ближайший приём" in user.screen().text
    await stands_as_it_was(town, user, old)

    # STEP 2. /help leads back to the very card, and the held time.
    await user.send("/help")
    await user.press("▶️ Продолжить")
    assert CHECK["ru"] in user.screen().text
    assert at(slot) in user.screen().text

    # STEP 3. Or the move is begun again from the card.
    await press_all(user, "🏠", "Мои записи", "1 ·", MOVE["ru"])
    assert WHICH_DAY in user.screen().text
    await choose(user, slot)
    await user.press(MOVE_IT["ru"])
    await moved_to(town, user, slot)


async def test_cancel_in_the_middle_says_that_the_booking_stands(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    old = await old_of(town, user)
    await to_move(town, user)
    await user.send("/cancel")
    assert user.screen().text.startswith(f"Перенос отменён. {KEPT}.")
    assert held_slot(town, user) is None
    await stands_as_it_was(town, user, old)


async def test_another_language_and_a_restart_in_the_middle(bot: BotProcess) -> None:
    user = await with_visit(bot, service="Хирург")
    slot = await to_move(bot, user)
    await user.send("/language")
    await user.press("English")
    assert CHECK["en"] in user.screen().text
    await bot.restart()
    await user.press(MOVE_IT["en"])
    assert user.screen().text.startswith(DONE["en"])
    await moved_to(bot, user, slot)


async def test_typing_on_the_way(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    await user.press(MOVE["ru"])
    await user.send("завтра в три")
    assert "Нажмите одну из кнопок" in user.screen().text
    assert WHICH_DAY in user.screen().text


# --- what stands in the way ---------------------------------------------------------------------------


async def test_a_time_that_somebody_gets_meanwhile(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    old, slot = await old_of(town, user), await to_move(town, user, number=-2)
    async with desk_of(town) as desk:
        await desk.give_away(slot.id)
    await user.press(MOVE_IT["ru"])
    assert "Это время уже занято" in user.screen().text
    assert WHAT_TIME in user.screen().text
    await stands_as_it_was(town, user, old)
    await user.press(times(user)[0])
    await user.press(MOVE_IT["ru"])
    assert user.screen().text.startswith(DONE["ru"])


async def test_a_hold_that_ran_out(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    slot = await to_move(town, user)
    town.shift_clock(timedelta(minutes=6))
    await user.press(MOVE_IT["ru"])
    assert "Время больше не удерживалось, но оно ещё свободно." in user.screen().text
    await user.press("Попробовать ещё раз")
    await moved_to(town, user, slot)


async def test_no_free_times_at_all(bot: BotProcess) -> None:
    user = await with_visit(bot, service="Уролог")
    old = await old_of(bot, user)
    async with desk_of(bot) as desk:
        await desk.give_away(*(each.id for each in await desk.free("v84")))
    await user.press(MOVE["ru"])
    assert user.screen().text.startswith("⚠️ Сейчас нет номерков: Уролог")
    assert KEPT in user.screen().text
    assert old.number in user.screen().text
    await user.press("🎫 Открыть запись")
    assert CANCEL["ru"] in user.screen().labels
    await stands_as_it_was(bot, user, old)


async def test_the_clinic_was_quicker(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    old, slot = await old_of(town, user), await to_move(town, user, number=-3)
    card = user.screen().message_id or 0
    async with desk_of(town) as desk:
        await desk.admin.move_visit(old.id, (await desk.free(SURGEON))[0].id)
        (new,) = await desk.standing(user)
    await user.press_old(card, MOVE_IT["ru"])
    assert "уже не действует" in text_of(user, card)
    assert KEPT not in text_of(user, card)
    await user.press_old(card, "🎫 Новая запись")
    assert new.number in text_of(user, card)
    assert slot.id != new.slot_id
    await stands_as_it_was(town, user, new)


@pytest.mark.parametrize(
    ("reason", "said", "screen"),
    [
        ("time_busy", "Это время уже занято", WHAT_TIME),
        ("same_specialist", "есть ещё одна запись", "🎫"),
        ("same_time", "На это время уже есть другая запись", WHAT_TIME),
        ("other_age", "лечит людей другого возраста", WHICH_DOCTOR),
        ("time_passed", "Это время уже прошло", WHAT_TIME),
        ("patient_not_found", "Такого пациента в электронной регистратуре нет", "🎫"),
        ("referral_expired", "Срок направления истёк", "🎫"),
        ("unavailable", "на новое время Вы не записаны", CHECK["ru"]),
    ],
)
async def test_each_refusal_says_that_the_old_booking_remains(
    town: BotProcess, reason: str, said: str, screen: str
) -> None:
    user = await with_visit(town, service="Хирург")
    old = await old_of(town, user)
    await to_move(town, user)
    town.fault(move=f"refuse:{reason}")
    await user.press(MOVE_IT["ru"])
    assert said in user.screen().text
    assert KEPT in user.screen().text
    assert "🏠 Главное меню" in user.screen().labels
    if "▶️ Продолжить" in user.screen().labels:  # what was said stood alone
        await user.press("▶️ Продолжить")
    elif "🔄 Попробовать ещё раз" in user.screen().labels:
        await user.press("⬅️ Назад")
    assert screen in user.screen().text
    await stands_as_it_was(town, user, old)


async def test_a_registry_that_is_down(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    slot = await to_move(town, user)
    town.fault(move="unavailable")
    await user.press(MOVE_IT["ru"])
    assert KEPT in user.screen().text
    town.fault(visit="unavailable")
    await user.press("Попробовать ещё раз")
    assert "Электронная регистратура не отвечает" in user.screen().text
    town.fault()
    await press_all(user, "Попробовать ещё раз", MOVE_IT["ru"])
    await moved_to(town, user, slot)


async def test_an_old_button(bot: BotProcess) -> None:
    user = await with_visit(bot)
    message, move = user.screen().message_id or 0, data_of(user, MOVE["ru"])
    await press_all(user, CANCEL["ru"], YES["ru"])
    await user.press_data(message, move)
    assert "Эта запись уже отменена" in text_of(user, message)
    bot.set_clock(bot.now + timedelta(days=366))
    await user.press_data(message, move)
    assert "Эта запись уже отменена" in text_of(user, message)  # what else a year brings stands below


async def test_another_account_cannot_move_it(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    old, move = await old_of(town, user), data_of(user, MOVE["ru"])
    await to_move(town, user)
    yes = data_of(user, MOVE_IT["ru"])
    stranger = await with_family(town, "Борис")
    await stranger.press_data(stranger.screen().message_id or 0, move)
    assert "Здесь больше ничего нет" in stranger.screen().text
    await stranger.send("/start")
    await stranger.press_data(stranger.screen().message_id or 0, yes)
    assert "🏠 Главное меню" in stranger.screen().text
    await stands_as_it_was(town, user, old)


# --- silence and power cuts -----------------------------------------------------------------------


async def test_the_answer_was_lost_and_comes_by_itself(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    slot = await to_move(town, user)
    town.fault(move="lost")
    await user.press(MOVE_IT["ru"])
    assert CHECKED in user.screen().text
    assert "Одна из двух записей в силе" in user.screen().text
    town.fault()
    town.shift_clock(timedelta(seconds=24))
    await user.wait_for(MOVED)
    await town.emulator.wait_quiet()
    assert told(user, MOVED) == 1
    new = await moved_to(town, user, slot)
    assert number_on_ticket(user) == new.number
    assert moves_of(town, user) == [("booked", 1)]


async def test_silence_for_good_leaves_the_old_booking(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    old = await old_of(town, user)
    ticket_again = data_of(user, MOVE["ru"])
    await to_move(town, user)
    town.fault(move="silent")
    await user.press(MOVE_IT["ru"])
    checking = user.screen().message_id or 0

    # STEP 1. Meanwhile neither a second move nor a cancelling is begun, and /cancel does not pretend.
    await user.send("/start")
    await press_all(user, "Мои записи", "1 ·", CANCEL["ru"])
    assert "ещё не ответила на Ваш прошлый запрос" in user.screen().text
    await user.press_data(user.screen().message_id or 0, ticket_again)
    assert "ещё не ответила на Ваш прошлый запрос" in user.screen().text
    await user.send("/cancel")
    assert "пока нет" in user.screen().text

    # STEP 2. Four looks; then it is told which booking stands.
    for attempt in range(1, 5):
        assert told(user, FAILED) == 0
        town.shift_clock(timedelta(minutes=2))
        await town.comes_true(lambda: looked_into(town, user, attempt), f"check {attempt}")  # noqa: B023
    await user.wait_for(FAILED)
    await town.emulator.wait_quiet()
    assert told(user, FAILED) == 1
    assert KEPT in user.screen().text
    assert number_on_ticket(user) == old.number
    await stands_as_it_was(town, user, old)

    # STEP 3. The screen that was checking goes on with the same time.
    town.fault()
    await user.press_old(checking, "Проверить сейчас")
    assert KEPT in text_of(user, checking)
    await user.press_old(checking, "Попробовать ещё раз")
    assert DONE["ru"] in text_of(user, checking)


async def killed_while_moving(bot: BotProcess, label: str, user: User, **faults: str) -> None:
    """Somebody presses, and the power goes; then it is back, and the press is lost."""
    bot.fault(**faults)
    user.tap(label)
    await bot.ended()
    bot.emulator.world.store.confirm(bot.emulator.bot_id, before=2**62)
    bot.emulator.drop_presses()
    bot.fault(**{name: how for name, how in faults.items() if not how.startswith("die")})
    await bot.start()
    bot.shift_clock(timedelta(seconds=24))


def _on(bot: BotProcess) -> bool:
    """Lets the bot's clock go on while it is waited for."""
    bot.shift_clock(timedelta(seconds=30))
    return False


# --- a registry that does not move in one call -----------------------------------------------------------


async def test_asked_before_the_old_one_is_given_up(town: BotProcess) -> None:
    town.fault(**NO_MOVES)
    user = await with_visit(town, service="Хирург")
    old, slot = await old_of(town, user), await to_move(town, user)

    # STEP 1. It takes no second visit to the specialist: asked, with a way to leave all as it was.
    await user.press(MOVE_IT["ru"])
    assert user.screen().text.startswith(GIVE_UP)
    assert user.screen().labels == [GIVE_UP_YES, AS_IT_WAS, "⬅️ Назад", "🏠 Главное меню"]
    await stands_as_it_was(town, user, old)
    await user.press(AS_IT_WAS)
    assert user.screen().text.startswith(KEPT)
    await stands_as_it_was(town, user, old)

    # STEP 2. Agreed: one visit, at the new time, told once.
    await user.press(MOVE["ru"])
    await choose(user, slot)
    await press_all(user, MOVE_IT["ru"], GIVE_UP_YES)
    assert user.screen().text.startswith(DONE["ru"])
    await moved_to(town, user, slot)
    town.shift_clock(timedelta(seconds=30))
    await town.emulator.wait_quiet()
    assert told(user, "🎫") == 2, "the old ticket and the new one"


async def test_the_new_time_goes_to_somebody_at_that_moment(town: BotProcess) -> None:
    town.fault(**NO_MOVES)
    user = await with_visit(town, service="Хирург")
    await to_move(town, user)
    await user.press(MOVE_IT["ru"])

    # STEP 1. The old one is gone, the new one not to be had: said as it is, and a time can be chosen.
    town.fault(**NO_MOVES, book="refuse:time_busy")
    await user.press(GIVE_UP_YES)
    assert "Это время уже занято" in user.screen().text
    assert GONE in user.screen().text
    assert "Перенос. Сейчас" not in user.screen().text
    async with desk_of(town) as desk:
        assert await desk.standing(user) == []

    # STEP 2. /cancel tells the truth as well.
    shown = user.screen().message_id or 0
    town.fault(**NO_MOVES)
    await user.press(times(user)[0])
    assert "Было:" not in user.screen().text
    await user.press(RU.confirm)
    assert BOOKED in user.screen().text
    assert user.screen().message_id == shown
    async with desk_of(town) as desk:
        assert len(await desk.standing(user)) == 1


async def test_cancel_after_the_old_one_has_gone(town: BotProcess) -> None:
    town.fault(**NO_MOVES)
    user = await with_visit(town, service="Хирург")
    await to_move(town, user)
    await user.press(MOVE_IT["ru"])
    town.fault(**NO_MOVES, book="refuse:time_busy")
    await user.press(GIVE_UP_YES)
    await user.send("/cancel")
    assert user.screen().text == f"Начатое отменено. {NONE_STANDS}", "told alone"
    assert user.screen().labels == [RU.home_title]


@pytest.mark.parametrize(
    "fault",
    [{"cancel": "die-after"}, {"book": "die-before"}],
    ids=lambda fault: " ".join(*fault.items()),
)
async def test_killed_after_it_was_agreed(bot: BotProcess, fault: dict[str, str]) -> None:
    """It was asked for, so it is gone on with: in the end the new visit stands, and is told of once.

    The other moments stand in `services/test_moving.py`.
    """
    bot.fault(**NO_MOVES)
    user = await with_visit(bot, service="Хирург")
    slot = await to_move(bot, user)
    await user.press(MOVE_IT["ru"])
    await killed_while_moving(bot, GIVE_UP_YES, user, **NO_MOVES, **fault)
    await user.wait_for(MOVED)
    await bot.emulator.wait_quiet()
    assert told(user, MOVED) == 1
    await moved_to(bot, user, slot)


@pytest.mark.parametrize(
    ("fault", "new_stands"),
    [
        ({"book": "die-before"}, False),
        ({"book": "die-after"}, True),
        ({"cancel": "die-after"}, True),
    ],
    ids=lambda fault: " ".join(*fault.items()) if isinstance(fault, dict) else "",
)
async def test_killed_between_the_two(bot: BotProcess, fault: dict[str, str], new_stands: bool) -> None:
    """A registry that lets both stand for a moment: exactly one in the end, never none."""
    both = {**NO_MOVES, "conflicts": "lenient"}
    bot.fault(**both)
    user = await with_visit(bot, service="Хирург")
    old, slot = await old_of(bot, user), await to_move(bot, user)
    await killed_while_moving(bot, MOVE_IT["ru"], user, **both, **fault)
    async with desk_of(bot) as desk:
        assert await desk.standing(user)
    if new_stands:
        await user.wait_for(MOVED)
        await moved_to(bot, user, slot)
    else:
        await bot.comes_true(lambda: moves_of(bot, user)[0][0] == "refused" or _on(bot), "given up")
        await user.wait_for(FAILED)
        await stands_as_it_was(bot, user, old)
    await bot.emulator.wait_quiet()
    assert told(user, MOVED) + told(user, FAILED) == 1


async def test_an_old_one_that_cannot_be_cancelled(bot: BotProcess) -> None:
    """Booked anew, the old one does not go: the new one is undone, and it is told which booking stands."""
    both = {**NO_MOVES, "conflicts": "lenient"}
    bot.fault(**both)
    user = await with_visit(bot, service="Хирург")
    old = await old_of(bot, user)
    await to_move(bot, user)
    bot.fault(**both, cancel="silent")
    await user.press(MOVE_IT["ru"])
    assert CHECKED in user.screen().text
    for attempt in range(1, 5):
        if attempt == 4:
            bot.fault(**both, cancel=f"silent-for:{old.id}")
        bot.shift_clock(timedelta(minutes=2))
        await bot.comes_true(lambda: looked_into(bot, user, attempt), f"check {attempt}")  # noqa: B023
    await user.wait_for(FAILED)
    await bot.emulator.wait_quiet()
    assert told(user, FAILED) == 1
    assert KEPT in user.screen().text
    await stands_as_it_was(bot, user, old)


async def test_the_desk_sees_one_visit_at_every_moment(town: BotProcess) -> None:
    """Of a registry that moves in one call: before the press the old one, after it the new one."""
    user = await with_visit(town, service="Хирург")
    slot = await to_move(town, user)

    async def seen(desk: Desk) -> int:
        return len(await desk.standing(user))

    async with desk_of(town) as desk:
        assert await seen(desk) == 1
        await user.press(MOVE_IT["ru"])
        assert await seen(desk) == 1
    await moved_to(town, user, slot)
    await user.press("🏠")
    assert at(slot) in user.screen().text
