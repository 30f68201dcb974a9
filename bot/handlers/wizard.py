"""Wizards in the chat: pressing, typing, leaving. How they begin: `openings`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import Command, StateFilter
from aiogram.types import CallbackQuery, Message
from aiohttp import ClientError

from bot import chat
from bot.fsm import booking, moving, person, requests
from bot.fsm.storage import GROUPS
from bot.fsm.wizard import FileLost, Input, Reply, SentPhoto, SharedContact, SharedLocation, Typed, Unreadable, Wizard
from bot.handlers.common import consented, home_screen, leave_wizard
from bot.keyboards.buttons.wizard import WizardPress
from bot.tools import Tools
from bot.views import common, refusals
from bot.views import links as links_view
from bot.views import requests as request_view
from bot.views.prompts import prompt
from bot.views.screen import Screen
from services.accounts.model import Account
from services.booking.model import BookingLink
from services.drafts.model import Draft
from services.registry.port import RegistryUnavailable
from services.texts.i18n import Html, Texts, blocks

PICTURES = frozenset({"image/jpeg", "image/png"})
"""Files that are taken for photos; what they really are is seen when they are opened."""
Wizards = Mapping[str, Wizard]


async def press(
    query: CallbackQuery,
    callback_data: WizardPress,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
) -> None:
    """A button of a wizard's screen."""
    message_id = query.message.message_id if query.message else 0
    draft = await tools.drafts.get(callback_data.draft)
    if draft is None or draft.account_id != account.id:
        await show_outdated(query, bot, tools, account, t)
        return
    reply = await wizards[draft.kind].press(account, t, callback_data, message_id)
    if reply is None:
        await show_outdated(query, bot, tools, account, t)
        return
    if reply.still:
        await chat.answer(query)
        return
    if reply.over and reply.draft.kind == person.KIND:
        reply = await start_by_waiting_link(tools, wizards, account, t, reply.note) or reply
    await _show_press(query, bot, tools, account, t, reply, draft.message_id)


async def receive_text(message: Message, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts) -> None:
    await _receive(message, bot, tools, wizards, account, t, Typed(message.text or ""))


async def receive_contact(
    message: Message, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts
) -> None:
    """A contact counts only if it is the sender's own: Telegram says whose it is."""
    contact = message.contact
    own = contact is not None and message.from_user is not None and contact.user_id == message.from_user.id
    given = SharedContact(contact.phone_number, own) if contact else Unreadable()
    await _receive(message, bot, tools, wizards, account, t, given)


async def receive_location(
    message: Message, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts
) -> None:
    place = message.location
    given = SharedLocation(place.latitude, place.longitude) if place else Unreadable()
    await _receive(message, bot, tools, wizards, account, t, given)


async def receive_photo(message: Message, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts) -> None:
    """A photo, or a picture sent as a file. Photos of one album come one by one, and share one screen."""
    sent = message.photo[-1] if message.photo else message.document
    if sent is None:
        return
    draft = await tools.drafts.latest(account.id)
    album = message.media_group_id
    together = album is not None and draft is not None and draft.answers.get("album") == album
    given = SentPhoto(_fetching(bot, sent.file_id), message.caption or "", album)
    await _receive(message, bot, tools, wizards, account, t, given, in_place=together)


async def receive_other(message: Message, bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts) -> None:
    await _receive(message, bot, tools, wizards, account, t, Unreadable())


async def cancel(_: Message, bot: Bot, tools: Tools, account: Account, t: Texts) -> None:
    """/cancel: gives up what was begun, with the time that it holds."""
    draft = await tools.drafts.latest(account.id)
    if draft is None:
        note = t("Nothing is begun, so there is nothing to give up. Your visits are in “My bookings”.")
    elif await tools.booking.outcome(draft.id) is not None:  # whether the visit stands is not known yet
        note = refusals.still_checking(t)
    else:
        await leave_wizard(bot, tools, account)
        await tools.drafts.drop(draft.id)
        if draft.message_id is not None:
            await chat.strip(bot, account.telegram_id, draft.message_id)
        note = _stopped(t, draft) or t("What you had begun is given up. Nothing has been booked.")
    await chat.send(bot, account.telegram_id, await home_screen(tools, account, t, note))


async def show_current(
    bot: Bot, tools: Tools, wizards: Wizards, account: Account, t: Texts, query: CallbackQuery
) -> bool:
    """The wizard that is open on a screen, where it is; False if there is none, or it was left for Home."""
    draft = await tools.drafts.latest(account.id)
    if draft is None or draft.message_id is None:
        return False
    reply = await wizards[draft.kind].resume(account, t)
    if reply is None:
        return False
    await _show_press(query, bot, tools, account, t, reply)
    return True


async def begin(
    event: Message | CallbackQuery,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
    kind: str,
    given: Input | None = None,
) -> None:
    """A wizard from its beginning; `given`: its first answer, which has come with the event."""
    reply = await wizards[kind].start(account, t, {})
    if given is not None:
        reply = await wizards[kind].receive(account, t, given) or reply
    await show_reply(event, bot, tools, account, t, reply)


async def show_reply(
    event: Message | CallbackQuery, bot: Bot, tools: Tools, account: Account, t: Texts, reply: Reply
) -> None:
    """A wizard's screen, in place of the pressed one or below the message."""
    if isinstance(event, CallbackQuery):
        await _show_press(event, bot, tools, account, t, reply)
        return
    shown = await chat.send(bot, event.chat.id, await _screen(tools, account, t, reply))
    await _put_prompt(bot, tools, account, t, reply, shown)


