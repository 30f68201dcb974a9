"""«Отмена записи»: from the notification and from the card, once, and never without saying which booking stands."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from emulator.driver import Fault, User
from services.registry.local.demo_clinics import CHILD_HOME
from services.registry.model import Slot, Visit, VisitStatus
from services.texts.dates import local
from tests.e2e.desk import Desk, desk_of, patients_of
from tests.e2e.people import (
    BOOKED,
    RU,
    WORDS,
    a_policy,
    choose,
    data_of,
    number_on,
    press_all,
    press_time,
    text_of,
    times,
    to_confirmation,
    to_doctors,
    told,
    with_consent,
    with_family,
)
from tests.e2e.test_form import typed_form
from tests.support.bot_process import BotProcess

QUESTION = {
    "ru": "Вы действительно хотите отменить запись?",
    "en": "Do you really want to cancel the booking?",
}
CANCEL = {"ru": "✖️ Отменить запись", "en": "✖️ Cancel the booking"}
NO = {"ru": "Нет, не отменять", "en": "No, do not cancel"}
YES = {"ru": "Да, отменить", "en": "Yes, cancel"}
CANCELLED = {"ru": "Запись отменена заявителем", "en": "Booking cancelled by the applicant"}
STANDS = "запись пока действует"
CHECKED = "Проверяем, отменена ли запись"
FAILED = "Отменить запись не получилось"
THERAPIST = "110"


async def with_visit(bot: BotProcess, language: str = "ru", *, service: str | None = None) -> User:
    """Somebody with the ready family who has just booked the nearest time: the ticket is on the screen."""
    user = await with_family(bot, language=language)
    await to_confirmation(user, WORDS[language], service=service)
    await user.press(WORDS[language].confirm)
    assert WORDS[language].booked in user.screen().text
    return user


async def only_visit(desk: Desk, user: User) -> Visit:
    (visit,) = await desk.visits(user)
    return visit


def cancel_intents(bot: BotProcess, user: User) -> list[tuple[str, int]]:
    return bot.rows(
        "SELECT status, attempts FROM cancel_intent JOIN account ON account.id = account_id WHERE chat_index = chat(?)",
        user.id,
    )


# --- the straight way -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_from_the_notification(town: BotProcess, language: str) -> None:
    words, user = WORDS[language], await with_visit(town, language)
    number, ticket = number_on(user), user.screen().message_id or 0

    # STEP 1. The question names the patient and the visit; «Нет, не отменять» leaves all as it was.
    await user.press(CANCEL[language])
    said = user.screen().text
    assert said.startswith(QUESTION[language])
    assert user.screen().labels[:2] == [NO[language], YES[language]]
    await user.press(NO[language])
    assert words.booked in user.screen().text
    assert number in user.screen().text

    # STEP 2. «Да, отменить»: the same message bears the status, and so does what stands below it.
    await press_all(user, CANCEL[language], YES[language])
    for said in (text_of(user, ticket), user.screen().text):
        assert said.startswith(f"🎫 {CANCELLED[language]}")
        assert number in said
    assert not [label for label in user.screen().labels if "✖️" in label or "🔁" in label]
    async with desk_of(town) as desk:
        assert (await only_visit(desk, user)).status is VisitStatus.CANCELLED_BY_PATIENT

    # STEP 3. Nothing more comes by itself; it stands in the list, and the booking no longer among those ahead.
    town.shift_clock(timedelta(seconds=30))
    await town.emulator.wait_quiet()
    assert told(user, CANCELLED[language]) == 2
    await press_all(user, words.home, words.notifications)
    assert CANCELLED[language] in user.screen().text
    await press_all(user, words.home, words.my_bookings)
    assert number not in user.screen().text
    assert {"ru": "Всего записей: 0", "en": "Bookings in all: 0"}[language] in user.screen().text


async def test_from_the_card(town: BotProcess) -> None:
    user = await with_visit(town)
    number = number_on(user)

    # STEP 1. «Мои записи» → the card → the question.
    await press_all(user, "🏠", "Мои записи", "1 ·", CANCEL["ru"])
    assert user.screen().text.startswith(QUESTION["ru"])
    assert "Пациент: " in user.screen().text

    # STEP 2. Yes; it goes over to the past ones with its status.
    await user.press(YES["ru"])
    assert user.screen().text.startswith(f"🎫 {CANCELLED['ru']}")
    await user.press("Мои записи")
    assert "Всего записей: 0" in user.screen().text
    await user.press("Прошедшие")
    assert CANCELLED["ru"] in user.screen().text
    await user.press("1 ·")
    assert number in user.screen().text

    # STEP 3. The specialist can be booked again.
    await user.press("🏠")
    await to_confirmation(user)
    await user.press(RU.confirm)
    assert BOOKED in user.screen().text


async def test_the_first_ticket_and_the_card_are_one_visit(town: BotProcess) -> None:
    """Cancelled on the card; the ticket above still has its buttons, and knows."""
    user = await with_visit(town)
    ticket = user.screen().message_id or 0
    await user.send("/start")
    await press_all(user, "Мои записи", "1 ·", CANCEL["ru"], YES["ru"])
    assert user.screen().message_id != ticket
    await user.press_old(ticket, CANCEL["ru"])
    assert user.screen().text.startswith("Эта запись уже отменена")
    assert CANCELLED["ru"] in text_of(user, ticket)


async def test_the_freed_time_is_offered_to_somebody_else(town: BotProcess) -> None:
    user = await with_visit(town, service="Хирург")
    async with desk_of(town) as desk:
        slot_id = (await only_visit(desk, user)).slot_id
        assert slot_id not in {each.id for each in await desk.free("122")}
        await press_all(user, CANCEL["ru"], YES["ru"])
        freed = next(each for each in await desk.free("122") if each.id == slot_id)

    other = await with_family(town, "Борис")
    await to_doctors(other, service="Хирург")
    await other.press("Любой врач")
    await choose(other, freed)
    await other.press(RU.confirm)
    assert BOOKED in other.screen().text


async def test_a_double_press(town: BotProcess) -> None:
    user = await with_visit(town)
    await user.press(CANCEL["ru"])
    await user.press_many(YES["ru"], 5)
    assert CANCELLED["ru"] in user.screen().text
    town.shift_clock(timedelta(seconds=30))
    await town.emulator.wait_quiet()
    assert told(user, CANCELLED["ru"]) == 2, "the ticket and what stands below it"
    assert cancel_intents(town, user) == [("done", 0)]
    await press_all(user, "🏠", "Уведомления")
    assert "Всего уведомлений: 1" in user.screen().text


async def test_a_childs_visit(town: BotProcess) -> None:
    user = await with_family(town)
    await user.press("Записаться к врачу")
    await user.press(next(label for label in user.screen().labels if "ребёнок" in label))
    await press_all(user, "⭐", "Педиатр", "⚡", RU.confirm)
    name = next(line for line in user.screen().text.splitlines() if line.startswith("Пациент: "))
    await user.press(CANCEL["ru"])
    assert name in user.screen().text
    await user.press(YES["ru"])
    assert name in user.screen().text
    assert CANCELLED["ru"] in user.screen().text


async def test_one_of_five_visits_makes_room_for_another(town: BotProcess) -> None:
    # STEP 1. A simplified account with five visits ahead: a sixth is refused.
    user = await with_consent(town)
    await typed_form(user, "Орлова", a_policy())
    await user.press("Записаться к врачу")
    await user.send("московская")
    await press_all(user, "Московская область", RU.me)
    await user.send("поликлиника 1 Химки")
    for number, service in enumerate(("Терапевт", "Хирург", "Невролог", "Дерматолог", "Уролог"), 1):
        if number > 1:
            await press_all(user, "🏠", "Записаться к врачу", RU.me)
        warned = ["Продолжить запись сюда"] if number == 1 else []  # it is read once
        await press_all(user, "1 ·", *warned, service, "⚡", RU.confirm)
        assert BOOKED in user.screen().text, user.screen().text
    last = user.screen().message_id or 0
    await user.send("/start")
    await press_all(user, "Записаться к врачу", RU.me, "1 ·", "Эндокринолог", "⚡")
    assert "не больше 5 предстоящих записей" in user.screen().text

    # STEP 2. One of them is cancelled, and there is room.
    await user.press_old(last, CANCEL["ru"])
    await user.press(YES["ru"])
    await user.send("/start")
    await press_all(user, "Записаться к врачу", "Начать заново", RU.me, "1 ·")
    await press_all(user, "Эндокринолог", "⚡", RU.confirm)
    assert BOOKED in user.screen().text


# --- refusals -------------------------------------------------------------------------------------


async def test_a_button_a_year_later(bot: BotProcess) -> None:
    user = await with_visit(bot)
    ticket, cancel = user.screen().message_id or 0, data_of(user, CANCEL["ru"])
    await user.press(CANCEL["ru"])
    yes = data_of(user, YES["ru"])
    bot.set_clock(bot.now + timedelta(days=366))
    for data in (cancel, yes):
        await user.press_data(ticket, data)
        assert told(user, "Время этой записи уже прошло") == 1
        assert "Случай завершён" in text_of(user, ticket)
        (shown,) = [each for each in user.messages() if each.id == ticket]
        assert not [each for row in shown.buttons for each in row if "✖️" in each.text or "🔁" in each.text]


async def test_a_visit_that_is_going_on(bot: BotProcess) -> None:
    user = await with_visit(bot)
    await user.press(CANCEL["ru"])
    async with desk_of(bot) as desk:
        bot.set_clock((await only_visit(desk, user)).start + timedelta(minutes=1))
    await user.press(YES["ru"])
    assert "Время этой записи уже прошло" in user.screen().text
    assert cancel_intents(bot, user) == []


@pytest.mark.parametrize("how", ["cancelled", "moved"])
async def test_the_clinic_was_quicker(town: BotProcess, how: str) -> None:
    """While the question stands; the clinic's doing is told by itself too, above or below."""
    user = await with_visit(town, service="Хирург")
    ticket = user.screen().message_id or 0
    await user.press(CANCEL["ru"])
    question = user.screen().message_id or 0
    async with desk_of(town) as desk:
        visit, later = await only_visit(desk, user), (await desk.free("122"))[-1]
        if how == "cancelled":
            await desk.admin.cancel_visit(visit.id)
        else:
            await desk.admin.move_visit(visit.id, later.id)
    await user.press_old(question, YES["ru"])
    if how == "cancelled":
        assert "Эта запись уже отменена" in text_of(user, question)
        assert "Отменена медучреждением" in text_of(user, ticket)
    else:
        assert "Эта запись перенесена" in text_of(user, question)
        assert "Перенесена" in text_of(user, ticket)
        await user.press_old(question, "🎫 Новая запись")
        assert BOOKED in text_of(user, question)
        assert f"{local(later.start, 'Europe/Moscow'):%H:%M}" in text_of(user, question)
    assert cancel_intents(town, user) == []


