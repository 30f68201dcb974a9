"""«Ещё»."""

from __future__ import annotations

from bot.handlers import more
from bot.keyboards.buttons.more import GO_MORE
from bot.topic import Entry, Place, Topic
from services.texts.i18n import N_

TOPIC = Topic("more", routes=more.ROUTES, entries=(Entry(Place.HOME, N_("☰ More"), GO_MORE, 90),))
