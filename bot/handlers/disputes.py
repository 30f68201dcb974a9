"""«Это не я»: asked first, then done."""

from __future__ import annotations

from dataclasses import replace

from bot.keyboards.buttons.disputes import Answer, VisitDispute
from bot.routing import on
from bot.views import disputes as view
from bot.visitor import Visitor
from services.booking.model import GivenUp
from services.disputes.disputes import Disputes
from services.disputes.model import Dispute, Settled
from services.notify import keys
from services.notify.outbox import Outbox
from services.registry.model import VisitStatus
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import DEFAULT_LOCALE, texts


async def dispute(visitor: Visitor, data: VisitDispute, *, disputes: Disputes, outbox: Outbox) -> None:
    t, account, now = visitor.t, visitor.account, visitor.now
    try:
        found = await disputes.look(account, data.visit)
    except RegistryUnavailable:
        await visitor.show(view.unavailable(t, data))
        return
    match data.answer:
        case Answer.ASK:
            await visitor.show(view.question(t, found, now))
        case Answer.FAMILY:
            await visitor.show(view.family(t, found.entry, now))
        case Answer.NOT_US:
            report = view.report(texts(DEFAULT_LOCALE), found)  # for whoever answers, whichever language this chat has
            settled = await disputes.deny(account, found, report)
            await visitor.show(view.denied(t, _as_it_is(found, settled), settled, now))
            if isinstance(settled.cancelled, GivenUp):  # Telegram has taken the screen: nothing more is to be told
                await outbox.shown(keys.cancelled(settled.cancelled.intent_id))
    await outbox.read_about(account.id, data.visit)


def _as_it_is(found: Dispute, settled: Settled) -> Dispute:
    if not isinstance(settled.cancelled, GivenUp):
        return found
    visit = replace(found.entry.visit, status=VisitStatus.CANCELLED_BY_PATIENT)
    return replace(found, entry=replace(found.entry, visit=visit))


ROUTES = (on(VisitDispute, dispute),)
