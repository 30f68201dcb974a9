"""Letters through a real SMTP server on loopback: with trouble, without, and never in the way of the chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import icalendar
import pytest
from aiogram import Bot
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select, update

from bot.channels.email import EmailChannel
from bot.channels.telegram import TelegramChannel
from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.accounts.notices import AccountNews
from services.accounts.tables import account as account_table
from services.booking.model import GivenUp, Made
from services.booking.notices import VisitNews
from services.booking.watch import LOOK_EVERY
from services.limits.model import LIMITS, Act
from services.notify import keys, smtp
from services.notify.model import Notice
from services.notify.outbox import EMAIL, GIVE_UP_AFTER
from services.notify.smtp import Smtp, mail_server
from services.notify.tables import outbox
from services.registry.model import Booked, Visit
from tests.bot.test_channel import OpenGate, Telegram
from tests.support.world import ADULT, PATIENCE, SURGEON, THERAPIST, World, at, somebody

ADDRESS = "anna@example.org"


@dataclass
class Post:
    """A mail server: keeps what it takes, answers as it is told. StepButtons of `answers`: RCPT, DATA."""

    letters: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    lose: int = 0
    wait: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    _server: asyncio.Server | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        make = lambda: SMTP(self, hostname="localhost", enable_SMTPUTF8=False)  # noqa: E731
        self._server = await loop.create_server(make, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answers.get("RCPT"):
            return self.answers["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers.get("DATA"):
            return self.answers["DATA"].pop(0)
        self.letters.append(cast(bytes, envelope.original_content))
        self.to += envelope.rcpt_tos
        self.arrived.set()
        if self.wait is not None:
            await self.wait.wait()
        if self.lose:
            self.lose -= 1
            cast(asyncio.Transport, server.transport).abort()
        return "250 OK"

    @property
    def read(self) -> list[EmailMessage]:
        return [message_from_bytes(each, policy=policy.default) for each in self.letters]


@pytest.fixture
async def post(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Post]:
    monkeypatch.setattr(smtp, "_CONNECTING", PATIENCE)
    post = Post()
    await post.open()
    yield post
    await post.shut()


def mail_channel(world: World, post: Post, patience: timedelta = PATIENCE) -> EmailChannel:
    house = world.house
    return EmailChannel(
        house.kernel, world.mail, house.notices, Smtp(mail_server(post.url), "Номерок <bot@clinic.example>", patience)
    )


@pytest.fixture
def channel(world: World, post: Post) -> EmailChannel:
    return mail_channel(world, post)


@pytest.fixture
async def account(world: World) -> Account:
    account = await world.account()
    return await world.give_mail(account, ADDRESS)


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    return await world.person(account, somebody(1, ADULT))


async def booked(world: World, account: Account, who: Person, hour: int = 9) -> Visit:
    """A visit whose ticket the screen has shown: the chat's row is settled, the letter's is not."""
    request = await world.request(account, who, await world.slot(THERAPIST, hour))
    outcome = await world.booking.book(request)
    assert isinstance(outcome, Made), outcome
    await world.outbox.shown(*keys.of_draft(request.draft_id))
    return outcome.visit


def event_of(letter: EmailMessage) -> tuple[str, Any]:
    """The method of the calendar file, and its event."""
    (part,) = letter.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    calendar = icalendar.Calendar.from_ical(cast(bytes, part.get_payload(decode=True)))
    (event,) = cast(Any, calendar).events
    assert part.get_param("method") == str(calendar["METHOD"])
    return str(calendar["METHOD"]), event


async def rows(world: World) -> list[str]:
    found = await world.database.fetch(select(outbox.c.status).where(outbox.c.channel == EMAIL))
    return list(found.scalars())


async def later(world: World, channel: EmailChannel) -> None:
    """The next try, after the pause."""
    world.clock.advance(minutes=31)
    await channel.deliver_due()


async def test_a_booking_is_written_about_though_the_screen_has_shown_it(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    visit = await booked(world, account, anna)
    assert await channel.deliver_due() == 1
    (letter,) = post.read
    assert post.to == [ADDRESS]
    assert (letter["To"], letter["From"]) == (ADDRESS, "Номерок <bot@clinic.example>")
    assert letter["Subject"] == f"Запись подтверждена: {anna.identity.name}, 24 ноября 2026 года, 09:00"
    assert str(letter["Message-ID"]).endswith("@clinic.example>")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "ru"
    plain, rich = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert rich is not None
    for half in (plain.get_content(), rich.get_content()):
        assert anna.full_name in half
        assert visit.number in half
    method, event = event_of(letter)
    assert method == "PUBLISH"
    assert event.start == visit.start
    assert await channel.deliver_due() == 0
    assert await rows(world) == ["sent"]


async def test_a_move_and_a_cancellation_are_the_same_event(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    first = await booked(world, account, anna)
    await channel.deliver_due()
    request = await world.request(account, anna, await world.slot(SURGEON, 10))
    outcome = await world.booking.book(
        type(request)(account, request.draft_id, anna, request.clinic, request.slot, moves=first)
    )
    assert isinstance(outcome, Made)
    await channel.deliver_due()
    assert isinstance(await world.cancelling.cancel(account, outcome.visit.id), GivenUp)
    await channel.deliver_due()
    subjects = [str(each["Subject"]).partition(":")[0] for each in post.read]
    assert subjects == ["Запись подтверждена", "Запись перенесена", "Запись отменена заявителем"]
    told = [event_of(each) for each in post.read]
    assert [method for method, _ in told] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [event["SEQUENCE"] for _, event in told] == [0, 1, 2]
    assert len({str(event["UID"]) for _, event in told}) == 1
    assert "Было: вторник, 24 ноября 2026 года, 09:00" in cast(Any, post.read[1].get_body(("plain",))).get_content()


async def test_what_the_clinic_changes_is_written_about(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    visit = await booked(world, account, anna)
    await channel.deliver_due()
    answer = await world.registry._real.move("desk", visit.id, (await world.slot(SURGEON, 10)).id)
    assert isinstance(answer, Booked)
    for change in (None, answer.visit.id):
        if change:
            await world.admin.cancel_visit(change)
        world.clock.advance(seconds=LOOK_EVERY.total_seconds())
        await world.watch.look()
        await channel.deliver_due()
    subjects = [str(each["Subject"]).partition(":")[0] for each in post.read]
    assert subjects == ["Запись подтверждена", "Запись перенесена", "Отменена медучреждением"]
    assert [event_of(each)[1]["SEQUENCE"] for each in post.read] == [0, 1, 2]


async def test_what_is_so_no_longer_is_not_written(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    visit = await booked(world, account, anna)
    await world.cancelling.cancel(account, visit.id)
    await channel.deliver_due()
    assert [str(each["Subject"]).partition(":")[0] for each in post.read] == ["Запись отменена заявителем"]
    assert sorted(await rows(world)) == ["dropped", "sent"]


async def test_no_address_no_letter_and_a_removed_one_stops_what_waits(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    await booked(world, account, anna)
    account = await world.mail.remove(account)
    await channel.deliver_due()
    assert await rows(world) == ["dropped"]
    await booked(world, account, await world.person(account, somebody(2, ADULT), Relation.SPOUSE), 10)
    await channel.deliver_due()
    assert not post.letters
    assert await rows(world) == ["dropped"]


async def test_an_address_given_after_the_booking_gets_its_letter_once(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    account = await world.mail.remove(account)
    await booked(world, account, anna)
    assert await rows(world) == []
    for _ in range(2):
        account = await world.give_mail(account, "later@example.org")
        await channel.deliver_due()
    assert post.to == ["later@example.org"]


async def test_a_relative_gets_the_letters_of_their_own_account_only(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    relative = await world.give_mail(await world.account(), "relative@example.org")
    seen = await world.person(
        relative, anna.identity, Relation.PARENT, Basis.CONSENT, until=at(9, day=30), covers=(Covers.SEE_VISITS,)
    )
    visit = await booked(world, account, anna)
    await world.watch.look()
    await channel.deliver_due()
    assert post.to == [ADDRESS], "what a relative has not been told in the chat, no letter tells either"
    await world.cancelling.cancel(account, visit.id)
    world.clock.advance(seconds=LOOK_EVERY.total_seconds())
    await world.watch.look()
    await channel.deliver_due()
    assert sorted(post.to) == sorted([ADDRESS, ADDRESS, "relative@example.org"])
    assert seen.full_name in cast(Any, post.read[-1].get_body(("plain",))).get_content()


async def test_a_consent_that_is_over_gets_nothing(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    relative = await world.give_mail(await world.account(), "relative@example.org")
    await world.person(relative, anna.identity, Relation.PARENT, Basis.CONSENT, until=at(9, 30, day=23))
    visit = await booked(world, account, anna)
    await world.watch.look()
    await world.cancelling.cancel(account, visit.id)
    world.clock.advance(seconds=LOOK_EVERY.total_seconds())
    await world.watch.look()
    world.clock.advance(hours=1)  # between the claim's making and its sending the consent ends
    await channel.deliver_due()
    assert "relative@example.org" not in post.to


@pytest.mark.parametrize("locale", ["ru", "en"])
async def test_it_is_in_the_language_of_the_account(
    locale: str, world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    await world.accounts.set_locale(account, locale)
    await booked(world, account, anna)
    await channel.deliver_due()
    (letter,) = post.read
    assert letter["Content-Language"] == locale
    assert str(letter["Subject"]).startswith({"ru": "Запись подтверждена", "en": "Booking confirmed"}[locale])


# --- trouble ----------------------------------------------------------------------------------------


async def test_a_server_that_is_down_loses_nothing(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    await booked(world, account, anna)
    await post.shut()
    for _ in range(3):
        await later(world, channel)
    assert await rows(world) == ["due"]
    await post.open()
    await later(world, channel)
    await later(world, channel)
    assert len(post.letters) == 1
    assert await rows(world) == ["sent"]


@pytest.mark.parametrize(
    ("stage", "answer"), [("RCPT", "450 4.2.1 busy"), ("DATA", "451 4.3.0 later"), ("RCPT", "421")]
)
async def test_not_now_is_tried_again(
    stage: str, answer: str, world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    post.answers[stage] = [answer, answer]
    await booked(world, account, anna)
    await channel.deliver_due()
    assert await channel.deliver_due() == 0, "not at once"
    await later(world, channel)
    await later(world, channel)
    assert len(post.letters) == 1
    assert await rows(world) == ["sent"]


@pytest.mark.parametrize(("stage", "answer"), [("RCPT", "550 5.1.1 no such user"), ("DATA", "550 5.1.1 no such user")])
async def test_an_unknown_address_is_told_once_and_written_to_no_more(
    stage: str,
    answer: str,
    world: World,
    account: Account,
    anna: Person,
    channel: EmailChannel,
    post: Post,
) -> None:
    telegram = Telegram()
    chat = TelegramChannel(cast(Bot, telegram), world.house.kernel, world.house.notices, OpenGate())
    post.answers[stage] = [answer, answer]
    await booked(world, account, anna)
    await booked(world, account, await world.person(account, somebody(2, ADULT), Relation.SPOUSE), 10)
    await channel.deliver_due()
    await later(world, channel)
    await chat.deliver_due()
    assert not post.letters
    assert set(await rows(world)) == {"dropped"}
    told = [each for each in telegram.texts if "Письма не доходят" in each]
    assert len(told) == 1
    assert ADDRESS in told[0]
    known = await world.mail.of(account)
    assert known is not None
    assert known.refused
    await booked(world, account, await world.person(account, somebody(3, ADULT), Relation.PARENT), 11)
    assert set(await rows(world)) == {"dropped"}, "no letter is made for an address that is none"
    post.answers.clear()
    # Given anew, it is good again, and what was dropped is written.
    await world.give_mail(account, "right@example.org")
    await channel.deliver_due()
    assert set(post.to) == {"right@example.org"}
    assert len(post.letters) == 3


async def test_a_refusal_of_an_address_that_has_been_replaced_means_nothing(world: World, account: Account) -> None:
    old = await world.mail.of(account)
    assert old is not None
    await world.give_mail(account, "new@example.org")
    await world.mail.refuse(account, old)
    new = await world.mail.of(account)
    assert new is not None
    assert not new.refused
    assert (await world.outbox.page(account.id, 0, 8)).total == 0


async def test_what_the_server_has_against_us_is_no_fault_of_the_address(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    post.answers["RCPT"] = ["550 5.7.1 relaying denied"]
    await booked(world, account, anna)
    await channel.deliver_due()
    assert await rows(world) == ["due"]
    await later(world, channel)
    assert await rows(world) == ["sent"]


async def test_a_letter_that_is_refused_for_itself_is_given_up(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.answers["DATA"] = ["554 5.6.0 not like this"]
    await booked(world, account, anna)
    await channel.deliver_due()
    assert await rows(world) == ["dropped"]
    known = await world.mail.of(account)
    assert known is not None
    assert not known.refused
    assert "for good: 554" in caplog.text
    assert ADDRESS not in caplog.text


async def test_a_line_that_breaks_brings_the_same_letter_again(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    post.lose = 1
    await booked(world, account, anna)
    await channel.deliver_due()
    assert await rows(world) == ["due"]
    await later(world, channel)
    assert await rows(world) == ["sent"]
    first, second = post.read
    for header in ("Message-ID", "Date", "Subject"):
        assert first[header] == second[header]
    assert event_of(first)[1]["UID"] == event_of(second)[1]["UID"]
    assert event_of(first)[1]["SEQUENCE"] == event_of(second)[1]["SEQUENCE"]


async def test_a_slow_server_keeps_neither_the_chat_nor_the_next_letter_waiting(
    world: World, account: Account, anna: Person, post: Post
) -> None:
    telegram = Telegram()
    chat = TelegramChannel(cast(Bot, telegram), world.house.kernel, world.house.notices, OpenGate())
    post.wait = asyncio.Event()
    request = await world.request(account, anna, await world.slot())
    assert isinstance(await world.booking.book(request), Made)
    world.clock.advance(seconds=21)  # the screen has not come
    writing = asyncio.create_task(mail_channel(world, post).deliver_due())
    await post.arrived.wait()
    assert await chat.deliver_due() == 1
    assert "Запись подтверждена" in telegram.texts[0]
    assert not writing.done()
    post.wait.set()
    assert await writing == 1
    assert len(post.letters) == 1
    assert await rows(world) == ["sent"]


async def test_a_server_that_never_answers_is_left_in_time(
    world: World, account: Account, anna: Person, post: Post
) -> None:
    post.wait = asyncio.Event()
    channel = mail_channel(world, post, timedelta(seconds=0.3))
    await booked(world, account, anna)
    assert await channel.deliver_due() == 1
    assert await rows(world) == ["due"]
    post.wait.set()
    await later(world, mail_channel(world, post))
    assert await rows(world) == ["sent"]
    assert len({str(each["Message-ID"]) for each in post.read}) == 1


async def test_a_silent_registry_is_waited_for(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    await booked(world, account, anna)
    world.registry.unavailable.add("visits")
    await channel.deliver_due()
    assert await rows(world) == ["due"]
    world.registry.unavailable.clear()
    await later(world, channel)
    assert len(post.letters) == 1


async def test_after_three_days_it_is_given_up(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    await booked(world, account, anna)
    world.clock.advance(seconds=GIVE_UP_AFTER.total_seconds() + 1)
    await channel.deliver_due()
    assert not post.letters
    assert await rows(world) == ["dropped"]


async def test_two_at_once_send_one_letter(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    await booked(world, account, anna)
    await asyncio.gather(*(mail_channel(world, post).deliver_due() for _ in range(4)))
    assert len(post.letters) == 1


async def tell(world: World, account: Account, visit: Visit, *keys_: str) -> None:
    async with world.database.write() as unit:
        for key in keys_:
            await world.outbox.add(unit, Notice(account.id, None, VisitNews.BOOKING_CONFIRMED, visit.id, key))


async def test_a_strangers_address_is_not_flooded(world: World, account: Account, anna: Person, post: Post) -> None:
    """Whoever books and cancels all day, types one address after another, or erases all: a day's letters, no more."""
    made = await world.booking.book(await world.request(account, anna, await world.slot(THERAPIST, day=25)))
    assert isinstance(made, Made)
    visit, most = made.visit, LIMITS[Act.LETTER].most

    # STEP 1. Two processes send at once: as many letters go out as may, the chat is told of everything.
    await tell(world, account, visit, *(f"told {number}" for number in range(most + 5)))
    await asyncio.gather(*(mail_channel(world, post).deliver_due() for _ in range(2)))
    assert len(post.letters) == most
    assert await world.outbox.claim(100)
    assert sorted(set(await rows(world))) == ["dropped", "sent"]

    # STEP 2. Another address, and another account of this chat, get none either.
    await world.give_mail(account, "stranger@example.org")
    await mail_channel(world, post).deliver_due()
    await world.mydata.erase(account)
    again = await world.give_mail(await world.account(account.telegram_id), "another@example.org")
    await world.person(again, somebody(1, ADULT))
    await tell(world, again, visit, "told again")
    await mail_channel(world, post).deliver_due()
    assert len(post.letters) == most

    # STEP 3. Other chats do, and so does this one on the next day.
    other = await world.give_mail(await world.account(), "other@example.org")
    await world.person(other, somebody(1, ADULT))
    await tell(world, other, visit, "told another")
    await mail_channel(world, post).deliver_due()
    assert len(post.letters) == most + 1
    world.clock.advance(hours=24)
    await tell(world, again, visit, "told on the next day")
    await mail_channel(world, post).deliver_due()
    assert post.to[most + 1 :] == ["another@example.org"]


