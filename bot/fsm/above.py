"""What a message that stays in the chat says of a visit once something below it has changed the visit."""

from __future__ import annotations

from datetime import datetime

from bot.keyboards import origins
from bot.keyboards.layout import layout_of
from bot.views.reminders import reminder
from bot.views.screen import Redrawn
from bot.views.visits import as_it_stands
from services.accounts.model import Account
from services.booking.model import VisitEntry
from services.booking.moments import visit_day
from services.booking.visits import Visits
from services.texts.i18n import Texts


async def redrawn(
    visits: Visits, account: Account, t: Texts, now: datetime, entry: VisitEntry, origin: str
) -> Redrawn | None:
    """The message that the visit was opened from, where it stays. `entry`: the visit as it is now.

    One that tells of several visits goes on doing so: of all that the account has ahead on that day.
    """
    above = origins.above(origin)
    if above is None:
        return None
    if not above.several:
        return Redrawn(above.message_id, as_it_stands(t, entry, now))
    day = visit_day(entry.visit)
    others = [each for each in await visits.ahead(account) if each.visit.id != entry.visit.id]
    told = [entry, *(each for each in others if visit_day(each.visit) == day)]
    told.sort(key=lambda each: each.visit.start)
    return Redrawn(above.message_id, reminder(t, told, now, layout=layout_of(account)).kept())
