"""«Статусы заявлений»: all that was sent from a chat, whatever topic it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.keyboards.buttons.cases import CaseList
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import PAGE_SIZE, button, clamp, home_button, markup, numbered, pager
from bot.views.screen import Screen
from services.texts.dates import MOSCOW, when
from services.texts.i18n import N_, Html, Texts, blocks, bold, lines

HEADING = N_("A new status of what you have sent")
"""Of a line of «Уведомления» whose case cannot be seen any more."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in words. `next`: what comes after its status; `person`: for whom, None: the account holder's own word."""

    title: str
    status: str
    next: Html
    sent_at: datetime
    card: CallbackData
    person: str | None = None


def statuses(t: Texts, shown: Sequence[CaseLine], page: int, total: int, now: datetime) -> Screen:
    """One page of them, newest first."""
    page = clamp(page, total, PAGE_SIZE)
    listed = list(enumerate(shown, start=page * PAGE_SIZE + 1))
    nothing = t("No data. What you have sent and how it stands will be here.")
    return Screen(
        blocks(
            bold(t("🗂 Application statuses")),
            *([_line(t, number, each, now) for number, each in listed] or [nothing]),
            t("Applications in all: {count}", count=total),
        ),
        markup(
            *([button(numbered(number, each.title), each.card)] for number, each in listed),
            pager(t, page, total, PAGE_SIZE, lambda each: CaseList(page=each)),
            [home_button(t)],
        ),
    )


def _line(t: Texts, number: int, each: CaseLine, now: datetime) -> Html:
    return lines(
        Html(f"{number}. ") + bold(each.title),
        t("For: {name}", name=each.person) if each.person else t("Applicant: you"),
        t("Date: {when}", when=when(t, each.sent_at, MOSCOW, now)),
        t("Status: {status}", status=each.status),
        each.next,
    )
