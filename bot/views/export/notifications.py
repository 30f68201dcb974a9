"""What has been told, and what is to come."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

_NOTIFICATION = {
    "what": N_("what it tells"),
    "read_at": N_("when it was read"),
    "channel": N_("which way it goes"),
    "delivery": N_("what has become of it"),
    "due_at": N_("when it is to be sent"),
}

WORDS = ExportWords(
    {
        DOCUMENT: {
            "notifications": N_("notifications"),
            "reminders_to_come": N_("reminders and notifications to come"),
        },
        "notifications": _NOTIFICATION,
        "reminders_to_come": _NOTIFICATION,
    },
    {},
    {
        "channel": {"telegram": N_("message in Telegram"), "email": N_("e-mail")},
        "delivery": {
            "due": N_("to be sent"),
            "sent": N_("sent or shown"),
            "dropped": N_("not sent: no longer needed"),
            "waiting": N_("waits until the e-mail address is confirmed"),
        },
    },
)
