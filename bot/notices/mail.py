"""Notices about the address of letters."""

from __future__ import annotations

from bot.topic import NoticeContext, NoticeSpec, Rendered
from bot.views import mail as view
from services.accounts.mail import Mail
from services.accounts.notices import AccountNews


async def refused(context: NoticeContext, *, mail: Mail) -> Rendered:
    """None where another address has been given since."""
    address = await mail.of(context.account)
    if address is None or not address.refused:
        return None
    return view.mail(context.t, address, on=mail.on)


SPECS = (NoticeSpec(AccountNews.MAIL_REFUSED, view.HEADINGS[AccountNews.MAIL_REFUSED], refused),)
