"""«Полисы»: everybody on an account's list, and what age changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.fsm import family as wizard
from bot.fsm.person import FormSteps
from bot.fsm.wizard import Table
from bot.handlers import family
from bot.handlers.home import Home
from bot.kernel import Kernel
from bot.keyboards.buttons.family import GO_POLICIES
from bot.notices import family as notices
from bot.topic import Entry, Place, Tick, Topic, Wish, WizardSpec
from bot.views.export import family as family_words
from bot.wanted import WantedService
from services.accounts.ageing import Ageing
from services.accounts.consents import Consents
from services.accounts.family import Family
from services.texts.i18n import N_


def build(kernel: Kernel, *, consents: Consents) -> Mapping[str, object]:
    database, vault, clock = kernel.database, kernel.vault, kernel.clock
    return {
        "family": Family(
            *(database, vault, kernel.persons, consents),
            *(kernel.limits, kernel.rights_ended, clock),
        ),
        "ageing": Ageing(
            *(database.aside, vault, kernel.outbox),
            *(kernel.rights_ended, clock, kernel.own_word_from),
        ),
    }


def serve(kernel: Kernel, *, home: Home) -> Mapping[str, object]:
    return {"policies": family.Policies(kernel.persons, home)}


def _steps(kernel: Kernel, family: Family, wanted: WantedService) -> wizard.FamilySteps:
    form = FormSteps(kernel.persons, demo=kernel.demo)
    return wizard.FamilySteps(form, family, kernel.persons, kernel.drafts, wanted)


def adding(*, kernel: Kernel, family: Family, wanted_service: WantedService) -> Table:
    return Table(_steps(kernel, family, wanted_service).adding())


def editing(*, kernel: Kernel, family: Family, wanted_service: WantedService) -> Table:
    return Table(_steps(kernel, family, wanted_service).editing())


async def age(*, ageing: Ageing) -> None:
    await ageing.run()


TOPIC = Topic(
    "family",
    build=build,
    serve=serve,
    routes=family.ROUTES,
    wizards=(
        WizardSpec(
            wizard.KIND,
            wizard.FamilyForm,
            wizard.LIFETIME,
            adding,
            family.begin_adding,
        ),
        WizardSpec(wizard.EDIT, wizard.EditForm, wizard.LIFETIME, editing, family.begin_edit),
    ),
    entries=(
        Entry(
            Place.MORE,
            N_("👪 Policies"),
            GO_POLICIES,
            10,
            about=N_("Policies: everybody you book for."),
        ),
    ),
    wishes=(
        Wish(
            "policies",
            N_("👪 Policies"),
            GO_POLICIES,
            said=N_("Under “👪 Policies” stand you and everybody you book for; there you can add somebody, too."),
        ),
    ),
    notices=notices.SPECS,
    ticks=(Tick("ages", timedelta(minutes=1), age),),
    words=(family_words.WORDS,),
)
