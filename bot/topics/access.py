"""Codes and consents: who may act for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.cli import access as desk
from bot.cli import confirm
from bot.fsm import access as wizard
from bot.fsm.wizard import Table
from bot.handlers import access
from bot.kernel import Kernel
from bot.notices import access as notices
from bot.topic import CliCommand, StartLink, Tick, Topic, WizardSpec
from bot.views.export import access as access_words
from bot.wanted import WantedService
from services.accounts.access import Access
from services.accounts.accounts import Accounts
from services.accounts.bases import Bases
from services.accounts.codes import Codes, code_of_link
from services.accounts.consents import Consents
from services.accounts.persons import Persons
from services.drafts.drafts import Drafts


def build(kernel: Kernel) -> Mapping[str, object]:
    database, vault, clock = kernel.database, kernel.vault, kernel.clock
    codes = Codes(database, vault, clock)
    consents = Consents(database, vault, kernel.persons, kernel.outbox, kernel.rights_ended, clock)
    bases = Bases(database, vault, kernel.persons, kernel.outbox, kernel.rights_ended, clock)
    return {
        "consents": consents,
        "bases": bases,
        "access": Access(
            *(database, vault, kernel.accounts, consents, bases, kernel.persons, codes),
            *(kernel.outbox, kernel.rights_ended, kernel.limits, clock, kernel.areas),
        ),
        "waiting_codes": access.WaitingCodes(kernel.memory),
    }


def table(
    *, access: Access, persons: Persons, accounts: Accounts, drafts: Drafts, wanted_service: WantedService
) -> Table:
    return Table(wizard.AccessSteps(access, persons, accounts, drafts, wanted_service).table())


async def expire(*, consents: Consents, bases: Bases) -> None:
    await consents.expire()
    await bases.expire()


async def purge(*, access: Access) -> None:
    await access.purge()


TOPIC = Topic(
    "access",
    build=build,
    routes=access.ROUTES,
    links=(StartLink(code_of_link, access.keep_code, access.waited, access.enter, alone=True),),
    wizards=(
        WizardSpec(
            wizard.KIND,
            wizard.AccessForm,
            wizard.LIFETIME,
            table,
            access.begin,
        ),
    ),
    notices=notices.SPECS,
    ticks=(Tick("consents", timedelta(minutes=1), expire),),
    sweeps=(purge,),
    cli=(
        CliCommand(
            "confirm",
            "the desk has seen documents: make a one-time code for the chat",
            confirm.add_arguments,
            confirm.at_the_desk,
        ),
        CliCommand(
            "access",
            "the desk lists what lets chats act for a patient, and ends any of it",
            desk.add_arguments,
            desk.at_the_desk,
        ),
    ),
    words=(access_words.WORDS,),
)
