"""Documents: what any topic gives as a paper, opened, printed and sent by e-mail."""

from __future__ import annotations

from collections.abc import Mapping

from bot.fsm import documents as wizard
from bot.fsm.wizard import Table
from bot.handlers import documents
from bot.kernel import Kernel
from bot.notices import documents as notices
from bot.papers import DocumentKinds
from bot.storage import bot_username
from bot.topic import StartLink, Topic, WizardSpec
from bot.views import documents as view
from bot.views.export import documents as documents_words
from services.accounts.mail import Mail
from services.accounts.model import Account, Area
from services.clock import Clock
from services.documents.documents import Documents
from services.documents.model import Subject, paper_of_link
from services.documents.mydata import DocumentData
from services.documents.narrowed import PapersMade
from services.documents.sheet import Sheets
from services.drafts.model import Draft
from services.notify.outbox import Outbox
from services.texts.i18n import Html, Texts


def build(kernel: Kernel) -> Mapping[str, object]:
    database, vault, clock = kernel.database, kernel.vault, kernel.clock

    async def link(payload: str) -> str | None:
        name = await bot_username(database)
        return f"https://t.me/{name}?start={payload}" if name else None

    work = kernel.drafts, kernel.limits, kernel.outbox
    made = Documents(database, vault, kernel.persons, Sheets(), *work, clock, link)
    return {"documents": made}


def table(*, document_kinds: DocumentKinds, documents: Documents, mail: Mail) -> Table:
    async def compose(account: Account, t: Texts, of: Subject) -> wizard.Sent:
        found = await document_kinds.compose(account, t, of)
        return wizard.Sent(found.person, document_kinds.spec(of.kind).area, found.caption, found.back)

    steps = wizard.SendSteps(compose, documents, mail)
    return Table(steps.table(), steps.after)


def stopped(t: Texts, _: Draft) -> Html:
    return view.not_going(t)


def personal(*, kernel: Kernel) -> DocumentData:
    return DocumentData(kernel.database.aside, kernel.vault)


def rests(outbox: Outbox, _: Clock) -> PapersMade:
    return PapersMade(outbox)


async def purge(*, documents: Documents) -> None:
    await documents.purge()


TOPIC = Topic(
    "documents",
    build=build,
    routes=documents.ROUTES,
    links=(StartLink(paper_of_link, documents.keep_link, documents.waited, documents.follow_link),),
    wizards=(WizardSpec(wizard.KIND, wizard.SendForm, wizard.LIFETIME, table, documents.begin, stopped=stopped),),
    notices=notices.SPECS,
    personal=personal,
    sweeps=(purge,),
    words=(documents_words.WORDS,),
    rests=rests,
    areas=(Area.DOCUMENTS,),
)
