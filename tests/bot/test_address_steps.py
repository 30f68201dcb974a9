"""Giving an address: the steps in a small wizard of its own with two addresses, over the demo's directory."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from aiogram.fsm.state import State, StatesGroup

from bot.fsm.addresses import AddressStates, AddressSteps, address_of
from bot.fsm.wizard import Acted, Input, Left, Loaded, NotTaken, Outcome, Step, StepContext, Table, Wizard, always
from bot.keyboards.buttons.wizard import Verb, WizardPress
from bot.keyboards.kit import LABEL, back_row, markup
from bot.keyboards.wizard import StepButtons
from bot.views.addresses import PartAct
from bot.views.common import Scene
from bot.views.screen import Screen
from services.accounts.model import Account
from services.addresses.model import address_from_json, address_to_json, city_of, written
from services.clinics.regions import REGIONS
from services.drafts.drafts import Drafts
from services.drafts.model import Answers
from services.registry.local.demo_addresses import demo_addresses
from services.registry.local.tables import house, street
from services.registry.ports.addresses import AddressesPort, AddressRecord
from services.storage.engine import Database
from services.storage.vault import Vault
from services.texts.i18n import N_, Html, escape
from tests.bot.test_booking_wizard import Chat, T
from tests.bot.wizards import pressed
from tests.support import telegram_limits as limits
from tests.support.clock import FakeClock
from tests.support.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""How the directory is searched on each engine, its own tests tell."""
KIND = "visiting"
BIG = "Красногорск"
"""A town of the demo to which the test adds more streets than one list has."""
WALKED = ("Мытищи", "Торжок")


class Visiting(StatesGroup):
    reg_region = State()
    reg_town = State()
    reg_street = State()
    reg_house = State()
    reg_flat = State()
    stay_region = State()
    stay_town = State()
    stay_street = State()
    stay_house = State()
    stay_flat = State()
    end = State()


def states(of: str) -> AddressStates:
    return AddressStates(*(getattr(Visiting, f"{of}_{part}") for part in ("region", "town", "street", "house", "flat")))


REG, STAY = states("reg"), states("stay")


def lives_elsewhere(answers: Answers) -> bool:
    return answers.get("same") is not True


def region_of_registration(context: StepContext) -> str | None:
    return cast("str | None", context.answers.get("reg_region"))


async def load_end(context: StepContext) -> Loaded[str]:
    given = [address_of(each, context.answers) for each in (REG, STAY)]
    return Loaded("\n".join(written(each) for each in given if each is not None))


async def apply_end(_: StepContext, given: Input) -> Outcome:
    return Left(None) if isinstance(given, Acted) else NotTaken()


def draw_end(data: str, buttons: StepButtons, scene: Scene) -> Screen:
    return Screen(scene.text(escape(data)), markup(back_row(scene.t, buttons.back())))


def table(addresses: AddressesPort) -> Table:
    steps = AddressSteps(addresses)
    return Table(
        [
            *steps.steps(REG, N_("In which region is the clinic?"), always, lambda _: "50"),
            *steps.steps(STAY, N_("Which clinic?"), lives_elsewhere, region_of_registration),
            Step(Visiting.end, load_end, draw_end, apply_end, PartAct),
        ]
    )


