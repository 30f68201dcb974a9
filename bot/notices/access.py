"""Notices about codes and consents: what has been opened, given and ended."""

from __future__ import annotations

from collections.abc import Mapping

from bot.topic import NoticeContext, NoticeSpec, Render, Rendered
from bot.views import access as view
from services.accounts.access import Access
from services.accounts.bases import Bases
from services.accounts.consents import Consents
from services.accounts.notices import GIVER, AccountNews


async def opened(context: NoticeContext, *, access: Access) -> Rendered:
    return view.opened_elsewhere(context.t, await access.opened(context.account, context.subject_id))


async def given(context: NoticeContext, *, consents: Consents) -> Rendered:
    grant = await consents.notice(context.account, context.subject_id)
    return view.given(context.t, grant) if grant.ended_at is None else None


async def ended(context: NoticeContext, *, consents: Consents) -> Rendered:
    return view.ended(context.t, await consents.notice(context.account, context.subject_id))


async def expired(context: NoticeContext, *, consents: Consents) -> Rendered:
    return view.expired(context.t, await consents.notice(context.account, context.subject_id))


async def erased(context: NoticeContext) -> Rendered:
    """Without a name: whoever has left is not known here any more."""
    return view.erased(context.t, None, given=context.subject_id == GIVER)


async def basis_ended(context: NoticeContext, *, bases: Bases) -> Rendered:
    return view.basis_ended(context.t, await bases.ended(context.account, context.subject_id))


async def basis_over(context: NoticeContext, *, bases: Bases) -> Rendered:
    return view.basis_over(context.t, await bases.ended(context.account, context.subject_id))


RENDERS: Mapping[str, Render] = {
    AccountNews.ACCESS_OPENED: opened,
    AccountNews.ACCESS_GIVEN: given,
    AccountNews.ACCESS_ENDED: ended,
    AccountNews.CONSENT_ENDED: expired,
    AccountNews.ACCESS_ERASED: erased,
    AccountNews.BASIS_ENDED: basis_ended,
    AccountNews.BASIS_OVER: basis_over,
}
SPECS = tuple(NoticeSpec(kind, view.HEADINGS[kind], render) for kind, render in RENDERS.items())
