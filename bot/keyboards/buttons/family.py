"""Policies and persons."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.keyboards.buttons.common import Go, PageNumber
from bot.keyboards.data import CallbackData

SectionName = Annotated[str, Field(max_length=24)]
"""Of a screen (`Go`): short enough to stand in a button beside a person."""


class PolicyList(CallbackData, prefix="pl1"):
    """«Полисы»: everybody on the account's list."""

    page: PageNumber


class PersonCard(CallbackData, prefix="pc1"):
    """Opens a person's card."""

    person: str


class PersonPolicy(CallbackData, prefix="pv1"):
    """What the mark beside the policy means, or what to do without a policy."""

    person: str


class PersonBook(CallbackData, prefix="pb1"):
    """«Записать к врачу»."""

    person: str


class PersonEdit(CallbackData, prefix="pe1"):
    person: str


class PersonRemove(CallbackData, prefix="pr1"):
    """Takes a person off the list; `sure`: the question has been answered with yes."""

    person: str
    sure: bool


class WhoseList(CallbackData, prefix="wl1"):
    """«Сменить»: everybody on the list. `to`: the name of the section (`Go`) that it was pressed in."""

    to: SectionName
    page: PageNumber


class WhoseShown(CallbackData, prefix="ws1"):
    """«Показывать этот полис»: makes the person the one of Home and of all sections, and shows `Go(to=…)`."""

    to: SectionName
    person: str


GO_POLICIES = Go(to="pol")
GO_ADD_PERSON = Go(to="add")
