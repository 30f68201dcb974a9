"""«О проекте», «Мои данные» and the end of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.handlers import mydata
from bot.kernel import Kernel
from bot.keyboards.buttons.mydata import GO_ABOUT
from bot.topic import Command, Entry, Place, Topic, Wish
from bot.views.export import common as common_words
from bot.views.export import mydata as mydata_words
from services.accounts.consents import Consents
from services.accounts.mydata import AccountData
from services.booking.cancelling import Cancelling
from services.booking.visits import Visits
from services.drafts.mydata import DraftData
from services.mydata.mydata import MyData
from services.personal import PersonalData
from services.texts.i18n import N_


def serve(
    kernel: Kernel,
    *,
    consents: Consents,
    visits: Visits,
    cancelling: Cancelling,
    personal_parts: Sequence[PersonalData],
) -> Mapping[str, object]:
    database, clock = kernel.database.aside, kernel.clock
    people = AccountData(database, kernel.vault, kernel.accounts, kernel.persons, consents, clock)
    parts = (*personal_parts, DraftData(database, kernel.vault))
    mydata = MyData(database, people, parts, kernel.persons, visits, cancelling, kernel.memory, kernel.limits, clock)
    return {"mydata": mydata}


async def tidy(*, mydata: MyData) -> None:
    await mydata.tidy()


async def purge(*, mydata: MyData) -> None:
    await mydata.purge()


TOPIC = Topic(
    "mydata",
    serve=serve,
    routes=mydata.ROUTES,
    commands=(
        Command("export_me", N_("all your data in one file"), 50, mydata.export_command),
        Command("delete_me", N_("erase all your data"), 60, mydata.erase_command, guests=True),
    ),
    entries=(Entry(Place.MORE, N_("ℹ️ About"), GO_ABOUT, 50),),
    wishes=(
        Wish(
            "about",
            N_("ℹ️ About"),
            GO_ABOUT,
        ),
    ),
    sweeps=(tidy, purge),
    words=(
        common_words.WORDS,
        mydata_words.WORDS,
    ),
)
