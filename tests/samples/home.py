"""The main menu."""

from __future__ import annotations

from bot.topic import Place
from bot.views import home
from bot.views.screen import Screen
from services.accounts.model import Person
from services.booking.model import VisitEntry
from services.registry.model import Policy, PolicyKind
from services.texts.i18n import Html, Texts
from tests.samples.common import (
    ANNA,
    ENP,
    ENTRIES,
    HIDDEN,
    LONGEST_PERSON,
    LONGEST_VISIT,
    NOW,
    OLD,
    PERSONS,
    SHORT_VISIT,
    TEMPORARY,
    Sample,
    Samples,
    somebody,
    usual,
)
from tests.support import entries


def _homes() -> list[Sample]:
    policies = (
        *(Policy(PolicyKind.ENP, ENP), Policy(PolicyKind.OLD, OLD), Policy(PolicyKind.TEMPORARY, TEMPORARY)),
        Policy(PolicyKind.NONE),
    )
    people = [
        *PERSONS,
        HIDDEN,
        *(somebody(policy=policy, verified=verified) for policy in policies for verified in (True, False)),
    ]
    note = Html("<b>Ваш город</b>")
    return [
        *(usual(main_menu, ANNA, entry, home=False, of=home.home) for entry in (None, SHORT_VISIT)),
        usual(home.no_form, demo=False, home=False),
        *(Sample(main_menu, (who, None), home=False, of=home.home) for who in people),
        *(Sample(main_menu, (ANNA, entry), home=False, of=home.home) for entry in ENTRIES),
        Sample(main_menu, (LONGEST_PERSON, LONGEST_VISIT), home=False, of=home.home),
        Sample(main_menu, (ANNA, None), {"answering": False, "unread": 1234}, home=False, of=home.home),
        *(
            Sample(home.no_form, (), {"demo": demo, "note": each}, home=False)
            for demo in (True, False)
            for each in (None, note)
        ),
    ]


def main_menu(
    t: Texts,
    person: Person,
    visit: VisitEntry | None,
    *,
    answering: bool = True,
    unread: int = 0,
) -> Screen:
    """Home with all the entries that the topics have."""
    data = home.HomeData(person, visit, entries.rows(t, Place.HOME, unread), answering)
    return home.home(t, data, NOW)


SAMPLES = Samples(screens=_homes())
