"""Who has agreed to an older text is asked about today's when first opening what that did not speak of.

Of an area that no topic stands for yet: a made-up one does here, with a page and a wizard of no more than a step.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from aiogram import Bot
from sqlalchemy import func, select, update

from bot.build import build_dispatcher, build_house, build_kernel
from bot.common import by_itself
from bot.handlers import consent as desk
from bot.kernel import Kernel
from bot.keyboards.buttons.common import GO_HOME
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import button, markup
from bot.routing import on
from bot.storage import Storage
from bot.topic import Command, Topic
from bot.topics import ALL
from bot.views.consent import consent_text, digest_of, short_lines
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts import concerns
from services.accounts.agreement import PUBLISHED, Agreements
from services.accounts.model import Account, Action, Area, Basis, Person, Relation
from services.accounts.persons import Persons
from services.accounts.tables import consent as consent_table
from services.storage.engine import Database
from services.storage.tables import audit
from services.storage.vault import Vault
from services.texts.i18n import Html, texts
from tests.support.chats import Chat, Told
from tests.support.clock import FakeClock
from tests.support.machine import unhurried
from tests.support.world import ADULT, World, somebody

ANNA = 5_000_000_001
NEXT = Agreements({**PUBLISHED.versions, "2027-01": PUBLISHED.covered(PUBLISHED.current) | {Area.REQUESTS}})
OLDER = PUBLISHED.current
RECORD = "Запись врача: здорова"


class ShelfOpen(CallbackData, prefix="zz1"):
    person: str


class Shelf:
    """A topic's service: it asks for the person, and then reads."""

    def __init__(self, persons: Persons) -> None:
        self._persons = persons
        self.read = 0

    @concerns.area(Area.REQUESTS, Action.SEE)
    async def of(self, who: Account, person_id: str) -> str:
        await self._persons.get(who, person_id)
        self.read += 1
        return RECORD


def build(kernel: Kernel) -> Mapping[str, object]:
    return {"shelf": Shelf(kernel.persons)}


async def page(visitor: Visitor, data: ShelfOpen, *, shelf: Shelf) -> None:
    told = await shelf.of(visitor.account, data.person)
    await visitor.show(Screen(Html(told), markup([button("Домой", GO_HOME)])))


async def by_command(visitor: Visitor, words: str | None, *, shelf: Shelf) -> None:
    told = await shelf.of(visitor.account, words or "")
    await visitor.show(Screen(Html(told), markup([button("Домой", GO_HOME)])))


SHELF = Topic(
    "shelf",
    build=build,
    routes=(on(ShelfOpen, page),),
    commands=(Command("shelf", "Home", 90, by_command),),
    areas=(Area.REQUESTS,),
)


@dataclass
class Scene:
    world: World
    telegram: Told
    chat: Chat
    account: Account
    own: Person
    shelf: Shelf

    @property
    def last(self) -> str:
        return str([each for each in self.telegram.said[ANNA] if each[0] in ("EditMessageText", "SendMessage")][-1])

    @property
    def current(self) -> str:
        """The button that agrees to what is read now."""
        return self.button("cs2:1")

    def button(self, beginning: str) -> str:
        """The latest one that carries this."""
        return next(data for _, data in reversed(self.telegram.buttons[ANNA]) if data.startswith(beginning))

    async def agreed(self) -> list[str]:
        query = select(consent_table.c.version).where(consent_table.c.account_id == self.account.id)
        return list((await self.world.database.fetch(query.order_by(consent_table.c.given_at))).scalars())

    async def looks(self) -> int:
        query = select(func.count()).select_from(audit).where(audit.c.action == "read_requests")
        return int((await self.world.database.fetch(query)).scalar_one())


@pytest.fixture
async def scene(database: Database, vault: Vault, clock: FakeClock) -> Scene:
    """Anna, confirmed by documents, who has agreed to what was today's text until the new topic came."""
    world = World(database, vault, clock)
    await world.furnish()
    account = await world.account(ANNA)
    own = await world.person(account, somebody(1, ADULT))
    clock.advance(days=1)
    storage = Storage(database, vault, clock)
    common = by_itself(storage, unhurried())
    topics = (*ALL, SHELF)
    kernel = build_kernel(
        storage, common, world.house.kernel.registry, operator="Больница", topics=topics, agreements=NEXT
    )
    house = build_house(kernel, topics)
    ready, telegram = asyncio.Event(), Told()
    ready.set()
    bot = Bot("1:shelf", session=telegram)
    chat = Chat(bot, telegram, build_dispatcher(house, ready, common), ANNA)
    return Scene(world, telegram, chat, account, own, house.service(Shelf))


async def test_it_is_asked_then_agreed_to_then_what_was_pressed_is_there(scene: Scene) -> None:
    # STEP 1. What the older text speaks of goes on without a question.
    await scene.chat.write("/start")
    assert "Согласие на обработку" not in scene.last

    # STEP 2. The first press into the new area: the text is asked about, and nothing is read.
    await scene.chat.press(ShelfOpen(person=scene.own.id).pack())
    assert "Согласие на обработку персональных данных" in scene.last
    assert "этот раздел появился позже" in scene.last
    assert "2027-01" in scene.last
    assert scene.shelf.read == 0
    assert await scene.agreed() == [OLDER]

    # STEP 3. Agreed: back to what was pressed, and no more questions afterwards.
    await scene.chat.press(scene.current)
    assert RECORD in scene.last
    assert await scene.agreed() == [OLDER, "2027-01"]
    await scene.chat.press(ShelfOpen(person=scene.own.id).pack())
    assert RECORD in scene.last
    assert scene.shelf.read == 2

    # STEP 4. The same answer once more is Home, and no third agreement.
    await scene.chat.press(scene.current)
    assert RECORD not in scene.last
    assert await scene.agreed() == [OLDER, "2027-01"]


