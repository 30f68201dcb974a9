"""Notices about what age and papers have changed."""

from __future__ import annotations

from collections.abc import Mapping

from bot.topic import NoticeContext, NoticeSpec, Render, Rendered
from bot.views import family as view
from services.accounts.ageing import Ageing
from services.accounts.notices import AccountNews


async def turned_15(context: NoticeContext, *, ageing: Ageing) -> Rendered:
    """None where it has changed nothing: access is open, the link is over, or the clinic demands a later age by now."""
    notice = await ageing.notice(context.account, context.subject_id)
    if notice.own_word_from is None or notice.ended or notice.consent:
        return None
    return view.turned_15(context.t, notice.name, notice.own_word_from)


async def turned_18(context: NoticeContext, *, ageing: Ageing) -> Rendered:
    return view.turned_18(context.t, await ageing.notice(context.account, context.subject_id))


async def guardianship_ended(context: NoticeContext, *, ageing: Ageing) -> Rendered:
    return view.guardianship_ended(context.t, await ageing.notice(context.account, context.subject_id))


RENDERS: Mapping[str, Render] = {
    AccountNews.TURNED_15: turned_15,
    AccountNews.TURNED_18: turned_18,
    AccountNews.GUARDIANSHIP_ENDED: guardianship_ended,
}
SPECS = tuple(NoticeSpec(kind, view.HEADINGS[kind], render) for kind, render in RENDERS.items())
