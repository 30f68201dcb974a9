"""«Перенос записи»: how a move begins."""

from __future__ import annotations

from bot.fsm import moving
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.visits import VisitMove
from bot.routing import on
from bot.views import refusals
from bot.views.visits import ticket
from bot.visitor import Visitor
from services.booking.cancelling import Cancelling
from services.booking.visits import Visits


async def open_move(
    visitor: Visitor, data: VisitMove, *, visits: Visits, cancelling: Cancelling, wizards: Wizards
) -> None:
    """Another time for a visit that stands and may be managed from here."""
    t = visitor.t
    entry = await visits.get(visitor.account, data.visit)
    reason = cancelling.why_not(entry)
    if reason is not None:
        await visitor.show(ticket(t, entry, visitor.now, note=refusals.kept(t, reason)))
    elif await cancelling.under_way(visitor.account, entry):
        await visitor.show(ticket(t, entry, visitor.now, note=refusals.under_way(t)))
    else:
        await wizards.leave(visitor)
        await wizards.begin(visitor, moving.begins(entry))


async def begin(visitor: Visitor, *, wizards: Wizards) -> None:
    """Anew: a move begins from a visit's card alone."""
    await wizards.show_outdated(visitor)


ROUTES = (on(VisitMove, open_move),)
