"""Consent: the first screen, and nothing personal before it."""

from __future__ import annotations

from bot.front import HomeScreen
from bot.handlers.start import StartLinks
from bot.kernel import Kernel
from bot.keyboards.buttons.consent import ConsentAgain, ConsentPress
from bot.routing import on
from bot.views import consent as view
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.accounts import CONSENT_VERSION, Accounts
from services.accounts.model import Account
from services.texts.i18n import LOCALES, Html, Texts, texts


class ConsentDesk:
    """The text of the consent, and the screen that asks for it."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def operator(self, t: Texts) -> str:
        """Who processes the data, as the consent names them."""
        return self._kernel.operator or view.demo_operator(t)

    def text(self, t: Texts) -> Html:
        return view.consent_text(t, self.operator(t), CONSENT_VERSION)

    def screen(self, t: Texts, note: Html | None = None) -> Screen:
        return view.ask(t, self.operator(t), CONSENT_VERSION, LOCALES, note)

    async def ask(self, visitor: Visitor, note: Html | None = None) -> None:
        """Whatever a guest has pressed or written, consent comes first. `note`: what becomes of it afterwards."""
        await visitor.show(self.screen(visitor.t, note))


async def answer_consent(
    visitor: Visitor,
    data: ConsentPress,
    *,
    accounts: Accounts,
    consent: ConsentDesk,
    home: HomeScreen,
    start_links: StartLinks,
) -> None:
    account = visitor.known
    if account is not None and not (data.agree and await _agreed_to_another(accounts, account)):
        await visitor.show(await home.screen(visitor))
        return
    if not data.agree:
        await start_links.take(visitor)
        await visitor.show(view.refused(visitor.t))
        return
    visitor = visitor.speaking(texts(data.locale))
    text = consent.text(visitor.t)
    if view.digest_of(text) != data.digest:  # it has been changed since the button was drawn
        await consent.ask(visitor)
        return
    visitor = visitor.become(await accounts.give_consent(visitor.telegram_id, visitor.t.locale, text))
    waited = await start_links.take(visitor)
    if waited is not None:
        link, found = waited
        await link.follow(visitor, found)
        return
    await visitor.show(await home.screen(visitor))


async def _agreed_to_another(accounts: Accounts, account: Account) -> bool:
    """Whether the consent that was given is to an older text than today's."""
    return (await accounts.consent_of(account)).version != CONSENT_VERSION


async def read_again(visitor: Visitor, _: ConsentAgain, *, consent: ConsentDesk) -> None:
    await consent.ask(visitor)


ROUTES = (on(ConsentPress, answer_consent, guests=True), on(ConsentAgain, read_again, guests=True))
