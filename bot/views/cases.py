"""«Статусы заявлений»: all that was sent from a chat, whatever topic it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.keyboards.buttons.cases import CaseList
from bot.keyboards.data import CallbackData
from bot.keyboards.layout import Layout
from bot.views.lists import Item, Listing, draw
from bot.views.screen import Screen
from services.texts.dates import MOSCOW, when
from services.texts.i18n import N_, Html, Texts, bold

HEADING = N_("A new status of what you have sent")
"""Of a line of «Уведомления» whose case cannot be seen any more."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in words. `next`: what comes after its status; `person`: for whom, None: the account holder's own word.

    `names`: what a button may call it.
    """

    title: str
    names: tuple[str, ...]
    status: str
    next: Html
    sent_at: datetime
    card: CallbackData
    person: str | None = None


def statuses(t: Texts, shown: Sequence[CaseLine], page: int, total: int, now: datetime, *, layout: Layout) -> Screen:
    """One page of them, newest first."""
    return draw(
        t,
        Listing(
            title=t.label("🗂 Application statuses"),
            items=[Item(_told(t, each, now), each.names, each.card) for each in shown],
            page=page,
            total=total,
            count=t("Applications in all: {count}", count=total),
            nothing=t("No data. What you have sent and how it stands will be here."),
            turned=lambda each: CaseList(page=each),
            size=layout.described,
        ),
    )


def _told(t: Texts, each: CaseLine, now: datetime) -> Sequence[Html]:
    return (
        bold(each.title),
        t("For: {name}", name=each.person) if each.person else t("Applicant: you"),
        t("Date: {when}", when=when(t, each.sent_at, MOSCOW, now)),
        t("Status: {status}", status=each.status),
        each.next,
    )
