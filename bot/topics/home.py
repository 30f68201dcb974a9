"""Home, and the demo's ready family."""

from __future__ import annotations

from collections.abc import Mapping

from bot.entries import Entries
from bot.handlers import home
from bot.kernel import Kernel
from bot.topic import Topic
from services.booking.visits import Visits


def serve(kernel: Kernel, *, visits: Visits, entries: Entries) -> Mapping[str, object]:
    return {"home": home.Home(kernel, visits, entries)}


TOPIC = Topic("home", serve=serve, routes=home.ROUTES)