class Visitor(Chat):
    """Somebody who gives addresses."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self.drafts = Drafts(world.database, world.vault, world.clock, {KIND: timedelta(hours=1)})
        self.wizard = Wizard(KIND, table(cast(AddressesPort, world.registry)), self.drafts, world.clock)

    async def begin(self, **known: Any) -> None:
        self.now = await self.wizard.start(self.account, T, known)

    async def send(self, data: WizardPress) -> None:
        self.now = await pressed(self.wizard, self.drafts, self.account, T, data, 1)

    @property
    def answers(self) -> Answers:
        return self.reply.draft.answers

    @property
    def named(self) -> list[str]:
        """What the screen's options are called."""
        assert self.reply.screen is not None
        buttons = [each for row in self.reply.screen.markup.inline_keyboard for each in row]
        prefix = f"{WizardPress.__prefix__}:"
        return [
            each.text
            for each in buttons
            if each.callback_data.startswith(prefix) and WizardPress.unpack(each.callback_data).verb is Verb.OPTION
        ]

    async def say(self, *words: str) -> None:
        """Presses what is on the screen, writes what is not: «=Мира»."""
        for each in words:
            await (self.write(each[1:]) if each.startswith("=") else self.press(each))


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """No clinics: the demo's towns, streets of those that are walked, and a town with many."""
    world = World(database, vault, clock)
    without_streets = [replace(each, street="", street_kind="", house="") for each in demo_addresses()]
    walked = [each for each in demo_addresses() if each.town in WALKED]
    many = [AddressRecord("50", BIG, "г", "", f"Полевая {place}", "ул") for place in range(80)]
    village = AddressRecord("50", "Сосновка", "с", "", "Лесная", "ул")
    await world.admin.put_addresses([*dict.fromkeys(without_streets), *walked, *many, village])
    return world


@pytest.fixture
async def chat(world: World) -> Visitor:
    chat = Visitor(world, await world.account())
    await chat.begin()
    return chat


async def house_of(world: World, town: str, name: str) -> str:
    """The number of a house there that no other house shares."""
    (there,) = await world.registry.towns("50", town, 1)
    (along, *_) = await world.registry.streets(there.id, name, 1)
    return str((await world.registry.houses(along.id, "", 1))[0].number)


# --- the straight way -----------------------------------------------------------------------------


async def test_five_presses_and_a_number_make_an_address(chat: Visitor, world: World) -> None:
    number = await house_of(world, "Мытищи", "Мира")
    assert chat.named[0] == "Московская область", "the likely region stands first"
    assert len(chat.named) == 6
    await chat.press("Московская область")
    assert chat.text.startswith("В каком регионе поликлиника?\nМосковская обл. (демо)\n")
    assert not [each for each in chat.named if not each.startswith("г. ")], "towns come first"
    await chat.press("Мытищи")
    assert "Московская обл., г. Мытищи (демо)" in chat.text
    await chat.say("=мира", "ул. Мира")
    assert "г. Мытищи, ул. Мира (демо)" in chat.text
    await chat.press(number)
    assert chat.step == "reg_flat"
    assert f"ул. Мира, д. {number} (демо)" in chat.text
    await chat.write("кв. 12")
    assert chat.step == "stay_region"
    given = address_of(REG, chat.answers)
    assert given is not None
    assert written(given) == f"Московская обл., г. Мытищи, ул. Мира, д. {number}, кв. 12"
    assert given.town.id, "what the directory has is known by its id"
    assert given.street is not None
    assert given.street.town_id == given.town.id


async def test_an_address_goes_into_json_and_comes_back(chat: Visitor) -> None:
    await chat.say("Московская", "=Ивановка", "Подольск", "Без улицы", "=7", "Без квартиры")
    given = address_of(REG, chat.answers)
    assert given is not None
    assert address_from_json(json.loads(json.dumps(address_to_json(given)))) == given
    assert written(given) == "Московская обл., г.о. Подольск, д. Ивановка, д. 7"
    assert address_of(STAY, chat.answers) is None, "nothing of it is given yet"


