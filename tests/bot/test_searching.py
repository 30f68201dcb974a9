"""A section of somebody's, as small as one can be: whose it is, changing that, and searching it by typed text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from aiogram import Bot
from aiogram.types import User

from bot.build import build_dispatcher
from bot.common import by_itself
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.common import GO_HOME, Go, PageNumber
from bot.keyboards.buttons.family import WhoseList, WhoseShown
from bot.keyboards.buttons.searches import SearchBegin, SearchLeave
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import page_of
from bot.keyboards.layout import USUAL
from bot.routing import on, to
from bot.storage import Storage
from bot.topic import SearchSpec, Topic
from bot.topics import ALL
from bot.views import lists
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.model import Account, Person, Relation
from services.accounts.persons import Persons
from services.searches.model import LONGEST
from services.searches.searches import Searches
from services.storage.engine import Database
from services.storage.vault import Vault
from services.texts.i18n import Html, Texts, escape
from services.texts.names import found_in
from tests.support.clock import FakeClock
from tests.support.machine import unhurried
from tests.support.phone import Phone, Telegram
from tests.support.world import ADULT, CHILD, World, somebody

# --- the section: jars on a shelf, other ones for each ----------------------------------------------------------------

JARS = [f"Банка № {number}" for number in range(1, 10)] + ["Мёд липовый", "Мёд гречишный", "Ёж и К°"]
NAME = "jars"


class JarList(CallbackData, prefix="zj1"):
    person: str
    search: str
    page: PageNumber


GO_JARS = Go(to=NAME)


async def shown(
    account: Account,
    t: Texts,
    _now: datetime,
    person_id: str,
    search_id: str | None,
    page: int = 0,
    *,
    persons: Persons,
    searches: Searches,
) -> Screen:
    person, family = await persons.get(account, person_id), await persons.family(account)
    sought = await searches.text(account, NAME, search_id) if search_id else None
    theirs = JARS if person.relation is Relation.OWN else JARS[-1:]
    found = [each for each in theirs if sought is None or found_in(sought, each)]

    def turned(number: int) -> JarList:
        return JarList(person=person.id, search=search_id or "", page=number)

    return lists.draw(
        t,
        lists.Listing(
            title="Jars",
            size=USUAL.page,
            items=[lists.Item([escape(each)], each, turned(0)) for each in page_of(found, page, USUAL.page)],
            page=page,
            total=len(found),
            count=Html(f"Jars in all: {len(found)}"),
            nothing=Html("No data. Jars will stand here."),
            turned=turned,
            whose=lists.whose(person, family, GO_JARS),
            search=lists.Search(
                "Search the jars",
                SearchBegin(list=NAME, person=person.id),
                sought,
                SearchLeave(list=NAME, person=person.id),
            ),
            note=lists.search_gone(t) if search_id and sought is None else Html(),
        ),
    )


async def page(visitor: Visitor, *, persons: Persons, searches: Searches, wizards: Wizards) -> None:
    active = await persons.active(visitor.account)
    assert active is not None
    await turn(
        visitor, JarList(person=active.id, search="", page=0), persons=persons, searches=searches, wizards=wizards
    )


async def turn(visitor: Visitor, data: JarList, *, persons: Persons, searches: Searches, wizards: Wizards) -> None:
    await wizards.leave(visitor)
    who, t, now = visitor.account, visitor.t, visitor.now
    asked = data.person, data.search or None, data.page
    await visitor.show(await shown(who, t, now, *asked, persons=persons, searches=searches))


JARS_TOPIC = Topic(
    "jars",
    routes=(to(GO_JARS, page), on(JarList, turn)),
    searches=(SearchSpec(NAME, "Choose a region, or write the beginning of its name.", shown),),
)


# --- somebody in front of it ------------------------------------------------------------------------------------------


class Front:
    """Anna with a child; and Orlova, who is on somebody else's list."""

    def __init__(self, world: World, bot: Bot, telegram: Telegram) -> None:
        ready = asyncio.Event()
        ready.set()
        storage = Storage(world.database, world.vault, world.clock)
        dispatcher = build_dispatcher(world.house, ready, by_itself(storage, unhurried()))
        self.world, self.telegram = world, telegram
        user = User(id=5_000_000_001, is_bot=False, first_name="Anna", language_code="ru")
        self.anna = Phone(bot, telegram, dispatcher, user)

    async def move_in(self) -> None:
        world = self.world
        await world.furnish()
        self.account = await world.account()
        self.own = await world.person(self.account, somebody(1, ADULT))
        self.child = await world.person(self.account, somebody(2, CHILD), Relation.CHILD)
        self.hers = await world.person(await world.account(), somebody(3, ADULT, "Орлова"))
        await world.accounts.set_active_person(self.account, self.own.id)

    async def active(self) -> Person | None:
        account = await self.world.accounts.by_id(self.account.id)
        assert account is not None
        return await self.world.persons.active(account)


