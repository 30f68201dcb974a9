"""Reminders: on the eve, and two hours before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime

from bot.notices import visits as visit_notices
from bot.topic import Later, Line, LinesSpec, NoticeContext, NoticeSpec, Render, Rendered, Told
from bot.views import reminders as view
from bot.views.screen import Screen
from services.accounts.model import Account
from services.booking import reminders as service
from services.booking.model import VisitEntry
from services.booking.notices import VisitNews
from services.booking.reminders import Reminder, Reminders
from services.booking.visits import Visits
from services.notify.model import Notification
from services.texts.dates import MOSCOW, day_words, local
from services.texts.i18n import Texts


async def eve(context: NoticeContext, *, reminders: Reminders) -> Rendered:
    return _notice(context, await reminders.eve(context.account, date.fromisoformat(context.subject_id)))


async def soon(context: NoticeContext, *, reminders: Reminders) -> Rendered:
    return _notice(context, await reminders.soon(context.account, context.subject_id))


async def eve_opened(context: NoticeContext, *, reminders: Reminders) -> Screen:
    return _again(context, await reminders.of_day(context.account, date.fromisoformat(context.subject_id)))


async def soon_opened(context: NoticeContext, *, reminders: Reminders) -> Screen:
    return _again(context, await reminders.of_visit(context.account, context.subject_id))


def _notice(context: NoticeContext, found: Reminder | service.Later | None) -> Rendered:
    if isinstance(found, Reminder):
        return Told(view.reminder(context.t, found.entries, context.now, layout=context.layout), found.instead_of)
    return Later(found.until) if found is not None else None


def _again(context: NoticeContext, entries: Sequence[VisitEntry]) -> Screen:
    if not entries:
        return view.over(context.t, context.back)
    return view.reminder(context.t, entries, context.now, layout=context.layout, opened=context.opened_by)


async def draw_lines(
    account: Account, notes: Sequence[Notification], t: Texts, now: datetime, *, visits: Visits, reminders: Reminders
) -> Mapping[str, Line]:
    """A day still ahead names everybody who is seen on it."""
    days = {}
    for each in notes:
        if each.kind == VisitNews.REMINDER_EVE:
            entries = await reminders.of_day(account, date.fromisoformat(each.subject_id))
            whom = dict.fromkeys(entry.person.listed_name for entry in entries)
            days[each.id] = Line(about=day(t, each, now), person=", ".join(whom) or None)
    visits_of = await visit_notices.draw_lines(account, notes, t, now, visits=visits)
    return {**days, **visits_of}


def day(t: Texts, note: Notification, now: datetime) -> str:
    """The day of the visits, as it is called now."""
    return day_words(t, date.fromisoformat(note.subject_id), local(now, MOSCOW).date())


def _spec(kind: str, render: Render, opened: Callable[..., Awaitable[Screen]], *, of_a_day: bool = False) -> NoticeSpec:
    return NoticeSpec(kind, view.HEADINGS[kind], render, opened, transient=True, of_a_day=of_a_day)


SPECS = (
    _spec(VisitNews.REMINDER_EVE, eve, eve_opened, of_a_day=True),
    _spec(VisitNews.REMINDER_SOON, soon, soon_opened),
)
LINES = LinesSpec(frozenset(each.kind for each in SPECS), draw_lines)
