"""«Статусы заявлений»: all that was sent from a chat, whatever topic it belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.keyboards.buttons.cases import CaseList
from bot.keyboards.data import CallbackData
from bot.keyboards.layout import Layout
from bot.views.lists import Item, Listing, draw
from bot.views.screen import Screen
from services.cases.model import Case, CaseStep
from services.texts.dates import MOSCOW, short_when, when
from services.texts.i18n import N_, Html, Texts, bold, escape, lines

HEADING = N_("A new status of what you have sent")
"""Of a line of «Уведомления» whose case cannot be seen any more."""


_ONE_UNIT = 0xFFFF
"""Characters behind this one make two UTF-16 units."""
_SAID = 300
"""Of what was said along with an earlier status."""
_STEPS = 12
"""So many of the latest statuses stand on a card."""


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


def gone(t: Texts) -> str:
    """In the place of the name of whoever is on the account's list no more."""
    return t.label("a person who is on your list no more")


def _told(t: Texts, each: CaseLine, now: datetime) -> Sequence[Html]:
    return (
        bold(each.title),
        t("For: {name}", name=each.person) if each.person else t("Applicant: you"),
        t("Date: {when}", when=when(t, each.sent_at, MOSCOW, now)),
        t("Status: {status}", status=each.status),
        each.next,
    )


def history(t: Texts, case: Case, statuses: Mapping[str, str], now: datetime) -> Html:
    """How a case went, step by step; nothing while there is only what the card says above."""
    if len(case.steps) < 2:
        return Html()
    last = next((each for each in reversed(case.steps) if each.comment is not None), None)
    passed = (_step(t, each, statuses, now, told=each is last) for each in case.steps[-_STEPS:])
    return lines(bold(t("How it went")), *passed)


def pieces(text: str, units: int) -> list[str]:
    """A text in pieces of at most so many UTF-16 units, cut at a word's end where one is near; one at least."""
    pieces = []
    while (length := _fitting(text, units)) < len(text):
        space = max(text.rfind(gap, length // 2, length + 1) for gap in " \n")
        end = space if space > 0 else length
        pieces.append(text[:end])
        text = text[end:].lstrip()
    return [*pieces, text]


def _step(t: Texts, step: CaseStep, statuses: Mapping[str, str], now: datetime, *, told: bool) -> Html:
    """`told`: what was said along with it stands above, whole."""
    said = step.comment if step.comment is not None and not told else ""
    beginning = pieces(said, _SAID)[0]
    words = f"{short_when(t, step.at, MOSCOW, now)} – {t.label(statuses[step.status])}"
    return escape(words + (f": {beginning}" if beginning else "") + ("…" if beginning != said else ""))


def _fitting(text: str, units: int) -> int:
    """How many characters of a text make at most so many UTF-16 units."""
    for place, character in enumerate(text):
        units -= 2 if ord(character) > _ONE_UNIT else 1
        if units < 0:
            return place
    return len(text)
