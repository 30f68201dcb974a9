"""«Перенос записи»: how a move begins."""

from __future__ import annotations

from bot.fsm import moving
from bot.handlers.visits import opened_from, tell, why_untouched
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.visits import OldVisitMove, VisitMove
from bot.routing import on
from bot.visitor import Visitor
from services.booking.cancelling import Cancelling
from services.booking.visits import Visits


async def open_move(
    visitor: Visitor, data: VisitMove, *, visits: Visits, cancelling: Cancelling, wizards: Wizards
) -> None:
    """Another time for a visit that stands and may be managed from here; «Назад» leads to where it was pressed."""
    entry = await visits.get(visitor.account, data.visit)
    origin = opened_from(visitor, data.origin)
    reason = await why_untouched(visitor, entry, cancelling)
    if reason is not None:
        await tell(visitor, entry, reason, origin, visits)
    else:
        await wizards.leave(visitor)
        await wizards.begin(visitor, moving.begins(entry, origin))


async def old_move(
    visitor: Visitor, data: OldVisitMove, *, visits: Visits, cancelling: Cancelling, wizards: Wizards
) -> None:
    """From nowhere, as far as anybody knows."""
    await open_move(visitor, VisitMove(visit=data.visit), visits=visits, cancelling=cancelling, wizards=wizards)


async def begin(visitor: Visitor, *, wizards: Wizards) -> None:
    """Anew: a move begins from a visit's card alone."""
    await wizards.show_outdated(visitor)


ROUTES = (on(VisitMove, open_move), on(OldVisitMove, old_move))
