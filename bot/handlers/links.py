"""Links to booking: `/start` with where to begin, and the button that goes on with it."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.types import CallbackQuery, Message

from bot import chat
from bot.fsm import booking
from bot.handlers.common import ask_consent, consented, home_screen, leave_wizard
from bot.handlers.wizard import Wizards, show_reply, start_by_link
from bot.keyboards.buttons.links import BookByLink
from bot.tools import Tools
from bot.views import common, home
from bot.views import links as view
from bot.views.screen import Screen
from services.accounts.model import Account
from services.booking.links import payload_of, read_link
from services.booking.model import BookingLink, LinkTarget
from services.registry.port import RegistryUnavailable
from services.texts.i18n import Texts


async def keep_for_later(message: Message, bot: Bot, tools: Tools, t: Texts, link: BookingLink) -> None:
    """Somebody new: consent first. It is shown before the link is kept, for the database may be busy being filled."""
    await ask_consent(message, bot, tools, t, view.before_consent(t))
    await tools.links.keep(message.chat.id, link)


async def follow(
    event: Message | CallbackQuery,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
    link: BookingLink,
) -> None:
    """To the booking that the link leads to; by the form, or by the question about one that is unfinished."""
    await leave_wizard(bot, tools, account)
    if await tools.persons.own(account) is None:
        await tools.links.keep(account.telegram_id, link)
        note = view.form_first(t, await _target(tools, link))
        await _show(event, bot, home.no_form(t, demo=tools.demo, note=note))
        return
    draft = await tools.drafts.open_of(account.id, booking.KIND)
    if draft is not None and "person" in draft.answers:
        await _show(event, bot, view.unfinished(t, await _target(tools, link), payload_of(link)))
        return
    await _begin(event, bot, tools, wizards, account, t, link)


async def go_on(
    query: CallbackQuery,
    callback_data: BookByLink,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
) -> None:
    link = read_link(callback_data.payload)
    if link is None:
        await chat.show(query, bot, await home_screen(tools, account, t), common.outdated(t))
    elif callback_data.sure and await tools.persons.own(account) is not None:
        await _begin(query, bot, tools, wizards, account, t, link)
    else:
        await follow(query, bot, tools, wizards, account, t, link)


async def _begin(
    event: Message | CallbackQuery,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
    link: BookingLink,
) -> None:
    try:
        reply = await start_by_link(tools, wizards, account, t, link)
    except RegistryUnavailable:  # a message has no button to ask again with
        await _show(event, bot, common.unavailable(t, BookByLink(payload=payload_of(link), sure=False)))
        return
    await show_reply(event, bot, tools, account, t, reply)


async def _target(tools: Tools, link: BookingLink) -> LinkTarget | None:
    """What the link is to be called by, where that can be told now."""
    try:
        return await tools.links.target(link)
    except RegistryUnavailable:
        return None


async def _show(event: Message | CallbackQuery, bot: Bot, screen: Screen) -> None:
    if isinstance(event, CallbackQuery):
        await chat.show(event, bot, screen)
    else:
        await chat.send(bot, event.chat.id, screen)


def setup() -> Router:
    router = consented("links")
    router.callback_query.register(go_on, BookByLink.filter())
    return router
