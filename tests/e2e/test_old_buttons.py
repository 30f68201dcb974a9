"""Old messages stay in a chat for years: a wizard's button shows the current step, any other just works."""

from __future__ import annotations

from emulator.driver import User
from tests.e2e.desk import desk_of, held_slot
from tests.e2e.people import (
    BOOKED,
    CHECK_BOOKING,
    RU,
    WHICH_CLINIC,
    WHICH_SERVICE,
    data_of,
    number_on,
    press_all,
    text_of,
    times,
    to_confirmation,
    to_doctors,
    to_times,
    with_consent,
    with_family,
)
from tests.support.bot_process import BotProcess

STALE = "Экран устарел. Вот нынешний."
HOME = "🏠 Главное меню"


def screen_id(user: User) -> int:
    return user.screen().message_id or 0


async def test_a_wizards_old_screen_shows_the_current_step(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. The wizard stands on one message; /start brings Home on another, and the wizard goes on there.
    await press_all(user, "Записаться к врачу", RU.me)
    old = screen_id(user)
    await user.send("/start")
    await press_all(user, "Записаться к врачу", "Продолжить", "⭐")
    assert WHICH_SERVICE in user.screen().text

    # STEP 2. A button of the old screen: told so, and that message becomes the current step; nothing is chosen.
    answer = await user.press_old(old, "2 ·")
    assert answer.text == STALE
    shown = next(message for message in user.messages() if message.id == old)
    assert WHICH_SERVICE in shown.text
    assert "Поликлиника № 1, Мытищи" in shown.text

    # STEP 3. From there the wizard goes on.
    await user.press_old(old, "Терапевт")
    await user.press_old(old, "⚡")
    answer = await user.press_old(old, RU.confirm)
    assert answer.text == ""
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1


async def test_buttons_of_a_booking_that_is_made_given_up_or_begun_anew(town: BotProcess) -> None:
    user = await with_family(town)
    await to_times(user)
    time = data_of(user, times(user)[0])
    await user.press(times(user)[0])
    confirm = data_of(user, RU.confirm)
    await user.press(RU.confirm)
    number, ticket = number_on(user), screen_id(user)

    # STEP 1. Made: every old button of it shows the ticket, and nothing is booked again.
    for pressed in (confirm, time):
        await user.press_data(ticket, pressed)
        assert number_on(user) == number
    await press_all(user, HOME)
    await user.press_data(ticket, confirm)
    assert number in text_of(user, ticket)

    # STEP 2. Given up: Home, and said so.
    await user.press(HOME)
    await to_doctors(user, service="Дерматолог")
    given_up = data_of(user, "⚡")
    await user.send("/cancel")
    answer = await user.press_data(screen_id(user), given_up)
    assert answer.text == STALE
    assert HOME in user.screen().text
    assert held_slot(town, user) is None

    # STEP 3. Begun anew: the old one's buttons do nothing to the new one.
    await to_doctors(user, service="Дерматолог")
    old = data_of(user, "⚡")
    await press_all(user, "🏠", "Записаться к врачу", "Начать заново", RU.me)
    answer = await user.press_data(screen_id(user), old)
    assert answer.text == STALE
    assert HOME in user.screen().text
    assert held_slot(town, user) is None
    await press_all(user, "Записаться к врачу", "Продолжить")
    assert WHICH_CLINIC in user.screen().text
    async with desk_of(town) as desk:
        assert len(await desk.visits(user)) == 1


async def test_every_other_old_button_just_works(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. A Home of long ago, a ticket, a list, help and the choice of language, all left behind.
    home = {label: data_of(user, label) for label in ("Записаться", "Мои записи", "Уведомления", "Ещё")}
    await user.press("Ещё")
    more = {label: data_of(user, label) for label in ("Полисы", "Помощь")}
    await user.press("🏠")
    await to_confirmation(user)
    await user.press(RU.confirm)
    number = number_on(user)
    ticket = {label: data_of(user, label) for label in ("На карте", "Мои записи")}
    await user.press("Мои записи")
    listed = {label: data_of(user, label) for label in ("1 ·", "Прошедшие")}
    await user.send("/help")
    helped = {label: data_of(user, label) for label in ("Поликлиники", "Язык")}
    first = screen_id(user)
    await user.send("/start")

    # STEP 2. Each shows what it says, also when Telegram gives the bot no content of a message that old.
    for inaccessible in (False, True):
        for pressed, says in (
            (home["Мои записи"], "Всего записей: 1"),
            (home["Уведомления"], "Всего уведомлений: 1"),
            (home["Ещё"], "☰ Ещё"),
            (more["Помощь"], "звоните 103 или 112"),
            (more["Полисы"], "Всего полисов: 5"),
            (home["Записаться"], "Кому нужна запись к врачу?"),
            (ticket["Мои записи"], "Всего записей: 1"),
            (listed["1 ·"], number),
            (listed["Прошедшие"], "Нет данных"),
            (helped["Поликлиники"], "Выберите регион"),
            (helped["Язык"], "Язык"),
        ):
            answer = await user.press_data(first, pressed, inaccessible=inaccessible)
            assert answer.text == ""
            assert any(says in message.text for message in user.messages() if message.id == first), says
    await user.press_data(first, ticket["На карте"])
    assert user.messages()[-1].venue is not None

    # STEP 3. A message that has been deleted: the answer comes as a new one.
    town.emulator.forgiven = ("message to edit not found",)
    stored = town.emulator.world.store.message(town.emulator.bot_id, user.id, first)
    assert stored is not None
    town.emulator.world.delete_message(stored)
    await user.press_data(first, home["Мои записи"])
    assert "Всего записей: 1" in user.messages()[-1].text


async def test_callback_data_that_nobody_knows(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. Layouts of other years, broken ones, lists and things that are not there: always a screen to go on from.
    for data in NOBODY_KNOWS:
        await user.press_data(screen_id(user), data)
        assert "пошло не так" not in user.screen().text, data
        assert user.screen().labels, data

    # STEP 2. And the chat is none the worse.
    await user.send("/start")
    await to_confirmation(user)
    assert CHECK_BOOKING in user.screen().text


NOBODY_KNOWS = (
    *("", "x", "zz9:1:2", "w1:", "w1:nobody:time:1:o:0", "w1:a:b:c:d:e", "w1:" + "я" * 28, "wo1:unknown:0"),
    *("vl1:up:999", "vc1:nobody", "cl1:00:0", "cl1:50:-7", "cc1:nobody", "rl1:99999", "nl1:-1"),
    *("nl1:99999999999999999999", "sl1:xx", "cs1:1:zz", "g1:nowhere"),
)


async def test_somebody_elses_buttons_show_nothing_of_theirs(town: BotProcess) -> None:
    # STEP 1. Anna has a visit and an open booking.
    anna = await with_family(town)
    await to_confirmation(anna)
    await anna.press(RU.confirm)
    number = number_on(anna)
    name = next(line for line in anna.screen().text.splitlines() if line.startswith("Пациент: ")).removeprefix(
        "Пациент: "
    )
    venue = data_of(anna, "На карте")
    await anna.press("Мои записи")
    card = data_of(anna, "1 ·")
    await anna.press("🏠")
    await press_all(anna, "Записаться к врачу")
    person = data_of(anna, RU.me)
    await press_all(anna, RU.me, "⭐", "Дерматолог", "⚡")
    confirm, back, held = data_of(anna, RU.confirm), data_of(anna, "⬅️"), held_slot(town, anna)

    # STEP 2. Boris presses them all, with his own family and with none, and before any consent.
    boris, clara = await with_family(town, "Борис"), await with_consent(town, "Клара")
    stranger = await town.emulator.user("Некто", language_code="ru")
    await stranger.send("/start")
    for user in (boris, clara, stranger):
        for data in (card, venue, person, confirm, back):
            await user.press_data(screen_id(user), data)
            for message in user.messages():
                assert number not in message.text
                assert name not in message.text
                assert message.venue is None

    # STEP 3. Each is told plainly, and Anna's booking stands as it stood.
    await boris.press_data(screen_id(boris), card)
    assert "Здесь больше ничего нет" in boris.screen().text
    answer = await boris.press_data(screen_id(boris), confirm)
    assert answer.text == STALE
    assert HOME in boris.screen().text
    await stranger.press_data(screen_id(stranger), confirm)
    assert "Согласие на обработку персональных данных" in stranger.screen().text
    assert held_slot(town, anna) == held
    assert CHECK_BOOKING in anna.screen().text
    await anna.press(RU.confirm)
    assert BOOKED in anna.screen().text
    async with desk_of(town) as desk:
        assert len(await desk.visits(anna)) == 2
        assert await desk.visits(boris) == []
