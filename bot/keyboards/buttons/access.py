"""Codes and consents."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.keyboards.buttons.common import Go, PageNumber
from bot.keyboards.data import CallbackData
from services.accounts.model import Basis

CoversBits = Annotated[int, Field(ge=0, le=0xFFFF)]
"""What a consent covers: a bit a word, in the order of `accounts.model.Covers`; what no word has is left out."""
_OldBits = Annotated[int, Field(ge=0, le=3)]


Months = Annotated[int, Field(ge=1, le=12)]


class HowToConfirm(CallbackData, prefix="hc1"):
    """What confirms this person: documents at the clinic's desk, or their own consent."""

    person: str


class GrantList(CallbackData, prefix="gl1"):
    """«Кому открыт доступ»."""

    page: PageNumber


class GrantAreas(CallbackData, prefix="gd2"):
    """What a consent is to allow, as ticked so far."""

    allows: CoversBits


class GrantTerm(CallbackData, prefix="gt1"):
    """«Дальше»: for how long."""

    allows: CoversBits


class GrantIssue(CallbackData, prefix="gk2"):
    """For so many months: the code."""

    allows: CoversBits
    months: Months


class OldGrantDraft(CallbackData, prefix="gd1"):
    """The layout of before there were areas. `covers`: 1 to see visits, 2 to manage them."""

    covers: _OldBits
    months: Months


class OldGrantCode(CallbackData, prefix="gk1"):
    """As `OldGrantDraft`: the code for what was ticked there."""

    covers: _OldBits
    months: Months


class GrantRevoke(CallbackData, prefix="gr1"):
    """Ends a consent; `sure`: the question has been answered with yes."""

    grant: str
    sure: bool


class BasisEnd(CallbackData, prefix="be1"):
    """Ends what lets a chat act for a patient; `sure`: the question has been answered with yes."""

    link: str
    basis: Basis
    sure: bool


GO_ENTER_CODE = Go(to="code")
GO_GRANTS = Go(to="grants")
