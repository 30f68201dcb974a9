"""The wizard engine, on a small table of its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError
from aiogram.fsm.state import State, StatesGroup
from aiogram.methods import GetFile
from aiogram.types import CallbackQuery, Document, Message, PhotoSize, User
from aiogram.types import Chat as TelegramChat

import bot.chat
from bot.fsm.wizard import (
    Acted,
    Answered,
    AnyStep,
    Chosen,
    FileLost,
    Input,
    Jump,
    Left,
    Loaded,
    NotTaken,
    Outcome,
    Reply,
    SentFile,
    SentPhoto,
    SharedLocation,
    Stay,
    Step,
    StepContext,
    Table,
    Typed,
    Unreadable,
    Wizard,
    step_name,
)
from bot.handlers.home import Home
from bot.handlers.wizard import RunningWizard, Wizards, receive
from bot.keyboards.buttons.common import GO_HOME
from bot.keyboards.buttons.wizard import Verb, WizardOpen, WizardPress
from bot.keyboards.kit import back_row, button, markup
from bot.keyboards.markup import Markup
from bot.keyboards.wizard import StepButtons
from bot.routing import Replay
from bot.topic import never_kept, says_nothing
from bot.views.common import Scene, cannot_read, outdated, press_a_button, send_a_file
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.model import Account
from services.drafts.drafts import Drafts
from services.drafts.model import Answers, Draft
from services.memory import MemoryHere
from services.registry.ports.errors import RegistryUnavailable
from services.storage.engine import Database
from services.storage.vault import Vault
from services.texts.i18n import Html, escape, texts
from tests.bot.wizards import pressed
from tests.support.clock import MONDAY_MORNING, FakeClock
from tests.support.world import World

T = texts("ru")
KIND = "tea"
COLOURS = ("black", "green", "white")
MESSAGE = 77
MOST_BYTES = 100


class Tea(StatesGroup):
    leaf = State()
    biscuit = State()
    milk = State()
    sugar = State()
    pour = State()


class TeaAct(StrEnum):
    TOAST = "toast"
    PAGE = "page"
    END = "end"
    TO = "to"
    NEVER = "never"


def visible_milk(answers: Answers) -> bool:
    return answers.get("leaf") == "black"


class Kitchen:
    """The table, and what its steps are told to do next."""

    def __init__(self) -> None:
        self.fails: set[str] = set()
        self.sends: dict[str, Jump | Left] = {}
        self.let_go: list[str] = []

    def steps(self) -> list[AnyStep]:
        return [
            self._step(Tea.leaf, clears=("milk", "stayed")),
            self._step(Tea.biscuit, aside=lambda marks: "biscuit" in marks),
            self._step(Tea.milk, visible=visible_milk),
            self._step(Tea.sugar),
            self._step(Tea.pour, files=True),
        ]

    def _step(self, state: State, **more: Any) -> Step[str]:
        name = step_name(state)

        async def load(context: StepContext) -> Loaded[str] | Jump | Left:
            if f"load {name}" in self.fails:
                raise RegistryUnavailable
            return self.sends.get(name) or Loaded(name, COLOURS, context.draft.page)

        async def apply(context: StepContext, given: Input) -> Outcome:
            if f"apply {name}" in self.fails:
                raise RegistryUnavailable
            match given:
                case Chosen(ref):
                    return Answered({name: ref}, Html("noted"))
                case Typed("stay"):
                    return Stay(Html("stay here"), {"typed": True}, marks={"stayed": True})
                case Typed(text) if text != "?":
                    return Answered({name: text})
                case SentFile(fetch, called, size):
                    try:
                        data = await fetch(MOST_BYTES)
                    except FileLost:
                        return Stay(Html("lost"))
                    return Stay(Html(escape(f"{called} {size} {data!r}")))
                case Acted(TeaAct.TOAST):
                    return Stay(toast="a word")
                case Acted(TeaAct.PAGE):
                    return Stay(page=2)
                case Acted(TeaAct.END):
                    return Left(None)
                case Acted(TeaAct.TO, where):
                    return Jump(where, Html("jumped"), {"by": "jump"}, marks={"biscuit": True})
            return NotTaken()

        async def leave(context: StepContext) -> None:
            self.let_go.append(name)

        return Step(state, load, draw, apply, TeaAct, leave=leave, **more)


def draw(data: str, buttons: StepButtons, scene: Scene) -> Screen:
    rows = [[button(colour, buttons.option(place))] for place, colour in enumerate(COLOURS)]
    return Screen(scene.text(escape(data)), markup(*rows, back_row(scene.t, buttons.back())))


@pytest.fixture
def world(database: Database, vault: Vault, clock: FakeClock) -> World:
    """No clinics: tea needs none."""
    return World(database, vault, clock)


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
def drafts(world: World) -> Drafts:
    return Drafts(world.database, world.vault, world.clock, {KIND: timedelta(hours=1)})


@pytest.fixture
def wizard(kitchen: Kitchen, clock: FakeClock, drafts: Drafts) -> Wizard:
    async def after(context: StepContext) -> Screen:
        return Screen(Html(f"it was {context.draft.result}"), markup(back_row(context.t, None)))

    return Wizard(KIND, Table(kitchen.steps(), after), drafts, clock)


def said(reply: Reply | None) -> str:
    assert reply is not None
    assert reply.screen is not None
    return str(reply.screen.text)


def labels(reply: Reply) -> list[str]:
    assert reply.screen is not None
    return [each.text for row in reply.screen.markup.inline_keyboard for each in row]


class Finger:
    """Presses buttons of the screen that it saw last, or of any older one."""

    def __init__(self, wizard: Wizard, drafts: Drafts, account: Account) -> None:
        self.wizard, self.drafts, self.account = wizard, drafts, account

    async def start(self, answers: Mapping[str, Any] | None = None) -> Reply:
        return await self.wizard.start(self.account, T, answers or {})

    async def press(self, seen: Reply, verb: Verb, arg: str = "", message: int = MESSAGE) -> Reply:
        draft = seen.draft
        data = WizardPress(draft=draft.id, step=draft.step, version=draft.version, verb=verb, arg=arg)
        return await pressed(self.wizard, self.drafts, self.account, T, data, message)

    async def choose(self, seen: Reply, colour: str) -> Reply:
        return await self.press(seen, Verb.OPTION, str(COLOURS.index(colour)))

    async def act(self, seen: Reply, name: str) -> Reply:
        return await self.press(seen, Verb.ACT, name)

    async def back(self, seen: Reply) -> Reply:
        return await self.press(seen, Verb.BACK)


@pytest.fixture
def finger(wizard: Wizard, drafts: Drafts, account: Account) -> Finger:
    return Finger(wizard, drafts, account)


# --- forward and back -----------------------------------------------------------------------------


async def test_the_first_step_has_no_way_back(finger: Finger) -> None:
    first = await finger.start()
    assert (first.draft.step, first.draft.version, first.draft.options) == ("leaf", 2, COLOURS)
    assert "⬅️ Назад" not in labels(first)
    assert "🏠 Главное меню" in labels(first)
    assert not first.stale
    assert not first.over


async def test_a_wizard_begins_at_the_first_thing_that_is_not_known(finger: Finger) -> None:
    assert (await finger.start({"leaf": "green"})).draft.step == "sugar"
    assert (await finger.start({"leaf": "black"})).draft.step == "milk"
    everything = {"leaf": "green", "sugar": "x", "pour": "x"}
    assert (await finger.start(everything)).draft.step == "pour"


async def test_an_answer_leads_to_the_next_visible_step(finger: Finger) -> None:
    first = await finger.start()
    milk = await finger.choose(first, "black")
    assert (milk.draft.step, said(milk)) == ("milk", "noted\n\nmilk")
    assert milk.draft.answers == {"leaf": "black"}
    assert "⬅️ Назад" in labels(milk)
    green = await finger.choose(await finger.start(), "green")
    assert green.draft.step == "sugar", "milk is for black tea"


async def test_back_is_the_previous_visible_step_and_lets_go(finger: Finger, kitchen: Kitchen) -> None:
    sugar = await finger.choose(await finger.start(), "green")
    leaf = await finger.back(sugar)
    assert (leaf.draft.step, said(leaf)) == ("leaf", "leaf")
    assert leaf.draft.answers == {"leaf": "green"}, "what was answered stays until it is answered anew"
    assert kitchen.let_go == ["sugar"]
    milk = await finger.choose(leaf, "black")
    sugar = await finger.choose(milk, "white")
    assert (await finger.back(sugar)).draft.step == "milk"


async def test_back_from_the_first_step_is_the_first_step(finger: Finger) -> None:
    again = await finger.back(await finger.start())
    assert (again.draft.step, again.stale) == ("leaf", False)


async def test_an_answer_clears_what_depends_on_it_and_nothing_else(finger: Finger) -> None:
    milk = await finger.choose(await finger.start(), "black")
    sugar = await finger.choose(milk, "white")
    pour = await finger.choose(sugar, "green")
    assert pour.draft.answers == {"leaf": "black", "milk": "white", "sugar": "green"}
    leaf = await finger.back(await finger.back(await finger.back(pour)))
    again = await finger.choose(leaf, "black")
    assert again.draft.step == "milk"
    assert again.draft.answers == {"leaf": "black", "sugar": "green"}
    assert (await finger.choose(again, "green")).draft.step == "pour", "sugar is answered already"


async def test_pages_and_stays(finger: Finger) -> None:
    first = await finger.start()
    second = await finger.press(first, Verb.PAGE, "3")
    assert (second.draft.page, second.draft.step, second.draft.version) == (3, "leaf", first.draft.version + 1)
    toast = await finger.act(second, "toast")
    assert (toast.toast, toast.draft.step, said(toast)) == ("a word", "leaf", "leaf")
    assert (await finger.act(toast, "page")).draft.page == 2
    broken = await finger.press(await finger.start(), Verb.PAGE, "x")
    assert broken.draft.page == -1, "the step's own clamp puts it right"


async def test_moving_on_begins_at_the_first_page(finger: Finger) -> None:
    second = await finger.press(await finger.start(), Verb.PAGE, "3")
    assert (await finger.choose(second, "green")).draft.page == 0


# --- jumps ----------------------------------------------------------------------------------------


async def test_a_jump_keeps_the_answers_and_says_why(finger: Finger) -> None:
    sugar = await finger.choose(await finger.start(), "green")
    jumped = await finger.act(sugar, "to-leaf")
    assert (jumped.draft.step, said(jumped)) == ("leaf", "jumped\n\nleaf")
    assert jumped.draft.answers == {"leaf": "green", "by": "jump"}


async def test_a_step_aside_is_jumped_to_and_gone_back_to_but_never_asked(finger: Finger) -> None:
    assert (await finger.start({"leaf": "green", "sugar": "x"})).draft.step == "pour"
    sugar = await finger.choose(await finger.start(), "green")
    aside = await finger.act(sugar, "to-biscuit")
    assert (aside.draft.step, aside.draft.marks) == ("biscuit", {"biscuit": True})
    leaf = await finger.back(aside)
    sugar = await finger.choose(leaf, "green")
    assert sugar.draft.step == "sugar", "it stands open and has no answer, but is no question"
    assert (await finger.back(sugar)).draft.step == "biscuit"


async def test_marks_stand_apart_and_are_cleared_like_answers(finger: Finger, wizard: Wizard) -> None:
    await finger.start()
    leaf = await wizard.receive(finger.account, T, Typed("stay"))
    assert leaf is not None
    assert (leaf.draft.answers, leaf.draft.marks) == ({"typed": True}, {"stayed": True})
    sugar = await finger.choose(leaf, "green")
    assert (sugar.draft.answers, sugar.draft.marks) == ({"typed": True, "leaf": "green"}, {})


async def test_a_mark_is_no_answer(wizard: Wizard, account: Account) -> None:
    first = await wizard.start(account, T, {}, marks={"leaf": "black"})
    assert (first.draft.step, first.draft.marks) == ("leaf", {"leaf": "black"})


async def test_steps_that_send_on_are_followed_to_the_end(finger: Finger, kitchen: Kitchen) -> None:
    """And the last reason that was given is the one that is told."""
    sugar = await finger.choose(await finger.start(), "green")
    kitchen.sends = {"pour": Jump("sugar", Html("no pot")), "sugar": Jump("leaf", None, {"why": "no sugar"})}
    reply = await finger.choose(sugar, "white")
    assert (reply.draft.step, said(reply)) == ("leaf", "no pot\n\nleaf")
    assert reply.draft.answers == {"leaf": "green", "sugar": "white", "why": "no sugar"}
    assert reply.draft.version == sugar.draft.version + 1, "a chain of jumps is one change of the draft"


async def test_what_has_happened_may_be_told_alone_until_it_is_gone_on_from(
    finger: Finger, kitchen: Kitchen, wizard: Wizard, account: Account
) -> None:
    first = await finger.start()
    kitchen.sends = {"sugar": Jump("pour", Html("the sugar is out"), alone=True)}
    told = await finger.choose(first, "green")
    assert (told.draft.step, said(told)) == ("pour", "the sugar is out")

    # The same button once more, and any old one: it is told again, not lost.
    again = await finger.choose(first, "green")
    assert (again.draft.step, said(again)) == ("pour", "the sugar is out")
    data = [each.callback_data for row in again.screen.markup.inline_keyboard for each in row] if again.screen else []
    assert data == [WizardOpen(kind=KIND, anew=False).pack(), GO_HOME.pack()]

    # «Продолжить», and from then on the step alone.
    gone_on = await wizard.resume(account, T)
    assert gone_on is not None
    assert said(gone_on) == "pour"
    assert gone_on.draft.marks == {}


async def test_steps_that_send_each_other_in_a_circle_are_a_mistake(finger: Finger, kitchen: Kitchen) -> None:
    sugar = await finger.choose(await finger.start(), "green")
    kitchen.sends = {"pour": Jump("sugar"), "sugar": Jump("pour")}
    with pytest.raises(RuntimeError, match="circle"):
        await finger.choose(sugar, "white")


async def test_a_step_may_end_the_wizard(finger: Finger, kitchen: Kitchen) -> None:
    first = await finger.start()
    ended = await finger.act(first, "end")
    assert (ended.screen, ended.over) == (None, True)
    poured = Screen(Html("all poured"), Markup([]))
    kitchen.sends = {"sugar": Left(poured)}
    ended = await finger.choose(await finger.start(), "green")
    assert (ended.screen, ended.over) == (poured, True)


# --- old screens ----------------------------------------------------------------------------------


async def test_a_press_on_an_old_screen_shows_the_current_one(finger: Finger, clock: FakeClock) -> None:
    first = await finger.start()
    sugar = await finger.choose(first, "green")
    clock.advance(seconds=10)
    reply = await finger.choose(first, "black")
    assert reply.stale
    assert (reply.draft.step, reply.draft.answers) == ("sugar", {"leaf": "green"})
    assert reply.draft.version == sugar.draft.version + 1
    assert "sugar" in said(reply)
    assert (await finger.choose(reply, "white")).draft.step == "pour", "the screen that it showed works"


@pytest.mark.parametrize("verb", Verb)
async def test_no_button_of_an_old_screen_acts(finger: Finger, kitchen: Kitchen, clock: FakeClock, verb: Verb) -> None:
    first = await finger.start()
    await finger.choose(first, "green")
    clock.advance(seconds=10)
    reply = await finger.press(first, verb, "0" if verb is Verb.OPTION else "end")
    assert reply.stale
    assert not reply.over
    assert (reply.draft.step, reply.draft.answers) == ("sugar", {"leaf": "green"})
    assert kitchen.let_go == []


async def test_an_option_that_was_never_there_shows_the_current_screen(finger: Finger) -> None:
    first = await finger.start()
    for place in ("3", "-1", "x", ""):
        first = await finger.press(first, Verb.OPTION, place)
        assert first.stale
        assert first.draft.step == "leaf"


@pytest.mark.parametrize("act", ["", "stir", "toast2", TeaAct.NEVER])
async def test_an_act_that_the_step_does_not_know_shows_the_current_screen(finger: Finger, act: str) -> None:
    """`NEVER` is one of its acts by name, and nothing comes of it: that is told too, never passed over in silence."""
    sugar = await finger.choose(await finger.start(), "green")
    reply = await finger.act(sugar, act)
    assert (reply.stale, reply.toast, said(reply)) == (True, None, "sugar")
    assert (reply.draft.step, reply.draft.answers) == ("sugar", {"leaf": "green"})
    assert (await finger.choose(reply, "white")).draft.step == "pour", "the screen that it showed works"


async def test_a_double_press_is_not_reproached(finger: Finger, drafts: Drafts, clock: FakeClock) -> None:
    """The same button twice within two seconds: it acts once and no toast complains."""
    first = await finger.start()
    sugar = await finger.choose(first, "green")
    await drafts.remember_messages(sugar.draft, MESSAGE, None)
    clock.advance(milliseconds=1999)
    again = await finger.choose(first, "green")
    assert not again.stale
    assert (again.draft.step, again.draft.answers) == ("sugar", {"leaf": "green"})


async def test_a_slow_second_press_and_one_on_another_message_are_told(
    finger: Finger, drafts: Drafts, clock: FakeClock
) -> None:
    first = await finger.start()
    sugar = await finger.choose(first, "green")
    await drafts.remember_messages(sugar.draft, MESSAGE, None)
    elsewhere = await finger.press(first, Verb.OPTION, "1", message=MESSAGE - 1)
    assert elsewhere.stale
    first = await finger.start()
    sugar = await finger.choose(first, "green")
    await drafts.remember_messages(sugar.draft, MESSAGE, None)
    clock.advance(seconds=2)
    assert (await finger.choose(first, "green")).stale


async def test_a_press_two_screens_back_is_told_at_once(finger: Finger, drafts: Drafts) -> None:
    first = await finger.start()
    pour = await finger.choose(await finger.choose(first, "green"), "white")
    await drafts.remember_messages(pour.draft, MESSAGE, None)
    assert (await finger.choose(first, "green")).stale


class Chat:
    """Stands for Telegram: keeps what a press has shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str | None]] = []

    async def show(self, _query: CallbackQuery, _bot: Bot, screen: Screen, toast: str | None = None) -> int:
        self.shown.append((screen.text, toast))
        return MESSAGE

    async def send(self, _bot: Bot, _chat_id: int, screen: Screen) -> int:
        self.shown.append((screen.text, None))
        return MESSAGE


