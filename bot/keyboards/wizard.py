"""Buttons of a wizard's screen: each carries the draft, the step and the version that it was drawn under."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.keyboards.buttons.wizard import Verb, WizardPress


@dataclass(frozen=True, slots=True)
class StepButtons:
    """Makes the callback data of one screen of one draft."""

    draft: str
    step: str
    version: int
    can_go_back: bool = True

    def option(self, place: int) -> WizardPress:
        """Choose the option at this place of the list stored under this version."""
        return self._press(Verb.OPTION, str(place))

    def act(self, act: StrEnum, arg: str = "") -> WizardPress:
        """Do what the step calls so. `arg`: what with, where that is not always the same."""
        return self._press(Verb.ACT, f"{act.value}-{arg}" if arg else act.value)

    def page(self, number: int) -> WizardPress:
        return self._press(Verb.PAGE, str(number))

    def back(self) -> WizardPress | None:
        """To the previous step; None on a first one that was begun from nowhere."""
        return self._press(Verb.BACK, "") if self.can_go_back else None

    def _press(self, verb: Verb, arg: str) -> WizardPress:
        return WizardPress(draft=self.draft, step=self.step, version=self.version, verb=verb, arg=arg)


def read_act(acts: type[StrEnum], packed: str) -> tuple[StrEnum, str] | None:
    """What `StepButtons.act` has packed; None for what is none of these acts."""
    name, _, arg = packed.partition("-")
    try:
        return acts(name), arg
    except ValueError:
        return None
