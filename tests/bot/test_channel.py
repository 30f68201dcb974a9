"""What goes out by itself: to whom, in which words, once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramForbiddenError, TelegramNetworkError, TelegramRetryAfter
from aiogram.methods import SendMessage
from sqlalchemy import delete, select, update

from bot.channels.telegram import BATCH, TelegramChannel
from bot.keyboards.buttons.notifications import NotificationList, NotificationOpen
from bot.keyboards.buttons.reminders import VisitReply
from bot.keyboards.buttons.visits import VisitCancel, VisitCard, VisitMove
from bot.middlewares.outgoing import Gate
from bot.topics import ALL
from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.accounts.notices import AccountNews
from services.accounts.tables import person, person_link
from services.booking.model import GivenUp, Made
from services.booking.notices import VisitNews
from services.notify import keys
from services.notify.model import Delivery
from services.notify.tables import notification
from services.registry.model import Visit
from services.registry.ports.schedules import DoctorRecord
from services.texts.i18n import texts
from tests.support.counting import counting
from tests.support.machine import ROOT
from tests.support.telegram_limits import formatted
from tests.support.world import (
    ADULT,
    CHILD,
    MOSCOW,
    PAEDIATRICIAN,
    SECOND_THERAPIST,
    SURGEON,
    THERAPIST,
    World,
    at,
    somebody,
)


class OpenGate(Gate):
    """Nobody waits: how a chat is spaced has a test of its own."""

    async def pass_to(self, chat_id: int) -> None:
        return


@dataclass
class Telegram:
    """Takes messages; refuses as it is told."""

    sent: list[tuple[int, str, Any]] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)

    async def __call__(self, call: SendMessage) -> Any:
        if self.refusals:
            raise self.refusals.pop(0)
        self.sent.append((int(call.chat_id), formatted(call.text).text, call.reply_markup))
        return SimpleNamespace(message_id=len(self.sent))

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.sent]

    def data(self, place: int = -1) -> list[str]:
        return [button.callback_data for row in self.sent[place][2].inline_keyboard for button in row]

    def labels(self, place: int = -1) -> list[str]:
        return [button.text for row in self.sent[place][2].inline_keyboard for button in row]


@pytest.fixture
def telegram() -> Telegram:
    return Telegram()


@pytest.fixture
def channel(world: World, telegram: Telegram) -> TelegramChannel:
    return TelegramChannel(cast(Bot, telegram), world.house.kernel, world.house.notices, OpenGate())


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    return await world.person(account, somebody(1, ADULT))


async def booked(
    world: World, account: Account, who: Person, start: datetime, doctor: DoctorRecord = THERAPIST
) -> Visit:
    here = start.astimezone(MOSCOW)
    slot = await world.slot(doctor, here.hour, here.minute, here.day)
    request = await world.request(account, who, slot)
    outcome = await world.booking.book(request)
    assert isinstance(outcome, Made), outcome
    await world.outbox.shown(*keys.of_draft(request.draft_id))
    return outcome.visit


def words(visit: Visit) -> dict[str, str]:
    """Buttons of a reminder, by what they do."""
    return {
        "reply": VisitReply(visit=visit.id).pack(),
        "move": VisitMove(visit=visit.id).pack(),
        "cancel": VisitCancel(visit=visit.id, sure=False).pack(),
    }


def test_every_kind_has_its_words() -> None:
    """Kinds are those of every `services/<topic>/notices.py`."""
    modules = [
        import_module(f"services.{file.parent.name}.notices") for file in (ROOT / "services").glob("*/notices.py")
    ]
    news = [each for module in modules for each in vars(module).values() if isinstance(each, type)]
    kinds = {kind for each in news if issubclass(each, StrEnum) for kind in each}
    assert {spec.kind for topic in ALL for spec in topic.notices} == kinds >= {*VisitNews, *AccountNews}


# --- reminders ------------------------------------------------------------------------------------


async def test_the_eve_of_one_visit_in_both_languages(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    visit = await booked(world, account, anna, at(9, 20))
    world.clock.set(at(18, day=23))
    await channel.deliver_due()
    (said,) = telegram.texts
    for part in (
        "Напоминание",
        "Иванова Аннаб Сергеевна",
        "завтра, вт 24 ноября, 09:20",
        "Ветров",
        "каб. 1",
        "Поликлиника № 1",
    ):
        assert part in said
    assert telegram.labels()[:3] == ["✅ Приду", "🔁 Перенести", "✖️ Отменить"]
    assert telegram.data()[:3] == list(words(visit).values())
    await channel.deliver_due()
    assert len(telegram.sent) == 1


async def test_in_english(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    await world.accounts.set_locale(account, "en")
    await booked(world, account, anna, at(9, 20))
    world.clock.set(at(18, day=23))
    await channel.deliver_due()
    assert "Reminder" in telegram.texts[0]
    assert "tomorrow, Tue, 24 November, 09:20" in telegram.texts[0]
    assert telegram.labels()[:3] == ["✅ I will come", "🔁 Move", "✖️ Cancel"]


async def test_several_visits_have_a_numbered_row_each(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    first = await booked(world, account, anna, at(9, 20))
    second = await booked(world, account, child, at(10), PAEDIATRICIAN)
    world.clock.set(at(18, day=23))
    await channel.deliver_due()
    (said,) = telegram.texts
    assert said.index("1. завтра, вт 24 ноября, 09:20") < said.index("2. завтра, вт 24 ноября, 10:00")
    assert telegram.labels()[:6] == [
        *("1 · Приду", "1 · Перенести", "1 · Отменить"),
        *("2 · Придём", "2 · Перенести", "2 · Отменить"),
    ]
    assert telegram.data()[:6] == [*words(first).values(), *words(second).values()]


async def test_who_may_only_see_is_reminded_without_the_buttons(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account
) -> None:
    spouse = await world.person(
        account, somebody(2, ADULT), Relation.SPOUSE, Basis.CONSENT, until=at(9, day=30), covers=(Covers.SEE_VISITS,)
    )
    visit = await world.at_the_desk(cast(str, spouse.patient_id), await world.slot(THERAPIST, 9))
    await world.watch.look()
    world.clock.set(at(18, day=23))
    await channel.deliver_due()
    assert telegram.data()[0] == VisitCard(visit=visit.id).pack()
    assert not set(words(visit).values()) & set(telegram.data())


async def test_a_missed_evening_is_told_in_the_morning_as_today(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    await booked(world, account, anna, at(9, 20))
    world.clock.set(at(22, day=23))
    await channel.deliver_due()
    assert telegram.sent == []
    world.clock.set(at(8))
    await channel.deliver_due()
    assert "сегодня, вт 24 ноября, 09:20" in telegram.texts[0]


async def test_two_hours_before_together_and_then_no_more(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    await booked(world, account, anna, at(11))
    await booked(world, account, child, at(11, 40), PAEDIATRICIAN)
    world.clock.set(at(18, day=23))
    await channel.deliver_due()
    telegram.sent.clear()
    for minute in range(0, 181, 2):
        world.clock.set(at(8) + timedelta(minutes=minute))
        await channel.deliver_due()
    assert len(telegram.sent) == 1
    listed = (await world.outbox.page(account.id, 0, 8)).items
    assert [each.kind for each in listed].count(VisitNews.REMINDER_SOON) == 1


async def test_a_silent_registry_puts_the_reminder_off_until_it_speaks(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    await booked(world, account, anna, at(9, 20))
    world.clock.set(at(18, day=23))
    world.registry.unavailable = {"visits"}
    await channel.deliver_due()
    assert telegram.sent == []
    world.registry.unavailable = set()
    world.clock.advance(seconds=5)
    await channel.deliver_due()
    assert len(telegram.sent) == 1


async def test_a_hundred_due_at_once_go_out_once_each(world: World, telegram: Telegram) -> None:
    """One process dies with what it has claimed; two others send that too, a minute later."""
    accounts = list(await world.crowd(100))
    assert await world.watch.look() == 100
    world.clock.set(at(18, day=24))
    lost = await world.outbox.claim(7)
    channels = [
        TelegramChannel(cast(Bot, telegram), world.house.kernel, world.house.notices, OpenGate()) for _ in range(2)
    ]
    await empty(channels)
    assert len(telegram.sent) == 100 - len(lost)
    world.clock.advance(minutes=1)
    await empty(channels)
    assert Counter(chat_id for chat_id, _, _ in telegram.sent) == Counter(each.telegram_id for each in accounts)


async def test_one_call_empties_what_is_due_and_one_that_breaks_stops_nobody(world: World, telegram: Telegram) -> None:
    people = await world.crowd(BATCH + 5)
    await world.watch.look()
    world.clock.set(at(18, day=24))
    telegram.refusals.append(ValueError("nothing that Telegram would say"))
    channel = TelegramChannel(cast(Bot, telegram), world.house.kernel, world.house.notices, OpenGate())
    assert await channel.deliver_due() == len(people)
    assert len(telegram.sent) == len(people) - 1
    world.clock.advance(minutes=1)
    channel.finish()
    assert await channel.deliver_due() == 0, "a process that ends claims nothing more"


async def empty(channels: Sequence[TelegramChannel]) -> None:
    while sum(await asyncio.gather(*(each.deliver_due() for each in channels))):
        pass


# --- a batch asks together ------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("news", [VisitNews.REMINDER_EVE, VisitNews.REMINDER_SOON, VisitNews.VISIT_CANCELLED_BY_CLINIC])
async def test_a_batch_has_a_budget(
    world: World, channel: TelegramChannel, telegram: Telegram, news: VisitNews
) -> None:
    """However many rows it has: accounts, families, visits and replies are read once, and what has gone is marked so.

    The units: claiming, marking, and finding that nothing else is due.
    """
    visits = await world.crowd(BATCH)
    await world.watch.look()
    if news is VisitNews.VISIT_CANCELLED_BY_CLINIC:
        for visit in visits.values():
            await world.admin.cancel_visit(visit.id)
        await changed(world)
    world.clock.set(at(18, day=24) if news is not VisitNews.REMINDER_SOON else at(10, day=25))
    if news is not VisitNews.REMINDER_EVE:
        await world.database.execute(delete(notification).where(notification.c.kind != news))
    with counting(world.database) as calls:
        await channel.deliver_due()
    assert len(telegram.sent) == BATCH
    assert calls["commit"] == 3
    assert calls["sql"] <= 9


async def test_rights_are_those_of_each_account_in_a_batch(
    world: World, channel: TelegramChannel, telegram: Telegram
) -> None:
    """Of two who are told of one patient's day, the one who may see nothing but own bookings hears of those alone."""
    mother, neighbour = await world.account(), await world.account()
    patient = somebody(1, ADULT)
    own = await world.person(mother, patient)
    known = await world.person(neighbour, patient, Relation.OTHER, Basis.DECLARED)
    at_desk = await world.at_the_desk(cast(str, own.patient_id), await world.slot(SURGEON, 11))
    by_neighbour = await booked(world, neighbour, known, at(9, 20))
    await world.watch.look()
    world.clock.set(at(18, day=23))
    await channel.deliver_due()
    heard = {chat_id: place for place, (chat_id, _, _) in enumerate(telegram.sent)}
    of_mother, of_neighbour = (set(telegram.data(heard[each.telegram_id])) for each in (mother, neighbour))
    assert {words(each)["cancel"] for each in (at_desk, by_neighbour)} <= of_mother
    assert words(by_neighbour)["cancel"] in of_neighbour
    assert words(at_desk)["cancel"] not in of_neighbour


