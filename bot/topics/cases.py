"""What is sent and answered, whatever topic it belongs to: «Статусы заявлений», the desk, the demo's staff, news."""

from __future__ import annotations

from collections.abc import Mapping

from bot.casebook import Casebook
from bot.cli import request
from bot.handlers import cases
from bot.kernel import Kernel
from bot.keyboards.buttons.cases import CaseList
from bot.notices import cases as notices
from bot.topic import CliCommand, Entry, Place, Tick, Topic, Wish
from bot.views.export import cases as words
from services.cases.cases import Cases
from services.cases.desk import CaseDesk
from services.cases.mydata import CaseData
from services.cases.staff import EVERY, DemoStaff
from services.texts.i18n import N_


def build(kernel: Kernel, *, casebook: Casebook) -> Mapping[str, object]:
    kept = kernel.database.aside, kernel.vault, kernel.outbox, kernel.clock  # its rows hold photos
    cases = Cases(*kept)
    staff = DemoStaff(kernel.database.aside, kernel.accounts, cases, kernel.clock, casebook.staff)
    return {"cases": cases, "case_desk": CaseDesk(*kept, casebook.kinds), "demo_staff": staff}


def personal(*, kernel: Kernel, casebook: Casebook) -> CaseData:
    return CaseData(kernel.database.aside, kernel.vault, casebook.kinds)


async def act(*, demo_staff: DemoStaff) -> None:
    await demo_staff.act()


def acts(*, kernel: Kernel, demo_staff: DemoStaff) -> bool:
    return kernel.staffed and demo_staff.has_work


TOPIC = Topic(
    "cases",
    build=build,
    routes=cases.ROUTES,
    entries=(Entry(Place.HOME, N_("🗂 Application statuses"), CaseList(page=0), 30),),
    wishes=(
        Wish(
            "statuses",
            N_("🗂 Application statuses"),
            CaseList(page=0),
        ),
    ),
    notices=notices.SPECS,
    lines=notices.LINES,
    personal=personal,
    ticks=(Tick("demo staff", EVERY, act, when=acts),),
    cli=(CliCommand("request", "list, read and answer what people have sent", request.add_arguments, request.answer),),
    words=(words.WORDS,),
)