@pytest.fixture
async def front(database: Database, vault: Vault, clock: FakeClock) -> AsyncIterator[Front]:
    telegram = Telegram()
    bot = Bot("1:searching", session=telegram)
    front = Front(World(database, vault, clock, topics=[*ALL, JARS_TOPIC]), bot, telegram)
    await front.move_in()
    yield front
    await bot.session.close()


def forward(phone: Phone) -> str:
    """«2 из 3 ▶️»."""
    return next(label for label in phone.buttons if label.endswith("▶️"))


def title_and_whose(phone: Phone) -> str:
    return phone.text.split("\n\n")[0]


# --- whose it is ------------------------------------------------------------------------------------------------------


async def test_whose_it_is_is_said_and_changed_for_all_sections(front: Front) -> None:
    anna = front.anna
    await anna.press_data(GO_JARS.pack())
    assert title_and_whose(anna) == f"<b>Jars</b>\nПациент: {front.own.full_name}"

    # STEP 1. Everybody by name, marked who is shown.
    await anna.press("👤 Сменить")
    assert f"✅ 1. {front.own.full_name} (" in anna.text
    assert f"\n\n2. {front.child.full_name} (" in anna.text
    assert "Всего в списке: 2" in anna.text
    await anna.press("⬅️")
    assert title_and_whose(anna).startswith("<b>Jars</b>"), "the way back is the section"

    # STEP 2. Another one: the section of theirs, and so are Home and the mark.
    await anna.press("👤 Сменить")
    await anna.press("2 ·")
    assert title_and_whose(anna) == f"<b>Jars</b>\nПациент: {front.child.full_name}"
    assert await front.active() == front.child
    await anna.press("👤 Сменить")
    assert f"✅ 2. {front.child.full_name}" in anna.text
    await anna.press("🏠")
    assert front.child.full_name in anna.text


async def test_a_button_of_somebody_elses_person_changes_nothing(front: Front) -> None:
    await front.anna.press_data(WhoseShown(to=NAME, person=front.hers.id).pack())
    assert front.hers.full_name not in front.anna.text
    assert "Здесь больше ничего нет" in front.anna.text
    assert await front.active() == front.own


async def test_a_section_that_is_no_more_leads_home(front: Front) -> None:
    await front.anna.press_data(WhoseShown(to="nosuch", person=front.child.id).pack())
    assert "Главное меню" in front.anna.text
    assert await front.active() == front.child
    await front.anna.press_data(WhoseList(to="nosuch", page=99).pack())
    assert "Всего в списке: 2" in front.anna.text
    await front.anna.press("⬅️")
    assert "Главное меню" in front.anna.text


async def test_a_name_that_no_button_could_bear_leads_home(front: Front) -> None:
    await front.anna.press_data(f"wl1:{'x' * 55}:0")
    assert "Главное меню" in front.anna.text