async def test_two_addresses_do_not_mix(chat: Visitor) -> None:
    await chat.say("Московская", "=Сосновка", "Сосновка", "Лесная", "=1", "=1")
    assert chat.named[0] == "Московская область", "where one is registered"
    await chat.say("=твер", "Тверская", "Торжок", "=ленина", "ул. Ленина", "=777", "Записать: д. 777", "=2")
    assert chat.step == "end"
    assert chat.text.splitlines() == [
        "Московская обл., с. Сосновка, ул. Лесная, д. 1, кв. 1",
        "Тверская обл., г. Торжок, ул. Ленина, д. 777, кв. 2",
    ]
    # Another region of the second leaves the first alone.
    await chat.say(*["Назад"] * 5)
    assert chat.step == "stay_region"
    assert "твер" in chat.text, "what was typed stands on its page"
    await chat.press("Тверская")
    assert chat.step == "stay_town"
    assert address_of(REG, chat.answers) is not None
    assert [each for each in chat.answers if each.startswith("stay")] == ["stay_region"]


async def test_an_address_that_is_not_asked_for(chat: Visitor) -> None:
    await chat.begin(same=True)
    await chat.say("Московская", "=Сосновка", "Сосновка", "Лесная", "=1", "Без квартиры")
    assert chat.step == "end"
    await chat.press("Назад")
    assert chat.step == "reg_flat"


async def test_another_region_clears_all_that_is_later(chat: Visitor) -> None:
    await chat.say("Московская", "Мытищи", "=Мира, 5 кв 12")
    await chat.say("Назад", "Назад", "=тверская", "Тверская")
    assert dict(chat.answers) == {"reg_region": "69"}
    assert chat.reply.draft.marks == {"reg_region_typed": "тверская"}, "nothing of Mytishchi is left"
    assert chat.named == ["г. Тверь", "г. Торжок", "с. Медное"]


async def test_back_leads_through_all_of_it_and_nothing_is_lost(chat: Visitor) -> None:
    await chat.say("Московская", "Мытищи", "=мира", "ул. Мира", "=777", "Записать")
    assert chat.step == "reg_flat"
    for step in ("reg_house", "reg_street", "reg_town", "reg_region"):
        await chat.press("Назад")
        assert chat.step == step
    assert "Назад" not in " ".join(chat.labels)
    assert set(chat.answers) == {"reg_region", "reg_town", "reg_street", "reg_house"}


# --- what is typed --------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["мира", "ул. Мира", "Мира улица", "МИРА", "ул Мира д", "ул.Мира, д.", "Mиpa", "мир"])
async def test_a_street_however_it_is_typed(chat: Visitor, typed: str) -> None:
    await chat.say("Московская", "Мытищи", f"={typed}")
    assert chat.named == ["ул. Мира"]
    await chat.press("ул. Мира")
    assert chat.step == "reg_house"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("березовый", "б-р Берёзовый"),
        ("Молодёжная", "ул. Молодёжная"),
        ("Гогарина", "ул. Гагарина"),
        ("первая заречная", "✏️"),
        ("1-я Заречная", "ул. 1-я Заречная"),
        ("1 заречная", "ул. 1-я Заречная"),
        ("заречная", "ул. 1-я Заречная"),
    ],
)
async def test_slips_and_other_spellings(chat: Visitor, typed: str, found: str) -> None:
    await chat.say("Московская", "Мытищи", f"={typed}")
    assert chat.labels[0].startswith(found)


async def test_a_word_too_short_for_a_slip_can_be_written_down(chat: Visitor) -> None:
    await chat.say("Московская", "Мытищи", "=Мыра")
    assert chat.named in ([], ["ул. Мира"])
    assert "✏️ Записать: Мыра" in chat.labels


async def test_kinds_tell_streets_of_one_name_apart(chat: Visitor) -> None:
    await chat.say("Московская", "Мытищи", "=садов")
    assert sorted(chat.named) == ["пер. Садовый", "ул. Садовая"]


async def test_villages_of_one_name_are_told_apart_by_their_districts(chat: Visitor) -> None:
    await chat.say("Московская", "=ивановка")
    assert sorted(chat.named) == ["д. Ивановка, г.о. Подольск", "д. Ивановка, г.о. Серпухов"]