async def start_by_link(
    tools: Tools, wizards: Wizards, account: Account, t: Texts, link: BookingLink, note: Html | None = None
) -> Reply:
    """A booking where the link leads, or from the beginning where its clinic is gone.

    `note`: what has just happened besides. Raises `RegistryUnavailable`.
    """
    target = await tools.links.target(link)
    if target is None:
        answers, said = await booking.first_answers(tools, account), links_view.clinic_gone(t)
    else:
        answers = booking.answers_by_link(target)
        said = links_view.lost(t, target) if target.lost else Html("")
    reply = await wizards[booking.KIND].start(account, t, answers, blocks(note or "", said))
    await tools.links.forget(account.telegram_id)
    return reply


async def start_by_waiting_link(
    tools: Tools, wizards: Wizards, account: Account, t: Texts, note: Html | None = None
) -> Reply | None:
    """On from the form to where a link has led somebody new; None where none waits.

    A registry that is silent lets it wait: «Записаться к врачу» asks again.
    """
    link = await tools.links.waiting(account.telegram_id)
    if link is None:
        return None
    try:
        return await start_by_link(tools, wizards, account, t, link, note)
    except RegistryUnavailable:
        return None


def _stopped(t: Texts, draft: Draft) -> Html | None:
    """What a wizard has to say of itself when it is given up."""
    return request_view.stopped(t) if draft.kind in requests.KINDS else moving.stopped(t, draft)


def _fetching(bot: Bot, file_id: str) -> Callable[[int], Awaitable[bytes | None]]:
    async def fetch(limit: int) -> bytes | None:
        try:
            return await chat.download(bot, file_id, limit)
        except (TelegramAPIError, ClientError, TimeoutError):
            raise FileLost from None

    return fetch


async def _receive(
    message: Message,
    bot: Bot,
    tools: Tools,
    wizards: Wizards,
    account: Account,
    t: Texts,
    given: Input,
    *,
    in_place: bool = False,
) -> None:
    """`in_place`: the screen below the message is the draft's already, and only changes."""
    draft = await tools.drafts.latest(account.id)
    reply = await wizards[draft.kind].receive(account, t, given, message.message_id) if draft else None
    if reply is None:
        await chat.send(bot, message.chat.id, common.not_understood(t))
        return
    screen, before = await _screen(tools, account, t, reply), reply.draft.message_id
    if in_place and before is not None:
        await _put_prompt(bot, tools, account, t, reply, await chat.edit(bot, message.chat.id, before, screen))
        return
    shown = await chat.send(bot, message.chat.id, screen)
    if before is not None:
        await chat.strip(bot, message.chat.id, before)
    await _put_prompt(bot, tools, account, t, reply, shown)


async def _show_press(
    query: CallbackQuery,
    bot: Bot,
    tools: Tools,
    account: Account,
    t: Texts,
    reply: Reply,
    stood: int | None = None,
) -> None:
    """`stood`: the message that has shown the draft until now."""
    toast = common.outdated(t) if reply.stale else reply.toast
    shown = await chat.show(query, bot, await _screen(tools, account, t, reply), toast)
    pressed = query.message.message_id if query.message else None
    if stood is not None and shown not in (pressed, stood) and stood != pressed:
        # The pressed message has given way to a new one; a second screen of the same draft is one too many.
        await chat.delete(bot, account.telegram_id, stood)
    await _put_prompt(bot, tools, account, t, reply, shown)


async def _screen(tools: Tools, account: Account, t: Texts, reply: Reply) -> Screen:
    if reply.screen is not None:
        return reply.screen
    renewed = await tools.accounts.by_telegram(account.telegram_id) or account
    return await home_screen(tools, renewed, t, reply.note)


async def _put_prompt(bot: Bot, tools: Tools, account: Account, t: Texts, reply: Reply, shown: int) -> None:
    """Keeps the reply keyboard in step with the screen, and remembers which messages show the draft."""
    draft, prompt_id = reply.draft, None
    if reply.over:  # Telegram has taken the screen: only now is nothing more to be told
        await tools.booking.shown(draft.id)
    if draft.prompt_id is not None:
        await chat.delete(bot, account.telegram_id, draft.prompt_id)
    if reply.prompt is not None:
        prompt_id = await chat.send_prompt(bot, account.telegram_id, prompt(t, reply.prompt))
    if not reply.over and (draft.message_id, draft.prompt_id) != (shown, prompt_id):
        await tools.drafts.remember_messages(draft, shown, prompt_id)


async def show_outdated(query: CallbackQuery, bot: Bot, tools: Tools, account: Account, t: Texts) -> None:
    await chat.show(query, bot, await home_screen(tools, account, t), common.outdated(t))


def setup() -> Router:
    router = consented("wizard")
    router.message.register(cancel, Command("cancel"))
    router.callback_query.register(press, WizardPress.filter())
    return router


def setup_typing() -> Router:
    """Messages without a command, for whoever has a wizard open. The FSM is asked here alone."""
    router = Router(name="typing")
    expecting = StateFilter(*GROUPS.values())
    router.message.register(receive_contact, expecting, F.contact)
    router.message.register(receive_location, expecting, F.location)
    router.message.register(receive_text, expecting, F.text, ~F.text.startswith("/"))
    router.message.register(receive_photo, expecting, F.photo | F.document.mime_type.in_(PICTURES))
    router.message.register(receive_other, expecting, ~F.text)
    return router
