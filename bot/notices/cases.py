"""Notices about what was sent to be answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.casebook import Casebook, whom
from bot.topic import Line, LinesSpec, NoticeContext, NoticeSpec, Rendered
from bot.views import cases as view
from bot.views.screen import Screen
from services.accounts.model import Account
from services.accounts.persons import Persons
from services.cases.cases import Cases
from services.cases.notices import CaseNews
from services.notify.model import Notification
from services.texts.i18n import Texts


async def status(context: NoticeContext, *, cases: Cases, casebook: Casebook, persons: Persons) -> Rendered:
    """As it stands now: a later status has taken the word of an earlier one that was still waiting."""
    case = await cases.get(context.account, context.subject_id)
    return casebook.told(context.t, case, context.now, await whom(persons, context.account, case))


async def opened(context: NoticeContext, *, cases: Cases, casebook: Casebook, persons: Persons) -> Screen:
    case = await cases.get(context.account, context.subject_id)
    return casebook.card(context.t, case, context.now, await whom(persons, context.account, case), context.back)


async def draw_lines(
    account: Account, notes: Sequence[Notification], t: Texts, _: datetime, *, cases: Cases, casebook: Casebook
) -> Mapping[str, Line]:
    """A case bears the status that it had then: each of them was told."""
    moments = {each.id: (each.subject_id, each.created_at) for each in notes}
    found = await cases.as_they_stood(account, set(moments.values()))
    return {
        note_id: Line(headline=casebook.headline(t, found[moment]), names=casebook.names(t, found[moment]))
        for note_id, moment in moments.items()
        if moment in found
    }


SPECS = (NoticeSpec(CaseNews.CASE_STATUS, view.HEADING, status, opened),)
LINES = LinesSpec(frozenset(each.kind for each in SPECS), draw_lines)
