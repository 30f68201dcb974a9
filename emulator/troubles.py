"""The troubles that the page offers at the press of a button, each a fault for the next call or message.

A page in another language has words of its own for a `name`; where it has none, it shows the title.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from emulator.entities import Json
from emulator.faults import Fault, MailFault
from emulator.world import World

_RETRY_AFTER_S = 5
_DELAY_S = 5
_MAIL_DELAY_S = 30.0
Arm = Callable[[World, int, int | None], None]


@dataclass(frozen=True)
class Trouble:
    """`arm(world, bot_id, chat_id)` brings it once, in one chat or, for None, in whichever comes first."""

    name: str
    title: str
    arm: Arm
    mail: bool = False  # can only happen where mail is caught


def offered(world: World) -> list[Json]:
    """What can be armed here, for the page."""
    here = [each for each in TROUBLES if not each.mail or world.mail_server is not None]
    return [{"name": each.name, "title": each.title, "mail": each.mail} for each in here]


def armed(world: World) -> list[Json]:
    """What still waits for its call, each with how many `times` it will happen."""
    calls = [{**asdict(fault), "text": _words(fault)} for fault in world.faults.armed]
    faults = world.faults
    floods = [fault for fault, until in faults.floods if until > world.now()]
    mail = world.mail_server.armed if world.mail_server is not None else []
    return [
        *calls,
        *({"text": f"{fault.method} → 429 until its time has passed", "times": 1} for fault in floods),
        *([{"text": "update → twice", "times": faults.duplicates}] if faults.duplicates else []),
        *([{"text": "update → overtaken", "times": faults.overtaken}] if faults.overtaken else []),
        *([{"text": "cut", "times": 1}] if faults.is_cut else []),
        *({"text": f"mail → {kind}", "times": 1} for kind in mail),
    ]


def arm(world: World, name: str, bot_id: int, chat_id: int | None) -> None:
    """Arm a trouble by name. Raises KeyError for one that is not offered here."""
    found = next(each for each in (*TROUBLES, None) if each is None or each.name == name)
    if found is None or (found.mail and world.mail_server is None):
        raise KeyError(name)
    found.arm(world, bot_id, chat_id)


def disarm(world: World) -> None:
    """Everything works again."""
    world.end_faults()
    if world.mail_server is not None:
        world.mail_server.arm(None)


def _words(fault: Fault) -> str:
    what = f"{fault.code}" if fault.kind == "refuse" else fault.kind.replace("_", " ")
    return f"{fault.method} → {what}"


def _fault(fault: Fault) -> Arm:
    fields = asdict(fault)
    return lambda world, bot_id, chat_id: world.faults.add(Fault(**fields | {"bot_id": bot_id, "chat_id": chat_id}))


def _double(world: World, _bot_id: int, _chat_id: int | None) -> None:
    world.faults.duplicate_updates(1)


def _reorder(world: World, _bot_id: int, _chat_id: int | None) -> None:
    world.faults.reorder_updates(1)


def _cut(world: World, _bot_id: int, _chat_id: int | None) -> None:
    world.cut(on=True)


def _mail(kind: MailFault) -> Arm:
    def break_mail(world: World, _bot_id: int, _chat_id: int | None) -> None:
        assert world.mail_server is not None, "offered only where mail is caught"
        world.mail_server.arm(kind, 1, _MAIL_DELAY_S)

    return break_mail


TROUBLES = (
    Trouble("too-many", f"429, retry after {_RETRY_AFTER_S} s", _fault(Fault(code=429, retry_after=_RETRY_AFTER_S))),
    Trouble("forbidden", "403, the bot was blocked", _fault(Fault(code=403))),
    Trouble("server-error", "502, Bad Gateway", _fault(Fault(code=502))),
    Trouble("reply-lost", "Done, but the reply is lost", _fault(Fault(kind="lose_reply"))),
    Trouble("call-lost", "The call is lost before anything is done", _fault(Fault(kind="lose_call"))),
    Trouble("slow", f"Done, answered after {_DELAY_S} s", _fault(Fault(kind="slow", delay_ms=_DELAY_S * 1000))),
    Trouble("cut", "Nothing passes until all is called off", _cut),
    Trouble("overtaken", "The next update is overtaken by the one after it", _reorder),
    Trouble("doubled", "The next update comes twice", _double),
    Trouble("mail-refused", "550, no such address", _mail("refuse"), mail=True),
    Trouble("mail-lost", "The message breaks off and is lost", _mail("drop"), mail=True),
    Trouble("mail-slow", f"The mail server answers after {_MAIL_DELAY_S:.0f} s", _mail("slow"), mail=True),
    Trouble("mail-down", "The mail server is down", _mail("down"), mail=True),
)
