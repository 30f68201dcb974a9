"""«Услуги», terms of services, and what is said where the account's level is not enough."""

from __future__ import annotations

from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.services import GO_SERVICES
from bot.keyboards.layout import Layout
from bot.topics import ALL
from bot.views import services, visits
from bot.views.screen import Screen
from bot.views.services import Beside
from services.accounts.model import Action, Basis, Person, Relation
from services.booking.model import VisitPage
from services.texts.i18n import Html, Texts
from tests.samples.common import ENTRIES, NOW, PERSONS, UNTIL, Sample, Samples, somebody
from tests.samples.record import SHUT, whose_of

OFFERED = [spec.service for topic in ALL for spec in topic.offers]
GONE = somebody(Relation.WARD, bases=())
BOOKED = [VisitPage(ENTRIES[:count], count and 712) for count in (0, 1, 3)]
LIKE_A_TEENAGER = somebody(Relation.PARENT, bases=((Basis.CONSENT, UNTIL),))


def listed(t: Texts, person: Person, several: bool, *, layout: Layout) -> Screen:
    return services.services(t, OFFERED, whose_of(person, several, GO_SERVICES), 0, layout=layout)


def terms(t: Texts, place: int, found: VisitPage | None) -> Screen:
    beside = Beside() if found is None else visits.booked(t, found, NOW)
    return services.terms(t, OFFERED[place], beside)


def not_reached(t: Texts, person: Person, action: Action, several: bool) -> Screen:
    service = next(each for each in OFFERED if isinstance(each.opens, Go) and each.name == "costs")
    return services.not_reached(t, service, action, person, whose_of(person, several, GO_SERVICES), NOW)


def went_on(t: Texts, place: int) -> Screen:
    told = Screen(Html("—"), visits.failed_booking(t).markup)
    return services.went_on(told, services.way_back(t, OFFERED[place]))


SAMPLES = Samples(
    screens=[
        Sample(listed, (PERSONS[0], True), of=services.services, ordinary=True),
        *(Sample(listed, (each, True), of=services.services) for each in PERSONS),
        *(Sample(terms, (place, None), of=services.terms, ordinary=True) for place in range(len(OFFERED))),
        *(Sample(terms, (0, each), of=services.terms) for each in BOOKED),
        Sample(not_reached, (SHUT[0], Action.SEE, False), of=services.not_reached, ordinary=True),
        *(
            Sample(not_reached, (each, action, several), of=services.not_reached)
            for each in (*SHUT, *PERSONS, GONE, LIKE_A_TEENAGER)
            for action in Action
            for several in (True, False)
        ),
        *(
            Sample(went_on, (place,), of=of, ordinary=True)
            for place in range(len(OFFERED))
            for of in (services.went_on, services.way_back)
        ),
    ],
)