async def test_opening_a_card_changes_nothing_and_its_button_does(front: Front) -> None:
    anna = front.anna
    await anna.press_data(GO_HOME.pack())
    await anna.press("☰ Ещё")
    await anna.press("👪 Полисы")
    await anna.press("2 ·")
    assert anna.text.startswith(f"<b>{front.child.full_name}</b>")
    assert "Показан в главном меню" not in anna.text
    assert await front.active() == front.own

    await anna.press("👉 Показывать этот полис")
    assert "Главное меню" in anna.text
    assert front.child.full_name in anna.text
    assert await front.active() == front.child
    await anna.press("☰ Ещё")
    await anna.press("👪 Полисы")
    await anna.press("2 ·")
    assert "👉 Показан в главном меню" in anna.text
    assert "👉 Показывать этот полис" not in anna.buttons


# --- searching it -----------------------------------------------------------------------------------------------------


async def test_a_list_is_searched_by_what_is_typed(front: Front) -> None:
    anna = front.anna
    await anna.press_data(GO_JARS.pack())
    assert "Jars in all: 12" in anna.text

    # STEP 1. The question, and words in any order, in any case, a part of each, «е» for «ё».
    await anna.press("🔎 Search the jars")
    assert "🔎 Поиск" in anna.text
    await anna.write("  ЛИП   мед ")
    assert "Найдено по запросу «ЛИП мед»: 1" in anna.text
    assert "1. Мёд липовый" in anna.text

    # STEP 2. Another one, of a page and more: turned, it is still what was found.
    await anna.press("🔎 Искать другое")
    await anna.write("банка")
    assert "Найдено по запросу «банка»: 9" in anna.text
    await anna.press(forward(anna))
    assert "9. Банка № 9" in anna.text
    assert "Найдено по запросу «банка»: 9" in anna.text

    # STEP 3. The whole list.
    await anna.press("Весь список")
    assert "Jars in all: 12" in anna.text
    assert "Этот поиск" not in anna.text


async def test_nothing_found_empty_and_too_long(front: Front) -> None:
    anna = front.anna
    await anna.press_data(GO_JARS.pack())
    await anna.press("🔎 Search the jars")
    await anna.write("\u2063")
    assert "Сообщение пустое" in anna.text
    await anna.write("я" * (LONGEST + 1))
    assert f"не больше {LONGEST} знаков" in anna.text
    await anna.write("я" * LONGEST)
    assert "Ничего не нашлось" in anna.text
    assert f"Найдено по запросу «{'я' * LONGEST}»: 0" in anna.text
    await anna.press("🔎 Искать другое")
    await anna.press("⬅️")
    assert "Jars in all: 12" in anna.text
    await anna.write("банка")
    assert "Найдено" not in anna.text, "nobody has asked any more"


async def test_an_older_search_shows_the_whole_list_and_says_so(front: Front) -> None:
    anna = front.anna
    await anna.press_data(GO_JARS.pack())
    await anna.press("🔎 Search the jars")
    await anna.write("банка")
    turn_it = anna.buttons[forward(anna)]
    await anna.press("🔎 Искать другое")
    await anna.write("мёд")
    await anna.press_data(turn_it)
    assert anna.text.startswith("Этот поиск не сохранился. Здесь весь список.")
    assert "Jars in all: 12" in anna.text


async def test_leaving_twice_is_the_list_both_times(front: Front) -> None:
    anna = front.anna
    await anna.press_data(GO_JARS.pack())
    await anna.press("🔎 Search the jars")
    leave = anna.buttons["⬅️ Назад"]
    await anna.press_data(leave)
    await anna.press_data(leave)
    assert "Jars in all: 12" in anna.text


async def test_somebody_elses_list_and_one_that_is_none_are_not_searched(front: Front) -> None:
    anna = front.anna
    await anna.press_data(SearchBegin(list=NAME, person=front.hers.id).pack())
    await anna.write("мёд")
    assert "Здесь больше ничего нет" in anna.text
    for gone in (SearchBegin(list="nosuch", person=""), SearchLeave(list="nosuch", person="")):
        await anna.press_data(gone.pack())
        assert "Главное меню" in anna.text


async def test_two_lists_of_one_name_are_not_built(database: Database, vault: Vault, clock: FakeClock) -> None:
    twin = Topic("twin", searches=JARS_TOPIC.searches)
    with pytest.raises(LookupError, match="one name: jars"):
        World(database, vault, clock, topics=[*ALL, JARS_TOPIC, twin])
