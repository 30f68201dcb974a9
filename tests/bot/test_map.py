"""«На карте» over real services: pages, numbers, the card, looking for others, and the list where there is no map."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.fsm.wizard import SharedLocation, Unreadable
from bot.keyboards.buttons.clinics import ClinicVenue
from bot.keyboards.wizard import StepButtons
from bot.views import booking as booking_view
from bot.views import map as view
from bot.views.common import Scene
from services.accounts.model import Account
from services.documents.map import Maps
from services.documents.model import DrawingFailed, MapSheet, Spot
from services.registry.model import AgeGroup, Clinic
from services.storage.engine import Database
from services.storage.vault import Vault
from tests.bot.test_booking_wizard import ANNA, Chat, T
from tests.samples.common import NOW
from tests.support.clock import FakeClock
from tests.support.telegram_limits import formatted
from tests.support.world import CLINIC, World

MORE = 11
UNPLACED = replace(CLINIC, id="x1", name="Яблоневая", town="Химки", lat=None, lon=None)


class Drawn(Maps):
    """Keeps what it was asked to draw; `fails`: what comes instead of the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[MapSheet] = []
        self.fails = False

    async def draw(self, sheet: MapSheet) -> bytes:
        self.sheets.append(sheet)
        if self.fails:
            raise DrawingFailed
        return b"\x89PNG"

    @property
    def last(self) -> MapSheet:
        return self.sheets[-1]


def more_clinics() -> list[Clinic]:
    """With the first of the world, twelve clinics for adults that have a place, in two towns."""
    return [
        replace(
            CLINIC,
            id=f"m{number}",
            name=f"Клиника № {number:02}",
            address=f"ул. Лесная, д. {number}",
            town="Химки" if number % 2 else "Мытищи",
            age_group=AgeGroup.ADULT,
            lat=55.9 + number / 100,
            lon=37.7 - number / 100,
        )
        for number in range(2, 2 + MORE)
    ]


@pytest.fixture
def drawn() -> Drawn:
    return Drawn()


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock, drawn: Drawn) -> World:
    """A world whose maps are drawn here."""
    world = World(database, vault, clock, maps=drawn)
    await world.furnish()
    return world


@pytest.fixture
async def account(world: World) -> Account:
    account = await world.account()
    await world.person(account, ANNA)
    await world.admin.load([*more_clinics(), UNPLACED], [], [])
    return account


@pytest.fixture
async def chat(world: World, account: Account, drawn: Drawn) -> Chat:
    """Anna stands before the list of clinics."""
    chat = Chat(world, account)
    await chat.begin()
    await chat.press("Анна")
    assert chat.step == "clinic"
    return chat


def numbers(chat: Chat) -> list[str]:
    """The numbers on the buttons, without the star of the clinic of attachment."""
    return [label.removeprefix("⭐ ") for label in chat.labels if label.removeprefix("⭐ ").isdecimal()]


def listed(chat: Chat) -> list[str]:
    """«1 · ⭐ Поликлиника № 1 · Мытищи»: each button of the list."""
    return [label for label in chat.labels if re.match(r"\d+ · ", label)]


def lines_of(chat: Chat) -> list[str]:
    """What is numbered in the text."""
    return [line for line in chat.text.splitlines() if line[:1].isdigit()]


def has_picture(chat: Chat) -> bool:
    return chat.reply.screen is not None and chat.reply.screen.picture is not None


async def test_the_numbers_of_pins_buttons_and_lines_are_the_same(chat: Chat, drawn: Drawn) -> None:
    in_the_list = listed(chat)
    await chat.press("▶️")
    in_the_list += listed(chat)
    await chat.press("🗺")
    assert has_picture(chat)
    assert [str(each.number) for each in drawn.last.pins] == numbers(chat) == [str(each) for each in range(1, 9)]
    # The same order as in the list: the clinic of attachment first, then those of its town.
    rows = lines_of(chat)
    assert rows[0] == "1. ⭐ Поликлиника № 1 · Мытищи"
    for row, label in zip(rows, in_the_list, strict=True):
        number, name = row.partition(" · ")[0].split(". ", 1)
        assert label.startswith(f"{number} · ")
        assert name.removeprefix("⭐ ").casefold() in label.casefold()
    assert drawn.last.pins[0].spot == Spot(CLINIC.lat or 0, CLINIC.lon or 0)
    assert "⭐ 1" in chat.labels
    assert len(drawn.last.others) == MORE + 1 - 8
    assert {each.name for each in drawn.last.towns} == {"Мытищи", "Химки"}
    assert "Пациент: Аннаб Иванова" in chat.text


