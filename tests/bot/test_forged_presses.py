"""A stranger presses whatever a patient's buttons hold, and buttons of every layout made up of the patient's ids.

The buttons are those of all topics' routes, the ids those of all tables: a new topic is attacked without a new line.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from itertools import product
from typing import Any, get_args, get_origin

import pytest
from aiogram import Bot
from sqlalchemy import String, Table, select

from bot.build import build_dispatcher
from bot.channels.telegram import TelegramChannel
from bot.common import by_itself
from bot.keyboards.buttons.mydata import GO_ERASE
from bot.keyboards.data import CallbackData
from bot.storage import Storage
from services.accounts.model import Account, Covers, Offer, Person, Relation
from services.accounts.tables import access_grant, link_basis, person_link
from services.booking.model import Made
from services.booking.tables import booking_intent, cancel_intent
from services.cases.tables import case
from services.drafts.model import Draft
from services.registry.model import Visit
from services.requests.model import RequestKind
from services.storage.types import Encrypted
from services.tables import all_tables
from tests.support.chats import Chat, OpenGate, Told
from tests.support.logs import written
from tests.support.machine import unhurried
from tests.support.world import CHILD, SURGEON, THERAPIST, World, somebody

PATIENT, HELPER, STRANGER = 5_000_000_001, 5_000_000_002, 5_000_000_003
VISITS = (Covers.SEE_VISITS, Covers.MANAGE_VISITS)
PROBLEM = "Не приходит справка от хирурга"
_OPENS = ("/start", "/help", "/export_me")
"""What a patient writes to see everything."""


@dataclass
class Scene:
    """A patient who has all that can be had, and a stranger."""

    world: World
    bot: Bot
    telegram: Told
    patient: Chat
    stranger: Chat
    account: Account
    own: Person
    visits: list[Visit] = field(default_factory=list)

    def marks(self) -> list[str]:
        """What tells something of the patient that no stranger can know."""
        identity = self.own.identity
        return [
            *(PROBLEM, "anna@example.org", identity.patronymic or "", str(identity.phone)[-4:]),
            *(visit.number for visit in self.visits),
        ]

    def shown_to(self, chat: int) -> str:
        return str(self.telegram.said.get(chat, ()))

    async def rows(self) -> Mapping[str, list[Any]]:
        """Every row that names the patient's account, by table: what a stranger must not change."""
        found: dict[str, list[Any]] = {}
        for table in all_tables():
            theirs = [row for row in await _all(self, table) if {self.account.id, self.own.id} & set(row)]
            found[table.name] = sorted(theirs, key=str)
        return found


@pytest.fixture
async def scene(world: World) -> Scene:
    """Visits ahead and past, a child, a helper with consent, a request, an address, an open draft, notices."""
    telegram, ready = Told(), asyncio.Event()
    ready.set()
    bot = Bot("1:forged", session=telegram)
    storage = Storage(world.database, world.vault, world.clock)
    dispatcher = build_dispatcher(world.house, ready, by_itself(storage, unhurried()))
    account, helper = await world.account(PATIENT), await world.account(HELPER)
    own = await world.person(account, somebody(1, date(1990, 3, 14), "Тайнова"))
    await world.person(account, somebody(2, CHILD, "Тайнова"), Relation.CHILD)
    await world.person(helper, somebody(3, date(1980, 3, 14), "Помощник"))
    await world.account(STRANGER)
    issued, _ = await world.access.issue(account, VISITS, 3)
    offer = await world.access.redeem(helper, issued.digits)
    assert isinstance(offer, Offer)
    await world.access.accept(helper, offer.id, Relation.OTHER, "told:1")
    await world.give_mail(account, "anna@example.org")
    scene = Scene(
        *(world, bot, telegram, Chat(bot, telegram, dispatcher, PATIENT), Chat(bot, telegram, dispatcher, STRANGER)),
        *(account, own),
    )
    for doctor in (THERAPIST, SURGEON):
        slot = await world.slot(doctor, hour=9 if doctor is THERAPIST else 11)
        made = await world.booking.book(await world.request(account, own, slot))
        assert isinstance(made, Made)
        scene.visits.append(made.visit)
    sending = await world.drafts.start(Draft("", account.id, RequestKind.PROBLEM.value, "check"))
    await world.requests.send(account, RequestKind.PROBLEM, PROBLEM, [], draft_id=sending.id)
    await world.access.issue(account, VISITS, 1)
    await TelegramChannel(bot, world.house.kernel, world.house.notices, OpenGate()).deliver_due()
    await walk(scene)
    return scene


