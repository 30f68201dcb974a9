"""Wizards in the chat: beginning, pressing, typing, leaving. How each begins is its topic's own handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiogram import Bot, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import StateFilter
from aiogram.fsm.state import StatesGroup
from aiogram.types import Message

from bot import chat
from bot.front import HomeScreen
from bot.fsm.wizard import (
    Begins,
    FileLost,
    Input,
    Reply,
    SentFile,
    SentPhoto,
    SharedContact,
    SharedLocation,
    Typed,
    Unreadable,
    Wizard,
)
from bot.keyboards.buttons.wizard import WizardOpen, WizardPress
from bot.routing import Replay
from bot.views import common
from bot.views.prompts import prompt
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.accounts import Accounts
from services.drafts.drafts import Drafts
from services.drafts.model import Answers, Draft
from services.notify import keys
from services.notify.outbox import Outbox
from services.texts.i18n import Html, Texts

PICTURES = frozenset({"image/jpeg", "image/png"})
"""Files that are taken for photos; what they really are is seen when they are opened."""


@dataclass(frozen=True, slots=True)
class RunningWizard:
    """A wizard as its topic declares it, with its services. The fields are those of `bot.topic.WizardSpec`."""

    wizard: Wizard
    kept: Callable[[Texts, Draft], Awaitable[Html | None]]
    stopped: Callable[[Texts, Draft], Html | None]


class Wizards:
    """All wizards of the chat, and the screens that show them.

    `home`: gives Home, which is built after them; `replay`: presses the button that «Назад» leads out by.
    """

    def __init__(
        self,
        running: Mapping[str, RunningWizard],
        accounts: Accounts,
        drafts: Drafts,
        outbox: Outbox,
        home: Callable[[], HomeScreen],
        replay: Replay,
    ) -> None:
        self.running = running
        self._accounts = accounts
        self._drafts = drafts
        self._outbox = outbox
        self._home = home
        self._replay = replay

    # --- beginning and leaving -------------------------------------------------------------------------------------

    async def start(self, visitor: Visitor, kind: str, answers: Answers | None = None) -> None:
        """A wizard from its beginning, on the screen."""
        await self.begin(visitor, Begins(kind, answers or {}))

    async def begin(self, visitor: Visitor, begins: Begins, given: Input | None = None) -> None:
        """The same, with all that is known. `given`: its first answer, which has come with the event."""
        await self.show(visitor, await self._begun(visitor, begins, given))

    async def _begun(self, visitor: Visitor, begins: Begins, given: Input | None = None) -> Reply:
        wizard = self.running[begins.kind].wizard
        reply = await wizard.start(visitor.account, visitor.t, begins.answers, begins.note, begins.marks)
        if begins.begun is not None:
            await begins.begun()
        if given is not None:
            reply = await wizard.receive(visitor.account, visitor.t, given) or reply
        return reply

    async def resume(self, visitor: Visitor, kind: str) -> bool:
        """Where it was left; False if nothing is left of it."""
        reply = await self.running[kind].wizard.resume(visitor.account, visitor.t)
        if reply is not None:
            await self.show(visitor, reply)
        return reply is not None

    async def show_current(self, visitor: Visitor, note: Html | None = None) -> int | None:
        """The wizard that is open on a screen, where it is; gives the message that shows it.

        None if there is none, or it was left for Home. `note`: what has happened. Where it comes anew below a message,
        the screen above loses its buttons.
        """
        draft = await self._drafts.latest(visitor.account.id)
        if draft is None or draft.message_id is None:
            return None
        reply = await self.running[draft.kind].wizard.resume(visitor.account, visitor.t, note)
        if reply is None:
            return None
        shown = await self.show(visitor, reply)
        if visitor.pressed is None:
            await visitor.strip(draft.message_id)
        return shown

    async def leave(self, visitor: Visitor) -> None:
        """The draft stays, but what is typed from now on is not meant for it; its reply keyboard is taken away."""
        draft = await self._drafts.latest(visitor.account.id)
        if draft is None:
            return
        if draft.prompt_id is not None:
            await visitor.delete(draft.prompt_id)
        if draft.message_id is not None or draft.prompt_id is not None:
            await self._drafts.remember_messages(draft, None, None)

    async def give_up(self, visitor: Visitor) -> Html:
        """Ends what was begun, with the time that it holds; gives what is to be said of it."""
        t, draft = visitor.t, await self._drafts.latest(visitor.account.id)
        if draft is None:
            return t("Nothing is begun, so there is nothing to give up. Your visits are in “My bookings”.")
        running = self.running[draft.kind]
        kept = await running.kept(t, draft)
        if kept is not None:
            return kept
        await self.leave(visitor)
        await self._drafts.drop(draft.id)
        if draft.message_id is not None:
            await visitor.strip(draft.message_id)
        return running.stopped(t, draft) or t("What you had begun is given up. Nothing has been booked.")

    # --- pressing and typing ---------------------------------------------------------------------------------------

    async def press(self, visitor: Visitor, pressed: WizardPress) -> None:
        """A button of a wizard's screen."""
        draft = await self._drafts.get(pressed.draft)
        if draft is None or draft.account_id != visitor.account.id or draft.kind not in self.running:
            await self.show_outdated(visitor)
            return
        wizard = self.running[draft.kind].wizard
        reply = await wizard.press(visitor.account, visitor.t, draft, pressed, visitor.pressed or 0)
        if reply.still:
            await visitor.answer()
        elif reply.out is not None:
            await self.leave(visitor)
            await self._replay.press(visitor, reply.out)
        else:
            await self._show(visitor, visitor.update, await self._carried_on(visitor, reply), draft.message_id)

    async def receive(self, visitor: Visitor, given: Input, message_id: int, *, in_place: bool = False) -> None:
        """What was typed or sent. `in_place`: the screen below is the draft's already, and only changes."""
        draft = await self._drafts.latest(visitor.account.id)
        wizard = self.running[draft.kind].wizard if draft else None
        reply = await wizard.receive(visitor.account, visitor.t, given, message_id) if wizard else None
        if reply is None:
            await visitor.send(common.not_understood(visitor.t))
            return
        before = reply.draft.message_id
        reply = await self._carried_on(visitor, reply)
        screen = await self._screen(visitor, reply)
        if in_place and before is not None:
            shown = await chat.edit(visitor.bot, visitor.telegram_id, before, screen.laid(visitor.layout))
        else:
            shown = await visitor.send(screen)
            if before is not None:
                await visitor.strip(before)
        await self._put_prompt(visitor, reply, shown)

    # --- showing ---------------------------------------------------------------------------------------------------

    async def show(self, visitor: Visitor, reply: Reply, stood: int | None = None) -> int:
        """A wizard's screen; gives its message. `stood`: the message that has shown the draft until now."""
        return await self._show(visitor, visitor.show, reply, stood)

    async def _show(
        self,
        visitor: Visitor,
        show: Callable[[Screen, str | None], Awaitable[int]],
        reply: Reply,
        stood: int | None = None,
    ) -> int:
        """`show`: as a button of another screen does it, or one of the wizard's own, whose message is its own too."""
        toast = common.outdated(visitor.t) if reply.stale else reply.toast
        shown = await show(await self._screen(visitor, reply), toast)
        if reply.redrawn is not None:
            await visitor.redraw(reply.redrawn.message_id, reply.redrawn.screen)
        if stood is not None and shown not in (visitor.pressed, stood) and stood != visitor.pressed:
            # The pressed message has given way to a new one; a second screen of the same draft is one too many.
            await visitor.delete(stood)
        await self._put_prompt(visitor, reply, shown)
        return shown

    async def show_outdated(self, visitor: Visitor) -> None:
        """A button that leads nowhere any more leads Home."""
        await visitor.show(await self._home().screen(visitor), common.outdated(visitor.t))

    async def _carried_on(self, visitor: Visitor, reply: Reply) -> Reply:
        """The reply of the wizard that takes over, where one does."""
        if reply.begins is None:
            return reply
        renewed = await self._accounts.by_telegram(visitor.telegram_id)
        return await self._begun(visitor.become(renewed) if renewed else visitor, reply.begins)

    async def _screen(self, visitor: Visitor, reply: Reply) -> Screen:
        if reply.screen is not None:
            return reply.screen
        renewed = await self._accounts.by_telegram(visitor.telegram_id)
        return await self._home().screen(visitor.become(renewed) if renewed else visitor)

    async def _put_prompt(self, visitor: Visitor, reply: Reply, shown: int) -> None:
        """Keeps the reply keyboard in step with the screen, and remembers which messages show the draft."""
        draft, prompt_id = reply.draft, None
        if reply.over:  # Telegram has taken the screen: only now is nothing more to be told
            await self._outbox.shown(*keys.of_draft(draft.id))
        if draft.prompt_id is not None:
            await visitor.delete(draft.prompt_id)
        if reply.prompt is not None:
            asked = prompt(visitor.t, reply.prompt)
            prompt_id = await chat.send_prompt(visitor.bot, visitor.telegram_id, asked)
        if not reply.over and (draft.message_id, draft.prompt_id) != (shown, prompt_id):
            await self._drafts.remember_messages(draft, shown, prompt_id)


