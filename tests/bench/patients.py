"""People who book and cancel by pressing, on whatever screen they stand: the load of the bench."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from bot.keyboards.buttons.booking import GO_BOOKING
from bot.keyboards.buttons.common import GO_HOME, Go
from bot.keyboards.buttons.consent import ConsentPress
from bot.keyboards.buttons.home import GO_DEMO_FAMILY
from bot.keyboards.buttons.visits import VisitCancel, VisitCard, VisitList
from bot.keyboards.buttons.wizard import Verb, WizardOpen, WizardPress
from bot.keyboards.data import CallbackData
from tests.bench.telegram import Button, Chat, Took

Data = TypeVar("Data", bound=CallbackData)
COMMONEST = (
    *("Book a visit", "for whom", "clinic", "specialist", "doctor", "day", "time"),
    *("confirm the booking", "Home", "My bookings"),
)
"""The ten presses that are timed one by one, in the order of a visit's life."""
LAST = "cancel it: yes"
"""The press that ends a visit; what makes room for the next booking is pressed along with the ten."""
_STEPS = {
    "person": "for whom",
    "clinic": "clinic",
    "service": "specialist",
    "doctor": "doctor",
    "day": "day",
    "time": "time",
    "confirm": "confirm the booking",
}
_ONWARD = {("confirm", "yes"), ("unattached", "go"), ("women", "yes")}
"""Steps with a question, and the answer that goes on."""
_NOTHING_FREE = "нет номерков"


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press by its name (one of `COMMONEST`, or another that is pressed along), and what it took."""

    name: str
    took: Took


class Astray(Exception):  # noqa: N818
    """There is no such button on the screen."""


class Patient:
    """Somebody with the demo's ready family. `seed`: chance decides whom and when they book for.

    `lost`: how often a screen did not lead on, as where the registry has not answered; they begin anew by /start.
    """

    def __init__(self, chat: Chat, seed: int) -> None:
        self.chat = chat
        self.lost = 0
        self._random = Random(seed)

    async def settle_in(self) -> None:
        """Agrees and takes the ready family."""
        await self.chat.say("/start")
        await self._press(ConsentPress, agree=True)
        await self._press(Go, to=GO_DEMO_FAMILY.to)

    async def visits(self) -> AsyncGenerator[Pressed, None]:
        """Books and cancels for ever; `Astray` where even /start does not lead on."""
        while True:
            went = False
            try:
                async for pressed in self._visit():
                    went = True
                    yield pressed
            except Astray:
                if not went:
                    raise
                self.lost += 1
                await self.chat.say("/start")

    async def _visit(self) -> AsyncGenerator[Pressed, None]:
        """From Home to Home; a booking that leads nowhere (no free times) is begun anew the next time."""
        async for pressed in self._book():
            yield pressed
        yield Pressed("Home", await self._press(Go, to=GO_HOME.to))
        yield Pressed("My bookings", await self._press(VisitList))
        if self._find(VisitCard) is not None:
            yield Pressed("a booking", await self._press(VisitCard))
            yield Pressed("cancel it", await self._press(VisitCancel, sure=False))
            yield Pressed(LAST, await self._press(VisitCancel, sure=True))
        yield Pressed("Home", await self._press(Go, to=GO_HOME.to))

    async def glances(self) -> AsyncGenerator[Pressed, None]:
        """«My bookings» and Home by turns for ever, from wherever they stand."""
        await self.chat.say("/start")
        while True:
            yield Pressed("My bookings", await self._press(VisitList))
            yield Pressed("Home", await self._press(Go, to=GO_HOME.to))

    async def _book(self) -> AsyncGenerator[Pressed, None]:
        yield Pressed("Book a visit", await self._press(Go, to=GO_BOOKING.to))
        if self._find(WizardOpen, anew=True) is not None:  # one that led nowhere
            yield Pressed("begin anew", await self._press(WizardOpen, anew=True))
        step = ""
        while step != "confirm" and (forward := self._forward()) is not None:  # who is refused then begins anew
            step, button = forward
            yield Pressed(_STEPS.get(step, step), await self.chat.press(button))

    def _forward(self) -> tuple[str, Button] | None:
        """The step that is shown and a button that leads on from it; None where none does."""
        presses = [(each, data) for each in self.chat.buttons if (data := _read(each, WizardPress)) is not None]
        options = [each for each, data in presses if data.verb is Verb.OPTION and _NOTHING_FREE not in each.text]
        step = next((data.step for _, data in presses), "")
        onward = next((each for each, data in presses if (step, data.arg) in _ONWARD), None)
        if onward is not None:
            return step, onward
        if not options:
            return None
        return step, options[0] if step == "clinic" else self._random.choice(options)

    async def _press(self, kind: type[CallbackData], **wanted: object) -> Took:
        button = self._find(kind, **wanted)
        if button is None:
            raise Astray(f"no {kind.__name__} {wanted} below: {self.chat.text[:300]}")
        return await self.chat.press(button)

    def _find(self, kind: type[CallbackData], **wanted: object) -> Button | None:
        for button in self.chat.buttons:
            data = _read(button, kind)
            if data is not None and all(getattr(data, name) == value for name, value in wanted.items()):
                return button
        return None


def _read(button: Button, kind: type[Data]) -> Data | None:
    """The button's data, if it is of this kind."""
    return kind.unpack(button.data) if button.data.startswith(f"{kind.__prefix__}:") else None
