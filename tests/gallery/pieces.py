"""What hangs in the gallery: every view and every wizard's step, from the samples that the screens are measured by."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.fsm.wizard import AnyStep
from bot.keyboards.markup import Markup
from bot.views.common import Scene
from bot.views.map import SCALES, here, length_words, thanks
from bot.views.prompts import PromptMessage
from bot.views.screen import Document, Screen
from emulator import pictures
from services.documents.map import drawn
from services.documents.model import Length, MapSheet, Named, Pin, Spot
from services.notify.model import Letter
from services.texts.i18n import Texts, texts
from tests.bot.test_screens import EVERY_STEP, keys_of
from tests.samples import EVERY
from tests.samples.common import NOW, Sample, StepSample

Shown = Screen | PromptMessage | Document | Letter | Markup | str
"""What a chat can show by itself; a `str` is a toast."""

# Clinics of the picture that stands in for whatever a sample's own would be.
_SPOTS = ((55.911, 37.731), (55.932, 37.765), (55.796, 37.938), (55.831, 37.330), (55.431, 37.545), (55.103, 38.753))
_TOWNS = (("Мытищи", 0), ("Балашиха", 2), ("Красногорск", 3), ("Подольск", 4), ("Коломна", 5))


@dataclass(frozen=True)
class Piece:
    """One picture, named as its file; `draws`: the view, or the step's view; `ordinary`: the one people mostly meet."""

    name: str
    ordinary: bool
    draws: Callable[..., Any]
    draw: Callable[[Texts], Shown]


@dataclass(frozen=True)
class Subject:
    """What has pictures: a view, or a step's view, with the ways of drawing it."""

    name: str
    view: Callable[..., Any]
    draws: Sequence[Callable[[Texts], Shown]]
    ordinary: int = 0  # the place of the one that is shown first

    @property
    def first(self) -> Piece:
        """The ordinary one."""
        return Piece(self.name, True, self.view, self.draws[self.ordinary])

    def pieces(self) -> Iterator[Piece]:
        """The ordinary one, the fullest and the emptiest, as far as these differ."""
        yield self.first
        russian = texts("ru")
        lengths = [len(_words(draw(russian))) for draw in self.draws]
        others = dict.fromkeys((lengths.index(max(lengths)), lengths.index(min(lengths))))
        for number, place in enumerate((each for each in others if each != self.ordinary), start=2):
            yield Piece(f"{self.name}-{number}", False, self.view, self.draws[place])


def subjects() -> list[Subject]:
    """Every step of every wizard, then every view that a chat shows by itself."""
    steps = [
        Subject(
            f"{kind}-wizard.{step.name}",
            step.view,
            [functools.partial(_draw_step, kind, step, each) for each in EVERY.steps[kind][step.name]],
            _marked([each.ordinary for each in EVERY.steps[kind][step.name]]),
        )
        for kind, step in EVERY_STEP
    ]
    by_view: dict[Callable[..., Any], list[Sample]] = defaultdict(list)
    for sample in (
        *(*EVERY.screens, *EVERY.prompts, *EVERY.documents),
        *(*EVERY.letters, *EVERY.markups, *EVERY.toasts),
    ):
        by_view[sample.view].append(sample)
    views = [
        Subject(
            str(some[0]),
            view,
            [functools.partial(_draw_view, each) for each in some],
            _marked([each.ordinary for each in some]),
        )
        for view, some in by_view.items()
    ]
    return steps + views


def _marked(some: Sequence[bool]) -> int:
    return some.index(True) if any(some) else 0


def _draw_view(sample: Sample, t: Texts) -> Shown:
    shown: Shown = sample.draw(t)
    return (
        replace(shown, picture=pictures.sample()) if isinstance(shown, Screen) and shown.picture is not None else shown
    )


def _draw_step(kind: str, step: AnyStep, sample: StepSample, t: Texts) -> Screen:
    screen = step.view(sample.data, keys_of(kind, step), Scene(t, NOW))
    return screen if screen.picture is None else replace(screen, picture=_map(t))


def _words(shown: Shown) -> str:
    """All that is to be read there."""
    match shown:
        case Screen(text, markup):
            return text + "".join(button.text for row in markup.inline_keyboard for button in row)
        case PromptMessage(text):
            return text
        case Document(caption=caption):
            return caption
        case Letter(text=text):
            return text
        case Markup():
            return ""
        case _:
            return shown


@functools.cache
def _map(t: Texts) -> bytes:
    spots = [Spot(*each) for each in _SPOTS]
    lengths = tuple(Length(each, length_words(t, each)) for each in SCALES)
    pins = tuple(Pin(number, spot) for number, spot in enumerate(spots, start=1))
    towns = tuple(Named(name, spots[place]) for name, place in _TOWNS)
    return drawn(MapSheet(pins, towns=towns, here=here(t), thanks=thanks(t), lengths=lengths))
