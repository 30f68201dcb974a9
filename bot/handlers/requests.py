"""The cards of what was sent, and how sending begins."""

from __future__ import annotations

from bot.casebook import Casebook, whom
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.requests import (
    GO_FEEDBACK,
    GO_PROBLEM,
    RequestCard,
    RequestPhoto,
    RequestText,
)
from bot.routing import on, to
from bot.views import requests as view
from bot.visitor import Visitor
from services.accounts.persons import Persons
from services.cases.cases import Cases
from services.drafts.drafts import Drafts
from services.notify.outbox import Outbox
from services.requests.model import RequestKind
from services.requests.requests import Requests


async def card(
    visitor: Visitor, data: RequestCard, *, cases: Cases, casebook: Casebook, persons: Persons, outbox: Outbox
) -> None:
    request = await cases.get(visitor.account, data.request)
    named = await whom(persons, visitor.account, request)
    await visitor.show(casebook.card(visitor.t, request, visitor.now, named))
    await outbox.read_about(visitor.account.id, request.id)


async def whole_text(visitor: Visitor, data: RequestText, *, cases: Cases, casebook: Casebook) -> None:
    request = await cases.get(visitor.account, data.request)
    await visitor.show(view.whole_text(visitor.t, casebook.title(visitor.t, request), request, data.page))


async def photo(visitor: Visitor, data: RequestPhoto, *, cases: Cases, casebook: Casebook) -> None:
    """A message of its own below the card."""
    request = await cases.get(visitor.account, data.request)
    picture = await cases.photo(visitor.account, request.id, data.place)
    await visitor.send(view.photo(visitor.t, casebook.title(visitor.t, request), request, data.place, picture))
    await visitor.answer()


# --- sending --------------------------------------------------------------------------------------------------------


async def open_problem(visitor: Visitor, *, drafts: Drafts, requests: Requests, wizards: Wizards) -> None:
    """«Сообщить о проблеме»."""
    await _open(visitor, RequestKind.PROBLEM, drafts, requests, wizards)


async def open_feedback(visitor: Visitor, *, drafts: Drafts, requests: Requests, wizards: Wizards) -> None:
    """«Обратная связь»."""
    await _open(visitor, RequestKind.FEEDBACK, drafts, requests, wizards)


async def begin_problem(visitor: Visitor, *, requests: Requests, wizards: Wizards) -> None:
    await _begin(visitor, RequestKind.PROBLEM, requests, wizards)


async def begin_feedback(visitor: Visitor, *, requests: Requests, wizards: Wizards) -> None:
    await _begin(visitor, RequestKind.FEEDBACK, requests, wizards)


async def _open(visitor: Visitor, kind: RequestKind, drafts: Drafts, requests: Requests, wizards: Wizards) -> None:
    """Goes on where it was left, or begins."""
    await wizards.leave(visitor)
    draft = await drafts.open_of(visitor.account.id, kind.value)
    if draft is not None and "message" in draft.answers:
        await visitor.show(view.unfinished(visitor.t, kind))
    else:
        await _begin(visitor, kind, requests, wizards)


async def _begin(visitor: Visitor, kind: RequestKind, requests: Requests, wizards: Wizards) -> None:
    if await requests.is_full(visitor.account):
        await visitor.show(view.too_many(visitor.t))
    else:
        await wizards.start(visitor, kind.value)


ROUTES = (
    on(RequestCard, card),
    on(RequestText, whole_text),
    on(RequestPhoto, photo),
    to(GO_PROBLEM, open_problem),
    to(GO_FEEDBACK, open_feedback),
)
