"""«Медкарта»: the page that its sections stand on."""

from __future__ import annotations

from bot.handlers import record
from bot.keyboards.buttons.record import GO_RECORD
from bot.topic import Entry, Place, Topic, Wish
from services.accounts.model import Area
from services.texts.i18n import N_

TOPIC = Topic(
    "record",
    routes=record.ROUTES,
    entries=(Entry(Place.HOME, N_("📁 Medical record"), GO_RECORD, 60),),
    wishes=(
        Wish(
            "record",
            N_("📁 Medical record"),
            GO_RECORD,
        ),
    ),
    areas=(Area.RECORDS,),
)
