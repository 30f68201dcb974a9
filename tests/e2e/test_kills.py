"""Power cuts at every named point of `tests.support.kills`: of acting, of sending, of gathering answers.

Whatever the point: one visit or none, one settled intent, told at least once and at most twice, and the wizard goes on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest

from emulator.driver import User
from services.registry.model import VisitStatus
from tests.e2e.desk import desk_of
from tests.e2e.people import BOOKED, RU, to_confirmation, told, with_family
from tests.e2e.test_cancelling import CANCEL, CANCELLED, YES, data_of, text_of, with_visit
from tests.e2e.test_cancelling import FAILED as NOT_CANCELLED
from tests.e2e.test_moving import FAILED as NOT_MOVED
from tests.e2e.test_moving import MOVE_IT, to_move
from tests.e2e.test_reminders import delivered, made_at_the_desk, waiting
from tests.e2e.test_trouble import FAILED as NOT_BOOKED
from tests.support.bot_process import BotProcess
from tests.support.kills import ACTING, SENDING, Point
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
    assert (1 <= told(user, act.done) <= 2) if done else not told(user, act.done), bot.emulator.transcript()


@pytest.mark.parametrize("point", ACTING, ids=lambda each: each.name.lower())
@pytest.mark.parametrize("act", ACTS, ids=lambda each: each.name)
@pytest.mark.parametrize("comes_again", [False, True], ids=["lost", "again"])
async def test_killed_at(bot: BotProcess, act: Act, point: Point, comes_again: bool) -> None:
    """The press is lost, as by polling, or comes again, as by a webhook that has not been answered."""
    user = await act.begin(bot)
    card, button = user.screen().message_id or 0, data_of(user, act.label)
    await killed(bot, point, lambda: user.tap(act.label), comes_again=comes_again)

    # STEP 1. By itself, all comes to one end.
    await all_settled(bot, user)
    unheard = point is Point.BEFORE_THE_INTENT and not comes_again
    lost = unheard or (point is Point.BEFORE_THE_CALL and point not in act.goes_on)
    await check_whole(bot, user, act, done=not lost, silent=unheard)

    # STEP 2. The old button leads to the current step, where it can be gone on, or to what has been done: once.
    await user.press_data(card, button)
    if lost and act.done not in text_of(user, card):
        await user.press_on(card, act.label)
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