@pytest.mark.parametrize(
    ("typed", "flat"),
    [("ул. Мира, д. {}, кв. 12", "12"), ("Мира {}", ""), ("мира дом {}", ""), ("Мира, {} кв 3", "3")],
)
async def test_a_house_that_was_typed_with_its_street_waits_for_its_question(
    chat: Visitor, world: World, typed: str, flat: str
) -> None:
    number = await house_of(world, "Мытищи", "Мира")
    await chat.say("Московская", "Мытищи", f"={typed.format(number)}")
    assert chat.named == ["ул. Мира"]
    await chat.press("ул. Мира")
    assert chat.step == "reg_house"
    assert f"«{number}»" in chat.text
    assert chat.named[0] == number
    await chat.press(number)
    assert chat.step == ("stay_region" if flat else "reg_flat")
    assert chat.answers.get("reg_flat", "") == flat


async def test_a_house_whose_number_is_there_is_taken_at_once(chat: Visitor, world: World) -> None:
    number = await house_of(world, "Мытищи", "Мира")
    await chat.say("Московская", "Мытищи", "=мира", "ул. Мира", f"=дом {number} кв. 7а")
    assert chat.step == "stay_region"
    assert (chat.answers["reg_house"], chat.answers["reg_flat"]) == (number, "7а")


async def test_a_house_that_may_be_one_of_two_is_asked_for(chat: Visitor, world: World) -> None:
    """«47» where there are 47А, 47 к. 1 and 47 к. 2: the directory has no plain one."""
    await chat.say("Московская", "Мытищи", "=мира", "ул. Мира")
    several = next(each for each in chat.named if each.endswith("к. 1")).removesuffix(" к. 1")
    await chat.write(several)
    assert chat.step == "reg_house"
    assert {f"{several} к. 1", f"{several} к. 2"} <= set(chat.named)
    assert f"✏️ Записать: д. {several}" in chat.labels
    await chat.write(f"{several} корп 2")
    assert (chat.step, chat.answers["reg_house"]) == ("reg_flat", f"{several} к. 2")


async def test_of_a_street_without_known_houses_a_number_is_taken(chat: Visitor) -> None:
    await chat.say("Московская", "Мытищи", "=советская", "ул. Советская")
    assert "Напишите номер дома" in chat.text
    await chat.write("д. 5А")
    assert (chat.step, chat.answers["reg_house"]) == ("reg_flat", "5А")


# --- what the directory does not know -------------------------------------------------------------


async def test_a_region_of_which_nothing_is_known(chat: Visitor) -> None:
    await chat.say("=алтайский", "Алтайский край")
    assert "Напишите название города или села" in chat.text
    assert chat.named == []
    await chat.write("  г.  Бийск ")
    assert "Напишите название улицы" in chat.text
    await chat.say("=ул. Лесная, д. 5")
    assert chat.step == "reg_house"
    assert "«" not in chat.text, "there is nothing to look it up in"
    await chat.press("Записать: д. 5")
    await chat.press("Без квартиры")
    given = address_of(REG, chat.answers)
    assert given is not None
    assert written(given) == "Алтайский край, г. Бийск, ул. Лесная, д. 5"
    assert (given.town.id, given.street and given.street.id) == ("", "")


async def test_a_region_that_is_a_city_offers_itself(chat: Visitor) -> None:
    await chat.say("=москва", "Москва")
    assert chat.named == ["г. Москва"]
    await chat.say("г. Москва", "=Тверская улица", "=1", "=1")
    given = address_of(REG, chat.answers)
    assert given is not None
    assert given.town == city_of("77")
    assert written(given) == "г. Москва, Тверская улица, д. 1, кв. 1"


async def test_a_street_that_is_not_there_is_written_down(chat: Visitor) -> None:
    await chat.say("Московская", "Мытищи", "=ул. Космонавтов")
    assert "«ул. Космонавтов» — нет в списке" in chat.text
    assert chat.named == []
    await chat.press("Записать: ул. Космонавтов")
    assert "г. Мытищи, ул. Космонавтов" in chat.text
    await chat.press("Назад")
    assert "ул. Космонавтов" in chat.text, "what was typed stands on its page"
    await chat.press("Весь список")
    assert len(chat.named) == 6
    assert "нет в списке" not in chat.text


