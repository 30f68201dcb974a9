"""The own form over real services: what it leads on to."""

from __future__ import annotations

import pytest

from bot.fsm import booking, person
from bot.fsm.person import answers_of
from bot.fsm.wizard import Reply
from bot.keyboards.buttons.wizard import Verb, WizardPress
from services.accounts.model import Account
from services.booking.model import BookingLink, LinkKind
from services.texts.i18n import texts
from tests.bot.wizards import pressed
from tests.support.world import ADULT, CLINIC, World, somebody

T = texts("ru")
ANNA = somebody(1, ADULT)
LINK = BookingLink(LinkKind.CLINIC, CLINIC.id)
DONE = "✅ Готово."


@pytest.fixture
async def account(world: World) -> Account:
    await world.admin.enrol(ANNA, CLINIC.id)
    return await world.account()


async def filled_in(world: World, account: Account) -> Reply:
    """All is right."""
    wizard = world.house.wizard(person.KIND)
    check = (await wizard.start(account, T, {**answers_of(ANNA), "doubt": "kept"})).draft
    assert check.step == "check"
    data = WizardPress(draft=check.id, step="check", version=check.version, verb=Verb.ACT, arg="right")
    reply = await pressed(wizard, world.drafts, account, T, data, 1)
    assert reply.over
    said = reply.begins.note if reply.begins else reply.screen and reply.screen.text
    assert (said or "").startswith(DONE)
    assert await world.persons.own(account) is not None
    return reply


async def test_home_where_nothing_waits(world: World, account: Account) -> None:
    assert (await filled_in(world, account)).begins is None


async def test_the_booking_where_a_link_has_led(world: World, account: Account) -> None:
    await world.links.keep(account.telegram_id, LINK)
    begins = (await filled_in(world, account)).begins
    assert begins is not None
    assert await world.links.waiting(account.telegram_id) == LINK, "until the booking has begun"
    reply = await world.house.wizard(begins.kind).start(account, T, begins.answers, begins.note, begins.marks)
    assert (begins.kind, reply.draft.step) == (booking.KIND, "person")
    assert reply.screen is not None
    assert reply.screen.text.startswith(DONE)
    assert CLINIC.name in reply.screen.text
    assert begins.begun is not None
    await begins.begun()
    assert await world.links.waiting(account.telegram_id) is None


async def test_a_clinic_that_is_gone_is_said_so(world: World, account: Account) -> None:
    await world.links.keep(account.telegram_id, BookingLink(LinkKind.CLINIC, "gone"))
    begins = (await filled_in(world, account)).begins
    assert begins is not None
    assert (begins.kind, begins.marks) == (booking.KIND, {}), "from its beginning"
    assert (begins.note or "").startswith(DONE)
    assert "поликлиник" in (begins.note or "").lower()


async def test_a_silent_registry_lets_the_link_wait(world: World, account: Account) -> None:
    await world.links.keep(account.telegram_id, LINK)
    world.registry.unavailable = {"clinic"}
    assert (await filled_in(world, account)).begins is None
    assert await world.links.waiting(account.telegram_id) == LINK
