"""«Это не я»: a patient denies what another chat has done to a visit."""

from __future__ import annotations

from collections.abc import Mapping

from bot.handlers import disputes
from bot.kernel import Kernel
from bot.topic import Topic
from services.accounts.consents import Consents
from services.booking.cancelling import Cancelling
from services.booking.deeds import Deeds
from services.booking.visits import Visits
from services.booking.watch import Watch
from services.disputes.disputes import Disputes
from services.requests.requests import Requests


def build(
    kernel: Kernel,
    *,
    visits: Visits,
    cancelling: Cancelling,
    deeds: Deeds,
    watch: Watch,
    consents: Consents,
    requests: Requests,
) -> Mapping[str, object]:
    asked = visits, cancelling, deeds, watch, consents, requests
    return {"disputes": Disputes(kernel.database, kernel.vault, *asked, kernel.clock)}


TOPIC = Topic("disputes", build=build, routes=disputes.ROUTES)
