"""Notifications."""

from __future__ import annotations

from aiogram.filters.callback_data import CallbackData

from bot.keyboards.buttons.common import PageNumber


class NotificationList(CallbackData, prefix="nl1"):
    page: PageNumber


class NotificationOpen(CallbackData, prefix="no1"):
    notification: str


class NotificationReadAll(CallbackData, prefix="nr1"):
    """«Прочитать все»; the list stays on its page."""

    page: PageNumber