class Hand:
    """Presses and sends through the handlers, which find the draft of the button and the wizard of the draft."""

    def __init__(self, wizard: Wizard, world: World, drafts: Drafts) -> None:
        kernel, self.drafts = world.house.kernel, drafts
        running = {KIND: RunningWizard(wizard, never_kept, says_nothing)}
        home = world.house.service(Home)
        self.wizards = Wizards(running, kernel.accounts, drafts, kernel.outbox, lambda: home, Replay())

    async def press(self, account: Account, data: WizardPress) -> None:
        who = User(id=account.telegram_id, is_bot=False, first_name="Анна")
        query = CallbackQuery(id="1", from_user=who, chat_instance="c", data="x")
        await self.wizards.press(self._visitor(query, account), data)

    async def send(self, account: Account, **content: Any) -> None:
        chat = TelegramChat(id=account.telegram_id, type="private")
        message = Message(message_id=MESSAGE + 1, date=MONDAY_MORNING, chat=chat, **content)
        await receive(message, self._visitor(message, account), self.wizards, self.drafts)

    def _visitor(self, event: Message | CallbackQuery, account: Account) -> Visitor:
        memory = MemoryHere(FakeClock(MONDAY_MORNING))
        return Visitor(event, cast(Bot, None), account.telegram_id, account, T, MONDAY_MORNING, memory)


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Chat:
    chat = Chat()
    monkeypatch.setattr(bot.chat, "show", chat.show)
    monkeypatch.setattr(bot.chat, "send", chat.send)
    return chat