# --- handlers -------------------------------------------------------------------------------------------------------


Beginnings = Mapping[str, Callable[[Visitor], Awaitable[None]]]
"""How each kind of wizard begins anew."""


async def press(visitor: Visitor, data: WizardPress, *, wizards: Wizards) -> None:
    await wizards.press(visitor, data)


async def open_wizard(visitor: Visitor, data: WizardOpen, *, wizards: Wizards, beginnings: Beginnings) -> None:
    """«Продолжить» and «Начать заново»."""
    begin = beginnings.get(data.kind)
    if begin is None:
        await wizards.show_outdated(visitor)
    elif data.anew or not await wizards.resume(visitor, data.kind):
        await begin(visitor)


async def cancel(visitor: Visitor, _: str | None, *, wizards: Wizards) -> None:
    """/cancel: gives up what was begun."""
    await visitor.send(common.told(visitor.t, await wizards.give_up(visitor)))


# --- messages without a command, for whoever has a wizard open ------------------------------------------------------


async def receive(message: Message, visitor: Visitor, wizards: Wizards, drafts: Drafts) -> None:
    """Whatever was typed or sent. Photos of one album come one by one, and share one screen."""
    given = _given(message, visitor.bot)
    together = isinstance(given, SentPhoto) and given.album is not None and await _began(visitor, given.album, drafts)
    await wizards.receive(visitor, given, message.message_id, in_place=together)