async def test_what_is_cancelled_after_the_claim_is_not_told(
    world: World, channel: TelegramChannel, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = await world.crowd(3)
    await world.watch.look()
    claim, gone = world.outbox.claim, next(iter(visits))

    async def claim_and_cancel(limit: int) -> Sequence[Delivery]:
        claimed = await claim(limit)
        if claimed:
            await world.admin.cancel_visit(visits[gone].id)
        return claimed

    monkeypatch.setattr(world.outbox, "claim", claim_and_cancel)
    world.clock.set(at(18, day=24))
    await channel.deliver_due()
    assert {chat_id for chat_id, _, _ in telegram.sent} == {each.telegram_id for each in visits} - {gone.telegram_id}


async def test_a_damaged_row_stops_no_other_of_its_batch(
    world: World, channel: TelegramChannel, telegram: Telegram
) -> None:
    broken, *others = await world.crowd(3)
    await world.watch.look()
    hers = select(person_link.c.person_id).where(person_link.c.account_id == broken.id)
    await world.database.execute(update(person).where(person.c.id.in_(hers)).values(profile=b"nothing of ours"))
    world.clock.set(at(18, day=24))
    await channel.deliver_due()
    assert {chat_id for chat_id, _, _ in telegram.sent} == {each.telegram_id for each in others}


# --- news of others' changes ----------------------------------------------------------------------


async def changed(world: World) -> None:
    world.clock.advance(minutes=6)
    await world.watch.look()


async def test_what_the_clinic_has_cancelled_names_the_person_and_what_to_press(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    visit = await booked(world, account, anna, at(9, 20))
    await world.admin.cancel_visit(visit.id)
    await changed(world)
    await channel.deliver_due()
    (said,) = telegram.texts
    for part in ("Поликлиника отменила эту запись", "Отменена медучреждением", "Иванова Аннаб", "09:20", "Ветров"):
        assert part in said
    assert "🩺 Записаться ещё раз" in telegram.labels()


async def test_what_the_clinic_has_moved_says_what_was_and_what_is(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    visit = await booked(world, account, anna, at(9, 20))
    moved = await world.admin.move_visit(visit.id, (await world.slot(SECOND_THERAPIST, 11, day=25)).id)
    await changed(world)
    await channel.deliver_due()
    (said,) = telegram.texts
    assert "Запись перенесена" in said
    assert said.index("Было: завтра, вт 24 ноября, 09:20, Терапевт / Ветров") < said.index("ср 25 ноября, 11:00")
    assert "Иванова Аннаб" in said
    assert words(moved)["cancel"] in telegram.data()


async def test_only_the_last_of_two_moves_is_told(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    visit = await booked(world, account, anna, at(9, 20))
    moved = await world.admin.move_visit(visit.id, (await world.slot(THERAPIST, 11, day=25)).id)
    await changed(world)
    await world.admin.move_visit(moved.id, (await world.slot(THERAPIST, 10, day=25)).id)
    await changed(world)
    await channel.deliver_due()
    (said,) = telegram.texts
    assert "ср 25 ноября, 10:00" in said


async def test_what_a_relative_has_cancelled(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account
) -> None:
    other = await world.account()
    child = somebody(3, CHILD)
    mine = await world.person(account, child, Relation.CHILD)
    await world.person(other, child, Relation.CHILD)
    visit = await world.at_the_desk(cast(str, mine.patient_id), await world.slot(PAEDIATRICIAN, 9))
    await changed(world)
    assert isinstance(await world.cancelling.cancel(other, visit.id), GivenUp)
    world.clock.advance(minutes=6)
    await world.watch.look()
    await channel.deliver_due()
    mine_said = [text for chat_id, text, _ in telegram.sent if chat_id == account.telegram_id]
    assert len(mine_said) == 1
    assert "Запись отменена заявителем" in mine_said[0]
    assert "Это чат представителя: его документы поликлиника видела" in mine_said[0]


# --- who has stopped the bot ----------------------------------------------------------------------


async def test_who_has_blocked_the_bot_is_not_called_again_and_reads_it_in_the_list(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    await booked(world, account, anna, at(11))
    telegram.refusals = [TelegramForbiddenError(SendMessage(chat_id=1, text="x"), "bot was blocked by the user")]
    world.clock.set(at(18, day=23))
    await channel.deliver_due()
    known = await world.accounts.by_id(account.id)
    assert known is not None
    assert not known.reachable
    world.clock.set(at(9))
    await channel.deliver_due()
    assert telegram.sent == []
    assert await world.outbox.claim(10) == ()
    kinds = [each.kind for each in (await world.outbox.page(account.id, 0, 8)).items]
    assert kinds[:2] == [VisitNews.REMINDER_SOON, VisitNews.REMINDER_EVE]


@pytest.mark.parametrize("wait", [1, 77])
async def test_a_chat_that_has_to_wait_gets_it_later(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person, wait: int
) -> None:
    await booked(world, account, anna, at(9, 20))
    telegram.refusals = [TelegramRetryAfter(SendMessage(chat_id=1, text="x"), "wait", wait)]
    world.clock.set(at(18, day=23))
    await channel.deliver_due()
    world.clock.advance(seconds=wait)
    await channel.deliver_due()
    assert len(telegram.sent) == 1


async def test_what_is_due_in_a_chat_that_has_to_wait_waits_too(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    other = await world.person(account, somebody(2, ADULT), Relation.SPOUSE)
    for who, start in ((anna, at(9, 20)), (other, at(11))):
        await world.admin.cancel_visit((await booked(world, account, who, start)).id)
    await changed(world)
    telegram.refusals = [TelegramRetryAfter(SendMessage(chat_id=1, text="x"), "wait", 77)]
    await channel.deliver_due()
    assert telegram.sent == [], "the second is not tried while the first has to wait"
    world.clock.advance(seconds=77)
    await channel.deliver_due()
    assert len(telegram.sent) == 2


async def test_a_lost_connection_is_tried_again(
    world: World, channel: TelegramChannel, telegram: Telegram, account: Account, anna: Person
) -> None:
    await booked(world, account, anna, at(9, 20))
    telegram.refusals = [TelegramNetworkError(SendMessage(chat_id=1, text="x"), "lost")]
    world.clock.set(at(18, day=23))
    await channel.deliver_due()
    world.clock.advance(seconds=5)
    await channel.deliver_due()
    assert len(telegram.sent) == 1


# --- what a line of the list opens ----------------------------------------------------------------


async def opened(world: World, account: Account, kind: str) -> tuple[str, list[str]]:
    """The screen and its buttons."""
    notes = (await world.outbox.page(account.id, 0, 8)).items
    note = next(each for each in notes if each.kind == kind)
    screen = await world.house.notices.opened(
        account, note, texts("ru"), NotificationOpen(notification=note.id, page=0)
    )
    data = [button.callback_data or "" for row in screen.markup.inline_keyboard for button in row]
    return formatted(screen.text).text, data


async def test_news_of_a_visit_open_the_card_as_it_is_now(world: World, account: Account, anna: Person) -> None:
    visit = await booked(world, account, anna, at(9, 20))
    await world.cancelling.cancel(account, visit.id)
    said, data = await opened(world, account, VisitNews.VISIT_CANCELLED)
    assert "Запись отменена заявителем" in said
    assert NotificationList(page=0).pack() in data


async def test_a_reminder_opens_as_a_reminder_until_its_time_has_passed(
    world: World, channel: TelegramChannel, account: Account, anna: Person
) -> None:
    visit = await booked(world, account, anna, at(11))
    world.clock.set(at(18, day=23))
    await channel.deliver_due()
    world.clock.set(at(9))
    await channel.deliver_due()
    for kind in (VisitNews.REMINDER_EVE, VisitNews.REMINDER_SOON):
        said, data = await opened(world, account, kind)
        assert said.startswith("🔔 Напоминание")
        assert words(visit)["reply"] in data
    world.clock.set(at(11))
    for kind in (VisitNews.REMINDER_EVE, VisitNews.REMINDER_SOON):
        said, data = await opened(world, account, kind)
        assert said.startswith("Это напоминание больше не нужно")
        assert NotificationList(page=0).pack() in data
