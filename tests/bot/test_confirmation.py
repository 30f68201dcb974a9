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
from bot.fsm.wizard import Reply
from bot.keyboards.buttons.wizard import Verb, WizardPress
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.model import Account
from services.memory import MemoryHere
from services.texts.i18n import texts
from tests.support.counting import counting
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


async def at_the_card(world: World, account: Account) -> Reply:
    """A wizard that stands at its confirmation card."""
    own = await world.person(account, somebody(1, ADULT))
    wizard = world.house.wizard(booking.KIND)
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
    return card


async def press_yes(world: World, account: Account, card: Reply) -> None:
    who = User(id=account.telegram_id, is_bot=False, first_name="Анна")
    query = CallbackQuery(id="1", from_user=who, chat_instance="c", data="x")
    visitor = Visitor(
        query, cast(Bot, None), account.telegram_id, account, T, world.clock.now(), MemoryHere(world.clock)
    )
    data = WizardPress(draft=card.draft.id, step="confirm", version=card.draft.version, verb=Verb.ACT, arg="yes")
    await world.house.wizards.press(visitor, data)


async def test_a_ticket_on_the_screen_needs_no_message(world: World, telegram: Telegram) -> None:
    account = await world.account()
    card = await at_the_card(world, account)
    await press_yes(world, account, card)
    assert "Запись подтверждена" in telegram.shown[-1]
    world.clock.advance(minutes=1)
    assert await world.outbox.claim(10) == ()


async def test_a_ticket_that_telegram_did_not_take_is_told_by_a_message(world: World, telegram: Telegram) -> None:
    account = await world.account()
    card = await at_the_card(world, account)
    telegram.broken = True
    with pytest.raises(TelegramNetworkError):
        await press_yes(world, account, card)
    world.clock.advance(minutes=1)
    (delivery,) = await world.outbox.claim(10)
    assert delivery.notification.account_id == account.id


async def test_a_card_that_is_shown_again_settles_nothing(world: World, telegram: Telegram) -> None:
    account = await world.account()
    card = await at_the_card(world, account)
    world.clock.advance(minutes=6)
    await press_yes(world, account, card)
    assert telegram.shown
    assert "Запись подтверждена" not in telegram.shown[-1]
    draft = await world.drafts.get(card.draft.id)
    assert draft is not None
    assert not draft.done
    assert draft.message_id == 7


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_press_that_confirms_has_a_budget(world: World, telegram: Telegram) -> None:
    """The dearest press of all, from the button to the ticket that is shown, letters included.

    Of the units three are the bot's own (reserve, settle, shown), one the registry's.
    """
    account = await world.account()
    card = await at_the_card(world, account)
    with counting(world.database) as calls:
        await press_yes(world, account, card)
    assert "Запись подтверждена" in telegram.shown[-1]
    assert calls["commit"] <= 4
    assert calls["sql"] <= 20