async def test_who_does_not_agree_keeps_all_the_rest(scene: Scene) -> None:
    await scene.chat.press(ShelfOpen(person=scene.own.id).pack())
    await scene.chat.press(scene.current.replace("cs2:1", "cs2:0", 1))
    assert "Этот раздел останется закрытым" in scene.last
    assert await scene.agreed() == [OLDER]
    assert scene.shelf.read == 0

    # Asked again as often as it is opened; what was declined is not come back to by another answer.
    await scene.chat.press(ShelfOpen(person=scene.own.id).pack())
    assert "этот раздел появился позже" in scene.last
    await scene.chat.press(scene.current.replace("cs2:1", "cs2:0", 1))
    await scene.chat.press(scene.current)
    assert RECORD not in scene.last


async def test_a_text_that_has_changed_meanwhile_is_shown_anew_and_the_press_still_waits(scene: Scene) -> None:
    await scene.chat.press(ShelfOpen(person=scene.own.id).pack())
    good = scene.current
    await scene.chat.press(good.replace(good.rpartition(":")[2], digest_of("an older text")))
    assert "этот раздел появился позже" in scene.last
    assert await scene.agreed() == [OLDER]
    await scene.chat.press(scene.current)
    assert RECORD in scene.last


async def test_a_command_asks_as_well_and_leads_home_afterwards(scene: Scene) -> None:
    await scene.chat.write(f"/shelf {scene.own.id}")
    assert "этот раздел появился позже" in scene.last
    await scene.chat.press(scene.current)
    assert await scene.agreed() == [OLDER, "2027-01"]
    await scene.chat.write(f"/shelf {scene.own.id}")
    assert RECORD in scene.last


async def test_a_press_waits_for_an_hour(scene: Scene) -> None:
    await scene.chat.press(ShelfOpen(person=scene.own.id).pack())
    scene.world.clock.advance(hours=1, seconds=1)
    await scene.chat.press(scene.current)
    assert RECORD not in scene.last
    assert await scene.agreed() == [OLDER, "2027-01"]


async def test_nobody_is_asked_for_what_is_shut_to_them_and_no_look_is_noted_before(scene: Scene) -> None:
    """First the right, then the text, then the trace: a question would say that there is something."""
    world = scene.world
    stranger = await world.person(scene.account, somebody(7, ADULT), Relation.OTHER, Basis.DECLARED)
    await scene.chat.press(ShelfOpen(person=stranger.id).pack())
    assert "Вам это не открыто" in scene.last
    mother = await world.person(scene.account, somebody(8, ADULT), Relation.PARENT, Basis.CONSENT)
    await scene.chat.press(ShelfOpen(person=mother.id).pack())
    assert "этот раздел появился позже" in scene.last
    assert await scene.looks() == 0
    await scene.chat.press(scene.current)
    assert RECORD in scene.last
    assert await scene.looks() == 1


async def test_each_version_ever_published_is_known_and_speaks_of_what_stands(scene: Scene) -> None:
    assert list(PUBLISHED.versions)[:7] == [
        *("2026-11", "2026-11-27", "2026-11-29", "2026-11-30", "2026-12", "2026-12-01", "2026-12-02"),
    ]
    assert PUBLISHED.always >= {Area.VISITS}, "so that no press of today asks the database for it"
    assert PUBLISHED.covered("1999-01") == set()
    given = update(consent_table).values(version="1999-01")
    await scene.world.database.execute(given)
    await scene.chat.press(ShelfOpen(person=scene.own.id).pack())
    assert "этот раздел появился позже" in scene.last


@pytest.mark.parametrize(("locale", "digest"), [("en", "2b6095e3"), ("ru", "726aa73a")])
def test_a_change_of_the_text_is_a_new_version(locale: str, digest: str) -> None:
    """Who has agreed to a version has agreed to its words: where they change, this pin does, and so does the map."""
    assert PUBLISHED.current == "2026-12-02"
    assert digest_of(consent_text(texts(locale), "Больница", "V")) == digest


@pytest.mark.parametrize(("locale", "digest"), [("en", "50fa8c5d"), ("ru", "e3004e11")])
def test_the_short_lines_are_those_of_the_version_too(locale: str, digest: str) -> None:
    """What they promise, the whole text says: who changes them reads that, and publishes a version with it."""
    assert PUBLISHED.current == "2026-12-02"
    assert digest_of(short_lines(texts(locale), "Больница", "V")) == digest


async def test_the_whole_text_is_a_press_away_and_leads_back_to_the_same_question(scene: Scene) -> None:
    await scene.chat.press(ShelfOpen(person=scene.own.id).pack())
    await scene.chat.press(scene.button("ct1:ru:1"))
    assert "Действия: " in scene.last
    whole = scene.current
    await scene.chat.press(scene.button("ct1:ru:0"))
    assert "этот раздел появился позже" in scene.last
    assert scene.current == whole
    await scene.chat.press(scene.button("ct1:ru:1"))
    await scene.chat.press(scene.current)
    assert RECORD in scene.last, "what was pressed has waited meanwhile"


def test_no_area_stands_that_todays_text_does_not_speak_of(world: World) -> None:
    kernel = replace(world.house.kernel, areas=frozenset(Area))
    with pytest.raises(LookupError, match="requests"):
        build_house(kernel)


async def test_the_words_of_the_consent_are_those_of_its_version(scene: Scene) -> None:
    """What is stored is what was read: the text names the version that the map knows."""
    kernel = replace(scene.world.house.kernel, agreements=NEXT)
    text = desk.ConsentDesk(kernel).text(texts("ru"))
    assert "2027-01" in text
    assert (await scene.world.accounts.consent_of(scene.account)).version == OLDER