async def test_a_village_without_streets(chat: Visitor) -> None:
    await chat.say("Московская", "=Ивановка", "Серпухов")
    assert "Напишите название улицы" in chat.text
    await chat.write("нет")
    assert chat.answers["reg_street"] is None
    await chat.say("=12")
    assert chat.step == "reg_flat"
    await chat.write("частный дом")
    assert chat.answers["reg_flat"] == ""


async def test_only_where_there_may_be_no_street_it_is_offered(chat: Visitor) -> None:
    await chat.say("Московская", "=Сосновка", "Сосновка")
    assert chat.named == ["ул. Лесная"]
    assert "Без улицы" in chat.labels
    await chat.say("Назад", "=Мытищи", "Мытищи")
    assert "Без улицы" not in chat.labels
    await chat.write("нет")
    assert chat.step == "reg_street"


# --- bad input ------------------------------------------------------------------------------------

EVIL = "<u>Мира</u> & {name} %_"


def without_braces(screen: Screen) -> Screen:
    """What was typed may hold them; a sentence may not."""
    return replace(screen, text=Html(re.sub(r"\$?\{\w*\}", "", screen.text)))


@pytest.mark.parametrize("typed", [EVIL, "я" * 1000, "😊", "улица 😊 Мира", "5", "---", "\x00\x01", "${x}", "ул_Мира"])
@pytest.mark.parametrize("way", [("Московская",), ("Московская", "Мытищи"), ("=алтайский", "Алтайский")], ids=str)
async def test_what_is_no_name_is_never_written_down(chat: Visitor, way: tuple[str, ...], typed: str) -> None:
    await chat.say(*way)
    before, answers = chat.step, chat.answers
    await chat.write(typed)
    assert (chat.step, chat.answers) == (before, answers)
    assert chat.reply.screen is not None
    text, labels = limits.check_screen(without_braces(chat.reply.screen))
    assert "<u>" not in chat.reply.screen.text
    assert not [each for each in labels if each.startswith("✏️")]
    assert chat.named or "Название пишут буквами, не длиннее 60 знаков" in text


@pytest.mark.parametrize("typed", [EVIL, "5" * 1000, "😊", "пятый", "-", "кв", "<b>5</b>", "5;6"])
async def test_what_is_no_number_is_asked_for_again(chat: Visitor, typed: str) -> None:
    await chat.say("Московская", "=Ивановка", "Серпухов", "Без улицы", f"={typed}")
    assert chat.step == "reg_house"
    assert "Номер дома короткий, и в нём есть цифра" in chat.text
    await chat.say("=1", f"={typed}")
    if typed == "-":
        assert chat.answers["reg_flat"] == "", "so people say that there is none"
        return
    assert chat.step == "reg_flat"
    assert "Номер квартиры короткий, и в нём есть цифра" in chat.text
    assert chat.answers["reg_house"] == "1"


async def test_nothing_seen_is_no_answer(chat: Visitor) -> None:
    await chat.say("Московская", "=\u200b\u200b")
    assert chat.step == "reg_town"
    assert "Нажмите" in chat.text


async def test_a_region_that_there_is_none_like(chat: Visitor) -> None:
    await chat.write("Атлантида <b>")
    assert chat.named == []
    assert "Атлантида <b>" in chat.text
    await chat.press("Весь список")
    assert chat.named[0] == "Московская область"


async def test_a_long_name_is_cut_on_its_button_and_nowhere_else(chat: Visitor) -> None:
    name = "улица Героев Панфиловцев и Двадцати Восьми Бакинских"
    await chat.say("Московская", "Мытищи", f"={name}")
    (label,) = [each for each in chat.labels if each.startswith("✏️")]
    assert len(label) <= LABEL
    assert label.endswith("…")
    await chat.press(label)
    assert f"г. Мытищи, {name}" in chat.text


