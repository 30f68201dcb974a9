"""How wizards begin, and go on where they were left: the buttons that open them."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.fsm import booking, family, moving, person, requests
from bot.handlers.common import consented, home_screen, leave_wizard, policies_screen
from bot.handlers.wizard import Wizards, begin, show_outdated, show_reply, start_by_waiting_link
from bot.keyboards.buttons.booking import GO_BOOKING
from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.family import GO_ADD_PERSON, PersonBook, PersonEdit
from bot.keyboards.buttons.person import GO_FORM
from bot.keyboards.buttons.requests import GO_FEEDBACK, GO_PROBLEM
from bot.keyboards.buttons.visits import VisitAgain, VisitMove
from bot.keyboards.buttons.wizard import WizardOpen
from bot.tools import Tools
from bot.views import booking as booking_view
from bot.views import family as family_view
from bot.views import home as home_view
from bot.views import refusals
from bot.views import requests as request_view
from bot.views.visits import ticket
from services.accounts.model import Account
from services.accounts.rights import Editing, editing
from services.registry.model import PolicyKind
from services.requests.model import RequestKind
from services.texts.i18n import Texts


async def open_booking(
    query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts
) -> None:
    """«Записаться к врачу»: goes on where it was left, or begins."""
    draft = await tools.drafts.open_of(account.id, booking.KIND)
    if draft is not None and "person" in draft.answers:
        repeats = await booking.repeats_of(tools, account, draft.id)
        await chat.show(query, bot, booking_view.resume(t, booking.KIND, repeats, tools.clock.now()))
        return
    await _begin_booking(query, bot, tools, wizards, account, t)


async def open_form(query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts) -> None:
    """The own form: anew, where it was left, or only the policy number that was missing."""
    draft = await tools.drafts.open_of(account.id, person.KIND)
    if draft is not None and draft.answers:
        await chat.show(query, bot, booking_view.resume(t, person.KIND))
        return
    await _begin_form(query, bot, tools, wizards, account, t)


async def open_move(
    query: CallbackQuery,
    callback_data: VisitMove,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
) -> None:
    """«Перенос записи»: another time for a visit that stands and may be managed from here."""
    entry = await tools.visits.get(account, callback_data.visit)
    reason = tools.cancelling.why_not(entry)
    if reason is not None:
        await chat.show(query, bot, ticket(t, entry, tools.clock.now(), note=refusals.kept(t, reason)))
        return
    if await tools.cancelling.under_way(account, entry.visit.id):
        await chat.show(query, bot, ticket(t, entry, tools.clock.now(), note=refusals.under_way(t)))
        return
    await leave_wizard(bot, tools, account)
    reply = await wizards[moving.KIND].start(account, t, moving.first_answers(entry))
    await show_reply(query, bot, tools, account, t, reply)


async def open_again(
    query: CallbackQuery,
    callback_data: VisitAgain,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
) -> None:
    """«Записаться ещё раз»: at the doctor's calendar, or at the nearest time."""
    entry = await tools.visits.get(account, callback_data.visit)
    slot = await tools.repeats.nearest(entry, "") if callback_data.soonest else None
    reply = await wizards[booking.KIND].start(account, t, booking.answers_again(entry, slot))
    await show_reply(query, bot, tools, account, t, reply)


async def open_for(
    query: CallbackQuery,
    callback_data: PersonBook,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
) -> None:
    """«Записать к врачу» on a person's card: who is known, so the clinic is asked first."""
    who = await tools.persons.get(account, callback_data.person)
    await leave_wizard(bot, tools, account)
    answers = await booking.answers_for(tools, account, who)
    await show_reply(query, bot, tools, account, t, await wizards[booking.KIND].start(account, t, answers))


async def open_adding(
    query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts
) -> None:
    """«Добавить» of «Полисы»: goes on where it was left, or begins."""
    draft = await tools.drafts.open_of(account.id, family.KIND)
    if draft is not None and "surname" in draft.answers:
        await chat.show(query, bot, booking_view.resume(t, family.KIND))
        return
    await leave_wizard(bot, tools, account)
    await _begin_adding(query, bot, tools, wizards, account, t)


async def open_edit(
    query: CallbackQuery,
    callback_data: PersonEdit,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
) -> None:
    """«Изменить»: everything is known, so it begins at the check screen."""
    await leave_wizard(bot, tools, account)
    await _begin_edit(query, bot, tools, wizards, account, t, callback_data.person)


async def open_request(
    query: CallbackQuery,
    callback_data: Go,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
) -> None:
    """«Сообщить о проблеме» and «Обратная связь»: goes on where it was left, or begins."""
    await leave_wizard(bot, tools, account)
    kind = RequestKind(callback_data.to)
    draft = await tools.drafts.open_of(account.id, kind.value)
    if draft is not None and "message" in draft.answers:
        await chat.show(query, bot, request_view.unfinished(t, kind))
        return
    await _begin_request(query, bot, tools, wizards, account, t, kind.value)


