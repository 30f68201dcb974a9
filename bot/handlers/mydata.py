"""«О проекте», the consent as it was given, «Мои данные» and the end of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from bot import chat
from bot.handlers.consent import ConsentDesk
from bot.handlers.wizard import Wizards
from bot.kernel import Kernel
from bot.keyboards.buttons.mydata import GO_ABOUT, GO_CONSENT, GO_ERASE, GO_EXPORT, EraseMe, Way
from bot.keyboards.layout import layout_of
from bot.middlewares.guest import GuestLocales
from bot.routing import on, to
from bot.views import access as access_view
from bot.views import mydata as view
from bot.views.export.words import ExportWords
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.accounts import Accounts
from services.accounts.model import Consent, Farewell
from services.accounts.persons import Persons
from services.clinics.directory import Directory
from services.limits.model import LimitReached
from services.mydata.model import Obligations
from services.mydata.mydata import MyData
from services.notify.outbox import Outbox
from services.personal import StillUnderWay, codes_in
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import Html, texts

log = logging.getLogger(__name__)


async def about(visitor: Visitor, *, kernel: Kernel, accounts: Accounts, consent: ConsentDesk) -> None:
    given = await accounts.consent_of(visitor.known) if visitor.known else None
    data = view.About(consent.operator(visitor.t), kernel.version, given, consent.version)
    await visitor.show(view.about(visitor.t, data))


async def read_consent(visitor: Visitor, *, accounts: Accounts, consent: ConsentDesk) -> None:
    """The text as it was read and given; a guest reads today's."""
    if visitor.known is None:
        await visitor.show(view.consent_to_read(visitor.t, consent.text(visitor.t)))
        return
    given: Consent = await accounts.consent_of(visitor.known)
    await visitor.show(view.consent_given(visitor.t, given, consent.version))


# --- «Мои данные» -----------------------------------------------------------------------------------


async def export_command(
    visitor: Visitor,
    _: str | None,
    *,
    mydata: MyData,
    persons: Persons,
    directory: Directory,
    export_words: ExportWords,
) -> None:
    await _export(visitor, mydata, persons, directory, export_words)


async def export_press(
    visitor: Visitor, *, mydata: MyData, persons: Persons, directory: Directory, export_words: ExportWords
) -> None:
    await _export(visitor, mydata, persons, directory, export_words)
    await visitor.answer()


async def _export(visitor: Visitor, mydata: MyData, persons: Persons, directory: Directory, words: ExportWords) -> None:
    try:
        facts = await mydata.export(visitor.account)
    except LimitReached:
        await visitor.show(view.exported_enough(visitor.t))
        return
    names = {each.id: each.full_name for each in await persons.family(visitor.account)}
    clinics = await _clinic_names(directory, codes_in(facts, "clinic"))
    await visitor.send_document(view.document(visitor.t, view.Exported(facts, names, clinics), words, visitor.now))
    await visitor.send(view.exported(visitor.t))


async def _clinic_names(directory: Directory, ids: Iterable[str]) -> dict[str, str]:
    """Names of clinics as far as the registry tells them now."""
    names: dict[str, str] = {}
    for clinic_id in ids:
        try:
            clinic = await directory.clinic(clinic_id)
        except RegistryUnavailable:
            return names
        if clinic is not None:
            names[clinic_id] = clinic.name
    return names


# --- «Отозвать согласие» ----------------------------------------------------------------------------


async def erase_command(visitor: Visitor, _: str | None, *, mydata: MyData, wizards: Wizards) -> None:
    await _ask_erasing(visitor, mydata, wizards)


async def erase_page(visitor: Visitor, *, mydata: MyData, wizards: Wizards) -> None:
    await _ask_erasing(visitor, mydata, wizards)


async def _ask_erasing(visitor: Visitor, mydata: MyData, wizards: Wizards) -> None:
    if visitor.known is None:
        await visitor.show(view.nothing_kept(visitor.t))
        return
    await wizards.leave(visitor)
    await visitor.show(await _question(visitor, mydata))


async def erase(
    visitor: Visitor,
    data: EraseMe,
    *,
    kernel: Kernel,
    accounts: Accounts,
    outbox: Outbox,
    mydata: MyData,
    guest_locales: GuestLocales,
    wizards: Wizards,
) -> None:
    """Done once, and only if what stands is what was read; a visit that is not cancelled keeps everything."""
    t = visitor.t
    if visitor.known is None:
        if await mydata.just_erased(visitor.telegram_id):  # pressed twice: the screen says it already
            await visitor.answer()
            return
        await visitor.show(view.nothing_kept(t))
        return
    account = visitor.account
    obligations, cancelled = await mydata.obligations(account), 0
    if obligations.digest != data.digest:
        await visitor.show(view.question(t, obligations, visitor.now, view.changed(t)))
        return
    if data.way is Way.CANCEL:
        given = await mydata.cancel(account, obligations)
        if not given.complete:
            await visitor.show(await _question(visitor, mydata, view.not_cancelled(t, given)))
            return
        obligations, cancelled = Obligations(), given.over
    await wizards.leave(visitor)
    try:
        erased = await mydata.erase(account)
    except StillUnderWay:
        await visitor.show(view.under_way(t))
        return
    await guest_locales.choose(account.telegram_id, t.locale)  # the guest goes on in the language of the account
    await visitor.show(view.erased(t, obligations, visitor.now, demo=kernel.demo, cancelled=cancelled))
    await _tell_others(visitor.bot, accounts, outbox, erased.farewells)


async def _question(visitor: Visitor, mydata: MyData, note: Html | None = None) -> Screen:
    return view.question(visitor.t, await mydata.obligations(visitor.account), visitor.now, note)


async def _tell_others(bot: Bot, accounts: Accounts, outbox: Outbox, farewells: Iterable[Farewell]) -> None:
    """With the name, which stands nowhere any more; where Telegram does not take it, the outbox tells it without."""
    for each in farewells:
        other = await accounts.by_id(each.account_id)
        if other is None or not other.reachable:
            continue
        try:
            screen = access_view.erased(texts(other.locale), each.name, given=each.gave)
            await chat.send(bot, other.telegram_id, screen.laid(layout_of(other)))
        except TelegramAPIError as error:
            log.warning("an end of access is left to the outbox: %s", type(error).__name__)
        else:
            await outbox.told(each.key)


ROUTES = (
    to(GO_ABOUT, about, guests=True),
    to(GO_CONSENT, read_consent, guests=True),
    to(GO_EXPORT, export_press),
    to(GO_ERASE, erase_page, guests=True),
    on(EraseMe, erase, guests=True),
)
