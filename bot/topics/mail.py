"""The address of an account's letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.fsm import mail as wizard
from bot.fsm.wizard import Table
from bot.handlers import mail
from bot.kernel import Kernel
from bot.keyboards.buttons.mail import GO_MAIL
from bot.notices import mail as notices
from bot.topic import Entry, Place, Tick, Topic, Wish, WizardSpec
from bot.views.export import mail as mail_words
from services.accounts.mail import Mail
from services.drafts.drafts import Drafts
from services.texts.i18n import N_


def build(kernel: Kernel) -> Mapping[str, object]:
    database, vault, clock = kernel.database, kernel.vault, kernel.clock
    return {"mail": Mail(database, vault, kernel.accounts, kernel.outbox, kernel.limits, clock, on=kernel.mails)}


def table(*, mail: Mail, drafts: Drafts) -> Table:
    steps = wizard.MailSteps(mail, drafts)
    return Table(steps.table(), steps.after)


async def ask_owners(*, mail: Mail) -> None:
    await mail.ask_owners()


async def purge(*, mail: Mail) -> None:
    await mail.purge()


TOPIC = Topic(
    "mail",
    build=build,
    routes=mail.ROUTES,
    wizards=(WizardSpec(wizard.KIND, wizard.MailForm, wizard.LIFETIME, table, mail.begin),),
    entries=(Entry(Place.MORE, N_("✉️ E-mail"), GO_MAIL, 20, when=mail.is_offered),),
    wishes=(
        Wish(
            "mail",
            N_("✉️ E-mail"),
            GO_MAIL,
            when=mail.is_offered,
        ),
    ),
    notices=notices.SPECS,
    ticks=(Tick("owners of addresses", timedelta(minutes=1), ask_owners),),
    sweeps=(purge,),
    words=(mail_words.WORDS,),
)