async def open_wizard(
    query: CallbackQuery,
    callback_data: WizardOpen,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
) -> None:
    """«Продолжить» and «Начать заново»."""
    if callback_data.kind not in wizards:
        await show_outdated(query, bot, tools, account, t)
        return
    reply = None if callback_data.anew else await wizards[callback_data.kind].resume(account, t)
    if reply is None:
        await _begin(query, bot, tools, wizards, account, t, callback_data.kind)
    else:
        await show_reply(query, bot, tools, account, t, reply)


async def _begin(
    query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts, kind: str
) -> None:
    """Anew, as the topic begins; a wizard that begins from a card alone leads Home."""
    match kind:
        case booking.KIND:
            await _begin_booking(query, bot, tools, wizards, account, t)
        case person.KIND:
            await _begin_form(query, bot, tools, wizards, account, t)
        case family.KIND:
            await _begin_adding(query, bot, tools, wizards, account, t)
        case family.EDIT:
            await _begin_edit_anew(query, bot, tools, wizards, account, t)
        case moving.KIND:
            await show_outdated(query, bot, tools, account, t)
        case _ if kind in requests.KINDS:
            await _begin_request(query, bot, tools, wizards, account, t, kind)
        case _:
            await begin(query, bot, tools, wizards, account, t, kind)


async def _begin_booking(
    query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts
) -> None:
    """With the own form filled in; where a link has led somebody new, it goes on from there."""
    if await tools.persons.own(account) is None:
        await chat.show(query, bot, home_view.no_form(t, demo=tools.demo))
        return
    reply = await start_by_waiting_link(tools, wizards, account, t)
    if reply is None:
        answers = await booking.first_answers(tools, account)
        reply = await wizards[booking.KIND].start(account, t, answers)
    await show_reply(query, bot, tools, account, t, reply)


async def _begin_form(
    query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts
) -> None:
    """Home where it is complete; where only the policy is missing, the rest is known."""
    own = await tools.persons.own(account)
    if own is not None and own.identity.policy.kind is not PolicyKind.NONE:
        await chat.show(query, bot, await home_screen(tools, account, t))
        return
    known = person.answers_of(own.identity) if own else {}
    answers = {field: value for field, value in known.items() if field != "policy"}
    await show_reply(query, bot, tools, account, t, await wizards[person.KIND].start(account, t, answers))


async def _begin_adding(
    query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts
) -> None:
    if await tools.family.is_full(account):
        await chat.show(query, bot, await policies_screen(tools, account, t, note=family_view.too_many(t)))
    elif await tools.persons.own(account) is None:
        await chat.show(query, bot, home_view.no_form(t, demo=tools.demo))
    else:
        await begin(query, bot, tools, wizards, account, t, family.KIND)


async def _begin_edit_anew(
    query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts
) -> None:
    """Anew means as the person is now; without a draft nobody knows who."""
    draft = await tools.drafts.open_of(account.id, family.EDIT)
    if draft is None:
        await show_outdated(query, bot, tools, account, t)
        return
    await _begin_edit(query, bot, tools, wizards, account, t, draft.answers["id"])


async def _begin_edit(
    query: CallbackQuery,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
    person_id: str,
) -> None:
    who, now = await tools.persons.get(account, person_id), tools.clock.now()
    may = editing(who, now)
    if may is Editing.NOTHING:
        await chat.show(query, bot, family_view.card(t, who, now, family_view.not_to_be_changed(t)))
        return
    answers = family.edit_answers(who, may)
    await show_reply(query, bot, tools, account, t, await wizards[family.EDIT].start(account, t, answers))


async def _begin_request(
    query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts, kind: str
) -> None:
    if await tools.requests.is_full(account):
        await chat.show(query, bot, request_view.too_many(t))
    else:
        await begin(query, bot, tools, wizards, account, t, kind)


def setup() -> Router:
    router = consented("openings")
    router.callback_query.register(open_booking, Go.filter(F.to == GO_BOOKING.to))
    router.callback_query.register(open_form, Go.filter(F.to == GO_FORM.to))
    router.callback_query.register(open_move, VisitMove.filter())
    router.callback_query.register(open_again, VisitAgain.filter())
    router.callback_query.register(open_for, PersonBook.filter())
    router.callback_query.register(open_adding, Go.filter(F.to == GO_ADD_PERSON.to))
    router.callback_query.register(open_edit, PersonEdit.filter())
    router.callback_query.register(open_request, Go.filter(F.to.in_({GO_PROBLEM.to, GO_FEEDBACK.to})))
    router.callback_query.register(open_wizard, WizardOpen.filter())
    return router
