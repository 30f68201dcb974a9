"""Consent: the first screen, and nothing personal before it."""

from __future__ import annotations

from datetime import timedelta

from bot.front import HomeScreen
from bot.handlers.start import StartLinks
from bot.kernel import Kernel
from bot.keyboards.buttons.consent import ConsentAgain, ConsentPress, ConsentRead
from bot.routing import Replay, on
from bot.views import consent as view
from bot.views.common import told
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.accounts import Accounts
from services.accounts.model import Account
from services.texts.i18n import LOCALES, Html, Texts, texts

_PRESSED = "pressed before consent"
_WAITS = timedelta(hours=1)
"""How long a button waits for its text to be read."""


class ConsentDesk:
    """The text of the consent, the screens that ask for it, and what waits until it is given."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    @property
    def version(self) -> str:
        return self._kernel.agreements.current

    def operator(self, t: Texts) -> str:
        """Who processes the data, as the consent names them."""
        return self._kernel.operator or view.demo_operator(t)

    def text(self, t: Texts) -> Html:
        return view.consent_text(t, self.operator(t), self.version)

    def screen(self, t: Texts, note: Html | None = None) -> Screen:
        return view.ask(t, self.operator(t), self.version, LOCALES, note)

    async def ask(self, visitor: Visitor, note: Html | None = None) -> None:
        """Whatever a guest has pressed or written, consent comes first. `note`: what becomes of it afterwards."""
        await visitor.show(self.screen(visitor.t, note))

    async def ask_anew(self, visitor: Visitor, pressed: str | None) -> None:
        """Who has agreed to an older text is asked about today's. `pressed`: the button that led here, to come back."""
        if pressed is not None:
            await self._kernel.memory.keep(_PRESSED, visitor.telegram_id, pressed, _WAITS)
        await visitor.show(view.ask_anew(visitor.t, self.operator(visitor.t), self.version))

    async def take_pressed(self, visitor: Visitor) -> str | None:
        """The button that has led to the question, once."""
        return await self._kernel.memory.take(_PRESSED, visitor.telegram_id)


async def answer_consent(
    visitor: Visitor,
    data: ConsentPress,
    *,
    accounts: Accounts,
    consent: ConsentDesk,
    home: HomeScreen,
    start_links: StartLinks,
    replay: Replay,
) -> None:
    if visitor.known is not None:
        await _answer_anew(visitor, data, visitor.known, accounts, consent, home, replay)
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


async def _answer_anew(
    visitor: Visitor,
    data: ConsentPress,
    account: Account,
    accounts: Accounts,
    consent: ConsentDesk,
    home: HomeScreen,
    replay: Replay,
) -> None:
    """Who is past the first consent: today's text is agreed to or not, and what led to it goes on."""
    if not data.agree:
        declined = await consent.take_pressed(visitor) is not None
        closed = told(visitor.t, view.still_closed(visitor.t))
        await visitor.show(closed if declined else await home.screen(visitor))
        return
    if (await accounts.consent_of(account)).version != consent.version:
        read = visitor.speaking(texts(data.locale))
        text = consent.text(read.t)
        if view.digest_of(text) != data.digest:
            await consent.ask_anew(read, None)
            return
        visitor = visitor.become(await accounts.give_consent(visitor.telegram_id, read.t.locale, text))
    pressed = await consent.take_pressed(visitor)
    if pressed is not None:
        await replay.press(visitor, pressed)
        return
    await visitor.show(await home.screen(visitor))


async def read_again(visitor: Visitor, _: ConsentAgain, *, consent: ConsentDesk) -> None:
    await consent.ask(visitor)


async def read(visitor: Visitor, data: ConsentRead, *, consent: ConsentDesk) -> None:
    """Between the question and the whole text, in the language of the screen."""
    t = texts(data.locale)
    if data.whole:
        await visitor.show(view.whole(t, consent.operator(t), consent.version, anew=data.anew))
    elif data.anew and visitor.known is not None:
        await consent.ask_anew(visitor.speaking(t), None)
    else:
        await consent.ask(visitor.speaking(t))


ROUTES = (
    on(ConsentPress, answer_consent, guests=True),
    on(ConsentAgain, read_again, guests=True),
    on(ConsentRead, read, guests=True),
)