async def test_a_letter_that_is_tried_again_is_counted_once(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    await booked(world, account, anna)
    post.answers["DATA"] = ["451 not now"] * 3
    for _ in range(4):
        await later(world, channel)
    assert len(post.letters) == 1
    assert await world.limits.used(account.telegram_id, Act.LETTER) == 1


async def test_the_address_lies_sealed_and_in_no_cache(world: World, account: Account) -> None:
    row = (await world.database.fetch(select(account_table).where(account_table.c.id == account.id))).one()
    assert ADDRESS.encode() not in row.email
    assert ADDRESS not in repr(account)
    assert account.mail
    cached = await world.accounts.by_telegram(account.telegram_id)
    assert cached == account
    removed = await world.mail.remove(account)
    assert not removed.mail
    assert await world.accounts.by_telegram(account.telegram_id) == removed
    assert await world.mail.of(removed) is None


async def test_a_blocked_chat_is_still_written_to(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    await booked(world, account, anna)
    await world.accounts.set_reachable(account, reachable=False)
    await channel.deliver_due()
    assert len(post.letters) == 1


async def test_the_refused_address_has_its_line_in_the_list(world: World, account: Account) -> None:
    address = await world.mail.of(account)
    assert address is not None
    await world.mail.refuse(account, address)
    await world.mail.refuse(account, address)
    page = await world.outbox.page(account.id, 0, 8)
    assert [each.kind for each in page.items] == [AccountNews.MAIL_REFUSED]
    await world.database.execute(update(account_table).values(email=None))


# --- codes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["ru", "en"])
async def test_a_code_goes_to_an_address_that_nothing_else_goes_to(
    locale: str, world: World, channel: EmailChannel, post: Post
) -> None:
    account = await world.account()
    await world.accounts.set_locale(account, locale)
    who = await world.person(account, somebody(4, ADULT))
    await booked(world, account, who)
    await world.mail.send_code(account, "anna@пример.рф")
    await booked(world, account, await world.person(account, somebody(5, ADULT), Relation.SPOUSE), 10)
    assert await channel.deliver_due() == 1
    (letter,) = post.read
    assert post.to == ["anna@xn--e1afmkfd.xn--p1ai"]
    assert letter["Content-Language"] == locale
    assert letter["Subject"] == {"ru": "Код для бота в Telegram", "en": "Code for the bot in Telegram"}[locale]
    assert list(letter.iter_attachments()) == []
    code = await world.mail_code(account)
    for kind in ("plain", "html"):
        half = letter.get_body((kind,))
        assert half is not None
        assert code.readable in half.get_content()
    await world.mail.confirm(account, "anna@пример.рф", code.digits)
    await channel.deliver_due()
    assert [str(each["Subject"]).partition(":")[0] for each in post.read[1:]] == 2 * [
        {"ru": "Запись подтверждена", "en": "Booking confirmed"}[locale]
    ]


async def test_a_code_that_is_late_is_not_sent(
    world: World, channel: EmailChannel, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    account = await world.account()
    await post.shut()
    await world.mail.send_code(account, ADDRESS)
    digits = (await world.mail_code(account)).digits
    await channel.deliver_due()
    assert await rows(world) == ["due"]
    await post.open()
    await later(world, channel)
    assert not post.letters
    assert await rows(world) == ["dropped"]
    assert digits not in caplog.text
    assert ADDRESS not in caplog.text


async def test_a_code_without_a_mailbox_is_told_in_the_chat(world: World, channel: EmailChannel, post: Post) -> None:
    telegram = Telegram()
    chat = TelegramChannel(cast(Bot, telegram), world.house.kernel, world.house.notices, OpenGate())
    account = await world.account()
    post.answers["RCPT"] = ["550 5.1.1 no such user"]
    await world.mail.send_code(account, "nobody@example.org")
    await channel.deliver_due()
    await chat.deliver_due()
    (told,) = telegram.texts
    assert "Письмо с кодом не дошло" in told
    assert "nobody@example.org" in told
    # Told too late, after another one was typed, it would only confuse.
    post.answers["RCPT"] = ["550 5.1.1 no such user"]
    await world.mail.send_code(account, "nobody@example.org")
    await channel.deliver_due()
    await world.mail.send_code(account, ADDRESS)
    await chat.deliver_due()
    assert len(telegram.texts) == 1


async def test_a_letter_to_an_address_that_nobody_has_confirmed_is_held_back(
    world: World, account: Account, anna: Person, channel: EmailChannel, post: Post
) -> None:
    await booked(world, account, anna)
    account = await world.old_mail(account, ADDRESS)
    await channel.deliver_due()
    assert not post.letters
    assert await rows(world) == ["waiting"]
    await later(world, channel)
    assert await rows(world) == ["waiting"]
    await world.give_mail(account, ADDRESS)
    await channel.deliver_due()
    assert post.to == [ADDRESS]


async def test_owners_are_asked_by_day(world: World) -> None:
    """A new version that is started at night wakes nobody up."""
    telegram = Telegram()
    chat = TelegramChannel(cast(Bot, telegram), world.house.kernel, world.house.notices, OpenGate())
    account = await world.old_mail(await world.account(), ADDRESS)
    world.clock.advance(hours=14)  # 23:00
    await world.mail.ask_owners()
    await chat.deliver_due()
    assert telegram.texts == []
    assert (await world.outbox.page(account.id, 0, 8)).total == 0
    world.clock.advance(hours=9)
    await chat.deliver_due()
    (asked,) = telegram.texts
    assert ADDRESS in asked
    assert (await world.outbox.page(account.id, 0, 8)).total == 1
