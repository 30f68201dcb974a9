"""Rows of letters: made with the chat's in one unit, claimed by themselves, for addresses only that letters reach.

And whose an address is: a code that a letter brings there has to come back.
"""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.notices.notices import mailed
from bot.topics import ALL
from services.accounts.mail_codes import LIFETIME, TRIES, MailCodesUsedUp, read_mail_code
from services.accounts.model import Account, AwaitedMail, MailAddress, MailCodeProblem, MailCodeState
from services.accounts.notices import AccountNews
from services.accounts.tables import account as account_table
from services.accounts.tables import mail_code
from services.booking.notices import VisitNews
from services.cases.notices import CaseNews
from services.limits.model import LIMITS, Act
from services.limits.tables import act_count
from services.notify.model import Notice
from services.notify.outbox import EMAIL, GIVE_UP_AFTER, TELEGRAM, Outbox
from services.notify.tables import notification, outbox
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.support.clock import FakeClock
from tests.support.world import World

Rows = list[tuple[str, str, str]]
MAILED = mailed([spec for topic in ALL for spec in topic.notices])
ADDRESS = "anna@example.org"


@pytest.fixture
def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """No clinics: a notification holds ids only."""
    return World(database, vault, clock)


@pytest.fixture
async def account(world: World) -> Account:
    return await world.give_mail(await world.account(), ADDRESS)


async def add(
    world: World,
    account: Account,
    key: str = "a",
    kind: str = VisitNews.BOOKING_CONFIRMED,
    outbox: Outbox | None = None,
    *,
    fail: bool = False,
) -> None:
    async with world.database.write() as unit:
        notice = Notice(account.id, None, kind, f"visit {key}", key, screen_follows=True)
        await (outbox or world.outbox).add(unit, notice)
        if fail:
            raise RuntimeError


async def refuse(world: World, account: Account) -> None:
    """The mail server has answered a letter that there is no such mailbox."""
    address = await world.mail.of(account)
    assert address is not None
    await world.mail.refuse(account, address)


async def rows(world: World) -> Rows:
    found = await world.database.fetch(
        select(outbox.c.channel, outbox.c.status, notification.c.kind)
        .join(notification, notification.c.id == outbox.c.notification_id)
        .order_by(outbox.c.channel)
    )
    return [(row.channel, row.status, row.kind) for row in found]


@pytest.mark.parametrize("kind", [*VisitNews, *AccountNews, *CaseNews])
async def test_only_news_of_visits_is_written_about(kind: str, world: World, account: Account) -> None:
    await add(world, account, kind=kind)
    channels = [channel for channel, _, _ in await rows(world)]
    assert channels == ([EMAIL, TELEGRAM] if kind in MAILED else [TELEGRAM])


async def test_each_channel_claims_its_own_and_the_screen_settles_the_chats(world: World, account: Account) -> None:
    await add(world, account)
    (letter,) = await world.outbox.claim(10, EMAIL)
    assert (letter.channel, letter.attempts) == (EMAIL, 1)
    assert await world.outbox.claim(10) == (), "the screen has the first word"
    await world.outbox.shown("a")
    assert [(channel, status) for channel, status, _ in await rows(world)] == [(EMAIL, "due"), (TELEGRAM, "sent")]
    await world.outbox.retry(letter)
    world.clock.advance(minutes=1)
    assert await world.outbox.claim(10) == ()
    (again,) = await world.outbox.claim(10, EMAIL)
    assert (again.id, again.attempts) == (letter.id, 2)
    await world.outbox.sent(again)
    world.clock.advance(days=1)
    assert await world.outbox.claim(10, EMAIL) == ()


async def test_the_same_key_again_makes_no_second_letter(world: World, account: Account) -> None:
    await asyncio.gather(*(add(world, account) for _ in range(10)))
    assert len(await rows(world)) == 2


async def test_of_several_at_once_those_that_are_mailed_and_new_are_written(world: World, account: Account) -> None:
    await add(world, account, "known")
    notices = [
        Notice(account.id, None, VisitNews.BOOKING_CONFIRMED, "known", "known"),
        Notice(account.id, None, VisitNews.VISIT_CANCELLED, "new", "new"),
        Notice(account.id, None, VisitNews.REMINDER_SOON, "soon", "soon"),
    ]
    async with world.database.write() as unit:
        assert await world.outbox.add(unit, *notices) == {"new", "soon"}
    subjects = [each.notification.subject_id for each in await world.outbox.claim(10, EMAIL)]
    assert sorted(subjects) == ["new", "visit known"]