async def test_the_registry_is_down(town: BotProcess) -> None:
    user = await with_visit(town)

    # STEP 1. It does not take the cancelling: the booking stands, and it is said so.
    ticket = user.screen().message_id or 0
    await user.press(CANCEL["ru"])
    town.fault(cancel="unavailable")
    await user.press(YES["ru"])
    assert STANDS in user.screen().text
    assert BOOKED in text_of(user, ticket)

    # STEP 2. It does not even say what there is to cancel; the same again when it answers.
    town.fault(visit="unavailable")
    await user.press("Попробовать ещё раз")
    assert user.screen().text.startswith(FAILED)
    assert STANDS in user.screen().text
    await user.press("Попробовать ещё раз")
    assert STANDS in user.screen().text
    town.fault()
    await user.press("Попробовать ещё раз")
    assert CANCELLED["ru"] in user.screen().text


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("already_cancelled", "Эта запись уже отменена"),
        ("time_passed", "Время этой записи уже прошло"),
        ("moved", "Эта запись перенесена"),
        ("not_found", "В электронной регистратуре этой записи больше нет"),
    ],
)
async def test_what_only_the_registry_knows(town: BotProcess, reason: str, said: str) -> None:
    user = await with_visit(town)
    await user.press(CANCEL["ru"])
    town.fault(cancel=f"refuse:{reason}")
    await user.press(YES["ru"])
    assert said in user.screen().text
    assert "🏠 Главное меню" in user.screen().labels


