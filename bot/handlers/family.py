"""«Полисы»: the list, a person's card, taking somebody off; the forms stand in `handlers.openings`."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from bot import chat
from bot.fsm import booking
from bot.handlers.common import consented, leave_wizard, policies_screen
from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.family import GO_POLICIES, PersonCard, PersonPolicy, PersonRemove, PolicyList
from bot.tools import Tools
from bot.views import family as view
from services.accounts.model import Account, Person, Relation
from services.registry.port import RegistryUnavailable
from services.texts.i18n import Html, Texts

_MANY = 1000


async def open_policies(query: CallbackQuery, bot: Bot, tools: Tools, account: Account, t: Texts) -> None:
    await _policies(query, bot, tools, account, t)


async def turn_policies(
    query: CallbackQuery, callback_data: PolicyList, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    await _policies(query, bot, tools, account, t, callback_data.page)


async def card(
    query: CallbackQuery, callback_data: PersonCard, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    """One press: the person is the active one, and the card says who it is."""
    person = await tools.persons.get(account, callback_data.person)
    await leave_wizard(bot, tools, account)
    await tools.accounts.set_active_person(account, person.id)
    await chat.show(query, bot, view.card(t, person, tools.clock.now()))


async def policy(
    query: CallbackQuery, callback_data: PersonPolicy, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    await chat.show(query, bot, view.policy_mark(t, await tools.persons.get(account, callback_data.person)))


async def remove(
    query: CallbackQuery, callback_data: PersonRemove, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    """Asked first, with what stands; one's own is not removed."""
    person = await tools.persons.get(account, callback_data.person)
    if person.relation is Relation.OWN:
        await chat.show(query, bot, view.card(t, person, tools.clock.now()))
        return
    if not callback_data.sure:
        await chat.show(query, bot, view.ask_removal(t, person, await _ahead(tools, account, person)))
        return
    await tools.family.remove(account, person.id)
    await _forget_booking(bot, tools, account, person)
    renewed = await tools.accounts.by_telegram(account.telegram_id) or account
    await _policies(query, bot, tools, renewed, t, note=view.removed(t, person.full_name))


async def _policies(
    query: CallbackQuery,
    bot: Bot,
    tools: Tools,
    account: Account,
    t: Texts,
    page: int = 0,
    note: Html | None = None,
) -> None:
    await leave_wizard(bot, tools, account)
    await chat.show(query, bot, await policies_screen(tools, account, t, page, note))


async def _ahead(tools: Tools, account: Account, person: Person) -> int | None:
    """How many visits are ahead that this account sees; None while the registry is silent."""
    try:
        found = await tools.visits.upcoming(account, 0, _MANY)
    except RegistryUnavailable:
        return None
    return sum(entry.person.id == person.id for entry in found.items)


async def _forget_booking(bot: Bot, tools: Tools, account: Account, person: Person) -> None:
    """A booking begun for somebody who is off the list leads nowhere; one that is being checked goes on by itself."""
    draft = await tools.drafts.open_of(account.id, booking.KIND)
    if draft is None or draft.answers.get("person") != person.id:
        return
    if await tools.booking.outcome(draft.id) is None:
        await leave_wizard(bot, tools, account)
        await tools.drafts.drop(draft.id)


def setup() -> Router:
    router = consented("family")
    router.callback_query.register(open_policies, Go.filter(F.to == GO_POLICIES.to))
    router.callback_query.register(turn_policies, PolicyList.filter())
    router.callback_query.register(card, PersonCard.filter())
    router.callback_query.register(policy, PersonPolicy.filter())
    router.callback_query.register(remove, PersonRemove.filter())
    return router
