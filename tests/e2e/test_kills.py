"""Power cuts at every named point of `tests.support.kills`: of acting, of sending, of gathering answers.

Whatever the point: one visit or none, one settled intent, told at least once and at most twice, and the wizard goes on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from emulator import people
from emulator.driver import User
from services.registry.model import VisitStatus
from tests.e2e.desk import desk_of
from tests.e2e.people import (
    BOOKED,
    RU,
    data_of,
    labels_of,
    press_all,
    text_of,
    to_confirmation,
    told,
    with_consent,
    with_family,
)
from tests.e2e.test_cancelling import CANCEL, CANCELLED, YES, with_visit
from tests.e2e.test_cancelling import FAILED as NOT_CANCELLED
from tests.e2e.test_mail import MAIL, MORE, event_in, give, letters_to
from tests.e2e.test_moving import FAILED as NOT_MOVED
from tests.e2e.test_moving import MOVE_IT, to_move
from tests.e2e.test_reminders import delivered, made_at_the_desk, waiting
from tests.e2e.test_requests import CHECK, PHOTO, SEND, accepted_number, to_problem
from tests.e2e.test_trouble import FAILED as NOT_BOOKED
from tests.support.bot_process import BotProcess
from tests.support.kills import ACTING, GATHERING, SENDING, Point
from tests.support.world import at

_CLAIM = timedelta(seconds=61)
"""How long what a killed process had claimed waits for it."""


# --- booking, moving, cancelling ------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """What is pressed last, what is said once it is done or given up, and how many visits stand after either."""

    name: str
    begin: Callable[[BotProcess], Awaitable[User]]
    label: str
    done: str
    failed: str
    standing: tuple[int, int]
    goes_on: Collection[Point] = ()
    """Points after which it is done though the registry had not heard: it is simply asked again."""


async def _booking(bot: BotProcess) -> User:
    user = await with_family(bot)
    await to_confirmation(user, service="Хирург")
    return user


async def _moving(bot: BotProcess) -> User:
    user = await with_visit(bot, service="Хирург")
    await to_move(bot, user)
    return user


async def _cancelling(bot: BotProcess) -> User:
    user = await with_visit(bot, service="Хирург")
    await user.press(CANCEL["ru"])
    return user


ACTS = (
    Act("booking", _booking, RU.confirm, BOOKED, NOT_BOOKED, (1, 0)),
    Act("moving", _moving, MOVE_IT["ru"], "Запись перенесена.", NOT_MOVED, (1, 1)),
    Act(
        *("cancelling", _cancelling, YES["ru"], f"🎫 {CANCELLED['ru']}", NOT_CANCELLED, (0, 1)),
        goes_on=(Point.BEFORE_THE_CALL,),
    ),
)


async def killed(bot: BotProcess, point: Point, act: Callable[[], object], *, comes_again: bool = False) -> None:
    """The power goes at this point of `act`, and is back; what came then is lost, or given by Telegram once more."""
    bot.fault(kill=point)
    act()
    await bot.ended()
    if not comes_again:
        bot.emulator.world.store.confirm(bot.emulator.bot_id, before=2**62)
        bot.emulator.drop_presses()
    bot.fault()
    await bot.start()
    await bot.emulator.wait_quiet()


async def all_settled(bot: BotProcess, user: User) -> None:
    """Time goes on until nothing is open any more."""

    def settled() -> bool:
        if not _open(bot) and not waiting(bot, user):
            return True
        bot.shift_clock(timedelta(seconds=10))
        return False

    await bot.comes_true(settled, "all settled")
    await bot.emulator.wait_quiet()


def _open(bot: BotProcess) -> int:
    """Intents that still wait for the registry's word."""
    return sum(
        count
        for table in ("booking_intent", "cancel_intent")
        for (count,) in bot.rows(f"SELECT count(*) FROM {table} WHERE status = 'pending'")
    )


