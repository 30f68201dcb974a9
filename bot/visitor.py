"""Who is speaking, as handlers get them: the event, the account, the language, and the ways to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aiogram import Bot
from aiogram.types import CallbackQuery, Message

from bot import chat
from bot.keyboards.layout import Layout, layout_of
from bot.keyboards.markup import Markup
from bot.views.screen import Document, Screen
from services.accounts.model import Account
from services.registry.model import Clinic
from services.texts.i18n import Texts, texts

BUTTONS = "buttons"
"""The name under which a pressed message has what its buttons carry; the markup itself is not decoded."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One message or press. `known`: the account, None before consent; `now`: the moment it came.

    `apart`: what was pressed is no screen, such as a file, and stays; a screen comes below it.
    """

    event: Message | CallbackQuery
    bot: Bot
    telegram_id: int
    known: Account | None
    t: Texts
    now: datetime
    apart: bool = False

    @property
    def account(self) -> Account:
        """Of whoever is past consent: only handlers that are open to guests ask `known`."""
        assert self.known is not None, "this handler is not for guests"
        return self.known

    @property
    def layout(self) -> Layout:
        """How much may stand on a screen; guests have chosen nothing."""
        return layout_of(self.known)

    @property
    def pressed(self) -> int | None:
        """The id of the message whose button was pressed; None for a message, or where Telegram names none."""
        event = self.event
        return event.message.message_id if isinstance(event, CallbackQuery) and event.message is not None else None

    @property
    def offered(self) -> Sequence[str]:
        """What the buttons of the pressed message carry; nothing where Telegram does not show it any more."""
        message = self.event.message if isinstance(self.event, CallbackQuery) else None
        found: Sequence[str] = ((message.model_extra or {}) if message is not None else {}).get(BUTTONS, ())
        return found

    def become(self, account: Account) -> Visitor:
        """The same event, of the account as it is now and in its language."""
        return replace(self, known=account, t=texts(account.locale))

    def speaking(self, t: Texts) -> Visitor:
        """The same event, answered in this language."""
        return replace(self, t=t)

    async def show(self, screen: Screen, toast: str | None = None) -> int:
        """The pressed message becomes the screen, and the press is answered; below a message it stands anew.

        Gives the id of the message that shows it.
        """
        if isinstance(self.event, CallbackQuery) and not self.apart:
            return await chat.show(self.event, self.bot, screen.laid(self.layout), toast)
        shown = await self.send(screen)
        await self.answer(toast)
        return shown

    async def send(self, screen: Screen) -> int:
        """A new message below; gives its id."""
        return await chat.send(self.bot, self.telegram_id, screen.laid(self.layout))

    async def answer(self, toast: str | None = None) -> None:
        """Answers a press whose screen stays; a message needs no answer."""
        if isinstance(self.event, CallbackQuery):
            await chat.answer(self.bot, self.event, toast)

    async def delete(self, message_id: int) -> bool:
        """Takes a message of ours away; False where Telegram does not let us."""
        return await chat.delete(self.bot, self.telegram_id, message_id)

    async def strip(self, message_id: int) -> None:
        """Takes the buttons off a screen that is no longer current."""
        await chat.strip(self.bot, self.telegram_id, message_id)

    async def send_document(self, document: Document) -> None:
        """A file, below whatever screen stands there."""
        await chat.send_document(self.bot, self.telegram_id, document)

    async def send_venue(self, clinic: Clinic, address: str, markup: Markup) -> None:
        """The clinic as Telegram's own place on the map."""
        await chat.send_venue(self.bot, self.telegram_id, clinic, address, markup)