@pytest.fixture
def hand(wizard: Wizard, world: World, drafts: Drafts) -> Hand:
    return Hand(wizard, world, drafts)


async def test_presses_on_nothing_and_on_somebody_elses_draft_find_nothing(
    hand: Hand, chat: Chat, finger: Finger, drafts: Drafts, world: World, clock: FakeClock
) -> None:
    first = await finger.start()
    data = WizardPress(draft=first.draft.id, step="leaf", version=2, verb=Verb.OPTION, arg="0")
    await hand.press(await world.account(), data)
    await hand.press(finger.account, data.model_copy(update={"draft": "nothing"}))
    kept = await drafts.get(first.draft.id)
    assert kept is not None
    assert (kept.version, kept.step) == (first.draft.version, "leaf")
    clock.advance(hours=1, milliseconds=1)
    await hand.press(finger.account, data)
    assert [toast for _, toast in chat.shown] == [outdated(T)] * 3, "the last one has outlived its time"
    assert not [text for text, _ in chat.shown if "leaf" in text or "sugar" in text]


async def test_a_press_reads_its_draft_once(
    hand: Hand, chat: Chat, finger: Finger, drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, get, asked = await finger.start(), drafts.get, Counter[str]()

    async def counted(draft_id: str) -> Draft | None:
        asked[draft_id] += 1
        return await get(draft_id)

    monkeypatch.setattr(drafts, "get", counted)
    data = WizardPress(draft=first.draft.id, step="leaf", version=2, verb=Verb.OPTION, arg="1")
    await hand.press(finger.account, data)
    assert chat.shown == [("noted\n\nsugar", None)]
    assert asked == {first.draft.id: 1}


async def test_a_press_on_a_finished_draft_shows_what_came_of_it(finger: Finger, drafts: Drafts, world: World) -> None:
    first = await finger.start()
    async with world.database.write() as unit:
        await drafts.finish(unit, first.draft.id, "poured")
    reply = await finger.choose(first, "green")
    assert (said(reply), reply.over, reply.stale) == ("it was poured", True, False)


# --- races ----------------------------------------------------------------------------------------


async def test_of_five_presses_at_once_one_acts(finger: Finger, drafts: Drafts) -> None:
    first = await finger.start()
    turns = await asyncio.gather(*(finger.choose(first, colour) for colour in ("green", "black", "white") * 2))
    kept = await drafts.get(first.draft.id)
    assert kept is not None
    assert set(kept.answers) == {"leaf"}
    assert kept.step == ("milk" if kept.answers["leaf"] == "black" else "sugar")
    assert all(reply.screen is not None for reply in turns)


async def test_a_press_that_was_overtaken_shows_what_stands(
    finger: Finger, drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await finger.start()
    save = drafts.save

    async def overtaken(draft: Draft) -> Draft | None:
        monkeypatch.setattr(drafts, "save", save)
        await save(replace(first.draft, step="sugar", answers={"leaf": "white"}))
        return await save(draft)

    monkeypatch.setattr(drafts, "save", overtaken)
    reply = await finger.choose(first, "black")
    assert reply.stale
    assert (reply.draft.step, reply.draft.answers) == ("sugar", {"leaf": "white"})


async def test_a_press_overtaken_by_the_end_shows_what_came_of_it(
    finger: Finger, drafts: Drafts, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await finger.start()

    async def overtaken(draft: Draft) -> None:
        async with world.database.write() as unit:
            await drafts.finish(unit, draft.id, "poured")

    monkeypatch.setattr(drafts, "save", overtaken)
    reply = await finger.choose(first, "black")
    assert (said(reply), reply.over) == ("it was poured", True)


# --- a registry that does not answer --------------------------------------------------------------


def offers_again(reply: Reply) -> bool:
    assert reply.screen is not None
    data = [each.callback_data for row in reply.screen.markup.inline_keyboard for each in row]
    return WizardOpen(kind=KIND, anew=False).pack() in data


@pytest.mark.parametrize("where", ["load sugar", "apply leaf"])
async def test_a_silent_registry_loses_nothing(finger: Finger, kitchen: Kitchen, wizard: Wizard, where: str) -> None:
    first = await finger.start()
    kitchen.fails = {where}
    reply = await finger.choose(first, "green")
    assert offers_again(reply)
    assert not reply.over
    still = await wizard.resume(finger.account, T)
    assert still is not None
    assert offers_again(still) is (where == "load sugar")
    kitchen.fails = set()
    again = await wizard.resume(finger.account, T)
    assert again is not None
    assert again.draft.step == ("sugar" if where == "load sugar" else "leaf")
    assert again.draft.options == COLOURS


async def test_a_wizard_that_begins_in_silence_can_be_tried_again(finger: Finger, kitchen: Kitchen) -> None:
    kitchen.fails = {"load leaf"}
    reply = await finger.start()
    assert offers_again(reply)
    kitchen.fails = set()
    again = await finger.wizard.resume(finger.account, T)
    assert again is not None
    assert again.draft.step == "leaf"


# --- what is typed --------------------------------------------------------------------------------


async def test_typed_text_goes_to_the_current_step(finger: Finger, wizard: Wizard) -> None:
    await finger.start()
    reply = await wizard.receive(finger.account, T, Typed("oolong"))
    assert reply is not None
    assert (reply.draft.step, reply.draft.answers) == ("sugar", {"leaf": "oolong"})
    reply = await wizard.receive(finger.account, T, Typed("stay"))
    assert said(reply) == "stay here\n\nsugar"
    assert reply is not None
    assert reply.draft.answers == {"leaf": "oolong", "typed": True}


async def test_a_message_that_comes_again_is_not_the_next_answer(finger: Finger, wizard: Wizard) -> None:
    await finger.start()
    await wizard.receive(finger.account, T, Typed("oolong"), 5)
    again = await wizard.receive(finger.account, T, Typed("oolong"), 5)
    assert again is not None
    assert (again.draft.step, again.draft.answers) == ("sugar", {"leaf": "oolong"})
    reply = await wizard.receive(finger.account, T, Typed("stay"), 4)
    assert reply is not None
    assert reply.draft.answers == {"leaf": "oolong", "typed": True}, "an earlier one that was late is taken"


@pytest.mark.parametrize("given", [Typed("?"), SharedLocation(55.7, 37.6)])
async def test_what_a_step_cannot_take_is_answered_with_a_way_on(finger: Finger, wizard: Wizard, given: Input) -> None:
    await finger.start()
    assert said(await wizard.receive(finger.account, T, given)) == f"{press_a_button(T)}\n\nleaf"


async def test_a_sticker_is_answered_too(finger: Finger, wizard: Wizard) -> None:
    await finger.start()
    assert said(await wizard.receive(finger.account, T, Unreadable())) == f"{cannot_read(T)}\n\nleaf"


async def test_a_photo_is_downloaded_only_where_it_is_wanted(finger: Finger, wizard: Wizard) -> None:
    async def fetch(limit: int) -> bytes | None:
        raise AssertionError("nobody has asked for it")

    await finger.start()
    reply = await wizard.receive(finger.account, T, SentPhoto(fetch, "oolong"))
    assert said(reply) == f"{cannot_read(T)}\n\nleaf"


async def test_a_file_is_downloaded_only_where_it_is_wanted(finger: Finger, wizard: Wizard) -> None:
    async def fetch(limit: int) -> bytes | None:
        raise AssertionError("nobody has asked for it")

    await finger.start()
    reply = await wizard.receive(finger.account, T, SentFile(fetch, "tea.sig", 3))
    assert said(reply) == f"{cannot_read(T)}\n\nleaf"


async def test_a_step_that_awaits_a_file_says_so_to_whatever_else_comes(finger: Finger, wizard: Wizard) -> None:
    async def fetch(limit: int) -> bytes | None:
        raise AssertionError("a photo is no file")

    await finger.start({"leaf": "green", "sugar": "white"})
    for given in (Unreadable(), SentPhoto(fetch), Typed("?"), SharedLocation(55.7, 37.6)):
        assert said(await wizard.receive(finger.account, T, given)) == f"{send_a_file(T)}\n\npour"


SIGNATURE = Document(file_id="signature", file_unique_id="s", file_name="<tea>.sig", file_size=3)
SCAN = Document(file_id="scan", file_unique_id="c", file_name="tea.png", mime_type="image/png")
PICTURE = PhotoSize(file_id="picture", file_unique_id="p", width=1, height=1)


@pytest.mark.parametrize(
    ("comes", "said_of_it"),
    [
        (b"abc", "&lt;tea&gt;.sig 3 b'abc'"),
        (None, "&lt;tea&gt;.sig 3 None"),
        (TelegramNetworkError(GetFile(file_id="signature"), "lost"), "lost"),
    ],
    ids=["it comes", "too large", "lost"],
)
async def test_a_file_of_the_chat_comes_to_the_step(
    hand: Hand,
    chat: Chat,
    finger: Finger,
    monkeypatch: pytest.MonkeyPatch,
    comes: bytes | Exception | None,
    said_of_it: str,
) -> None:
    async def download(_bot: Bot, file_id: str, limit: int) -> bytes | None:
        assert (file_id, limit) == ("signature", MOST_BYTES)
        if isinstance(comes, Exception):
            raise comes
        return comes

    monkeypatch.setattr(bot.chat, "download", download)
    await finger.start({"leaf": "green", "sugar": "white"})
    await hand.send(finger.account, document=SIGNATURE)
    assert chat.shown == [(f"{said_of_it}\n\npour", None)]


@pytest.mark.parametrize("content", [{"document": SCAN}, {"photo": [PICTURE]}], ids=["a picture as a file", "a photo"])
async def test_a_picture_is_not_the_file_that_is_awaited(
    hand: Hand, chat: Chat, finger: Finger, content: dict[str, Any]
) -> None:
    await finger.start({"leaf": "green", "sugar": "white"})
    await hand.send(finger.account, **content)
    assert chat.shown == [(f"{send_a_file(T)}\n\npour", None)]


async def test_a_file_without_a_name_or_a_size_is_one_too(
    hand: Hand, chat: Chat, finger: Finger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def download(_bot: Bot, _file_id: str, _limit: int) -> bytes | None:
        return b"abc"

    monkeypatch.setattr(bot.chat, "download", download)
    await finger.start({"leaf": "green", "sugar": "white"})
    await hand.send(finger.account, document=Document(file_id="f", file_unique_id="f"))
    assert chat.shown == [(" None b'abc'\n\npour", None)]


async def test_without_an_open_draft_there_is_nothing_to_answer(wizard: Wizard, account: Account) -> None:
    assert await wizard.receive(account, T, Typed("tea")) is None
    assert await wizard.resume(account, T) is None


async def test_leaving_and_coming_back_goes_on_where_it_was(finger: Finger, wizard: Wizard, clock: FakeClock) -> None:
    sugar = await finger.choose(await finger.start(), "green")
    clock.advance(minutes=59)
    back = await wizard.resume(finger.account, T)
    assert back is not None
    assert (back.draft.id, back.draft.step, back.draft.answers) == (sugar.draft.id, "sugar", {"leaf": "green"})
    assert (await finger.choose(back, "white")).draft.step == "pour"


async def test_beginning_anew_forgets_what_was_begun(finger: Finger, drafts: Drafts) -> None:
    sugar = await finger.choose(await finger.start(), "green")
    fresh = await finger.start()
    assert fresh.draft.id != sugar.draft.id
    assert await drafts.get(sugar.draft.id) is None