async def check_whole(bot: BotProcess, user: User, act: Act, *, done: bool, silent: bool = False) -> None:
    """All that must hold after a power cut: visits, intents, rows of the outbox, drafts, holds, the chat.

    `silent`: nothing has been done, and nothing was to be told.
    """
    async with desk_of(bot) as desk:
        assert len(await desk.standing(user)) == act.standing[not done]
        visits = [each for each in await desk.visits(user) if each.status is VisitStatus.BOOKED]
    live = bot.rows("SELECT visit_id FROM booking_intent WHERE status = 'booked' AND ended_at IS NULL")
    assert sorted(row for (row,) in live) == sorted(each.id for each in visits)
    settled = bot.rows("SELECT status FROM cancel_intent")
    assert settled == ([("done",)] if act.name == "cancelling" and done else [])
    assert not waiting(bot, user)
    keys = bot.rows("SELECT dedupe_key FROM outbox")
    assert len(keys) == len(set(keys))
    if act.name != "cancelling":
        (status,) = bot.rows("SELECT status FROM draft ORDER BY touched_at DESC LIMIT 1")[0]
        assert (status == "open") is not done
    if done:
        assert bot.rows("SELECT count(*) FROM hold") == [(0,)]
    assert told(user, act.failed) == (0 if done or silent else 1), bot.emulator.transcript()
    assert (1 <= heard(user, act.done) <= 2) if done else not told(user, act.done), bot.emulator.transcript()


def heard(user: User, words: str) -> int:
    """How often it has been told. A cancelled ticket is not counted: it bears what became of it, and no button."""
    return sum(words in each.text for each in user.messages() if each.from_bot and not each.deleted and each.labels)


_COMES_AGAIN = (Point.BEFORE_THE_CALL, Point.BEFORE_SETTLING, Point.BEFORE_THE_SCREEN, Point.BEFORE_THE_UPDATE)
"""What a press that comes again finds differs after these alone: at the others nothing has been written since."""
_LOST_TOO = {
    "booking": (Point.BEFORE_THE_CALL, Point.BEFORE_SETTLING, Point.BEFORE_THE_SCREEN),
    "moving": (),  # recovery and the outbox are those of booking
    "cancelling": (Point.BEFORE_SETTLING,),
}


def _cuts() -> list[Any]:
    """Every act at every point, the press lost or coming again; at some both ways."""
    return [
        pytest.param(act, point, again, id=f"{act.name}-{point.name.lower()}-{'again' if again else 'lost'}")
        for act in ACTS
        for point in ACTING
        for again in (True, False)
        if again is (point in _COMES_AGAIN) or (not again and point in _LOST_TOO[act.name])
    ]


@pytest.mark.parametrize(("act", "point", "comes_again"), _cuts())
async def test_killed_at(bot: BotProcess, act: Act, point: Point, comes_again: bool) -> None:
    """The press is lost, as by polling, or comes again, as by a webhook that has not been answered."""
    user = await act.begin(bot)
    card, button = user.screen().message_id or 0, data_of(user, act.label)
    await killed(bot, point, lambda: user.tap(act.label), comes_again=comes_again)

    # STEP 1. By itself, all comes to one end.
    await all_settled(bot, user)
    unheard = point is Point.BEFORE_THE_INTENT
    lost = unheard or (point is Point.BEFORE_THE_CALL and point not in act.goes_on)
    await check_whole(bot, user, act, done=not lost, silent=unheard)

    # STEP 2. The old button leads to the current step, where it can be gone on, or to what has been done: once.
    await user.press_data(card, button)
    if lost and act.done not in text_of(user, card):
        once_more = {"🔄 Попробовать ещё раз"} & set(labels_of(user, card))
        await user.press_old(card, *once_more or (act.label,))
    assert act.done in text_of(user, card)
    async with desk_of(bot) as desk:
        assert len(await desk.standing(user)) == act.standing[0]
    assert not _open(bot)


# --- sending --------------------------------------------------------------------------------------


async def _reminder(bot: BotProcess) -> tuple[User, str]:
    user = await with_family(bot)
    await made_at_the_desk(bot, user)
    return user, "Напоминание"


async def _change(bot: BotProcess) -> tuple[User, str]:
    user = await with_family(bot)
    visit = await made_at_the_desk(bot, user)
    async with desk_of(bot) as desk:
        await desk.admin.cancel_visit(visit.id)
    return user, "Поликлиника отменила эту запись"


_DUE: dict[Callable[[BotProcess], Awaitable[tuple[User, str]]], datetime] = {
    _reminder: at(18, 0, 23),
    _change: at(9, 20, 23),
}


