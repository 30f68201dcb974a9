"""Every button's data: short enough with the longest values, read back the same, one prefix a kind."""

from __future__ import annotations

import inspect
from enum import Enum, EnumMeta
from typing import cast

import pytest
from aiogram.filters.callback_data import CallbackData
from pydantic import ValidationError

from bot.fsm.booking import BookingForm
from bot.fsm.person import PersonForm
from bot.fsm.storage import GROUPS
from bot.fsm.wizard import step_name
from bot.keyboards import callbacks
from bot.keyboards.callbacks import Go, Page, Verb, WizardPress
from services.booking.links import LONGEST as LONGEST_LINK
from services.ids import LENGTH
from services.registry.local.tables import REF

LIMIT = 64
KINDS = [
    each
    for _, each in inspect.getmembers(callbacks, inspect.isclass)
    if issubclass(each, CallbackData) and each.__module__ == callbacks.__name__
]
STEPS = [step_name(state) for group in (BookingForm, PersonForm) for state in group.__states__]
ACTS = ["part-afternoon", "m-202612", *(f"fix-{step}" for step in STEPS), "o" * LENGTH]
LONGEST = {
    "draft": "W" * LENGTH,
    "step": max(STEPS, key=len),
    "version": 999_999,
    "arg": max(ACTS, key=len),
    "kind": max(GROUPS, key=len),
    "visit": "W" * LENGTH,
    "clinic": "W" * REF,
    "region": "50",
    "page": 9_999,
    "notification": "W" * LENGTH,
    "request": "W" * LENGTH,
    "place": 4,
    "sure": True,
    "soonest": True,
    "months": 12,
    "covers": 3,
    "grant": "W" * LENGTH,
    "person": "W" * LENGTH,
    "payload": "W" * LONGEST_LINK,
    "locale": "ru",
    "agree": True,
    "anew": True,
    "digest": "f" * 8,
}


def longest(kind: type[CallbackData]) -> CallbackData:
    values: dict[str, object] = {}
    for name, field in kind.model_fields.items():
        if isinstance(field.annotation, EnumMeta):
            members = list(cast(type[Enum], field.annotation))
            values[name] = max(members, key=lambda each: len(str(each.value)))
        else:
            values[name] = LONGEST[name]
    return kind(**values)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_longest_values_fit_and_come_back(kind: type[CallbackData]) -> None:
    data = longest(kind)
    packed = data.pack()
    assert 1 <= len(packed.encode()) <= LIMIT
    assert kind.unpack(packed) == data


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_kind_reads_anothers_data(kind: type[CallbackData]) -> None:
    for other in KINDS:
        if other is not kind:
            with pytest.raises((ValueError, TypeError)):
                kind.unpack(longest(other).pack())


def test_every_prefix_is_one_kinds_and_bears_the_number_of_its_layout() -> None:
    prefixes = [kind.__prefix__ for kind in KINDS]
    assert len(set(prefixes)) == len(prefixes)
    assert all(prefix[-1].isdigit() and prefix[:-1].isalpha() for prefix in prefixes)
    assert all(kind.__separator__ == ":" for kind in KINDS)


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("step", STEPS)
def test_presses_of_every_step(step: str, verb: Verb) -> None:
    for arg in ("", "0", *ACTS):
        data = WizardPress(draft="W" * LENGTH, step=step, version=99_999, verb=verb, arg=arg)
        assert len(data.pack().encode()) <= LIMIT
        assert WizardPress.unpack(data.pack()) == data


@pytest.mark.parametrize("packed", ["g1", "g1:nowhere", "g2:home", "", "g1:home:more"])
def test_data_of_another_layout_is_not_understood(packed: str) -> None:
    with pytest.raises((ValueError, TypeError, ValidationError)):
        Go.unpack(packed)
    assert Go.unpack("g1:home").to is Page.HOME
