"""No press is lost: whatever a button says, it does something, or says something true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from bot.fsm.wizard import AnyStep
from bot.handlers import close, last
from bot.keyboards.buttons.common import Idle
from bot.keyboards.buttons.wizard import Verb, WizardPress
from bot.keyboards.layout import LARGE, USUAL, Layout
from bot.keyboards.markup import Markup
from bot.views import common
from bot.views.common import Scene
from bot.views.screen import Document, Screen
from services.accounts.model import Account
from services.texts.i18n import LOCALES, texts
from tests.bot.test_booking_wizard import ANNA, Chat
from tests.bot.test_lists import recorded
from tests.bot.test_routes import PRESSES
from tests.bot.test_screens import EVERY_STEP, keys_of, step_id
from tests.samples import EVERY
from tests.samples.common import NOW
from tests.support import telegram_limits as limits
from tests.support.world import World

T = texts("ru")
NOTHING_BEHIND = {last.unknown_press, close.idle}
LAYOUTS = pytest.mark.parametrize("layout", [USUAL, LARGE], ids=["usual", "large"])


def taken_by_nobody(data: str) -> bool:
    handler = PRESSES.of(data)[0].handler
    return getattr(handler, "func", handler) in NOTHING_BEHIND


def every_button() -> Iterator[tuple[str, str]]:
    """Of every sample: where it stands, and what it carries."""
    for kind, step in EVERY_STEP:
        for sample in EVERY.steps[kind][step.name]:
            for data in limits.data_of(step.view(sample.data, keys_of(kind, step), Scene(T, NOW))):
                yield f"{kind}.{step.name}: {sample.name}", data
    for each in EVERY.drawn():
        drawn = each.draw(T)
        if isinstance(drawn, Markup):
            drawn = Screen(common.outdated(T), drawn)  # type: ignore[arg-type]
        if isinstance(drawn, Screen | Document):
            for row in drawn.markup.inline_keyboard:
                yield from ((str(each), button.callback_data) for button in row)


def test_every_button_of_every_sample_has_something_behind_it() -> None:
    buttons = set(every_button())
    assert len(buttons) > 1000, "the search itself works"
    assert not [each for each in buttons if taken_by_nobody(each[1])]
    assert taken_by_nobody(Idle().pack()), "it would be found"
    assert taken_by_nobody("zz9:x")


@LAYOUTS
@pytest.mark.parametrize("locale", LOCALES)
def test_no_button_of_a_list_leads_to_what_is_shown(locale: str, layout: Layout) -> None:
    t, lists = texts(locale), 0
    with recorded() as found:
        for sample in EVERY.screens:
            found.clear()
            data = limits.data_of(sample.draw(t, layout))
            for shown in found:
                lists += 1
                here = {shown.turned(shown.page).pack()}
                here |= {each.opens.pack() for each in shown.tabs if each.here}
                assert not here & set(data), sample
    assert lists > 100, "the search itself works"


@pytest.mark.parametrize(("kind", "step"), EVERY_STEP, ids=step_id)
def test_no_button_of_a_step_leads_to_the_page_that_is_shown(kind: str, step: AnyStep) -> None:
    for sample in EVERY.steps[kind][step.name]:
        data = limits.data_of(step.view(sample.data, keys_of(kind, step), Scene(T, NOW)))
        presses = [WizardPress.unpack(each) for each in data if each.startswith(f"{WizardPress.__prefix__}:")]
        turned = {each.arg for each in presses if each.verb is Verb.PAGE}
        assert str(getattr(sample.data, "page", -1)) not in turned, sample.name


# --- days and times: each cell, pressed -------------------------------------------------------------------------------


def without_version(screen: Screen) -> list[list[tuple[str, str]]]:
    return [
        [(each.text, each.callback_data.split(":", 4)[-1]) for each in row] for row in screen.markup.inline_keyboard
    ]


async def at_step(world: World, account: Account, ways: Sequence[str]) -> Chat:
    """Somebody who has pressed these."""
    chat = Chat(world, account)
    await chat.begin()
    await chat.go(*ways)
    return chat


def seen(chat: Chat) -> tuple[str, list[list[tuple[str, str]]]]:
    assert chat.reply.screen is not None
    return chat.reply.screen.text, without_version(chat.reply.screen)


async def dead(world: World, account: Account, *ways: str) -> list[str]:
    """Those buttons of the step that neither do nor say anything, each pressed as the first one there."""
    chat, found = await at_step(world, account, ways), []
    assert chat.reply.screen is not None
    for place, pressed in enumerate(each for row in chat.reply.screen.markup.inline_keyboard for each in row):
        if not pressed.callback_data.startswith(f"{WizardPress.__prefix__}:"):
            continue
        chat = await at_step(world, account, ways)
        before = seen(chat)
        assert chat.reply.screen is not None
        here = [each for row in chat.reply.screen.markup.inline_keyboard for each in row][place]
        await chat.send(WizardPress.unpack(here.callback_data))
        if seen(chat) == before and not chat.reply.toast:
            found.append(pressed.text)
    return found


TO_DAYS = ("Анна", "⭐", "Хирург", "Любой врач")


@pytest.mark.parametrize("ways", [TO_DAYS, (*TO_DAYS, "Списком"), (*TO_DAYS, "24")], ids=["month", "list", "times"])
async def test_every_cell_of_days_and_times_does_or_says_something(world: World, ways: Sequence[str]) -> None:
    await world.furnish(hours=9)  # with mornings, afternoons and evenings
    account = await world.account()
    await world.person(account, ANNA)
    assert await dead(world, account, *ways) == []


@pytest.mark.parametrize(
    ("label", "row", "told"),
    [
        ("Пн", 0, "Понедельник: номерков сейчас нет. Ближайший с номерками: завтра, вт 24 ноября."),
        ("Вт", 0, "Вторник. Ближайший с номерками: завтра, вт 24 ноября."),
        ("Ср", 0, "Среда. Ближайший с номерками: ср 25 ноября."),
        ("·", 1, "В этот день нет номерков. Ближайший с номерками: завтра, вт 24 ноября."),
    ],
)
async def test_a_cell_without_times_says_when_there_are_some(world: World, label: str, row: int, told: str) -> None:
    account = await world.account()
    await world.person(account, ANNA)
    chat = await at_step(world, account, TO_DAYS)
    assert chat.reply.screen is not None
    cell = next(each for each in chat.reply.screen.markup.inline_keyboard[row] if each.text == label)
    await chat.send(WizardPress.unpack(cell.callback_data))
    assert (chat.step, chat.reply.toast) == ("day", told)


async def test_old_cells_are_answered_too(world: World) -> None:
    """Of screens drawn by earlier releases: they did not say which day they stood for."""
    account = await world.account()
    await world.person(account, ANNA)
    chat = await at_step(world, account, TO_DAYS)
    for arg in ("empty", "empty-", "empty-99999999", "wd", "wd-9"):
        draft = chat.reply.draft
        await chat.send(WizardPress(draft=draft.id, step="day", version=draft.version, verb=Verb.ACT, arg=arg))
        assert chat.reply.toast == "В этот день нет номерков. Ближайший с номерками: завтра, вт 24 ноября."
    draft = chat.reply.draft
    await chat.send(WizardPress(draft=draft.id, step="day", version=draft.version, verb=Verb.ACT, arg="m-202611"))
    assert chat.step == "day"