async def test_pages_go_on_counting_and_keep_their_place(chat: Chat, drawn: Drawn) -> None:
    await chat.go("🗺", "▶️")
    assert numbers(chat) == ["9", "10", "11", "12"]
    assert [each.number for each in drawn.last.pins] == [9, 10, 11, 12]
    await chat.press("10")
    assert chat.step == "card"
    await chat.press("Назад")
    assert (chat.step, numbers(chat)[0]) == ("map", "9"), "back on the same page"
    await chat.press("Списком")
    assert chat.step == "clinic"
    assert listed(chat)[0].startswith("9 · "), "the same page of the list"
    await chat.go("🗺", "◀️", "Назад")
    assert chat.step == "clinic"


async def test_a_few_are_told_with_their_addresses_and_many_in_a_line_each(chat: Chat) -> None:
    await chat.go("🗺", "▶️")
    assert numbers(chat) == ["9", "10", "11", "12"]
    assert re.search(r"^9\. Клиника № \d\d · (Химки|Мытищи), ул\. Лесная, д\. \d+$", chat.text, re.MULTILINE)
    await chat.press("◀️")
    rows = lines_of(chat)
    assert len(rows) == 8
    assert all(len(row) <= 30 for row in rows), "none is broken in two on a narrow phone"


def test_a_long_name_keeps_what_tells_it_apart() -> None:
    real = "Государственное бюджетное учреждение здравоохранения «Поликлиника № 104» города Москвы (филиал 2)"
    rows = [booking_view.ClinicRow(replace(CLINIC, name=real), attached=False, recent=False, distance=0.35)] * 5
    page = view.MapPage("Иванова Анна", b"", rows, 0, 5, 0, beyond=False, all_shown=True)
    drawn = view.clinic_map(page, StepButtons("W" * 12, "map", 1), Scene(T, NOW))
    assert "\n5. № 104 · Мытищи · 350 м" in formatted(drawn.text).text


def test_a_name_that_leaves_no_room_keeps_its_town() -> None:
    """How far it is goes to the next line: clinics of two towns would read alike without."""
    called = "Стоматологическая поликлиника № 3"
    clinics = [replace(CLINIC, name=f"{called}, {town}", town=town) for town in ("Мытищи", "Балашиха")]
    rows = [booking_view.ClinicRow(each, attached=False, recent=False, distance=0.84) for each in clinics] * 3
    page = view.MapPage("Иванова Анна", b"", rows, 0, 6, 0, beyond=False, all_shown=True)
    text = formatted(view.clinic_map(page, StepButtons("W" * 12, "map", 1), Scene(T, NOW)).text).text
    assert "\n1. Стомат. № 3 · Мытищи · 840 м\n2. Стомат. № 3 · Балашиха · 840 м\n" in text


async def test_a_number_opens_its_clinic_and_it_can_be_chosen(chat: Chat) -> None:
    await chat.press("🗺")
    row = next(line for line in chat.text.splitlines() if line.startswith("3. "))
    await chat.press("3")
    assert chat.step == "card"
    assert not has_picture(chat)
    name = row.removeprefix("3. ").partition(" · ")[0]
    assert chat.text.startswith(name)
    for part in ("Адрес: ", "Время работы: пн–пт", "Телефон: +7 495", "Пациент: Аннаб Иванова"):
        assert part in chat.text
    assert chat.reply.screen is not None
    data = [each.callback_data for row in chat.reply.screen.markup.inline_keyboard for each in row]
    assert ClinicVenue(clinic=chat.reply.draft.marks["card"]).pack() in data
    chosen = chat.reply.draft.marks["card"]
    await chat.press("✅ Выбрать")
    assert chat.step == "unattached"
    assert chat.reply.draft.answers["clinic"] == chosen
    assert name in chat.text
    await chat.press("Назад")
    assert chat.step == "clinic", "the map is closed with the choice"


async def test_the_clinic_of_attachment_leads_straight_to_its_specialists(chat: Chat) -> None:
    await chat.go("🗺", "⭐ 1", "✅ Выбрать")
    assert chat.step == "service"


async def test_clinics_without_a_place_are_told_of_and_stay_in_the_list(chat: Chat, drawn: Drawn) -> None:
    await chat.go("🗺", "▶️")
    assert "Ещё 1 без места на карте: она в списке." in chat.text
    assert UNPLACED.name not in chat.text
    await chat.go("Списком", "▶️")
    assert any(UNPLACED.name in label for label in listed(chat))


