"""One call of the Bot API, whichever way it came: as a request, or in the answer to a webhook's update."""

from __future__ import annotations

from emulator import refusals
from emulator.entities import Json
from emulator.faults import Fault
from emulator.journal import Call
from emulator.methods import METHODS
from emulator.model import Bot
from emulator.params import Files, Params
from emulator.refusals import Refused
from emulator.world import World


class BrokenError(Exception):
    """The connection breaks without an answer, whether the work is done or not."""


def meet(fault: Fault, retry_after: int) -> None:
    """What a fault does before the work."""
    if fault.kind == "refuse":
        raise Refused(fault.refusal(retry_after), retry_after if fault.code == 429 else None)
    if fault.kind == "lose_call":
        raise BrokenError("call lost")


def run(world: World, bot_id: int, name: str, values: Json, files: Files) -> tuple[object, int]:
    """Run one method, with the armed faults, and write it into the journal.

    Gives the result and after how many milliseconds it is to be told.
    """
    served = METHODS.get(name.lower())
    params = Params(served.name if served else name, values, files)
    met = world.faults.take(bot_id, params.method, _chat_id(world, values), world.now())
    error, injected = "", False
    try:
        if served is None:
            raise Refused(refusals.UNSERVED_METHOD, method=name)
        params.refuse_unknown(served.parameters)
        if met is not None:
            injected = met[0].kind != "slow"
            meet(*met)
        bot: Bot = world.bot(bot_id)
        with world.store.unit():
            result = served.run(world, bot, params)
        if met is not None and met[0].kind == "lose_reply":
            raise BrokenError("reply lost")
        return result, met[0].delay_ms if met is not None else 0
    except (Refused, BrokenError) as refused:
        error = str(refused)
        raise
    finally:
        call = Call(bot_id, params.method, values, not error, error, injected)
        world.journal.calls.append(call)


def _chat_id(world: World, values: Json) -> int | None:
    """The chat that a call is for; that of whoever pressed, where it answers a press."""
    if "callback_query_id" in values:
        query = world.store.query(str(values["callback_query_id"]))
        return query.user_id if query is not None else None
    text = str(values.get("chat_id", ""))
    return int(text) if text.lstrip("-").isdigit() else None
