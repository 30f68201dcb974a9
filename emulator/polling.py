"""getUpdates: handing updates over, and the long wait for them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from emulator import refusals
from emulator.entities import Json
from emulator.model import Bot
from emulator.params import Params
from emulator.refusals import Refused
from emulator.world import World

PARAMETERS = frozenset({"offset", "limit", "timeout", "allowed_updates"})
_LONGEST_WAIT_S = 50


async def get_updates(world: World, bot: Bot, params: Params) -> list[Json]:
    """Updates from `offset` on; waits up to `timeout` seconds for the first one.

    An offset confirms everything before it. A waiting call is ended with 409 by the next one.
    """
    params.refuse_unknown(PARAMETERS)
    if bot.webhook is not None:
        raise Refused(refusals.WEBHOOK_CONFLICT)
    remember_kinds(world, bot, params)
    _confirm(world, bot.id, params.integer("offset"))
    limit = min(max(params.integer("limit", 100), 1), 100)
    other = world.polls.pop(bot.id, None)
    if other is not None and not other.done():
        other.set_exception(Refused(refusals.POLL_CONFLICT))
    world.poll_began(bot.id)
    updates = world.store.updates(bot.id, limit)
    timeout = min(params.integer("timeout"), _LONGEST_WAIT_S)
    if not updates and timeout > 0:
        await _wait(world, bot.id, timeout)
        updates = world.store.updates(bot.id, limit)
    world.poll_ended(bot.id)
    return updates


async def _wait(world: World, bot_id: int, timeout: int) -> None:
    wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    world.polls[bot_id] = wake
    try:
        await asyncio.wait_for(asyncio.shield(wake), timeout)
    except TimeoutError:
        pass
    finally:
        if world.polls.get(bot_id) is wake:
            del world.polls[bot_id]


def remember_kinds(world: World, bot: Bot, params: Params) -> Bot:
    """allowed_updates holds until another list comes; an empty list means Telegram's default.

    Gives the bot as it is now.
    """
    kinds = params.json("allowed_updates", refusals.ALLOWED_UPDATES)
    if kinds is None:
        return bot
    if not isinstance(kinds, list):
        raise Refused(refusals.ALLOWED_UPDATES)
    wanted = tuple(str(kind) for kind in kinds)
    if wanted != bot.allowed_updates:
        bot = replace(bot, allowed_updates=wanted)
        world.store.save_bot(bot)
    return bot


def _confirm(world: World, bot_id: int, offset: int) -> None:
    if offset < 0:
        kept = world.store.last_update_ids(bot_id, -offset)
        offset = kept[-1] if kept else 0
    if offset == 0:
        return
    again = set()
    for update in world.store.updates(bot_id, 100):
        key = (bot_id, update["update_id"])
        if key[1] >= offset:
            break
        if key in world.again:
            world.again.discard(key)
        elif world.faults.take_duplicate():
            world.again.add(key)
            again.add(key[1])
    world.store.confirm(bot_id, offset, keep=frozenset(again))
    world.journal.activity.bump()
