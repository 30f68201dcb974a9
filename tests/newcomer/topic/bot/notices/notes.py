"""Notices about notes."""

from __future__ import annotations

from bot.topic import NoticeContext, NoticeSpec, Rendered
from bot.views import notes as view
from services.notes.notes import Notes
from services.notes.notices import NoteNews


async def kept(context: NoticeContext, *, notes: Notes) -> Rendered:
    note = await notes.get(context.account, context.subject_id)
    return view.card(context.t, note, context.now, view.kept(context.t))


SPECS = (NoticeSpec(NoteNews.NOTE_KEPT, view.HEADING, kept),)
