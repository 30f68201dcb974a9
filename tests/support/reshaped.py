"""Samples with something in them changed, however deep it lies: what a screen shows in another zone, of the demo, …"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from bot.keyboards.wizard import StepButtons
from bot.views.common import Scene
from services.texts.i18n import Texts
from tests.bot.wizards import TABLES
from tests.samples import EVERY
from tests.samples.common import NOW, Sample

Change = Callable[[Any], Any]
"""Of any value: what takes its place; itself, where it stays."""


def reshaped(value: Any, change: Change) -> Any:
    """The value with the change made to all that it holds, and to itself."""
    if is_dataclass(value) and not isinstance(value, type):
        inside = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        after = {name: reshaped(each, change) for name, each in inside.items()}
        changed = {name: each for name, each in after.items() if each is not inside[name]}
        value = replace(value, **changed) if changed else value
    elif isinstance(value, Mapping):
        value = _kept(value, {key: reshaped(each, change) for key, each in value.items()}, list(value.values()))
    elif isinstance(value, list | tuple) and type(value) in (list, tuple):
        value = _kept(value, type(value)(reshaped(each, change) for each in value), list(value))
    return change(value)


def _kept(before: Any, after: Any, inside: list[Any]) -> Any:
    """The very same thing where nothing in it has changed."""
    now = list(after.values()) if isinstance(after, Mapping) else list(after)
    return before if all(one is other for one, other in zip(inside, now, strict=True)) else after


MOST = 60
"""Samples of a view, taken evenly: some have a thousand."""


def drawn(t: Texts, change: Change = lambda value: value) -> Iterator[tuple[str, Any]]:
    """Samples of every view, by name, in one language: whatever is drawn of them."""
    by_view: dict[str, list[Sample]] = defaultdict(list)
    for sample in EVERY.drawn():
        by_view[str(sample)].append(sample)
    for name, samples in by_view.items():
        for sample in samples[:: len(samples) // MOST + 1]:
            args, named = reshaped(sample.args, change), reshaped(sample.named, change)
            yield name, replace(sample, args=args, named=named).draw(t)
    for kind, steps in TABLES.items():
        for step in steps:
            buttons = StepButtons("W" * 12, step.name, 1, can_go_back=step is not steps[0])
            for each in EVERY.steps[kind][step.name]:
                yield f"{kind}.{step.name}", step.view(reshaped(each.data, change), buttons, Scene(t, NOW))
