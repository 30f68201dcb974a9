"""Whose card it is: changed by «Показывать этот полис» alone, whatever else is pressed; and who is meant is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.keyboards.buttons.common import GO_HOME
from bot.keyboards.buttons.family import PersonRemove, WhoseShown
from bot.keyboards.buttons.mydata import EraseMe
from bot.views.screen import Screen
from services.accounts.model import Account, Person, Relation
from services.booking.model import Repeat, VisitEntry
from services.texts.i18n import LOCALES, texts
from tests.bot.test_forged_presses import PATIENT, Scene, forged, ids_of, scene  # noqa: F401
from tests.samples.common import somebody
from tests.support.reshaped import drawn

ENDS: Sequence[object] = (EraseMe, PersonRemove)
"""What takes the account or the person away is not pressed here."""


FATHER = replace(somebody(name="Александр", surname="Иванов", born=date(1958, 5, 1)), id="father", alike=True)
SON = replace(somebody(Relation.CHILD, name="Александр", surname="Иванов", born=date(2015, 5, 1)), id="son", alike=True)


def two_of_one_name(value: Any) -> Any:
    """Wherever several people stand, or several visits, they are father and son of one name."""
    if type(value) not in (list, tuple) or len(value) < 2:
        return value
    if not all(isinstance(each, Person | VisitEntry | Repeat) for each in value):
        return value
    some = value[:2] if isinstance(value[0], Person) else value
    return type(value)(_of(each, SON if place % 2 else FATHER) for place, each in enumerate(some))


def _of(value: Any, person: Person) -> Any:
    match value:
        case Person():
            return person
        case VisitEntry():
            return replace(value, person=person)
        case _:
            return replace(value, entry=replace(value.entry, person=person))


@pytest.mark.parametrize("locale", LOCALES)
def test_every_list_over_several_people_says_on_each_line_who_is_meant(locale: str) -> None:
    seen = set()
    for (name, shown), (_, before) in zip(drawn(texts(locale), two_of_one_name), drawn(texts(locale)), strict=True):
        if not isinstance(shown, Screen) or shown == before:
            continue
        told = [shown.text, *(each.text for row in shown.markup.inline_keyboard for each in row)]
        for year in ("1958", "2015"):
            assert any(year in each for each in told), (name, told)
        for block in shown.text.split("\n\n"):
            if re.match(r"\W*\d+\. ", block):
                assert "1958" in block or "2015" in block, (name, block)
        seen.add(name)
    assert {
        "visits.visit_list",
        "reminders.reminder",
        "reminders.revived",
        "family.policies",
        "family.whose_list",
    } <= seen
    assert {"booking.person", "mydata.question"} <= seen


async def now(shown: Scene) -> Account:
    account = await shown.world.accounts.by_telegram(PATIENT)
    assert account is not None
    return account


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_press_but_the_one_changes_whose_card_is_shown(scene: Scene) -> None:  # noqa: F811
    """Every layout of every topic with the patient's own ids, the child's among them; then the one that does."""
    family = await scene.world.persons.family(scene.account)
    child = next(each for each in family if each.relation is Relation.CHILD)
    await scene.world.accounts.set_active_person(scene.account, scene.own.id)
    ids = list(dict.fromkeys([child.id, *await ids_of(scene)]))
    layouts = [route.kind for topic in scene.world.house.topics for route in topic.routes if route.kind is not None]
    pressed = 0
    for kind in dict.fromkeys(layouts):
        if kind is WhoseShown or kind in ENDS:
            continue
        for data in forged(kind, ids):
            await scene.patient.press(data)
            pressed += 1
            assert (await now(scene)).active_person_id == scene.own.id, data
    assert pressed > 500
    await scene.patient.press(WhoseShown(to=GO_HOME.to, person=child.id).pack())
    assert (await now(scene)).active_person_id == child.id
