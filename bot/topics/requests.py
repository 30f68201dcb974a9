"""Problems and feedback: sent, answered, and «Статусы заявлений»."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bot.cli import request
from bot.fsm import requests as wizard
from bot.fsm.wizard import Table
from bot.handlers import requests
from bot.kernel import Kernel
from bot.keyboards.buttons.requests import GO_FEEDBACK, GO_PROBLEM, RequestList
from bot.notices import requests as notices
from bot.topic import CliCommand, Entry, Place, Topic, WizardSpec
from bot.views import requests as views
from bot.views.export import requests as requests_words
from services.drafts.model import Draft
from services.requests.model import RequestKind
from services.requests.mydata import RequestData
from services.requests.requests import Requests
from services.requests.tracked import Statuses, Tracked
from services.texts.i18n import N_, Html, Texts

_BEGIN = {RequestKind.PROBLEM: requests.begin_problem, RequestKind.FEEDBACK: requests.begin_feedback}


def build(kernel: Kernel) -> Mapping[str, object]:
    database = kernel.database.aside  # its rows hold photos
    requests = Requests(database, kernel.vault, kernel.drafts, kernel.outbox, kernel.limits, kernel.clock)
    return {"requests": requests}


def serve(_: Kernel, *, cases: Sequence[Tracked]) -> Mapping[str, object]:
    return {"statuses": Statuses(cases)}


def table(kind: str, *, requests: Requests) -> Table:
    steps = wizard.RequestSteps(requests)
    return Table(steps.table(kind), steps.after)


def tracked(*, requests: Requests) -> Tracked:
    return requests


def personal(*, kernel: Kernel) -> RequestData:
    return RequestData(kernel.database.aside, kernel.vault)


def stopped(t: Texts, _: Draft) -> Html:
    return views.stopped(t)


async def forget_old_photos(*, requests: Requests) -> None:
    await requests.forget_old_photos()


TOPIC = Topic(
    "requests",
    build=build,
    serve=serve,
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
        Entry(Place.HOME, N_("🗂 Application statuses"), RequestList(page=0), 30),
        Entry(
            Place.MORE,
            N_("⚠️ Report a problem"),
            GO_PROBLEM,
            30,
            about=N_("Report a problem: something does not work or is wrong."),
        ),
        Entry(
            Place.MORE,
            N_("💬 Feedback"),
            GO_FEEDBACK,
            40,
            about=N_("Feedback: what you like and what should be better."),
        ),
    ),
    notices=notices.SPECS,
    lines=notices.LINES,
    cases=tracked,
    personal=personal,
    sweeps=(forget_old_photos,),
    cli=(CliCommand("request", "list, read and answer what people have sent", request.add_arguments, request.answer),),
    words=(requests_words.WORDS,),
)
