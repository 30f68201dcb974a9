"""The choice of an insurer: beginning and going on, what is said of signatures, and what was signed as a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.fsm import insurer_choice as wizard
from bot.fsm.wizard import OUT, Begins
from bot.handlers.services import Drawn, Offered
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.insurer_choice import GO_CHOICE, GO_ON_PAPER, SigningHelp
from bot.keyboards.buttons.requests import RequestCard
from bot.keyboards.buttons.services import ServiceTerms
from bot.keyboards.buttons.wizard import WizardOpen
from bot.routing import on, to
from bot.topic import CaseFile, Composed, DocumentContext
from bot.views import insurer_choice as view
from bot.views.lists import Whose
from bot.views.services import Beside
from bot.visitor import Visitor
from services.accounts.model import Action, Person
from services.accounts.persons import Persons
from services.drafts.drafts import Drafts
from services.errors import NotFound
from services.insurance.insurance import Insurance
from services.insurer_choice.choice import InsurerChoice
from services.insurer_choice.model import Guide


async def open_choice(
    visitor: Visitor,
    *,
    insurer_choice: InsurerChoice,
    insurance: Insurance,
    offered: Offered,
    drafts: Drafts,
    persons: Persons,
    wizards: Wizards,
) -> None:
    """«Получить услугу»: goes on where it was left, or begins."""

    async def drawn(person: Person, _: Whose) -> None:
        draft = await drafts.open_of(visitor.account.id, wizard.KIND)
        begun_for = draft.answers.get("person") if draft is not None and "data" in draft.answers else None
        other = await _listed(persons, visitor, begun_for) if begun_for != person.id else None
        if begun_for == person.id:
            await visitor.show(view.unfinished(visitor.t, person.listed_name))
        elif other is not None:
            await visitor.show(view.unfinished(visitor.t, other.listed_name, person.listed_name))
        else:
            await _begin(visitor, person, insurer_choice, insurance, wizards)

    await _offer(visitor, insurer_choice, offered, drawn)


async def begin(
    visitor: Visitor, *, insurer_choice: InsurerChoice, insurance: Insurance, offered: Offered, wizards: Wizards
) -> None:
    async def drawn(person: Person, _: Whose) -> None:
        await _begin(visitor, person, insurer_choice, insurance, wizards)

    await _offer(visitor, insurer_choice, offered, drawn)


async def _offer(visitor: Visitor, insurer_choice: InsurerChoice, offered: Offered, drawn: Drawn) -> None:
    if insurer_choice.procedure is None:
        await visitor.show(view.off(visitor.t))
    else:
        await offered.begin(visitor, view.CHOICE, Action.MANAGE, drawn)


async def _begin(
    visitor: Visitor, person: Person, insurer_choice: InsurerChoice, insurance: Insurance, wizards: Wizards
) -> None:
    standing = await insurer_choice.standing(visitor.account, person.id)
    procedure = insurer_choice.procedure
    if procedure is None:
        await visitor.show(view.off(visitor.t))
    elif standing.open_case is not None:
        await visitor.show(view.under_way(visitor.t, standing.open_case))
    elif standing.own is None:
        await visitor.show(view.own_first(visitor.t))
    else:
        attachment = (await insurance.attachment(visitor.account, person.id)).attachment
        attached_in = attachment.clinic.region if attachment is not None else None
        out = {OUT: ServiceTerms(service=view.CHOICE.name).pack()}
        answers = wizard.answers_of(standing, procedure, attached_in)
        await wizards.begin(visitor, Begins(wizard.KIND, answers, marks=out))


async def _listed(persons: Persons, visitor: Visitor, person_id: str | None) -> Person | None:
    family = await persons.family(visitor.account)
    return next((each for each in family if each.id == person_id), None)


# --- what is said of signatures ---------------------------------------------------------------------------------------


async def beside(visitor: Visitor, *, insurer_choice: InsurerChoice) -> Beside:
    """What stands on the terms besides."""
    procedure = insurer_choice.procedure
    return view.beside(visitor.t, procedure) if procedure is not None else Beside()


async def signing_help(
    visitor: Visitor, data: SigningHelp, *, wizards: Wizards, signing_guides: Mapping[str, Guide]
) -> None:
    """«Чем подписать», from the terms."""
    await wizards.leave(visitor)
    guide = signing_guides[visitor.t.locale]
    known = 0 <= data.page <= len(guide.devices)
    await visitor.show(view.guide_page(visitor.t, guide, data.page) if known else view.guide(visitor.t, guide))


async def on_paper(visitor: Visitor, *, wizards: Wizards) -> None:
    """«Нет подписи», from the terms."""
    await wizards.leave(visitor)
    await visitor.show(view.on_paper(visitor.t))


# --- papers -----------------------------------------------------------------------------------------------------------


async def compose_unsigned(context: DocumentContext, *, insurer_choice: InsurerChoice, drafts: Drafts) -> Composed:
    draft = await drafts.get(context.subject_id)
    if draft is None or draft.done or draft.account_id != context.account.id:
        raise NotFound
    person_id = draft.answers.get("person", "")
    waiting = await insurer_choice.waiting(context.account, person_id, draft_id=draft.id)
    return Composed(
        sheet=waiting.paper.pdf,
        person=waiting.person,
        name="zayavlenie-v-strahovuyu",
        caption=view.caption(context.t),
        back=WizardOpen(kind=wizard.KIND, anew=False),
    )


async def compose_signed(context: DocumentContext, *, insurer_choice: InsurerChoice) -> Composed:
    found = await insurer_choice.get(context.account, context.subject_id)
    return Composed(
        sheet=found.pdf,
        person=found.person,
        name="zayavlenie-v-strahovuyu",
        caption=context.t(view.TITLE),
        back=RequestCard(request=found.case.id),
    )


async def files_of(case_id: str, *, insurer_choice: InsurerChoice) -> Sequence[CaseFile]:
    """For the insurer's clerk: the very bytes that were signed, and the signature as it came."""
    pdf, signature = await insurer_choice.signed(case_id)
    return [CaseFile(".pdf", pdf), CaseFile(".pdf.sig", signature)]


async def is_offered(_: Visitor, *, insurer_choice: InsurerChoice) -> bool:
    return insurer_choice.procedure is not None


ROUTES = (to(GO_CHOICE, open_choice), on(SigningHelp, signing_help), to(GO_ON_PAPER, on_paper))