# --- whose it is ----------------------------------------------------------------------------------


async def test_another_account_cannot_cancel_it(town: BotProcess) -> None:
    user = await with_visit(town)
    cancel = data_of(user, CANCEL["ru"])
    await user.press(CANCEL["ru"])
    yes = data_of(user, YES["ru"])
    stranger = await with_family(town, "Борис")
    for data in (cancel, yes):
        await stranger.press_data(stranger.screen().message_id or 0, data)
        assert "Здесь больше ничего нет" in stranger.screen().text
        await stranger.send("/start")
    async with desk_of(town) as desk:
        assert (await only_visit(desk, user)).status is VisitStatus.BOOKED


async def test_a_teenagers_own_visit_is_not_the_parents_to_cancel(town: BotProcess) -> None:
    user = await with_family(town)
    async with desk_of(town) as desk:
        teenager = patients_of(town, user)[3]
        slot = (await desk.free("59", clinic=CHILD_HOME, age=15))[0]
        visit = await desk.book(teenager, slot.id)
        for data in (f"vx1:{visit.id}:0", f"vx1:{visit.id}:1", f"vr1:{visit.id}"):
            await user.press_data(user.screen().message_id or 0, data)
            assert "Здесь больше ничего нет" in user.screen().text
            await user.send("/start")
        assert (await only_visit(desk, user)).status is VisitStatus.BOOKED