async def walk(scene: Scene) -> None:
    """The patient looks at all there is: every button of every screen, once, but for those that end something."""
    for text in _OPENS:
        await scene.patient.write(text)
    pressed: set[str] = set()
    while True:
        waiting = [each for each in scene.telegram.buttons[PATIENT] if each[1] not in pressed]
        if not waiting or len(pressed) > 150:
            return
        number, data = waiting[0]
        pressed.add(data)
        if not data.endswith(":1") and data != GO_ERASE.pack():  # «sure», and all that leads to the end
            await scene.patient.press(data, number)


def forged(kind: type[CallbackData], ids: list[str]) -> Iterator[str]:
    """Buttons of a layout: an id in the place of every text, and each value of what has few."""
    for each in ids:
        among = {name: list(_values(field.annotation, each)) for name, field in kind.model_fields.items()}
        for values in product(*among.values()):
            try:
                yield kind(**dict(zip(among, values, strict=True))).pack()
            except ValueError:  # longer than a button, or outside what the layout takes
                continue


def _values(annotation: Any, text: str) -> Iterator[object]:
    if get_origin(annotation) is not None:
        for each in get_args(annotation):
            yield from _values(each, text)
    elif annotation is bool:
        yield from (False, True)
    elif annotation is int:
        yield 0
    elif annotation is str:
        yield text
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from annotation
    elif annotation is type(None):
        yield None


async def ids_of(scene: Scene) -> list[str]:
    """What the patient's rows are known by, two of each column that holds such."""
    found: dict[str, None] = {}
    for table in all_tables():
        for column in table.columns:
            if not isinstance(column.type, String) or isinstance(column.type, Encrypted):
                continue
            mine = [row for row in await _all(scene, table) if {scene.account.id, scene.own.id} & set(row)]
            place = list(table.columns).index(column)
            texts = [row[place] for row in mine if isinstance(row[place], str)]
            found |= dict.fromkeys([each for each in texts if each.isalnum() and len(each) >= 8][:2])
    found |= dict.fromkeys(visit.id for visit in scene.visits)
    return list(found)


async def _all(scene: Scene, table: Table) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in (await scene.world.database.fetch(select(table))).all()]


async def types_the_patient(scene: Scene) -> None:
    """The stranger knows the name, the birth date and the policy, and adds them as another citizen."""
    account = await scene.world.accounts.by_telegram(STRANGER)
    assert account is not None
    await scene.world.family.add(account, Relation.OTHER, replace(scene.own.identity, phone=None, patronymic=None))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("typed", [False, True], ids=["a stranger", "a stranger who typed the patient"])
async def test_a_stranger_gets_nothing_by_the_patients_buttons(scene: Scene, typed: bool) -> None:
    """Those that the patient has had, as they are; then every layout with the patient's ids."""
    for mark in scene.marks():
        assert mark in scene.shown_to(PATIENT), f"{mark} would not be found if it were shown"
    if typed:
        await types_the_patient(scene)
    before, ids = await scene.rows(), await ids_of(scene)
    seen = [data for _, data in scene.telegram.buttons[PATIENT]]
    layouts = [route.kind for topic in scene.world.house.topics for route in topic.routes if route.kind is not None]
    made_up = [data for kind in dict.fromkeys(layouts) for data in forged(kind, ids)]
    assert len(ids) > 10
    assert len(made_up) > 500
    with written(level=logging.WARNING) as log:
        for data in dict.fromkeys([*seen, *made_up]):
            await scene.stranger.press(data)
            shown = scene.shown_to(STRANGER)
            found = [mark for mark in scene.marks() if mark in shown]
            assert not found, f"{data} shows {found}"
            scene.telegram.said.pop(STRANGER, None)
    assert await scene.rows() == before
    assert log.getvalue() == ""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_a_patient_pressed_is_pressed_again(scene: Scene) -> None:
    """Twice, long after, in the order in which it stood: nothing is booked, sent, given or taken once more."""
    before = await done(scene)
    scene.world.clock.advance(days=40)
    with written(level=logging.WARNING) as log:
        for data in dict.fromkeys(data for _, data in scene.telegram.buttons[PATIENT]):
            if not data.endswith(":1") and data != GO_ERASE.pack():
                await scene.patient.press(data)
                await scene.patient.press(data)
    assert await done(scene) == before
    assert log.getvalue() == ""


async def done(scene: Scene) -> Mapping[str, int]:
    """What acts leave, by table: drafts, codes, counts and what was told come and go."""
    tables = (booking_intent, cancel_intent, case, access_grant, person_link, link_basis)
    return {each.name: len(await _all(scene, each)) for each in tables}