async def test_what_is_rolled_back_is_not_written(world: World, account: Account) -> None:
    with pytest.raises(RuntimeError):
        await add(world, account, fail=True)
    assert await rows(world) == []


async def test_no_letter_without_an_address_or_a_server(world: World, account: Account) -> None:
    await add(world, account, "no server", outbox=Outbox(world.database, world.clock))
    await add(world, await world.account(), "no address")
    refused = await world.give_mail(await world.account(), ADDRESS)
    await refuse(world, refused)
    await add(world, refused, "refused")
    assert EMAIL not in [channel for channel, _, _ in await rows(world)]


async def test_an_address_that_is_given_brings_recent_news_once(world: World) -> None:
    account = await world.account()
    await add(world, account, "old")
    world.clock.advance(seconds=GIVE_UP_AFTER.total_seconds() + 1)
    await add(world, account, "booked")
    await add(world, account, "cancelled", VisitNews.VISIT_CANCELLED)
    account = await world.give_mail(account, ADDRESS)
    (letter,) = await world.outbox.claim(10, EMAIL)
    assert letter.notification.subject_id == "visit booked"
    await world.outbox.sent(letter)
    await world.give_mail(account, "other@example.org")
    assert await world.outbox.claim(10, EMAIL) == ()


async def test_who_has_blocked_the_bot_is_written_to_and_who_is_erased_is_not(world: World, account: Account) -> None:
    await add(world, account)
    await world.accounts.set_reachable(account, reachable=False)
    assert len(await world.outbox.claim(10, EMAIL)) == 1
    await world.database.execute(account_table.delete().where(account_table.c.id == account.id))
    world.clock.advance(minutes=2)
    assert await world.outbox.claim(10, EMAIL) == ()


# --- whose address it is ------------------------------------------------------------------------------


OTHER = "other@example.org"
OF_A_CHAT, TO_AN_ADDRESS = LIMITS[Act.MAIL_CODE].most, LIMITS[Act.MAIL_CODE_TO].most


def not_it(digits: str) -> str:
    """Six digits that are not these."""
    return f"{(int(digits) + 1) % 10**6:06}"


async def letters(world: World) -> list[tuple[str, str]]:
    """What the e-mail channel would send now: kinds, and where each would go."""
    found = []
    for each in await world.outbox.claim(100, EMAIL):
        account = await world.accounts.by_id(each.notification.account_id)
        assert account is not None
        address = await world.mail.addressee(account, each.notification)
        found.append((each.notification.kind, address.text if address is not None and address.confirmed else "nowhere"))
    return found


async def test_nothing_but_the_code_goes_to_an_address_before_it_has_come_back(world: World) -> None:
    account = await world.account()
    await add(world, account, "before")
    await world.mail.send_code(account, ADDRESS)
    await add(world, account, "after")
    assert await letters(world) == [(AccountNews.MAIL_CODE, ADDRESS)]
    assert await world.mail.of(account) is None
    assert await world.mail.awaited(account) == AwaitedMail(ADDRESS, MailCodeState.SENT)
    assert world.mail.may_offer(account)

    confirmed = await world.mail.confirm(account, ADDRESS, f"код: {(await world.mail_code(account)).readable}")
    assert isinstance(confirmed, Account)
    assert await world.mail.of(confirmed) == MailAddress(ADDRESS, refused=False, confirmed=True)
    assert not world.mail.may_offer(confirmed)
    assert await world.mail.awaited(confirmed) is None
    world.clock.advance(minutes=2)
    assert await letters(world) == [(VisitNews.BOOKING_CONFIRMED, ADDRESS)] * 2


async def test_the_letter_with_a_code_stands_in_no_list(world: World) -> None:
    account = await world.account()
    await world.mail.send_code(account, ADDRESS)
    assert (await world.outbox.page(account.id, 0, 8)).total == 0
    assert await world.outbox.unread(account.id) == 0
    assert await world.outbox.claim(10) == ()