async def test_a_consent_that_only_lets_see(town: BotProcess) -> None:
    user = await with_family(town)
    await user.press("Записаться к врачу")
    await user.press(next(label for label in user.screen().labels if "муж или жена" in label))
    assert "⭐" not in "".join(user.screen().labels), "where the spouse is attached is not told"
    await press_all(user, "Мытищи · поликлиника № 1", "Продолжить запись сюда", "Терапевт", "⚡", RU.confirm)
    assert BOOKED in user.screen().text
    cancel = data_of(user, CANCEL["ru"])

    # STEP 1. The spouse narrows the consent: the card is left without what could be done.
    account = town.rows("SELECT id FROM account WHERE chat_index = chat(?)", user.id)[0][0]
    with closing(sqlite3.connect(town.database, timeout=10)) as connection, connection:
        connection.execute(
            "UPDATE link_basis SET covers = 'see_visits' WHERE basis = 'consent' AND link_id IN"
            " (SELECT id FROM person_link WHERE account_id = ?)",
            (account,),
        )
    await press_all(user, "Мои записи", "1 ·")
    assert BOOKED in user.screen().text
    assert not [label for label in user.screen().labels if "✖️" in label or "🔁" in label]

    # STEP 2. A button of before is refused, with the reason.
    for data in (cancel, cancel.replace(":0:", ":1:")):
        await user.press_data(user.screen().message_id or 0, data)
        assert "разрешил Вам видеть записи" in user.screen().text
    async with desk_of(town) as desk:
        assert (await only_visit(desk, user)).status is VisitStatus.BOOKED


# --- silence and power cuts -----------------------------------------------------------------------


