"""Where a person is attached, and who insures them: the data that are looked for by, and what is found."""

from __future__ import annotations

from bot.handlers.services import Offered
from bot.keyboards.buttons.insurance import GO_ATTACHMENT, GO_COVERAGE, AttachmentFind, CoverageFind
from bot.routing import on, to
from bot.topic import Composed, DocumentContext
from bot.views import insurance as view
from bot.views.lists import Whose
from bot.views.screen import Screen
from bot.views.services import Service
from bot.visitor import Visitor
from services.accounts.model import Action, Person
from services.errors import NotFound
from services.insurance.insurance import Insurance
from services.texts.dates import MOSCOW, local
from services.texts.i18n import texts


async def ask_attachment(visitor: Visitor, *, offered: Offered) -> None:
    await _ask(visitor, view.ATTACHMENT, AttachmentFind, offered)


async def ask_coverage(visitor: Visitor, *, offered: Offered) -> None:
    await _ask(visitor, view.COVERAGE, CoverageFind, offered)


async def _ask(
    visitor: Visitor, service: Service, finds: type[AttachmentFind] | type[CoverageFind], offered: Offered
) -> None:
    async def drawn(person: Person, shown: Whose) -> None:
        await visitor.show(
            view.asked(visitor.t, view.Asked(service, person, shown, finds(person=person.id)), visitor.now)
        )

    await offered.begin(visitor, service, Action.SEE, drawn)


async def find_attachment(visitor: Visitor, data: AttachmentFind, *, insurance: Insurance, offered: Offered) -> None:
    async def found(person: Person) -> Screen:
        return view.attachment(visitor.t, await insurance.attachment(visitor.account, person.id), visitor.now)

    await offered.go_on(visitor, view.ATTACHMENT, data.person, found)


async def find_coverage(visitor: Visitor, data: CoverageFind, *, insurance: Insurance, offered: Offered) -> None:
    async def found(person: Person) -> Screen:
        return view.coverage(visitor.t, await insurance.coverage(visitor.account, person.id), visitor.now)

    await offered.go_on(visitor, view.COVERAGE, data.person, found)


async def compose_attachment(context: DocumentContext, *, insurance: Insurance) -> Composed:
    found = await insurance.attachment(context.account, context.subject_id)
    if found.attachment is None:
        raise NotFound
    return Composed(
        sheet=view.attachment_sheet(texts("ru"), found, local(context.now, MOSCOW).date()),
        person=found.person,
        name="prikreplenie",
        caption=context.t(view.ATTACHMENT.title),
        back=AttachmentFind(person=found.person.id),
    )


async def compose_coverage(context: DocumentContext, *, insurance: Insurance) -> Composed:
    found = await insurance.coverage(context.account, context.subject_id)
    if found.coverage is None:
        raise NotFound
    return Composed(
        sheet=view.coverage_sheet(texts("ru"), found, local(context.now, MOSCOW).date()),
        person=found.person,
        name="polis-oms",
        caption=context.t(view.COVERAGE.title),
        back=CoverageFind(person=found.person.id),
    )


async def is_offered(_: Visitor, *, insurance: Insurance) -> bool:
    return insurance.offered


ROUTES = (
    to(GO_ATTACHMENT, ask_attachment),
    to(GO_COVERAGE, ask_coverage),
    on(AttachmentFind, find_attachment),
    on(CoverageFind, find_coverage),
)