# --- pages ----------------------------------------------------------------------------------------


async def test_all_regions_can_be_reached(chat: Visitor) -> None:
    seen = list(chat.reply.draft.options)
    while any(each.endswith("▶️") for each in chat.labels):
        await chat.press(" ▶️")
        seen += chat.reply.draft.options
    assert sorted(seen) == sorted(each.code for each in REGIONS)


async def test_of_many_streets_the_first_are_listed_and_any_is_found(chat: Visitor) -> None:
    await chat.say("Московская", f"={BIG}", BIG)
    assert "2 из 10 ▶️" in chat.labels
    await chat.press("2 из 10 ▶️")
    assert chat.reply.draft.page == 1
    second = list(chat.named)
    await chat.press(second[0])
    assert second[0] in chat.text
    await chat.say("Назад", "=полевая 79")
    assert chat.named == ["ул. Полевая 79"], "a number that belongs to the name is no house"


async def test_big_letters_have_fewer_on_a_page(world: World) -> None:
    account = await world.accounts.set_large(await world.account(), large=True)
    chat = Visitor(world, account)
    await chat.begin()
    assert len(chat.named) == 3
    await chat.say("Московская", "=Мытищи", "Мытищи", "=мира", "ул. Мира")
    assert len(chat.named) == 6


# --- trouble --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("silent", "said"),
    [
        ("towns", "Московская"),
        ("town", "Мытищи"),
        ("streets", "=мира"),
        ("street", "ул. Мира"),
        ("houses", "ул. Мира"),
        ("house", "{number}"),
    ],
)
async def test_a_silent_registry_loses_nothing(chat: Visitor, world: World, silent: str, said: str) -> None:
    """`said`: what is pressed or written while it is silent. What was answered stands, and a press goes on."""
    number = await house_of(world, "Мытищи", "Мира")
    for each in ("Московская", "Мытищи", "=мира", "ул. Мира", "{number}", "=12"):
        before, words = dict(chat.answers), each.format(number=number)
        world.registry.unavailable = {silent} if each == said else set()
        await chat.say(words)
        if each == said:
            assert "не отвечает" in chat.text
            kept = dict(chat.answers)
            assert before.items() <= kept.items()
            world.registry.unavailable = set()
            await chat.press("Попробовать ещё раз")
            assert dict(chat.answers) == kept
            await chat.say(*([words] if kept == before else []))
    given = address_of(REG, chat.answers)
    assert given is not None
    assert written(given) == f"Московская обл., г. Мытищи, ул. Мира, д. {number}, кв. 12"


async def test_what_is_gone_from_the_directory_is_asked_for_anew(chat: Visitor, world: World) -> None:
    await chat.say("Московская", "Мытищи", "=мира")
    await world.database.execute(house.delete())
    await world.database.execute(street.delete())
    await chat.press("ул. Мира")
    assert chat.step == "reg_street"
    assert chat.named == []
    await chat.press("Записать: мира")
    assert chat.step == "reg_house"


async def test_a_button_that_no_screen_has_is_no_answer(chat: Visitor) -> None:
    await chat.press("Московская")
    draft = chat.reply.draft
    for act in (PartAct.NONE, PartAct.TYPED):
        forged = WizardPress(draft=draft.id, step=draft.step, version=draft.version, verb=Verb.ACT, arg=act.value)
        await chat.send(forged)
        draft = chat.reply.draft
        assert (chat.step, dict(chat.answers)) == ("reg_town", {"reg_region": "50"})


async def test_nothing_typed_stands_in_a_button(chat: Visitor) -> None:
    await chat.say("Московская", "Мытищи", "=Космонавтов")
    assert chat.reply.screen is not None
    assert not [each for each in limits.data_of(chat.reply.screen) if "Космонавтов" in each]
