"""Adding to the list and correcting it over real services: what happens while the form is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.fsm import family
from bot.fsm.family import edit_answers
from bot.fsm.person import answers_of
from bot.fsm.wizard import Reply
from bot.keyboards.buttons.common import GO_HOME
from bot.keyboards.buttons.family import WhoseShown
from bot.keyboards.buttons.wizard import WizardPress
from services.accounts.family import PERSONS
from services.accounts.model import Account, Basis, Person, Relation
from services.accounts.rights import Editing
from services.errors import NotFound
from services.limits.model import LIMITS, Act
from services.registry.model import Policy, PolicyKind
from services.texts.i18n import texts
from tests.bot.wizards import pressed
from tests.support import telegram_limits as limits
from tests.support.telegram_limits import formatted
from tests.support.world import ADULT, CHILD, CLINIC, World, somebody

T = texts("ru")
ANNA = somebody(1, ADULT)
MASHA = somebody(2, CHILD)
TURNS_18 = somebody(3, ADULT.replace(year=2008, month=11, day=24))


class Form:
    """One of the two forms, standing at its check screen."""

    def __init__(self, world: World, account: Account, kind: str) -> None:
        self.account, self.world = account, world
        self.wizard = world.house.wizard(kind)
        self.now: Reply | None = None

    @property
    def reply(self) -> Reply:
        assert self.now is not None
        return self.now

    @property
    def text(self) -> str:
        assert self.reply.screen is not None
        return formatted(self.reply.screen.text).text

    async def open(self, answers: dict[str, Any]) -> None:
        self.now = await self.wizard.start(self.account, T, answers)
        assert self.reply.draft.step == "check"

    async def act(self, name: str) -> None:
        draft = self.reply.draft
        data = WizardPress.unpack(f"w1:{draft.id}:{draft.step}:{draft.version}:a:{name}")
        self.now = await pressed(self.wizard, self.world.drafts, self.account, T, data, 1)


@pytest.fixture
async def account(world: World) -> Account:
    account = await world.account()
    await world.person(account, ANNA)
    return account


async def adding(world: World, account: Account, relation: Relation, identity: Any) -> Form:
    form = Form(world, account, family.KIND)
    await form.open({**answers_of(identity), "relation": relation.value, "doubt": "kept"})
    return form


async def correcting(world: World, account: Account, person: Person, may: Editing = Editing.ALL, **more: Any) -> Form:
    form = Form(world, account, family.EDIT)
    whole = await world.persons.for_registry(account, person.id)
    await form.open({**edit_answers(person, whole, may), **more})
    return form


async def test_the_card_stands_after_the_form_and_whose_is_shown_stays(world: World, account: Account) -> None:
    await world.admin.enrol(MASHA, CLINIC.id)
    form = await adding(world, account, Relation.CHILD, MASHA)
    await form.act("right")
    assert form.reply.over
    assert form.text.startswith("✅ Готово.")
    (_, child) = await world.persons.family(account)
    renewed = await world.accounts.by_id(account.id)
    assert renewed is not None
    active = await world.persons.active(renewed)
    assert active is not None
    assert active.relation is Relation.OWN
    assert form.reply.screen is not None
    assert WhoseShown(to=GO_HOME.to, person=child.id).pack() in limits.data_of(form.reply.screen)
    assert await world.drafts.open_of(account.id, family.KIND) is None


async def test_a_full_list_is_said_so_and_the_form_is_kept(world: World, account: Account) -> None:
    form = await adding(world, account, Relation.CHILD, MASHA)
    for number in range(PERSONS - 1):
        nobody = replace(somebody(number, ADULT), policy=Policy(PolicyKind.NONE), snils=None)
        await world.family.add(account, Relation.OTHER, nobody)
    await form.act("right")
    assert "не больше 20 человек" in form.text
    assert not form.reply.over


async def test_a_birthday_may_come_while_the_form_is_open(world: World, account: Account) -> None:
    form = await adding(world, account, Relation.CHILD, TURNS_18)
    world.clock.advance(hours=16)
    await form.act("right")
    assert form.reply.draft.step == "relation"
    assert "это взрослый" in form.text
    await form.act("other")
    assert form.reply.draft.step == "check"


async def test_too_many_tries_are_said_so(world: World, account: Account) -> None:
    await world.admin.enrol(MASHA, CLINIC.id)
    form = await adding(world, account, Relation.CHILD, replace(MASHA, surname="Другая"))
    await form.act("right")
    assert "этот номер полиса записан на другое имя" in form.text
    for number in range(LIMITS[Act.LOOK_UP].most - 1):
        await world.persons.look_up(account, somebody(20 + number, ADULT))
    form = await adding(world, account, Relation.CHILD, replace(MASHA, surname="Третья"))
    await form.act("right")
    assert "слишком много разных людей" in form.text
    child = await world.person(account, somebody(4, CHILD), Relation.CHILD, Basis.DECLARED)
    edit = await correcting(world, account, child, policy=["enp", somebody(5, CHILD).policy.number])
    await edit.act("right")
    assert "слишком много разных людей" in edit.text


async def test_a_forged_press_corrects_nothing_that_documents_have_shown(world: World, account: Account) -> None:
    child = await world.person(account, MASHA, Relation.CHILD)
    form = await correcting(world, account, child, Editing.NUMBERS)
    await form.act("fix-surname")
    assert form.reply.draft.step == "check"
    await form.act("fix-policy")
    assert form.reply.draft.step == "policy"


async def test_documents_shown_while_the_form_is_open_hold(world: World, account: Account) -> None:
    child = await world.person(account, MASHA, Relation.CHILD)
    form = await correcting(world, account, child, surname="Другая")
    await form.act("right")
    assert "В документах" in form.text
    assert (await world.persons.get(account, child.id)).identity == MASHA


async def test_whoever_is_meant_twice_is_shown(world: World, account: Account) -> None:
    child = await world.person(account, MASHA, Relation.CHILD, Basis.DECLARED)
    other = await world.person(account, somebody(4, CHILD), Relation.CHILD, Basis.DECLARED)
    form = Form(world, account, family.EDIT)
    await form.open({**edit_answers(other, other.identity, Editing.ALL), **answers_of(MASHA)})
    await form.act("right")
    assert form.text.startswith("Этот человек уже есть в списке.")
    assert child.full_name in form.text
    assert (await world.persons.get(account, other.id)) == other


async def test_whoever_has_left_the_list_cannot_be_corrected(world: World, account: Account) -> None:
    child = await world.person(account, MASHA, Relation.CHILD, Basis.DECLARED)
    form = await correcting(world, account, child)
    await world.family.remove(account, child.id)
    assert await world.drafts.get(form.reply.draft.id) is None
    with pytest.raises(NotFound):
        await world.family.edit(account, child.id, MASHA)


async def test_a_consent_that_takes_the_place_of_typing_ends_correcting(world: World, account: Account) -> None:
    until = world.clock.now() + timedelta(days=1)
    spouse = await world.person(account, somebody(4, ADULT), Relation.SPOUSE, Basis.CONSENT, until=until)
    form = await correcting(world, account, spouse, phone="+74950000000")
    await form.act("right")
    assert "Эти данные человек меняет сам" in form.text