@pytest.mark.parametrize("point", SENDING, ids=lambda each: each.name.lower())
@pytest.mark.parametrize("news", _DUE, ids=["reminder", "change"])
async def test_killed_while_telling(
    bot: BotProcess, news: Callable[[BotProcess], Awaitable[tuple[User, str]]], point: Point
) -> None:
    """Told by the next process: once, or a second time where only the mark was missing."""
    user, words = await news(bot)
    await killed(bot, point, partial(bot.set_clock, _DUE[news]))
    bot.shift_clock(_CLAIM)
    await delivered(bot, user)
    assert told(user, words) == (2 if point is Point.BEFORE_MARKING else 1)
    bot.shift_clock(_CLAIM)
    await delivered(bot, user)
    assert told(user, words) == (2 if point is Point.BEFORE_MARKING else 1)


@pytest.mark.parametrize("point", SENDING, ids=lambda each: each.name.lower())
async def test_killed_while_a_letter_is_sent(bot: BotProcess, point: Point) -> None:
    user, address = await with_family(bot), "kill@example.org"
    await press_all(user, MORE["ru"], MAIL["ru"])
    await give(bot, user, address)
    await user.press(RU.home)
    await to_confirmation(user)
    await killed(bot, point, lambda: user.tap(RU.confirm))
    bot.shift_clock(_CLAIM)
    await all_settled(bot, user)
    await delivered(bot, user)
    letters = letters_to(bot, address)
    assert len(letters) == (2 if point is Point.BEFORE_MARKING else 1)
    assert len({event_in(each)[1]["UID"] for each in letters}) == 1, "a calendar shows it once"
    assert 1 <= told(user, BOOKED) <= 2


# --- what was due meanwhile -----------------------------------------------------------------------


@pytest.mark.parametrize("what", ["cancelled", "moved"])
async def test_due_while_it_was_down(bot: BotProcess, what: str) -> None:
    """What the clinic did while it was down is told once, and the reminder of what was no longer so is not."""
    user = await with_family(bot)
    visit = await made_at_the_desk(bot, user)
    await bot.kill()
    async with desk_of(bot) as desk:
        if what == "cancelled":
            await desk.admin.cancel_visit(visit.id)
        if what == "moved":
            later = next(each for each in await desk.free(visit.service_id) if each.start >= at(10, 0, 27))
            await desk.admin.move_visit(visit.id, later.id)
    bot.set_clock(at(19, 0, 23))
    await bot.start()
    for _ in range(2):
        await delivered(bot, user)
        bot.shift_clock(timedelta(minutes=6))
    assert not told(user, "Напоминание")
    assert told(user, "Поликлиника отменила эту запись") == (1 if what == "cancelled" else 0)
    assert told(user, "Запись перенесена") == (1 if what == "moved" else 0)


# --- answers on their way -------------------------------------------------------------------------


@pytest.mark.parametrize("point", GATHERING, ids=lambda each: each.name.lower())
async def test_killed_while_something_typed_is_taken(bot: BotProcess, point: Point) -> None:
    """It comes again, and is the answer to one question: the next one is asked, not answered too."""
    user = await with_consent(bot)
    await user.press(RU.fill_in)
    await user.send("Орлова")
    assert "вопрос 2 из 8" in user.screen().text
    say = partial(people.say, bot.emulator.world, bot.emulator.bot_id, user.id, "Анна")
    await killed(bot, point, say, comes_again=True)
    assert "вопрос 3 из 8" in user.screen().text, bot.emulator.transcript()


@pytest.mark.parametrize("point", GATHERING, ids=lambda each: each.name.lower())
async def test_killed_while_a_photo_is_taken(bot: BotProcess, point: Point) -> None:
    """It comes again, and is there once; what was confirmed before it stays."""
    user = await with_family(bot)
    await to_problem(user)
    await user.send("Не открывается запись")
    send = partial(people.send_photo, bot.emulator.world, bot.emulator.bot_id, user.id, PHOTO)
    await killed(bot, point, send, comes_again=True)
    assert CHECK in user.screen().text
    assert "Не открывается запись\nФото: 1" in user.screen().text, bot.emulator.transcript()
    await user.press(SEND)
    accepted_number(user)
    assert bot.rows("SELECT count(*) FROM request_file") == [(1,)]
