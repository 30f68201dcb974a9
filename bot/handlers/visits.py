"""«Мои записи» and the tickets in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.fsm.above import redrawn
from bot.handlers.clinics import show_venue
from bot.keyboards import origins
from bot.keyboards.buttons.visits import (
    OldVisitCancel,
    OldVisitCard,
    Tab,
    VisitCalendar,
    VisitCancel,
    VisitCard,
    VisitList,
    VisitMove,
    VisitVenue,
)
from bot.keyboards.kit import clamp
from bot.routing import on
from bot.views import calendar as calendar_view
from bot.views import refusals
from bot.views import visits as view
from bot.views.services import Beside
from bot.visitor import Visitor
from services.accounts.mail import Mail
from services.booking.calendar import Calendar
from services.booking.cancelling import Cancelling
from services.booking.model import Checking, GivenUp, Kept, VisitEntry
from services.booking.visits import Visits
from services.notify import keys
from services.notify.outbox import Outbox
from services.registry.model import CancelRefusal, VisitStatus
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import Html


async def listing(visitor: Visitor, data: VisitList, *, visits: Visits) -> None:
    page = max(0, data.page)
    read = visits.upcoming if data.tab is Tab.UPCOMING else visits.past
    size = visitor.layout.described
    found = await read(visitor.account, page, size)
    if not found.items and found.total:  # the list has grown shorter since the button was drawn
        page = clamp(page, found.total, size)
        found = await read(visitor.account, page, size)
    await visitor.show(view.visit_list(visitor.t, data.tab, found, page, visitor.now, layout=visitor.layout))


async def booked(visitor: Visitor, *, visits: Visits) -> Beside:
    """What stands on the terms of «Запись к врачу»; nothing while the registry is silent."""
    try:
        return view.booked(visitor.t, await visits.upcoming(visitor.account, 0, view.BOOKED), visitor.now)
    except RegistryUnavailable:
        return Beside()


async def card(visitor: Visitor, data: VisitCard, *, visits: Visits, mail: Mail, outbox: Outbox) -> None:
    entry = await visits.get(visitor.account, data.visit)
    origin, offers_mail = opened_from(visitor, data.origin), mail.may_offer(visitor.account)
    await visitor.show(view.ticket(visitor.t, entry, visitor.now, origin=origin, offers_mail=offers_mail))
    await outbox.read_about(visitor.account.id, entry.visit.id)


async def old_card(visitor: Visitor, data: OldVisitCard, *, visits: Visits, mail: Mail, outbox: Outbox) -> None:
    """It was opened from the list, as far as anybody knows."""
    origin = origins.of_list(VisitList(tab=Tab.UPCOMING, page=0))
    await card(visitor, VisitCard(visit=data.visit, origin=origin), visits=visits, mail=mail, outbox=outbox)


async def venue(visitor: Visitor, data: VisitVenue, *, visits: Visits) -> None:
    entry = await visits.get(visitor.account, data.visit)
    await show_venue(visitor, entry.visit.clinic)


async def calendar(visitor: Visitor, data: VisitCalendar, *, calendar: Calendar) -> None:
    """«В календарь»: the file of the visit as it is now, or of the one that has taken its place."""
    found = await calendar.find(visitor.account, data.visit)
    if not view.has_calendar(found.entry.visit, visitor.now):
        await visitor.answer(calendar_view.over(visitor.t))
        return
    event = await calendar.event(visitor.account, found)
    await visitor.send_document(calendar_view.document(visitor.t, event, visitor.now))
    await visitor.answer()


async def cancel(
    visitor: Visitor, data: VisitCancel, *, visits: Visits, cancelling: Cancelling, outbox: Outbox
) -> None:
    """«Отменить запись»: asked first, then done. What comes of it is said, and in a message that stays above."""
    t, account = visitor.t, visitor.account
    origin = opened_from(visitor, data.origin)
    try:
        entry = await visits.get(account, data.visit)
    except RegistryUnavailable:
        if not data.sure:
            raise
        await visitor.show(view.not_cancelled(t, data))
        return
    if not data.sure:
        why_not = await why_untouched(visitor, entry, cancelling)
        if why_not is not None:
            await tell(visitor, entry, why_not, origin, visits)
        else:
            await visitor.show(view.cancel_question(t, entry, visitor.now, origin=origin))
        return
    outcome = await cancelling.cancel(account, entry.visit.id)
    said = None
    match outcome:
        case GivenUp():
            entry = replace(entry, visit=replace(entry.visit, status=VisitStatus.CANCELLED_BY_PATIENT))
        case Kept(reason):
            said = refusals.kept(t, reason)
            if reason is not CancelRefusal.UNAVAILABLE:  # somebody was quicker: the card shows what has become of it
                entry = await visits.get(account, entry.visit.id)
        case Checking():
            said = refusals.checking_cancel(t)
    unavailable = outcome == Kept(CancelRefusal.UNAVAILABLE)
    again = VisitCancel(visit=entry.visit.id, sure=True, origin=origin) if unavailable else None
    await tell(visitor, entry, said, origin, visits, again)
    if isinstance(outcome, GivenUp):  # Telegram has taken the screen: only now is nothing more to be told
        await outbox.shown(keys.cancelled(outcome.intent_id))


async def old_cancel(
    visitor: Visitor, data: OldVisitCancel, *, visits: Visits, cancelling: Cancelling, outbox: Outbox
) -> None:
    """As far as anybody knows, from nowhere."""
    asked = VisitCancel(visit=data.visit, sure=data.sure)
    await cancel(visitor, asked, visits=visits, cancelling=cancelling, outbox=outbox)


def opened_from(visitor: Visitor, origin: str) -> str:
    """Where what a button of a visit opens comes from: a message that stays, if the button stands there."""
    if not visitor.kept or visitor.pressed is None:
        return origin
    return origins.Above(visitor.pressed, several=len(set(visits_of(visitor.offered))) > 1).pack()


def visits_of(buttons: Sequence[str]) -> Iterator[str]:
    """The visits that a screen shows: each has a button to move it, or one to open it."""
    for kind in (VisitMove, VisitCard):
        for data in buttons:
            if data.startswith(f"{kind.__prefix__}:"):
                yield kind.unpack(data).visit


async def why_untouched(visitor: Visitor, entry: VisitEntry, cancelling: Cancelling) -> Html | None:
    """Why the visit can neither be cancelled nor moved now; None if it can."""
    reason = cancelling.why_not(entry)
    if reason is not None:
        return refusals.kept(visitor.t, reason)
    if await cancelling.under_way(visitor.account, entry):
        return refusals.under_way(visitor.t)
    return None


async def tell(
    visitor: Visitor,
    entry: VisitEntry,
    said: Html | None,
    origin: str,
    visits: Visits,
    again: VisitCancel | None = None,
) -> None:
    """What has come of a press on a visit, and in a message that stays above, how the visit stands now."""
    await visitor.show(view.outcome(visitor.t, entry, visitor.now, said, origin=origin, again=again))
    if view.is_ahead(entry.visit, visitor.now):  # as the message above says already
        return
    above = await redrawn(visits, visitor.account, visitor.t, visitor.now, entry, origin)
    if above is not None:
        await visitor.redraw(above.message_id, above.screen)


ROUTES = (
    on(VisitCancel, cancel),
    on(OldVisitCancel, old_cancel),
    on(VisitList, listing),
    on(VisitCard, card),
    on(OldVisitCard, old_card),
    on(VisitCalendar, calendar),
    on(VisitVenue, venue),
)
