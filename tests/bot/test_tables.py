"""All tables of steps at once: what a step loads is what its view draws, and each button drawn is one it takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from bot.fsm.wizard import AnyStep, Loaded, NotTaken, StepContext
from bot.keyboards.buttons.wizard import Verb, WizardPress
from bot.keyboards.wizard import StepButtons
from bot.views.common import Scene
from services.accounts.model import Account
from services.drafts.model import Draft
from services.texts.i18n import texts
from tests.bot.wizards import TABLES, Used
from tests.samples import EVERY
from tests.samples.common import NOW
from tests.support import telegram_limits as limits

T = texts("ru")
FILLED = {
    "region": "50",
    "person": "other",
    "relation": "child",
    "surname": "Иванова",
    "name": "Маша",
    "patronymic": "",
    "birth": "2020-05-01",
    "sex": "F",
    "phone": "+79161234567",
    "policy": ["enp", "5097579792000180"],
    "snils": "",
    "locked": False,
    "message": "Не открывается запись",
    "clinic": "c1",
    "code": "W" * 12,
    "address": "anna@example.org",
    "moving": "v1",
    "time": "s1 2026-11-24T06:00:00+00:00",
    "id": "p1",
    "procedure": "forms",
}
MARKED = {"card": "c1", "map": 0}
"""Enough for any button to have something to act on."""

EVERY_STEP = [pytest.param(kind, step, id=f"{kind}.{step.name}") for kind, steps in TABLES.items() for step in steps]


def loaded_by(step: AnyStep) -> Any:
    """The `Data` of what the step's `load` says to give: `Loaded[Data] | Jump | …`."""
    given = get_type_hints(step.load)["return"]
    (data,) = (get_args(each)[0] for each in (given, *get_args(given)) if get_origin(each) is Loaded)
    return data


@pytest.mark.parametrize(("kind", "step"), EVERY_STEP)
def test_a_view_draws_what_its_step_loads(kind: str, step: AnyStep) -> None:
    """mypy says so of each row; here it is seen that no table hides a row from it."""
    drawn = next(iter(get_type_hints(step.view).values()))
    assert loaded_by(step) is drawn
    for sample in EVERY.steps[kind][step.name]:
        assert isinstance(sample.data, drawn), sample.name


def drawn_acts(kind: str, step: AnyStep) -> set[str]:
    """What the named buttons of the step's screens bear, over all its samples."""
    buttons, scene = StepButtons("W" * 12, step.name, 1), Scene(T, NOW)
    prefix = f"{WizardPress.__prefix__}:"
    presses = (
        WizardPress.unpack(data)
        for sample in EVERY.steps[kind][step.name]
        for data in limits.data_of(step.view(sample.data, buttons, scene))
        if data.startswith(prefix)
    )
    return {each.arg for each in presses if each.verb is Verb.ACT}


async def takes(kind: str, step: AnyStep, packed: str) -> bool:
    """Whether the step does something at this button: gives an outcome, or asks a service."""
    acted = step.acted(packed)
    if acted is None:
        return False
    marks = {**MARKED, "readings": [{step.name: FILLED.get(step.name)}] * 3, "read_for": step.name}
    draft = Draft(id="W" * 12, account_id="a1", kind=kind, step=step.name, answers=FILLED, marks=marks)
    context = StepContext(Account("a1", 1, "ru", None, None), T, NOW, draft)
    try:
        return not isinstance(await step.apply(context, acted), NotTaken)
    except Used:
        return True


@pytest.mark.parametrize(("kind", "step"), EVERY_STEP)
async def test_a_step_takes_every_act_that_its_view_draws(kind: str, step: AnyStep) -> None:
    drawn = drawn_acts(kind, step)
    assert bool(drawn) is (step.acts is not None)
    assert not [each for each in sorted(drawn) if not await takes(kind, step, each)]
    assert not await takes(kind, step, "no such act")


def acts_of_tables() -> Iterator[tuple[type[StrEnum], str, AnyStep]]:
    return ((step.acts, kind, step) for kind, steps in TABLES.items() for step in steps if step.acts is not None)


def test_every_act_is_drawn_somewhere() -> None:
    drawn: dict[type[StrEnum], set[StrEnum]] = defaultdict(set)
    for acts, kind, step in acts_of_tables():
        drawn[acts] |= {acted.act for each in drawn_acts(kind, step) if (acted := step.acted(each))}
    assert {acts: set(acts) for acts in drawn} == drawn
    assert len(drawn) > 15, "the search itself works"
