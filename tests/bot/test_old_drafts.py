"""Drafts as the last release kept them, marks among the answers: they go on where they were left."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from bot.fsm import booking, mail, moving, requests
from bot.keyboards.buttons.wizard import Verb, WizardPress
from services.accounts.model import Account, MailCodeState, Person
from services.booking.model import Made
from services.drafts.model import Draft
from services.drafts.tables import draft as draft_table
from services.registry.model import Visit
from tests.bot.test_booking_wizard import ANNA, Chat, T
from tests.support.world import THERAPIST, World


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    return await world.person(account, ANNA)


class Kept(Chat):
    """Comes back to a draft that holds this very JSON."""

    def __init__(self, world: World, account: Account, kind: str) -> None:
        super().__init__(world, account)
        self.world, self.wizard = world, world.house.wizard(kind)

    async def come_back(self, step: str, answers: dict[str, Any], **more: Any) -> Draft:
        draft = await self.world.drafts.start(Draft("", self.account.id, self.wizard.kind, step))
        data = {"answers": answers, "options": [], "page": 0, "heard": [], **more}
        sealed = self.world.vault.seal_json(draft_table.c.data, draft.id, data)
        await self.world.database.execute(
            update(draft_table).where(draft_table.c.id == draft.id).values(data=sealed, version=7)
        )
        self.now = await self.wizard.resume(self.account, T)
        return self.reply.draft


async def test_on_the_map_with_a_clinic_open(world: World, account: Account, anna: Person) -> None:
    chat = Kept(world, account, booking.KIND)
    draft = await chat.come_back(
        "card",
        {
            "region": "50",
            "region_fixed": True,
            "query_region": None,
            "link": None,
            "person": anna.id,
            "near": [55.91, 37.73],
            "query": None,
            "map": 0,
            "card": "c1",
        },
    )
    assert chat.step == "card"
    assert "От Вас: 10 м" in chat.text
    assert draft.answers == {"region": "50", "person": anna.id}
    await chat.press("Назад")
    assert chat.step == "map"
    await chat.go("1", "Выбрать")
    assert chat.step == "service"
    assert {name: chat.reply.draft.marks[name] for name in ("near", "map", "card")} == dict.fromkeys(
        ("near", "map", "card")
    ), "the choice forgets where the person is, and closes the map"
    await chat.press("Назад")
    assert chat.step == "clinic"


async def test_at_who_a_link_is_for(world: World, account: Account, anna: Person) -> None:
    chat = Kept(world, account, booking.KIND)
    link = {"clinic": "c1", "service": "110", "service_name": "Терапевт", "doctor": None, "doctor_name": None}
    await chat.come_back("person", {"region": "50", "region_fixed": True, "link": link}, options=[anna.id])
    assert "Выбрать другую поликлинику" in chat.labels
    await chat.press("Анна")
    assert chat.step == "doctor", "the link is followed"
    await chat.go("Назад", "Назад")
    assert chat.step == "clinic", "once"


async def test_while_the_registry_is_asked(world: World, account: Account, anna: Person) -> None:
    chat = Kept(world, account, booking.KIND)
    slot = await world.slot(THERAPIST)
    await chat.come_back(
        "checking",
        {
            "region": "50",
            "person": anna.id,
            "clinic": "c1",
            "attached": True,
            "no_policy": False,
            "service": "110",
            "service_name": "Терапевт",
            "doctor": "any",
            "doctor_name": None,
            "month": "2026-11-01",
            "part": "morning",
            "day": "2026-11-24",
            "time": f"{slot.id} {slot.start.isoformat()}",
            "checking": None,
        },
    )
    assert chat.step == "confirm", "nothing was asked in the end"
    await chat.press("Попробовать ещё раз")
    assert chat.reply.over, chat.text


async def test_a_move_whose_old_visit_has_gone(world: World, account: Account, anna: Person) -> None:
    outcome = await world.booking.book(await world.request(account, anna, await world.slot(THERAPIST)))
    assert isinstance(outcome, Made)
    slot = await world.slot(THERAPIST, 9, 20, 25)
    chat = Kept(world, account, moving.KIND)
    draft = await chat.come_back(
        "confirm",
        answers_of_a_move(outcome.visit, anna)
        | {
            "day": "2026-11-25",
            "time": f"{slot.id} {slot.start.isoformat()}",
            "giveup": None,
            "given_up": True,
            "moved_from": None,
        },
    )
    assert chat.labels == ["✅ Да, подтверждаю", "⬅️ Назад", "🏠 Главное меню"], "from then on it is a booking"
    assert moving.stopped(T, draft) is not None
    await chat.press("Назад")
    assert chat.step == "time"
    assert "Перенос записи" not in chat.text


async def test_a_move_that_is_chosen_for(world: World, account: Account, anna: Person) -> None:
    outcome = await world.booking.book(await world.request(account, anna, await world.slot(THERAPIST)))
    assert isinstance(outcome, Made)
    chat = Kept(world, account, moving.KIND)
    await chat.come_back("day", answers_of_a_move(outcome.visit, anna))
    assert "Перенос. Сейчас: завтра 09:00" in chat.text
    await chat.go("25", "09:20", "Да, перенести")
    assert chat.reply.over


def answers_of_a_move(visit: Visit, who: Person) -> dict[str, Any]:
    return {
        "moving": visit.id,
        "moved_from": visit.start.isoformat(),
        "person": who.id,
        "region": "50",
        "clinic": "c1",
        "service": visit.service_id,
        "service_name": visit.service,
        "doctor": visit.doctor_id,
        "doctor_name": visit.doctor,
    }


async def test_a_request_with_an_album(world: World, account: Account) -> None:
    chat = Kept(world, account, requests.KINDS[0])
    draft = await chat.come_back("check", {"message": "Не открывается запись", "album": "a7", "photos": []})
    assert "Не открывается запись" in chat.text
    assert set(draft.answers) == {"message", "photos"}
    assert draft.marks == {"album": "a7"}


async def test_an_address_that_was_to_be_answered_with_yes(world: World, account: Account) -> None:
    """Nothing has gone there yet: «Да» of the old screen, and its button of today, send the code."""
    chat = Kept(world, account, mail.KIND)
    draft = await chat.come_back("check", {"address": "anna@straße.de"})
    assert chat.step == "check"
    assert "Подтвердите, пожалуйста, адрес почты" in chat.text
    assert await world.mail.awaited(account) is None
    await chat.send(WizardPress(draft=draft.id, step="check", version=draft.version, verb=Verb.ACT, arg="yes"))
    awaited = await world.mail.awaited(account)
    assert awaited is not None
    assert (awaited.address, awaited.state) == ("anna@straße.de", MailCodeState.SENT)
    assert "Какой код в письме?" in chat.text
    await chat.write((await world.mail_code(account)).readable)
    assert chat.reply.over
    assert "Адрес подтверждён" in chat.text


async def test_an_address_that_was_taken_and_is_none(world: World, account: Account) -> None:
    """The rules of the last release let it pass."""
    chat = Kept(world, account, mail.KIND)
    draft = await chat.come_back("check", {"address": "anna@☕.example"})
    await chat.send(WizardPress(draft=draft.id, step="check", version=draft.version, verb=Verb.ACT, arg="yes"))
    assert chat.step == "address"
    assert "Это не похоже на адрес почты" in chat.text