async def test_a_confirmed_address_stays_until_the_next_one_is_confirmed(world: World, account: Account) -> None:
    await world.mail.send_code(account, OTHER)
    await add(world, account)
    assert sorted(await letters(world)) == [(VisitNews.BOOKING_CONFIRMED, ADDRESS), (AccountNews.MAIL_CODE, OTHER)]
    assert isinstance(await world.mail.confirm(account, OTHER, (await world.mail_code(account)).digits), Account)
    assert await world.mail.of(account) == MailAddress(OTHER, refused=False)


async def test_five_wrong_ones_burn_a_code(world: World) -> None:
    account = await world.account()
    await world.mail.send_code(account, ADDRESS)
    digits = (await world.mail_code(account)).digits
    for _ in range(TRIES - 1):
        assert await world.mail.confirm(account, ADDRESS, not_it(digits)) is MailCodeProblem.WRONG
        assert await world.mail.confirm(account, ADDRESS, "12345") is MailCodeProblem.NOT_A_CODE, (
            "no guess, and not counted"
        )
    assert await world.mail.confirm(account, ADDRESS, not_it(digits)) is MailCodeProblem.BURNT
    assert await world.mail.confirm(account, ADDRESS, digits) is MailCodeProblem.BURNT
    assert await world.mail.awaited(account) == AwaitedMail(ADDRESS, MailCodeState.BURNT)
    assert await world.mail.of(account) is None
    await world.mail.send_code(account, ADDRESS)
    assert isinstance(await world.mail.confirm(account, ADDRESS, (await world.mail_code(account)).digits), Account)


async def test_guesses_at_once_are_counted_one_by_one(world: World) -> None:
    account = await world.account()
    await world.mail.send_code(account, ADDRESS)
    digits = (await world.mail_code(account)).digits
    said = await asyncio.gather(*(world.mail.confirm(account, ADDRESS, not_it(digits)) for _ in range(3 * TRIES)))
    assert said.count(MailCodeProblem.WRONG) == TRIES - 1
    assert said.count(MailCodeProblem.BURNT) == 2 * TRIES + 1


async def test_a_code_is_good_for_half_an_hour(world: World) -> None:
    account = await world.account()
    await world.mail.send_code(account, ADDRESS)
    digits = (await world.mail_code(account)).digits
    world.clock.advance(seconds=LIFETIME.total_seconds())
    assert await world.mail.confirm(account, ADDRESS, digits) is MailCodeProblem.EXPIRED
    assert await world.mail.awaited(account) == AwaitedMail(ADDRESS, MailCodeState.EXPIRED)
    assert await letters(world) == [(AccountNews.MAIL_CODE, "nowhere")], "a letter that is late says nothing any more"


async def test_the_code_of_any_letter_that_has_come_will_do(world: World) -> None:
    """Whoever has pressed again before the first letter came need not know which is which."""
    account = await world.account()
    await world.mail.send_code(account, ADDRESS)
    first = (await world.mail_code(account)).digits
    assert await world.mail.confirm(account, ADDRESS, not_it(first)) is MailCodeProblem.WRONG
    world.clock.advance(seconds=LIFETIME.total_seconds() - 1)
    await world.mail.send_code(account, ADDRESS)
    assert (await world.mail_code(account)).digits == first
    for _ in range(TRIES - 2):
        assert await world.mail.confirm(account, ADDRESS, not_it(first)) is MailCodeProblem.WRONG, (
            "asking again wins no tries"
        )
    world.clock.advance(minutes=1)
    assert isinstance(await world.mail.confirm(account, ADDRESS, first), Account)


async def test_a_code_for_another_address_takes_the_place_of_the_first(world: World) -> None:
    account = await world.account()
    await world.mail.send_code(account, ADDRESS)
    first = await world.mail_code(account)
    await world.mail.send_code(account, OTHER)
    assert await letters(world) == [(AccountNews.MAIL_CODE, OTHER)]
    for digits in (first.digits, (await world.mail_code(account)).digits):
        assert await world.mail.confirm(account, ADDRESS, digits) is MailCodeProblem.EXPIRED
    assert isinstance(await world.mail.confirm(account, OTHER, (await world.mail_code(account)).digits), Account)


async def test_codes_of_others_are_nothing_here(world: World) -> None:
    one, other = await world.account(), await world.account()
    await world.mail.send_code(one, ADDRESS)
    assert await world.mail.confirm(other, ADDRESS, (await world.mail_code(one)).digits) is MailCodeProblem.EXPIRED