async def test_the_answer_was_lost_and_comes_by_itself(town: BotProcess) -> None:
    user = await with_visit(town, service="Невролог")
    await user.press(CANCEL["ru"])

    # STEP 1. It is being checked; the registry has let the time go, but it is nobody's yet.
    town.fault(cancel="lost")
    await user.press(YES["ru"])
    assert CHECKED in user.screen().text
    town.fault()
    async with desk_of(town) as desk:
        slot_id = (await only_visit(desk, user)).slot_id
        freed = next(each for each in await desk.free("45") if each.id == slot_id)
        beside = [each for each in await desk.free("45") if each.doctor_id == freed.doctor_id and each != freed]
    label = f"{local(freed.start, 'Europe/Moscow'):%H:%M}"
    same_day = next(each for each in beside if each.start.date() == freed.start.date())
    other = await with_family(town, "Борис")
    await to_doctors(other, service="Невролог")
    await other.press(freed.doctor.split()[0])
    await choose(other, same_day)
    await other.press("Назад")
    await of_part(other, freed)
    assert label not in times(other)

    # STEP 2. It is looked into: one message, with the status.
    town.shift_clock(timedelta(seconds=24))
    await user.wait_for(CANCELLED["ru"])
    await town.emulator.wait_quiet()
    assert told(user, f"🎫 {CANCELLED['ru']}") == 1
    assert cancel_intents(town, user) == [("done", 1)]

    # STEP 3. Now the time is offered.
    await press_all(other, "Назад", str(local(freed.start, "Europe/Moscow").day))
    await press_time(other, freed)
    await other.press(RU.confirm)
    assert BOOKED in other.screen().text
    assert label in other.screen().text


async def of_part(user: User, slot: Slot) -> None:
    """The part of the day that this time is in, where the day has several."""
    hour = local(slot.start, "Europe/Moscow").hour
    part = "Утро" if hour < 12 else "День" if hour < 17 else "Вечер"
    if any(part in label for label in user.screen().labels):
        await user.press(part)


async def test_silence_for_good_keeps_the_booking(town: BotProcess) -> None:
    user = await with_visit(town)
    await user.press(CANCEL["ru"])
    town.fault(cancel="silent")
    await user.press(YES["ru"])
    assert CHECKED in user.screen().text

    # STEP 1. Pressed again while it is checked.
    await user.press(CANCEL["ru"])
    assert "ещё не ответила на Ваш прошлый запрос" in user.screen().text
    await user.press("🔁")
    assert "ещё не ответила на Ваш прошлый запрос" in user.screen().text

    # STEP 2. Four looks, and it is said that the booking stands.
    for attempt in range(1, 5):
        assert told(user, FAILED) == 0
        town.shift_clock(timedelta(minutes=2))
        await town.comes_true(lambda: cancel_intents(town, user)[0][1] >= attempt, f"check {attempt}")  # noqa: B023
    await user.wait_for(FAILED)
    await town.emulator.wait_quiet()
    assert told(user, FAILED) == 1
    assert STANDS in user.screen().text
    assert BOOKED in user.screen().text

    # STEP 3. The registry is back: cancelled from that very message.
    town.fault()
    await press_all(user, CANCEL["ru"], YES["ru"])
    assert CANCELLED["ru"] in user.screen().text


async def test_the_screen_was_lost_on_its_way(town: BotProcess) -> None:
    """Cancelled, but Telegram did not take the screen: the notification comes instead."""
    user = await with_visit(town)
    await user.press(CANCEL["ru"])
    town.emulator.fault(Fault(method="editMessageText", code=502, times=2))
    await user.press(YES["ru"])
    town.shift_clock(timedelta(seconds=30))
    await user.wait_for(f"🎫 {CANCELLED['ru']}")
    await town.emulator.wait_quiet()
    assert told(user, f"🎫 {CANCELLED['ru']}") == 2, "the ticket and what stands below it"
