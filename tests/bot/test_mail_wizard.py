"""The wizard of an address over real services: what a story does not come to by itself."""

from __future__ import annotations

import pytest

from bot.fsm import mail
from bot.fsm.wizard import SharedContact
from services.accounts.model import Account, MailAddress
from services.drafts.model import Draft
from services.limits.model import LIMITS, Act
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.bot.test_booking_wizard import Chat, T
from tests.support.clock import FakeClock
from tests.support.world import World

ADDRESS, OTHER = "anna@example.org", "other@example.org"


@pytest.fixture
def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """No clinics: an address needs none."""
    return World(database, vault, clock)


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


class Mailing(Chat):
    """Somebody at the question for an address."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self.wizard = world.house.wizard(mail.KIND)

    async def begin(self) -> None:
        self.now = await self.wizard.start(self.account, T, {})

    async def come_back(self) -> None:
        """After a while, or after a crash."""
        self.now = await self.wizard.resume(self.account, T)

    async def draft(self) -> Draft | None:
        return await self.world.drafts.open_of(self.account.id, mail.KIND)

    async def digits(self) -> str:
        return (await self.world.mail_code(self.account)).digits


@pytest.fixture
async def chat(world: World, account: Account) -> Mailing:
    chat = Mailing(world, account)
    await chat.begin()
    return chat


async def test_what_is_no_address_is_asked_for_again(chat: Mailing) -> None:
    for wrong, said in (
        ("anna@gооgle.com", "есть и русские, и латинские буквы"),
        ("anna@example.org\nBcc: b@example.org", "не похоже на адрес"),
    ):
        await chat.write(wrong)
        assert chat.step == "address"
        assert said in chat.text
    chat.now = await chat.wizard.receive(chat.account, T, SharedContact("+79161234567", own=True))
    assert "Нажмите одну из кнопок" in chat.text
    assert await chat.world.mail.awaited(chat.account) is None


async def test_the_code_and_the_screen_outlive_each_other(world: World, chat: Mailing) -> None:
    """The process has died between what it did and what it noted of it."""
    # 1. The address is confirmed, the draft is still open: what stands is shown, and the draft is over.
    await chat.write(ADDRESS)
    await world.mail.confirm(chat.account, ADDRESS, await chat.digits())
    await chat.come_back()
    assert chat.reply.over
    assert f"Письма о записях приходят на {ADDRESS}" in chat.text
    assert await chat.draft() is None

    # 2. The code has gone to another address than the draft has: it does not confirm that one.
    await chat.begin()
    await chat.write(OTHER)
    await world.mail.send_code(chat.account, "third@example.org")
    await chat.come_back()
    assert "Нажмите «✉️ Прислать код»" in chat.text
    await chat.write(await chat.digits())
    assert not chat.reply.over
    assert await world.mail.of(chat.account) == MailAddress(ADDRESS, refused=False)


async def test_the_address_that_stands_needs_no_code(world: World, chat: Mailing) -> None:
    chat.account = await world.give_mail(chat.account, ADDRESS)
    await chat.write(" Anna@EXAMPLE.org".replace("Anna", "anna"))
    assert chat.reply.over
    assert "Этот адрес уже подтверждён" in chat.text


async def test_a_confirmed_address_that_its_server_has_refused_is_confirmed_anew(world: World, chat: Mailing) -> None:
    account = await world.give_mail(chat.account, ADDRESS)
    address = await world.mail.of(account)
    assert address is not None
    await world.mail.refuse(account, address)
    await chat.write(ADDRESS)
    assert chat.step == "check"
    await chat.write(await chat.digits())
    assert chat.reply.over
    assert await world.mail.of(account) == MailAddress(ADDRESS, refused=False)


async def test_after_five_letters_the_question_stands_with_a_sentence(world: World, chat: Mailing) -> None:
    for number in range(LIMITS[Act.MAIL_CODE].most):
        await world.mail.send_code(chat.account, f"n{number}@example.org")
    await chat.write(ADDRESS)
    assert chat.step == "address"
    assert "Сегодня больше нельзя отправить письмо с кодом" in chat.text
    world.clock.advance(hours=24)
    await chat.begin()
    await chat.write(ADDRESS)
    assert chat.step == "check"


@pytest.mark.parametrize("step", ["address", "check"])
async def test_letters_are_switched_off_meanwhile(step: str, world: World, chat: Mailing) -> None:
    if step == "check":
        await chat.write(ADDRESS)
    assert chat.step == step
    world.mail.on = False
    await chat.come_back()
    assert chat.reply.over
    assert "Сейчас бот письма не отправляет" in chat.text
    assert await chat.draft() is None


async def test_it_waits_for_a_day(world: World, chat: Mailing) -> None:
    await chat.write(ADDRESS)
    world.clock.advance(hours=23)
    await chat.come_back()
    assert "Время кода вышло" in chat.text
    await chat.press("Прислать ещё раз")
    await chat.write(await chat.digits())
    assert chat.reply.over
    assert "Адрес подтверждён" in chat.text
