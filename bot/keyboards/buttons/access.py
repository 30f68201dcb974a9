"""Codes and consents."""

from __future__ import annotations

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.keyboards.buttons.common import Go, PageNumber

CoversBits = Annotated[int, Field(ge=0, le=3)]


Months = Annotated[int, Field(ge=1, le=12)]


class HowToConfirm(CallbackData, prefix="hc1"):
    """What confirms this person: documents at the clinic's desk, or their own consent."""

    person: str


class GrantList(CallbackData, prefix="gl1"):
    """«Кому открыт доступ»."""

    page: PageNumber


class GrantDraft(CallbackData, prefix="gd1"):
    """What a consent is to allow, as ticked so far. `covers`: 1 to see, 2 to manage; `months`: for how long."""

    covers: CoversBits
    months: Months


class GrantCode(CallbackData, prefix="gk1"):
    """«Получить код»."""

    covers: CoversBits
    months: Months


class GrantRevoke(CallbackData, prefix="gr1"):
    """Ends a consent; `sure`: the question has been answered with yes."""

    grant: str
    sure: bool


GO_ENTER_CODE = Go(to="code")
GO_GRANTS = Go(to="grants")