def _given(message: Message, bot: Bot) -> Input:
    """What a wizard makes of it. A picture may come as a file."""
    contact, place, document = message.contact, message.location, message.document
    if contact is not None:  # it counts only if it is the sender's own: Telegram says whose it is
        own = message.from_user is not None and contact.user_id == message.from_user.id
        return SharedContact(contact.phone_number, own)
    if place is not None:
        return SharedLocation(place.latitude, place.longitude)
    if message.text:
        return Typed(message.text)
    if message.photo or (document is not None and document.mime_type in PICTURES):
        sent = message.photo[-1] if message.photo else document
        assert sent is not None
        return SentPhoto(_fetching(bot, sent.file_id), message.caption or "", message.media_group_id)
    if document is not None:
        return SentFile(_fetching(bot, document.file_id), document.file_name or "", document.file_size)
    return Unreadable()


async def _began(visitor: Visitor, album: str, drafts: Drafts) -> bool:
    """Whether an earlier photo of the album has drawn the screen."""
    draft = await drafts.latest(visitor.account.id)
    return draft is not None and draft.marks.get("album") == album


def _fetching(bot: Bot, file_id: str) -> Callable[[int], Awaitable[bytes | None]]:
    async def fetch(limit: int) -> bytes | None:
        try:
            return await chat.download(bot, file_id, limit)
        except TelegramAPIError:
            raise FileLost from None

    return fetch


def typing(states: Sequence[type[StatesGroup]]) -> Router:
    """Messages for the open wizard's step. The FSM is asked here alone."""
    router = Router(name="typing")
    router.message.register(receive, _is_no_command, StateFilter(*states))
    return router


async def _is_no_command(message: Message) -> bool:
    """A coroutine: aiogram would run anything else, its own `F` too, in a thread."""
    return not (message.text or "").startswith("/")
