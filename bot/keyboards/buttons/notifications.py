"""Notifications."""

from __future__ import annotations

from bot.keyboards.buttons.common import PageNumber
from bot.keyboards.data import CallbackData


class NotificationList(CallbackData, prefix="nl1"):
    page: PageNumber


class NotificationOpen(CallbackData, prefix="no2"):
    """`page`: of the list, to come back to."""

    notification: str
    page: PageNumber


class OldNotificationOpen(CallbackData, prefix="no1"):
    """Of the layout that did not know the page."""

    notification: str


class NotificationReadAll(CallbackData, prefix="nr1"):
    """«Прочитать все»; the list stays on its page."""

    page: PageNumber
