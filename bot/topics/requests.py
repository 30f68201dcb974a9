"""Problems and feedback, written with photos and answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from bot.fsm import requests as wizard
from bot.fsm.wizard import Table
from bot.handlers import requests
from bot.kernel import Kernel
from bot.keyboards.buttons.requests import GO_FEEDBACK, GO_PROBLEM, RequestCard
from bot.topic import CaseSpec, Entry, Place, Topic, Wish, WizardSpec
from bot.views import requests as views
from bot.views.export import requests as requests_words
from services.cases.cases import Cases
from services.cases.model import StaffStep
from services.drafts.model import Draft
from services.requests.model import KINDS, RequestKind, RequestStatus
from services.requests.requests import Requests
from services.texts.i18n import N_, Html, Texts

_BEGIN = {RequestKind.PROBLEM: requests.begin_problem, RequestKind.FEEDBACK: requests.begin_feedback}

_TAKEN_UP, _ANSWERED = timedelta(seconds=10), timedelta(seconds=20)
"""By the demo's staff: each is told by itself, and nobody waits long."""


def build(kernel: Kernel, *, cases: Cases) -> Mapping[str, object]:
    database = kernel.database.aside  # its rows hold photos
    return {"requests": Requests(database, kernel.vault, cases, kernel.drafts, kernel.limits, kernel.clock)}


def table(kind: str, *, requests: Requests, cases: Cases) -> Table:
    steps = wizard.RequestSteps(requests, cases)
    return Table(steps.table(kind), steps.after)


def stopped(t: Texts, _: Draft) -> Html:
    return views.stopped(t)


async def forget_old_photos(*, requests: Requests) -> None:
    await requests.forget_old_photos()


TOPIC = Topic(
    "requests",
    build=build,
    routes=requests.ROUTES,
    wizards=tuple(
        WizardSpec(
            kind.value,
            wizard.GROUPS[kind.value],
            wizard.LIFETIME,
            partial(table, kind.value),
            begin,
            stopped=stopped,
        )
        for kind, begin in _BEGIN.items()
    ),
    entries=(
        Entry(Place.MORE, N_("⚠️ Report a problem"), GO_PROBLEM, 30),
        Entry(Place.MORE, N_("💬 Feedback"), GO_FEEDBACK, 40),
    ),
    wishes=(
        Wish(
            "problem",
            N_("⚠️ Report a problem"),
            GO_PROBLEM,
        ),
        Wish(
            "feedback",
            N_("💬 Feedback"),
            GO_FEEDBACK,
        ),
    ),
    cases=tuple(
        CaseSpec(
            KINDS[kind],
            views.TITLES[kind],
            views.STATUSES,
            views.NEXT,
            lambda case_id: RequestCard(request=case_id),
            views.told,
            views.card,
            staff=(
                StaffStep(RequestStatus.ACCEPTED, RequestStatus.IN_PROGRESS, _TAKEN_UP),
                StaffStep(RequestStatus.IN_PROGRESS, RequestStatus.ANSWERED, _ANSWERED, views.DEMO_ANSWERS[kind]),
            ),
        )
        for kind in RequestKind
    ),
    sweeps=(forget_old_photos,),
    words=(requests_words.WORDS,),
)
