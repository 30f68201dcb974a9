"""Every button's data: short enough with the longest values, read back the same, one prefix a kind."""

from __future__ import annotations

import inspect
import pkgutil
from collections import Counter
from enum import Enum, EnumMeta
from importlib import import_module
from typing import cast, get_args

import pytest
from aiogram.filters.callback_data import CallbackData as AsAiogram
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.fsm.wizard import step_name
from bot.keyboards import buttons
from bot.keyboards.buttons import common
from bot.keyboards.buttons.common import GO_HOME, Go
from bot.keyboards.buttons.wizard import Verb, WizardPress
from bot.keyboards.data import CallbackData
from bot.topics import ALL
from services.booking.links import LONGEST as LONGEST_LINK
from services.ids import LENGTH
from services.registry.local.tables import REF
from services.searches.model import LONGEST_LIST

LIMIT = 64
MODULES = [import_module(f"{buttons.__name__}.{each.name}") for each in pkgutil.iter_modules(buttons.__path__)]
KINDS = [
    each
    for module in MODULES
    for _, each in inspect.getmembers(module, inspect.isclass)
    if issubclass(each, CallbackData) and each.__module__ == module.__name__
]
SCREENS = Counter(
    each.to
    for module in MODULES
    for _, each in inspect.getmembers(module)
    if isinstance(each, Go) and (each is not GO_HOME or module is common)
)
OLD_PREFIXES = (
    "bl1 ca1 cc1 cl1 cs2 ct1 cv1 em1 g1 gd1 gd2 gk1 gk2 gl1 gr1 gt1 hc1 ht1 id1 ml1 mr1 nl1 no1 no2 nr1 pb1 pc1 pe1 "
    "pl1 pr1 pv1 qc1 ql1 qp1 qt1 rl1 sl1 va1 vc1 vc2 vd1 vk1 vl1 vr1 vr2 vv1 vx1 vx2 vy1 w1 wo1 xv1"
)
"""Buttons with these hang in chats of years ago: they are understood for ever."""
OLD_SCREENS = (
    "home below help lang form book family code grants more pol add problem feedback mail about agreed export erase"
)
STEPS = [step_name(state) for topic in ALL for spec in topic.wizards for state in spec.form.__states__]
ACTS = ["part-afternoon", "m-202612", *(f"fix-{step}" for step in STEPS), "o" * LENGTH]
LONGEST = {
    "step": max(STEPS, key=len),
    "version": 999_999,
    "arg": max(ACTS, key=len),
    "kind": max((spec.kind for topic in ALL for spec in topic.wizards), key=len),
    "clinic": "W" * REF,
    "region": "50",
    "page": 9_999,
    "place": 4,
    "sure": True,
    "soonest": True,
    "months": 12,
    "covers": 3,
    "allows": 0xFFFF,
    "to": max(SCREENS, key=len),
    "payload": "W" * LONGEST_LINK,
    "origin": "o" + "W" * LENGTH + "99999",
    "locale": "ru",
    "whole": True,
    "agree": True,
    "on": True,
    "anew": True,
    "digest": "f" * 8,
    "list": "w" * LONGEST_LIST,
}


ID = "W" * LENGTH
"""What a field holds that is not named above: an id of our own making."""


def longest(kind: type[CallbackData]) -> CallbackData:
    values: dict[str, object] = {}
    for name, field in kind.model_fields.items():
        if isinstance(field.annotation, EnumMeta):
            members = list(cast(type[Enum], field.annotation))
            values[name] = max(members, key=lambda each: len(str(each.value)))
        else:
            values[name] = LONGEST.get(name, ID)
    return kind(**values)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_longest_values_fit_and_come_back(kind: type[CallbackData]) -> None:
    data = longest(kind)
    packed = data.pack()
    assert 1 <= len(packed.encode()) <= LIMIT
    assert kind.unpack(packed) == data


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_is_packed_is_what_aiogram_would_pack(kind: type[CallbackData]) -> None:
    """Byte for byte: such buttons hang in chats."""
    data = longest(kind)
    shortest: dict[str, object] = {
        name: next(iter(cast(type[Enum], field.annotation)))
        for name, field in kind.model_fields.items()
        if isinstance(field.annotation, EnumMeta)
    }
    shortest |= {name: False for name, field in kind.model_fields.items() if field.annotation is bool}
    shortest |= {name: None for name, field in kind.model_fields.items() if type(None) in get_args(field.annotation)}
    backwards = kind(**dict(reversed(data.__dict__.items())))
    for each in (data, kind(**(data.__dict__ | shortest)), backwards, kind.unpack(data.pack())):
        assert each.pack() == AsAiogram.pack(each)


class Odd(CallbackData, prefix="odd1"):
    """Whatever a field of ours may come to hold."""

    word: str
    number: int = 0


@given(word=st.text(), number=st.integers())
def test_what_no_button_can_carry_is_refused_as_before(word: str, number: int) -> None:
    data = Odd(word=word, number=number)
    try:
        expected = AsAiogram.pack(data)
    except ValueError as error:
        with pytest.raises(type(error)):
            data.pack()
    else:
        assert data.pack() == expected


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


def test_every_screen_is_named_once() -> None:
    assert [name for name, times in SCREENS.items() if times > 1] == []


def test_buttons_of_years_ago_are_still_understood() -> None:
    assert {kind.__prefix__ for kind in KINDS} >= set(OLD_PREFIXES.split())
    assert set(SCREENS) >= set(OLD_SCREENS.split())


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("step", STEPS)
def test_presses_of_every_step(step: str, verb: Verb) -> None:
    for arg in ("", "0", *ACTS):
        data = WizardPress(draft="W" * LENGTH, step=step, version=99_999, verb=verb, arg=arg)
        assert len(data.pack().encode()) <= LIMIT
        assert WizardPress.unpack(data.pack()) == data


@pytest.mark.parametrize("packed", ["g1", "g2:home", "", "g1:home:more"])
def test_data_of_another_layout_is_not_understood(packed: str) -> None:
    with pytest.raises((ValueError, TypeError, ValidationError)):
        Go.unpack(packed)
    assert Go.unpack("g1:home") == GO_HOME
