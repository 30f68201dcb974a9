"""Notices about what was sent to be answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.keyboards.buttons.notifications import NotificationList
from bot.topic import Line, LinesSpec, NoticeContext, NoticeSpec, Rendered
from bot.views import requests as view
from bot.views.screen import Screen
from services.accounts.model import Account
from services.notify.model import Notification
from services.requests.model import first_status
from services.requests.notices import RequestNews
from services.requests.requests import Requests
from services.texts.i18n import Texts


async def status(context: NoticeContext, *, requests: Requests) -> Rendered:
    """As it stands now: a later status has taken the word of an earlier one that was still waiting."""
    request = await requests.get(context.account, context.subject_id)
    if request.status is first_status(request.kind):
        return view.accepted(context.t, request)
    return view.card(context.t, request, context.now, note=view.news(context.t, request))


async def opened(context: NoticeContext, *, requests: Requests) -> Screen:
    request = await requests.get(context.account, context.subject_id)
    return view.card(context.t, request, context.now, back=NotificationList(page=0))


async def draw_lines(
    account: Account, notes: Sequence[Notification], t: Texts, _: datetime, *, requests: Requests
) -> Mapping[str, Line]:
    """A request bears the status that it had then: each of them was told."""
    moments = {each.id: (each.subject_id, each.created_at) for each in notes}
    found = await requests.as_they_stood(account, set(moments.values()))
    return {
        note_id: Line(headline=view.headline(t, found[moment]), label=view.title(t, found[moment]))
        for note_id, moment in moments.items()
        if moment in found
    }


SPECS = (NoticeSpec(RequestNews.REQUEST_STATUS, view.HEADING, status, opened),)
LINES = LinesSpec(frozenset(each.kind for each in SPECS), draw_lines)
