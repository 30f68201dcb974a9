"""Policies and persons."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go, PageNumber
from bot.keyboards.data import CallbackData


class PolicyList(CallbackData, prefix="pl1"):
    """«Полисы»: everybody on the account's list."""

    page: PageNumber


class PersonCard(CallbackData, prefix="pc1"):
    """Opens a person's card, and makes the person the active one."""

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


GO_POLICIES = Go(to="pol")
GO_ADD_PERSON = Go(to="add")