async def test_without_any_place_there_is_no_map(chat: Chat) -> None:
    await chat.write("яблоневая")
    assert UNPLACED.name in chat.text
    assert not any("На карте" in label for label in chat.labels)


async def test_what_was_typed_is_shown_on_the_map_too(chat: Chat, drawn: Drawn) -> None:
    await chat.write("Химки")
    found = len(lines_of(chat))
    await chat.press("▶️")
    found += len(lines_of(chat))
    await chat.press("🗺")
    assert (found, len(drawn.last.pins)) == (6, 5), "one of them has no place"
    assert {each.name for each in drawn.last.towns} == {"Химки"}
    assert drawn.last.others == ()
    # Typed while the map stands: another map. What is not found is said, and all are there again.
    await chat.write("лесная 4")
    assert (chat.step, numbers(chat)) == ("map", ["1"])
    await chat.write("марсианская")
    assert formatted(booking_view.clinic_not_found(T, "марсианская")).text in chat.text
    assert len(numbers(chat)) == 8
    await chat.write("лесная 4")
    await chat.press("Все поликлиники")
    assert (chat.step, len(numbers(chat))) == ("map", 8)
    # From the card as well; and what has no place goes to the list with a word.
    await chat.press("2")
    await chat.write("лесная 6")
    assert (chat.step, numbers(chat)) == ("map", ["1"])
    await chat.write("яблоневая")
    assert chat.step == "clinic"
    assert formatted(view.nowhere(T)).text in chat.text
    assert UNPLACED.name in chat.text


async def test_a_shared_place_stands_on_the_map_and_orders_it(chat: Chat, drawn: Drawn) -> None:
    await chat.press("📍 Рядом")
    await chat.press("🗺")
    assert chat.reply.prompt is None, "the question for the place is over"
    assert drawn.last.place is None
    chat.now = await chat.wizard.receive(chat.account, T, SharedLocation(56.02, 37.58))
    assert chat.step == "map"
    assert drawn.last.place == Spot(56.02, 37.58)
    first = next(line for line in chat.text.splitlines() if line.startswith("1. "))
    assert first.startswith("1. Клиника № 12 · ")
    assert first.endswith(" · 10 м")
    await chat.press("1")
    assert "От Вас: 10 м" in chat.text
    # In the list as well; the choice forgets where the person is.
    await chat.go("Назад", "Списком")
    assert listed(chat)[0].startswith("1 · Клиника № 12")
    await chat.go("🗺", "1", "✅ Выбрать")
    assert chat.reply.draft.marks["near"] is None


async def test_what_cannot_be_read_leaves_the_map_where_it_is(chat: Chat) -> None:
    await chat.go("🗺", "▶️")
    chat.now = await chat.wizard.receive(chat.account, T, Unreadable())
    assert (chat.step, numbers(chat)[0]) == ("map", "9")
    assert chat.text.startswith("⚠️")


async def test_a_map_that_cannot_be_drawn_leaves_the_list_and_loses_nothing(chat: Chat, drawn: Drawn) -> None:
    drawn.fails = True
    await chat.press("🗺")
    assert chat.step == "clinic"
    assert chat.text.startswith(formatted(view.not_drawn(T)).text)
    assert listed(chat)[0].startswith("1 · ⭐ Поликлиника № 1")
    drawn.fails = False
    await chat.go("🗺", "▶️")
    drawn.fails = True
    await chat.press("◀️")
    assert chat.step == "clinic"
    await chat.press("⭐")
    assert chat.step == "service"


async def test_a_clinic_that_is_gone_leads_back_to_the_map(
    chat: Chat,
    world: World,
) -> None:
    await chat.go("🗺", "2")
    draft = chat.reply.draft
    saved = await world.drafts.save(replace(draft, marks={**draft.marks, "card": "gone"}))
    assert saved is not None
    again = await chat.wizard.resume(chat.account, T)
    assert again is not None
    assert again.draft.step == "map"


async def test_another_person_or_region_closes_the_map(chat: Chat) -> None:
    await chat.go("🗺", "2", "Назад", "Назад", "Назад")
    assert chat.step == "person"
    await chat.press("Анна")
    assert chat.step == "clinic"
    assert chat.reply.draft.marks.get("map") is None
    assert chat.reply.draft.marks.get("card") is None


async def test_where_it_was_left_it_goes_on(chat: Chat) -> None:
    await chat.go("🗺", "▶️")
    again = await chat.wizard.resume(chat.account, T)
    assert again is not None
    chat.now = again
    assert (chat.step, numbers(chat)[0]) == ("map", "9")
    assert has_picture(chat)
