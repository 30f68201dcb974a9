"""Who is speaking, as handlers get them: the event, the account, the language, and the ways to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aiogram import Bot
from aiogram.types import CallbackQuery, Message

from bot import chat
from bot.keyboards.kept import stays
from bot.keyboards.layout import Layout, layout_of
from bot.keyboards.markup import Markup
from bot.views.screen import Document, Screen
from services.accounts.model import Account
from services.memory import Memory
from services.registry.model import Clinic
from services.texts.i18n import Texts, texts

BUTTONS = "buttons"
"""The name under which a pressed message has what its buttons carry; the markup itself is not decoded."""


_SCREENS = "screens"
_REMEMBERED = timedelta(hours=47)
"""Telegram lets a bot take its messages away for two days."""
_MANY = 5
_BELOW = "b"
"""Marks a screen that was opened below a message that stays: the next one takes its place."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One message or press. `known`: the account, None before consent; `now`: the moment it came.

    `memory`: of what stands in this chat, for a while. `apart`: what was pressed is no screen, such as a file, and
    stays; a screen comes below it.
    """

    event: Message | CallbackQuery
    bot: Bot
    telegram_id: int
    known: Account | None
    t: Texts
    now: datetime
    memory: Memory
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

    @property
    def kept(self) -> bool:
        """Whether what was pressed stays in the chat (`keyboards.kept`)."""
        event = self.event
        return isinstance(event, CallbackQuery) and stays((*self.offered, event.data or ""))

    async def show(self, screen: Screen, toast: str | None = None) -> int:
        """The pressed message becomes the screen, and the press is answered; below a message it stands anew.

        Below one that stays, too, in the place of what was opened there before. Gives the id of the message that shows
        it.
        """
        if self.kept:
            return await self._show_below(screen, toast)
        if isinstance(self.event, CallbackQuery) and not self.apart:
            return await self.update(screen, toast)
        shown = await self.send(screen)
        await self.answer(toast)
        return shown

    async def update(self, screen: Screen, toast: str | None = None) -> int:
        """The pressed message becomes the screen even if it stays: this is how its own matter stands now.

        Gives the id of the message that shows it.
        """
        assert isinstance(self.event, CallbackQuery), "a message of theirs is not ours to change"
        shown = await chat.show(self.event, self.bot, screen.laid(self.layout), toast)
        if screen.stays:  # nothing that is opened later takes its place
            await self._go_over(shown, None)
        elif self.pressed is not None and shown != self.pressed:
            await self._go_over(self.pressed, shown)
        return shown

    async def _show_below(self, screen: Screen, toast: str | None) -> int:
        before = [each for each in await self._screens() if each.endswith(_BELOW)]
        shown = await self.send(screen)
        await self.answer(toast)
        for each in before:
            await self.delete(_number(each))
        if not screen.stays:
            await self._go_over(shown, shown, _BELOW)
        return shown

    async def redraw(self, message_id: int, screen: Screen) -> None:
        """A message that stands elsewhere in the chat says how its matter stands now."""
        await chat.redraw(self.bot, self.telegram_id, message_id, screen.laid(self.layout))

    async def send(self, screen: Screen) -> int:
        """A new message below; gives its id."""
        shown = await chat.send(self.bot, self.telegram_id, screen.laid(self.layout))
        if not screen.stays:
            await self._remember([*await self._screens(), str(shown)])
        return shown

    async def answer(self, toast: str | None = None) -> None:
        """Answers a press whose screen stays; a message needs no answer."""
        if isinstance(self.event, CallbackQuery):
            await chat.answer(self.bot, self.event, toast)

    async def delete(self, message_id: int) -> bool:
        """Takes a message of ours away; False where Telegram does not let us."""
        await self._go_over(message_id, None)
        return await chat.delete(self.bot, self.telegram_id, message_id)

    async def strip(self, message_id: int) -> None:
        """Takes the buttons off a screen that is no longer current."""
        await self._go_over(message_id, None)
        await chat.strip(self.bot, self.telegram_id, message_id)

    async def strip_others(self, shown: int) -> None:
        """Takes them off whatever other screens stand in the chat, as far as they are remembered."""
        for each in await self._screens():
            if _number(each) != shown:
                await self.strip(_number(each))

    async def _screens(self) -> list[str]:
        """The screens that stand in the chat, the latest last: numbers of their messages, marked where `_BELOW`."""
        word = await self.memory.recall(_SCREENS, self.telegram_id)
        return word.split() if word else []

    async def _go_over(self, before: int, shown: int | None, mark: str = "") -> None:
        """What stood in one message stands in another, or is no screen any more."""
        screens = await self._screens()
        if str(before) in screens or f"{before}{_BELOW}" in screens:
            others = [each for each in screens if _number(each) != before]
            kept = _BELOW if f"{before}{_BELOW}" in screens else mark
            await self._remember([*others, f"{shown}{kept}"] if shown is not None else others)

    async def _remember(self, screens: list[str]) -> None:
        await self.memory.keep(_SCREENS, self.telegram_id, " ".join(screens[-_MANY:]), _REMEMBERED)

    async def send_document(self, document: Document) -> None:
        """A file, below whatever screen stands there."""
        await chat.send_document(self.bot, self.telegram_id, document)

    async def send_venue(self, clinic: Clinic, address: str, markup: Markup) -> None:
        """The clinic as Telegram's own place on the map."""
        await chat.send_venue(self.bot, self.telegram_id, clinic, address, markup)


def _number(screen: str) -> int:
    return int(screen.removesuffix(_BELOW))
