"""«Крупно»: half as much on every screen, two buttons a row at most, chosen by typing a word anywhere."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

import pytest
from aiogram import Bot
from aiogram.types import User

from bot.build import build_dispatcher
from bot.channels.telegram import TelegramChannel
from bot.common import by_itself
from bot.fsm import insurer_choice as choice
from bot.keyboards.buttons.large import GO_LARGE
from bot.keyboards.buttons.wizard import Verb, WizardPress
from bot.keyboards.kit import button
from bot.keyboards.layout import LARGE, USUAL, WEEK, Layout
from bot.keyboards.markup import Markup
from bot.notices.notices import Notices
from bot.signing import Signing
from bot.storage import Storage
from bot.views.common import Scene
from bot.views.screen import Screen
from services.accounts.model import Account, Relation
from services.booking.notices import VisitNews
from services.insurer_choice.model import Procedure
from services.notify.model import Notice
from services.registry.model import AgeGroup, Insurer, IssuePoint
from services.registry.ports.addresses import AddressRecord
from services.registry.ports.schedules import DoctorRecord, SlotRecord
from services.storage.engine import Database
from services.storage.vault import Vault
from services.texts.i18n import LOCALES, Html, texts
from tests.bot.test_booking_wizard import ANNA, Chat
from tests.bot.test_screens import EVERY_STEP, keys_of
from tests.samples import EVERY
from tests.samples.common import NOW
from tests.support import telegram_limits as limits
from tests.support.chats import OpenGate
from tests.support.clock import FakeClock
from tests.support.machine import unhurried
from tests.support.phone import Phone, Telegram
from tests.support.world import ADULT, CLINIC, SECOND_THERAPIST, SURGEON, THERAPIST, World, at, somebody

A_CELL = re.compile(r"‹?\d{1,2}›?|·|\w\w")
"""Of a calendar: a day, one of the next month, none, the name of a weekday."""


# --- rows ---------------------------------------------------------------------------------------------------------


def every_markup(locale: str) -> Iterator[tuple[str, Markup]]:
    """Of every sample, as whoever reads big letters gets them."""
    t = texts(locale)
    for kind, step in EVERY_STEP:
        for sample in EVERY.steps[kind][step.name]:
            screen = step.view(sample.data, keys_of(kind, step), Scene(t, NOW, None, LARGE))
            yield f"{kind}.{step.name}: {sample.name}", screen.laid(LARGE).markup
    for each in EVERY.screens:
        yield str(each), each.draw(t, LARGE).laid(LARGE).markup


def plainly_laid(row: Sequence[str]) -> bool:
    if len(row) == WEEK:
        return all(A_CELL.fullmatch(label) for label in row)
    return len(row) == 1 or (len(row) <= LARGE.in_row and all(len(label) <= 2 * LARGE.shared + 1 for label in row))


@pytest.mark.parametrize("locale", LOCALES)
def test_no_row_has_more_than_two_buttons_but_a_week_and_none_is_cut(locale: str) -> None:
    drawn = ((name, row) for name, markup in every_markup(locale) for row in markup.inline_keyboard)
    rows = [(name, [each.text for each in row]) for name, row in drawn]
    assert not [each for each in rows if not plainly_laid(each[1])][:5]
    assert {len(row) for _, row in rows} == {1, 2, WEEK}, "the search itself works"


@pytest.mark.parametrize("locale", LOCALES)
def test_files_and_what_stands_by_itself_have_one_button_a_row(locale: str) -> None:
    """They are sent as they are."""
    for sample in (*EVERY.documents, *EVERY.markups):
        drawn = sample.draw(texts(locale))
        rows = (drawn if isinstance(drawn, Markup) else drawn.markup).inline_keyboard
        assert {len(row) for row in rows} == {1}, sample


# --- how much wizards list ------------------------------------------------------------------------------------------

SIZES = {
    "region": "page",
    "person": "page",
    "clinic": "described",
    "map": "pins",
    "service": "page",
    "doctor": "described",
    "day": "page",
    "time": "times",
    "elsewhere": "described",
}
"""Each step of booking that lists something, by the size of the layout that it keeps."""
CHOICE_SIZES = {
    **{
        f"{of}_{part}": size
        for of in ("reg", "stay")
        for part, size in (("region", "page"), ("town", "page"), ("street", "page"), ("house", "houses"))
    },
    "region": "page",
    "insurer": "described",
    "point": "described",
    "map": "pins",
}
"""The same of the choice of an insurer."""
DAYS = 12


def schedule() -> tuple[list[DoctorRecord], list[SlotRecord]]:
    """Ten services at the first clinic, seven therapists who have far more than a screen of mornings, till December.

    Allergists are free in every other clinic alone.
    """
    therapists = [replace(THERAPIST, id=f"t{place}", surname=f"Лекарев{place}") for place in range(5)]
    others = [
        replace(SURGEON, id=f"x{place}", service_id=f"v{place}", service=f"Эндоскопист {place}") for place in range(8)
    ]
    allergist = replace(SURGEON, id="y", service_id="7", service="Аллерголог")
    elsewhere = [replace(allergist, id=f"y{place}", clinic_id=f"k{place}") for place in range(10)]
    free = [THERAPIST, SECOND_THERAPIST, *therapists, *others, *elsewhere]
    length = timedelta(minutes=10)
    starts = [at(6) + timedelta(days=day) + length * place for day in range(DAYS) for place in range(60)]
    ids = sorted(each.id for each in free)
    return [allergist, *free], [SlotRecord(each, start, start + length) for each in ids for start in starts]


async def town_of(world: World, *, large: bool) -> Account:
    """More of everything than any screen holds, and somebody with nine relatives."""
    clinics = [
        replace(CLINIC, id=f"k{place}", name=f"Клиника № {place}", lat=55.9 + place / 100, age_group=AgeGroup.ADULT)
        for place in range(10)
    ]
    doctors, slots = schedule()
    await world.admin.load([CLINIC, *clinics], doctors, slots)
    account = await world.account()
    await world.person(account, ANNA)
    for number in range(2, 11):
        await world.person(account, somebody(number, ADULT, "Родственникова"), Relation.OTHER)
    return await world.accounts.set_large(account, large=large)


def listed(chat: Chat) -> int:
    """How many options stand on the screen."""
    assert chat.reply.screen is not None
    data = limits.data_of(chat.reply.screen)
    presses = [WizardPress.unpack(each) for each in data if each.startswith(f"{WizardPress.__prefix__}:")]
    return sum(each.verb is Verb.OPTION for each in presses)


@pytest.mark.parametrize("layout", [USUAL, LARGE], ids=["usual", "large"])
async def test_each_step_that_lists_something_lists_as_much_as_the_layout_says(world: World, layout: Layout) -> None:
    chat = Chat(world, await town_of(world, large=layout is LARGE))
    await chat.begin()
    seen: dict[str, int] = {}

    async def go(*labels: str) -> None:
        for label in labels:
            await chat.press(label)
            if chat.step in SIZES:
                seen.setdefault(chat.step, listed(chat))

    await go("🏘", "Московская", "Мне", "🗺", "Списком", "⭐")
    await go("Аллерголог", "Где есть", "Назад", "Назад", "Терапевт", "Любой врач")
    if layout is USUAL:
        seen.pop("day")
        await go("Списком")
    while not any("1 декабря" in label for label in chat.labels):
        await go(" ▶️")
    await go("1 декабря")
    assert seen == {step: getattr(layout, size) for step, size in SIZES.items()}


async def many_insurers(world: World) -> None:
    """And points of the first of them, towns, streets of the first town, houses of its first street."""
    await world.admin.load([CLINIC], [], [])
    insurers = [Insurer(f"i{n}", "50", f"Компания {n:02}", "", "", "ул. Мира, д. 1") for n in range(10)]
    points = [IssuePoint(f"p{n}", "i0", f"ул. Мира, д. {n}", "Мытищи", "", "", 55.9 + n / 100, 37.7) for n in range(20)]
    await world.admin.put_insurers(insurers, points)
    towns = [AddressRecord("50", f"Город {n:02}", "г") for n in range(10)]
    streets = [replace(towns[0], street=f"Улица {n:02}", street_kind="ул") for n in range(10)]
    await world.admin.put_addresses([*towns, *streets, *(replace(streets[0], house=str(n)) for n in range(1, 20))])


@pytest.mark.parametrize("layout", [USUAL, LARGE], ids=["usual", "large"])
async def test_so_does_each_step_of_the_choice_of_an_insurer(
    database: Database, vault: Vault, clock: FakeClock, layout: Layout
) -> None:
    world = World(database, vault, clock, signing=Signing(Procedure.FORMS))
    await many_insurers(world)
    account = await world.accounts.set_large(await world.account(), large=layout is LARGE)
    person = await world.person(account, ANNA)
    chat = Chat(world, account)
    chat.wizard = world.house.wizard(choice.KIND)
    known = {"person": person.id, "first_choice": True, "procedure": Procedure.FORMS.value}
    chat.now = await chat.wizard.start(account, texts("ru"), known)
    seen: dict[str, int] = {}

    async def go(*labels: str) -> None:
        for label in labels:
            await chat.press(label)
            if chat.step in CHOICE_SIZES:
                seen[chat.step] = max(listed(chat), seen.get(chat.step, 0))

    await go("Всё верно")
    await chat.write("московская")
    await go("Московская", "Город 00", "Улица 00", "1", "Без квартиры", "Укажу позже", "Другой адрес")
    await go("Московская", "Город 00", "Улица 00", "1", "Без квартиры", "Другой регион")
    await chat.write("московская")
    await go("Московская", "бланка", "Компания 00", "🗺")
    assert seen == {step: getattr(layout, size) for step, size in CHOICE_SIZES.items()}


def test_these_are_all_steps_that_turn_pages() -> None:
    t = texts("ru")
    turning = {
        step.name
        for kind, step in EVERY_STEP
        for sample in EVERY.steps[kind][step.name]
        if limits.has_pager(step.view(sample.data, keys_of(kind, step), Scene(t, NOW)))
    }
    assert turning <= {*SIZES, *CHOICE_SIZES}, "what else turns pages is to be walked above"


# --- choosing it --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Front:
    """Anna before the bot."""

    world: World
    telegram: Telegram
    anna: Phone

    async def large(self) -> bool:
        account = await self.world.accounts.by_telegram(5_000_000_001)
        assert account is not None
        return account.large

    @property
    def rows(self) -> list[list[str]]:
        drawn = self.telegram.calls[-1].reply_markup
        assert isinstance(drawn, Markup)
        return [[each.text for each in row] for row in drawn.inline_keyboard]


@pytest.fixture
async def front(world: World) -> Front:
    ready = asyncio.Event()
    ready.set()
    storage = Storage(world.database, world.vault, world.clock)
    dispatcher = build_dispatcher(world.house, ready, by_itself(storage, unhurried()))
    telegram = Telegram()
    owner = User(id=5_000_000_001, is_bot=False, first_name="Anna", language_code="ru")
    account = await world.account()
    assert account.telegram_id == owner.id
    await world.person(account, ANNA)
    return Front(world, telegram, Phone(Bot("42:TEST", session=telegram), telegram, dispatcher, owner))


LARGER = ("крупнее", "Крупнее.", "КРУПНО", "покрупнее…", "larger", "Bigger", "сделать крупнее")
SMALLER = ("мельче", "Помельче", "smaller")


@pytest.mark.parametrize("typed", LARGER)
async def test_typing_the_word_makes_it_larger_and_says_how_to_undo_it(front: Front, typed: str) -> None:
    await front.anna.write(typed)
    assert await front.large()
    assert "«Крупно» включено" in front.anna.text
    assert "мельче" in front.anna.text


@pytest.mark.parametrize("typed", [*SMALLER, "мелко"])
async def test_and_smaller_again(front: Front, typed: str) -> None:
    await front.anna.write("крупно")
    await front.anna.write(typed)
    assert not await front.large()
    assert "«Крупно» выключено" in front.anna.text


async def test_in_a_wizard_the_step_comes_again_as_it_is_now(front: Front) -> None:
    await front.anna.press_data("g1:book")
    await front.anna.press("👤 Мне")
    await front.anna.press(next(each for each in front.anna.buttons if "⭐" in each))
    assert "Какой специалист" in front.anna.text or "специалист" in front.anna.text
    await front.anna.write("крупнее")
    assert "«Крупно» включено" in front.anna.text
    assert "специалист" in front.anna.text
    await front.anna.press("Терапевт")
    await front.anna.press("Любой врач")
    assert any(label.startswith("завтра · ") for row in front.rows for label in row), "the list comes first"
    await front.anna.press("📅")
    assert ["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"] in front.rows
    await front.anna.press("24")
    assert ["09:00", "09:20"] in front.rows


async def test_a_step_that_asks_for_a_name_takes_every_name(front: Front) -> None:
    """«Мелко» is a surname, «Large» too; nobody is called «Крупнее»."""
    await front.anna.press_data("g1:add")
    await front.anna.press("👤")
    for name in ("Мелко", "Large", "Small"):
        asked = front.anna.text
        await front.anna.write(name)
        assert not await front.large()
        assert front.anna.text != asked
        await front.anna.press("⬅️")
    await front.anna.write("крупнее")
    assert await front.large()


async def test_a_word_among_others_is_no_wish(front: Front) -> None:
    for typed in ("почему так крупно", "крупнее и мельче", "крупной", ""):
        await front.anna.write(typed or "-")
        assert not await front.large()


async def test_by_a_press_and_by_a_command(front: Front) -> None:
    await front.anna.write("/large")
    assert "🔍 Крупно: выключено" in front.anna.text
    await front.anna.press("✅ Включить")
    assert await front.large()
    await front.anna.press_data(GO_LARGE.pack())
    assert "🔍 Крупно: включено" in front.anna.text
    await front.anna.press("Выключить")
    assert not await front.large()
    await front.anna.press_data("g1:more")
    assert "🔍 Крупно" in front.anna.buttons
    await front.anna.press("🔍 Крупно")
    await front.anna.press("⬅️ Назад")
    assert "🔍 Крупно" in front.anna.buttons


async def test_who_has_not_agreed_yet_is_asked_for_it(front: Front) -> None:
    stranger = User(id=77, is_bot=False, first_name="Guest", language_code="ru")
    phone = Phone(front.anna._bot, front.telegram, front.anna._dispatcher, stranger)
    await phone.write("крупнее")
    assert "соглас" in phone.text.casefold()
    assert await front.world.accounts.by_telegram(77) is None


class OneNotice:
    """Draws whatever is to be told with three buttons in a row."""

    async def render(self, *_: object) -> Screen:
        row = [button(f"Кнопка {number}", GO_LARGE) for number in range(3)]
        return Screen(Html("Новость"), Markup([row]))


@pytest.mark.parametrize("large", [False, True])
async def test_news_come_in_rows_for_whoever_reads_them(front: Front, large: bool) -> None:
    account = await front.world.accounts.by_telegram(5_000_000_001)
    assert account is not None
    await front.world.accounts.set_large(account, large=large)
    kernel = front.world.house.kernel
    async with front.world.database.write() as unit:
        notice = Notice(account.id, None, VisitNews.BOOKING_FAILED, "visit1234567", "booking_failed:1")
        await kernel.outbox.add(unit, notice)
    bot = Bot("42:TEST", session=front.telegram)
    channel = TelegramChannel(bot, kernel, cast(Notices, OneNotice()), OpenGate())
    assert await channel.deliver_due() == 1
    assert [len(row) for row in front.rows] == ([2, 1] if large else [3])
