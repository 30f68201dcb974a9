"""Ways on from «нет»: no free times here, the same specialist elsewhere, a booking already, a specialist for women."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

from bot.views import elsewhere
from tests.samples.common import (
    ANNA,
    BARE,
    DESCRIBED,
    ENTRIES,
    EVIL,
    EVIL_CLINIC,
    LONGEST,
    LONGEST_SERVICE,
    NEIGHBOURS,
    NOW,
    PLAIN,
    SHORT_VISIT,
    Sample,
    Samples,
    StepSample,
)
from tests.samples.times import each_place, places

HERE = places()[1]
SOON = NOW + timedelta(days=1)


def fulls() -> list[StepSample]:
    return [
        StepSample("ordinary", elsewhere.Full(HERE, "34", "Кардиолог"), ordinary=True),
        *each_place(lambda place: elsewhere.Full(place, "v999", LONGEST_SERVICE), ordinary=False),
        *each_place(lambda place: elsewhere.Full(place, "v999", EVIL), ordinary=False),
    ]


def elsewheres() -> list[StepSample]:
    some = [
        elsewhere.Found(each, NOW + timedelta(days=place, hours=1), 0.4 + 6.3 * place)
        for place, each in enumerate(NEIGHBOURS[:DESCRIBED])
    ]
    return [
        StepSample("ordinary", elsewhere.Elsewhere(HERE, "34", "Кардиолог", some, 0, len(NEIGHBOURS)), ordinary=True),
        StepSample("none", elsewhere.Elsewhere(HERE, "34", "Кардиолог", [], 0, 0), ordinary=True),
        *each_place(lambda place: elsewhere.Elsewhere(place, "v999", LONGEST_SERVICE, [], 0, 0), ordinary=False),
        *(
            StepSample(
                f"{number} {each.id} {far}",
                elsewhere.Elsewhere(
                    place, "v999", LONGEST_SERVICE, [elsewhere.Found(each, SOON, far)] * DESCRIBED, 2, 40
                ),
                full=not number and each is LONGEST and far is not None,
            )
            for (number, place), each, far in product(enumerate(places()), (BARE, LONGEST, EVIL_CLINIC), (None, 33.3))
        ),
    ]


def alreadies() -> list[StepSample]:
    return [
        StepSample("ordinary", elsewhere.Already(HERE, SHORT_VISIT.visit), ordinary=True),
        *(
            StepSample(f"{number}", elsewhere.Already(places()[0], each.visit), full=not number)
            for number, each in enumerate(ENTRIES)
        ),
    ]


def womens() -> list[StepSample]:
    return [
        StepSample(
            f"{number} {adult} {at_clinic}",
            elsewhere.Women(place, adult, at_clinic),
            full=not number,
            ordinary=place.clinic is PLAIN and place.who == ANNA.full_name,
        )
        for (number, place), adult, at_clinic in product(enumerate(places()), (True, False), (True, False))
    ]


SAMPLES = Samples(
    sentences=[Sample(elsewhere.none_nearby, (what, clinic)) for what in ("Терапевт", EVIL) for clinic in (PLAIN, BARE)]
)
"""Its screens are steps of booking, which shows them."""
