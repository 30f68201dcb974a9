"""«О проекте», the consent as it was given, «Мои данные» and the end of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import chat
from bot.handlers.common import ask_consent, leave_wizard, operator_name
from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.mydata import GO_ABOUT, GO_CONSENT, GO_ERASE, GO_EXPORT, EraseMe, Way
from bot.middlewares.guest import GuestLocales
from bot.tools import Tools
from bot.views import access as access_view
from bot.views import consent as consent_view
from bot.views import mydata as view
from bot.views.screen import Screen
from services.accounts.accounts import CONSENT_VERSION
from services.accounts.model import Account, Consent, Farewell
from services.mydata.model import Obligations
from services.personal import StillUnderWay, codes_in
from services.registry.port import RegistryUnavailable
from services.texts.i18n import Html, Texts, texts

log = logging.getLogger(__name__)


async def about(query: CallbackQuery, bot: Bot, tools: Tools, account: Account | None, t: Texts) -> None:
    consent = await tools.accounts.consent_of(account) if account else None
    data = view.About(operator_name(tools, t), tools.version, consent, CONSENT_VERSION)
    await chat.show(query, bot, view.about(t, data))


async def consent(query: CallbackQuery, bot: Bot, tools: Tools, account: Account | None, t: Texts) -> None:
    """The text as it was read and given; a guest reads today's."""
    if account is None:
        text = consent_view.consent_text(t, operator_name(tools, t), CONSENT_VERSION)
        await chat.show(query, bot, view.consent_to_read(t, text))
        return
    given: Consent = await tools.accounts.consent_of(account)
    await chat.show(query, bot, view.consent_given(t, given, CONSENT_VERSION))


# --- «Мои данные» -----------------------------------------------------------------------------------


async def export_command(message: Message, bot: Bot, tools: Tools, account: Account | None, t: Texts) -> None:
    if account is None:
        await ask_consent(message, bot, tools, t)
        return
    await _export(bot, tools, account, t)


async def export_press(query: CallbackQuery, bot: Bot, tools: Tools, account: Account | None, t: Texts) -> None:
    if account is None:
        await ask_consent(query, bot, tools, t)
        return
    await _export(bot, tools, account, t)
    await chat.answer(query)


async def _export(bot: Bot, tools: Tools, account: Account, t: Texts) -> None:
    facts = await tools.mydata.export(account)
    persons = {each.id: each.full_name for each in await tools.persons.family(account)}
    clinics = await _clinic_names(tools, codes_in(facts, "clinic"))
    document = view.document(view.Exported(facts, persons, clinics), t, tools.clock.now())
    await chat.send_document(bot, account.telegram_id, document)
    await chat.send(bot, account.telegram_id, view.exported(t))


async def _clinic_names(tools: Tools, ids: Iterable[str]) -> dict[str, str]:
    """Names of clinics as far as the registry tells them now."""
    names: dict[str, str] = {}
    for clinic_id in ids:
        try:
            clinic = await tools.directory.clinic(clinic_id)
        except RegistryUnavailable:
            return names
        if clinic is not None:
            names[clinic_id] = clinic.name
    return names


# --- «Отозвать согласие» ----------------------------------------------------------------------------


async def erase_command(message: Message, bot: Bot, tools: Tools, account: Account | None, t: Texts) -> None:
    if account is None:
        await chat.send(bot, message.chat.id, view.nothing_kept(t))
        return
    await leave_wizard(bot, tools, account)
    await chat.send(bot, message.chat.id, await _question(tools, account, t))


async def erase_page(query: CallbackQuery, bot: Bot, tools: Tools, account: Account | None, t: Texts) -> None:
    if account is None:
        await chat.show(query, bot, view.nothing_kept(t))
        return
    await leave_wizard(bot, tools, account)
    await chat.show(query, bot, await _question(tools, account, t))


async def erase(
    query: CallbackQuery,
    callback_data: EraseMe,
    bot: Bot,
    tools: Tools,
    guest_locales: GuestLocales,
    account: Account | None,
    t: Texts,
) -> None:
    """Done once, and only if what stands is what was read; a visit that is not cancelled keeps everything."""
    if account is None:
        if await tools.mydata.just_erased(query.from_user.id):  # pressed twice: the screen says it already
            await chat.answer(query)
            return
        await chat.show(query, bot, view.nothing_kept(t))
        return
    obligations, cancelled = await tools.mydata.obligations(account), 0
    if obligations.digest != callback_data.digest:
        await chat.show(query, bot, view.question(t, obligations, tools.clock.now(), view.changed(t)))
        return
    if callback_data.way is Way.CANCEL:
        given = await tools.mydata.cancel(account, obligations)
        if not given.complete:
            await chat.show(query, bot, await _question(tools, account, t, view.not_cancelled(t, given)))
            return
        obligations, cancelled = Obligations(), given.over
    await leave_wizard(bot, tools, account)
    try:
        erased = await tools.mydata.erase(account)
    except StillUnderWay:
        await chat.show(query, bot, view.under_way(t))
        return
    await guest_locales.choose(account.telegram_id, t.locale)  # the guest goes on in the language of the account
    await chat.show(query, bot, view.erased(t, obligations, tools.clock.now(), demo=tools.demo, cancelled=cancelled))
    await _tell_others(bot, tools, erased.farewells)


async def _question(tools: Tools, account: Account, t: Texts, note: Html | None = None) -> Screen:
    return view.question(t, await tools.mydata.obligations(account), tools.clock.now(), note)


async def _tell_others(bot: Bot, tools: Tools, farewells: Iterable[Farewell]) -> None:
    """With the name, which stands nowhere any more; where Telegram does not take it, the outbox tells it without."""
    for each in farewells:
        other = await tools.accounts.by_id(each.account_id)
        if other is None or not other.reachable:
            continue
        try:
            await chat.send(bot, other.telegram_id, access_view.erased(texts(other.locale), each.name, given=each.gave))
        except TelegramAPIError as error:
            log.warning("an end of access is left to the outbox: %s", type(error).__name__)
        else:
            await tools.outbox.told(each.key)


def setup() -> Router:
    router = Router(name="mydata")
    router.message.register(export_command, Command("export_me"))
    router.message.register(erase_command, Command("delete_me"))
    router.callback_query.register(about, Go.filter(F.to == GO_ABOUT.to))
    router.callback_query.register(consent, Go.filter(F.to == GO_CONSENT.to))
    router.callback_query.register(export_press, Go.filter(F.to == GO_EXPORT.to))
    router.callback_query.register(erase_page, Go.filter(F.to == GO_ERASE.to))
    router.callback_query.register(erase, EraseMe.filter())
    return router
