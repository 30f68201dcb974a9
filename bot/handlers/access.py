"""Codes and consents: what confirms a person, who has access, giving and ending it."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, Message
from aiogram.utils.deep_linking import create_telegram_link

from bot import chat
from bot.fsm import access
from bot.fsm.wizard import Typed
from bot.handlers.common import consented, leave_wizard
from bot.handlers.wizard import Wizards, begin
from bot.keyboards.buttons.access import (
    GO_ENTER_CODE,
    GO_GRANTS,
    GrantCode,
    GrantDraft,
    GrantList,
    GrantRevoke,
    HowToConfirm,
)
from bot.keyboards.buttons.common import Go
from bot.tools import Tools
from bot.views import access as view
from services.accounts.codes import LIFETIME
from services.accounts.model import Account
from services.memory import Memory
from services.texts.dates import MOSCOW, local
from services.texts.i18n import Texts

_WAITING = "waiting code"


class WaitingCodes:
    """Codes that came by a link before consent: remembered only, for as long as a code is good."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def keep(self, telegram_id: int, digits: str) -> None:
        await self._memory.keep(_WAITING, telegram_id, digits, LIFETIME)

    async def take(self, telegram_id: int) -> str | None:
        """The code, once."""
        return await self._memory.take(_WAITING, telegram_id)


async def enter(
    event: Message | CallbackQuery,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
    digits: str | None = None,
) -> None:
    """The screen that asks for a code, or what comes of the one that a link has brought."""
    await leave_wizard(bot, tools, account)
    await begin(event, bot, tools, wizards, account, t, access.KIND, Typed(digits) if digits else None)


async def open_code(query: CallbackQuery, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts) -> None:
    await enter(query, bot, tools, wizards, account, t)


async def how_to_confirm(
    query: CallbackQuery, callback_data: HowToConfirm, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    person = await tools.persons.get(account, callback_data.person)
    today = local(tools.clock.now(), MOSCOW).date()
    await chat.show(query, bot, view.how_to_confirm(t, person, today, demo=tools.demo))


async def open_grants(query: CallbackQuery, bot: Bot, tools: Tools, account: Account, t: Texts) -> None:
    await _grants(query, 0, bot, tools, account, t)


async def turn_grants(
    query: CallbackQuery, callback_data: GrantList, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    await _grants(query, callback_data.page, bot, tools, account, t)


async def draft(
    query: CallbackQuery, callback_data: GrantDraft, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    """The ticks: what is ticked stands in the buttons alone."""
    own = await tools.persons.own(account)
    if own is None or not await tools.access.may_grant(account):
        await chat.show(query, bot, view.may_not_grant(t, own))
        return
    await chat.show(query, bot, view.draft(t, own, callback_data.covers, callback_data.months))


async def code(
    query: CallbackQuery, callback_data: GrantCode, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    own = await tools.persons.own(account)
    if own is None or not await tools.access.may_grant(account):
        await chat.show(query, bot, view.may_not_grant(t, own))
        return
    if not callback_data.covers:
        await chat.answer(query, view.nothing_ticked(t))
        return
    issued, until = await tools.access.issue(account, view.covers_of(callback_data.covers), callback_data.months)
    username = (await bot.me()).username or ""
    link = create_telegram_link(username, start=issued.payload)
    await chat.show(query, bot, view.code(t, own, issued, link, callback_data.covers, until))


async def revoke(
    query: CallbackQuery, callback_data: GrantRevoke, bot: Bot, tools: Tools, account: Account, t: Texts
) -> None:
    """Asked first; then both sides are told, this one by the screen."""
    if not callback_data.sure:
        grant = await tools.access.notice(account, callback_data.grant)
        await chat.show(query, bot, view.ended(t, grant) if grant.ended_at else view.revoke(t, grant))
        return
    grant = await tools.access.revoke(account, callback_data.grant)
    await chat.show(query, bot, view.ended(t, grant))
    await tools.access.shown(account, grant.id)


async def _grants(query: CallbackQuery, page: int, bot: Bot, tools: Tools, account: Account, t: Texts) -> None:
    await leave_wizard(bot, tools, account)
    await chat.show(query, bot, view.grants(t, await tools.access.grants(account), page))


def setup() -> Router:
    router = consented("access")
    router.callback_query.register(open_code, Go.filter(F.to == GO_ENTER_CODE.to))
    router.callback_query.register(open_grants, Go.filter(F.to == GO_GRANTS.to))
    router.callback_query.register(how_to_confirm, HowToConfirm.filter())
    router.callback_query.register(turn_grants, GrantList.filter())
    router.callback_query.register(draft, GrantDraft.filter())
    router.callback_query.register(code, GrantCode.filter())
    router.callback_query.register(revoke, GrantRevoke.filter())
    return router
