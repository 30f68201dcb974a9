"""«Уведомления»: each line opens its thing."""

from __future__ import annotations

from bot.keyboards.buttons.notifications import (
    NotificationList,
    NotificationOpen,
    NotificationReadAll,
    OldNotificationOpen,
)
from bot.keyboards.kit import clamp
from bot.notices.notices import Notices
from bot.routing import on
from bot.views import notifications as view
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.notify.outbox import Outbox


async def listing(visitor: Visitor, data: NotificationList, *, outbox: Outbox, notices: Notices) -> None:
    await visitor.show(await _page(visitor, data.page, outbox, notices))


async def open_one(visitor: Visitor, data: NotificationOpen, *, outbox: Outbox, notices: Notices) -> None:
    note = await outbox.get(visitor.account.id, data.notification)
    await visitor.show(await notices.opened(visitor.account, note, visitor.t, data))
    await outbox.read(note)


async def old_open_one(visitor: Visitor, data: OldNotificationOpen, *, outbox: Outbox, notices: Notices) -> None:
    """From whichever page it was."""
    first = NotificationOpen(notification=data.notification, page=0)
    await open_one(visitor, first, outbox=outbox, notices=notices)


async def read_all(visitor: Visitor, data: NotificationReadAll, *, outbox: Outbox, notices: Notices) -> None:
    await outbox.read_all(visitor.account.id)
    await visitor.show(await _page(visitor, data.page, outbox, notices))


async def count_unread(visitor: Visitor, *, outbox: Outbox) -> int:
    return await outbox.unread(visitor.account.id)


async def _page(visitor: Visitor, page: int, outbox: Outbox, notices: Notices) -> Screen:
    account, size = visitor.account, visitor.layout.described
    found = await outbox.page(account.id, page, size)
    if not found.items and found.total:  # the list has grown shorter since the button was drawn
        page = clamp(page, found.total, size)
        found = await outbox.page(account.id, page, size)
    lines = await notices.lines(account, found.items, visitor.t)
    unread = await outbox.unread(account.id)
    return view.listing(visitor.t, lines, found.total, page, visitor.now, unread, layout=visitor.layout)


ROUTES = (
    on(NotificationList, listing),
    on(NotificationOpen, open_one),
    on(OldNotificationOpen, old_open_one),
    on(NotificationReadAll, read_all),
)
