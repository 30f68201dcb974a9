"""«Уведомления»."""

from __future__ import annotations

from collections.abc import Collection

from bot.handlers import notifications
from bot.kernel import Kernel
from bot.keyboards.buttons.notifications import NotificationList
from bot.topic import Entry, Place, Topic, Wish
from bot.views.export import notifications as notifications_words
from services.notify.mydata import NotifyData
from services.texts.i18n import N_


def personal(*, kernel: Kernel, of_a_day: Collection[str]) -> NotifyData:
    return NotifyData(kernel.database.aside, kernel.clock, of_a_day)


TOPIC = Topic(
    "notifications",
    routes=notifications.ROUTES,
    entries=(
        Entry(
            Place.HOME,
            N_("🔔 Notifications"),
            NotificationList(page=0),
            40,
            count=notifications.count_unread,
            counted=N_("🔔 Notifications ({count})"),
        ),
    ),
    wishes=(
        Wish(
            "notifications",
            N_("🔔 Notifications"),
            NotificationList(page=0),
        ),
    ),
    personal=personal,
    words=(notifications_words.WORDS,),
)
