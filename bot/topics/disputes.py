"""«Это не я»: a patient denies what another chat has done to a visit."""

from __future__ import annotations

from collections.abc import Mapping

from bot.handlers import disputes
from bot.kernel import Kernel
from bot.keyboards.buttons.requests import RequestCard
from bot.topic import CaseSpec, Topic
from bot.views import disputes as views
from bot.views import requests
from bot.views.export import disputes as words
from services.accounts.consents import Consents
from services.booking.cancelling import Cancelling
from services.booking.deeds import Deeds
from services.booking.visits import Visits
from services.booking.watch import Watch
from services.cases.cases import Cases
from services.disputes.disputes import Disputes
from services.disputes.model import DISPUTE


def build(
    kernel: Kernel,
    *,
    visits: Visits,
    cancelling: Cancelling,
    deeds: Deeds,
    watch: Watch,
    consents: Consents,
    cases: Cases,
) -> Mapping[str, object]:
    asked = visits, cancelling, deeds, watch, consents, cases
    return {"disputes": Disputes(kernel.database, kernel.vault, *asked, kernel.clock)}


TOPIC = Topic(
    "disputes",
    build=build,
    routes=disputes.ROUTES,
    cases=(
        CaseSpec(
            DISPUTE,
            views.TITLE,
            requests.STATUSES,
            requests.NEXT,
            lambda case_id: RequestCard(request=case_id),
            requests.told,
            requests.card,
        ),
    ),
    words=(words.WORDS,),
)
