"""The choice of language, from any step."""

from __future__ import annotations

from bot.front import HomeScreen
from bot.handlers.consent import ConsentDesk
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.help import GO_HELP
from bot.keyboards.buttons.language import GO_LANGUAGE, SetLocale
from bot.middlewares.guest import GuestLocales
from bot.routing import on, to
from bot.views import language as view
from bot.visitor import Visitor
from services.accounts.accounts import Accounts
from services.texts.i18n import LOCALES, texts


async def command(visitor: Visitor, _: str | None) -> None:
    await visitor.send(view.choose(visitor.t))


async def page(visitor: Visitor) -> None:
    """From help."""
    await visitor.show(view.choose(visitor.t, GO_HELP))


async def choose(
    visitor: Visitor,
    data: SetLocale,
    *,
    accounts: Accounts,
    guest_locales: GuestLocales,
    consent: ConsentDesk,
    home: HomeScreen,
    wizards: Wizards,
) -> None:
    """The wizard that was open is shown again in the new language, else Home. No screen of the old one can be pressed.

    Messages that stay are left: they are read as they were told, and answer in the new language.
    """
    locale = data.locale if data.locale in LOCALES else LOCALES[0]
    if visitor.known is None:
        await guest_locales.choose(visitor.telegram_id, locale)
        shown = await visitor.show(consent.screen(texts(locale)))
    else:
        visitor = visitor.become(await accounts.set_locale(visitor.known, locale))
        shown = await wizards.show_current(visitor) or await visitor.show(await home.screen(visitor))
    await visitor.strip_others(shown)


ROUTES = (to(GO_LANGUAGE, page, guests=True), on(SetLocale, choose, guests=True))
