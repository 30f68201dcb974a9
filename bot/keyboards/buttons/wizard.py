"""Buttons of wizards: what a step's screen offers, and opening a wizard."""

from __future__ import annotations

from enum import StrEnum

from bot.keyboards.data import CallbackData


class Verb(StrEnum):
    """What a wizard's button does: choose an option by its place, act by name, turn a page, go back."""

    OPTION = "o"
    ACT = "a"
    PAGE = "p"
    BACK = "b"


class WizardPress(CallbackData, prefix="w1"):
    draft: str
    step: str
    version: int
    verb: Verb
    arg: str


class WizardOpen(CallbackData, prefix="wo1"):
    """Opens a wizard where it was left, or anew."""

    kind: str
    anew: bool
