"""Searching a list: the question, and what cannot be looked for."""

from __future__ import annotations

from dataclasses import dataclass

from bot.keyboards.buttons.searches import SearchLeave
from bot.keyboards.kit import back_row, markup
from bot.keyboards.wizard import StepButtons
from bot.views.common import Scene
from bot.views.screen import Screen
from services.searches.model import LONGEST
from services.texts.i18n import Html, Texts, bold


@dataclass(frozen=True, slots=True)
class Asked:
    """`asks`: an msgid, what is to be typed. `list`, `person`: what is searched, as its buttons bear it."""

    asks: str
    list: str
    person: str


def question(data: Asked, _: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(bold(t("🔎 Search")), t(data.asks)),
        markup(back_row(t, SearchLeave(list=data.list, person=data.person))),
    )


def too_long(t: Texts) -> Html:
    return Html("⚠️ ") + t("This is too long to look for: {count} characters at most.", count=LONGEST)


def nothing_typed(t: Texts) -> Html:
    return Html("⚠️ ") + t("There is nothing to look for. Please write a word or a number.")


def stopped(t: Texts) -> Html:
    """After /cancel."""
    return t("The search is given up.")
