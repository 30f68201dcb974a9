"""Notices about the address of letters, and the letter that brings its code."""

from __future__ import annotations

from bot.topic import Later, NoticeContext, NoticeSpec, Rendered
from bot.views import letters
from bot.views import mail as view
from bot.views.screen import Screen
from services.accounts.mail import Mail
from services.accounts.notices import AccountNews
from services.booking.moments import is_daytime, next_morning
from services.notify.model import Letter
from services.texts.dates import MOSCOW


async def refused(context: NoticeContext, *, mail: Mail) -> Rendered:
    """None where another address has been given since."""
    address = await mail.of(context.account)
    if address is None or not address.refused:
        return None
    return view.mail(context.t, address, on=mail.on)


async def unconfirmed(context: NoticeContext, *, mail: Mail) -> Rendered:
    """None where it is confirmed, another or none by now. Nobody is woken up for it, by Moscow's clock."""
    address = await mail.of(context.account)
    if address is None or address.confirmed or address.refused:
        return None
    if not is_daytime(context.now, MOSCOW):
        return Later(next_morning(context.now, MOSCOW))
    return view.mail(context.t, address, on=mail.on)


async def opened(context: NoticeContext, *, mail: Mail) -> Screen:
    """How things are now."""
    address = await mail.of(context.account)
    return view.mail(context.t, address, on=mail.on) if address else view.none(context.t, on=mail.on)


async def code_refused(context: NoticeContext, *, mail: Mail) -> Rendered:
    """None where nobody waits for that code any more."""
    address = await mail.refused_code(context.subject_id)
    return view.code_refused(context.t, address, on=mail.on) if address is not None else None


async def never(_: NoticeContext) -> Rendered:
    """The chat is told nothing of a code: its screen asks for it."""
    return None


async def code(context: NoticeContext, *, mail: Mail) -> Letter | None:
    """None where it would confirm nothing any more."""
    found = await mail.code(context.subject_id)
    return letters.code(context.t, found) if found is not None else None


SPECS = (
    NoticeSpec(AccountNews.MAIL_REFUSED, view.HEADINGS[AccountNews.MAIL_REFUSED], refused),
    NoticeSpec(AccountNews.MAIL_CODE, view.HEADINGS[AccountNews.MAIL_CODE], never, letter=code, letter_alone=True),
    NoticeSpec(AccountNews.MAIL_CODE_REFUSED, view.HEADINGS[AccountNews.MAIL_CODE_REFUSED], code_refused, opened),
    NoticeSpec(AccountNews.MAIL_UNCONFIRMED, view.HEADINGS[AccountNews.MAIL_UNCONFIRMED], unconfirmed, opened),
)
