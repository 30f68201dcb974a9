"""Notices about what age and papers have changed."""

from __future__ import annotations

from collections.abc import Mapping

from bot.topic import NoticeContext, NoticeSpec, Render, Rendered
from bot.views import family as view
from services.accounts.ageing import Ageing
from services.accounts.notices import AccountNews


async def turned_15(context: NoticeContext, *, ageing: Ageing) -> Rendered:
    """None where it has changed nothing: the teenager has opened access, or the link is over."""
    notice = await ageing.notice(context.account, context.subject_id)
    return None if notice.ended or notice.consent else view.turned_15(context.t, notice)


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