async def test_a_chat_has_five_letters_with_a_code_a_day_and_erasing_is_no_way_past_it(world: World) -> None:
    account = await world.account()
    for number in range(OF_A_CHAT):
        await world.mail.send_code(account, f"stranger{number}@example.org")
    with pytest.raises(MailCodesUsedUp):
        await world.mail.send_code(account, ADDRESS)
    awaited = await world.mail.awaited(account)
    assert awaited == AwaitedMail(f"stranger{OF_A_CHAT - 1}@example.org", MailCodeState.SENT), "it is good all the same"
    await world.mydata.erase(account)
    assert (await world.database.fetch(select(mail_code.c.id))).all() == []
    again = await world.account(account.telegram_id)
    with pytest.raises(MailCodesUsedUp):
        await world.mail.send_code(again, ADDRESS)
    await world.mail.send_code(await world.account(), ADDRESS)
    world.clock.advance(days=1)
    await world.mail.send_code(again, ADDRESS)


async def test_an_address_has_ten_of_them_a_day_whoever_asks(world: World) -> None:
    for _ in range(TO_AN_ADDRESS):
        await world.mail.send_code(await world.account(), ADDRESS)
    account = await world.account()
    with pytest.raises(MailCodesUsedUp):
        await world.mail.send_code(account, ADDRESS.replace("anna", "Anna"))
    await world.mail.send_code(account, OTHER)
    world.clock.advance(days=1)
    await world.mail.send_code(account, ADDRESS)


async def test_letters_with_a_code_at_once_are_counted_one_by_one(world: World) -> None:
    account = await world.account()
    asked = (world.mail.send_code(account, ADDRESS) for _ in range(3 * OF_A_CHAT))
    refused = [each for each in await asyncio.gather(*asked, return_exceptions=True) if each is not None]
    assert [type(each) for each in refused] == [MailCodesUsedUp] * (2 * OF_A_CHAT)
    assert await world.limits.used(account.telegram_id, Act.MAIL_CODE) == OF_A_CHAT


async def test_many_who_ask_for_one_address_at_once(world: World) -> None:
    """The last letters before the limit: those who come together see each other."""
    accounts = [await world.account() for _ in range(TO_AN_ADDRESS + 4)]
    await world.mail.send_code(accounts[0], ADDRESS)
    asked = (world.mail.send_code(each, ADDRESS) for each in accounts[1:])
    refused = [each for each in await asyncio.gather(*asked, return_exceptions=True) if each is not None]
    assert [type(each) for each in refused] == [MailCodesUsedUp] * 4


async def test_code_and_address_lie_sealed_and_counts_name_nobody(world: World) -> None:
    account = await world.account()
    await world.mail.send_code(account, ADDRESS)
    code = await world.mail_code(account)
    (row,) = (await world.database.fetch(select(mail_code))).all()
    counts = (await world.database.fetch(select(act_count))).all()
    assert len(counts) == 2
    for said in (ADDRESS, code.digits):
        assert said.encode() not in row.data
        assert said not in f"{counts}{code!r}"
    assert str(account.telegram_id) not in str(counts)
    assert account.id not in str(counts)


async def test_codes_are_forgotten_after_a_day(world: World) -> None:
    account = await world.account()
    await world.mail.send_code(account, ADDRESS)
    world.clock.advance(hours=23)
    await world.mail.purge()
    assert await world.mail.awaited(account) == AwaitedMail(ADDRESS, MailCodeState.EXPIRED)
    world.clock.advance(hours=1)
    assert await world.mail.awaited(account) is None, "whether it has been swept away or not"
    await world.mail.purge()
    assert (await world.database.fetch(select(mail_code.c.id))).all() == []


async def test_a_removed_address_ends_the_code_too(world: World, account: Account) -> None:
    await world.mail.send_code(account, OTHER)
    digits = (await world.mail_code(account)).digits
    await world.mail.remove(account)
    assert await letters(world) == []
    assert await world.mail.confirm(account, OTHER, digits) is MailCodeProblem.EXPIRED


