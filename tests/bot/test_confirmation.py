"""The ticket on the screen is the confirmation, but only once Telegram has taken it."""

from __future__ import annotations

from typing import cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import EditMessageText
from aiogram.types import CallbackQuery, User

from bot import chat
from bot.fsm import booking
from bot.fsm.booking import after_booking, booking_steps
from bot.fsm.wizard import Reply, Wizard
from bot.handlers import wizard as handlers
from bot.keyboards.buttons.wizard import Verb, WizardPress
from bot.tools import Tools
from bot.views.screen import Screen
from services.accounts.model import Account
from services.texts.i18n import texts
from tests.support.world import ADULT, World, somebody

T = texts("ru")


class Telegram:
    """Takes screens, or not."""

    def __init__(self) -> None:
        self.broken = False
        self.shown: list[str] = []

    async def show(self, query: CallbackQuery, _bot: Bot, screen: Screen, _toast: str | None = None) -> int:
        if self.broken:
            raise TelegramNetworkError(EditMessageText(text="x"), "the line is down")
        self.shown.append(screen.text)
        return 7


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> Telegram:
    telegram = Telegram()
    monkeypatch.setattr(chat, "show", telegram.show)
    return telegram


async def at_the_card(tools: Tools, world: World, account: Account) -> tuple[Wizard, Reply]:
    """A wizard that stands at its confirmation card."""
    own = await world.person(account, somebody(1, ADULT))
    wizard = Wizard(booking.KIND, booking_steps(), tools, after_booking)
    slot = await world.slot()
    answers = {
        "region": "50",
        "person": own.id,
        "clinic": "c1",
        "attached": True,
        "no_policy": False,
        "unattached": True,
        "service": "110",
        "service_name": "Терапевт",
        "doctor": "any",
        "doctor_name": None,
        "day": "2026-11-24",
        "time": f"{slot.id} {slot.start.isoformat()}",
    }
    card = await wizard.start(account, T, answers)
    assert card.draft.step == "confirm"
    return wizard, card


async def press_yes(tools: Tools, wizard: Wizard, account: Account, card: Reply) -> None:
    who = User(id=account.telegram_id, is_bot=False, first_name="Анна")
    query = CallbackQuery(id="1", from_user=who, chat_instance="c", data="x")
    data = WizardPress(draft=card.draft.id, step="confirm", version=card.draft.version, verb=Verb.ACT, arg="yes")
    await handlers.press(query, data, cast(Bot, None), tools, {booking.KIND: wizard}, account, T)


async def test_a_ticket_on_the_screen_needs_no_message(tools: Tools, world: World, telegram: Telegram) -> None:
    account = await world.account()
    wizard, card = await at_the_card(tools, world, account)
    await press_yes(tools, wizard, account, card)
    assert "Запись подтверждена" in telegram.shown[-1]
    world.clock.advance(minutes=1)
    assert await world.outbox.claim(10) == ()


async def test_a_ticket_that_telegram_did_not_take_is_told_by_a_message(
    tools: Tools, world: World, telegram: Telegram
) -> None:
    account = await world.account()
    wizard, card = await at_the_card(tools, world, account)
    telegram.broken = True
    with pytest.raises(TelegramNetworkError):
        await press_yes(tools, wizard, account, card)
    world.clock.advance(minutes=1)
    (delivery,) = await world.outbox.claim(10)
    assert delivery.notification.account_id == account.id


async def test_a_card_that_is_shown_again_settles_nothing(tools: Tools, world: World, telegram: Telegram) -> None:
    account = await world.account()
    wizard, card = await at_the_card(tools, world, account)
    world.clock.advance(minutes=6)
    await press_yes(tools, wizard, account, card)
    assert telegram.shown
    assert "Запись подтверждена" not in telegram.shown[-1]
    draft = await world.drafts.get(card.draft.id)
    assert draft is not None
    assert not draft.done
    assert draft.message_id == 7