async def test_a_mailbox_that_is_none_is_told_once_and_its_code_is_over(world: World) -> None:
    account = await world.account()
    await world.mail.send_code(account, ADDRESS)
    (letter,) = await world.outbox.claim(10, EMAIL)
    address = await world.mail.addressee(account, letter.notification)
    assert address is not None
    for _ in range(2):
        await world.mail.refuse(account, address)
    assert await world.mail.awaited(account) == AwaitedMail(ADDRESS, MailCodeState.REFUSED)
    assert [each.kind for each in (await world.outbox.page(account.id, 0, 8)).items] == [AccountNews.MAIL_CODE_REFUSED]
    # A refusal that comes after another address was typed is nobody's.
    await world.mail.send_code(account, OTHER)
    await world.mail.refuse(account, address)
    assert await world.mail.awaited(account) == AwaitedMail(OTHER, MailCodeState.SENT)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        *((each, "482913") for each in ("482913", "482 913", " 482-913\n", "код: 482 913.", "4 8 2 9 1 3")),
        *((each, None) for each in ("", "48291", "4829131", "код", "anna@example.org", "٤٨٢٩١٣")),
    ],
)
def test_what_is_typed_for_a_code(typed: str, digits: str | None) -> None:
    assert read_mail_code(typed) == digits


# --- addresses from before there were codes -----------------------------------------------------------


@pytest.fixture
async def old(world: World) -> Account:
    return await world.old_mail(await world.account(), ADDRESS)


async def test_letters_to_an_old_address_wait_for_as_long_as_it_takes(world: World, old: Account) -> None:
    await add(world, old, "booked")
    assert await letters(world) == []
    assert await rows(world) == [
        (EMAIL, "waiting", VisitNews.BOOKING_CONFIRMED),
        (TELEGRAM, "due", VisitNews.BOOKING_CONFIRMED),
    ]
    world.clock.advance(seconds=2 * GIVE_UP_AFTER.total_seconds())
    await world.give_mail(old, ADDRESS)
    (letter,) = await world.outbox.claim(10, EMAIL)
    assert letter.notification.subject_id == "visit booked"
    assert not world.outbox.is_too_late(letter), "its three days begin now"
    await world.outbox.retry(letter)
    world.clock.advance(seconds=GIVE_UP_AFTER.total_seconds() + 1)
    (letter,) = await world.outbox.claim(10, EMAIL)
    assert world.outbox.is_too_late(letter)


async def test_what_waited_goes_to_the_address_that_is_confirmed_in_its_stead(world: World, old: Account) -> None:
    await add(world, old)
    await world.give_mail(old, OTHER)
    assert await letters(world) == [(VisitNews.BOOKING_CONFIRMED, OTHER)]


async def test_what_waited_for_an_address_that_is_removed_is_not_sent(world: World, old: Account) -> None:
    await add(world, old)
    removed = await world.mail.remove(old)
    await world.give_mail(removed, OTHER)
    subjects = [each.notification.subject_id for each in await world.outbox.claim(10, EMAIL)]
    assert subjects == ["visit a"], "what was told of late is written about, as to any new address"


async def test_a_letter_that_was_claimed_all_the_same_is_held_back(world: World, account: Account) -> None:
    """A process of the last version has made it due: the channel looks once more before it sends."""
    await add(world, account)
    await world.old_mail(account, ADDRESS)
    (letter,) = await world.outbox.claim(10, EMAIL)
    address = await world.mail.addressee(account, letter.notification)
    assert address is not None
    assert not address.confirmed
    await world.outbox.hold_back(letter)
    world.clock.advance(minutes=2)
    assert await letters(world) == []
    await world.give_mail(account, ADDRESS)
    assert await letters(world) == [(VisitNews.BOOKING_CONFIRMED, ADDRESS)]


async def test_the_owner_is_asked_once(world: World, old: Account, account: Account) -> None:
    refused = await world.old_mail(await world.account(), ADDRESS)
    await refuse(world, refused)
    for _ in range(3):
        await asyncio.gather(world.mail.ask_owners(), world.mail.ask_owners())
        world.clock.advance(days=1)
    asked = [
        (each.account_id, each.kind)
        for each in await world.database.fetch(select(notification))
        if each.kind == AccountNews.MAIL_UNCONFIRMED
    ]
    assert asked == [(old.id, AccountNews.MAIL_UNCONFIRMED)]


async def test_nobody_is_asked_where_there_is_no_mail_server(world: World, old: Account) -> None:
    world.mail.on = False
    await world.mail.ask_owners()
    assert (await world.outbox.page(old.id, 0, 8)).total == 0
    world.mail.on = True
    await world.mail.ask_owners()
    assert (await world.outbox.page(old.id, 0, 8)).total == 1
